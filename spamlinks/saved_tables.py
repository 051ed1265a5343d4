"""Tables of ours that a spreadsheet saved again in a manner of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from spamlinks.errors import InputError
from spamlinks.exports.cells import DELIMITERS, first_records
from spamlinks.exports.containers.parts import parts
from spamlinks.exports.reading.source import BrokenEncodingError, Source, open_utf8, probe, resurvey

__all__ = ["SavedTable", "find_table"]

_CONTAINERS = frozenset({"", "gzip", "xlsx"})

MAX_UNPACKED = 1 << 30
"""A packed table is as long as its writer likes; all that Excel can hold is less than this."""


@dataclass(frozen=True)
class SavedTable:
    """A table in a file: how to read it, and its headers in lower case."""

    source: Source
    delimiter: str
    names: tuple[str, ...]

    def read(self) -> pl.DataFrame:
        """Return its records below the header as text, in columns ``c0``, ``c1``, ...

        Empty lines of a text file are rows of nulls, so that row n is record n + 2; of a workbook
        they are left out.

        Raises
        ------
        InputError : a record has more cells than the header, a quotation never ends, or a packed
            table is longer than ``MAX_UNPACKED`` bytes.
        """
        try:
            try:
                data = self._text(self.source)
            except BrokenEncodingError:
                data = self._text(resurvey(self.source))
            # Names of our own: what stands there may be spelled otherwise, or repeat a name.
            header = self.delimiter.join(f"c{place}" for place in range(len(self.names))).encode()
            return pl.read_csv(
                header + b"\n" + data.partition(b"\n")[2],
                separator=self.delimiter,
                infer_schema=False,
            )
        except pl.exceptions.PolarsError as error:
            said = str(error).splitlines()[0]
            hint = "Save it again as CSV or xlsx, with the columns apart."
            raise InputError(self.source.name, f"is damaged ({said})", hint) from None

    def _text(self, source: Source) -> bytes:
        stream = open_utf8(source)
        if not source.part.container:
            return stream.read()
        data = stream.read(MAX_UNPACKED + 1)
        if len(data) > MAX_UNPACKED:
            problem = f"it unpacks to more than {MAX_UNPACKED >> 20:,} MB"
            raise InputError(source.name, problem, "Save it as plain CSV.")
        return data

    def column(self, frame: pl.DataFrame, name: str) -> pl.Series:
        """Return the first column of ``read()`` with this header, or nulls where there is none."""
        if name not in self.names:
            return pl.Series(name, [None] * frame.height, dtype=pl.String)
        return frame.to_series(self.names.index(name)).alias(name)


def find_table(
    path: Path, wanted: Callable[[set[str]], bool], *, must_open: bool = False
) -> tuple[SavedTable | None, list[tuple[str, ...]]]:
    """Return the first table of a file whose headers are wanted, and all headers that were seen.

    Commas, semicolons, tabs, bars, UTF-8, UTF-16, Windows-1252, gzip and each sheet of an xlsx are
    tried. What cannot be opened holds no table: reading it as something else then says why, or,
    where a file ``must_open``, InputError is raised.
    """
    seen: list[tuple[str, ...]] = []
    try:
        sources = [probe(p) for p in parts(path)[0] if not p.within and p.container in _CONTAINERS]
    except InputError:
        if must_open:
            raise
        return None, seen
    for source, delimiter, names in _headers(sources):
        if wanted(set(names)):
            return SavedTable(source, delimiter, names), seen
        seen.append(names)
    return None, seen


def _headers(sources: list[Source]) -> Iterator[tuple[Source, str, tuple[str, ...]]]:
    for source in sources:
        for delimiter in DELIMITERS:
            record = next(iter(first_records(source, delimiter, 1)), ([], 0))[0]
            yield source, delimiter, tuple(name.strip().lower() for name in record)
