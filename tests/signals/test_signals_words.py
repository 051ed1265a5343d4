"""The word lists: how they are searched, and what they must not find."""

from __future__ import annotations

import json
from importlib.resources import files

import polars as pl
import pytest

from spamlinks.signals.words import (
    TRADES,
    contains_trade,
    edged,
    foreign_trades,
    glued_stems,
    spaced_words,
    trade_tokens,
)

LISTS = json.loads(files("spamlinks.signals").joinpath("words.json").read_text("utf-8"))

# Words of honest pages, in several languages, that hold a spam word somewhere inside.
INNOCENT = """
specialist specialista socialist materialist financialist pornic pornichet ansporn spornrad
torrential motorrental tractorrental scooterrental annulled motortorrent-free
museodiroma museodirivoli seoul bundeseole frankfurt drank crank prankster essex sussex middlesex
sexton sextant scunthorpe penistone cockburn shitake arsenal assessment classic bassist
alphabet tibet betty diabetes elisabeth better slotted loanword pokerface-plant analyst
pharmacy pharmacie apotheke farmacia cbdcongress ketose crackle outletvalve essayist
rank ranking boost booster serpent backlit backlist guestbook dating carbondating
pari pariser montecassino lending lendinglibrary
""".split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Buy-Backlinks!", " buy backlinks "),
        ("  two\twords\n", " two words "),
        ("ÉCOLE", " école "),
        ("日本語", " 日本語 "),
        ("!!!", "  "),
        ("", "  "),
        (None, None),
    ],
)
def test_edged(text, expected) -> None:
    frame = pl.DataFrame({"t": pl.Series([text], dtype=pl.String)})
    assert frame.select(edged(pl.col("t")))["t"][0] == expected


@pytest.mark.parametrize("group", LISTS)
def test_words_are_written_as_texts_are_searched(group) -> None:
    words = pl.DataFrame({"t": LISTS[group]["words"]})
    as_searched = words.select(edged(pl.col("t")))["t"].str.strip_chars(" ").to_list()
    assert as_searched == LISTS[group]["words"]
    assert len(set(as_searched)) == len(as_searched), "a word stands twice"
    for stem in LISTS[group]["stems"]:
        assert stem == stem.lower()
        assert " " not in stem
        if stem.isascii():
            assert len(stem) >= 5, "a short stem is found anywhere"


def test_every_trade_has_a_list() -> None:
    assert set(LISTS) == {*TRADES, "link_sale", "generic"}
    assert LISTS["generic"]["stems"] == []


@pytest.mark.parametrize("group", [*TRADES, "link_sale"])
def test_no_stem_stands_in_an_innocent_word(group) -> None:
    found = {(stem, word) for stem in glued_stems(group) for word in INNOCENT if stem in word}
    assert not found


@pytest.mark.parametrize("group", [*TRADES, "link_sale"])
def test_innocent_words_are_not_listed(group) -> None:
    assert not set(INNOCENT) & set(trade_tokens(group))


@pytest.mark.parametrize("group", [*TRADES, "link_sale"])
def test_each_listed_word_and_stem_is_found(group) -> None:
    texts = [*LISTS[group]["words"], *(f"xx{stem}xx" for stem in LISTS[group]["stems"])]
    frame = pl.DataFrame({"t": texts}).select(edged(pl.col("t")))
    found = frame.select(contains_trade(pl.col("t"), group))["t"]
    assert found.all()


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
