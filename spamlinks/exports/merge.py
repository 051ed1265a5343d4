"""Several exports together: one row per link, own pages set aside, every record accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from spamlinks.errors import InputError, RefusedExport
from spamlinks.exports.keys import duplicate_groups
from spamlinks.exports.read import Reading
from spamlinks.schema import FIELDS, VENDOR_VERDICTS
from spamlinks.urls import authority_expr, linking_domain, parse_host

__all__ = ["FileCount", "Merged", "guess_site", "merge"]

INTERNAL_SHARE = 0.9
"""A file with at least this share of links from the site itself lists internal links."""
INTERNAL_MIN_RECORDS = 3
_EARLIEST = ("first_seen",)
_LATEST = ("last_seen", "last_crawled", "lost_at")
_PROVENANCE = ("export_file", "export_row", "vendor", "export_date", "grain", "referring_page")


@dataclass(frozen=True, slots=True)
class FileCount:
    """Where the records of one file went: records = links + duplicates + own_site + rejected."""

    file: str
    format: str
    records: int
    links: int
    duplicates: int
    own_site: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Merged:
    """All exports as one table.

    ``backlinks`` has the columns any export supplies, in the schema's order, one row per link in
    the order of the files, and ``seen_by``: the vendors that know the link, sorted, joined by
    "+". ``own_site`` holds the rows whose page is on the site itself, ``rejected`` the records
    without a usable page. ``files`` counts both and the duplicates; the sums of ``total`` add up.
    """

    backlinks: pl.DataFrame
    rejected: pl.DataFrame
    own_site: pl.DataFrame
    files: tuple[FileCount, ...]
    notes: tuple[str, ...]

    @property
    def total(self) -> FileCount:
        """Counts over all files."""
        sums = [
            sum(getattr(file, name) for file in self.files)
            for name in ("records", "links", "duplicates", "own_site", "rejected")
        ]
        return FileCount("all files", "", *sums)


def merge(readings: Sequence[Reading], site: str | None) -> Merged:
    """Merge readings into one row per link.

    Two rows are one link when page (without fragment and closing slash), target host and path and
    anchor agree; what a row does not know agrees with anything. The row that knows most stands for
    the link, its nulls are filled from the others; first_seen is the earliest, last_seen the
    latest; rel values that contradict each other become null.

    Parameters
    ----------
    readings : at least one; byte-identical files count once and are named in the notes.
    site : URL or domain of the user's own site, None when unknown (nothing is set aside then).

    Raises
    ------
    InputError : no readings, or ``site`` is no domain.
    RefusedExport : (nearly) all links of a file come from the site itself.
    """
    if not readings:
        raise InputError("exports", "no export was given", "Give at least one file.")
    readings, notes = _once_each(readings)
    own_domain = _own_domain(site)
    table = pl.concat([reading.backlinks for reading in readings], how="diagonal", rechunk=False)
    names: list[str] = table.columns
    names.sort(key=_place)
    table = table.select(names)
    heights = [reading.backlinks.height for reading in readings]
    file = pl.concat([pl.repeat(i, n, dtype=pl.UInt32, eager=True) for i, n in enumerate(heights)])
    own = _own_rows(table, own_domain)
    own_counts = _counts(file.filter(own), len(readings))
    for reading, count in zip(readings, own_counts, strict=True):
        _refuse_internal(reading, count)
    own_site = table.filter(own) if own.any() else table.clear()
    backlinks, kept_file = _fuse(table, file, own)
    links = _counts(kept_file, len(readings))
    files = tuple(
        FileCount(
            file=reading.source,
            format=reading.format.name,
            records=reading.records,
            links=links[i],
            duplicates=reading.backlinks.height - own_counts[i] - links[i],
            own_site=own_counts[i],
            rejected=reading.rejected.height,
        )
        for i, reading in enumerate(readings)
    )
    rejected = pl.concat([reading.rejected for reading in readings])
    return Merged(backlinks, rejected, own_site, files, tuple(notes))


def _place(name: str) -> int:
    """Place of a column: that of the schema, columns kept from the files after it."""
    return list(FIELDS).index(name) if name in FIELDS else len(FIELDS)


def guess_site(readings: Sequence[Reading]) -> str | None:
    """Return the domain that most links point to, else the one the file names agree on, else None.

    The domain is the one people decide about (``me.blogspot.com``, not ``blogspot.com``).
    """
    domains: Counter[str] = Counter()
    for reading in readings:
        if "target_url" not in reading.backlinks.columns:
            continue
        targets = reading.backlinks["target_url"].drop_nulls().value_counts()
        hosts = targets.group_by(authority_expr("target_url").alias("host")).agg(
            pl.col("count").sum()
        )
        for host, count in hosts.rows():
            domains[parse_host(host).linking_domain] += count
    domains.pop("", None)
    if domains:
        domain, count = domains.most_common(1)[0]
        if count * 2 > domains.total():
            return domain
    named = {linking_domain(r.property) for r in readings if r.property is not None}
    return named.pop() if len(named) == 1 else None


def _once_each(readings: Sequence[Reading]) -> tuple[list[Reading], list[str]]:
    first: dict[str, Reading] = {}
    notes = []
    for reading in readings:
        twin = first.setdefault(reading.sha256, reading)
        if twin is not reading:
            notes.append(f"{reading.source} is a copy of {twin.source}, counted once")
    return list(first.values()), notes


def _own_domain(site: str | None) -> str:
    if site is None:
        return ""
    domain = linking_domain(site)
    if not domain:
        raise InputError(f"site {site[:80]!r}", "it is no domain", "Give it as example.com.")
    return domain


def _own_rows(table: pl.DataFrame, domain: str) -> pl.Series:
    """Mark the rows whose page is on the domain; the few that mention it are parsed."""
    nothing = pl.repeat(False, table.height, dtype=pl.Boolean, eager=True)
    if not domain:
        return nothing
    # An escaped or international spelling of the host does not show its name.
    hidden = r"^(?:[^/]*//)?[^/]*(?:[^\x00-\x7f]|%)"
    pattern = rf"(?i){domain.replace('.', '[.]')}|{hidden}"
    mention = table["referring_page"].str.contains(pattern)
    if not mention.any():
        return nothing
    pages = table.select("referring_page").with_row_index("row").filter(mention)
    pages = pages.with_columns(authority_expr().alias("authority"))
    hosts = {text: parse_host(text).host for text in pages["authority"].unique().to_list()}
    own_hosts = [t for t, host in hosts.items() if host == domain or host.endswith(f".{domain}")]
    rows = pages.filter(pl.col("authority").is_in(own_hosts))["row"]
    return nothing.scatter(rows, True) if rows.len() else nothing


def _refuse_internal(reading: Reading, own: int) -> None:
    height = reading.backlinks.height
    if height >= INTERNAL_MIN_RECORDS and own >= INTERNAL_SHARE * height:
        raise RefusedExport(
            reading.source,
            f"it lists internal links: {own:,} of {height:,} pages are on your own site",
            reading.format.advice or "Export the links from other sites (external links).",
        )


def _counts(file: pl.Series, files: int) -> list[int]:
    found = dict(file.value_counts().rows())
    return [found.get(i, 0) for i in range(files)]


def _fuse(table: pl.DataFrame, file: pl.Series, own: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
    """Return one row per link, with ``seen_by``, and the file each row stands in.

    The table is filtered once, at the end: copying a large one costs more than merging.
    """
    others = (~own).arg_true()
    groups = duplicate_groups(_key_columns(table) if not own.any() else _key_columns(table)[others])
    rows = others[groups["row"]]
    table = table.with_columns(seen_by=pl.col("vendor"))
    kept = ~own
    if rows.len():
        table, winners = _with_winners(table, groups["group"], rows)
        kept = kept.scatter(rows, False).scatter(winners, True)
    if kept.all():
        return table, file
    return table.filter(kept), file.filter(kept)


def _key_columns(table: pl.DataFrame) -> pl.DataFrame:
    names = ("grain", "referring_page", "target_url", "anchor_text")
    return table.select(name for name in names if name in table.columns)


def _with_winners(
    table: pl.DataFrame, group: pl.Series, rows: pl.Series
) -> tuple[pl.DataFrame, pl.Series]:
    """Write what the rows of each group know together into the one that knows most."""
    # A vendor's verdict must not decide, not even which row stands for the link.
    known = pl.sum_horizontal(pl.exclude(VENDOR_VERDICTS).is_not_null())
    members = table[rows].with_columns(
        group.alias("group"), rows.alias("_row"), known.alias("_known")
    )
    members = members.sort(["group", "_known", "_row"], descending=[False, True, False])
    fused = members.group_by("group", maintain_order=True).agg(
        *(_fused(name) for name in table.columns if name != "seen_by"),
        pl.col("vendor").unique().sort().str.join("+").alias("seen_by"),
        pl.col("_row").first(),
    )
    winners = fused["_row"]
    before = table[winners]
    changed = [
        table[name].clone().scatter(winners, fused[name])
        for name in table.columns
        if not fused[name].eq_missing(before[name]).all()
    ]
    return table.with_columns(changed), winners


def _fused(name: str) -> pl.Expr:
    values = pl.col(name)
    if name in _PROVENANCE:
        return values.first()
    if name in _EARLIEST:
        return values.min()
    if name in _LATEST:
        return values.max()
    known = values.drop_nulls().first()
    if name in FIELDS and FIELDS[name].block == "rel":
        return pl.when(values.drop_nulls().n_unique() <= 1).then(known).alias(name)
    return known
