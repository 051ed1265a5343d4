"""Fitting the model of words around a link (``signals.text``) on a user's labels.

A logistic regression on hashed character n-grams, weighed by how rare they are, that starts from
what another model says already: it learns what the words add, and with few labels that is little.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

from spamlinks.model.hostnames import hashed_matrix
from spamlinks.signals.hostname import HostNameModel

__all__ = ["fit_text", "hashed_texts"]

Floats = npt.NDArray[np.float64]

BITS = 15
PENALTY = 1.0
_STEPS = 60


def hashed_texts(texts: pl.Series) -> sparse.csr_matrix:
    """Hash documents (``signals.text.documents``) into a sparse float32 matrix (n, 2**15)."""
    return hashed_matrix(texts, pl.repeat("", len(texts), eager=True), bits=BITS)


def fit_text(
    matrix: sparse.csr_matrix, is_spam: Floats, weight: Floats, offset: Floats
) -> HostNameModel:
    """Fit on rows of ``hashed_texts``.

    Parameters
    ----------
    matrix : n rows.
    is_spam, weight : labels in [0, 1] and positive weights, shape (n,).
    offset : log-odds that are known already, shape (n,); they are not part of the outcome.

    Returns
    -------
    HostNameModel whose margins are to be added to the offset; its bias is 0, so that a text of
    unknown words says nothing.
    """
    from scipy.optimize import minimize  # late: scoring does not need it

    present = np.bincount(matrix.indices, minlength=matrix.shape[1])
    used = np.flatnonzero(present >= 2)  # what one row alone has, no other row can confirm
    if not len(used):
        return HostNameModel.from_weights(np.zeros(matrix.shape[1]), 0.0)
    rarity = np.log((1 + matrix.shape[0]) / (1 + present[used])) + 1
    X = (matrix[:, used] @ sparse.diags(rarity)).tocsr().astype(np.float64)

    def loss(theta: Floats) -> tuple[float, Floats]:
        odds = offset + X @ theta[:-1] + theta[-1]
        error = weight * (1 / (1 + np.exp(-np.clip(odds, -50, 50))) - is_spam)
        value = float((weight * (np.logaddexp(0, odds) - is_spam * odds)).sum())
        slope = X.T @ error + PENALTY * theta[:-1]
        value += PENALTY / 2 * float(theta[:-1] @ theta[:-1])
        return value, np.append(slope, error.sum())

    start = np.zeros(len(used) + 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    weights = np.zeros(matrix.shape[1])
    weights[used] = found.x[:-1] * rarity
    return HostNameModel.from_weights(weights, 0.0)
