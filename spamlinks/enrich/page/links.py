"""The links of a page: counted by where they lead, and those to the protected site in detail."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from spamlinks.enrich.answers import LinkFacts, Placement
from spamlinks.enrich.page.addresses import (
    MAX_URL,
    Here,
    clean_href,
    host_parts,
    may_redirect,
    through_redirector,
)
from spamlinks.enrich.page.hidden import SCREEN_READER, is_tiny, is_tiny_image
from spamlinks.enrich.page.placement import Places
from spamlinks.enrich.page.surroundings import contexts, links_around, same_as_ground
from spamlinks.enrich.page.texts import fold
from spamlinks.enrich.page.trades import has_trade_word, host_trade
from spamlinks.enrich.page.tree import Element
from spamlinks.enrich.page.walk import RawLink, Walked

__all__ = ["MAX_LINKS", "Counted", "count_links", "site_links"]

MAX_LINKS = 50
MAX_ANCHOR = 500
_REL = re.compile(r"[\s,]+")


@dataclass(slots=True)
class Counted:
    """Links of a page by where they lead; ``to_site`` with the address and the redirector."""

    external: int = 0
    internal: int = 0
    domains: set[str] = field(default_factory=set)
    trade: int = 0
    to_site: list[tuple[RawLink, str, str | None]] = field(default_factory=list)


def count_links(page: Walked, here: Here, trades: Collection[str]) -> Counted:
    """Count the links of a page; marks the external ones in ``page.links``.

    Hidden links count, as every link does. Parts of the same page, ``mailto:``, ``javascript:``
    and addresses without a host on the web do not. ``trades`` are the spam-trade words of all the
    page's text: an anchor without any of them need not be searched for thousands.
    """
    counted = Counted()
    wanted = bool(here.site) and here.site != here.page.linking_domain
    for link in page.links:
        href = clean_href(link.href)
        parts = here.host_of(href)
        if parts is None:
            continue
        if here.is_internal(parts):
            counted.internal += 1
        elif parts.problem is None:
            link.external = True
            counted.external += 1
            counted.domains.add(parts.linking_domain)
            if host_trade(parts.host) or (
                trades and has_trade_word(page.text[link.start : link.end][:MAX_ANCHOR])
            ):
                counted.trade += 1
        if not wanted or len(counted.to_site) >= MAX_LINKS:
            continue
        if here.is_site(parts):
            url = here.resolve(href) or ""
            counted.to_site.append((link, url[:MAX_URL], None))
        elif may_redirect(href):
            url = here.resolve(href) or ""
            target = through_redirector(url, here)
            if target is not None:
                counted.to_site.append((link, target, url[:MAX_URL]))
    return counted


def site_links(page: Walked, counted: Counted, here: Here) -> list[LinkFacts]:
    """Describe the links to the site, and the frames and forms that lead there, in that order."""
    if here.site == here.page.linking_domain:
        return []
    places = Places(page)
    found = [_described(page, places, link, target, via) for link, target, via in counted.to_site]
    found += _frames_and_forms(page, places, here)
    return found[:MAX_LINKS]


def _described(
    page: Walked, places: Places, link: RawLink, target: str, via: str | None
) -> LinkFacts:
    images = list(link.element.iter("img", "image", "svg", "picture"))
    anchor = fold(page.text[link.start : link.end])[:MAX_ANCHOR]
    kind = "text"
    if not anchor:
        alts = (image.get("alt") or image.get("title") for image in images)
        anchor = fold(next((alt for alt in alts if alt), ""))[:MAX_ANCHOR]
        if link.element.tag == "area":
            anchor = fold(link.element.get("alt") or "")[:MAX_ANCHOR]
        if images or link.element.tag == "area":
            kind = "image"
        elif not anchor:
            anchor = fold(link.element.get("aria-label") or "")[:MAX_ANCHOR]
    rel = set(_REL.split((link.element.get("rel") or "").lower()))
    left, right = contexts(page, link)
    return LinkFacts(
        target=target,
        via=via,
        kind=kind,
        rel_nofollow="nofollow" in rel,
        rel_ugc="ugc" in rel,
        rel_sponsored="sponsored" in rel,
        placement=places.of(link.node),
        hidden=link.hidden or _hidden_itself(page, link, images, anchor),
        anchor=anchor,
        left_context=left,
        right_context=right,
        links_around=links_around(page, places, link),
    )


_WITH_PICTURE = re.compile(r"(?i)icon|logo|fa-|bi-|btn|button|banner|image|img|thumb|social")


def _hidden_itself(page: Walked, link: RawLink, images: list[Element], anchor: str) -> str | None:
    """Why a link cannot be seen although no style hides it."""
    if not page.text[link.start : link.end].strip():
        pictures = [image for image in images if image.tag == "img"]
        if pictures and all(map(is_tiny_image, pictures)):
            return "tiny image"
        if not images and link.element.tag == "a" and not len(link.element):
            names = f"{link.element.get('class') or ''} {link.element.get('id') or ''}"
            style = (link.element.get("style") or "").lower()
            drawn = "background" in style or "url(" in style or _WITH_PICTURE.search(names[:500])
            if not drawn and not names.strip():
                return "no text"
        return None
    if not images and not page.seen(link.start, link.end).strip():
        last = page.last_node[link.node]
        inside = [why for node, why in page.hidden_by.items() if link.node < node <= last]
        if SCREEN_READER not in inside:  # an icon is named so for those who cannot see it
            return inside[0] if inside else None
    return "same colour" if same_as_ground(page, link.node) else None


_ATTRIBUTES = {"iframe": ("src", "frame"), "frame": ("src", "frame"), "form": ("action", "form")}


def _frames_and_forms(page: Walked, places: Places, here: Here) -> list[LinkFacts]:
    found: list[LinkFacts] = []
    for element in page.nodes[0].iter(*_ATTRIBUTES):
        name, kind = _ATTRIBUTES[element.tag]
        url = here.resolve(clean_href(element.get(name) or ""))
        if url is None:
            continue
        via, target = None, url if here.is_site(host_parts(url)) else None
        if target is None and kind == "frame":
            target, via = through_redirector(url, here), url
        if target is None:
            continue
        index = page.nodes.index(element)
        no_size = is_tiny(element.get("width")) and is_tiny(element.get("height"))
        found.append(
            whole_page(
                target[:MAX_URL],
                kind,
                via=via[:MAX_URL] if via else None,
                anchor=fold(element.get("title") or "")[:MAX_ANCHOR],
                placement=places.of(index),
                hidden="no size" if no_size else page.hidden_by.get(index),
            )
        )
        if len(found) >= MAX_LINKS:
            break
    return found


def whole_page(
    target: str,
    kind: str,
    *,
    via: str | None = None,
    anchor: str = "",
    placement: Placement = Placement.MAIN,
    hidden: str | None = None,
) -> LinkFacts:
    """Return a link without words of its own: a redirect, a canonical address, a frame, a form."""
    return LinkFacts(
        target=target,
        via=via,
        kind=kind,
        rel_nofollow=False,
        rel_ugc=False,
        rel_sponsored=False,
        placement=placement,
        hidden=hidden,
        anchor=anchor,
        left_context="",
        right_context="",
        links_around=0,
    )
