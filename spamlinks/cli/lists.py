"""The commands that list what spamlinks knows: signals and models. Data goes to stdout."""

from __future__ import annotations

from pathlib import Path

import typer

from spamlinks.cli.table import new_table, print_table
from spamlinks.model.bundle import load_bundle, shipped_model_path
from spamlinks.model.bundle_files import read_card
from spamlinks.report.text import clean
from spamlinks.signals.kernel import SIGNALS

__all__ = ["show_model", "show_signals"]


def show_signals() -> None:
    """List every signal with its group, unit, direction and needs."""
    table = new_table("signal", "version", "group", "unit", "range", "direction", "needs", "says")
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
    print_table(table)


def show_model(folder: Path | None) -> None:
    """Show a model's card, then its thresholds; a model that cannot be loaded is an error."""
    bundle = load_bundle(folder)
    source = shipped_model_path() if folder is None else folder
    card = read_card(source)
    typer.echo(f"# {bundle.name}\n" if card is None else clean_card(card))
    typer.echo(
        f"Loaded from {clean(source, 300)}\nsha256 {bundle.sha256}, prior {bundle.prior:.3f}, "
        f"{len(bundle.signal_names())} signals"
    )


def clean_card(text: str) -> str:
    """Control characters out: a card may come from somebody else's folder."""
    return "\n".join(clean(line, 4000) for line in text.splitlines())
