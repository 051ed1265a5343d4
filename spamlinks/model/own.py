"""Training on one's own labels, starting from the shipped model.

The new model is a blend: the starting model's margins and those of trees fitted on the labels,
weighted by how many labels there are. With few labels the start decides, with many the labels do.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from sklearn.model_selection import StratifiedGroupKFold

from spamlinks.errors import TrainingError
from spamlinks.model.bundle import ModelBundle, Part
from spamlinks.model.calibration import Cut, Line, fit_line, precision_cut
from spamlinks.model.evaluation import Interval, average_precision, bootstrap, difference, roc_auc
from spamlinks.model.training import fit_part, precisions, roll_up
from spamlinks.model.views import VIEWS, hide, view_of
from spamlinks.signals.kernel import SIGNALS

__all__ = ["OwnTraining", "train_own"]

MIN_PER_CLASS = 10
"""Fewer labelled linking domains of a class cannot be split into folds that say anything."""

HALF_WEIGHT_LABELS = 60
"""Number of labels at which start and labels count the same."""

_SEEDS = 3  # trees are averaged over seeds: steadier with a few hundred labels
_SETTINGS: dict[str, Any] = {
    "n_estimators": 150,
    "learning_rate": 0.05,
    "num_leaves": 8,
    "max_depth": 6,
    "min_child_samples": 10,
    "reg_lambda": 5.0,
    "feature_fraction": 0.3,
}
_DROPPED_WEIGHT = 0.2  # of a copy of a row that shows fewer columns than the export had


@dataclass(frozen=True)
class OwnTraining:
    """A model trained on labels, and how it did on linking domains left out of its training.

    ``own`` and ``start`` map "ROC AUC" and "average precision" to intervals over linking
    domains; ``gain`` is the paired difference in ROC AUC. ``margins`` are the out-of-fold margins
    of the labelled rows, in their order.
    """

    bundle: ModelBundle
    rows: int
    domains: int
    spam_domains: int
    own: dict[str, Interval]
    start: dict[str, Interval]
    gain: Interval
    margins: npt.NDArray[np.float64]


def _poorer(matrix: npt.NDArray[np.float32]) -> list[str]:
    richest = int(view_of(matrix).max(initial=0))
    return [
        view for i, view in enumerate(VIEWS) if i < richest and view in ("urls", "anchors", "links")
    ]


def _fit(
    matrix: npt.NDArray[np.float32],
    is_spam: npt.NDArray[np.int8],
    weight: float,
    seed: int,
    threads: int,
) -> list[Part]:
    copies = [matrix, *(hide(matrix, view) for view in _poorer(matrix))]
    X = np.concatenate(copies)
    y = np.tile(is_spam, len(copies))
    w = np.concatenate(
        [np.full(len(matrix), 1.0 if i == 0 else _DROPPED_WEIGHT) for i in range(len(copies))]
    )
    return [
        fit_part(
            X,
            y,
            w,
            tuple(SIGNALS),
            VIEWS,
            seed=seed * _SEEDS + i,
            threads=threads,
            share=weight / _SEEDS,
            settings=_SETTINGS,
        )
        for i in range(_SEEDS)
    ]


def _blend(start: ModelBundle, own: Sequence[Part], weight: float) -> tuple[Part, ...]:
    return (*own, *(part.scaled(1 - weight) for part in start.parts))


def _fold(
    matrix: npt.NDArray[np.float32],
    y: npt.NDArray[np.int8],
    train: npt.NDArray[np.int64],
    test: npt.NDArray[np.int64],
    start: ModelBundle,
    weight: float,
    seed: int,
) -> dict[str, npt.NDArray[np.float64]]:
    parts = _blend(start, _fit(matrix[train], y[train], weight, seed, 1), weight)
    bundle = replace(start, parts=parts, _boosters=[], _lock=threading.Lock())
    found = {"": bundle.margins(matrix[test], threads=1)}
    for view in _poorer(matrix):
        found[view] = bundle.margins(hide(matrix[test], view), threads=1)
    return found


def train_own(
    matrix: npt.NDArray[np.float32],
    is_spam: npt.NDArray[np.int8],
    groups: npt.NDArray[np.int64],
    start: ModelBundle,
    *,
    name: str = "own",
    seed: int = 0,
    jobs: int = 1,
    metadata: dict[str, Any] | None = None,
) -> OwnTraining:
    """Train on labelled rows.

    Parameters
    ----------
    matrix : signals, float32 (n, len(SIGNALS)).
    is_spam : 0 or 1, shape (n,).
    groups : int code of each row's linking domain; a domain is never on both sides of a fold.
    start : the model to start from.
    seed, jobs : same data and seed, same bytes; processes for the folds.

    Raises
    ------
    TrainingError : too few labelled linking domains of a class.
    """
    spam_groups = np.unique(groups[is_spam == 1])
    honest_groups = np.setdiff1d(np.unique(groups), spam_groups)
    for count, word in ((len(spam_groups), "spam"), (len(honest_groups), "honest")):
        if count < MIN_PER_CLASS:
            raise TrainingError(
                "labels",
                f"only {count} linking domains are labelled {word}",
                f"Label at least {MIN_PER_CLASS} of each class, or use the shipped model.",
            )
    units = len(spam_groups) + len(honest_groups)
    weight = units / (units + HALF_WEIGHT_LABELS)
    splits = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
    folds = list(splits.split(matrix, is_spam, groups))
    found = Parallel(n_jobs=jobs)(
        delayed(_fold)(matrix, is_spam, tr, te, start, weight, seed) for tr, te in folds
    )
    margins = {view: np.zeros(len(is_spam)) for view in found[0]}
    for (_, test), part in zip(folds, found, strict=True):
        for view, values in part.items():
            margins[view][test] = values
    own = margins.pop("")
    lines, cuts, prior = _calibrated(matrix, own, margins, is_spam, groups, start)
    bundle = ModelBundle(
        name,
        _blend(start, _fit(matrix, is_spam, weight, seed, jobs), weight),
        start.evidence,
        lines,
        cuts,
        prior,
        {"seed": seed, "start": start.name, **(metadata or {})},
    )
    before = start.margins(matrix)
    metrics = {"ROC AUC": roc_auc, "average precision": average_precision}
    return OwnTraining(
        bundle,
        len(is_spam),
        units,
        len(spam_groups),
        {n: bootstrap(m, is_spam, own, groups) for n, m in metrics.items()},
        {n: bootstrap(m, is_spam, before, groups) for n, m in metrics.items()},
        difference(roc_auc, is_spam, own, before, groups),
        own,
    )


def _calibrated(
    matrix: npt.NDArray[np.float32],
    own: npt.NDArray[np.float64],
    hidden: dict[str, npt.NDArray[np.float64]],
    is_spam: npt.NDArray[np.int8],
    groups: npt.NDArray[np.int64],
    start: ModelBundle,
) -> tuple[dict[str, Line], dict[str, dict[str, Cut]], float]:
    """Lines and cuts from out-of-fold units; a view that no row can show keeps the start's line
    and gets no cut: nothing was measured there."""
    views = view_of(matrix)
    label, first = roll_up(is_spam.astype(np.float64), groups)
    unit_spam = (label >= 0.5).astype(np.int8)
    prior = float(np.clip(unit_spam.mean(), 0.01, 0.5))
    lines, cuts = dict(start.lines), {}
    for index, view in enumerate(VIEWS):
        margins = hidden.get(view)
        if margins is None and (views[first] == index).any():
            margins = own
        if margins is None:
            cuts[view] = {f"{p:.2f}": _never(prior) for p in precisions()}
            continue
        means, _ = roll_up(margins, groups)
        here = np.ones(len(means), np.bool_) if view in hidden else views[first] == index
        if len(np.unique(unit_spam[here])) == 2:
            lines[view] = fit_line(means[here], unit_spam[here])
        odds = lines[view].log_odds(means[here], prior)
        cuts[view] = {
            f"{p:.2f}": precision_cut(odds, unit_spam[here], p, prior) for p in precisions()
        }
    return lines, cuts, prior


def _never(prior: float) -> Cut:
    return Cut(float("inf"), 0.0, prior, 0.0, 0.0, 0.0, 0, 0)
