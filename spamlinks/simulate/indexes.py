"""What a vendor's index knows of a profile: a part of the links, in its own counts and days.

Two vendors' exports of one site overlap by half and disagree in what they share. ``see_as`` says
which columns an export has; this says which rows, and how far off the cells are.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from spamlinks.errors import InputError

__all__ = ["INDEXES", "Index", "as_vendor"]


@dataclass(frozen=True, slots=True)
class Index:
    """How one vendor sees the web.

    Attributes
    ----------
    domains : share of the unrated linking domains it knows; rated ones are known more often.
    links : share of the links of a domain that it knows.
    counts : spread of its counts of links around the true ones, in decades.
    delay_days : how long after the link's first day it is found, mean.
    unnoticed : share of the lost links that it still takes for living.
    """

    domains: float
    links: float
    counts: float
    delay_days: float
    unnoticed: float


INDEXES: dict[str, Index] = {
    "ahrefs": Index(0.75, 0.9, 0.03, 10, 0.1),
    "semrush": Index(0.6, 0.8, 0.06, 25, 0.2),
    "majestic": Index(0.6, 0.85, 0.05, 20, 0.3),
    "bing": Index(0.3, 0.6, 0.05, 40, 0.5),
    "gsc": Index(0.5, 0.6, 0.05, 15, 0.6),
    "plain": Index(1.0, 1.0, 0.0, 0, 0.0),
}
"""Assumed. The one source found: of 1,502 domains of an Ahrefs and 1,827 of a Semrush export of one
property and week, 1,125 stand in both."""


def as_vendor(backlinks: pl.DataFrame, vendor: str, *, seed: int = 0) -> pl.DataFrame:
    """Keep the links that a vendor's index knows, and say of them what it believes.

    Which links it knows depends on the domain's rating and on chance, never on ``is_spam``.

    Parameters
    ----------
    backlinks : of ``generate``; all columns are kept, see ``see_as``.
    vendor : one of ``INDEXES``.
    seed : the same seed gives the same part.

    Raises
    ------
    InputError : an unknown vendor.
    """
    if vendor not in INDEXES:
        choose = f"Choose {', '.join(INDEXES)}."
        raise InputError("simulate", f"no index of {vendor!r}", choose)
    index = INDEXES[vendor]
    rng = np.random.default_rng([seed, zlib.crc32(vendor.encode())])
    code = (
        backlinks["referring_page"]
        .str.extract(r"//(?:www\.)?([^/?#]+)")
        .rank("dense")
        .fill_null(0)
        .to_numpy()
        .astype(np.int64)
    )
    rating = np.zeros(backlinks.height)
    if "ahrefs_domain_rating" in backlinks.columns:
        rating = backlinks["ahrefs_domain_rating"].fill_null(0).to_numpy()
    known = index.domains + (1 - index.domains) * rating / 100
    draw = rng.random(int(code.max(initial=0)) + 1)[code]
    seen = (draw < known) & (rng.random(len(code)) < index.links)
    return _believed(rng, backlinks.filter(pl.Series(seen, dtype=pl.Boolean)), index)


def _believed(rng: np.random.Generator, links: pl.DataFrame, index: Index) -> pl.DataFrame:
    n, names = links.height, set(links.columns)
    out: list[pl.Expr] = []
    factor = pl.Series(10 ** rng.normal(0, index.counts, n))
    inner = pl.Series(10 ** rng.normal(0, index.counts, n))
    delay = pl.Series(np.round(rng.exponential(index.delay_days, n)).astype(np.int64))
    overlooked = pl.Series(rng.random(n) < index.unnoticed, dtype=pl.Boolean)
    if "page_external_links" in names:
        external = (pl.col("page_external_links") * factor).round().cast(pl.Int64)
        external = external.clip(lower_bound=1)
        out.append(external.alias("page_external_links"))
        if "page_linked_domains" in names:
            linked = (pl.col("page_linked_domains") * factor).round().cast(pl.Int64)
            out.append(
                pl.min_horizontal(linked.clip(lower_bound=1), external)
                .alias("page_linked_domains")
            )  # fmt: skip
    if "page_internal_links" in names:
        out.append((pl.col("page_internal_links") * inner).round().cast(pl.Int64))
    if {"first_seen", "last_seen"} <= names:
        found = pl.col("first_seen") + pl.duration(days=pl.lit(delay))
        out.append(pl.min_horizontal(found, "last_seen").alias("first_seen"))
    if {"is_lost", "lost_at"} <= names:
        out.append((pl.col("is_lost") & ~overlooked).alias("is_lost"))
        out.append(pl.when(~overlooked).then(pl.col("lost_at")).alias("lost_at"))
    return links.with_columns(out)
