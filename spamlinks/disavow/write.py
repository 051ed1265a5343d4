"""Putting a disavow file on disk: checked once more, never empty, never half written."""

from __future__ import annotations

import hashlib
from pathlib import Path

from spamlinks.disavow.document import DisavowFile
from spamlinks.disavow.reading import read_disavow_bytes
from spamlinks.disavow.render import over_limit
from spamlinks.errors import InputError, OutputError
from spamlinks.files import write_atomic

__all__ = ["backup_path", "replace_repaired", "write_disavow"]


def write_disavow(path: Path, data: bytes | str, *, backup: bool = False) -> Path | None:
    """Write a disavow file.

    Parameters
    ----------
    path : a name that ends in ``.txt``; Google takes no other.
    data : the whole file, from ``render_candidates`` or ``DisavowFile.render``.
    backup : keep a file that is replaced as ``NAME.bak-`` and 12 digits of its SHA-256. For
        merging in place, where the old file is the user's own.

    Returns
    -------
    The backup's path, or None when there was nothing to keep. A file that already holds these
    bytes is not touched.

    Raises
    ------
    OutputError : the data has no entry (an empty upload would clear the list), breaks a limit, is
        no disavow file, the name does not end in ``.txt``, or the disk refuses. The old file is
        then unchanged.
    """
    raw = data.encode("utf-8") if isinstance(data, str) else data
    if path.suffix.lower() != ".txt":
        raise OutputError(str(path), "the name must end in .txt", "Google takes no other file.")
    _check(path, raw)
    try:
        if path.exists() and not path.is_file() and not path.is_dir():  # reading a pipe may not end
            raise OutputError(str(path), "is no plain file", "Choose another name.")
        old = path.read_bytes() if path.exists() else None
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        reason = error.strerror or str(error)
        raise OutputError(
            str(path), f"the old file cannot be read ({reason})", "Nothing was changed."
        ) from error
    if old is None:
        write_atomic(path, raw)
        return None
    if old == raw:
        return None
    return _replace(path, old, raw, backup=backup)


def _check(path: Path, raw: bytes) -> None:
    try:
        file = DisavowFile.parse(raw, str(path))
    except InputError as error:
        raise OutputError(str(path), error.problem, "Nothing was written.") from error
    if not file.entries:
        raise OutputError(
            str(path),
            "there is no entry to write",
            "An empty upload would clear the list; keep the file you have.",
        )
    broken = over_limit(raw)
    if broken is not None:
        raise OutputError(
            str(path), f"it would have {broken}", "Write fewer entries, or whole domains for URLs."
        )


def replace_repaired(path: Path, old: bytes, new: bytes, *, backup: bool) -> Path | None:
    """Put a repaired file in place of the one that was read, whatever else is wrong with it.

    Parameters
    ----------
    old : what was read. A file that holds something else by now is left alone.
    backup : keep the old file: see ``write_disavow``.

    Returns
    -------
    The backup's path, or None.

    Raises
    ------
    OutputError : the file has changed meanwhile, or cannot be written; it is then as it was.
    """
    if read_disavow_bytes(path) != old:
        raise OutputError(str(path), "it was changed meanwhile", "Run the command again.")
    return _replace(path, old, new, backup=backup)


def backup_path(path: Path, data: bytes) -> Path:
    """Where a file that is replaced is kept: beside it, with the beginning of its SHA-256."""
    return path.with_name(f"{path.name}.bak-{hashlib.sha256(data).hexdigest()[:12]}")


def _replace(path: Path, old: bytes, new: bytes, *, backup: bool) -> Path | None:
    kept = backup_path(path, old) if backup else None
    if kept is not None:
        write_atomic(kept, old, follow=False)
    write_atomic(path, new)
    return kept
