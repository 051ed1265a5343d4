"""Signals of the linking page's URL: its path, its query and what kind of page it names."""

from __future__ import annotations

import polars as pl

from spamlinks.signals.declare import Signal, row_signal
from spamlinks.signals.words import TRADES, has_trade

__all__ = ["SIGNALS", "expressions", "paths"]

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
# Shapes no editor chooses. Numbers alone (/2024/05/12.html, /news/123456.html) are honest archives.
_SLUG = r"[0-9a-f]{32}|/all/\d+/\d+\.html?$|-list\.html?$|/page-\d{3,}\.html?$"
_MACHINE_SITE = (
    "whois sitestat siteworth worthof worth-of websiteworth webstat domainstat domain-stat "
    "alexarank alexa-rank siteinfo site-info urlrate statshow similarsites siteprice site-price "
    "hypestat seocheck webrate siterank"
).split()

_PAGE = "referring_page"
SIGNALS: tuple[Signal, ...] = (
    row_signal(
        "url_length",
        "url",
        "characters",
        0,
        2048,
        0,
        _PAGE,
        "the page's URL has {value} characters",
    ),
    row_signal("path_depth", "url", "levels", 0, 50, 0, _PAGE, "{value} levels in the URL's path"),
    row_signal(
        "path_digit_share", "url", "share", 0, 1, 0, _PAGE, "{value} of the path are digits"
    ),
    row_signal(
        "path_hyphen_count", "url", "hyphens", 0, 100, 0, _PAGE, "{value} hyphens in the path"
    ),
    row_signal(
        "query_parameter_count", "url", "parameters", 0, 50, 0, _PAGE, "{value} query parameters"
    ),
    row_signal("is_https", "url", "flag", 0, 1, 0, _PAGE, "the page is served over https"),
    row_signal("has_port", "url", "flag", 0, 1, 0, _PAGE, "the URL names a port"),
    row_signal("is_home_page", "url", "flag", 0, 1, 0, _PAGE, "the link is on a home page"),
    row_signal(
        "path_non_ascii_share", "url", "share", 0, 1, 0, _PAGE, "{value} of the path is not Latin"
    ),
    row_signal("path_trade_word", "url", "flag", 0, 1, 1, _PAGE, "a spam-trade word in the path"),
    row_signal(
        "path_sells_links", "url", "flag", 0, 1, 1, _PAGE, "a link seller's word in the path"
    ),
    row_signal("is_machine_slug", "url", "flag", 0, 1, 1, _PAGE, "the path looks machine-made"),
    row_signal(
        "is_forum_page", "url", "flag", 0, 1, 0, _PAGE, "a forum, guest book or comment page"
    ),
    row_signal("is_directory_page", "url", "flag", 0, 1, 0, _PAGE, "a directory or bookmark page"),
    row_signal("is_archive_page", "url", "flag", 0, 1, 0, _PAGE, "a tag, search or archive page"),
    row_signal("is_profile_page", "url", "flag", 0, 1, 0, _PAGE, "a member's profile page"),
    row_signal("is_redirect_script", "url", "flag", 0, 1, 0, _PAGE, "the URL is a redirect script"),
    row_signal("is_stats_page", "url", "flag", 0, 1, 1, _PAGE, "a 'worth of' or statistics page"),
)


def expressions(columns: frozenset[str], trades: tuple[str, ...] = TRADES) -> dict[str, pl.Expr]:
    """Row-local expressions over the URL and its parts.

    Parameters
    ----------
    columns : not looked at; every backlink has a ``referring_page``. The block must also hold
        ``_path``, ``_query``, ``_scheme_https`` and ``_has_port`` (see ``kernel``).
    trades : spam trades that count (``words.foreign_trades``).

    Returns
    -------
    dict from the name of each signal to its expression.
    """
    path, query = pl.col("_path"), pl.col("_query")
    length = path.str.len_bytes().cast(pl.Float32)
    share = pl.when(length > 0)
    return {
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
                # bytes of other characters, so that both spellings of a path agree
                + path.str.len_bytes()
                - path.str.len_chars()
                + path.str.count_matches(r"[^\x00-\x7F]")
            )
            / length
        )
        .otherwise(0)
        .clip(0, 1),
        "path_trade_word": has_trade(path, *trades),
        "path_sells_links": has_trade(path, "link_sale"),
        "is_machine_slug": path.str.contains(_SLUG),
        "is_forum_page": pl.col("referring_page").str.contains(_FORUM),
        "is_directory_page": path.str.contains(_DIRECTORY),
        "is_archive_page": path.str.contains(_ARCHIVE),
        "is_profile_page": path.str.contains(_PROFILE),
        "is_redirect_script": pl.col("referring_page").str.contains(_REDIRECT),
        "is_stats_page": pl.col("referring_page").str.contains_any(
            _MACHINE_SITE, ascii_case_insensitive=True
        ),
    }


_PATH = r"^(?:[A-Za-z][A-Za-z0-9+.\-]*:)?(?://)?[^/?#]*([^?#]*)"


def paths(pages: pl.Series) -> pl.DataFrame:
    """Path and query of URLs, "" where there is none."""
    page = pl.col("page")
    bare = page.str.splitn("#", 2).struct.field("field_0").str.splitn("?", 2)
    parts = bare.struct.field("field_0").str.splitn("/", 4)
    rest = parts.struct.field("field_3")
    out = pl.DataFrame({"page": pages}).select(
        _path=pl.when(rest.is_not_null())
        .then(pl.concat_str(pl.lit("/"), rest))
        .otherwise(pl.lit("")),
        _query=bare.struct.field("field_1").fill_null(""),
        plain=(parts.struct.field("field_1") == "").fill_null(value=False)
        & parts.struct.field("field_0").str.ends_with(":"),
    )
    odd = (~out["plain"]).arg_true()  # no scheme: the path starts at another slash
    if odd.len():
        paths = pages.gather(odd).str.extract(_PATH).fill_null("")
        out = out.with_columns(out["_path"].scatter(odd, paths))
    return out.drop("plain")
