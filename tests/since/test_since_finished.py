"""Reading an earlier run back: what is there, what is damaged, what is hostile."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from since_tables import domain, run_facts, table, write_run

import spamlinks
from spamlinks.errors import InputError
from spamlinks.run_folder import MAX_RUN_BYTES
from spamlinks.since import compare_runs, read_earlier, read_finished

ROWS = (domain("a.com"), domain("b.com", "DISAVOW", 0.97))


def test_a_run_or_its_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_run(tmp_path / "october", *ROWS)
    for path in (folder, folder / "run.json"):
        found = read_finished(path)
        assert found.file == "october/run.json"
        assert found.facts.site == "shop.example"
        assert found.domains["linking_domain"].to_list() == ["a.com", "b.com"]
        assert found.domains["seen_by"].to_list() == ["ahrefs", "ahrefs"]
    monkeypatch.chdir(folder)
    assert read_finished(Path()).file == "run.json"


def test_a_table_of_a_version_that_knew_fewer_columns(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", *ROWS)
    table(*ROWS).drop("in_search_console", "seen_by").write_csv(folder / "domains.csv")
    assert "seen_by" not in read_finished(folder).domains.columns
    assert compare_runs(folder, folder).counts["same"] == 2


def raw(text: str | bytes):
    def write(folder: Path) -> None:
        data = text.encode() if isinstance(text, str) else text
        (folder / "run.json").write_bytes(data)

    return write


def facts(**more):
    return raw(json.dumps(run_facts(**more)))


def without(*names: str):
    return raw(json.dumps({k: v for k, v in run_facts().items() if k not in names}))


def no_table(folder: Path) -> None:
    (folder / "domains.csv").unlink()


def table_of(text: str):
    return lambda folder: (folder / "domains.csv").write_text(text, "utf-8")


def too_large(folder: Path) -> None:
    with (folder / "run.json").open("r+b") as file:
        file.truncate(MAX_RUN_BYTES + 1)


def pipe(folder: Path) -> None:
    (folder / "run.json").unlink()
    os.mkfifo(folder / "run.json")


def folder_of_that_name(folder: Path) -> None:
    (folder / "run.json").unlink()
    (folder / "run.json").mkdir()


DAMAGED = [
    ("no run.json", lambda folder: (folder / "run.json").unlink(), "the folder holds no run.json"),
    ("a folder of that name", folder_of_that_name, "no ordinary file"),
    ("a pipe", pipe, "no ordinary file"),
    ("empty", raw(""), "no JSON"),
    ("cut off", raw('{"tool": "spamlinks", "ver'), "no JSON"),
    ("bytes", raw(b"\xff\xfe\x00\x01\x80"), "no JSON"),
    ("zeros", raw(b"\0" * 5000), "no JSON"),
    ("deep", raw("[" * 200_000), "no JSON"),
    ("deep in an object", raw('{"a":' * 200_000), "no JSON"),
    ("a huge number", raw('{"tool": "spamlinks", "prior": ' + "9" * 5000 + "}"), "no JSON"),
    ("larger than any run", too_large, "larger than 64 MB"),
    ("a list", raw("[]"), "no audit of spamlinks wrote it"),
    ("a number", raw("7"), "no audit of spamlinks wrote it"),
    ("another tool's", facts(tool="linkchecker"), "no audit of spamlinks wrote it"),
    ("a newer version's", facts(version="7.0"), "spamlinks 7.0 wrote it, and this is "),
    ("no version", without("version"), "its 'version' is missing"),
    ("a version that is none", facts(version="new"), "its 'version' is missing or cannot be"),
    ("no day", without("created"), "its 'created'"),
    ("a day that is none", facts(created="yesterday"), "its 'created'"),
    ("a day of another type", facts(created=20261005), "its 'created'"),
    ("no model", without("model"), "its 'model'"),
    ("a model of another type", facts(model=["standard-v2"]), "its 'model'"),
    ("no site", without("site"), "its 'site'"),
    ("a site that is none", facts(site="\x1b[31m not a site"), "its 'site'"),
    ("a site of another type", facts(site={"a": 1}), "its 'site'"),
    ("no table", no_table, "no domains.csv stands beside it"),
    ("an empty table", table_of(""), "no table of verdicts"),
    ("a table of something else", table_of("a,b\n1,2\n"), "no table of verdicts"),
    ("bare scores", table_of("linking_domain,spam_score\na.com,0.5\n"), "scores and no verdicts"),
]


@pytest.mark.parametrize(
    ("damage", "said"), [case[1:] for case in DAMAGED], ids=[case[0] for case in DAMAGED]
)
def test_what_cannot_be_used_is_said_in_one_line(tmp_path: Path, damage, said: str) -> None:
    folder = write_run(tmp_path / "old", *ROWS)
    damage(folder)
    with pytest.raises(InputError) as caught:
        read_finished(folder)
    message = str(caught.value)
    assert said in message
    assert message.isprintable()
    assert len(message) < 400
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none", "there is no such file"),
        ("a\0b", "there is no such file"),
        ("x" * 5000, "cannot be read"),
        ("notes.txt", "it is no run.json"),
        ("old/domains.csv", "it is no run.json"),
    ],
)
def test_a_path_that_is_no_run(tmp_path: Path, name: str, said: str) -> None:
    write_run(tmp_path / "old", *ROWS)
    (tmp_path / "notes.txt").write_text("hello", "utf-8")
    with pytest.raises(InputError, match=said):
        read_finished(tmp_path / name)


def test_hostile_values_are_harmless(tmp_path: Path) -> None:
    evil = "\x1b[31m\u202e<script>" + "x" * 9000
    folder = write_run(
        tmp_path / "old", domain("=cmd|'calc'!A0", evidence=evil, network=evil), *ROWS,
        situation=evil, precision=float("nan"), prior=10**300, view=evil, live={"name": evil},
        inputs=[{"vendor": evil, "links": -5, "sha256": evil}, 7, None] * 500,
        not_looked_at=[evil] * 500, totals={"domains": 10**30},
        networks={"list": [{"id": evil, "domains": 1e308}] * 500, "more": -1},
    )  # fmt: skip
    found = compare_runs(folder, write_run(tmp_path / "new", domain("c.com", why=evil)))
    text = json.dumps(found.to_dict(), ensure_ascii=False)
    assert len(text) < 20_000
    assert text.isprintable()
    assert found.counts == {"new": 1, "gone": 3, "worse": 0, "better": 0, "same": 0}


def test_a_finite_dictionary_whatever_the_run_holds(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "old", *ROWS, precision=float("inf"), prior=float("nan"))
    json.dumps(compare_runs(folder, folder).to_dict(), allow_nan=False)


# The table after a spreadsheet


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: "\ufeff" + text.replace(",", ";"),
        lambda text: text.replace("\n", "\r\n").replace("a.com", "A.COM"),
        lambda text: text.replace("0.970000", "0.97"),
        lambda text: text + ",,,,,,,,,,,,\n" * 3,
        lambda text: text.replace("DISAVOW,", "disavow ,"),
    ],
    ids=["semicolons", "capitals", "fewer digits", "empty rows", "verdicts in small letters"],
)
def test_a_table_that_a_spreadsheet_saved_says_the_same(tmp_path: Path, edit) -> None:
    folder = write_run(tmp_path / "old", *ROWS)
    now = write_run(tmp_path / "new", *ROWS)
    path = folder / "domains.csv"
    path.write_text(edit(path.read_text("utf-8")), "utf-8")
    assert compare_runs(folder, now).counts["same"] == 2


def test_rows_that_were_added_or_taken_out_are_told(tmp_path: Path) -> None:
    folder = write_run(
        tmp_path / "old", *ROWS, domain("blog.example/page", "DISAVOW"), totals={"domains": 2}
    )
    found = compare_runs(folder, write_run(tmp_path / "new", *ROWS, inputs=[]))
    assert found.counts == {"new": 0, "gone": 0, "worse": 0, "better": 0, "same": 2}
    assert found.notes[-2:] == (
        "The earlier domains.csv holds 3 rows, and its run counted 2 domains: rows were added or "
        "taken out, and the counts follow the table.",
        "In the earlier domains.csv 1 row names a page: it is left out.",
    )


# Which site


@pytest.mark.parametrize(
    ("then", "now", "refused"),
    [
        ("shop.example", "other.example", True),
        ("shop.example", "https://www.shop.example/x", False),
        ("blog.shop.example", "shop.example", False),
        (None, "shop.example", False),
        ("shop.example", None, False),
        ("me.blogspot.com", "you.blogspot.com", True),
    ],
)
def test_a_run_about_another_site_is_refused(tmp_path: Path, then, now, refused: bool) -> None:
    old = write_run(tmp_path / "old", *ROWS, site=then)
    new = write_run(tmp_path / "new", *ROWS, site=now)
    if not refused:
        assert spamlinks.compare_runs(old, str(new)).counts["same"] == 2
        assert read_earlier(old, now) is not None
        return
    for compare in (lambda: compare_runs(old, new), lambda: read_earlier(old, now)):
        with pytest.raises(InputError, match=r"old/run\.json: that run is about .*Give an earlier"):
            compare()


def test_no_path_is_no_run() -> None:
    assert read_earlier(None) is None


def test_what_run_json_gets(tmp_path: Path) -> None:
    old = write_run(tmp_path / "old", domain("a.com", "KEEP", 0.2))
    many = [domain(f"n{n}.com", "REVIEW", 0.6) for n in range(600)]
    new = write_run(tmp_path / "new", domain("a.com", "DISAVOW", 0.97), *many)
    found = compare_runs(old, new).to_dict()
    assert found["run"] == {
        "created": "2026-10-05T08:00:00+00:00", "model": "standard-v2", "site": "shop.example",
        "file": "old/run.json",
    }  # fmt: skip
    assert found["counts"] == {"new": 600, "gone": 0, "worse": 1, "better": 0, "same": 0}
    assert (len(found["changes"]), found["more"]) == (500, 101)
    assert found["changes"][0] == {
        "linking_domain": "a.com", "change": "worse", "before": "KEEP", "after": "DISAVOW",
        "score_before": 0.2, "score_after": 0.97,
        "why": "The score passed the cut, and no single piece of evidence moved much.",
    }  # fmt: skip


def test_a_vendor_of_both_runs_is_not_new_among_the_exports(tmp_path: Path) -> None:
    before = write_run(tmp_path / "a", ROWS[0])
    after = write_run(tmp_path / "b", *ROWS)
    (why,) = compare_runs(before, after).changes["why"]
    assert "First seen on 2026-01-02" in why
    assert "among the exports" not in why
    (why,) = compare_runs(after, before).changes["why"]
    assert why == "No link of it is in these exports."
