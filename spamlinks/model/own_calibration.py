"""Calibration and thresholds of a model of one's own, from domains that were left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from spamlinks.model.bundle import ModelBundle
from spamlinks.model.calibration import Cut, Line, fit_line, precision_cut
from spamlinks.model.thresholds import precisions, roll_up
from spamlinks.model.views import VIEWS, view_of

__all__ = [
    "OwnCalibration",
    "Units",
    "at_share",
    "calibrate_own",
    "moved_to",
    "never",
    "split_units",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Units:
    """Labelled linking domains, m of them, with what folds that left them out say.

    Attributes
    ----------
    margins : out-of-fold margins, shape (m,).
    hidden : the same as poorer exports would show them, by view.
    view : index into ``VIEWS`` of the richest that their first row allows, shape (m,).
    label : probability of spam, shape (m,); ``named``: 1 where it is at least one half by what was
        said, else 0.
    codes : of the domains, rising, shape (m,).
    """

    margins: Floats
    hidden: Mapping[str, Floats]
    view: npt.NDArray[np.int8]
    label: Floats
    named: npt.NDArray[np.int8]
    codes: Ints

    @classmethod
    def of(
        cls,
        matrix: npt.NDArray[np.float32],
        margins: Floats,
        hidden: Mapping[str, Floats],
        is_spam: npt.NDArray[np.int8],
        target: Floats,
        domains: Ints,
    ) -> Units:
        """Roll n labelled rows up to their domains, margins by their mean."""
        label, first = roll_up(target, domains)
        named = roll_up(is_spam.astype(np.float64), domains)[0] >= 0.5
        return cls(
            roll_up(margins, domains)[0],
            {view: roll_up(values, domains)[0] for view, values in hidden.items()},
            view_of(matrix)[first],
            label,
            named.astype(np.int8),
            domains[first],
        )


@dataclass(frozen=True)
class OwnCalibration:
    """Lines and cuts by view, and the share of spam that they assume."""

    lines: Mapping[str, Line]
    cuts: Mapping[str, Mapping[str, Cut]]
    prior: float

    def shifted(self, constant: float) -> dict[str, Line]:
        """Lines for margins that lack a constant."""
        return {
            view: Line(line.slope, line.offset + line.slope * constant, line.prior)
            for view, line in self.lines.items()
        }


def calibrate_own(
    units: Units, prior: float | None = None, promised_at: float | None = None
) -> OwnCalibration:
    """Lines and cuts from out-of-fold units.

    A view that no row can show gets the line of the nearest poorer one that was measured, else of
    the nearest richer one, and no cut: nothing was measured there.

    Parameters
    ----------
    prior : share of spam that scores assume; None: that of the labels, believed from 0.01 to 0.5,
        or to 0.99 with ``promised_at``.
    promised_at : a share at which cuts keep their promise as well; None: at ``prior`` alone.
    """
    most = 0.5 if promised_at is None else 0.99
    prior = float(np.clip(units.label.mean(), 0.01, most)) if prior is None else prior
    promised_at = prior if promised_at is None else min(prior, promised_at)
    lines: dict[str, Line] = {}
    cuts: dict[str, dict[str, Cut]] = {}
    for index, view in enumerate(VIEWS):
        means = units.hidden.get(view, units.margins)
        here = np.ones(len(means), np.bool_) if view in units.hidden else units.view == index
        if len(np.unique(units.named[here])) < 2:
            cuts[view] = {f"{p:.2f}": never(promised_at) for p in precisions()}
            continue
        hard, weight, at = split_units(units.label[here])
        lines[view] = fit_line(means[here][at], hard, weight, doubt=True)
        odds, named = lines[view].log_odds(means[here], prior), units.named[here]
        cuts[view] = {f"{p:.2f}": precision_cut(odds, named, p, promised_at) for p in precisions()}
    if not lines:  # each view shows one class only: judge them together
        hard, weight, at = split_units(units.label)
        line = fit_line(units.margins[at], hard, weight, doubt=True)
        lines[VIEWS[int(units.view.max())]] = line
    measured = [index for index, view in enumerate(VIEWS) if view in lines]
    for index, view in enumerate(VIEWS):
        nearest = min(measured, key=lambda other: (other > index, abs(other - index)))
        lines.setdefault(view, lines[VIEWS[nearest]])
    return OwnCalibration(lines, cuts, prior)


def split_units(label: Floats) -> tuple[npt.NDArray[np.int8], Floats, Ints]:
    """Units with hard labels, those in doubt twice: (label, weight, unit)."""
    spam, honest = np.flatnonzero(label > 0), np.flatnonzero(label < 1)
    hard = np.repeat(np.array([1, 0], np.int8), [len(spam), len(honest)])
    return hard, np.concatenate([label[spam], 1 - label[honest]]), np.concatenate([spam, honest])


def never(prior: float) -> Cut:
    """A cut that nothing reaches."""
    return Cut(float("inf"), 0.0, prior, 0.0, 0.0, 0.0, 0, 0)


def at_share(bundle: ModelBundle, share: float) -> ModelBundle:
    """The same scores, said to assume another share of spam, in (0, 1).

    For scores that stand as labelled: what share they assume of a whole export is found by scoring
    it. A cut whose promise was counted at a larger share is dropped.
    """
    moved = float(logit(share) - logit(bundle.prior))

    def said(line: Line) -> Line:
        return replace(line, prior=float(expit(logit(line.prior) + moved)))

    own = bundle.unit_lines
    return replace(
        bundle,
        prior=share,
        lines={view: said(line) for view, line in bundle.lines.items()},
        unit_lines=None if own is None else {view: said(line) for view, line in own.items()},
        cuts=_kept(bundle, share, 0.0),
    )


def moved_to(bundle: ModelBundle, share: float) -> ModelBundle:
    """The model with scores and cuts moved to another share of spam, in (0, 1).

    The order of scores stays, and what is above a cut. A cut whose promise was counted at a larger
    share is dropped.
    """
    moved = float(logit(share) - logit(bundle.prior))
    return replace(bundle, prior=share, cuts=_kept(bundle, share, moved))


def _kept(bundle: ModelBundle, share: float, moved: float) -> dict[str, dict[str, Cut]]:
    return {
        view: {
            key: replace(cut, score=cut.score + moved) if cut.prior <= share else never(share)
            for key, cut in by.items()
        }
        for view, by in bundle.cuts.items()
    }
