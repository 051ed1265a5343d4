"""How many links a domain has, when one row may stand for many and several vendors count the same.

A vendor that folds like links into one row, or gives a count for a whole domain, counts the same
links that another lists one by one. So the numbers of different lists are never added: the
largest stands.
"""

from __future__ import annotations

import polars as pl

from spamlinks.exports.fuse import GROUP_SIZES

__all__ = ["MARKED", "gone", "link_counts"]

MARKED = ("rel_nofollow", "rel_ugc", "rel_sponsored")
"""Columns that say that a link is not followed."""


def link_counts(frame: pl.DataFrame) -> pl.DataFrame:
    """Count the links of each domain.

    Parameters
    ----------
    frame : merged links with ``_domain``; any of the columns that say how many links a row stands
        for, whether they are marked nofollow, ugc or sponsored, and whether they are gone.

    Returns
    -------
    DataFrame with one row per ``_domain`` and three Int64 columns:

    * ``links``: the largest of the number of distinct links, of the sum of each vendor's folded
      rows, and of what a vendor counts for the domain. A row for a whole domain is a link only
      where there is no other;
    * ``followed_links``: 0 only when every one is known to be nofollow, ugc or sponsored, and
      never more than ``links``;
    * ``live_links``: of these, 0 only when every one is known to be gone.
    """
    names = set(frame.columns)
    rows = frame.select(
        "_domain",
        _whole=pl.col("grain") == "domain" if "grain" in names else pl.lit(value=False),
        _muted=pl.any_horizontal(
            pl.lit(value=False), *(pl.col(c).fill_null(value=False) for c in MARKED if c in names)
        ),
        _gone=gone(names),
    ).with_columns(_idle=pl.col("_muted") | pl.col("_gone"))
    alone = pl.col("_whole").all().over("_domain") if rows["_whole"].any() else pl.lit(value=False)
    rows = rows.with_columns(_alone=alone)
    lists = pl.concat(
        [rows.with_columns(_list=pl.lit(""), _size=pl.lit(1, dtype=pl.Int64)), *_lists(rows, frame)]
    )
    lists = lists.filter(~pl.col("_whole") | pl.col("_alone") | (pl.col("_list") != ""))
    size = pl.col("_size")
    sums = lists.group_by("_domain", "_list", "_whole", maintain_order=True).agg(
        size.sum().alias("links"),
        *(size.filter(pl.col(c)).sum().alias(f"{c}_yes") for c in ("_muted", "_idle")),
        # A count for the whole domain does not say of which links it tells.
        *(
            size.filter(~pl.col(c), ~pl.col("_whole") | pl.col("_alone")).sum().alias(f"{c}_no")
            for c in ("_muted", "_idle")
        ),
    )
    found = sums.group_by("_domain", maintain_order=True).agg(
        pl.exclude("_list", "_whole").max().cast(pl.Int64)
    )
    if "links_from_domain" in names:
        told = frame.group_by("_domain").agg(pl.col("links_from_domain").max().alias("_told"))
        found = found.join(told, on="_domain", how="left", maintain_order="left")
        found = found.with_columns(links=pl.max_horizontal("links", "_told"))
    followed, live = (
        pl.max_horizontal(f"{c}_no", pl.col("links") - pl.col(f"{c}_yes")).clip(0)
        for c in ("_muted", "_idle")
    )
    return found.select(
        "_domain",
        "links",
        followed_links=pl.min_horizontal(followed, "links"),
        live_links=pl.min_horizontal(live, followed, "links"),
    )


def _lists(rows: pl.DataFrame, frame: pl.DataFrame) -> list[pl.DataFrame]:
    """What each vendor counts: its folded rows, and its counts for whole domains."""
    names = set(frame.columns)
    by = next((name for name in ("seen_by", "vendor") if name in names), None)
    vendor = frame[by] if by is not None else pl.repeat("?", frame.height, eager=True)
    rows = rows.with_columns(vendor.fill_null("?").alias("_list"))
    out = []
    if "links_from_domain" in names:
        counted = rows.with_columns(frame["links_from_domain"].fill_null(1).alias("_size"))
        out.append(counted.filter("_whole"))
    if "links_in_group" in names:
        one = frame["links_in_group"].fill_null(1).clip(1).alias("_size")
        if GROUP_SIZES in names:
            several = frame[GROUP_SIZES].is_not_null()
            shared = rows.filter(several).with_columns(
                pl.col("_list").str.split("+"), frame[GROUP_SIZES].filter(several).alias("_size")
            )
            out.append(shared.filter(~pl.col("_whole")).explode("_list", "_size"))
            rows, one = rows.filter(~several), one.filter(~several)
        out.append(rows.with_columns(one).filter(~pl.col("_whole")))
    return [part.with_columns(pl.col("_size").cast(pl.Int64)) for part in out]


def gone(names: set[str]) -> pl.Expr:
    """Whether a link is known to be gone, of the columns ``names`` that there are; never null."""
    known = [pl.col("is_lost").fill_null(value=False)] if "is_lost" in names else []
    if "lost_at" in names:
        known.append(pl.col("lost_at").is_not_null())
    if not known:
        return pl.lit(value=False)
    lost = pl.any_horizontal(known)
    if {"lost_at", "last_seen"} <= names:  # another vendor saw it after the loss
        lost &= (pl.col("last_seen") <= pl.col("lost_at")).fill_null(value=True)
    return lost
