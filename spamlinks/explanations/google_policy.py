"""Which part of Google's link spam policy a finding matches.

Source: https://developers.google.com/search/docs/essentials/spam-policies#link-spam. The page lists
examples of links that are made to manipulate rankings; the names of categories here are our own
words for them. A category is given by plain rules over what is known of the link and of the network
the domain belongs to, and only where the verdict is DISAVOW or REVIEW: it says what a link looks
like, not what somebody meant by it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from spamlinks.language import Texts
from spamlinks.policy import Verdict

__all__ = ["SOURCE", "Category", "categories_of"]

SOURCE = "https://developers.google.com/search/docs/essentials/spam-policies#link-spam"

MANY_LINKS = math.log10(1 + 100)
MANY_DOMAINS = math.log10(1 + 10)
BIG_NETWORK = 10
DENSE = math.log10(1 + 10)
"""So many links to other sites for each 100 words leave little to read."""
SPEAKS_OF_TRADES = math.log10(1 + 3)
MACHINE_MADE = frozenset({"name", "title", "list", "shape", "address", "week", "owner"})
"""Kinds of network evidence that people do not make by hand on many domains."""


@dataclass(frozen=True, slots=True)
class Category:
    """A part of the policy: its key, the sentence that names it, and why it is thought to fit."""

    key: str
    text: str
    because: str


class _Facts:
    """Signals by name, where an unknown one is never true."""

    def __init__(self, values: Mapping[str, float], network: Mapping[str, Any] | None) -> None:
        self._values = values
        self.network = network or {}

    def yes(self, *names: str) -> bool:
        return any(self._values.get(name, math.nan) >= 0.5 for name in names)

    def no(self, name: str) -> bool:
        return self._values.get(name, math.nan) < 0.5

    def least(self, name: str, value: float) -> bool:
        return self._values.get(name, math.nan) >= value

    def most(self, name: str, value: float) -> bool:
        return self._values.get(name, math.nan) <= value

    def network_by(self, kinds: frozenset[str]) -> bool:
        found = self.network.get("evidence") or ()
        size = self.network.get("domains")
        big = isinstance(size, int) and size >= BIG_NETWORK
        return big and any(isinstance(e, dict) and e.get("kind") in kinds for e in found)


def _optimised(facts: _Facts) -> bool:
    """Words of a trade, or several words that name no brand."""
    return facts.yes("anchor_trade_word", "anchor_sells_links", "anchor_has_handle") or (
        facts.least("anchor_other_words", 2)
    )


def _reused(facts: _Facts) -> bool:
    """A new owner under an old name, who works for spam trades."""
    return facts.yes("registered_after_link") and (
        facts.least("home_trade_words", SPEAKS_OF_TRADES)
        or facts.least("trade_words_on_page", SPEAKS_OF_TRADES)
    )


_RULES: tuple[tuple[str, str, Callable[[_Facts], bool]], ...] = (
    ("hidden", "hidden_link", lambda f: f.yes("link_is_hidden")),
    ("bought", "sells_as_fetched", lambda f: f.yes("page_sells_links")),
    ("bought", "sells_on_page", lambda f: f.yes("title_sells_links", "path_sells_links")),
    ("bought", "sells_in_anchor", lambda f: f.yes("anchor_sells_links")),
    ("bought", "sells_in_name", lambda f: f.yes("host_sells_links")),
    ("expired", "registered_anew", _reused),
    ("automated", "network", lambda f: f.network_by(MACHINE_MADE)),
    (
        "automated",
        "machine_path",
        lambda f: f.yes("is_machine_slug") and f.least("affix_domains", MANY_DOMAINS),
    ),
    ("comments", "forum_page", lambda f: f.yes("is_forum_page") and _optimised(f)),
    ("comments", "in_comment", lambda f: f.yes("link_in_comment") and _optimised(f)),
    ("directories", "directory_page", lambda f: f.yes("is_directory_page")),
    ("directories", "reads_as_directory", lambda f: f.yes("page_is_directory")),
    (
        "templates",
        "sitewide",
        lambda f: f.yes("is_sitewide") and not f.yes("in_content"),
    ),
    (
        "templates",
        "many_alike",
        lambda f: (
            (f.least("links_from_domain", MANY_LINKS) or f.least("links_in_group", MANY_LINKS))
            and f.most("anchors_per_link", 0.1)
            and f.no("in_content")
        ),
    ),
    (
        "articles",
        "optimised_in_text",
        lambda f: f.yes("in_content") and _optimised(f) and f.least("anchor_domains", MANY_DOMAINS),
    ),
    (
        "articles",
        "network_anchor",
        lambda f: f.network_by(frozenset({"anchor"})) and _optimised(f),
    ),
    (
        "low_value",
        "links_without_text",
        lambda f: f.least("links_out", MANY_LINKS) and f.yes("context_is_empty", "is_stats_page"),
    ),
    ("templates", "boilerplate", lambda f: f.yes("link_in_boilerplate") and _optimised(f)),
    ("low_value", "dense", lambda f: f.least("links_per_100_words", DENSE)),
    ("low_value", "parked", lambda f: f.yes("page_is_parked", "home_is_parked")),
    ("automated", "machine_path_alone", lambda f: f.yes("is_machine_slug")),
)
"""(category, why, rule): the first that applies is the most telling one."""


def categories_of(
    values: Mapping[str, float],
    verdict: str,
    network: Mapping[str, Any] | None,
    texts: Texts,
) -> tuple[Category, ...]:
    """Categories of the policy that a link matches, the most telling first; each once.

    Parameters
    ----------
    values : its known signals, in their own units.
    verdict : of its domain; KEEP matches nothing.
    network : entry of ``run["networks"]["list"]`` for the domain, None without one.
    """
    if verdict == Verdict.KEEP:
        return ()
    facts = _Facts(values, network)
    found: dict[str, str] = {}
    for key, why, rule in _RULES:
        if key not in found and rule(facts):
            found[key] = why
    return tuple(
        Category(
            key,
            texts.say("policy.matches", category=texts.say(f"policy.category.{key}")),
            texts.say(f"policy.because.{why}"),
        )
        for key, why in found.items()
    )
