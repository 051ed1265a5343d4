"""Signals of the linking domain's reach, authority and age, as the export shows them."""

from __future__ import annotations

import polars as pl

from spamlinks.signals.declare import Signal, available_expressions, present, row_signal
from spamlinks.signals.scales import log_count, mean_quantile, vendor_quantile
from spamlinks.signals.words import TRADES

__all__ = ["SIGNALS", "expressions"]

SIGNALS: tuple[Signal, ...] = (
    row_signal(
        "domain_traffic",
        "domain",
        "log10(1 + visits)",
        0,
        10,
        -1,
        "domain_traffic",
        "the domain gets {value} search visits a month",
    ),
    row_signal(
        "page_traffic",
        "domain",
        "log10(1 + visits)",
        0,
        9,
        -1,
        "page_traffic",
        "the page gets {value} search visits a month",
    ),
    row_signal(
        "page_keywords",
        "domain",
        "log10(1 + terms)",
        0,
        7,
        -1,
        "page_keywords",
        "the page ranks for {value} search terms",
    ),
    row_signal(
        "page_ref_domains",
        "domain",
        "log10(1 + domains)",
        0,
        7,
        0,
        "page_ref_domains",
        "{value} domains link to the page",
    ),
    row_signal(
        "domain_ref_domains",
        "domain",
        "log10(1 + domains)",
        0,
        8,
        -1,
        "domain_ref_domains",
        "{value} domains link to the domain",
    ),
    row_signal(
        "linked_to_referring",
        "domain",
        "log10 ratio",
        -6,
        6,
        1,
        "page_linked_domains|domain_linked_domains page_ref_domains|domain_ref_domains",
        "{value} domains linked for each domain that links in",
    ),
    row_signal(
        "domain_authority",
        "domain",
        "quantile",
        0,
        1,
        -1,
        "ahrefs_domain_rating|majestic_domain_trust_flow|moz_domain_authority",
        "the domain's authority is above {value} of linking domains",
    ),
    row_signal(
        "page_authority",
        "domain",
        "quantile",
        0,
        1,
        -1,
        "ahrefs_url_rating|majestic_page_trust_flow|moz_page_authority",
        "the page's authority is above {value} of linking pages",
    ),
    row_signal(
        "trust_to_citation",
        "domain",
        "ratio",
        0,
        3,
        -1,
        "majestic_page_trust_flow majestic_page_citation_flow",
        "trust is {value} times the citation flow",
    ),
    row_signal(
        "hollow_rating",
        "domain",
        "quantile gap",
        -1,
        1,
        0,
        "ahrefs_domain_rating domain_traffic",
        "rating without search visits: {value}",
    ),
    # time
    row_signal(
        "link_age_days",
        "domain",
        "days",
        0,
        9000,
        0,
        "first_seen",
        "the link was first seen {value} days before the export",
    ),
    row_signal(
        "link_life_days",
        "domain",
        "days",
        0,
        9000,
        -1,
        "first_seen last_seen",
        "the link was seen over {value} days",
    ),
    row_signal(
        "crawl_age_days",
        "domain",
        "days",
        0,
        9000,
        0,
        "last_crawled",
        "the page was last visited {value} days before the export",
    ),
    row_signal(
        "domain_age_days",
        "domain",
        "days",
        -30,
        15000,
        -1,
        "domain_created_on",
        "the domain was {value} days old when the link appeared",
    ),
)


def expressions(columns: frozenset[str], trades: tuple[str, ...] = TRADES) -> dict[str, pl.Expr]:
    """Row-local expressions over the columns that exist.

    Parameters
    ----------
    columns : names of the block's columns; ``_as_of`` (see ``kernel``) is always in the block.
    trades : not looked at.

    Returns
    -------
    dict from signal name to expression; a signal whose needs are not met is left out.
    """
    return available_expressions(
        SIGNALS,
        columns,
        {
            "domain_traffic": log_count("domain_traffic"),
            "page_traffic": log_count("page_traffic"),
            "page_keywords": log_count("page_keywords"),
            "page_ref_domains": log_count("page_ref_domains"),
            "domain_ref_domains": log_count("domain_ref_domains"),
            "linked_to_referring": (
                _first_known(columns, "page_linked_domains", "domain_linked_domains")
                - _first_known(columns, "domain_ref_domains", "page_ref_domains")
            ),
            "domain_authority": mean_quantile(
                columns,
                "ahrefs_domain_rating",
                "majestic_domain_trust_flow",
                "moz_domain_authority",
            ),
            "page_authority": mean_quantile(
                columns, "ahrefs_url_rating", "majestic_page_trust_flow", "moz_page_authority"
            ),
            "trust_to_citation": (
                pl.col("majestic_page_trust_flow") / (pl.col("majestic_page_citation_flow") + 1)
            ),
            "hollow_rating": (
                vendor_quantile("ahrefs_domain_rating")
                - (log_count("domain_traffic") / 6).clip(0, 1)
            ),
            "link_age_days": _days("_as_of", "first_seen"),
            "link_life_days": _days("last_seen", "first_seen"),
            "crawl_age_days": _days("_as_of", "last_crawled"),
            # On the day the link appeared; where that is unknown, on the day of the export.
            "domain_age_days": (
                pl.coalesce(*present(columns, "first_seen", "_as_of")) - pl.col("domain_created_on")
            ).dt.total_days(),
        },
    )


def _first_known(columns: frozenset[str], *counts: str) -> pl.Expr:
    return pl.coalesce(*[log_count(name) for name in present(columns, *counts)])


def _days(later: str, earlier: str) -> pl.Expr:
    return (pl.col(later) - pl.col(earlier)).dt.total_days()
