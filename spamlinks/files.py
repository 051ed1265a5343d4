"""Writing files so that a crash or a full disk leaves the old file whole."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from spamlinks.errors import OutputError, SpamlinksError

__all__ = ["STALE_SECONDS", "make_folder", "open_atomic", "write_atomic"]

STALE_SECONDS = 3600
"""Age from which a temporary file cannot belong to a process that still writes it."""
_RANDOM = re.compile(r"[a-z0-9_]{8}")
_HINT = "Check the folder, its permissions and the free space; nothing was changed."


@contextlib.contextmanager
def open_atomic(path: Path) -> Iterator[IO[bytes]]:
    """Open a file whose bytes replace ``path`` when the block ends, and only if it ends well.

    The bytes go to a temporary file in the same folder, are synced, and the file is renamed over
    ``path``. Temporary files of the same target that a killed process left behind are removed once
    they are an hour old. A symbolic link keeps pointing where it does; its target is replaced.
    Permissions of a replaced file are kept. The folder must exist. After any exception ``path`` is
    unchanged and the temporary file is gone.

    Raises
    ------
    OutputError : the file cannot be written; ``path`` is then unchanged.
    """
    target = Path(os.path.realpath(path))
    temporary: Path | None = None
    try:
        if target.is_dir():
            raise IsADirectoryError(f"{target.name} is a folder")
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        _clear_stale(target)
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(target)
    except BaseException as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
        if not isinstance(error, OSError) or isinstance(error, SpamlinksError):
            raise
        reason = error.strerror or str(error)
        raise OutputError(str(path), f"cannot be written ({reason})", _HINT) from error
    # The rename itself reaches the disk with the folder; not every system can sync one.
    with contextlib.suppress(OSError):
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _clear_stale(target: Path) -> None:
    """Remove what a killed process left of a file that it did not finish."""
    begin = f".{target.name[:100]}."
    with contextlib.suppress(OSError):
        for path in target.parent.iterdir():
            # Eight characters, as tempfile makes them; nothing that a user would name so.
            ours = path.name.startswith(begin) and _RANDOM.fullmatch(path.name[len(begin) :])
            if ours and time.time() - path.stat().st_mtime > STALE_SECONDS:
                path.unlink()


def write_atomic(path: Path, data: bytes) -> None:
    """Replace the content of ``path`` with ``data``, or leave it as it was: see ``open_atomic``.

    Raises
    ------
    OutputError : the file cannot be written; ``path`` is then unchanged.
    """
    with open_atomic(path) as file:
        file.write(data)


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, unless it is there. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            str(folder), f"cannot be made ({error.strerror})", "Choose another folder with -o."
        ) from None
