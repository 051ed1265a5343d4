"""The terminal: a console on stderr, a bar for progress, harmless text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from spamlinks.report.text import clean, counted

if TYPE_CHECKING:
    from spamlinks.pipeline import Stage

__all__ = ["more", "open_console", "progress", "text"]

_STAGES = {
    "reading": "Reading",
    "scoring": "Scoring links",
    "measuring": "Measuring",
    "comparing": "Comparing domains",
    "explaining": "Explaining",
    "training": "Training",
    "generating": "Generating",
    "writing": "Writing",
}


def open_console() -> Console:
    """A console on stderr; in a pipe or log 120 columns wide, where none are known."""
    console = Console(stderr=True, highlight=False, emoji=False)
    return (
        console
        if console.is_terminal
        else Console(stderr=True, highlight=False, emoji=False, width=120)
    )


@contextmanager
def progress() -> Iterator[Stage]:
    """Show a bar with stages on a terminal, nothing elsewhere."""
    console = open_console()
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("", total=None)

        def stage(name: str, done: int, total: int) -> None:
            bar.update(
                task, description=_STAGES.get(name, name), completed=done, total=total or None
            )

        yield stage


def text(value: object, limit: int = 60) -> str:
    """A stranger's text, short, without control characters and without markup of the console."""
    return escape(clean(str(value), limit))


def more(console: Console, where: str, many: int, what: str, style: str) -> None:
    """Say that there are more of something, and where; nothing when there are none."""
    if many > 0:
        console.print(f"  and {counted(many, f'more {what}')} {where}", style=style)
