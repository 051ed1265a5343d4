"""The commands that list what spamlinks knows: formats, signals, models. Data goes to stdout."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from spamlinks.exports import catalogue, recognise
from spamlinks.model.bundle import load_bundle, shipped_model_path
from spamlinks.report.text import clean
from spamlinks.signals.kernel import SIGNALS

__all__ = ["show_file", "show_formats", "show_model", "show_signals"]

_WORD = {"A": "supported", "B": "supported", "C": "unconfirmed", "D": "unconfirmed"}


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _print(table: Table) -> None:
    # Off a terminal the width would be cut to 80 columns and rows folded.
    # No markup: headers of somebody's file may hold brackets.
    console = Console(highlight=False)
    width = console.width if console.is_terminal else 160
    Console(highlight=False, markup=False, emoji=False, width=width).print(table)


def show_formats() -> None:
    """List the catalogue: what is read, and what is known and refused."""
    table = _table("vendor", "export", "generation", "one row per", "confidence", "read")
    for entry in catalogue():
        table.add_row(
            entry.vendor,
            entry.kind,
            entry.generation,
            entry.grain,
            f"{entry.confidence}, {_WORD.get(entry.confidence, '')}",
            f"no: {entry.refusal}" if entry.refusal else "yes",
        )
    _print(table)


def show_file(path: Path) -> None:
    """Say what a file is and how each of its columns is understood."""
    found = recognise(path)
    entry = found.format
    typer.echo(
        f"{clean(path.name, 120)}: {entry.vendor} {entry.kind} ({entry.generation}), rows are "
        f"{entry.grain}s, confidence {entry.confidence} ({_WORD.get(entry.confidence, '')})"
    )
    for note in found.notes:
        typer.echo(f"note: {clean(note, 300)}")
    table = _table("column", "read as")
    for column in found.columns:
        table.add_row(clean(column.header, 60), ", ".join(column.fields) or "not used")
    _print(table)
    found.refuse()


def show_signals() -> None:
    """List every signal with its group, unit, direction and needs."""
    table = _table("signal", "version", "group", "unit", "range", "direction", "needs", "says")
    words = {1: "higher is worse", -1: "higher is better", 0: "free"}
    for signal in SIGNALS.values():
        says = signal.sentence.replace("{value}", "N").replace("{suffix}", "TLD")
        table.add_row(
            signal.name,
            str(signal.version),
            signal.group,
            signal.unit,
            f"{signal.low:g} to {signal.high:g}",
            words[signal.direction],
            ", ".join(signal.needs),
            says,
        )
    _print(table)


def show_model(folder: Path | None) -> None:
    """Show a model's card, then its thresholds; a model that cannot be loaded is an error."""
    bundle = load_bundle(folder)
    card = (shipped_model_path() if folder is None else folder) / "README.md"
    typer.echo(clean_card(card.read_text("utf-8")) if card.is_file() else f"# {bundle.name}\n")
    typer.echo(
        f"Loaded from {clean(card.parent, 300)}\nsha256 {bundle.sha256}, prior {bundle.prior:.3f}, "
        f"{len(bundle.signal_names())} signals"
    )


def clean_card(text: str) -> str:
    """Control characters out: a card may come from somebody else's folder."""
    return "\n".join(clean(line, 4000) for line in text.splitlines())
