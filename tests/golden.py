"""Pinned signals, scores, entries and one explanation of the examples: a change is seen and named.

Regenerate after a deliberate change of signals or model, and say so in the changelog:
``python -m tests.golden --write``; without ``--write`` it says what differs.
"""

from __future__ import annotations

import difflib
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from spamlinks.disavowing import disavow_from
from spamlinks.explanations import explain
from spamlinks.explanations.page import lines_of
from spamlinks.exports import read_exports
from spamlinks.facts import join_facts, read_facts
from spamlinks.model.bundle import load_bundle
from spamlinks.model.scoring import score_links
from spamlinks.pipeline import Settings
from spamlinks.signals.kernel import SIGNALS, encode, signals
from spamlinks.tables import csv_bytes

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(__file__).resolve().parent / "golden"
EXAMPLES = ROOT / "data" / "examples"
EXPORTS = (
    EXAMPLES / "shop-ahrefs-backlinks.csv",
    EXAMPLES / "shop-semrush-backlinks.csv",
    EXAMPLES / "https___www.shop.example_-Latest links-2026-10-05.csv",
)
EVERY = (40, 30, 27)  # each so-many-th row of each export: about forty rows
SIGNALS_FILE, SCORES_FILE, DISAVOW_FILE = "signals.csv", "scores.csv", "disavow.txt"
EXPLAIN_FILE = "explain.txt"
EXPLAINED = "lirefekafa-rank1.top"
KEY = "referring_page"


def backlinks() -> pl.DataFrame:
    """About forty rows of the examples, of every view, with facts."""
    readings = read_exports(EXPORTS)
    rows = [r.backlinks.gather_every(n) for r, n in zip(readings, EVERY, strict=True)]
    return join_facts(pl.concat(rows, how="diagonal"), read_facts(EXAMPLES / "facts.csv"))


def signal_table() -> pl.DataFrame:
    """Every signal of those rows, float32; names without learned evidence."""
    frame, tables = encode(backlinks(), None, brands=("shop",))
    matrix = pl.DataFrame(signals(frame, tables), schema=dict.fromkeys(SIGNALS, pl.Float32))
    return matrix.fill_nan(None).insert_column(0, frame[KEY])


def score_table() -> pl.DataFrame:
    """Margins and scores of those rows by the shipped model."""
    scored = score_links(load_bundle(), backlinks(), brands=("shop",), threads=1)
    return pl.DataFrame(
        {KEY: scored.frame[KEY], "margin": scored.margins, "spam_score": scored.spam_score}
    )


def disavow_lines() -> str:
    """The disavow file of the examples under attack, without the header that names the day."""
    settings = Settings("shop.example", situation="manual-action", keep=EXAMPLES / "keep.txt")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "disavow.txt"
        disavow_from(list(EXPORTS), settings, path)
        lines = path.read_text("utf-8").splitlines()
    entries = [line for line in lines if not line.startswith("#")]
    return "".join(f"{line}\n" for line in entries)


def explanation() -> str:
    """What ``spamlinks explain`` says of a domain of the examples."""
    found = explain(EXPLAINED, EXPORTS[:1], Settings("shop.example"), links=3)
    return "".join(f"{line}\n" for line in lines_of(found, 80))


def read(name: str) -> pl.DataFrame:
    """A pinned table; numbers as Float64."""
    frame = pl.read_csv(FOLDER / name, infer_schema=False)
    return frame.with_columns(pl.exclude(KEY).cast(pl.Float64))


def differences(actual: pl.DataFrame, pinned: pl.DataFrame, atol: float) -> list[str]:
    """Say where two tables differ: rows, columns, then cells."""
    if actual[KEY].to_list() != pinned[KEY].to_list():
        return ["other rows"]
    if actual.columns != pinned.columns:
        return [f"other columns: {sorted(set(actual.columns) ^ set(pinned.columns))}"]
    out = []
    for name in actual.columns[1:]:
        mine, theirs = (t[name].cast(pl.Float64).to_numpy() for t in (actual, pinned))
        near = np.isclose(mine, theirs, rtol=1e-5, atol=atol, equal_nan=True)
        if not near.all():
            row = int(np.flatnonzero(~near)[0])
            out.append(f"{name}: {mine[row]} was {theirs[row]} on {actual[KEY][row]}")
    return out


def compare() -> list[str]:
    """Every difference from what is pinned."""
    found = differences(signal_table(), read(SIGNALS_FILE), 1e-5)
    found += differences(score_table(), read(SCORES_FILE), 1e-5)
    now = set(disavow_lines().splitlines())
    before = set((FOLDER / DISAVOW_FILE).read_text("utf-8").splitlines())
    found += [f"+ {line}" for line in sorted(now - before)]
    found += [f"- {line}" for line in sorted(before - now)]
    pinned = (FOLDER / EXPLAIN_FILE).read_text("utf-8")
    lines = (pinned.splitlines(), explanation().splitlines())
    return found + list(difflib.unified_diff(*lines, "pinned", "now", n=0, lineterm=""))


def write() -> None:
    """Pin what comes out now."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / SIGNALS_FILE).write_bytes(csv_bytes(signal_table()))
    (FOLDER / SCORES_FILE).write_bytes(csv_bytes(score_table()))
    (FOLDER / DISAVOW_FILE).write_text(disavow_lines(), "utf-8")
    (FOLDER / EXPLAIN_FILE).write_text(explanation(), "utf-8")


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        write()
    else:
        sys.stderr.write("".join(f"{line}\n" for line in compare()))
