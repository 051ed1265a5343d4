"""Which line covers which page, for a million pages at once: ``DisavowFile.covers`` in bulk."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from spamlinks.urls import authorities, authority, hosts_of, one_spelling, parse_host

__all__ = ["covering_lines"]

_ADDRESS = r":|(^|\.)\d+$"  # no name stands above an address


def covering_lines(
    names: pl.Series, by_host: Mapping[str, int], by_url: Mapping[str, int]
) -> pl.Series:
    """Find the line that disavows each page or host.

    Parameters
    ----------
    names : String series of URLs and hosts; nulls are allowed.
    by_host, by_url : line numbers of ASCII hosts and of URLs as ``one_spelling`` writes them.

    Returns
    -------
    UInt32 series of the same length, null where no line covers. The closest line wins: that of the
    very URL, then the host's own, then its parents'. Hosts are looked up once each; only pages of
    hosts that have URL entries are compared as URLs.
    """
    hosts = _hosts(names)
    distinct = hosts.drop_nulls().unique()
    table = pl.DataFrame({"host": distinct, "line": _of_hosts(distinct, by_host)})
    frame = pl.DataFrame({"name": names.cast(pl.String), "host": hosts})
    frame = frame.join(table, on="host", how="left", maintain_order="left")
    if not by_url:
        return frame["line"].alias(names.name)
    with_pages = {parse_host(authority(url)).host for url in by_url}
    near = frame.select(
        pl.col("host").is_in(pl.Series(sorted(with_pages), dtype=pl.String).implode())
        & pl.col("name").str.contains("/", literal=True)
    ).to_series()
    if not near.any():
        return frame["line"].alias(names.name)
    places = near.arg_true()
    exact = [by_url.get(one_spelling(name)) for name in frame["name"].gather(places)]
    own = frame["line"].gather(places)
    best = [own_line if line is None else line for line, own_line in zip(exact, own, strict=True)]
    return frame["line"].scatter(places, best).alias(names.name)


def _hosts(names: pl.Series) -> pl.Series:
    """The host that each name is about, as ``DisavowFile.covers`` takes it."""
    texts = names.cast(pl.String)
    bare = texts.str.contains(r"^[a-z0-9.-]+$")
    found = pl.select(pl.when(bare).then(texts).otherwise(authorities(texts))).to_series()
    return hosts_of(found)


def _of_hosts(hosts: pl.Series, by_host: Mapping[str, int]) -> pl.Series:
    """The closest line for each host: its own, else that of the longest name above it."""
    none = pl.Series([None] * len(hosts), dtype=pl.UInt32)
    if not by_host or not len(hosts):
        return none
    known = pl.DataFrame(
        {"tail": list(by_host), "line": list(by_host.values())},
        schema={"tail": pl.String, "line": pl.UInt32},
    )
    labels = hosts.str.split(".")
    is_address = hosts.str.contains(_ADDRESS)
    deepest = max(name.count(".") + 1 for name in by_host)
    found = none
    for size in range(deepest, 0, -1):
        tails = pl.select(
            pl.when(labels.list.len() >= size).then(labels.list.tail(size).list.join("."))
        ).to_series()
        allowed = ~is_address | (labels.list.len() == size)
        hit = pl.DataFrame({"tail": tails}).join(
            known, on="tail", how="left", maintain_order="left"
        )["line"]
        found = pl.select(
            pl.coalesce(found, pl.when(allowed).then(hit).otherwise(None))
        ).to_series()
    return found.alias("line")
