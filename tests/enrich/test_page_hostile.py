"""Damaged, random and hostile pages: never an error, never out of proportion."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("lxml", reason="pages are read with the extra 'enrich'")
pytest.importorskip("w3lib", reason="pages are read with the extra 'enrich'")

import polars as pl

from spamlinks.enrich.answers import PageFacts
from spamlinks.enrich.page import read_page
from spamlinks.enrich.page.texts import count_words
from spamlinks.signals.words import edged, spaced_text
from tests.enrich.pages.blogs import BLOGS
from tests.enrich.pages.old_and_odd import OLD_AND_ODD
from tests.enrich.pages.unseen import UNSEEN

PIECES = [
    page.html[start : start + 60].encode()
    for page in (*BLOGS, *OLD_AND_ODD, *UNSEEN)
    for start in range(0, min(len(page.html), 2000), 60)
]
ODD = [
    b"<",
    b">",
    b"\0",
    b"\xff\xfe",
    b"<!--",
    b"-->",
    b"<a href=",
    b"&#0;",
    b"&#xd800;",
    b"]]>",
    b"<style>",
    b"{",
    b"}",
    b"/*",
    b"<script>",
    b"\xed\xa0\x80",
    b"<svg><a xlink:href=",
    b"<![CDATA[",
    b"<base href=//>",
    b"<base href='http://['>",
    b"<plaintext>",
    b"</html>",
    b"<html>",
]


def read(body: bytes, **changed: object) -> PageFacts:
    given_: dict[str, object] = {
        "url": "https://garden.example/p",
        "final_url": "https://garden.example/p",
        "site": "acme.example",
        "headers": {"Content-Type": "text/html"},
    }
    return read_page(body, **(given_ | changed))  # type: ignore[arg-type]


def counts_add_up(facts: PageFacts) -> None:
    assert facts.external_links is not None
    assert facts.linked_domains is not None
    assert facts.trade_links is not None
    assert facts.words is not None
    assert min(facts.external_links, facts.linked_domains, facts.trade_links, facts.words) >= 0
    assert facts.linked_domains <= facts.external_links
    assert facts.trade_links <= facts.external_links
    assert bool(facts.trades) == bool(facts.trade_words)
    assert len(facts.links) <= 50
    assert (facts.text_hash is None) or len(facts.text_hash) == 16
    for link in facts.links:
        assert len(link.target) <= 2048
        assert len(link.anchor) <= 500
        assert max(len(link.left_context), len(link.right_context)) <= 200
        assert link.links_around >= 0
        assert "\v" not in link.anchor + link.left_context + link.right_context


@settings(max_examples=150)
@given(st.binary(max_size=400))
def test_any_bytes(body: bytes) -> None:
    counts_add_up(read(body))


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES + ODD), max_size=30).map(b"".join))
def test_damaged_pages(body: bytes) -> None:
    facts = read(body)
    counts_add_up(facts)
    assert facts == read(body), "pure"


@settings(max_examples=100)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40), st.text(max_size=40))
def test_any_addresses_and_headers(url: str, final: str, site: str, kind: str) -> None:
    body = b"<a href='x'>x</a><a href='//acme.example'>y</a><meta charset='\xff'>"
    facts = read_page(
        body, url=url, final_url=final, site=site, headers={"content-type": f"text/html; {kind}"}
    )
    assert facts.final_url == final


@settings(max_examples=100)
@given(st.text(max_size=200))
def test_any_href(href: str) -> None:
    quoted = href.replace("&", "&amp;").replace('"', "&quot;")
    counts_add_up(read(f'<p><a href="{quoted}">x</a></p>'.encode("utf-8", "replace")))


# Letters younger than this Python's tables are no letters to it.
ASSIGNED = st.characters(exclude_categories=["Cs", "Cn"])


@given(st.text(ASSIGNED))
def test_one_text_is_spaced_as_a_column_is(text: str) -> None:
    column = pl.DataFrame({"t": [text]}).select(edged(pl.col("t")))["t"][0]
    assert spaced_text(text) == column


@given(st.lists(st.text(alphabet="abcé0123", min_size=1, max_size=8)))
def test_words_between_spaces_are_counted(words: list[str]) -> None:
    assert count_words(" \n ".join(words)) == len(words)


LINK = '<a href="https://acme.example/">x</a>'

HOSTILE = {
    "deep nesting": "<div>" * 100_000 + LINK + "</div>" * 100_000,
    "deep nesting of spans closed by others": "<span>" * 150_000 + "</div>" * 150_000 + LINK,
    "deep lists": "<ul><li>" * 50_000 + LINK,
    "deep tables": "<table><tr><td>" * 40_000 + LINK,
    "breaks never closed": "a<wbr>" * 100_000 + LINK,
    "a long attribute": f'<a title="{"x" * 1_000_000}" href="https://acme.example/">x</a>',
    "a long class": f'<p class="{"a-" * 500_000}">{LINK}</p>',
    "a long style": f'<p style="{"color:red;" * 100_000}">{LINK}</p>',
    "a long sheet": f"<style>{'.a{color:red}' * 100_000}</style>{LINK}",
    "a sheet of open braces": f"<style>{'{' * 500_000}</style>{LINK}",
    "a sheet of comments": f"<style>{'/*' * 500_000}</style>{LINK}",
    "hiding rules by the thousand": "<style>"
    + "".join(f".a{i}{{display:none}}" for i in range(50_000))
    + f"</style>{LINK}",
    "many links": '<a href="https://b.example/x">y</a> ' * 200_000 + LINK,
    "many links to the site": f"<p>{LINK} word</p>" * 40_000,
    "many links in one list": f"<ul>{f'<li>{LINK}' * 40_000}</ul>",
    "a long address": f'<a href="https://b.example/?u={"%25" * 300_000}">x</a>{LINK}',
    "a long base64": f'<a href="https://b.example/?u={"QUFB" * 300_000}">x</a>{LINK}',
    "one long word": "x" * 2_000_000 + LINK,
    "one long word of dashes": "-" * 2_000_000 + LINK,
    "a text without spaces": "赌" * 500_000 + LINK,
    "different words": " ".join(f"w{i}casino" for i in range(150_000)) + LINK,
    "prices and words for links": "guest post 5 $ " * 100_000 + LINK,
    "opened comments": "<!--" * 400_000 + LINK,
    "opened tags": "<a " * 500_000 + LINK,
    "quotes": "<a href='" * 200_000 + LINK,
    "entities": "&lt;" * 400_000 + LINK,
    "scripts": "<script>var a='UA-';</script>" * 50_000 + LINK,
    "metas": "<meta name=robots content=noindex>" * 50_000 + LINK,
    "hidden and shown in turn": "<b>x</b><i style='display:none'>y</i>" * 50_000 + LINK,
    "titles": "<title>" * 200_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_is_in_proportion(name: str) -> None:
    """A page of 1 to 6 MB may take seconds, never minutes: half of it takes about half as long."""
    body = HOSTILE[name].encode()
    read(b"<p>warm</p>")
    start = time.process_time()
    counts_add_up(read(body))
    assert time.process_time() - start < 10


def test_links_are_read_to_the_end_of_deep_pages() -> None:
    for name in ("deep nesting", "deep lists", "deep tables", "breaks never closed"):
        assert read(HOSTILE[name].encode()).external_links == 1, name


@pytest.mark.parametrize(
    ("body", "changed", "words"),
    [
        (b"", {}, 0),
        (b"<p>two words", {"truncated": True}, 2),
        ("<p>cut in a letter ü".encode()[:-1], {"truncated": True}, 4),
        (b"%PDF-1.4 <p>x", {"headers": {"Content-Type": "application/pdf"}}, None),
        (b"<!DOCTYPE html><p>a b", {"headers": {}}, 2),
        (b"\n<html><p>a b", {"headers": {"content-type": "text/plain"}}, 2),
        (b"just text", {"headers": {"content-type": "text/plain"}}, None),
        (b"<?xml version='1.0'?><rss><a href='https://acme.example/'/></rss>",
         {"headers": {"content-type": "application/rss+xml"}}, None),
        (b"<p>not found", {"http_code": 404}, 2),
    ],
)  # fmt: skip
def test_what_is_read_at_all(body: bytes, changed: dict[str, object], words: int | None) -> None:
    facts = read(body, **changed)
    assert facts.words == words
    assert facts.bytes_read == len(body)


@pytest.mark.parametrize(
    ("url", "final", "redirects", "kinds"),
    [
        ("https://old.example/a", "https://www.acme.example/new", (), ["redirect"]),
        (
            "https://old.example/a",
            "https://acme.example/",
            ("https://old.example/a",),
            ["redirect"],
        ),
        ("https://old.example/a", "https://old.example/b", ("https://old.example/a",), ["text"]),
        ("https://acme.example/a", "https://www.acme.example/b", (), []),
    ],
)
def test_redirects_to_the_site_are_links(
    url: str, final: str, redirects: tuple[str, ...], kinds: list[str]
) -> None:
    facts = read(LINK.encode(), url=url, final_url=final, redirects=redirects)
    assert [link.kind for link in facts.links] == kinds
    if kinds == ["redirect"]:
        assert facts.links[0].target == final


@pytest.mark.parametrize(
    ("headers", "html", "noindex", "nofollow"),
    [
        ({}, "", False, False),
        ({"X-Robots-Tag": "noindex"}, "", True, False),
        ({"x-robots-tag": "otherbot: noindex, nofollow"}, "", False, False),
        ({"x-robots-tag": "googlebot: none"}, "", True, True),
        (
            {"x-robots-tag": "unavailable_after: 25 Jun 2030 15:00:00 PST, nofollow"},
            "",
            False,
            True,
        ),
        ({}, "<meta name=ROBOTS content='NoFollow,index'>", False, True),
        ({}, "<meta name=googlebot content=noindex>", True, False),
        ({}, "<meta name=robots content='max-image-preview:large, follow'>", False, False),
    ],
)
def test_robots(headers: dict[str, str], html: str, noindex: bool, nofollow: bool) -> None:
    facts = read((html + LINK).encode(), headers={"content-type": "text/html"} | headers)
    assert (facts.noindex, facts.nofollow) == (noindex, nofollow)
    assert not facts.links[0].rel_nofollow, "the link's own rel stays as it is written"
