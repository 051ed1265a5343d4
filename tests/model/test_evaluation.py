"""Figures against scikit-learn and by hand; intervals that know about groups."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from spamlinks.model.evaluation import (
    Interval,
    average_precision,
    bootstrap,
    difference,
    recall_at,
    roc_auc,
)

PAIRS = st.lists(st.tuples(st.integers(0, 1), st.integers(-5, 5)), min_size=2, max_size=60)


@given(PAIRS)
def test_roc_auc_is_scikit_learns_with_ties(pairs: list[tuple[int, int]]) -> None:
    label, score = (np.array(column) for column in zip(*pairs, strict=True))
    ours = roc_auc(label, score.astype(float))
    if len(set(label)) < 2:
        assert math.isnan(ours)
    else:
        assert ours == pytest.approx(roc_auc_score(label, score))
        assert roc_auc(label, -score.astype(float)) == pytest.approx(1 - ours)
        assert roc_auc(label, np.exp(score.astype(float))) == pytest.approx(ours)  # ranks only


def test_average_precision_by_hand() -> None:
    label, score = np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.1])
    assert average_precision(label, score) == pytest.approx((1 + 2 / 3) / 2)
    assert math.isnan(average_precision(np.zeros(4, int), score))


def test_recall_at_a_share_of_false_alarms_by_hand() -> None:
    label = np.array([0] * 10 + [1] * 4)
    score = np.array([*range(10), 20, 9.5, 8.5, 1.5], float)
    assert recall_at(0.0)(label, score) == 0.5
    assert recall_at(0.1)(label, score) == 0.75
    assert recall_at(0.05)(label, score) == 0.5  # a twentieth of ten is none
    assert math.isnan(recall_at(0.1)(np.ones(3, int), np.arange(3.0)))
    tied = np.array([5.0] * 14)
    assert recall_at(0.1)(label, tied) == 0  # nobody can be told apart


def test_an_interval_holds_its_value_and_narrows_with_data() -> None:
    rng = np.random.default_rng(0)

    def made(n: int) -> Interval:
        label = rng.integers(0, 2, n)
        score = label + rng.normal(0, 1, n)
        return bootstrap(roc_auc, label, score, np.arange(n), rounds=200)

    small, large = made(60), made(3000)
    for interval in (small, large):
        assert interval.low < interval.value < interval.high
    assert large.high - large.low < (small.high - small.low) / 3
    assert str(Interval(0.5, 0.25, 1)) == "0.500 [0.250, 1.000]"


def test_copies_of_a_row_prove_nothing() -> None:
    """A hundred pages of one domain are one witness."""
    rng = np.random.default_rng(1)
    label = rng.integers(0, 2, 60)
    score = label + rng.normal(0, 1, 60)
    times, group = 30, np.repeat(np.arange(60), 30)
    many_label, many_score = np.repeat(label, times), np.repeat(score, times)
    honest = bootstrap(roc_auc, many_label, many_score, group, rounds=200)
    naive = bootstrap(roc_auc, many_label, many_score, np.arange(60 * times), rounds=200)
    single = bootstrap(roc_auc, label, score, np.arange(60), rounds=200)
    assert honest == single
    assert naive.high - naive.low < (honest.high - honest.low) / 3


def test_a_paired_difference_is_sharper_than_two_intervals() -> None:
    rng = np.random.default_rng(2)
    label = rng.integers(0, 2, 400)
    theirs = label + rng.normal(0, 1, 400)
    ours = theirs + 0.15 * label
    groups = np.arange(400)
    gain = difference(roc_auc, label, ours, theirs, groups, rounds=200)
    assert gain.low > 0
    assert gain.value == pytest.approx(roc_auc(label, ours) - roc_auc(label, theirs))
    one = bootstrap(roc_auc, label, ours, groups, rounds=200)
    assert gain.high - gain.low < one.high - one.low
    same = difference(roc_auc, label, ours, ours, groups, rounds=20)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_the_same_seed_gives_the_same_interval() -> None:
    label, score = np.array([0, 1] * 30), np.sin(np.arange(60.0))
    args = (roc_auc, label, score, np.arange(60) // 3)
    assert bootstrap(*args, rounds=50) == bootstrap(*args, rounds=50)
    assert bootstrap(*args, rounds=50, seed=1) != bootstrap(*args, rounds=50)
