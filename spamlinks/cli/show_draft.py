"""What people see of a disavow file: what it takes away, what was held back, what was written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from spamlinks.cli.show_files import show_files
from spamlinks.cli.terminal import more, open_console, text
from spamlinks.report import head

if TYPE_CHECKING:
    from spamlinks.drafts import Draft, ForProperty

__all__ = ["NOTHING", "show_draft", "show_outcome", "show_properties"]

SHOWN_COLLAPSED = 10
NOTHING = "Nothing to disavow"


def show_draft(draft: Draft, path: Path) -> None:
    """Say what was written to a disavow file, or why nothing was."""
    console = open_console()
    if draft.run is not None:
        show_files(console, draft.run, written=False)
        said = head.decisions(draft.run)
        if said:
            console.print(f"  {text(said, 400)}", soft_wrap=True)
    for note in draft.notes:
        console.print(f"  {text(note, 240)}", soft_wrap=True)
    show_outcome(console, draft, path)


def show_properties(apart: Sequence[ForProperty]) -> None:
    """Say what was written for each property of Search Console."""
    console = open_console()
    for item in apart:
        console.print(f"\n[bold]{text(item.prefix, 200)}[/bold]", soft_wrap=True)
        for note in item.draft.notes:
            console.print(f"  {text(note, 240)}", soft_wrap=True)
        show_outcome(console, item.draft, item.path)


def show_outcome(console: Console, draft: Draft, path: Path, nothing: str = NOTHING) -> None:
    """Say what was held back, what the file takes away, and what was written or why nothing.

    ``nothing`` leads where nothing was.
    """
    for line in draft.refused:
        console.print(f"  held back: {text(line, 400)}", style="yellow", soft_wrap=True)
    for line in draft.collapsed[:SHOWN_COLLAPSED]:
        console.print(f"  collapsed: {text(line, 120)}", style="yellow", soft_wrap=True)
    more(
        console,
        "in the file",
        len(draft.collapsed) - SHOWN_COLLAPSED,
        "entry that stands for several",
        "yellow",
    )
    for sentence in draft.effect.sentences() if draft.effect is not None else ():
        warn = sentence.startswith("Line ")
        console.print(
            f"  {text(sentence, 300)}", style="yellow" if warn else "none", soft_wrap=True
        )
    _verdict(console, draft, path, nothing)
    if draft.backup is not None:
        former, kept = text(path.name, 120), text(draft.backup, 150)
        console.print(f"  The former {former} is kept as {kept}.", soft_wrap=True)


def _verdict(console: Console, draft: Draft, path: Path, nothing: str) -> None:
    if draft.text is None and draft.apart:
        return  # what was written for each property is said below
    if draft.text is None:
        console.print(f"\n[bold]{nothing}[/bold]: {draft.why_not}. No file was written.")
        return
    if draft.unchanged:
        same = "entry" if draft.entries == 1 else "entries"
        console.print(
            f"\n[bold]{text(path, 200)}[/bold] holds the same {draft.entries:,} {same} as before "
            "and was not touched."
        )
        return
    kept = f", {draft.kept:,} of your live file kept" if draft.kept else ""
    console.print(
        f"\n[bold]{text(path, 200)}[/bold]: {draft.new:,} new "
        f"{'entry' if draft.new == 1 else 'entries'}{kept}. Read them before you "
        "upload: an upload replaces the list that Google holds."
    )
