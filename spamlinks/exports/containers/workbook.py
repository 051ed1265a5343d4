"""The worksheets of an Excel workbook (xlsx, xlsm), one at a time, as CSV."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator
from typing import IO, cast

from spamlinks.errors import InputError
from spamlinks.exports.containers.lookups import EXCEL_CHARS, Strings, Styles
from spamlinks.exports.containers.package import SAVE_SHEET, SPOOL_BYTES, Sheet, open_package
from spamlinks.exports.containers.worksheet import MAX_COLUMNS, Cells
from spamlinks.exports.containers.zipfiles import inflated_limit, too_large

__all__ = ["Sheet", "is_workbook", "sheets", "write_sheet"]

EXCEL_ROWS = 1_048_576
_ROW = struct.Struct("<II")
_MISSING = b',""'


def is_workbook(stream: IO[bytes]) -> bool:
    """Whether this is a zip archive that holds an Excel workbook in XML; false when damaged."""
    try:
        with open_package(stream, "workbook") as package:
            return bool(package.workbook_part())
    except InputError:
        return False


def sheets(stream: IO[bytes], name: str) -> list[Sheet]:
    """Return the worksheets in the order of their tabs, hidden ones too; charts are left out.

    A name that comes a second time is left out: it could not be asked for. So is what follows
    the first 1,000.

    Raises
    ------
    InputError : the workbook is damaged, encrypted inside, or inflates too much.
    """
    with open_package(stream, name) as package:
        return [sheet for sheet, _ in package.index().sheets]


def write_sheet(stream: IO[bytes], name: str, sheet: str, out: IO[bytes]) -> tuple[str, ...]:
    r"""Write a worksheet as CSV and return notes for people.

    The CSV is UTF-8 without a byte order mark, with commas, every cell quoted and ``\n`` after
    each record. Rows without content are left out, and columns behind the last one with content;
    all records have the same number of cells, at most 1,000. Nothing is written to ``out`` before
    the sheet was read to its end.

    * Text stays as it is, without its formatting; ``_x000D_`` and its like are resolved.
    * A formula is written as its text, ``=HYPERLINK("https://a.example/","x")``, and nothing is
      ever evaluated. Where the file has no text of its own for a formula, the value stored there
      is written.
    * A number whose format shows a date becomes ``2026-10-04``, or ``2026-10-04 08:15:00`` when it
      is not midnight, rounded to a second; less than one day becomes a time. Durations and what
      lies beyond the year 9999 stay numbers.
    * Whole numbers are written without a fraction, others as the shortest text that gives the same
      number; beyond 15 digits as they stand.
    * Truth values are ``TRUE`` and ``FALSE``, errors their text, such as ``#N/A``.

    Memory does not grow with the rows. It holds the shared strings in UTF-8, 4 bytes for each,
    and a row: some MB in practice, 0.6 GB for a workbook made to fill it. The rows wait in a
    temporary file, which takes 200 times the size of the workbook, 64 MB where that is more, or
    16 GB at most.

    Parameters
    ----------
    stream : the workbook; when it cannot seek, it is copied to a temporary file first.
    name : the workbook as people know it.
    sheet : a name that ``sheets`` returned.

    Raises
    ------
    InputError : the workbook has no such sheet, is damaged, encrypted inside, declares XML
        entities, or holds more than the bounds allow.
    """
    with open_package(stream, name) as package, tempfile.SpooledTemporaryFile(SPOOL_BYTES) as spool:
        index = package.index()
        found = [(known, part) for known, part in index.sheets if known.name == sheet]
        if not found:
            problem = f"the workbook has no worksheet named {sheet!r}"
            raise InputError(name, problem, "Export it again.")
        strings, styles = Strings(name), Styles()
        for part, reader in ((index.strings, strings), (index.styles, styles)):
            if part in package.parts:
                package.read(part, reader)
        rows = _Rows(cast(IO[bytes], spool), name, inflated_limit(package.size))
        source = f"{name} > {sheet}"
        cells = Cells(source, strings, styles.dates, index.from_1904, rows.add)
        package.read_sheet(found[0][1], source, cells)
        rows.copy(out)
    return tuple(_notes(found[0][0], cells))


def _notes(sheet: Sheet, cells: Cells) -> Iterator[str]:
    if sheet.hidden:
        yield "the sheet is hidden in the workbook"
    if cells.cut_cells:
        yield (
            f"{cells.cut_cells:,} cells hold exactly {EXCEL_CHARS:,} characters:"
            " they were cut at Excel's limit"
        )
    if cells.last_row == EXCEL_ROWS:
        yield f"all {EXCEL_ROWS:,} rows of Excel are used: the sheet may have lost rows"
    if cells.formula_cells:
        yield f"{cells.formula_cells:,} cells hold formulas and are read as their text"
    if cells.cells_beyond:
        yield (
            f"only the first {MAX_COLUMNS:,} columns are read:"
            f" {cells.cells_beyond:,} cells beyond them are left out"
        )


class _Rows:
    """Records that wait until it is known how wide the widest is."""

    def __init__(self, spool: IO[bytes], name: str, limit: int) -> None:
        self._spool, self._name, self._limit = spool, name, limit
        self._bytes = self._widest = self._rows = self._cells = 0

    def add(self, row: list[bytes]) -> None:
        line = b",".join(row)
        self._bytes += len(line) + 1
        self._check(self._bytes)
        self._rows += 1
        self._cells += len(row)
        self._widest = max(self._widest, len(row))
        self._spool.write(_ROW.pack(len(line), len(row)) + line)

    def copy(self, out: IO[bytes]) -> None:
        missing = self._widest * self._rows - self._cells
        self._check(self._bytes + missing * len(_MISSING))
        self._spool.seek(0)
        while head := self._spool.read(_ROW.size):
            size, width = _ROW.unpack(head)
            out.write(self._spool.read(size) + _MISSING * (self._widest - width) + b"\n")

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise too_large(self._name, self._limit, SAVE_SHEET)
