"""What a page says about itself: title, robots, canonical address, language, software."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from spamlinks.enrich.page.addresses import Here, clean_href
from spamlinks.enrich.page.texts import fold
from spamlinks.enrich.page.tree import Element

__all__ = ["Head", "base_of", "header", "read_head"]

MAX_TITLE = 500
_LANGUAGE = re.compile(r"\s*([a-zA-Z]{2,3})(?:[-_][a-zA-Z0-9-]*)?\s*(?:[,;]|\Z)")
# Codes of three letters, and old ones, that stand for one of two letters.
_TWO_LETTERS = {
    "eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "ita": "it",
    "por": "pt", "nld": "nl", "dut": "nl", "pol": "pl", "rus": "ru", "tur": "tr", "jpn": "ja",
    "zho": "zh", "chi": "zh", "kor": "ko", "ara": "ar", "ukr": "uk", "swe": "sv", "vie": "vi",
    "iw": "he", "in": "id", "nb": "no", "nn": "no", "nob": "no", "jp": "ja", "cn": "zh",
    "cmn": "zh", "kr": "ko", "gr": "el", "cz": "cs", "dk": "da", "se": "sv", "ua": "uk",
}  # fmt: skip
_ROBOTS = ("robots", "googlebot")
_REFRESH = re.compile(r"(?i)\s*\d*\.?\d*\s*[;,]?\s*(?:url\s*=\s*)?[\"']?([^\"'\s]+)")


@dataclass(slots=True)
class Head:
    """What stands in the head, or is meant for it. ``refresh`` is where the page sends visitors."""

    title: str | None = None
    generator: str | None = None
    stated_language: str | None = None
    noindex: bool = False
    nofollow: bool = False
    canonical: str | None = None
    refresh: str | None = None


def header(headers: Mapping[str, str], name: str) -> str | None:
    """Return a header by its name in any case, None where it is absent."""
    wanted = name.lower()
    return next((value for key, value in headers.items() if str(key).lower() == wanted), None)


def base_of(root: Element) -> str | None:
    """Return the first ``base href``, None for none."""
    for element in root.iter("base"):
        href = element.get("href")
        if href:
            return clean_href(href)
    return None


def read_head(root: Element, here: Here, headers: Mapping[str, str]) -> Head:
    """Read what a page says about itself in elements and headers."""
    head = Head()
    head.title = _title(root)
    robots = [header(headers, "x-robots-tag") or ""]
    locale = content_language = None
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").strip().lower()
        content = meta.get("content") or ""
        if name in _ROBOTS:
            robots.append(content)
        elif name == "generator" and head.generator is None:
            head.generator = fold(content[:1000])[:200] or None
        elif name == "og:locale":
            locale = locale or content
        elif name == "" and meta.get("http-equiv"):
            kind = meta.get("http-equiv").strip().lower()
            if kind == "content-language":
                content_language = content_language or content
            elif kind == "refresh" and head.refresh is None:
                head.refresh = _refresh(content, here)
    said = _directives(robots)
    head.noindex = not said.isdisjoint(("noindex", "none"))
    head.nofollow = not said.isdisjoint(("nofollow", "none"))
    head.canonical = _canonical(root, here, headers)
    stated = (
        root.get("lang"),
        root.get("xml:lang"),
        content_language,
        locale,
        header(headers, "content-language"),
    )
    head.stated_language = next((code for code in map(_language, stated) if code), None)
    return head


def _title(root: Element) -> str | None:
    for element in root.iter("title"):
        parent = element.getparent()
        if parent is not None and parent.tag == "svg":
            continue
        return fold("".join(element.itertext())[: MAX_TITLE * 4])[:MAX_TITLE] or None
    return None


def _directives(statements: list[str]) -> set[str]:
    """Words such as noindex; of what is said to one robot only, what Google's is told."""
    found: set[str] = set()
    for statement in statements:
        agent = ""
        for part in statement.lower().split(",")[:50]:
            name, colon, rest = part.partition(":")
            name = name.strip()
            if colon and name not in ("unavailable_after", "max-snippet", "max-image-preview"):
                agent, name = name, rest.strip()
            if agent in ("", "googlebot", "robots"):
                found.update(name.split())
    return found


def _refresh(content: str, here: Here) -> str | None:
    match = _REFRESH.match(content[:4096])
    if match is None or ("url" not in content.lower() and "//" not in content):
        return None
    return here.resolve(clean_href(match[1]))


_LINK_HEADER = re.compile(
    r"<([^<>]{1,2000})>\s*;[^,<]{0,200}\brel\s*=\s*\"?canonical\b", re.IGNORECASE
)


def _canonical(root: Element, here: Here, headers: Mapping[str, str]) -> str | None:
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            found = here.resolve(clean_href(link.get("href")))
            if found:
                return found[:2048]
    match = _LINK_HEADER.search((header(headers, "link") or "")[:10_000])
    return here.resolve(clean_href(match[1])) if match else None


def _language(stated: str | None) -> str | None:
    """ISO 639-1 code of a language tag; None for what is none, such as ``x-default``.

    >>> _language("en-US"), _language("deu"), _language("zh_CN"), _language("{{lang}}")
    ('en', 'de', 'zh', None)
    """
    match = _LANGUAGE.match(stated[:50]) if stated else None
    if match is None:
        return None
    code = match[1].lower()
    code = _TWO_LETTERS.get(code, code)
    return code if len(code) == 2 and code not in ("xx", "zz") else None
