"""How texts and host names are searched for the words of the trades that spam works for.

The lists are data (``lexicon``): words match at word edges only, stems anywhere. Texts are searched
in lower case and as a reader sees them (``disguise``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

import polars as pl

from spamlinks.signals.disguise import undisguised
from spamlinks.signals.lexicon import host_stems_of, host_words_of, stems_of, words_of

__all__ = [
    "TRADES",
    "contains_trade",
    "edged",
    "foreign_trades",
    "found_word",
    "glued_stems",
    "has_trade",
    "host_stems",
    "host_tokens",
    "spaced_text",
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
        if not spaced["t"].str.contains_any([f" {word} " for word in host_words_of(trade)]).any()
        and not glued["t"].str.contains_any(host_stems(trade)).any()
    )


@cache
def spaced_words(*groups: str) -> list[str]:
    """Words of the groups with a space on both sides, for a search in ``edged`` text."""
    return [f" {word} " for group in groups for word in words_of(group)]


@cache
def trade_tokens(*groups: str) -> list[str]:
    """The single-token words of the groups."""
    return [word for group in groups for word in words_of(group) if " " not in word]


@cache
def glued_stems(*groups: str) -> list[str]:
    """Stems of the groups, safe to find anywhere in a text."""
    return [stem for group in groups for stem in stems_of(group)]


@cache
def host_tokens(*groups: str) -> list[str]:
    """The single-token words of the groups that count in the name of a host."""
    return [word for group in groups for word in host_words_of(group) if " " not in word]


@cache
def host_stems(*groups: str) -> list[str]:
    """Stems of the groups that count anywhere in the name of a host."""
    return [stem for group in groups for stem in host_stems_of(group)]


# What stands between words: ASCII, Latin-1, Greek, Hebrew, Arabic, Indic, general and CJK
# punctuation, arrows to symbols, emoji.
# Listed, because "all but letters" of Unicode is an automaton many times as large and slow.
_EDGES = (
    r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x{bf}\x{d7}\x{f7}\x{37e}\x{387}\x{5be}\x{5c0}\x{5c3}"
    r"\x{5f3}\x{5f4}\x{60c}\x{61b}\x{61f}\x{66a}-\x{66d}\x{6d4}\x{964}\x{965}"
    r"\x{2000}-\x{206f}\x{2190}-\x{2bff}\x{3000}-\x{303f}\x{fe00}-\x{fe0f}\x{fe30}-\x{fe4f}"
    r"\x{ff00}-\x{ff0f}\x{ff1a}-\x{ff20}\x{1f000}-\x{1faff}]+"
)


def edged(text: pl.Expr) -> pl.Expr:
    """Lower-case a text and make every run of non-letters one space, with a space at both ends.

    Disguised words are written plainly (``disguise.undisguised``).

    >>> import polars as pl
    >>> pl.DataFrame({"t": ["Buy-Backlinks!"]}).select(edged(pl.col("t")))["t"].to_list()
    [' buy backlinks ']
    """
    return text.map_batches(_edged, return_dtype=pl.String()).alias(text.meta.output_name())


def _edged(texts: pl.Series) -> pl.Series:
    inside = undisguised(texts.str.to_lowercase()).str.replace_all(_EDGES, " ").str.strip_chars()
    spaced: pl.Series = " " + inside + " "
    return spaced


# The same signs as Python writes them.
_EDGES_OF_ONE = re.compile(re.sub(r"\\x\{([0-9a-f]+)\}", lambda m: chr(int(m[1], 16)), _EDGES))

# What a disguise can be made of: not plain Latin, punctuation that is seen, kana, Han, Hangul and
# Thai. Most texts have nothing of it and need no second look.
_OF_A_DISGUISE = re.compile(
    "[^\x00-\xac\xae-\u02ff\u0e00-\u0e7f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u214f"
    "\u2190-\u23ff\u2500-\u2bff\u3000-\u303f\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fff\uac00-\ud7a3]"
)


def spaced_text(text: str) -> str:
    """Return what ``edged`` makes of one text, faster than a frame of one row.

    >>> spaced_text("Buy-Backlinks!")
    ' buy backlinks '
    """
    lower = text.lower()
    if not lower.isascii() and _OF_A_DISGUISE.search(lower):
        lower = str(undisguised(pl.Series([lower.encode("utf-8", "replace").decode()]))[0])
    inside = _EDGES_OF_ONE.sub(" ", lower).strip()
    return f" {inside} "


# Words of phrases that stand in many honest texts too, or inside of other words: looking for them
# would find too many texts that are not worth a second look.
_COMMON = frozenset(
    "website websites sites site service services online free games game download exchange links "
    "high satın satışı mini hang hàng anal paper papers live result money plan super video open "
    "now without than tas mod mai research internet company product software acheter comprar "
    "goi cau tai gai agen premium custom first crypto trading full demo google compra".split()
)


@cache
def _needles(*groups: str) -> list[str]:
    """Text that must occur somewhere for any word or stem of the groups to be found.

    Of a phrase it is the word that tells most: long, and in few other phrases and texts.
    """
    phrases = [word.split(" ") for group in groups for word in words_of(group)]
    counts = Counter(part for phrase in phrases for part in phrase)

    def tells(part: str) -> tuple[bool, bool, int, int]:
        return len(part) > 3, part not in _COMMON, min(len(part), 8), -counts[part]

    telling = {max(phrase, key=tells) for phrase in phrases}
    needles = telling | set(glued_stems(*groups))
    return sorted(n for n in needles if not any(o in n for o in needles if o != n))


MANY_ENTRIES = 1000
"""From so many on one automaton of all is faster than a regex, which builds its states as it goes.

Measured on a million anchors: 0.15 against 0.49 s for 400 of them, 1.0 against 0.5 s for 2,000.
"""


# Regexes of nothing but literals: polars keeps them from one block of rows to the next.


@cache
def _needle_pattern(*groups: str) -> str:
    return "|".join(map(re.escape, _needles(*groups)))


@cache
def _entry_pattern(*groups: str) -> str:
    return "|".join(map(re.escape, _spaced_entries(*groups)))


@cache
def _spaced_entries(*groups: str) -> list[str]:
    """What to look for in ``edged`` text: words with their edges, and stems."""
    return [*spaced_words(*groups), *glued_stems(*groups)]


def found_word(text: str, group: str) -> str:
    """The longest word or stem of a list that a text holds, for people; "" where there is none.

    Parameters
    ----------
    text : of an anchor, a title or a path.
    group : a list, or "trades" for all of ``TRADES``.

    >>> found_word("Best SEO backlinks", "link_sale"), found_word("frankfurt", "link_sale")
    ('backlinks', '')
    """
    groups = TRADES if group == "trades" else (group,)
    spaced = str(_edged(pl.Series([text]))[0])
    found = [word.strip() for word in spaced_words(*groups) if word in spaced]
    found += [_whole_word(spaced, stem) for stem in glued_stems(*groups) if stem in spaced]
    return max(found, key=lambda word: (len(word), word), default="")


def _whole_word(spaced: str, stem: str) -> str:
    """The word of an edged text that holds a stem: nobody writes "linkdirector"."""
    at = spaced.find(stem)
    start, end = spaced.rfind(" ", 0, at + 1) + 1, spaced.find(" ", at + len(stem))
    return spaced[start : end if end > 0 else None][:40]


def has_trade(text: pl.Expr, *groups: str) -> pl.Expr:
    """``contains_trade`` of the ``edged`` text, many times as fast where most texts hold none.

    One search for the bare words finds the few texts that are worth a look at their edges.
    """
    if not groups:
        return pl.when(text.is_not_null()).then(pl.lit(False))

    def search(texts: pl.Series) -> pl.Series:
        lower = undisguised(texts.str.to_lowercase())
        if len(_needles(*groups)) < MANY_ENTRIES:
            found = lower.str.contains(_needle_pattern(*groups))
        else:
            found = lower.str.contains_any(_needles(*groups))
        at = found.arg_true()
        if not at.len():
            return found
        few = _edged(lower.gather(at))
        return found.scatter(at, few.str.contains(_entry_pattern(*groups)))

    return text.map_batches(search, return_dtype=pl.Boolean())


def contains_trade(spaced: pl.Expr, *groups: str) -> pl.Expr:
    """Whether ``edged`` text holds a word of the groups at word edges, or a stem anywhere."""
    if not groups:
        return pl.lit(False)
    if len(_spaced_entries(*groups)) < MANY_ENTRIES:
        return spaced.str.contains(_entry_pattern(*groups))
    return spaced.str.contains_any(_spaced_entries(*groups))
