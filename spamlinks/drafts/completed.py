"""What a draft needs besides its entries: the file it replaces, and what it takes away."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from spamlinks.disavow import DisavowFile, Entry, diff, read_disavow_bytes
from spamlinks.disavow.write import backup_path
from spamlinks.drafts.decided_entries import changed_minds
from spamlinks.drafts.draft import Draft
from spamlinks.effect import effect_of
from spamlinks.errors import InputError, OutputError
from spamlinks.policy import Decision

__all__ = ["OURS", "former_file", "read_beside", "refuse_loss", "set_aside", "with_effect"]

T = TypeVar("T")
OURS = b"# Disavow file by spamlinks "
"""How a file that this program made begins."""


def former_file(path: Path, live: DisavowFile | None = None) -> DisavowFile | None:
    """The file of a former run that stands where the new one goes.

    Without a live file it is one that this program began, and beside one, that live file with
    more below it; None for any other, since its comments are about something else.
    """
    try:
        if not path.is_file():  # a pipe would be waited for without end
            return None
        data = read_disavow_bytes(path)
        start = OURS if live is None else live.render().removeprefix(BOM_UTF8)
        return DisavowFile.parse(data, path.name) if data.startswith(start) else None
    except (OSError, InputError):
        return None


def with_effect(
    draft: Draft,
    live: DisavowFile | None,
    domains: pl.DataFrame,
    links: pl.DataFrame | None,
    run: dict[str, Any],
) -> Draft:
    """Count what the drafted file takes away, or the live one where nothing is added."""
    file = live if draft.text is None else DisavowFile.parse(draft.text)
    if file is None or not domains.height:
        return draft
    effect = effect_of(file, domains, links, live=live, prior=float(run.get("prior", 0.1)))
    return replace(draft, effect=effect if effect.whole.links else None)


def refuse_loss(
    output: Path,
    text: bytes,
    former: DisavowFile | None = None,
    decided: Mapping[str, Decision] | None = None,
) -> None:
    """A disavow file that already stands there must not lose an entry to the new one.

    Of a ``former`` file of ours an entry may go whose site was decided KEEP or REVIEW since.
    """
    try:
        if not output.is_file():
            return
        old = DisavowFile.parse(output.read_bytes(), output.name)
    except (OSError, InputError):
        return  # no disavow file, and writing makes a backup of it; or writing says what is wrong
    removed = diff(old, DisavowFile.parse(text, output.name))[1]
    change_of_mind = ""
    if former is not None:
        removed = tuple(changed_minds(removed, decided or {})[1])
        change_of_mind = "or decide KEEP for it in domains.csv, in the column decision; "
    if removed:
        raise OutputError(
            output.name,
            f"it holds {_few(removed)} that the new file would not have",
            f"Delete it if they should go; {change_of_mind}--merge {output} keeps them; or choose "
            "another name.",
        )


def _few(entries: Sequence[Entry]) -> str:
    shown = ", ".join(entry.line for entry in entries[:3])
    noun = "1 entry" if len(entries) == 1 else f"{len(entries):,} entries"
    return f"{noun} ({shown}{', ...' if len(entries) > 3 else ''})"


def set_aside(path: Path, live: DisavowFile | None) -> Path | None:
    """Rename a file of a former run, since its owner may have edited it; never the live file."""
    data = read_disavow_bytes(path)
    ours = data.startswith(OURS)
    if live is not None:
        if live.render() == data:
            return None
        start = live.render().removeprefix(BOM_UTF8)
        ours |= data.startswith(start) and OURS in data[len(start) :]
    if not ours:
        return None
    backup = backup_path(path, data)
    path.replace(backup)
    return backup


def read_beside(path: Path | None, parse: Callable[[bytes, str], T]) -> T | None:
    """Read a live file or keep list that was named; None when none was. Raises InputError."""
    return None if path is None else parse(read_disavow_bytes(path), path.name)
