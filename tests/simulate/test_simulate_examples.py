"""The example files and the data README are what their commands make."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from spamlinks.disavow import DisavowFile, Kind, Problem
from spamlinks.enrich.answers import State, What
from spamlinks.enrich.store import Store
from spamlinks.errors import InputError
from spamlinks.exports import read_export
from spamlinks.schema import FIELDS
from spamlinks.simulate.dictionary import render_dictionary, update_dictionary
from spamlinks.simulate.examples import write_examples
from spamlinks.urls import linking_domain

DATA = Path(__file__).parents[2] / "data"
EXAMPLES = DATA / "examples"
EXPORTS = {
    "shop-ahrefs-backlinks.csv": ("ahrefs", 600),
    "shop-semrush-backlinks.csv": ("semrush", 400),
    "https___www.shop.example_-Latest links-2026-10-05.csv": ("gsc", 350),
    "labelled.csv": ("ahrefs", 1500),
}


def domains(name: str) -> set[str]:
    pages = read_export(EXAMPLES / name).backlinks["referring_page"]
    return {linking_domain(page) for page in pages}


def test_the_examples_are_what_the_command_makes(tmp_path) -> None:
    made = write_examples(tmp_path)
    assert {path.name for path in made} == {path.name for path in EXAMPLES.iterdir()}
    for path in made:
        same = _content(path) == _content(EXAMPLES / path.name)
        assert same, f"{path.name}: run python -m spamlinks.simulate.examples data/examples"


def _content(path: Path) -> bytes | list[str]:
    """Bytes, or what a database holds: its bytes differ with the version of SQLite."""
    if path.suffix != ".db":
        return path.read_bytes()
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("name", EXPORTS)
def test_every_example_export_is_read_whole(name) -> None:
    vendor, rows = EXPORTS[name]
    reading = read_export(EXAMPLES / name)
    assert (reading.format.vendor, reading.backlinks.height) == (vendor, rows)
    assert reading.rejected.height == 0


def test_the_exports_overlap_and_differ() -> None:
    ahrefs, semrush, gsc, labelled = (domains(name) for name in EXPORTS)
    for one, two in [(ahrefs, semrush), (ahrefs, gsc), (ahrefs, labelled), (gsc, semrush)]:
        assert len(one & two) > 40
        assert one - two
        assert two - one


def test_labels_hold_both_sides() -> None:
    table = pl.read_csv(EXAMPLES / "labelled.csv")
    assert table.columns[-1] == "is_spam"
    assert 0.1 < table["is_spam"].mean() < 0.5
    for name in set(EXPORTS) - {"labelled.csv"}:
        notes = " ".join(read_export(EXAMPLES / name).notes)
        assert "is_spam" not in notes, "an export to audit has no labels"


def test_the_old_disavow_file_fits_the_exports() -> None:
    file = DisavowFile.parse((EXAMPLES / "disavow.txt").read_bytes())
    found = {problem for line in file.entries for problem in line.problems}
    assert found <= {Problem.URL_IS_ONE_PAGE}, "one page is meant"
    names = {line.value for line in file.entries if line.kind is Kind.DOMAIN}
    assert len(file.entries) == len(names) + 1, "one entry is a page"
    seen = domains("shop-ahrefs-backlinks.csv") | domains("shop-semrush-backlinks.csv")
    assert len(names & seen) >= 15
    assert names - seen, "and entries nobody sees any more"


def test_keep_list_and_facts_name_domains_of_the_exports() -> None:
    seen = domains("shop-ahrefs-backlinks.csv") | domains("shop-semrush-backlinks.csv")
    lines = (EXAMPLES / "keep.txt").read_text("utf-8").splitlines()
    kept = {line for line in lines if not line.startswith("#")}
    assert len(kept) == 6
    assert kept <= seen
    facts = pl.read_csv(EXAMPLES / "facts.csv", try_parse_dates=True)
    assert facts.columns == ["linking_domain", "domain_created_on"]
    assert set(facts["linking_domain"]) < seen
    assert facts.schema["domain_created_on"] == pl.Date
    assert facts["domain_created_on"].null_count() == 0


def test_the_examples_name_no_real_owner() -> None:
    for path in EXAMPLES.iterdir():
        raw = _content(path)
        if isinstance(raw, list):
            raw = "\n".join(raw).encode()
        text = raw.decode("utf-16" if raw[:2] == b"\xff\xfe" else "utf-8")
        assert "@" not in text.replace("@seo_rank_service", ""), "no addresses"


def test_the_dictionary_is_up_to_date() -> None:
    text = (DATA / "README.md").read_text("utf-8")
    assert update_dictionary(text) == text, "run python -m spamlinks.simulate.dictionary"


def test_the_dictionary_names_every_column() -> None:
    table = render_dictionary().splitlines()[2:]
    assert [row.split("`")[1] for row in table] == list(FIELDS)
    assert all(row.count("|") == 5 for row in table), "no cell breaks the table"


def test_a_readme_without_the_marks_is_told() -> None:
    with pytest.raises(InputError, match="marks of the dictionary are gone"):
        update_dictionary("# Data\n")


def test_every_example_file_is_in_the_readme() -> None:
    text = (DATA / "README.md").read_text("utf-8")
    for path in EXAMPLES.iterdir():
        assert f"`examples/{path.name}`" in text


def test_the_example_store_has_every_state_and_is_of_the_example_export() -> None:
    with Store.open(EXAMPLES / "looked-up.db", read_only=True) as store:
        counts = store.counts()
        pages = set(store.pages_frame("shop.example")["url"])
    assert all(counts[What.PAGE][state] for state in State)
    assert counts[What.AGE][State.FETCHED] > 100
    gsc = "https___www.shop.example_-Latest links-2026-10-05.csv"
    assert pages <= set(read_export(EXAMPLES / gsc).backlinks["referring_page"])
