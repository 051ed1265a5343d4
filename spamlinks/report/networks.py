"""Networks of domains that belong together, as the cards, the chart and the sentences of the page.

Anchors, titles, targets and names come from exports: they are cleaned and capped here, and escaped
by the template.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spamlinks.report.charts import SERIES, Bar
from spamlinks.report.parts import day, day_words, items, known, listed, part, sentences, whole
from spamlinks.report.text import clean, count, counted

__all__ = ["CARDS_SHOWN", "Network", "Networks", "bond_words", "read_networks"]

CARDS_SHOWN = 12
"""So many cards are open at first, the biggest networks."""

_CARDS = 200
_BARS = 12
_BONDS, _ENDINGS, _SAMPLES = 8, 5, 8

_SHARED: dict[str, tuple[str, str, str]] = {  # kind -> words for several, for one, and quotes
    "name": ("share in their names:", "has in its name:", ""),
    "anchor": ("use the anchor text", "uses the anchor text", "“”"),
    "title": ("have the page title", "has the page title", "“”"),
    "shape": ("have paths of the form", "has paths of the form", ""),
    "target": ("first linked to", "first linked to", ""),
    "week": ("were first seen in the week of", "was first seen in the week of", ""),
    "address": ("share the address block", "is in the address block", ""),
    "owner": ("use the tracking or advertising id", "uses the tracking or advertising id", "“”"),
    "servers": ("use the name servers of", "uses the name servers of", ""),
}


@dataclass(frozen=True, slots=True)
class Network:
    """One card. Texts are clean; counts are words, "not known" where the run has none.

    ``key`` is the text of the column ``network``, ``parts`` are domains in the order of ``SERIES``,
    ``seen`` says when its links appeared ("" if not known).
    """

    key: str
    domains: str
    links: str
    followed: str
    parts: tuple[int, int, int]
    description: str
    bonds: list[str]
    endings: str
    seen: str
    samples: list[str]
    more_samples: bool

    @property
    def size(self) -> str:
        """The number of domains in words."""
        return {"1": "1 domain", "not known": "size not known"}.get(
            self.domains, f"{self.domains} domains"
        )

    @property
    def verdicts(self) -> str:
        """The verdicts in words."""
        return Bar("", self.parts).words


@dataclass(frozen=True, slots=True)
class Networks:
    """The section: its cards, and what stands around them.

    ``summary`` is one sentence, ``not_listed`` the number of networks that are in run.json at most.
    """

    cards: list[Network]
    bars: list[Bar]
    summary: str
    looked_at: list[str]
    missing: list[str]
    not_listed: int


def read_networks(run: Mapping[str, Any]) -> Networks:
    """Read ``run["networks"]``; never raises, whatever it holds."""
    said = part(run, "networks")
    cards = [_network(item) for item in items(said.get("list"), _CARDS)]
    missing = sentences(said.get("missing"), 20)
    looked_at = sentences(said.get("looked_at"), 20)
    more = (whole(said.get("more")) or 0) + max(len(listed(said.get("list"))) - _CARDS, 0)
    bars = [Bar(card.key, card.parts) for card in cards[:_BARS] if sum(card.parts)]
    summary = _summary(said, len(cards) + more, bool(looked_at))
    return Networks(cards, bars, summary, looked_at, missing, more)


def _summary(said: Mapping[str, Any], networks: int, compared: bool) -> str:
    if not said:
        return "This run did not look for networks."
    if not networks:
        if not compared:
            return "No network was found: these exports hold too little to compare domains by."
        return (
            "No network was found: no group of domains shares enough to call it one. Every domain "
            "was judged by itself."
        )
    inside = whole(said.get("domains"))
    one = networks == 1
    begin = "There is" if one else "There are"
    if inside is not None:
        begin = f"{counted(inside, 'domain')} {'belongs' if inside == 1 else 'belong'} to"
    what = "one network: a group" if one else f"{count(networks)} networks: groups"
    return (
        f"{begin} {what} of domains that share what those of different owners rarely share. One "
        f"look at {'it' if one else 'a network'} can settle all its domains."
    )


def _network(item: Mapping[str, Any]) -> Network:
    verdicts = part(item, "verdicts")
    first, second, third = (whole(verdicts.get(name)) or 0 for name in SERIES)
    samples = sentences(item.get("samples"), _SAMPLES, 60)
    domains = whole(item.get("domains"))
    return Network(
        key=clean(item.get("id"), 80) or "no name",
        domains=known(domains),
        links=known(whole(item.get("links"))),
        followed=known(whole(item.get("followed_links"))),
        parts=(first, second, third),
        description=clean(item.get("description"), 200),
        bonds=[bond_words(bond) for bond in items(item.get("evidence"), _BONDS)],
        endings=_endings(item.get("suffixes")),
        seen=_seen(item),
        samples=samples,
        more_samples=domains is not None and domains > len(samples),
    )


def bond_words(bond: Mapping[str, Any]) -> str:
    """Say what domains share, and how many of them.

    >>> bond_words({"kind": "anchor", "what": "buy backlinks", "domains": 380})
    '380 use the anchor text “buy backlinks”'
    >>> bond_words({"kind": "week", "what": "2026-08-17", "domains": 1})
    '1 was first seen in the week of 17 August 2026'
    >>> bond_words({"kind": "name", "what": "the ending .site", "domains": 11})
    '11 share in their names: the ending .site'
    """
    kind, many = clean(bond.get("kind"), 20), whole(bond.get("domains"))
    other = f"share the {kind or 'trait'}"
    several, one, quotes = _SHARED.get(kind, (other, other, "“”"))
    what = clean(bond.get("what"), 130)
    monday = day(bond.get("what")) if kind == "week" else None
    shown = day_words(monday) if monday else f"{quotes[:1]}{what}{quotes[1:]}"
    number = "some" if many is None else count(many)
    return f"{number} {one if many == 1 else several} {shown}"


def _endings(value: object) -> str:
    found = []
    for pair in listed(value)[:_ENDINGS]:
        if isinstance(pair, list | tuple) and len(pair) == 2:
            many = whole(pair[1])
            name = clean(pair[0], 30).lstrip(".")
            found.append(f".{name}" + (f" ({count(many)})" if many is not None else ""))
    rest = len(listed(value)) - _ENDINGS
    return ", ".join(found) + (f" and {count(rest)} more" if found and rest > 0 else "")


def _seen(item: Mapping[str, Any]) -> str:
    first, last = day(item.get("first_seen")), day(item.get("last_seen"))
    if first and last and first != last:
        return f"{day_words(first)} to {day_words(last)}"
    only = first or last
    return day_words(only) if only else ""
