"""One run at a time: a lock of the operating system, which ends with the process that has it."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from spamlinks.errors import InputError, OutputError

__all__ = ["WriterLock"]


# What a link beside a store from a stranger leads to is not to be made.
_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)


class WriterLock:
    """The right to plan and run look-ups into one store.

    The lock is on a file beside the store (``FILE.lock``), not on the store itself, whose locks
    are SQLite's. What a killed process leaves is an empty file that nobody has locked.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._path = store.with_name(store.name + ".lock")
        self._handle: int | None = None

    def take(self) -> None:
        """Take the lock, or say who has it; nothing happens where we have it.

        Raises
        ------
        InputError : another process has it.
        OutputError : the lock file cannot be made.
        """
        while self._handle is None:
            try:
                handle = os.open(self._path, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o666)
            except OSError as error:
                hint = "Check the folder and its permissions."
                problem = f"the store cannot be locked ({error.strerror})"
                raise OutputError(self._store.name, problem, hint) from None
            if not _lock(handle):
                os.close(handle)
                raise InputError(
                    self._store.name,
                    "another 'spamlinks enrich' is writing to this store",
                    "Wait until it is done, or use another --store.",
                )
            # Whoever had it may have removed the file before we locked what is now no file.
            if self._is_ours(handle):
                self._handle = handle
            else:
                os.close(handle)

    def _is_ours(self, handle: int) -> bool:
        with contextlib.suppress(OSError):
            return os.path.samestat(os.fstat(handle), self._path.stat())
        return False

    def give_back(self) -> None:
        """End the lock and remove its file."""
        if self._handle is None:
            return
        with contextlib.suppress(OSError):
            if sys.platform != "win32":
                self._path.unlink()
        os.close(self._handle)
        self._handle = None


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
