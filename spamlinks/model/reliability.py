"""Whether probabilities mean what they say: reliability, calibration error and Brier skill.

A probability assumes a share of spam. Held against rows with another share it is off however good
the model is; ``shifted`` moves it to the share of the rows (Saerens, Latinne and Decaestecker,
2002), and only then do the figures judge the model. Bins are equally wide, so that the diagram
reads "of domains scored 0.8 to 0.9, so many are spam" (Naeini, Cooper and Hauskrecht, 2015).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from spamlinks.model.evaluation import Interval, interval

__all__ = ["BINS", "Bin", "Calibration", "Reliability", "Tally", "shifted"]

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.integer]

BINS = 10
"""Equally wide bins from 0 to 1."""


def shifted(probability: Floats, prior: float, share: float) -> Floats:
    """Move probabilities from one share of spam to another; both shares in (0, 1).

    >>> shifted(np.array([0.1, 0.5, 1.0]), 0.1, 0.5).round(3).tolist()
    [0.5, 0.9, 1.0]
    """
    tiny = np.finfo(np.float64).tiny
    odds = logit(np.clip(probability, tiny, 1.0)) + logit(share) - logit(prior)
    return np.asarray(expit(odds), dtype=np.float64)


@dataclass(frozen=True)
class Tally:
    """Sums over weighted rows; ``rows``, ``predicted`` and ``spam`` per bin, shape (BINS,)."""

    rows: Floats
    predicted: Floats
    spam: Floats
    squared: float

    @property
    def share(self) -> float:
        """Share of spam among the rows; NaN without rows."""
        total = self.rows.sum()
        return float(self.spam.sum() / total) if total else math.nan

    @property
    def error(self) -> float:
        """Expected calibration error: mean distance of a bin's score from its share, by rows."""
        total = self.rows.sum()
        return float(np.abs(self.predicted - self.spam).sum() / total) if total else math.nan

    @property
    def brier(self) -> float:
        """Mean squared distance of scores from labels."""
        total = self.rows.sum()
        return float(self.squared / total) if total else math.nan

    @property
    def skill(self) -> float:
        """Brier skill over the base rate: 1 is perfect, 0 no better than saying the share.

        NaN where one class is missing.
        """
        share = self.share
        plain = share * (1 - share)
        return 1 - self.brier / plain if plain > 0 else math.nan


class Reliability:
    """Rows put into bins by score once, so that any weighting of them is a few sums.

    Parameters
    ----------
    is_spam : 0 or 1, shape (n,).
    probability : shape (n,), in [0, 1].
    """

    def __init__(self, is_spam: Labels, probability: Floats) -> None:
        self.code = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
        self.probability = probability
        spam = (is_spam == 1).astype(np.int64)
        self.by_class = self.code + BINS * spam  # one count tells of both classes
        self.squared = (probability - spam) ** 2

    def tally(self, weight: Floats | None = None) -> Tally:
        """Sum up; ``weight`` of shape (n,), default 1 each."""
        w = np.ones(len(self.code)) if weight is None else weight
        counted = np.bincount(self.by_class, w, 2 * BINS).astype(np.float64)
        honest, spam = counted[:BINS], counted[BINS:]
        predicted = np.bincount(self.code, w * self.probability, BINS).astype(np.float64)
        return Tally(honest + spam, predicted, spam, float(w @ self.squared))


@dataclass(frozen=True)
class Bin:
    """Rows scored ``low`` to ``high``: how many, their mean score, the share of spam among them."""

    low: float
    high: float
    rows: int
    predicted: float
    observed: Interval


@dataclass(frozen=True)
class Calibration:
    """How scores at a share of spam ``prior`` compare with labels whose share is ``share``."""

    prior: float
    share: float
    error: Interval
    brier: Interval
    skill: Interval
    bins: tuple[Bin, ...]

    @classmethod
    def of(cls, found: Tally, rounds: list[Tally], prior: float) -> Calibration:
        """Put the figures of all rows and of their resamples together.

        Resampling adds noise, and noise only ever enlarges a mean distance: the interval of the
        calibration error is moved so that it is centred where the error was found, kept above 0.
        """
        errors = np.array([t.error for t in rounds], dtype=np.float64)
        if len(errors):
            errors = np.clip(errors - np.nanmean(errors) + found.error, 0.0, 1.0)
        bins = tuple(
            Bin(
                round(b / BINS, 6),
                round((b + 1) / BINS, 6),
                int(found.rows[b]),
                float(found.predicted[b] / found.rows[b]),
                _observed(found, rounds, b),
            )
            for b in range(BINS)
            if found.rows[b]
        )
        return cls(
            prior,
            found.share,
            interval(found.error, errors),
            interval(found.brier, [t.brier for t in rounds]),
            interval(found.skill, [t.skill for t in rounds]),
            bins,
        )


def _observed(found: Tally, rounds: list[Tally], b: int) -> Interval:
    value = float(found.spam[b] / found.rows[b])
    if not 0 < value < 1:  # a resample of rows of one class says nothing about the other
        return Interval(value)
    return interval(
        value, [float(t.spam[b] / t.rows[b]) if t.rows[b] else math.nan for t in rounds]
    )
