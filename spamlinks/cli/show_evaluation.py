"""What the command ``evaluate`` prints: figures on stdout, talk on stderr."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import typer

from spamlinks.cli.table import new_table, print_table
from spamlinks.evaluation import Evaluation
from spamlinks.evaluation.mistakes import MISSED, WRONG
from spamlinks.evaluation.write import json_text
from spamlinks.report import evaluation_words as words
from spamlinks.report.text import clean

__all__ = ["show_evaluation"]

SHOWN_ERRORS = 10
"""So many errors of each kind are printed; errors.csv has all."""


def show_evaluation(found: Evaluation, as_format: str, folder: Path | None) -> None:
    """Print an evaluation as ``text`` or ``json``, and say where the files are."""
    data = found.to_dict()
    if as_format == "json":
        typer.echo(json_text(found), nl=False)
        if found.made_up:
            typer.echo(words.headline(data), err=True)
    else:
        _show_text(data, found.errors, folder)
    for refused in data["refused"]:
        typer.echo(clean(f"refused: {refused['file']}: {refused['reason']}", 300), err=True)
    if folder is not None:
        typer.echo(f"{clean(folder, 200)}: evaluation.html, evaluation.json, errors.csv", err=True)


def _show_text(data: dict[str, Any], errors: pl.DataFrame, folder: Path | None) -> None:
    _say(words.headline(data))
    for text in words.cautions(data):
        _say(f"  {text}")
    _say(f"Model {clean(data['model']['name'], 60)}. {words.lead(data)}")
    _say("In brackets 95 % intervals, from networks of domains resampled whole.\n")
    _table(words.main_rows(data))
    _table(words.cut_rows(data["domains"]["cuts"], data["prior"]))
    remarks = words.remarks(data)
    for text in remarks:
        _say(f"  {text}")
    if remarks:
        _say("")
    for kind in ("view", "ending", "language"):
        rows = words.slice_rows(data, kind)
        if len(rows) > 1:
            _table(rows)
    if data["compare"]:
        _say(words.compare_note(data))
        _table(words.compare_rows(data))
    _errors(errors, folder)
    _say(f"Drift: {clean(data['drift_note'], 300)}.")
    if data["drift"]:
        _table(words.drift_rows(data))


def _errors(errors: pl.DataFrame, folder: Path | None) -> None:
    for name in (WRONG, MISSED):
        part = errors.filter(pl.col("mistake") == name)
        if not part.height:
            _say(f"{name}: none\n")
            continue
        shown = part.head(SHOWN_ERRORS)
        more = f", the first {shown.height}" if shown.height < part.height else ""
        where = "" if not more else " (errors.csv has all)" if folder else " (-o DIR lists all)"
        _say(f"{name}: {part.height:,}{more}{where}")
        table = new_table("domain", "score", "cut", "audit says", "links", "reasons")
        for row in shown.iter_rows(named=True):
            table.add_row(
                clean(row["linking_domain"], 50),
                f"{row['spam_score']:.3f}",
                "none" if row["cut"] is None else f"{row['cut']:.3f}",
                clean(f"{row['verdict']}: {row['reason']}".lower().replace("_", " "), 40),
                f"{row['links']:,}",
                clean("; ".join(str(row["evidence"]).split(" | ")[:3]), 200),
            )
        print_table(table)
        _say("")


def _say(text: str) -> None:
    typer.echo(text)


def _table(rows: words.Rows) -> None:
    table = new_table(*(clean(cell, 60) for cell in rows[0]))
    for row in rows[1:]:
        table.add_row(*(clean(cell, 120) for cell in row))
    print_table(table)
    _say("")
