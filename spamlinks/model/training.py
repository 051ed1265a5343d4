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
from spamlinks.model.classifier import SpamLinkClassifier
from spamlinks.model.examples import (
    BESIDE,
    Examples,
    build_examples,
    fit_evidence,
    fold_evidence,
    shipped_signals,
)
from spamlinks.model.terms import LINK_TERMS, PAGE_TERMS, URL_TERMS, Term
from spamlinks.model.thresholds import calibrate
from spamlinks.model.views import STAND_INS, VIEWS
from spamlinks.signals.kernel import SIGNALS

__all__ = ["PARTS", "PRIOR", "Recipe", "Trained", "fit_part", "fit_recipe", "train_shipped"]

PRIOR = 0.1
"""Share of spam among linking domains that shipped scores assume."""

FOLDS = 5

_AT = {name: i for i, name in enumerate(SIGNALS)}


# Address-only rows are learned from real names; rows with link columns from generated links.
# Boosters of their own, so that neither teaches the other its habits.
@dataclass(frozen=True, slots=True)
class Recipe:
    """How one part is made: the views it serves, LightGBM's settings, its weight beside terms.

    ``not_learned`` names signals that its trees do not look at.
    """

    views: tuple[str, ...]
    settings: dict[str, Any]
    weight: float
    terms: tuple[Term, ...]
    not_learned: tuple[str, ...] = ()


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
        # Real names come without ages: what generated links alone say of them would move the
        # scores that the cuts were measured on by more than anybody could answer for.
        ("domain_age_days",),
    ),
    Recipe(("flows", "links"), _LINK_SETTINGS, 1.0, tuple(LINK_TERMS)),
    # Where everything is known, what was learned from generated links counts little beside what is
    # stated: on real rows it adds nothing to the terms (the card's table of what each part adds).
    Recipe(("full",), _LINK_SETTINGS, 0.4, tuple(LINK_TERMS)),
    Recipe(("pages",), _LINK_SETTINGS, 1.0, (*LINK_TERMS, *PAGE_TERMS)),
    Recipe(("full_pages",), _LINK_SETTINGS, 0.4, (*LINK_TERMS, *PAGE_TERMS)),
)


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
    known = shipped_signals(pages=not STAND_INS.keys().isdisjoint(recipe.views))
    used = weight > BESIDE * 100  # neither rows that only judge nor those beside fetched pages
    return fit_part(
        matrix[used],
        is_spam[used],
        weight[used],
        tuple(name for name in known if name not in recipe.not_learned),
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


def train_shipped(
    hosts: pl.DataFrame,
    *,
    seed: int = 0,
    jobs: int = 1,
    name: str = "standard-v4",
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
