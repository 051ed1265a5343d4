"""From margins to probabilities, and from a promised precision to a threshold.

Margins are log-odds at the share of spam in training. Calibration is a rising curve per view,
fitted out of fold: a line (Platt, 1999), ``a * margin + b`` with ``a > 0``, bent at a few knots
where enough labels stand (isotonic regression of bins; Zadrozny and Elkan, 2002). It is then
shifted to the prior that the bundle records (Saerens, Latinne and Decaestecker, 2002; also the
source of the EM for ``auto``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

__all__ = [
    "Cut",
    "Line",
    "estimate_prior",
    "fit_curve",
    "fit_line",
    "precision_cut",
    "upper_share",
]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """Calibration of one view: log-odds = ``slope`` * margin + ``offset`` at prior ``prior``.

    With ``knots``, pairs (margin, log-odds) that rise in both, the curve runs straight from knot
    to knot instead, and beyond the outer ones with ``slope``.
    """

    slope: float
    offset: float
    prior: float
    knots: tuple[tuple[float, float], ...] = ()

    def log_odds(self, margins: npt.NDArray[np.floating], prior: float) -> Floats:
        """Calibrated log-odds at another prior, 0 < prior < 1; shape as given."""
        shift = float(logit(prior) - logit(self.prior))
        if not self.knots:
            return np.asarray(self.slope * margins + self.offset + shift, dtype=np.float64)
        at, odds = np.array(self.knots, dtype=np.float64).T
        beyond = np.minimum(margins - at[0], 0) + np.maximum(margins - at[-1], 0)
        curve = np.interp(margins, at, odds) + self.slope * beyond
        return np.asarray(curve + shift, dtype=np.float64)

    def flattened(self, belief: float) -> Line:
        """The curve with log-odds drawn towards those of its prior; ``belief`` in (0, 1].

        >>> Line(2.0, 0.0, 0.5).flattened(0.5)
        Line(slope=1.0, offset=0.0, prior=0.5, knots=())
        """
        rest = (1 - belief) * float(logit(self.prior))
        knots = tuple((at, belief * odds + rest) for at, odds in self.knots)
        return Line(belief * self.slope, belief * self.offset + rest, self.prior, knots)


def fit_line(
    margins: Floats,
    is_spam: npt.NDArray[np.integer],
    weight: Floats | None = None,
    *,
    doubt: bool = False,
) -> Line:
    """Fit a calibration line by weighted log loss, the slope kept at 0.05 or more.

    Parameters
    ----------
    margins : out-of-fold margins, shape (n,).
    is_spam : 0 or 1, shape (n,), both present.
    doubt : aim at ``(n_spam + 1) / (n_spam + 2)`` and its like instead of 1 and 0, as Platt does:
        a few dozen labels that margins tell apart without fault would have no finite slope.
    """
    from scipy.optimize import minimize  # late: scoring does not need it

    w = np.ones(len(margins)) if weight is None else weight
    y = is_spam.astype(np.float64)
    share = float(np.average(y, weights=w))
    if doubt:
        spam = float(y.sum())
        y = np.where(y == 1, (spam + 1) / (spam + 2), 1 / (len(y) - spam + 2))
    scale = float(np.std(margins)) or 1.0
    x = margins / scale

    def loss(theta: Floats) -> float:
        z = np.exp(theta[0]) * x + theta[1]
        return float(np.average(np.logaddexp(0, z) - y * z, weights=w))

    best = minimize(
        loss,
        np.array([0.0, 0.0]),
        method="Nelder-Mead",
        options={"xatol": 1e-5, "fatol": 1e-9, "maxiter": 2000},
    )
    slope = max(0.05, float(np.exp(best.x[0]) / scale))
    return Line(slope, float(best.x[1]), share)


MAX_KNOTS = 12
KNOT_UNITS = 60
"""A knot stands for so many labelled units of each class at least."""

_LEAN = 20.0  # units' worth of trust in the line at each knot


def fit_curve(
    margins: Floats, is_spam: npt.NDArray[np.integer], weight: Floats | None = None
) -> Line:
    """Fit ``fit_line`` and bend it where the labels say so.

    Bins hold equal parts of both classes taken together; in each the share of spam leans on the
    line, then shares are made to rise (isotonic regression). With fewer than ``KNOT_UNITS`` units
    of a class for each of two bins the line stays straight.

    Parameters
    ----------
    margins : out-of-fold margins, shape (n,).
    is_spam : 0 or 1, shape (n,), both present.
    weight : above or equal 0, shape (n,).
    """
    from sklearn.isotonic import IsotonicRegression  # late: scoring does not need it

    line = fit_line(margins, is_spam, weight)
    w = np.ones(len(margins)) if weight is None else weight
    here = w > 0
    x, y, w = margins[here], is_spam[here].astype(np.float64), w[here]
    bins = min(MAX_KNOTS, int(min(y.sum(), (1 - y).sum()) // KNOT_UNITS))
    if bins < 2:
        return line
    order = np.argsort(x, kind="stable")
    x, y, w = x[order], y[order], w[order]
    each = np.where(y == 1, 0.5 / y.sum(), 0.5 / (1 - y).sum())
    code = np.minimum((np.cumsum(each) * bins).astype(np.int64), bins - 1)
    total = np.bincount(code, w, bins)
    centre = np.bincount(code, w * x, bins) / total
    expected = expit(line.slope * centre + line.offset)
    lean = _LEAN * w.mean()
    share = (np.bincount(code, w * y, bins) + lean * expected) / (total + lean)
    rising = IsotonicRegression().fit_transform(centre, share, sample_weight=total)
    odds = logit(np.clip(rising, 1e-6, 1 - 1e-6))
    # A little slope everywhere: equal scores for unlike margins would hide their order.
    odds = odds + 1e-3 * (centre - centre[0])
    knots = tuple((float(a), float(b)) for a, b in zip(centre, odds, strict=True))
    return Line(line.slope, line.offset, line.prior, knots)


def upper_share(hits: int, trials: int, confidence: float = 0.95) -> float:
    """One-sided upper bound of a share (Clopper and Pearson, 1934); 1.0 without trials.

    >>> round(upper_share(0, 3000), 5), upper_share(0, 0)
    (0.001, 1.0)
    """
    from scipy.stats import beta  # late: importing it takes half a second

    if hits >= trials:
        return 1.0
    return float(beta.ppf(confidence, hits + 1, trials - hits))


@dataclass(frozen=True, slots=True)
class Cut:
    """A threshold and what stands behind it, all counted on left-out units.

    ``score`` is in log-odds at ``prior``; ``inf`` where no threshold keeps the promise.
    """

    score: float
    precision: float
    prior: float
    recall: float
    false_per_10000: float
    false_per_10000_upper: float
    spam_above: int
    honest_units: int


MIN_SPAM_ABOVE = 30
"""Fewer spam units above a cut say too little about it."""


def precision_cut(
    log_odds: Floats,
    is_spam: npt.NDArray[np.integer],
    precision: float,
    prior: float,
    *,
    max_false_share: float = 1.0,
) -> Cut:
    """Find the lowest cut whose precision at ``prior`` is kept with 95 % confidence.

    Each candidate is tested by itself and the lowest that passes is taken, so the bound is a
    little optimistic: it does not pay for the choice among them.

    Precision is ``prior * recall / (prior * recall + (1 - prior) * f)``, with ``f`` the upper
    bound of the share of honest units above the cut; every higher cut must keep it as well.

    Parameters
    ----------
    log_odds : calibrated scores of left-out units, shape (n,).
    is_spam : 0 or 1, shape (n,).
    precision : promised share of spam among what is above the cut, in (0, 1).
    max_false_share : upper bound allowed for ``f``.
    """
    honest = np.sort(log_odds[is_spam == 0])
    spam = np.sort(log_odds[is_spam == 1])
    best = Cut(float("inf"), 0.0, prior, 0.0, 0.0, 0.0, 0, len(honest))
    if not len(honest) or not len(spam):
        return best
    # Candidates: just above each honest unit, from the top; between two of them recall only grows.
    for above in np.unique(honest)[::-1]:
        false = int(len(honest) - np.searchsorted(honest, above, side="right"))
        cut = float(np.nextafter(above, np.inf))
        caught = int(len(spam) - np.searchsorted(spam, cut))
        recall = caught / len(spam)
        bound = upper_share(false, len(honest))
        hit = prior * recall
        kept = hit / (hit + (1 - prior) * bound) if hit else 0.0
        if bound > max_false_share:
            break
        if caught >= MIN_SPAM_ABOVE and kept >= precision:
            best = Cut(
                cut,
                kept,
                prior,
                recall,
                1e4 * false / len(honest),
                1e4 * bound,
                caught,
                len(honest),
            )
        elif best.spam_above and kept < precision * 0.9:
            break
    return best


def estimate_prior(log_odds: Floats, prior: float, rounds: int = 100) -> float:
    """Estimate a profile's own share of spam by EM on its scores (Saerens and others, 2002).

    Parameters
    ----------
    log_odds : calibrated unit scores at ``prior``, shape (n,); NaN is ignored.

    Returns
    -------
    float in [0.005, 0.8]: extremes are not believed. ``prior`` itself for fewer than 50 units.
    """
    scores = log_odds[np.isfinite(log_odds)]
    if len(scores) < 50:
        return prior
    share = prior
    for _ in range(rounds):
        new = float(expit(scores + logit(share) - logit(prior)).mean())
        new = min(max(new, 0.005), 0.8)
        if abs(new - share) < 1e-6:
            break
        share = new
    return share
