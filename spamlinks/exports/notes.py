"""What a reader of the results should know about a file, in sentences."""

from __future__ import annotations

from spamlinks.exports.cells import printable
from spamlinks.exports.convert import Converter
from spamlinks.exports.recognise import Recognised

__all__ = ["NAMED_COLUMNS", "printable", "reading_notes"]

SHEET_ROWS = 1_048_575
"""Records that fit a spreadsheet beside its header; Excel drops the rest without a word."""
NAMED_COLUMNS = 8


def reading_notes(recognised: Recognised, converter: Converter, records: int) -> tuple[str, ...]:
    """Say what a reader of the results should know about this file."""
    entry, notes = recognised.format, list(recognised.notes)
    if entry.confidence == "D":
        notes.append(f"the layout of {entry.name} is a guess: check some rows")
    kept = set(converter.kept.values())
    new = [u.header for i, u in enumerate(recognised.columns) if not u.known and i not in kept]
    if new:
        shown = ", ".join(printable(header) for header in new[:NAMED_COLUMNS])
        more = f" and {len(new) - NAMED_COLUMNS} more" if len(new) > NAMED_COLUMNS else ""
        notes.append(f"columns that are not known and not read: {shown}{more}")
    if recognised.source.damaged:
        notes.append("some bytes are not valid UTF-8 and are shown as \ufffd")
    if recognised.source.encoding == "cp1252":
        notes.append("read as Windows-1252; saved as UTF-8 no letter would be lost")
    for name, count in sorted(converter.unreadable.items()):
        notes.append(f"{name}: {count:,} cells could not be read and count as unknown")
    if records == 0:
        notes.append("the export holds a header and no records")
    if records in (*entry.row_caps, SHEET_ROWS):
        notes.append(f"exactly {records:,} records: the export may be cut off at a limit")
    return tuple(notes)
