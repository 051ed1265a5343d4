"""Signals of the linking page as the export shows it, and of the link itself."""

from __future__ import annotations

import polars as pl

from spamlinks.signals.declare import Signal, available_expressions, present, row_signal
from spamlinks.signals.scales import log_count
from spamlinks.signals.words import TRADES, has_trade

__all__ = ["SIGNALS", "expressions", "given_columns"]

SIGNALS: tuple[Signal, ...] = (
    # what the page links to
    row_signal(
        "external_links",
        "page",
        "log10(1 + links)",
        0,
        6,
        1,
        "page_external_links",
        "{value} links from the page to other sites",
    ),
    row_signal(
        "internal_links",
        "page",
        "log10(1 + links)",
        0,
        6,
        0,
        "page_internal_links",
        "{value} links from the page to its own site",
    ),
    row_signal(
        "linked_domains",
        "page",
        "log10(1 + domains)",
        0,
        6,
        1,
        "page_linked_domains",
        "the page links to {value} domains",
    ),
    # Vendors count one or the other; a page made for links has many of either.
    row_signal(
        "links_out",
        "page",
        "log10(1 + links)",
        0,
        6,
        1,
        "page_linked_domains|page_external_links",
        "the page has {value} links out",
    ),
    row_signal(
        "outbound_link_density",
        "page",
        "share",
        0,
        1,
        1,
        "page_external_links page_internal_links",
        "{value} of the page's links lead to other sites",
    ),
    row_signal(
        "external_links_per_domain",
        "page",
        "log10 ratio",
        -1,
        5,
        0,
        "page_external_links page_linked_domains",
        "{value} links to each linked domain",
    ),
    row_signal(
        "page_answers",
        "page",
        "flag",
        0,
        1,
        0,
        "page_http_code",
        "the page answered the vendor with 200",
    ),
    row_signal(
        "in_content", "page", "flag", 0, 1, -1, "in_content", "the link stands in the main text"
    ),
    row_signal(
        "has_language", "page", "flag", 0, 1, 0, "page_language", "the page's language was found"
    ),
    row_signal(
        "title_length",
        "page",
        "characters",
        0,
        500,
        0,
        "referring_page_title",
        "the title has {value} characters",
    ),
    row_signal(
        "title_trade_word",
        "page",
        "flag",
        0,
        1,
        1,
        "referring_page_title",
        "a spam-trade word in the title",
    ),
    row_signal(
        "title_sells_links",
        "page",
        "flag",
        0,
        1,
        1,
        "referring_page_title",
        "a link seller's word in the title",
    ),
    row_signal(
        "context_trade_word",
        "page",
        "flag",
        0,
        1,
        1,
        "left_context|right_context",
        "a spam-trade word beside the link",
    ),
    row_signal(
        "context_length",
        "page",
        "characters",
        0,
        2000,
        0,
        "left_context|right_context",
        "{value} characters of text beside the link",
    ),
    row_signal(
        "context_is_empty",
        "page",
        "flag",
        0,
        1,
        1,
        "left_context|right_context",
        "no text stands beside the link",
    ),
    row_signal(
        "english_on_foreign_profile",
        "page",
        "flag",
        0,
        1,
        1,
        "page_language",
        "the page is in English, while most sites that link here are not",
    ),
    row_signal(
        "context_link_signs",
        "page",
        "signs",
        0,
        50,
        0,
        "left_context|right_context",
        "{value} separators of a link list beside the link",
    ),
    # the link
    row_signal("is_nofollow", "link", "flag", 0, 1, 0, "rel_nofollow", "the link is nofollow"),
    row_signal("is_ugc", "link", "flag", 0, 1, 0, "rel_ugc", "the link is marked user generated"),
    row_signal(
        "is_sponsored", "link", "flag", 0, 1, 0, "rel_sponsored", "the link is marked sponsored"
    ),
    row_signal("is_image_link", "link", "flag", 0, 1, 0, "link_kind", "the link is an image"),
    row_signal("is_redirect_link", "link", "flag", 0, 1, 0, "link_kind", "the link is a redirect"),
    row_signal("is_sitewide", "link", "flag", 0, 1, 0, "sitewide", "the link is on the whole site"),
    row_signal(
        "links_in_group",
        "link",
        "log10(1 + links)",
        0,
        7,
        0,
        "links_in_group",
        "the vendor folded {value} like links into this row",
    ),
    row_signal(
        "only_rendered",
        "link",
        "flag",
        0,
        1,
        0,
        "seen_raw seen_rendered",
        "the link appears only after scripts ran",
    ),
    row_signal(
        "is_lost", "link", "flag", 0, 1, 0, "is_lost|lost_at", "the vendor says the link is gone"
    ),
    # Free in direction: old and popular links are in every index, and so are loud networks.
    row_signal(
        "seen_by_count",
        "link",
        "vendors",
        1,
        10,
        0,
        "seen_by_count",
        "{value} of the given vendors know the link",
    ),
)


def expressions(columns: frozenset[str], trades: tuple[str, ...] = TRADES) -> dict[str, pl.Expr]:
    """Row-local expressions over the columns that exist.

    Parameters
    ----------
    columns : names of the block's columns; those of ``given_columns`` must be in the block.
    trades : spam trades that count (``words.foreign_trades``).

    Returns
    -------
    dict from signal name to expression; a signal whose needs are not met is left out.
    """
    context = _context(columns)
    return available_expressions(
        SIGNALS,
        columns,
        {
            "external_links": log_count("page_external_links"),
            "internal_links": log_count("page_internal_links"),
            "linked_domains": log_count("page_linked_domains"),
            "links_out": pl.coalesce(
                log_count(c) for c in present(columns, "page_linked_domains", "page_external_links")
            ),
            "outbound_link_density": (
                pl.col("page_external_links")
                / (pl.col("page_external_links") + pl.col("page_internal_links") + 1)
            ),
            "external_links_per_domain": (
                log_count("page_external_links") - log_count("page_linked_domains")
            ),
            "page_answers": pl.col("page_http_code") == 200,
            "in_content": pl.col("in_content"),
            "has_language": pl.when(_given("page_language")).then(
                pl.col("page_language").fill_null("") != ""
            ),
            "title_length": pl.col("referring_page_title").str.len_chars(),
            "title_trade_word": has_trade(pl.col("referring_page_title"), *trades),
            "title_sells_links": has_trade(pl.col("referring_page_title"), "link_sale"),
            "context_trade_word": has_trade(context, *trades),
            "context_length": context.str.len_chars(),
            "context_is_empty": context.str.strip_chars() == "",
            "english_on_foreign_profile": pl.when(pl.col("_is_foreign_profile")).then(
                _main_language().fill_null("") == "en"
            ),
            "context_link_signs": context.str.count_matches(r"[|•·»]|https?://"),
            "is_nofollow": pl.col("rel_nofollow"),
            "is_ugc": pl.col("rel_ugc"),
            "is_sponsored": pl.col("rel_sponsored"),
            "is_image_link": pl.col("link_kind") == "image",
            "is_redirect_link": pl.col("link_kind").is_in(["redirect", "canonical"]),
            "is_sitewide": pl.col("sitewide"),
            "links_in_group": log_count("links_in_group"),
            "only_rendered": pl.col("seen_rendered") & ~pl.col("seen_raw"),
            "is_lost": _is_lost(columns),
            "seen_by_count": pl.when(_given("seen_by_count")).then(pl.col("seen_by_count")),
        },
    )


_EMPTY_MEANS_NONE = ("page_language", "left_context", "right_context", "lost_at")
"""An empty cell means "none" in an export that fills others, "unknown" where none is filled."""


def given_columns(frame: pl.DataFrame, known: frozenset[str]) -> list[pl.Expr]:
    """Say for each row whether its export has the columns whose empty cells mean "none".

    ``_is_foreign_profile`` says whether most linking domains write another language than English.

    ``_gives_seen_by_count`` says whether any link is known to more than one vendor: a count of 1
    throughout, as in a single export, says nothing.

    Parameters
    ----------
    frame : all rows; exports are told apart by ``seen_by``, else by ``vendor``.
    known : columns that hold any value.

    Returns
    -------
    Boolean expressions over the whole frame; their names begin with an underscore.
    """
    source = next((c for c in ("seen_by", "vendor") if c in frame.columns), None)
    several = source is not None and frame[source].n_unique() > 1
    found = [(c, pl.col(c).is_not_null().any()) for c in _EMPTY_MEANS_NONE if c in known]
    out = [
        (gives.over(source) if several and source is not None else gives).alias(f"_gives_{c}")
        for c, gives in found
    ]
    if "seen_by_count" in known:
        out.append((pl.col("seen_by_count").max() > 1).alias("_gives_seen_by_count"))
    if "page_language" in known:
        out.append(pl.lit(_is_foreign_profile(frame)).alias("_is_foreign_profile"))
    return out


MIN_LANGUAGE_DOMAINS = 30
"""So many linking domains of known language say what most are written in."""


def _main_language() -> pl.Expr:
    """First language code of a page, without its region; null where none is known."""
    return pl.col("page_language").str.extract(r"^\s*([A-Za-z]{2,3})\b").str.to_lowercase()


def _is_foreign_profile(frame: pl.DataFrame) -> bool:
    """Whether most linking domains are not in English; False where too few languages are known.

    Sellers and machines write English whatever the site's language is (an assumption).
    """
    pages = (
        frame.select("_domain", language=_main_language())
        .drop_nulls()
        .unique("_domain", keep="first", maintain_order=True)
    )
    if pages.height < MIN_LANGUAGE_DOMAINS:
        return False
    return bool((pages["language"] != "en").sum() > pages.height / 2)


def _given(*columns: str) -> pl.Expr:
    return pl.any_horizontal(f"_gives_{c}" for c in columns)


def _context(columns: frozenset[str]) -> pl.Expr:
    sides = present(columns, "left_context", "right_context")
    text = pl.concat_str(sides, separator=" ", ignore_nulls=True)
    return pl.when(_given(*sides)).then(text)


def _is_lost(columns: frozenset[str]) -> pl.Expr:
    dated = pl.when(_given("lost_at")).then(pl.col("lost_at").is_not_null())
    flags = {"lost_at": dated, "is_lost": pl.col("is_lost")}
    found = [flags[name].cast(pl.Float32) for name in present(columns, *flags)]
    return pl.max_horizontal(found)  # leaves out what is unknown
