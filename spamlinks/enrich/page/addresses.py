"""Where a link leads: its absolute address, its host, and the site behind a redirector."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import unquote, urljoin

from spamlinks.urls import HostParts, authority, parse_host

__all__ = ["MAX_URL", "Here", "clean_href", "host_parts", "may_redirect", "through_redirector"]

MAX_URL = 2048
"""Longer addresses are cut where they are stored."""

_EDGES = "".join(map(chr, range(33)))
_BREAKS = re.compile(r"[\t\n\r]")
_PLAIN = re.compile(r"(?i)https?://([a-z0-9.-]+)(?:[/?#]|\Z)")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


def clean_href(href: str) -> str:
    """Take out of an ``href`` what browsers take out: outer white space, inner line breaks.

    >>> clean_href(" https://exa\\nmple.com/ ")
    'https://example.com/'
    """
    href = href.strip(_EDGES)
    return _BREAKS.sub("", href) if "\n" in href or "\t" in href or "\r" in href else href


def host_parts(url: str) -> HostParts:
    """Return the parsed host of an absolute address; ``problem`` says why there is none."""
    plain = _PLAIN.match(url)
    return parse_host(plain[1].lower() if plain else authority(url[: MAX_URL * 2]).lower())


@dataclass(frozen=True, slots=True)
class Here:
    """The page, as its links see it.

    Attributes
    ----------
    base : absolute address that relative links start from.
    page : host of the page itself; what is the page's own site hangs on it, not on ``base``.
    site : the protected site, a registrable domain.
    """

    base: str
    base_parts: HostParts
    page: HostParts
    site: str

    def host_of(self, href: str) -> HostParts | None:
        """Return the host that a cleaned ``href`` leads to; None for what is no link on the web.

        That are parts of the same page (``#top``), ``mailto:``, ``javascript:`` and the like.
        """
        start = href[:8].lower()
        if start.startswith(("http://", "https://", "//")):
            return host_parts(href)
        if not href or href[0] == "#":
            return None
        if href[0] == "/" and href[1:2] != "\\":
            return self.base_parts
        if _SCHEME.match(href) or href[0] in "/\\":
            url = self.resolve(href)
            return None if url is None else host_parts(url)
        return self.base_parts

    def resolve(self, href: str) -> str | None:
        """Return the absolute http(s) address of a cleaned ``href``; None for all others."""
        start = href[:8].lower()
        if start.startswith(("http://", "https://")):
            return href
        if not href or href[0] == "#":
            return None
        if start.startswith(("http:", "https:")):  # browsers read http:example.com, http:/x.com
            scheme, _, rest = href.replace("\\", "/").partition(":")
            return f"{scheme}://{rest.lstrip('/')}" if rest.strip("/") else None
        if _SCHEME.match(href):
            return None
        try:
            joined = urljoin(self.base, href.replace("\\", "/"))
        except ValueError:  # a bracket where an IPv6 address should be
            return None
        return joined if joined[:8].lower().startswith(("http://", "https://")) else None

    def is_internal(self, target: HostParts) -> bool:
        """Whether a host belongs to the page's own site.

        A user's site below a platform stands for itself: another user's is external, the
        platform's own pages are internal, as they are the frame around the user's.
        """
        page = self.page
        if target is page or (target.linking_domain == page.linking_domain != ""):
            return True
        return page.is_private_suffix and target.host.removeprefix("www.") in (
            page.suffix,
            page.registrable_domain,
        )

    def is_site(self, target: HostParts) -> bool:
        """Whether a host is on the protected site."""
        if not self.site or target.problem is not None:
            return False
        return target.linking_domain == self.site or target.host == self.site


# Places that are handed an address without sending visitors there: share buttons, archives,
# translators, validators, and pages to log in or report.
_NO_REDIRECT_HOST = re.compile(
    r"(?:^|\.)(?:web\.archive\.org|archive\.(?:org|is|ph|today|li|md|vn|fo)|translate\.goog(?:le)?(?:\.[a-z.]+)?"
    r"|validator\.w3\.org|jigsaw\.w3\.org|wa\.me|whatsapp\.com|pinterest\.[a-z.]+|addtoany\.com"
    r"|addthis\.com|sharethis\.com|similarweb\.com|builtwith\.com|who\.is|domaintools\.com"
    r"|ahrefs\.com|semrush\.com|moz\.com|majestic\.com|pagespeed\.web\.dev|gtmetrix\.com)\Z"
)
_NO_REDIRECT_PATH = re.compile(
    r"(?i)(?:^|[/_.-])(?:share[rd]?|sharing|sharearticle|intent|submit|login|log-in|signin|sign-in"
    r"|signup|register|auth|oauth2?|sso|create|bookmarklet|report|whois|validate|check|search"
    r"|translate|post_?to_?[a-z]*|dialog|offsite|add|bookmark|feed|oembed|embed|proxy)(?:[/?_.-]|\Z)"
)
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_TARGET = re.compile(r"(?i)(?:https?:)?//[^\s\"'<>]+")
_MAX_ENCODED = 8


def may_redirect(href: str) -> bool:
    """Whether an ``href`` has room for another address; most have not."""
    return len(href) > 40 or "?" in href or "%" in href or "http" in href[8:] or "//" in href[8:]


def through_redirector(url: str, here: Here) -> str | None:
    """Return the address on the site that a redirector sends to; None where it does not.

    The address stands in the query, the path or the fragment, as it is, percent-encoded (twice at
    most) or in base64. Shares, archives, translations and log-ins carry an address as well and do
    not count.
    """
    if len(url) > MAX_URL * 2:
        return None
    head, _, _ = url.partition("?")
    after_host = head.find("/", 8)
    if after_host < 0:
        after_host = min((i for i in (url.find("?", 8), url.find("#", 8)) if i > 0), default=-1)
        if after_host < 0:
            return None
    tail = url[after_host:]
    found = _in_plain(tail, here) or _in_base64(tail, here)
    if found is None:
        return None
    path = re.split(r"[?#]", tail, maxsplit=1)[0]
    before = path.partition("http")[0]
    if _NO_REDIRECT_PATH.search(before) or _NO_REDIRECT_HOST.search(host_parts(url).host):
        return None
    return found[:MAX_URL]


def _in_plain(tail: str, here: Here) -> str | None:
    text = tail
    for _ in range(3):
        if here.site in text.lower():
            break
        if "%" not in text:
            return None
        text = unquote(text)
    else:
        return None
    if "=" in text or "&" in text:
        for part in re.split(r"[?&;#]", tail):
            _, _, value = part.partition("=")
            found = _address_in(unquote(unquote(value)), here)
            if found:
                return found
    return _address_in(unquote(unquote(tail)).lstrip("/"), here)


def _address_in(value: str, here: Here) -> str | None:
    """The address on the site that a value is or begins with."""
    value = value.strip(_EDGES)
    for match in _TARGET.finditer(value):
        address = match[0] if not match[0].startswith("//") else "http:" + match[0]
        if here.is_site(host_parts(address)):
            return address
    bare = value.lower()
    if bare.startswith((here.site, "www." + here.site)) and here.is_site(host_parts(value)):
        return "http://" + value.split()[0]
    return None


def _in_base64(tail: str, here: Here) -> str | None:
    wanted = here.site.encode()
    for match in _encoded_parts(tail):
        text = match.rstrip("=").replace("-", "+").replace("_", "/")
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
        if wanted in raw.lower():
            found = _address_in(raw.decode("utf-8", "replace"), here)
            if found:
                return found
    return None


def _encoded_parts(tail: str) -> list[str]:
    """What may be base64: the stroke is one of its 64 signs, and parts a path."""
    found = _ENCODED.findall(unquote(tail))[:_MAX_ENCODED]
    return found + [part for whole in found if "/" in whole for part in whole.split("/")[-3:]]
