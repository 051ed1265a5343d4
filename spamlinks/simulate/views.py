"""What each kind of export shows of a link."""

from __future__ import annotations

import polars as pl

from spamlinks.schema import BLOCKS, FIELDS

__all__ = ["VIEWS", "see_as"]

VIEWS: dict[str, tuple[str, ...]] = {
    "urls": ("crawl",),
    "anchors": ("target", "anchor"),
    "links": ("target", "anchor", "title", "rel", "kind", "counts", "dates"),
    "flows": ("target", "anchor", "rel", "kind", "authority_majestic", "dates", "crawl"),
    "full": (
        "target",
        "anchor",
        "title",
        "context",
        "http",
        "rel",
        "kind",
        "content",
        "group",
        "rendered",
        "counts",
        "traffic",
        "popularity",
        "authority_ahrefs",
        "dates",
    ),
}
"""Blocks of columns that each kind of export shows: Search Console, Bing, Semrush, Majestic,
Ahrefs."""

# Columns of a block that one vendor's export has and another's has not.
_VIEW_DROPS: dict[str, tuple[str, ...]] = {
    "links": ("page_linked_domains",),
    "full": (
        "page_internal_links",
        "sitewide",
        "is_lost",
        "last_crawled",
        "domain_keywords",
        "domain_ref_domains",
        "domain_linked_domains",
        "links_from_domain",
    ),
}


def see_as(backlinks: pl.DataFrame, view: str, *, fetched: bool = False) -> pl.DataFrame:
    """Keep only the columns that an export of this view has.

    Provenance, the page, facts of the domain and columns outside the schema (``is_spam``,
    ``kind``) stay; ``fetched`` keeps what else can be looked up, ``page_ip`` included.
    """
    shown: set[str] = {"referring_page", *BLOCKS["provenance"], *BLOCKS["facts"]}
    if fetched:
        shown.update(("page_ip", *BLOCKS["dns"], *BLOCKS["fetched"]))
    for block in VIEWS[view]:
        name, _, vendor = block.partition("_")
        shown.update(c for c in BLOCKS[name] if c.startswith(vendor))
    shown.difference_update(_VIEW_DROPS.get(view, ()))
    return backlinks.select(c for c in backlinks.columns if c in shown or c not in FIELDS)
