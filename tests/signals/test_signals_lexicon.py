"""The word lists as data: whole, in every language, spelt as texts are searched."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest

from spamlinks.signals.lexicon import (
    HOSTS,
    LANGUAGE_NAMES,
    MIN_BARE,
    WORD_LISTS,
    WordList,
    host_stems_of,
    host_words_of,
    spellings,
    stems_of,
    word_lists,
    words_of,
)
from spamlinks.signals.words import TRADES, contains_trade, edged
from tests.signals.trade_anchors import ANCHORS

SPAM = [*TRADES, "link_sale"]
EVERY = [found for trade in WORD_LISTS for found in word_lists(trade)]
MIN_LANGUAGES = 12

# Shorter than the rule allows, and yet found in nothing else.
SHORT_WORDS = {"go", "ห", "ide", "itt", "her", "här"}
SHORT_STEMS: set[str] = set()


def names(found: WordList) -> str:
    return f"{found.trade}-{found.language}"


def is_latin(entry: str) -> bool:
    return any(unicodedata.name(c, "").startswith("LATIN") for c in entry)


def test_every_trade_has_a_list() -> None:
    assert set(WORD_LISTS) == {*TRADES, "link_sale", "generic"}
    with pytest.raises(KeyError, match="poetry"):
        word_lists("poetry")


@pytest.mark.parametrize("trade", WORD_LISTS)
def test_every_trade_is_listed_in_many_languages(trade: str) -> None:
    languages = [found.language for found in word_lists(trade)]
    assert len(languages) == len(set(languages))
    assert set(languages) <= set(LANGUAGE_NAMES)
    assert len(set(languages) - {"int", HOSTS}) >= MIN_LANGUAGES
    assert languages == [name for name in LANGUAGE_NAMES if name in languages], "another order"
    needed = "en es pt fr de it nl pl tr ru uk id vi zh-hans zh-hant ja ko th ar fa hi sv".split()
    assert set(needed) <= set(languages)


@pytest.mark.parametrize("found", EVERY, ids=names)
def test_entries_are_written_as_texts_are_searched(found: WordList) -> None:
    assert found.words or found.stems
    if found.words:
        as_searched = pl.DataFrame({"t": found.words}).select(edged(pl.col("t")))["t"]
        assert as_searched.str.strip_chars(" ").to_list() == list(found.words)
    for entry in (*found.words, *found.stems):
        assert entry == unicodedata.normalize("NFC", entry).lower().strip()
    assert not [stem for stem in found.stems if " " in stem]


@pytest.mark.parametrize("found", EVERY, ids=names)
def test_short_entries_are_deliberate(found: WordList) -> None:
    short = {w for w in found.words if is_latin(w) and len(w) < 3}
    assert short - SHORT_WORDS == set()
    stems = {s for s in found.stems if is_latin(s) and s.isascii() and len(s) < 5}
    assert stems - SHORT_STEMS == set()
    assert not [s for s in found.stems if len(s) < 2], "one sign stands in many words"


@pytest.mark.parametrize("trade", WORD_LISTS)
def test_no_entry_stands_twice(trade: str) -> None:
    for entries in (
        [w for found in word_lists(trade) for w in found.words],
        [s for found in word_lists(trade) for s in found.stems],
    ):
        assert len(entries) == len(set(entries))


@pytest.mark.parametrize("trade", SPAM)
def test_no_entry_is_found_by_another_anyway(trade: str) -> None:
    """A phrase that holds a listed word adds nothing but time."""
    texts = [found for found in word_lists(trade) if found.language != HOSTS]
    words = {w for found in texts for w in found.words}
    stems = {s for found in texts for s in found.stems}
    for phrase in (w for w in words if " " in w):
        others = [w for w in words if w != phrase and f" {w} " in f" {phrase} "]
        assert not others, (phrase, others)
        assert not [s for s in stems if s in phrase], phrase
    for stem in stems:
        assert not [other for other in stems if other != stem and other in stem], stem


def test_generic_phrases_are_whole_anchors() -> None:
    assert stems_of("generic") == ()


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("casino", ("casino",)),
        ("préstamo", ("préstamo", "prestamo")),
        ("pożyczki", ("pożyczki", "pozyczki")),
        ("kładka", ("kładka", "kladka")),
        ("nhà cái", ("nhà cái", "nha cai")),
        ("đánh bài", ("đánh bài", "danh bai")),
        ("glücksspiel", ("glücksspiel", "glucksspiel", "gluecksspiel")),
        ("spilleløse", ("spilleløse", "spillelose", "spilleloese")),
        ("sıkıcı", ("sıkıcı", "sikici")),
        ("lån", ("lån",)),  # LAN
        ("prêt", ("prêt",)),  # prêt-à-porter is written pret, too
        ("счётчик", ("счётчик", "счетчик")),
        ("займ онлайн", ("займ онлайн",)),  # й is a letter of its own
        ("καζίνο", ("καζίνο", "καζινο")),  # capitals carry no accents
        ("バカラ賭博", ("バカラ賭博",)),
        ("카지노 게임", ("카지노 게임",)),
        ("कैसीनो", ("कैसीनो",)),
        ("إباحية", ("إباحية", "اباحيه")),
        ("کازینو", ("کازینو", "كازينو")),
    ],
)
def test_spellings(entry: str, expected: tuple[str, ...]) -> None:
    assert spellings(entry) == expected
    assert MIN_BARE == 5


def test_spellings_are_searched() -> None:
    assert {"préstamo", "prestamo"} <= set(words_of("loans"))
    assert "gluecksspiel" in stems_of("gambling")
    assert len(words_of("loans")) == len(set(words_of("loans")))


@pytest.mark.parametrize("found", [f for f in EVERY if f.language not in ("int", HOSTS)], ids=names)
def test_an_anchor_of_the_language_is_found_by_its_own_list(found: WordList) -> None:
    """Not only by an international word in it."""
    anchor = ANCHORS[found.trade][found.language]
    frame = pl.DataFrame({"t": [anchor]}).select(t=edged(pl.col("t")))
    spaced = frame["t"][0]
    words = [s for word in found.words for s in spellings(word) if f" {s} " in spaced]
    stems = [s for stem in found.stems for s in spellings(stem) if s in spaced]
    assert words or stems
    if found.trade == "generic":
        assert spaced.strip() in words_of("generic")
    assert frame.select(contains_trade(pl.col("t"), found.trade)).to_series()[0]


@pytest.mark.parametrize("trade", SPAM)
def test_an_anchor_says_nothing_of_innocent_phrases(trade: str) -> None:
    assert not {a.lower() for a in ANCHORS[trade].values()} & set(words_of("generic"))
    assert not set(words_of(trade)) & set(words_of("generic"))


@pytest.mark.parametrize("trade", SPAM)
def test_words_of_host_names_are_those_of_texts_and_more(trade: str) -> None:
    more = [found for found in word_lists(trade) if found.language == HOSTS]
    assert set(host_words_of(trade)) - set(words_of(trade)) == {w for f in more for w in f.words}
    assert set(host_stems_of(trade)) - set(stems_of(trade)) == {s for f in more for s in f.stems}
    assert not [word for found in more for word in found.words if " " in word]
