"""What people see of the files that were read: what each is, and what became of its records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from spamlinks.cli.terminal import more, text
from spamlinks.report import words
from spamlinks.report.text import clean, counted

__all__ = ["show_files", "show_no_links", "summed"]

SHOWN_FILES = 10
SHOWN_REFUSED = 8
SHOWN_NOTES = 6
SHOWN_REASONS = 4


def show_files(console: Console, run: dict[str, Any], *, written: bool = True) -> None:
    """One line for each file where there are several, what it is, and what to know about it.

    ``written`` says that run.json and rejected.csv were.
    """
    inputs = run["inputs"]
    where = "in run.json" if written else "that 'spamlinks audit' names"
    noted = sorted(inputs, key=lambda entry: not (entry["rejected"] or entry["notes"]))
    notes_left = SHOWN_NOTES
    for entry in noted[:SHOWN_FILES]:
        name = text(entry["file"], 120)
        if len(inputs) > 1:
            console.print(
                f"  {name}: {text(_layout(entry), 160)}: {summed(entry)}",
                style="dim",
                soft_wrap=True,
            )
        for note in entry["notes"][:notes_left]:
            lead = "    " if len(inputs) > 1 else f"  {name}: "
            console.print(f"{lead}{text(note, 240)}", style="dim", soft_wrap=True)
        notes_left -= min(notes_left, len(entry["notes"]))
    left = sum(len(entry["notes"]) for entry in inputs) - (SHOWN_NOTES - notes_left)
    more(console, where, len(inputs) - SHOWN_FILES if len(inputs) > 1 else 0, "file", "dim")
    more(console, where, left, "file note", "dim")
    for refused in run["refused"][:SHOWN_REFUSED]:
        console.print(
            f"  refused: {text(refused['file'], 120)}: {text(refused['reason'], 300)}",
            style="yellow",
            soft_wrap=True,
        )
    more(console, where, len(run["refused"]) - SHOWN_REFUSED, "refused file", "yellow")
    for note in run["notes"][:SHOWN_NOTES]:
        console.print(f"  {text(note, 240)}", soft_wrap=True)
    more(console, where, len(run["notes"]) - SHOWN_NOTES, "note", "none")
    reasons = [f"{count:,} {text(reason, 80)}" for reason, count in run["rejected"].items()]
    if reasons:
        shown = ", ".join(reasons[:SHOWN_REASONS]) + (", ..." if reasons[SHOWN_REASONS:] else "")
        advice = "; rejected.csv says what to do" if written else ""
        console.print(f"  rejected: {shown}{advice}", style="dim", soft_wrap=True)


def _layout(entry: dict[str, Any]) -> str:
    """What a file was taken for, and how sure that is."""
    sure = words.confidence(entry["confidence"])
    if entry["vendor"] == "custom":
        return f"table, {sure}"
    return f"{entry['vendor']} {entry['kind']} ({entry['generation']}), {sure}"


def summed(entry: dict[str, Any]) -> str:
    """Records and what became of them, as a sum."""
    parts = [counted(entry[f"{noun}s"], noun) for noun in ("record", "link", "duplicate")]
    return (
        f"{parts[0]} = {parts[1]} + {parts[2]} + {entry['own_site']:,} own site + "
        f"{entry['rejected']:,} rejected"
    )


def show_no_links(exports: list[Path], run: dict[str, object] | None = None) -> None:
    """Say that there are no links in the exports, and what became of their records."""
    names = ", ".join(clean(path.name, 80) for path in exports[:3])
    names += ", ..." if len(exports) > 3 else ""
    totals = run.get("totals") if run else None
    extra = ""
    if isinstance(totals, dict) and totals.get("records"):
        extra = (
            f" ({totals['records']:,} records: {totals['own_site']:,} from your own site, "
            f"{totals['rejected']:,} rejected)"
        )
    typer.echo(f"no links in {names}{extra}; nothing to do", err=True)
