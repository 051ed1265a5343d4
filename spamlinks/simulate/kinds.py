"""The kinds of linking sites the generator knows, and how each one's columns are distributed.

Nothing here was measured on labelled rows. The numbers are assumptions, kept wide on purpose:
spreads are a factor of three to ten, and every honest kind overlaps with every spam kind in each
single column. Where each comes from is stated in ``sources.py``; ``docs/GENERATOR.md`` shows both.
No accuracy figure may come from rows generated with them. The numbers stand in ``kinds.json``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import Any

__all__ = [
    "ANCHORS",
    "CONTEXTS",
    "HONEST",
    "HOSTING",
    "KINDS",
    "PATHS",
    "PLACES",
    "SOFTWARE",
    "SPAM",
    "TITLES",
    "WEIGHTS",
    "Kind",
]

Spread = tuple[float, float]
"""Median and standard deviation, in decades (log10) for counts."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of linking site. Shares are between 0 and 1.

    Attributes
    ----------
    sentence : what it is, for people.
    share : of the domains of its class.
    endings : mix of endings that invented names wear, see ``names.json``.
    traffic, zero_traffic : search visits a month of the domain, where it has any; share without.
    rating, zero_rating : authority on a 0 to 100 scale, where it has any, before clipping; share
        without.
    unlinked : share of pages that no other page links to.
    external, internal : links on the page to other sites and to its own.
    linked_per_external : linked domains as a share of the external links, mean and standard
        deviation.
    pages : linking pages per domain.
    nofollow, ugc, sponsored, in_content, image, redirect, sitewide, lost, answers, https : shares
        of links.
    life : share of the time since first sight that the link was seen, mean.
    burst : share of domains outside networks that appear within one wave of a few weeks.
    age_days : median and spread (decades) of the domain's age when the link appeared.
    context : share of links with text around them.
    contexts : weights of what that text is: prose, a list with separators, words of a spam trade.
    anchors, paths, titles : weights of ``ANCHORS``, ``PATHS`` and ``TITLES``.
    networked : share of domains that belong to a group with one template, anchor and week.
    spam_name : share of domains whose name comes from the pool of spam names.
    foreign : share of domains in another language than the site's.

    What fetching the page would show beside that:

    words : words of the page's text without its links.
    places : weights of ``PLACES``, for links outside the main text.
    posted : share of the links in the text that stand in somebody's post or comment.
    hidden : share of links that nobody can see.
    trade_free, trade_words : share of pages without a word of a spam trade; how many different
        ones the others have.
    trade_linked : share of the links to other sites that name a trade, where the page does.
    directory, sells_links : share of domains that look like a link directory, like a seller.
    parked : share of domains that have lapsed since and are parked.
    noindex, canonical, moved : shares of pages that ask not to be indexed, name a page of another
        domain as the original, lead to another domain by now.
    home_words, home_external : words and links to other sites on the start page.
    home_trade_free, home_foreign : share of start pages without a word of a spam trade, in another
        language than the linking page.
    software : weights of ``SOFTWARE`` that the page names.
    own_ids : share of domains with an id of their own for counting visits or advertisements.
    group_ids, group_servers, group_network : share of groups whose members share such ids, name
        servers, a block of addresses.
    hosting : weights of ``HOSTING``.
    long_paid : share of domains that are paid for more than a year ahead.
    """

    name: str
    sentence: str
    share: float
    endings: str
    traffic: Spread
    zero_traffic: float
    rating: Spread
    zero_rating: float
    unlinked: float
    external: Spread
    internal: Spread
    linked_per_external: Spread
    pages: Spread
    nofollow: float
    ugc: float
    sponsored: float
    in_content: float
    image: float
    redirect: float
    sitewide: float
    lost: float
    answers: float
    https: float
    life: float
    burst: float
    age_days: Spread
    context: float
    contexts: tuple[float, ...]
    anchors: tuple[float, ...]
    paths: tuple[float, ...]
    titles: tuple[float, ...]
    networked: float
    spam_name: float
    foreign: float
    words: Spread
    places: tuple[float, ...]
    posted: float
    hidden: float
    trade_free: float
    trade_words: Spread
    trade_linked: float
    directory: float
    sells_links: float
    parked: float
    noindex: float
    canonical: float
    moved: float
    home_words: Spread
    home_external: Spread
    home_trade_free: float
    home_foreign: float
    software: tuple[float, ...]
    own_ids: float
    group_ids: float
    group_servers: float
    group_network: float
    hosting: tuple[float, ...]
    long_paid: float


ANCHORS = ("brand", "url", "generic", "topic", "target", "trade", "seller", "empty", "spun")
"""What an anchor is: the site's name, its address, "click here", the topic, words of the target
page, a spam trade, a link seller's offer, nothing, or gibberish and spun text."""

PATHS = (
    *("post", "slug", "forum", "directory", "archive", "home", "machine", "profile", "query"),
    *("login", "list"),
)
TITLES = (*("natural", "keyword", "trade", "seller", "stats", "spun", "login", "list", "press"),)
CONTEXTS = ("prose", "list", "trade")
PLACES = ("sidebar", "header", "footer", "nav", "comment")
SOFTWARE = (*("none", "wordpress", "joomla", "drupal", "wix", "blogger", "forum", "wiki"), "other")
HOSTING = ("own", "shared", "cdn")
"""An address of its own, one of many customers, or one of a delivery network."""

WEIGHTS: dict[str, tuple[str, ...]] = {
    "anchors": ANCHORS,
    "paths": PATHS,
    "titles": TITLES,
    "contexts": CONTEXTS,
    "places": PLACES,
    "software": SOFTWARE,
    "hosting": HOSTING,
}
"""What the fields of ``Kind`` that hold weights are weights of."""


def _kind(raw: dict[str, Any]) -> Kind:
    values: dict[str, Any] = {}
    for field in fields(Kind):
        value = raw[field.name]
        if field.name in WEIGHTS:
            names = WEIGHTS[field.name]
            if set(value) != set(names):
                raise ValueError(f"{raw['name']}: {field.name} must name {', '.join(names)}")
            value = tuple(float(value[name]) for name in names)
        elif isinstance(value, list):
            median, spread = value
            value = (float(median), float(spread))
        elif not isinstance(value, str):
            value = float(value)
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
