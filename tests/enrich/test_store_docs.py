"""docs/ENRICH.md describes the store that there is."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from spamlinks.enrich.answers import AGE_LIMITS, State, What
from spamlinks.enrich.store import Store
from spamlinks.enrich.store_rows import (
    BLOCKED_DAYS,
    MAX_LINKS,
    MAX_TARGETS,
    MOST_FAILED_DAYS,
    MOST_WAIT_DAYS,
    ROBOTS_DAYS,
)
from spamlinks.enrich.store_schema import APPLICATION_ID, SCHEMA, TABLES, VERSION
from spamlinks.facts.columns import DOMAIN_COLUMNS
from spamlinks.fetched import FILLED

PAGE = Path(__file__).parents[2] / "docs" / "ENRICH.md"


def _store() -> str:
    text = PAGE.read_text("utf-8")
    found = re.search(r"^## The store\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, "docs/ENRICH.md needs a section 'The store'"
    return found[1]


def _described(table: str) -> list[str]:
    """First cells of the table below the heading that names it."""
    part = re.search(rf"^#### {table}\n(.*?)(?=^#|\Z)", _store(), re.MULTILINE | re.DOTALL)
    assert part, f"table {table} is not described"
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", part[1], re.MULTILINE)
    assert all(meaning.strip() for _, meaning in rows)
    return [name for name, _ in rows]


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_described_in_its_order(tmp_path: Path, table: str) -> None:
    Store.open(tmp_path / "s.db", create=True).close()
    connection = sqlite3.connect(tmp_path / "s.db")
    found = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
    connection.close()
    assert _described(table) == found


def test_every_table_is_described_and_no_other() -> None:
    assert re.findall(r"^#### (\w+)$", _store(), re.MULTILINE) == list(TABLES)


def test_states_kinds_and_waits_are_described() -> None:
    text = " ".join(_store().split())
    for what, days in AGE_LIMITS.items():
        assert re.search(rf"\| `{what.value}` \| [^|]+ \| {days} days \|", text)
    assert len(AGE_LIMITS) == len(What)
    for state in State:
        assert f"| `{state.value}` |" in text
    assert f"after {BLOCKED_DAYS} days" in text
    assert f"up to {MOST_FAILED_DAYS}" in text
    assert f"after {ROBOTS_DAYS} days" in text
    assert f"more than {MOST_WAIT_DAYS} days" in text
    assert f"at most {MAX_TARGETS} URLs" in text
    assert f"at most {MAX_LINKS}." in text
    assert f"is {APPLICATION_ID} " in text
    assert f"the version, now {VERSION}." in text


def test_what_is_filled_in_and_what_may_be_brought_is_listed() -> None:
    text = _store()
    for name in FILLED:
        assert f"`{name}`" in text
    for name in DOMAIN_COLUMNS:
        assert name.startswith("home_") or f"`{name}`" in text


def test_the_statements_explain_their_columns() -> None:
    for statement in SCHEMA:
        if "CREATE TABLE" not in statement:
            continue
        lines = statement.strip().splitlines()
        assert "--" in lines[0], "a table says what it holds"
        assert sum("--" in line for line in lines) > len(lines) / 3
