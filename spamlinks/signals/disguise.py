"""Undo the disguises in which a word is read by people and missed by a search.

*ＣＡＳＩＮＯ* in full-width letters, *𝐜𝐚𝐬𝐢𝐧𝐨* in mathematical ones, *cas\u200bino* with a character
of no width inside, *саsіno* with Cyrillic letters between Latin ones. Honest texts are left as they
are: a word that only uses the other alphabet is not touched, nor is the space of no width that
Arabic and Indic writing needs.
"""

from __future__ import annotations

import re

import polars as pl

__all__ = ["undisguised"]

# Letters that look alike in lower case, by alphabet: Latin, Cyrillic, Greek.
_ALIKE = (
    ("a", "а", "α"), ("c", "с", ""), ("d", "ԁ", ""), ("e", "еёє", "ε"), ("g", "ԍ", ""),
    ("h", "һ", ""), ("i", "іїı", "ι"), ("j", "ј", ""), ("k", "к", "κ"), ("l", "ӏ", ""),
    ("m", "м", ""), ("n", "п", "η"), ("o", "о", "ο"), ("p", "р", "ρ"), ("q", "ԛ", ""),
    ("s", "ѕ", ""), ("t", "т", "τ"), ("u", "", "υ"), ("v", "ѵ", "ν"), ("w", "ԝѡ", "ω"),
    ("x", "х", "χ"), ("y", "у", "γ"), ("b", "ь", "β"), ("r", "г", ""), ("3", "з", ""),
)  # fmt: skip
_TO_LATIN = str.maketrans(
    {letter: latin for latin, *others in _ALIKE for group in others for letter in group}
)
_TO_CYRILLIC = str.maketrans(
    {"a": "а", "c": "с", "e": "е", "i": "і", "k": "к", "m": "м", "o": "о", "p": "р", "t": "т"}
    | {"x": "х", "y": "у", "b": "в", "h": "н", "n": "п", "u": "и", "r": "г", "3": "з", "0": "о"}
)

_LATIN, _OTHER = "a-z", r"\x{370}-\x{3ff}\x{400}-\x{52f}"
_MIXED = rf"[{_LATIN}][{_OTHER}]|[{_OTHER}][{_LATIN}]"
_MIXED_WORD = re.compile(r"[0-9a-z\u0370-\u03ff\u0400-\u052f]+")
# Soft hyphen, grapheme joiner, Hangul fillers, spaces and joiners of no width, marks of direction.
_HIDDEN = r"\x{ad}\x{34f}\x{115f}\x{1160}\x{180e}\x{200b}-\x{200f}\x{202a}-\x{202e}"
_HIDDEN += r"\x{2060}-\x{2064}\x{2066}-\x{2069}\x{3164}\x{feff}"
# After letters of these scripts only: elsewhere a joiner of no width is part of the spelling.
_HIDDEN_INSIDE = (
    r"([0-9\p{Latin}\p{Greek}\p{Cyrillic}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}])"
    rf"[{_HIDDEN}]+"
)
# The stroke that stretches Arabic words; the dot that lower case leaves over a Turkish İ.
_WITHIN = r"[\x{640}\x{307}]"
# Accents that stand apart, full-width and half-width forms, letters in circles and squares, and
# the mathematical alphabets: all of these have plain forms (NFKC).
_STYLED = (
    r"\x{300}-\x{33f}\x{3099}\x{309a}\x{24b6}-\x{24e9}\x{ff10}-\x{ff19}\x{ff21}-\x{ff3a}"
    r"\x{ff41}-\x{ff5a}\x{ff65}-\x{ff9f}\x{1d400}-\x{1d7ff}\x{1f130}-\x{1f149}"
)
_SUSPECT = rf"[{_STYLED}{_HIDDEN}]|{_WITHIN}|{_MIXED}"


def undisguised(lower: pl.Series) -> pl.Series:
    """Return lower-case texts as a reader sees them; equal texts for all but a few.

    Parameters
    ----------
    lower : String series in lower case; nulls stay null.

    Returns
    -------
    String series of the same length, in lower case. A word that mixes Latin with Cyrillic or Greek
    becomes Latin where all its letters have Latin doubles, else Cyrillic where they have those, and
    stays as it is else.

    >>> undisguised(pl.Series(["саsіno", "ｃａｓｉｎｏ", "кaзинo", "pdfы", "сад"])).to_list()
    ['casino', 'casino', 'казино', 'pdfы', 'сад']
    """
    foreign = (lower.str.len_bytes() != lower.str.len_chars()).arg_true()
    if not foreign.len():
        return lower
    some = lower.gather(foreign)
    suspect = some.str.contains(_SUSPECT).arg_true()
    if not suspect.len():
        return lower
    plain = some.gather(suspect).str.normalize("NFKC").str.to_lowercase()
    plain = plain.str.replace_all(_HIDDEN_INSIDE, "$1").str.replace_all(_WITHIN, "")
    mixed = plain.str.contains(_MIXED).arg_true()
    if mixed.len():
        read = [_MIXED_WORD.sub(_one_alphabet, text) for text in plain.gather(mixed).to_list()]
        plain = plain.scatter(mixed, read)
    return lower.scatter(foreign.gather(suspect), plain)


def _one_alphabet(match: re.Match[str]) -> str:
    word = match[0]
    if word.isascii() or not any("a" <= c <= "z" for c in word):
        return word
    for table, wanted in ((_TO_LATIN, str.isascii), (_TO_CYRILLIC, _is_cyrillic)):
        read = word.translate(table)
        if wanted(read):
            return read
    return word


def _is_cyrillic(word: str) -> bool:
    return all("\u0400" <= c < "\u0530" for c in word)
