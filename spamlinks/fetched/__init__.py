"""What a store knows about the links of an export, put beside them.

Nothing here touches the network: a store is what ``spamlinks enrich`` wrote earlier. Columns of
the blocks facts, dns and fetched are added, null where nothing was looked up, and what the export
leaves open is filled in from the page as it was fetched (``FILLED``). A cell that the export has
is never changed.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from spamlinks.enrich.store import Store
from spamlinks.fetched.account import StoreAccount, by_state
from spamlinks.fetched.links import link_of_rows, places, same_page
from spamlinks.fetched.tables import (
    MAIN,
    age_table,
    home_table,
    host_facts,
    link_table,
    page_table,
    site_of,
)
from spamlinks.schema import BLOCKS, FIELDS
from spamlinks.urls import authorities, host_table

__all__ = ["FILLED", "StoreAccount", "join_store", "with_store"]

FILLED: tuple[str, ...] = (
    "page_external_links",
    "page_internal_links",
    "page_linked_domains",
    "referring_page_title",
    "page_http_code",
    "anchor_text",
    "target_url",
    "rel_nofollow",
    "rel_ugc",
    "rel_sponsored",
    "link_kind",
    "in_content",
    "page_ip",
    "is_lost",
)
"""Columns of exports whose empty cells are filled in. Contexts and the language are not among
them: there an empty cell means that the page has none."""


def with_store(
    backlinks: pl.DataFrame, path: Path, site: str | None, only: Collection[str] | None = None
) -> tuple[pl.DataFrame, StoreAccount]:
    """``join_store`` with the store in a file, which is only read.

    Raises
    ------
    InputError : there is no such file, or it is no store that can be read.
    """
    with Store.open(path, read_only=True) as store:
        return join_store(backlinks, store, site, only)


def join_store(
    backlinks: pl.DataFrame, store: Store, site: str | None, only: Collection[str] | None = None
) -> tuple[pl.DataFrame, StoreAccount]:
    """Put what was looked up beside backlinks.

    Parameters
    ----------
    backlinks : with ``referring_page``; rows that stand for whole domains get what is known of
        their domain and host, and nothing of a page.
    site : the protected site, whose links were looked for; None takes pages read for any.
    only : add no other columns than these.

    Returns
    -------
    (backlinks, account): the same rows in the same order, with every column of the blocks facts,
    dns and fetched, and those of ``FILLED`` for which there is anything to fill in.
    """
    out = _Columns(backlinks, None if only is None else frozenset(only))
    page_rows = _whole_pages(backlinks)
    names = authorities(backlinks["referring_page"])
    known = host_table(names)
    at = places(names, known["authority"])

    ages = age_table(store)
    of_age = places(known["linking_domain"], ages["domain"])
    homes = home_table(store)
    of_home = places(known["linking_domain"], homes["domain"])
    hosts = host_facts(store)
    of_host = places(known["host"], hosts["host"])
    for table, of, own in (
        (ages, of_age, BLOCKS["facts"]),
        (hosts, of_host, BLOCKS["dns"]),
        (homes, of_home, [name for name in homes.columns if name != "domain"]),
    ):
        for name in own:
            out.add(_at(_at(table[name], of), at), name)
    out.add(_at(_at(ages["name_servers"], of_age), at), "domain_name_servers")
    out.fill(_at(_at(hosts["address"], of_host), at), "page_ip")

    domain = site_of(site)
    links = link_table(store, domain)
    pages = page_table(store, domain, links)
    of_page = _page_places(page_rows, pages["url"])
    _add_pages(out, pages, of_page, links)

    good = known.filter(pl.col("problem").is_null())
    domains = good.with_columns(
        age=_at(ages["state"], of_age.filter(known["problem"].is_null())),
        home=_at(homes["home_state"], of_home.filter(known["problem"].is_null())),
        dns=_at(hosts["state"], of_host.filter(known["problem"].is_null())),
    )
    by_domain = domains.unique("linking_domain")
    tried = pl.DataFrame({"page": page_rows, "of": of_page}).drop_nulls("page").unique("page")
    seen = pages["fetched_on"].gather(of_page.drop_nulls().unique())
    found = _at(pages["fetched_link_found"], of_page)
    account = StoreAccount(
        store=store.path.name,
        pages=by_state(_at(pages["fetch_state"], tried["of"])),
        domains=by_state(by_domain["age"]),
        homes=by_state(by_domain["home"]),
        hosts=by_state(domains.unique("host")["dns"]),
        first=seen.min(),  # type: ignore[arg-type]  # a series of days
        last=seen.max(),  # type: ignore[arg-type]
        links_found=int(found.sum()),
        links_missing=int((~found).sum()),
        filled=out.filled,
        empty=not any(sum(states.values()) for states in store.counts().values()),
    )
    return out.result(), account


def _at(values: pl.Series, places: pl.Series) -> pl.Series:
    """The value at each place; null where there is no place."""
    if not len(values):
        return pl.repeat(None, len(places), dtype=values.dtype, eager=True)
    return values.gather(places)


def _whole_pages(backlinks: pl.DataFrame) -> pl.Series:
    """The page of each row; null where a row stands for a domain."""
    pages = backlinks["referring_page"]
    if "grain" not in backlinks.columns:
        return pages
    none = pl.lit(None, dtype=pl.String)
    domain = backlinks["grain"].eq("domain").fill_null(value=False)
    return pl.select(pl.when(domain).then(none).otherwise(pages)).to_series()


def _page_places(pages: pl.Series, urls: pl.Series) -> pl.Series:
    """Place of each page among ``urls``: of the same text, else of the same page spelled else."""
    if not len(urls):
        return pl.repeat(None, len(pages), dtype=pl.UInt32, eager=True)
    found = places(pages, urls)
    rest = found.is_null() & pages.is_not_null()
    if rest.any():
        keys = pl.DataFrame({"key": same_page(urls)}).with_row_index("place")
        keys = keys.unique("key", keep="first", maintain_order=True)
        others = places(same_page(pages.filter(rest)), keys["key"])
        found = found.scatter(rest.arg_true(), keys["place"].gather(others))
    return found


def _add_pages(out: _Columns, pages: pl.DataFrame, of_page: pl.Series, links: pl.DataFrame) -> None:
    """Add what is known of the pages, and of the link on each that belongs to the row."""
    rows = out.frame
    for name in BLOCKS["fetched"]:
        if name in pages.columns:
            out.add(_at(pages[name], of_page), name)
    # Pages in the order of the table; links know theirs by URL and site.
    by_page = pages.select("url", "site", pl.col("number") > 0).with_row_index("page")
    links = links.join(by_page.filter("number"), on=["url", "site"], maintain_order="left")
    nothing = pl.repeat(None, rows.height, dtype=pl.String, eager=True)
    of_link = link_of_rows(
        pl.DataFrame(
            {
                "page": of_page,
                "target": rows.get_column("target_url", default=nothing),
                "anchor": rows.get_column("anchor_text", default=nothing),
            }
        ),
        links,
    )
    placement = _at(links["placement"], of_link)
    out.add(_at(links["hidden"].is_not_null(), of_link), "fetched_link_hidden")
    out.add(placement, "fetched_placement")
    out.add(_at(links["links_around"], of_link), "fetched_links_around")

    for name in ("external_links", "internal_links", "linked_domains"):
        out.fill(_at(pages[f"fetched_{name}"], of_page), f"page_{name}")
    out.fill(_at(pages["title"], of_page), "referring_page_title")
    out.fill(_at(pages["code"], of_page), "page_http_code")
    out.fill(_at(links["anchor"], of_link), "anchor_text")
    alone = _at(pages["number"] == 1, of_page).fill_null(value=False)
    out.fill(_at(links["target"], of_link).set(~alone, None), "target_url")
    for name in BLOCKS["rel"]:
        out.fill(_at(links[name], of_link), name)
    out.fill(_at(links["kind"], of_link), "link_kind")
    out.fill(placement == MAIN, "in_content")
    out.fill(_lost(rows, _at(pages["gone"], of_page)), "is_lost")


def _lost(rows: pl.DataFrame, gone: pl.Series) -> pl.Series:
    """Whether the link is gone, unless the export says otherwise by other columns."""
    if "seen_raw" in rows.columns:  # a link that only scripts make is not in what was fetched
        made = ~rows["seen_raw"].fill_null(value=True)
        gone = gone.set(made & gone.fill_null(value=False), None)
    if "lost_at" in rows.columns:  # a day of loss is the vendor's word
        gone = gone.set(rows["lost_at"].is_not_null() & ~gone.fill_null(value=True), None)
    return gone


class _Columns:
    """The columns that are added to the rows, in order."""

    def __init__(self, frame: pl.DataFrame, only: frozenset[str] | None) -> None:
        self.frame = frame
        self.filled: dict[str, int] = {}
        self._only = only
        self._columns: dict[str, pl.Series] = {}

    def add(self, values: pl.Series, name: str) -> None:
        """Add a column of the schema; a cell that is known already stays."""
        if self._only is not None and name not in self._only:
            return
        values = values.cast(FIELDS[name].dtype).alias(name)
        own = self._columns.get(name, self.frame.get_column(name, default=None))
        if own is not None and own.null_count() < len(own):
            values = own.cast(FIELDS[name].dtype).zip_with(own.is_not_null(), values)
        self._columns[name] = values

    def fill(self, values: pl.Series, name: str) -> None:
        """Fill the empty cells of a column of exports, if there is anything to fill in."""
        own = self.frame.get_column(name, default=None)
        filled = values.is_not_null() if own is None else own.is_null() & values.is_not_null()
        many = int(filled.sum())
        if many:
            self.add(values, name)
            self.filled[name] = many

    def result(self) -> pl.DataFrame:
        """The rows with all that was added."""
        return self.frame.with_columns(self._columns.values())
