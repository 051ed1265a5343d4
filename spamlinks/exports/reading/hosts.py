"""Which hosts cannot be used, without parsing those that obviously can."""

from __future__ import annotations

from functools import cache

import polars as pl

from spamlinks.suffixes import icann_rules
from spamlinks.urls import authorities, host_table

__all__ = ["authorities", "host_problems", "surely_usable"]

_PLAIN = r"^[a-z0-9]+(?:-+[a-z0-9]+)*(?:\.[a-z0-9]+(?:-+[a-z0-9]+)*)*\.(?:xn--[a-z0-9]+|[a-z]+)$"
_PORT = r":\d{1,4}"  # any other is for the parser
MAX_PLAIN_CHARS = 63  # then no label is too long either


@cache
def _icann_suffixes() -> pl.Series:
    """Public suffixes of registries, wildcards as ``*.ck``; offline, from the bundled list."""
    return pl.Series(sorted(icann_rules()), dtype=pl.String)


@cache
def _usable_page() -> str:
    """Pattern of pages on plain names, below a top-level domain without public suffixes below."""
    rules = [rule.lstrip("!") for rule in icann_rules()]
    deep = {rule.rpartition(".")[2] for rule in rules if "." in rule}
    tops = sorted(rule for rule in rules if rule not in deep and "." not in rule)
    label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"  # three of them are no name that is too long
    return rf"^https?://(?:{label}\.){{1,3}}(?:{'|'.join(tops)})(?:{_PORT})?/[^\x00-\x1f\x7f]*$"


def surely_usable(pages: pl.Series) -> pl.Series:
    """Say for each page whether it needs no closer look; null stays null.

    True only for http(s) URLs without control characters whose host has no problem, and for most
    of them: one pass over the text instead of cutting out, sorting and parsing the hosts.
    """
    return pages.str.contains(_usable_page())


def host_problems(authorities: pl.Series) -> dict[str, str]:
    """Return the reason by authority, for those that are no usable host.

    Parameters
    ----------
    authorities : String series as ``spamlinks.urls.authority_expr`` gives it; nulls are skipped.

    A plain ASCII name that is no public suffix has no problem, with or without a port; everything
    else is parsed by ``spamlinks.urls.host_table``, so that both agree.
    """
    distinct = pl.DataFrame({"authority": authorities.drop_nulls().unique()})
    distinct = distinct.with_columns(name=pl.col("authority").str.replace(f"{_PORT}$", ""))
    name = pl.col("name")
    suffixes = _icann_suffixes().implode()
    wildcard = pl.lit("*.") + name.str.splitn(".", 2).struct.field("field_1")
    plain = name.str.contains(_PLAIN) & (name.str.len_bytes() <= MAX_PLAIN_CHARS)
    suspect = distinct.filter(~plain | name.is_in(suffixes) | wildcard.is_in(suffixes))
    if not suspect.height:
        return {}
    table = host_table(suspect["authority"]).filter(pl.col("problem").is_not_null())
    return dict(table.select("authority", "problem").rows())
