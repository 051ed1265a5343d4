from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.report.text import clean, count, display_width, number, percent, shorten

CASES = [  # value, limit, shown, why
    (None, 9, "", "nothing is known"),
    ("plain", 9, "plain", "untouched"),
    ("plain", 4, "pla…", "cut with a sign"),
    ("a\u202eb\u2066c", 9, "abc", "bidi controls"),
    ("a\x00\x1b[0mb", 9, "a[0mb", "terminal controls"),
    (" a\n\t b\u2028c\u00a0d ", 9, "a b c d", "one line"),
    ("\u200b\u200d\ufeff", 9, "", "nothing to see"),
    ("\ud800x", 9, "\ufffdx", "a lone surrogate cannot be written as UTF-8"),
    ("e" + "\u0301" * 9, 9, "e" + "\u0301" * 3, "piled marks"),
    ("سلام", 9, "سلام", "right-to-left scripts stay"),
    ("\u202e" * 10_000 + "late", 9, "…", "text after the part that is read is owned up to"),
    (12, 9, "12", "any value"),
]


@pytest.mark.parametrize(("value", "limit", "shown", "why"), CASES, ids=[c[3] for c in CASES])
def test_clean(value: object, limit: int, shown: str, why: str) -> None:
    assert clean(value, limit) == shown


@given(st.text(st.characters(), max_size=300), st.integers(1, 60))
def test_clean_is_short_visible_and_idempotent(text: str, limit: int) -> None:
    shown = clean(text, limit)
    assert len(shown) <= limit
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert clean(shown, limit) == shown
    shown.encode("utf-8")


@given(st.text(max_size=80), st.integers(2, 40))
def test_shorten_keeps_to_its_width(text: str, width: int) -> None:
    cut = shorten(text, width)
    assert display_width(cut) <= width
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


NUMBERS = [  # value, as a figure, as a count, as a share
    (0.951, "95.1\u00a0%", "–", "95.1\u00a0%"),
    (1.0, "100\u00a0%", "–", "100\u00a0%"),
    (1234, "1,234", "1,234", "123400\u00a0%"),
    (float("nan"), "–", "–", "–"),
    (True, "–", "–", "–"),  # a flag is no number
    (None, "–", "–", "–"),
    ("n/a", "n/a", "–", "–"),
]


@pytest.mark.parametrize(("value", "figure", "whole", "share"), NUMBERS)
def test_numbers(value: object, figure: str, whole: str, share: str) -> None:
    assert (number(value), count(value), percent(value)) == (figure, whole, share)
