"""The tables of a store in the words of the backlink table: one column of the schema each."""

from __future__ import annotations

import polars as pl

from spamlinks.enrich.answers import Placement, State
from spamlinks.enrich.hosting import discount_shared
from spamlinks.enrich.store import Store
from spamlinks.urls import authorities, host_table, linking_domain

__all__ = ["age_table", "domains_of", "home_table", "host_facts", "link_table", "page_table"]

_GONE = (404, 410)


def domains_of(urls: pl.Series) -> pl.Series:
    """Linking domain of each URL; null where it has none."""
    names = authorities(urls)
    table = host_table(names).filter(pl.col("problem").is_null())
    return names.replace_strict(
        table["authority"], table["linking_domain"], default=None, return_dtype=pl.String
    )


def age_table(store: Store) -> pl.DataFrame:
    """``domain``, ``state``, and the columns of block facts; ``name_servers`` as the registry."""
    return store.ages_frame().select(
        "domain",
        "state",
        domain_created_on="created_on",
        domain_expires_on="expires_on",
        domain_registrar="registrar",
        domain_abuse_contact="abuse_contact",
        name_servers=_sorted("name_servers"),
    )


def host_facts(store: Store) -> pl.DataFrame:
    """``host``, ``state``, the columns of block dns, and ``address`` (none of a CDN's).

    An address counts as shared as well where the store itself shows unrelated sites on it.
    """
    answered = pl.col("state") == State.FETCHED.value
    first = pl.col("addresses").list
    four = first.eval(pl.element().filter(~pl.element().str.contains(":"))).list.first()
    own = pl.col("hosting").is_null()
    return discount_shared(store.dns_frame()).select(
        "host",
        "state",
        domain_name_servers=_sorted("name_servers"),
        host_asn="asn",
        host_asn_name="asn_name",
        host_hosting="hosting",
        host_parking=pl.when(answered).then(pl.col("parking").fill_null("")),
        address=pl.when(answered & own).then(pl.coalesce(four, first.first())),
    )


def _sorted(name: str) -> pl.Expr:
    return pl.col(name).list.sort().list.join(" ")


def home_table(store: Store) -> pl.DataFrame:
    """``domain`` and the home columns of block fetched; facts only of pages that were read."""
    read = pl.col("state") == State.FETCHED.value
    frame = store.homes_frame()
    facts = {
        "home_parked": "parked",
        "home_trade_words": "trade_words",
        "home_language": "language",
        "home_words": "words",
        "home_external_links": "external_links",
    }
    return frame.select(
        "domain",
        home_state="state",
        **{name: pl.when(read).then(pl.col(of)) for name, of in facts.items()},
        home_trades=_trades(read),
    )


def _trades(read: pl.Expr) -> pl.Expr:
    """Trades with spaces between; null where no words were looked for, '' where none are there."""
    looked = read & pl.col("trade_words").is_not_null()
    return pl.when(looked).then(pl.col("trades").list.join(" "))


def link_table(store: Store, site: str | None) -> pl.DataFrame:
    """The links of the pages to the site: fields of ``LinkFacts``, with ``url`` and ``site``."""
    return store.links_frame(site).sort("url", "site", "number")


def page_table(store: Store, site: str | None, links: pl.DataFrame) -> pl.DataFrame:
    """``url``, ``site``, the page columns of block fetched, and what fills columns of exports.

    Of pages that were read (fetched). ``gone``: the page or the link is certainly not there:
    404 or 410, or all of an HTML page was read and has no link. A page without words and links
    shows something only after scripts have run, and of a cut page the end is not known: there a
    missing link says nothing. ``code`` and ``title`` are null where it was not read.
    """
    counts = links.group_by("url", "site").agg(links=pl.len())
    frame = store.pages_frame(site).join(
        counts, on=["url", "site"], how="left", maintain_order="left"
    )
    state, code = pl.col("state"), pl.coalesce("http_code", "code")
    read = state == State.FETCHED.value
    found = read & (pl.col("links").fill_null(0) > 0)
    html = pl.col("content_type").fill_null("text/html").str.contains("html", literal=True)
    empty = pl.all_horizontal(
        pl.col(name).eq(0).fill_null(value=False)
        for name in ("words", "external_links", "internal_links")
    )
    whole = read & html & ~pl.col("truncated").fill_null(value=False) & ~empty
    absent = state == State.ABSENT.value
    elsewhere = pl.Series("elsewhere", _elsewhere(frame["url"], frame["final_url"]))
    canonical = pl.Series("canonical", _elsewhere(frame["final_url"], frame["canonical"]))
    same = """
        external_links internal_links linked_domains words language generator noindex
        trade_words trade_links parked for_sale directory sells_links
    """.split()
    return frame.select(
        "url",
        "site",
        fetch_state=state,
        fetched_on=pl.col("at").dt.date(),
        fetched_http_code=code,
        fetched_redirects=pl.col("redirects").list.len().cast(pl.Int64),
        fetched_elsewhere=pl.when(pl.col("final_url").is_not_null()).then(elsewhere),
        fetched_link_found=pl.when(found).then(True).when(whole).then(False),
        **{f"fetched_{name}": pl.when(read).then(pl.col(name)) for name in same},
        fetched_canonical_elsewhere=pl.when(read).then(canonical.fill_null(value=False)),
        fetched_trades=_trades(read),
        fetched_ids=pl.when(read).then(pl.col("ids").list.join(" ")),
        gone=pl.when(found)
        .then(False)
        .when(whole & (code == 200))
        .then(True)
        .when(absent & code.is_in(_GONE))
        .then(True),
        code=pl.when(read | absent).then(code),
        title=pl.when(read).then(pl.col("title")),
        number=pl.when(found).then(pl.col("links")).otherwise(0),
    )


def _elsewhere(here: pl.Series, there: pl.Series) -> pl.Series:
    """Whether two URLs are of different linking domains; null where one is unknown."""
    return domains_of(here) != domains_of(there)


def site_of(site: str | None) -> str | None:
    """The site as look-ups name it: its registrable domain."""
    return None if site is None else linking_domain(site) or None


MAIN = Placement.MAIN.value
