"""The start's cuts in a model of one's own: in force unless too many labels speak against them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import bdtrc

from spamlinks.model.bundle import ModelBundle
from spamlinks.model.origin import Origin
from spamlinks.model.own_calibration import OwnCalibration, Units, never
from spamlinks.model.thresholds import roll_up
from spamlinks.model.unit_cuts import unit_cuts
from spamlinks.model.views import VIEWS, hide

__all__ = ["CHANCE", "Dispute", "disputed", "origin_of", "without_disputed"]

CHANCE = 0.01
"""A cut is lifted where so many honest labels above it are less likely than this, were its promise
kept and so many labels slips as ``SLIPS`` says."""

SLIPS = 0.05
"""Share of labels taken for slips: who decides about a hundred sites errs in some."""


@dataclass(frozen=True)
class Dispute:
    """Labels that speak against a promised precision of the start.

    Of ``said`` labelled linking domains that both models would disavow, ``honest`` were labelled
    honest; ``domains`` are their codes. ``lifted``: they are too many for the promise, so that the
    cut is not in force.
    """

    precision: float
    said: int
    honest: int
    domains: tuple[int, ...]
    lifted: bool

    def to_dict(self) -> dict[str, Any]:
        """For metadata.json."""
        return {
            "precision": self.precision,
            "said": self.said,
            "honest": self.honest,
            "lifted": self.lifted,
        }


def origin_of(start: ModelBundle, scale: float) -> Origin | None:
    """What a model keeps of its start, whose parts count ``scale`` times in it.

    Of a start that leans on another, that other one; None where the start has no cut at all.
    """
    if start.origin is not None:
        return replace(start.origin, scale=start.origin.scale * scale)
    if not any(math.isfinite(cut.score) for by in start.cuts.values() for cut in by.values()):
        return None
    return Origin(
        start.name,
        len(start.parts),
        scale,
        start.lines,
        start.unit_lines or start.lines,
        start.cuts,
        start.prior,
        start.top_share,
    )


def disputed(
    bundle: ModelBundle,
    units: Units,
    found: OwnCalibration,
    matrix: npt.NDArray[np.float32],
    domains: npt.NDArray[np.int64],
    may_disavow: npt.NDArray[np.bool_] | None = None,
) -> tuple[Dispute, ...]:
    """What the labels say against the start's cuts, by promised precision; only where they do.

    Parameters
    ----------
    bundle : the new model, with its origin.
    units, found : labelled domains, judged by folds that left them out, and their calibration.
    matrix, domains : signals and domain codes of the labelled rows.
    may_disavow : rows of domains that no guard keeps from DISAVOW; None: all.
    """
    origin = bundle.origin_model()
    if origin is None:
        return ()
    before = origin.margins(matrix, 1)
    rolled, first = roll_up(before, domains, origin.top_share)
    worst = _worst_rows(before, domains)
    least = min(found.prior, origin.prior)
    then = origin.log_odds(rolled, units.view, least, units=True)
    bare = origin.margins(hide(matrix[worst], "urls"), 1)
    by_name = origin.log_odds(bare, np.zeros(len(first), np.int8), least, units=True)
    free = np.ones(len(first), np.bool_) if may_disavow is None else may_disavow[first]
    odds = np.zeros(len(first))
    for index, view in enumerate(VIEWS):
        here = units.view == index
        odds[here] = found.lines[view].log_odds(units.margins[here], found.prior)
    unknown = np.full(len(first), np.nan)
    out = []
    for precision in sorted({float(key) for by in origin.cuts.values() for key in by}):
        theirs = unit_cuts(origin, then, by_name, units.view, precision)
        agrees = odds >= unit_cuts(bundle, odds, unknown, units.view, precision).review
        said = (then >= theirs.disavow) & agrees & free
        honest = said & (units.named == 0)
        count, wrong = int(said.sum()), int(honest.sum())
        if wrong:
            chance = float(bdtrc(wrong - 1, count, 1 - precision + SLIPS))
            codes = tuple(units.codes[honest].tolist())
            out.append(Dispute(precision, count, wrong, codes, chance < CHANCE))
    return tuple(out)


def _worst_rows(
    margins: npt.NDArray[np.float64], domains: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """The row with the highest margin of each domain, by rising code."""
    order = np.lexsort((-margins, domains))
    return order[np.unique(domains[order], return_index=True)[1]]


def without_disputed(bundle: ModelBundle, disputes: Sequence[Dispute]) -> ModelBundle:
    """The model with each lifted cut of its origin replaced by the next higher that is in force."""
    bad = {f"{dispute.precision:.2f}" for dispute in disputes if dispute.lifted}
    if bundle.origin is None or not bad:
        return bundle
    cuts = {}
    for view, by in bundle.origin.cuts.items():
        kept = {}
        for key in by:
            good = sorted(k for k in by if k >= key and k not in bad)
            kept[key] = by[good[0]] if good else never(bundle.origin.prior)
        cuts[view] = kept
    return replace(bundle, origin=replace(bundle.origin, cuts=cuts))
