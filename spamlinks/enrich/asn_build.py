"""Make the bundled table of networks from a package of the npm registry.

    npm pack @ip-location-db/asn
    python -m spamlinks.enrich.asn_build ip-location-db-asn-VERSION.tgz

The package is read as data and never installed: two tables of ranges with AS number and name, put
together from RouteViews, the registries' (NRO) lists and DB-IP's IP to ASN Lite, all under CC BY
4.0. Ranges of one network that touch become one, gaps become nobody's, names are cut to one line of
80 characters. The same package gives the same bytes (with the same liblzma).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sys
import tarfile
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from spamlinks.enrich.asn_file import MAX_NAME_CHARS, NetworkTable, pack_table
from spamlinks.errors import InputError, SpamlinksError
from spamlinks.files import write_atomic

__all__ = ["build_table", "write_networks"]

TARGET = Path(__file__).resolve().parents[1] / "data" / "networks.bin"
MAX_MEMBER_BYTES = 200_000_000
MAX_ROWS = 5_000_000
_HINT = "Give the file that 'npm pack @ip-location-db/asn' fetches."

Row = tuple[int, int, int, str]
"""First and last address as numbers, AS number, name."""


def write_networks(source: Path, target: Path = TARGET) -> NetworkTable:
    """Read a package, write the table, return it.

    Raises
    ------
    InputError : the package cannot be read or is not the one.
    OutputError : the table cannot be written.
    """
    try:
        data = source.read_bytes()
    except OSError as error:
        raise InputError(str(source), f"cannot be read ({error.strerror})", _HINT) from None
    table = read_package(data, str(source))
    write_atomic(target, pack_table(table))
    return table


def read_package(data: bytes, name: str) -> NetworkTable:
    """Read the bytes of the package. Raises InputError."""
    members = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            for path in ("package.json", "asn-ipv4-num.csv", "asn-ipv6-num.csv"):
                member = archive.getmember(f"package/{path}")
                file = archive.extractfile(member)
                if file is None or member.size > MAX_MEMBER_BYTES:
                    raise InputError(name, f"{path} in it cannot be used", _HINT)
                members[path] = file.read(MAX_MEMBER_BYTES).decode()
        about = json.loads(members["package.json"])
        package = {"package": str(about["name"]), "version": str(about["version"])}
    except (tarfile.TarError, OSError, EOFError, KeyError, ValueError, TypeError):
        raise InputError(name, "it is not the package of networks", _HINT) from None
    return build_table(
        _rows(members["asn-ipv4-num.csv"], f"{name}: asn-ipv4-num.csv"),
        _rows(members["asn-ipv6-num.csv"], f"{name}: asn-ipv6-num.csv"),
        {
            **package,
            "licence": "CC-BY-4.0",
            "attribution": "RouteViews (routeviews.org), NRO (nro.net), IP to ASN Lite by DB-IP "
            "(db-ip.com); put together by ip-location-db",
            "sha256": hashlib.sha256(data).hexdigest(),
        },
    )


def _rows(text: str, name: str) -> list[Row]:
    rows = []
    for record, cells in enumerate(csv.reader(io.StringIO(text)), 1):
        if len(cells) != 4 or not all(cell.isascii() and cell.isdigit() for cell in cells[:3]):
            raise InputError(name, f"record {record} is no range with number and name", _HINT)
        if record > MAX_ROWS:
            raise InputError(name, f"more than {MAX_ROWS:,} ranges", _HINT)
        rows.append((int(cells[0]), int(cells[1]), int(cells[2]), cells[3]))
    return rows


def build_table(ipv4: Iterable[Row], ipv6: Iterable[Row], source: dict[str, Any]) -> NetworkTable:
    """Put rows together; IPv6 addresses are given whole.

    Rows may come in any order. Where two overlap, the one that begins first keeps what both have.
    """
    rows4, rows6 = list(ipv4), list(ipv6)
    ranges4 = _join([(first, last, number) for first, last, number, _ in rows4], 32)
    # Nobody routes less than 64 bits of IPv6; the lower half is left out.
    ranges6 = _join([(first >> 64, last >> 64, number) for first, last, number, _ in rows6], 64)
    names: dict[int, str] = {}
    for _, _, number, text in (*rows4, *rows6):
        names[number] = names.get(number) or _one_line(text)
    names.pop(0, None)  # AS 0 means nobody (RFC 7607)
    numbers = sorted({number for _, number in (*ranges4, *ranges6)} - {0})
    place = {0: 0} | {number: i for i, number in enumerate(numbers, 1)}

    def columns(
        ranges: list[tuple[int, int]], dtype: str
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.uint32]]:
        starts = np.array([start for start, _ in ranges], dtype)
        return starts, np.array([place[number] for _, number in ranges], np.uint32)

    starts4, owners4 = columns(ranges4, "u4")
    starts6, owners6 = columns(ranges6, "u8")
    return NetworkTable(
        numbers=np.array(numbers, np.uint32),
        names=tuple(names[number] for number in numbers),
        starts4=starts4,
        owners4=owners4,
        starts6=starts6,
        owners6=owners6,
        source=source,
    )


def _join(rows: Iterable[tuple[int, int, int]], bits: int) -> list[tuple[int, int]]:
    """Return (start, AS number) of ranges without gaps from 0 on; number 0 for nobody."""
    joined: list[tuple[int, int]] = [(0, 0)]
    next_free, end = 0, 1 << bits

    def begin(start: int, number: int) -> None:
        if joined[-1][0] == start:
            joined.pop()
        if not joined or joined[-1][1] != number:
            joined.append((start, number))

    for first, last, number in sorted(rows):
        first, last = max(first, next_free), min(last, end - 1)
        if last < first:
            continue
        if first > next_free:
            begin(next_free, 0)
        begin(first, number)
        next_free = last + 1
    if next_free < end:
        begin(next_free, 0)
    return joined


def _one_line(text: str) -> str:
    """A name as it may be shown: one line, no control or invisible characters."""
    plain = "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFC", text))
    return re.sub(r" +", " ", plain).strip()[:MAX_NAME_CHARS].rstrip()


def main() -> int:
    """Run ``python -m spamlinks.enrich.asn_build PACKAGE.tgz [TARGET]``."""
    if len(sys.argv) not in (2, 3):
        sys.stderr.write("usage: python -m spamlinks.enrich.asn_build PACKAGE.tgz [TARGET]\n")
        return 2
    target = Path(sys.argv[2]) if len(sys.argv) == 3 else TARGET
    try:
        table = write_networks(Path(sys.argv[1]), target)
        size, digest = target.stat().st_size, hashlib.sha256(target.read_bytes()).hexdigest()
    except SpamlinksError as error:
        sys.stderr.write(f"spamlinks: {error}\n")
        return 1
    ranges = len(table.starts4) + len(table.starts6)
    sys.stdout.write(
        f"{target}: {len(table.numbers):,} networks, {ranges:,} ranges, {size:,} bytes\n"
        f"entries for SOURCES.json: {len(table.numbers)}, sha256 {digest}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
