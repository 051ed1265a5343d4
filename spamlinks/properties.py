"""Search Console properties: each URL-prefix property has a disavow list of its own.

That Domain properties have none, and what a URL prefix takes in, is known through third parties who
restate Google's help.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from spamlinks.errors import InputError
from spamlinks.urls import authority, canonical_url, linking_domain, parse_host

__all__ = [
    "Property",
    "file_names",
    "links_to",
    "parse_properties",
    "refuse_domain_property",
    "refuse_elsewhere",
    "without_target",
]

_DOMAIN_PROPERTY = re.compile(r"(?i)\s*sc-domain:\s*(\S*)")
MAX_NAME_CHARS = 120


@dataclass(frozen=True, slots=True)
class Property:
    """A URL-prefix property: ``prefix`` is a canonical URL, ``live`` the list it has now."""

    prefix: str
    live: Path | None = None


def refuse_domain_property(text: str, source: str) -> None:
    """Raise InputError for ``sc-domain:example.com``, naming the properties to use.

    >>> refuse_domain_property("https://www.shop.example/", "site")
    >>> refuse_domain_property("sc-domain:shop.example", "site")
    Traceback (most recent call last):
        ...
    spamlinks.errors.InputError: site: sc-domain:shop.example is a Domain property, and those ...
    """
    match = _DOMAIN_PROPERTY.match(text)
    if match is None:
        return
    host = parse_host(authority(match.group(1))).host
    if not host:
        raise InputError(source, "a Domain property has no disavow list", _INSTEAD)
    names = [host] if host.startswith("www.") else [host, f"www.{host}"]
    urls = ", ".join(f"{scheme}://{name}/" for scheme in ("https", "http") for name in names)
    raise InputError(
        source,
        f"sc-domain:{host} is a Domain property, and those have no disavow list",
        f"Upload to its URL-prefix properties ({urls}), and give one of them here, or {host}.",
    )


_INSTEAD = "Give a URL-prefix property such as https://www.example.com/."


def parse_properties(texts: Sequence[str], site: str | None) -> tuple[Property, ...]:
    """Read what the user says of the properties to write for.

    Parameters
    ----------
    texts : URL prefixes, each perhaps with ``=LIVE.txt``, the list that the property has now.
    site : the user's own site, when known.

    Raises
    ------
    InputError : a Domain property, a text that is no URL, a site of somebody else, one property
        twice, or an ``=`` with nothing after it.
    """
    found: dict[str, Property] = {}
    for text in texts:
        refuse_domain_property(text, "property")
        url, live = text.strip(), None
        head, equals, tail = url.rpartition("=")
        # Only in a query may "=" belong to the URL. Elsewhere a list of any name is meant: if it
        # were read as part of the URL, the new file, and then Google's, would lack its entries.
        if equals and (tail.lower().endswith(".txt") or "?" not in head):
            if not tail:
                hint = "Name the list that the property has now, or leave the '=' out."
                raise InputError("property", f"{url[:80]!r} names no file after '='", hint)
            url, live = head, Path(tail)
        parts = parse_host(authority(url))
        if not re.match(r"(?i)https?://", url) or parts.problem is not None:
            raise InputError("property", f"{url[:80]!r} is no URL", _INSTEAD)
        prefix = canonical_url(url)
        if prefix in found:
            raise InputError("property", f"{prefix} is given twice", "Give it once.")
        found[prefix] = Property(prefix, live)
    refuse_elsewhere(found.values(), site)
    return tuple(found.values())


def refuse_elsewhere(properties: Iterable[Property], site: str | None) -> None:
    """Raise InputError for a property of another site than ``site``, where that is known."""
    for item in properties if site is not None else ():
        if linking_domain(site or "") != linking_domain(item.prefix):
            raise InputError(
                "property",
                f"{item.prefix[:80]} does not belong to {site}",
                "Give the right --site.",
            )


def links_to(links: pl.DataFrame, prefix: str) -> pl.Series:
    """Which links count for a property: those whose target begins with it, or is not known.

    A target without a scheme (``shop.example/a``) counts for http and https alike; one that names
    no host (``/a``) is not known. Boolean series over the rows of ``links``.
    """
    if "target_url" not in links.columns:
        return pl.Series([True] * links.height, dtype=pl.Boolean)
    scheme = prefix.partition("://")[0]
    targets = links["target_url"]
    inside = [
        target
        for target in targets.drop_nulls().unique()
        if not _names_host(target) or canonical_url(_absolute(target, scheme)).startswith(prefix)
    ]
    return targets.is_null() | targets.is_in(pl.Series(inside, dtype=pl.String).implode())


def without_target(links: pl.DataFrame) -> int:
    """How many links do not say which site they point to; such links count for every property."""
    if "target_url" not in links.columns:
        return links.height
    counts = links["target_url"].value_counts().rows()
    return sum(n for target, n in counts if target is None or not _names_host(target))


def _names_host(target: str) -> bool:
    return parse_host(authority(target)).problem is None


def _absolute(target: str, scheme: str) -> str:
    bare = target.strip()
    return bare if re.match(r"(?i)[a-z][a-z0-9+.-]*://", bare) else f"{scheme}://{bare.lstrip('/')}"


def file_names(properties: Collection[Property], stem: str) -> list[str]:
    """File names, one for each property: safe on every system, and different.

    >>> file_names([Property("https://www.shop.example/"), Property("http://shop.example/a/")], "d")
    ['d-https-www.shop.example.txt', 'd-http-shop.example-a.txt']
    """
    out: list[str] = []
    for item in properties:
        plain = re.sub(r"[^a-z0-9.]+", "-", item.prefix.lower()).strip("-.")[:MAX_NAME_CHARS]
        name, number = f"{stem}-{plain}.txt", 2
        while name in out:
            name, number = f"{stem}-{plain}-{number}.txt", number + 1
        out.append(name)
    return out
