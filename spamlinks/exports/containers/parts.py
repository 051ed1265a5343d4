"""The tables of a file: a text itself, the files in an archive, the sheets of a workbook, JSON.

Whatever is no delimited text becomes one here, so that there is one way to read records: a sheet
and a list of JSON records are written to a temporary file as CSV when they are first opened.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import re
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import IO, cast

from spamlinks.errors import InputError
from spamlinks.exports.containers.container import (
    CHUNK_BYTES,
    GZIP_MAGIC,
    bounded_gzip,
    open_file,
    shown_name,
)

__all__ = ["Part", "Reject", "parts"]

PEEK_BYTES = 1 << 18
SPOOL_BYTES = 1 << 24
"""A table made of a sheet or of JSON stays in memory up to this size, then goes to disk."""
MAX_LIST_BYTES = 1 << 26
"""Google takes 2 MB; people's own lists are longer."""
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_PERHAPS_JSON = re.compile(r"\s*(?:[\[{]|WARC/)")
_DOCUMENTS = (
    (frozenset({"mimetype", "content.xml"}), "an OpenDocument file"),
    (frozenset({"[Content_Types].xml"}), "an Office document, and no xlsx workbook"),
)


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that is left out: its number, why, and the beginning of its text."""

    record: int
    reason: str
    text: str


@dataclass(slots=True)
class _Made:
    """What making a table said besides: notes for people, and records that could not be used."""

    notes: tuple[str, ...] = ()
    rejects: list[Reject] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a file.

    ``name`` is what people see, such as ``links.zip > Latest links.csv``; ``table`` the last part
    of it, from which a property or a day may be told. ``container`` is what the text was unpacked
    or made from: "", gzip, xlsx, json or jsonl; ``within`` says so for what lies around it.
    ``open`` gives a fresh stream of its text, ``raw`` one of its bytes as they came.
    """

    path: Path
    name: str
    table: str
    container: str
    open: Callable[[], IO[bytes]]
    raw: Callable[[], IO[bytes]]
    within: str = ""
    made: _Made = field(default_factory=_Made)

    @property
    def sheet_like(self) -> bool:
        """Whether the text was made here, not by a vendor."""
        return self.container in ("xlsx", "json", "jsonl")

    def text_bytes(self) -> bytes:
        """Return the whole text, unpacked; InputError beyond what a disavow file may hold."""
        with self.open() as file:
            data = file.read(MAX_LIST_BYTES + 1)
        if len(data) > MAX_LIST_BYTES:
            problem = f"it is larger than {MAX_LIST_BYTES >> 20} MB"
            raise InputError(self.name, problem, "Give a disavow file that Google would take.")
        return data

    def sha256(self) -> str:
        """Return the hash of the bytes as they came; InputError when they went away."""
        try:
            with self.raw() as file:
                return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        except OSError:
            problem = "the file went away while it was read"
            raise InputError(self.name, problem, "Try again.") from None


class _Cursor(io.RawIOBase):
    """A reader of its own on a file that several readers share."""

    def __init__(self, file: IO[bytes], lock: Lock) -> None:
        self._file, self._lock, self._at = file, lock, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        with self._lock:
            self._file.seek(self._at)
            data = self._file.read(CHUNK_BYTES if size < 0 else size)
        self._at += len(data)
        return data


class _Spool:
    """A table that is made once, when it is first opened, and kept until it is forgotten."""

    def __init__(self, write: Callable[[IO[bytes]], None]) -> None:
        self._write: Callable[[IO[bytes]], None] | None = write
        self._file: IO[bytes] | None = None
        self._lock = Lock()

    def open(self) -> IO[bytes]:
        with self._lock:
            if self._file is None and self._write is not None:
                file = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115
                try:
                    self._write(file)
                except BaseException:
                    file.close()
                    raise
                weakref.finalize(self, file.close)
                self._file, self._write = file, None
        assert self._file is not None  # noqa: S101 - the writer ran or raised
        return cast(IO[bytes], _Cursor(self._file, self._lock))


def parts(path: Path, name: str = "") -> tuple[list[Part], list[InputError]]:
    """Return the tables of a file, and what is in it that cannot be one.

    ``name`` is what people see, where that of the file would not tell it from another.

    Raises
    ------
    InputError : the file cannot be opened, is damaged, or is of a kind that holds no tables.
    """
    table = shown_name(path.name or str(path))
    name = name or table

    def open_it() -> IO[bytes]:
        return open_file(path, name)

    problems: list[InputError] = []
    whole = Part(path, name, table, "", open_it, open_it)
    found = _unpacked(whole, problems, depth=0)
    return found, problems


def _unpacked(part: Part, problems: list[InputError], depth: int) -> list[Part]:
    with part.open() as stream:
        start = stream.read(16)
    if start.startswith(GZIP_MAGIC):
        if part.container == "gzip":
            raise InputError(part.name, "it is a gzip file inside a gzip file", "Unpack it once.")
        return _unpacked(_gunzipped(part), problems, depth)
    if start.startswith(_ZIP_MAGIC):
        from spamlinks.exports.containers import workbook  # late: most files are plain text

        with part.open() as stream:
            if workbook.is_workbook(stream):
                return _sheets(part)
        if depth:
            raise InputError(part.name, "it is an archive inside an archive", "Unpack it once.")
        return _members(part, problems)
    return _of_text(part)


def _gunzipped(part: Part) -> Part:
    table = re.sub(r"(?i)\.(?:gz|gzip)$", "", part.table)
    return replace(
        part,
        table=table,
        container="gzip",
        open=lambda: bounded_gzip(part.open(), part.name),
    )


def _members(part: Part, problems: list[InputError]) -> list[Part]:
    from spamlinks.exports.containers import archive

    members, left_out = archive.members(part.open, part.name)
    names = {member.name for member in members}
    for marks, what in _DOCUMENTS:
        if marks <= names:
            raise InputError(part.name, f"it is {what}", "Save the table as CSV or xlsx.")
    for name, reason in left_out:
        problems.append(InputError(f"{part.name} > {name}", reason, "Unpack it and give the file."))
    found: list[Part] = []
    for member in members:
        inner = Part(
            part.path,
            f"{part.name} > {member.name}",
            member.name,
            "",
            member.open,
            member.open,
            within=part.table,
        )
        try:
            found += _unpacked(inner, problems, depth=1)
        except InputError as error:
            problems.append(error)
    if not found and problems:
        raise problems[0]
    if not found:
        raise InputError(part.name, "the archive holds no files", "Give export files.")
    return found


def _sheets(part: Part) -> list[Part]:
    from spamlinks.exports.containers import workbook

    with part.open() as stream:
        sheets = workbook.sheets(stream, part.name)
    if not sheets:
        raise InputError(part.name, "the workbook has no sheet with cells", "Export it again.")
    return [_sheet(part, sheet.name, len(sheets) > 1) for sheet in sheets]


def _sheet(part: Part, sheet: str, several: bool) -> Part:
    from spamlinks.exports.containers import workbook

    made = _Made()

    def write(out: IO[bytes]) -> None:
        with part.open() as stream:
            made.notes = workbook.write_sheet(stream, part.name, sheet, out)

    shown = shown_name(sheet)
    return replace(
        part,
        name=f"{part.name} > {shown}" if several else part.name,
        container="xlsx",
        open=_Spool(write).open,
        made=made,
    )


def _of_text(part: Part) -> list[Part]:
    """A text as it is, or the lists of records in it when it is JSON."""
    with part.open() as stream:
        head = stream.read(PEEK_BYTES)
    open_text = part.open
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # as PowerShell writes it
        head = codecs.getincrementaldecoder("utf-16")("replace").decode(head).encode()
        open_text = partial(_recoded, part)
    text = head.decode("utf-8-sig", "replace")
    if not _PERHAPS_JSON.match(text):
        return [part]
    if '"spamlinks_mapping"' in text:
        raise InputError(part.name, "it is a mapping, not an export", "Give it with --mapping.")
    from spamlinks.exports.containers import records  # late: most files are plain text

    if not records.looks_like_json(text):
        return [part]
    lists = records.record_lists(open_text, part.name)
    lines = records.is_lines(text)
    return [_list(part, open_text, found.path, lines) for found in lists]


class _Utf8(io.RawIOBase):
    """The text of a UTF-16 stream as UTF-8."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._raw.read(CHUNK_BYTES if size < 0 else max(size, 4))
        text = self._decoder.decode(data, final=not data)
        return text.encode("utf-8", "replace") if text or not data else self.read(size)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _recoded(part: Part) -> IO[bytes]:
    return cast(IO[bytes], _Utf8(part.open()))


def _list(part: Part, open_text: Callable[[], IO[bytes]], path: str, lines: bool) -> Part:
    from spamlinks.exports.containers import records

    made = _Made()

    def write(out: IO[bytes]) -> None:
        def reject(record: int, reason: str, text: str) -> None:
            made.rejects.append(Reject(record, reason, text))

        made.notes = records.write_records(open_text, part.name, path, out, reject)

    return replace(
        part,
        container="jsonl" if lines else "json",
        open=_Spool(write).open,
        made=made,
    )
