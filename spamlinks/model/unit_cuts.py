"""The cuts that hold for a linking domain: the model's own, by its address, or those it leans on.

A domain whose address alone reaches the threshold measured on real hosts needs less of the other
columns: there the threshold for ``AGREED_PRECISION`` decides. A model of one's own also gives
DISAVOW where the model that it started from does and the labels agree (``leaning``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from spamlinks.model.bundle import ModelBundle
from spamlinks.model.views import VIEWS

__all__ = [
    "AGREED_PRECISION",
    "REVIEW_PRECISION",
    "UnitCuts",
    "cuts_for",
    "highest_cuts",
    "leaning",
    "unit_cuts",
]

Floats = npt.NDArray[np.float64]

REVIEW_PRECISION = 0.80
"""REVIEW starts where four in five are spam at the prior: a list that is worth a person's time."""

AGREED_PRECISION = 0.90
"""What the other columns must say of a domain whose address alone reaches the strict threshold: the
highest cut measured up to this precision, for they only have to agree."""


@dataclass(frozen=True)
class UnitCuts:
    """Cuts of n linking domains in log-odds, each of shape (n,).

    ``disavow`` is inf where there is none, ``review`` is never above it; ``named`` says that the
    address alone settled ``disavow``.
    """

    disavow: Floats
    review: Floats
    named: npt.NDArray[np.bool_]


def unit_cuts(
    bundle: ModelBundle,
    odds: Floats,
    by_name: Floats,
    view: npt.NDArray[np.integer],
    precision: float,
) -> UnitCuts:
    """The cuts of a model for domains, from what it measured itself.

    Parameters
    ----------
    odds : log-odds of the domains, shape (n,).
    by_name : what their addresses alone say, in the log-odds of the view "urls", shape (n,); NaN
        where that was not looked at.
    view : index into ``VIEWS``, shape (n,).
    precision : promised for DISAVOW.
    """
    mild = cuts_for(bundle, REVIEW_PRECISION)[view]
    mild = np.where(np.isfinite(mild), mild, 0.0)  # no cut was measured: ask about even odds
    strict = cuts_for(bundle, precision)[view]
    agreed = np.maximum(highest_cuts(bundle, AGREED_PRECISION)[view], mild)
    cut = cuts_for(bundle, precision)[0]
    named = np.isfinite(cut) & (view > 0) & (by_name >= cut) & (odds < strict)
    strict = np.where(named, agreed, strict)
    return UnitCuts(strict, np.minimum(mild, strict), named)


def leaning(
    own: UnitCuts, odds: Floats, origin: UnitCuts, short_of: Floats, prior: float
) -> UnitCuts:
    """Cuts of a model that leans on another: DISAVOW also where that one says so and this agrees.

    Where the origin says DISAVOW, the score only has to reach REVIEW; if it does not and still is
    above what any domain has to begin with, the two disagree, and a person looks. Elsewhere the
    score lacks as much as the origin's lacks of its cut.

    Parameters
    ----------
    own, odds : this model's cuts and log-odds, at the share of spam ``prior``.
    origin, short_of : that model's cuts and log-odds.
    """
    says = short_of >= origin.disavow
    lacking = np.nextafter(odds + np.maximum(origin.disavow - short_of, 0.0), np.inf)
    leant = np.where(says, own.review, np.maximum(lacking, own.review))
    disavow = np.minimum(own.disavow, leant)
    review = np.where(says, np.minimum(own.review, float(logit(prior))), own.review)
    named = own.named | (says & origin.named & (leant < own.disavow))
    return UnitCuts(disavow, np.minimum(review, disavow), named)


def highest_cuts(bundle: ModelBundle, precision: float) -> Floats:
    """The highest cut of each view that was measured up to this precision; 0 where none was."""
    out = np.zeros(len(VIEWS))
    for index, view in enumerate(VIEWS):
        found = [
            cut.score
            for key, cut in bundle.cuts[view].items()
            if float(key) <= precision + 1e-9 and np.isfinite(cut.score)
        ]
        out[index] = max(found, default=0.0)
    return out


def cuts_for(bundle: ModelBundle, precision: float) -> Floats:
    """The cut of each view in log-odds; inf where the model has none for this precision."""
    out = np.full(len(VIEWS), np.inf)
    for index, view in enumerate(VIEWS):
        kept = sorted(float(p) for p in bundle.cuts[view] if float(p) >= precision - 1e-9)
        if kept:
            out[index] = bundle.cuts[view][f"{kept[0]:.2f}"].score
    return out
