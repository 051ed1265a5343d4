"""The kinds of linking sites the generator knows, and how each one's columns are distributed.

Nothing here was measured on labelled rows. The numbers are assumptions, kept wide on purpose:
medians follow what the documentation of link indexes and search engines' link-spam policies say
of such pages (a page made for links links out a lot and is read by nobody), spreads are a factor
of three to ten, and every honest kind overlaps with every spam kind in each single column.
No accuracy figure may come from rows generated with them. The numbers stand in ``kinds.json``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import Any

__all__ = ["HONEST", "KINDS", "SPAM", "Kind"]

Spread = tuple[float, float]
"""Median and standard deviation, in decades (log10) for counts."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of linking site. Shares are between 0 and 1.

    Attributes
    ----------
    share : of the domains of its class.
    traffic, zero_traffic : search visits a month of the domain; share with none at all.
    rating : authority on a 0 to 100 scale, mean and standard deviation before clipping.
    external, internal, linked_per_external : links on the page; linked domains as a share of
        the external links, mean and standard deviation.
    pages : linking pages per domain.
    nofollow, ugc, sponsored, in_content, image, lost, answers, https, sitewide : shares of links.
    anchors : weights of brand, url, generic, topic, target, trade, seller, empty anchors.
    paths : weights of post, slug, forum, directory, archive, home, machine, profile, query paths.
    titles : weights of natural, keyword, trade, seller, stats titles.
    burst : share of domains of a profile that appear within one wave of a few weeks.
    age_days : median and spread (decades) of the domain's age when the link appeared.
    life : share of the time since first sight that the link was seen, mean.
    context : share of links with text around them.
    networked : share of domains that belong to a network with one template and name pattern.
    spam_name : share of domains whose name comes from the pool of spam names.
    foreign : share of pages in another language than the site's.
    """

    name: str
    share: float
    traffic: Spread
    zero_traffic: float
    rating: Spread
    external: Spread
    internal: Spread
    linked_per_external: Spread
    pages: Spread
    nofollow: float
    ugc: float
    sponsored: float
    in_content: float
    image: float
    lost: float
    answers: float
    https: float
    sitewide: float
    anchors: tuple[float, ...]
    paths: tuple[float, ...]
    titles: tuple[float, ...]
    burst: float
    age_days: Spread
    life: float
    context: float
    networked: float
    spam_name: float
    foreign: float


ANCHORS = ("brand", "url", "generic", "topic", "target", "trade", "seller", "empty")
PATHS = ("post", "slug", "forum", "directory", "archive", "home", "machine", "profile", "query")
TITLES = ("natural", "keyword", "trade", "seller", "stats")

_WEIGHTS = {"anchors": ANCHORS, "paths": PATHS, "titles": TITLES}


def _kind(raw: dict[str, Any]) -> Kind:
    values: dict[str, Any] = {}
    for field in fields(Kind):
        value = raw[field.name]
        if field.name in _WEIGHTS:
            names = _WEIGHTS[field.name]
            if set(value) != set(names):
                raise ValueError(f"{raw['name']}: {field.name} must name {', '.join(names)}")
            value = tuple(float(value[name]) for name in names)
        elif isinstance(value, list):
            median, spread = value
            value = (float(median), float(spread))
        values[field.name] = value
    return Kind(**values)


def _load() -> dict[str, tuple[Kind, ...]]:
    """Read ``kinds.json``; a ValueError or KeyError means that the package itself is damaged."""
    raws = json.loads(files("spamlinks.simulate").joinpath("kinds.json").read_text("utf-8"))
    return {
        side: tuple(_kind(raw) for raw in raws if raw["class"] == side)
        for side in ("honest", "spam")
    }


_LOADED = _load()
HONEST: tuple[Kind, ...] = _LOADED["honest"]
SPAM: tuple[Kind, ...] = _LOADED["spam"]

KINDS: dict[str, Kind] = {kind.name: kind for kind in (*HONEST, *SPAM)}
"""Every kind by name: the honest ones first."""
