"""Figures with intervals: groups (linking domains, networks) are resampled whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score

__all__ = ["Interval", "average_precision", "bootstrap", "difference", "recall_at", "roc_auc"]

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.integer]
Metric = Callable[[Labels, Floats], float]


def roc_auc(is_spam: Labels, score: Floats) -> float:
    """Area under the ROC curve, ties count half; NaN when a class is missing."""
    spam = int(is_spam.sum())
    honest = len(is_spam) - spam
    if not spam or not honest:
        return float("nan")
    ranks = rankdata(score)
    return float((ranks[is_spam == 1].sum() - spam * (spam + 1) / 2) / (spam * honest))


def average_precision(is_spam: Labels, score: Floats) -> float:
    """Average precision; NaN when there is no spam."""
    return float(average_precision_score(is_spam, score)) if is_spam.any() else float("nan")


def recall_at(false_share: float) -> Metric:
    """Build the metric "recall where at most ``false_share`` of honest rows are above the cut"."""

    def metric(is_spam: Labels, score: Floats) -> float:
        honest = np.sort(score[is_spam == 0])
        if not len(honest) or not is_spam.any():
            return float("nan")
        allowed = int(np.floor(false_share * len(honest)))
        cut = honest[len(honest) - allowed - 1]
        return float((score[is_spam == 1] > cut).mean())

    return metric


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def _resamples(
    groups: npt.NDArray[np.int64], rounds: int, seed: int
) -> list[npt.NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    _, code = np.unique(groups, return_inverse=True)
    order = np.argsort(code, kind="stable")
    starts = np.searchsorted(code[order], np.arange(code.max() + 2))
    members = [order[starts[g] : starts[g + 1]] for g in range(code.max() + 1)]
    return [
        np.concatenate([members[g] for g in rng.integers(0, len(members), len(members))])
        for _ in range(rounds)
    ]


def bootstrap(
    metric: Metric,
    is_spam: Labels,
    score: Floats,
    groups: npt.NDArray[np.int64],
    *,
    rounds: int = 500,
    seed: int = 0,
) -> Interval:
    """Compute a metric with an interval from whole groups drawn with replacement.

    Parameters
    ----------
    groups : int codes of shape (n,), such as of linking domains or networks.
    """
    values = [metric(is_spam[rows], score[rows]) for rows in _resamples(groups, rounds, seed)]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return Interval(metric(is_spam, score), float(low), float(high))


def difference(
    metric: Metric,
    is_spam: Labels,
    ours: Floats,
    theirs: Floats,
    groups: npt.NDArray[np.int64],
    *,
    rounds: int = 1000,
    seed: int = 0,
) -> Interval:
    """Paired difference ``metric(ours) - metric(theirs)`` on the same resampled groups."""
    values = [
        metric(is_spam[rows], ours[rows]) - metric(is_spam[rows], theirs[rows])
        for rows in _resamples(groups, rounds, seed)
    ]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return Interval(metric(is_spam, ours) - metric(is_spam, theirs), float(low), float(high))
