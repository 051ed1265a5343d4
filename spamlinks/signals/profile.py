"""Signals of the whole profile: tables over all links of the input, keyed by integer codes.

No label enters here. Rows that a vendor folded (``links_in_group``) count as many links as they
stand for, and one site never counts as more than one domain.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from spamlinks.signals.declare import Direction, Place, Signal

__all__ = [
    "RANKED",
    "SIGNALS",
    "affix_signals",
    "anchor_spread",
    "day_signals",
    "domain_signals",
    "name_patterns",
    "shape_signals",
]


def _s(
    name: str,
    unit: str,
    low: float,
    high: float,
    direction: Direction,
    needs: str,
    text: str,
    place: Place,
) -> Signal:
    return Signal(name, 1, "profile", unit, low, high, direction, tuple(needs.split()), text, place)


def _ranks() -> Iterator[Signal]:
    table: tuple[tuple[str, Direction, str, str], ...] = (
        ("domain_traffic", -1, "domain_traffic", "the domain's search visits rank above {value}"),
        ("page_traffic", -1, "page_traffic", "the page's search visits rank above {value}"),
        (
            "domain_authority",
            -1,
            "ahrefs_domain_rating|majestic_domain_trust_flow|moz_domain_authority",
            "the domain's authority ranks above {value}",
        ),
        (
            "page_authority",
            -1,
            "ahrefs_url_rating|majestic_page_trust_flow|moz_page_authority",
            "the page's authority ranks above {value}",
        ),
        ("external_links", 1, "page_external_links", "more links to other sites than {value}"),
        ("linked_domains", 1, "page_linked_domains", "links to more domains than {value}"),
    )
    for name, direction, needs, text in table:
        sentence = f"{text} of this file"
        yield _s(f"{name}_rank", "quantile in file", 0, 1, direction, needs, sentence, "rank")


_PAGE = "referring_page"
SIGNALS: tuple[Signal, ...] = (
    # one row per linking domain
    _s(
        "links_from_domain",
        "log10(1 + links)",
        0,
        7,
        0,
        _PAGE,
        "{value} links from this domain",
        "domain",
    ),
    _s(
        "hosts_of_domain",
        "log10(1 + hosts)",
        0,
        5,
        0,
        _PAGE,
        "{value} hosts of this domain link",
        "domain",
    ),
    _s(
        "anchors_per_link",
        "share",
        0,
        1,
        0,
        "anchor_text",
        "{value} distinct anchors per row of this domain",
        "domain",
    ),
    _s(
        "targets_of_domain",
        "log10(1 + URLs)",
        0,
        6,
        0,
        "target_url",
        "the domain links to {value} of your URLs",
        "domain",
    ),
    _s(
        "followed_share",
        "share",
        0,
        1,
        0,
        "rel_nofollow",
        "{value} of the domain's links are followed",
        "domain",
    ),
    _s(
        "domain_first_seen_age_days",
        "days",
        0,
        9000,
        -1,
        "first_seen",
        "the domain's oldest link is {value} days old",
        "domain",
    ),
    _s(
        "domain_link_span_days",
        "days",
        0,
        9000,
        0,
        "first_seen",
        "the domain's links appeared over {value} days",
        "domain",
    ),
    _s(
        "affix_domains",
        "log10(1 + domains)",
        0,
        5,
        1,
        _PAGE,
        "{value} linking domains in all with this name pattern",
        "domain",
    ),
    # one row per anchor
    _s(
        "anchor_domains",
        "log10(1 + domains)",
        0,
        6,
        0,
        "anchor_text",
        "{value} domains use this anchor",
        "anchor",
    ),
    _s(
        "anchor_domain_share",
        "share",
        0,
        1,
        0,
        "anchor_text",
        "{value} of all linking domains use this anchor",
        "anchor",
    ),
    # one row per path shape (letters to a, digits to 9)
    _s(
        "shape_domains",
        "log10(1 + domains)",
        0,
        6,
        0,
        _PAGE,
        "{value} domains have pages of this path shape",
        "shape",
    ),
    # one row per day of first sight
    _s(
        "week_surge",
        "ratio",
        0,
        100,
        0,
        "first_seen",
        "{value} times the usual number of new domains that week",
        "row",
    ),
    # ranks within the file
    *_ranks(),
    _s(
        "rank_sum",
        "quantile in file",
        0,
        1,
        1,
        "page_external_links domain_traffic|ahrefs_url_rating|majestic_page_trust_flow",
        "many links out for little reach: {value} on the scale of this file",
        "rank",
    ),
)

RANKED: dict[str, int] = {
    s.name.removesuffix("_rank"): s.direction
    for s in SIGNALS
    if s.place == "rank" and s.name != "rank_sum"
}
"""Row signals that are also ranked within the file, with their direction."""

MIN_AFFIX_DOMAINS = 3
"""A shared name pattern counts from this many domains on."""

AFFIX_CHANCE = 300
"""And only when more than one in so many domains of the profile share it."""


def _count(expr: pl.Expr) -> pl.Expr:
    return (1 + expr.cast(pl.Float64)).log10().cast(pl.Float32)


def domain_signals(frame: pl.DataFrame) -> pl.DataFrame:
    """Group the coded backlinks by ``_domain``.

    Returns
    -------
    DataFrame with ``_domain`` and the available domain-level signals but ``affix_domains``.
    """
    names = set(frame.columns)
    links = pl.len().cast(pl.Int64)
    if "links_in_group" in names:
        links = pl.col("links_in_group").fill_null(1).clip(lower_bound=1).sum()
    if "links_from_domain" in names:
        links = pl.max_horizontal(links, pl.col("links_from_domain").max().fill_null(0))
    out = [
        _count(links).alias("links_from_domain"),
        _count(pl.col("_host").n_unique()).alias("hosts_of_domain"),
    ]
    if "_anchor" in names:
        known = pl.col("anchor_text").is_not_null()
        out.append(
            pl.when(known.any())
            .then(pl.col("_anchor").n_unique() / pl.len())
            .cast(pl.Float32)
            .alias("anchors_per_link")
        )
    if "_pair_target" in names:
        out.append(_count(pl.col("_pair_target").n_unique()).alias("targets_of_domain"))
    if "rel_nofollow" in names:
        out.append((~pl.col("rel_nofollow")).mean().cast(pl.Float32).alias("followed_share"))
    if "first_seen" in names:
        first = pl.col("first_seen").min()
        out.append(
            (pl.col("_as_of").max() - first)
            .dt.total_days()
            .cast(pl.Float32)
            .alias("domain_first_seen_age_days")
        )
        out.append(
            (pl.col("first_seen").max() - first)
            .dt.total_days()
            .cast(pl.Float32)
            .alias("domain_link_span_days")
        )
    return frame.group_by("_domain").agg(out)


def name_patterns(domains: pl.Series, suffixes: pl.Series) -> pl.DataFrame:
    """Find linking domains that share the first or last six characters of a name, and the ending.

    Names such as seoexpress-a.store and seoexpress-b.store are one operator's. Names shorter than
    eight characters share too much by chance and count as alone.

    Returns
    -------
    DataFrame aligned with ``domains``: ``pattern``, such as "seoexp*.store", null where no pattern
    is shared by enough; ``members``, UInt32, the domains that share it (1 where null).
    """
    frame = (
        pl.DataFrame({"d": domains, "s": suffixes})
        .with_columns(label=pl.col("d").str.strip_suffix(pl.concat_str(pl.lit("."), "s")))
        .with_columns(
            long=pl.col("label").str.len_chars() >= 8,
            head=pl.concat_str(pl.col("label").str.slice(0, 6), pl.lit("*."), "s"),
            tail=pl.concat_str(pl.lit("*"), pl.col("label").str.slice(-6), pl.lit("."), "s"),
        )
        .with_columns(
            n_head=pl.col("long").sum().over("head"), n_tail=pl.col("long").sum().over("tail")
        )
    )
    most = pl.max_horizontal("n_head", "n_tail")
    # In a large profile honest names collide too: ask for more the more names there are.
    floor = max(MIN_AFFIX_DOMAINS, -(-len(domains) // AFFIX_CHANCE))
    shared = pl.col("long") & (most >= floor)
    name = pl.when(pl.col("n_head") >= pl.col("n_tail")).then("head").otherwise("tail")
    return frame.select(
        pattern=pl.when(shared).then(name),
        members=pl.when(shared).then(most).otherwise(1).cast(pl.UInt32),
    )


def affix_signals(domains: pl.Series, suffixes: pl.Series) -> pl.Series:
    """How many linking domains share a name pattern.

    Returns
    -------
    float32 Series aligned with ``domains``: log10(1 + domains), 0.301 (one domain) at least.
    """
    members = name_patterns(domains, suffixes)
    return members.select(_count(pl.col("members")).alias("affix_domains"))["affix_domains"]


def anchor_spread(frame: pl.DataFrame) -> pl.DataFrame:
    """How many linking domains use each anchor: ``_anchor`` and two signals."""
    total = frame["_domain"].n_unique()
    return (
        frame.lazy()
        .select("_anchor", "_domain")
        .unique()
        .group_by("_anchor")
        .len()
        .select(
            "_anchor",
            _count(pl.col("len")).alias("anchor_domains"),
            (pl.col("len") / max(total, 1)).cast(pl.Float32).alias("anchor_domain_share"),
        )
        .collect()
    )


def shape_signals(frame: pl.DataFrame) -> pl.DataFrame:
    """How many linking domains have pages of one path shape: ``_shape`` and one signal."""
    return (
        frame.lazy()
        .select("_shape", "_domain")
        .unique()
        .group_by("_shape")
        .len()
        .select("_shape", _count(pl.col("len")).alias("shape_domains"))
        .collect()
    )


def day_signals(frame: pl.DataFrame) -> pl.DataFrame:
    """New linking domains of each week against the profile's median week.

    Returns
    -------
    DataFrame with ``_week`` (a Date, its Monday) and ``week_surge``; empty without dates. The
    median is over weeks that brought at least one domain.
    """
    firsts = (
        frame.lazy()
        .filter(pl.col("first_seen").is_not_null())
        .group_by("_domain")
        .agg(pl.col("first_seen").min())
        .select(_week=pl.col("first_seen").dt.truncate("1w"))
        .group_by("_week")
        .len()
    )
    return firsts.select(
        "_week", (pl.col("len") / pl.col("len").median()).cast(pl.Float32).alias("week_surge")
    ).collect()
