"""Which part of Google's policy: plain rules, and only where something is to be done."""

from __future__ import annotations

import math
from typing import Any

import pytest

from spamlinks.explanations.google_policy import categories_of
from spamlinks.language import load_texts

MANY = math.log10(1 + 400)
NETWORK: dict[str, Any] = {
    "domains": 40,
    "evidence": [{"kind": "shape", "what": "/a/9", "domains": 40}],
}
CASES = [  # signals, network, category that comes first (None: none), why
    ({"title_sells_links": 1.0}, None, "bought", "the title sells links"),
    ({"anchor_sells_links": 1.0}, None, "bought", "the anchor sells links"),
    ({"host_sells_links": 1.0}, None, "bought", "so does the name"),
    ({"title_sells_links": 0.0}, None, None, "looked at, and not so"),
    ({}, NETWORK, "automated", "made alike on many domains"),
    ({}, {**NETWORK, "domains": 4}, None, "a small network proves nothing"),
    ({}, {**NETWORK, "evidence": [{"kind": "target"}]}, None, "one target is what an owner has"),
    ({}, {"domains": "40", "evidence": 3}, None, "damaged"),
    ({"is_machine_slug": 1.0}, None, "automated", "a path that no person typed"),
    ({"is_forum_page": 1.0, "anchor_trade_word": 1.0}, None, "comments", "optimised comment"),
    ({"is_forum_page": 1.0, "anchor_other_words": 0.0}, None, None, "an honest forum post"),
    ({"is_forum_page": 1.0}, None, None, "no anchor known: nothing is said"),
    ({"is_directory_page": 1.0}, None, "directories", "a directory"),
    ({"is_sitewide": 1.0}, None, "templates", "over the whole site"),
    ({"is_sitewide": 1.0, "in_content": 1.0}, None, None, "in the text it is no template"),
    ({"links_from_domain": MANY, "anchors_per_link": 0.01, "in_content": 0.0}, None, "templates",
     "many links, one anchor"),
    ({"links_from_domain": MANY, "anchors_per_link": 0.9, "in_content": 0.0}, None, None,
     "many different links"),
    ({"in_content": 1.0, "anchor_other_words": 3.0, "anchor_domains": MANY}, None, "articles",
     "the same optimised anchor in many articles"),
    ({"links_out": MANY, "context_is_empty": 1.0}, None, "low_value", "nothing but links"),
    ({"links_out": MANY, "context_is_empty": 0.0}, None, None, "there is text"),
    # as fetched
    ({"link_is_hidden": 1.0, "is_sitewide": 1.0}, None, "hidden", "hidden links"),
    ({"link_is_hidden": 0.0}, None, None, "it can be seen"),
    ({"page_sells_links": 1.0}, None, "bought", "prices for links on the page"),
    ({"link_in_comment": 1.0, "anchor_trade_word": 1.0}, None, "comments", "spam in a comment"),
    ({"link_in_comment": 1.0, "anchor_other_words": 0.0}, None, None, "a reader who answers"),
    ({"page_is_directory": 1.0}, None, "directories", "it reads like one"),
    ({"link_in_boilerplate": 1.0, "anchor_trade_word": 1.0}, None, "templates", "optimised footer"),
    ({"link_in_boilerplate": 1.0}, None, None, "a partner in the sidebar"),
    ({"links_per_100_words": math.log10(1 + 12)}, None, "low_value", "more links than text"),
    ({"links_per_100_words": math.log10(1 + 3)}, None, None, "a page of news"),
    ({"page_is_parked": 1.0}, None, "low_value", "nothing for readers"),
    ({"registered_after_link": 1.0, "home_trade_words": 1.0}, None, "expired", "a new owner"),
    ({"registered_after_link": 1.0, "home_trade_words": 0.0}, None, None, "a rescued name"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "network", "first", "why"), CASES, ids=[c[3] for c in CASES])
def test_a_category_is_given_by_what_is_known(
    values: dict[str, float], network: dict[str, Any] | None, first: str | None, why: str
) -> None:
    found = categories_of(values, "DISAVOW", network, load_texts())
    if first is None:
        assert found == (), why
        return
    assert found[0].key == first, why
    assert found[0].text.startswith("matches what Google's policy calls ")
    assert len({category.key for category in found}) == len(found)
    assert categories_of(values, "REVIEW", network, load_texts()) == found
    assert categories_of(values, "KEEP", network, load_texts()) == ()
