"""The parts of an Excel workbook: which file of the archive is what, and reading one."""

from __future__ import annotations

import posixpath
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

from spamlinks.errors import InputError
from spamlinks.exports.containers.container import CHUNK_BYTES, shown_name
from spamlinks.exports.containers.markup import Reader, parse
from spamlinks.exports.containers.zipfiles import (
    inflated_limit,
    listed,
    refusal,
    too_large,
    unpacked,
)

__all__ = ["SAVE_SHEET", "SPOOL_BYTES", "Index", "Package", "Sheet", "open_package"]

MAX_SHEETS = 1_000
MAX_NAME = 100
"""Excel's own limit is 31 characters."""
MAX_SHARED_BYTES = 1 << 28
"""What the parts that are not sheets may inflate to together; the shared strings stay in memory."""
MAX_SHEET_BYTES = 1 << 32
SPOOL_BYTES = 1 << 22
SAVE_SHEET = "save the sheet as CSV (UTF-8)"
_MAX_RELATIONS = 10_000
_CONTENT_TYPES = "[content_types].xml"
_USUAL_PART = "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet. ``hidden`` is true as well for one that only a macro can show.

    ``name`` has at most 100 characters, none of them a control.
    """

    name: str
    hidden: bool


@dataclass(slots=True)
class Index:
    """What the main part says: the sheets with their parts, and where the rest is, or ""."""

    sheets: list[tuple[Sheet, str]]
    strings: str
    styles: str
    from_1904: bool


class Package:
    """The parts of a workbook, by the lower case of their names: they differ in nothing else.

    ``size`` is that of the archive in bytes. Reading a part raises InputError when it is encrypted,
    damaged, or inflates to more than the bounds allow.
    """

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream, self._name = stream, name
        infos, self.size = listed(stream, name)
        self.parts: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            self.parts.setdefault(_part_name(info.filename), info)
        self._read = 0

    def read(self, part: str, reader: Reader) -> None:
        """Read a part that is not a sheet; they share one bound."""
        before = self._read

        def check(position: int) -> None:
            self._read = before + position
            if self._read > MAX_SHARED_BYTES:
                raise too_large(self._name, MAX_SHARED_BYTES, SAVE_SHEET)

        self._parse(part, self._name, check, reader)

    def read_sheet(self, part: str, source: str, reader: Reader) -> None:
        """Read the part of a sheet, within a bound of its own."""
        limit = min(MAX_SHEET_BYTES, inflated_limit(self.parts[part].compress_size))

        def check(position: int) -> None:
            if position > limit:
                raise too_large(source, limit, SAVE_SHEET)

        self._parse(part, source, check, reader)

    def _parse(self, part: str, source: str, check: Callable[[int], None], reader: Reader) -> None:
        info = self.parts[part]
        if problem := refusal(info):
            hint = "Save the workbook again, without a password."
            raise InputError(source, f"part of the workbook cannot be read: {problem}", hint)
        with unpacked(self._stream, info, source, check, own=False) as stream:
            parse(stream, source, reader)

    def workbook_part(self) -> str:
        """Return the main part, "" when there is none that says it is a workbook."""
        types = _MainPart()
        if _CONTENT_TYPES in self.parts:
            self.read(_CONTENT_TYPES, types)
        found = _part_name(types.part)
        if found in self.parts:
            return found
        return _USUAL_PART if _USUAL_PART in self.parts else ""

    def index(self) -> Index:
        """Read what the main part says; raise InputError when there is none."""
        main = self.workbook_part()
        if not main:
            raise InputError(self._name, "it holds no Excel workbook", "Export it again.")
        folder, file = posixpath.split(main)
        relations = _Relations(folder)
        part = f"{folder}/_rels/{file}.rels".lstrip("/")
        if part in self.parts:
            self.read(part, relations)
        tabs = _Tabs()
        self.read(main, tabs)
        found: dict[str, tuple[Sheet, str]] = {}
        seen: set[str] = set()
        for sheet, number in tabs.found:
            kind, target = relations.by_number.get(number, ("", ""))
            # Two tabs of one part would have it read twice.
            if kind == "worksheet" and target in self.parts and target not in seen:
                seen.add(target)
                found.setdefault(sheet.name, (sheet, target))
        return Index(
            list(found.values()),
            relations.by_kind.get("sharedStrings", ""),
            relations.by_kind.get("styles", ""),
            tabs.from_1904,
        )


def _part_name(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


@contextmanager
def open_package(stream: IO[bytes], name: str) -> Iterator[Package]:
    """Open a workbook; what cannot seek is copied to a temporary file, of 4 MB in memory.

    Raises InputError when it is no zip archive, or a damaged or hostile one.
    """
    if stream.seekable():
        yield Package(stream, name)
        return
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as copy:
        shutil.copyfileobj(stream, copy, CHUNK_BYTES)
        yield Package(cast(IO[bytes], copy), name)


class _Quiet:
    """A reader that passes over what a subclass does not ask for."""

    def start(self, tag: str, attributes: dict[str, str], depth: int) -> None: ...

    def end(self, tag: str, depth: int) -> None: ...

    def text(self, data: str) -> None: ...


class _MainPart(_Quiet):
    """Finds the part that is the workbook: a sheet, a template, with macros or without."""

    part = ""

    def start(self, tag: str, attributes: dict[str, str], depth: int) -> None:
        kind = attributes.get("ContentType", "").lower()
        # Not *.sheet.binary.macroEnabled.main, which is xlsb and no XML.
        ours = kind.endswith(".main+xml") and ("spreadsheetml" in kind or "ms-excel" in kind)
        if ours and tag == "Override":
            self.part = self.part or attributes.get("PartName", "")


class _Relations(_Quiet):
    """Which parts the main part refers to, by their number and by their kind."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.by_number: dict[str, tuple[str, str]] = {}
        self.by_kind: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str], depth: int) -> None:
        if tag != "Relationship" or len(self.by_number) >= _MAX_RELATIONS:
            return
        kind = attributes.get("Type", "").rpartition("/")[2]
        target = posixpath.join("/", self._folder, attributes.get("Target", ""))
        part = _part_name(posixpath.normpath(target))
        self.by_number[attributes.get("Id", "")] = (kind, part)
        self.by_kind.setdefault(kind, part)


class _Tabs(_Quiet):
    """The sheets of a workbook in order, and which day its dates count from."""

    def __init__(self) -> None:
        self.found: list[tuple[Sheet, str]] = []
        self.from_1904 = False

    def start(self, tag: str, attributes: dict[str, str], depth: int) -> None:
        if tag == "workbookPr":
            self.from_1904 = attributes.get("date1904", "") in ("1", "true")
        elif tag == "sheet" and depth == 3 and len(self.found) < MAX_SHEETS:
            state = attributes.get("state", "visible")
            numbers = (value for key, value in attributes.items() if key.endswith(":id"))
            shown = shown_name(attributes.get("name", ""))[:MAX_NAME]
            sheet = Sheet(shown, state != "visible")
            self.found.append((sheet, next(numbers, "")))
