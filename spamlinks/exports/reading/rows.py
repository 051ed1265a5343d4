"""The records of a recognised export as batches of raw text, with the broken ones set aside.

The fastest way is polars, for files without a fault (see ``blocks``). The next is Arrow's streaming
CSV reader: it splits quoted and unquoted cells exactly as ``csv.reader`` does, and names every
record with a wrong number of cells. The slow way is ``csv.reader`` itself, for what Arrow gives up
on; it starts again at the next line after a quote that is never closed.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TextIO, cast

import polars as pl

from spamlinks.exports.containers.parts import Reject
from spamlinks.exports.reading.blocks import NotPlainError, plain_blocks, read_block
from spamlinks.exports.reading.rejects import MAX_SHOWN_CHARS
from spamlinks.exports.reading.source import Utf8Stream, open_utf8
from spamlinks.exports.recognise import Recognised

__all__ = ["Batch", "Reject", "Way", "WayBlockedError", "ways"]

PARALLEL_BLOCK_BYTES = 1 << 24
SERIAL_BLOCK_BYTES = 1 << 21
"""Small, because broken records are held until their block is read."""
MAX_BROKEN = 1 << 17
"""More in a row are left to the slow way, which holds none."""
TEXT_BUFFER_BYTES = 1 << 22
SLOW_BATCH = 20_000
MAX_RECORD_LINES = 500
"""A record that spans more lines is a quote that was never closed."""
MAX_RECORD_CHARS = 1 << 20
"""So is one that is longer; a line that is longer is cut."""


class WayBlockedError(Exception):
    """This way of reading cannot go on without losing records; the next one can."""


class _RunawayError(Exception):
    """A record grew beyond all measure."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Records in the order of the file: text columns ``c0, c1, ...`` and their numbers from 1."""

    frame: pl.DataFrame
    records: pl.Series
    rejects: list[Reject] = field(default_factory=list)


Way = Callable[[Recognised, list[int]], Iterator[Batch]]
"""Yields the records of a file, keeping the columns at the given positions.

Raises BrokenEncodingError, and WayBlockedError when the next way has to be taken from the start.
"""


def ways() -> tuple[Way, ...]:
    """Return the ways to read records, the fastest first; the last one reads everything."""
    return _plain_batches, _arrow_parallel, _arrow_serial, _csv_batches


def _plain_batches(recognised: Recognised, positions: list[int]) -> Iterator[Batch]:
    delimiter, width = recognised.delimiter, len(recognised.columns)
    kept = [f"c{i}" for i in positions]
    first = 1
    with open_utf8(recognised.source, recognised.data_start) as stream:
        try:
            for block in plain_blocks(stream, delimiter):
                frame = read_block(block, delimiter, width).select(kept)
                yield Batch(frame, pl.int_range(first, first + frame.height, eager=True))
                first += frame.height
        except NotPlainError:
            raise WayBlockedError from None


def _arrow_parallel(recognised: Recognised, positions: list[int]) -> Iterator[Batch]:
    return _arrow_batches(recognised, positions, parallel=True)


def _arrow_serial(recognised: Recognised, positions: list[int]) -> Iterator[Batch]:
    return _arrow_batches(recognised, positions, parallel=False)


def _arrow_batches(recognised: Recognised, positions: list[int], parallel: bool) -> Iterator[Batch]:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    width = len(recognised.columns)
    kept = [f"c{i}" for i in positions]
    numbering = _Numbering()

    def skip_row(row: arrow_csv.InvalidRow) -> str:
        # Only the serial reader numbers records, and a broken one of several lines may be a stray
        # quote that swallowed good ones.
        if parallel or "\n" in row.text.rstrip() or len(numbering.broken) >= MAX_BROKEN:
            return "error"
        numbering.broken.append((row.number, row.actual_columns, row.text[:MAX_SHOWN_CHARS]))
        return "skip"

    with _Counted(open_utf8(recognised.source, recognised.data_start)) as stream:
        try:
            reader = arrow_csv.open_csv(
                pa.PythonFile(stream, mode="r"),
                read_options=arrow_csv.ReadOptions(
                    block_size=PARALLEL_BLOCK_BYTES if parallel else SERIAL_BLOCK_BYTES,
                    use_threads=parallel,
                    column_names=[f"c{i}" for i in range(width)],
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=recognised.delimiter,
                    newlines_in_values=True,
                    invalid_row_handler=skip_row,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=kept,
                    column_types=dict.fromkeys(kept, pa.string()),
                    strings_can_be_null=False,
                ),
            )
            for chunk in reader:
                frame = cast(pl.DataFrame, pl.from_arrow(chunk))
                yield numbering.batch(frame, width)
        except pa.ArrowInvalid as error:
            if "Empty CSV" not in str(error):
                raise WayBlockedError from None
        if stream.quotes % 2:
            raise WayBlockedError  # a quote that never closes may have swallowed the last records
    if numbering.broken:
        yield numbering.batch(pl.DataFrame(schema=dict.fromkeys(kept, pl.String)), width)


class _Counted(io.RawIOBase):
    """A stream whose double quotes are counted: an odd number means that one was never closed."""

    def __init__(self, stream: Utf8Stream) -> None:
        self._stream = stream
        self.quotes = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.quotes += data.count(b'"')
        return data

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Numbering:
    """Gives records their numbers, stepping over the broken ones Arrow has left out."""

    def __init__(self) -> None:
        self.broken: list[tuple[int | None, int, str]] = []
        self._next = 1

    def batch(self, frame: pl.DataFrame, width: int) -> Batch:
        broken = {number or 0: (cells, text) for number, cells, text in self.broken}
        if not broken:
            records = pl.int_range(self._next, self._next + frame.height, eager=True)
            self._next += frame.height
            return Batch(frame, records)
        last = self._next + frame.height + len(broken)
        numbers = [n for n in range(self._next, last) if n not in broken][: frame.height]
        end = numbers[-1] if numbers else max(broken)
        rejects = [
            Reject(number, _ragged(cells, width), text)
            for number, (cells, text) in sorted(broken.items())
            if number <= end
        ]
        self.broken = [entry for entry in self.broken if (entry[0] or 0) > end]
        self._next = end + 1
        return Batch(frame, pl.Series(numbers, dtype=pl.Int64), rejects)


def _ragged(cells: int, width: int) -> str:
    return f"the record has {cells} cells, the header {width}"


def _csv_batches(recognised: Recognised, positions: list[int]) -> Iterator[Batch]:
    width = len(recognised.columns)
    schema = {f"c{i}": pl.String for i in positions}
    rows: list[list[str]] = []
    records: list[int] = []
    rejects: list[Reject] = []

    def flush() -> Batch:
        frame = pl.DataFrame(rows, schema=schema, orient="row")
        return Batch(frame, pl.Series(records, dtype=pl.Int64), list(rejects))

    number = 0
    with (
        open_utf8(recognised.source, recognised.data_start) as stream,
        io.TextIOWrapper(
            io.BufferedReader(stream, TEXT_BUFFER_BYTES), "utf-8", errors="replace", newline=""
        ) as lines,
    ):
        for row, reason, text in _csv_records(_lines(lines), recognised.delimiter, width):
            number += 1
            if reason:
                rejects.append(Reject(number, reason, text[:MAX_SHOWN_CHARS]))
            else:
                rows.append([row[i] for i in positions])
                records.append(number)
            if len(rows) + len(rejects) >= SLOW_BATCH:
                yield flush()
                rows, records, rejects = [], [], []
    if rows or rejects:
        yield flush()


def _lines(text: TextIO) -> Iterator[str]:
    """Yield lines; of one that is too long, only the beginning, without a line end."""
    while line := text.readline(MAX_RECORD_CHARS):
        yield line
        while len(line) == MAX_RECORD_CHARS and not line.endswith(("\r", "\n")):
            line = text.readline(MAX_RECORD_CHARS)


def _csv_records(
    lines: Iterable[str], delimiter: str, width: int
) -> Iterator[tuple[list[str], str, str]]:
    """Yield (cells, "", "") or ([], reason, text) for every record that is not blank.

    A broken record of several lines costs its first line only: the others are read again.
    """
    # The module's limit is one for the whole process, and smaller than cells that vendors write.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD_CHARS))
    source = iter(lines)
    again: deque[str] = deque()
    pulled: list[str] = []
    chars = 0

    def feed() -> Iterator[str]:
        nonlocal chars
        while len(pulled) < MAX_RECORD_LINES and chars < MAX_RECORD_CHARS:
            line = again.popleft() if again else next(source, None)
            if line is None:
                return
            pulled.append(line)
            chars += len(line)
            if len(line) < MAX_RECORD_CHARS:
                yield line
        raise _RunawayError

    reader = csv.reader(feed(), delimiter=delimiter)
    while True:
        pulled.clear()
        chars = 0
        reason = ""
        row: list[str] = []
        try:
            row = next(reader)
        except StopIteration:
            if not again:
                return
            reader = csv.reader(feed(), delimiter=delimiter)
        except (_RunawayError, csv.Error):
            reason = "a quote is never closed, or a cell is too long"
            reader = csv.reader(feed(), delimiter=delimiter)
        if not row and not reason:
            continue
        if not reason and len(pulled) > 1 and _is_open(pulled, delimiter):
            reason = "a quote is never closed"
        if not reason and len(row) != width:
            reason = _ragged(len(row), width)
        if not reason:
            yield row, "", ""
            continue
        again.extendleft(reversed(pulled[1:]))
        yield [], reason, pulled[0].rstrip("\r\n")


def _is_open(pulled: list[str], delimiter: str) -> bool:
    """Whether a record of several lines ended with the file, inside quotes."""
    try:
        list(csv.reader(pulled, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
