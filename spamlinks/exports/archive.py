"""The files in a zip archive, unpacked within bounds and never under their own names on disk."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import IO, cast

from spamlinks.errors import InputError
from spamlinks.exports.container import MAX_INFLATE_RATIO, MAX_INFLATED_BYTES, SAFE_INFLATED_BYTES

__all__ = [
    "Member",
    "inflated_limit",
    "listed",
    "members",
    "printable_name",
    "refusal",
    "too_large",
    "unpacked",
]

MAX_MEMBERS = 1_000
MAX_LIST_BYTES = 1 << 22
"""The list of members may take this much: 40,000 files, and 90 MB when Python holds it."""
MAX_NAME = 500
_READ_BYTES = 1 << 16
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = 0x2041
"""Flags: encrypted, strongly encrypted, headers masked."""
_UTF8_NAME = 0x800
_METHODS = {
    zipfile.ZIP_BZIP2: "bzip2",
    zipfile.ZIP_LZMA: "lzma",
    9: "deflate64",
    93: "zstandard",
    95: "xz",
}
_NOT_CONTENT = re.compile(
    r"(?:.*/)?(?:__MACOSX/.*|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini)|.*/",
    re.IGNORECASE | re.DOTALL,
)
# Controls, bytes that are no text, and marks that reverse or hide what follows them.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
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


def listed(raw: IO[bytes], name: str) -> tuple[list[zipfile.ZipInfo], int]:
    """Return the list of members of an archive, as it declares them, and the archive's size.

    Raises InputError when the list is damaged or too long, or when members overlap or end behind
    the end of the archive.
    """
    if not raw.seekable():
        raise InputError(name, "it is a zip archive in another packing", "Unpack it once.")
    try:
        size = raw.seek(0, io.SEEK_END)
        with zipfile.ZipFile(cast(IO[bytes], _ListReader(raw, name))) as archive:
            infos = archive.infolist()
    except InputError:
        raise
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, struct.error):
        raise _damaged(name) from None
    if any(info.header_offset < 0 for info in infos):
        raise _damaged(name)
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise InputError(
                name, "files in the zip archive overlap, as in a zip bomb", "Export the links anew."
            )
        end = info.header_offset + _LOCAL_HEADER.size + len(info.orig_filename) + info.compress_size
    if end > size:
        raise _damaged(name)
    return infos, size


def unpacked(
    raw: IO[bytes], info: zipfile.ZipInfo, source: str, check: Callable[[int], None], own: bool
) -> IO[bytes]:
    """Return a stream of the bytes of a member, stored or deflated.

    ``check`` is told how many bytes were unpacked so far before they are handed on, and raises
    when they are too many. With ``own``, closing the stream closes ``raw``. Reading raises
    InputError when the data is damaged, by its checksum too.
    """
    return io.BufferedReader(_Unpacked(raw, info, source, check, own), _READ_BYTES)


def printable_name(name: str) -> str:
    """Return a name from a file with everything in it visible and in place."""
    return _UNPRINTABLE.sub("?", name)


def inflated_limit(packed_bytes: int) -> int:
    """Return how much may come out of so many packed bytes."""
    return min(MAX_INFLATED_BYTES, max(SAFE_INFLATED_BYTES, packed_bytes * MAX_INFLATE_RATIO))


def too_large(source: str, limit: int) -> InputError:
    """Return the refusal of something that inflates to more than ``limit`` bytes."""
    return InputError(
        source,
        f"it inflates to more than {limit >> 20:,} MB",
        "If that is really an export, unpack it and split it.",
    )


def _damaged(source: str) -> InputError:
    return InputError(source, "the zip archive is damaged", "Download it again.")


class _ListReader(io.RawIOBase):
    """What zipfile reads the list of members through; it asks for the whole list at once."""

    def __init__(self, raw: IO[bytes], name: str) -> None:
        self._raw = raw
        self._name = name

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._raw.seek(offset, whence)

    def tell(self) -> int:
        return self._raw.tell()

    def read(self, size: int = -1) -> bytes:
        if size > MAX_LIST_BYTES:
            raise InputError(
                self._name,
                "the zip archive lists more files than can be read",
                "Unpack it and give the export files inside.",
            )
        # Unbounded, it wants the end of the file with the archive's comment: 64 KB.
        return self._raw.read(size if size >= 0 else MAX_LIST_BYTES)


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


class _Unpacked(io.RawIOBase):
    """The bytes of a member, in pieces that the reader chooses the size of."""

    def __init__(
        self,
        raw: IO[bytes],
        info: zipfile.ZipInfo,
        source: str,
        check: Callable[[int], None],
        own: bool,
    ) -> None:
        self._raw = raw
        self._source = source
        self._check = check
        self._own = own
        self._inflate = zlib.decompressobj(-15) if info.compress_type else None
        self._left = info.compress_size
        self._checksum, self._expected = 0, info.CRC
        self._seen = 0
        self._ended = False
        try:
            raw.seek(info.header_offset)
            magic, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(raw.read(_LOCAL_HEADER.size))
            raw.seek(name_bytes + extra_bytes, io.SEEK_CUR)
        except (OSError, ValueError, struct.error):
            raise _damaged(source) from None
        if magic != b"PK\x03\x04":
            raise _damaged(source)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not len(buffer) or self._ended:
            return 0
        data = self._next(len(buffer))
        self._seen += len(data)
        self._check(self._seen)
        self._checksum = zlib.crc32(data, self._checksum)
        if not data:
            self._ended = True
            if self._checksum != self._expected:
                raise _damaged(self._source)
        buffer[: len(data)] = data
        return len(data)

    def _next(self, wanted: int) -> bytes:
        """Return at least one and at most ``wanted`` bytes, none at the end."""
        try:
            if self._inflate is None:
                return self._packed(wanted)
            while not self._inflate.eof:
                packed = self._inflate.unconsumed_tail or self._packed(_READ_BYTES)
                if data := self._inflate.decompress(packed, wanted):
                    return data
                if not packed:
                    raise _damaged(self._source)
        except (OSError, zlib.error):
            raise _damaged(self._source) from None
        return b""

    def _packed(self, wanted: int) -> bytes:
        data = self._raw.read(min(wanted, self._left))
        self._left -= len(data)
        return data

    def close(self) -> None:
        if self._own:
            self._raw.close()
        super().close()


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
    return printable_name(name.replace("\\", "/"))[-MAX_NAME:] or "(no name)"


def _by_name_and_place(named: tuple[str, zipfile.ZipInfo]) -> tuple[str, int]:
    return named[0], named[1].header_offset


def refusal(info: zipfile.ZipInfo) -> str:
    """Return why a member cannot be read, "" when nothing speaks against it."""
    if info.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        method = _METHODS.get(info.compress_type, f"method {info.compress_type}")
        return f"it is packed in a way that is not read ({method})"
    if info.create_system == 3 and stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link to another file"
    return ""


def _refused_content(member: Member) -> str:
    """Return why the content of a member is not read, "" when it is or its reader decides."""
    with member.open() as stream:
        start = stream.read(64)
    if not start.startswith(_ZIP_MAGIC) or _WORKBOOK_NAME.fullmatch(member.name):
        return ""
    return "" if _WORKBOOK_START.match(start) else "it is an archive inside an archive"
