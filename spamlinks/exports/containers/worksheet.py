"""The cells of a worksheet as text: shared strings, number formats, dates, formulas.

Read as a stream of XML. Libraries that build objects keep something of every row, and all of a
row before they look at a cell of it; a file made to do so fills the memory with either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from datetime import datetime, timedelta
from math import isfinite

from spamlinks.errors import InputError
from spamlinks.exports.containers.lookups import (
    MAX_CELL_CHARS,
    Strings,
    at_excels_limit,
    quoted,
    small_number,
    too_long,
)
from spamlinks.exports.containers.markup import SAVE_AGAIN

__all__ = ["MAX_COLUMNS", "Cells"]

MAX_COLUMNS = 1_000
MAX_ROW_BYTES = 1 << 26

_EMPTY = b'""'
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_MAX_NUMBER = 40
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?)?(?:Z|\+00:00)?", re.ASCII
)
_LAST_SERIAL = 2_958_466  # the day after 9999-12-31
_DAY = 86_400


class _Columns(dict[str, int]):
    """The number of a column by its letters, 0 when they are none."""

    def __missing__(self, letters: str) -> int:
        if not (1 <= len(letters) <= 3 and letters.isascii() and letters.isalpha()):
            return 0
        number = 0
        for letter in letters.upper():
            number = number * 26 + ord(letter) - 64
        self[letters] = number
        return number


class Cells:
    """The cells of a sheet, row by row. A reader for ``markup.parse``.

    ``emit`` is called with the CSV cells of each row that has any, up to the last that is not
    empty, and at most ``MAX_COLUMNS``. The attributes count what people should hear of. Memory:
    one row, 64 MB at most. Raises InputError for a longer row, for a cell of more than 1,048,576
    characters, and for one that names a string which does not exist.
    """

    def __init__(
        self,
        source: str,
        strings: Strings,
        date_styles: Container[str],
        from_1904: bool,
        emit: Callable[[list[bytes]], None],
    ) -> None:
        self._source, self._strings, self._dates = source, strings, date_styles
        self._epoch = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
        self._from_1904 = from_1904
        self._emit = emit
        self._columns = _Columns()
        self._row: list[bytes] = []
        self._row_bytes = self._row_number = self._column = self._chars = 0
        self._in_data = self._in_row = self._in_cell = self._phonetic = False
        self._kind, self._style = "n", "0"
        self._value: list[str] = []
        self._formula: list[str] = []
        self._sink: list[str] | None = None
        self.last_row = 0
        """The number of the last row that is not empty, from 1."""
        self.cut_cells = self.formula_cells = self.cells_beyond = 0

    def start(self, tag: str, attributes: dict[str, str], depth: int) -> None:
        """Begin a row, a cell, or a text in a cell."""
        if depth == 5:
            if self._in_cell:
                if tag == "v":
                    self._sink = self._value
                elif tag == "f":
                    self._sink = self._formula
        elif depth == 4:
            if self._in_row and tag == "c":
                self._in_cell = True
                self._kind = attributes.get("t", "n")
                self._style = attributes.get("s", "0")
                self._value, self._formula, self._chars = [], [], 0
                place = attributes.get("r")
                column = self._columns[place.rstrip("0123456789")] if place else 0
                self._column = column or self._column + 1
        elif depth == 3:
            if self._in_data and tag == "row":
                self._in_row = True
                self._row, self._row_bytes, self._column = [], 0, 0
                self._row_number = small_number(attributes.get("r")) or self._row_number + 1
        elif depth == 2:
            self._in_data = tag == "sheetData"
        elif tag == "t":
            if self._in_cell and not self._phonetic:
                self._sink = self._value
        elif tag == "rPh":
            self._phonetic = True

    def end(self, tag: str, depth: int) -> None:
        """End a text, a cell, or a row."""
        if depth > 4:
            self._sink = None
            if tag == "rPh":
                self._phonetic = False
        elif depth == 4:
            if self._in_cell:
                self._in_cell = False
                self._place(self._cell())
        elif depth == 3 and self._in_row:
            self._in_row = False
            if self._row:
                self.last_row = self._row_number
                self._emit(self._row)

    def text(self, data: str) -> None:
        """Take a piece of a text."""
        if self._sink is not None:
            self._chars += len(data)
            if self._chars > MAX_CELL_CHARS:
                raise too_long(f"{self._source}, row {self._row_number:,}")
            self._sink.append(data)

    def _place(self, cell: bytes) -> None:
        if cell == _EMPTY:
            return
        if self._column > MAX_COLUMNS:
            self.cells_beyond += 1
            return
        self._row_bytes += len(cell)
        if self._row_bytes > MAX_ROW_BYTES:
            row = f"{self._source}, row {self._row_number:,}"
            raise InputError(row, f"it holds more than {MAX_ROW_BYTES >> 20} MB", SAVE_AGAIN)
        missing = self._column - 1 - len(self._row)
        if missing >= 0:
            self._row += [_EMPTY] * missing
            self._row.append(cell)
        else:  # out of order, or a second time
            self._row[self._column - 1] = cell

    def _cell(self) -> bytes:
        value, kind = "".join(self._value), self._kind
        if self._formula:
            # A formula that only refers to a neighbour's has no text; its value has to do.
            self.formula_cells += 1
            return quoted("=" + "".join(self._formula))
        if not value:
            return _EMPTY
        if kind == "n":
            return quoted(self._number(value.strip()))
        if kind == "s":
            cell = self._strings.cell(value)
            self.cut_cells += self._strings.is_cut(value)
            return cell
        if kind == "b":
            return {"1": b'"TRUE"', "0": b'"FALSE"'}.get(value) or quoted(value.upper())
        if kind == "d":
            return quoted(_iso_date(value.strip()))
        self.cut_cells += at_excels_limit(value)
        return quoted(value)

    def _number(self, text: str) -> str:
        is_date = self._style in self._dates
        if not is_date and text.isdecimal() and text.isascii():
            return text
        if len(text) > _MAX_NUMBER or not _NUMBER.fullmatch(text):
            return text
        number = float(text)
        if is_date and abs(number) < _LAST_SERIAL:
            seconds = round(number * _DAY)
            if 0 <= seconds < (_LAST_SERIAL - 1462 * self._from_1904) * _DAY:
                return self._date(seconds)
        if number.is_integer() and abs(number) < 1e15:
            return str(int(number))
        # Beyond 15 digits a number is as exact as it was written; beyond 1e308 it is none.
        exact = text.lstrip("-").isdecimal() or not isfinite(number)
        return text if exact else repr(number)

    def _date(self, seconds: int) -> str:
        if seconds < _DAY:  # a time of day without a day
            return str(datetime.min + timedelta(seconds=seconds))[11:]
        if seconds < 60 * _DAY and not self._from_1904:
            seconds += _DAY  # Excel believes in 29 February 1900
        moment = self._epoch + timedelta(seconds=seconds)
        return str(moment.date()) if seconds % _DAY == 0 else str(moment)


def _iso_date(text: str) -> str:
    match = _ISO.fullmatch(text)
    if not match:
        return text
    day, minutes, seconds = match.groups()
    time = (minutes or "00:00") + (seconds or ":00")
    return str(day) if time == "00:00:00" else f"{day} {time}"
