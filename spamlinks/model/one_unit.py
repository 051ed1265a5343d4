"""The score of one linking domain from the signals of its links, as ``unit_scores`` has it.

For explanations: the steps from margins to the score one by one, and the same domain judged again
with something else in a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from spamlinks.model.bundle import ModelBundle
from spamlinks.model.calibration import Line
from spamlinks.model.scoring import network_share
from spamlinks.model.unit_cuts import cuts_for, leaning, unit_cuts
from spamlinks.model.views import VIEWS, hide, view_of
from spamlinks.signals.kernel import SIGNALS

__all__ = ["Steps", "UnitJudgement", "judge_unit", "link_steps", "unit_steps"]

Matrix = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

_PLACE = {name: place for place, name in enumerate(SIGNALS)}


@dataclass(frozen=True, slots=True)
class Steps:
    """The way from the margin of the worst link to a score, in log-odds.

    Attributes
    ----------
    worst, mean : margins: of the worst link and on average.
    rolled : what the links together count.
    calibrated : at ``line_prior``, the share of spam that the calibration was fitted at.
    log_odds : at ``prior``; the score is ``1 / (1 + exp(-log_odds))``.
    top_share : how much the worst link counts against the average; 1 for a single link.
    view : by whose calibration.
    """

    worst: float
    mean: float
    rolled: float
    calibrated: float
    log_odds: float
    line_prior: float
    prior: float
    top_share: float
    view: str

    @property
    def score(self) -> float:
        """Probability of spam, in [0, 1]."""
        return float(expit(self.log_odds))


def unit_steps(bundle: ModelBundle, margins: Floats, view: str, prior: float) -> Steps:
    """Steps of a linking domain.

    Parameters
    ----------
    margins : of its links, shape (n,), n > 0.
    view : the richest of its links.
    prior : share of spam to assume.
    """
    worst, mean = float(margins.max()), float(margins.mean())
    rolled = bundle.top_share * worst + (1 - bundle.top_share) * mean
    line = (bundle.unit_lines or bundle.lines)[view]
    return _steps(line, worst, mean, rolled, prior, bundle.top_share, view)


def link_steps(bundle: ModelBundle, margin: float, view: str, prior: float) -> Steps:
    """Steps of one link."""
    return _steps(bundle.lines[view], margin, margin, margin, prior, 1.0, view)


def _steps(
    line: Line, worst: float, mean: float, rolled: float, prior: float, share: float, view: str
) -> Steps:
    at = np.array([rolled])
    calibrated = float(line.log_odds(at, line.prior)[0])
    odds = float(line.log_odds(at, prior)[0])
    return Steps(worst, mean, rolled, calibrated, odds, line.prior, prior, share, view)


@dataclass(frozen=True, slots=True)
class UnitJudgement:
    """Score of a linking domain and the cuts that hold for it, in log-odds.

    ``disavow`` is inf where the model has no cut; ``named`` says that the address alone settled it,
    ``network_alone`` that without its network the domain would not even be for REVIEW.
    """

    steps: Steps
    disavow: float
    review: float
    named: bool
    network_alone: bool


def judge_unit(
    bundle: ModelBundle,
    matrix: Matrix,
    prior: float,
    precision: float,
    by_address: Mapping[str, float] = MappingProxyType({}),
) -> UnitJudgement:
    """Judge the links of one domain.

    Parameters
    ----------
    matrix : their signals, float32 (n, len(SIGNALS)), n > 0.
    prior, precision : as for ``unit_scores``.
    by_address : the domain's values of ``kernel.networks_by_address``; none for one that is in no
        network.
    """
    margins, before = bundle.both_margins(matrix, 1)
    view = int(view_of(matrix).max())
    steps = unit_steps(bundle, margins, VIEWS[view], prior)
    origin = bundle.origin_model()
    models = [bundle] if origin is None else [bundle, origin]
    name: Floats = np.array([np.nan])
    origin_name: Floats | None = name
    if view > 0 and any(np.isfinite(cuts_for(model, precision)[0]) for model in models):
        bare = hide(matrix[[int(margins.argmax())]], "urls")
        for signal, value in by_address.items():
            bare[0, _PLACE[signal]] = min(bare[0, _PLACE[signal]], value)
        name, origin_name = bundle.both_margins(bare, 1)
    urls, at, odds = np.zeros(1, np.int8), np.array([view]), np.array([steps.log_odds])
    by_name = bundle.log_odds(name, urls, prior, units=True)
    found = unit_cuts(bundle, odds, by_name, at, precision)
    if origin is not None and before is not None and origin_name is not None:
        least = min(prior, origin.prior)
        then = np.array([unit_steps(origin, before, VIEWS[view], least).log_odds])
        by_name = origin.log_odds(origin_name, urls, least, units=True)
        theirs = unit_cuts(origin, then, by_name, at, precision)
        found = leaning(found, odds, theirs, then, prior)
    strict, review = float(found.disavow[0]), float(found.review[0])
    tied = False
    if steps.log_odds >= strict:
        rolled = steps.rolled - network_share(bundle, matrix[[int(margins.argmax())]])
        alone = bundle.log_odds(rolled, np.array([view], np.int8), prior, units=True)
        tied = bool(alone[0] < review)
    return UnitJudgement(steps, strict, review, bool(found.named[0]), tied)


def as_log_odds(score: float) -> float:
    """The log-odds of a score in (0, 1); infinite at its ends."""
    return float(logit(score))
