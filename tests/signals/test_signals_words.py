"""The word lists: how they are searched, and what they must not find."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.signals.host import host_signals
from spamlinks.signals.lexicon import stems_of, words_of
from spamlinks.signals.words import (
    TRADES,
    contains_trade,
    edged,
    foreign_trades,
    has_trade,
    spaced_words,
    trade_tokens,
)
from spamlinks.urls import host_table
from tests.signals.innocent_texts import HOSTS, TEXTS

SPAM = [*TRADES, "link_sale"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Buy-Backlinks!", " buy backlinks "),
        ("  two\twords\n", " two words "),
        ("ÉCOLE", " école "),
        ("日本語", " 日本語 "),
        ("كازينو، هنا", " كازينو هنا "),  # an Arabic comma
        ("!!!", "  "),
        ("", "  "),
        (None, None),
    ],
)
def test_edged(text, expected) -> None:
    frame = pl.DataFrame({"t": pl.Series([text], dtype=pl.String)})
    assert frame.select(edged(pl.col("t")))["t"][0] == expected


@pytest.mark.parametrize(("text", "why"), TEXTS, ids=[text for text, _ in TEXTS])
def test_an_innocent_text_holds_no_word(text, why) -> None:
    frame = pl.DataFrame({"t": [text]}).with_columns(spaced=edged(pl.col("t")))
    found = [g for g in SPAM if frame.select(contains_trade(pl.col("spaced"), g)).to_series()[0]]
    assert found == [], why
    assert not frame.select(has_trade(pl.col("t"), *SPAM)).to_series()[0]


@pytest.mark.parametrize(("host", "why"), HOSTS, ids=[host for host, _ in HOSTS])
def test_an_innocent_host_holds_no_word(host, why) -> None:
    signals = host_signals(host_table(pl.Series([host])), None)
    assert signals["host_trade_words"][0] == 0, why
    assert signals["host_sells_links"][0] == 0, why


def test_there_are_many_innocent_look_alikes() -> None:
    assert len({*TEXTS, *HOSTS}) == len(TEXTS) + len(HOSTS) >= 250


@pytest.mark.parametrize("group", SPAM)
def test_each_listed_word_and_stem_is_found(group) -> None:
    texts = [*words_of(group), *(f"7{stem}7" for stem in stems_of(group))]
    frame = pl.DataFrame({"t": texts}).with_columns(spaced=edged(pl.col("t")))
    assert frame.filter(~contains_trade(pl.col("spaced"), group))["t"].to_list() == []
    assert frame.filter(~has_trade(pl.col("t"), group))["t"].to_list() == []


PIECES = [*words_of("gambling")[::9], *stems_of("loans")[::9], *words_of("link_sale")[::9]]


@given(
    st.lists(
        st.sampled_from(PIECES)
        | st.sampled_from([" ", "-", "", ". ", "！", "\u200b", "a", "ы"])
        | st.text(max_size=3),
        max_size=6,
    )
)
def test_both_searches_agree(parts) -> None:
    texts = ["".join(parts), " ".join(parts), "".join(parts).upper(), None]
    frame = pl.DataFrame({"t": texts}, schema={"t": pl.String})
    frame = frame.with_columns(spaced=edged(pl.col("t")))
    for groups in (("gambling",), ("loans", "link_sale"), TRADES):
        fast = frame.select(has_trade(pl.col("t"), *groups)).to_series()
        assert fast.to_list() == (
            frame.select(contains_trade(pl.col("spaced"), *groups)).to_series().to_list()
        )
        assert fast[3] is None


@pytest.mark.parametrize("text", ["", None, "a" * 100_000, " - " * 10_000])
def test_without_trades_nothing_is_found(text) -> None:
    frame = pl.DataFrame({"t": [text]}, schema={"t": pl.String})
    assert frame.select(has_trade(pl.col("t"))).to_series()[0] in (False, None)
    assert frame.select(has_trade(pl.col("t"), *TRADES)).to_series()[0] in (False, None)


def test_words_are_found_at_edges_only() -> None:
    frame = pl.DataFrame({"t": ["poker night", "mapoker", "pokerface"]}).select(edged(pl.col("t")))
    assert frame.select(contains_trade(pl.col("t"), "gambling"))["t"].to_list() == [
        True,
        False,
        False,
    ]


def test_phrases_are_no_tokens() -> None:
    assert "write my essay" not in trade_tokens("essay")
    assert " write my essay " in spaced_words("essay")


@pytest.mark.parametrize(
    ("names", "own"),
    [
        (["lucky-casino.example"], "gambling"),
        (["Best Payday Co"], "loans"),
        (["acme", None, ""], None),
        (["essex-tours.co.uk"], None),  # not adult
        (["specialist-tools.example"], None),  # not pharma
        ([], None),
    ],
)
def test_a_sites_own_trade_is_no_spam_word_for_it(names, own) -> None:
    assert set(TRADES) - set(foreign_trades(names)) == ({own} if own else set())


def test_links_to_a_casino_may_speak_of_casinos(compute) -> None:
    columns = {
        "referring_page": ["https://casino-news.com/casino/"],
        "anchor_text": ["Lucky casino"],
        "referring_page_title": ["Casino news"],
    }
    names = ("anchor_trade_word", "title_trade_word", "path_trade_word")
    theirs = compute(("Lucky Casino",), **columns)
    assert [theirs[name][0] for name in names] == [0, 0, 0]
    others = compute(("Acme",), **columns)
    assert [others[name][0] for name in names] == [1, 1, 1]
    assert compute(("Lucky Casino",), anchor_text=["buy viagra"])["anchor_trade_word"][0] == 1
