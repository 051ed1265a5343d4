"""Training: the shipped model from a corpus, and everybody's own from labels.

Every threshold and calibration is fitted on units that the model in question never saw: whole
networks are left out (five folds), and for what is printed as accuracy whole sources as well
(``evaluation``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from joblib import Parallel, delayed

from spamlinks.model.bundle import ModelBundle, Part
from spamlinks.model.calibration import Cut, Line, fit_line, precision_cut
from spamlinks.model.classifier import SpamLinkClassifier
from spamlinks.model.examples import (
    Examples,
    build_examples,
    fit_evidence,
    fold_evidence,
    shipped_signals,
)
from spamlinks.model.views import VIEWS
from spamlinks.policy import SITUATIONS
from spamlinks.signals.kernel import SIGNALS

__all__ = [
    "JUDGED_HONEST",
    "MAX_FALSE_SHARE",
    "PARTS",
    "PRIOR",
    "Trained",
    "calibrate",
    "fit_part",
    "judged",
    "precisions",
    "train_shipped",
]

PRIOR = 0.1
"""Share of spam among linking domains that shipped scores assume."""

FOLDS = 5
MAX_FALSE_SHARE = 0.001
"""Of the honest units, at most so many may be above the strictest threshold (upper bound)."""

_AT = {name: i for i, name in enumerate(SIGNALS)}

# Address-only rows are learned from real names; rows with link columns from generated links.
# Two boosters, so that neither teaches the other its habits.
JUDGED_SPAM = "disavow_small"
"""Kind of spam host that recall is counted on: short lists that an owner made by hand, the labels
nearest to what users decide. The large lists were collected, and much in them is noise."""

JUDGED_HONEST = ("smallweb", "opendns_random")
"""Kinds of honest host that false alarms are counted on: small personal sites and random ones. The
random list holds some spam, which makes the thresholds stricter than they need be."""


def judged(kind: npt.NDArray[np.object_], is_spam: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Real hosts that thresholds are chosen on, by their kind; bool (n,)."""
    return np.asarray(
        np.where(is_spam == 1, kind == JUDGED_SPAM, np.isin(kind, JUDGED_HONEST)), dtype=np.bool_
    )


PARTS: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (
        ("urls", "anchors"),
        {
            "n_estimators": 150,
            "learning_rate": 0.11,
            "num_leaves": 20,
            "max_depth": 7,
            "min_child_samples": 200,
            "reg_lambda": 20.0,
            "feature_fraction": 0.4,
        },
    ),
    (
        ("flows", "links", "full"),
        {
            "n_estimators": 120,
            "learning_rate": 0.13,
            "num_leaves": 8,
            "max_depth": 4,
            "min_child_samples": 200,
            "reg_lambda": 20.0,
            "feature_fraction": 0.4,
        },
    ),
)


def precisions() -> list[float]:
    """The precisions that thresholds are stored for, rising."""
    return sorted({0.8, 0.85, 0.9, 0.95, 0.98, 0.99, *SITUATIONS.values()})


@dataclass(frozen=True)
class Trained:
    """A trained model with what it was judged on: out-of-fold margins of the examples."""

    bundle: ModelBundle
    examples: Examples
    margins: npt.NDArray[np.float64]

    def _odds(self, kind: str) -> npt.NDArray[np.float64]:
        rows = self.examples.is_real & (self.examples.kind == kind)
        return self.bundle.log_odds(
            self.margins[rows], np.zeros(int(rows.sum()), np.int8), self.bundle.prior
        )

    def false_shares(self, cut: float) -> dict[str, tuple[int, float]]:
        """By kind of real host: how many, and the share above a cut in log-odds, left out."""
        kinds = sorted({str(kind) for kind in self.examples.kind[self.examples.is_real]})
        return {
            kind: (len(odds), float((odds >= cut).mean()))
            for kind in kinds
            for odds in (self._odds(kind),)
        }

    def median_odds(self, kinds: Sequence[str]) -> dict[str, float]:
        """Median calibrated log-odds of kinds of real hosts, left out."""
        return {kind: float(np.median(self._odds(kind))) for kind in kinds}


def fit_part(
    matrix: npt.NDArray[np.float32],
    is_spam: npt.NDArray[np.int8],
    weight: npt.NDArray[np.float64],
    names: Sequence[str],
    views: tuple[str, ...],
    *,
    seed: int,
    threads: int,
    share: float = 1.0,
    settings: dict[str, Any],
) -> Part:
    """Fit one booster on the named columns of a signal matrix."""
    import pandas as pd

    frame = pd.DataFrame(matrix[:, [_AT[n] for n in names]], columns=list(names))
    model = SpamLinkClassifier(random_state=seed, n_jobs=threads, **settings)
    model.fit(frame, is_spam, sample_weight=weight)
    return Part(model.booster_.model_to_string(), tuple(names), share, views)


def _fit_all(ex: Examples, rows: npt.NDArray[np.bool_], seed: int, threads: int) -> list[Part]:
    names = shipped_signals()
    parts = []
    for views, settings in PARTS:
        here = rows & np.isin(ex.view, [VIEWS.index(v) for v in views])
        parts.append(
            fit_part(
                ex.matrix[here],
                ex.is_spam[here],
                ex.weight[here],
                names,
                views,
                seed=seed,
                threads=threads,
                settings=settings,
            )
        )
    return parts


def _bare(parts: Sequence[Part]) -> ModelBundle:
    return ModelBundle("part", tuple(parts), None, {}, {}, PRIOR, {})


def _fold_margins(ex: Examples, fold: int, seed: int) -> npt.NDArray[np.float64]:
    parts = _fit_all(ex, ex.fold != fold, seed, threads=1)
    return _bare(parts).margins(ex.matrix[ex.fold == fold], threads=1)


def roll_up(
    values: npt.NDArray[np.float64], unit: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Mean of a unit's rows: the rule by which links decide about their domain.

    Returns
    -------
    (means, first): means of shape (n_units,), and the first row of each unit.
    """
    _, first, inverse = np.unique(unit, return_index=True, return_inverse=True)
    total = np.bincount(inverse, weights=values)
    return total / np.bincount(inverse), first


def calibrate(
    ex: Examples, margins: npt.NDArray[np.float64], prior: float
) -> tuple[dict[str, Line], dict[str, dict[str, Cut]]]:
    """Fit calibration and thresholds per view on out-of-fold margins of units.

    The view "urls" is judged on real hosts alone (``judged``). In the other views generated links
    of real honest names are counted; their cuts may not fall below the score that "urls" asks for.
    """
    lines: dict[str, Line] = {}
    cuts: dict[str, dict[str, Cut]] = {}
    floor: dict[str, float] = {}
    for index, view in enumerate(VIEWS):
        rows = (ex.view == index) & (ex.is_real if view == "urls" else True)
        means, first = roll_up(margins[rows], ex.unit[rows])
        label = ex.is_spam[rows][first]
        lines[view] = fit_line(means, label, ex.weight[rows][first])
        odds = lines[view].log_odds(means, prior)
        kind = ex.host_kind[rows][first]
        chosen = (
            judged(kind, label) if view == "urls" else (label == 1) | np.isin(kind, JUDGED_HONEST)
        )
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
                cut = Cut(**{**_fields(cut), "score": floor[key]})
            cuts[view][key] = cut
    return lines, cuts


def _fields(cut: Cut) -> dict[str, Any]:
    return {name: getattr(cut, name) for name in Cut.__slots__}


def train_shipped(
    hosts: pl.DataFrame,
    *,
    seed: int = 0,
    jobs: int = 1,
    name: str = "standard-v1",
    metadata: dict[str, Any] | None = None,
) -> Trained:
    """Train the shipped model.

    Parameters
    ----------
    hosts : labelled hosts, as ``corpus.load_hosts`` returns them.
    seed : same corpus and seed, same bytes.
    jobs : processes for folds.

    Returns
    -------
    Trained, with out-of-fold margins for evaluation.
    """
    fold, folded = fold_evidence(hosts, FOLDS, seed, jobs)
    ex = build_examples(hosts, fold, folded, seed=seed, jobs=jobs)
    parts = _fit_all(ex, np.ones(len(ex.fold), np.bool_), seed, threads=jobs)
    margins = np.zeros(len(ex.fold))
    found = Parallel(n_jobs=jobs)(delayed(_fold_margins)(ex, f, seed) for f in range(FOLDS))
    for f, values in enumerate(found):
        margins[ex.fold == f] = values
    lines, cuts = calibrate(ex, margins, PRIOR)
    bundle = ModelBundle(
        name,
        tuple(parts),
        fit_evidence(hosts, seed),
        lines,
        cuts,
        PRIOR,
        {"seed": seed, **(metadata or {})},
    )
    return Trained(bundle, ex, margins)
