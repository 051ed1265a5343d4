"""JSON exports as tables: the answers of vendors' interfaces, JSON Lines, Common Crawl WAT files.

The rest of the reader works on delimited text, so records become CSV with one row each. Three
forms are read:

* a document: an envelope around lists of records, a bare list, or one record; several documents
  one after another count as one;
* JSON Lines, where each line is a record or a whole envelope;
* WAT, which is JSON Lines with WARC headers between the lines.

Memory does not grow with the file: one record (``MAX_VALUE_BYTES``) and some chunks are held. That
is 15 MB for ordinary files, and 220 MB for the worst that 8 MB of JSON can be (empty objects).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from spamlinks.errors import InputError
from spamlinks.exports.containers.json_forms import (
    DOCUMENT,
    HEAD_BYTES,
    MAX_SHOWN_CHARS,
    WARC,
    OpenText,
    form,
    is_lines,
    lines,
    looks_like_json,
    paths,
)
from spamlinks.exports.containers.json_records import MAX_COLUMNS, NULL_MARK, Cells, Selection
from spamlinks.exports.containers.json_text import (
    CHUNK_BYTES,
    MAX_DOCUMENT_BYTES,
    MAX_VALUE_BYTES,
    BrokenJsonError,
    JsonText,
    TooLongError,
    TooMuchError,
    decode,
)

__all__ = [
    "NULL_MARK",
    "RecordList",
    "is_lines",
    "looks_like_json",
    "record_lists",
    "write_records",
]

HEAD_RECORDS = 200
MAX_LISTS = 20
SAFE_TABLE_BYTES = 1 << 28
MAX_GROWTH = 20
"""A table may be so many times as large as the JSON; short records with sparse keys grow."""

Reject = Callable[[int, str, str], None]

_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class RecordList:
    """A list of records in a file, as its beginning shows it.

    ``path`` names the keys on the way to it, joined by dots; arrays on the way are implied, and ""
    is a bare list, plain JSON Lines or a single record. ``keys`` are the columns its table begins
    with: the keys of the records in order of appearance, dotted for nested objects, then those of
    the objects around the list. ``records`` counts the records seen, not all.
    """

    path: str
    keys: tuple[str, ...]
    records: int


def record_lists(open_text: OpenText, name: str) -> list[RecordList]:
    """Find the lists of records in the beginning of a file, the deepest first.

    Parameters
    ----------
    open_text : opens the text as a stream of UTF-8 bytes, anew each time it is called.
    name : what the file is called in messages.

    Returns
    -------
    At least one list, each with at least one key; at most ``MAX_LISTS``.

    Raises
    ------
    InputError : it is no JSON, is broken before its first record, or holds no records.
    """
    kind = form(open_text)
    lists: list[RecordList] = []
    broken: InputError | None = None
    for path, _ in paths(open_text, kind).most_common(MAX_LISTS):
        keys, records, problem = _beginning(open_text, name, kind, path)
        broken = broken or problem
        if keys:
            lists.append(RecordList(path, tuple(keys), records))
    if lists:
        return sorted(lists, key=lambda found: (-_depth(found.path), -found.records))
    if broken is None:  # nothing that could be a record, so nothing was read: is it JSON at all?
        _, _, broken = _beginning(open_text, name, kind, "")
    raise broken or InputError(
        name, "the JSON holds no list of records", "Export the links themselves, or save as CSV."
    )


def write_records(
    open_text: OpenText,
    name: str,
    path: str,
    out: IO[bytes],
    reject: Reject,
    first: Sequence[str] = (),
) -> tuple[str, ...]:
    """Write the records at a path as CSV: UTF-8, commas, all cells quoted, ``\\n``, a header line.

    Objects inside a record become dotted columns, up to ``MAX_COLUMNS``; a list of scalars becomes
    "a, b"; other lists are left out. True and false are ``true`` and ``false``, numbers are as
    written, null and an absent key are ``NULL_MARK``. The scalars of the objects around the list
    are carried into each record, in a document those before it. Of a WAT file only links of
    ``<a href>`` are written, with their URLs resolved.

    Parameters
    ----------
    open_text, name : as for ``record_lists``; the text is read twice when keys appear late.
    path : of one of the record lists.
    out : a seekable file; the table is written from where it stands.
    reject : called with the number (from 1, of written and rejected records), the reason and the
        beginning of the text of each thing that stands for a record and is none.
    first : columns to begin with, in this order, whether or not any record has them.

    Returns
    -------
    Sentences about what was left out or mended.

    Raises
    ------
    InputError : a document is broken, cut off, nested too deeply or too large, or there are no
        records at the path. What was written by then is of no use.
    """
    kind = form(open_text)
    columns = dict.fromkeys(first)
    keys, _, broken = _beginning(open_text, name, kind, path)
    if broken is not None:
        raise broken
    _extend(columns, keys)
    start = out.tell()
    scan = _Scan(open_text, name, kind, Selection(path), reject)
    complete = _write(scan, columns, out)
    if scan.broken is not None:
        raise scan.broken
    if not columns:
        where = f" at {path}" if path else ""
        raise InputError(name, f"the JSON holds no records{where}", "Export the links again.")
    if not complete:  # the table has become wider on the way
        out.seek(start)
        out.truncate()
        scan = _Scan(open_text, name, kind, Selection(path))
        if not _write(scan, columns, out):
            raise InputError(name, "the file changed while it was read", "Try again.")
    return _notes(scan)


def _depth(path: str) -> int:
    return path.count(".") + 1 if path else 0


class _Scan:
    """One pass over the records at a path, as cells; counts what it passes.

    A document that breaks ends the pass and leaves its error in ``broken``. With
    ``only_beginning`` the pass also ends after so many bytes or values, the value then read whole.
    """

    def __init__(
        self,
        open_text: OpenText,
        name: str,
        kind: str,
        selection: Selection,
        reject: Reject | None = None,
        *,
        only_beginning: bool = False,
    ) -> None:
        self._open, self._kind = open_text, kind
        self._reject, self._only_beginning = reject, only_beginning
        self.name = name
        self.selection = selection
        self.records = 0
        self.bytes_read = 0
        self.mended = False
        self.idle_lines = 0
        self.broken: InputError | None = None

    def __iter__(self) -> Generator[Cells]:
        found = self._in_document() if self._kind == DOCUMENT else self._in_lines()
        for value, carried in found:
            if self._only_beginning and self.records >= HEAD_RECORDS:
                return
            if not isinstance(value, dict):
                shown = value if isinstance(value, str) else json.dumps(value)
                self._refuse("it is no record", _valid(shown[:MAX_SHOWN_CHARS]))
                continue
            cells = self.selection.cells(value, carried)
            if cells:
                self.records += 1
                yield cells
            elif cells is not None:
                self._refuse("the record is empty", "{}")

    def _is_past_beginning(self) -> bool:
        return self._only_beginning and self.bytes_read > HEAD_BYTES

    def _refuse(self, reason: str, text: str) -> None:
        self.records += 1
        if self._reject is not None:
            self._reject(self.records, reason, text[:MAX_SHOWN_CHARS])

    def _in_lines(self) -> Generator[tuple[Any, Cells]]:
        for text, size in lines(self._open):
            if self._is_past_beginning():
                return
            self.bytes_read += size
            if self._kind == WARC and not text.startswith("{"):
                continue  # a header, or the description of the archive
            if size > MAX_VALUE_BYTES:
                self._refuse(f"the line is longer than {MAX_VALUE_BYTES >> 20} MB", text)
                continue
            idle = True
            try:
                value, mended = decode(text)
                self.mended |= mended
                for found in self.selection.found_in_value(value):
                    idle = False
                    yield found
            except BrokenJsonError as error:
                self._refuse(f"the line {error}", text)
            else:
                self.idle_lines += idle

    def _in_document(self) -> Generator[tuple[Any, Cells]]:
        with self._open() as stream:
            text = JsonText(stream)
            try:
                while text.peek():
                    for found in self.selection.found_in_text(text):
                        self.bytes_read = text.bytes_read
                        yield found
                        if self._is_past_beginning():
                            return
            except BrokenJsonError as error:
                self._break_off(f"the JSON {error}", "Download it again.")
            except TooLongError:
                problem = f"the JSON has a value of more than {MAX_VALUE_BYTES >> 20} MB"
                self._break_off(problem, "No link needs that: check the file.")
            except TooMuchError:
                problem = f"the JSON is larger than {MAX_DOCUMENT_BYTES >> 20:,} MB"
                self._break_off(problem, "Save it as JSON Lines.")
            self.bytes_read = text.bytes_read
            self.mended = text.mended

    def _break_off(self, problem: str, hint: str) -> None:
        self.broken = InputError(self.name, f"{problem} (record {self.records + 1:,})", hint)


def _beginning(
    open_text: OpenText, name: str, kind: str, path: str
) -> tuple[Cells, int, InputError | None]:
    """Return the keys of the first records, how many were seen, and what broke before their end."""
    keys: Cells = {}
    records = 0
    scan = _Scan(open_text, name, kind, Selection(path), only_beginning=True)
    for cells in scan:
        records += 1
        _extend(keys, cells)
    return keys, records, scan.broken


def _extend(columns: dict[str, Any], names: Iterable[str]) -> bool:
    """Add columns while there is room; say whether any was added."""
    before = len(columns)
    for name in names:
        if len(columns) < MAX_COLUMNS:
            columns.setdefault(name, None)
    return len(columns) > before


def _write(scan: _Scan, columns: dict[str, Any], out: IO[bytes]) -> bool:
    """Write the table; False when records had further keys, which then are added to the columns."""
    names, known = list(columns), columns.keys()
    buffer, written, complete = io.StringIO(newline=""), 0, True
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(names)
    for cells in scan:
        if not cells.keys() <= known:
            if _extend(columns, cells):
                complete = False
            else:
                scan.selection.crowded = True
        if not complete:
            continue  # only to learn the other keys
        get = cells.get
        writer.writerow([get(name, NULL_MARK) for name in names])
        if buffer.tell() >= CHUNK_BYTES:
            written += _flush(buffer, out)
            if written > max(SAFE_TABLE_BYTES, MAX_GROWTH * scan.bytes_read):
                raise InputError(
                    scan.name,
                    f"its table would be more than {MAX_GROWTH} times as large as the JSON",
                    "Export fewer fields.",
                )
    _flush(buffer, out)
    return complete


def _flush(buffer: io.StringIO, out: IO[bytes]) -> int:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    try:
        data = text.encode()
    except UnicodeEncodeError:
        data = _valid(text).encode()
    out.write(data)
    return len(data)


def _valid(text: str) -> str:
    """Replace the halves of pairs that JSON can escape one by one: vendors cut texts anywhere."""
    return _SURROGATES.sub("\ufffd", text)


def _notes(scan: _Scan) -> tuple[str, ...]:
    selection, notes = scan.selection, []
    if scan.mended:
        notes.append("the JSON has commas before closing brackets; it was read without them")
    if selection.left_out:
        shown = ", ".join(key[:40] for key in selection.left_out)
        notes.append(f"values that do not fit into a cell were left out: {shown}")
    if selection.crowded:
        notes.append(f"the records have more than {MAX_COLUMNS} keys; the others were left out")
    if selection.other_links:
        notes.append(f"{selection.other_links:,} links of images, scripts and forms were left out")
    elif scan.idle_lines and not selection.is_wat:
        notes.append(f"{scan.idle_lines:,} lines hold no records at {selection.path or 'the top'}")
    return tuple(notes)
