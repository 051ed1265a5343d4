"""Whether a site's links were put there behind its owner's back, as far as fetching tells.

Whoever breaks into a site hides links on it. Its owner is honest, and the start page still says
what it always said: that is for a human to look at, and no site to disavow unseen.
"""

from __future__ import annotations

import polars as pl

__all__ = ["mark_hidden_links"]

_NEEDED = frozenset(
    {"fetch_state", "fetched_link_found", "fetched_link_hidden"}
    | {"home_state", "home_parked", "home_trade_words"}
)


def mark_hidden_links(frame: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Say which linking domains hide every link that was found on them, and read clean otherwise.

    A start page reads clean where it was fetched, is not parked and has no word of a spam trade.

    Parameters
    ----------
    frame : links with ``_domain``; the columns of ``schema.BLOCKS["fetched"]`` where known.
    units : one row per linking domain, with ``_domain``.

    Returns
    -------
    ``units`` with the column ``hidden_on_clean_site``, null where no link was found by fetching,
    or nothing was fetched.
    """
    name = "hidden_on_clean_site"
    if not set(frame.columns) >= _NEEDED:
        return units.with_columns(pl.lit(None, dtype=pl.Boolean).alias(name))
    clean = (
        (pl.col("home_state") == "fetched")
        & (pl.col("home_parked").fill_null("") == "")
        & (pl.col("home_trade_words") == 0)
    ).fill_null(value=False)
    found = (
        frame.filter((pl.col("fetch_state") == "fetched") & pl.col("fetched_link_found"))
        .group_by("_domain")
        .agg((pl.col("fetched_link_hidden").fill_null(value=False) & clean).all().alias(name))
    )
    return units.join(found, on="_domain", how="left", maintain_order="left")
