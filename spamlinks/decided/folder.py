"""Which file of an audit's folder holds what people decided."""

from __future__ import annotations

from pathlib import Path

from spamlinks.errors import InputError
from spamlinks.exports.cells import printable
from spamlinks.run_folder import TABLES, edited_tables, recorded_run

__all__ = ["KEPT", "decisions_file"]

KEPT = "decisions.csv"
"""The file in which an audit keeps the decisions that it was given."""

_FILL_IN = (
    "Fill in the column decision of its domains.xlsx or domains.csv, or give the file that holds "
    "your decisions."
)


def decisions_file(folder: Path) -> tuple[Path, Path | None]:
    """Choose the file of a folder whose decisions count, and one that completes it.

    Returns
    -------
    (file, beside). A table that somebody edited after the audit wrote it is the newest word; then
    ``beside`` is the ``decisions.csv`` of that audit, which also knows sites without a row. Else
    ``decisions.csv`` it is, and in a folder without run.json its only table.

    Raises
    ------
    InputError : there is none, or it cannot be told which of two counts.
    """
    kept = folder / KEPT
    try:
        edited = sorted(edited_tables(folder))
        there = [name for name in TABLES if (folder / name).is_file()]
    except OSError as error:
        problem = f"a table in it cannot be read ({error.strerror})"
        raise InputError(_name(folder), problem, "Close it, or give the file itself.") from None
    if not edited and not kept.is_file() and not recorded_run(folder):
        edited = there
    if len(edited) > 1:
        problem = f"both {' and '.join(edited)} may hold your decisions"
        hint = "Give the one that counts: --decisions FILE."
        raise InputError(_name(folder), problem, hint)
    if edited:
        return folder / edited[0], kept if kept.is_file() else None
    if kept.is_file():
        return kept, None
    if there:
        problem = f"it holds no {KEPT}, and nobody edited its {' or '.join(there)}"
        raise InputError(_name(folder), problem, _FILL_IN)
    hint = "Give the folder of an audit, or the file that holds your decisions."
    raise InputError(_name(folder), "the folder holds no decisions", hint)


def _name(folder: Path) -> str:
    return printable(str(folder), 120)
