"""Word lists of the trades that spam works for, and how to look for them.

``words`` match at word edges only, so that *frankfurt* is not *rank*; ``stems`` match anywhere,
for scripts without spaces and for host names, where words are glued together. They are data:
``words.json`` beside this module.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import polars as pl

__all__ = [
    "TRADES",
    "contains_trade",
    "edged",
    "foreign_trades",
    "glued_stems",
    "has_trade",
    "spaced_words",
    "trade_tokens",
]

TRADES = ("gambling", "adult", "pharma", "loans", "essay", "replica", "piracy")
"""Trades whose words count as spam-trade words; ``link_sale`` and ``generic`` stand apart."""


def foreign_trades(names: Sequence[str]) -> tuple[str, ...]:
    """The trades that are not the site's own.

    A casino's honest links speak of casinos: a trade whose words stand in the brand or in the
    names of the linked hosts says nothing about the links to that site.

    Parameters
    ----------
    names : brands and target hosts.

    >>> "gambling" in foreign_trades(["lucky-casino.example"]), len(foreign_trades(["acme"]))
    (False, 7)
    """
    texts = pl.DataFrame({"t": [name or "" for name in names]}, schema={"t": pl.String})
    spaced = texts.select(edged(pl.col("t")))
    glued = texts.select(pl.col("t").str.to_lowercase().str.replace_all(r"[-_.]", ""))
    return tuple(
        trade
        for trade in TRADES
        if not spaced["t"].str.contains_any(spaced_words(trade)).any()
        and not glued["t"].str.contains_any(glued_stems(trade)).any()
    )


@cache
def _lists() -> dict[str, dict[str, list[str]]]:
    text = files("spamlinks.signals").joinpath("words.json").read_text("utf-8")
    data: dict[str, dict[str, list[str]]] = json.loads(text)
    return data


@cache
def spaced_words(*groups: str) -> list[str]:
    """Words of the groups with a space on both sides, for a search in ``edged`` text."""
    return [f" {word} " for group in groups for word in _lists()[group]["words"]]


@cache
def trade_tokens(*groups: str) -> list[str]:
    """The single-token words of the groups."""
    return [word for group in groups for word in _lists()[group]["words"] if " " not in word]


@cache
def glued_stems(*groups: str) -> list[str]:
    """Stems of the groups, safe to find anywhere in a text."""
    return [stem for group in groups for stem in _lists()[group]["stems"]]


# What stands between words: ASCII, Latin-1, general and CJK punctuation, arrows to symbols, emoji.
# Listed, because "all but letters" of Unicode is an automaton many times as large and slow.
_EDGES = (
    r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x{bf}\x{d7}\x{f7}\x{2000}-\x{206f}\x{2190}-\x{2bff}"
    r"\x{3000}-\x{303f}\x{fe00}-\x{fe0f}\x{fe30}-\x{fe4f}\x{ff00}-\x{ff0f}\x{ff1a}-\x{ff20}"
    r"\x{1f000}-\x{1faff}]+"
)


def edged(text: pl.Expr) -> pl.Expr:
    """Lower-case a text and make every run of non-letters one space, with a space at both ends.

    >>> import polars as pl
    >>> pl.DataFrame({"t": ["Buy-Backlinks!"]}).select(edged(pl.col("t")))["t"].to_list()
    [' buy backlinks ']
    """
    inside = text.str.to_lowercase().str.replace_all(_EDGES, " ")
    return (pl.lit(" ") + inside.str.strip_chars() + pl.lit(" ")).alias(text.meta.output_name())


@cache
def _needles(*groups: str) -> list[str]:
    """Text that must occur somewhere for any word or stem of the groups to be found."""
    firsts = {word.split(" ")[0] for group in groups for word in _lists()[group]["words"]}
    return sorted(firsts | set(glued_stems(*groups)))


@cache
def _pattern(*groups: str) -> str:
    """Words of the groups at word edges, as one linear regex over lower-case text."""
    words = sorted({word for group in groups for word in _lists()[group]["words"]})
    joined = "|".join(_EDGES.join(re.escape(part) for part in word.split(" ")) for word in words)
    return f"(?:^|{_EDGES})(?:{joined})(?:{_EDGES}|$)"


def has_trade(text: pl.Expr, *groups: str) -> pl.Expr:
    """``contains_trade`` of the ``edged`` text, many times as fast where most texts hold none.

    One search for the bare words finds the few texts that are worth a look at their edges.
    """
    if not groups:
        return pl.when(text.is_not_null()).then(pl.lit(False))
    stems = glued_stems(*groups)

    def search(texts: pl.Series) -> pl.Series:
        lower = texts.str.to_lowercase()
        found = lower.str.contains_any(_needles(*groups))
        at = found.arg_true()
        if not at.len():
            return found
        few = lower.gather(at)
        certain = few.str.contains(_pattern(*groups))
        if stems:
            certain = certain | few.str.contains_any(stems)
        return found.scatter(at, certain)

    return text.map_batches(search, return_dtype=pl.Boolean())


def contains_trade(spaced: pl.Expr, *groups: str) -> pl.Expr:
    """Whether ``edged`` text holds a word of the groups at word edges, or a stem anywhere."""
    words, stems = spaced_words(*groups), glued_stems(*groups)
    if not words:
        return pl.lit(False)
    found = spaced.str.contains_any(words)
    return found | spaced.str.contains_any(stems) if stems else found
