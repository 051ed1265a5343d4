"""What a new model does to the links it was trained on, beside the model that it started from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from spamlinks.exports import Reading, merge
from spamlinks.model.bundle import ModelBundle
from spamlinks.model.scoring import Scored, score_links, unit_scores
from spamlinks.policy import SITUATIONS, Guards, Verdict, decide
from spamlinks.schema import FIELDS

__all__ = ["BeforeAfter", "compare_verdicts", "found_share", "profile_of"]

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


def compare_verdicts(
    start: ModelBundle,
    new: ModelBundle,
    backlinks: pl.DataFrame,
    brands: tuple[str, ...],
    site: str | None,
) -> BeforeAfter:
    """Judge the links with both models, as an audit would that is told nothing more."""
    before, after = (_verdicts(model, backlinks, brands, site) for model in (start, new))
    both = pl.DataFrame({"before": before, "after": after})
    moved = {
        (old, now): count
        for old, now, count in both.group_by("before", "after").len().rows()
        if old != now
    }
    return BeforeAfter(_counted(before), _counted(after), moved)


def _verdicts(
    model: ModelBundle, backlinks: pl.DataFrame, brands: tuple[str, ...], site: str | None
) -> pl.Series:
    units, _ = unit_scores(
        model, score_links(model, backlinks, brands=brands), precision=SITUATIONS[SITUATION]
    )
    return decide(units, Guards(site=site), SITUATION)["verdict"]


def _counted(verdicts: pl.Series) -> dict[str, int]:
    counts = dict(verdicts.value_counts().rows())
    return {verdict.value: int(counts.get(verdict.value, 0)) for verdict in Verdict}
