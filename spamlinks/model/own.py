"""Training on one's own labels, starting from another model, the shipped one unless told otherwise.

The new model is a blend (``blend``): with few labels the start decides, with many the labels do,
and where the labels do not help on domains left out, the new model is the start: same scores, same
cuts. Nothing is judged on a row whose group (``groups``) was trained on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from joblib import Parallel, delayed
from sklearn.model_selection import StratifiedGroupKFold

from spamlinks.errors import TrainingError
from spamlinks.model.blend import Blend, Rows, fit_blend, label_share, poorer_views
from spamlinks.model.bundle import ModelBundle
from spamlinks.model.calibration import fit_line
from spamlinks.model.evaluation import Interval, average_precision, bootstrap, difference, roc_auc
from spamlinks.model.learning import Point, learning_curve
from spamlinks.model.own_calibration import Units, calibrate_own, split_units
from spamlinks.model.own_origin import Dispute, disputed, origin_of, without_disputed
from spamlinks.model.texts import hashed_texts
from spamlinks.model.thresholds import roll_up
from spamlinks.model.views import hide

__all__ = ["MIN_PER_CLASS", "OwnTraining", "count_labels", "train_own"]

Floats = npt.NDArray[np.float64]
Pair = tuple[Floats, Floats]

MIN_PER_CLASS = 10
"""Fewer labelled linking domains of a class cannot be split into folds that say anything."""

FOLDS = 5


@dataclass(frozen=True)
class OwnTraining:
    """A model trained on labels, and how it did on groups of domains left out of its training.

    ``own`` and ``start`` map "ROC AUC" and "average precision" to intervals over groups; ``gain``
    is the paired difference in ROC AUC; ``curve`` says what fewer labels would have bought.
    ``share`` is how much the labels count against the start; 0 where they did not help, and then
    the model scores and decides as the start does. ``tried`` is the ROC AUC that they gave with the
    share that their number allows, whether or not that was taken. ``disputes`` is what the
    labels say against cuts of the start. ``margins`` are the out-of-fold
    margins of the labelled rows, in their order. Where ``unlabelled`` is true, "honest" means
    "not labelled", so that every figure is lower than the truth.
    """

    bundle: ModelBundle
    rows: int
    domains: int
    spam_domains: int
    groups: int
    share: float
    own: dict[str, Interval]
    start: dict[str, Interval]
    gain: Interval
    curve: tuple[Point, ...]
    margins: Floats
    tried: float
    disputes: tuple[Dispute, ...] = ()
    unlabelled: bool = False


def count_labels(
    is_spam: npt.NDArray[np.int8], domains: npt.NDArray[np.int64], *, unlabelled: bool = False
) -> tuple[int, int]:
    """Count linking domains (spam, honest); one with both labels counts as spam.

    Raises
    ------
    TrainingError : fewer than ``MIN_PER_CLASS`` of a class.
    """
    spam = np.unique(domains[is_spam == 1])
    honest = np.setdiff1d(np.unique(domains), spam)
    words = ("spam", "not at all" if unlabelled else "honest")
    for count, word in zip((len(spam), len(honest)), words, strict=True):
        if count < MIN_PER_CLASS:
            counted = (
                f"only {count} linking domain{' is' if count == 1 else 's are'} labelled {word}"
            )
            raise TrainingError(
                "labels",
                counted,
                f"Label at least {MIN_PER_CLASS} of each class, or use the shipped model.",
            )
    return len(spam), len(honest)


def train_own(
    matrix: npt.NDArray[np.float32],
    is_spam: npt.NDArray[np.int8],
    domains: npt.NDArray[np.int64],
    start: ModelBundle,
    *,
    groups: npt.NDArray[np.int64] | None = None,
    texts: pl.Series | None = None,
    target: Floats | None = None,
    prior: float | None = None,
    selected: bool = False,
    may_disavow: npt.NDArray[np.bool_] | None = None,
    name: str = "own",
    seed: int = 0,
    jobs: int = 1,
    metadata: dict[str, Any] | None = None,
) -> OwnTraining:
    """Train on labelled rows.

    Parameters
    ----------
    matrix : signals, float32 (n, len(SIGNALS)).
    is_spam : 0 or 1, shape (n,); with ``target``, 1 for rows that are named and 0 for the others.
    domains : int code of each row's linking domain, the unit that is decided.
    start : the model to start from.
    groups : int code of what must stay on one side of a fold (``row_groups``); default: domains.
    texts : documents of the rows (``signals.text.documents``), or None.
    target : probability of spam of each row (``unlabelled.believe``); None: ``is_spam``.
    prior : share of spam among linking domains that scores assume; None: that of the labels, which
        holds only where nearly every domain is labelled, or with ``selected``.
    selected : not every domain is labelled, and the labels are held against all of them later
        (``at_share``, ``moved_to``): scores assume the labelled share, and cuts keep their promise
        at the start's prior as well.
    may_disavow : rows of domains that no guard keeps from DISAVOW, bool (n,), None: all. What a
        guard keeps says nothing against a cut.
    seed, jobs : same data and seed, same bytes, however many processes.

    Raises
    ------
    TrainingError : too few labelled linking domains of a class, or a class that is one group.
    """
    spam, honest = count_labels(is_spam, domains, unlabelled=target is not None)
    groups = domains if groups is None else groups
    hashed = None if texts is None else hashed_texts(texts)
    rows = Rows(matrix, is_spam.astype(np.float64) if target is None else target, hashed)
    folds = _folds(is_spam, groups, seed)
    found = Parallel(n_jobs=jobs)(
        delayed(_fold)(rows.take(tr), rows.take(te), start, seed) for tr, te in folds
    )
    pairs = {view: (np.zeros(len(is_spam)), np.zeros(len(is_spam))) for view in found[0]}
    for (_, test), part in zip(folds, found, strict=True):
        for view, (base, own) in part.items():
            pairs[view][0][test], pairs[view][1][test] = base, own
    before = start.margins(matrix, threads=1)
    share = _best_share(pairs[""], rows.target, domains, label_share(spam, honest))
    share = _harmless(pairs[""], share, is_spam, before)
    hidden = {view: _mixed(pair, share) for view, pair in pairs.items()}
    margins = hidden.pop("")
    curve = learning_curve(
        rows, is_spam, domains, groups, start, folds=len(folds), seed=seed, jobs=jobs
    )
    tried = roc_auc(is_spam, _mixed(pairs[""], label_share(spam, honest)))
    if share == 0:
        margins = before
    metrics = {"ROC AUC": roc_auc, "average precision": average_precision}
    own = {n: bootstrap(m, is_spam, margins, groups) for n, m in metrics.items()}
    figures = {n: bootstrap(m, is_spam, before, groups) for n, m in metrics.items()}
    gain = difference(roc_auc, is_spam, margins, before, groups)
    facts: dict[str, Any] = {
        "seed": seed,
        "start": start.name,
        "share_of_labels": round(share, 4),
        "labelled_domains": {"spam": spam, "unlabelled" if target is not None else "honest":
                             honest, "groups": len(np.unique(groups))},
        "figures": [
            {
                "name": f"{metric}{who}",
                "value": round(interval.value, 4),
                "low": round(interval.low, 4),
                "high": round(interval.high, 4),
            }
            for who, by in (("", own), (" of the start", figures))
            for metric, interval in by.items()
        ],
        "learning_curve": [point.to_dict() for point in curve],
        **(metadata or {}),
    }  # fmt: skip
    disputes: tuple[Dispute, ...] = ()
    if share == 0:
        # What did not help changes nothing: neither a score nor a cut.
        bundle = replace(start, name=name, metadata=facts, sha256="")
    else:
        final = fit_blend(rows, start, seed)
        units = Units.of(matrix, margins, hidden, is_spam, rows.target, domains)
        found = calibrate_own(units, prior, start.prior if selected else None)
        parts = final.parts(share)
        origin = origin_of(start, final.slope * (1 - share / 2))
        bundle = ModelBundle(
            name,
            parts,
            _evidence(final, share),
            found.shifted(final.offset * (1 - share / 2)),
            found.cuts,
            found.prior,
            facts,
            origin=origin,
        )
        if target is None:
            disputes = disputed(bundle, units, found, matrix, domains, may_disavow)
            bundle = without_disputed(bundle, disputes)
            facts["disputed"] = [dispute.to_dict() for dispute in disputes]
    return OwnTraining(
        bundle,
        len(is_spam),
        spam + honest,
        spam,
        len(np.unique(groups)),
        share,
        own,
        figures,
        gain,
        curve,
        margins,
        tried,
        disputes,
        target is not None,
    )


def _folds(
    is_spam: npt.NDArray[np.int8], groups: npt.NDArray[np.int64], seed: int
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Folds that cut no group, each with both classes to learn from."""
    for label, word in ((1, "spam"), (0, "honest")):
        if len(np.unique(groups[is_spam == label])) < 2:
            raise TrainingError(
                "labels",
                f"everything that is {word} belongs to one network of domains",
                "Label some of other kinds too: what one operator does says nothing about others.",
            )
    fewest = min(len(np.unique(groups[is_spam == label])) for label in (0, 1))
    splits = StratifiedGroupKFold(min(FOLDS, fewest), shuffle=True, random_state=seed)
    folds = list(splits.split(is_spam, is_spam, groups))
    if any(len(np.unique(is_spam[train])) < 2 or not len(test) for train, test in folds):
        raise TrainingError(
            "labels",
            "nearly everything of one class belongs to one network of domains",
            "Label some of other kinds too: what one operator does says nothing about others.",
        )
    return folds


def _fold(train: Rows, test: Rows, start: ModelBundle, seed: int) -> dict[str, Pair]:
    blend = fit_blend(train, start, seed)
    found = {"": blend.margins(test)}
    for view in poorer_views(train.matrix):
        found[view] = blend.margins(replace(test, matrix=hide(test.matrix, view)))
    return found


def _mixed(pair: Pair, share: float) -> Floats:
    return (1 - share) * pair[0] + share * pair[1]


def _best_share(pair: Pair, target: Floats, domains: npt.NDArray[np.int64], most: float) -> float:
    """The share that the number of labels gives, or half of it, or nothing.

    The start must be able to win: labels may be noise. A smaller share is taken only where its log
    loss on left-out domains is smaller by more than one standard error of the difference.
    """
    label, _ = roll_up(target, domains)
    losses = []
    for share in (most, most / 2, 0.0):
        means, _ = roll_up(_mixed(pair, share), domains)
        hard, weight, at = split_units(label)
        odds = fit_line(means[at], hard, weight).log_odds(
            means, float(np.average(hard, weights=weight))
        )
        losses.append(np.logaddexp(0, odds) - label * odds)
    best, chosen = most, losses[0]
    for share, loss in zip((most / 2, 0.0), losses[1:], strict=True):
        saved = chosen - loss
        if saved.mean() > saved.std() / np.sqrt(len(saved)):
            best, chosen = share, loss
    return best


def _harmless(pair: Pair, share: float, is_spam: npt.NDArray[np.int8], before: Floats) -> float:
    """The share, or half of it, if it ranks left-out rows no worse than the start; else nothing."""
    bar = roc_auc(is_spam, before)
    return next((s for s in (share, share / 2) if roc_auc(is_spam, _mixed(pair, s)) >= bar), 0.0)


def _evidence(blend: Blend, share: float) -> Any:
    """The start's evidence, with the words of the blend where they count."""
    evidence = blend.start.evidence
    if evidence is None or blend.words is None or share == 0:
        return evidence
    return replace(evidence, text=blend.words)
