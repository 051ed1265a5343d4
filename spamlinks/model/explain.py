"""Why: which signals moved a score, in sentences with values and the size of their effect.

Exact TreeSHAP (Lundberg and others, 2020) as LightGBM computes it, in log-odds. It costs as much
as hundreds of predictions, so one row per decided domain is explained, never every row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spamlinks.model.bundle import ModelBundle
from spamlinks.model.views import VIEWS, view_of
from spamlinks.signals.kernel import SIGNALS

__all__ = ["Effect", "contributions", "explain_rows", "sentence"]


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


def sentence(effect: Effect, suffix: str = "") -> str:
    """Say one effect for people, with its size.

    >>> sentence(Effect("external_links", 3.0, 0.8))
    '999 links from the page to other sites (+0.8)'
    >>> sentence(Effect("is_https", 0.0, 0.1))
    'not: the page is served over https (+0.1)'
    >>> sentence(Effect("domain_age_days", float("nan"), 0.1))
    'not known: domain age (+0.1)'
    >>> sentence(Effect("domain_digit_count", 1.0, 0.1))
    '1 digit in the domain name (+0.1)'
    """
    signal = SIGNALS[effect.signal]
    size = f" ({effect.effect:+.1f})"
    if not np.isfinite(effect.value):
        return f"not known: {signal.name.removesuffix('_days').replace('_', ' ')}{size}"
    if signal.unit == "flag":
        return ("" if effect.value >= 0.5 else "not: ") + signal.sentence + size
    if signal.unit == "log-odds":
        said = signal.sentence.format(suffix=suffix)
        return ("" if effect.value > 0 else "not: ") + said + size
    shown = _readable(effect.value, signal.unit)
    template = _of_one(signal.sentence) if shown == "1" else signal.sentence
    return template.format(value=shown, suffix=suffix) + size


_COUNTED = re.compile(
    r"(\{value\} (?:[a-z-]+ )??)(digit|hyphen|label|letter|character|consonant|word|level|"
    r"parameter|link|domain|separator|visit|term|host|day)s\b"
)
_VERB = re.compile(r"(?<=domain )(share|use|link)\b|(?<=of this domain )link$|(?<=vendors )know\b")


def _of_one(template: str) -> str:
    """Put a sentence about several things into the singular.

    >>> _of_one("{value} linking domains share this one's name pattern")
    "{value} linking domain shares this one's name pattern"
    """
    single = _COUNTED.sub(r"\1\2", template, count=1)
    single = single.replace("domain have", "domain has")
    return _VERB.sub(lambda verb: f"{verb[0]}s", single, count=1)


def _readable(value: float, unit: str) -> str:
    if unit.startswith("log10(1 + "):
        return f"{max(0, round(10**value - 1)):,}"
    if unit in ("share", "quantile", "quantile in file"):
        return f"{value:.0%}"
    if unit == "log10 ratio":
        return f"{10**value:,.1f}"
    if unit in ("ratio", "quantile gap"):
        return f"{value:.1f}"
    return f"{round(value):,}"
