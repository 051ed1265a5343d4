"""What a new model does to the links it was trained on, beside the model that it started from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from spamlinks.exports import Reading, merge
from spamlinks.model.bundle import ModelBundle
from spamlinks.model.scoring import Scored, score_links, unit_scores
from spamlinks.policy import SITUATIONS, Guards, Verdict, decide
from spamlinks.schema import FIELDS

__all__ = ["BeforeAfter", "compare_verdicts", "found_share", "judged", "profile_of"]

SITUATION = "none"


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


def found_share(bundle: ModelBundle, scored: Scored, said: Mapping[str, float]) -> float:
    """Share of spam among linking domains: as labelled, elsewhere as the model believes.

    Parameters
    ----------
    bundle : a model whose scores stand as labelled.
    said : 1 or 0 of labelled linking domains.

    Returns
    -------
    float in [0.01, 0.8]: extremes are not believed.
    """
    units, _ = unit_scores(bundle, scored)
    believed = [
        said.get(name, score) for name, score in units.select("linking_domain", "spam_score").rows()
    ]
    return float(np.clip(np.mean(believed), 0.01, 0.8))


def judged(
    model: ModelBundle, backlinks: pl.DataFrame, brands: tuple[str, ...], site: str | None
) -> pl.DataFrame:
    """Judge links as an audit would that is told nothing more.

    Returns
    -------
    DataFrame: one row per linking domain in order of first appearance: ``linking_domain``,
    ``verdict``, and ``may_disavow``, whether no guard would stand in the way of a high score.
    """
    guards = Guards(site=site)
    units, _ = unit_scores(
        model, score_links(model, backlinks, brands=brands), precision=SITUATIONS[SITUATION]
    )
    certain = units.with_columns(spam_score=1.0, cut_disavow=0.5, cut_review=0.5)
    free = decide(certain, guards, SITUATION)["verdict"] == Verdict.DISAVOW.value
    return decide(units, guards, SITUATION).select("linking_domain", "verdict", may_disavow=free)


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
