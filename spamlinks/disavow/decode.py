"""From bytes to text, without guessing: UTF-8 as it is, UTF-16 with a mark, nothing else.

Also the refusal of files that are something else than a disavow file, before a single line of
them is taken for an entry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from spamlinks.disavow.lines import Kind, Line
from spamlinks.disavow.problems import Problem
from spamlinks.errors import DisavowFormatError

__all__ = ["decode", "refuse_other_formats", "refuse_unreadable"]

_BINARY = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\xd0\xcf\x11\xe0": "an office document",
    b"{\\rtf": "a rich text document",
    b"\x1f\x8b": "a gzip archive",
}
_HTML = re.compile(r"(?i)\s*<(?:!doctype|html|head|body|\?xml|!--|table|div|p)\b")
_HINT = "Give the text file that the disavow tool offers for download."


def _not_one(source: str, what: str) -> DisavowFormatError:
    code = Problem.NOT_A_DISAVOW_FILE.value
    return DisavowFormatError(source, f"no disavow file: this is {what}", _HINT, code)


def decode(data: bytes, source: str) -> tuple[str, str]:
    """Decode a file.

    Returns
    -------
    (text, encoding) : encoding is "utf-8", "utf-8-sig" or "utf-16"; the mark is not in the text.

    Raises
    ------
    DisavowFormatError : binary data, or bytes that are no UTF-8, with their places.
    """
    for start, what in _BINARY.items():
        if data.startswith(start):
            raise _not_one(source, what)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), "utf-16"
        except UnicodeDecodeError:
            raise _not_one(source, "damaged UTF-16 text") from None
    if b"\x00" in data:
        raise _not_one(source, "binary data, or UTF-16 without a byte order mark")
    bom = data.startswith(b"\xef\xbb\xbf")
    try:
        return (data[3:] if bom else data).decode("utf-8"), "utf-8-sig" if bom else "utf-8"
    except UnicodeDecodeError:
        split = enumerate(_split_bytes(data), 1)
        places = tuple((n, column) for n, line in split if (column := _bad_column(line)))
        shown = ", ".join(str(n) for n, _ in places[:10]) + (", ..." if len(places) > 10 else "")
        raise DisavowFormatError(
            source,
            f"not UTF-8 on line {shown}",
            "Save the file as UTF-8; which letters were meant is not guessed.",
            Problem.NOT_UTF8.value,
            places,
        ) from None


def _split_bytes(data: bytes) -> list[bytes]:
    return re.split(rb"\r\n|\n|\r", data)


def _bad_column(line: bytes) -> int:
    """The column, from 1, of the first character that is no UTF-8; 0 where all of it is."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(line[: error.start].decode("utf-8")) + 1
    return 0


def refuse_other_formats(text: str, source: str) -> None:
    """Raise DisavowFormatError for JSON and HTML, and for a text with NUL."""
    if "\x00" in text:
        raise _not_one(source, "binary data")
    if text.lstrip()[:1] in ("{", "["):
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            if re.match(r'\s*(?:\{\s*"|\[\s*[\{"\[])', text):
                raise _not_one(source, "damaged JSON") from None
        else:
            raise _not_one(source, "JSON")
    if _HTML.match(text):
        raise _not_one(source, "HTML or XML")


def refuse_unreadable(lines: Sequence[Line], source: str) -> None:
    """Raise DisavowFormatError for tables, comma lists and plain prose.

    A table shows by the same number of separators on every line and a first line that is no
    entry; a list, by several entries between commas on the only line; prose, by no line that
    anybody could take for an entry or a comment.
    """
    filled = [line for line in lines if line.kind not in (Kind.BLANK, Kind.COMMENT)]
    if not filled:
        return
    first = filled[0]
    for mark in (",", ";", "\t"):
        wanted = first.text.strip().count(mark)  # a tab at the end separates nothing
        alike = wanted and all(x.text.strip().count(mark) >= wanted for x in filled)
        if alike and not first.is_entry:
            several = Problem.SEVERAL_ENTRIES in first.problems
            if len(filled) == 1 and several:
                raise _not_one(source, "one line of entries between commas; one entry a line")
            if not several and (len(filled) > 1 or Problem.UNREADABLE in first.problems):
                raise _not_one(source, "a table (CSV)")
    no_comments = not any(line.kind is Kind.COMMENT for line in lines)
    if no_comments and all(line.problems == (Problem.UNREADABLE,) for line in filled):
        raise _not_one(source, "text without a single entry or comment")
