"""Signals of what was looked up: the page as fetched, its site's start page, the registration.

How a look-up ended is no signal: a server that refuses, a time-out or robots.txt says nothing about
a site. So all that a page shows is known only where ``fetch_state`` is "fetched".
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from spamlinks.signals.declare import Direction, Signal, available_expressions, row_signal
from spamlinks.signals.owner_traces import shared_ids
from spamlinks.signals.scales import log_count
from spamlinks.signals.words import TRADES

__all__ = ["MIN_LANGUAGE_WORDS", "MIN_WORDS", "SIGNALS", "domain_tables", "expressions"]

MIN_WORDS = 20
"""Links per 100 words are counted from so many words on: a page of a picture and two links is not
dense, it is empty."""

MIN_LANGUAGE_WORDS = 50
"""The languages of two pages are compared where each has so many words."""

_LOG_LINKS, _LOG_WORDS = "log10(1 + links)", "log10(1 + words)"
_DENSITY = "log10(1 + links per 100 words)"


def _page(
    name: str, unit: str, high: float, direction: Direction, needs: str, sentence: str
) -> Signal:
    needed = f"fetch_state {needs}"
    return row_signal(name, "fetched", unit, 0, high, direction, needed, sentence)


def _home(
    name: str, unit: str, high: float, direction: Direction, needs: str, sentence: str
) -> Signal:
    needed = f"home_state {needs}"
    return row_signal(name, "fetched", unit, 0, high, direction, needed, sentence)


def _flag(name: str, direction: Direction, needs: str, sentence: str) -> Signal:
    return _page(name, "flag", 1, direction, needs, sentence)


SIGNALS: tuple[Signal, ...] = (
    # the page
    _page(
        "links_per_100_words",
        _DENSITY,
        4,
        1,
        "fetched_external_links fetched_words",
        "{value} links to other sites for each 100 words of the page",
    ),
    _page("page_words", _LOG_WORDS, 6, -1, "fetched_words", "the page has {value} words"),
    _page(
        "trade_words_on_page",
        _LOG_WORDS,
        3,
        1,
        "fetched_trade_words",
        "{value} different spam-trade words on the page",
    ),
    _page(
        "trade_links",
        _LOG_LINKS,
        4,
        1,
        "fetched_trade_links",
        "{value} links from the page with a spam-trade word",
    ),
    _flag("page_is_parked", 1, "fetched_parked", "the page is a parked domain's"),
    _flag("page_is_for_sale", 1, "fetched_for_sale", "the page offers its domain for sale"),
    _flag("page_is_directory", 1, "fetched_directory", "the page reads like a link directory"),
    _flag("page_sells_links", 1, "fetched_sells_links", "the page seems to sell links"),
    # Free: honest shops and archives hide pages from search, and so do sellers who hide from it.
    _flag("page_noindex", 0, "fetched_noindex", "the page asks not to be indexed"),
    _flag(
        "canonical_elsewhere",
        0,
        "fetched_canonical_elsewhere",
        "the page names an address on another domain as its own",
    ),
    _page("redirect_hops", "redirects", 10, 0, "fetched_redirects", "{value} redirects to it"),
    _flag("lands_elsewhere", 1, "fetched_elsewhere", "the address leads to another domain"),
    # the link on it
    _flag("link_is_hidden", 1, "fetched_link_hidden", "the link is hidden on the page"),
    # Free: partners, sponsors and blogrolls stand there too, and that a link stands in the main
    # text already speaks for it (``in_content``).
    _flag(
        "link_in_boilerplate",
        0,
        "fetched_placement",
        "the link stands in the header, footer, menu or sidebar",
    ),
    # Free: so do the links of readers who answer; what they link to tells, not where.
    _flag("link_in_comment", 0, "fetched_placement", "the link stands in a comment"),
    _page(
        "links_around",
        _LOG_LINKS,
        4,
        1,
        "fetched_links_around",
        "{value} links to other sites in the block around the link",
    ),
    # the start page of its site
    _home("home_is_parked", "flag", 1, 1, "home_parked", "the site's start page is parked"),
    _home(
        "home_trade_words",
        _LOG_WORDS,
        3,
        1,
        "home_trade_words",
        "{value} different spam-trade words on the site's start page",
    ),
    _home(
        "home_other_language",
        "flag",
        1,
        1,
        "fetch_state home_language fetched_language home_words fetched_words",
        "the page is in another language than its site's start page",
    ),
    _home(
        "home_links_per_100_words",
        _DENSITY,
        4,
        1,
        "home_external_links home_words",
        "{value} links to other sites for each 100 words of the site's start page",
    ),
    # registration and name servers
    row_signal(
        "registered_for_years",
        "domain",
        "years",
        0,
        100,
        -1,
        "domain_created_on domain_expires_on",
        "the domain's registration covers {value} years",
    ),
    row_signal(
        "registered_after_link",
        "domain",
        "flag",
        0,
        1,
        1,
        "domain_created_on first_seen",
        "the domain was registered anew after the link had appeared",
    ),
    row_signal(
        "on_parking_servers",
        "domain",
        "flag",
        0,
        1,
        1,
        "host_parking",
        "a parking service answers for the domain",
    ),
    # what linking domains share
    Signal(
        "shares_id_domains",
        1,
        "profile",
        "log10(1 + domains)",
        0,
        6,
        1,
        ("fetch_state", "fetched_ids"),
        "{value} other linking domains use its tracking or advertising id",
        "domain",
    ),
    Signal(
        "registered_together_domains",
        1,
        "profile",
        "log10(1 + domains)",
        0,
        6,
        1,
        ("domain_created_on", "domain_registrar"),
        "{value} other linking domains were registered on the same day by the same company",
        "domain",
    ),
)


def expressions(columns: frozenset[str], trades: tuple[str, ...] = TRADES) -> dict[str, pl.Expr]:
    """Row-local expressions over the columns that exist.

    Parameters
    ----------
    columns : names of the block's columns.
    trades : spam trades that count (``words.foreign_trades``).

    Returns
    -------
    dict from signal name to expression; a signal whose needs are not met is left out.
    """
    page = {
        "links_per_100_words": _density("fetched_external_links", "fetched_words"),
        "page_words": log_count("fetched_words"),
        "trade_words_on_page": _words_of_trades("fetched", columns, trades),
        "trade_links": _links_of_trades(columns, trades),
        "page_is_parked": pl.col("fetched_parked") != "",
        "page_is_for_sale": pl.col("fetched_for_sale") != "",
        "page_is_directory": pl.col("fetched_directory") != "",
        "page_sells_links": pl.col("fetched_sells_links") != "",
        "page_noindex": pl.col("fetched_noindex"),
        "canonical_elsewhere": pl.col("fetched_canonical_elsewhere"),
        "redirect_hops": pl.col("fetched_redirects"),
        "lands_elsewhere": pl.col("fetched_elsewhere"),
        "link_is_hidden": pl.col("fetched_link_hidden"),
        "link_in_boilerplate": pl.col("fetched_placement").is_in(
            ["sidebar", "header", "footer", "nav"]
        ),
        "link_in_comment": pl.col("fetched_placement") == "comment",
        "links_around": log_count("fetched_links_around"),
    }
    home = {
        "home_is_parked": pl.col("home_parked") != "",
        "home_trade_words": _words_of_trades("home", columns, trades),
        "home_other_language": pl.when(pl.col("fetch_state") == "fetched").then(_other_language()),
        "home_links_per_100_words": _density("home_external_links", "home_words"),
    }
    created, expires = pl.col("domain_created_on"), pl.col("domain_expires_on")
    return available_expressions(
        (signal for signal in SIGNALS if signal.place == "row"),
        columns,
        {
            **{n: pl.when(pl.col("fetch_state") == "fetched").then(e) for n, e in page.items()},
            **{n: pl.when(pl.col("home_state") == "fetched").then(e) for n, e in home.items()},
            "registered_for_years": pl.when(expires >= created).then(
                (expires - created).dt.total_days() / 365.25
            ),
            # A day's leeway: registries and vendors live in different time zones.
            "registered_after_link": (created - pl.col("first_seen")).dt.total_days() > 1,
            "on_parking_servers": pl.col("host_parking") != "",
        },
    )


def _density(links: str, words: str) -> pl.Expr:
    """Links per 100 words, in decades; null for a page of too few words."""
    counted, of = (pl.col(name).cast(pl.Float64).clip(lower_bound=0) for name in (links, words))
    return pl.when(of >= MIN_WORDS).then((1 + 100 * counted / of).log10())


def _other_language() -> pl.Expr:
    """Whether page and start page are in two languages; null where either is unknown or short."""
    page, home = (
        pl.col(name).str.extract(r"^\s*([A-Za-z]{2,3})\b").str.to_lowercase()
        for name in ("fetched_language", "home_language")
    )
    long = (pl.col("fetched_words") >= MIN_LANGUAGE_WORDS) & (
        pl.col("home_words") >= MIN_LANGUAGE_WORDS
    )
    return pl.when(long).then(page != home)


def _trades_on(column: str, *trades: str) -> pl.Expr:
    """How many of the trades a column of trades with spaces between names; null for null."""
    named = pl.concat_str(pl.lit(" "), pl.col(column), pl.lit(" "))
    found = [named.str.contains(f" {trade} ", literal=True).cast(pl.Int64) for trade in trades]
    # The first term keeps an unknown cell unknown where there is no trade to look for.
    return sum(found, start=pl.col(column).str.len_bytes().cast(pl.Int64) * 0)


def _words_of_trades(page: str, columns: frozenset[str], trades: tuple[str, ...]) -> pl.Expr:
    """Distinct words of the trades that are not the site's own, in decades.

    How many of the words belong to which trade is not stored. On a page that speaks of the site's
    own trade each foreign one counts as one word, the least there can be.
    """
    count, named = f"{page}_trade_words", f"{page}_trades"
    own = tuple(trade for trade in TRADES if trade not in trades)
    if not own:
        return log_count(count)
    if named not in columns:
        return pl.when(pl.col(count) <= 0).then(log_count(count))
    least = (1 + _trades_on(named, *trades).cast(pl.Float64)).log10()
    return (
        pl.when(pl.col(count) <= 0)
        .then(log_count(count))
        .when(_trades_on(named, *own) > 0)
        .then(least)
        .when(pl.col(named).is_not_null())
        .then(log_count(count))
    )


def _links_of_trades(columns: frozenset[str], trades: tuple[str, ...]) -> pl.Expr:
    """Links with words of foreign trades, in decades; null where they may be of the site's own."""
    links = log_count("fetched_trade_links")
    own = tuple(trade for trade in TRADES if trade not in trades)
    if not own:
        return links
    none = pl.col("fetched_trade_links") <= 0
    if "fetched_trades" not in columns:
        return pl.when(none).then(links)
    foreign = (pl.col("fetched_trades") != "") & (_trades_on("fetched_trades", *own) == 0)
    return pl.when(none | foreign).then(links)


def domain_tables(
    frame: pl.DataFrame, domains: pl.DataFrame, wanted: frozenset[str]
) -> Iterator[pl.DataFrame]:
    """Yield the signals of what linking domains share, each with its ``_domain``.

    Parameters
    ----------
    frame : coded rows.
    domains : one row per ``_domain``: ``suffix``, ``is_private_suffix``.
    wanted : names of signals whose needs are met.
    """
    if "shares_id_domains" in wanted:
        yield shared_ids(frame, domains)
    if "registered_together_domains" in wanted:
        yield _registered_together(frame)


def _registered_together(frame: pl.DataFrame) -> pl.DataFrame:
    """Count the other domains of one day and registrar; those of unknown ones are left out."""
    known = (
        frame.select("_domain", "domain_created_on", "domain_registrar")
        .drop_nulls()
        .unique("_domain", keep="first", maintain_order=True)
    )
    together = pl.len().over("domain_created_on", "domain_registrar").cast(pl.Float64)
    return known.select("_domain", registered_together_domains=together.log10())
