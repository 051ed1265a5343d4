"""What a new model does to the links it was trained on, beside the model that it started from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from scipy.special import logit

from spamlinks.exports import Reading, merge
from spamlinks.model.bundle import ModelBundle
from spamlinks.model.calibration import estimate_prior
from spamlinks.model.evaluation import roc_auc
from spamlinks.model.own_calibration import at_share, moved_to
from spamlinks.model.scoring import score_links, unit_scores
from spamlinks.policy import SITUATIONS, Guards, Verdict, decide
from spamlinks.schema import FIELDS

__all__ = [
    "LEAST_SHARE",
    "MOST_SHARE",
    "BeforeAfter",
    "at_found_share",
    "compare_verdicts",
    "judged",
    "picked_by_looks",
    "profile_of",
]

SITUATION = "none"

LEAST_SHARE = 0.01
MOST_SHARE = 0.8
"""Shares of spam beyond these are not believed."""


@dataclass(frozen=True)
class BeforeAfter:
    """Verdicts on linking domains, with situation "none", no lists and no decisions.

    ``before`` and ``after`` count domains by verdict, with the start and with the new model;
    ``moved`` counts those that changed, by (verdict before, verdict after).
    """

    before: Mapping[str, int]
    after: Mapping[str, int]
    moved: Mapping[tuple[str, str], int]

    def sentence(self, start: str) -> str:
        """Both counts in words, with the name of the start.

        >>> counts = {"DISAVOW": 2, "REVIEW": 0, "KEEP": 5}
        >>> BeforeAfter(counts, counts, {}).sentence("std")
        'verdicts on these links with std: 2 DISAVOW, 0 REVIEW, 5 KEEP; with the new model the same'
        """
        said = f"verdicts on these links with {start}: {_words(self.before)}; with the new model"
        if not self.moved:
            return f"{said} the same"
        moves = ", ".join(
            f"{count:,} from {old} to {new}"
            for (old, new), count in sorted(
                self.moved.items(), key=lambda item: (_PLACE[item[0][0]], _PLACE[item[0][1]])
            )
        )
        return f"{said}: {_words(self.after)} ({moves})"

    def to_dict(self) -> dict[str, Any]:
        """For metadata.json."""
        return {"start": dict(self.before), "own": dict(self.after)}


_ORDER = (Verdict.DISAVOW, Verdict.REVIEW, Verdict.KEEP)
_PLACE = {verdict.value: place for place, verdict in enumerate(_ORDER)}


def _words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[verdict.value]:,} {verdict.value}" for verdict in _ORDER)


def profile_of(readings: Sequence[Reading], site: str | None) -> pl.DataFrame:
    """The links that an audit of these exports judges: merged, without the site's own.

    Raises InputError where an audit would refuse them.
    """
    known = [
        replace(
            reading,
            backlinks=reading.backlinks.select(
                [c for c in reading.backlinks.columns if c in FIELDS]
            ),
        )
        for reading in readings
    ]
    return merge(known, site).backlinks


LOOKED_FOR = 0.6
"""ROC AUC by the start's scores of domains called honest over those that nobody spoke of, above
which the first were picked because they looked bad. Drawn at random, or as examples of what is
honest, they look no worse than the rest: 0.5 or less."""


def picked_by_looks(before: pl.DataFrame, said: Mapping[str, float]) -> bool:
    """Whether labelled linking domains were picked because they looked bad.

    Parameters
    ----------
    before : ``judged`` by the start.
    said : share of spam of labelled linking domains.
    """
    told = [
        (name in said, score)
        for name, score in before.select("linking_domain", "spam_score").rows()
        if said.get(name, 0.0) < 0.5
    ]
    honest = np.array([place for place, _ in told], np.int8)
    if len(np.unique(honest)) < 2:
        return False
    return bool(roc_auc(honest, np.array([score for _, score in told])) > LOOKED_FOR)


def at_found_share(
    bundle: ModelBundle,
    backlinks: pl.DataFrame,
    brands: tuple[str, ...],
    said: Mapping[str, float],
    *,
    by_looks: bool,
) -> ModelBundle:
    """The model with the share of spam that it finds in these links, labels taken as they are.

    Who picks what looks bad picks links: what looks alike is as often spam elsewhere, and scores
    stand as labelled. Else the labelled share may be anything, and what the rest holds is told by
    its scores (``estimate_prior``): these are moved there.

    Parameters
    ----------
    bundle : a model whose scores assume the labelled share.
    backlinks : links, labelled ones and others (``profile_of``).
    said : share of spam of labelled linking domains.
    """
    units, prior = unit_scores(bundle, score_links(bundle, backlinks, brands=brands))
    rows = units.select("linking_domain", "spam_score").rows()
    known = [said[name] for name, _ in rows if name in said]
    rest = np.array([score for name, score in rows if name not in said])
    if by_looks:
        believed = float(rest.sum())
    else:
        odds = logit(np.clip(rest, 1e-12, 1 - 1e-12))
        believed = len(rest) * estimate_prior(odds, prior)
    share = float(np.clip((sum(known) + believed) / max(len(rows), 1), LEAST_SHARE, MOST_SHARE))
    return at_share(bundle, share) if by_looks else moved_to(bundle, share)


def judged(
    model: ModelBundle, backlinks: pl.DataFrame, brands: tuple[str, ...], site: str | None
) -> pl.DataFrame:
    """Judge links as an audit would that is told nothing more.

    Returns
    -------
    DataFrame: one row per linking domain in order of first appearance: ``linking_domain``,
    ``spam_score``, ``verdict``, and ``may_disavow``, whether no guard would stand in the way of a
    high score.
    """
    guards = Guards(site=site)
    units, _ = unit_scores(
        model, score_links(model, backlinks, brands=brands), precision=SITUATIONS[SITUATION]
    )
    certain = units.with_columns(spam_score=1.0, cut_disavow=0.5, cut_review=0.5)
    free = decide(certain, guards, SITUATION)["verdict"] == Verdict.DISAVOW.value
    return decide(units, guards, SITUATION).select(
        "linking_domain", "spam_score", "verdict", may_disavow=free
    )


def compare_verdicts(before: pl.DataFrame, after: pl.DataFrame) -> BeforeAfter:
    """Count the verdicts of the same links as two models judge them (``judged``)."""
    both = pl.DataFrame({"before": before["verdict"], "after": after["verdict"]})
    moved = {
        (old, now): count
        for old, now, count in both.group_by("before", "after").len().rows()
        if old != now
    }
    return BeforeAfter(_counted(both["before"]), _counted(both["after"]), moved)


def _counted(verdicts: pl.Series) -> dict[str, int]:
    counts = dict(verdicts.value_counts().rows())
    return {verdict.value: int(counts.get(verdict.value, 0)) for verdict in Verdict}
