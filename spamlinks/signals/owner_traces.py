"""Traces of an owner that were looked up: tracking and advertising ids, own name servers.

Both take the coded rows of ``traces.traces`` and return distinct pairs of ``_domain`` (UInt32) and
``key`` (String).
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import polars as pl

from spamlinks.urls import host_table

__all__ = ["COLUMN", "MANY", "known_domains", "owners", "servers", "shared_ids"]

COLUMN = {"owner": "fetched_ids", "servers": "domain_name_servers"}
"""The column that each kind of trace is looked up in."""

MANY = 0.5
"""An id on more than so large a part of the domains whose ids are known is a service's."""

RARE = 0.1
"""Name servers that so large a part of the domains has are a hoster's, unless a linking domain
holds them."""

FEW_KNOWN = 20
"""Shares are taken of so many domains at least."""

PLATFORM_USERS = 3
"""An id on so many sites of one platform is the platform's."""

KEY_CHARS = 100
_MAX_PARTS = 64


def _looked_up(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Rows that the kind was looked up for, as ``_domain`` and its column; each pair once.

    Ids of a page that refused, or that its address led to on another domain, are not the domain's.
    """
    rows = frame
    if kind == "owner":
        if "fetch_state" in frame.columns:
            rows = rows.filter(pl.col("fetch_state") == "fetched")
        if "fetched_elsewhere" in frame.columns:
            rows = rows.filter(~pl.col("fetched_elsewhere").fill_null(value=False))
    return rows.select("_domain", COLUMN[kind]).drop_nulls().unique()


def known_domains(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """The domains that a kind of ``COLUMN`` was looked up for: distinct ``_domain``."""
    return _looked_up(frame, kind).select("_domain").unique()


def owners(frame: pl.DataFrame, domains: pl.DataFrame) -> pl.DataFrame:
    """Tracking and advertising ids of the fetched pages, but those of services and platforms.

    Parameters
    ----------
    frame : coded rows with ``_domain`` and ``fetched_ids``; ``fetch_state`` and
        ``fetched_elsewhere`` where known.
    domains : one row per ``_domain``: ``suffix``, ``is_private_suffix``. Others are left out.
    """
    ids = pl.col("fetched_ids").str.split(" ").list.head(_MAX_PARTS)
    looked_up = _looked_up(frame, "owner").join(domains, on="_domain", how="semi")
    table = (
        looked_up.select("_domain", key=ids)
        .explode("key")
        .filter(pl.col("key").str.contains("^[^:]+:."))
        .with_columns(pl.col("key").str.slice(0, KEY_CHARS))
        .unique()
        .join(domains.select("_domain", "suffix", "is_private_suffix"), on="_domain")
    )
    known = looked_up["_domain"].n_unique()
    common = table.group_by("key").len().filter(pl.col("len") > MANY * max(known, FEW_KNOWN))
    of_platforms = (
        table.filter("is_private_suffix")
        .group_by("key", "suffix")
        .agg(users=pl.len())
        .filter(pl.col("users") >= PLATFORM_USERS)
    )
    return (
        table.join(common, on="key", how="anti")
        .join(of_platforms, on="key", how="anti")
        .select("_domain", "key")
    )


def servers(frame: pl.DataFrame, domains: pl.DataFrame) -> pl.DataFrame:
    """Registrable domains of the name servers, but those of hosters and registrars.

    Name servers below a linking domain are somebody's own, others count where few have them.

    Parameters
    ----------
    frame : coded rows with ``_domain`` and ``domain_name_servers``.
    domains : one row per ``_domain``: ``linking_domain``, ``is_private_suffix``; those that a
        platform serves, and others, are left out.
    """
    independent = domains.filter(~pl.col("is_private_suffix"))
    names = pl.col("domain_name_servers").str.to_lowercase().str.split(" ")
    table = (
        _looked_up(frame, "servers")
        .select("_domain", host=names.list.head(_MAX_PARTS))
        .explode("host")
        .with_columns(pl.col("host").str.strip_chars_end("."))
        .filter(pl.col("host").str.len_bytes().is_between(4, 253))
        .join(independent.select("_domain"), on="_domain", how="semi")
    )
    of = host_table(table["host"]).select(
        host="authority", key=pl.col("linking_domain").fill_null("")
    )
    listed, inside = _hosters()
    strangers = (
        pl.col("key").str.contains_any(list(inside)) | pl.col("key").is_in(list(listed))
    ) | (pl.col("key") == "")
    pairs = table.join(of.filter(~strangers), on="host").select("_domain", "key").unique()
    own = independent.select(key="linking_domain")
    known = table["_domain"].n_unique()
    rare = pairs.group_by("key").len().filter(pl.col("len") <= RARE * known)
    telling = pl.concat([own, rare.select("key")])
    return pairs.join(telling, on="key", how="semi")


@cache
def _hosters() -> tuple[frozenset[str], tuple[str, ...]]:
    """Domains of name servers that many share, and parts that name further ones."""
    text = files("spamlinks.signals").joinpath("name_server_hosts.json").read_text("utf-8")
    table = json.loads(text)
    return frozenset(table["domains"]), tuple(table["inside"])


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
    shared = (
        owners(frame, domains)
        .with_columns(many=pl.len().over("key"))
        .group_by("_domain")
        .agg(shares_id_domains=pl.col("many").max().cast(pl.Float64).log10())
    )
    return (
        known_domains(frame, "owner")
        .join(shared, on="_domain", how="left")
        .with_columns(pl.col("shares_id_domains").fill_null(0.0))
    )
