"""The word lists as data: ``word_lists`` beside this module has one JSON file for each trade.

A file maps a language to its ``words`` and ``stems``. ``int`` stands for what is the same in many
languages: drug names, brands, *casino*. Words are found at word edges only, so that *frankfurt* is
not *rank*; stems are found anywhere, in scripts without spaces and in host names, where words are
glued together. Each entry stands once in a trade, in its proper spelling; ``spellings`` adds what
people make of it. A phrase that holds another entry of its trade is not listed: it is found anyway.

The language ``hosts`` holds what tells a trade in the name of a host and not in a text: a site is
named *sex* or *loan* for its trade, while texts speak of sex education and of loans to museums.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = [
    "HOSTS",
    "INTERNATIONAL",
    "LANGUAGE_NAMES",
    "WORD_LISTS",
    "WordList",
    "host_stems_of",
    "host_words_of",
    "spellings",
    "stems_of",
    "word_lists",
    "words_of",
]

WORD_LISTS = (
    "gambling",
    "adult",
    "pharma",
    "loans",
    "essay",
    "replica",
    "piracy",
    "link_sale",
    "generic",
)
"""Every list: the trades that spam works for, those who sell links, and innocent phrases."""

INTERNATIONAL = "int"
"""The language of words that are the same in many."""

HOSTS = "hosts"
"""The language of words that count in the names of hosts only."""

LANGUAGE_NAMES = {
    INTERNATIONAL: "international", "en": "English", "es": "Spanish", "pt": "Portuguese",
    "fr": "French", "de": "German", "it": "Italian", "nl": "Dutch", "pl": "Polish",
    "tr": "Turkish", "ru": "Russian", "uk": "Ukrainian", "id": "Indonesian", "vi": "Vietnamese",
    "zh-hans": "Chinese, simplified", "zh-hant": "Chinese, traditional", "ja": "Japanese",
    "ko": "Korean", "th": "Thai", "ar": "Arabic", "fa": "Persian", "hi": "Hindi", "sv": "Swedish",
    "da": "Danish", "no": "Norwegian", "fi": "Finnish", "cs": "Czech", "hu": "Hungarian",
    "ro": "Romanian", "el": "Greek", "he": "Hebrew", HOSTS: "in host names only",
}  # fmt: skip
"""Language code -> its name, in the order of the lists."""

MIN_BARE = 5
"""Fewer letters are not searched without their accents: Swedish *lån* is no *LAN*."""


@dataclass(frozen=True, slots=True)
class WordList:
    """The entries of one trade in one language, as they are written.

    ``words`` stand at word edges, ``stems`` anywhere; both may be empty, not both at once.
    """

    trade: str
    language: str
    words: tuple[str, ...]
    stems: tuple[str, ...]


@cache
def word_lists(trade: str) -> tuple[WordList, ...]:
    """Return the lists of one trade of ``WORD_LISTS``, by language; KeyError for another name.

    >>> [found.language for found in word_lists("loans")][:4]
    ['int', 'en', 'es', 'pt']
    """
    if trade not in WORD_LISTS:
        raise KeyError(trade)
    path = files("spamlinks.signals").joinpath("word_lists", f"{trade}.json")
    data: dict[str, dict[str, list[str]]] = json.loads(path.read_text("utf-8"))
    return tuple(
        WordList(trade, language, tuple(entry["words"]), tuple(entry["stems"]))
        for language, entry in data.items()
    )


@cache
def words_of(trade: str) -> tuple[str, ...]:
    """Words and phrases of a trade in all languages and spellings, each once; for texts."""
    return _spelt(w for found in word_lists(trade) if found.language != HOSTS for w in found.words)


@cache
def stems_of(trade: str) -> tuple[str, ...]:
    """Stems of a trade in all languages and spellings, each once; for texts."""
    return _spelt(s for found in word_lists(trade) if found.language != HOSTS for s in found.stems)


@cache
def host_words_of(trade: str) -> tuple[str, ...]:
    """Words of a trade for host names: those of texts, and those of ``HOSTS``."""
    return _spelt(word for found in word_lists(trade) for word in found.words)


@cache
def host_stems_of(trade: str) -> tuple[str, ...]:
    """Stems of a trade for host names: those of texts, and those of ``HOSTS``."""
    return _spelt(stem for found in word_lists(trade) for stem in found.stems)


def _spelt(entries: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s for entry in entries for s in spellings(entry)))


# Letters that Unicode does not take apart, as they are typed without the accent.
_PLAIN = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe"})
# Two letters for one, as in host names.
_DOUBLE = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
# Arabic and Persian keyboards write the same letters with other signs; hamza is often left out.
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك"})
_ACCENTS = range(0x300, 0x370)


def spellings(entry: str) -> tuple[str, ...]:
    """Return an entry with its other spellings: without accents, ``ae`` for ``ä``, ``е`` for ``ё``.

    Anchor texts and host names drop accents often. Entries of fewer than ``MIN_BARE`` letters stay
    as they are. Kana and Hangul keep their signs, which make other letters.

    >>> spellings("glücksspiel"), spellings("lån")
    (('glücksspiel', 'glucksspiel', 'gluecksspiel'), ('lån',))
    """
    if entry.isascii() or sum(c.isalpha() for c in entry) < MIN_BARE:
        return (entry,)
    bare = "".join(map(_without_accent, entry)).translate(_PLAIN)
    return tuple(dict.fromkeys((entry, bare, entry.translate(_DOUBLE), entry.translate(_ARABIC))))


def _without_accent(letter: str) -> str:
    """Take the accent from a Latin or Greek letter, and from ё."""
    if not (letter < "\u0400" or letter == "ё" or "\u1e00" <= letter < "\u2000"):
        return letter
    parts = unicodedata.normalize("NFD", letter)
    return "".join(part for part in parts if ord(part) not in _ACCENTS)
