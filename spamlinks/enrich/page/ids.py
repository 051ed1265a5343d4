"""Tracking and advertising ids of a page: traces of who owns it, whatever the site is called.

Ids are read from scripts and from the attributes that load them, never from text: a page that
explains analytics shows ids of nobody. Placeholders of themes and manuals are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from spamlinks.enrich.page.tree import Element

__all__ = ["find_ids"]

MAX_IDS = 40
MAX_CODE = 400_000
"""Characters of scripts that are read; whole programs follow, not settings."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of id: a cheap text that must be there, and what to read. Group 1 is the id."""

    name: str
    needs: str
    pattern: re.Pattern[str]


def _kind(name: str, needs: str, pattern: str) -> _Kind:
    return _Kind(name, needs, re.compile(pattern))


# The account, not the property behind it: UA-12345-1 and UA-12345-2 have one owner.
_KINDS = (
    _kind("ga", "UA-", r"\b(UA-\d{4,10})-\d{1,4}\b"),
    _kind("ga4", "G-", r"(?:id=|[\"'])(G-[A-Z0-9]{8,12})\b"),
    _kind("gtm", "GTM-", r"\b(GTM-[A-Z0-9]{5,9})\b"),
    _kind("gads", "AW-", r"\b(AW-\d{8,12})\b"),
    _kind("adsense", "pub-", r"\b(?:ca-)?(pub-\d{10,20})\b"),
    _kind("facebook", "fbq", r"fbq\(\s*[\"']init[\"']\s*,\s*[\"']?(\d{10,20})\b"),
    _kind(
        "facebook",
        "facebook.com/tr",
        r"facebook\.com/tr/?\?(?:[^\s\"'<>]{0,200}&)?id=(\d{10,20})\b",
    ),
    _kind("facebook_app", "fb:app_id", r"fb:app_id=(\d{10,20})\b"),
    _kind("metrika", "ym(", r"\bym\(\s*(\d{5,10})\s*,"),
    _kind("metrika", "mc.yandex.", r"mc\.yandex\.[a-z]{2,3}/(?:watch|pixel)/(\d{5,10})\b"),
    _kind("metrika", "Metrika", r"Ya\.Metrika2?\(\s*\{\s*[\"']?id[\"']?\s*:\s*[\"']?(\d{5,10})\b"),
    _kind(
        "clarity",
        "clarity",
        r"[\"']clarity[\"']\s*,\s*[\"']script[\"']\s*,\s*[\"']([a-z0-9]{8,12})[\"']",
    ),
    _kind("clarity", "clarity.ms/tag/", r"clarity\.ms/tag/([a-z0-9]{8,12})\b"),
    _kind("hotjar", "hjid", r"\bhjid\s*:\s*(\d{5,10})\b"),
    _kind(
        "cloudflare",
        "cf-beacon",
        r"cf-beacon=[^\n]{0,100}?[\"']token[\"']\s*:\s*[\"']([0-9a-f]{32})[\"']",
    ),
    _kind("baidu", "hm.baidu.com", r"hm\.baidu\.com/hm?\.js\?([0-9a-f]{32})\b"),
    _kind("cnzz", "cnzz.com", r"cnzz\.com/[^\s\"'<>]{0,100}?[?&]id=(\d{5,12})\b"),
    _kind(
        "51la", "LA.init", r"LA\.init\(\s*\{\s*[\"']?id[\"']?\s*:\s*[\"']([A-Za-z0-9]{10,24})[\"']"
    ),
    _kind("histats", "Histats.start", r"Histats\.start\(\s*1\s*,\s*(\d{4,10})\b"),
    _kind("statcounter", "sc_project", r"\bsc_project\s*=\s*(\d{4,10})\b"),
    _kind("quantcast", "qacct", r"\bqacct[\"']?\s*:\s*[\"'](p-[A-Za-z0-9_-]{8,20})[\"']"),
    _kind("tiktok", "ttq", r"ttq\.load\(\s*[\"']([A-Z0-9]{15,24})[\"']"),
    _kind("linkedin", "_linkedin_partner_id", r"_linkedin_partner_id\s*=\s*[\"'](\d{4,10})[\"']"),
    _kind("pinterest", "pintrk", r"pintrk\(\s*[\"']load[\"']\s*,\s*[\"'](\d{8,20})[\"']"),
    _kind("bing", "uetq", r"[,{]\s*ti\s*:\s*[\"'](\d{6,10})[\"']"),
    _kind("disqus", "disqus_shortname", r"disqus_shortname\s*=\s*[\"']([\w-]{2,60})[\"']"),
    _kind("disqus", ".disqus.com/", r"//([\w-]{2,60})\.disqus\.com/(?:embed|count)\.js"),
)
_AMAZON = re.compile(
    r"(?i)//(?:[a-z0-9-]+\.)*amazon\.[a-z.]{2,6}/[^\s\"'<>]{0,1500}?[?&]tag=([a-z0-9_-]{2,40}-2[0-9])\b"
)
_MATOMO_HOST = re.compile(
    r"(?:https?:)?//([a-z0-9.-]{4,100})(?:/[\w./-]{0,80})?/?[\"']?\s*(?:;|\+|,|/?(?:matomo|piwik)\.(?:php|js))"
)
_MATOMO_SITE = re.compile(r"setSiteId[\"']\s*,\s*[\"']?(\d{1,6})\b")
# Ids that tools put on everybody's pages.
_EVERYBODYS = frozenset(
    ("facebook_app:966242223397117", "disqus:example", "disqus:your-shortname", "disqus:shortname",
     "disqus:www", "disqus:links")
)  # fmt: skip
_MIN_DISTINCT = 3


def find_ids(root: Element) -> tuple[str, ...]:
    """Return the ids of a page as ``kind:value``, sorted, at most 40."""
    code = _code(root)
    found: set[str] = set()
    for kind in _KINDS:
        if kind.needs in code:
            for value in kind.pattern.findall(code):
                if not _is_placeholder(value):
                    found.add(f"{kind.name}:{value}")
    if "setSiteId" in code:
        found.update(_matomo(code))
    for link in root.iter("a"):
        href = link.get("href") or ""
        if "tag=" in href and "amazon." in href:
            match = _AMAZON.search(href[:2048])
            if match and not _is_placeholder(match[1]):
                found.add(f"amazon:{match[1].lower()}")
    return tuple(sorted(found - _EVERYBODYS))[:MAX_IDS]


def _code(root: Element) -> str:
    """Scripts, and the attributes that carry ids, one a line."""
    parts: list[str] = []
    for element in root.iter("script", "iframe", "img", "ins", "meta", "amp-ad", "amp-pixel"):
        tag = element.tag
        if tag == "script":
            beacon = element.get("data-cf-beacon")
            if beacon:
                parts.append(f"cf-beacon={beacon}")
            source = element.get("src")
            if source:
                parts.append(source)
            client = element.get("data-ad-client")
            if client:
                parts.append(client)
            if element.text:
                parts.append(element.text)
        elif tag == "meta":
            if element.get("property") == "fb:app_id":
                parts.append(f"fb:app_id={element.get('content') or ''}")
            elif element.get("name") == "google-adsense-account":
                parts.append(element.get("content") or "")
        else:
            parts += filter(None, (element.get("src"), element.get("data-ad-client")))
    return "\n".join(parts)[:MAX_CODE]


def _matomo(code: str) -> list[str]:
    """Site ids of an own analytics server, which mean nothing without its host."""
    sites = _MATOMO_SITE.findall(code)
    at = code.find("setTrackerUrl")
    host = _MATOMO_HOST.search(code, max(at - 600, 0), at + 800) if at >= 0 else None
    if host is None:
        return []
    return [f"matomo:{host[1]}/{site}" for site in sites]


def _is_placeholder(value: str) -> bool:
    """Whether an id is one that manuals print: zeros, x, one digit again and again, 12345.

    >>> [_is_placeholder(v) for v in ("UA-000000", "G-XXXXXXXXXX", "UA-12345678", "UA-4815162")]
    [True, True, True, False]
    """
    lower = value.lower()
    core = re.sub(r"^(?:ua|g|gtm|aw|pub|p)-", "", lower)
    if "xxx" in core or "yyy" in core or len(set(core)) < _MIN_DISTINCT:
        return True
    digits = re.sub(r"\D", "", core)
    if digits and digits == core:
        return digits in "01234567890123456789" * 2 or digits in "9876543210" * 2
    return core.startswith(("your", "example", "abcd", "test", "placeholder"))
