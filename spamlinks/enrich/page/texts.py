"""Words of a text, counted as a reader counts them, and a fingerprint of equal texts."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from hashlib import blake2b

from spamlinks.signals.words import spaced_text

__all__ = ["GLUED", "PageText", "count_words", "fold", "text_hash"]

# Scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, Han. Hangul has spaces.
_UNSPACED = (
    "\u0e01-\u0e5b\u0e81-\u0edf\u1000-\u109f\u1780-\u17ff\u3005\u3007\u3041-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
GLUED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uac00-\ud7a3\uf900-\ufaff]"
)
"""A letter of a script in which words are found anywhere: those, and Hangul with its endings."""
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]+")


def fold(text: str) -> str:
    """Make every run of white space one space, without any at the ends.

    >>> fold("  a\\n b ")
    'a b'
    """
    return " ".join(text.split())


def count_words(text: str) -> int:
    """Count the words of a text.

    A word is what stands between spaces and holds a letter or a digit: *well-known* is one, a dash
    is none. Letters of scripts without spaces count two a word, rounded up for the whole text.

    >>> count_words("Don't panic – it is 5 o'clock"), count_words("日本語 text"), count_words("--")
    (6, 3, 0)
    """
    letters = 0
    if not text.isascii():
        runs = _UNSPACED_RUN.findall(text)
        if runs:
            letters = sum(map(len, runs))
            text = _UNSPACED_RUN.sub(" ", text)
    words = sum(n for word, n in Counter(text.split()).items() if _has_alnum(word))
    return words + (letters + 1) // 2


def _has_alnum(word: str) -> bool:
    return word.isalnum() or any(map(str.isalnum, word))


def text_hash(text: str) -> str | None:
    """Return 64 bit of hash of a text's words in lower case, as 16 hex digits; None for no word.

    >>> text_hash("Hello\\n World") == text_hash("hello world"), text_hash(" ")
    (True, None)
    """
    words = text.lower().split()
    if not words:
        return None
    return blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=8).hexdigest()


class PageText:
    """The visible text of a page in the forms that are searched, each made once.

    Parameters
    ----------
    text : visible text, as it is written.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def spaced(self) -> str:
        """The text in lower case with a space for all that stands between words."""
        return spaced_text(self.text)

    @cached_property
    def distinct(self) -> dict[str, None]:
        """The distinct words of ``spaced``, in the order of their first place."""
        return dict.fromkeys(self.spaced.split())

    @cached_property
    def unspaced(self) -> frozenset[str]:
        """Characters of the text, where it is in a script without spaces; else none."""
        spaced = self.spaced
        found = not spaced.isascii() and GLUED.search(spaced) is not None
        return frozenset(spaced) if found else frozenset()

    @cached_property
    def words(self) -> int:
        """As ``count_words``."""
        return count_words(self.text)
