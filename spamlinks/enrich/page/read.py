"""From the bytes of a page to what it shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from spamlinks.enrich.answers import LinkFacts, PageFacts
from spamlinks.enrich.page.addresses import MAX_URL, Here, host_parts
from spamlinks.enrich.page.decoding import decode_page
from spamlinks.enrich.page.head import base_of, header, read_head
from spamlinks.enrich.page.hidden import HiddenBy
from spamlinks.enrich.page.ids import find_ids
from spamlinks.enrich.page.language import detect_language
from spamlinks.enrich.page.links import MAX_LINKS, count_links, site_links, whole_page
from spamlinks.enrich.page.markers import find_markers
from spamlinks.enrich.page.style import hiding_rules
from spamlinks.enrich.page.texts import PageText, text_hash
from spamlinks.enrich.page.trades import trade_words
from spamlinks.enrich.page.tree import Element, parse
from spamlinks.enrich.page.walk import Walked, walk
from spamlinks.urls import linking_domain

__all__ = ["read_page"]

_HTML_TYPES = frozenset(("text/html", "application/xhtml+xml", "application/html"))
_XML_TYPES = frozenset(
    ("text/xml", "application/xml", "text/plain", "application/octet-stream", "")
)
_LOOKS_HTML = re.compile(
    rb"(?i)\s*(?:<\?xml[^>]{0,300}>\s*)?(?:<!--.{0,1000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b",
    re.DOTALL,
)


def read_page(
    body: bytes,
    *,
    url: str,
    final_url: str,
    site: str,
    targets: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
    http_code: int | None = 200,
    redirects: tuple[str, ...] = (),
    truncated: bool = False,
) -> PageFacts:
    """Return what a page shows; pure, never raises whatever the bytes are, linear in their number.

    Parameters
    ----------
    body : as served, decompressed.
    url, final_url : address asked for, and the one that answered.
    site : registrable domain of the protected site; "" where only the page itself matters.
    targets : not needed here: all links to the site are returned, at most 50.
    headers : of the answer; names in any case.
    redirects : addresses on the way, without the last.
    truncated : whether a cap cut the body.

    Returns
    -------
    PageFacts
        All facts of the content are None where the answer is no HTML.
    """
    headers = headers or {}
    stated_type = header(headers, "content-type")
    content_type = (stated_type or "").partition(";")[0].strip().lower()[:100]
    facts = PageFacts(
        final_url=final_url,
        redirects=redirects,
        http_code=http_code,
        content_type=content_type or None,
        bytes_read=len(body),
        truncated=truncated,
    )
    site = linking_domain(site) or site.strip().lower()
    page_host = host_parts(final_url)
    redirected = _redirected(url, final_url, redirects, site)
    if not _is_html(body, content_type):
        return replace(facts, links=tuple(redirected))
    text = decode_page(body, stated_type, page_host.host)
    root = parse(text)
    if root is None:
        return replace(
            facts, words=0, external_links=0, internal_links=0, linked_domains=0,
            trade_words=0, trade_links=0, noindex=False, nofollow=False, parked="", for_sale="",
            directory="", sells_links="", links=tuple(redirected),
        )  # fmt: skip
    here = Here(final_url, page_host, page_host, site)
    base = base_of(root)
    base_url = here.resolve(base) if base else None
    if base_url:
        here = replace(here, base=base_url, base_parts=host_parts(base_url))
    head = read_head(root, here, headers)
    page = _walked(root, text)
    visible = PageText(page.visible)
    trades = trade_words(visible)
    known = trade_words(PageText(page.text)) if page.hidden_spans else trades
    counted = count_links(page, here, known)
    links = redirected or site_links(page, counted, here)
    if not redirected and site and site != page_host.linking_domain:
        links += _of_the_head(head.refresh, head.canonical, here)
    markers = find_markers(
        root,
        page,
        visible,
        domain=page_host.linking_domain,
        title=head.title,
        generator=head.generator,
    )
    return replace(
        facts,
        title=head.title,
        language=detect_language(page.visible) or head.stated_language,
        stated_language=head.stated_language,
        generator=head.generator,
        words=visible.words,
        external_links=counted.external,
        internal_links=counted.internal,
        linked_domains=len(counted.domains),
        trade_words=len(trades),
        trades=tuple(sorted(set(trades.values()))),
        trade_links=counted.trade,
        noindex=head.noindex,
        nofollow=head.nofollow,
        canonical=head.canonical,
        parked=markers.parked,
        for_sale=markers.for_sale,
        directory=markers.directory,
        sells_links=markers.sells_links,
        ids=find_ids(root),
        links=tuple(links[:MAX_LINKS]),
        text_hash=text_hash(page.visible),
    )


def _is_html(body: bytes, content_type: str) -> bool:
    if content_type in _HTML_TYPES:
        return True
    return content_type in _XML_TYPES and _LOOKS_HTML.match(body[:2000]) is not None


def _redirected(url: str, final_url: str, redirects: tuple[str, ...], site: str) -> list[LinkFacts]:
    """The link that a page is, when asking for it leads to the site."""
    asked = redirects[0] if redirects else url
    if not site or linking_domain(final_url) != site or linking_domain(asked) == site:
        return []
    return [whole_page(final_url[:MAX_URL], "redirect")]


def _of_the_head(refresh: str | None, canonical: str | None, here: Here) -> list[LinkFacts]:
    found = []
    for address, kind in ((refresh, "redirect"), (canonical, "canonical")):
        if address and here.is_site(host_parts(address)):
            found.append(whole_page(address[:MAX_URL], kind))
    return found


def _walked(root: Element, text: str) -> Walked:
    """Read the tree; a second time where a script must show what hides nearly all of it."""
    sheets = ["".join(style.itertext()) for style in root.iter("style")]
    hiding = HiddenBy(text, hiding_rules(sheets) if sheets else {})
    page = walk(root, hiding)
    if page.hidden_by and len(page.text) > 100:
        hidden = {
            node
            for node in page.hidden_by
            if page.ends[node] - page.starts[node] > len(page.text) * 0.8
        }
        if hidden:
            return walk(root, hiding, frozenset(hidden))
    return page
