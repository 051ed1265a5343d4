"""What is read from pages, against what a person counted on them."""

from __future__ import annotations

import pytest

pytest.importorskip("lxml", reason="pages are read with the extra 'enrich'")
pytest.importorskip("w3lib", reason="pages are read with the extra 'enrich'")

from spamlinks.enrich.answers import PageFacts
from spamlinks.enrich.page import read_page
from tests.enrich.pages.blogs import BLOGS
from tests.enrich.pages.community import COMMUNITY
from tests.enrich.pages.languages import LANGUAGES
from tests.enrich.pages.old_and_odd import OLD_AND_ODD
from tests.enrich.pages.page import SITE, Link, Page
from tests.enrich.pages.unseen import UNSEEN

PAGES = (*BLOGS, *COMMUNITY, *OLD_AND_ODD, *UNSEEN, *LANGUAGES)


def read(page: Page) -> PageFacts:
    return read_page(
        page.html.encode(page.charset),
        url=page.url,
        final_url=page.url,
        site=SITE,
        headers=page.headers,
    )


def as_seen(facts: PageFacts) -> list[Link]:
    """The links as the tables write them."""
    return [
        Link(
            target=link.target,
            placement=link.placement.value,
            anchor=link.anchor,
            left=link.left_context,
            right=link.right_context,
            around=link.links_around,
            rel=" ".join(
                word
                for word, said in (
                    ("nofollow", link.rel_nofollow),
                    ("ugc", link.rel_ugc),
                    ("sponsored", link.rel_sponsored),
                )
                if said
            ),
            hidden=link.hidden,
            kind=link.kind,
            via=link.via,
        )
        for link in facts.links
    ]


def test_the_table_is_large_and_its_names_differ() -> None:
    assert len(PAGES) >= 40
    assert len({page.name for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_density(page: Page) -> None:
    facts = read(page)
    found = (facts.external_links, facts.internal_links, facts.linked_domains, facts.words)
    assert found == (page.external, page.internal, page.domains, page.words), page.why


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_to_the_site(page: Page) -> None:
    assert as_seen(read(page)) == list(page.links), page.why


@pytest.mark.parametrize("page", [p for p in PAGES if p.more], ids=lambda p: p.name)
def test_other_facts(page: Page) -> None:
    facts = read(page)
    assert {name: getattr(facts, name) for name in page.more} == dict(page.more), page.why


SAID_TO = [  # X-Robots-Tag, noindex, nofollow, why
    ("noindex", True, False, "to all"),
    ("NoIndex, NoFollow", True, True, "in any case"),
    ("none", True, True, "both in a word"),
    ("googlebot: noindex", True, False, "to Google"),
    ("bingbot: noindex", False, False, "to another robot"),
    ("bingbot: noindex, nofollow", False, False, "what follows is for the same one"),
    ("bingbot: noindex, googlebot: nofollow", False, True, "to each its own"),
    ("max-snippet: 20, noindex", True, False, "a rule with a value is no robot"),
    ("unavailable_after: 2030-01-01", False, False, "a date is no robot either"),
]


@pytest.mark.parametrize(("tag", "noindex", "nofollow", "why"), SAID_TO)
def test_what_a_header_says_to_robots(tag: str, noindex: bool, nofollow: bool, why: str) -> None:
    headers = {"Content-Type": "text/html", "X-Robots-Tag": tag}
    url = "https://blog.example/"
    facts = read_page(b"<p>text</p>", url=url, final_url=url, site=SITE, headers=headers)
    assert (facts.noindex, facts.nofollow) == (noindex, nofollow), why


WITHIN = [  # around the link, placement, why
    ('<div id="comments"><div class="comment">', "comment", "a reader's comment"),
    ('<div id="comments"><div class="sidebar">', "sidebar", "a box beside the comments"),
    ('<div id="comments"><footer>', "footer", "below the comments"),
    ('<div class="sidebar"><div class="comment">', "comment", "comments listed in a sidebar"),
]


@pytest.mark.parametrize(("around", "placement", "why"), WITHIN)
def test_what_stands_nearest_to_the_link_names_its_place(
    around: str, placement: str, why: str
) -> None:
    text = f"<main><p>{'word ' * 100}</p></main>{around}<a href='https://{SITE}/'>shop</a>"
    url = "https://blog.example/a"
    facts = read_page(
        text.encode(), url=url, final_url=url, site=SITE, headers={"content-type": "text/html"}
    )
    assert [link.placement.value for link in facts.links] == [placement], why
