"""Which form of JSON a file has, its lines, and where its records are: told from its beginning."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing
from itertools import islice
from typing import IO

from spamlinks.exports.containers.json_records import step
from spamlinks.exports.containers.json_text import (
    CHUNK_BYTES,
    MAX_DEPTH,
    MAX_VALUE_BYTES,
    STRING,
    BrokenJsonError,
    decode,
    read_chunk,
)

__all__ = [
    "DOCUMENT",
    "HEAD_BYTES",
    "LINES",
    "MAX_SHOWN_CHARS",
    "WARC",
    "OpenText",
    "form",
    "is_lines",
    "lines",
    "looks_like_json",
    "paths",
]

DOCUMENT = "document"
LINES = "lines"
WARC = "warc"
HEAD_BYTES = 1 << 20
"""How much of a file is looked at to find its records."""
HEAD_LINES = 2000
FORM_LINES = 21
MAX_PATH_CHARS = 1000
MAX_SHOWN_CHARS = 2000

OpenText = Callable[[], IO[bytes] | io.RawIOBase]
"""Opens a text as a stream of UTF-8 bytes, anew each time; only ``read`` and ``close`` are used."""

_START = re.compile(r'\s*(?:WARC/1\.\d|\[[\s\[]*(?:\{\s*(?:["}]|\Z)|["\]]|\Z)|\{\s*(?:["}]|\Z))')
_PLACES = re.compile(rf"(?P<key>{STRING})[ \t\n\r]*:|{STRING}|[\[\]{{}}]", re.DOTALL)


def looks_like_json(head: str) -> bool:
    """Tell from its beginning whether a text means to be JSON, JSON Lines or a WAT file.

    >>> [looks_like_json(t) for t in ('{"links": [', '[\\n {"a"', '"[x]",y', "[x],y", "WARC/1.0")]
    [True, True, False, False, True]
    """
    return _START.match(head.removeprefix("\ufeff")) is not None


def is_lines(head: str) -> bool:
    """Tell from its beginning whether JSON is lines of JSON: several lines, the first one whole.

    >>> [is_lines(t) for t in ('{"a": 1}\\n{"a": 2}', '{"a": 1}\\n', '[\\n{"a": 1}]')]
    [True, False, False]
    """
    first, _, rest = head.removeprefix("\ufeff").lstrip().partition("\n")
    return first.startswith("WARC/1.") or (bool(rest.strip()) and _is_container(first))


def lines(open_text: OpenText) -> Generator[tuple[str, int]]:
    """Yield the lines that are not blank and their length in bytes.

    Of a line longer than ``MAX_VALUE_BYTES`` only the beginning is kept, with the length that was
    read until then. Bytes that are no UTF-8 become U+FFFD; the byte order mark goes.
    """
    rest, dropping = b"", False
    with open_text() as stream:
        while True:
            chunk = read_chunk(stream, CHUNK_BYTES)
            *whole, rest = (rest + chunk).split(b"\n")
            if not chunk or len(rest) > MAX_VALUE_BYTES:
                whole.append(rest)
            for line in whole[dropping:]:
                shown = line if len(line) <= MAX_VALUE_BYTES else line[: 4 * MAX_SHOWN_CHARS]
                text = shown.decode("utf-8", "replace").removeprefix("\ufeff").strip(" \t\r\n")
                if text:
                    yield text, len(line)
            if not chunk:
                return
            dropping &= not whole
            if len(rest) > MAX_VALUE_BYTES or dropping:
                rest, dropping = b"", True


def form(open_text: OpenText) -> str:
    """Return DOCUMENT, LINES or WARC, by the first lines; fewer than half of them may be broken.

    In a document over several lines less than half of the lines are JSON of their own.
    """
    seen = good = taken = 0
    with closing(lines(open_text)) as found:
        for text, size in islice(found, FORM_LINES):
            if not seen and text.startswith("WARC/1."):
                return WARC
            seen += 1
            taken += size
            good += size <= MAX_VALUE_BYTES and _is_container(text)
            if good == seen:
                return LINES
            if taken > HEAD_BYTES:
                break
    return LINES if good * 2 > seen else DOCUMENT


def _is_container(text: str) -> bool:
    try:
        return isinstance(decode(text)[0], dict | list)
    except BrokenJsonError:
        return False


def paths(open_text: OpenText, kind: str) -> Counter[str]:
    """Count the objects that are in arrays by their paths, in the beginning of a file.

    The path of objects that are in nothing, such as the records of JSON Lines, is "".
    """
    counts: Counter[str] = Counter()
    if kind == DOCUMENT:
        with open_text() as stream:
            _count(read_chunk(stream, HEAD_BYTES).decode("utf-8", "replace"), counts)
        return counts
    taken = 0
    with closing(lines(open_text)) as found:
        for text, size in islice(found, HEAD_LINES):
            taken += size
            if size <= MAX_VALUE_BYTES and _is_container(text):
                _count(text[:HEAD_BYTES], counts)
            if taken > HEAD_BYTES:
                break
    return counts


def _count(text: str, counts: Counter[str]) -> None:
    """Count by brackets and quotes alone, an object when it closes: the text may be cut anywhere.

    So the envelope of a long list is not counted, and nobody tries to read it as one record.
    """
    around: list[tuple[str, str, bool]] = []  # opening bracket, path, whether it may be a record
    below = ""
    for token in _PLACES.finditer(text):
        sign = token[0][0]
        top, path, _ = around[-1] if around else ("[", "", True)
        if token["key"] is not None:
            below = step(path, _key(token["key"]))
        elif sign in "[{":
            here = path if top == "[" else below
            if len(around) > MAX_DEPTH or len(here) > MAX_PATH_CHARS:
                return
            around.append((sign, here, sign == "{" and top == "["))
        elif sign in "]}" and around:
            _, here, is_record = around.pop()
            if is_record:
                counts[here] += 1


def _key(token: str) -> str:
    try:
        return str(decode(token)[0])
    except BrokenJsonError:
        return token
