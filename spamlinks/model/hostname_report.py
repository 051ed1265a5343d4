"""How good the host-name models are on sources and networks left out whole.

``python -m spamlinks.model.hostnames --data DIR`` prints the table of ``evaluate_hosts``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.metrics import roc_auc_score

from spamlinks.model.corpus import load_hosts
from spamlinks.model.hostnames import ROLES, fit_matrix, hashed_matrix, role_weights
from spamlinks.model.networks import folds, leave_source_out

__all__ = ["evaluate_hosts", "main", "splits", "weighted_tpr"]

Bools = npt.NDArray[np.bool_]

NEGATIVES = ("smallweb", "opendns_random", "university", "gov", "opendns_top", "kept")
FALSE_POSITIVE_RATE = 0.001
MIN_POSITIVES = 30
MIN_SOURCE = 300
"""Spam sources with fewer units are not left out one by one."""
_PARTS = 4
_RESAMPLES = 200


def splits(frame: pl.DataFrame, seed: int) -> Iterator[tuple[str, Bools, Bools]]:
    """(name, train, test) with spam sources left out whole, and their networks, and negatives.

    Small hand-made files go in ``_PARTS`` parts under one name; every other source goes alone.
    A part of the honest networks is tested beside each.
    """
    spam = frame.filter(pl.col("is_spam") == 1)
    by_kind = spam.group_by("source").agg(pl.col("kind").first(), n=pl.len()).sort("source")
    small = by_kind.filter(pl.col("kind") == "disavow_small")["source"]
    small = small.sample(fraction=1.0, shuffle=True, seed=seed)
    big = by_kind.filter((pl.col("kind") != "disavow_small") & (pl.col("n") >= MIN_SOURCE))
    parts = [("small files", small[at::_PARTS].to_list(), at) for at in range(_PARTS)]
    parts += [(source, [source], at % _PARTS) for at, source in enumerate(big["source"])]
    honest = frame["is_spam"].to_numpy() == 0
    fold = folds(frame, _PARTS, seed)
    is_small = (frame["kind"] == "disavow_small").to_numpy()
    codes = frame["network"].rank("dense").to_numpy().astype(np.int64)
    for name, sources, at in parts:
        train, test = leave_source_out(frame, sources)
        if name == "small files":
            test &= is_small
        test = (test & ~honest) | (honest & (fold == at))
        touched = np.zeros(int(codes.max()) + 1, dtype=bool)
        touched[codes[test]] = True
        yield name, train & ~touched[codes], test


def weighted_tpr(
    y: npt.ArrayLike, scores: npt.ArrayLike, fpr: float = FALSE_POSITIVE_RATE
) -> float:
    """Share of spam above the score that at most ``fpr`` of the honest rows exceed."""
    label, score = np.asarray(y), np.asarray(scores)
    good = np.sort(score[label == 0])[::-1]
    cut = good[min(int(fpr * good.size), good.size - 1)]
    return float((score[label == 1] > cut).mean())


def _interval(
    y: npt.NDArray[np.int8], scores: npt.NDArray[np.float64], groups: pl.Series, seed: int
) -> tuple[float, float]:
    """Central 95 % of the AUC when whole networks are drawn with replacement.

    Pairs of equal scores count as won: margins of different names are hardly ever equal.
    """
    codes = groups.rank("dense").to_numpy().astype(np.int64) - 1
    rng, n = np.random.default_rng(seed), int(codes.max()) + 1
    order = np.argsort(scores, kind="stable")
    codes, spam = codes[order], y[order] == 1
    found = []
    for _ in range(_RESAMPLES):
        weight = np.bincount(rng.integers(0, n, n), minlength=n)[codes].astype(np.float64)
        below = np.cumsum(weight * ~spam)
        pairs = below[-1] * weight[spam].sum()
        if pairs > 0:
            found.append(float((below[spam] * weight[spam]).sum() / pairs))
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def evaluate_hosts(frame: pl.DataFrame, *, seed: int = 0) -> pl.DataFrame:
    """Measure every role's model with sources and networks left out whole.

    Parameters
    ----------
    frame : as ``load_hosts`` returns it.

    Returns
    -------
    DataFrame with one row per (left_out, wave, negatives, model): counts ``spam`` and ``honest``,
    ``auc`` with ``low`` and ``high`` (95 %, bootstrap over networks), ``tpr`` at one false
    positive in a thousand. ``model`` is a role or "mean", the mean of their margins.
    """
    X = hashed_matrix(frame["linking_domain"], frame["suffix"])
    y = frame["is_spam"].to_numpy().astype(np.int8)
    weights = {role: role_weights(frame, role) for role in ROLES}
    scored: dict[str, list[tuple[Bools, dict[str, npt.NDArray[np.float64]]]]] = {}
    for name, train, test in splits(frame, seed):
        margins = {}
        for role, weight in weights.items():
            rows = train & (weight > 0)
            model = fit_matrix(X[rows], y[rows], weight[rows], seed=seed)
            margin = np.full(y.size, np.nan)
            margin[test] = X[test] @ model.weights + model.bias
            margins[role] = margin
        margins["mean"] = np.mean(list(margins.values()), axis=0)
        scored.setdefault(name, []).append((test, margins))
    records: list[tuple[object, ...]] = []
    for name, parts in scored.items():
        tested = np.any([test for test, _ in parts], axis=0)
        merged = {model: _first([m[model] for _, m in parts]) for model in parts[0][1]}
        records += _rows(frame, name, tested, merged, seed)
    return pl.DataFrame(records, schema=_COLUMNS, orient="row")


_COLUMNS = ["left_out", "wave", "negatives", "model", "spam", "honest", "auc", "low", "high", "tpr"]


def _first(columns: list[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    out = columns[0].copy()
    for column in columns[1:]:
        out = np.where(np.isnan(out), column, out)
    return out


def _rows(
    frame: pl.DataFrame,
    name: str,
    tested: Bools,
    margins: dict[str, npt.NDArray[np.float64]],
    seed: int,
) -> Iterator[tuple[object, ...]]:
    y = frame["is_spam"].to_numpy().astype(np.int8)
    wave, kind = frame["is_wave"].to_numpy(), frame["kind"].to_numpy()
    for with_wave in (True, False):
        spam = tested & (y == 1) & (with_wave | ~wave)
        for negatives in NEGATIVES:
            rows = spam | (tested & (kind == negatives))
            n_spam, n_honest = int(y[rows].sum()), int((y[rows] == 0).sum())
            if min(n_spam, n_honest) < MIN_POSITIVES or (not with_wave and not wave[tested].any()):
                continue
            for model, margin in margins.items():
                auc = float(roc_auc_score(y[rows], margin[rows]))
                groups = frame["network"].filter(pl.Series(rows))
                low, high = _interval(y[rows], margin[rows], groups, seed)
                tpr = weighted_tpr(y[rows], margin[rows])
                yield (name, "with" if with_wave else "without", negatives, model, n_spam,
                       n_honest, auc, low, high, tpr)  # fmt: skip


def main() -> None:
    """Print the table; ``--data`` names the corpus folder."""
    parser = argparse.ArgumentParser(description=evaluate_hosts.__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    table = evaluate_hosts(load_hosts(options.data), seed=options.seed)
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=140, float_precision=3):
        sys.stdout.write(f"{table}\n")
