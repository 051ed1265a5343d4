"""When two rows are one link: keys, compared by hash first so that unique rows cost little."""

from __future__ import annotations

import polars as pl

from spamlinks.urls import authority, authority_expr, one_spellings

__all__ = ["bare_page_key", "duplicate_groups", "page_key"]


def page_key(pages: pl.Series) -> pl.Series:
    """Return one spelling of pages, without closing slashes: equal when the page is one."""
    return one_spellings(pages).str.strip_chars_end("/")


def bare_page_key(pages: pl.Series) -> pl.Series:
    """Return ``page_key`` without the scheme, which does not tell pages apart."""
    return page_key(pages).str.replace("^https?://", "")


def _target_key(targets: pl.Series) -> pl.Series:
    """Host and path of the target: scheme, query and fragment are left out."""
    texts = targets.drop_nulls().unique()
    keys = pl.Series([_host_and_path(text) for text in texts.to_list()], dtype=pl.String)
    return targets.replace_strict(texts, keys, default=None, return_dtype=pl.String)


def _host_and_path(url: str) -> str:
    host = authority(url)
    tail = url.strip().partition(host)[2] if host else url
    return host.lower() + tail.split("#")[0].split("?")[0].rstrip("/")


def _keys(table: pl.DataFrame) -> pl.DataFrame:
    nothing = pl.repeat(None, table.height, dtype=pl.String, eager=True)
    domain = table["grain"] == "domain"
    page = page_key(table["referring_page"])
    if domain.any():  # https://a.example and a.example are one domain
        hosts = table.select(pl.lit("domain:") + authority_expr()).to_series()
        page = pl.select(pl.when(domain).then(hosts).otherwise(page)).to_series()
    target = _target_key(table["target_url"]) if "target_url" in table.columns else nothing
    anchor = nothing
    if "anchor_text" in table.columns:
        anchor = table["anchor_text"].str.to_lowercase()
    return pl.DataFrame({"page": page, "target": target, "anchor": anchor})


def duplicate_groups(table: pl.DataFrame) -> pl.DataFrame:
    """Find the rows that are one link.

    Parameters
    ----------
    table : backlinks with ``referring_page`` and ``grain``; target and anchor may be absent.

    Returns
    -------
    DataFrame with UInt32 ``row`` (position in the table) and ``group``, for rows that share their
    group with another row; empty when every row is a link of its own. A row without target or
    anchor belongs to the first link that agrees in what it knows.
    """
    none = pl.DataFrame(schema={"row": pl.UInt32, "group": pl.UInt32})
    if table.height < 2:
        return none
    keys = _keys(table)
    vague = any(keys[name].null_count() for name in ("target", "anchor"))
    parts = [keys[name].hash(seed) for seed, name in enumerate(keys.columns)]
    hashed = parts[0] if vague else parts[0] ^ (parts[1] * 3) ^ (parts[2] * 7)
    repeated = hashed.is_duplicated()
    del hashed, parts
    if not repeated.any():
        return none
    rows = keys.with_row_index("row").filter(repeated)
    by = ["page", "target", "anchor"]
    distinct = rows.select(by).unique(maintain_order=True).with_row_index("group")
    rows = rows.join(distinct, on=by, nulls_equal=True, how="left", maintain_order="left")
    if vague:
        distinct = _attach(_attach(distinct, ["page", "target"], "anchor"), ["page"], "target")
        rows = rows.join(distinct.select("group", "final"), on="group", maintain_order="left")
        rows = rows.with_columns(group="final")
    rows = rows.filter(pl.len().over("group") > 1)
    return rows.select("row", "group")


def _attach(distinct: pl.DataFrame, agree: list[str], unknown: str) -> pl.DataFrame:
    """Give keys that do not know a part the group of the first key that agrees in the others."""
    if "final" not in distinct.columns:
        distinct = distinct.with_columns(final="group")
    known = (
        distinct.filter(pl.col(unknown).is_not_null())
        .unique(agree, keep="first", maintain_order=True)
        .select(*agree, pl.col("final").alias("host"))
    )
    joined = distinct.join(known, on=agree, nulls_equal=True, how="left", maintain_order="left")
    final = pl.when(pl.col(unknown).is_null() & pl.col("host").is_not_null()).then("host")
    return joined.with_columns(final=final.otherwise("final")).drop("host")
