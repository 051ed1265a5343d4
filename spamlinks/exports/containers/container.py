"""Opening a file, unpacking gzip within bounds, and naming the containers that are not read."""

from __future__ import annotations

import gzip
import io
import stat
import zlib
from pathlib import Path
from typing import IO, cast

from spamlinks.errors import InputError

__all__ = [
    "CHUNK_BYTES",
    "GZIP_MAGIC",
    "bounded_gzip",
    "open_file",
    "refuse_containers",
    "shown_name",
]

GZIP_MAGIC = b"\x1f\x8b"
CHUNK_BYTES = 1 << 22
MAX_INFLATED_BYTES = 1 << 34
"""No link export known to us inflates to more: Majestic's largest are 2 GB."""
MAX_INFLATE_RATIO = 200
"""Real exports shrink 5 to 20 times; a bomb a thousand times and more."""
SAFE_INFLATED_BYTES = 1 << 26
"""Below this the ratio does not matter."""

_SAVE_AS_CSV = "Save it as CSV (UTF-8) and give that file."
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (xls)", _SAVE_AS_CSV),
    (b"PAR1", "a Parquet file", _SAVE_AS_CSV),
    (b"%PDF", "a PDF file", "Export the links as CSV and give that file."),
    (b"\x89PNG", "an image", "Export the links as CSV and give that file."),
    (b"\xff\xd8\xff", "an image", "Export the links as CSV and give that file."),
    (b"SQLite format 3", "a database", _SAVE_AS_CSV),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it and give the CSV files inside."),
    (b"Rar!", "a RAR archive", "Unpack it and give the CSV files inside."),
    (b"BZh", "a bzip2 archive", "Unpack it and give the CSV file inside."),
    (b"\xfd7zXZ", "an xz archive", "Unpack it and give the CSV file inside."),
    (b"\x28\xb5\x2f\xfd", "a zstandard archive", "Unpack it and give the CSV file inside."),
)


class _BoundedGzip(io.RawIOBase):
    """Unpacks gzip and stops at a bomb or at a file that ends too early."""

    def __init__(self, raw: IO[bytes], name: str) -> None:
        self._packed = _Counted(raw)
        self._file = gzip.GzipFile(fileobj=self._packed, mode="rb")
        self._name = name
        self._seen = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._file.read(CHUNK_BYTES if size < 0 else size)
        except EOFError:
            raise InputError(
                self._name, "the gzip file ends too early", "Download it again."
            ) from None
        except (OSError, zlib.error):
            raise InputError(self._name, "the gzip file is damaged", "Download it again.") from None
        self._seen += len(data)
        # What was read ahead counts: a bomb is a thousand times its packed size, not two hundred.
        limit = max(SAFE_INFLATED_BYTES, self._packed.seen * MAX_INFLATE_RATIO)
        if self._seen > min(limit, MAX_INFLATED_BYTES):
            raise InputError(
                self._name,
                f"the gzip file inflates to more than {min(limit, MAX_INFLATED_BYTES) >> 20} MB",
                "If that is really an export, unpack it and split it.",
            )
        return data

    def close(self) -> None:
        self._file.close()
        self._packed.close()
        super().close()


class _Counted(io.RawIOBase):
    """Passes bytes on and counts them."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self.seen = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._raw.read(size)
        self.seen += len(data)
        return data

    def close(self) -> None:
        self._raw.close()
        super().close()


def shown_name(name: str) -> str:
    """Return the name of a file as it may be shown, in one line and as it reads.

    Controls, marks that reverse or hide what follows, and bytes that are no text become "?".

    >>> shown_name("a\\u202efdp.csv"), shown_name("Liste\\u00a0neu.csv")
    ('a?fdp.csv', 'Liste?neu.csv')
    """
    return "".join(char if char.isprintable() else "?" for char in name)


def open_file(path: Path, name: str) -> IO[bytes]:
    """Open a regular file; raise InputError, with what to do, for anything else."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            return path.open("rb")
    except FileNotFoundError:
        raise InputError(name, "no such file", "Check the path.") from None
    except PermissionError:
        raise InputError(name, "it may not be read", "Check the file's permissions.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not usable"
        raise InputError(name, f"it cannot be opened ({reason})", "Check the path.") from None
    if stat.S_ISDIR(mode):
        raise InputError(name, "it is a folder", "Give the export files inside it.")
    raise InputError(name, "it is not a regular file", "Give a saved export file.")


def bounded_gzip(raw: IO[bytes], name: str) -> IO[bytes]:
    """Return a stream of unpacked bytes; reading raises InputError for bad data and for bombs."""
    return cast(IO[bytes], _BoundedGzip(raw, name))


def refuse_containers(name: str, start: bytes) -> None:
    """Raise InputError when the first bytes are those of a container that is not read."""
    for magic, what, hint in _MAGIC:
        if start.startswith(magic):
            raise InputError(name, f"it is {what}", hint)
