"""Figures against scikit-learn and by hand; intervals that know about groups."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from spamlinks.model.evaluation import (
    Interval,
    Ranked,
    average_precision,
    bootstrap,
    difference,
    draws,
    interval,
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
    for found in (small, large):
        assert found.low < found.value < found.high
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


ROWS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(-3, 3), st.integers(0, 4)), min_size=2, max_size=40
)


@given(ROWS)
def test_weights_are_copies(rows: list[tuple[int, int, int]]) -> None:
    """A row of weight 3 counts as three rows, of weight 0 as none, whatever the ties."""
    label, score, weight = (np.array(column) for column in zip(*rows, strict=True))
    ranked = Ranked(label, score.astype(float))
    copies = np.repeat(np.arange(len(label)), weight)
    for metric in (roc_auc, average_precision, recall_at(0.25)):
        weighted = metric.of(*ranked.counts(weight[ranked.order].astype(float)))
        repeated = metric(label[copies], score[copies].astype(float)) if len(copies) else math.nan
        assert weighted == pytest.approx(repeated, nan_ok=True)


@given(ROWS)
def test_weighted_areas_are_scikit_learns(rows: list[tuple[int, int, int]]) -> None:
    label, score, weight = (np.array(column) for column in zip(*rows, strict=True))
    if not (weight[label == 1].sum() and weight[label == 0].sum()):
        return
    ranked = Ranked(label, score.astype(float))
    counts = ranked.counts(weight[ranked.order].astype(float))
    assert roc_auc.of(*counts) == pytest.approx(roc_auc_score(label, score, sample_weight=weight))
    assert average_precision.of(*counts) == pytest.approx(
        average_precision_score(label, score, sample_weight=weight)
    )


def test_a_metric_of_ones_own_is_resampled_the_same_way() -> None:
    """A plain function is slower and gives the same interval."""
    rng = np.random.default_rng(4)
    label = rng.integers(0, 2, 120)
    score = label + rng.normal(0, 1, 120)
    groups = rng.integers(0, 40, 120)
    quick = bootstrap(roc_auc, label, score, groups, rounds=40)
    plain = bootstrap(lambda y, s: roc_auc_score(y, s), label, score, groups, rounds=40)
    assert (plain.value, plain.low, plain.high) == pytest.approx(
        (quick.value, quick.low, quick.high)
    )


def test_draws_keep_groups_whole() -> None:
    groups = np.array([7, 7, 7, 2, 9, 9])
    for weight in draws(groups, 30, 0):
        assert len(set(weight[groups == 7])) == len(set(weight[groups == 9])) == 1
        times = weight[[0, 3, 4]]
        assert times.sum() == 3  # as many groups as there are


@pytest.mark.parametrize(
    ("value", "values", "known"),
    [
        (0.5, [0.4, 0.5, 0.6] * 20, True),
        (math.nan, [0.4, 0.5], False),  # no figure, no interval
        (0.5, [math.nan] * 9 + [0.5], False),  # most rounds lacked a class
        (0.5, [math.nan] + [0.5] * 9, True),
        (0.5, [], False),  # no rounds
    ],
)
def test_an_interval_needs_rounds(value: float, values: list[float], known: bool) -> None:
    found = interval(value, values)
    assert found.known is known
    assert ("n/a" in str(found)) is not known
