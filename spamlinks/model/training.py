"""Training: the shipped model from a corpus, and everybody's own from labels.

Every threshold and calibration is fitted on units that the model in question never saw: whole
networks are left out (five folds), and for what is printed as accuracy whole sources as well
(``evaluation``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from joblib import Parallel, delayed

from spamlinks.model.bundle import ModelBundle, Part
from spamlinks.model.calibration import Cut, Line, fit_curve, fit_line, precision_cut
from spamlinks.model.classifier import SpamLinkClassifier
from spamlinks.model.examples import (
    Examples,
    build_examples,
    fit_evidence,
    fold_evidence,
    shipped_signals,
)
from spamlinks.model.terms import LINK_TERMS, URL_TERMS, Term
from spamlinks.model.views import VIEWS
from spamlinks.policy import SITUATIONS
from spamlinks.signals.kernel import SIGNALS

__all__ = [
    "JUDGED_HONEST",
    "MAX_FALSE_SHARE",
    "PARTS",
    "PRIOR",
    "Calibrated",
    "Recipe",
    "Trained",
    "calibrate",
    "fit_part",
    "fit_recipe",
    "fit_top_share",
    "judged",
    "precisions",
    "roll_up",
    "train_shipped",
]

PRIOR = 0.1
"""Share of spam among linking domains that shipped scores assume."""

FOLDS = 5
MAX_FALSE_SHARE = 0.001
"""Of the honest units, at most so many may be above the strictest threshold (upper bound)."""

_AT = {name: i for i, name in enumerate(SIGNALS)}

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


# Address-only rows are learned from real names; rows with link columns from generated links.
# Boosters of their own, so that neither teaches the other its habits.
@dataclass(frozen=True, slots=True)
class Recipe:
    """How one part is made: the views it serves, LightGBM's settings, its weight beside terms."""

    views: tuple[str, ...]
    settings: dict[str, Any]
    weight: float
    terms: tuple[Term, ...]


_LINK_SETTINGS = {
    "n_estimators": 120,
    "learning_rate": 0.13,
    "num_leaves": 8,
    "max_depth": 4,
    "min_child_samples": 200,
    "reg_lambda": 20.0,
    "feature_fraction": 0.4,
}

PARTS: tuple[Recipe, ...] = (
    Recipe(
        ("urls", "anchors"),
        {
            "n_estimators": 200,
            "learning_rate": 0.08,
            "num_leaves": 20,
            "max_depth": 7,
            "min_child_samples": 200,
            "reg_lambda": 20.0,
            "feature_fraction": 0.5,
        },
        1.0,
        tuple(URL_TERMS),
    ),
    Recipe(("flows", "links"), _LINK_SETTINGS, 1.0, tuple(LINK_TERMS)),
    # Where everything is known, what was learned from generated links counts little beside what is
    # stated: on real rows it adds nothing to the terms (the card's table of what each part adds).
    Recipe(("full",), _LINK_SETTINGS, 0.4, tuple(LINK_TERMS)),
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

    def odds(self, kind: str) -> npt.NDArray[np.float64]:
        """Calibrated log-odds at the prior of the real hosts of a kind, left out."""
        rows = self.examples.is_real & (self.examples.kind == kind)
        views = np.zeros(int(rows.sum()), np.int8)
        return self.bundle.log_odds(self.margins[rows], views, self.bundle.prior, units=True)

    def false_shares(self, cut: float) -> dict[str, tuple[int, float]]:
        """By kind of real host: how many, and the share above a cut in log-odds, left out."""
        kinds = sorted({str(kind) for kind in self.examples.kind[self.examples.is_real]})
        return {
            kind: (len(odds), float((odds >= cut).mean()))
            for kind in kinds
            for odds in (self.odds(kind),)
        }

    def median_odds(self, kinds: Sequence[str]) -> dict[str, float]:
        """Median calibrated log-odds of kinds of real hosts, left out."""
        return {kind: float(np.median(self.odds(kind))) for kind in kinds}


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
    terms: tuple[Term, ...] = (),
) -> Part:
    """Fit one booster on the named columns of a signal matrix.

    Parameters
    ----------
    matrix, is_spam, weight : float32 (n, len(SIGNALS)), 0 or 1 (n,), above or equal 0 (n,).
    names : signals to look at. views : that the part serves. share : its weight.
    terms : what is stated beside it.
    """
    import pandas as pd

    frame = pd.DataFrame(matrix[:, [_AT[n] for n in names]], columns=list(names))
    model = SpamLinkClassifier(random_state=seed, n_jobs=threads, **settings)
    model.fit(frame, is_spam, sample_weight=weight)
    return Part(model.booster_.model_to_string(), tuple(names), share, views, terms)


def _fit_all(ex: Examples, rows: npt.NDArray[np.bool_], seed: int, threads: int) -> list[Part]:
    parts = []
    for recipe in PARTS:
        here = rows & np.isin(ex.view, [VIEWS.index(v) for v in recipe.views])
        parts.append(
            fit_recipe(recipe, ex.matrix[here], ex.is_spam[here], ex.weight[here], seed, threads)
        )
    return parts


def fit_recipe(
    recipe: Recipe,
    matrix: npt.NDArray[np.float32],
    is_spam: npt.NDArray[np.int8],
    weight: npt.NDArray[np.float64],
    seed: int,
    threads: int,
) -> Part:
    """Fit one part of the shipped model on the rows of its views."""
    used = weight > 0  # rows that only judge
    return fit_part(
        matrix[used],
        is_spam[used],
        weight[used],
        shipped_signals(),
        recipe.views,
        seed=seed,
        threads=threads,
        share=recipe.weight,
        settings=recipe.settings,
        terms=recipe.terms,
    )


def _bare(parts: Sequence[Part]) -> ModelBundle:
    return ModelBundle("part", tuple(parts), None, {}, {}, PRIOR, {})


def _fold_margins(ex: Examples, fold: int, seed: int) -> npt.NDArray[np.float64]:
    parts = _fit_all(ex, ex.fold != fold, seed, threads=1)
    return _bare(parts).margins(ex.matrix[ex.fold == fold], threads=1)


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
    host. A choice of form, not a claim.
    """
    _, inverse, counts = np.unique(ex.unit, return_inverse=True, return_counts=True)
    rows = (counts[inverse] > 1) & ~ex.is_real
    losses = {}
    for step in range(11):
        values, first = roll_up(margins[rows], ex.unit[rows], step / 10)
        label = ex.is_spam[rows][first].astype(np.float64)
        odds = fit_line(values, ex.is_spam[rows][first]).log_odds(values, float(label.mean()))
        losses[step / 10] = float(np.mean(np.logaddexp(0, odds) - label * odds))
    return min(losses, key=lambda share: (round(losses[share], 6), share))


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
    for index, view in enumerate(VIEWS):
        rows = (ex.view == index) & (ex.is_real if view == "urls" else True)
        lines[view] = fit_curve(margins[rows], ex.is_spam[rows], ex.weight[rows])
        values, first = roll_up(margins[rows], ex.unit[rows], top_share)
        label = ex.is_spam[rows][first]
        unit_lines[view] = fit_curve(values, label, ex.weight[rows][first])
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


def train_shipped(
    hosts: pl.DataFrame,
    *,
    seed: int = 0,
    jobs: int = 1,
    name: str = "standard-v2",
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
    folds = Parallel(n_jobs=jobs)(delayed(_fold_margins)(ex, f, seed) for f in range(FOLDS))
    for f, values in enumerate(folds):
        margins[ex.fold == f] = values
    found = calibrate(ex, margins, PRIOR)
    bundle = ModelBundle(
        name,
        tuple(parts),
        fit_evidence(hosts, seed),
        found.lines,
        found.cuts,
        PRIOR,
        {"seed": seed, **(metadata or {})},
        unit_lines=found.unit_lines,
        top_share=found.top_share,
    )
    return Trained(bundle, ex, margins)
