"""Traces of an owner that were looked up: tracking and advertising ids, own name servers.

Both take the coded rows of ``traces.traces`` and return distinct pairs of ``_domain`` (UInt32) and
``key`` (String).
"""

from __future__ import annotations

import polars as pl

__all__ = ["MANY", "owners", "shared_ids"]

MANY = 0.5
"""An id on more than so large a part of the domains whose ids are known is a service's."""

FEW_KNOWN = 20
"""Where ids of fewer domains are known, shares of them say nothing."""

PLATFORM_USERS = 3
"""An id on so many sites of one platform is the platform's."""

KEY_CHARS = 100
_MAX_IDS = 64


def owners(frame: pl.DataFrame, domains: pl.DataFrame) -> pl.DataFrame:
    """Tracking and advertising ids of the fetched pages, but those of services and platforms.

    Ids of a page that an address led to on another domain are the other domain's.

    Parameters
    ----------
    frame : coded rows with ``_domain`` and ``fetched_ids``; ``fetch_state`` and
        ``fetched_elsewhere`` where known.
    domains : one row per ``_domain``: ``suffix``, ``is_private_suffix``. Others are left out.
    """
    rows = frame
    if "fetch_state" in frame.columns:
        rows = rows.filter(pl.col("fetch_state") == "fetched")
    if "fetched_elsewhere" in frame.columns:
        rows = rows.filter(~pl.col("fetched_elsewhere").fill_null(value=False))
    ids = pl.col("fetched_ids").str.split(" ").list.head(_MAX_IDS)
    table = (
        rows.select("_domain", "fetched_ids")
        .drop_nulls()
        .unique()
        .select("_domain", key=ids)
        .explode("key")
        .filter(pl.col("key").str.contains(r"^[^:]+:."))
        .with_columns(pl.col("key").str.slice(0, KEY_CHARS))
        .unique()
        .join(domains.select("_domain", "suffix", "is_private_suffix"), on="_domain")
    )
    common = table.group_by("key").agg(many=pl.len())
    known = table["_domain"].n_unique()
    most = MANY * known if known >= FEW_KNOWN else known
    of_platforms = (
        table.filter("is_private_suffix")
        .group_by("key", "suffix")
        .agg(users=pl.len())
        .filter(pl.col("users") >= PLATFORM_USERS)
    )
    return (
        table.join(common.filter(pl.col("many") > most), on="key", how="anti")
        .join(of_platforms, on="key", how="anti")
        .select("_domain", "key")
    )


def shared_ids(frame: pl.DataFrame, domains: pl.DataFrame) -> pl.DataFrame:
    """Count the other linking domains that share an id with each, for the id that most share.

    Parameters
    ----------
    frame, domains : as for ``owners``.

    Returns
    -------
    DataFrame with ``_domain`` and ``shares_id_domains`` as log10(1 + domains): 0 where no id is
    shared; domains without a fetched page are left out.
    """
    looked_at = frame.filter(pl.col("fetched_ids").is_not_null()).select("_domain").unique()
    shared = (
        owners(frame, domains)
        .with_columns(many=pl.len().over("key"))
        .group_by("_domain")
        .agg(shares_id_domains=pl.col("many").max().cast(pl.Float64).log10())
    )
    return looked_at.join(shared, on="_domain", how="left").with_columns(
        pl.col("shares_id_domains").fill_null(0.0)
    )
