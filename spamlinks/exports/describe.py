"""How a table is understood, column by column, and how much of it could be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from spamlinks.exports.catalog import Column
from spamlinks.exports.cells import first_records, printable
from spamlinks.exports.containers.json_records import NULL_MARK
from spamlinks.exports.notes import reading_notes
from spamlinks.exports.reading.convert import Converter
from spamlinks.exports.reading.numbers import parse_date, parse_number
from spamlinks.exports.reading.table import read_table
from spamlinks.exports.recognise import Recognised
from spamlinks.schema import FIELDS

__all__ = ["ColumnView", "TableView", "describe"]

SAMPLE = 200
"""Records that examples are taken from."""
_ISO = "%Y-%m-%d"
_ORDER = {"dmy": "day first", "mdy": "month first"}


@dataclass(frozen=True, slots=True)
class ColumnView:
    """One column as it is understood.

    ``fields`` is () for a column that is not read, and ``known`` then tells those of the catalogue
    from new ones. ``how`` says in words what is special about reading it. ``filled`` is the share
    of accepted records whose cell has a value that could be read, 0 to 1, None when unknown.
    ``example`` is a cell as it stands in the file.
    """

    header: str
    fields: tuple[str, ...]
    how: str
    filled: float | None
    example: str
    known: bool


@dataclass(frozen=True, slots=True)
class TableView:
    """A table read from beginning to end: ``records == accepted + sum of rejected``.

    ``rejected`` gives reasons with counts, the commonest first. ``header_line`` is the line, from
    1, on which the header ends; 0 when there is none.
    """

    recognised: Recognised
    records: int
    accepted: int
    rejected: tuple[tuple[str, int], ...]
    header_line: int
    columns: tuple[ColumnView, ...]
    notes: tuple[str, ...]


def describe(recognised: Recognised, *, read: bool = True) -> TableView:
    """Read a table and say what became of it; with ``read=False`` only what its beginning shows.

    Raises
    ------
    InputError : the table is damaged.
    """
    samples = _samples(recognised)
    header_line = _header_line(recognised)
    if not read:
        columns = _columns(recognised, samples, None, None)
        return TableView(recognised, 0, 0, (), header_line, columns, recognised.notes)
    table = read_table(recognised, {}, None)
    earlier = recognised.source.part.made.rejects
    counted = table.rejects.group_by("reason", maintain_order=True).len()
    reasons = Counter(dict(counted.iter_rows()))
    reasons.update(reject.reason for reject in earlier)
    accepted = table.frame.height
    records = accepted + table.rejects.height + len(earlier)
    notes = reading_notes(table.recognised, table.converter, records)
    return TableView(
        table.recognised,
        records,
        accepted,
        tuple(reasons.most_common()),
        header_line,
        _columns(table.recognised, samples, table.converter, table.frame),
        (*notes, *recognised.source.part.made.notes),
    )


def _samples(recognised: Recognised) -> list[list[str]]:
    """The first cells of every column that are not empty."""
    start = recognised.data_start
    width = len(recognised.columns)
    found: list[list[str]] = [[] for _ in range(width)]
    head = recognised.source.head
    for row, end in first_records(recognised.source, recognised.delimiter, SAMPLE):
        if len(row) == width and len(head[:end].encode("utf-8", "replace")) > start:
            for cells, cell in zip(found, row, strict=True):
                if cell.strip() and cell != NULL_MARK:
                    cells.append(cell)
    return found


def _header_line(recognised: Recognised) -> int:
    if not recognised.data_start:
        return 0
    before = recognised.source.head.encode("utf-8", "replace")[: recognised.data_start]
    return len(before.rstrip(b"\r\n").splitlines())


def _columns(
    recognised: Recognised,
    samples: list[list[str]],
    converter: Converter | None,
    frame: pl.DataFrame | None,
) -> tuple[ColumnView, ...]:
    views = []
    given: set[str] = set()
    for i, use in enumerate(recognised.columns):
        read = tuple(c for c in use.columns if c.field not in given or c.how == "kind")
        given |= {column.field for column in read}
        hows = [_how(column, i, samples[i], converter) for column in read] or [""]
        filled = None
        if frame is not None and frame.height and read:
            filled = _filled(frame[read[0].field])
        views.append(
            ColumnView(
                header=use.header,
                fields=tuple(column.field for column in read),
                how=hows[0] if len(set(hows)) == 1 else _several(read, hows),
                filled=filled,
                example=samples[i][0] if samples[i] else "",
                known=use.known,
            )
        )
    return tuple(views)


def _several(columns: tuple[Column, ...], hows: list[str]) -> str:
    if all(column.how == "token" for column in columns):
        return "yes where its word stands"
    return "; ".join(dict.fromkeys(how for how in hows if how))


def _filled(values: pl.Series) -> float:
    empty = values.null_count()
    if values.dtype == pl.String:
        empty += int((values == "").sum())
    return 1 - empty / len(values)


def _how(column: Column, position: int, cells: list[str], converter: Converter | None) -> str:
    """Say what a person could not guess from the field's name."""
    dtype = FIELDS[column.field].dtype
    if column.how == "inverted":
        return "yes means no"
    if column.how == "flag":
        return "anything but empty means yes"
    if column.how == "token":
        return f"yes where it says {' or '.join(column.value.split())}"
    if column.how == "kind":
        return f"yes means {column.value}"
    if converter is None:
        return ""
    if dtype == pl.Date:
        order = converter.conventions.order.get(position, "")
        return _with_example(_ORDER.get(order, ""), cells, lambda cell: _day(cell, order))
    if dtype.is_numeric():
        decimal = converter.conventions.decimal.get(position, "")
        words = "decimal comma" if decimal == "," else ""
        return _with_example(words, cells, lambda cell: _number(cell, decimal or "."))
    return ""


def _day(cell: str, order: str) -> str:
    found: date | None = parse_date(cell, order)
    return "" if found is None or cell.startswith(found.strftime(_ISO)) else found.strftime(_ISO)


def _number(cell: str, decimal: str) -> str:
    value = parse_number(cell, decimal)
    if value is None or cell.strip().isdigit():
        return ""
    shown = f"{value:.10g}"
    return "" if shown == cell.strip() else shown


def _with_example(words: str, cells: list[str], read: Callable[[str], str]) -> str:
    """Add the first cell that reads otherwise than it is written."""
    for cell in cells:
        value = read(cell)
        if value:
            example = f"{printable(cell, 24)} = {value}"
            return f"{words}, {example}" if words else example
    return words
