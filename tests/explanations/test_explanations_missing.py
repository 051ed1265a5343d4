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


def said(columns: frozenset[str], **cells: Any) -> dict[str, str]:
    row = np.full((1, len(SIGNALS)), np.nan, np.float32)
    found = missing_of(Bundle(), row, columns, cells, True, load_texts())  # type: ignore[arg-type]
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


@pytest.mark.parametrize("signal", FETCHED, ids=lambda signal: signal.name)
def test_every_source_has_its_words(signal: Any) -> None:
    source, inside = source_of(signal.name, NONE, True)
    assert not inside
    texts = load_texts()
    assert texts.has(f"missing.source.{source}")
    assert texts.has(f"explain.changes.source.{source}")
