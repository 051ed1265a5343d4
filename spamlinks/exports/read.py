"""Reading one export into the backlink table, with everything that was left out accounted for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import polars as pl

from spamlinks.errors import InputError
from spamlinks.exports.catalog import Format, normalise_header
from spamlinks.exports.containers.parts import Part, Reject
from spamlinks.exports.notes import NAMED_COLUMNS, printable, reading_notes
from spamlinks.exports.reading.table import LIST_KIND, Table, read_table
from spamlinks.exports.recognise import Recognised, recognise
from spamlinks.exports.unknown.mapping import Hints
from spamlinks.schema import FIELDS

__all__ = ["Reading", "read_export", "read_recognised"]

REJECTED_SCHEMA = {
    "file": pl.String,
    "record": pl.Int64,
    "reason": pl.String,
    "text": pl.String,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One export as read.

    ``backlinks`` has exactly the fields the export supplies, in the schema's order and types, plus
    the provenance columns; ``rejected`` has columns file, record, reason, text. Every record is in
    exactly one of them: ``records == backlinks.height + rejected.height``. ``sha256`` is that of
    the file's bytes. ``property`` (a host) comes from the file name; ``export_date`` from there or
    else is the newest day in the file. ``notes`` are sentences for people.
    """

    source: str
    path: Path
    format: Format
    sha256: str
    property: str | None
    export_date: date | None
    backlinks: pl.DataFrame
    rejected: pl.DataFrame
    records: int
    notes: tuple[str, ...]


def read_export(
    file: Path | Part,
    keep: Sequence[str] = (),
    *,
    digest: bool = True,
    only: frozenset[str] | None = None,
    hints: Hints | None = None,
) -> Reading:
    """Read one export.

    Parameters
    ----------
    file : a file with one table of a known format (text in any encoding, packed or not, a
        workbook, JSON), or one table of a file.
    keep : headers of further columns, such as labels, that are added to ``backlinks`` under these
        names as text; an empty cell is null.
    digest : whether to hash the file; ``sha256`` is "" otherwise.
    only : fields that are wanted; others are not even cut out of the file. Default: all. The
        referring page and all dates, which place the export in time, are always read.
    hints : what the user said about columns that no format knows.

    Returns
    -------
    Reading; an export that holds only a header gives a table without rows.

    Raises
    ------
    InputError : the file cannot be opened, is damaged, fits no known format, or has no such column
        to keep.
    RefusedExport : it is known and holds no links that could be scored.
    """
    recognised = recognise(file if isinstance(file, Part) else Path(file), hints)
    return read_recognised(recognised, keep, digest=digest, only=only)


def read_recognised(
    recognised: Recognised,
    keep: Sequence[str] = (),
    *,
    digest: bool = True,
    only: frozenset[str] | None = None,
) -> Reading:
    """Read a table that was recognised before; otherwise as ``read_export``."""
    recognised.refuse()
    kept = _kept_columns(recognised, keep)
    part = recognised.source.part
    with ThreadPoolExecutor(max_workers=1) as pool:
        hashed = pool.submit(part.sha256) if digest else None
        table = read_table(recognised, kept, only)
        sha256 = hashed.result() if hashed is not None else ""
    backlinks, export_date = _with_provenance(recognised, table)
    backlinks, rejects = _renumbered(backlinks, table.rejects, part.made.rejects)
    rejected = rejects.select(pl.lit(part.name).alias("file"), *rejects.columns)
    if not rejected["record"].is_sorted():
        rejected = rejected.sort("record")
    records = backlinks.height + rejected.height
    return Reading(
        source=part.name,
        path=part.path,
        format=recognised.format,
        sha256=sha256,
        property=recognised.property,
        export_date=export_date,
        backlinks=backlinks,
        rejected=rejected,
        records=records,
        notes=(*reading_notes(table.recognised, table.converter, records), *part.made.notes),
    )


def _renumbered(
    backlinks: pl.DataFrame, rejects: pl.DataFrame, earlier: list[Reject]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Number records as in the file, of which some were set aside before the table was made."""
    if not earlier:
        return backlinks, rejects
    taken = [(reject.record, reject.reason, reject.text) for reject in earlier]
    before = pl.DataFrame(taken, schema=rejects.schema, orient="row")
    last = max(record for record, *_ in taken) + backlinks.height + rejects.height
    free = np.setdiff1d(np.arange(1, last + 1), before["record"].to_numpy())

    def moved(records: pl.Series) -> pl.Series:
        return pl.Series(free[records.to_numpy() - 1], dtype=pl.Int64)

    backlinks = backlinks.with_columns(export_row=moved(backlinks["export_row"]))
    rejects = rejects.with_columns(record=moved(rejects["record"]))
    return backlinks, pl.concat([before, rejects])


def _other_columns(headers: Sequence[str], wanted: str) -> str:
    """What to say of a column that is not there: those that are spelt alike, else the first."""
    plain = {re.sub(r"[^a-z0-9]", "", header.lower()): header for header in headers}
    key = re.sub(r"[^a-z0-9]", "", wanted.lower())
    alike = [plain[near] for near in get_close_matches(key, plain, n=3, cutoff=0.7)]
    alike += [header for near, header in plain.items() if key and key in near]
    if alike:
        shown = ", ".join(repr(header) for header in dict.fromkeys(alike))
        return f"Did you mean {shown}? A label's column is named with --label."
    return f"It begins with: {', '.join(headers[:NAMED_COLUMNS])}."


def _kept_columns(recognised: Recognised, keep: Sequence[str]) -> dict[str, int]:
    """Find the position of each column that is kept; a name of the schema needs no keeping."""
    headers = [normalise_header(use.header) for use in recognised.columns]
    supplied = {name for use in recognised.columns for name in use.fields}
    kept = {}
    for name in keep:
        if name in supplied:
            continue
        if normalise_header(name) not in headers or name in FIELDS:
            raise InputError(
                recognised.source.name,
                f"it has no column {name!r}",
                _other_columns([printable(use.header) for use in recognised.columns], name),
            )
        kept[name] = headers.index(normalise_header(name))
    return kept


def _with_provenance(recognised: Recognised, table: Table) -> tuple[pl.DataFrame, date | None]:
    frame, entry = table.frame, recognised.format
    export_date = recognised.export_date or _newest_day(frame)
    grain = pl.lit(entry.grain)
    if entry.kind == LIST_KIND:  # a name without a path stands for a whole domain
        bare = ~pl.col("referring_page").str.contains("/", literal=True)
        grain = pl.when(bare).then(pl.lit("domain")).otherwise(grain)
    frame = frame.with_columns(
        pl.lit(recognised.source.part.name).alias("export_file"),
        pl.lit(entry.vendor).alias("vendor"),
        pl.lit(export_date, dtype=pl.Date).alias("export_date"),
        grain.alias("grain"),
    )
    known = [name for name in FIELDS if name in frame.columns]
    return frame.select(*known, *table.converter.kept), export_date


def _newest_day(frame: pl.DataFrame) -> date | None:
    days = [
        day
        for name, dtype in frame.schema.items()
        if dtype == pl.Date and name in FIELDS and FIELDS[name].block in ("dates", "crawl")
        for day in [frame[name].max()]
        if isinstance(day, date)
    ]
    return max(days, default=None)
