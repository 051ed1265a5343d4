"""The learning curve: what so many labels would have bought, on domains left out with their kin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from sklearn.model_selection import StratifiedGroupKFold

from spamlinks.model.blend import Rows, fit_blend, label_share
from spamlinks.model.bundle import ModelBundle
from spamlinks.model.evaluation import roc_auc

__all__ = ["DRAWS", "SIZES", "Point", "learning_curve"]

SIZES = (30, 100, 300)
DRAWS = 6
MIN_DRAWN = 3  # of a class; a smaller draw says nothing about it
TEST_ROWS = 20_000


@dataclass(frozen=True)
class Point:
    """One size of the curve.

    ``labels`` domains were labelled in each of ``draws`` draws; ``own`` and ``start`` are mean
    ROC AUC on domains left out, ``low`` and ``high`` the worst and best draw of ``own``;
    ``better`` counts the draws in which the labels helped.
    """

    labels: int
    draws: int
    own: float
    low: float
    high: float
    start: float
    better: int

    def to_dict(self) -> dict[str, Any]:
        """For metadata.json, rounded to what the draws can tell."""
        return {key: round(value, 4) for key, value in asdict(self).items()}


def learning_curve(
    rows: Rows,
    is_spam: npt.NDArray[np.int8],
    domains: npt.NDArray[np.int64],
    groups: npt.NDArray[np.int64],
    start: ModelBundle,
    *,
    folds: int,
    seed: int,
    jobs: int,
    sizes: Sequence[int] | None = None,
) -> tuple[Point, ...]:
    """Train on random draws of labelled domains, judge on the groups of a fold left out.

    Nested: neither a drawn domain nor anything of its group is among those judged, and everything
    that training fits is fitted on the draw alone.

    Parameters
    ----------
    rows, is_spam, domains, groups : n rows with labels, code of linking domain, and code of group.
    folds : the part left out in each draw is one of so many, 2 or more.
    sizes : numbers of domains, default ``SIZES``; what leaves too few to draw from is left out.

    Returns
    -------
    One Point a size, rising; none where the labels are too few for the smallest.
    """
    domain_count = len(np.unique(domains))
    wanted = [
        n
        for n in (SIZES if sizes is None else sizes)
        if n <= domain_count * (folds - 1) / folds * 0.9
    ]
    work = [(n, draw) for n in wanted for draw in range(DRAWS)]
    found = Parallel(n_jobs=jobs)(
        delayed(_draw)(rows, is_spam, domains, groups, start, folds, n, seed + 1000 * draw)
        for n, draw in work
    )
    out = []
    for n in wanted:
        pairs = [pair for (size, _), pair in zip(work, found, strict=True) if size == n and pair]
        if not pairs:
            continue
        own, before = (np.array(column) for column in zip(*pairs, strict=True))
        out.append(
            Point(
                n,
                len(pairs),
                float(own.mean()),
                float(own.min()),
                float(own.max()),
                float(before.mean()),
                int((own > before).sum()),
            )
        )
    return tuple(out)


def _draw(
    rows: Rows,
    is_spam: npt.NDArray[np.int8],
    domains: npt.NDArray[np.int64],
    groups: npt.NDArray[np.int64],
    start: ModelBundle,
    folds: int,
    n: int,
    seed: int,
) -> tuple[float, float] | None:
    """ROC AUC of a model trained on ``n`` domains and of the start; None without both classes."""
    rng = np.random.default_rng(seed)
    splits = StratifiedGroupKFold(folds, shuffle=True, random_state=seed % 2**31)
    parts = list(splits.split(rows.matrix, is_spam, groups))
    train, test = parts[int(rng.integers(folds))]
    names = np.unique(domains[train])
    for _ in range(20):
        chosen = train[np.isin(domains[train], rng.choice(names, min(n, len(names)), False))]
        spam = len(np.unique(domains[chosen][is_spam[chosen] == 1]))
        honest = len(np.unique(domains[chosen])) - spam
        if min(spam, honest) >= MIN_DRAWN:
            break
    else:
        return None
    if len(test) > TEST_ROWS:
        test = np.sort(rng.choice(test, TEST_ROWS, replace=False))
    if len(np.unique(is_spam[test])) < 2:
        return None
    share = label_share(spam, honest)
    left_out = rows.take(test)
    base, own = fit_blend(rows.take(chosen), start, seed).margins(left_out)
    before = start.margins(left_out.matrix, threads=1)
    return roc_auc(is_spam[test], (1 - share) * base + share * own), roc_auc(is_spam[test], before)
