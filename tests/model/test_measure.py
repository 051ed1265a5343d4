"""Figures of a sample: by hand, honest about what cannot be had, the same on resampled networks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from spamlinks.model.calibration import upper_share
from spamlinks.model.evaluation import MIN_GROUPS, bootstrap, roc_auc
from spamlinks.model.measure import Sample, measure, pair

HOW: dict[str, Any] = {"prior": 0.1, "rounds": 60, "seed": 0}


def sample(n: int = 400, seed: int = 0, gap: float = 1.0, per_group: int = 2) -> Sample:
    rng = np.random.default_rng(seed)
    label = (np.arange(n) // per_group % 4 == 0).astype(np.int8)
    score = 1 / (1 + np.exp(-(2 * gap * label - 1 + rng.normal(0, 1, n))))
    return Sample(label, score, np.arange(n) // per_group, {"cut": score > 0.8})


def test_counts_and_shares_by_hand() -> None:
    label = np.array([1] * 4 + [0] * 16, np.int8)
    above = np.array([True, True, True, False, True] + [False] * 15)
    found = measure(Sample(label, np.linspace(1, 0, 20), np.arange(20), {"cut": above}), **HOW)
    cut = found.cuts["cut"]
    assert (found.rows, found.spam, found.honest) == (20, 4, 16)
    assert (cut.flagged, cut.caught, cut.false) == (4, 3, 1)
    assert cut.precision.value == 0.75
    assert cut.recall.value == 0.75
    assert cut.false_per_10000.value == 625
    # at a prior of 0.1: 0.1 * 0.75 against 0.9 * 1/16
    assert cut.precision_at_prior.value == pytest.approx(0.075 / (0.075 + 0.9 / 16))


def test_intervals_are_those_of_the_bootstrap() -> None:
    data = sample()
    found = measure(data, **HOW)
    alone = bootstrap(roc_auc, data.is_spam, data.score, data.groups, rounds=60)
    assert (found.roc_auc.value, found.roc_auc.low, found.roc_auc.high) == pytest.approx(
        (alone.value, alone.low, alone.high)
    )
    cut = measure(sample(6000), **HOW).cuts["cut"]
    for part in (cut.precision, cut.recall, cut.false_per_10000, cut.precision_at_prior):
        assert part.low < part.value < part.high
        middle = (part.low + part.high) / 2
        assert abs(middle - part.value) < 0.3 * (part.high - part.low)


def test_larger_networks_make_wider_intervals() -> None:
    """Twenty pages of one operator are alike, so that they are one witness and not twenty."""
    rng = np.random.default_rng(3)
    groups = np.arange(1200) // 20
    label = (groups % 2).astype(np.int8)
    score = label + rng.normal(0, 1, 60)[groups] + rng.normal(0, 0.1, 1200)
    whole = measure(Sample(label, score, groups), **HOW)
    alone = measure(Sample(label, score, np.arange(1200)), **HOW)
    assert (whole.groups, alone.groups) == (60, 1200)
    assert whole.roc_auc.value == alone.roc_auc.value
    width = whole.roc_auc.high - whole.roc_auc.low
    assert width > 2 * (alone.roc_auc.high - alone.roc_auc.low)


def test_nothing_wrong_seen_is_not_nothing_wrong() -> None:
    """None of 200 honest networks above the cut: the exact bound, not an interval of zero width."""
    data = sample(per_group=1)
    none = Sample(data.is_spam, data.score, data.groups, {"cut": data.is_spam == 1})
    cut = measure(none, **HOW).cuts["cut"]
    assert (cut.false, cut.false_per_10000.value, cut.false_per_10000.low) == (0, 0, 0)
    bound = upper_share(0, int((data.is_spam == 0).sum()), 0.975)
    assert cut.false_per_10000.high == pytest.approx(1e4 * bound)
    assert cut.precision.value == cut.recall.value == 1
    assert 0.9 < cut.precision.low < 1
    assert cut.precision_at_prior.low < cut.precision.low  # honest ones are commoner there
    perfect = Sample(data.is_spam, data.is_spam.astype(float), data.groups)
    area = measure(perfect, **HOW).roc_auc
    assert area.value == 1
    assert not area.known  # every resample would say 1 again


@pytest.mark.parametrize(
    ("spam", "honest", "why"),
    [
        (0, 30, "no spam among"),
        (30, 0, "no honest among"),
        (MIN_GROUPS - 1, 30, "intervals take 5 of each"),
        (30, MIN_GROUPS - 1, "intervals take 5 of each"),
        (MIN_GROUPS, MIN_GROUPS, ""),
    ],
)
def test_what_cannot_be_had_is_said(spam: int, honest: int, why: str) -> None:
    label = np.array([1] * spam + [0] * honest, np.int8)
    rng = np.random.default_rng(0)
    data = Sample(label, rng.random(len(label)), np.arange(len(label)))
    found = measure(data, calibration=True, **HOW)
    assert any(why in text for text in found.why_not) if why else not found.why_not
    assert found.roc_auc.known is (why == "")
    assert math.isfinite(found.roc_auc.value) is bool(spam and honest)
    assert (found.at_share is not None) is bool(spam and honest)


def test_one_network_of_spam_gives_no_interval() -> None:
    """A hundred domains of one operator are one witness."""
    data = sample()
    groups = np.where(data.is_spam == 1, -1, data.groups)
    found = measure(Sample(data.is_spam, data.score, groups), **HOW)
    assert found.spam_groups == 1
    assert not found.roc_auc.known


def test_no_cut_flags_nothing() -> None:
    data = sample()
    never = Sample(data.is_spam, data.score, data.groups, {"cut": np.zeros(400, np.bool_)})
    cut = measure(never, **HOW).cuts["cut"]
    assert math.isnan(cut.precision.value)
    assert math.isnan(cut.precision_at_prior.value)
    assert cut.recall.value == 0


def test_a_pair_is_judged_on_the_same_draws() -> None:
    data = sample(gap=0.6)
    better = Sample(data.is_spam, data.score + 0.03 * data.is_spam, data.groups)
    found = pair(better, Sample(data.is_spam, 100 * data.score, data.groups), **HOW)
    gain = found.gain["ROC AUC"]
    assert gain.low > 0  # though the two intervals overlap:
    assert found.ours["ROC AUC"].low < found.theirs["ROC AUC"].high
    same = pair(data, data, **HOW)
    assert {(g.value, g.low, g.high) for g in same.gain.values()} == {(0.0, 0.0, 0.0)}
    assert same.our_cuts["cut"] == same.their_cuts["cut"] == measure(data, **HOW).cuts["cut"]


def test_the_same_seed_gives_the_same_figures() -> None:
    assert measure(sample(), calibration=True, **HOW) == measure(sample(), calibration=True, **HOW)
    other = measure(sample(), **{**HOW, "seed": 1})
    assert other.roc_auc != measure(sample(), **HOW).roc_auc
