"""A store that somebody prepared: other tables in the clothes of ours, cells that no column holds.

Reading it ends soon with one clear sentence or a right table, and never changes it.
"""

# ruff: noqa: S608 - statements are put together from what stands here
from __future__ import annotations

import os
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from store_cases import AGE_FACTS, DNS_FACTS, SITE, age, dns, fetched, home, link, page, page_facts

from spamlinks.enrich.answers import State
from spamlinks.enrich.store import Store
from spamlinks.enrich.store_lock import WriterLock
from spamlinks.errors import InputError, OutputError
from spamlinks.fetched import with_store

LARGEST = (1 << 63) - 1
COUNTS = """
    words external_links internal_links linked_domains trade_words trade_links http_code bytes_read
""".split()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with an answer of each kind, closed."""
    path = tmp_path / "s.db"
    with Store.open(path, create=True) as store:
        store.save(
            [
                *(fetched(page(i), page_facts(link())) for i in range(3)),
                fetched(home(), page_facts()),
                fetched(age(), AGE_FACTS),
                fetched(dns(), DNS_FACTS),
            ]
        )
    return path


def change(path: Path, *statements: str) -> None:
    """Run statements past the checks of the tables."""
    connection = sqlite3.connect(path, isolation_level=None)
    for switch in ("ignore_check_constraints = ON", "foreign_keys = OFF", "writable_schema = ON"):
        connection.execute(f"PRAGMA {switch}")
    for statement in statements:
        connection.execute(statement)
    connection.close()


def untyped(path: Path, *statements: str) -> None:
    """Run statements as if no column had a type or had to be filled; the schema says it has."""
    connection = sqlite3.connect(path)
    kept = connection.execute("SELECT sql, name FROM sqlite_schema WHERE type = 'table'").fetchall()
    connection.close()
    bare = "sql"
    for before, after in (
        (") STRICT, WITHOUT ROWID", ") WITHOUT ROWID"),
        (") STRICT", ")"),
        ("TEXT NOT NULL", "TEXT"),
    ):
        bare = f"replace({bare}, '{before}', '{after}')"
    change(
        path,
        f"UPDATE sqlite_schema SET sql = {bare} WHERE type = 'table'",
        "PRAGMA schema_version = 9000",
    )
    change(path, *statements)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")
    connection.executemany("UPDATE sqlite_schema SET sql = ? WHERE name = ?", kept)
    connection.execute("PRAGMA schema_version = 9001")
    connection.close()


def read(path: Path) -> pl.DataFrame:
    """What an audit reads."""
    pages = [f"https://blog.example/{i}" for i in range(3)] + ["https://www.blog.example/x"]
    frame, account = with_store(pl.DataFrame({"referring_page": pages}), path, SITE)
    account.to_dict()
    assert frame.height == 4
    return frame


READ: list[tuple[str, Callable[[Path], None]]] = [
    (str(many), lambda p, many=many: change(  # type: ignore[misc]
        p,
        *(f"UPDATE pages SET {name} = {many}" for name in COUNTS),
        f"UPDATE links SET links_around = {many}",
        f"UPDATE hosts SET asn = {many}",
        f"UPDATE lookups SET code = {many}",
    ))
    for many in (-5, LARGEST, -LARGEST - 1, 10**18)
]  # fmt: skip
READ += [
    ("flags", lambda p: change(p, "UPDATE pages SET noindex = 7, nofollow = -1, truncated = 99")),
    ("no number", lambda p: untyped(p, "UPDATE pages SET words = 9e999, external_links = -9e999,"
                                    "internal_links = 1.5, trade_words = 'abc', title = x'ff00',"
                                    "language = 12, ids = 5")),
    ("no day", lambda p: untyped(p, "UPDATE ages SET created_on = 20200101, expires_on = 1e300")),
    ("no key", lambda p: untyped(p, "UPDATE lookups SET key = x'00ff' WHERE id = 1",
                                 "UPDATE lookups SET key = NULL WHERE id = 2")),
    ("no state", lambda p: change(p, "UPDATE lookups SET state = 'evil' WHERE id = 1")),
    ("no kind", lambda p: change(p, "UPDATE lookups SET what = 'evil' WHERE id = 1")),
    ("year 0", lambda p: change(p, "UPDATE ages SET created_on = '-4712-01-01',"
                                "expires_on = '+262143-12-31'", "UPDATE lookups SET"
                                " at = '-262143-12-31T23:59:59Z', facts_at = at")),
    ("last day", lambda p: change(p, "UPDATE ages SET created_on = '9999-12-31',"
                                  "expires_on = '0001-01-01'")),
    ("deep list", lambda p: change(p, f"UPDATE pages SET ids = '{'[' * 100_000}'")),
    ("odd list", lambda p: change(p, "UPDATE pages SET ids = '[1, {\"a\": 2}, null, \"x y:\"]'")),
    ("orphans", lambda p: change(p, "DELETE FROM pages", "UPDATE links SET lookup = lookup + 99")),
    ("index left alone", lambda p: Path(f"{p}-shm").write_bytes(os.urandom(40_000)) and None),
    ("log of noise", lambda p: Path(f"{p}-wal").write_bytes(os.urandom(40_000)) and None),
]  # fmt: skip


@pytest.mark.parametrize("spoil", [f for _, f in READ], ids=[name for name, _ in READ])
def test_odd_cells_are_read_as_what_they_can_be(path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(path)
    before = path.read_bytes()
    frame = read(path)
    states = set(frame["fetch_state"].drop_nulls())
    assert states <= {state.value for state in State}
    assert path.read_bytes() == before


def test_an_index_left_alone_gets_no_company(path: Path) -> None:
    Path(f"{path}-shm").write_bytes(os.urandom(40_000))
    read(path)
    assert sorted(file.name for file in path.parent.iterdir()) == ["s.db", "s.db-shm"]


def _rebuilt_without_unique(path: Path) -> None:
    connection = sqlite3.connect(path)
    (sql,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'lookups'").fetchone()
    connection.close()
    loose = sql.replace("-- when that was", "").replace("facts_at TEXT,", "facts_at TEXT")
    loose = loose.replace("UNIQUE (what, key, site)", "").replace("TABLE lookups", "TABLE other")
    more = "what, key, site, targets, rank, state, code, reason, at, again_at, failures"
    change(
        path,
        loose,
        "INSERT INTO other SELECT * FROM lookups",
        f"INSERT INTO other (id, {more}) SELECT id + 99, {more} FROM lookups",
        "DROP TABLE lookups",
        "ALTER TABLE other RENAME TO lookups",
        "CREATE INDEX lookups_to_do ON lookups (what, rank, id) WHERE rank IS NOT NULL",
        "CREATE INDEX lookups_by_state ON lookups (what, state)",
    )


ENDLESS = "WITH RECURSIVE r (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT"


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _view_as_table(path: Path, as_what: str = "type = 'view'") -> None:
    connection = sqlite3.connect(path)
    columns = connection.execute("SELECT name, type FROM pragma_table_info('hosts')").fetchall()
    connection.close()
    cells = ", ".join(f"CAST(x AS {kind}) AS {name}" for name, kind in columns)
    change(
        path,
        "DROP TABLE hosts",
        f"CREATE VIEW hosts AS {ENDLESS} {cells} FROM r",
        f"UPDATE sqlite_schema SET {as_what} WHERE name = 'hosts'",
    )


REFUSED: list[tuple[str, Callable[[Path], None], str]] = [
    ("rows twice", _rebuilt_without_unique, "not those of a store"),
    ("view", _view_as_table, "not those of a store"),
    ("view called table", lambda p: _view_as_table(p, "type = 'table'"), "damaged"),
    ("made column", lambda p: change(
        p, "ALTER TABLE pages ADD COLUMN z TEXT AS (hex(zeroblob(500000000)))"
    ), "not those of a store"),
    ("looser check", lambda p: change(
        p, "UPDATE sqlite_schema SET sql = replace(sql, 'TEXT NOT NULL CHECK', 'TEXT CHECK')"
    ), "not those of a store"),
    ("hidden trigger", lambda p: change(
        p,
        "CREATE TRIGGER t AFTER INSERT ON lookups BEGIN DELETE FROM pages; END",
        "UPDATE sqlite_schema SET name = 'sqlite_t', sql = replace(sql, 'TRIGGER t', "
        "'TRIGGER sqlite_t') WHERE name = 't'",
    ), "not those of a store"),
    ("large cell", lambda p: change(p, "UPDATE pages SET title = hex(zeroblob(10000000))"),
     "too big"),
    ("no text", lambda p: change(p, "UPDATE pages SET title = CAST(x'fffe80' AS TEXT)"),
     "cannot be read"),
    ("control characters in its schema", lambda p: change(
        p, "UPDATE sqlite_schema SET sql = 'CREATE \x1b[2J TABLE' WHERE name = 'ages'"
    ), "damaged"),
    ("log that is a pipe", lambda p: os.mkfifo(f"{p}-wal"), "no plain file"),
    ("index that is a pipe", lambda p: os.mkfifo(f"{p}-shm"), "no plain file"),
    ("log that is a folder", lambda p: Path(f"{p}-wal").mkdir(), "no plain file"),
    ("pipe", _pipe, "no plain file"),
]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with names are POSIX's")
@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize(("spoil", "words"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_is_no_store_is_refused_in_one_line(
    path: Path, spoil: Callable[[Path], None], words: str, read_only: bool
) -> None:
    spoil(path)
    before = path.read_bytes() if path.is_file() else None

    def look() -> None:
        if read_only:
            read(path)
        else:
            with Store.open(path, create=True) as store:
                store.pages_frame()

    with pytest.raises(InputError, match=words) as caught:
        look()
    assert str(caught.value).isprintable()
    if before is not None:
        assert path.read_bytes() == before


def _shared_pages(path: Path, depth: int = 8, width: int = 40) -> None:
    """Make an index of pages that all lead to the same next page: some width ** depth entries."""
    size = 4096
    connection = sqlite3.connect(path, isolation_level=None)
    (root,) = connection.execute(
        "SELECT rootpage FROM sqlite_schema WHERE name = 'lookups_by_state'"
    ).fetchone()
    (count,) = connection.execute("PRAGMA page_count").fetchone()
    connection.close()
    data = bytearray(path.read_bytes())
    leaf = data[(root - 1) * size : root * size]
    assert leaf[0] == 10  # the entries lie on one page
    first = struct.unpack(">H", leaf[8:10])[0]
    entry = leaf[first : first + 1 + leaf[first]]  # length and record, below 128 bytes

    def inner(child: int) -> bytes:
        made = bytearray(size)
        cell = struct.pack(">I", child) + entry
        start = size - len(cell) * width
        made[:12] = struct.pack(">BHHHBI", 2, 0, width, start, 0, child)
        for place in range(width):
            at = start + len(cell) * place
            made[12 + 2 * place : 14 + 2 * place] = struct.pack(">H", at)
            made[at : at + len(cell)] = cell
        return bytes(made)

    for level in range(depth - 1):
        data += inner(count + level + 2)
    data += leaf
    data[(root - 1) * size : root * size] = inner(count + 1)
    data[28:32] = struct.pack(">I", count + depth)
    path.write_bytes(data)


def test_reading_ends_where_the_rows_do_not(tmp_path: Path) -> None:
    """Such a file has 20 pages and more rows than could be read in a lifetime."""
    path = tmp_path / "s.db"
    with Store.open(path, create=True) as store:
        store.save([fetched(page(i), page_facts()) for i in range(20)])
    _shared_pages(path)
    with pytest.raises(InputError, match="more rows than it has room for"):
        read(path)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("end", ["-wal", "-journal", "-shm"])
def test_a_link_beside_the_store_is_not_written_through(path: Path, end: str) -> None:
    victim = path.parent / "victim.txt"
    victim.write_text("precious")
    Path(f"{path}{end}").symlink_to(victim)
    for read_only in (True, False):
        with pytest.raises(InputError, match="no plain file"):
            Store.open(path, read_only=read_only)
    assert victim.read_text() == "precious"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_lock_that_is_a_link_makes_no_file_elsewhere(path: Path) -> None:
    elsewhere = path.parent / "elsewhere"
    Path(f"{path}.lock").symlink_to(elsewhere)
    with pytest.raises(OutputError, match="cannot be locked"):
        WriterLock(path).take()
    assert not elsewhere.exists()


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="there are no devices")
def test_a_device_is_no_place_for_a_store(tmp_path: Path) -> None:
    """Where a new store would be put in its place, the machine has a device less."""
    device = tmp_path / "null"
    device.symlink_to("/dev/null")
    for create in (True, False):
        with pytest.raises(InputError, match="no plain file"):
            Store.open(device, create=create)
    assert not Path("/dev/null").is_file()


def test_reading_needs_no_more_memory_than_cells_have(path: Path) -> None:
    """Rows are taken in parts by their size: 400 of 2 MB each would be 800 MB at once."""
    code = f"""
import resource, sys
from spamlinks.enrich.store import Store
with Store.open({str(path)!r}, read_only=True) as store:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    store.pages_frame()
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    rows = "WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 400)"
    change(
        path,
        f"{rows} INSERT INTO lookups (id, what, key, site, state) SELECT i + 100, 'page', "
        f"'https://a.example/' || i, '{SITE}', 'fetched' FROM r",
        f"{rows} INSERT INTO pages (lookup, title) SELECT i + 100, hex(zeroblob(1000000)) FROM r",
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 500
