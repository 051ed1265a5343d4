"""Signals and their effects in words: a sentence with the value, and what is usual.

The words are data (``spamlinks.language``); here is which of a signal's forms fits a value.
"""

from __future__ import annotations

import math

from spamlinks.language import Texts, load_texts
from spamlinks.model.explain import Effect
from spamlinks.model.usual import Place
from spamlinks.signals.kernel import SIGNALS

__all__ = ["is_absent", "sentence", "statement", "unknown_name", "usual_clause"]

_SHARES = ("share", "quantile", "quantile in file")
_DIGITS = {"log10 ratio": 1, "ratio": 1, "quantile gap": 1}


def sentence(
    effect: Effect, suffix: str = "", usual: Place | None = None, texts: Texts | None = None
) -> str:
    """Say one effect for people: the value, what is usual where that is known, and its size.

    >>> sentence(Effect("external_links", 3.0, 0.8))
    '999 links from the page to other sites (+0.8)'
    >>> sentence(Effect("links_out", 3.0, 0.8), usual=Place("file", "high", 2.0))
    'the page has 999 links out (9 of 10 honest-looking sites here have at most 99) (+0.8)'
    >>> sentence(Effect("is_https", 0.0, 0.1))
    'the page is not served over https (+0.1)'
    >>> sentence(Effect("domain_age_days", float("nan"), 0.1))
    'not known: domain age (+0.1)'
    """
    texts = texts or load_texts()
    said = statement(effect.signal, effect.value, suffix, texts)
    beside = usual_clause(effect.signal, usual, texts)
    return f"{said}{f' ({beside})' if beside else ''} ({texts.signed(effect.effect, 1)})"


def statement(name: str, value: float, suffix: str = "", texts: Texts | None = None) -> str:
    """Say a signal's value, without its effect; NaN is said to be unknown.

    >>> statement("domain_digit_count", 1.0), statement("domain_digit_count", 0.0)
    ('1 digit in the domain name', 'no digit in the domain name')
    """
    texts = texts or load_texts()
    if not math.isfinite(value):
        return texts.say("unknown", what=unknown_name(name, texts))
    key = f"signals.{name}."
    if SIGNALS[name].unit in ("flag", "log-odds"):
        form = "yes" if _is_yes(name, value) else "no"
        if texts.has(key + form):
            return texts.say(key + form, suffix=suffix)
        return ("" if form == "yes" else "not: ") + SIGNALS[name].sentence.format(suffix=suffix)
    shown = readable(value, SIGNALS[name].unit, texts)
    form = {"0": "none", "1": "one"}.get(shown, "many")
    form = form if texts.has(key + form) else "many"
    if texts.has(key + form):
        return texts.say(key + form, value=shown, suffix=suffix)
    return SIGNALS[name].sentence.format(value=shown, suffix=suffix)


def unknown_name(name: str, texts: Texts) -> str:
    """What a signal is about, for a sentence that says that it is not known."""
    key = f"signals.{name}.unknown"
    return texts.say(key) if texts.has(key) else name.removesuffix("_days").replace("_", " ")


def usual_clause(name: str, usual: Place | None, texts: Texts) -> str:
    """Say what is usual; "" where nothing is claimed.

    >>> usual_clause("is_https", Place("file", "same", 0.02), load_texts())
    'true of 2% of the honest-looking sites here'
    """
    if usual is None:
        return ""
    key = ("" if usual.source == "file" else "training_") + usual.kind
    if usual.kind == "equal":
        return texts.say(f"usual.{key}")
    if usual.kind in ("same", "more"):
        return texts.say(f"usual.{key}", share=_whole(usual.number, 0, texts))
    unit = SIGNALS[name].unit
    limit = readable(usual.number, unit, texts, -1 if usual.kind in ("low", "lower") else 1)
    if usual.number == 0 and (unit == "share" or _counts(unit)) and texts.has(f"usual.{key}_none"):
        return texts.say(f"usual.{key}_none")
    return texts.say(f"usual.{key}", limit=limit)


def _counts(unit: str) -> bool:
    return unit.startswith("log10(1 + ") or unit in (
        "digits", "hyphens", "kinds", "parameters", "words",
    )  # fmt: skip


_COUNT_ITSELF = frozenset({"affix_domains", "anchor_domains", "shape_domains"})
"""Signals that count the domain itself: one is nobody else."""


def is_absent(name: str, value: float) -> bool:
    """Whether a sentence about the value tells of something unknown, denied or nought."""
    if not math.isfinite(value):
        return True
    if SIGNALS[name].unit in ("flag", "log-odds"):
        return not _is_yes(name, value)
    shown = readable(value, SIGNALS[name].unit, load_texts())
    return shown == "0" or (shown == "1" and name in _COUNT_ITSELF)


def _is_yes(name: str, value: float) -> bool:
    return value > 0 if SIGNALS[name].unit == "log-odds" else value >= 0.5


def readable(value: float, unit: str, texts: Texts, side: int = 0) -> str:
    """A value in plain numbers, rounded; with ``side`` 1 never down, with -1 never up.

    A limit that is said to hold at most must not be rounded below what occurs.
    """
    if unit.startswith("log10(1 + "):
        return texts.number(_rounded(max(10**value - 1, 0.0), side))
    if unit in _SHARES:
        return _whole(value, side, texts)
    if unit == "log10 ratio":
        value = 10**value
    digits = _DIGITS.get(unit, 0) if abs(value) < 100 else 0
    return texts.number(_rounded(value * 10**digits, side) / 10**digits, digits)


def _whole(share: float, side: int, texts: Texts) -> str:
    return texts.percent(_rounded(100 * share, side) / 100)


def _rounded(value: float, side: int) -> float:
    """To a whole number; what is one but for float32 stays it, whatever the side."""
    near = round(value)
    if side == 0 or abs(value - near) <= 1e-5 * max(1.0, abs(value)):
        return float(near)
    return float(math.ceil(value) if side > 0 else math.floor(value))
