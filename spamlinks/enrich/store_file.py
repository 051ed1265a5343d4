"""Opening the file of a store: what it must be, who may write, and migrating an older one."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

from spamlinks.enrich.store_schema import (
    APPLICATION_ID,
    MIGRATIONS,
    SCHEMA,
    VERSION,
)
from spamlinks.errors import InputError, OutputError
from spamlinks.files import write_atomic

__all__ = [
    "BUSY_SECONDS",
    "Stamp",
    "check_header",
    "connect_to_read",
    "connect_to_write",
    "create_store",
    "put_in_words",
    "refuse_odd_files",
    "stamp",
]

BUSY_SECONDS = 60.0
"""How long one process waits for another's transaction."""
_CHECK_BYTES = 200_000_000  # a whole check of more takes longer than anybody waits
_MAGIC = b"SQLite format 3\x00"
_OTHER = "Give the file that 'spamlinks enrich --store FILE' wrote."
_DAMAGED = "Restore a copy, or give another name and run 'spamlinks enrich' again."

# Read past SQLite's locks: the only way to read a store without files beside it.
_FROZEN = "mode=ro&immutable=1"

_LONGEST_ROW = 16_000_000
"""Bytes. What this program writes is cut, all but a URL as an export has it."""
_STEPS, _STEPS_OF_BYTE, _STEPS_AT_ONCE = 20_000_000, 200, 1_000_000
"""Steps of SQLite's machine that reading a store may take: far more than all of its rows need."""

Stamp = tuple[int, int, int, int]

_COMMENT = re.compile("--.*")


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def refuse_odd_files(path: Path) -> None:
    """Refuse a store that is no plain file, or has other than plain files where SQLite keeps its.

    Reading a pipe never ends, and what stands behind a link beside a store from a stranger would
    be written over.

    Raises
    ------
    InputError : such a thing is there.
    """
    if path.exists() and not path.is_file():
        raise InputError(str(path), "is no plain file", "Name the file of a store.")
    for end in ("-wal", "-shm", "-journal"):
        near = _beside(path.resolve(), end)
        if near.is_symlink() or (near.exists() and not near.is_file()):
            problem = f"beside it lies {near.name}, which is no plain file"
            raise InputError(path.name, problem, "Remove that, or copy the store elsewhere.")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _at_rest(path: Path) -> bool:
    """Whether nobody has the store open and nothing waits to be put into it."""
    log, journal, index = (_beside(path, end) for end in ("-wal", "-journal", "-shm"))
    # Whoever has it open has both; an index left alone is nobody's.
    return not _size(log) and not _size(journal) and not (log.exists() and index.exists())


def stamp(path: Path) -> Stamp:
    """What changes when the file does: device, inode, size and time in nanoseconds."""
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


@contextlib.contextmanager
def put_in_words(name: str) -> Iterator[None]:
    """Turn what SQLite reports into an InputError (damage) or OutputError (cannot write)."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            hint = "Wait until the other program is done with it."
            raise OutputError(name, "the store is in use by another program", hint) from None
        if "readonly" in text or "disk" in text or "full" in text:
            hint = "Check the folder, its permissions and the free space."
            raise OutputError(name, f"the store cannot be written ({text})", hint) from None
        if "unable to open" in text:
            hint = "Check the folder and its permissions."
            raise InputError(name, f"the store cannot be opened ({text})", hint) from None
        if "interrupted" in text:  # by ``_bound``
            problem = "the store is damaged: it has more rows than it has room for"
            raise InputError(name, problem, _DAMAGED) from None
        raise InputError(name, f"the store cannot be read ({_plain(text)})", _DAMAGED) from None
    except sqlite3.DatabaseError as error:
        raise InputError(name, f"the store is damaged ({_plain(error)})", _DAMAGED) from None
    except UnicodeDecodeError:  # of the message itself, which quotes the file
        raise InputError(name, "the store is damaged", _DAMAGED) from None


def _plain(error: object) -> str:
    """What SQLite says, which may quote a stranger's file."""
    return "".join(c if c.isprintable() else "?" for c in str(error)[:200])


def check_header(path: Path) -> int:
    """Say which version a store has, without opening it with SQLite; nothing is written.

    Not for a file that this process has open: closing it would drop SQLite's locks.

    Raises
    ------
    InputError : no SQLite file, one of another program, cut off, or of a newer version.
    """
    try:
        with path.open("rb") as file:
            head = file.read(100)
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})", _OTHER) from None
    if not head.startswith(_MAGIC):
        raise InputError(path.name, "is no store: no SQLite file", _OTHER)
    if len(head) < 100:
        raise InputError(path.name, "the store is damaged: it is cut off", _DAMAGED)
    page = struct.unpack(">H", head[16:18])[0]
    (pages,) = struct.unpack(">I", head[28:32])
    version, application = struct.unpack(">i", head[60:64])[0], struct.unpack(">I", head[68:72])[0]
    if application != APPLICATION_ID:
        raise InputError(path.name, "is an SQLite file of another program", _OTHER)
    if version > VERSION:
        raise _newer(path, version)
    alone = _size(_beside(path, "-wal")) == 0 and _size(_beside(path, "-journal")) == 0
    if alone and size < pages * (65536 if page == 1 else page):
        raise InputError(path.name, "the store is damaged: it is cut off", _DAMAGED)
    return int(version)


def _newer(path: Path, version: int) -> InputError:
    return InputError(
        path.name,
        f"the store is of version {version}, and this program knows {VERSION}",
        "Use the newer spamlinks that wrote it; nothing was changed.",
    )


def create_store(path: Path) -> None:
    """Write an empty store, whole or not at all. Raises OutputError."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    with contextlib.closing(memory):
        # In the file from the beginning: read by ``check_header``, also after a kill.
        memory.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        memory.execute(f"PRAGMA user_version = {VERSION}")
        for statement in SCHEMA:
            memory.execute(statement)
        data = memory.serialize()
    write_atomic(path, data)


def _connect(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,  # ``Store`` lets one thread in at a time
    )
    connection.execute("PRAGMA trusted_schema = OFF")  # the file may come from a stranger
    connection.execute("PRAGMA cell_size_check = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_ROW)
    return connection


def _bound(connection: sqlite3.Connection) -> None:
    """Let reading end: pages of a damaged file may be reached in more ways than anybody counts."""
    (size,) = connection.execute(
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    ).fetchone()
    left = itertools.count((_STEPS + _STEPS_OF_BYTE * int(size)) // _STEPS_AT_ONCE, -1)
    connection.set_progress_handler(lambda: next(left) < 0, _STEPS_AT_ONCE)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check_tables(path: Path, connection: sqlite3.Connection) -> None:
    """Refuse a file that holds anything else than the tables of a store, word by word.

    Names and columns do not tell: a view that never ends can have those of a table.
    """
    blank = sqlite3.connect(":memory:")
    with contextlib.closing(blank):
        for statement in SCHEMA:
            blank.execute(statement)
        same = _schema(connection) == _schema(blank)
    if not same:
        problem = "the store is damaged: its tables are not those of a store"
        raise InputError(path.name, problem, _DAMAGED)


def _schema(connection: sqlite3.Connection) -> set[tuple[str, ...]]:
    """Everything that a file defines, without comments and spaces."""
    query = "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema LIMIT 100"
    return {
        (*names, "".join(_COMMENT.sub("", sql).split()).lower())
        for *names, sql in connection.execute(query)
        if not names[1].startswith("sqlite_stat")
    }


def connect_to_write(path: Path) -> sqlite3.Connection:
    """Open a store for reading and writing; an older one is copied and migrated first.

    Raises
    ------
    InputError : damaged, or of a version that cannot be migrated; the file is unchanged.
    OutputError : it cannot be written.
    """
    with put_in_words(path.name), contextlib.ExitStack() as undo:
        # Looked at in a way that cannot change it; only then opened for writing.
        reader = _connect(path, _FROZEN if _at_rest(path) else "mode=ro")
        with contextlib.closing(reader):
            version = _version(reader)
            if version > VERSION:
                raise _newer(path, version)
            if version == VERSION:
                _check_tables(path, reader)
            if _size(path) <= _CHECK_BYTES:
                verdict = reader.execute("PRAGMA quick_check(1)").fetchone()[0]
                if verdict != "ok":
                    problem = "the store is damaged (its pages contradict each other)"
                    raise InputError(path.name, problem, _DAMAGED)
            if version < VERSION:
                _check_way(path, version)
                _copy_beside(path, reader, version)
        connection = _connect(path, "mode=rw")
        undo.callback(connection.close)
        if version < VERSION:
            _migrate(path, connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        undo.pop_all()
        return connection


def connect_to_read(path: Path, *, shared: bool) -> tuple[sqlite3.Connection, Path | None, bool]:
    """Open a store without writing to it or, where that can be helped, beside it.

    Parameters
    ----------
    shared : this process writes to the store as well, or somebody was seen to.

    Returns
    -------
    (connection, folder, frozen): a folder to remove in the end where a copy had to be read, else
    None; ``frozen`` where the file is read as one that nobody changes: the caller must compare
    ``stamp`` before and after.

    Raises
    ------
    InputError : damaged, or of a version that cannot be migrated.
    """
    with put_in_words(path.name), contextlib.ExitStack() as undo:
        folder: Path | None = None
        frozen = _at_rest(path) and not shared
        connection = _connect(path, _FROZEN if frozen else "mode=ro")
        undo.callback(connection.close)
        try:
            version = _version(connection)
        except sqlite3.OperationalError:  # a log that only a folder for writing lets it read
            folder, connection = _read_copy(path, undo)
            version = _version(connection)
        if version > VERSION:
            raise _newer(path, version)
        if version < VERSION:
            _check_way(path, version)
            folder, connection = _read_copy(path, undo)
            _migrate(path, connection)
        _check_tables(path, connection)
        _bound(connection)
        undo.pop_all()
        return connection, folder, frozen and folder is None


def _read_copy(path: Path, undo: contextlib.ExitStack) -> tuple[Path, sqlite3.Connection]:
    folder = Path(tempfile.mkdtemp(prefix="spamlinks-"))
    undo.callback(shutil.rmtree, folder, ignore_errors=True)
    for end in ("", "-wal", "-journal"):
        if _beside(path, end).exists():
            shutil.copyfile(_beside(path, end), folder / f"copy{end}")
    connection = _connect(folder / "copy", "mode=rw")
    undo.callback(connection.close)
    return folder, connection


def _check_way(path: Path, version: int) -> None:
    if not all(step in MIGRATIONS for step in range(version, VERSION)):
        problem = f"the store is of version {version}, which is no longer read"
        raise InputError(path.name, problem, _DAMAGED)


def _copy_beside(path: Path, reader: sqlite3.Connection, version: int) -> Path:
    """Copy a store to a file beside it; an earlier copy is never replaced."""
    name, number = f"{path.name}.v{version}.backup", 1
    while (path.parent / name).exists():
        number += 1
        name = f"{path.name}.v{version}.backup{number}"
    part = path.parent / f".{name}.part"
    part.unlink(missing_ok=True)
    copy = sqlite3.connect(part)
    try:
        reader.backup(copy)
        copy.close()
        part.replace(path.parent / name)
    finally:
        copy.close()
        part.unlink(missing_ok=True)
    return path.parent / name


def _migrate(path: Path, connection: sqlite3.Connection) -> None:
    """Bring a store to ``VERSION`` in one transaction; after an error it is what it was."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in range(_version(connection), VERSION):
            for statement in MIGRATIONS[step]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        _check_tables(path, connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
