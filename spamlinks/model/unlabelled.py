"""Learning from spam and unlabelled links: when only a past disavow file says anything.

A domain that is not in the file is not thereby honest: nobody may have looked at it. An unlabelled
row therefore counts as spam with the probability ``p`` that it is spam and was missed, and as
honest with ``1 - p``, as Elkan and Noto (2008, "Learning classifiers from only positive and
unlabeled data") weigh it; du Plessis and others (2014) and Kiryo and others (2017, nnPU) show what
goes wrong when it counts as honest outright. There ``p`` comes from the model that is being
trained. A few dozen disavowed domains cannot carry that, so it comes from the starting model here,
at this profile's own share of spam.

With the start's belief ``b`` that a row is spam, the share of spam ``s`` among all domains, and the
share ``c`` of that spam which the file names (disavowed at random: the assumption behind the
method), Bayes' rule gives ``p = b (1 - c) / (1 - b c)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from spamlinks.model.bundle import ModelBundle
from spamlinks.model.calibration import estimate_prior
from spamlinks.model.thresholds import roll_up
from spamlinks.model.views import view_of

__all__ = ["MOST_NAMED", "Belief", "believe"]

MOST_NAMED = 0.8
"""A past file is taken to name at most so much of the spam: nobody has seen all of it."""


@dataclass(frozen=True)
class Belief:
    """What is believed of rows that nobody labelled.

    ``target`` is float64 (n,), the probability of spam, 1 for rows that are named; ``spam_share``
    the estimated share of spam among linking domains, ``named_share`` the part of it that the
    labels name.
    """

    target: npt.NDArray[np.float64]
    spam_share: float
    named_share: float


def believe(
    start: ModelBundle,
    matrix: npt.NDArray[np.float32],
    named: npt.NDArray[np.bool_],
    domains: npt.NDArray[np.int64],
) -> Belief:
    """Estimate how likely each unlabelled row is spam.

    Parameters
    ----------
    start : the model whose belief counts.
    matrix : signals, float32 (n, len(SIGNALS)).
    named : whether a row is labelled spam, shape (n,).
    domains : int code of each row's linking domain.
    """
    margins, views = start.margins(matrix, threads=1), view_of(matrix)
    means, first = roll_up(margins, domains)
    share = estimate_prior(start.log_odds(means, views[first]), start.prior)
    labelled = float((roll_up(named.astype(np.float64), domains)[0] >= 0.5).mean())
    share = float(np.clip(max(share, labelled / MOST_NAMED), 0.005, 0.9))
    known = min(labelled / share, MOST_NAMED)
    belief = expit(start.log_odds(margins, views, share))
    missed = belief * (1 - known) / (1 - belief * known)
    return Belief(np.where(named, 1.0, missed), share, known)
