"""spamlinks recheck, as a shell sees it: findings, tables, and what --apply changes."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from cli_outcome import EXAMPLES, Run

import spamlinks

LIVE = EXAMPLES / "disavow.txt"


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """The example's file with a repeat, a broken line and a line that another covers."""
    path = tmp_path / "live.txt"
    extra = (
        "domain:sub.cheapretivi.com\nbroken.com\ndomain:cheapretivi.com\ndomain:silent-site.com\n"
    )
    path.write_text(LIVE.read_text("utf-8") + extra, "utf-8")
    return path


def test_every_line_is_in_one_group(run: Run, exports: dict[str, Path], live: Path) -> None:
    outcome = run("recheck", live, exports["ahrefs"], "--site", "shop.example")
    assert outcome.code == 0, outcome.talk
    text = outcome.data.decode()
    heads = [line.partition(":") for line in text.splitlines() if line[0] != " "]
    counts = {name: int(many) for name, _, many in heads}
    assert counts["redundant"] == 2
    assert counts["invalid"] == 1
    assert sum(counts.values()) == 21 + 4
    assert "BARE_HOST: A host needs 'domain:' before it to be an entry." in text
    assert "line 26  domain:sub.cheapretivi.com: Line 4 (domain:cheapretivi.com) covers it." in text
    assert "line 28  domain:cheapretivi.com: Line 4 (domain:cheapretivi.com) says the same." in text
    assert "YOUR OWN SITE" not in text
    assert "25 entry lines against" in outcome.talk
    assert live.read_text("utf-8").count("cheapretivi") == 3  # nothing is changed


def test_the_own_site_stands_above_all(
    run: Run, exports: dict[str, Path], live: Path, tmp_path: Path
) -> None:
    """With no link in the exports, and behind more good lines than are shown."""
    keep = tmp_path / "keep.txt"
    keep.write_text("silent-site.com\n")
    many = "".join(f"domain:school{n}.edu\n" for n in range(80))
    live.write_text(live.read_text("utf-8") + many + "domain:shop.example\n", "utf-8")
    outcome = run(
        "recheck", live, exports["ahrefs"], "--site", "shop.example", "--keep", keep
    )  # fmt: skip
    assert outcome.code == 0, outcome.talk
    lines = outcome.data.decode().splitlines()
    assert lines[0] == "DISAVOWS YOUR OWN SITE, OR ONE THAT YOU KEEP: 2"
    assert lines[2].endswith("domain:shop.example")
    assert lines[4].endswith("domain:silent-site.com")
    assert sum("domain:shop.example" in line for line in lines) == 1


def test_both_lines_of_a_pair_that_goes_count(
    run: Run, exports: dict[str, Path], live: Path
) -> None:
    """The links fall under the closer line, which alone would be redundant."""

    def said(*names: str) -> str:
        options = [part for name in names for part in ("--remove", name)]
        return run("recheck", live, exports["ahrefs"], "--site", "shop.example", *options).talk

    with_child, alone = said("cheapretivi.com", "sub.cheapretivi.com"), said("wapavezoze.ch")
    assert "from 2 entries" in with_child
    assert "3 lines would go;" in with_child
    assert "1 line would go;" in alone


def test_precision_and_situation_reach_the_verdicts(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    """A line of a domain that is DISAVOW at a low precision alone is certain only there."""
    found = spamlinks.audit(exports["ahrefs"], site="shop.example", precision=0.5).domains
    certain = found.filter(pl.col("verdict") == "DISAVOW")["linking_domain"]
    assert certain.len() > 0
    live = tmp_path / "live.txt"
    live.write_text("".join(f"domain:{name}\n" for name in certain))
    base = ("recheck", live, exports["ahrefs"], "--site", "shop.example")
    table = tmp_path / "lines.csv"

    def sure(*options: str) -> int:
        assert run(*base, *options, "-o", table).code == 0
        return table.read_text("utf-8-sig").count("Still certain enough")

    assert sure("--precision", "0.5") == certain.len()
    assert sure("--precision", "0.995") < certain.len()
    assert run(*base, "--situation", "panic").code == 2


def test_what_must_go_is_said_before_everything_else(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    keep, path = tmp_path / "keep.txt", tmp_path / "live.txt"
    keep.write_text("semovibet.ru\n")
    path.write_text(
        "# NOT disavowed: tallerrolina.com\ndomain:nobody-links.com\ndomain:tallerrolina.com\n"
        "domain:www.shop.example\ndomain:semovibet.ru\n"
    )
    outcome = run("recheck", path, exports["ahrefs"], "--site", "shop.example", "--keep", keep)
    assert outcome.code == 0, outcome.talk
    lines = outcome.data.decode().splitlines()
    assert lines[0] == "DISAVOWS YOUR OWN SITE, OR ONE THAT YOU KEEP: 3"
    assert [line.split()[2] for line in lines[2:7:2]] == [
        "domain:www.shop.example", "domain:semovibet.ru", "domain:tallerrolina.com",
    ]  # fmt: skip
    assert lines[1].strip() == "This is your own site, or one that holds it: take it out."
    assert lines[3].strip() == "Your keep list names this site, or a part of it."
    assert lines[5].strip() == "The comment on line 1 says that it is not disavowed."
    assert lines[7:10] == [
        "looks good now: 3",
        "  take out those you agree with: --remove NAME",
        "  3 of them named above",
    ]
    assert sum("semovibet.ru" in line for line in lines) == 1


def test_a_long_list_is_cut_and_says_so(run: Run, exports: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "live.txt"
    path.write_text("domain:a.com\n" + "".join(f"domain:h{n}.a.com\n" for n in range(40)))
    outcome = run("recheck", path, exports["ahrefs"], "--site", "shop.example")
    text = outcome.data.decode()
    assert "redundant: 40\n  nothing is lost without them: --prune\n" in text
    assert text.count("    line ") == 10
    assert "and 30 more; -o FILE.csv writes all" in text


def test_another_list_among_the_exports_is_set_aside(
    run: Run, exports: dict[str, Path], live: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "links.csv").write_bytes(exports["ahrefs"].read_bytes())
    (folder / "older.txt").write_text("domain:older.com\n")
    (folder / "other.txt").write_text("domain:other.com\n")
    outcome = run("recheck", live, folder, "--site", "shop.example")
    assert outcome.code == 0, outcome.talk
    assert "older.txt is a disavow file and not read as links" in outcome.talk
    assert "25 entry lines against" in outcome.talk


def test_a_refused_export_is_named(
    run: Run, exports: dict[str, Path], live: Path, tmp_path: Path
) -> None:
    """Lines without links are then not what they seem."""
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "links.csv").write_bytes(exports["ahrefs"].read_bytes())
    (folder / "broken.csv").write_text("a,b\n1,2\n")
    outcome = run("recheck", live, folder, "--site", "shop.example")
    assert outcome.code == 0, outcome.talk
    assert "refused: broken.csv" in outcome.talk


def test_a_table_holds_every_line(
    run: Run, exports: dict[str, Path], live: Path, tmp_path: Path
) -> None:
    table = tmp_path / "lines.csv"
    outcome = run("recheck", live, exports["ahrefs"], "--site", "shop.example", "-o", table)
    assert outcome.code == 0, outcome.talk
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 25
    assert list(rows[0]) == [
        "line", "entry", "finding", "reason", "effect", "spam_score", "links", "followed_links",
        "domains",
    ]  # fmt: skip


def test_without_apply_nothing_goes(run: Run, exports: dict[str, Path], live: Path) -> None:
    before = live.read_bytes()
    outcome = run(
        "recheck", live, exports["ahrefs"], "--remove", "wapavezoze.ch", "--prune",
        "--site", "shop.example",
    )  # fmt: skip
    assert outcome.code == 0
    assert outcome.data.decode().splitlines()[-3:] == [
        "- domain:wapavezoze.ch",
        "- domain:sub.cheapretivi.com",
        "- domain:cheapretivi.com",
    ]
    assert "would count again, from 1 entry" in outcome.talk
    assert "changes:" in outcome.data.decode()
    assert "3 lines would go; --apply writes" in outcome.talk
    assert live.read_bytes() == before


def test_apply_takes_out_what_is_named_and_keeps_the_old_file(
    run: Run, exports: dict[str, Path], live: Path, tmp_path: Path
) -> None:
    before = live.read_bytes()
    names = tmp_path / "names.txt"
    names.write_text(
        "# decided with the client\ndomain:wapavezoze.ch  # fine now\n\nsemovibet.ru\n"
    )
    outcome = run(
        "recheck", live, exports["ahrefs"], "--remove-list", names, "--apply",
        "--site", "shop.example",
    )  # fmt: skip
    assert outcome.code == 0, outcome.talk
    lines = live.read_text("utf-8").splitlines()
    gone = [line for line in before.decode().splitlines() if line not in lines]
    assert gone == ["domain:semovibet.ru", "domain:wapavezoze.ch"]
    (backup,) = live.parent.glob("live.txt.bak-*")
    assert backup.read_bytes() == before
    assert f"2 lines taken out; the former file is kept as {backup.name}" in outcome.talk


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--apply"], 2, "name what goes with --remove"),
        (["--remove", "nobody.com"], 1, "no entry for nobody.com"),
        (["--situation", "bad"], 2, "'bad' is not known"),
        (["--precision", "2"], 2, "2.0 is not between 0 and 1"),
        (["--remove", "sub.cheapretivi.com"], 1, "stays disavowed by line 4"),
        (["--remove-list", "none.txt"], 1, "No such file"),
        (["--remove", " "], 2, "give a host or URL of the file"),
        (["-o", "lines.xlsx"], 2, "must end in .csv or .parquet"),
        (["--site", "sc-domain:shop.example"], 2, "https://www.shop.example/"),
    ],
)
def test_what_cannot_be_done(
    run: Run, exports: dict[str, Path], live: Path, options: list[str], code: int, said: str
) -> None:
    before = live.read_bytes()
    outcome = run("recheck", live, exports["ahrefs"], *options)
    assert outcome.code == code
    assert said in " ".join(outcome.talk.replace("│", " ").split())
    assert live.read_bytes() == before


def test_what_does_not_look_good_is_named_before_it_goes(
    run: Run, exports: dict[str, Path], live: Path
) -> None:
    outcome = run(
        "recheck", live, exports["ahrefs"], "--remove", "nesoti-mimo-1d.in", "--site",
        "shop.example",
    )  # fmt: skip
    assert "1 link (1 followed) of these exports would count again, from 1 entry" in outcome.talk
    assert "not found to look good: domain:nesoti-mimo-1d.in" in outcome.talk


def test_a_table_never_replaces_what_was_read(
    run: Run, exports: dict[str, Path], live: Path, tmp_path: Path
) -> None:
    export = tmp_path / "links.csv"
    export.write_bytes(exports["ahrefs"].read_bytes())
    outcome = run("recheck", live, export, "-o", tmp_path / "." / "links.csv")
    assert outcome.code == 2
    assert "this file is read" in outcome.talk
    assert export.read_bytes() == exports["ahrefs"].read_bytes()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_apply_reads_what_windows_writes(
    run: Run, exports: dict[str, Path], live: Path, encoding: str, newline: str
) -> None:
    text = live.read_text("utf-8").replace("\n", newline)
    live.write_bytes(text.encode(encoding))
    before = live.read_bytes()
    outcome = run("recheck", live, exports["ahrefs"], "--remove", "semovibet.ru", "--apply")
    assert outcome.code == 0, outcome.talk
    after = live.read_bytes().decode("utf-8-sig")
    assert after == text.replace(f"domain:semovibet.ru{newline}", "")
    (backup,) = live.parent.glob("live.txt.bak-*")
    assert backup.read_bytes() == before


def test_a_file_that_changed_meanwhile_is_left_alone(
    run: Run, exports: dict[str, Path], live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import spamlinks.rechecking as module

    judged = module.recheck

    def slowly(*args: Any, **options: Any) -> Any:
        found = judged(*args, **options)
        live.write_text("domain:theirs.com\n")
        return found

    monkeypatch.setattr(module, "recheck", slowly)
    outcome = run("recheck", live, exports["ahrefs"], "--remove", "semovibet.ru", "--apply")
    assert outcome.code == 1
    assert "changed meanwhile" in outcome.talk
    assert live.read_text() == "domain:theirs.com\n"


@pytest.mark.parametrize("prior", ["0.00001", "0.99999", "auto"])
def test_any_share_of_spam_may_be_assumed(
    run: Run, exports: dict[str, Path], live: Path, prior: str
) -> None:
    """run.json rounds it, to 0 or 1 at the ends."""
    outcome = run("recheck", live, exports["ahrefs"], "--prior", prior, "--site", "shop.example")
    assert outcome.code == 0, outcome.talk


def test_the_list_is_never_emptied(run: Run, exports: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_text("# mine\ndomain:a.com\n")
    outcome = run("recheck", path, exports["ahrefs"], "--remove", "a.com", "--apply")
    assert outcome.code == 1
    assert "no entry would be left" in outcome.talk
    assert path.read_text() == "# mine\ndomain:a.com\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"a": 1}', "NOT_A_DISAVOW_FILE"),
        (b"domain:k\xe4se.de\n", "NOT_UTF8"),
        (b"\x00\x01", "binary data"),
    ],
)
def test_a_live_file_that_is_none(
    run: Run, exports: dict[str, Path], tmp_path: Path, data: bytes, said: str
) -> None:
    path = tmp_path / "live.txt"
    path.write_bytes(data)
    outcome = run("recheck", path, exports["ahrefs"])
    assert outcome.code == 1
    assert said in outcome.talk
    assert outcome.talk.count("\n") == 1


def test_exports_without_links_say_nothing_of_a_line(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "links.txt"
    empty.write_text("https://shop.example/own\n")
    outcome = run("recheck", LIVE, empty, "--site", "shop.example")
    assert outcome.code == 1
    assert "the exports hold no link" in outcome.talk


def test_a_live_file_among_the_exports_is_no_reason_to_keep_a_line(
    run: Run, exports: dict[str, Path], live: Path, tmp_path: Path
) -> None:
    """Its lines must be judged, not believed."""
    folder = tmp_path / "all"
    folder.mkdir()
    (folder / "live.txt").write_bytes(live.read_bytes())
    (folder / "links.csv").write_bytes(exports["ahrefs"].read_bytes())
    apart = run("recheck", live, exports["ahrefs"], "--site", "shop.example").data
    assert run("recheck", live, folder, "--site", "shop.example").data == apart


def test_a_utf16_list_can_be_changed(run: Run, exports: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "live.txt"
    path.write_bytes("domain:a.com\ndomain:b.com\n".encode("utf-16"))
    outcome = run("recheck", path, exports["ahrefs"], "--remove", "a.com", "--apply")
    assert outcome.code == 0, outcome.talk
    assert path.read_bytes() == b"domain:b.com\n"
