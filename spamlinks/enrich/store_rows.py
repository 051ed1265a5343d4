"""Answers as rows: text cleaned and bounded, times as text, and when to try again."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from spamlinks.enrich.answers import (
    AgeFacts,
    Answer,
    DnsFacts,
    Lookup,
    PageFacts,
    State,
    What,
)
from spamlinks.enrich.store_schema import FACT_COLUMNS

__all__ = [
    "MAX_TARGETS",
    "TABLE_OF",
    "again_at",
    "clean_text",
    "list_cell",
    "save_answer",
    "text_cell",
    "time_text",
]

Cell = str | int | None

TABLE_OF: dict[What, str] = {
    What.AGE: "ages",
    What.PAGE: "pages",
    What.HOME: "pages",
    What.DNS: "hosts",
}
"""Where the facts of each kind are."""

_FACTS_OF = {What.AGE: AgeFacts, What.PAGE: PageFacts, What.HOME: PageFacts, What.DNS: DnsFacts}
MAX_CHARS = 2_000
_SHORTER = {"title": 500, "anchor": 500, "left_context": 200, "right_context": 200, "reason": 300}
_SHORTER |= {"registrar": 200, "abuse_contact": 320, "generator": 200, "asn_name": 200}
_SHORTER |= {"kind": 20, "placement": 20, "hidden": 100, "language": 20, "stated_language": 40}
MAX_ITEMS = 100
MAX_TARGETS = 20
MAX_LINKS = 50
_INT64 = (1 << 63) - 1

# As ``tables`` has them; line ends and tabs become spaces.
_SPACES = re.compile("[\t-\r\x85\u2028\u2029]+")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")

BLOCKED_DAYS = 14
FAILED_DAYS = 1
MOST_FAILED_DAYS = 30
ROBOTS_DAYS = 30
MOST_WAIT_DAYS = 90
"""No server makes us wait longer, whatever its ``Retry-After`` says."""


def clean_text(text: str, limit: int = MAX_CHARS) -> str:
    """One line without control characters and reading-direction marks, at most ``limit`` long.

    >>> clean_text(" a\\x1b[31m\\n b\\u202e ")
    'a[31m  b'
    """
    text = text[: 4 * limit].encode("utf-8", "replace").decode("utf-8")  # no lone surrogates
    text = _CONTROLS.sub("", _SPACES.sub(" ", text))
    return text[:limit].strip()


def time_text(time: datetime) -> str:
    """UTC with seconds, so that text sorts by time; a time without a zone is taken as UTC.

    >>> time_text(datetime(2026, 3, 1, 12, 0, 0, 999))
    '2026-03-01T12:00:00Z'
    """
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    return f"{time:%Y-%m-%dT%H:%M:%S}Z".rjust(20, "0")


def list_cell(items: Iterable[str], most: int = MAX_ITEMS) -> str:
    """A list as JSON text."""
    kept = [clean_text(item) for item, _ in zip(items, range(most), strict=False)]
    return json.dumps(kept, ensure_ascii=False)


def text_cell(text: str) -> str:
    """A key, as it is: only what UTF-8 cannot hold is replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def cell(name: str, value: object) -> Cell:
    """What is written for one attribute; a number that no column holds becomes the largest.

    >>> cell("noindex", True), cell("created_on", date(2020, 1, 2)), cell("ids", ("ga:1",))
    (1, '2020-01-02', '["ga:1"]')
    """
    if value is None:
        return None
    if isinstance(value, bool | int):
        return max(-_INT64, min(_INT64, int(value)))
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return list_cell(value)
    return clean_text(str(value), _SHORTER.get(name, MAX_CHARS))


@dataclass(frozen=True, slots=True)
class Before:
    """What the store knew of a look-up before the new answer."""

    state: str | None
    failures: int
    facts_state: str | None
    facts_at: str | None


_UPSERT = """
    INSERT INTO lookups
        (what, key, site, state, code, reason, at, again_at, failures, facts_state, facts_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (what, key, site) DO UPDATE SET
        rank = NULL, state = excluded.state, code = excluded.code, reason = excluded.reason,
        at = excluded.at, again_at = excluded.again_at, failures = excluded.failures,
        facts_state = excluded.facts_state, facts_at = excluded.facts_at
    RETURNING id
"""


def save_answer(connection: sqlite3.Connection, answer: Answer) -> None:
    """Write one answer inside the caller's transaction; see ``Store.save``."""
    lookup, facts = answer.lookup, answer.facts
    if facts is not None and not isinstance(facts, _FACTS_OF[lookup.what]):
        raise ValueError(f"facts of a look-up of {lookup.what.value} are {type(facts).__name__}")
    before = _before(connection, lookup)
    again, failures = again_at(answer, before)
    at = time_text(answer.at)
    # A refused or failed try takes nothing away: what was fetched earlier stays.
    final = answer.state in (State.FETCHED, State.ABSENT)
    keeps = not final and before is not None and before.facts_state == State.FETCHED
    learned: tuple[str | None, str | None]
    learned = (answer.state.value, at) if facts is not None else (None, None)
    if keeps and before is not None:
        learned = (before.facts_state, before.facts_at)
    (number,) = connection.execute(
        _UPSERT,
        (
            *(lookup.what.value, text_cell(lookup.key), text_cell(lookup.site)),
            *(answer.state.value, cell("code", answer.code), cell("reason", answer.reason or None)),
            *(at, again, failures, *learned),
        ),
    ).fetchone()
    if not keeps:
        _save_facts(connection, number, lookup.what, facts)


def _before(connection: sqlite3.Connection, lookup: Lookup) -> Before | None:
    query = """
        SELECT state, failures, facts_state, facts_at FROM lookups
        WHERE what = ? AND key = ? AND site = ?
    """
    terms = (lookup.what.value, text_cell(lookup.key), text_cell(lookup.site))
    row = connection.execute(query, terms).fetchone()
    return Before(*row) if row is not None else None


def _save_facts(
    connection: sqlite3.Connection,
    number: int,
    what: What,
    facts: AgeFacts | PageFacts | DnsFacts | None,
) -> None:
    table = TABLE_OF[what]
    for name in (table, "links") if table == "pages" else (table,):
        connection.execute(f"DELETE FROM {name} WHERE lookup = ?", (number,))  # noqa: S608
    if facts is None:
        return
    _insert(connection, table, [(number, *_cells(table, facts))])
    if isinstance(facts, PageFacts):
        links = [
            (number, place, *_cells("links", link))
            for place, link in enumerate(facts.links[:MAX_LINKS])
        ]
        _insert(connection, "links", links)


def _insert(connection: sqlite3.Connection, table: str, rows: list[tuple[Cell, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608


def _cells(table: str, facts: object) -> list[Cell]:
    return [cell(name, getattr(facts, name)) for name in FACT_COLUMNS[table]]


def again_at(answer: Answer, before: Before | None) -> tuple[str | None, int]:
    """Return the time before which it must not be tried again, and the failed tries in a row.

    FETCHED and ABSENT: None, the age limit decides. BLOCKED: 14 days, or what the server asked
    for (at least a day). FAILED: a day, doubled with each further failure up to 30, or what the
    server asked for if that is later. ROBOTS: 30 days. At most 90 days in any case.
    """
    state, failures = answer.state, 0
    if state in (State.FETCHED, State.ABSENT):
        return None, 0
    asked: timedelta | None = None
    if answer.retry_at is not None:
        asked = _utc(answer.retry_at) - _utc(answer.at)
        asked = min(asked, timedelta(days=MOST_WAIT_DAYS))
    if state == State.BLOCKED:
        wait = timedelta(days=BLOCKED_DAYS) if asked is None else max(asked, timedelta(days=1))
    elif state == State.ROBOTS:
        wait = timedelta(days=ROBOTS_DAYS)
    else:
        earlier = before.failures if before is not None and before.state == State.FAILED else 0
        failures = min(earlier + 1, 1000)
        wait = timedelta(days=min(FAILED_DAYS << min(failures - 1, 10), MOST_FAILED_DAYS))
        wait = max(wait, asked) if asked is not None else wait
    return time_text(_utc(answer.at) + wait), failures


def _utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
