"""Lines, bounds and thresholds: known values, then what holds for any scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import binom

from spamlinks.model.calibration import (
    MIN_SPAM_ABOVE,
    Line,
    estimate_prior,
    fit_curve,
    fit_line,
    precision_cut,
    upper_share,
)

BOUNDS = [  # hits, trials, one-sided 95 % upper bound, source
    (0, 10, 0.2589),  # 1 - 0.05 ** (1 / 10)
    (0, 100, 0.0295),  # the rule of three says 0.03
    (0, 3000, 0.000998),
    (1, 10, 0.3942),  # tables of Clopper and Pearson, 90 % two-sided
    (5, 20, 0.4556),
    (10, 10, 1.0),
    (0, 0, 1.0),
    (3, 2, 1.0),  # nonsense is never read as certainty
]


@pytest.mark.parametrize(("hits", "trials", "expected"), BOUNDS)
def test_upper_share_has_the_tabled_value(hits: int, trials: int, expected: float) -> None:
    assert upper_share(hits, trials) == pytest.approx(expected, abs=6e-5)


@given(st.integers(1, 400), st.data())
def test_upper_share_inverts_the_binomial(trials: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, trials - 1))
    bound = upper_share(hits, trials)
    assert binom.cdf(hits, trials, bound) == pytest.approx(0.05, abs=1e-6)
    assert bound > hits / trials
    assert upper_share(hits + 1, trials) > bound
    if hits == 0:
        exact = brentq(lambda p: binom.cdf(0, trials, p) - 0.05, 1e-9, 1 - 1e-9)
        assert bound == pytest.approx(exact, abs=1e-6)


@given(st.floats(-20, 20), st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.05, 5))
def test_a_prior_moves_every_score_by_the_same_odds(
    margin: float, old: float, new: float, slope: float
) -> None:
    line = Line(slope, 0.3, old)
    margins = np.array([margin, margin + 1.0])
    moved = line.log_odds(margins, new) - line.log_odds(margins, old)
    np.testing.assert_allclose(moved, logit(new) - logit(old), atol=1e-9)
    assert np.diff(line.log_odds(margins, new))[0] == pytest.approx(slope)


def test_a_line_finds_the_one_that_made_the_labels() -> None:
    rng = np.random.default_rng(1)
    margins = rng.normal(0, 2, 40_000)
    label = (rng.random(40_000) < expit(0.6 * margins - 1)).astype(np.int8)
    line = fit_line(margins, label)
    assert line.slope == pytest.approx(0.6, abs=0.03)
    assert line.offset == pytest.approx(-1, abs=0.05)
    assert line.prior == pytest.approx(label.mean())
    shares = expit(line.log_odds(margins, line.prior))
    assert shares.mean() == pytest.approx(label.mean(), abs=0.005)


@pytest.mark.parametrize("label", [[1, 0] * 20, [0, 1] * 20])
def test_a_line_never_falls(label: list[int]) -> None:
    margins = np.tile([-3.0, 3.0], 20)  # scores that are right, and scores that are all wrong
    assert fit_line(margins, np.array(label)).slope >= 0.05
    same = fit_line(np.full(40, 2.0), np.array(label))  # one score for everybody
    assert np.isfinite(same.log_odds(np.array([2.0]), 0.1)).all()


def test_weights_count_as_rows() -> None:
    rng = np.random.default_rng(2)
    margins, label = rng.normal(0, 1, 300), rng.integers(0, 2, 300)
    times = rng.integers(1, 4, 300)
    one = fit_line(margins, label, times.astype(float))
    two = fit_line(np.repeat(margins, times), np.repeat(label, times))
    assert one.slope == pytest.approx(two.slope, abs=0.01)
    assert one.offset == pytest.approx(two.offset, abs=0.01)
    assert one.prior == pytest.approx(two.prior)


def scores(seed: int, honest: int, spam: int, apart: float, ties: bool):
    rng = np.random.default_rng(seed)
    values = np.concatenate([rng.normal(0, 1, honest), rng.normal(apart, 1, spam)])
    values = np.round(values, 1) if ties else values
    return values, np.repeat([0, 1], [honest, spam])


SETTINGS = (
    st.integers(0, 10_000), st.integers(1, 800), st.integers(1, 300), st.floats(0, 8), st.booleans()
)  # fmt: skip


@given(*SETTINGS, st.floats(0.02, 0.5), st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.98]))
def test_a_cut_keeps_its_promise_on_its_own_data(
    seed: int, honest: int, spam: int, apart: float, ties: bool, prior: float, precision: float
) -> None:
    odds, label = scores(seed, honest, spam, apart, ties)
    cut = precision_cut(odds, label, precision, prior)
    assert cut.honest_units == honest
    above = odds >= cut.score
    false, caught = int((above & (label == 0)).sum()), int((above & (label == 1)).sum())
    if cut.score == float("inf"):
        assert cut.spam_above == 0
        return
    assert caught == cut.spam_above >= MIN_SPAM_ABOVE
    assert cut.recall == pytest.approx(caught / spam)
    assert cut.false_per_10000 == pytest.approx(1e4 * false / honest)
    bound = upper_share(false, honest)
    assert cut.false_per_10000_upper == pytest.approx(1e4 * bound)
    kept = prior * cut.recall / (prior * cut.recall + (1 - prior) * bound)
    assert cut.precision == pytest.approx(kept)
    assert kept >= precision
    observed = prior * cut.recall / (prior * cut.recall + (1 - prior) * false / honest)
    assert observed >= precision


@given(*SETTINGS, st.floats(0.05, 0.5))
def test_a_higher_promise_never_has_a_lower_cut(
    seed: int, honest: int, spam: int, apart: float, ties: bool, prior: float
) -> None:
    odds, label = scores(seed, honest, spam, apart, ties)
    cuts = [precision_cut(odds, label, p, prior).score for p in (0.5, 0.8, 0.9, 0.95, 0.98)]
    assert cuts == sorted(cuts)


@given(*SETTINGS)
def test_fewer_false_alarms_allowed_never_lower_the_cut(
    seed: int, honest: int, spam: int, apart: float, ties: bool
) -> None:
    odds, label = scores(seed, honest, spam, apart, ties)
    free = precision_cut(odds, label, 0.8, 0.3)
    strict = precision_cut(odds, label, 0.8, 0.3, max_false_share=0.01)
    assert strict.score >= free.score
    if strict.score < float("inf"):
        assert strict.false_per_10000_upper <= 100


def test_no_cut_where_too_little_stands_behind_it() -> None:
    spam, honest = np.full(MIN_SPAM_ABOVE - 1, 9.0), np.linspace(-3, 3, 5000)
    odds, label = np.concatenate([spam, honest]), np.repeat([1, 0], [len(spam), len(honest)])
    assert precision_cut(odds, label, 0.9, 0.1).score == float("inf")
    more, label = np.append(odds, 9.0), np.append(label, 1)
    assert np.isfinite(precision_cut(more, label, 0.9, 0.1).score)
    few = np.concatenate([np.full(99, 9.0), np.linspace(-3, 3, 20)])  # 20 honest prove nothing
    assert precision_cut(few, np.repeat([1, 0], [99, 20]), 0.9, 0.1).score == float("inf")
    for only in (np.zeros(50, int), np.ones(50, int)):
        assert precision_cut(np.arange(50.0), only, 0.9, 0.1).score == float("inf")


@given(st.integers(0, 1000), st.floats(0.03, 0.6))
def test_the_share_of_a_profile_is_found_again(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    spam = rng.random(4000) < share
    evidence = np.where(spam, rng.normal(4, 2, 4000), rng.normal(-4, 2, 4000)) * 2  # d' = 4
    odds = evidence + logit(0.1)
    found = estimate_prior(odds, 0.1)
    assert found == pytest.approx(spam.mean(), abs=0.04)
    shuffled = estimate_prior(rng.permutation(odds), 0.1)
    assert shuffled == pytest.approx(found, abs=1e-9)


def test_few_units_and_extremes_are_not_believed() -> None:
    assert estimate_prior(np.full(49, 9.0), 0.1) == 0.1
    assert estimate_prior(np.array([]), 0.2) == 0.2
    assert estimate_prior(np.full(500, 30.0), 0.1) == 0.8
    assert estimate_prior(np.full(500, -30.0), 0.1) == 0.005
    values = np.append(np.full(60, -2.0), np.nan)
    assert estimate_prior(values, 0.1) == estimate_prior(values[:-1], 0.1)


@given(st.lists(st.floats(-30, 30), min_size=50, max_size=80), st.floats(0.01, 0.7))
def test_the_estimated_share_is_in_range(odds: list[float], prior: float) -> None:
    assume(prior > 0)
    assert 0.005 <= estimate_prior(np.array(odds), prior) <= 0.8


# Curves.


def bent(n: int = 20_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Margins that overstate: the true log-odds rise half as fast above zero."""
    rng = np.random.default_rng(seed)
    margins = rng.normal(0, 2, n)
    odds = np.where(margins > 0, 0.5 * margins, margins) - 0.5
    return margins, (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(np.int8)


def test_a_curve_bends_where_labels_say_so():
    margins, y = bent()
    curve, line = fit_curve(margins, y), fit_line(margins, y)
    assert len(curve.knots) > 5
    at = np.array([-2.0, 0.5, 3.0])
    truth = np.where(at > 0, 0.5 * at, at) - 0.5
    wrong = np.abs(curve.log_odds(at, curve.prior) - truth).max()
    assert wrong < 0.3 < np.abs(line.log_odds(at, line.prior) - truth).max()


def test_a_curve_rises_everywhere_even_beyond_its_knots():
    margins, y = bent(3000)
    at = np.linspace(-40, 40, 2001)
    assert (np.diff(fit_curve(margins, y).log_odds(at, 0.1)) > 0).all()


def test_few_labels_make_a_straight_line():
    margins, y = bent(150)
    assert fit_curve(margins, y) == fit_line(margins, y)


def test_rows_without_weight_say_nothing_about_a_curve():
    margins, y = bent(4000)
    weight = np.where(np.arange(4000) < 2000, 1.0, 0.0)
    y[2000:] = 1 - y[2000:]
    half = fit_curve(margins[:2000], y[:2000])
    found = fit_curve(margins, y, weight)
    np.testing.assert_allclose(found.knots, half.knots, atol=0.02)


def test_a_few_labels_told_apart_without_fault_keep_a_finite_slope():
    """Sixteen against fifteen and no error: nobody is certain after that."""
    margins = np.concatenate([np.linspace(1, 2, 16), np.linspace(-2, -1, 15)])
    y = np.repeat(np.array([1, 0], np.int8), [16, 15])
    odds = fit_line(margins, y, doubt=True).log_odds(margins, 0.5)
    assert 1.5 < odds.max() < 5
    assert np.abs(fit_line(margins, y).log_odds(margins, 0.5)).max() > 10
    assert fit_line(margins, y, doubt=True).prior == pytest.approx(16 / 31)
