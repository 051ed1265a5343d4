"""Signals of the page and the link: counts, title, context, rel, and what is not known."""

from __future__ import annotations

import math
from datetime import date

import pytest

NAN = math.nan

ROWS = [  # columns of one row, signal, value
    ({"page_external_links": 0}, "external_links", 0),
    ({"page_external_links": 99}, "external_links", 2),
    ({"page_external_links": 10**9}, "external_links", 6),  # clipped
    ({"page_external_links": None}, "external_links", NAN),
    ({"page_internal_links": 9}, "internal_links", 1),
    ({"page_linked_domains": 9}, "linked_domains", 1),
    ({"page_linked_domains": 9, "page_external_links": 99}, "links_out", 1),
    ({"page_linked_domains": None, "page_external_links": 99}, "links_out", 2),
    # density: external links among all, one added so that an empty page is 0
    ({"page_external_links": 0, "page_internal_links": 0}, "outbound_link_density", 0),
    ({"page_external_links": 9, "page_internal_links": 90}, "outbound_link_density", 0.09),
    ({"page_external_links": 99, "page_internal_links": 0}, "outbound_link_density", 0.99),
    ({"page_external_links": 9, "page_internal_links": None}, "outbound_link_density", NAN),
    ({"page_external_links": 999, "page_linked_domains": 9}, "external_links_per_domain", 2),
    ({"page_http_code": 200}, "page_answers", 1),
    ({"page_http_code": 404}, "page_answers", 0),
    ({"page_http_code": None}, "page_answers", NAN),
    ({"in_content": True}, "in_content", 1),
    ({"in_content": None}, "in_content", NAN),
    ({"referring_page_title": "Casino news"}, "title_trade_word", 1),
    ({"referring_page_title": "Our specialists"}, "title_trade_word", 0),
    ({"referring_page_title": "Buy backlinks"}, "title_sells_links", 1),
    ({"referring_page_title": "Useful links"}, "title_sells_links", 0),
    ({"referring_page_title": "Four"}, "title_length", 4),
    ({"referring_page_title": None}, "title_length", NAN),
    ({"left_context": "play casino", "right_context": "now"}, "context_trade_word", 1),
    ({"left_context": "we met in", "right_context": "Essex"}, "context_trade_word", 0),
    ({"left_context": "ab", "right_context": "c"}, "context_length", 4),
    ({"left_context": "ab"}, "context_length", 2),  # one side is enough
    ({"left_context": "ab", "right_context": None}, "context_is_empty", 0),
    ({"left_context": " ", "right_context": ""}, "context_is_empty", 1),
    ({"left_context": "a | b | c", "right_context": "https://x"}, "context_link_signs", 3),
    ({"rel_nofollow": True}, "is_nofollow", 1),
    ({"rel_nofollow": None}, "is_nofollow", NAN),
    ({"rel_ugc": True}, "is_ugc", 1),
    ({"rel_sponsored": False}, "is_sponsored", 0),
    ({"link_kind": "image"}, "is_image_link", 1),
    ({"link_kind": "text"}, "is_image_link", 0),
    ({"link_kind": None}, "is_image_link", NAN),
    ({"link_kind": "canonical"}, "is_redirect_link", 1),
    ({"sitewide": True}, "is_sitewide", 1),
    ({"links_in_group": 9}, "links_in_group", 1),
    ({"seen_raw": False, "seen_rendered": True}, "only_rendered", 1),
    ({"seen_raw": True, "seen_rendered": True}, "only_rendered", 0),
    ({"is_lost": True}, "is_lost", 1),
    ({"is_lost": None}, "is_lost", NAN),
    ({"is_lost": None, "lost_at": date(2026, 1, 1)}, "is_lost", 1),
    ({"is_lost": False, "lost_at": None}, "is_lost", 0),
]

FILLED = {  # makes each column one that the export has
    "page_external_links": 5,
    "page_internal_links": 5,
    "page_linked_domains": 5,
    "page_http_code": 200,
    "in_content": True,
    "referring_page_title": "x",
    "left_context": "x",
    "right_context": "x",
    "rel_nofollow": True,
    "rel_ugc": True,
    "rel_sponsored": True,
    "link_kind": "text",
    "sitewide": True,
    "links_in_group": 1,
    "seen_raw": True,
    "seen_rendered": True,
    "is_lost": True,
    "lost_at": date(2026, 1, 1),
}


@pytest.mark.parametrize(("row", "name", "value"), ROWS, ids=lambda v: str(v)[:50])
def test_page_signal(compute, row, name, value) -> None:
    found = compute(**{column: [cell, FILLED[column]] for column, cell in row.items()})
    assert found[name][0] == pytest.approx(value, abs=1e-6, nan_ok=True)


def test_an_empty_language_means_none_only_where_the_export_has_the_column(compute) -> None:
    found = compute(
        vendor=["ahrefs", "ahrefs", "gsc", "gsc"], page_language=["en", None, None, None]
    )["has_language"]
    assert found.to_list()[:2] == [1, 0]  # Ahrefs looked and found none
    assert all(map(math.isnan, found[2:]))  # Search Console has no such column


def test_a_language_column_without_any_value_says_nothing(compute) -> None:
    found = compute(page_language=[None, None])["has_language"]
    assert all(map(math.isnan, found))


def test_no_context_means_none_only_where_the_export_has_contexts(compute) -> None:
    found = compute(
        vendor=["ahrefs", "ahrefs", "semrush"],
        left_context=["play casino", None, None],
        right_context=[None, None, None],
    )
    assert found["context_length"].to_list()[:2] == [11, 0]
    assert found["context_trade_word"].to_list()[:2] == [1, 0]
    assert math.isnan(found["context_length"][2])


LANGUAGES = [  # shares of domains in two languages, main language of a page, value, reason
    (("de", "en"), (20, 15), "en", 1, "most sites write German"),
    (("de", "en"), (20, 15), "de", 0, "the language of the others"),
    (("de, en", "en-GB"), (20, 15), "EN", 1, "the first code of a page, without its region"),
    (("de", "en"), (15, 20), "en", NAN, "English is the usual language here"),
    (("de", "en"), (15, 5), "en", NAN, "too few sites say too little"),
]


@pytest.mark.parametrize(("codes", "counts", "language", "value", "reason"), LANGUAGES)
def test_english_on_a_foreign_profile(compute, codes, counts, language, value, reason) -> None:
    languages = [code for code, n in zip(codes, counts, strict=True) for _ in range(n)]
    pages = [f"https://site{i}.test/" for i in range(len(languages))]
    pages += ["https://site0.test/more", "https://site1.test/x"]
    found = compute(
        referring_page=pages,
        page_language=[*languages, language, None],
    )["english_on_foreign_profile"]
    assert found[-2] == pytest.approx(value, nan_ok=True), reason


def test_no_day_of_loss_means_alive_only_where_the_export_has_the_column(compute) -> None:
    found = compute(vendor=["ahrefs", "ahrefs", "gsc"], lost_at=[date(2026, 1, 1), None, None])[
        "is_lost"
    ]
    assert found.to_list()[:2] == [1, 0]
    assert math.isnan(found[2])


def test_merged_rows_are_told_apart_by_all_who_saw_the_link(compute) -> None:
    found = compute(
        vendor=["ahrefs", "gsc", "gsc"],
        seen_by=["ahrefs", "ahrefs+gsc", "gsc"],
        page_language=["en", "de", None],
    )["has_language"]
    assert found.to_list()[:2] == [1, 1]
    assert math.isnan(found[2])


SEEN_BY = [  # counts, signal, why
    ([1, 2, 3], [1, 2, 3], "some link has a second witness"),
    ([1, None, 2], [1, None, 2], "unknown stays unknown"),
    ([1, 1, 1], [None] * 3, "one export, or none that agree: it says nothing"),
    ([12, 1, 1], [10, 1, 1], "clipped"),
    ([None] * 3, [None] * 3, "not known"),
]


@pytest.mark.parametrize(("counts", "expected", "_why"), SEEN_BY)
def test_the_number_of_vendors_counts_only_beside_others(compute, counts, expected, _why) -> None:
    found = compute(seen_by_count=counts)["seen_by_count"].to_list()
    assert [None if math.isnan(value) else value for value in found] == expected
