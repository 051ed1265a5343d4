"""Marks of pages that nobody reads: parked, for sale, a link directory, a price list of links.

The phrases are data (``data/page_markers.json``), by language. None of them counts by itself: a
parked page is short, a domain for sale is this page's own, a directory wants links and has them,
and who sells links names a price and an offer beside the word and does not speak against it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from spamlinks.enrich.page.phrases import Phrases
from spamlinks.enrich.page.texts import GLUED, PageText, fold
from spamlinks.enrich.page.tree import Element
from spamlinks.enrich.page.walk import Walked
from spamlinks.signals.words import spaced_text

__all__ = ["Markers", "find_markers"]

MAX_PARKED_WORDS = 120
MAX_SALE_WORDS = 250
MAX_SERVICE_WORDS = 400
"""A page that a parking service fills has lists of searches and still no more words than this."""
MIN_LISTED = 8
"""Links to other sites that a link directory shows on a page."""
NEAR = 200
"""Characters between a word for paid links and a price or an offer."""


@dataclass(frozen=True, slots=True)
class Markers:
    """Evidence in a few words, "" where nothing was found."""

    parked: str = ""
    for_sale: str = ""
    directory: str = ""
    sells_links: str = ""


def find_markers(
    root: Element,
    page: Walked,
    text: PageText,
    *,
    domain: str,
    title: str | None,
    generator: str | None,
) -> Markers:
    """Look for the marks of one page.

    Parameters
    ----------
    text : visible text.
    domain : of the page; a domain for sale is named on its page.
    """
    short = text.words <= MAX_SERVICE_WORDS
    named = (
        bool(domain) and domain.lower() in f"{text.text} {title or ''}".lower() if short else False
    )
    return Markers(
        parked=_parked(root, text, title, named) if text.words <= 2 * MAX_SERVICE_WORDS else "",
        for_sale=_for_sale(page, text, domain, named) if text.words <= MAX_SALE_WORDS else "",
        directory=_directory(root, page, text, title, generator),
        sells_links=_sells_links(text),
    )


@cache
def _data() -> Any:
    path = files("spamlinks").joinpath("data", "page_markers.json")
    return json.loads(path.read_text("utf-8"))


def _all(by_language: Mapping[str, list[str]]) -> Iterable[tuple[str, str]]:
    return ((phrase, code) for code, phrases in by_language.items() for phrase in phrases)


@cache
def _phrases(marker: str, group: str) -> Phrases[str]:
    return Phrases(_all(_data()[marker][group]))


def _longest(found: Iterable[tuple[str, str]]) -> str:
    """The phrase that says most, the first in the alphabet of equally long ones."""
    return min((phrase for phrase, _ in found), key=lambda p: (-len(p), p), default="")


def _parked(root: Element, text: PageText, title: str | None, named: bool) -> str:
    spaced_title = spaced_text(title or "").strip()
    if spaced_title in _data()["parked"]["titles"]:
        return spaced_title
    if text.words > MAX_SERVICE_WORDS:
        return ""
    for element in root.iter("script", "iframe", "frame", "img", "form", "link"):
        source = (element.get("src") or element.get("action") or element.get("href") or "")[:500]
        for host in _data()["parked"]["hosts"]:
            if host in source and re.search(rf"(?:^|[/.]){re.escape(host)}(?:[/?:]|\Z)", source):
                return str(host)
    found = _longest(_phrases("parked", "any_length").find(text))
    if not found and text.words <= MAX_PARKED_WORDS:
        found = _longest(_phrases("parked", "short").find(text))
        if not found and named:
            found = _longest(_phrases("parked", "with_name").find(text))
    return found


def _for_sale(page: Walked, text: PageText, domain: str, named: bool) -> str:
    found = _longest(_phrases("for_sale", "short").find(text))
    if not found and named:
        found = _longest(_phrases("for_sale", "with_name").find(text))
    if found or not domain:
        return found
    for link in page.links[:200]:
        href = link.href[:500].lower()
        if domain not in href.partition("//")[2].partition("/")[2]:
            continue
        for host in _data()["for_sale"]["sale_hosts"]:
            if re.match(rf"\s*(?:https?:)?//(?:[a-z0-9-]+\.)*{re.escape(host)}/", href):
                return f"offered at {host}"
    return ""


@cache
def _submit_anchors() -> frozenset[str]:
    return frozenset(spaced_text(p).strip() for p, _ in _all(_data()["directory"]["submit"]))


@cache
def _submit_starts() -> frozenset[str]:
    return frozenset(phrase[:3] for phrase in _submit_anchors())


@cache
def _directory_words() -> Phrases[str]:
    return Phrases((word, "") for word in _data()["directory"]["words"])


@cache
def _generators() -> Phrases[str]:
    return Phrases((name, "") for name in _data()["directory"]["generators"])


def _directory(
    root: Element, page: Walked, text: PageText, title: str | None, generator: str | None
) -> str:
    """The software of link directories, or an entry form's link beside many links out.

    A club's directory of members has no such link; a guide to search engines links to theirs.
    """
    software = _longest(_generators().find(PageText(f"{generator or ''}\n{_powered_by(text)}")))
    if software:
        return software
    listed = sum(link.external for link in page.links)
    if listed < MIN_LISTED:
        return ""
    submit = ""
    for link in page.links:
        if link.external or link.end - link.start > 80:
            continue
        anchor = page.text[link.start : link.end].lower()
        if anchor.strip()[:3] not in _submit_starts():
            continue
        anchor = spaced_text(anchor).strip()
        if anchor in _submit_anchors():
            submit = anchor
            break
    if not submit:
        return ""
    top = " ".join(fold("".join(h.itertext())[:300]) for h in list(root.iter("h1", "h2"))[:5])
    words = _longest(_directory_words().find(PageText(f"{title or ''}\n{top}")))
    if words:
        return f"{submit}; {words}"
    return submit if listed >= 3 * MIN_LISTED else ""


_POWERED = re.compile(r"(?i)powered by[^\n]{0,60}|script by[^\n]{0,60}")


def _powered_by(text: PageText) -> str:
    if " powered by " not in text.spaced and " script by " not in text.spaced:
        return ""
    return "\n".join(_POWERED.findall(text.text)[:5])


_PRICE = re.compile(
    r"(?:[$€£¥₹₽₺₴₩฿]|usd|eur|gbp|rs\.?|r\$)\s?\d[\d.,]{0,9}"
    r"|\d[\d.,]{0,9}\s?(?:[$€£¥₹₽₺₴₩฿]|usd\b|eur\b|euros?\b|gbp\b|dollars?\b|pln\b|zł|zl\b|руб|р\.|грн|tl\b"
    r"|元|円|인민|원|kč|czk\b|sek\b|kr\b|rp\b|vnd\b|đ)"
)


def _sells_links(text: PageText) -> str:
    """A word for paid links with a price, and an offer, within ``NEAR`` characters."""
    found = list(_phrases("sells_links", "terms").find(text))
    if not found:
        return ""
    lower = text.text.lower()
    prices = [match.span() for match in _PRICE.finditer(lower)]
    if not prices:
        return ""
    for term, _ in sorted(found, key=lambda entry: (-len(entry[0]), entry[0])):
        for match in _places(term, lower):
            start, end = match.span()
            near = lower[max(start - NEAR, 0) : end + NEAR]
            price = next((lower[a:b] for a, b in prices if a < end + NEAR and b > start - NEAR), "")
            if not price:
                continue
            around = PageText(near)
            if any(_honest().find(around)):
                continue
            if any(_offers().find(around)):
                return f"{term}, {price.strip()}"
    return ""


@cache
def _offers() -> Phrases[str]:
    return Phrases((word, "") for word in _data()["sells_links"]["offers"])


@cache
def _honest() -> Phrases[str]:
    return Phrases((word, "") for word in _data()["sells_links"]["honest"])


MAX_PLACES = 20


def _places(term: str, lower: str) -> list[re.Match[str]]:
    """Where a phrase of the spaced text stands in the text itself; the first 20."""
    if GLUED.search(term):
        pattern = re.escape(term)
    else:
        pattern = r"(?<!\w)" + r"[\W_]{1,3}".join(map(re.escape, term.split())) + r"(?!\w)"
    return [match for match, _ in zip(re.finditer(pattern, lower), range(MAX_PLACES), strict=False)]
