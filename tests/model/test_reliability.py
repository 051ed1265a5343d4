"""Probabilities against labels: by hand, and on scores that are right by construction."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.metrics import brier_score_loss

from spamlinks.model.reliability import BINS, Calibration, Reliability, shifted

SHARES = st.floats(0.01, 0.99)


def test_by_hand() -> None:
    label = np.array([1, 1, 0, 0])
    score = np.array([0.92, 0.98, 0.92, 0.1])
    found = Reliability(label, score).tally()
    assert found.rows.tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0, 3]
    # bin 0.9 to 1: mean score 0.94, share 2/3; bin 0.1 to 0.2: score 0.1, share 0
    assert found.error == pytest.approx((3 * (0.94 - 2 / 3) + 0.1) / 4)
    assert found.brier == pytest.approx(brier_score_loss(label, score))
    assert found.skill == pytest.approx(1 - found.brier / 0.25)


def test_the_ends_of_the_scale_have_bins() -> None:
    found = Reliability(np.array([0, 1]), np.array([0.0, 1.0])).tally()
    assert (found.rows[0], found.rows[BINS - 1]) == (1, 1)
    assert (found.error, found.brier, found.skill) == (0, 0, 1)


def test_saying_the_share_has_no_skill_and_one_class_no_figure() -> None:
    label = np.array([1, 0, 0, 0])
    assert Reliability(label, np.full(4, 0.25)).tally().skill == pytest.approx(0)
    assert math.isnan(Reliability(np.zeros(4, int), np.full(4, 0.2)).tally().skill)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9), SHARES, SHARES)
def test_a_shift_and_back_changes_nothing(scores: list[float], one: float, other: float) -> None:
    there = shifted(np.array(scores), one, other)
    assert ((there >= 0) & (there <= 1)).all()
    inner = np.clip(scores, 1e-6, 1 - 1e-6)
    back = shifted(shifted(inner, one, other), other, one)
    assert back == pytest.approx(inner, abs=1e-6)


def test_a_right_model_is_calibrated_only_at_the_share_of_its_rows() -> None:
    """Scores that are true at 10 % are far off among rows of which half are spam, until moved."""
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 40_000)
    evidence = rng.normal(np.where(label == 1, 1.0, -1.0), 1.0)
    scored = expit(2 * evidence + np.log(0.1 / 0.9))
    before = Reliability(label, scored).tally()
    after = Reliability(label, shifted(scored, 0.1, 0.5)).tally()
    assert before.error > 0.1
    assert after.error < 0.02
    assert after.skill > before.skill


def test_the_interval_of_the_error_stands_around_it() -> None:
    """Resampling adds noise that only enlarges the error; the interval must not leave it behind."""
    rng = np.random.default_rng(1)
    score = rng.random(300)
    label = (rng.random(300) < score).astype(int)
    model = Reliability(label, score)
    rounds = [model.tally(rng.multinomial(300, np.full(300, 1 / 300)) * 1.0) for _ in range(200)]
    found = Calibration.of(model.tally(), rounds, 0.5)
    assert np.mean([t.error for t in rounds]) > found.error.value  # what is corrected
    assert 0 <= found.error.low < found.error.value < found.error.high
    off = (found.error.low + found.error.high) / 2 - found.error.value
    assert abs(off) < 0.2 * (found.error.high - found.error.low)
    assert sum(b.rows for b in found.bins) == 300
    for b in found.bins:
        assert b.low <= b.predicted <= b.high
        if 0 < b.observed.value < 1:
            assert b.observed.low < b.observed.value < b.observed.high
        else:  # a resample of one class would only repeat it
            assert not b.observed.known
