"""Cuts of a model that leans on another: when both must say so, and when a person looks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.model.unit_cuts import UnitCuts, leaning

INF = float("inf")
PRIOR = 0.2  # log-odds -1.39
CASES = [
    # own odds, own cut, origin odds, origin cut, verdict, why
    (0.5, INF, 3.0, 2.0, "DISAVOW", "the origin says so and the labels agree"),
    (0.0, INF, 2.0, 2.0, "DISAVOW", "both just reach what they need"),
    (-0.5, INF, 3.0, 2.0, "REVIEW", "the labels doubt what the origin is sure of"),
    (-1.5, INF, 3.0, 2.0, "KEEP", "by the labels it is less likely than any domain"),
    (0.5, INF, 1.9, 2.0, "REVIEW", "the origin is not sure enough"),
    (-0.5, INF, 1.9, 2.0, "KEEP", "nobody says so"),
    (9.0, INF, 1.9, 2.0, "REVIEW", "labels that measured no cut are not enough by themselves"),
    (9.0, INF, 9.0, INF, "REVIEW", "neither has a cut"),
    (2.5, 2.4, 0.0, 2.0, "DISAVOW", "the labels have measured a cut of their own"),
    (2.3, 2.4, 0.0, 2.0, "REVIEW", "below it, and the origin says nothing"),
]


def verdict(odds: float, cut: float, before: float, before_cut: float) -> str:
    no = np.array([False])
    own = UnitCuts(np.array([cut]), np.array([min(0.0, cut)]), no)
    theirs = UnitCuts(np.array([before_cut]), np.array([min(0.0, before_cut)]), no)
    found = leaning(own, np.array([odds]), theirs, np.array([before]), PRIOR)
    assert found.review[0] <= found.disavow[0]
    if odds >= found.disavow[0]:
        return "DISAVOW"
    return "REVIEW" if odds >= found.review[0] else "KEEP"


@pytest.mark.parametrize(("odds", "cut", "before", "before_cut", "wanted", "why"), CASES)
def test_when_both_must_agree(
    odds: float, cut: float, before: float, before_cut: float, wanted: str, why: str
) -> None:
    assert verdict(odds, cut, before, before_cut) == wanted, why


def test_a_name_counts_only_where_the_origin_says_so() -> None:
    own = UnitCuts(np.full(2, INF), np.zeros(2), np.zeros(2, np.bool_))
    theirs = UnitCuts(np.ones(2), np.zeros(2), np.ones(2, np.bool_))
    found = leaning(own, np.ones(2), theirs, np.array([1.0, 0.9]), PRIOR)
    assert found.named.tolist() == [True, False]


odds = st.floats(-20, 20)
cuts = st.one_of(st.floats(-5, 10), st.just(INF))


@given(odds, cuts, odds, st.floats(-5, 10), st.floats(0, 5))
def test_no_entry_is_lost_by_asking_for_less(
    own: float, cut: float, before: float, before_cut: float, less: float
) -> None:
    """A lower cut of the origin gives DISAVOW wherever the higher one does."""
    if verdict(own, cut, before, before_cut) == "DISAVOW":
        assert verdict(own, cut, before, before_cut - less) == "DISAVOW"


@given(odds, odds, st.floats(-5, 10))
def test_nothing_is_disavowed_that_the_origin_would_not(
    own: float, before: float, before_cut: float
) -> None:
    if verdict(own, INF, before, before_cut) == "DISAVOW":
        assert before >= before_cut
        assert own >= 0
