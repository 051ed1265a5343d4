"""domains.xlsx: the table of verdicts for people who decide in a spreadsheet.

Nothing in it is ever a formula or a link, since exports are written by spammers: each text is
neutralised as in CSV, stored as text, and shown in a format that stays text when it is edited.
"""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl

from spamlinks.errors import OutputError
from spamlinks.files import open_atomic
from spamlinks.tables import neutralised

__all__ = ["MAX_CHARS", "MAX_ROWS", "write_workbook"]

MAX_ROWS = 1_048_575
"""Rows that Excel has below the header."""

MAX_CHARS = 32_767
"""Characters in a cell of Excel, in UTF-16 units."""

SPARE_ROWS = 1_000
"""So many empty rows below the table take decisions too, for sites that somebody adds."""

_WIDTHS = {
    "linking_domain": 34,
    "unit": 8,
    "verdict": 11,
    "reason": 24,
    "why": 60,
    "evidence": 60,
    "network": 24,
    "decision": 12,
    "decided_by": 16,
    "decision_note": 44,
}
_WIDTH = 13
_HEADER = {"bold": True, "bg_color": "#E7E9ED", "bottom": 1}
_DECIDED = {"bg_color": "#FFF7D6", "bottom": 4, "bottom_color": "#E5DDB8"}
# Neither of the two may stand in XML, and the one program's repair of it loses the sheet.
_NO_CHARACTER = "[\ufffe\uffff]"


def write_workbook(
    frame: pl.DataFrame,
    path: Path,
    *,
    decided: tuple[str, ...] = (),
    choices: dict[str, tuple[str, ...]] | None = None,
    made_on: date | None = None,
    sheet: str = "domains",
) -> tuple[str, ...]:
    """Write a table as an xlsx workbook, whole or not at all.

    The header stays in sight, each column can be filtered, and days are days. Memory does not grow
    with the rows.

    Parameters
    ----------
    frame : columns of text, numbers, truth values and days; at most 16,384.
    decided : columns that people fill in: they are shaded.
    choices : what the cells of a column may hold; a list drops down there.
    made_on : day that the workbook says it was made on, so that equal tables give equal files.

    Returns
    -------
    Sentences about what had to be cut for Excel's limits; () as a rule.

    Raises
    ------
    OutputError : the file cannot be written.
    """
    import xlsxwriter  # late: only an audit writes one
    from xlsxwriter.exceptions import XlsxWriterException

    rows, notes = frame.head(MAX_ROWS), []
    if rows.height < frame.height:
        left = frame.height - rows.height
        notes.append(
            f"{path.name} holds the first {MAX_ROWS:,} rows, which is all that Excel takes; the "
            f"other {left:,} are in {path.with_suffix('.csv').name}"
        )
    rows, cut = _within(neutralised(rows))
    if cut:
        what = "1 cell was" if cut == 1 else f"{cut:,} cells were"
        notes.append(f"{path.name}: {what} cut at {MAX_CHARS:,} characters, Excel's limit")
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with open_atomic(path) as file:
        try:
            book = xlsxwriter.Workbook(file, options)
            made = datetime.combine(made_on or date(2000, 1, 1), time())
            book.set_properties({"created": made, "title": path.stem})
            _fill(book, book.add_worksheet(sheet), rows, decided, choices or {})
            book.close()
        except XlsxWriterException as error:
            said = " ".join(str(error).split())[:200]
            raise OutputError(path.name, f"cannot be written ({said})", "Check the disk.") from None
    return tuple(notes)


def _fill(
    book: Any,
    sheet: Any,
    frame: pl.DataFrame,
    decided: tuple[str, ...],
    choices: dict[str, tuple[str, ...]],
) -> None:
    last = len(frame.columns) - 1
    below = min(frame.height + SPARE_ROWS, MAX_ROWS)
    heading = book.add_format(_HEADER)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(frame.height, 1), last)
    formats = []
    for place, (name, dtype) in enumerate(frame.schema.items()):
        look = {"num_format": _number_format(dtype), **(_DECIDED if name in decided else {})}
        formats.append(book.add_format(look))
        sheet.set_column(place, place, _WIDTHS.get(name, _WIDTH), formats[-1])
        if name in choices:
            sheet.data_validation(
                1,
                place,
                below,
                place,
                {
                    "validate": "list",
                    "source": list(choices[name]),
                    "error_title": name,
                    "error_message": f"Choose {', '.join(choices[name])}, or leave it empty.",
                },
            )
    for place, name in enumerate(frame.columns):
        sheet.write_string(0, place, name, heading)
    writers = [_writer(sheet, dtype) for dtype in frame.dtypes]
    columns = list(zip(range(last + 1), writers, formats, strict=True))
    for number, row in enumerate(frame.iter_rows(), 1):
        for (place, write, look), value in zip(columns, row, strict=True):
            if value is not None and value != "":
                write(number, place, value, look)


def _number_format(dtype: pl.DataType) -> str:
    if dtype == pl.Date:
        return "yyyy-mm-dd"
    if dtype.is_float():
        return "0.000"
    return "0" if dtype.is_integer() else "@" if dtype == pl.String else "General"


def _writer(sheet: Any, dtype: pl.DataType) -> Any:
    """The method for cells of a type: none that guesses, since a guess makes formulas and links."""
    if dtype == pl.Date:
        return sheet.write_datetime
    if dtype == pl.Boolean:
        return sheet.write_boolean
    return sheet.write_number if dtype.is_numeric() else sheet.write_string


def _within(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Cut texts at what a cell holds, and take out what XML has no way to write."""
    cut = 0
    for name, dtype in frame.schema.items():
        if dtype != pl.String:
            continue
        column = frame[name]
        if column.str.contains(_NO_CHARACTER).any():
            column = column.str.replace_all(_NO_CHARACTER, "")
        long = (column.str.len_bytes() > MAX_CHARS).fill_null(value=False)
        if long.any():
            texts = column.to_list()
            for place in long.arg_true():
                short = _utf16_cut(texts[place])
                cut += short != texts[place]
                texts[place] = short
            column = pl.Series(name, texts, dtype=pl.String)
        frame = frame.with_columns(column.alias(name))
    return frame, cut


def _utf16_cut(text: str) -> str:
    """The beginning of a text that has at most ``MAX_CHARS`` UTF-16 units.

    >>> len(_utf16_cut("x" * 40_000)), len(_utf16_cut(chr(0x1F600) * 40_000))
    (32767, 16383)
    """
    units = text[:MAX_CHARS].encode("utf-16-le")[: 2 * MAX_CHARS]
    return units.decode("utf-16-le", "ignore")
