"""Why: which signals moved a score, and by how much; ``sentences`` says it in words.

Exact TreeSHAP (Lundberg and others, 2020) as LightGBM computes it, in log-odds. It costs as much
as hundreds of predictions, so one row per decided domain is explained, never every row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spamlinks.model.bundle import ModelBundle
from spamlinks.model.tree_text import path_lengths
from spamlinks.model.views import VIEWS, view_of
from spamlinks.signals.kernel import SIGNALS

__all__ = ["Effect", "contributions", "explain_rows", "explain_seconds"]


@dataclass(frozen=True, slots=True)
class Effect:
    """One signal's share of a margin: its value and its effect in log-odds (+ = towards spam)."""

    signal: str
    value: float
    effect: float


def contributions(bundle: ModelBundle, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Effects of every signal, and what every row starts from.

    Returns
    -------
    float64 array of shape (n_rows, len(SIGNALS) + 1); the last column is the base. A row sums up
    to its margin.
    """
    out = np.zeros((len(matrix), len(SIGNALS) + 1))
    views = view_of(matrix)
    for part, booster in zip(bundle.parts, bundle.boosters(), strict=True):
        here = np.flatnonzero(np.isin(views, [VIEWS.index(v) for v in part.views]))
        if not len(here):
            continue
        columns = [_AT[name] for name in part.signals]
        found = booster.predict(matrix[np.ix_(here, np.array(columns))], pred_contrib=True)
        out[np.ix_(here, np.array([*columns, len(SIGNALS)]))] += part.weight * np.asarray(found)
        for term in part.terms:
            out[here, _AT[term.signal]] += term.values(matrix[here])
    return out


_AT = {name: i for i, name in enumerate(SIGNALS)}

SECONDS_PER_STEP = 4.5e-9
"""Of one core, for each leaf and square of the splits above it; measured on a shipped model and on
a forest of deep trees, whose costs a row differ by a factor of a hundred."""


def explain_seconds(bundle: ModelBundle) -> float:
    """About how long one core needs to explain one row; depends on the model alone."""
    steps = sum(length**2 for part in bundle.parts for length in path_lengths(part.text))
    return SECONDS_PER_STEP * steps


MIN_EFFECT = 0.05
"""Effects below this move a probability by about one percent at most; not worth a sentence."""


def explain_rows(
    bundle: ModelBundle, matrix: npt.NDArray[np.float32], top: int = 6
) -> list[list[Effect]]:
    """The strongest effects of each row, strongest first, in either direction."""
    names = list(SIGNALS)
    out = []
    for row, effects in zip(matrix, contributions(bundle, matrix), strict=True):
        order = np.argsort(-np.abs(effects[:-1]), kind="stable")[: 3 * top]
        found = [
            Effect(names[i], float(row[i]), float(effects[i]))
            for i in order
            if abs(effects[i]) >= MIN_EFFECT
        ]
        out.append(_distinct(found)[:top])
    return out


def _distinct(effects: Sequence[Effect]) -> list[Effect]:
    """One sentence per subject: a value and its rank in the file say the same thing."""
    seen: set[str] = set()
    out = []
    for effect in effects:
        subject = effect.signal.removesuffix("_rank")
        if subject not in seen:
            seen.add(subject)
            out.append(effect)
    return out
