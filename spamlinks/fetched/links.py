"""Which page of a store is a row's page, and which link on it is the row's link."""

from __future__ import annotations

import polars as pl

from spamlinks.urls import one_spellings

__all__ = ["link_of_rows", "places", "same_page", "same_target"]

_SLICE = 100_000  # rows times the links of a page, at most 50, are held at once


def same_page(urls: pl.Series) -> pl.Series:
    """Key of a page: equal but for scheme, ``www.``, closing slash, fragment and escaping.

    >>> same_page(pl.Series(["HTTP://www.a.example:80/x%c3%a9/#top", "https://a.example/xé"]))[0]
    'a.example/x%C3%A9'
    """
    keys = one_spellings(urls)
    return keys.str.replace(r"^https?://(?:www\.)?", "").str.strip_chars_end("/")


def same_target(urls: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Key of a target (as ``same_page``), and of its path: without host and query.

    >>> key, path = same_target(pl.Series(["https://www.shop.example/a/?b=1", None]))
    >>> key.to_list(), path.to_list()
    (['shop.example/a/?b=1', None], ['/a', None])
    """
    texts = urls.drop_nulls().unique()
    keys = same_page(texts)
    paths = keys.str.replace(r"^[^/?]*", "").str.replace(r"\?.*$", "").str.strip_chars_end("/")
    where = places(urls, texts)
    return keys.gather(where), paths.gather(where)


def places(keys: pl.Series, of: pl.Series) -> pl.Series:
    """Position of each key in ``of``, UInt32; null where it is not there. ``of`` is distinct."""
    known = pl.DataFrame({"key": of}).with_row_index("place")
    found = pl.DataFrame({"key": keys}).join(known, on="key", how="left", maintain_order="left")
    return found["place"].cast(pl.UInt32)


def link_of_rows(rows: pl.DataFrame, links: pl.DataFrame) -> pl.Series:
    """Choose for each row one of the links on its page.

    That with the same target (``same_page``) comes first, then that with the same path, then any
    other; among equals one with the row's own anchor, then one that can be seen, then one that is
    followed, then the first on the page. The anchor counts only beside a target that fits.

    Parameters
    ----------
    rows : ``page`` (UInt32, null where the page is not known), ``target`` and ``anchor`` (String).
    links : ``page``, ``target``, ``anchor``, ``hidden``, ``rel_nofollow``, in page order.

    Returns
    -------
    UInt32 positions in ``links``, one for each row; null where the page has none.
    """
    key, path = same_target(links["target"])
    links = pl.DataFrame(
        {
            "page": links["page"],
            "link": pl.int_range(links.height, dtype=pl.UInt32, eager=True),
            "key": key,
            "path": path,
            "said": links["anchor"].str.to_lowercase().str.strip_chars(),
            "worse": links["hidden"].is_not_null().cast(pl.UInt64) * 2
            + links["rel_nofollow"].fill_null(value=False).cast(pl.UInt64),
        }
    )
    rows = rows.with_row_index("row")
    linked = rows.filter(pl.col("page").is_in(links["page"].unique().implode()))
    key, path = same_target(linked["target"])
    linked = linked.select(
        "row",
        "page",
        pl.Series("own_key", key),
        pl.Series("own_path", path),
        own_said=pl.col("anchor").str.to_lowercase().str.strip_chars(),
    )
    same = pl.col("key").eq(pl.col("own_key")).fill_null(value=False)
    near = pl.col("path").eq(pl.col("own_path")).fill_null(value=False)
    fit = pl.when(same).then(0).when(near).then(1).otherwise(2).cast(pl.UInt64)
    said = pl.col("said").eq(pl.col("own_said")).fill_null(value=False) & (same | near)
    order = (fit * 8 + (~said).cast(pl.UInt64) * 4 + pl.col("worse")) * (1 << 32) + pl.col("link")
    found = [
        part.join(links, on="page")
        .select("row", order=order)
        .group_by("row")
        .agg(pl.col("order").min())
        for part in linked.iter_slices(_SLICE)
    ]
    if not found:
        return pl.repeat(None, rows.height, dtype=pl.UInt32, eager=True)
    chosen = pl.concat(found).select("row", link=(pl.col("order") % (1 << 32)).cast(pl.UInt32))
    return rows.select("row").join(chosen, on="row", how="left", maintain_order="left")["link"]
