"""What is inside a zip archive, and its bytes, within bounds: archives and workbooks alike."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import IO, cast

from spamlinks.errors import InputError
from spamlinks.exports.containers.container import (
    MAX_INFLATE_RATIO,
    MAX_INFLATED_BYTES,
    SAFE_INFLATED_BYTES,
)

__all__ = ["inflated_limit", "listed", "refusal", "too_large", "unpacked"]

MAX_LIST_BYTES = 1 << 22
"""The list of members may take this much: 40,000 files, and 90 MB when Python holds it."""
_READ_BYTES = 1 << 16
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = 0x2041
"""Flags: encrypted, strongly encrypted, headers masked."""
_METHODS = {
    zipfile.ZIP_BZIP2: "bzip2",
    zipfile.ZIP_LZMA: "lzma",
    9: "deflate64",
    93: "zstandard",
    95: "xz",
}


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


def unpacked(
    raw: IO[bytes], info: zipfile.ZipInfo, source: str, check: Callable[[int], None], own: bool
) -> IO[bytes]:
    """Return a stream of the bytes of a member, stored or deflated.

    ``check`` is told how many bytes were unpacked so far before they are handed on, and raises
    when they are too many. With ``own``, closing the stream closes ``raw``. Reading raises
    InputError when the data is damaged, by its checksum too.
    """
    return io.BufferedReader(_Unpacked(raw, info, source, check, own), _READ_BYTES)


def inflated_limit(packed_bytes: int) -> int:
    """Return how much may come out of so many packed bytes."""
    return min(MAX_INFLATED_BYTES, max(SAFE_INFLATED_BYTES, packed_bytes * MAX_INFLATE_RATIO))


def too_large(source: str, limit: int, way_out: str = "unpack it and split it") -> InputError:
    """Return the refusal of something that inflates to more than ``limit`` bytes."""
    return InputError(
        source,
        f"it inflates to more than {limit >> 20:,} MB",
        f"If that is really an export, {way_out}.",
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
