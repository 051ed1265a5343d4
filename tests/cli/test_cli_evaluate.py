"""spamlinks evaluate, as a shell sees it: what is printed, what is written, what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from cli_outcome import EXAMPLES, Run

QUICK = ("--rounds", "30")


@pytest.fixture(scope="session")
def links(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Labelled links with addresses that do not look generated."""
    path = tmp_path_factory.mktemp("labelled") / "links.csv"
    with (EXAMPLES / "labelled.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:220]
    for n, row in enumerate(rows):
        page = row["Referring page URL"].split("/")[2]
        row |= {"Referring page URL": f"https://{page}/p{n}-of-our-site"}
        row |= {"Target URL": "https://caldea.com/"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_text_for_people(run: Run, links: Path) -> None:
    outcome = run("evaluate", links, *QUICK)
    assert outcome.code == 0, outcome.talk
    text = outcome.data.decode()
    assert text.startswith("ROC AUC 0.")
    for words in (
        "linking domains",
        "average precision",
        "expected calibration error, moved to the labelled share",
        "false disavows per 10,000 honest domains",
        "by view",
        "by ending",
        "by language",
        "honest, above the cut: ",
        "spam, missed: ",
        "Drift: ",
    ):
        assert words in text
    assert text.index("honest, above the cut") < text.index("spam, missed")
    assert outcome.talk == ""  # nothing to say beyond the data


def test_the_examples_say_first_that_they_are_made_up(run: Run, tmp_path: Path) -> None:
    outcome = run("evaluate", EXAMPLES / "labelled.csv", "-o", tmp_path, *QUICK)
    assert outcome.code == 0
    first, second, *_ = outcome.data.decode().splitlines()
    assert first == "Made-up rows: these figures say nothing about accuracy."
    assert "labelled.csv: its links go to a name that is reserved" in second
    data = json.loads((tmp_path / "evaluation.json").read_text("utf-8"))
    assert list(data["made_up"]) == ["labelled.csv"]
    page = (tmp_path / "evaluation.html").read_text("utf-8")
    assert "<h1>Made-up rows: these figures say nothing about accuracy.</h1>" in page


def test_json_is_the_file_that_is_written(run: Run, links: Path, tmp_path: Path) -> None:
    outcome = run("evaluate", links, "--format", "json", "-o", tmp_path / "out", *QUICK)
    assert outcome.code == 0
    assert outcome.data == (tmp_path / "out" / "evaluation.json").read_bytes()
    data = json.loads(outcome.data)
    assert data["counts"]["links"] == 220
    assert 0.5 < data["domains"]["roc_auc"]["low"] < data["domains"]["roc_auc"]["value"]
    assert "evaluation.html, evaluation.json, errors.csv" in outcome.talk


def test_compare_with_a_column(run: Run, links: Path) -> None:
    outcome = run("evaluate", links, "--compare", "UR", "--compare-cut", "5", *QUICK)
    text = outcome.data.decode()
    assert outcome.code == 0, outcome.talk
    assert "UR: lower is worse, as the field is defined. Flagged at 5 or less" in text
    assert "difference" in text
    wrong = run(
        "evaluate", links, "--compare", "Linked domains", "--compare-lower-is-worse", *QUICK
    )
    assert "Linked domains: lower is worse, as you said." in wrong.data.decode()


def test_labels_from_files_beside_the_export(run: Run, links: Path, tmp_path: Path) -> None:
    with links.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    hosts = {row["Referring page URL"].split("/")[2]: row["is_spam"] for row in rows}
    labels, past, keep = (tmp_path / name for name in ("labels.csv", "past.txt", "keep.txt"))
    labels.write_text("".join(f"{host},{label}\n" for host, label in hosts.items()))
    past.write_text("".join(f"domain:{h}\n" for h, label in hosts.items() if label == "1"))
    keep.write_text("".join(f"{h}\n" for h, label in hosts.items() if label == "0"))
    column = run("evaluate", links, "--format", "json", *QUICK)
    listed = run("evaluate", links, "--labels", labels, "--format", "json", *QUICK)
    decided = run("evaluate", links, "--disavow", past, "--keep", keep, "--format", "json", *QUICK)
    one, two, three = (json.loads(o.data)["domains"] for o in (column, listed, decided))
    assert one == two == three
    alone = run("evaluate", links, "--disavow", past, *QUICK)
    assert alone.code == 1
    assert "--keep" in alone.line


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--label", "nope"), "no column 'nope'"),
        (("--compare", "nope"), "no column 'nope'"),
        (("--compare", "Anchor"), "neither a number nor yes or no"),
        (("--compare", "First seen"), "it holds days"),
        (("--compare", "is_spam"), "it is the label itself"),
        (("--site", "not a site"), "it is no domain"),
        (("--model", "/nowhere"), "cannot be read"),
        (("--facts", "/nowhere.csv"), "cannot be read"),
    ],
)
def test_one_line_for_what_cannot_be_used(
    run: Run, links: Path, options: tuple[str, ...], words: str
) -> None:
    outcome = run("evaluate", links, *options, *QUICK)
    assert outcome.code == 1
    assert words in outcome.line
    assert outcome.data == b""


@pytest.mark.parametrize(
    "options",
    [
        ("--format", "xml"),
        ("--compare-cut", "3"),  # of which column?
        ("--compare-lower-is-worse",),
        ("--rounds", "0"),
        ("--precision", "2"),
        ("--prior", "much"),
    ],
)
def test_usage(run: Run, links: Path, options: tuple[str, ...]) -> None:
    assert run("evaluate", links, *options).code == 2


def test_nothing_is_written_where_it_cannot_be(run: Run, links: Path, tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("mine")
    outcome = run("evaluate", links, "-o", taken, *QUICK)
    assert outcome.code == 1
    assert "Choose another folder with -o" in outcome.line
    among = run("evaluate", links.parent, "-o", links.parent, *QUICK)
    assert "the exports are in this folder" in among.line
    assert taken.read_text() == "mine"


def test_hostile_cells_stay_cells(run: Run, links: Path, tmp_path: Path) -> None:
    with links.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["Referring page URL"] += "?<script>alert(1)</script>\u202e"
        row["Referring page title"] = "=HYPERLINK(1)"
    path = tmp_path / "hostile.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    outcome = run("evaluate", path, "-o", tmp_path / "out", *QUICK)
    assert outcome.code == 0, outcome.talk
    page = (tmp_path / "out" / "evaluation.html").read_text("utf-8")
    assert "<script" not in page
    for text in (outcome.data, (tmp_path / "out" / "errors.csv").read_bytes(), page.encode()):
        assert "\u202e" not in text.decode()
