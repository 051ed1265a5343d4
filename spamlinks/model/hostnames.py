"""Fitting the host-name models: which pieces of a name speak for spam.

A logistic regression over the hashed pieces of ``signals.hostname``, each column stretched by its
naive-Bayes log ratio first (Wang and Manning 2012, "Baselines and Bigrams"), which is still one
linear table at scoring time. Two models are worth having, because most of what tells a spam list
from the small web is "no personal blog": one against the small web, one against business-like
names.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from spamlinks.errors import TrainingError
from spamlinks.signals.hostname import HostNameModel, hash_names, names_of

__all__ = [
    "ROLES",
    "fit_host_model",
    "fit_host_models",
    "fit_matrix",
    "hashed_matrix",
    "out_of_fold_margins",
    "role_weights",
]

Hosts = Sequence[str] | pl.Series

BITS = 18
INVERSE_PENALTY = 5.0
_STEPS = 60

ROLES: dict[str, dict[str, float]] = {
    "small_web": {"smallweb": 1.0},
    "business": {"opendns_top": 1.0, "allowlist": 1.0, "university": 0.3, "gov": 0.4},
}
"""Role -> weight of each kind of honest list. Every kind of spam weighs 1, other kinds nothing.

Most of what tells spam lists from the small web is "no personal blog"; the second model is there to
say what tells spam from other sites. Universities and governments weigh less: their names follow a
few patterns that guards know anyway. ``opendns_random`` is in neither: it judges (``thresholds``).
"""


def hashed_matrix(
    hosts: Hosts, suffixes: Hosts | None = None, *, bits: int = BITS
) -> sparse.csr_matrix:
    """Hash hosts into a sparse float32 matrix (n_hosts, 2**bits) of scaled counts.

    A row times a table of weights is the margin without bias that ``HostNameModel`` computes.
    """
    hashed = hash_names(names_of(hosts, suffixes), bits)
    values = hashed.scales[hashed.rows]
    shape = (hashed.size, 2**bits)
    return sparse.coo_matrix((values, (hashed.rows, hashed.slots)), shape=shape).tocsr()


def _bayes_ratios(
    X: sparse.csr_matrix, y: npt.NDArray[np.int8], w: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    present = X.sign()
    spam = present.T @ (w * (y == 1)) + 1.0
    good = present.T @ (w * (y == 0)) + 1.0
    ratios = np.abs(np.log((spam / spam.sum()) / (good / good.sum())))
    return np.asarray(ratios, dtype=np.float32)


def fit_matrix(
    X: sparse.csr_matrix,
    y: npt.NDArray[np.int8],
    w: npt.NDArray[np.float64],
    *,
    inverse_penalty: float = INVERSE_PENALTY,
    seed: int = 0,
) -> HostNameModel:
    """Fit on rows of ``hashed_matrix``; ``y`` holds 0 and 1, ``w`` positive weights.

    Each class is given half of the weight, so that margins are log-odds at even odds and those of
    folds with unlike shares of spam may stand in one column.
    ``seed`` is kept for solvers that draw; the present one does not.
    """
    share = np.where(y == 1, w[y == 1].sum(), w[y == 0].sum())
    w = w * (w.sum() / 2) / share
    ratios = _bayes_ratios(X, y, w)
    used = np.flatnonzero(np.bincount(X.indices, minlength=X.shape[1]))
    stretched = (X @ sparse.diags(ratios))[:, used].tocsr()
    model = LogisticRegression(C=inverse_penalty, max_iter=_STEPS, random_state=seed)
    with warnings.catch_warnings():
        # Stopped early on purpose: more steps change no margin that matters.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(stretched, y, sample_weight=w)
    weights = np.zeros(X.shape[1])
    weights[used] = model.coef_[0] * ratios[used]
    return HostNameModel.from_weights(weights, float(model.intercept_[0]))


def _labels(
    n: int, is_spam: npt.ArrayLike, sample_weight: npt.ArrayLike | None
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float64]]:
    y = np.asarray(is_spam).astype(np.int8)
    w = np.ones(n) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    if y.shape != (n,) or w.shape != (n,):
        raise TrainingError(
            "host names", f"{n} hosts, {y.size} labels, {w.size} weights", "Give one per host"
        )
    if not np.isin(y, (0, 1)).all() or np.unique(y).size < 2:
        raise TrainingError(
            "host names", "labels must be 0 and 1, both present", "Add hosts of the missing class"
        )
    return y, w


def fit_host_model(
    hosts: Hosts,
    is_spam: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    *,
    seed: int = 0,
    suffixes: Hosts | None = None,
    inverse_penalty: float = INVERSE_PENALTY,
    bits: int = BITS,
) -> HostNameModel:
    """Fit one model of host names.

    Parameters
    ----------
    hosts : n hosts in lower-case ASCII.
    is_spam : n labels, 1 = spam.
    sample_weight : n weights above 0; all 1 when not given.
    suffixes : n public suffixes, looked up when not given.
    inverse_penalty : larger trusts the data more.

    Returns
    -------
    HostNameModel; equal input and seed give equal weights.

    Raises
    ------
    TrainingError : lengths differ, or one class is missing.
    """
    X = hashed_matrix(hosts, suffixes, bits=bits)
    y, w = _labels(X.shape[0], is_spam, sample_weight)
    return fit_matrix(X, y, w, inverse_penalty=inverse_penalty, seed=seed)


def role_weights(frame: pl.DataFrame, role: str) -> npt.NDArray[np.float64]:
    """Weight of each row of ``load_hosts`` in one role: float64 (n,), 0 = trains nothing there."""
    kinds = ROLES[role]
    factor = pl.when(pl.col("is_spam") == 1).then(1.0).otherwise(
        pl.col("kind").replace_strict(kinds, default=0.0, return_dtype=pl.Float64)
    )  # fmt: skip
    return frame.select(pl.col("weight") * factor).to_series().to_numpy()


def fit_host_models(frame: pl.DataFrame, *, seed: int = 0) -> dict[str, HostNameModel]:
    """Fit one model per role on the rows of ``load_hosts`` that weigh something in it."""
    models = {}
    for role in ROLES:
        weights = role_weights(frame, role)
        rows = frame.filter(pl.Series(weights > 0))
        models[role] = fit_host_model(
            rows["linking_domain"],
            rows["is_spam"].to_numpy(),
            weights[weights > 0],
            seed=seed,
            suffixes=rows["suffix"],
        )
    return models


def out_of_fold_margins(
    hosts: Hosts,
    is_spam: npt.ArrayLike,
    folds: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
    *,
    seed: int = 0,
    suffixes: Hosts | None = None,
    groups: Sequence[str] | pl.Series | None = None,
    train: npt.ArrayLike | None = None,
    inverse_penalty: float = INVERSE_PENALTY,
    bits: int = BITS,
) -> npt.NDArray[np.float32]:
    """Score each host by a model that saw neither its fold nor its group.

    Parameters
    ----------
    hosts, is_spam, sample_weight, suffixes : as in ``fit_host_model``.
    folds : n fold numbers.
    groups : n network names; rows whose group stands in the scored fold train nothing there.
    train : n Booleans; rows that may train. All are scored. All may train when not given.

    Returns
    -------
    float32 (n,) log-odds, aligned with ``hosts``.
    """
    X = hashed_matrix(hosts, suffixes, bits=bits)
    y, w = _labels(X.shape[0], is_spam, sample_weight)
    fold = np.asarray(folds)
    may = np.ones(y.size, bool) if train is None else np.asarray(train, dtype=bool)
    codes = np.arange(y.size) if groups is None else _codes(groups)
    out = np.full(y.size, np.nan, np.float32)
    for number in np.unique(fold):
        test = fold == number
        touched = np.zeros(int(codes.max()) + 1, bool)
        touched[codes[test]] = True
        rows = may & ~test & ~touched[codes]
        _labels(int(rows.sum()), y[rows], None)
        model = fit_matrix(X[rows], y[rows], w[rows], inverse_penalty=inverse_penalty, seed=seed)
        out[test] = X[test] @ model.weights + model.bias
    return out


def _codes(groups: Sequence[str] | pl.Series) -> npt.NDArray[np.int64]:
    return pl.Series(groups, dtype=pl.String).rank("dense").to_numpy().astype(np.int64) - 1


if __name__ == "__main__":
    from spamlinks.model.hostname_report import main

    main()
