"""The file format of the table of networks: a line that says what it is, a line of JSON, sections.

::

    spamlinks networks 1
    {"counts": ..., "sections": {name: [packed bytes, bytes]}, "sha256": ..., "source": ...}
    the sections, each compressed by itself (xz), in the order of ``SECTIONS``

A table of ranges without gaps: a range lasts until the next one begins, the first begins at 0, and
owner 0 means that nobody announces it; owner n is entry n - 1 of ``numbers`` and ``names``. Starts
are stored as differences, byte by byte of the same weight together, which packs to a third. IPv6
is kept to 64 bits: nobody routes less.

Read strictly: lengths, order, ranges and the SHA-256 of all sections must fit, or nothing is used.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spamlinks.errors import InputError

__all__ = ["SECTIONS", "NetworkTable", "pack_table", "read_table"]

MAGIC = b"spamlinks networks 1\n"
SECTIONS = ("numbers", "names", "starts4", "owners4", "starts6", "owners6")
MAX_HEADER_BYTES = 20_000
MAX_SECTION_BYTES = 64_000_000
MAX_NAME_CHARS = 80

_U4: np.dtype[Any] = np.dtype("<u4")
_U8: np.dtype[Any] = np.dtype("<u8")


def _filters(section: str, size: int) -> list[dict[str, int]]:
    # Owners repeat in patterns of four bytes; telling the packer so saves a twentieth.
    fours = {"lc": 0, "lp": 2, "pb": 2} if section.startswith("owners") else {}
    window = min(max(size, 4096), 1 << 24)  # a small table needs no large one
    best = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": window}
    return [best | fours]


@dataclass(frozen=True, slots=True, eq=False)
class NetworkTable:
    """Ranges of addresses and whose they are.

    Attributes
    ----------
    numbers : uint32 of shape (n_networks,), ascending AS numbers.
    names : of the same length, one line each.
    starts4, starts6 : uint32 and uint64, ascending from 0; IPv6 addresses without their lower half.
    owners4, owners6 : uint32 of the same lengths: 0 for nobody, else 1 + place in ``numbers``.
    source : what the table was made from, as the file says.
    """

    numbers: npt.NDArray[np.uint32]
    names: tuple[str, ...]
    starts4: npt.NDArray[np.uint32]
    owners4: npt.NDArray[np.uint32]
    starts6: npt.NDArray[np.uint64]
    owners6: npt.NDArray[np.uint32]
    source: Mapping[str, Any]


def pack_table(table: NetworkTable) -> bytes:
    """Return the bytes of a file that ``read_table`` reads; the same for the same table."""
    raw = {
        "numbers": _to_planes(table.numbers, _U4),
        "names": "\n".join(table.names).encode(),
        "starts4": _to_planes(table.starts4, _U4),
        "owners4": table.owners4.astype("<u4").tobytes(),
        "starts6": _to_planes(table.starts6, _U8),
        "owners6": table.owners6.astype("<u4").tobytes(),
    }
    packed = {
        name: lzma.compress(
            raw[name],
            format=lzma.FORMAT_XZ,
            check=lzma.CHECK_CRC32,
            filters=_filters(name, len(raw[name])),
        )
        for name in SECTIONS
    }
    header = {
        "counts": {
            "ipv4_ranges": len(table.starts4),
            "ipv6_ranges": len(table.starts6),
            "networks": len(table.numbers),
        },
        "sections": {name: [len(packed[name]), len(raw[name])] for name in SECTIONS},
        "sha256": _digest(raw),
        "source": dict(table.source),
    }
    line = json.dumps(header, sort_keys=True, ensure_ascii=True).encode() + b"\n"
    return MAGIC + line + b"".join(packed[name] for name in SECTIONS)


def read_table(data: bytes, name: str) -> NetworkTable:
    """Read the bytes of a file; ``name`` is what messages call it.

    Raises
    ------
    InputError : another file, another version of the format, or damage of any kind.
    """
    if not data.startswith(MAGIC):
        raise _damaged(name, "it is no table of networks of this version")
    end = data.find(b"\n", len(MAGIC), len(MAGIC) + MAX_HEADER_BYTES)
    try:
        header = json.loads(data[len(MAGIC) : end] if end > 0 else b"")
        counts, sizes = header["counts"], header["sections"]
        lengths = [tuple(map(int, sizes[section])) for section in SECTIONS]
        n4, n6, n = (int(counts[k]) for k in ("ipv4_ranges", "ipv6_ranges", "networks"))
        wanted, source = str(header["sha256"]), dict(header["source"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _damaged(name, "its second line cannot be read") from None
    if sum(packed for packed, _ in lengths) != len(data) - end - 1:
        raise _damaged(name, "it is shorter or longer than it says")
    raw, place = {}, end + 1
    for section, (packed, length) in zip(SECTIONS, lengths, strict=True):
        raw[section] = _unpack(data[place : place + packed], length, name)
        place += packed
    if _digest(raw) != wanted:
        raise _damaged(name, "its content is not what its checksum says")
    shapes = {"numbers": 4 * n, "starts4": 4 * n4, "owners4": 4 * n4}
    shapes |= {"starts6": 8 * n6, "owners6": 4 * n6}
    if any(len(raw[section]) != size for section, size in shapes.items()):
        raise _damaged(name, "its sections do not fit together")
    try:
        names = tuple(raw["names"].decode().split("\n")) if n else ()
    except UnicodeDecodeError:
        raise _damaged(name, "its names are no text") from None
    table = NetworkTable(
        numbers=_from_planes(raw["numbers"], _U4),
        names=names,
        starts4=_from_planes(raw["starts4"], _U4),
        owners4=np.frombuffer(raw["owners4"], "<u4"),
        starts6=_from_planes(raw["starts6"], _U8),
        owners6=np.frombuffer(raw["owners6"], "<u4"),
        source=source,
    )
    if (problem := _problem(table)) is not None:
        raise _damaged(name, problem)
    return table


def _problem(table: NetworkTable) -> str | None:
    n = len(table.numbers)
    if len(table.names) != n:
        return "its names are not as many as its networks"
    if any(len(text) > MAX_NAME_CHARS or not text.isprintable() for text in table.names):
        return "a name is no line of text"
    if not _ascends(table.numbers):
        return "its numbers are out of order"
    for starts, owners in ((table.starts4, table.owners4), (table.starts6, table.owners6)):
        if not len(starts) or starts[0] != 0 or not _ascends(starts):
            return "its ranges are out of order"
        if owners.max() > n:
            return "a range belongs to a network that is not there"
    return None


def _ascends(values: npt.NDArray[Any]) -> bool:
    return bool((values[1:] > values[:-1]).all())


def _unpack(packed: bytes, length: int, name: str) -> bytes:
    if not 0 <= length <= MAX_SECTION_BYTES:
        raise _damaged(name, "a section is too long")
    reader = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=1 << 26)
    try:
        raw = reader.decompress(packed, max_length=length + 1)
    except (lzma.LZMAError, EOFError):
        raise _damaged(name, "a section cannot be unpacked") from None
    if len(raw) != length or not reader.eof or reader.unused_data:
        raise _damaged(name, "a section is not as long as it says")
    return raw


def _to_planes(values: npt.NDArray[Any], dtype: np.dtype[Any]) -> bytes:
    # The first difference is to 0; unsigned arithmetic wraps and unwraps alike.
    steps = np.diff(values.astype(dtype), prepend=np.zeros(1, dtype))
    return steps.view(np.uint8).reshape(-1, dtype.itemsize).T.tobytes()


def _from_planes(raw: bytes, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    planes = np.frombuffer(raw, np.uint8).reshape(dtype.itemsize, -1)
    steps = np.ascontiguousarray(planes.T).view(dtype).reshape(-1)
    return np.cumsum(steps, dtype=dtype)


def _digest(raw: Mapping[str, bytes]) -> str:
    return hashlib.sha256(b"".join(raw[section] for section in SECTIONS)).hexdigest()


def _damaged(name: str, problem: str) -> InputError:
    return InputError(
        name,
        f"the table of networks cannot be used: {problem}",
        "Install spamlinks again, or build it with spamlinks.enrich.asn_build.",
    )
