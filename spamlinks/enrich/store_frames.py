"""What a store holds, as tables: typed, cleaned and bounded once more, whoever wrote the file."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Sequence

import polars as pl

from spamlinks.enrich.answers import State, What
from spamlinks.enrich.store_rows import clean_text
from spamlinks.enrich.store_schema import FACT_COLUMNS

__all__ = [
    "ages_frame",
    "answers_frame",
    "dns_frame",
    "homes_frame",
    "links_frame",
    "pages_frame",
]

_FETCH, _FETCH_CHARS = 20_000, 20_000_000
_LONGEST = 2_000
# As ``tables`` has them, and the byte order mark.
_CONTROLS = (
    r"[\x00-\x1f\x7f\u{80}-\u{9f}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{feff}]"
)
_INTS = frozenset(
    """
    code http_code bytes_read words external_links internal_links linked_domains trade_words
    trade_links links_around asn number failures rank
    """.split()
)
_FLAGS = frozenset("truncated noindex nofollow rel_nofollow rel_ugc rel_sponsored".split())
_DAYS = frozenset(("created_on", "expires_on", "changed_on"))
_LISTS = frozenset(("redirects", "name_servers", "trades", "ids", "addresses", "targets"))
_TIMES = frozenset(("at", "again_at"))
_KEYS = frozenset(("url", "domain", "host", "site"))  # joined on: as they are

_STATES = ", ".join(f"'{state.value}'" for state in State)
# Facts kept from an earlier fetch are shown as what they are: fetched, and when.
_STATE = "CASE facts_state WHEN 'fetched' THEN 'fetched' ELSE state END AS state"
_AT = "CASE facts_state WHEN 'fetched' THEN facts_at ELSE at END AS at"


def answers_frame(connection: sqlite3.Connection, what: What) -> pl.DataFrame:
    """Every look-up of a kind, one row each; ``state`` is null where it was not tried.

    Columns: key, site, targets, rank, state, code, reason, at, again_at, failures.
    """
    names = "key site targets rank state code reason at again_at failures".split()
    query = f"SELECT {', '.join(names)} FROM lookups WHERE what = ? ORDER BY id"  # noqa: S608
    return _frame(connection, query, (what.value,), names)


def _facts(table: str, key: str) -> tuple[str, list[str]]:
    columns = FACT_COLUMNS[table]
    picked = ", ".join(f"{table}.{name}" for name in columns)
    query = (
        f"SELECT key AS {key}, site, {_STATE}, code, reason, {_AT}, {picked} "  # noqa: S608
        f"FROM lookups LEFT JOIN {table} ON {table}.lookup = lookups.id "
        f"WHERE what = ? AND state IN ({_STATES}) AND typeof(key) = 'text'"
    )
    return query, [key, "site", "state", "code", "reason", "at", *columns]


def ages_frame(connection: sqlite3.Connection) -> pl.DataFrame:
    """Registration facts: ``domain``, state, code, reason, at, and the fields of ``AgeFacts``."""
    query, names = _facts("ages", "domain")
    return _frame(connection, query, (What.AGE.value,), names).drop("site")


def dns_frame(connection: sqlite3.Connection) -> pl.DataFrame:
    """Names: ``host``, state, code, reason, at, and the fields of ``DnsFacts``."""
    query, names = _facts("hosts", "host")
    return _frame(connection, query, (What.DNS.value,), names).drop("site")


def homes_frame(connection: sqlite3.Connection) -> pl.DataFrame:
    """Start pages: ``domain``, state, code, reason, at, and the fields of ``PageFacts``."""
    query, names = _facts("pages", "domain")
    return _frame(connection, query, (What.HOME.value,), names).drop("site")


def pages_frame(connection: sqlite3.Connection, site: str | None) -> pl.DataFrame:
    """Pages read for a site (None: any): ``url``, site, state, code, reason, at, ``PageFacts``.

    ``state`` and ``at`` are those of the facts where an earlier fetch is still all we have; one
    row per URL and site; None as ``site`` gives the last one fetched of each URL.
    """
    query, names = _facts("pages", "url")
    if site is not None:
        return _frame(connection, query + " AND site = ?", (What.PAGE.value, site), names)
    frame = _frame(connection, query, (What.PAGE.value,), names)
    return frame.sort("at", maintain_order=True).unique("url", keep="last", maintain_order=True)


def links_frame(connection: sqlite3.Connection, site: str | None) -> pl.DataFrame:
    """Links of the pages to the site: ``url``, site, number (from 0), fields of ``LinkFacts``."""
    columns = FACT_COLUMNS["links"]
    picked = ", ".join(f"links.{name}" for name in columns)
    query = (
        f"SELECT key AS url, site, number, {picked} FROM links "  # noqa: S608
        "JOIN lookups ON lookups.id = links.lookup WHERE what = ?"
    )
    terms: tuple[str, ...] = (What.PAGE.value,)
    if site is not None:
        query, terms = query + " AND site = ?", (*terms, site)
    return _frame(
        connection, query + " ORDER BY lookup, number", terms, ["url", "site", "number", *columns]
    )


def _frame(
    connection: sqlite3.Connection, query: str, terms: Sequence[str], names: Sequence[str]
) -> pl.DataFrame:
    cursor = connection.execute(query, tuple(terms))
    parts = []
    while rows := _some(cursor):
        columns = zip(*rows, strict=True)
        parts.append(
            pl.DataFrame(
                [_series(name, list(cells)) for name, cells in zip(names, columns, strict=True)]
            )
        )
    if not parts:
        return pl.DataFrame([_series(name, []) for name in names])
    table = pl.concat(parts)
    # Rows are joined by these: that none stands twice is not left to the file.
    keys = [name for name in ("url", "domain", "host") if name in names]
    keys += [name for name in ("site", "number") if name in names and keys]
    return table.unique(keys, keep="first", maintain_order=True) if keys else table


def _some(cursor: sqlite3.Cursor) -> list[tuple[str | int | None, ...]]:
    """The next rows: as many as memory bears, whatever is in them."""
    rows: list[tuple[str | int | None, ...]] = []
    room = _FETCH_CHARS
    for row in cursor:
        rows.append(row)
        room -= sum([len(cell) for cell in row if isinstance(cell, str | bytes)])
        if room < 0 or len(rows) == _FETCH:
            break
    return rows


def _series(name: str, cells: list[str | int | None]) -> pl.Series:
    if name in _INTS or name in _FLAGS:
        numbers = pl.Series(name, cells, dtype=pl.Int64, strict=False)
        return numbers.cast(pl.Boolean) if name in _FLAGS else numbers
    texts = pl.Series(name, cells, dtype=pl.String, strict=False)
    if name in _KEYS:
        return texts
    if name in _DAYS:
        return _of_calendar(texts.str.to_date("%Y-%m-%d", strict=False))
    if name in _TIMES:
        return _of_calendar(
            texts.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", strict=False)
        )
    if name in _LISTS:
        return _lists(texts)
    if texts.str.contains(_CONTROLS).any():
        texts = texts.str.replace_all(_CONTROLS, " ")
    cut = texts.str.slice(0, _LONGEST)
    # What is cut off stays in memory as long as the rest, unless that is copied.
    rest = (texts.str.len_bytes().max() or 0) > 4 * _LONGEST  # type: ignore[operator]
    return pl.Series(name, cut.to_list(), dtype=pl.String) if rest else cut


def _of_calendar(times: pl.Series) -> pl.Series:
    """Without what Python's calendar does not have."""
    return times.set(~times.dt.year().is_between(1, 9999).fill_null(value=True), None)


def _lists(texts: pl.Series) -> pl.Series:
    # What this program wrote is clean and decodes at once; anything else takes the long way.
    if not texts.str.contains(rf"\\u|{_CONTROLS}").any():
        with contextlib.suppress(pl.exceptions.PolarsError):
            found = texts.str.json_decode(pl.List(pl.String))
            if not found.list.eval(pl.element().str.len_chars() > _LONGEST).list.any().any():
                return found
    lists = [None if text is None else _items(text) for text in texts]
    return pl.Series(texts.name, lists, dtype=pl.List(pl.String))


def _items(text: str) -> list[str] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list):
        return None
    return [clean_text(item, _LONGEST) for item in found if isinstance(item, str)]
