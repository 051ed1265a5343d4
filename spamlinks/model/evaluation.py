"""Figures with intervals: groups (linking domains, networks) are resampled whole.

A resample is a weight per group, not a list of rows: rows are sorted once, and each round is a few
passes over a million rows instead of another sort (Efron, 1979; Field and Welsh, 2007, for whole
groups).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "MIN_GROUPS",
    "Interval",
    "Metric",
    "RankMetric",
    "Ranked",
    "average_precision",
    "bootstrap",
    "difference",
    "draws",
    "interval",
    "recall_at",
    "roc_auc",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Labels = npt.NDArray[np.integer]
Metric = Callable[[Labels, Floats], float]
"""A figure of labels (1 = spam) and scores (higher is worse), both of shape (n,)."""

MIN_GROUPS = 5
"""With fewer groups of a class there is no interval: resampling a handful says nothing."""

_MIN_ROUNDS_SHARE = 0.8  # of the rounds must have had both classes


class Ranked:
    """Rows sorted once by score, worst first, so that any weighting is judged in a few passes.

    Parameters
    ----------
    is_spam : 0 or 1, shape (n,).
    score : shape (n,), higher is worse; equal scores count as one place.
    """

    def __init__(self, is_spam: Labels, score: Floats) -> None:
        self.order = np.argsort(-score, kind="stable")
        self.score = score[self.order]
        self.is_spam = (is_spam[self.order] == 1).astype(np.float64)
        last = np.ones(len(score), np.bool_)
        if len(score):
            last[:-1] = self.score[1:] != self.score[:-1]
        self.ends: Ints = np.flatnonzero(last)
        self._all = len(self.ends) == len(score)  # no ties: every row is a place of its own

    def counts(self, weight: Floats | None = None) -> tuple[Floats, Floats]:
        """Spam and honest weight at or above each distinct score, worst first.

        Parameters
        ----------
        weight : of the rows in sorted order (``w[ranked.order]``); default 1 each.
        """
        if weight is None:
            spam = np.cumsum(self.is_spam)[self.ends]
            return spam, (self.ends + 1.0) - spam
        spam, both = np.cumsum(weight * self.is_spam), np.cumsum(weight)
        if not self._all:
            spam, both = spam[self.ends], both[self.ends]
        return spam, both - spam


@dataclass(frozen=True)
class RankMetric:
    """A metric that needs only the counts at each distinct score, so any weighting is cheap.

    ``of(spam, honest)`` takes what ``Ranked.counts`` returns. Called with labels and scores it is
    a ``Metric``.
    """

    name: str
    of: Callable[[Floats, Floats], float]

    def __call__(self, is_spam: Labels, score: Floats) -> float:
        """Compute it for rows of weight 1."""
        return self.of(*Ranked(is_spam, score).counts())


def _steps(sums: Floats) -> Floats:
    """What each place adds to a running sum."""
    out = sums.copy()
    out[1:] -= sums[:-1]
    return out


def _roc_auc(spam: Floats, honest: Floats) -> float:
    if not len(spam) or not spam[-1] or not honest[-1]:
        return math.nan
    # Each step adds spam above what is honest below it, and half of what is tied with it.
    below = honest[-1] - honest + _steps(honest) / 2
    return float(_steps(spam) @ below / (spam[-1] * honest[-1]))


def _average_precision(spam: Floats, honest: Floats) -> float:
    if not len(spam) or not spam[-1]:
        return math.nan
    precision = spam / np.maximum(spam + honest, 1e-9)  # weights are whole numbers, or 0 at the top
    return float(_steps(spam) @ precision / spam[-1])


roc_auc = RankMetric("ROC AUC", _roc_auc)
"""Area under the ROC curve, ties count half; NaN when a class is missing."""

average_precision = RankMetric("average precision", _average_precision)
"""Average precision, equal scores taken together; NaN when there is no spam."""


def recall_at(false_share: float) -> RankMetric:
    """Build the metric "recall where at most ``false_share`` of honest rows are above the cut"."""

    def recall(spam: Floats, honest: Floats) -> float:
        if not len(spam) or not spam[-1] or not honest[-1]:
            return math.nan
        allowed = np.searchsorted(honest, false_share * honest[-1] + 1e-9, side="right")
        return float(spam[allowed - 1] / spam[-1]) if allowed else 0.0

    return RankMetric(f"recall at {false_share:g} false alarms", recall)


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % bootstrap interval; NaN where a number cannot be had."""

    value: float
    low: float = math.nan
    high: float = math.nan

    def __str__(self) -> str:
        return self.text(3)

    @property
    def known(self) -> bool:
        """Whether there are both ends."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    def text(self, digits: int = 3) -> str:
        """Write value and ends with so many digits after the point.

        >>> Interval(0.5, 0.25, 1.0).text(2), Interval(0.5).text(), Interval(float("nan")).text()
        ('0.50 [0.25, 1.00]', '0.500 [n/a]', 'n/a')
        """
        if not math.isfinite(self.value):
            return "n/a"
        if not self.known:
            return f"{self.value:.{digits}f} [n/a]"
        return f"{self.value:.{digits}f} [{self.low:.{digits}f}, {self.high:.{digits}f}]"


def draws(groups: Ints, rounds: int, seed: int) -> Iterator[Floats]:
    """Draw groups with replacement, as many as there are; yield how often each row is in a round.

    Parameters
    ----------
    groups : int codes of shape (n,).

    Yields
    ------
    float64 array (n,) of whole numbers, ``rounds`` times.
    """
    rng = np.random.default_rng(seed)
    distinct, code = np.unique(groups, return_inverse=True)
    size = len(distinct)
    for _ in range(rounds):
        times = np.bincount(rng.integers(0, size, size), minlength=size).astype(np.float64)
        yield times[code]


def interval(value: float, values: Sequence[float] | Floats) -> Interval:
    """Put the middle 95 % of resampled values around a figure.

    Rounds in which the figure could not be had (NaN) are left out; with more than a fifth of them
    there is no interval.
    """
    found = np.asarray(values, dtype=np.float64)
    found = found[np.isfinite(found)]
    if not math.isfinite(value) or len(found) < _MIN_ROUNDS_SHARE * max(len(values), 1):
        return Interval(value)
    low, high = np.percentile(found, [2.5, 97.5])
    return Interval(value, float(low), float(high))


def bootstrap(
    metric: Metric,
    is_spam: Labels,
    score: Floats,
    groups: Ints,
    *,
    rounds: int = 500,
    seed: int = 0,
) -> Interval:
    """Compute a metric with an interval from whole groups drawn with replacement.

    Parameters
    ----------
    groups : int codes of shape (n,), such as of linking domains or networks.
    """
    judge = _judge(metric, is_spam, score)
    values = [judge(weight) for weight in draws(groups, rounds, seed)]
    return interval(metric(is_spam, score), values)


def difference(
    metric: Metric,
    is_spam: Labels,
    ours: Floats,
    theirs: Floats,
    groups: Ints,
    *,
    rounds: int = 1000,
    seed: int = 0,
) -> Interval:
    """Paired difference ``metric(ours) - metric(theirs)`` on the same resampled groups."""
    one, two = _judge(metric, is_spam, ours), _judge(metric, is_spam, theirs)
    values = [one(weight) - two(weight) for weight in draws(groups, rounds, seed)]
    return interval(metric(is_spam, ours) - metric(is_spam, theirs), values)


def _judge(metric: Metric, is_spam: Labels, score: Floats) -> Callable[[Floats], float]:
    """The metric as a function of the rows' weights."""
    if isinstance(metric, RankMetric):
        ranked = Ranked(is_spam, score)
        return lambda weight: metric.of(*ranked.counts(weight[ranked.order]))
    rows = np.arange(len(is_spam))

    def repeated(weight: Floats) -> float:
        chosen = np.repeat(rows, weight.astype(np.int64))
        return metric(is_spam[chosen], score[chosen])

    return repeated
