"""What is said to be missing: what was not fetched, what refused, what a page does not tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spamlinks.explanations.missing import missing_of, source_of
from spamlinks.language import load_texts
from spamlinks.schema import FIELDS
from spamlinks.signals.fetched import SIGNALS as FETCHED
from spamlinks.signals.kernel import SIGNALS

EVERY = frozenset(FIELDS)
NONE = frozenset({"referring_page"})


class Bundle:
    """A model that looks at nothing but what was fetched."""

    def used_signals(self) -> frozenset[str]:
        return frozenset(signal.name for signal in FETCHED)


class Every:
    """A model that looks at everything."""

    def used_signals(self) -> frozenset[str]:
        return frozenset(SIGNALS)


ONLY_FETCHED = Bundle()


def said(
    columns: frozenset[str],
    bundle: Any = ONLY_FETCHED,
    exported: frozenset[str] | None = None,
    visited: bool = False,
    **cells: Any,
) -> dict[str, str]:
    row = np.full((1, len(SIGNALS)), np.nan, np.float32)
    found = missing_of(bundle, row, columns, cells, True, load_texts(), exported, visited)
    return {missing.source: missing.text for missing in found}


def test_nothing_was_fetched() -> None:
    texts = said(NONE)
    assert texts["fetched"].endswith(": the page was not fetched (spamlinks enrich).")
    assert texts["home"].endswith(": the site's start page was not fetched (spamlinks enrich).")
    assert texts["facts"].endswith(": needs registration dates (spamlinks enrich, or --facts).")
    assert texts["dns"].endswith(": the name system was not asked (spamlinks enrich).")


STATES = [  # cells of the link, what is said
    ({}, "the page was not fetched: run spamlinks enrich"),
    (
        {"fetch_state": "blocked", "fetched_http_code": 403},
        "the server refused (403), which says nothing about the site",
    ),
    ({"fetch_state": "blocked"}, "the server refused, which says nothing about the site"),
    ({"fetch_state": "failed"}, "no usable answer came, which says nothing about the site"),
    (
        {"fetch_state": "absent", "fetched_http_code": 410},
        "the page was not there any more (410)",
    ),
    (
        {"fetch_state": "robots"},
        "robots.txt forbids to fetch it, which says nothing about the site",
    ),
    ({"fetch_state": "{x}"}, "the page was not fetched: run spamlinks enrich"),
]


@pytest.mark.parametrize(("cells", "text"), STATES)
def test_how_fetching_ended(cells: dict[str, Any], text: str) -> None:
    assert said(EVERY, **cells)["fetched"].endswith(f": {text}.")


def test_what_a_page_that_was_read_does_not_tell() -> None:
    texts = said(EVERY, fetch_state="fetched", home_state="blocked")
    assert "fetched" not in texts
    assert texts["home"].endswith(": the server refused, which says nothing about the site.")
    assert texts["none"].endswith(": cannot be told of this link or profile.")


def test_a_start_page_is_fetched_only_where_the_verdict_is_open() -> None:
    open_only = ": spamlinks enrich fetches start pages only where the verdict is open."
    for columns in (NONE, EVERY, frozenset({"referring_page", "fetch_state"})):
        assert said(columns, visited=True)["home"].endswith(open_only)
        assert not said(columns)["home"].endswith(open_only)
    refused = said(EVERY, visited=True, home_state="blocked")["home"]
    assert refused.endswith(": the server refused, which says nothing about the site.")


def test_another_page_of_the_domain_was_fetched() -> None:
    text = said(EVERY, visited=True)["fetched"]
    assert "of this domain other pages were fetched, not this one" in text


EMPTY = "these exports have such a column, but it is empty for this link"
LINK, TITLE = "no link to the site stands on it", "it could not be read from the fetched page"
READ = {"fetch_state": "fetched", "fetched_link_found": False}
FILLED_CELLS = [  # columns of the export, cells of the link, said of the anchor, and of the title
    ({"anchor_text"}, READ, EMPTY, TITLE),
    ({"referring_page_title"}, READ, LINK, EMPTY),
    (set(), READ, LINK, TITLE),
    (set(), {"fetch_state": "fetched", "fetched_link_found": True}, TITLE, TITLE),
    (set(), {"fetch_state": "blocked"}, "the server refused", "the server refused"),
    (set(), {}, "run spamlinks enrich", "run spamlinks enrich"),
    (set(EVERY), READ, EMPTY, EMPTY),
]


@pytest.mark.parametrize(("exported", "cells", "anchor", "title"), FILLED_CELLS)
def test_a_column_that_only_the_store_brought(
    exported: set[str], cells: dict[str, Any], anchor: str, title: str
) -> None:
    texts = said(EVERY, Every(), frozenset(exported), **cells)
    assert anchor in texts["anchor"]
    assert title in texts["title"]


def test_registrations_and_names_are_no_columns_of_an_export() -> None:
    texts = said(EVERY, Every(), NONE)
    assert texts["facts"].endswith(": the registration that is needed is not known of this domain.")
    assert texts["dns"].endswith(": what is needed was not found in the name system.")


@pytest.mark.parametrize("signal", FETCHED, ids=lambda signal: signal.name)
def test_every_source_has_its_words(signal: Any) -> None:
    source, inside = source_of(signal.name, NONE, True)
    assert not inside
    texts = load_texts()
    assert texts.has(f"missing.source.{source}")
    assert texts.has(f"explain.changes.source.{source}")
