"""Reading a disavow file from disk, never more of it than a disavow file can hold."""

from __future__ import annotations

from pathlib import Path

from spamlinks.disavow.document import DisavowFile
from spamlinks.disavow.problems import Problem
from spamlinks.errors import DisavowFormatError, InputError

__all__ = ["MAX_READ_BYTES", "read_disavow", "read_disavow_bytes"]

MAX_READ_BYTES = 64 * 1024 * 1024
"""Google takes 2 MB; what is a little larger is read so that it can be mended."""


def read_disavow_bytes(path: Path) -> bytes:
    """Read a file's bytes.

    Raises
    ------
    InputError : it cannot be read. DisavowFormatError : it is far larger than any disavow file.
    """
    try:
        if not path.is_file() and path.exists() and not path.is_fifo():
            raise InputError(
                str(path), "is no file" if not path.is_dir() else "is a folder", "Name a text file."
            )
        with path.open("rb") as file:
            data = file.read(MAX_READ_BYTES + 1)
    except OSError as error:
        if isinstance(error, InputError):
            raise
        reason = error.strerror or str(error)
        raise InputError(
            str(path), f"cannot be read ({reason})", "Check the path and its permissions."
        ) from None
    if len(data) > MAX_READ_BYTES:
        raise DisavowFormatError(
            str(path),
            f"larger than {MAX_READ_BYTES // 1024**2} MB, and Google takes 2 MB",
            "Give the text file that the disavow tool offers for download.",
            Problem.TOO_LARGE.value,
        )
    return data


def read_disavow(path: Path) -> DisavowFile:
    """Read a disavow file; ``source`` is its path.

    Raises
    ------
    InputError : it cannot be read. DisavowFormatError : it is something else.
    """
    return DisavowFile.parse(read_disavow_bytes(path), str(path))
