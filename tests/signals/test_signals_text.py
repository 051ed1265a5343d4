"""The words around a link: what is read, how much of it, and that hostile texts cost little."""

from __future__ import annotations

import time

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.signals.hostname import HostNameModel
from spamlinks.signals.text import FIELD_CHARS, SIGNALS, documents, text_margins

MODEL = HostNameModel.from_weights(np.random.default_rng(0).normal(size=2**10), 0.0)

CASES = [  # columns of one row, document
    ({"referring_page": "https://a.com/Buy-Links?x=1#top"}, "buy-links?x=1"),
    ({"referring_page": "https://a.com"}, ""),
    ({"referring_page": "a.com/x"}, "x"),  # no scheme
    ({"referring_page": "https://a.com/", "referring_page_title": "BIG Title", "anchor_text": "Hi"},
     "big title\nhi\n"),
    ({"referring_page": "https://a.com/p", "referring_page_title": None, "left_context": "l",
      "right_context": "r"}, "l\nr\np"),
    ({"referring_page": "https://a.com/", "referring_page_title": "x" * 5000},
     "x" * FIELD_CHARS + "\n"),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "expected"), CASES)
def test_documents(columns: dict[str, str | None], expected: str) -> None:
    frame = pl.DataFrame({name: pl.Series([value], dtype=pl.String) for name, value in
                          columns.items()})  # fmt: skip
    assert documents(frame).to_list() == [expected]


@given(st.lists(st.text(max_size=300), max_size=8))
def test_any_text_has_a_margin_of_its_own(texts: list[str]) -> None:
    found = text_margins(pl.Series(texts, dtype=pl.String), MODEL)
    assert found.shape == (len(texts),)
    assert found.dtype == np.float32
    assert (np.abs(found) <= SIGNALS[0].high).all()
    for text, value in zip(texts, found, strict=True):
        assert text_margins(pl.Series([text]), MODEL)[0] == pytest.approx(value, abs=1e-5)


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    from spamlinks.signals import text

    texts = pl.Series([f"word {i} of many" for i in range(50)])
    whole = text_margins(texts, MODEL)
    monkeypatch.setattr(text, "_BLOCK", 7)
    np.testing.assert_allclose(text_margins(texts, MODEL), whole, atol=1e-6)


def test_huge_texts_are_cut_before_they_cost() -> None:
    frame = pl.DataFrame({"referring_page": ["https://a.com/" + "/" * 2_000_000],
                          "referring_page_title": ["\u202e" * 2_000_000]})  # fmt: skip
    start = time.process_time()
    text_margins(documents(frame), MODEL)
    assert time.process_time() - start < 2
