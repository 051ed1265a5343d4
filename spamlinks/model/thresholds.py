"""From out-of-fold margins to decisions: roll-up, calibration and thresholds, view by view.

Every number here is fitted on units whose network was left out of what judged them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from spamlinks.model.calibration import Cut, Line, fit_curve, fit_line, precision_cut
from spamlinks.model.examples import BESIDE, Examples
from spamlinks.model.views import STAND_INS, VIEWS
from spamlinks.policy import SITUATIONS

__all__ = [
    "JUDGED_HONEST",
    "JUDGED_SPAM",
    "MAX_FALSE_SHARE",
    "Calibrated",
    "calibrate",
    "fit_top_share",
    "judged",
    "precisions",
    "roll_up",
]

MAX_FALSE_SHARE = 0.001
"""Of the honest units, at most so many may be above the strictest threshold (upper bound)."""

GENERATED_BELIEF = 0.8
"""How much of the log-odds that calibration on generated links gives is believed. Generated spam is
easier to tell than real spam: on the one real export with a vendor's labels, full belief is off by
.03 to .08, this by .02 to .054 (expected calibration error of the views with link columns)."""

JUDGED_SPAM = "disavow_small"
"""Kind of spam host that recall is counted on: short lists that an owner made by hand, the labels
nearest to what users decide. The large lists were collected, and much in them is noise."""

JUDGED_HONEST = ("smallweb", "opendns_random")
"""Kinds of honest host that false alarms are counted on: small personal sites and random ones. The
random list trains nothing (``examples.JUDGES``): here it is a source left out whole. It holds some
spam, which makes the thresholds stricter than they need be."""


def judged(kind: npt.NDArray[np.object_], is_spam: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Real hosts that thresholds are chosen on, by their kind; bool (n,)."""
    return np.asarray(
        np.where(is_spam == 1, kind == JUDGED_SPAM, np.isin(kind, JUDGED_HONEST)), dtype=np.bool_
    )


def precisions() -> list[float]:
    """The precisions that thresholds are stored for, rising."""
    return sorted({0.8, 0.85, 0.9, 0.95, 0.98, 0.99, *SITUATIONS.values()})


def roll_up(
    values: npt.NDArray[np.float64], unit: npt.NDArray[np.int64], top_share: float = 0.0
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """How links decide about their domain: ``top_share`` of the highest, the rest of the mean.

    Returns
    -------
    (values, first): one value of each unit, shape (n_units,), and the first row of each unit.
    """
    _, first, inverse = np.unique(unit, return_index=True, return_inverse=True)
    means = np.bincount(inverse, weights=values) / np.bincount(inverse)
    if top_share == 0.0:
        return means, first
    top = np.full(len(first), -np.inf)
    np.maximum.at(top, inverse, values)
    return top_share * top + (1 - top_share) * means, first


def fit_top_share(ex: Examples, margins: npt.NDArray[np.float64]) -> float:
    """The share of the highest link that tells spam domains best: least log loss, left out.

    Only domains with several links can say; those are generated ones, the corpus has one row a
    host. A choice of form, not a claim. Domains of which some pages were fetched follow the rest.
    """
    _, inverse, counts = np.unique(ex.unit, return_inverse=True, return_counts=True)
    pages = np.isin(ex.view, [VIEWS.index(view) for view in STAND_INS])
    rows = (counts[inverse] > 1) & ~ex.is_real & ~_beside(ex) & ~pages
    losses = {}
    for step in range(11):
        values, first = roll_up(margins[rows], ex.unit[rows], step / 10)
        label = ex.is_spam[rows][first].astype(np.float64)
        odds = fit_line(values, ex.is_spam[rows][first]).log_odds(values, float(label.mean()))
        losses[step / 10] = float(np.mean(np.logaddexp(0, odds) - label * odds))
    return min(losses, key=lambda share: (round(losses[share], 6), share))


def _beside(ex: Examples) -> npt.NDArray[np.bool_]:
    """Rows that only stand beside fetched pages; rows that judge are real, and weigh nothing."""
    return np.asarray(~ex.is_real & (ex.weight < BESIDE * 100), dtype=np.bool_)


def _units(
    ex: Examples,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8], npt.NDArray[np.float64]]:
    """The unit of each row as 0 .. m-1, and of each unit its richest view and its weight."""
    names, of_unit = np.unique(ex.unit, return_inverse=True)
    view = np.zeros(len(names), np.int8)
    weight = np.zeros(len(names))
    np.maximum.at(view, of_unit, ex.view)
    np.maximum.at(weight, of_unit, ex.weight)
    return of_unit, view, weight


@dataclass(frozen=True)
class Calibrated:
    """Curves for links and for linking domains, thresholds, and the roll-up, by view."""

    lines: dict[str, Line]
    unit_lines: dict[str, Line]
    cuts: dict[str, dict[str, Cut]]
    top_share: float


def calibrate(ex: Examples, margins: npt.NDArray[np.float64], prior: float) -> Calibrated:
    """Fit calibration and thresholds per view on out-of-fold margins of units.

    The view "urls" is judged on real hosts alone (``judged``). In the other views generated links
    of real honest names are counted; their cuts may not fall below the score that "urls" asks for.
    """
    lines: dict[str, Line] = {}
    unit_lines: dict[str, Line] = {}
    cuts: dict[str, dict[str, Cut]] = {}
    floor: dict[str, float] = {}
    top_share = fit_top_share(ex, margins)
    of_unit, unit_view, unit_weight = _units(ex)
    all_beside = np.ones(len(unit_view), np.bool_)
    beside = _beside(ex)
    all_beside[of_unit[~beside]] = False
    for index, view in enumerate(VIEWS):
        usable = ex.is_real if view == "urls" else np.ones(len(ex.unit), np.bool_)
        rows = usable & ~beside & (ex.view == index)
        belief = 1.0 if view == "urls" else GENERATED_BELIEF
        curve = fit_curve(margins[rows], ex.is_spam[rows], ex.weight[rows])
        lines[view] = curve.flattened(belief)
        # A domain is judged in the richest view of its rows, by all of them.
        rows = usable & (unit_view == index)[of_unit] & ~all_beside[of_unit]
        values, first = roll_up(margins[rows], ex.unit[rows], top_share)
        label = ex.is_spam[rows][first]
        weight = unit_weight[of_unit[rows]][first]
        unit_lines[view] = fit_curve(values, label, weight).flattened(belief)
        odds = unit_lines[view].log_odds(values, prior)
        kind = ex.host_kind[rows][first]
        chosen = judged(kind, label) if view == "urls" else np.ones(len(label), np.bool_)
        cuts[view] = {}
        for target in precisions():
            strict = target >= SITUATIONS["none"]
            cut = precision_cut(
                odds[chosen],
                label[chosen],
                target,
                prior,
                max_false_share=MAX_FALSE_SHARE if strict else 1.0,
            )
            key = f"{target:.2f}"
            if view == "urls":
                floor[key] = cut.score
            elif cut.score < floor[key]:
                cut = replace(cut, score=floor[key])
            cuts[view][key] = cut
    return Calibrated(lines, unit_lines, cuts, top_share)
