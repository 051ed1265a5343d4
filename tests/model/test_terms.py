from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spamlinks.model.bundle import load_bundle, save_bundle
from spamlinks.model.explain import contributions
from spamlinks.model.terms import BOUND, LINK_TERMS, PAGE_TERMS, URL_TERMS, Term, add_terms
from spamlinks.model.training import PARTS
from spamlinks.model.views import STAND_INS
from spamlinks.signals.kernel import SIGNALS
from tests.model import tiny_bundle as tiny

AT = {name: i for i, name in enumerate(SIGNALS)}


def row(**values: float) -> np.ndarray:
    out = np.full((1, len(SIGNALS)), np.nan, np.float32)
    for name, value in values.items():
        out[0, AT[name]] = value
    return out


CASES = [  # value, log-odds, reason
    (1.5, 0.0, "the centre says nothing"),
    (0.0, 0.9, "one scale below, a negative weight"),
    (3.0, -0.9, "one scale above"),
    (10.0, -1.8, "bounded above"),
    (-9.0, 1.8, "bounded below"),
    (float("nan"), 0.0, "unknown says nothing"),
]


@pytest.mark.parametrize(("value", "odds", "reason"), CASES)
def test_a_term_is_a_bounded_line(value, odds, reason):
    term = Term("domain_traffic", -0.9, centre=1.5, scale=1.5)
    assert term.values(row(domain_traffic=value))[0] == pytest.approx(odds), reason


@pytest.mark.parametrize(
    "terms",
    [URL_TERMS, LINK_TERMS, PAGE_TERMS, (*LINK_TERMS, *PAGE_TERMS)],
    ids=["urls", "links", "pages", "links and pages"],
)
def test_stated_terms_agree_with_what_is_known_of_directions(terms):
    assert len({term.signal for term in terms}) == len(terms)
    for term in terms:
        direction = SIGNALS[term.signal].direction
        assert direction in (0, np.sign(term.weight)), term.signal
        assert SIGNALS[term.signal].group != "host"  # real labels teach names


def test_no_single_term_decides():
    """The strongest alone moves one in ten to four in ten at the most."""
    assert max(abs(t.weight) * BOUND for t in (*URL_TERMS, *LINK_TERMS, *PAGE_TERMS)) <= 2.0


REGISTRATION = [  # signals, log-odds that URL_TERMS add, reason
    ({"domain_age_days": 0}, 0.35, "registered today"),
    ({"domain_age_days": 1500}, 0.0, "four years say nothing"),
    ({"domain_age_days": 4500}, -0.7, "a dozen years lose twice what today gains"),
    ({"domain_age_days": 12_000}, -0.7, "and thirty no more"),
    ({"registered_after_link": 1}, 0.4, "the name lapsed and somebody took it"),
    ({"registered_after_link": 0}, 0.0, "the usual case is no merit"),
    ({"on_parking_servers": 1}, 0.4, "parked"),
    ({"domain_age_days": 0, "registered_after_link": 1, "on_parking_servers": 1}, 1.15, "all"),
    ({}, 0.0, "nothing was looked up"),
]


@pytest.mark.parametrize(("known", "odds", "reason"), REGISTRATION)
def test_what_a_registration_adds_to_a_name(known, odds, reason):
    out = np.zeros(1)
    add_terms(URL_TERMS, row(**known), out)
    assert out[0] == pytest.approx(odds, abs=1e-6), reason


def test_page_terms_add_nothing_where_nothing_was_fetched():
    out = np.zeros(260)
    add_terms(PAGE_TERMS, tiny.matrix("full"), out)
    assert not out.any()
    add_terms(PAGE_TERMS, tiny.matrix("full_pages"), out)
    assert np.abs(out).max() > 0.5


def test_only_the_views_with_pages_are_told_about_pages():
    of_pages = {term.signal for term in PAGE_TERMS}
    for recipe in PARTS:
        stated = {term.signal for term in recipe.terms}
        with_pages = not STAND_INS.keys().isdisjoint(recipe.views)
        assert of_pages <= stated if with_pages else not of_pages & stated, recipe.views
        if with_pages:  # what is known without them still counts
            assert {term.signal for term in LINK_TERMS} <= stated


def test_terms_add_up_in_margins_and_in_explanations(tmp_path):
    bundle, matrix = tiny.make(), tiny.matrix("full")
    save_bundle(bundle, tmp_path / "m", "# tiny\n")
    loaded = load_bundle(tmp_path / "m")
    assert loaded.parts == bundle.parts
    margins = loaded.margins(matrix)
    np.testing.assert_allclose(contributions(loaded, matrix).sum(axis=1), margins, atol=1e-9)
    doubled = tiny.make()
    object.__setattr__(doubled, "parts", tuple(part.scaled(2.0) for part in bundle.parts))
    np.testing.assert_allclose(doubled.margins(matrix), 2 * margins, atol=1e-9)


def test_terms_count_once_whatever_the_weight_of_the_trees():
    bundle, matrix = tiny.make(), tiny.matrix("full")
    with_terms = bundle.margins(matrix)
    bare = tiny.make()
    object.__setattr__(bare, "parts", tuple(replace(part, terms=()) for part in bundle.parts))
    added = np.zeros(len(matrix))
    for part in bundle.parts:
        add_terms(part.terms, matrix, added)
    assert np.abs(added).max() > 0.5
    np.testing.assert_allclose(with_terms - bare.margins(matrix), added, atol=1e-9)


def test_signals_of_terms_are_computed():
    assert {"domain_traffic", "in_content"} <= tiny.make().used_signals()
