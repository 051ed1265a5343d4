"""Marks of pages that nobody reads, and honest pages that use the same words."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

pytest.importorskip("lxml", reason="pages are read with the extra 'enrich'")
pytest.importorskip("w3lib", reason="pages are read with the extra 'enrich'")

from spamlinks.enrich.answers import PageFacts
from spamlinks.enrich.page import read_page
from tests.enrich.pages.marked import HONEST, MARKED, Marked

MARKERS = ("parked", "for_sale", "directory", "sells_links")


def read(html: str, url: str = "https://garden.example/") -> PageFacts:
    return read_page(
        html.encode(),
        url=url,
        final_url=url,
        site="acme.example",
        headers={"Content-Type": "text/html"},
    )


@pytest.mark.parametrize("page", MARKED, ids=lambda p: p.why)
def test_marks_are_found(page: Marked) -> None:
    evidence = getattr(read(page.html, page.url), page.marker)
    assert page.evidence in evidence, page.why
    assert len(evidence) < 100, "a few words"


@pytest.mark.parametrize(("why", "html"), HONEST, ids=lambda v: v[:30])
def test_honest_pages_have_no_marks(why: str, html: str) -> None:
    facts = read(html)
    assert {name: getattr(facts, name) for name in MARKERS} == dict.fromkeys(MARKERS, ""), why


def test_every_language_of_the_task_has_its_phrases() -> None:
    data = json.loads(files("spamlinks").joinpath("data", "page_markers.json").read_text("utf-8"))
    languages = set("en de fr es it pt nl pl ru tr ja zh".split())
    groups = {
        "parked": data["parked"]["short"],
        "for_sale": data["for_sale"]["short"],
        "directory": data["directory"]["submit"],
        "sells_links": data["sells_links"]["terms"],
    }
    for name, by_language in groups.items():
        assert languages <= by_language.keys(), name


def test_phrases_are_written_as_they_are_searched() -> None:
    """Lower case, nothing that a search would drop, so that each can be found at all."""
    data = json.loads(files("spamlinks").joinpath("data", "page_markers.json").read_text("utf-8"))
    for marker in ("parked", "for_sale"):
        for group in ("short", "with_name"):
            for phrases in data[marker][group].values():
                for phrase in phrases:
                    html = f"<title>garden.example</title><p>{phrase}</p><p>garden.example</p>"
                    assert getattr(read(html), marker), phrase
