"""What became of each domain: a table of cases, then what holds for any two tables."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from since_tables import domain, pair, table

from spamlinks.since.changes import (
    CHANGE_COLUMNS,
    CHANGES,
    SCORE_MOVE,
    beside,
    changes_of,
    counts_of,
    write_changes,
)

CASES = [
    (("KEEP", 0.1), ("REVIEW", 0.1), "worse", "the verdict alone counts, whatever the score"),
    (("REVIEW", 0.9), ("DISAVOW", 0.2), "worse", "also against the score"),
    (("DISAVOW", 0.9), ("KEEP", 0.9), "better", "two steps down"),
    (("REVIEW", 0.5), ("KEEP", 0.9), "better", "the verdict goes before the score"),
    (("KEEP", 0.1), ("KEEP", 0.3), "worse", "within one verdict a move of 0.2 counts"),
    (("KEEP", 0.5), ("KEEP", 0.7), "worse", "0.7 - 0.5 is below 0.2 in binary"),
    (("KEEP", 0.7), ("KEEP", 0.5), "better", "and the other way round"),
    (("KEEP", 0.1), ("KEEP", 0.299), "same", "a smaller move does not"),
    (("DISAVOW", 0.99), ("DISAVOW", 0.81), "same", "nor among the bad ones"),
    (None, ("KEEP", 0.1), "new", "a good domain is new as well"),
    (("DISAVOW", 0.9), None, "gone", "a bad one is gone as well"),
    (("KEEP", 0.1), ("KEEP", 0.1), "same", "nothing moved"),
]


@pytest.mark.parametrize(("before", "after", "change", "reason"), CASES, ids=[c[3] for c in CASES])
def test_what_became_of_a_domain(before, after, change: str, reason: str) -> None:
    row = pair(*(None if side is None else domain("a.com", *side) for side in (before, after)))
    assert row["change"] == change, reason


def test_names_are_compared_as_the_table_writes_them() -> None:
    before = table(domain("Spam.COM "), domain("'-x.com"), domain("same.com"), domain("same.com"))
    after = table(domain("spam.com"), domain("-x.com"), domain("same.com"))
    assert counts_of(beside(before, after)) == {
        "new": 0, "gone": 0, "worse": 0, "better": 0, "same": 3,
    }  # fmt: skip


def test_counts_of_a_spreadsheet_are_read() -> None:
    before = table(domain("a.com")).with_columns(followed_links=pl.lit("1.200"))
    assert beside(before, table(domain("a.com")))["followed_links_before"].to_list() == [1200]


def test_columns_that_an_older_table_lacks_are_unknown() -> None:
    before = table(domain("a.com")).drop("seen_by", "followed_links", "evidence")
    row = beside(before, table(domain("a.com"))).row(0, named=True)
    assert (row["seen_by_before"], row["seen_by_after"]) == (None, "ahrefs")
    assert row["followed_links_before"] is None


def test_the_worst_come_first() -> None:
    before = table(
        domain("better.com", "REVIEW", 0.6),
        domain("gone.com", "DISAVOW", 0.99),
        domain("kept-worse.com", "KEEP", 0.1),
        domain("worse.com", "REVIEW", 0.8),
        domain("same.com"),
    )
    after = table(
        domain("better.com", "KEEP", 0.5),
        domain("kept-worse.com", "KEEP", 0.6),
        domain("worse.com", "DISAVOW", 0.9),
        domain("same.com"),
        domain("new-good.com", "KEEP", 0.3),
        domain("new-review.com", "REVIEW", 0.7),
        domain("new-bad.com", "DISAVOW", 0.95),
    )
    found = changes_of(beside(before, after), lambda row: f"for {row['linking_domain']}")
    assert found["linking_domain"].to_list() == [
        "new-bad.com", "worse.com", "new-review.com", "kept-worse.com", "better.com", "gone.com",
        "new-good.com",
    ]  # fmt: skip
    assert tuple(found.columns) == CHANGE_COLUMNS
    assert found["why"][0] == "for new-bad.com"
    assert found.row(0, named=True)["before"] is None
    assert found.row(1, named=True)["score_before"] == 0.8


NAMES = st.sampled_from([f"{c}.com" for c in "abcdefgh"])
ROWS = st.builds(
    domain, NAMES, st.sampled_from(["KEEP", "REVIEW", "DISAVOW"]), st.floats(0, 1, allow_nan=False)
)
TABLES = st.lists(ROWS, max_size=8, unique_by=lambda row: row["linking_domain"]).map(
    lambda rows: table(*rows)
)


@given(TABLES, TABLES)
def test_the_counts_add_up(before: pl.DataFrame, after: pl.DataFrame) -> None:
    side_by_side = beside(before, after)
    counts = counts_of(side_by_side)
    assert tuple(counts) == CHANGES
    assert sum(counts[c] for c in ("new", "worse", "better", "same")) == after.height
    assert sum(counts[c] for c in ("gone", "worse", "better", "same")) == before.height
    assert changes_of(side_by_side, lambda _: "").height == sum(counts.values()) - counts["same"]


@given(TABLES)
def test_a_table_beside_itself_has_no_change(one: pl.DataFrame) -> None:
    assert counts_of(beside(one, one))["same"] == one.height


@given(TABLES, TABLES)
def test_the_other_way_round_everything_is_the_opposite(one, other) -> None:
    there, back = counts_of(beside(one, other)), counts_of(beside(other, one))
    assert (there["new"], there["worse"], there["same"]) == (
        back["gone"], back["better"], back["same"],
    )  # fmt: skip


@given(TABLES, TABLES)
def test_a_change_is_a_step_of_the_verdict_or_a_move_of_the_score(one, other) -> None:
    rank = ["KEEP", "REVIEW", "DISAVOW"].index
    for row in beside(one, other).iter_rows(named=True):
        if row["change"] not in ("worse", "better", "same"):
            continue
        step = rank(row["verdict_after"]) - rank(row["verdict_before"])
        move = row["spam_score_after"] - row["spam_score_before"]
        if row["change"] == "same":
            assert step == 0
            assert abs(move) < SCORE_MOVE
        else:
            sign = 1 if row["change"] == "worse" else -1
            assert step * sign > 0 or (step == 0 and move * sign >= SCORE_MOVE - 1e-8)


# The file


def test_no_spreadsheet_runs_a_cell_of_the_file(tmp_path: Path) -> None:
    found = changes_of(beside(table(domain("=1+1")), table()), lambda _: "\x1b[31m=cmd")
    write_changes(found, tmp_path)
    text = (tmp_path / "changes.csv").read_text("utf-8")
    assert text.splitlines()[1].startswith("'=1+1,gone,KEEP,")
    assert "\x1b" not in text


def test_a_file_of_a_former_comparison_goes_and_that_of_somebody_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "changes.csv"
    write_changes(None, tmp_path)  # nothing there
    write_changes(changes_of(beside(table(), table()), lambda _: ""), tmp_path)
    assert path.read_text("utf-8") == ",".join(CHANGE_COLUMNS) + "\n"
    write_changes(None, tmp_path)
    assert not path.exists()
    path.write_text("my,own\n", "utf-8")
    write_changes(None, tmp_path)
    assert path.read_text("utf-8") == "my,own\n"
