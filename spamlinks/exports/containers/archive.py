"""The files in a zip archive, unpacked within bounds and never under their own names on disk."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import IO

from spamlinks.errors import InputError
from spamlinks.exports.containers.container import shown_name
from spamlinks.exports.containers.zipfiles import (
    inflated_limit,
    listed,
    refusal,
    too_large,
    unpacked,
)

__all__ = ["Member", "members"]

MAX_MEMBERS = 1_000
MAX_NAME = 500
_UTF8_NAME = 0x800
_NOT_CONTENT = re.compile(
    r"(?:.*/)?(?:__MACOSX/.*|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini)|.*/",
    re.IGNORECASE | re.DOTALL,
)
_WORKBOOK_NAME = re.compile(r".*\.(?:xlsx|xlsm|xltx|xltm)", re.IGNORECASE | re.DOTALL)
_WORKBOOK_START = re.compile(
    rb"PK\x03\x04.{26}(?:\[Content_Types\]\.xml|_rels/|docProps/|xl/|customXml/)", re.DOTALL
)
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    ``name`` is its path in the archive as people should see it: at most 500 characters, none of
    them a control. ``open`` gives a fresh stream of its bytes each time; reading raises InputError
    when they are damaged or more than so small a member may hold. Streams do not seek.
    """

    name: str
    open: Callable[[], IO[bytes]]
    packed_bytes: int


def members(
    open_archive: Callable[[], IO[bytes]], name: str
) -> tuple[list[Member], list[tuple[str, str]]]:
    """Return the files of a zip archive, and (name, reason) for each one left out, both by name.

    Folders and what macOS and Windows leave behind are not mentioned. An archive inside is left
    out, a workbook is not, though it is an archive too. At most 1,000 files are returned.

    Each file may inflate to 200 times its packed size, or 64 MB where that is more, and all of
    them together to 200 times the archive, with the same floor; never to more than 16 GB. Sizes
    the archive declares are not believed. Memory: the list of members, 90 MB at most.

    Parameters
    ----------
    open_archive : gives a new seekable stream of the archive each time.
    name : the archive as people know it.

    Raises
    ------
    InputError : the archive is damaged, cannot seek, or is a zip bomb.
    """
    with open_archive() as raw:
        infos, size = listed(raw, name)
    total = _Total(size, name)
    usable: list[Member] = []
    left_out: list[tuple[str, str]] = []
    named = sorted(((_shown(info), info) for info in infos), key=_by_name_and_place)
    for shown, info in named:
        if _NOT_CONTENT.fullmatch(shown):
            continue
        meter = _Meter(f"{name} > {shown}", info.compress_size, total)
        member = Member(shown, partial(_open_member, open_archive, info, meter), info.compress_size)
        if len(usable) == MAX_MEMBERS:
            left_out.append((shown, f"only the first {MAX_MEMBERS:,} files of an archive are read"))
        elif reason := refusal(info) or _refused_content(member):
            left_out.append((shown, reason))
        else:
            usable.append(member)
    return usable, left_out


class _Total:
    """What the members of an archive may inflate to together, however often each is read."""

    def __init__(self, archive_bytes: int, name: str) -> None:
        self._limit = inflated_limit(archive_bytes)
        self._name = name
        self._seen = 0

    def add(self, count: int) -> None:
        self._seen += count
        if self._seen > self._limit:
            raise too_large(self._name, self._limit)


class _Meter:
    """Compares what came out of one member, in any of its streams, with what may."""

    def __init__(self, source: str, packed_bytes: int, total: _Total) -> None:
        self.source = source
        self._limit = inflated_limit(packed_bytes)
        self._total = total
        self._seen = 0

    def check(self, position: int) -> None:
        if position > self._limit:
            raise too_large(self.source, self._limit)
        if position > self._seen:
            self._total.add(position - self._seen)
            self._seen = position


def _open_member(
    open_archive: Callable[[], IO[bytes]], info: zipfile.ZipInfo, meter: _Meter
) -> IO[bytes]:
    raw = open_archive()
    try:
        return unpacked(raw, info, meter.source, meter.check, own=True)
    except InputError:
        raw.close()
        raise


def _shown(info: zipfile.ZipInfo) -> str:
    """Return the path of a member as people should see it."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME:
        # Archives of macOS and Linux hold UTF-8 without saying so; zipfile takes it for cp437.
        try:
            name = name.encode("cp437").decode("utf-8")
        except ValueError:
            name = info.filename
    return shown_name(name.replace("\\", "/"))[-MAX_NAME:] or "(no name)"


def _by_name_and_place(named: tuple[str, zipfile.ZipInfo]) -> tuple[str, int]:
    return named[0], named[1].header_offset


def _refused_content(member: Member) -> str:
    """Return why the content of a member is not read, "" when it is or its reader decides."""
    with member.open() as stream:
        start = stream.read(64)
    if not start.startswith(_ZIP_MAGIC) or _WORKBOOK_NAME.fullmatch(member.name):
        return ""
    return "" if _WORKBOOK_START.match(start) else "it is an archive inside an archive"
