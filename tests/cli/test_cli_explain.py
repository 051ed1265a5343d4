"""``spamlinks explain`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from cli_outcome import Run

import spamlinks

WORST = "lirefekafa-rank1.top"


def test_text_goes_to_stdout_and_nothing_else(run: Run, exports: dict[str, Path]) -> None:
    outcome = run("explain", WORST, exports["ahrefs"], "--site", "shop.example", "--links", 2)
    assert outcome.code == 0, outcome.talk
    assert outcome.talk == ""
    lines = outcome.data.decode().splitlines()
    assert lines[0].startswith(f"{WORST}: ")
    for heading in ("From the signals to the score", "Speaks for spam", "Speaks for keeping it",
                    "Not known", "What would change the verdict"):  # fmt: skip
        assert heading in lines
    assert any(line.startswith("Its links (2 of ") for line in lines)
    assert max(map(len, lines)) <= 100


def test_json_is_what_the_library_gives(run: Run, exports: dict[str, Path]) -> None:
    outcome = run("explain", WORST, exports["ahrefs"], "--format", "json", "--links", 1)
    assert outcome.code == 0
    data = json.loads(outcome.data)
    found = spamlinks.explain(WORST, exports["ahrefs"], links=1)
    assert data == json.loads(json.dumps(found.to_dict()))
    assert len(data["link_rows"]["shown"]) == 1


def test_the_score_is_that_of_domains_csv(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    options = ("--site", "shop.example", "--situation", "attack", "--prior", "0.2")
    assert run("audit", exports["ahrefs"], exports["gsc"], "-o", tmp_path, *options).code == 0
    table = pl.read_csv(tmp_path / "domains.csv", infer_schema_length=None)
    for row in table.gather_every(max(1, table.height // 4)).iter_rows(named=True):
        outcome = run("explain", row["linking_domain"], exports["ahrefs"], exports["gsc"],
                      "--format", "json", *options)  # fmt: skip
        data = json.loads(outcome.data)
        assert round(data["spam_score"], 6) == row["spam_score"]
        assert round(data["score"]["spam_score"], 6) == row["spam_score"]
        for name in ("verdict", "reason", "unit", "links", "why"):
            assert data[name] == row[name], name
        assert " | ".join(data["evidence"]) == (row["evidence"] or "")


ERRORS = [  # arguments after the name, exit code, what the line says
    (("nowhere.example",), 1, "linking domains of these exports"),
    (("lirefekafa-rank2.top",), 1, f"Close: {WORST}"),
    ((WORST, "--language", "zz"), 1, "Use one of en"),
    ((WORST, "--format", "xml"), 2, "text or json"),
    ((WORST, "--links", "-1"), 2, "--links"),
    ((WORST, "--situation", "panic"), 2, "--situation"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), ERRORS)
def test_errors(
    run: Run, exports: dict[str, Path], arguments: tuple[str, ...], code: int, said: str
) -> None:
    what, *options = arguments
    outcome = run("explain", what, exports["ahrefs"], *options)
    assert outcome.code == code
    assert said in outcome.talk
    assert outcome.data == b""
    assert "Traceback" not in outcome.talk
    if code == 1:
        assert outcome.line


def test_exports_without_links_are_one_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("referring_page,target_url\n", "utf-8")
    outcome = run("explain", WORST, path)
    assert outcome.code == 1
    assert outcome.line


def test_a_decision_is_told_with_its_author(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "decisions.csv"
    path.write_text(f"linking_domain,decision\n{WORST},KEEP\n", "utf-8")
    outcome = run("explain", WORST, exports["ahrefs"], "--decisions", path, "--decided-by", "Ada",
                  "--format", "json")  # fmt: skip
    assert outcome.code == 0, outcome.talk
    data = json.loads(outcome.data)
    assert (data["verdict"], data["reason"]) == ("KEEP", "DECIDED")
    assert "Ada" in data["why"]
    assert data["changes"]["by_score_alone"]["verdict"] in ("DISAVOW", "REVIEW")
    assert data["changes"]["single_signals"] == []


def test_an_audit_folder_is_no_export(run: Run, exports: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("audit", exports["ahrefs"], "-o", out).code == 0
    outcome = run("explain", WORST, out)
    assert outcome.code == 1
    assert "it is the folder of an audit, no export" in outcome.line
    assert exports["ahrefs"].name in outcome.line


def test_a_network_is_told_with_its_members(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    files, options = (exports["ahrefs"], exports["gsc"]), ("--site", "shop.example")
    assert run("audit", *files, *options, "-o", tmp_path).code == 0
    table = pl.read_csv(tmp_path / "domains.csv", infer_schema_length=None)
    table = table.filter(pl.col("network").is_not_null())
    name = table["network"][0]
    members = table.filter(pl.col("network") == name)["linking_domain"].to_list()
    outcome = run("explain", name, *files, *options)
    assert outcome.code == 1
    assert "it is the name of a network, no domain (" in outcome.line
    assert f"Explain one of its members: {members[0]}" in outcome.line


def test_a_record_may_stand_for_several_links(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    named = ("--map", "page=referring_page", "--map", "n=links_in_group")
    for rows, said in (
        ("https://a.example/,7\n", "1 record for 7 links"),
        ("https://a.example/,7\nhttps://a.example/b,1\n", "2 records for 8 links"),
        ("https://a.example/,1\nhttps://a.example/b,1\n", "; 2 links,"),
    ):
        path.write_text(f"page,n\n{rows}", "utf-8")
        outcome = run("explain", "a.example", path, *named)
        assert outcome.code == 0, outcome.talk
        assert said in " ".join(outcome.data.decode().split())
