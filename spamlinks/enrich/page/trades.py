"""Words of the trades that spam works for, in a whole page's text.

The lists and the rules are those of ``signals.lexicon`` and ``signals.words``: words at word edges,
stems anywhere. One text is searched by its distinct words, which costs a fraction of a search for
every entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from spamlinks.enrich.page.phrases import Phrases
from spamlinks.enrich.page.texts import GLUED, PageText
from spamlinks.signals.lexicon import host_stems_of, host_words_of, stems_of, words_of
from spamlinks.signals.words import TRADES

__all__ = ["has_trade_word", "host_trade", "trade_words"]

_KEY = 4
"""Letters of a stem by which it is looked for inside of words; no stem has fewer."""


@cache
def _words() -> Phrases[str]:
    return Phrases((word, trade) for trade in TRADES for word in words_of(trade))


@cache
def _stems() -> dict[str, list[tuple[str, str]]]:
    """Stems of alphabets by their first letters."""
    return _keyed((s, t) for t in TRADES for s in stems_of(t) if not GLUED.search(s))


@cache
def _glued_stems() -> Phrases[str]:
    """Stems of scripts without spaces."""
    return Phrases((s, t) for t in TRADES for s in stems_of(t) if GLUED.search(s))


def _keyed(stems: Iterable[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    keyed: dict[str, list[tuple[str, str]]] = {}
    for stem, trade in stems:
        keyed.setdefault(stem[:_KEY], []).append((stem, trade))
    return keyed


@lru_cache(maxsize=1 << 16)
def _stem_in(word: str) -> str | None:
    """The trade of a stem that a word holds, None for none."""
    return _first_stem(word, _stems())


def _first_stem(word: str, keyed: dict[str, list[tuple[str, str]]]) -> str | None:
    for at in range(len(word) - _KEY + 1):
        for stem, trade in keyed.get(word[at : at + _KEY], ()):
            if word.startswith(stem, at):
                return trade
    return None


def trade_words(text: PageText) -> dict[str, str]:
    """Find the distinct spam-trade words of a text.

    Returns
    -------
    dict
        The word in lower case -> its trade: words and phrases of the lists, and whole words that
        hold a stem; of scripts without spaces the stem itself.

    >>> trade_words(PageText("Online-Casino and CASINOBONUS; the casino in Frankfurt"))
    {'casino': 'gambling', 'casinobonus': 'gambling'}
    """
    found = dict(_words().find(text))
    for word in text.distinct:
        if len(word) < _KEY or word in found:
            continue
        trade = _stem_in(word) if len(word) <= 60 else _first_stem(word[:500], _stems())
        if trade is not None:
            found[word] = trade
    found.update(_glued_stems().find(text))
    return found


@lru_cache(maxsize=1 << 14)
def has_trade_word(text: str) -> bool:
    """Whether a short text, such as an anchor, has a spam-trade word."""
    return bool(text) and bool(trade_words(PageText(text)))


@lru_cache(maxsize=1 << 14)
def host_trade(host: str) -> str | None:
    """The trade that the name of a host speaks of, None for none.

    >>> host_trade("best-casino.example"), host_trade("museum.example")
    ('gambling', None)
    """
    labels = host.rpartition(".")[0]
    words = host_words()
    for token in re.split(r"[-_.0-9]+", labels):
        if token in words:
            return words[token]
    return _first_stem(re.sub(r"[-_.]", "", labels), _host_stems())


@cache
def host_words() -> dict[str, str]:
    """Single words that count in the names of hosts -> trade."""
    return {w: trade for trade in TRADES for w in host_words_of(trade) if " " not in w}


@cache
def _host_stems() -> dict[str, list[tuple[str, str]]]:
    return _keyed((s, t) for t in TRADES for s in host_stems_of(t) if len(s) >= _KEY)
