"""The commands as the design names them: options, outputs, columns, exit codes."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import typer.main
from cli_outcome import EXAMPLES, Run

from spamlinks.cli import app
from spamlinks.disavow import DisavowFile
from spamlinks.simulate import KINDS

COMMANDS: dict[str, set[str]] = {  # command: its options, all that the design names at least
    "audit": {
        *("--site", "--output", "--brand", "--disavow", "--keep", "--facts", "--model"),
        *("--situation", "--precision", "--prior"),
    },
    "score": {"--output", "--by", "--site", "--brand", "--facts", "--model", "--prior"},
    "disavow": {"--output", "--merge", "--diff", "--site", "--keep", "--precision", "--situation"},
    "train": {"--output", "--label", "--labels", "--disavow", "--keep", "--seed"},
    "enrich": {"--store", "--what", "--only-undecided", "--max-requests", "--site", "--keep"},
    "formats": set(),
    "signals": {"--words", "--format"},
    "model": set(),
    "simulate": {
        *("--rows", "--output", "--vendor", "--seed", "--spam-share", "--site", "--date"),
        *("--label-noise", "--missing", "--as-seen", "--list-kinds"),
    },
}
AUDIT_FILES = {
    *("domains.csv", "domains.xlsx", "links.parquet", "rejected.csv", "report.html", "run.json"),
}
DOMAIN_HEADER = (
    "linking_domain,unit,verdict,reason,spam_score,links,followed_links,first_seen,network,"
    "why,evidence,in_search_console,seen_by,decision,decided_by,decided_on,decision_note"
)


def header(data: bytes) -> str:
    return data.split(b"\n", 1)[0].decode()


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def run_json(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "run.json").read_text("utf-8")))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_keeps_its_name_and_options(name: str) -> None:
    group: Any = typer.main.get_command(app)
    command = group.commands[name]
    options = {text for parameter in command.params for text in parameter.opts}
    assert COMMANDS[name] <= options
    assert command.help
    hidden = [p.name for p in command.params if p.param_type_name == "option" and not p.help]
    named = {"by", "label", "labels", "disavow", "keep"}  # help is there; a name would be a slip
    assert not set(hidden) - named


def test_bare_command_and_version(run: Run) -> None:
    assert run("--version").data.startswith(b"spamlinks ")
    assert run().code == 2  # no command is a usage error that shows the help


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("audit",), "EXPORT"),
        (("audit", "x.csv"), "--output"),
        (("no-such-command",), "no-such-command"),
        (("score", "x.csv", "-o", "out.xlsx"), ".parquet"),
        (("score", "x.csv", "-o", "out.csv", "--by", "page"), "--by"),
        (("audit", "x.csv", "-o", "out", "--prior", "much"), "--prior"),
        (("audit", "x.csv", "-o", "out", "--prior", "nan"), "--prior"),
        (("audit", "x.csv", "-o", "out", "--prior", "1"), "--prior"),
        (("audit", "x.csv", "-o", "out", "--precision", "0"), "--precision"),
        (("audit", "x.csv", "-o", "out", "--precision", "nan"), "--precision"),
        (("audit", "x.csv", "-o", "out", "--situation", "panic"), "--situation"),
        (("simulate", "-n", "0", "-o", "x.csv"), "--rows"),
        (("simulate", "-n", "5", "-o", "x.csv", "--seed", "-1"), "--seed"),
        (("simulate", "-n", "5", "-o", "x.csv", "--date", "5.10.2026"), "--date"),
        (("simulate", "-n", "5", "-o", "x.csv", "--label-noise", "2"), "--label-noise"),
        (("simulate", "-n", "5", "-o", "x.csv", "--missing", "-1"), "--missing"),
        (("train", "x.csv", "-o", "m", "--seed", "-1"), "--seed"),
        (("train", "x.csv", "-o", "m", "--seed", str(2**40)), "--seed"),
    ],
)
def test_a_wrong_use_is_exit_code_2_and_names_what_is_wrong(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str], named: str
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = run(*arguments)
    assert outcome.code == 2
    assert named in outcome.talk
    assert outcome.data == b""
    assert "Traceback" not in outcome.talk
    assert not list(tmp_path.iterdir())


def test_audit_writes_what_it_says(run: Run, exports: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    outcome = run("audit", *exports.values(), "--site", "shop.example", "-o", out)
    assert outcome.code == 0, outcome.talk
    assert outcome.data == b""  # the talk is on stderr
    assert {path.name for path in out.iterdir()} == AUDIT_FILES | {"disavow.txt"}
    assert header((out / "domains.csv").read_bytes()) == DOMAIN_HEADER
    facts = run_json(out)
    totals = facts["totals"]
    assert totals["records"] == 610
    assert totals["records"] == sum(
        totals[name] for name in ("links", "duplicates", "own_site", "rejected")
    )
    domains = rows((out / "domains.csv").read_bytes())
    assert len(domains) == totals["domains"]
    assert {name: sum(d["verdict"] == name for d in domains) for name in facts["verdicts"]} == (
        facts["verdicts"]
    )
    assert facts["verdicts"]["DISAVOW"] > 0
    assert pl.read_parquet(out / "links.parquet").height == totals["links"]
    written = DisavowFile.parse((out / "disavow.txt").read_bytes())
    assert {entry.value for entry in written.entries} == {
        d["linking_domain"] for d in domains if d["verdict"] == "DISAVOW"
    }
    assert facts["disavow"]["entries"] == len(written.entries)
    assert not any("\x1b" in text for text in (outcome.talk,))  # no colours in a pipe


def test_twice_the_same_bytes(run: Run, exports: dict[str, Path], tmp_path: Path) -> None:
    command = ("audit", *exports.values(), "-o", tmp_path / "out")
    run(*command)
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    run(*command)
    second = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert set(first) == set(second)  # no backup either
    for name in ("domains.csv", "disavow.txt", "links.parquet", "rejected.csv"):
        assert first[name] == second[name], name


LIVE = (  # line ends, comments and odd lines of its own: all must stay
    b"# ours since 2019\r\nDomain:Old-Friend.example \r\n\r\nhttp://page.example/a b\r\n"
    b"not an entry, a note without a mark\r\ndomain:last.example"
)


def test_a_live_file_is_only_added_to(run: Run, exports: dict[str, Path], tmp_path: Path) -> None:
    live = tmp_path / "live.txt"
    live.write_bytes(LIVE)
    out = tmp_path / "out"
    command = ("audit", exports["ahrefs"], "--disavow", live, "-o", out)
    assert run(*command).code == 0
    merged = (out / "disavow.txt").read_bytes()
    assert merged.startswith(LIVE + b"\r\n")
    assert len(DisavowFile.parse(merged).entries) > 3
    assert live.read_bytes() == LIVE  # the live file itself is only read

    again = run("audit", exports["ahrefs"], "--disavow", out / "disavow.txt", "-o", out)
    assert again.code == 0
    assert "already has every entry" in again.talk
    assert (out / "disavow.txt").read_bytes() == merged  # never deleted, though it is ours


def test_our_own_file_as_the_live_file_survives_a_run_without_news(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    run("audit", exports["ahrefs"], "-o", tmp_path)
    before = (tmp_path / "disavow.txt").read_bytes()
    assert before.startswith(b"# Disavow file by spamlinks")
    run("audit", exports["ahrefs"], "--disavow", tmp_path / "disavow.txt", "-o", tmp_path)
    assert (tmp_path / "disavow.txt").read_bytes() == before
    assert run_json(tmp_path)["disavow"]["written"] is False


def test_what_the_owner_added_to_our_file_is_backed_up(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    run("audit", exports["ahrefs"], "-o", tmp_path)
    target = tmp_path / "disavow.txt"
    edited = target.read_bytes() + b"domain:by-hand.example\n"
    for arguments in (("--situation", "attack"), ("--precision", "0.9999")):  # replaced, set aside
        target.write_bytes(edited)
        run("audit", exports["ahrefs"], "-o", tmp_path, *arguments)
        kept = [path for path in tmp_path.glob("disavow.txt.bak-*") if path.read_bytes() == edited]
        assert len(kept) == 1, arguments
        kept[0].unlink()
    assert not target.exists()  # nothing is certain at 0.9999, and a stale file would mislead


def test_a_file_that_is_not_ours_is_never_moved(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "disavow.txt").write_bytes(LIVE)
    run("audit", exports["ahrefs"], "-o", tmp_path, "--precision", "0.9999")
    assert (tmp_path / "disavow.txt").read_bytes() == LIVE


def disavowed(folder: Path) -> set[str]:
    found = rows((folder / "domains.csv").read_bytes())
    return {d["linking_domain"] for d in found if d["verdict"] == "DISAVOW"}


def test_keep_site_and_precision_only_take_entries_away(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    run("audit", exports["ahrefs"], "-o", tmp_path / "plain", "--situation", "attack")
    plain = disavowed(tmp_path / "plain")
    spared = min(plain)
    keep = tmp_path / "keep.txt"
    keep.write_text(f"# ours\n{spared}\n")
    run("audit", exports["ahrefs"], "-o", tmp_path / "kept", "--situation", "attack",
        "--keep", keep)  # fmt: skip
    kept = rows((tmp_path / "kept" / "domains.csv").read_bytes())
    by_name = {row["linking_domain"]: row for row in kept}
    assert (by_name[spared]["verdict"], by_name[spared]["reason"]) == ("KEEP", "KEEP_LIST")
    assert spared not in (tmp_path / "kept" / "disavow.txt").read_text()

    run("audit", exports["ahrefs"], "-o", tmp_path / "strict")
    assert disavowed(tmp_path / "strict") <= plain
    run("audit", exports["ahrefs"], "-o", tmp_path / "never", "--precision", "0.9999")
    assert disavowed(tmp_path / "never") == set()


def test_links_from_the_site_itself_are_set_aside(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    pages = tmp_path / "pages.txt"  # says nothing about whose links they are
    pages.write_text("https://spam.example/casino\nhttps://blog.own.example/\nown.example/x\n")
    assert (
        run("audit", pages, "-o", tmp_path / "out", "--site", "https://www.own.example/").code == 0
    )
    found = rows((tmp_path / "out" / "domains.csv").read_bytes())
    assert [row["linking_domain"] for row in found] == ["spam.example"]
    assert run_json(tmp_path / "out")["totals"]["own_site"] == 2


def test_exports_about_another_site_are_not_judged_as_one(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("Source Url,Anchor text,Target Url\nhttps://a.example/,x,https://b.example/\n")
    mixed = run("audit", exports["semrush"], other, "-o", tmp_path / "out")
    assert mixed.code == 1
    assert "shop.example (shop-semrush-backlinks.csv), b.example (other.csv)" in mixed.line
    assert "--site" in mixed.line
    told = run("audit", exports["semrush"], other, "--site", "shop.example", "-o", tmp_path / "out")
    assert told.code == 0
    assert "refused: other.csv: it is about b.example, not about shop.example" in told.talk
    assert [r["file"] for r in run_json(tmp_path / "out")["refused"]] == ["other.csv"]
    for command in ("audit", "disavow", "score"):
        name = "out.csv" if command == "score" else "out2"
        alone = run(command, other, "--site", "shop.example", "-o", tmp_path / name)
        assert (alone.code, "it is about b.example" in alone.line) == (1, True), command


def test_each_file_is_accounted_for_on_screen(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    twin = tmp_path / "older" / exports["semrush"].name  # the same name, another file
    twin.parent.mkdir()
    lines = exports["semrush"].read_text("utf-8").splitlines(keepends=True)
    twin.write_text("".join([lines[0], *lines[11:31], "https://broken\n"]), "utf-8")
    copy = tmp_path / "copy.csv"
    copy.write_bytes(exports["gsc"].read_bytes())
    outcome = run("audit", *exports.values(), twin, copy, "-o", tmp_path / "out")
    assert outcome.code == 0, outcome.talk
    talk = " ".join(outcome.talk.split())
    facts = run_json(tmp_path / "out")
    assert len(facts["inputs"]) == 4
    for entry in (*facts["inputs"], facts["totals"]):
        said = (
            f"{entry['records']:,} records = {entry['links']:,} links + "
            f"{entry['duplicates']:,} duplicates + {entry['own_site']:,} own site + "
            f"{entry['rejected']:,} rejected"
        )
        assert re.sub(r"\b1 (link|duplicate)s", r"1 \1", said) in talk
        if "file" in entry:
            assert f"{entry['file']}: {entry['vendor']} {entry['kind']}" in talk
    names = [entry["file"] for entry in facts["inputs"]]
    assert f"older/{twin.name}" in names
    assert facts["inputs"][names.index(f"older/{twin.name}")]["records"] == 21
    assert "is a copy of" in talk
    assert "rejected: 1 wrong number of cells; rejected.csv says what to do" in talk
    assert facts["rejected"] == {"wrong number of cells": 1}
    rejected = rows((tmp_path / "out" / "rejected.csv").read_bytes())
    assert list(rejected[0]) == ["file", "record", "reason", "advice", "text"]
    assert rejected[0]["file"] == f"older/{twin.name}"
    assert rejected[0]["advice"].startswith("Export the file again")


def test_what_google_does_not_list_is_said(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    command = ("audit", *exports.values(), "-o", tmp_path / "out")
    talk = run(*command).talk
    found = rows((tmp_path / "out" / "domains.csv").read_bytes())
    spared = [row for row in found if row["reason"] == "NOT_IN_SEARCH_CONSOLE"]
    assert spared
    assert {row["verdict"] for row in spared} == {"KEEP"}
    assert {row["in_search_console"] for row in spared} == {"false"}
    assert all("gsc" not in row["seen_by"].split("+") for row in spared)
    assert f"{len(spared)} flagged domains are not in Search Console: no entry is needed" in talk
    report = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert f"{len(spared)} flagged domains are not in Search Console" in report
    assert "so look at them" in run(*command, "--situation", "bought").talk
    without = run("audit", exports["ahrefs"], "-o", tmp_path / "out")
    assert "Search Console" not in without.talk
    assert "give an export of Search Console" in str(run_json(tmp_path / "out")["not_looked_at"])
    found = rows((tmp_path / "out" / "domains.csv").read_bytes())
    assert {row["in_search_console"] for row in found} == {""}


def test_a_table_without_the_newer_columns_is_accepted(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    run("audit", exports["ahrefs"], "-o", tmp_path)
    table = pl.read_csv(tmp_path / "domains.csv", infer_schema=False)
    table.drop("in_search_console", "seen_by").write_csv(tmp_path / "older.csv")
    for name in ("domains.csv", "older.csv"):
        outcome = run("disavow", tmp_path / name, "-o", tmp_path / f"{name}.txt")
        assert outcome.code == 0, outcome.talk
    texts = [(tmp_path / f"{n}.txt").read_text("utf-8") for n in ("domains.csv", "older.csv")]
    assert texts[0] == texts[1]


def test_brand_facts_and_prior_reach_the_scores(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    base = ("audit", exports["ahrefs"], "-o")
    run(*base, tmp_path / "a")
    run(*base, tmp_path / "b", "--facts", EXAMPLES / "facts.csv")
    run(*base, tmp_path / "c", "--prior", "0.3")
    run(*base, tmp_path / "d", "--prior", "auto")
    run(*base, tmp_path / "e", "--prior", "0.1")
    run(*base, tmp_path / "f", "--brand", "casino", "--brand", "")

    def scores(name: str) -> dict[str, float]:
        found = rows((tmp_path / name / "domains.csv").read_bytes())
        return {row["linking_domain"]: float(row["spam_score"]) for row in found}

    plain = scores("a")
    assert scores("b") != plain
    assert "Registration dates" in str(run_json(tmp_path / "a")["not_looked_at"])
    assert "Registration dates" not in str(run_json(tmp_path / "b")["not_looked_at"])
    higher = scores("c")
    assert all(higher[name] >= plain[name] for name in plain)
    assert any(higher[name] > plain[name] for name in plain)
    assert run_json(tmp_path / "c")["prior"] == 0.3
    assert 0.005 <= run_json(tmp_path / "d")["prior"] <= 0.8
    assert scores("e") == plain  # 0.1 is what the shipped model assumes
    assert scores("f") != plain  # the brand's own word is no spam word


def test_score_by_link_and_by_domain(run: Run, exports: dict[str, Path], tmp_path: Path) -> None:
    paths = (exports["ahrefs"], exports["gsc"])
    shown = run("score", *paths, "-o", "-")
    assert shown.code == 0
    columns = "referring_page,linking_domain,target_url,anchor_text,spam_score"
    assert header(shown.data) == columns
    table = rows(shown.data)
    assert len(table) == 550  # one row per record: nothing is merged
    assert all(0 <= float(row["spam_score"]) <= 1 for row in table)

    run("score", *paths, "-o", tmp_path / "links.CSV")
    assert (tmp_path / "links.CSV").read_bytes() == shown.data
    run("score", *paths, "-o", tmp_path / "links.parquet")
    assert ",".join(pl.read_parquet(tmp_path / "links.parquet").columns) == columns

    domains = run("score", *paths, "--by", "domain", "-o", "-")
    assert header(domains.data) == "linking_domain,spam_score,verdict,links"
    run("audit", *paths, "-o", tmp_path / "out")
    audited = rows((tmp_path / "out" / "domains.csv").read_bytes())
    names = ("linking_domain", "spam_score", "verdict", "links")
    assert rows(domains.data) == [{name: row[name] for name in names} for row in audited]


def test_disavow_from_exports_and_from_the_table_agree(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    run("audit", exports["ahrefs"], "-o", tmp_path / "audit")
    table = tmp_path / "audit" / "domains.csv"
    a, b, live = (tmp_path / name for name in ("a.txt", "b.txt", "live.txt"))
    first = run("disavow", exports["ahrefs"], "-o", a, "--diff")
    second = run("disavow", table, "-o", b, "--diff")
    assert first.data == second.data
    entries = DisavowFile.parse(a.read_bytes()).entry_set
    assert entries == DisavowFile.parse(b.read_bytes()).entry_set
    added = [line[1:] for line in first.data.decode().split("\n")[2:] if line.startswith("+")]
    assert "\n".join(added) + "\n" == a.read_text("utf-8")  # against nothing, all is new
    live.write_bytes(LIVE)
    for source in (exports["ahrefs"], table):
        target = tmp_path / "merged.txt"
        assert run("disavow", source, "--merge", live, "-o", target).code == 0
        merged = target.read_bytes()
        assert merged.startswith(LIVE)
        assert DisavowFile.parse(merged).entry_set >= entries
        assert run("disavow", source, "--merge", target, "-o", target, "--diff").data == b""
        assert target.read_bytes() == merged


def test_disavow_in_place_backs_up_and_then_adds_nothing(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    live = tmp_path / "live.txt"
    live.write_bytes(LIVE)
    run("disavow", exports["ahrefs"], "--merge", live, "-o", live)
    assert live.read_bytes().startswith(LIVE)
    assert [path.read_bytes() for path in tmp_path.glob("live.txt.bak-*")] == [LIVE]
    before = live.read_bytes()
    outcome = run("disavow", exports["ahrefs"], "--merge", live, "-o", live)
    assert "already has every entry" in outcome.talk
    assert live.read_bytes() == before


def test_keep_and_site_hold_for_a_table_of_domains(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    run("audit", *exports.values(), "-o", tmp_path, "--precision", "0.90")
    names = sorted(disavowed(tmp_path))
    assert len(names) >= 4
    keep = tmp_path / "keep.txt"
    keep.write_text(f"{names[0]}\nhttp://sub.{names[1]}/a/page\n")  # a site, and a page of another
    out = tmp_path / "out.txt"
    table = tmp_path / "domains.csv"
    outcome = run("disavow", table, "-o", out, "--keep", keep, "--site", names[2])
    assert outcome.code == 0
    written = {entry.value for entry in DisavowFile.parse(out.read_bytes()).entries}
    assert written == set(names[3:])


@pytest.mark.parametrize(
    "wish",
    [("--precision", "0.99"), ("--situation", "attack"), ("--prior", "0.2"), ("--brand", "shop")],
)
def test_a_wish_that_a_table_cannot_follow_is_refused(
    run: Run, exports: dict[str, Path], tmp_path: Path, wish: tuple[str, str]
) -> None:
    table = tmp_path / "domains.csv"
    table.write_text(f"{DOMAIN_HEADER}\na.example,domain,DISAVOW,SCORE_HIGH,0.99,1,1,,,,\n")
    outcome = run("disavow", table, "-o", tmp_path / "out.txt", *wish)
    assert outcome.code == 1
    assert wish[0] in outcome.line
    assert not (tmp_path / "out.txt").exists()


def test_simulate_is_read_back_by_audit(run: Run, tmp_path: Path) -> None:
    for vendor in ("ahrefs", "semrush", "majestic", "bing", "gsc", "plain"):
        path = tmp_path / f"{vendor}.{'txt' if vendor == 'plain' else 'csv'}"
        assert run("simulate", "-n", "40", "-o", path, "--vendor", vendor).code == 0
        again = tmp_path / "again.csv"
        run("simulate", "-n", "40", "-o", again, "--vendor", vendor)
        assert again.read_bytes() == path.read_bytes()
        again.unlink()
        out = tmp_path / vendor
        outcome = run("audit", path, "-o", out, "--site", "shop.example")
        assert outcome.code == 0, outcome.talk
        facts = run_json(out)
        assert facts["inputs"][0]["vendor"] == (vendor)
        assert facts["totals"]["records"] == 40


def test_simulate_does_what_its_options_say(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    base = ("simulate", "-n", "400", "-o", path, "--vendor", "semrush")
    assert run(*base, "--date", "2020-02-29").code == 0
    right = rows(path.read_bytes())
    assert max(row["Last seen"] for row in right) <= "2020-02-29"
    assert max(row["Last seen"] for row in right) > "2019-06-01"
    assert run(*base, "--date", "2020-02-29", "--label-noise", "1").code == 0
    wrong = rows(path.read_bytes())
    assert all(one["is_spam"] != two["is_spam"] for one, two in zip(right, wrong, strict=True))
    assert run(*base, "--missing", "0.5").code == 0
    assert 0.3 < sum(row["Nofollow"] == "" for row in rows(path.read_bytes())) / 400 < 0.8
    outcome = run(*base, "--as-seen")
    assert 100 < len(rows(path.read_bytes())) < 400
    assert "at most 400" in outcome.talk
    late = run(*base, "--date", "2345-01-01")
    assert (late.code, "a day of 2345-01-01" in late.line) == (1, True)


def test_the_kinds_are_listed_and_nothing_is_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = run("simulate", "--list-kinds")
    assert (outcome.code, outcome.talk) == (0, "")
    for kind in KINDS.values():
        assert kind.name.encode() in outcome.data
        assert kind.sentence.encode() in outcome.data
    assert not list(tmp_path.iterdir())


def test_lists_are_data(run: Run, exports: dict[str, Path]) -> None:
    formats = run("formats")
    assert (formats.code, formats.talk) == (0, "")
    assert b"ahrefs" in formats.data
    one = run("formats", exports["ahrefs"])
    assert one.data.startswith(b"shop-ahrefs-backlinks.csv: ahrefs backlinks")
    signals = run("signals")
    for name in (b"domain_age_days", b"external_links", b"anchor_", b"tld_risk"):
        assert name in signals.data
    shown = run("model")
    assert b"sha256" in shown.data
    assert re.search(rb"prior 0\.\d+", shown.data)


def shell(*arguments: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "spamlinks", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, **options)


def test_as_a_program(exports: dict[str, Path], tmp_path: Path) -> None:
    """What a test in this process cannot see: a closed pipe, a file named -rf."""
    shutil.copy(exports["gsc"], tmp_path / "-rf")
    found = shell("score", "-o", "-", "--", "-rf", cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert found.stdout.count(b"\n") == 351
    pipe = f"{sys.executable} -m spamlinks score -o - ./-rf | head -c 10"
    cut = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {pipe}"],
        cwd=tmp_path, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert b"Traceback" not in cut.stderr
    assert b"Exception" not in cut.stderr
    assert len(cut.stdout) == 10
