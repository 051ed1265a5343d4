"""Words in disguise: read as people read them, and honest texts left alone."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.signals.disguise import undisguised
from spamlinks.signals.words import contains_trade, edged, has_trade

DISGUISED = [
    ("саsіno", "Cyrillic с, а, і"),
    ("cаsinо bonus", "Cyrillic а, о"),
    ("CАSINO", "a Cyrillic capital"),
    ("kαsino", "Greek alpha"),
    ("viаgrа", "Cyrillic а"),
    ("кaзинo", "Latin a, o in a Russian word"),
    ("ＣＡＳＩＮＯ", "full width"),
    ("ｃａｓｉｎｏ online", "full width"),
    ("𝐜𝐚𝐬𝐢𝐧𝐨", "mathematical bold"),
    ("𝓥𝓲𝓪𝓰𝓻𝓪", "mathematical script"),
    ("ⓒⓐⓢⓘⓝⓞ", "letters in circles"),
    ("cas\u200bino", "a space of no width"),
    ("cas\u00adino", "a soft hyphen"),
    ("c\u200ca\u200ds\u2060i\ufeffn\u200eo", "one after each letter"),
    ("ка\u200bзино", "in a Russian word"),
    ("카\u200b지노", "in a Korean word"),
    ("คา\u200bสิโน", "in a Thai word"),
    ("ｶｼﾞﾉ", "half-width kana"),
    ("カシ\u3099ノ", "a voiced sign that stands apart"),
    ("pre\u0301stamo", "an accent that stands apart"),
    ("İDDAA", "a Turkish capital with a dot"),
    ("كازيـــنو", "a stretched Arabic word"),
    ("شرط\u200cبندی", "the joiner that Persian needs stands between words"),
]
SPAM = ("gambling", "pharma", "loans")

LEFT_ALONE = [
    ("pdfы", "an ending of another alphabet"),
    ("сад и огород", "a word of look-alikes in its own alphabet"),
    ("it-компания", "two words"),
    ("3д печать", "a number before a letter"),
    ("κόσμος και web", "Greek beside English"),
    ("می\u200cخواهم", "Persian"),
    ("क्\u200dष", "Hindi"),
    ("café", "an accent"),
    ("ガラス", "kana"),
    ("", "nothing"),
]


def search(text: str) -> tuple[bool, bool]:
    frame = pl.DataFrame({"t": [text]}).with_columns(spaced=edged(pl.col("t")))
    return (
        frame.select(has_trade(pl.col("t"), *SPAM)).to_series()[0],
        frame.select(contains_trade(pl.col("spaced"), *SPAM)).to_series()[0],
    )


@pytest.mark.parametrize(("text", "how"), DISGUISED, ids=[how for _, how in DISGUISED])
def test_a_disguised_word_is_found(text: str, how: str) -> None:
    assert search(text) == (True, True), how


@pytest.mark.parametrize(("text", "why"), LEFT_ALONE, ids=[why for _, why in LEFT_ALONE])
def test_an_honest_text_is_left_alone(text: str, why: str) -> None:
    assert undisguised(pl.Series([text])).to_list() == [text], why
    assert search(text) == (False, False)


def test_each_text_gets_its_own_answer() -> None:
    texts = pl.Series(["plain", None, "саsіno", "été", "", "ｂｅｔ", "сад"])
    assert undisguised(texts).to_list() == ["plain", None, "casino", "été", "", "bet", "сад"]
    assert undisguised(pl.Series([], dtype=pl.String)).to_list() == []


@given(st.lists(st.none() | st.text(), max_size=8))
def test_never_fails_and_settles(texts: list[str | None]) -> None:
    lower = pl.Series(texts, dtype=pl.String).str.to_lowercase()
    once = undisguised(lower)
    assert once.len() == lower.len()
    assert (once.is_null() == lower.is_null()).all()
    ascii_ones = [i for i, text in enumerate(lower) if text is not None and text.isascii()]
    assert once.gather(ascii_ones).equals(lower.gather(ascii_ones))
