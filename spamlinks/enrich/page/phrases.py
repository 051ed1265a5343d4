"""Many phrases looked for in one text at the cost of its distinct words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from spamlinks.enrich.page.texts import GLUED, PageText
from spamlinks.signals.words import spaced_text

__all__ = ["Phrases"]

V = TypeVar("V")


class Phrases(Generic[V]):
    """Words and phrases with a value each; found at word edges, or anywhere in scripts without.

    Parameters
    ----------
    entries : phrase and value; the first value of a phrase counts.

    >>> list(Phrases([("for sale", 1), ("売り", 2)]).find(PageText("Domain FOR SALE!")))
    [('for sale', 1)]
    """

    def __init__(self, entries: Iterable[tuple[str, V]]) -> None:
        self._single: dict[str, V] = {}
        self._phrases: dict[str, list[tuple[str, V]]] = {}
        self._glued: list[tuple[str, V, frozenset[str]]] = []
        known: set[str] = set()
        for entry, value in entries:
            phrase = spaced_text(entry).strip()
            if phrase in known:
                continue
            known.add(phrase)
            if GLUED.search(phrase):
                self._glued.append((phrase, value, frozenset(phrase)))
            elif " " in phrase:
                self._phrases.setdefault(phrase.partition(" ")[0], []).append((phrase, value))
            else:
                self._single[phrase] = value

    def find(self, text: PageText) -> Iterator[tuple[str, V]]:
        """Yield each phrase that a text holds, once, with its value."""
        spaced, single, phrases = text.spaced, self._single, self._phrases
        for word in text.distinct.keys() & (single.keys() | phrases.keys()):
            if word in single:
                yield word, single[word]
            for phrase, value in phrases.get(word, ()):
                if f" {phrase} " in spaced:
                    yield phrase, value
        characters = text.unspaced
        if characters:
            for phrase, value, needed in self._glued:
                if needed <= characters and phrase in spaced:
                    yield phrase, value
