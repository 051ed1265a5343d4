"""Words of the trades that spam works for, in a whole page's text.

The lists and the rules are those of ``signals.lexicon`` and ``signals.words``: words at word edges,
stems anywhere. One text is searched by its distinct words, which costs a fraction of a search for
every entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from spamlinks.signals.lexicon import host_stems_of, host_words_of, stems_of, words_of
from spamlinks.signals.words import TRADES, spaced_text

__all__ = ["has_trade_word", "host_trade", "trade_words"]

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uac00-\ud7a3\uf900-\ufaff]"
)
_KEY = 4
"""Letters of a stem by which it is looked for inside of words; no stem has fewer."""


@cache
def _words() -> tuple[dict[str, str], dict[str, list[tuple[str, str]]]]:
    """Single words -> trade, and first word of a phrase -> phrases with their trade."""
    single: dict[str, str] = {}
    phrases: dict[str, list[tuple[str, str]]] = {}
    for trade in TRADES:
        for word in words_of(trade):
            if " " in word:
                phrases.setdefault(word.partition(" ")[0], []).append((f" {word} ", trade))
            else:
                single.setdefault(word, trade)
    return single, phrases


@cache
def _stems() -> tuple[dict[str, list[tuple[str, str]]], list[tuple[str, str, frozenset[str]]]]:
    """Stems of alphabets by their first letters, and those of scripts without spaces."""
    lettered = [(stem, trade) for trade in TRADES for stem in stems_of(trade)]
    unspaced = [(s, t, frozenset(s)) for s, t in lettered if len(s) < _KEY or _UNSPACED.search(s)]
    known = {stem for stem, _, _ in unspaced}
    return _keyed((s, t) for s, t in lettered if s not in known), unspaced


def _keyed(stems: Iterable[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    keyed: dict[str, list[tuple[str, str]]] = {}
    for stem, trade in stems:
        keyed.setdefault(stem[:_KEY], []).append((stem, trade))
    return keyed


@lru_cache(maxsize=1 << 16)
def _stem_in(word: str) -> str | None:
    """The trade of a stem that a word holds, None for none."""
    return _first_stem(word, _stems()[0])


def _first_stem(word: str, keyed: dict[str, list[tuple[str, str]]]) -> str | None:
    for at in range(len(word) - _KEY + 1):
        for stem, trade in keyed.get(word[at : at + _KEY], ()):
            if word.startswith(stem, at):
                return trade
    return None


def trade_words(text: str) -> dict[str, str]:
    """Find the distinct spam-trade words of a text.

    Parameters
    ----------
    text : visible text of a page, as it is written.

    Returns
    -------
    dict
        The word, as it stands in the text in lower case, -> its trade: words and phrases of the
        lists, and whole words that hold a stem; of scripts without spaces the stem itself.

    >>> trade_words("Online-Casino and CASINOBONUS; the casino in Frankfurt")
    {'casino': 'gambling', 'casinobonus': 'gambling'}
    """
    spaced = spaced_text(text)
    single, phrases = _words()
    found: dict[str, str] = {}
    distinct = dict.fromkeys(spaced.split())
    for word in distinct:
        trade = single.get(word)
        if trade is None and len(word) >= _KEY:
            trade = _stem_in(word) if len(word) <= 60 else _first_stem(word[:500], _stems()[0])
        if trade is not None:
            found[word] = trade
        for phrase, of_trade in phrases.get(word, ()):
            if phrase in spaced:
                found[phrase[1:-1]] = of_trade
    if not spaced.isascii() and _UNSPACED.search(spaced):
        characters = set(spaced)
        for stem, trade, needed in _stems()[1]:
            if needed <= characters and stem in spaced:
                found[stem] = trade
    return found


def has_trade_word(text: str) -> bool:
    """Whether a short text, such as an anchor, has a spam-trade word."""
    return bool(text) and bool(trade_words(text))


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
