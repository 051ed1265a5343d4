"""Nothing moves without being seen: pinned signals, scores and entries of the examples.

Regenerate: ``python -m tests.golden --write``; a changed pin needs a line in the changelog.
"""

from __future__ import annotations

import golden
import polars as pl

HINT = "If that was meant: python -m tests.golden --write, and a line in the changelog."


def test_signals_are_as_pinned() -> None:
    found = golden.differences(golden.signal_table(), golden.read(golden.SIGNALS_FILE), 1e-5)
    assert not found, HINT


def test_scores_are_as_pinned() -> None:
    found = golden.differences(golden.score_table(), golden.read(golden.SCORES_FILE), 1e-5)
    assert not found, HINT


def test_the_disavow_file_is_as_pinned() -> None:
    pinned = (golden.FOLDER / golden.DISAVOW_FILE).read_text("utf-8")
    assert golden.disavow_lines() == pinned, HINT
    assert pinned.count("domain:") >= 8


def test_an_explanation_is_as_pinned() -> None:
    pinned = (golden.FOLDER / golden.EXPLAIN_FILE).read_text("utf-8")
    assert golden.explanation() == pinned, HINT
    assert all(len(line) <= 80 for line in pinned.splitlines())


def test_the_pins_cover_every_kind_of_export_and_notice_a_change() -> None:
    table = golden.read(golden.SIGNALS_FILE)
    assert 35 <= table.height <= 60
    known = table.select(pl.exclude(golden.KEY).is_not_null().any()).row(0)
    assert sum(known) > len(known) / 2
    moved = table.with_columns(pl.col("external_links") + 0.001)
    assert golden.differences(moved, table, 1e-5)
    assert golden.differences(table[::-1], table, 1e-5) == ["other rows"]
    assert golden.differences(table.drop(table.columns[2]), table, 1e-5)
    assert not golden.differences(table, table, 0)
