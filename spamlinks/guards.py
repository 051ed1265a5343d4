"""Sites that nobody should disavow without a look: platforms, institutions, popular sites.

The lists live in ``spamlinks/data`` with their sources in ``SOURCES.json``. They are facts about
names, counted without any spam label, so that signals may use them as well as the policy.

"Popular" is not "honest": top lists hold betting and piracy sites, and most honest small sites
are on none of them. A hit here means "a human looks first" (REVIEW), never a pardon, and a miss
means nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from functools import cache
from importlib.resources import files

import polars as pl

__all__ = [
    "below_mask",
    "institution_mask",
    "is_institution",
    "is_platform",
    "is_popular",
    "is_shortener",
    "platform_mask",
    "popular_mask",
    "shortener_mask",
]


@cache
def _names(file: str, key: str) -> frozenset[str]:
    text = files("spamlinks").joinpath("data", file).read_text("utf-8")
    return frozenset(json.loads(text)[key])


def _plain(host: str) -> str:
    return host.strip().lower().rstrip(".").removeprefix("www.")


def _below(host: str, names: frozenset[str]) -> bool:
    while host not in names:
        _, dot, host = host.partition(".")
        if not dot:
            return False
    return True


def is_platform(host: str) -> bool:
    """Whether a host is a platform's own: disavowing it whole would hit honest people.

    ``host`` is a host or linking domain in ASCII. Platforms whose subdomains are their own
    (``en.wikipedia.org``) count with everything below them; where each subdomain belongs to
    another user (``me.wordpress.com``) only the platform itself counts.

    >>> [is_platform(h) for h in ("facebook.com", "en.wikipedia.org", "www.wordpress.com")]
    [True, True, True]
    >>> [is_platform(h) for h in ("me.wordpress.com", "notfacebook.com", "facebook.com.evil.xyz")]
    [False, False, False]
    """
    name = _plain(host)
    return name in _names("platforms.json", "user_hosts") or _below(
        name, _names("platforms.json", "own_hosts")
    )


def is_popular(linking_domain: str) -> bool:
    """Whether a linking domain is on a top list; exact match, ``www.`` aside.

    Says nothing about honesty: see the module.

    >>> is_popular("nytimes.com"), is_popular("a.small-unknown-site.example")
    (True, False)
    """
    return _plain(linking_domain) in _names("popular.json", "domains")


def is_institution(host: str) -> bool:
    """Whether a host belongs to a university, school, government or force, by its name.

    Suffix rules (``.edu``, ``.ac.uk``, ``.gouv.fr``) and a list of university domains, each with
    everything below it.

    >>> [is_institution(h) for h in ("cs.mit.edu", "x.ac.uk", "impots.gouv.fr", "ethz.ch")]
    [True, True, True, True]
    >>> [is_institution(h) for h in ("edu.example.com", "my-edu.com", "ac.me.example")]
    [False, False, False]
    """
    name = _plain(host)
    return _below(name, _names("institutions.json", "suffixes")) or _below(
        name, _names("institutions.json", "domains")
    )


def is_shortener(host: str) -> bool:
    """Whether a host is a URL shortener; exact match, ``www.`` aside.

    >>> [is_shortener(h) for h in ("bit.ly", "t.co", "microsoft.com")]
    [True, True, False]
    """
    return _plain(host) in _names("shorteners.json", "hosts")


def _mask(hosts: pl.Series, test: Callable[[pl.Series], pl.Series]) -> pl.Series:
    plain = hosts.str.strip_chars().str.to_lowercase().str.strip_chars_end(".")
    plain = plain.str.strip_prefix("www.")
    return test(plain).rename(hosts.name)


def _within(hosts: pl.Series, names: Collection[str]) -> pl.Series:
    wanted = pl.Series(sorted(names), dtype=pl.String)
    return hosts.is_in(wanted.implode())


def below_mask(hosts: pl.Series, names: Collection[str]) -> pl.Series:
    """Whether each host is one of ``names`` or below one, at a label border.

    Both sides are hosts in ASCII lower case. Boolean of the same length, null stays null. One
    pass per number of labels: the last k labels of each host, looked up together.
    """
    if not names:
        return hosts.is_null().replace_strict({True: None, False: False}, return_dtype=pl.Boolean)
    found = _within(hosts, names)
    dots = hosts.str.count_matches(".", literal=True).max()
    deepest = dots if isinstance(dots, int) else 0  # None without hosts
    for labels in range(1, 1 + min(deepest, max(name.count(".") + 1 for name in names))):
        tail = hosts.str.extract(rf"\.([^.]+(?:\.[^.]+){{{labels - 1}}})$")
        found = found | _within(tail, names).fill_null(value=False)
    return found


def platform_mask(hosts: pl.Series) -> pl.Series:
    """``is_platform`` over a String series: Boolean of the same length, null stays null."""
    return _mask(
        hosts,
        lambda plain: (
            _within(plain, _names("platforms.json", "user_hosts"))
            | below_mask(plain, _names("platforms.json", "own_hosts"))
        ),
    )


def popular_mask(linking_domains: pl.Series) -> pl.Series:
    """``is_popular`` over a String series: Boolean of the same length, null stays null."""
    return _mask(linking_domains, lambda plain: _within(plain, _names("popular.json", "domains")))


def institution_mask(hosts: pl.Series) -> pl.Series:
    """``is_institution`` over a String series: Boolean of the same length, null stays null."""
    return _mask(
        hosts,
        lambda plain: below_mask(
            plain,
            _names("institutions.json", "suffixes") | _names("institutions.json", "domains"),
        ),
    )


def shortener_mask(hosts: pl.Series) -> pl.Series:
    """``is_shortener`` over a String series: Boolean of the same length, null stays null."""
    return _mask(hosts, lambda plain: _within(plain, _names("shorteners.json", "hosts")))
