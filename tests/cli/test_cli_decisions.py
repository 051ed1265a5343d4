"""From a first audit over a spreadsheet to the next one, the disavow file and a model."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from cli_outcome import EXAMPLES, Run

from spamlinks import audit
from spamlinks.disavow import DisavowFile
from spamlinks.model import blend, learning

HOSTILE = '=HYPERLINK("http://evil.example","x")\ndomain:shop.example\u202e ' + "long " * 8000


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first rows of an export, whose audit disavows something."""
    path = tmp_path_factory.mktemp("export") / "ahrefs.csv"
    text = (EXAMPLES / "shop-ahrefs-backlinks.csv").read_text("utf-16")
    path.write_text("".join(text.splitlines(keepends=True)[:201]), "utf-16")
    return path


def table(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "domains.csv").open(encoding="utf-8", newline="") as file:
        return {row["linking_domain"]: row for row in csv.DictReader(file)}


def decide(path: Path, target: Path, cells: dict[str, dict[str, object]]) -> None:
    """Fill in cells by name of the site and of the column; other names become rows below."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    place = {cell.value: number for number, cell in enumerate(sheet[1], 1)}
    rows = {row[0].value: row[0].row for row in sheet.iter_rows(min_row=2)}
    for name, values in cells.items():
        at = rows.get(name, sheet.max_row + 1)
        for column, value in ({"linking_domain": name} | values).items():
            sheet.cell(at, place[column], value)
    book.save(target)


def entries(path: Path) -> set[str]:
    return {line.value for line in DisavowFile.parse(path.read_bytes()).entries}


def run_json(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "run.json").read_bytes())


def test_the_whole_way(run: Run, first: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ("audit", first, "--site", "shop.example", "-o", out)
    assert run(*arguments).code == 0
    rows = table(out)
    spam, *more_spam = [name for name, row in rows.items() if row["verdict"] == "DISAVOW"]
    assert more_spam, "an example with one spam domain shows too little"
    honest = next(name for name, row in rows.items() if row["reason"] == "SCORE_LOW")
    assert run_json(out)["decisions"] is None
    assert not (out / "decisions.csv").exists()

    # Ann fills in the workbook where it lies.
    decide(
        out / "domains.xlsx",
        out / "domains.xlsx",
        {
            spam: {"decision": "KEEP", "decided_by": "Ann", "decision_note": "client of ours"},
            honest: {"decision": "disavow", "decision_note": HOSTILE[:32_000]},
            "elsewhere.example": {"decision": "DISAVOW", "decided_by": "Ann"},
        },
    )
    edited = (out / "domains.xlsx").read_bytes()
    outcome = run(*arguments, "--decisions", out / "domains.xlsx", "--decided-by", "Bob")
    assert outcome.code == 0, outcome.talk
    assert "domains.xlsx had been edited" in outcome.talk
    (kept,) = out.glob("domains.bak-*.xlsx")
    assert kept.read_bytes() == edited
    told = (
        "domains.xlsx: 3 decisions, 2 changed a verdict, 1 is about a site that does not link here"
    )
    assert told in outcome.talk
    assert "(1 of them by your decision)" in outcome.talk
    report = (out / "report.html").read_text("utf-8")
    assert told in report
    assert f"{len(more_spam) + 1} of {len(rows)} domains are to be disavowed, 1 of them" in report
    assert f"left out by decision: {spam} (KEEP" in outcome.talk
    assert "\u202e" not in outcome.talk

    # Verdicts, with the model's view beside them; author, day and reason are kept.
    now = table(out)
    for name, verdict in ((spam, "KEEP"), (honest, "DISAVOW")):
        assert [now[name][column] for column in ("verdict", "reason", "decision")] == [
            verdict,
            "DECIDED",
            verdict,
        ]
        assert now[name]["spam_score"] == rows[name]["spam_score"]
    assert now[spam]["decided_by"] == "Ann"
    assert now[spam]["decided_on"] == ""  # Ann did not say
    assert now[spam]["why"].startswith("Decided by Ann: client of ours.")
    assert now[honest]["decided_by"] == "Bob"
    assert now[honest]["decision_note"].startswith("'=HYPERLINK")
    said = run_json(out)["decisions"]
    assert {key: said[key] for key in said if key != "sha256"} == {
        "file": "domains.xlsx", "given": 3, "applied": 2, "changed": 2, "not_here": 1,
        "disavow": 1, "by": {"Ann": 2, "Bob": 1},
    }  # fmt: skip

    # disavow.txt names the decision in one harmless comment.
    text = (out / "disavow.txt").read_text("utf-8")
    assert entries(out / "disavow.txt") == {*more_spam, honest}
    (comment,) = [line for line in text.splitlines() if "decided by Bob" in line]
    assert comment.startswith("# ")
    assert len(comment) <= 302
    assert "domain :shop.example" in comment

    # The decisions live on, also the one about another site.
    with (out / "decisions.csv").open(encoding="utf-8", newline="") as file:
        assert [row["linking_domain"] for row in csv.DictReader(file)] == [
            *(name for name in rows if name in (spam, honest)),
            "elsewhere.example",
        ]
    again = tmp_path / "again"
    outcome = run(*arguments[:-1], again, "--decisions", out / "decisions.csv")
    assert outcome.code == 0, outcome.talk
    assert table(again) == now
    assert (again / "decisions.csv").read_bytes() == (out / "decisions.csv").read_bytes()
    # From its tables the same file comes, whichever is given.
    for name in ("domains.csv", "domains.xlsx"):
        outcome = run("disavow", again / name, "-o", tmp_path / "d.txt")
        assert outcome.code == 0, outcome.talk
        assert entries(tmp_path / "d.txt") == {*more_spam, honest}


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory, first: Path) -> tuple[Path, list[str]]:
    """An audit's folder, and the domains that it disavows."""
    from spamlinks.outputs import write_audit
    from spamlinks.pipeline import Settings
    from spamlinks.pipeline import audit as run_audit

    folder = tmp_path_factory.mktemp("audited")
    outcome = run_audit([first], Settings("shop.example"))
    write_audit(outcome, folder)
    spam = outcome.domains.filter(pl.col("verdict") == "DISAVOW")["linking_domain"].to_list()
    return folder, spam


def edited(audited: tuple[Path, list[str]], tmp_path: Path, **cells: str) -> Path:
    """A copy of the folder in which the first spam domain has these cells."""
    folder, spam = audited
    for name in ("run.json", "links.parquet", "disavow.txt"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    frame = pl.read_csv(folder / "domains.csv", infer_schema=False)
    first = pl.col("linking_domain") == spam[0]
    frame = frame.with_columns(
        pl.when(first).then(pl.lit(value)).otherwise(name).alias(name)
        for name, value in cells.items()
    )
    frame.write_csv(tmp_path / "domains.csv", separator=";")
    return tmp_path / "domains.csv"


def test_only_a_table_that_was_edited_is_kept_beside_the_new_one(
    first: Path, tmp_path: Path
) -> None:
    from spamlinks.outputs import write_audit
    from spamlinks.pipeline import Settings
    from spamlinks.pipeline import audit as run_audit

    outcome = run_audit([first], Settings("shop.example"))
    write_audit(outcome, tmp_path)
    write_audit(outcome, tmp_path)
    assert not list(tmp_path.glob("domains.bak-*")), "as a run wrote them: nothing to keep"
    mine = (tmp_path / "domains.csv").read_bytes().replace(b",DISAVOW,", b",KEEP,", 1)
    (tmp_path / "domains.csv").write_bytes(mine)
    run, _ = write_audit(outcome, tmp_path)
    (kept,) = tmp_path.glob("domains.bak-*")
    assert kept.read_bytes() == mine
    assert sum(kept.name in note for note in run["notes"]) == 1


def test_a_change_of_mind_takes_an_entry_out_of_our_file(
    run: Run, audited: tuple[Path, list[str]], tmp_path: Path
) -> None:
    spam = audited[1]
    path = edited(audited, tmp_path, verdict="KEEP")  # no decision: perhaps a slip
    outcome = run("disavow", path, "-o", tmp_path / "disavow.txt")
    assert outcome.code == 1
    assert f"domain:{spam[0]}" in outcome.line
    assert "or decide KEEP for it in domains.csv, in the column decision" in outcome.line
    path = edited(audited, tmp_path, decision="keep", decided_by="Ann")
    outcome = run("disavow", path, "-o", tmp_path / "disavow.txt")
    assert outcome.code == 0, outcome.talk
    assert f"left out by decision: {spam[0]} (KEEP, decided by Ann)" in outcome.talk
    assert entries(tmp_path / "disavow.txt") == set(spam[1:])
    assert len(list(tmp_path.glob("disavow.txt.bak-*"))) == 1
    # A file that somebody else wrote loses nothing, whatever was decided.
    (tmp_path / "theirs.txt").write_text(f"domain:{spam[0]}\n", "utf-8")
    outcome = run("disavow", path, "-o", tmp_path / "theirs.txt")
    assert outcome.code == 1
    assert "decide KEEP" not in outcome.line
    # The live file keeps its line, which is named.
    outcome = run("disavow", path, "--merge", tmp_path / "theirs.txt", "-o", tmp_path / "new.txt")
    assert outcome.code == 0, outcome.talk
    assert entries(tmp_path / "new.txt") == set(spam)
    assert f"recheck theirs.txt EXPORT --remove {spam[0]} --apply" in outcome.talk


def test_a_decision_that_was_taken_back_is_told(
    run: Run, audited: tuple[Path, list[str]], tmp_path: Path
) -> None:
    path = edited(audited, tmp_path, reason="DECIDED", verdict="REVIEW", decision="")
    outcome = run("disavow", path, "-o", tmp_path / "new.txt")
    assert outcome.code == 0, outcome.talk
    assert f"still with the verdict that it gave: {audited[1][0]};" in outcome.talk


def test_when_every_entry_was_decided_otherwise_our_file_is_set_aside(
    run: Run, audited: tuple[Path, list[str]], tmp_path: Path
) -> None:
    decisions = tmp_path / "mine.csv"
    lines = "".join(f"{name},KEEP\n" for name in audited[1])
    decisions.write_text("linking_domain,decision\n" + lines, "utf-8")
    path = edited(audited, tmp_path)
    target = tmp_path / "disavow.txt"
    outcome = run("disavow", path, "--decisions", decisions, "-o", target)
    assert outcome.code == 0, outcome.talk
    assert "Nothing to disavow" in outcome.talk
    assert "The former disavow.txt is kept as disavow.txt.bak-" in outcome.talk
    assert not target.exists()


def test_decisions_in_a_table_and_beside_it_must_agree(
    run: Run, audited: tuple[Path, list[str]], tmp_path: Path
) -> None:
    path = edited(audited, tmp_path, decision="KEEP")
    decisions = tmp_path / "mine.csv"
    decisions.write_text(f"linking_domain,decision\n{audited[1][0]},DISAVOW\n", "utf-8")
    outcome = run("disavow", path, "--decisions", decisions, "-o", tmp_path / "new.txt")
    assert outcome.code == 1
    assert "is decided DISAVOW in row 2, and KEEP" in outcome.line
    keep = tmp_path / "keep.txt"
    keep.write_text(audited[1][0], "utf-8")
    path = edited(audited, tmp_path)
    outcome = run(
        "disavow", path, "--decisions", decisions, "--keep", keep, "-o", tmp_path / "n.txt"
    )
    assert outcome.code == 1
    assert "is decided DISAVOW, and keep.txt keeps it" in outcome.line


USAGE = [  # arguments, words of the message
    (("audit", "x.csv", "--decided-by", "Ann", "-o", "out"), "it needs --decisions FILE"),
    (("audit", "x.csv", "--decisions", "d.csv", "--decided-by", " ", "-o", "out"), "give a name"),
    (("score", "x.csv", "--decisions", "d.csv", "-o", "-"), "give --by domain"),
]


@pytest.mark.parametrize(("arguments", "words"), USAGE)
def test_usage(run: Run, arguments: tuple[str, ...], words: str) -> None:
    outcome = run(*arguments)
    assert outcome.code == 2
    assert words in outcome.talk


def test_errors_come_before_the_work(run: Run, first: Path, tmp_path: Path) -> None:
    decisions, keep = tmp_path / "mine.csv", tmp_path / "keep.txt"
    decisions.write_text("linking_domain,decision\na.example,DISAVOW\n", "utf-8")
    keep.write_text("a.example\n", "utf-8")
    common = ("audit", first, "--decisions", decisions, "-o", tmp_path / "out")
    outcome = run(*common, "--keep", keep)
    assert outcome.code == 1
    assert "row 2: a.example is decided DISAVOW, and keep.txt keeps it" in outcome.line
    decisions.write_text("linking_domain,decision\na.example,\x1b[31mperhaps\u202e\n", "utf-8")
    outcome = run(*common)
    assert outcome.code == 1
    assert "row 2 (a.example): '[31mperhaps' is no decision" in outcome.line.replace(" [", "[")
    assert "\x1b" not in outcome.line
    assert not (tmp_path / "out").exists()


def test_score_by_domain_and_the_library_follow_decisions(
    run: Run, first: Path, tmp_path: Path, audited: tuple[Path, list[str]]
) -> None:
    spam = audited[1][0]
    frame = pl.DataFrame({"linking_domain": [spam], "decision": ["KEEP"]})
    frame.write_csv(tmp_path / "d.csv")
    outcome = run("score", first, "--by", "domain", "--site", "shop.example",
                  "--decisions", tmp_path / "d.csv", "-o", tmp_path / "s.csv")  # fmt: skip
    assert outcome.code == 0, outcome.talk
    scores = pl.read_csv(tmp_path / "s.csv")
    assert scores.filter(pl.col("linking_domain") == spam)["verdict"].to_list() == ["KEEP"]
    for given in (frame, frame.to_pandas(), tmp_path / "d.csv", str(tmp_path / "d.csv")):
        found = audit(first, site="shop.example", decisions=given, decided_by="Ann")
        row = found.domains.row(by_predicate=pl.col("linking_domain") == spam, named=True)
        assert (row["verdict"], row["reason"], row["decided_by"]) == ("KEEP", "DECIDED", "Ann")
        assert found.run["decisions"]["changed"] == 1


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blend, "BOOSTED", {**blend.BOOSTED, "n_estimators": 10})
    monkeypatch.setattr(blend, "SEEDS", 1)
    monkeypatch.setattr(blend, "FOREST", {**blend.FOREST, "n_estimators": 6})
    monkeypatch.setattr(learning, "DRAWS", 1)


@pytest.mark.usefixtures("quick")
def test_decisions_are_labels(run: Run, tmp_path: Path) -> None:
    from spamlinks.urls import linking_domain

    with (EXAMPLES / "labelled.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[:221]
    export = tmp_path / "labelled.csv"
    with export.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    page, label = (rows[0].index(name) for name in ("Referring page URL", "is_spam"))
    decided = {linking_domain(row[page]): row[label] for row in rows[1:]}
    words = {"1": "DISAVOW", "0": "KEEP"}
    lines = [f"{name},{words.get(value, 'REVIEW')}\n" for name, value in decided.items()]
    decisions = tmp_path / "decisions.csv"
    decisions.write_text("linking_domain,decision\n" + "".join(lines), "utf-8")
    common = ("--decisions", decisions, "--site", "shop.example")
    outcome = run("train", export, "-o", tmp_path / "m", "--jobs", "1", *common)
    assert outcome.code == 0, outcome.talk
    metadata = json.loads((tmp_path / "m" / "metadata.json").read_bytes())
    assert metadata["label_source"] == "decisions.csv"
    assert metadata["rows"]["spam"] == sum(row[label] == "1" for row in rows[1:])
    outcome = run("evaluate", export, *common, "--format", "json", "--rounds", "2")
    assert outcome.code == 0, outcome.talk
    # With a past disavow file and a keep list, which must not say otherwise.
    name = next(name for name, value in decided.items() if value == "0")
    past = tmp_path / "past.txt"
    past.write_text(f"domain:{name}\n", "utf-8")
    outcome = run("train", export, "-o", tmp_path / "n", "--disavow", past, *common)
    assert outcome.code == 1
    assert f"1 name is labelled both spam and honest ({name})" in outcome.line
    outcome = run("train", export, "-o", tmp_path / "n", "--labels", past, *common)
    assert outcome.code == 1
    assert "--labels and --decisions were given together" in outcome.line
    review = tmp_path / "review.csv"
    review.write_text(f"linking_domain,decision\n{name},REVIEW\n", "utf-8")
    outcome = run("train", export, "-o", tmp_path / "n", "--decisions", review)
    assert outcome.code == 1
    assert "review.csv: it decides nothing" in outcome.line


def test_a_file_without_decisions_is_told(run: Run, first: Path, tmp_path: Path) -> None:
    empty = tmp_path / "d.csv"
    empty.write_text("linking_domain,decision\nspam.example,\n", "utf-8")
    out = tmp_path / "out"
    outcome = run("audit", first, "--site", "shop.example", "-o", out, "--decisions", empty)
    assert outcome.code == 0
    assert "d.csv holds no decision: fill in its column decision" in outcome.talk
    outcome = run("disavow", out / "domains.csv", "--decisions", empty, "-o", tmp_path / "x.txt")
    assert "d.csv holds no decision: fill in its column decision" in outcome.talk


@pytest.mark.parametrize("option", ["--decisions", "--keep", "--disavow", "--previous", "--site"])
def test_a_second_value_is_never_the_last_one_in_silence(
    run: Run, first: Path, tmp_path: Path, option: str
) -> None:
    for form in ((option, "one.x", option, "two.x"), (f"{option}=one.x", f"{option}=two.x")):
        outcome = run("audit", first, "-o", tmp_path / "out", *form)
        assert outcome.code == 2
        said = " ".join(outcome.talk.split())
        assert f"Invalid value for '{option}'" in said
        assert "one.x and two.x" in said
        assert not (tmp_path / "out").exists()


def test_the_same_value_twice_is_no_contradiction(run: Run, first: Path, tmp_path: Path) -> None:
    site = ("--site", "shop.example")
    assert run("audit", first, "-o", tmp_path / "out", *site, *site).code == 0


def test_a_folder_stands_for_what_was_decided_in_it(run: Run, first: Path, tmp_path: Path) -> None:
    out, again = tmp_path / "out", tmp_path / "again"
    arguments = ("audit", first, "--site", "shop.example", "-o")
    assert run(*arguments, out).code == 0
    outcome = run(*arguments, again, "--decisions", out)
    assert outcome.code == 1
    assert "it holds no decisions.csv, and nobody edited its domains.csv or" in outcome.line
    names = list(table(out))
    # The table that was filled in counts, not the one that was left as it was.
    first_words = {names[0]: {"decision": "KEEP"}, "away.example": {"decision": "KEEP"}}
    decide(out / "domains.xlsx", out / "domains.xlsx", first_words)
    outcome = run(*arguments, out, "--decisions", out)
    assert "domains.xlsx: 2 decisions, 1 changed a verdict" in outcome.talk
    # Without an edit the decisions of that run count.
    outcome = run(*arguments, again, "--decisions", out)
    assert "decisions.csv: 2 decisions, 1 changed a verdict" in outcome.talk
    # An edited table is newer than decisions.csv, which alone knows sites without a row.
    text = (out / "domains.csv").read_text("utf-8-sig")
    old = next(line for line in text.splitlines() if line.startswith(f"{names[1]},"))
    assert old.endswith(",,,,")
    new = text.replace(old, old.removesuffix(",,,,") + ",KEEP,,,")
    (out / "domains.csv").write_text(new, "utf-8")
    outcome = run(*arguments, again, "--decisions", out)
    assert "domains.csv: 3 decisions" in outcome.talk
    decide(out / "domains.xlsx", out / "domains.xlsx", {names[2]: {"decision": "KEEP"}})
    outcome = run(*arguments, again, "--decisions", out)
    assert outcome.code == 1
    assert "both domains.csv and domains.xlsx may hold your decisions" in outcome.line


def test_decisions_that_are_not_given_again_are_named_and_kept(
    run: Run, first: Path, tmp_path: Path
) -> None:
    out, few = tmp_path / "out", tmp_path / "few.csv"
    arguments = ("audit", first, "--site", "shop.example", "-o", out, "--decisions")
    many = tmp_path / "many.csv"
    many.write_text("linking_domain,decision\na.example,KEEP\nb.example,KEEP\nc.example,KEEP\n")
    few.write_text("linking_domain,decision\nb.example,KEEP\n", "utf-8")
    assert run(*arguments, many).code == 0
    former = (out / "decisions.csv").read_bytes()
    outcome = run(*arguments, few)
    assert "2 decisions of the last run are not in few.csv: a.example, c.example" in outcome.talk
    (kept,) = out.glob("decisions.bak-*.csv")
    assert kept.read_bytes() == former
    assert "of the last run" not in run(*arguments, many).talk


def test_a_site_whose_links_pass_nothing_on_needs_no_entry(
    run: Run, first: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    arguments = ("audit", first, "--site", "shop.example", "-o")
    assert run(*arguments, out).code == 0
    name = next(n for n, row in table(out).items() if row["reason"] == "NOFOLLOW_ONLY")
    decided = tmp_path / "d.csv"
    decided.write_text(f"linking_domain,decision\n{name},DISAVOW\n", "utf-8")
    outcome = run(*arguments, tmp_path / "again", "--decisions", decided)
    assert f"all links are nofollow or gone: {name}; it needs no entry" in outcome.talk
