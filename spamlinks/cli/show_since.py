"""What people see of the comparison with an earlier run."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from spamlinks.cli.terminal import more, open_console, text
from spamlinks.policy import Verdict

__all__ = ["show_since"]

SHOWN = 10
SHOWN_NOTES = 12
_COLOUR = {"worse": "red", "new": "yellow", "better": "green", "gone": "dim"}


def show_since(run: dict[str, Any]) -> None:
    """Say what changed since an earlier run, where one was compared with; nothing else."""
    since = run.get("since")
    if since is None:
        return
    console = open_console()
    counts, earlier = since["counts"], since["run"]
    said = "   ".join(
        f"[{_COLOUR[name]}]{name} {counts[name]:,}[/{_COLOUR[name]}]"
        if counts[name]
        else name + " 0"
        for name in ("new", "gone", "worse", "better")
    )
    console.print(
        f"[bold]Since {text((earlier['created'] or 'an earlier run')[:10])}[/bold] "
        f"({text(earlier['file'], 120)}): {said}   same {counts['same']:,}",
        soft_wrap=True,
    )
    for note in since["notes"][:SHOWN_NOTES]:
        console.print(f"  {text(note, 400)}", soft_wrap=True)
    more(console, "in run.json", len(since["notes"]) - SHOWN_NOTES, "note", "none")
    changed = len(since["changes"]) + since["more"]
    if not changed:
        console.print("  No domain changed.\n")
        return
    shown = [change for change in since["changes"] if _calls_for_a_look(change)]
    if not shown:
        console.print("  Nothing that is new or worse calls for a look.")
    else:
        _table(console, shown[:SHOWN])
    console.print("  changes.csv lists every change with its reason, worst first.\n", style="dim")


def _calls_for_a_look(change: dict[str, Any]) -> bool:
    """What is new and kept, or gone, is counted; a table of it would hide the rest."""
    if change["change"] == "new":
        return bool(change["after"] != Verdict.KEEP.value)
    return bool(change["change"] == "worse") or bool(
        change["change"] == "better" and change["before"] != change["after"]
    )


def _table(console: Console, changes: list[dict[str, Any]]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("domain", "change", "verdict", "score", "why"):
        table.add_column(name, overflow="fold", justify="right" if name == "score" else "left")
    for change in changes:
        colour = _COLOUR[change["change"]]
        table.add_row(
            text(change["linking_domain"], 40),
            f"[{colour}]{change['change']}[/{colour}]",
            _arrow(change["before"], change["after"]),
            _arrow(_score(change["score_before"]), _score(change["score_after"])),
            text(change["why"], 180),
        )
    console.print(table)


def _score(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _arrow(before: str | None, after: str | None) -> str:
    if before is None or after is None or before == after:
        return after if after is not None else str(before)
    return f"{before} to {after}"
