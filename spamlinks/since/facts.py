"""What a comparison needs of a run's facts, taken from a dictionary that anyone may have edited."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from spamlinks.report.text import clean
from spamlinks.urls import authority, linking_domain, parse_host

__all__ = ["Facts", "facts_of", "site_host"]

MAX_ITEMS = 10_000
"""So many inputs of a run are looked at; an audit reads no more files."""
MAX_COUNT = 1 << 53


@dataclass(frozen=True, slots=True)
class Facts:
    """One run, as far as it can be compared with another; None where it does not say.

    ``vendors`` counts links by vendor, ``digests`` are the hashes of the exports, ``not_looked_at``
    sentences. ``looked_up`` counts the linking pages that a store had read, and the registrations
    that it knew; (0, 0) without one. ``created`` is ISO text.
    """

    created: str | None
    version: str | None
    site: str | None
    model: str | None
    model_digest: str | None
    situation: str | None
    precision: float | None
    prior: float | None
    view: str | None
    vendors: Mapping[str, int]
    digests: frozenset[str]
    not_looked_at: tuple[str, ...]
    looked_up: tuple[int, int]
    live: tuple[str, int] | None
    domains: int | None
    looked_for_networks: bool

    @property
    def day(self) -> str | None:
        """The day it was made on, ISO."""
        return None if self.created is None else self.created[:10]


def facts_of(run: Mapping[str, Any]) -> Facts:
    """Take the facts of a run from what run.json holds; what cannot be is left out, never raised.

    >>> facts_of({"site": "shop.example", "prior": float("nan"), "inputs": 7}).prior is None
    True
    """
    model = _mapping(run.get("model"))
    vendors: dict[str, int] = {}
    digests = set()
    for item in _items(run.get("inputs")):
        vendor = _text(item.get("vendor"), 40)
        if vendor is not None:
            vendors[vendor] = vendors.get(vendor, 0) + (_count(item.get("links")) or 0)
        digests.add(_text(item.get("sha256"), 64) or "")
    live = _mapping(run.get("live"))
    looked = run.get("not_looked_at")
    store = _mapping(run.get("looked_up"))
    return Facts(
        created=_text(run.get("created"), 40),
        version=_text(run.get("version"), 40),
        site=_text(run.get("site"), 260),
        model=_text(model.get("name"), 100),
        model_digest=_text(model.get("sha256"), 64),
        situation=_text(run.get("situation"), 40),
        precision=_share(run.get("precision")),
        prior=_share(run.get("prior")),
        view=_text(run.get("view"), 300),
        vendors=vendors,
        digests=frozenset(digests - {""}),
        not_looked_at=tuple(
            clean(line, 200)
            for line in (looked if isinstance(looked, list) else [])[:100]
            if isinstance(line, str)
        ),
        looked_up=(_fetched(store.get("pages")), _fetched(store.get("domains"))),
        live=(_text(live.get("name"), 100) or "a file", _count(live.get("entries")) or 0)
        if live
        else None,
        domains=_count(_mapping(run.get("totals")).get("domains")),
        looked_for_networks=isinstance(_mapping(run.get("networks")).get("list"), list),
    )


def site_host(site: str | None) -> str | None:
    """The host of a site without "www."; None for None and for what is no site.

    >>> site_host("https://www.Shop.example/"), site_host("shop"), site_host(None)
    ('shop.example', None, None)
    """
    if site is None or not linking_domain(site):
        return None
    return parse_host(authority(site)).host.removeprefix("www.")


def _items(value: object) -> Iterator[Mapping[str, Any]]:
    for item in (value if isinstance(value, list) else [])[:MAX_ITEMS]:
        if isinstance(item, Mapping):
            yield item


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _fetched(states: object) -> int:
    """How many of a kind were looked up and found, by the counts of a store."""
    return _count(_mapping(states).get("fetched")) or 0


def _text(value: object, limit: int) -> str | None:
    return (clean(value, limit) or None) if isinstance(value, str) else None


def _count(value: object) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value <= MAX_COUNT else None  # type: ignore[return-value,operator]


def _share(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 < value < 1 or not math.isfinite(value):  # comparing a huge whole number is no harm
        return None
    return float(value)
