"""The work list of a store: what is still to do, in which order, and handing it out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from spamlinks.enrich.answers import AGE_LIMITS, Lookup, What
from spamlinks.enrich.store_rows import MAX_TARGETS, list_cell, text_cell, time_text

__all__ = ["PlanCounts", "Queue", "plan"]

_BATCH = 5_000
_MOST_HELD = 10_000
_COLUMNS = "id, rank, what, key, site, targets"

Row = tuple[int, int, str, str, str, str | None]


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """What a plan comes to, in distinct look-ups.

    Attributes
    ----------
    to_do : on the work list now.
    fresh : left out, since an answer within its age limit is there.
    waiting : left out, since it must not be tried again yet (blocked, failed, robots.txt).
    by_what : the same for each kind that was planned; its own ``by_what`` is empty.
    """

    to_do: int
    fresh: int
    waiting: int
    by_what: Mapping[What, PlanCounts] = field(default_factory=dict)


def plan(
    connection: sqlite3.Connection,
    lookups: Iterable[tuple[Lookup, int]],
    now: datetime,
    also: Collection[What],
    max_age: int | None,
) -> PlanCounts:
    """Write the work list inside the caller's transaction; see ``Store.plan``."""
    kinds: set[What] = set()
    for what in also:
        _clear(connection, what, kinds)
    upsert = """
        INSERT INTO lookups (what, key, site, targets, rank) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (what, key, site) DO UPDATE SET
            rank = min(coalesce(rank, excluded.rank), excluded.rank), targets = excluded.targets
    """
    for batch in _batches(lookups):
        for what in {lookup.what for lookup, _ in batch} - kinds:
            _clear(connection, what, kinds)
        connection.executemany(upsert, (_row(lookup, rank) for lookup, rank in batch))
    found = {what: _leave_out(connection, what, now, max_age) for what in What if what in kinds}
    return PlanCounts(
        sum(c.to_do for c in found.values()),
        sum(c.fresh for c in found.values()),
        sum(c.waiting for c in found.values()),
        found,
    )


def _batches(lookups: Iterable[tuple[Lookup, int]]) -> Iterator[list[tuple[Lookup, int]]]:
    rest = iter(lookups)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _row(lookup: Lookup, rank: int) -> tuple[str, str, str, str | None, int]:
    targets = list_cell(lookup.targets, MAX_TARGETS) if lookup.targets else None
    return lookup.what.value, text_cell(lookup.key), text_cell(lookup.site), targets, int(rank)


def _clear(connection: sqlite3.Connection, what: What, kinds: set[What]) -> None:
    kinds.add(what)
    query = "UPDATE lookups SET rank = NULL WHERE what = ? AND rank IS NOT NULL"
    connection.execute(query, (what.value,))


def _leave_out(
    connection: sqlite3.Connection, what: What, now: datetime, max_age: int | None
) -> PlanCounts:
    """Take off the list what need not or must not be tried, and forget what nobody wants."""
    days = AGE_LIMITS[what] if max_age is None else max_age
    terms = {
        "what": what.value,
        "now": time_text(now),
        "old": time_text(now - timedelta(days=min(max(days, 0), 36_500))),
        # An answer from the future is from a wrong clock: it would stay fresh for ever.
        "ahead": time_text(now + timedelta(days=1)),
    }
    listed = "UPDATE lookups SET rank = NULL WHERE what = :what AND rank IS NOT NULL AND "
    fresh = "state IS NOT NULL AND again_at IS NULL AND at > :old AND at <= :ahead"
    waiting = "state IS NOT NULL AND again_at > :now AND at <= :ahead"
    known = connection.execute(listed + fresh, terms).rowcount
    later = connection.execute(listed + waiting, terms).rowcount
    unwanted = "DELETE FROM lookups WHERE what = :what AND state IS NULL AND rank IS NULL"
    connection.execute(unwanted, terms)
    query = "SELECT count(*) FROM lookups WHERE what = :what AND rank IS NOT NULL"
    return PlanCounts(int(connection.execute(query, terms).fetchone()[0]), known, later)


class Queue:
    """Hands out the work list of one process: a place in it, and what was held back before it."""

    def __init__(self) -> None:
        self._place: dict[What, tuple[int, int]] = {}
        self._held: dict[What, set[tuple[int, int]]] = {what: set() for what in What}

    def take(
        self, connection: sqlite3.Connection, what: What, n: int, skip: Collection[str]
    ) -> list[Lookup]:
        """See ``Store.take``."""
        found: list[Lookup] = []
        held = self._held[what]
        for rank, number in sorted(held):
            if len(found) >= n:
                break
            query = f"SELECT {_COLUMNS} FROM lookups WHERE id = ? AND rank IS NOT NULL"  # noqa: S608
            row = connection.execute(query, (number,)).fetchone()
            if row is None or row[3] not in skip:
                held.discard((rank, number))
                found += [_lookup(row)] if row is not None else []
        while len(found) < n and len(held) < _MOST_HELD:
            rows = self._next(connection, what, n - len(found))
            for row in rows:
                if row[3] in skip:
                    held.add((row[1], row[0]))
                else:
                    found.append(_lookup(row))
                self._place[what] = (row[1], row[0])
            if not rows:
                break
        return found

    def _next(self, connection: sqlite3.Connection, what: What, n: int) -> list[Row]:
        if what not in self._place:
            query = f"""
                SELECT {_COLUMNS} FROM lookups WHERE what = ? AND rank IS NOT NULL
                ORDER BY rank, id LIMIT ?
            """  # noqa: S608 - a constant
            return connection.execute(query, (what.value, n)).fetchall()
        query = f"""
            SELECT {_COLUMNS} FROM lookups
            WHERE what = ? AND rank IS NOT NULL AND (rank, id) > (?, ?)
            ORDER BY rank, id LIMIT ?
        """  # noqa: S608 - a constant
        return connection.execute(query, (what.value, *self._place[what], n)).fetchall()

    def give_back(self, connection: sqlite3.Connection, lookups: Iterable[Lookup]) -> None:
        """See ``Store.give_back``."""
        query = """
            SELECT rank, id FROM lookups
            WHERE what = ? AND key = ? AND site = ? AND rank IS NOT NULL
        """
        for lookup in lookups:
            key, site = text_cell(lookup.key), text_cell(lookup.site)
            row = connection.execute(query, (lookup.what.value, key, site)).fetchone()
            if row is not None:
                self._held[lookup.what].add((row[0], row[1]))


def _lookup(row: Row) -> Lookup:
    _id, _rank, what, key, site, targets = row
    return Lookup(What(what), key, site, _targets(targets))


def _targets(text: str | None) -> tuple[str, ...]:
    try:
        found = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return ()
    if not isinstance(found, list):
        return ()
    return tuple(item for item in found if isinstance(item, str))[:MAX_TARGETS]
