"""JSON text read one bounded value at a time, whatever the size of the file.

The standard library decodes the single values, here and for JSON Lines alike, so both mean the
same by the same text:

* numbers stay text as written, so no digit is lost and none is too long;
* ``NaN`` and ``Infinity``, which Python's own writer prints, are null;
* of equal keys the last one counts; control characters in strings are accepted;
* a comma before a closing bracket is accepted, and remembered as mended.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterator
from typing import IO, Any

__all__ = [
    "CHUNK_BYTES",
    "MAX_DEPTH",
    "MAX_VALUE_BYTES",
    "STRING",
    "BrokenJsonError",
    "JsonText",
    "TooLongError",
    "TooMuchError",
    "decode",
    "end_of_value",
    "read_chunk",
]

CHUNK_BYTES = 1 << 20
MAX_VALUE_BYTES = 1 << 23
"""How long a record, a text or a line of JSON Lines may be; real ones stay below 1 % of it."""
MAX_DEPTH = 64
"""Levels of arrays and objects around a record."""
MAX_DOCUMENT_BYTES = 1 << 30
MAX_PASSED_CHARS = 1 << 18
"""A value beside the records is decoded as a whole up to this length."""

_DECODER = json.JSONDecoder(
    strict=False, parse_float=str, parse_int=str, parse_constant=lambda _: None
)
_SPACE = re.compile(r"[ \t\n\r]*")
STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?'  # possessive: linear, and no stack for long strings
_TOKEN = re.compile(rf"{STRING}|[\[\]{{}}]", re.DOTALL)
_LONGEST_WORD = len("-Infinity")
_WORD = re.compile(r"[\w.+-]*")
_SPARE_COMMA = re.compile(rf"({STRING})|,(?=[ \t\n\r]*[\]}}])", re.DOTALL)


class BrokenJsonError(Exception):
    """The text is no JSON from here on; its argument says why, as the end of a sentence."""


class TooLongError(Exception):
    """A value is longer than allowed."""


class TooMuchError(Exception):
    """A document is longer than ``MAX_DOCUMENT_BYTES``."""


def decode(text: str) -> tuple[Any, bool]:
    """Decode a text that is one value; say whether commas before closing brackets were dropped.

    Raises BrokenJsonError.

    >>> decode('{"rank": 1.50, "lost": null, "seen": [1e3,],}')
    ({'rank': '1.50', 'lost': None, 'seen': ['1e3']}, True)
    """
    try:
        try:
            return _DECODER.decode(text), False
        except ValueError:
            return _DECODER.decode(_SPARE_COMMA.sub(r"\1", text)), True
    except ValueError:
        raise BrokenJsonError("is not valid JSON") from None
    except RecursionError:
        raise BrokenJsonError("is nested too deeply") from None


def end_of_value(text: str, start: int) -> int:
    """Return where the value at ``start`` ends, by its brackets and quotes; -1 when it goes on.

    A text that is no value ends where it starts.

    >>> end_of_value('[{"a": "]"}], 5', 0), end_of_value('["a', 0), end_of_value("nul", 0)
    (12, -1, -1)
    """
    if text[start : start + 1] not in ("{", "[", '"'):
        found = _WORD.match(text, start)
        end = found.end() if found else start
        return end if end < len(text) else -1
    depth = 0
    for token in _TOKEN.finditer(text, start):
        first = text[token.start()]
        if first == '"':
            if depth == 0:
                return token.end() if _is_closed(token[0]) else -1
        else:
            depth += 1 if first in "[{" else -1
            if depth == 0:
                return token.end()
    return -1


def _is_closed(string: str) -> bool:
    """Whether a string token has its closing quote; one behind a backslash is none."""
    body = string[1:-1]
    escapes = len(body) - len(body.rstrip("\\"))
    return len(string) > 1 and string.endswith('"') and escapes % 2 == 0


def read_chunk(stream: IO[bytes] | io.RawIOBase, size: int) -> bytes:
    """Read ``size`` bytes, fewer only at the end: unpackers return few at a time."""
    parts, left = [], size
    while left > 0 and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


class JsonText:
    """A JSON document, or several one after another, read from a stream of UTF-8 bytes.

    Holds at most a value of ``MAX_VALUE_BYTES`` and one chunk. Bytes that are no UTF-8 are read as
    U+FFFD, a byte order mark is passed over. All methods raise BrokenJsonError where the text is no
    JSON, TooMuchError where there is too much of it, and what reading the stream raises.
    """

    def __init__(self, stream: IO[bytes] | io.RawIOBase) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._text = ""
        self._at = 0
        self._ended = False
        self.bytes_read = 0
        self.mended = False
        """Whether a comma before a closing bracket was dropped."""

    def _more(self) -> bool:
        """Read on; False at the end of the stream."""
        if self._ended:
            return False
        # As much again as is held: a value that is tried again and again is read in linear time.
        data = read_chunk(self._stream, max(CHUNK_BYTES, len(self._text) - self._at))
        self._ended = not data
        self.bytes_read += len(data)
        if self.bytes_read > MAX_DOCUMENT_BYTES:
            raise TooMuchError
        self._text = self._text[self._at :] + self._decoder.decode(data, final=self._ended)
        self._at = 0
        return True

    def peek(self) -> str:
        """Step over white space; return the next character, "" at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _take(self, wanted: str) -> None:
        if (here := self.peek()) != wanted:
            raise BrokenJsonError("is not valid JSON" if here else "ends too early")
        self._at += 1

    def value(self, limit: int = MAX_VALUE_BYTES) -> Any:
        """Decode the next value and step behind it.

        Raises TooLongError when it has more than ``limit`` characters; nothing is stepped over.
        """
        if not self.peek():
            raise BrokenJsonError("ends too early")
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise BrokenJsonError("is nested too deeply") from None
            except json.JSONDecodeError as error:
                end = -1
                # At the end of what is held the value is cut, not broken; looking closer is slow.
                if self._ended or error.pos + _LONGEST_WORD < len(self._text):
                    end = end_of_value(self._text, self._at)
                if end >= 0:
                    value, _ = decode(self._text[self._at : end])
                    self.mended = True
            # A number that ends with the chunk may go on in the next one.
            if 0 <= end < len(self._text) or (end >= 0 and self._ended):
                if end - self._at > limit:
                    raise TooLongError
                self._at = end
                return value
            if len(self._text) - self._at > limit:
                raise TooLongError
            if not self._more():
                raise BrokenJsonError("ends too early")

    def steps(self) -> Iterator[str]:
        """Enter an array or object; stop before each value, with its key ("" in an array).

        The caller has to step over the value before it goes on. A comma before the closing bracket
        is accepted.
        """
        keyed = self.peek() == "{"
        self._take("{" if keyed else "[")
        closing = "}" if keyed else "]"
        while self.peek() != closing:
            key = ""
            if keyed:
                if self.peek() != '"':
                    raise BrokenJsonError("is not valid JSON" if self.peek() else "ends too early")
                key = self.value()
                self._take(":")
            yield key
            if self.peek() != closing:
                self._take(",")
                self.mended |= self.peek() == closing
        self._at += 1

    def skip(self) -> Any:
        """Step over a value of any length; return it when it is a short one, else {}."""
        if self.peek() not in ("{", "["):
            return self.value()
        try:
            return self.value(MAX_PASSED_CHARS)
        except TooLongError:
            pass
        for _ in self.steps():
            try:
                self.value(MAX_PASSED_CHARS)
            except TooLongError:
                self._pass_over()
        return {}

    def _pass_over(self) -> None:
        """Step over a value by its brackets and quotes alone, once and at any depth."""
        if self.peek() not in ("{", "["):
            self.value()
            return
        depth = 0
        while True:
            for token in _TOKEN.finditer(self._text, self._at):
                first = self._text[token.start()]
                if first == '"' and not _is_closed(token[0]):
                    self._at = token.start()
                    break
                self._at = token.end()
                if first != '"':
                    depth += 1 if first in "[{" else -1
                    if depth == 0:
                        return
            else:
                self._at = len(self._text)
            if len(self._text) - self._at > MAX_VALUE_BYTES:
                raise TooLongError
            if not self._more():
                raise BrokenJsonError("ends too early")
