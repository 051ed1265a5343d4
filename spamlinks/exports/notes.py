"""What a reader of the results should know about a file, in sentences."""

from __future__ import annotations

from spamlinks.exports.cells import printable
from spamlinks.exports.reading.convert import Converter
from spamlinks.exports.recognise import Recognised

__all__ = ["NAMED_COLUMNS", "printable", "reading_notes"]

SHEET_ROWS = 1_048_575
"""Records that fit a spreadsheet beside its header; Excel drops the rest without a word."""
NAMED_COLUMNS = 8
ROUND_COUNTS = (1_000, 5_000, 10_000, 20_000, 25_000, 30_000, 50_000, 100_000, 250_000, 500_000)
"""Record counts at which vendors and plans cut exports."""
OWN_LISTS = ("plain", "spamlinks", "custom")
_DOUBT = {
    "C": "some of its layout is assumed",
    "D": "its layout is a guess",
}


def reading_notes(recognised: Recognised, converter: Converter, records: int) -> tuple[str, ...]:
    """Say what a reader of the results should know about this file."""
    entry, notes = recognised.format, list(recognised.notes)
    if entry.confidence in _DOUBT:
        notes.append(f"{entry.name} is unconfirmed: {_DOUBT[entry.confidence]}; check some rows")
    kept = set(converter.kept.values())
    new = [u.header for i, u in enumerate(recognised.columns) if not u.known and i not in kept]
    if new:
        shown = ", ".join(printable(header) for header in new[:NAMED_COLUMNS])
        more = f" and {len(new) - NAMED_COLUMNS} more" if len(new) > NAMED_COLUMNS else ""
        notes.append(f"columns that are not known and not read: {shown}{more}")
    if recognised.source.damaged:
        notes.append("some bytes are not valid UTF-8 and are shown as \ufffd")
    if recognised.source.encoding == "cp1252":
        notes.append("read as Windows-1252: if letters look wrong, save the file as UTF-8")
    for name, count in sorted(converter.unreadable.items()):
        notes.append(f"{name}: {count:,} cells could not be read and count as unknown")
    if records == 0:
        notes.append("the export holds a header and no records")
    capped = (*entry.row_caps, SHEET_ROWS, *(ROUND_COUNTS if entry.vendor not in OWN_LISTS else ()))
    if records in capped:
        notes.append(f"exactly {records:,} records: the export may be cut off at a limit")
    return tuple(notes)
