"""Which hosts cannot be used, without parsing those that obviously can."""

from __future__ import annotations

from functools import cache

import polars as pl

from spamlinks.suffixes import icann_rules
from spamlinks.urls import authorities, host_table

__all__ = ["authorities", "host_problems"]

_PLAIN = r"^[a-z0-9]+(?:-+[a-z0-9]+)*(?:\.[a-z0-9]+(?:-+[a-z0-9]+)*)*\.[a-z]+$"
MAX_PLAIN_CHARS = 63  # then no label is too long either


@cache
def _icann_suffixes() -> pl.Series:
    """Public suffixes of registries, wildcards as ``*.ck``; offline, from the bundled list."""
    return pl.Series(sorted(icann_rules()), dtype=pl.String)


def host_problems(authorities: pl.Series) -> dict[str, str]:
    """Return the reason by authority, for those that are no usable host.

    Parameters
    ----------
    authorities : String series as ``spamlinks.urls.authority_expr`` gives it; nulls are skipped.

    A plain ASCII name that is no public suffix has no problem; everything else is parsed by
    ``spamlinks.urls.host_table``, so that both agree.
    """
    distinct = pl.DataFrame({"name": authorities.drop_nulls().unique()})
    name = pl.col("name")
    suffixes = _icann_suffixes().implode()
    wildcard = pl.lit("*.") + name.str.splitn(".", 2).struct.field("field_1")
    plain = name.str.contains(_PLAIN) & (name.str.len_bytes() <= MAX_PLAIN_CHARS)
    suspect = distinct.filter(~plain | name.is_in(suffixes) | wildcard.is_in(suffixes))
    table = host_table(suspect["name"]).filter(pl.col("problem").is_not_null())
    return dict(table.select("authority", "problem").rows())
