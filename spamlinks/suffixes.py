"""Public suffixes, from the list that tldextract bundles; no network.

tldextract reads, checks and updates the list. The lookup is ours, because a million links name a
hundred thousand hosts and each needs two of them (with and without the private section): three set
look-ups a host instead of a walk with its own parsing. A property test holds both to one answer.
Algorithm: publicsuffix.org/list, "longest matching rule, exceptions first".
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl
from tldextract.cache import DiskCache
from tldextract.suffix_list import get_suffix_lists

__all__ = ["icann_rules", "suffix_lengths", "suffix_start"]


@cache
def _rules(private: bool) -> frozenset[str]:
    """Rules in ASCII; wildcards start with ``*.``, exceptions with ``!``."""
    # No URL and no cache folder: the list inside the package is the only one. Asking for the list
    # itself, because a whole TLDExtract builds a tree of it that nothing here would use.
    public, more = get_suffix_lists(
        cache=DiskCache(None),
        urls=(),
        cache_fetch_timeout=None,
        fallback_to_snapshot=True,
        session=None,
    )
    return frozenset(_ascii(rule.lower()) for rule in [*public, *(more if private else ())])


def icann_rules() -> frozenset[str]:
    """Rules of the ICANN section in ASCII; wildcards start with ``*.``, exceptions with ``!``."""
    return _rules(private=False)


def _ascii(rule: str) -> str:
    if rule.isascii():
        return rule
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
        for label in rule.split(".")
    )


def suffix_start(labels: Sequence[str], *, private: bool) -> int | None:
    """Find where the public suffix of a host begins.

    Parameters
    ----------
    labels : of the host, ASCII and lower case.
    private : whether rules of the private section (``blogspot.com``) count.

    Returns
    -------
    Index of the suffix's first label; None when no rule names the last label.

    >>> suffix_start("www.example.co.uk".split("."), private=True)
    2
    >>> host = "me.blogspot.com".split(".")
    >>> suffix_start(host, private=True), suffix_start(host, private=False)
    (1, 2)
    >>> suffix_start("www.ck".split("."), private=True), suffix_start(["intranet"], private=True)
    (1, None)
    """
    rules = _rules(private)
    for start in range(len(labels)):
        rest = ".".join(labels[start:])
        if "!" + rest in rules:
            return start + 1
        if rest in rules:
            return start
        _, dot, parent = rest.partition(".")
        if dot and "*." + parent in rules:
            return start
    return None


@cache
def _tables(private: bool) -> tuple[pl.Series, pl.Series, int]:
    """Plain rules; names under which a wildcard or exception may apply; labels of the longest."""
    rules = _rules(private)
    plain = sorted(rule for rule in rules if rule[0] not in "*!")
    special = sorted({rule.partition(".")[2] for rule in rules if rule[0] in "*!"})
    longest = max(rule.count(".") + 1 for rule in rules)
    return pl.Series(plain, dtype=pl.String), pl.Series(special, dtype=pl.String), longest


def suffix_lengths(hosts: pl.Series) -> pl.DataFrame:
    """``suffix_start`` for many plain hosts at once.

    Parameters
    ----------
    hosts : ASCII, lower case, no empty label.

    Returns
    -------
    DataFrame aligned with ``hosts``: ``labels`` (list), ``all`` and ``icann`` (UInt32, labels of
    the public suffix with and without the private section, null where no rule names the last label)
    and ``special`` (a wildcard or exception may apply: ask ``suffix_start``).
    """
    frame = hosts.alias("host").to_frame().select(labels=pl.col("host").str.split("."))
    count = pl.col("labels").list.len()
    found: dict[str, pl.Expr] = {}
    unusual: list[pl.Expr] = []
    for name, private in (("all", True), ("icann", False)):
        plain, special, longest = _tables(private)
        lengths = []
        for size in range(1, longest + 1):
            tail = pl.col("labels").list.tail(size).list.join(".")
            fits = count >= size
            hit = fits & tail.is_in(plain.implode())
            lengths.append(pl.when(hit).then(pl.lit(size, dtype=pl.UInt32)))
            if private:
                unusual.append(fits & tail.is_in(special.implode()))
        found[name] = pl.max_horizontal(lengths)
    return frame.with_columns(**found, special=pl.any_horizontal(unusual))
