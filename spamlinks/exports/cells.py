"""What a cell looks like, for files whose header says nothing."""

from __future__ import annotations

import csv
import io
import re

from spamlinks.exports.reading.source import Source
from spamlinks.urls import authority, parse_host

__all__ = ["DELIMITERS", "ONE_COLUMN", "bare_url", "first_records", "kind_of", "printable"]

DELIMITERS = (",", "\t", ";", "|")
ONE_COLUMN = "\x1f"
"""Stands in for the delimiter of a file with one column, whose cells may hold commas."""

_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[ T].*)?$")
_WHOLE_NUMBER = re.compile(r"\d[\d.,\u00a0\u202f ]*$")


def first_records(source: Source, delimiter: str, limit: int) -> list[tuple[list[str], int]]:
    """Return the first records with the character at which each ends; cut ones are left out."""
    lines = io.StringIO(source.head, newline="").readlines()
    ends, end = [0], 0
    for line in lines:
        end += len(line)
        ends.append(end)
    reader = csv.reader(lines, delimiter=delimiter)
    found: list[tuple[list[str], int]] = []
    try:
        for row in reader:
            if reader.line_num == len(lines) and not source.whole:
                break
            found.append((row, ends[reader.line_num]))
            if len(found) >= limit:
                break
    except csv.Error:  # a field beyond the limit: whatever stands here is no header
        pass
    return found


def kind_of(cell: str) -> str:
    """Say what a cell looks like: url, date, int, host or text.

    >>> [kind_of(c) for c in ("https://a.example/x", "2026-10-05", "1,240", "a.example", "tools")]
    ['url', 'date', 'int', 'host', 'text']
    """
    cell = cell.strip()
    if re.match(r"(?i)https?://", cell) and parse_host(authority(cell)).problem is None:
        return "url"
    if _ISO_DATE.match(cell):
        return "date"
    if _WHOLE_NUMBER.match(cell):
        return "int"
    if "." in cell and "/" not in cell and parse_host(cell.lower()).problem is None:
        return "host"
    return "text"


def bare_url(line: str) -> bool:
    """Whether a line is a URL without scheme, such as www.example.com/links."""
    if re.search(r"\s|[,;|\t]", line):
        return False
    parts = parse_host(authority(line))
    return parts.problem is None and (parts.is_known_suffix or line.startswith("//"))


def printable(text: str, limit: int = 40) -> str:
    """Shorten a text from a file for a message: printable characters only, ``limit`` at most.

    >>> printable("Link\\x1b[31m ,\\n now"), printable("\\u202e")
    ('Link [31m ,  now', '(no name)')
    """
    shown = "".join(char if char.isprintable() else " " for char in text[: 4 * limit])
    return shown.strip()[:limit] or "(no name)"
