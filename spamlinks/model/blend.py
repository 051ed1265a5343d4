"""What is fitted on own labels: members of a blend, each leaning on the start in its own way.

* The start's log-odds, recalibrated: a slope and an offset, shrunk towards the start's own.
* Boosted trees that begin from them, bound to known directions: they learn what to correct.
* A forest of extremely randomised trees, bound to nothing: it averages over the labels' noise.
* The words around the links, which learn what they add to the start (``texts``).

The last three together count ``share``, the start the rest. With few labels a share is small, and
so is what the boosted trees and the words say; the forest alone would be worse than the start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import expit, logit

from spamlinks.model.bundle import ModelBundle, Part
from spamlinks.model.texts import fit_text
from spamlinks.model.trees import forest_text, line_text
from spamlinks.model.views import VIEWS, hide, view_of
from spamlinks.signals.hostname import HostNameModel
from spamlinks.signals.kernel import SIGNALS
from spamlinks.signals.text import SIGNALS as TEXT_SIGNALS

__all__ = ["HALF_WEIGHT_LABELS", "Blend", "Rows", "fit_blend", "label_share", "poorer_views"]

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]

HALF_WEIGHT_LABELS = 60
"""Number of labelled domains, of both classes alike, at which start and labels count the same."""

BOOSTED: dict[str, Any] = {
    "n_estimators": 150,
    "learning_rate": 0.05,
    "num_leaves": 8,
    "max_depth": 6,
    "lambda_l2": 5.0,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.7,
}
SEEDS = 3  # boosted trees are averaged over seeds: steadier with a few hundred labels
FOREST: dict[str, Any] = {"n_estimators": 100, "max_features": 0.5, "max_leaf_nodes": 1024}
FOREST_ROWS = 10_000  # each tree of the forest sees so many rows at most
LEAF_ROWS = 5
LEAF_SMOOTH = 2.0
TEXT_SHARE = 0.5
HIDDEN_WEIGHT = 0.2  # of a copy of a row that shows fewer columns than the export had
SLOPE_ROWS, OFFSET_ROWS = 10.0, 1.0  # so many rows' worth of belief in the start's calibration

_TEXT = TEXT_SIGNALS[0].name
_AT = {name: i for i, name in enumerate(SIGNALS)}
_TITLED = _AT["title_length"]  # known where the words can be


@dataclass(frozen=True)
class Rows:
    """Labelled rows, n of them.

    Attributes
    ----------
    matrix : signals, float32 (n, len(SIGNALS)).
    target : probability that the row is spam, float64 (n,): 1 or 0 where that was said, between
        where nobody said anything (``unlabelled``).
    texts : hashed documents (``texts.hashed_texts``), None where there are no titles.
    """

    matrix: Matrix
    target: Floats
    texts: sparse.csr_matrix | None = None

    def take(self, at: npt.NDArray[np.int64]) -> Rows:
        """Some of the rows."""
        texts = None if self.texts is None else self.texts[at]
        return Rows(self.matrix[at], self.target[at], texts)

    def split(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8], Floats]:
        """Rows with hard labels: (row, label, weight); a row in doubt stands in it twice."""
        spam, honest = np.flatnonzero(self.target > 0), np.flatnonzero(self.target < 1)
        label = np.repeat(np.array([1, 0], np.int8), [len(spam), len(honest)])
        weight = np.concatenate([self.target[spam], 1 - self.target[honest]])
        at = np.concatenate([spam, honest])
        order = np.argsort(at, kind="stable")
        return at[order], label[order], weight[order]


@dataclass(frozen=True)
class Blend:
    """A fitted blend: what the start says, recalibrated, and what the labels taught.

    ``slope`` and ``offset`` make the start's margins log-odds of these labels; ``boosted`` are
    trees to be added to them, ``forest`` says log-odds by itself, ``words`` is added to both.
    """

    start: ModelBundle
    slope: float
    offset: float
    boosted: tuple[Part, ...]
    forest: Part
    words: HostNameModel | None

    def margins(self, rows: Rows) -> tuple[Floats, Floats]:
        """Log-odds of the recalibrated start and of what was fitted on the labels, each (n,)."""
        base = self.slope * self.start.margins(rows.matrix, threads=1) + self.offset
        boosted = _bare(self.boosted).margins(rows.matrix, threads=1)
        forest = _bare((self.forest,)).margins(rows.matrix, threads=1)
        own = (base + boosted + forest) / 2
        if self.words is not None and rows.texts is not None:
            known = ~np.isnan(rows.matrix[:, _TITLED])
            own += TEXT_SHARE * np.where(known, rows.texts @ self.words.weights, 0.0)
        return base, own

    def parts(self, share: float) -> tuple[Part, ...]:
        """The blend as parts of a bundle, what was fitted on the labels counting ``share``.

        Their margin is ``(1 - share) * base + share * own`` but for a constant, which calibration
        takes up.
        """
        started = [part.scaled(self.slope * (1 - share / 2)) for part in self.start.parts]
        if share == 0:
            return tuple(started)
        half = share / 2
        out = [replace(part, weight=part.weight * half) for part in self.boosted]
        out.append(replace(self.forest, weight=half))
        if self.words is not None:
            signal = SIGNALS[_TEXT]
            text = line_text(_TEXT, signal.low, signal.high, 1.0)
            out.append(Part(text, (_TEXT,), TEXT_SHARE * share, VIEWS))
        return (*out, *started)


def label_share(spam: int, honest: int) -> float:
    """How much the labels count against the start, by the number of labelled domains.

    Unequal classes count as so many equal ones as would say as much (their harmonic mean). Below
    ``HALF_WEIGHT_LABELS`` the share falls with the square: thirty labels of which a fifth are spam
    hold half a dozen of them, and what is learned from those alone is mostly chance.

    >>> label_share(30, 30), round(label_share(10, 10_000), 2), label_share(0, 50)
    (0.5, 0.22, 0.0)
    """
    alike = 4 * spam * honest / (spam + honest) if spam and honest else 0.0
    relative = alike / HALF_WEIGHT_LABELS
    return min(relative / (relative + 1), relative**2 / 2)


def poorer_views(matrix: Matrix) -> list[str]:
    """Views that these rows can be shown in by hiding columns, from the poorest."""
    richest = int(view_of(matrix).max(initial=0))
    return [
        view for i, view in enumerate(VIEWS) if i < richest and view in ("urls", "anchors", "links")
    ]


def fit_blend(rows: Rows, start: ModelBundle, seed: int) -> Blend:
    """Fit every member on labelled rows; same rows and seed, same bytes.

    Rows are seen as poorer exports would show them as well, with little weight, so that the blend
    serves those.
    """
    margins = start.margins(rows.matrix, threads=1)
    slope, offset = _recalibrated(margins, rows, start)
    base = slope * margins + offset
    copies = [rows.matrix, *(hide(rows.matrix, view) for view in poorer_views(rows.matrix))]
    at, label, weight = rows.split()
    shown = np.concatenate([copy[at] for copy in copies])
    y = np.tile(label, len(copies))
    w = np.concatenate([weight * (HIDDEN_WEIGHT if i else 1.0) for i in range(len(copies))])
    begin = np.concatenate(
        [base[at], *((slope * start.margins(copy, threads=1) + offset)[at] for copy in copies[1:])]
    )
    names = _varied(shown)
    columns = [_AT[name] for name in names]
    fewest = max(3, min(10, len(rows.target) // 20))
    boosted = tuple(
        _boosted(shown[:, columns], y, w, begin, names, fewest, seed * SEEDS + i)
        for i in range(SEEDS)
    )
    forest = _forest(shown[:, columns], y, w, names, min(LEAF_ROWS, fewest), seed)
    words = None
    if rows.texts is not None and not _has_words(start):
        words = fit_text(rows.texts[at], label.astype(np.float64), weight, base[at])
    return Blend(start, slope, offset, boosted, forest, words)


def _has_words(start: ModelBundle) -> bool:
    """A start that was trained on labels itself keeps its words; a bundle holds one such model."""
    return start.evidence is None or start.evidence.text is not None


def _bare(parts: tuple[Part, ...]) -> ModelBundle:
    return ModelBundle("part", parts, None, {}, {}, 0.5, {})


def _varied(matrix: Matrix) -> tuple[str, ...]:
    """Signals that differ between rows, words aside; LightGBM's texts stay short by them."""
    out = []
    for name, at in _AT.items():
        known = matrix[~np.isnan(matrix[:, at]), at]
        if name != _TEXT and len(known) and (len(known) < len(matrix) or np.ptp(known) > 0):
            out.append(name)
    return tuple(out) or ("host_length",)


def _recalibrated(margins: Floats, rows: Rows, start: ModelBundle) -> tuple[float, float]:
    """Slope and offset of the start's margins for these labels, shrunk towards the start's own.

    A ridge around the start's calibration: the share of spam and how far it can be trusted differ
    from user to user, and a few dozen labels tell the first sooner than the second.
    """
    views = view_of(rows.matrix)
    line = start.lines[VIEWS[int(np.bincount(views, minlength=len(VIEWS)).argmax())]]
    share = float(np.clip(rows.target.mean(), 0.01, 0.99))
    odds = line.log_odds(margins, share)
    X = np.column_stack([odds, np.ones(len(odds))])
    theta = np.array([1.0, 0.0])
    belief = np.array([SLOPE_ROWS, OFFSET_ROWS])
    for _ in range(50):  # Newton's steps; convex, so a dozen do
        p = expit(X @ theta)
        slope = X.T @ (p - rows.target) + belief * (theta - [1.0, 0.0])
        bend = (X * np.maximum(p * (1 - p), 1e-6)[:, None]).T @ X + np.diag(belief)
        step = np.linalg.solve(bend, slope)
        theta = theta - np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    factor = float(max(theta[0], 0.05))  # never upside down: then the start counts next to nothing
    fixed = line.offset + float(logit(share) - logit(line.prior))
    return factor * line.slope, factor * fixed + float(theta[1])


def _boosted(
    X: Matrix,
    y: npt.NDArray[np.int8],
    w: Floats,
    begin: Floats,
    names: tuple[str, ...],
    fewest: int,
    seed: int,
) -> Part:
    import lightgbm as lgb

    settings = {
        **{key: value for key, value in BOOSTED.items() if key != "n_estimators"},
        "objective": "binary",
        "min_data_in_leaf": fewest,
        "monotone_constraints": [SIGNALS[name].direction for name in names],
        "monotone_constraints_method": "basic",
        "bagging_freq": 1,
        "seed": seed,
        "num_threads": 1,  # sums in another order would be other bytes
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    data = lgb.Dataset(X, y, weight=w, init_score=begin, feature_name=list(names))
    booster = lgb.train(settings, data, BOOSTED["n_estimators"])
    return Part(booster.model_to_string(), names, 1.0 / SEEDS, VIEWS)


def _forest(
    X: Matrix,
    y: npt.NDArray[np.int8],
    w: Floats,
    names: tuple[str, ...],
    fewest: int,
    seed: int,
) -> Part:
    from sklearn.ensemble import ExtraTreesClassifier

    drawn: dict[str, Any] = {}
    if len(y) > FOREST_ROWS:
        drawn = {"bootstrap": True, "max_samples": FOREST_ROWS}
    forest = ExtraTreesClassifier(
        **FOREST, **drawn, min_samples_leaf=fewest, random_state=seed, n_jobs=1
    )
    forest.fit(X, y, sample_weight=w)
    return Part(forest_text(forest, names, smooth=LEAF_SMOOTH), names, 1.0, VIEWS)
