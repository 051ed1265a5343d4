"""Signals of the anchor text: match ratios, trade words and their innocent look-alikes."""

from __future__ import annotations

import math

import pytest

from spamlinks.signals.anchor import brand_words

NAN = math.nan

BRAND = [  # anchor, share of the brand's words; the brand is Acme Shoes, also written acme.com
    ("Acme Shoes", 1),
    ("acme shoes and boots", 1),
    ("ACME-SHOES", 1),
    ("acmeshoes", 1),  # glued
    ("visit acmeshoes.net today", 1),
    ("ACME", 1),  # the second brand as a whole
    ("red shoes", 0.5),
    ("boots", 0),
    ("acmeist poetry", 0),  # a word that begins like the brand
    ("", 0),
    (None, NAN),
]

TRADE = [  # anchor, share of trade words, any
    ("best online casino bonus", 0.25, 1),
    ("casino", 1, 1),
    ("онлайн казино", 0.5, 1),
    ("バカラ カジノ", 0.5, 1),  # a stem in a script without spaces
    ("machines à sous", 1 / 3, 1),  # a phrase counts as one word
    ("Viagra!", 1, 1),
    ("write my essay", 1 / 3, 1),
    ("online pharmacy", 0.5, 1),
    ("frankfurt tourism", 0, 0),
    ("Essex county", 0, 0),
    ("Scunthorpe United", 0, 0),
    ("our specialist team", 0, 0),  # not cialis
    ("socialist history", 0, 0),
    ("Alphabet Inc", 0, 0),
    ("pharmacy in Bath", 0, 0),
    ("pari opportunità", 0, 0),  # Italian: equal
    ("radiocarbon dating", 0, 0),
    ("electrical outlet", 0, 0),
    ("crack in the wall", 0, 0),
    ("an essay on wool", 0, 0),
    ("torrential rain", 0, 0),
    ("free download", 0, 0),  # open-source projects say so
    ("", 0, 0),
    (None, NAN, NAN),
]

SELLS = [  # anchor, a link seller's words
    ("buy backlinks", 1),
    ("rank your site fast", 1),
    ("high DA guest post", 1),
    ("купить ссылки", 1),
    ("SEO", 1),
    ("Frankfurt", 0),
    ("ranking of universities", 0),
    ("boost your mood", 0),
    ("guest post by Jo Field", 0),  # blogs have guests
    ("useful links", 0),
    ("Seoul", 0),
    ("ссылки по теме", 0),  # related links
]

FORM = [  # anchor, signal, value
    ("@best_links_bot", "anchor_has_handle", 1),
    ("join t.me/bestlinks", "anchor_has_handle", 1),
    ("+49 (30) 123 456 78", "anchor_has_handle", 1),
    ("me@example.com", "anchor_has_handle", 0),  # an address, no handle
    ("chapter 12 345", "anchor_has_handle", 0),
    ("@acme shop", "anchor_has_handle", 0),  # the brand's own handle
    ("", "anchor_is_empty", 1),
    (" \u00a0", "anchor_is_empty", 1),
    ("x", "anchor_is_empty", 0),
    ("https://a.com/x", "anchor_is_url", 1),
    ("www.a.com", "anchor_is_url", 1),
    ("a.co.uk", "anchor_is_url", 1),
    ("see a.com for more", "anchor_is_url", 0),
    ("version 2.0", "anchor_is_url", 0),
    ("Click Here!", "anchor_is_generic", 1),
    ("más información", "anchor_is_generic", 1),
    ("mas informacion", "anchor_is_generic", 1),
    ("こちら", "anchor_is_generic", 1),
    ("click here for shoes", "anchor_is_generic", 0),
    ("four", "anchor_length", 4),
    ("日本", "anchor_length", 2),
    ("x" * 2000, "anchor_length", 1000),  # clipped
    ("two words", "anchor_word_count", 2),
    ("★★★", "anchor_word_count", 0),
    ("ab12", "anchor_digit_share", 0.5),
    ("ab яя", "anchor_non_latin_share", 0.4),
    ("a★★b", "anchor_symbol_share", 0.5),
    ("", "anchor_symbol_share", 0),
    ("five words of another subject", "anchor_other_words", 5),
    ("Acme and four more words", "anchor_other_words", 0),  # it names the brand
    ("", "anchor_other_words", 0),
    ("word " * 50, "anchor_other_words", 30),  # clipped
    ("zmrnvj from a writing style", "anchor_gibberish_share", 0.2),
    ("btjkrf sfxgln", "anchor_gibberish_share", 1),
    ("first world rhythms", "anchor_gibberish_share", 0),
    ("Rechtsschutz Angstschweiß", "anchor_gibberish_share", 0),  # German piles consonants up
    ("https://www.acme.com/", "anchor_gibberish_share", 0),  # spelt out, not said
    ("казино", "anchor_gibberish_share", 0),
    ("", "anchor_gibberish_share", 0),
]

TARGET = [  # anchor, target, share of the anchor's words, exact
    ("red shoes", "https://acme.com/red-shoes", 1, 0),  # "acme" is in the target only
    ("acme red shoes", "https://www.acme.com/red-shoes.html?a=1#top", 1, 1),
    ("Red", "https://acme.com/red-shoes", 1, 0),
    ("blue shoes", "https://acme.com/red-shoes", 0.5, 0),
    ("shoes shoes", "https://acme.com/red-shoes", 1, 0),  # a word counts once
    ("acme", "http://acme.com/", 1, 1),
    ("boots", "http://acme.com/", 0, 0),
    ("", "http://acme.com/", NAN, NAN),  # no words to compare
    (None, "http://acme.com/", NAN, NAN),
    ("acme", None, NAN, NAN),
]


@pytest.mark.parametrize(("anchor", "share"), BRAND)
def test_brand_match(compute, anchor, share) -> None:
    found = compute(("Acme Shoes", "acme.com"), anchor_text=[anchor, "other"])
    assert found["anchor_brand_match"][0] == pytest.approx(share, nan_ok=True)


def test_without_a_brand_the_match_is_unknown(compute) -> None:
    assert math.isnan(compute(anchor_text=["Acme"])["anchor_brand_match"][0])


def test_without_a_brand_other_words_are_unknown(compute) -> None:
    assert math.isnan(compute(anchor_text=["five words"])["anchor_other_words"][0])


def test_a_short_brand_is_not_found_inside_other_words(compute) -> None:
    found = compute(("Shop",), anchor_text=["workshop tools", "the shop"])
    assert found["anchor_brand_match"].to_list() == [0, 1]


@pytest.mark.parametrize(
    ("brands", "expected"),
    [
        (("Acme Shoes",), ([["acme", "shoes"]], ["acmeshoes"])),
        (("acme.com",), ([["acme"]], [])),  # too short to look for inside words
        (("", "!"), ([], [])),
    ],
)
def test_brand_words(brands, expected) -> None:
    assert brand_words(brands) == expected


@pytest.mark.parametrize(("anchor", "share", "flag"), TRADE)
def test_trade_words(compute, anchor, share, flag) -> None:
    found = compute(anchor_text=[anchor, "other"])
    assert found["anchor_trade_match"][0] == pytest.approx(share, nan_ok=True)
    assert found["anchor_trade_word"][0] == pytest.approx(flag, nan_ok=True)


@pytest.mark.parametrize(("anchor", "flag"), SELLS)
def test_link_sellers_words(compute, anchor, flag) -> None:
    assert compute(anchor_text=[anchor])["anchor_sells_links"][0] == flag


@pytest.mark.parametrize(("anchor", "name", "value"), FORM)
def test_form_of_the_anchor(compute, anchor, name, value) -> None:
    found = compute(("Acme",), anchor_text=[anchor])
    assert found[name][0] == pytest.approx(value)


@pytest.mark.parametrize(("anchor", "target", "share", "exact"), TARGET)
def test_target_match(compute, anchor, target, share, exact) -> None:
    found = compute(anchor_text=[anchor, "x"], target_url=[target, "http://acme.com/"])
    assert found["anchor_target_match"][0] == pytest.approx(share, nan_ok=True)
    assert found["anchor_is_exact_target"][0] == pytest.approx(exact, nan_ok=True)
