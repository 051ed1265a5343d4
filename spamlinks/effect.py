"""What a disavow file takes away: links, followed links, visited and good-looking domains.

Nothing here decides anything. It says, before a file is written, how much of a link profile each
of its lines ends, so that an owner sees a line that reaches further than meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from spamlinks.disavow import DisavowFile, Entry, Kind
from spamlinks.guards import institution_mask, platform_mask
from spamlinks.looks_good import good_score
from spamlinks.policy import Reason, Verdict
from spamlinks.signals.scales import mean_quantile
from spamlinks.urls import linking_domain

__all__ = ["Effect", "Sums", "covered_links", "effect_of", "examined"]

MIN_VISITS = 10
"""Search visits a month, as a vendor estimates them, from which a domain counts as visited."""
HIGH_AUTHORITY = 0.75
"""A vendor's metric above that of three in four linking domains counts as authority."""
_METRICS = ("ahrefs_domain_rating", "majestic_domain_trust_flow", "moz_domain_authority")
_SPARED = [r.value for r in (Reason.OWN_SITE, Reason.KEEP_LIST, Reason.PLATFORM)] + [
    r.value for r in (Reason.INSTITUTION, Reason.POPULAR)
]
SHOWN_NAMES = 3


@dataclass(frozen=True, slots=True)
class Sums:
    """What some lines take away together; None where the exports do not say.

    ``good`` counts domains that look good and have followed links: honest nine times in ten even if
    half of such entries were spam, or a site that nobody should disavow without a look.
    """

    entries: int
    links: int
    followed_links: int | None
    domains: int
    visited: int | None
    authority: int | None
    good: int

    def to_dict(self) -> dict[str, Any]:
        """For run.json."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True)
class Effect:
    """The effect of a disavow file on a link profile.

    ``lines`` has one row per line that covers a link, most links first: ``line`` (number),
    ``entry``, ``new`` (not in the live file), ``links``, ``followed_links``, ``domains``,
    ``visited``, ``authority`` (null where not known), ``good`` and ``good_names`` (the domains that
    look good, most links first). A link that two lines cover counts for the closest. ``all_links``,
    ``all_followed`` and ``all_domains`` are those of the profile.
    """

    whole: Sums
    new: Sums
    lines: pl.DataFrame
    all_links: int
    all_followed: int | None
    all_domains: int
    source: str = "links"

    def to_dict(self, most: int = 100) -> dict[str, Any]:
        """For run.json: the sums, and the lines with the most links and all that hit good sites."""
        hits = self.lines.filter(pl.col("good") > 0)
        shown = pl.concat([hits, self.lines.filter(pl.col("good") == 0)]).head(
            max(most, hits.height)
        )
        rows = shown.with_columns(pl.col("good_names").list.head(10)).to_dicts()
        return {
            "counted_from": self.source,
            "profile": {
                "links": self.all_links,
                "followed_links": self.all_followed,
                "domains": self.all_domains,
            },
            "whole_file": self.whole.to_dict(),
            "new_entries": self.new.to_dict(),
            "lines": rows,
            "lines_not_listed": self.lines.height - shown.height,
        }

    def sentences(self, most: int = 5) -> list[str]:
        """What to tell the owner before the file is written; [] where it takes nothing away."""
        out = []
        if self.new.links:
            out.append(f"The new entries take away {self._said(self.new)}.")
        if self.whole.links > self.new.links:
            what = "The whole file takes" if self.new.links else "The live file takes"
            out.append(f"{what} away {self._said(self.whole)}.")
        unknown = [
            what
            for many, what in (
                (self.whole.followed_links, "followed links"),
                (self.whole.visited, "search visits"),
                (self.whole.authority, "authority"),
            )
            if many is None
        ]
        if out and self.source != "links":
            out.append(
                "Counted from the table of domains, without the links: entries for a part of a "
                "domain or a single page are not counted."
            )
        if out and unknown:
            out.append(f"Not known here: {', '.join(unknown)}.")
        hits = self.lines.filter(pl.col("good") > 0)
        for row in hits.head(most).iter_rows(named=True):
            out.append(_warning(row))
        if hits.height > most:
            out.append(f"{hits.height - most:,} more lines hit domains that look good.")
        return out

    def _said(self, sums: Sums) -> str:
        followed = ""
        if sums.followed_links is not None and self.all_followed is not None:
            followed = f" ({sums.followed_links:,} of {self.all_followed:,} followed)"
        parts = [
            f"{sums.links:,} of {_counted(self.all_links, 'link')}{followed} from "
            f"{sums.domains:,} of {_counted(self.all_domains, 'domain')}"
        ]
        known = [
            f"{many:,} with {what}"
            for many, what in ((sums.visited, "search visits"), (sums.authority, "authority"))
            if many is not None
        ]
        return "; ".join([*parts, ", ".join(known)] if known else parts)


def _warning(row: Mapping[str, Any]) -> str:
    names, good = row["good_names"], row["good"]
    shown = ", ".join(names[:SHOWN_NAMES])
    more = f" and {good - SHOWN_NAMES:,} more" if good > SHOWN_NAMES else ""
    looks = "a domain that looks" if good == 1 else f"{good:,} domains that look"
    return f"Line {row['line']:,} ({row['entry']}) hits {looks} good: {shown}{more}."


def _counted(many: int, noun: str) -> str:
    return f"{many:,} {noun}{'' if many == 1 else 's'}"


def effect_of(
    file: DisavowFile,
    domains: pl.DataFrame,
    links: pl.DataFrame | None = None,
    *,
    live: DisavowFile | None = None,
    prior: float = 0.1,
) -> Effect:
    """Count what a disavow file takes away from a link profile.

    Parameters
    ----------
    file : the file as it would be uploaded.
    domains : one row per linking domain with ``linking_domain``, ``links``, ``followed_links``,
        ``spam_score`` and ``reason``, as ``Audit.domains``.
    links : the links, as ``Audit.links``. Without them lines that cover only a part of a domain
        count nothing, and visits and authority are not known.
    live : the file that Google holds; entries that it lacks are the new ones.
    prior : the share of linking domains that the scores assume to be spam.

    Returns
    -------
    Effect. A domain that a line covers whole counts with its own number of links, one of which a
    line covers a part with the number of its rows there, each with ``links_in_group``.
    """
    # A table that a spreadsheet saved holds texts.
    counts = pl.col("links", "followed_links").cast(pl.Int64, strict=False)
    domains = domains.with_columns(counts)
    table = _domain_table(domains, links, prior)
    hits = covered_links(file, table, links)
    facts = table.select("linking_domain", "visits", "quantile", "good")
    joined = hits.join(facts, on="linking_domain", how="left", maintain_order="left")
    known = frozenset(links.columns) if links is not None else frozenset()
    rel = links is None or bool(known & {"rel_nofollow", "rel_ugc", "rel_sponsored"})
    if not rel:
        joined = joined.with_columns(followed_links=pl.lit(None, dtype=pl.Int64))
    lines = (
        joined.sort("links", "linking_domain", descending=[True, False])
        .group_by("line", maintain_order=True)
        .agg(
            pl.col("links").sum(),
            _sum_or_null("followed_links"),
            pl.col("linking_domain").n_unique().alias("domains"),
            _count_or_null(pl.col("visits") >= MIN_VISITS, "visited"),
            _count_or_null(pl.col("quantile") >= HIGH_AUTHORITY, "authority"),
            pl.col("good").sum().cast(pl.Int64),
            pl.col("linking_domain").filter("good").alias("good_names"),
        )
    )
    before = live.entry_set if live is not None else frozenset()
    named = {line.number: Entry(line.kind, line.value) for line in file.entries}
    lines = lines.with_columns(
        pl.Series("entry", [named[n].line for n in lines["line"]], dtype=pl.String),
        pl.Series("new", [named[n] not in before for n in lines["line"]], dtype=pl.Boolean),
    ).select(
        "line", "entry", "new", "links", "followed_links", "domains", "visited", "authority",
        "good", "good_names",
    )  # fmt: skip
    new_lines = lines.filter("new")["line"]
    fresh = joined.filter(pl.col("line").is_in(new_lines.implode()))
    new_entries = sum(entry not in before for entry in file.entry_set)
    whole, new = _sums(joined, len(file.entry_set)), _sums(fresh, new_entries)
    if not fresh.height:  # of what is known at all, nothing is 0
        new = replace(
            new,
            followed_links=None if whole.followed_links is None else 0,
            visited=None if whole.visited is None else 0,
            authority=None if whole.authority is None else 0,
        )
    return Effect(
        whole,
        new,
        lines.sort("links", "line", descending=[True, False]),
        int(domains["links"].sum()),
        int(domains["followed_links"].sum() or 0) if rel and _told(domains) else None,
        domains.height,
        "links" if links is not None else "domains",
    )


def _told(domains: pl.DataFrame) -> bool:
    return bool(domains["followed_links"].is_not_null().any())


def _sum_or_null(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)


def _count_or_null(test: pl.Expr, name: str) -> pl.Expr:
    return pl.when(test.is_not_null().any()).then(test.sum().cast(pl.Int64)).alias(name)


def _sums(hits: pl.DataFrame, entries: int) -> Sums:
    one = hits.group_by("linking_domain").agg(
        pl.col("visits").first(), pl.col("quantile").first(), pl.col("good").first()
    )
    row = one.select(
        _count_or_null(pl.col("visits") >= MIN_VISITS, "visited"),
        _count_or_null(pl.col("quantile") >= HIGH_AUTHORITY, "authority"),
        pl.col("good").sum().cast(pl.Int64),
    ).row(0, named=True)
    followed = hits.select(_sum_or_null("followed_links")).item() if hits.height else None
    return Sums(
        entries,
        int(hits["links"].sum()),
        followed,
        one.height,
        row["visited"],
        row["authority"],
        row["good"] or 0,
    )


def _domain_table(domains: pl.DataFrame, links: pl.DataFrame | None, prior: float) -> pl.DataFrame:
    """One row per linking domain: counts, visits, authority, and whether it looks good."""
    names = domains["linking_domain"]
    spared = domains["reason"].is_in(pl.Series(_SPARED).implode())
    if "verdict" in domains.columns:  # what people decided to keep is good, whatever its score
        kept = (domains["verdict"] == Verdict.KEEP.value).fill_null(value=False)
        spared |= kept & (domains["reason"] == Reason.DECIDED.value)
    spared |= (platform_mask(names) | institution_mask(names)).fill_null(value=False)
    table = domains.select(
        "linking_domain",
        "links",
        "followed_links",
        good=(good_score(pl.col("spam_score"), prior) | spared)
        & (pl.col("followed_links").fill_null(1) > 0),
    )
    columns = frozenset(links.columns) if links is not None else frozenset()
    metrics = [name for name in _METRICS if name in columns]
    if links is None or not (metrics or "domain_traffic" in columns):
        return table.with_columns(
            visits=pl.lit(None, dtype=pl.Float64), quantile=pl.lit(None, dtype=pl.Float64)
        )
    visits = pl.col("domain_traffic") if "domain_traffic" in columns else pl.lit(None, pl.Float64)
    quantile = mean_quantile(columns, *metrics) if metrics else pl.lit(None, pl.Float64)
    reach = (
        links.lazy()
        .select("linking_domain", visits=visits, quantile=quantile)
        .group_by("linking_domain")
        .agg(pl.col("visits").max(), pl.col("quantile").max())
        .collect()
    )
    return table.join(reach, on="linking_domain", how="left", maintain_order="left")


_HITS = ("line", "linking_domain", "links", "followed_links")


def covered_links(
    file: DisavowFile, table: pl.DataFrame, links: pl.DataFrame | None
) -> pl.DataFrame:
    """Count what each line covers of each linking domain.

    Parameters
    ----------
    file : a disavow file.
    table : one row per linking domain with ``linking_domain``, ``links`` and ``followed_links``.
    links : as ``Audit.links``; without them lines that cover only a part of a domain count nothing.

    Returns
    -------
    DataFrame with ``line``, ``linking_domain``, ``links`` and ``followed_links``, one row per pair.
    """
    whole = table.with_columns(file.covering(table["linking_domain"]).alias("line"))
    inside = {  # domains that some line names a part of, so that its rows must be looked at
        linking_domain(host) or host
        for host in (Entry(x.kind, x.value).host for x in _partial(file))
    }
    partly = pl.col("linking_domain").is_in(pl.Series(sorted(inside), dtype=pl.String).implode())
    rows = whole.filter(~partly) if links is not None else whole
    found = rows.filter(pl.col("line").is_not_null()).select(*_HITS)
    if links is None or not inside:
        return found
    some = links.filter(partly)
    weight = pl.lit(1, dtype=pl.Int64)
    if "links_in_group" in some.columns:
        weight = pl.col("links_in_group").fill_null(1).clip(1)
    rel = [name for name in ("rel_nofollow", "rel_ugc", "rel_sponsored") if name in some.columns]
    dead = pl.any_horizontal(pl.col(name).fill_null(value=False) for name in rel) if rel else None
    counted = (
        some.with_columns(file.covering(some["referring_page"]).alias("line"))
        .with_columns(
            links=weight, followed_links=weight if dead is None else weight * (~dead).cast(pl.Int64)
        )
        .group_by("linking_domain", "line", maintain_order=True)
        .agg(pl.col("links").sum(), pl.col("followed_links").sum())
    )
    # Where one line covers all rows of a domain, the domain's own count holds, which counts links
    # that several exports know once.
    alone = counted.filter(pl.len().over("linking_domain") == 1).select("linking_domain", "line")
    alone = alone.join(
        table.select("linking_domain", "links", "followed_links"), on="linking_domain", how="left"
    )
    parts = counted.filter(pl.len().over("linking_domain") > 1)
    extra = pl.concat([part.select(*_HITS) for part in (alone, parts)])
    return pl.concat([found, extra.filter(pl.col("line").is_not_null())], how="vertical_relaxed")


def examined(file: DisavowFile, domains: pl.DataFrame, links: pl.DataFrame) -> pl.Series:
    """Names under which an entry may fall: linking domains, and pages where an entry names a part.

    For ``not_reexamined``, without looking at a million pages that no entry names.
    """
    inside = {linking_domain(Entry(x.kind, x.value).host) for x in _partial(file)}
    partly = links["linking_domain"].is_in(pl.Series(sorted(inside), dtype=pl.String).implode())
    pages = links.filter(partly.fill_null(value=False))["referring_page"].unique()
    return pl.concat([domains["linking_domain"].alias("name"), pages.alias("name")]).drop_nulls()


def _partial(file: DisavowFile) -> list[Any]:
    """Lines that may cover a part of a linking domain only."""
    return [
        line
        for line in file.entries
        if line.kind is Kind.URL or (linking_domain(line.value) or line.value) != line.value
    ]
