"""What several rows say about one link, written into one row.

* The row that knows most stands for the link: its page, file and record number.
* Texts come from the row that knows most, and what it does not know from the others.
* Other cells come from the row that saw the link last: links change, and so do their pages.
* ``first_seen`` is the earliest, ``last_seen``, ``last_crawled`` and ``lost_at`` the latest, a
  count of links the largest: two vendors' counts of one group are never added.
* Contradicting ``rel_`` values become null: a vendor who is wrong must not pardon a link.

``seen_by`` names the vendors that know the link, sorted and joined by "+"; ``seen_by_count`` is
their number; ``conflicts`` names the columns the rows disagree on, null where they do not.
"""

from __future__ import annotations

import polars as pl

from spamlinks.exports.keys import duplicate_groups
from spamlinks.schema import BLOCKS, FIELDS, VENDOR_VERDICTS

__all__ = ["DISPUTABLE", "GROUP_SIZES", "fuse"]

GROUP_SIZES = "_links_by_vendor"
"""Column of the links each vendor of ``seen_by`` folds into its row, where vendors share a link."""

DISPUTABLE: tuple[str, ...] = (*BLOCKS["rel"], *BLOCKS["kind"], *BLOCKS["rendered"], "is_lost")
"""Columns that state a fact about the link itself; measures and texts differ without a conflict."""

_EARLIEST = ("first_seen",)
_LATEST = ("last_seen", "last_crawled", "lost_at")
_PROVENANCE = ("export_file", "export_row", "vendor", "export_date", "grain", "referring_page")
_KEYS = ("grain", "referring_page", "target_url", "anchor_text")


def fuse(table: pl.DataFrame, file: pl.Series, out: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
    """Return one row per link, with the columns of the block "merge", and each row's file.

    Parameters
    ----------
    table : rows of all files in their order.
    file : number of the file each row stands in.
    out : rows to leave out.

    The table is filtered once, at the end: copying a large one costs more than merging.
    """
    others = (~out).arg_true()
    keys = table.select(name for name in _KEYS if name in table.columns)
    groups = duplicate_groups(keys[others] if out.any() else keys)
    rows = others[groups["row"]]
    table = table.with_columns(
        pl.col("vendor").alias("seen_by"),
        pl.lit(1, dtype=pl.Int64).alias("seen_by_count"),
        pl.lit(None, dtype=pl.String).alias("conflicts"),
    )
    kept = ~out
    if rows.len():
        table, winners = _with_winners(table, groups["group"], rows)
        kept = kept.scatter(rows, False).scatter(winners, True)
    if kept.all():
        return table, file
    return table.filter(kept), file.filter(kept)


def _with_winners(
    table: pl.DataFrame, group: pl.Series, rows: pl.Series
) -> tuple[pl.DataFrame, pl.Series]:
    """Write what the rows of each group know together into the one that knows most."""
    # A vendor's verdict must not decide, not even which row stands for the link.
    known = pl.sum_horizontal(pl.exclude(VENDOR_VERDICTS).is_not_null())
    members = table[rows].with_columns(
        group.alias("_group"), rows.alias("_row"), known.alias("_known")
    )
    members = members.with_columns(_seen=_last_sight(table.columns))
    order = ["_known", "export_date", "_row"]
    richest = members.sort(["_group", *order], descending=[False, True, True, False])
    newest = members.sort(["_group", "_seen", *order], descending=[False, True, True, True, False],
                          nulls_last=True)  # fmt: skip
    names = [name for name in table.columns if name not in BLOCKS["merge"]]
    recent = [name for name in names if _from_newest(name)]
    fused = richest.group_by("_group", maintain_order=True).agg(
        *(_fused(name) for name in names if name not in recent),
        *_merge_columns(table.columns),
        pl.col("_row").first(),
    )
    latest = newest.group_by("_group", maintain_order=True).agg(_fused(name) for name in recent)
    fused = fused.hstack(latest.drop("_group"))
    if "links_in_group" in table.columns:
        fused = fused.hstack([_group_sizes(richest)])
        sizes = pl.lit(None, dtype=fused.schema[GROUP_SIZES]).alias(GROUP_SIZES)
        table = table.with_columns(sizes)
    winners = fused["_row"]
    before = table[winners]
    changed = [
        _written(table[name], winners, fused[name])
        for name in table.columns
        if not fused[name].eq_missing(before[name]).all()
    ]
    return table.with_columns(changed), winners


def _last_sight(columns: list[str]) -> pl.Expr:
    days = [pl.col(name) for name in ("last_seen", "last_crawled") if name in columns]
    return pl.coalesce(*days) if days else pl.lit(None, dtype=pl.Date)


def _from_newest(name: str) -> bool:
    if name in (*_PROVENANCE, *_EARLIEST, *_LATEST) or name not in FIELDS:
        return False
    field = FIELDS[name]
    state = field.dtype != pl.String or name in ("link_kind", "lost_reason")
    return state and field.block not in ("rel", "group")


def _fused(name: str) -> pl.Expr:
    values = pl.col(name)
    if name in _PROVENANCE:
        return values.first()
    if name in _EARLIEST:
        return values.min()
    if name in _LATEST or name in BLOCKS["group"]:
        return values.max()
    known = values.drop_nulls().first()
    if name in BLOCKS["rel"]:
        return pl.when(~_disputed(name)).then(known).alias(name)
    return known


def _disputed(name: str) -> pl.Expr:
    return pl.col(name).drop_nulls().n_unique() > 1


def _merge_columns(columns: list[str]) -> list[pl.Expr]:
    vendors = pl.col("vendor").unique().sort()
    named = [pl.when(_disputed(name)).then(pl.lit(name)) for name in DISPUTABLE if name in columns]
    conflicts = pl.concat_str(named, separator="+", ignore_nulls=True) if named else pl.lit("")
    return [
        vendors.str.join("+").alias("seen_by"),
        pl.col("vendor").n_unique().cast(pl.Int64).alias("seen_by_count"),
        pl.when(conflicts != "").then(conflicts).alias("conflicts"),
    ]


def _group_sizes(members: pl.DataFrame) -> pl.Series:
    """Links that each vendor folds into its row of a link, in the order of ``seen_by``."""
    links = pl.col("links_in_group").fill_null(1).clip(lower_bound=1).max()
    by_vendor = members.group_by("_group", "vendor").agg(links).sort("_group", "vendor")
    lists = by_vendor.group_by("_group", maintain_order=True).agg("links_in_group")
    return lists["links_in_group"].alias(GROUP_SIZES)


def _written(column: pl.Series, at: pl.Series, values: pl.Series) -> pl.Series:
    if column.dtype == pl.List(pl.Int64):  # polars scatters no lists
        rows = pl.DataFrame({"_at": at, column.name: values})
        base = pl.select(pl.int_range(len(column), dtype=pl.UInt32).alias("_at"))
        return base.join(rows, on="_at", how="left", maintain_order="left")[column.name]
    return column.clone().scatter(at, values)
