"""When a site of an old disavow file looks good: the score moved, the border, the hard reasons."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.guards import popular_mask
from spamlinks.looks_good import (
    EVEN_ODDS,
    LOOKS_GOOD,
    at_even_odds,
    good_score,
    good_site,
    shared_site,
)


def moved(score: float, prior: float) -> float:
    return float(pl.select(at_even_odds(pl.lit(score), prior)).item())


@given(st.floats(0, 1), st.floats(0.01, 0.99))
def test_even_odds_keep_the_order_and_the_middle(score, prior):
    assert 0 <= moved(score, prior) <= 1
    assert moved(prior, prior) == pytest.approx(EVEN_ODDS)
    assert moved(score, prior) <= moved(min(1.0, score + 0.01), prior) + 1e-12


@given(st.floats(-12, 12), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_what_a_run_assumes_does_not_matter(log_odds, one, other):
    """The same evidence gives the same answer, whatever share of spam the scores assume."""

    def score(prior: float) -> float:
        odds = 2.718281828459045**log_odds * prior / (1 - prior)
        return odds / (1 + odds)

    assert moved(score(one), one) == pytest.approx(moved(score(other), other), abs=1e-6)


@pytest.mark.parametrize("prior", [0.0, 1e-12, 1.0])
def test_a_prior_at_a_border_is_no_crash(prior):
    """run.json rounds: a share of 0.00001 reads as 0.0."""
    assert 0 <= moved(0.5, prior) <= 1


SCORES = [  # score at a prior of 0.1, looks good
    (0.0, True),
    (0.0121, True),  # 0.0992 at even odds
    (0.0123, False),  # 0.1008
    (0.05, False),  # a low score, and yet 0.32 among entries half of which are spam
    (1.0, False),
    (None, False),  # unknown is no pardon
]


@pytest.mark.parametrize(("score", "good"), SCORES)
def test_the_border(score, good):
    frame = pl.DataFrame({"s": [score]}, schema={"s": pl.Float64})
    assert frame.select(good_score(pl.col("s"), 0.1)).item() is good
    assert LOOKS_GOOD == 0.10


def test_a_low_score_needs_the_verdict_too():
    rows = pl.DataFrame({"spam_score": [0.001, 0.001], "verdict": ["KEEP", "REVIEW"]})
    assert rows.select(good_site(0.1)).to_series().to_list() == [True, False]


def test_what_nobody_should_disavow_whole():
    hosts = ["tumblr.com", "me.tumblr.com", "x.facebook.com", "mit.edu", "lego.com", None]
    assert popular_mask(pl.Series(["lego.com"])).all()  # which is no reason by itself
    assert shared_site(pl.Series(hosts)).to_list() == [True, False, True, True, False, False]
