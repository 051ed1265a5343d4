"""The file of a store: refusals that change nothing, migration, locks, reading without a trace."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from store_cases import AGE_FACTS, FULL_PAGE, NOW, SITE, age, fetched, link, page, page_facts

from spamlinks.enrich import store_file, store_lock, store_schema
from spamlinks.enrich.answers import State, What
from spamlinks.enrich.store import Store
from spamlinks.enrich.store_lock import WriterLock
from spamlinks.errors import InputError, OutputError, SpamlinksError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with a page and a domain, closed."""
    path = tmp_path / "s.db"
    with Store.open(path, create=True) as store:
        store.save([fetched(page(), FULL_PAGE), fetched(age(), AGE_FACTS)])
    return path


def names(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.iterdir())


def _sqlite(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def _foreign(path: Path) -> None:
    path.unlink()
    _sqlite(path, "CREATE TABLE bookmarks (url TEXT)")


def _foreign_in_wal(path: Path) -> None:
    path.unlink()
    _sqlite(path, "PRAGMA journal_mode = WAL", "CREATE TABLE bookmarks (url TEXT)")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:9000])


def _cut_head(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:60])


def _scribbled(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:20000] = os.urandom(20000 - 4096)
    path.write_bytes(data)


REFUSED: list[tuple[Callable[[Path], object], str]] = [
    (lambda p: p.write_bytes(b"linking_domain,domain_created_on\n"), "is no store: no SQLite file"),
    (lambda p: p.write_bytes(b"\x00" * 5000), "is no store: no SQLite file"),
    (_foreign, "is an SQLite file of another program"),
    (_foreign_in_wal, "is an SQLite file of another program"),
    (_cut, "damaged: it is cut off"),
    (_cut_head, "damaged: it is cut off"),
    (_scribbled, "damaged"),
    (lambda p: _sqlite(p, "PRAGMA user_version = 2"), "of version 2, and this program knows 1"),
    (lambda p: _sqlite(p, "PRAGMA user_version = -3"), "no longer read"),
    (lambda p: _sqlite(p, "CREATE TABLE more (x)"), "its tables are not those of a store"),
    (lambda p: _sqlite(p, "DROP TABLE links"), "its tables are not those of a store"),
    (lambda p: _sqlite(p, "ALTER TABLE ages ADD COLUMN x TEXT"), "its tables are not those of"),
    (
        lambda p: _sqlite(
            p, "CREATE TRIGGER t AFTER INSERT ON lookups BEGIN DELETE FROM ages; END"
        ),
        "its tables are not those of a store",
    ),
    (lambda p: p.write_bytes(b""), "is empty, no store"),
    (lambda p: p.unlink(), "does not exist"),
    (lambda p: (p.unlink(), p.mkdir()), "is a folder"),
]


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_what_is_no_store_is_refused_and_left_alone(
    path: Path, change: Callable[[Path], object], words: str, read_only: bool
) -> None:
    change(path)
    before = path.read_bytes() if path.is_file() else None
    beside = names(path)

    def read() -> None:
        with Store.open(path, read_only=read_only) as store:
            store.pages_frame(SITE)
            store.ages_frame()

    with pytest.raises(InputError, match=words) as caught:
        read()
    assert "\n" not in str(caught.value)
    assert "s.db" in str(caught.value)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert names(path) == beside


def test_creating_is_asked_for_and_does_not_harm_what_is_there(tmp_path: Path, path: Path) -> None:
    before = path.read_bytes()
    Store.open(path, create=True).close()
    assert path.read_bytes() == before
    empty = tmp_path / "empty.db"
    empty.touch()
    Store.open(empty, create=True).close()
    assert empty.stat().st_size > 0
    with pytest.raises(OutputError, match="cannot be written"):
        Store.open(tmp_path / "none" / "s.db", create=True)
    table = tmp_path / "facts.csv"
    table.write_text("a,b\n")
    with pytest.raises(InputError, match="no SQLite file"):
        Store.open(table, create=True)
    assert table.read_text() == "a,b\n"


def test_the_file_says_what_it_is(path: Path) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA application_id").fetchone() == (0x53504C4B,)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    connection.close()


def test_reading_leaves_no_trace(path: Path) -> None:
    before, beside = path.read_bytes(), names(path)
    time = path.stat().st_mtime_ns
    with Store.open(path, read_only=True) as store:
        assert store.pages_frame(SITE).height == 1
        assert names(path) == beside == ["s.db"]
    assert names(path) == beside
    assert path.read_bytes() == before
    assert path.stat().st_mtime_ns == time


def test_reading_while_another_writes_sees_what_was_saved(path: Path) -> None:
    reader = Store.open(path, read_only=True)
    assert reader.pages_frame(SITE).height == 1
    with Store.open(path) as writer:
        writer.save([fetched(page(i), page_facts()) for i in range(1, 4)])
        with Store.open(path, read_only=True) as second:
            assert second.pages_frame(SITE).height == 4
        # The first looked at a file at rest; it sees the change once it reached the file.
    assert reader.pages_frame(SITE).height == 4
    reader.close()


def test_opening_and_closing_beside_a_writer_keeps_its_locks(path: Path) -> None:
    # On POSIX, closing any handle of a file drops all locks of the process on it.
    with Store.open(path) as writer:
        for _ in range(3):
            Store.open(path, read_only=True).close()
            Store.open(path).close()
        code = (
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=0); "
            "c.execute('PRAGMA journal_mode = DELETE')"
        )
        done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
        assert "locked" in done.stderr  # our shared lock is still there
        writer.save([fetched(page(5), page_facts())])
    assert store_file.check_header(path) == 1


KILLED = """
import os, sys
sys.path[:0] = [sys.argv[2]]
from store_cases import fetched, page, page_facts, NOW
from spamlinks.enrich.store import Store
store = Store.open(sys.argv[1])
store.plan([(page(50), 0)], now=NOW)
store.save([fetched(page(i), page_facts()) for i in range(1, 6)])
os.kill(os.getpid(), 9)
"""


def _kill_a_writer(path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", KILLED, path, Path(__file__).parent], check=False, timeout=60
    )
    assert (path.parent / "s.db-wal").stat().st_size > 0


def test_after_a_kill_readers_see_all_and_writers_are_not_locked_out(path: Path) -> None:
    _kill_a_writer(path)
    with Store.open(path, read_only=True) as store:
        assert store.pages_frame(SITE).height == 6
    with Store.open(path) as store:
        assert store.plan([(page(51), 0)], now=NOW).to_do == 1
        assert store.pages_frame(SITE).height == 6
    assert names(path) == ["s.db"]


def test_a_folder_that_cannot_be_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root every folder can be written; the copy that is read then is asked for by hand."""
    _kill_a_writer(path)
    connect = store_file._connect

    def refuse(where: Path, how: str) -> sqlite3.Connection:
        connection = connect(where, how)
        if where.parent == path.parent:

            class Refusing:
                def execute(self, *_: object) -> None:
                    raise sqlite3.OperationalError("unable to open database file")

                def close(self) -> None:
                    connection.close()

            return Refusing()  # type: ignore[return-value]
        return connection

    monkeypatch.setattr(store_file, "_connect", refuse)
    before = {name: (path.parent / name).read_bytes() for name in names(path)}
    with Store.open(path, read_only=True) as store:
        folder = store._folder
        assert folder is not None
        assert store.pages_frame(SITE).height == 6
    assert not folder.exists()
    shm = "s.db-shm"
    after = {name: (path.parent / name).read_bytes() for name in names(path)}
    assert {n: d for n, d in after.items() if n != shm} == {
        n: d for n, d in before.items() if n != shm
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder(path: Path) -> None:
    path.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    path.chmod(stat.S_IRUSR)
    try:
        with Store.open(path, read_only=True) as store:
            assert store.pages_frame(SITE).height == 1
        with pytest.raises(SpamlinksError, match="cannot be"):
            Store.open(path).plan([])
    finally:
        path.parent.chmod(stat.S_IRWXU)


def test_a_second_run_is_refused_and_a_reader_is_not(path: Path) -> None:
    first, second = Store.open(path), Store.open(path)
    first.plan([(page(9), 0)], now=NOW)
    with pytest.raises(InputError, match="another 'spamlinks enrich' is writing to this store"):
        second.plan([(page(8), 0)], now=NOW)
    second.save([fetched(page(9), page_facts())])  # a crawler saves while its parent has the claim
    assert first.counts()[What.PAGE][State.FETCHED] == 2
    assert first.pending(What.PAGE) == 0
    Store.open(path, read_only=True).close()
    first.close()
    second.plan([(page(8), 0)], now=NOW)
    second.close()
    assert names(path) == ["s.db"]


def test_the_lock_of_another_process_holds_until_it_dies(path: Path) -> None:
    code = (
        "import sys, time; from spamlinks.enrich.store import Store; "
        "s = Store.open(sys.argv[1]); s.claim(); print('mine', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        with Store.open(path) as store, pytest.raises(InputError, match="another"):
            store.claim()
        other.kill()
        other.wait()
    assert "s.db.lock" in names(path)  # a file is left, and nobody holds it
    with Store.open(path) as store:
        store.claim()


def test_a_lock_file_that_was_removed_locks_nobody_out(path: Path) -> None:
    lock = WriterLock(path)
    lock.take()
    lock.take()
    (path.parent / "s.db.lock").unlink()
    other = WriterLock(path)
    other.take()  # the first has a file that is gone; two runs then share SQLite's locks
    other.give_back()
    lock.give_back()
    lock.give_back()


def test_threads_share_a_store(path: Path) -> None:
    with Store.open(path) as store:

        def work(start: int) -> None:
            for i in range(start, start + 40):
                store.save([fetched(page(i), page_facts(link()))])
                store.counts()

        threads = [threading.Thread(target=work, args=(i * 100 + 1000,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.counts()[What.PAGE][State.FETCHED] == 161
        assert store.links_frame(SITE).height == 162


# ---- versions

_OLD = "ALTER TABLE pages DROP COLUMN text_hash"
_NEW = ("ALTER TABLE pages ADD COLUMN text_hash TEXT", "UPDATE pages SET text_hash = 'from 0'")


@pytest.fixture
def old(path: Path) -> Path:
    """A store as version 0 might have been: without the last column of pages."""
    _sqlite(path, _OLD, "PRAGMA user_version = 0")
    return path


def test_an_older_store_is_copied_and_migrated(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(store_schema.MIGRATIONS, 0, _NEW)
    with Store.open(old) as store:
        assert store.pages_frame(SITE)["text_hash"].to_list() == ["from 0"]
        assert store.pages_frame(SITE)["title"].to_list() == ["Title"]
    assert names(old) == ["s.db", "s.db.v0.backup"]
    copy = sqlite3.connect(old.parent / "s.db.v0.backup")
    assert copy.execute("PRAGMA user_version").fetchone() == (0,)
    assert copy.execute("SELECT title FROM pages").fetchall() == [("Title",)]
    assert "text_hash" not in str(copy.execute("SELECT sql FROM sqlite_schema").fetchall())
    copy.close()
    Store.open(old).close()
    assert names(old) == ["s.db", "s.db.v0.backup"]  # once


def test_a_copy_is_never_replaced(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(store_schema.MIGRATIONS, 0, _NEW)
    (old.parent / "s.db.v0.backup").write_text("mine")
    Store.open(old).close()
    assert (old.parent / "s.db.v0.backup").read_text() == "mine"
    assert names(old) == ["s.db", "s.db.v0.backup", "s.db.v0.backup2"]


def test_an_older_store_is_read_without_being_changed(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(store_schema.MIGRATIONS, 0, _NEW)
    before = old.read_bytes()
    with Store.open(old, read_only=True) as store:
        assert store.pages_frame(SITE)["text_hash"].to_list() == ["from 0"]
    assert old.read_bytes() == before
    assert names(old) == ["s.db"]


@pytest.mark.parametrize(
    "broken",
    [
        ("ALTER TABLE pages ADD COLUMN text_hash TEXT", "UPDATE nowhere SET x = 1"),
        ("ALTER TABLE pages ADD COLUMN other TEXT",),  # leads to no store of this version
    ],
)
def test_a_migration_that_fails_leaves_the_old_store(
    old: Path, monkeypatch: pytest.MonkeyPatch, broken: tuple[str, ...]
) -> None:
    monkeypatch.setitem(store_schema.MIGRATIONS, 0, broken)
    before = old.read_bytes()
    with pytest.raises(InputError):
        Store.open(old)
    assert old.read_bytes() == before
    assert store_file.check_header(old) == 0
    monkeypatch.setitem(store_schema.MIGRATIONS, 0, _NEW)
    with Store.open(old) as store:
        assert store.pages_frame(SITE).height == 1


def test_a_version_without_a_way_is_refused(old: Path) -> None:
    before = old.read_bytes()
    for read_only in (False, True):
        with pytest.raises(InputError, match="of version 0, which is no longer read"):
            Store.open(old, read_only=read_only)
    assert old.read_bytes() == before
    assert names(old) == ["s.db"]


def test_a_store_is_copied_by_copying_its_file(path: Path) -> None:
    copy = path.with_name("copy?#%41 ü.db")  # a name that means something in an address
    shutil.copy(path, copy)
    with Store.open(copy) as store:
        store.save([fetched(page(3), page_facts())])
    with Store.open(copy, read_only=True) as store:
        assert store.pages_frame(SITE).height == 2
    assert names(path) == [copy.name, "s.db"]


def test_a_lock_file_that_goes_while_it_is_being_locked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever had the lock removes its file between our opening and our locking it."""
    file, lock = path.parent / "s.db.lock", store_lock._lock
    gone = []

    def late(handle: int) -> bool:
        if not gone:
            file.unlink()
            gone.append(handle)
        return lock(handle)

    monkeypatch.setattr(store_lock, "_lock", late)
    ours = WriterLock(path)
    ours.take()
    with pytest.raises(InputError, match="another"):  # a lock on a file that is gone would let it
        WriterLock(path).take()
    ours.give_back()
    assert names(path) == ["s.db"]


def test_what_is_saved_after_a_reader_came_is_seen_by_it(path: Path) -> None:
    """A writer that has only opened the store shows by what it keeps beside it."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]); "
        "from store_cases import *; from spamlinks.enrich.store import Store\n"
        "with Store.open(sys.argv[1]) as store:\n"
        "    store.claim(); print('open', flush=True); sys.stdin.readline()\n"
        "    store.save([fetched(page(7), page_facts())])\n"
        "    print('saved', flush=True); sys.stdin.readline()\n"
    )
    command = [sys.executable, "-c", code, path, Path(__file__).parent]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with Store.open(path, read_only=True) as store:
            assert store.pages_frame(SITE).height == 1
            print(file=other.stdin, flush=True)
            assert other.stdout.readline() == "saved\n"
            assert store.pages_frame(SITE).height == 2
        print(file=other.stdin, flush=True)
    assert other.returncode == 0
