"""Flat records from JSON: which objects of a file are its records, and their cells.

A path names where records are: the keys on the way, joined by dots; arrays on the way are not
named. ``tasks.result.items`` is ``{"tasks": [{"result": [{"items": [{...}]}]}]}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from spamlinks.exports.containers.json_text import MAX_DEPTH, BrokenJsonError, JsonText

__all__ = ["MAX_COLUMNS", "NULL_MARK", "Selection", "step"]

NULL_MARK = "\ue000"
"""What stands for null and for an absent key; a text that is exactly this becomes U+FFFD."""
MAX_COLUMNS = 500
MAX_NESTING = 8
MAX_NAME_CHARS = 200
MAX_CARRIED_CHARS = 10_000
"""A longer text beside the records is not repeated in each of them."""
MAX_NAMED = 8
MAX_URL_CHARS = 8192

_ENVELOPE = "Envelope.Payload-Metadata.HTTP-Response-Metadata.HTML-Metadata"
WAT_LINKS = f"{_ENVELOPE}.Links"
"""Where a Common Crawl WAT file has the links of a page."""
_WAT_PAGE = "Envelope.WARC-Header-Metadata.WARC-Target-URI"
_WAT_CARRIED = frozenset(
    {_WAT_PAGE, "Envelope.WARC-Header-Metadata.WARC-Date", f"{_ENVELOPE}.Head.Title"}
)
_WAT_BASE = f"{_ENVELOPE}.Head.Base"
_ABSOLUTE = re.compile(r"(?i)\s*https?://")

Cells = dict[str, str]


def printable(key: str) -> str:
    """Write a key with U+FFFD for each character that cannot be shown.

    >>> printable("a\\nb")
    'a\ufffdb'
    """
    return "".join(char if char.isprintable() else "\ufffd" for char in key)


def step(at: str, key: str) -> str:
    """Return the path one key further.

    >>> step("", "links"), step("tasks.result", "items")
    ('links', 'tasks.result.items')
    """
    name = key if key.isprintable() else printable(key)
    return f"{at}.{name}" if at else name


def _scalar(value: Any) -> str:
    """Write what JSON has besides objects and arrays; numbers came as text."""
    if value is None:
        return NULL_MARK
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if value != NULL_MARK else "\ufffd"


class Selection:
    """The records at one path: finds them, flattens them, and knows what was left out.

    ``found`` yields each value at the path with the cells that are carried into it: the scalars of
    the objects around it, under their paths. Of a WAT file only the page, its date and its title
    are carried, and only links of ``<a href>`` are records.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.left_out: dict[str, None] = {}
        """Keys whose values do not fit into a cell, at most ``MAX_NAMED`` of them."""
        self.crowded = False
        """Whether a record has more keys than columns are allowed."""
        self.other_links = 0
        """Links of a WAT file that are images, scripts and the like."""
        self.is_wat = path == WAT_LINKS

    def _is_on_the_way(self, at: str) -> bool:
        return at == self.path or self.path.startswith(f"{at}.")

    def found_in_value(
        self, value: Any, at: str = "", carried: Cells | None = None, depth: int = 0
    ) -> Iterator[tuple[Any, Cells]]:
        """Yield the values at the path in a decoded value; all scalars around them are carried.

        Raises BrokenJsonError beyond ``MAX_DEPTH`` levels.
        """
        carried = carried or {}
        if depth > MAX_DEPTH:
            raise BrokenJsonError("is nested too deeply")
        if isinstance(value, list):
            for item in value:
                yield from self.found_in_value(item, at, carried, depth + 1)
        elif at == self.path:
            yield value, carried
        elif isinstance(value, dict):
            inner, ways = dict(carried), []
            for key, item in value.items():
                below = step(at, key)
                if not self._is_on_the_way(below):
                    self._carry(inner, at, key, item)
                elif isinstance(item, dict | list):  # null is what some give for an empty list
                    ways.append((below, item))
            for below, item in ways:
                yield from self.found_in_value(item, below, inner, depth + 1)

    def found_in_text(
        self, text: JsonText, at: str = "", carried: Cells | None = None, depth: int = 0
    ) -> Iterator[tuple[Any, Cells]]:
        """Yield the values at the path in a text; only scalars before them are carried.

        Raises BrokenJsonError, also beyond ``MAX_DEPTH`` levels, and TooLongError.
        """
        carried = carried or {}
        if depth > MAX_DEPTH:
            raise BrokenJsonError("is nested too deeply")
        first = text.peek()
        if first == "[":
            for _ in text.steps():
                yield from self.found_in_text(text, at, carried, depth + 1)
        elif at == self.path:
            yield text.value(), carried
        elif first == "{":
            inner = dict(carried)
            for key in text.steps():
                below = step(at, key)
                if not self._is_on_the_way(below):
                    self._carry(inner, at, key, text.skip())
                elif text.peek() in ("{", "["):
                    yield from self.found_in_text(text, below, inner, depth + 1)
                else:
                    text.value()
        else:
            text.value()

    def _carry(self, into: Cells, at: str, key: str, value: Any) -> None:
        flat: Cells = {}
        self._flatten(flat, f"{at}." if at else "", {key: value}, 1, {})
        for name, cell in flat.items():
            if self.is_wat and name not in _WAT_CARRIED and name != _WAT_BASE:
                continue
            if len(cell) <= MAX_CARRIED_CHARS and len(into) < MAX_COLUMNS:
                into[name] = cell

    def _flatten(
        self, into: Cells, prefix: str, value: dict[str, Any], depth: int, left_out: dict[str, None]
    ) -> None:
        """Put the scalars of an object into cells; ``prefix`` is "" or ends with a dot."""
        for key, item in value.items():
            if len(prefix) + len(key) > MAX_NAME_CHARS:
                _note(left_out, prefix + printable(key[:MAX_NAME_CHARS]))
                continue
            name = prefix + (key if key.isprintable() else printable(key))
            kind = type(item)
            if kind is str:  # nearly all: numbers, too
                cell = item if item != NULL_MARK else "\ufffd"
            elif kind is dict:
                if depth < MAX_NESTING:
                    self._flatten(into, f"{name}.", item, depth + 1, left_out)
                else:
                    _note(left_out, name)
                continue
            elif kind is not list:
                cell = _scalar(item)
            elif any(type(entry) in (dict, list) for entry in item):
                _note(left_out, name)
                continue
            else:
                cell = ", ".join(_scalar(entry) for entry in item if entry is not None)
            if len(into) < MAX_COLUMNS or name in into:
                into[name] = cell
            else:
                self.crowded = True

    def cells(self, record: dict[str, Any], carried: Cells) -> Cells | None:
        """Return the cells of a record, its own before those carried; None when it is no link.

        A key of the record goes before a carried one of the same name.
        """
        cells: Cells = {}
        self._flatten(cells, "", record, 1, self.left_out)
        if self.is_wat:
            if cells.get("path") != "A@/href":
                self.other_links += 1
                return None
            page = carried.get(_WAT_PAGE, "")
            cells["url"] = _absolute(page, carried.get(_WAT_BASE, ""), cells.get("url", NULL_MARK))
        for name, cell in carried.items():
            if name != _WAT_BASE:
                cells.setdefault(name, cell)
        return cells


def _note(names: dict[str, None], name: str) -> None:
    if len(names) < MAX_NAMED:
        names[name[:MAX_NAME_CHARS]] = None


def _absolute(page: str, base: str, url: str) -> str:
    """Resolve a link as a browser would; one that cannot be resolved stays as it is."""
    if url == NULL_MARK or _ABSOLUTE.match(url):
        return url
    if max(len(page), len(base), len(url)) > MAX_URL_CHARS:  # they are cached by the library
        return url
    try:
        return urljoin(urljoin(page, base), url)
    except ValueError:
        return url
