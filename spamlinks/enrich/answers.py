"""What a look-up can end with, and what it found: the shapes that all of ``enrich`` shares.

Unknown is None, never 0, False or "". A fact that was looked for and is not there is False, 0
or an empty tuple.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

__all__ = [
    "AGE_LIMITS",
    "AgeFacts",
    "Answer",
    "DnsFacts",
    "LinkFacts",
    "Lookup",
    "PageFacts",
    "Placement",
    "State",
    "What",
]


class What(StrEnum):
    """What is looked up. ``page`` is a linking page, ``home`` the start page of its host."""

    AGE = "age"
    PAGE = "page"
    HOME = "home"
    DNS = "dns"


class State(StrEnum):
    """How a look-up ended. "Not tried" is the absence of any state."""

    FETCHED = "fetched"
    ABSENT = "absent"
    """The server answered that there is none: 404 and 410, a name that does not exist."""
    BLOCKED = "blocked"
    """The server does not want to tell: 401, 403, 429, 451."""
    FAILED = "failed"
    """No usable answer: time-out, 5xx, refused connection, broken certificate, refused address."""
    ROBOTS = "robots"
    """robots.txt forbids it; nothing was asked for."""


class Placement(StrEnum):
    """Where a link stands on its page."""

    MAIN = "main"
    SIDEBAR = "sidebar"
    HEADER = "header"
    FOOTER = "footer"
    NAV = "nav"
    COMMENT = "comment"


AGE_LIMITS: dict[What, int] = {What.AGE: 180, What.PAGE: 30, What.HOME: 30, What.DNS: 30}
"""Days after which an answer is fetched again; see ``store`` for those that failed."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One thing to look up.

    Attributes
    ----------
    what : kind of look-up.
    key : linking domain (AGE, HOME), URL of the page as exported (PAGE) or host (DNS).
    site : registrable domain of the protected site for PAGE, else "": a page is read for one site.
    targets : URLs on the site that the exports say the page links to (PAGE only), at most 20.
    """

    what: What
    key: str
    site: str = ""
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgeFacts:
    """What a registry says of a domain. ``name_servers`` in lower case without final dot."""

    created_on: date | None = None
    expires_on: date | None = None
    changed_on: date | None = None
    registrar: str | None = None
    name_servers: tuple[str, ...] | None = None
    abuse_contact: str | None = None
    server: str | None = None
    """Base URL of the RDAP server that answered."""


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """One link from the page to the protected site.

    Attributes
    ----------
    target : absolute URL that the link leads to on the site.
    via : URL of the redirector on the way, None for a direct link.
    kind : text, image, redirect, canonical, frame, form or other (as ``schema.link_kind``).
    hidden : reason in a word or two (such as "display none"), None where it can be seen.
    anchor : clickable text, whitespace folded, at most 500 characters; alt text of an image.
    left_context, right_context : up to 200 characters of text before and after, "" for none.
    links_around : links to other sites in the same block (list, paragraph, table row group).
    """

    target: str
    via: str | None
    kind: str
    rel_nofollow: bool
    rel_ugc: bool
    rel_sponsored: bool
    placement: Placement
    hidden: str | None
    anchor: str
    left_context: str
    right_context: str
    links_around: int


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page shows, as served and without running scripts.

    Attributes
    ----------
    final_url : address of the page that was read, after redirects.
    redirects : addresses on the way, from the one asked for, without the last.
    http_code : of the page that was read.
    content_type : without parameters, in lower case.
    bytes_read : of the body, decompressed; ``truncated`` where the cap cut it.
    external_links, internal_links : ``a[href]`` with http(s) to other registrable domains, and to
        the page's own; every occurrence counts.
    linked_domains : distinct registrable domains among the external ones.
    words : of the visible text (scripts of languages without spaces count two characters a word).
    language : ISO 639-1, stated or detected; ``stated_language`` is what the page says.
    trade_words : distinct spam-trade words in the visible text; ``trades`` the trades they are of.
    trade_links : external links whose anchor or host has a spam-trade word.
    noindex, nofollow : robots meta or header say so for the whole page.
    canonical : absolute URL stated as canonical, None for none.
    parked, for_sale, directory, sells_links : evidence in a few words, "" where nothing was found.
    ids : tracking and advertising ids, as "kind:value", sorted, placeholders left out.
    links : the links to the protected site, at most 50; empty where there is none.
    text_hash : of the visible text's words, 64 bit as hex, equal for equal texts.
    """

    final_url: str
    redirects: tuple[str, ...] = ()
    http_code: int | None = None
    content_type: str | None = None
    bytes_read: int = 0
    truncated: bool = False
    title: str | None = None
    language: str | None = None
    stated_language: str | None = None
    generator: str | None = None
    words: int | None = None
    external_links: int | None = None
    internal_links: int | None = None
    linked_domains: int | None = None
    trade_words: int | None = None
    trades: tuple[str, ...] = ()
    trade_links: int | None = None
    noindex: bool | None = None
    nofollow: bool | None = None
    canonical: str | None = None
    parked: str | None = None
    for_sale: str | None = None
    directory: str | None = None
    sells_links: str | None = None
    ids: tuple[str, ...] = ()
    links: tuple[LinkFacts, ...] = ()
    text_hash: str | None = None


@dataclass(frozen=True, slots=True)
class DnsFacts:
    """What the name system says of a host.

    Attributes
    ----------
    addresses : IPv4 and IPv6 addresses, sorted.
    name_servers : of the registrable domain, lower case, without final dot; None if not asked.
    asn, asn_name : of the first IPv4 address (else IPv6), from the bundled table.
    hosting : "cdn" or "shared" where many unrelated sites share the address, else None.
    parking : the parking service whose name servers or addresses these are, None for none.
    """

    addresses: tuple[str, ...] = ()
    name_servers: tuple[str, ...] | None = None
    asn: int | None = None
    asn_name: str | None = None
    hosting: str | None = None
    parking: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How one look-up ended.

    Attributes
    ----------
    code : HTTP code, where there was one.
    reason : for people, one line, "" for ``fetched``.
    at : when it ended, in UTC.
    retry_at : not before then (``Retry-After``), None where nobody said.
    facts : of the kind of ``lookup.what``; None unless something was learned. An answer that was
        blocked or absent may have facts all the same (a redirect chain, an HTTP code).
    """

    lookup: Lookup
    state: State
    at: datetime
    code: int | None = None
    reason: str = ""
    retry_at: datetime | None = None
    facts: AgeFacts | PageFacts | DnsFacts | None = None
