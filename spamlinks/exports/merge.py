"""Several exports together: one row per link, own pages set aside, every record accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from spamlinks.errors import InputError, RefusedExport
from spamlinks.exports.fuse import fuse
from spamlinks.exports.read import Reading
from spamlinks.exports.site import aimed_at, guess_site, on_site, site_domain
from spamlinks.schema import FIELDS

__all__ = ["FileCount", "Merged", "guess_site", "merge"]

INTERNAL_SHARE = 0.9
"""A file with at least this share of links from the site itself lists internal links."""
INTERNAL_MIN_RECORDS = 3


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
    the order of the files, and those of the block "merge": ``seen_by``, ``seen_by_count`` and
    ``conflicts`` (see ``exports.fuse``). ``own_site`` holds the rows whose page is on the site
    itself, ``rejected`` the records without a usable page, and of exports that list links to any
    site those that lead elsewhere. ``files`` counts both and the duplicates; the sums of ``total``
    add up. ``readings`` are the exports that were counted, in the order of ``files``.
    """

    backlinks: pl.DataFrame
    rejected: pl.DataFrame
    own_site: pl.DataFrame
    files: tuple[FileCount, ...]
    notes: tuple[str, ...]
    readings: tuple[Reading, ...] = ()

    @property
    def total(self) -> FileCount:
        """Counts over all files."""
        sums = [
            sum(getattr(file, name) for file in self.files)
            for name in ("records", "links", "duplicates", "own_site", "rejected")
        ]
        return FileCount("all files", "", *sums)


def merge(
    readings: Sequence[Reading], site: str | None, refused: list[InputError] | None = None
) -> Merged:
    """Merge readings into one row per link; the readings stay as they are.

    Two rows are one link when page (without fragment and closing slash), target host and path and
    anchor agree; what a row does not know agrees with anything. ``exports.fuse`` says what becomes
    of their cells.

    Parameters
    ----------
    readings : at least one; byte-identical files count once and are named in the notes.
    site : URL or domain of the user's own site, None when unknown (nothing is set aside then).
    refused : when given, files of internal links are added to it and left out, unless all are.

    Raises
    ------
    InputError : no readings, ``site`` is no domain, or it is unknown and an export lists links to
        any site.
    RefusedExport : (nearly) all links of a file come from the site itself.
    """
    if not readings:
        raise InputError("exports", "no export was given", "Give at least one file.")
    domain = site_domain(site)
    counted, notes = _once_each(readings)
    aimed = [aimed_at(reading, domain) for reading in counted]
    own_rows = [on_site(reading.backlinks["referring_page"], domain) for reading in aimed]
    places = _external(aimed, own_rows, refused)
    counted, aimed = [counted[i] for i in places], [aimed[i] for i in places]
    own_rows = [own_rows[i] for i in places]
    names = _names(counted)
    table = pl.concat([reading.backlinks for reading in aimed], how="diagonal", rechunk=False)
    columns: list[str] = table.columns
    columns.sort(key=_place)
    table = table.select(columns)
    heights = [reading.backlinks.height for reading in aimed]
    file = pl.concat([pl.repeat(i, n, dtype=pl.UInt32, eager=True) for i, n in enumerate(heights)])
    own = pl.concat(own_rows)
    own_counts = [int(rows.sum()) for rows in own_rows]
    own_site = table.filter(own) if own.any() else table.clear()
    backlinks, kept_file = fuse(table, file, own)
    links = _counts(kept_file, len(aimed))
    files = tuple(
        FileCount(
            file=names[i],
            format=reading.format.name,
            records=reading.records,
            links=links[i],
            duplicates=reading.backlinks.height - own_counts[i] - links[i],
            own_site=own_counts[i],
            rejected=reading.rejected.height,
        )
        for i, reading in enumerate(aimed)
    )
    rejected = pl.concat(
        [r.rejected.with_columns(file=pl.lit(n)) for r, n in zip(aimed, names, strict=True)],
        how="diagonal",
    )
    return Merged(backlinks, rejected, own_site, files, tuple(notes), tuple(counted))


def _place(name: str) -> int:
    """Place of a column: that of the schema, columns kept from the files after it."""
    return list(FIELDS).index(name) if name in FIELDS else len(FIELDS)


def _once_each(readings: Sequence[Reading]) -> tuple[list[Reading], list[str]]:
    """Leave byte-identical files out; the parts of one archive share its hash and are no copies."""
    kept: list[Reading] = []
    notes = []
    for reading in readings:
        twin = next((other for other in kept if _is_copy(reading, other)), None)
        if twin is None:
            kept.append(reading)
            continue
        name, original = _names([reading, twin])
        notes.append(f"{name} is a copy of {original}, counted once")
    return kept, notes


def _is_copy(one: Reading, other: Reading) -> bool:
    same = bool(one.sha256) and one.sha256 == other.sha256
    return same and (one.path != other.path or one.source == other.source)


def _names(readings: Sequence[Reading]) -> list[str]:
    """File names, with the folder's name before those that several files share."""
    uses = Counter(reading.source for reading in readings)
    return [
        r.source if uses[r.source] == 1 else f"{r.path.resolve().parent.name}/{r.source}"
        for r in readings
    ]


def _external(
    counted: list[Reading], own: list[pl.Series], refused: list[InputError] | None
) -> list[int]:
    """Return the places of the files that do not list internal links."""
    problems = [_internal(r, int(rows.sum())) for r, rows in zip(counted, own, strict=True)]
    errors = [error for error in problems if error is not None]
    if errors and (refused is None or len(errors) == len(counted)):
        raise errors[0]
    if refused is not None:
        refused += errors
    return [place for place, error in enumerate(problems) if error is None]


def _internal(reading: Reading, own: int) -> RefusedExport | None:
    height = reading.backlinks.height
    if reading.format.any_target:  # a crawl of one's own site is expected to hold its own pages
        return None
    if height < INTERNAL_MIN_RECORDS or own < INTERNAL_SHARE * height:
        return None
    return RefusedExport(
        reading.source,
        f"it lists internal links: {own:,} of {height:,} pages are on your own site",
        reading.format.advice or "Export the links from other sites (external links).",
    )


def _counts(file: pl.Series, files: int) -> list[int]:
    found = dict(file.value_counts().rows())
    return [found.get(i, 0) for i in range(files)]
