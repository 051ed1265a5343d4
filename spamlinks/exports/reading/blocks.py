"""Plain records cut from a stream in blocks, each block proved to be read without loss.

Polars is the fastest reader there is, and the most trusting: it fills a short record with nothing,
takes a blank line for a record, and is undefined where a quote stands in the wrong place. So a
block is read by it only when every quote stands where RFC 4180 wants it, and what comes out is
believed only when it accounts for every byte that went in.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from polars.exceptions import PolarsError

from spamlinks.exports.reading.source import Utf8Stream

__all__ = ["Block", "NotPlainError", "plain_blocks", "read_block"]

BLOCK_BYTES = 1 << 24
MAX_BLOCK_BYTES = 1 << 25
"""A record that does not fit is left to the other ways."""
MAX_STEPS_BACK = 100
MAX_DELIMITERS = 1 << 16
"""Beyond any header, in the first line of a block."""
_Positions = npt.NDArray[np.intp]
_QUOTE, _NEWLINE, _RETURN = b'"\n\r'


class NotPlainError(Exception):
    """The records are not plain, or what was read of them does not add up."""


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records without the last line end, at least one, all quotes where they belong.

    ``records`` counts them, blank lines included; ``signs`` the bytes between them and the quotes
    that are no text.
    """

    data: bytes
    records: int
    signs: int


def plain_blocks(stream: Utf8Stream, delimiter: str) -> Iterator[Block]:
    """Cut a stream behind the last record that is whole, again and again.

    Raises BrokenEncodingError, and NotPlainError at the first block that is not plain.
    """
    left = b""
    wanted = BLOCK_BYTES
    while True:
        more = stream.read(wanted)
        data = left + more
        ended = len(more) < wanted
        quotes = np.flatnonzero(_bytes(data) == _QUOTE)  # none inside an UTF-8 character
        end = len(data) if ended else _end_of_records(data, quotes)
        if end:
            left, wanted = data[end:], BLOCK_BYTES
            text = _without_line_end(data, end, ended)
            if text:
                yield _block(text, quotes[: np.searchsorted(quotes, end)], delimiter)
        elif len(data) < MAX_BLOCK_BYTES:
            left, wanted = data, len(data)
        else:
            raise NotPlainError
        if ended:
            return


def _bytes(data: bytes) -> npt.NDArray[np.uint8]:
    return np.frombuffer(data, np.uint8)


def _end_of_records(data: bytes, quotes: _Positions) -> int:
    """Return the end of the last line that ends outside quotes, 0 when none is near the end."""
    end = data.rfind(b"\n") + 1
    for _ in range(MAX_STEPS_BACK):
        before = int(np.searchsorted(quotes, end))
        if before % 2 == 0:
            return end
        end = data.rfind(b"\n", 0, int(quotes[before - 1])) + 1
    return 0


def _without_line_end(data: bytes, end: int, ended: bool) -> bytes:
    """Return the data up to a line end; at the end of a file there may be several, or none."""
    if ended:
        return data.rstrip(b"\r\n")
    return data[: end - (2 if data.endswith(b"\r\n", 0, end) else 1)]


def _block(text: bytes, quotes: _Positions, delimiter: str) -> Block:
    """Check where the quotes stand and count the records."""
    if len(quotes) % 2 or (len(quotes) and quotes[-1] >= len(text)):
        raise NotPlainError
    bytes_ = _bytes(text)
    lines = _outside(np.flatnonzero(bytes_ == _NEWLINE), quotes)
    line_end = 1
    if b"\r" in text:
        returns = _outside(np.flatnonzero(bytes_ == _RETURN), quotes)
        line_end += bool(len(returns))
        if len(returns) and not np.array_equal(returns + 1, lines):
            raise NotPlainError
    escaped = _escaped(bytes_, quotes, ord(delimiter)) if len(quotes) else 0
    return Block(text, len(lines) + 1, len(lines) * line_end + len(quotes) - escaped)


def _outside(positions: _Positions, quotes: _Positions) -> _Positions:
    """Leave out the positions that are inside quotes."""
    return positions[np.searchsorted(quotes, positions) % 2 == 0] if len(quotes) else positions


def _escaped(text: npt.NDArray[np.uint8], quotes: _Positions, delimiter: int) -> int:
    """Count doubled quotes inside cells; NotPlainError when others are not around whole cells."""
    opening, closing = quotes[::2], quotes[1::2]
    before, after = text[opening[1:] - 1], text[closing[:-1] + 1]
    double = closing[:-1] + 1 == opening[1:]
    good = (before == delimiter) | (before == _NEWLINE)
    good &= (after == delimiter) | (after == _NEWLINE) | (after == _RETURN)
    first, last = int(opening[0]), int(closing[-1])
    ends = {*text[first - 1 : first].tolist(), *text[last + 1 : last + 2].tolist()}
    if not (good | double).all() or not ends <= {delimiter, _NEWLINE, _RETURN}:
        raise NotPlainError
    return int(double.sum())


@cache
def _empty_is_text() -> dict[str, Any]:
    """The option of polars that leaves an empty cell an empty text; 2.0 renamed it."""
    if "empty_string_is_null" in inspect.signature(pl.read_csv).parameters:
        return {"empty_string_is_null": False}
    return {"missing_utf8_is_empty_string": True}


def read_block(block: Block, delimiter: str, width: int) -> pl.DataFrame:
    """Read a block into text columns ``c0, c1, ...``; an empty cell is "", there are no nulls.

    Raises NotPlainError unless every record has ``width`` cells.
    """
    # Polars takes the cells of the first record for columns, and gives each a name.
    if block.data[: block.data.find(b"\n")].count(delimiter.encode()) > MAX_DELIMITERS:
        raise NotPlainError
    try:
        frame = pl.read_csv(
            block.data + b"\n",  # without it an empty cell too many passes in the last record
            has_header=False,
            separator=delimiter,
            schema={f"c{i}": pl.String for i in range(width)},
            **_empty_is_text(),
        )
    except PolarsError:
        raise NotPlainError from None
    if frame.height != block.records or frame.width != width:
        raise NotPlainError
    text = sum(frame.select(pl.all().str.len_bytes().sum()).row(0))
    # A short record, which is filled up, and a blank line lack delimiters; a longer one raised.
    if text + block.signs + (width - 1) * frame.height != len(block.data):
        raise NotPlainError
    if width == 1 and (frame["c0"] == "").any():  # a blank line, perhaps
        raise NotPlainError
    return frame
