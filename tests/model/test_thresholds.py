"""Which rows count for which curve: a domain is judged in the richest view of its rows, by all."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from spamlinks.model import calibration, thresholds
from spamlinks.model.examples import BESIDE, Examples
from spamlinks.model.thresholds import Calibrated, calibrate, fit_top_share
from spamlinks.model.views import STAND_INS, VIEWS
from spamlinks.policy import SITUATIONS
from spamlinks.signals.kernel import SIGNALS

PRIOR = 0.1
UNITS = 40
LIGHT = 5 * BESIDE  # as a row beside fetched pages weighs

# Group, rows of one domain as (view, weight), real.
GROUPS: dict[str, tuple[list[tuple[str, float]], bool]] = {
    "real names": ([("urls", 1.0)], True),
    "judges": ([("urls", 0.0)], True),
    "generated names": ([("urls", 0.25)], False),
    **{view: ([(view, 1.0)], False) for view in VIEWS[1:]},
    "three links": ([("links", 1.0)] * 3, False),
    "a link index and a list": ([("anchors", 1.0), ("full", 1.0)], False),
    "a page and two links": ([("pages", 1.0), ("links", LIGHT), ("links", LIGHT)], False),
    "an index page and a link": ([("full_pages", 1.0), ("full", LIGHT)], False),
    "two pages": ([("pages", 1.0), ("pages", 1.0)], False),
    "nothing fetched": ([("links", LIGHT), ("links", LIGHT)], False),
}


def build() -> tuple[Examples, np.ndarray, np.ndarray, np.ndarray]:
    """Examples, margins, the group of each row, and its place in its domain."""
    rng = np.random.default_rng(5)
    rows: list[tuple[str, int, int, str, float, bool, int]] = []
    unit = 0
    for group, (links, real) in GROUPS.items():
        for number in range(UNITS):
            spam = int(number % 2 == 0 and group != "judges")
            rows += [
                (group, unit, place, view, weight, real, spam)
                for place, (view, weight) in enumerate(links)
            ]
            unit += 1
    group, units, place, view, weight, real, spam = (np.array(x) for x in zip(*rows, strict=True))
    kinds = {"real names": thresholds.JUDGED_HONEST[0], "judges": thresholds.JUDGED_HONEST[1]}
    kind = [
        thresholds.JUDGED_SPAM if s and r else kinds.get(str(g), "made")
        for g, s, r in zip(group, spam, real, strict=True)
    ]
    n = len(rows)
    ex = Examples(
        matrix=np.full((n, len(SIGNALS)), np.nan, np.float32),
        is_spam=spam.astype(np.int8),
        weight=weight.astype(np.float64),
        view=np.array([VIEWS.index(v) for v in view], dtype=np.int8),
        fold=np.zeros(n, np.int64),
        is_real=real.astype(np.bool_),
        unit=units.astype(np.int64),
        kind=np.array(kind, dtype=object),
        network=np.array(kind, dtype=object),
        host_kind=np.array(kind, dtype=object),
    )
    return ex, np.where(spam == 1, 1.0, -1.0) + rng.normal(0, 1.5, n), group, place


EX, MARGINS, GROUP, PLACE = build()


@pytest.fixture(autouse=True)
def few_suffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "MIN_SPAM_ABOVE", 3)


def fitted(margins: np.ndarray) -> Calibrated:
    return calibrate(EX, margins, PRIOR)


def turned(group: str, places: Iterable[int]) -> np.ndarray:
    """Margins that are the other way round in some rows of each domain of a group."""
    out = MARGINS.copy()
    out[(group == GROUP) & np.isin(PLACE, list(places))] *= -1
    return out


def changed(before: Calibrated, after: Calibrated) -> set[str]:
    odds = np.linspace(-3, 3, 7)
    return {
        f"{name} {view}"
        for name in ("lines", "unit_lines")
        for view in VIEWS
        if not np.allclose(
            *(getattr(found, name)[view].log_odds(odds, PRIOR) for found in (before, after)),
            atol=1e-3,  # the curves are found by search
        )
    }


CASES = [  # group, rows of each domain, curves that depend on them, why
    ("real names", [0], {"lines urls", "unit_lines urls"}, "the only rows names are learned from"),
    ("generated names", [0], set(), "no claim about names rests on generated ones"),
    ("judges", [0], set(), "rows that judge have no weight in a curve"),
    ("flows", [0], {"lines flows", "unit_lines flows"}, "one row is link and domain"),
    ("pages", [0], {"lines pages", "unit_lines pages"}, "a fetched page"),
    ("full_pages", [0], {"lines full_pages", "unit_lines full_pages"}, "with a link index"),
    (
        "a link index and a list",
        [0],
        {"lines anchors", "unit_lines full"},
        "the poorer row counts as a link of its view, and for its domain in the richer one",
    ),
    (
        "a link index and a list",
        [1],
        {"lines full", "unit_lines full"},
        "the richer row counts in its own view both times",
    ),
    (
        "a page and two links",
        [1, 2],
        {"unit_lines pages"},
        "links beside a fetched page judge their domain, and no link",
    ),
    ("a page and two links", [0], {"lines pages", "unit_lines pages"}, "the page itself"),
    ("an index page and a link", [1], {"unit_lines full_pages"}, "beside a page, with an index"),
    ("nothing fetched", [0, 1], set(), "a domain of which nothing was fetched is no example"),
]


@pytest.mark.parametrize(("group", "places", "wanted", "why"), CASES)
def test_what_each_row_is_counted_for(
    group: str, places: list[int], wanted: set[str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thresholds, "fit_top_share", lambda ex, margins: 0.25)
    before, after = fitted(MARGINS), fitted(turned(group, places))
    assert changed(before, after) == wanted, why


def test_honest_names_that_train_nothing_still_decide_where_the_cut_is() -> None:
    clear = np.where(EX.is_spam == 1, 6.0, -6.0) + MARGINS
    high = clear.copy()
    high[GROUP == "judges"] = 20.0
    before, after = calibrate(EX, clear, 0.5), calibrate(EX, high, 0.5)
    assert np.isfinite(before.cuts["urls"]["0.80"].score)
    assert not np.isfinite(after.cuts["urls"]["0.80"].score)


def test_a_strict_cut_lets_almost_no_honest_domain_through() -> None:
    """Forty honest units cannot show that one in a thousand is above: there is no strict cut."""
    clear = np.where(EX.is_spam == 1, 6.0, -6.0) + MARGINS
    cuts = fitted(clear).cuts
    for view in VIEWS:
        for key, cut in cuts[view].items():
            if float(key) >= SITUATIONS["none"]:
                assert not np.isfinite(cut.score), (view, key)


def test_rows_beside_are_told_from_rows_that_judge() -> None:
    beside = thresholds._beside(EX)
    assert set(GROUP[beside]) == {
        "a page and two links",
        "an index page and a link",
        "nothing fetched",
    }
    assert (EX.weight[beside] == LIGHT).all()


def one_tells(group: str) -> np.ndarray:
    """Margins by which only the first link of each spam domain of a group is bad."""
    out, rows = MARGINS.copy(), group == GROUP
    out[rows] = np.where((EX.is_spam[rows] == 1) & (PLACE[rows] == 0), 9.0, 0.0)
    return out


@pytest.mark.parametrize("group", ["a page and two links", "two pages", "nothing fetched"])
def test_the_rule_of_rolling_up_is_that_of_exports(group: str) -> None:
    """Domains of which some pages were fetched follow it; they do not make it."""
    usual = fit_top_share(EX, MARGINS)
    assert fit_top_share(EX, one_tells(group)) == usual
    assert fit_top_share(EX, one_tells("three links")) > usual


HONEST = [  # view, groups whose honest domains are counted against its cuts
    ("urls", ["real names", "judges"]),
    ("anchors", ["anchors"]),
    ("links", ["links", "three links"]),
    ("full", ["full", "a link index and a list"]),
    ("pages", ["pages", "a page and two links", "two pages"]),
    ("full_pages", ["full_pages", "an index page and a link"]),
]


@pytest.mark.parametrize(("view", "groups"), HONEST)
def test_who_is_counted_against_a_cut(view: str, groups: list[str]) -> None:
    """Each honest domain once, in one view; none of which nothing was fetched among the pages."""
    here = np.isin(GROUP, groups) & (EX.is_spam == 0)
    strict = fitted(MARGINS).cuts[view][f"{SITUATIONS['none']:.2f}"]
    assert strict.honest_units == len(set(EX.unit[here]))


def test_stand_ins_are_poorer_views() -> None:
    for view, other in STAND_INS.items():
        assert VIEWS.index(other) < VIEWS.index(view)
