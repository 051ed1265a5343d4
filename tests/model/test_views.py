"""What a row shows, with and without fetched pages, and what is left when they are hidden."""

from __future__ import annotations

import numpy as np
import pytest
import tiny_bundle as tiny

from spamlinks.model.views import STAND_INS, VIEW_SIGNALS, VIEWS, hide, view_of
from spamlinks.signals import fetched
from spamlinks.signals.kernel import SIGNALS

AT = {name: i for i, name in enumerate(SIGNALS)}
LOOKED_UP = tuple(signal.name for signal in fetched.SIGNALS)

CASES = [  # signals that are known, view, why
    ("", "urls", "an address and nothing else"),
    ("anchor_length", "anchors", "an anchor"),
    ("anchor_length is_nofollow", "flows", "an attribute of the link"),
    ("link_age_days", "flows", "a day, even without an anchor"),
    ("page_authority", "flows", "a vendor's measure"),
    ("external_links", "links", "how many links the page has"),
    ("linked_domains", "links", "how many sites it links to"),
    ("domain_traffic", "urls", "traffic counts only beside counts of links"),
    ("external_links domain_traffic", "full", "both"),
    ("page_words", "pages", "words are known of fetched pages alone"),
    ("page_words external_links", "pages", "a fetched page knows its links"),
    ("page_words domain_traffic", "pages", "no link index without counts of links"),
    ("page_words external_links domain_traffic", "full_pages", "a link index and the page"),
    ("links_per_100_words link_is_hidden", "urls", "what tells is that the page was read"),
    ("home_trade_words registered_after_link", "urls", "a start page is not the linking page"),
]


@pytest.mark.parametrize(("known", "view", "why"), CASES)
def test_the_view_of_a_row(known: str, view: str, why: str) -> None:
    row = np.full((1, len(SIGNALS)), np.nan, np.float32)
    for name in known.split():
        row[0, AT[name]] = 1.0
    assert VIEWS[view_of(row)[0]] == view, why


def test_views_are_told_by_signals_that_are_always_computed() -> None:
    assert {name for known, _, _ in CASES[:13] for name in known.split()} <= VIEW_SIGNALS


@pytest.mark.parametrize("view", VIEWS)
def test_hiding_gives_the_view_that_was_asked_for(view: str) -> None:
    """From the richest rows each view can be made, and it is that one."""
    rich = tiny.matrix("full_pages")
    rich = rich[view_of(rich) == VIEWS.index("full_pages")]
    assert len(rich) > 100
    found = view_of(hide(rich, view))
    assert (found == VIEWS.index(view)).mean() > 0.9, np.bincount(found)
    assert found.max() == VIEWS.index(view)  # never a richer one


@pytest.mark.parametrize("view", [v for v in VIEWS if v not in STAND_INS])
def test_no_view_without_pages_shows_what_was_fetched(view: str) -> None:
    """Where a name alone must settle it, nothing that was looked up may speak along."""
    rich = tiny.matrix("full_pages").copy()
    rich[:, [AT[name] for name in LOOKED_UP]] = 1.0
    known = np.isfinite(hide(rich, view)).any(axis=0)
    shown = {name for name in LOOKED_UP if known[AT[name]]}
    # A vendor may date registrations; what a name server says is always looked up.
    allowed = {"registered_for_years", "registered_after_link", "registered_together_domains"}
    assert shown == (allowed if view == "full" else set())
    assert known[AT["host_length"]]


def test_fetched_pages_stay_where_only_the_link_index_is_hidden() -> None:
    rich = tiny.matrix("full_pages").copy()
    rich[:, [AT[name] for name in LOOKED_UP]] = 1.0
    known = np.isfinite(hide(rich, "pages")).any(axis=0)
    assert all(known[AT[name]] for name in LOOKED_UP)
    assert not known[AT["domain_traffic"]]
