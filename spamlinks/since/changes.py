"""The linking domains of two runs side by side: new, gone, worse, better or the same."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from spamlinks.policy import Verdict
from spamlinks.tables import neutralised, write_table
from spamlinks.verdict_table import whole_number

__all__ = [
    "CHANGES",
    "CHANGE_COLUMNS",
    "SCORE_MOVE",
    "beside",
    "changes_of",
    "counts_of",
    "write_changes",
]

SCORE_MOVE = 0.2
"""Within one verdict a score must move by this much to count as worse or better."""

CHANGES = ("new", "gone", "worse", "better", "same")

CHANGE_COLUMNS = (
    "linking_domain",
    "change",
    "before",
    "after",
    "score_before",
    "score_after",
    "links_before",
    "links_after",
    "followed_links_before",
    "followed_links_after",
    "why",
)
"""Columns of changes.csv; ``before`` and ``after`` are verdicts."""

MAX_NAME = 260
_RANK = {Verdict.KEEP.value: 0, Verdict.REVIEW.value: 1, Verdict.DISAVOW.value: 2}
_TEXTS = ("first_seen", "network", "why", "evidence", "seen_by")
_COUNTS = ("links", "followed_links")
_SLACK = 1e-9  # 0.7 - 0.5 is a hair below 0.2


def beside(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Put two tables of domains side by side and say what became of each domain.

    Parameters
    ----------
    before, after : tables with linking_domain, verdict, reason, spam_score and links, and those of
        followed_links, first_seen, network, why, evidence and seen_by that are known; as an audit
        has them, or as they were read from domains.csv.

    Returns
    -------
    One row per domain of either: ``linking_domain``, ``change`` (one of ``CHANGES``), and each
    column of the two tables with ``_before`` and ``_after``, null where the domain is not.
    """
    old, new = _one_side(before, "before"), _one_side(after, "after")
    both = old.join(new, on="linking_domain", how="full", coalesce=True)
    rank = {
        side: pl.col(f"verdict_{side}").replace_strict(_RANK, default=None, return_dtype=pl.Int8)
        for side in ("before", "after")
    }
    step = rank["after"] - rank["before"]
    move = pl.col("spam_score_after") - pl.col("spam_score_before")
    change = (
        pl.when(pl.col("verdict_before").is_null())
        .then(pl.lit("new"))
        .when(pl.col("verdict_after").is_null())
        .then(pl.lit("gone"))
        .when((step > 0) | ((step == 0) & (move >= SCORE_MOVE - _SLACK)))
        .then(pl.lit("worse"))
        .when((step < 0) | ((step == 0) & (move <= -SCORE_MOVE + _SLACK)))
        .then(pl.lit("better"))
        .otherwise(pl.lit("same"))
    )
    return both.with_columns(change=change)


def _one_side(frame: pl.DataFrame, side: str) -> pl.DataFrame:
    """Bring a table of either origin to one set of columns, one row per domain."""
    # Both as domains.csv has them: without control characters, a quote before what looks like a
    # formula. A spreadsheet may have put a name in capitals.
    name = neutralised(frame.select("linking_domain"))["linking_domain"]
    frame = frame.with_columns(name.str.to_lowercase().str.strip_chars().str.slice(0, MAX_NAME))
    columns = [
        pl.col("linking_domain"),
        pl.col("verdict"),
        pl.col("reason"),
        pl.col("spam_score").cast(pl.Float64).round(6),  # as many digits as the CSV has
        *(_column(frame, name, pl.Int64) for name in _COUNTS),
        *(_column(frame, name, pl.String) for name in _TEXTS),
    ]
    frame = frame.select(columns).unique("linking_domain", keep="first", maintain_order=True)
    return frame.rename({c: f"{c}_{side}" for c in frame.columns if c != "linking_domain"})


def _column(frame: pl.DataFrame, name: str, dtype: type[pl.DataType]) -> pl.Expr:
    if name not in frame.columns:
        return pl.lit(None, dtype=dtype).alias(name)
    as_text = dtype == pl.Int64 and frame.schema[name] == pl.String
    value = whole_number(name) if as_text else pl.col(name)
    return value.cast(dtype, strict=False)


def counts_of(table: pl.DataFrame) -> dict[str, int]:
    """Number of domains by what became of them, each of ``CHANGES`` named."""
    found = dict(table["change"].value_counts().rows())
    return {name: int(found.get(name, 0)) for name in CHANGES}


def changes_of(table: pl.DataFrame, why: Callable[[dict[str, Any]], str]) -> pl.DataFrame:
    """Return what is not the same, worst first, with the reason.

    First what is new or worse and calls for DISAVOW, then for REVIEW, then what got worse and is
    still kept; what got better, what is gone, and what is new and kept. Within these by score.

    Parameters
    ----------
    table : as ``beside`` gives it.
    why : says of one row why it changed.

    Returns
    -------
    DataFrame with ``CHANGE_COLUMNS``, one row per changed domain.
    """
    change, after = pl.col("change"), pl.col("verdict_after")
    up = change.is_in(["new", "worse"])
    place = (
        pl.when(up & (after == Verdict.DISAVOW.value))
        .then(0)
        .when(up & (after == Verdict.REVIEW.value))
        .then(1)
        .when(change == "worse")
        .then(2)
        .when(change == "better")
        .then(3)
        .when(change == "gone")
        .then(4)
        .otherwise(5)
    )
    score = pl.coalesce("spam_score_after", "spam_score_before")
    changed = table.filter(change != "same").sort(
        place, score, "linking_domain", descending=[False, True, False]
    )
    reasons = [why(row) for row in changed.iter_rows(named=True)]
    return changed.select(
        "linking_domain",
        "change",
        before="verdict_before",
        after="verdict_after",
        score_before="spam_score_before",
        score_after="spam_score_after",
        links_before="links_before",
        links_after="links_after",
        followed_links_before="followed_links_before",
        followed_links_after="followed_links_after",
        why=pl.Series(reasons, dtype=pl.String),
    )


def write_changes(changes: pl.DataFrame | None, folder: Path) -> None:
    """Write ``changes.csv``, or remove that of a former run, which is not about this one.

    A file of that name which no run wrote stays.

    Raises
    ------
    OutputError : the file cannot be written.
    """
    path = folder / "changes.csv"
    if changes is not None:
        write_table(changes, path)
        return
    head = ",".join(CHANGE_COLUMNS).encode() + b"\n"
    with contextlib.suppress(OSError):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                ours = file.read(len(head)) == head
            if ours:
                path.unlink()
