"""Opening a table of an export: its encoding, and a bounded stream of clean UTF-8 bytes.

Everything is decided by content. A file is never loaded whole: UTF-16 is recoded on the way.
"""

from __future__ import annotations

import codecs
import io
import re
import struct
import sys
from dataclasses import dataclass, replace
from typing import IO

from spamlinks.errors import InputError
from spamlinks.exports.containers.container import CHUNK_BYTES, refuse_containers
from spamlinks.exports.containers.parts import Part

__all__ = ["BrokenEncodingError", "Source", "Utf8Stream", "open_utf8", "probe", "resurvey"]

HEAD_BYTES = 1 << 18
"""How much of a file is looked at to recognise it."""
_TEXT_CONTROLS = frozenset(b"\t\n\r\x0b\x0c\x1a\x1b")


@dataclass(frozen=True, slots=True)
class Source:
    """How the bytes of a table become text.

    ``encoding`` is a Python codec name; ``damaged`` means that some bytes are not valid in it and
    are read as U+FFFD. ``head`` is the beginning as text, without byte order mark; ``whole`` says
    whether it is the entire file.
    """

    part: Part
    encoding: str
    damaged: bool
    head: str
    whole: bool

    @property
    def name(self) -> str:
        """What people know the table by."""
        return self.part.name


class BrokenEncodingError(Exception):
    """The file is not in the encoding its beginning promised."""


class Utf8Stream(io.RawIOBase):
    """The text of a source as valid UTF-8, without byte order mark, from a given byte on.

    Reading raises BrokenEncodingError at the first chunk of undamaged UTF-8 that is none.
    """

    def __init__(self, raw: IO[bytes] | io.RawIOBase, source: Source, skip_bytes: int) -> None:
        self._raw = raw
        # Vendors cut texts between the halves of a UTF-16 pair: replace, never refuse.
        self._decoder = codecs.getincrementaldecoder(source.encoding)("replace")
        self._recode = source.encoding != "utf-8" or source.damaged
        self._strip_mark = True
        self._left = memoryview(b"")
        self._cut = b""
        self._skip = skip_bytes

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def _next(self) -> bytes:
        data = self._raw.read(CHUNK_BYTES) or b""
        ended = not data
        if self._recode:
            data = self._decoder.decode(data, final=ended).encode("utf-8", "replace")
        else:
            data, self._cut = _whole_characters(self._cut + data)
            if ended and self._cut:
                raise BrokenEncodingError
        if self._strip_mark and data:
            data = data.removeprefix(codecs.BOM_UTF8)
            self._strip_mark = False
        if not data and not ended:
            return self._next()
        return data

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes, all of them when negative; b"" at the end."""
        parts: list[memoryview] = []
        wanted = sys.maxsize if size < 0 else size
        while wanted:
            if not self._left:
                self._left = memoryview(self._after_skip())
            if not self._left:
                break
            part, self._left = self._left[:wanted], self._left[wanted:]
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def _after_skip(self) -> bytes:
        """Return the next chunk behind the bytes that are skipped."""
        while data := self._next():
            drop = min(self._skip, len(data))
            self._skip -= drop
            if drop < len(data):
                return data[drop:]
        return b""

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer; return how many bytes were written."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file below."""
        self._raw.close()
        super().close()


def _whole_characters(data: bytes) -> tuple[bytes, bytes]:
    """Check that bytes are UTF-8 and split off a character that is cut at the end."""
    import pyarrow as pa  # late: `spamlinks --help` must be quick

    cut = 0
    for back in range(1, min(4, len(data) + 1)):
        byte = data[-back]
        if byte >= 0xC0:
            cut = back if back < (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4) else 0
        if byte >= 0xC0 or byte < 0x80:
            break
    whole, rest = (data[:-cut], data[-cut:]) if cut else (data, b"")
    # Arrow checks ten times as fast as a decoder, and it must never see anything but UTF-8.
    ends = pa.py_buffer(struct.pack("=ii", 0, len(whole)))
    try:
        pa.StringArray.from_buffers(1, ends, pa.py_buffer(whole)).validate(full=True)
    except pa.ArrowInvalid:
        raise BrokenEncodingError from None
    return whole, rest


def open_utf8(source: Source, skip_bytes: int = 0) -> Utf8Stream:
    """Open the text of a source as a stream of UTF-8 bytes, ``skip_bytes`` after its beginning.

    Raises InputError when the file has gone, packed data is damaged or too large, or the encoding
    breaks.
    """
    return Utf8Stream(source.part.open(), source, skip_bytes)


def probe(part: Part) -> Source:
    """Look at the beginning of a table and decide its encoding.

    Raises InputError, with what to do, for an unreadable, empty or binary file and for a container
    that is not read (xls, Parquet and others).
    """
    with part.open() as stream:
        head = b""
        while len(head) <= HEAD_BYTES and (more := stream.read(HEAD_BYTES + 1 - len(head))):
            head += more
    whole = len(head) <= HEAD_BYTES
    head = head[:HEAD_BYTES]
    refuse_containers(part.name, head)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise InputError(part.name, "the file is empty", "Export the links again.")
    encoding, damaged = _encoding(part, head)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head, final=whole)
    return Source(part, encoding, damaged, text.removeprefix("\ufeff"), whole)


def _encoding(part: Part, head: bytes) -> tuple[str, bool]:
    """Choose a codec; the second value says that single bytes do not fit it."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32", False
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", False
    if b"\x00" in head:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        # ASCII text in UTF-16 has a NUL in every second byte; a binary file has them anywhere.
        if max(even, odd) > len(head) // 8 and min(even, odd) * 20 <= max(even, odd):
            return ("utf-16-le", False) if odd > even else ("utf-16-be", False)
        if head.count(0) > max(8, len(head) // 1000):  # a few may stand in a spammer's text
            raise InputError(part.name, "it is not a text file", "Give a CSV or TXT export.")
    if sum(1 for byte in head[:4096] if 0 < byte < 32 and byte not in _TEXT_CONTROLS) > 8:
        raise InputError(part.name, "it is not a text file", "Give a CSV or TXT export.")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return _survey(part)
    return "utf-8", False


def resurvey(source: Source) -> Source:
    """Decide the encoding anew over the whole file, when its beginning was misleading.

    Raises InputError when the text is in no encoding that can be told for sure.
    """
    encoding, damaged = _survey(source.part)
    return replace(source, encoding=encoding, damaged=damaged)


def _survey(part: Part) -> tuple[str, bool]:
    """Tell UTF-8, damaged UTF-8 and cp1252 apart."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    bad = good = undefined = runs = long_runs = 0
    with part.open() as stream:
        while data := stream.read(CHUNK_BYTES):
            text = decoder.decode(data)
            bad += text.count("\ufffd")
            good += len(re.findall("[^\x00-\x7f\ufffd]", text))
            undefined += len(re.findall(rb"[\x81\x8d\x8f\x90\x9d]", data))
            lengths = [len(run) for run in re.findall(rb"[\x80-\xff]+", data)]
            runs += len(lengths)
            long_runs += sum(length > 2 for length in lengths)
    if bad == 0 or (good > 0 and bad <= max(3, good // 5)):
        return "utf-8", True  # "damaged" also covers a file cut in the middle of a character
    # Western text has single accented letters; runs of them are Cyrillic, Greek or CJK pages.
    if undefined == 0 and long_runs * 20 <= runs:
        return "cp1252", False
    raise InputError(
        part.name, "the text is neither UTF-8 nor UTF-16", "Save it again as CSV UTF-8."
    )
