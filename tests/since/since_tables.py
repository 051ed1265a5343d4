"""Tables and run facts for the tests of the comparison."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from spamlinks.since.changes import beside
from spamlinks.tables import write_table

COLUMNS = {
    "linking_domain": pl.String,
    "unit": pl.String,
    "verdict": pl.String,
    "reason": pl.String,
    "spam_score": pl.Float64,
    "links": pl.Int64,
    "followed_links": pl.Int64,
    "first_seen": pl.String,
    "network": pl.String,
    "why": pl.String,
    "evidence": pl.String,
    "in_search_console": pl.Boolean,
    "seen_by": pl.String,
}
REASONS = {"KEEP": "SCORE_LOW", "REVIEW": "SCORE_MIDDLE", "DISAVOW": "SCORE_HIGH"}


def domain(name: str, verdict: str = "KEEP", score: float = 0.1, **more: Any) -> dict[str, Any]:
    """One row of domains.csv."""
    row = {
        "linking_domain": name,
        "unit": "domain",
        "verdict": verdict,
        "reason": REASONS[verdict],
        "spam_score": score,
        "links": 1,
        "followed_links": 1,
        "first_seen": "2026-01-02",
        "network": None,
        "why": "A cause. The rule.",
        "evidence": "",
        "in_search_console": None,
        "seen_by": "ahrefs",
    }
    return {**row, **more}


def cells(**values: Any) -> dict[str, Any]:
    """Cells of a row that differ from the usual."""
    return values


def table(*rows: dict[str, Any]) -> pl.DataFrame:
    """A table of domains."""
    return pl.DataFrame(list(rows), schema=COLUMNS)


def pair(before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
    """The one row that two tables of one domain make, side by side."""
    sides = (table(*([] if row is None else [row])) for row in (before, after))
    return beside(*sides).row(0, named=True)


def run_facts(**more: Any) -> dict[str, Any]:
    """What run.json holds, as far as the comparison looks at it."""
    facts: dict[str, Any] = {
        "tool": "spamlinks",
        "version": "0.1.0",
        "created": "2026-10-05T08:00:00+00:00",
        "site": "shop.example",
        "model": {"name": "standard-v2", "sha256": "a" * 64},
        "situation": "none",
        "precision": 0.98,
        "prior": 0.1,
        "view": "everything",
        "inputs": [{"vendor": "ahrefs", "links": 100, "sha256": "b" * 64}],
        "not_looked_at": ["The linking pages themselves: nothing was fetched."],
        "live": None,
        "totals": {},
    }
    return {**facts, **more}


def write_run(folder: Path, *rows: dict[str, Any], **more: Any) -> Path:
    """Write run.json and domains.csv as an audit does; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps(run_facts(**more)), "utf-8")
    write_table(table(*rows), folder / "domains.csv")
    return folder
