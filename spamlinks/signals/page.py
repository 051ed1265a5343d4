"""Row-local signals: the URL's path, the linking page's counts, the link itself."""

from __future__ import annotations

import polars as pl

from spamlinks.signals.declare import Direction, Signal
from spamlinks.signals.words import TRADES, contains_trade, edged

__all__ = ["SIGNALS", "expressions"]

# Footprints of page kinds, after the query was cut where it does not matter. All linear regexes.
_FORUM = (
    r"(?i)viewtopic|showthread|/threads?/|/forums?/|/topic/|guestbook|gaestebuch|/comment-page-"
    r"|replytocom=|#comment|/phpbb|/discussion/|/board/"
)
_DIRECTORY = (
    r"(?i)/director(?:y|ies)/|/listings?/|/links?/|/links?\.(?:html?|php)|/bookmarks?/|/story\.php"
    r"|/submit|/out/|/domains?/|/site/|/website/|/sites/|/company/|/business/|/detail/link-"
)
_ARCHIVE = (
    r"(?i)/tags?/|/category/|/categories/|/page/\d|/archives?/|[?&]s=|/search|/label/|/author/"
)
_PROFILE = r"(?i)/profile|/members?/|/users?/|/u/|/@|userinfo|/account/|/author/|member\.php"
_REDIRECT = (
    r"(?i)/(?:go|out|redirect|redir|away|url|link|exit|jump)(?:\.php|\.html?|\.aspx)?/?\?"
    r"|[?&](?:url|u|to|goto|link|target|redirect|dest)=(?:https?|www)"
)
_SLUG = (
    r"[0-9a-f]{32}|-list\.html?$|/all/\d+/\d+|_\d{2,}\.html?$|/\d+/\d+\.html?$|/[a-z]{1,3}\d{3,}/"
    r"|page-\d{3,}\.html?$|/[0-9]{6,}\.html?$"
)
_MACHINE_SITE = (
    r"(?i)whois|sitestat|siteworth|worthof|worth-of|websiteworth|webstat|domain-?stat|alexa-?rank"
    r"|site-?info|urlrate|statshow|similarsites|site-?price|hypestat|seocheck|webrate|siterank"
)


def _s(
    name: str,
    group: str,
    unit: str,
    low: float,
    high: float,
    direction: Direction,
    needs: str,
    text: str,
    version: int = 1,
) -> Signal:
    return Signal(
        name, version, group, unit, low, high, direction, tuple(needs.split()), text, "row"
    )


_PAGE = "referring_page"
SIGNALS: tuple[Signal, ...] = (
    # the URL of the page
    _s(
        "url_length",
        "url",
        "characters",
        0,
        2048,
        0,
        _PAGE,
        "the page's URL has {value} characters",
    ),
    _s("path_depth", "url", "levels", 0, 50, 0, _PAGE, "{value} levels in the URL's path"),
    _s("path_digit_share", "url", "share", 0, 1, 0, _PAGE, "{value} of the path are digits"),
    _s("path_hyphen_count", "url", "hyphens", 0, 100, 0, _PAGE, "{value} hyphens in the path"),
    _s("query_parameter_count", "url", "parameters", 0, 50, 0, _PAGE, "{value} query parameters"),
    _s("is_https", "url", "flag", 0, 1, 0, _PAGE, "the page is served over https"),
    _s("has_port", "url", "flag", 0, 1, 0, _PAGE, "the URL names a port"),
    _s("is_home_page", "url", "flag", 0, 1, 0, _PAGE, "the link is on a home page"),
    _s("path_non_ascii_share", "url", "share", 0, 1, 0, _PAGE, "{value} of the path is not Latin"),
    _s("path_trade_word", "url", "flag", 0, 1, 1, _PAGE, "a spam-trade word in the path"),
    _s("path_sells_links", "url", "flag", 0, 1, 1, _PAGE, "a link seller's word in the path"),
    _s("is_machine_slug", "url", "flag", 0, 1, 1, _PAGE, "the path looks machine-made"),
    _s("is_forum_page", "url", "flag", 0, 1, 0, _PAGE, "a forum, guest book or comment page"),
    _s("is_directory_page", "url", "flag", 0, 1, 0, _PAGE, "a directory or bookmark page"),
    _s("is_archive_page", "url", "flag", 0, 1, 0, _PAGE, "a tag, search or archive page"),
    _s("is_profile_page", "url", "flag", 0, 1, 0, _PAGE, "a member's profile page"),
    _s("is_redirect_script", "url", "flag", 0, 1, 0, _PAGE, "the URL is a redirect script"),
    _s("is_stats_page", "url", "flag", 0, 1, 1, _PAGE, "a 'worth of' or statistics page"),
    # what the page links to
    _s(
        "external_links",
        "page",
        "log10(1 + links)",
        0,
        6,
        1,
        "page_external_links",
        "{value} links from the page to other sites",
    ),
    _s(
        "internal_links",
        "page",
        "log10(1 + links)",
        0,
        6,
        0,
        "page_internal_links",
        "{value} links from the page to its own site",
    ),
    _s(
        "linked_domains",
        "page",
        "log10(1 + domains)",
        0,
        6,
        1,
        "page_linked_domains",
        "the page links to {value} domains",
    ),
    _s(
        "outbound_link_density",
        "page",
        "share",
        0,
        1,
        1,
        "page_external_links page_internal_links",
        "{value} of the page's links lead to other sites",
    ),
    _s(
        "external_links_per_domain",
        "page",
        "log10 ratio",
        -1,
        5,
        0,
        "page_external_links page_linked_domains",
        "{value} links to each linked domain",
    ),
    _s(
        "page_answers",
        "page",
        "flag",
        0,
        1,
        0,
        "page_http_code",
        "the page answered the vendor with 200",
    ),
    _s("in_content", "page", "flag", 0, 1, -1, "in_content", "the link stands in the main text"),
    _s("has_language", "page", "flag", 0, 1, 0, "page_language", "the page's language was found"),
    _s(
        "title_length",
        "page",
        "characters",
        0,
        500,
        0,
        "referring_page_title",
        "the title has {value} characters",
    ),
    _s(
        "title_trade_word",
        "page",
        "flag",
        0,
        1,
        1,
        "referring_page_title",
        "a spam-trade word in the title",
    ),
    _s(
        "title_sells_links",
        "page",
        "flag",
        0,
        1,
        1,
        "referring_page_title",
        "a link seller's word in the title",
    ),
    _s(
        "context_trade_word",
        "page",
        "flag",
        0,
        1,
        1,
        "left_context|right_context",
        "a spam-trade word beside the link",
    ),
    _s(
        "context_length",
        "page",
        "characters",
        0,
        2000,
        0,
        "left_context|right_context",
        "{value} characters of text beside the link",
    ),
    _s(
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
    _s("is_nofollow", "link", "flag", 0, 1, 0, "rel_nofollow", "the link is nofollow"),
    _s("is_ugc", "link", "flag", 0, 1, 0, "rel_ugc", "the link is marked user generated"),
    _s("is_sponsored", "link", "flag", 0, 1, 0, "rel_sponsored", "the link is marked sponsored"),
    _s("is_image_link", "link", "flag", 0, 1, 0, "link_kind", "the link is an image"),
    _s("is_redirect_link", "link", "flag", 0, 1, 0, "link_kind", "the link is a redirect"),
    _s("is_sitewide", "link", "flag", 0, 1, 0, "sitewide", "the link is on the whole site"),
    _s(
        "links_in_group",
        "link",
        "log10(1 + links)",
        0,
        7,
        0,
        "links_in_group",
        "the vendor folded {value} like links into this row",
    ),
    _s(
        "only_rendered",
        "link",
        "flag",
        0,
        1,
        0,
        "seen_raw seen_rendered",
        "the link appears only after scripts ran",
    ),
    _s("is_lost", "link", "flag", 0, 1, 0, "is_lost|lost_at", "the vendor says the link is gone"),
    # reach and authority
    _s(
        "domain_traffic",
        "domain",
        "log10(1 + visits)",
        0,
        10,
        -1,
        "domain_traffic",
        "the domain gets {value} search visits a month",
    ),
    _s(
        "page_traffic",
        "domain",
        "log10(1 + visits)",
        0,
        9,
        -1,
        "page_traffic",
        "the page gets {value} search visits a month",
    ),
    _s(
        "page_keywords",
        "domain",
        "log10(1 + terms)",
        0,
        7,
        -1,
        "page_keywords",
        "the page ranks for {value} search terms",
    ),
    _s(
        "page_ref_domains",
        "domain",
        "log10(1 + domains)",
        0,
        7,
        0,
        "page_ref_domains",
        "{value} domains link to the page",
    ),
    _s(
        "domain_ref_domains",
        "domain",
        "log10(1 + domains)",
        0,
        8,
        -1,
        "domain_ref_domains",
        "{value} domains link to the domain",
    ),
    _s(
        "linked_to_referring",
        "domain",
        "log10 ratio",
        -6,
        6,
        1,
        "page_linked_domains|domain_linked_domains page_ref_domains|domain_ref_domains",
        "{value} domains linked for each domain that links in",
    ),
    _s(
        "domain_authority",
        "domain",
        "quantile",
        0,
        1,
        -1,
        "ahrefs_domain_rating|majestic_domain_trust_flow|moz_domain_authority",
        "the domain's authority is above {value} of linking domains",
    ),
    _s(
        "page_authority",
        "domain",
        "quantile",
        0,
        1,
        -1,
        "ahrefs_url_rating|majestic_page_trust_flow|moz_page_authority",
        "the page's authority is above {value} of linking pages",
    ),
    _s(
        "trust_to_citation",
        "domain",
        "ratio",
        0,
        3,
        -1,
        "majestic_page_trust_flow majestic_page_citation_flow",
        "trust is {value} times the citation flow",
    ),
    _s(
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
    _s(
        "link_age_days",
        "domain",
        "days",
        0,
        9000,
        0,
        "first_seen",
        "the link was first seen {value} days before the export",
    ),
    _s(
        "link_life_days",
        "domain",
        "days",
        0,
        9000,
        -1,
        "first_seen last_seen",
        "the link was seen over {value} days",
    ),
    _s(
        "crawl_age_days",
        "domain",
        "days",
        0,
        9000,
        0,
        "last_crawled",
        "the page was last visited {value} days before the export",
    ),
    _s(
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

# Knots (value, quantile): how a vendor's metric spreads over linking domains. Ahrefs DR: deciles
# of 1,125 linking domains of one property, published with the design notes of the data set; the
# others follow the same shape on their own scale and are marked as assumed in the model card.
_KNOTS: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "ahrefs_domain_rating": ((0, 0.4, 3.2, 14, 36, 62, 95), (0.04, 0.1, 0.25, 0.5, 0.75, 0.9, 1)),
    "majestic_domain_trust_flow": (
        (0, 1, 6, 14, 25, 42, 95),
        (0.06, 0.12, 0.3, 0.55, 0.77, 0.91, 1),
    ),
    "moz_domain_authority": ((0, 2, 8, 17, 34, 55, 97), (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 1)),
    "ahrefs_url_rating": ((0, 2, 4, 6, 10, 18, 90), (0.12, 0.3, 0.5, 0.65, 0.8, 0.92, 1)),
    "majestic_page_trust_flow": ((0, 1, 4, 9, 17, 30, 95), (0.15, 0.27, 0.5, 0.68, 0.82, 0.93, 1)),
    "moz_page_authority": ((0, 2, 10, 18, 28, 40, 97), (0.03, 0.12, 0.3, 0.55, 0.77, 0.91, 1)),
}


def _log(column: str) -> pl.Expr:
    return (pl.col(column).cast(pl.Float64).clip(lower_bound=0) + 1).log10()


def _quantile(column: str) -> pl.Expr:
    """Monotone interpolation through the knots of a vendor's metric, clipped at its ends."""
    values, quantiles = _KNOTS[column]
    x = pl.col(column).clip(values[0], values[-1])
    out = pl.lit(quantiles[0])
    for i in range(1, len(values)):
        rise = (quantiles[i] - quantiles[i - 1]) / (values[i] - values[i - 1])
        inside = x.clip(values[i - 1], values[i]) - values[i - 1]
        out = out + inside * rise
    return pl.when(pl.col(column).is_not_null()).then(out)


def _days(later: str, earlier: str) -> pl.Expr:
    return (pl.col(later) - pl.col(earlier)).dt.total_days()


def expressions(columns: frozenset[str]) -> dict[str, pl.Expr]:
    """Row-local expressions over the columns that exist.

    Parameters
    ----------
    columns : names of the block's columns; ``_path`` and ``_query`` (see ``kernel``) are among
        them.

    Returns
    -------
    dict from signal name to expression; a signal whose needs are not met is left out.
    """
    path, query = pl.col("_path"), pl.col("_query")
    spaced = edged(path)
    length = path.str.len_bytes().cast(pl.Float32)
    share = pl.when(length > 0)
    found: dict[str, pl.Expr] = {
        "url_length": pl.col("referring_page").str.len_bytes(),
        "path_depth": path.str.strip_chars("/").str.count_matches("/", literal=True)
        + (path.str.len_bytes() > 1),
        "path_digit_share": share.then(path.str.count_matches(r"[0-9]") / length).otherwise(0),
        "path_hyphen_count": path.str.count_matches("-", literal=True),
        "query_parameter_count": query.str.count_matches("=", literal=True),
        "is_https": pl.col("_scheme_https"),
        "has_port": pl.col("_has_port"),
        "is_home_page": (path.str.len_bytes() <= 1) & (query == ""),
        "path_non_ascii_share": share.then(
            (
                3 * path.str.count_matches(r"%[89A-Fa-f]")
                + path.str.len_bytes()
                - path.str.len_chars()
            )
            / length
        )
        .otherwise(0)
        .clip(0, 1),
        "path_trade_word": contains_trade(spaced, *TRADES),
        "path_sells_links": contains_trade(spaced, "link_sale"),
        "is_machine_slug": path.str.contains(_SLUG),
        "is_forum_page": pl.col("referring_page").str.contains(_FORUM),
        "is_directory_page": path.str.contains(_DIRECTORY),
        "is_archive_page": path.str.contains(_ARCHIVE),
        "is_profile_page": path.str.contains(_PROFILE),
        "is_redirect_script": pl.col("referring_page").str.contains(_REDIRECT),
        "is_stats_page": pl.col("referring_page").str.contains(_MACHINE_SITE),
    }
    build = {
        "external_links": lambda: _log("page_external_links"),
        "internal_links": lambda: _log("page_internal_links"),
        "linked_domains": lambda: _log("page_linked_domains"),
        "outbound_link_density": lambda: (
            pl.col("page_external_links")
            / (pl.col("page_external_links") + pl.col("page_internal_links") + 1)
        ),
        "external_links_per_domain": lambda: (
            _log("page_external_links") - _log("page_linked_domains")
        ),
        "page_answers": lambda: pl.col("page_http_code") == 200,
        "in_content": lambda: pl.col("in_content"),
        "has_language": lambda: pl.col("page_language").fill_null("").str.len_bytes() > 0,
        "title_length": lambda: pl.col("referring_page_title").str.len_chars(),
        "title_trade_word": lambda: contains_trade(edged(pl.col("referring_page_title")), *TRADES),
        "title_sells_links": lambda: contains_trade(
            edged(pl.col("referring_page_title")), "link_sale"
        ),
        "context_trade_word": lambda: contains_trade(edged(_context(columns)), *TRADES),
        "context_length": lambda: _context(columns).str.len_chars(),
        "context_link_signs": lambda: _context(columns).str.count_matches(r"[|•·»]|https?://"),
        "is_nofollow": lambda: pl.col("rel_nofollow"),
        "is_ugc": lambda: pl.col("rel_ugc"),
        "is_sponsored": lambda: pl.col("rel_sponsored"),
        "is_image_link": lambda: pl.col("link_kind") == "image",
        "is_redirect_link": lambda: pl.col("link_kind").is_in(["redirect", "canonical"]),
        "is_sitewide": lambda: pl.col("sitewide"),
        "links_in_group": lambda: _log("links_in_group"),
        "only_rendered": lambda: pl.col("seen_rendered") & ~pl.col("seen_raw"),
        "is_lost": lambda: _is_lost(columns),
        "domain_traffic": lambda: _log("domain_traffic"),
        "page_traffic": lambda: _log("page_traffic"),
        "page_keywords": lambda: _log("page_keywords"),
        "page_ref_domains": lambda: _log("page_ref_domains"),
        "domain_ref_domains": lambda: _log("domain_ref_domains"),
        "linked_to_referring": lambda: (
            _first(columns, "page_linked_domains", "domain_linked_domains", _log)
            - _first(columns, "domain_ref_domains", "page_ref_domains", _log)
        ),
        "domain_authority": lambda: _median_quantile(
            columns, "ahrefs_domain_rating", "majestic_domain_trust_flow", "moz_domain_authority"
        ),
        "page_authority": lambda: _median_quantile(
            columns, "ahrefs_url_rating", "majestic_page_trust_flow", "moz_page_authority"
        ),
        "trust_to_citation": lambda: (
            pl.col("majestic_page_trust_flow") / (pl.col("majestic_page_citation_flow") + 1)
        ),
        "hollow_rating": lambda: (
            _quantile("ahrefs_domain_rating") - (_log("domain_traffic") / 6).clip(0, 1)
        ),
        "link_age_days": lambda: _days("_as_of", "first_seen"),
        "link_life_days": lambda: _days("last_seen", "first_seen"),
        "crawl_age_days": lambda: _days("_as_of", "last_crawled"),
        # On the day the link appeared; where that is unknown, on the day of the export.
        "domain_age_days": lambda: (
            pl.coalesce(*[c for c in ("first_seen", "_as_of") if c in columns])
            - pl.col("domain_created_on")
        ).dt.total_days(),
    }
    for signal in SIGNALS:
        if signal.name in build and signal.available(columns):
            found[signal.name] = build[signal.name]()
    return found


def _first(columns: frozenset[str], a: str, b: str, make: type[pl.Expr] | object) -> pl.Expr:
    chosen = [c for c in (a, b) if c in columns]
    return pl.coalesce(*[_log(c) for c in chosen])


def _context(columns: frozenset[str]) -> pl.Expr:
    sides = [c for c in ("left_context", "right_context") if c in columns]
    return pl.concat_str(*sides, separator=" ", ignore_nulls=True)


def _is_lost(columns: frozenset[str]) -> pl.Expr:
    flags = [pl.col("lost_at").is_not_null()] if "lost_at" in columns else []
    if "is_lost" in columns:
        flags.append(pl.col("is_lost"))
    return pl.any_horizontal(*flags)


def _median_quantile(columns: frozenset[str], *metrics: str) -> pl.Expr:
    known = [_quantile(metric) for metric in metrics if metric in columns]
    return known[0] if len(known) == 1 else pl.mean_horizontal(*known)
