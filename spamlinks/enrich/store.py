"""The store: what was looked up, how it ended, what was found, and what is still to do.

One SQLite file (docs/ENRICH.md, "The store"). ``spamlinks enrich`` plans, takes and saves; all
others open it with ``read_only=True`` and never write.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import polars as pl

from spamlinks.enrich import store_frames
from spamlinks.enrich.answers import Answer, Lookup, State, What
from spamlinks.enrich.store_file import (
    check_header,
    connect_to_read,
    connect_to_write,
    create_store,
    put_in_words,
    refuse_odd_files,
    stamp,
)
from spamlinks.enrich.store_lock import WriterLock
from spamlinks.enrich.store_plan import PlanCounts, Queue, plan
from spamlinks.enrich.store_rows import save_answer
from spamlinks.errors import InputError, OutputError

__all__ = ["PlanCounts", "Store"]

_NO_FILE = "Make one with 'spamlinks enrich EXPORT --store FILE'."
_WHATS, _STATES = frozenset(What), frozenset(State)
_T = TypeVar("_T")

_writing: dict[tuple[int, int], int] = {}
"""Stores this process writes to, by device and inode, with the number of objects. Such a file
must not be opened and closed past SQLite: that drops the locks of all (POSIX)."""
_writing_lock = threading.Lock()


class Store:
    """A store on disk. Safe to use from several threads; one of them works at a time.

    Several processes may have one store open: one that plans (a second is refused), its crawler,
    which takes and saves, and any number of readers.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        *,
        read_only: bool = False,
        folder: Path | None = None,
        frozen: bool = False,
    ) -> None:
        self.path = path
        self.read_only = read_only
        self._connection: sqlite3.Connection | None = connection
        self._folder = folder  # a copy to be removed
        self._frozen = stamp(path) if frozen else None
        self._lock = threading.RLock()
        self._claim = WriterLock(path)
        self._queue = Queue()
        self._registered: tuple[int, int] | None = None

    @classmethod
    def open(cls, path: Path | str, *, create: bool = False, read_only: bool = False) -> Store:
        """Open a store, or make one.

        Parameters
        ----------
        create : make it where there is no file or an empty one.
        read_only : change nothing, neither the file nor, where that can be helped, its folder; a
            store of an older version is read through a migrated copy.

        Raises
        ------
        InputError : no such file without ``create``; no store; damaged; of a newer version. The
            file is then unchanged, byte for byte.
        OutputError : it cannot be written.
        """
        path = Path(path)
        with contextlib.suppress(OSError):
            if path.is_dir():
                raise InputError(str(path), "is a folder", "Name the file of a store.")
        refuse_odd_files(path)
        empty = not path.exists() or path.stat().st_size == 0
        if empty and (read_only or not create):
            problem = "is empty, no store" if path.exists() else "does not exist"
            raise InputError(str(path), problem, _NO_FILE)
        if empty:
            create_store(path)
        with _writing_lock:
            shared = stamp(path)[:2] in _writing
            if not shared:
                check_header(path)
            if read_only:
                connection, folder, frozen = connect_to_read(path, shared=shared)
                return cls(path, connection, read_only=True, folder=folder, frozen=frozen)
            store = cls(path, connect_to_write(path))
            store._registered = stamp(path)[:2]
            _writing[store._registered] = _writing.get(store._registered, 0) + 1
            return store

    def close(self) -> None:
        """Close the file and end the claim; more than once does nothing."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            if self._registered is not None:
                with _writing_lock:
                    _writing[self._registered] -= 1
                    if not _writing[self._registered]:
                        del _writing[self._registered]
                self._registered = None
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None
            self._claim.give_back()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"

    # ---- writing

    def claim(self) -> None:
        """Keep every other run out until ``close``; ``plan`` does it.

        Raises
        ------
        InputError : another process plans and fetches into this store.
        """
        with self._lock:
            self._may_write()
            self._claim.take()

    def plan(
        self,
        lookups: Iterable[tuple[Lookup, int]],
        *,
        now: datetime | None = None,
        what: Collection[What] = (),
        max_age: int | None = None,
    ) -> PlanCounts:
        """Replace the work list of the kinds that occur (and of those in ``what``), or nothing.

        What has an answer within its age limit, or must not be tried again yet, is left out. One
        look-up given twice stands once, with the lower rank. The look-ups may come from a
        generator: memory stays the same for a million. Claims the store, see ``claim``.

        Parameters
        ----------
        lookups : (look-up, rank); the lowest rank is taken first.
        max_age : days after which an answer counts as old, instead of ``AGE_LIMITS``.

        Raises
        ------
        InputError : another process plans and fetches into this store.
        """
        self.claim()
        with self._transaction() as connection:
            counts = plan(connection, lookups, now or datetime.now(UTC), what, max_age)
            self._queue = Queue()
            return counts

    def take(self, what: What, n: int, *, skip_keys: Collection[str] = ()) -> list[Lookup]:
        """Return the next look-ups of a kind by rank, at most ``n``, none twice in this process.

        Those whose key is in ``skip_keys`` stay for a later call; where more than 10,000 are so
        held back, no further ones are looked at and fewer than ``n`` come back.
        """
        with self._lock, put_in_words(self.path.name):
            return self._queue.take(self._open(), what, n, skip_keys)

    def give_back(self, lookups: Iterable[Lookup]) -> None:
        """Let ``take`` hand these out again; after a kill nothing need be given back."""
        with self._lock, put_in_words(self.path.name):
            self._queue.give_back(self._open(), lookups)

    def save(self, answers: Sequence[Answer]) -> None:
        """Write answers and take them off the work list: all of them, or after an error none.

        A try that was blocked, failed or forbidden leaves standing what an earlier one fetched.

        Raises
        ------
        ValueError : the facts of an answer are not of the kind that was looked up.
        InputError, OutputError : the store is damaged, or cannot be written.
        """
        with self._transaction() as connection:
            for answer in answers:
                save_answer(connection, answer)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, put_in_words(self.path.name):
            self._may_write()
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _may_write(self) -> None:
        if self.read_only:
            hint = "Open it without read_only."
            raise OutputError(self.path.name, "the store is open for reading only", hint)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise InputError(self.path.name, "the store is closed", "Open it again.")
        return self._connection

    # ---- reading

    def _read(self, run: Callable[[sqlite3.Connection], _T]) -> _T:
        with self._lock, put_in_words(self.path.name):
            if self._frozen is None:
                return run(self._open())
            # Read as a file that nobody changes; where somebody did, read again with locks.
            try:
                found = run(self._open())
                if stamp(self.path) == self._frozen:
                    return found
            except (sqlite3.DatabaseError, OSError, pl.exceptions.PolarsError):
                if self.path.exists() and stamp(self.path) == self._frozen:
                    raise
            self._open().close()
            self._connection, self._folder, _ = connect_to_read(self.path, shared=True)
            self._frozen = None
            return run(self._connection)

    def pending(self, what: What) -> int:
        """Number of look-ups of a kind that are on the work list, taken ones included."""
        query = "SELECT count(*) FROM lookups WHERE what = ? AND rank IS NOT NULL"
        return self._read(lambda c: int(c.execute(query, (what.value,)).fetchone()[0]))

    def counts(self) -> dict[What, dict[State, int]]:
        """Number of look-ups by kind and by how the last try ended; every pair is there."""
        query = (
            "SELECT what, state, count(*) FROM lookups WHERE state IS NOT NULL GROUP BY what, state"
        )
        found = {what: dict.fromkeys(State, 0) for what in What}
        for what, state, number in self._read(lambda c: c.execute(query).fetchall()):
            if what in _WHATS and state in _STATES:  # no others, unless the file is made up
                found[What(what)][State(state)] = int(number)
        return found

    def answers(self, what: What) -> pl.DataFrame:
        """How each look-up of a kind ended at the last try; see ``store_frames.answers_frame``."""
        return self._read(lambda c: store_frames.answers_frame(c, what))

    def ages_frame(self) -> pl.DataFrame:
        """Registration facts, one row per ``domain``; see ``store_frames.ages_frame``."""
        return self._read(store_frames.ages_frame)

    def pages_frame(self, site: str | None = None) -> pl.DataFrame:
        """Linking pages, one row per ``url``; see ``store_frames.pages_frame``."""
        return self._read(lambda c: store_frames.pages_frame(c, site))

    def links_frame(self, site: str | None = None) -> pl.DataFrame:
        """Links to the site, one row per link; see ``store_frames.links_frame``."""
        return self._read(lambda c: store_frames.links_frame(c, site))

    def homes_frame(self) -> pl.DataFrame:
        """Start pages, one row per ``domain``; columns as ``pages_frame``."""
        return self._read(store_frames.homes_frame)

    def dns_frame(self) -> pl.DataFrame:
        """What the name system says, one row per ``host``; see ``store_frames.dns_frame``."""
        return self._read(store_frames.dns_frame)
