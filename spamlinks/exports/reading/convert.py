"""Typed columns from text: one batch of an export at a time, conventions decided per column.

Nearly all cells take a vectorised way. Only the distinct cells it cannot read are looked at one by
one. A cell that cannot be read becomes null and is counted; a record is never lost here.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from spamlinks.exports.catalog import Column
from spamlinks.exports.reading.conventions import Conventions
from spamlinks.exports.reading.flags import (
    BLANK,
    boolean_expression,
    boolean_reader,
    kind_expression,
)
from spamlinks.exports.reading.numbers import (
    MISSING,
    date_evidence,
    number_evidence,
    parse_date,
    parse_number,
)
from spamlinks.schema import FIELDS

__all__ = ["Converter", "latest_believable", "unescape_text"]

UNESCAPED = frozenset(
    {"referring_page_title", "anchor_text", "left_context", "right_context", "page_author",
     "page_category"}
)  # fmt: skip
"""Text shown to people. URLs are left alone: ``&copy=1`` is a valid query."""

COUNT_BLOCKS = frozenset({"group", "counts", "traffic", "popularity"})
EARLIEST = date(1990, 1, 1)
NEVER = ("1970-01-01", "0000-00-00", "0001-01-01")
"""Beginnings of time stamps that stand for an unknown day."""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def unescape_text(text: str) -> str:
    """Resolve HTML entities until nothing changes, at most five times.

    >>> unescape_text("B&amp;amp;B &gt; caf&eacute; &copy=1")
    'B&B > café &copy=1'
    """
    for _ in range(5):
        plain = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
        if plain == text:
            break
        text = plain
    return text


def _is_count(name: str) -> bool:
    return FIELDS[name].dtype == pl.Int64 or FIELDS[name].block in COUNT_BLOCKS


class Converter:
    """Turns batches of raw text columns ``c0, c1, ...`` into columns of the schema.

    Parameters
    ----------
    columns : position in the file and column of the format, for every field that is read.
    missing : texts that mean "unknown" in text columns of this format.
    conventions : how the file writes numbers and dates; with ``fixed`` they are not revised.
    latest : days after this one are not believed.
    kept : position by name of further columns that stay text.
    """

    def __init__(
        self,
        columns: Iterable[tuple[int, Column]],
        missing: Iterable[str],
        conventions: Conventions,
        latest: date,
        fixed: bool = False,
        kept: Mapping[str, int] | None = None,
    ) -> None:
        by_field: dict[str, list[tuple[int, Column]]] = {}
        for position, column in columns:
            several = column.how == "kind"
            if several or column.field not in by_field:
                by_field.setdefault(column.field, []).append((position, column))
        self._by_field = {name: by_field[name] for name in FIELDS if name in by_field}
        self._missing = sorted(missing)
        self._conventions = conventions
        self._latest = latest
        self._fixed = fixed
        self.kept = dict(kept or {})
        self.unreadable: Counter[str] = Counter()

    @property
    def conventions(self) -> Conventions:
        """How the file writes numbers and dates, as far as it was seen."""
        return self._conventions

    @property
    def positions(self) -> list[int]:
        """Positions of the columns that are read, ascending."""
        used = {i for columns in self._by_field.values() for i, _ in columns}
        return sorted(used.union(self.kept.values()))

    @property
    def counts(self) -> dict[int, bool]:
        """Whether the numbers at a position are counts (True) or scores (False)."""
        return {
            columns[0][0]: _is_count(name)
            for name, columns in self._by_field.items()
            if FIELDS[name].dtype.is_numeric()
        }

    def position_of(self, field: str) -> int:
        """Position in the file of the column that feeds a field; KeyError when none does."""
        return self._by_field[field][0][0]

    def empty(self) -> pl.DataFrame:
        """Return a frame without rows that has the columns and types of every batch."""
        typed = {name: FIELDS[name].dtype for name in self._by_field}
        return pl.DataFrame(schema={**typed, **dict.fromkeys(self.kept, pl.String())})

    def convert(self, raw: pl.DataFrame) -> pl.DataFrame:
        """Return a frame of the same height with the schema's names and types."""
        fields = self._by_field.items()
        typed = raw.select(
            *(self._expression(name, columns).alias(name) for name, columns in fields),
            *(_trimmed(position).alias(name) for name, position in self.kept.items()),
        )
        # In a step of its own: an expression that stands twice in one is computed twice.
        typed = typed.with_columns(
            pl.when(pl.col(name) != "").then(name)
            for name, dtype in typed.schema.items()
            if dtype == pl.String and name != "anchor_text"
        )
        changed = []
        for name, columns in fields:
            position, column = columns[0]
            cells, values = raw[f"c{position}"], typed[name]
            dtype = FIELDS[name].dtype
            if dtype == pl.Date:
                changed.append(self._mend_dates(name, position, cells, values))
            elif dtype.is_numeric():
                changed.append(self._mend_numbers(name, position, cells, values))
            elif dtype == pl.Boolean and column.how in ("value", "inverted"):
                changed.append(self._mend(name, cells, values, boolean_reader(column)))
            elif name in UNESCAPED:
                changed.append(_unescaped(values))
        self._conventions.batches += 1
        return typed.with_columns(changed)

    def _expression(self, name: str, columns: list[tuple[int, Column]]) -> pl.Expr:
        position, column = columns[0]
        cell, dtype = pl.col(f"c{position}"), FIELDS[name].dtype
        if name == "link_kind":
            return kind_expression(columns)
        if dtype == pl.Boolean:
            return boolean_expression(cell, column)
        if dtype == pl.Date:
            return _iso_day(cell)
        if dtype.is_numeric():
            return cell.cast(dtype, strict=False)
        text = _trimmed(position)
        if self._missing:
            text = text.replace(self._missing, [None] * len(self._missing))
        if name == "page_country":
            text = text.str.to_uppercase()
        return text

    def _mend(
        self,
        name: str,
        cells: pl.Series,
        values: pl.Series,
        read: Callable[[str], Any],
        again: pl.Series | None = None,
    ) -> pl.Series:
        """Read the cells that gave null (or those of ``again``) one by one, each text once."""
        if again is None and values.null_count() == int((cells == "").sum()):
            return values
        doubtful = values.is_null() & (cells != "") if again is None else again & (cells != "")
        table: dict[str, Any] = {}
        for text, count in cells.filter(doubtful).value_counts().iter_rows():
            cell = text.strip(BLANK)
            missing = cell.lower() in MISSING or cell.startswith(NEVER)
            table[text] = None if missing else read(cell)
            if table[text] is None and not missing:
                self.unreadable[name] += count
        found = pl.Series(list(table.values()), dtype=values.dtype)
        mended = cells.replace_strict(
            pl.Series(list(table), dtype=pl.String), found, default=None, return_dtype=values.dtype
        )
        frame = pl.DataFrame({"doubtful": doubtful, "mended": mended, "values": values})
        return frame.select(
            pl.when("doubtful").then("mended").otherwise("values").alias(name)
        ).to_series()

    def _mend_dates(self, name: str, position: int, cells: pl.Series, days: pl.Series) -> pl.Series:
        conventions = self._conventions
        believed = days.is_between(EARLIEST, self._latest)
        values = days
        if not believed.all():
            never = cells.filter(~believed).str.contains("^(?:" + "|".join(NEVER) + ")").sum()
            self.unreadable += Counter({name: int((~believed).sum()) - int(never)})
            frame = pl.DataFrame({"believed": believed, name: days})
            values = frame.select(pl.when("believed").then(name)).to_series()
        if days.null_count() == int((cells == "").sum()):
            return values
        again = days.is_null() & (cells != "")
        failed = cells.filter(again).unique().to_list()
        seen = Counter(filter(None, map(date_evidence, failed)))
        if seen and not self._fixed:
            conventions.note_order(position, seen)
        order = conventions.order.get(position, "")

        def read(text: str) -> date | None:
            day = parse_date(text, order)
            return day if day is not None and EARLIEST <= day <= self._latest else None

        return self._mend(name, cells, values, read, again)

    def _mend_numbers(
        self, name: str, position: int, cells: pl.Series, values: pl.Series
    ) -> pl.Series:
        conventions = self._conventions
        failing = values.null_count() > int((cells == "").sum())
        # Of the texts with a point, those that are read as whole numbers have failed already.
        decisive = _is_count(name) or position in conventions.decimal
        decisive &= failing or values.dtype != pl.Int64
        pointed = decisive and bool(cells.str.contains(".", literal=True).any())
        lowest = values.min()
        odd = isinstance(lowest, (int, float)) and lowest < 0
        odd = odd or (values.dtype == pl.Float64 and not values.drop_nulls().is_finite().all())
        if name == "page_http_code":
            odd = odd or bool((values == 0).any())
        if not (failing or odd or pointed):
            return values
        seen = Counter(filter(None, map(number_evidence, cells.unique().to_list())))
        if seen and not self._fixed:
            conventions.note_decimal(position, seen, _is_count(name))
        decimal = conventions.decimal.get(position, ".")
        whole = FIELDS[name].dtype == pl.Int64

        def read(text: str) -> float | int | None:
            value = parse_number(text, decimal)
            if value is None or not 0 <= value < 2**53:
                return None
            if name == "page_http_code" and not 100 <= value < 600:
                return None
            return round(value) if whole else value

        again = cells != ""
        if name == "page_http_code":  # 0 is how Ahrefs says that the page was not fetched
            cells = cells.replace({"0": "-"})
        return self._mend(name, cells, values, read, again)


def _trimmed(position: int) -> pl.Expr:
    return pl.col(f"c{position}").str.strip_chars(BLANK)


def _iso_day(cell: pl.Expr) -> pl.Expr:
    return cell.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False, cache=False)


def _unescaped(values: pl.Series) -> pl.Series:
    if not values.str.contains("&", literal=True).any():
        return values
    marked = values.str.contains(_ENTITY.pattern)
    texts = values.filter(marked).unique()
    plain = pl.Series([unescape_text(text) for text in texts.to_list()], dtype=pl.String)
    return values.replace(texts, plain)


def latest_believable(export_date: date | None, today: date) -> date:
    """Return the last day a record of an export may carry: clocks differ by a day."""
    return min(export_date or today, today) + timedelta(days=1)
