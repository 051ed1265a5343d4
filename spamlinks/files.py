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

__all__ = ["make_folder", "open_atomic", "write_atomic"]

_HINT = "Check the folder, its permissions and the free space; nothing was changed."
_PART = ".part"
STALE_SECONDS = 3600
"""A temporary file as old as this belongs to a run that was killed; writing takes seconds."""


@contextlib.contextmanager
def open_atomic(path: Path, *, follow: bool = True) -> Iterator[IO[bytes]]:
    """Open a file whose bytes replace ``path`` when the block ends, and only if it ends well.

    The bytes go to a temporary file in the same folder, are synced, and the file is renamed over
    ``path``. A symbolic link keeps pointing where it does; its target is replaced. Permissions of
    a replaced file are kept. The folder must exist. After any exception ``path`` is unchanged and
    the temporary file is gone. What a killed run left behind of this very file goes an hour later.

    Without ``follow`` a symbolic link is itself replaced: nobody asked for the file it points to.

    Raises
    ------
    OutputError : the file cannot be written; ``path`` is then unchanged.
    """
    target = Path(os.path.realpath(path if follow else path.parent))
    target = target if follow else target / path.name
    temporary: Path | None = None
    try:
        if target.is_dir():
            raise IsADirectoryError(f"{target.name} is a folder")
        known = target.exists() and (follow or not target.is_symlink())
        mode = target.stat().st_mode & 0o777 if known else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(_PART, _prefix(target), target.parent)
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
    _remove_stale(target)
    # The rename itself reaches the disk with the folder; not every system can sync one.
    with contextlib.suppress(OSError):
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def write_atomic(path: Path, data: bytes, *, follow: bool = True) -> None:
    """Replace the content of ``path`` with ``data``, or leave it as it was: see ``open_atomic``.

    Raises
    ------
    OutputError : the file cannot be written; ``path`` is then unchanged.
    """
    with open_atomic(path, follow=follow) as file:
        file.write(data)


def _prefix(target: Path) -> str:
    # Names are limited in bytes, and a letter may take four.
    return f".{os.fsdecode(os.fsencode(target.name)[:100])}."


def _remove_stale(target: Path) -> None:
    """Remove temporary files of killed runs; a run that still writes to ``target`` keeps its own.

    Names are those that ``mkstemp`` makes, so that no file of the user's can be meant.
    """
    ours = re.compile(re.escape(_prefix(target)) + r"[a-z0-9_]{8}" + re.escape(_PART))
    before = time.time() - STALE_SECONDS
    with contextlib.suppress(OSError), os.scandir(target.parent) as files:
        for file in files:
            if ours.fullmatch(file.name) is None or not file.is_file(follow_symlinks=False):
                continue
            with contextlib.suppress(OSError):
                if file.stat(follow_symlinks=False).st_mtime < before:
                    Path(file.path).unlink()


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
