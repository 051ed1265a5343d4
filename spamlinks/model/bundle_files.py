"""The files of a bundle: read within bounds and inside the folder, written so that none is torn.

Nothing here knows what a bundle means; see ``bundle_content``.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from spamlinks.errors import ModelError, OutputError
from spamlinks.files import make_folder, write_atomic

__all__ = [
    "CARD",
    "HINT",
    "METADATA",
    "as_model_error",
    "read_card",
    "read_file",
    "read_json",
    "read_named",
    "refuse_folder",
    "sha256_of",
    "write_folder",
]

CARD = "README.md"
METADATA = "metadata.json"
HINT = "Use another model folder, or train the model anew with 'spamlinks train'."

MAX_JSON = 16 * 2**20
MAX_FILE = 64 * 2**20
MAX_TOTAL = 256 * 2**20
"""Bytes of a JSON file or card, of a LightGBM text, and of all that a bundle names together."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def sha256_of(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


@contextmanager
def as_model_error(folder: Path, name: str) -> Iterator[None]:
    """Whatever damaged data provoke becomes a one-line ModelError that names the file."""
    try:
        yield
    except ModelError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        said = f"{type(error).__name__}: " if isinstance(error, LookupError) else ""
        raise ModelError(
            str(folder), f"{name} is damaged ({said}{_one_line(str(error))})", HINT
        ) from None
    except RecursionError:
        raise ModelError(str(folder), f"{name} is damaged (nested too deeply)", HINT) from None


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:200]


def read_file(folder: Path, name: str) -> bytes:
    """Read a plain file of the folder.

    Raises
    ------
    ModelError : it cannot be read, is too large, is no plain file (a pipe would hang), or is a
        symbolic link that leads out of the folder.
    """
    path = folder / name
    limit = MAX_FILE if path.suffix == ".txt" else MAX_JSON
    try:
        if path.resolve().parent != folder.resolve():
            raise ModelError(str(folder), f"{name} is a link that leaves the folder", HINT)
        if not stat.S_ISREG(path.stat().st_mode):
            raise ModelError(str(path), "cannot be read (it is no plain file)", HINT)
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise ModelError(str(path), f"cannot be read ({error.strerror})", HINT) from None
    except (RuntimeError, ValueError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(str(path), f"cannot be read ({_one_line(str(error))})", HINT) from None
    if len(data) > limit:
        raise ModelError(str(path), f"is larger than {limit >> 20} MB", HINT)
    return data


def read_json(data: bytes) -> Any:
    """Read strict JSON: UTF-8, finite numbers, no key twice. Raises ValueError, RecursionError."""
    found = json.loads(
        data.decode("utf-8"),
        object_pairs_hook=_once,
        parse_constant=_no_constant,
        parse_float=_finite,
    )
    # Half a surrogate pair is valid JSON, and would stop whoever prints it.
    json.dumps(found, ensure_ascii=False).encode("utf-8")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:60]!r} stands there twice")
    return out


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"the number {digits[:60]} is too large")
    return value


def read_named(folder: Path, hashes: Any) -> dict[str, bytes]:
    """Read the files that ``metadata.json`` names, each checked against its SHA-256.

    Raises ModelError for a file that is missing, too large, changed or not in the folder, and
    ValueError where ``hashes`` is no object of names and hashes.
    """
    if not isinstance(hashes, dict):
        raise ValueError("sha256 is no object of file names")
    for name in hashes:
        if not _NAME.fullmatch(name) or name in (METADATA, CARD):
            raise ModelError(
                str(folder), f"file name {name[:100]!r} leaves the folder or is not allowed", HINT
            )
    texts: dict[str, bytes] = {}
    left = MAX_TOTAL
    for name, sha in hashes.items():
        texts[name] = read_file(folder, name)
        left -= len(texts[name])
        if left < 0:
            raise ModelError(str(folder), f"it is larger than {MAX_TOTAL >> 20} MB", HINT)
        if sha256_of(texts[name]) != sha:
            raise ModelError(str(folder), f"{name} was changed or is damaged", HINT)
    return texts


def read_card(folder: Path) -> str | None:
    """The card of a model folder, None without one. It is not hashed: text for people only."""
    if not (folder / CARD).exists():
        return None
    return read_file(folder, CARD).decode("utf-8", "replace")


def refuse_folder(folder: Path) -> None:
    """Raise OutputError for a folder that a model must not, or could not, be saved to.

    That is a file, a folder whose ``README.md`` is no model's card, one with symbolic links among
    the files to be replaced, and a name that no line of text can show.
    """
    source = str(folder)
    if folder.exists() and not folder.is_dir():
        raise OutputError(source, "it is no folder", "Choose another name with -o.")
    if not folder.name.isprintable():
        raise OutputError(
            repr(source), "its name cannot be printed", "Choose another name with -o."
        )
    if (folder / CARD).exists() and not (folder / METADATA).exists():
        raise OutputError(
            source, "it holds a README.md and no model", "Choose a new folder with -o."
        )
    for name in (CARD, METADATA, "names.json", *(p.name for p in folder.glob("model*.txt"))):
        if (folder / name).is_symlink():
            raise OutputError(source, f"{name} is a symbolic link", "Choose a new folder with -o.")


def write_folder(folder: Path, files: Mapping[str, bytes], card: str, metadata: bytes) -> None:
    """Write a bundle's files into ``folder`` (made if absent), ``metadata.json`` last.

    A killed run leaves a folder that does not load rather than one that loads half.

    Raises
    ------
    OutputError : see ``refuse_folder``, or a file cannot be written.
    """
    refuse_folder(folder)
    make_folder(folder)
    for name, data in (*files.items(), (CARD, card.encode()), (METADATA, metadata)):
        write_atomic(folder / name, data)
