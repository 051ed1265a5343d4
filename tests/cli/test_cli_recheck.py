"""spamlinks recheck, as a shell sees it: findings, tables, and what --apply changes."""

from __future__ import annotations

import csv
from pathlib import Path

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
    assert "Line 4 (domain:cheapretivi.com) covers it. Taking it out changes nothing" in text
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
    assert lines[1].endswith("domain:shop.example")
    assert lines[3].endswith("domain:silent-site.com")
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
        (["--remove", "sub.cheapretivi.com"], 1, "stays disavowed by line 4"),
        (["--remove-list", "none.txt"], 1, "No such file"),
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
