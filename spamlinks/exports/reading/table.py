"""The records of a recognised export as typed columns, read the fastest way that works."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import polars as pl

from spamlinks.exports.containers.json_records import NULL_MARK
from spamlinks.exports.reading.conventions import Conventions
from spamlinks.exports.reading.convert import Converter, latest_believable
from spamlinks.exports.reading.hosts import authorities, host_problems, surely_usable
from spamlinks.exports.reading.rejects import Rejects
from spamlinks.exports.reading.rows import Batch, Way, WayBlockedError, ways
from spamlinks.exports.reading.source import BrokenEncodingError, resurvey
from spamlinks.exports.recognise import Recognised
from spamlinks.schema import BLOCKS

__all__ = ["LIST_KIND", "Table", "read_table"]

LIST_KIND = "url-list"
"""Lists that people make by hand: URLs and domains mixed, with comments."""
MAX_BATCH_CELLS = 1 << 21
"""Of records that hold next to nothing, a block has millions; they are converted in parts."""


@dataclass(slots=True)
class Table:
    """The typed records of a file and what was left out: columns record, reason and text."""

    frame: pl.DataFrame
    rejects: pl.DataFrame
    converter: Converter
    recognised: Recognised


def read_table(recognised: Recognised, kept: dict[str, int], only: frozenset[str] | None) -> Table:
    """Read a file the fastest way that works, and again when its conventions turn out otherwise."""
    remaining = list(ways())
    conventions: Conventions | None = None
    while True:
        converter = Converter(
            [
                (i, c)
                for i, use in enumerate(recognised.columns)
                for c in use.columns
                if only is None or c.field in only or c.field in _ALWAYS
            ],
            recognised.format.missing,
            conventions or Conventions(),
            latest_believable(recognised.export_date, date.today()),
            fixed=conventions is not None,
            kept=kept,
        )
        try:
            frame, rejects, seen = _collect(recognised, converter, remaining[0])
        except BrokenEncodingError:  # cannot come again: what follows is recoded
            recognised = recognised.with_source(resurvey(recognised.source))
            continue
        except WayBlockedError:
            remaining.pop(0)
            continue
        revised = None if conventions is not None else seen.revised(converter.counts)
        if revised is None:
            return Table(frame, rejects, converter, recognised)
        conventions = revised
        del frame, rejects  # a million rows should not stay twice


_ALWAYS = frozenset({"referring_page", *BLOCKS["dates"], *BLOCKS["crawl"]})


def _collect(
    recognised: Recognised, converter: Converter, way: Way
) -> tuple[pl.DataFrame, pl.DataFrame, Conventions]:
    frames = [converter.empty().with_columns(export_row=_NO_ROWS)]
    rejects = Rejects()
    rows = max(MAX_BATCH_CELLS // len(recognised.columns), 1)
    for batch in _ahead(way(recognised, converter.positions)):
        rejects.add(batch.rejects)
        for start in range(0, batch.frame.height, rows):
            raw, records = batch.frame.slice(start, rows), batch.records.slice(start, rows)
            frames.append(_usable(recognised, converter, raw, records, rejects))
    return pl.concat(frames, rechunk=False), rejects.frame(), converter.conventions


def _ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Parse the next batch while the last one is converted; errors come where they would have."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            yield batch


_NO_ROWS = pl.Series([], dtype=pl.Int64)


def _converted(recognised: Recognised, converter: Converter, raw: pl.DataFrame) -> pl.DataFrame:
    """Convert a batch; what JSON calls null is unknown, also where an empty text is not."""
    if recognised.source.part.container not in ("json", "jsonl"):
        return converter.convert(raw)
    frame = converter.convert(raw.with_columns(pl.all().replace(NULL_MARK, "")))
    if "anchor_text" not in frame.columns:
        return frame
    position = converter.position_of("anchor_text")
    unknown = raw[f"c{position}"] == NULL_MARK
    return frame.with_columns(anchor_text=pl.when(~unknown).then("anchor_text"))


def _usable(
    recognised: Recognised,
    converter: Converter,
    raw: pl.DataFrame,
    records: pl.Series,
    rejects: Rejects,
) -> pl.DataFrame:
    """Convert records and set those without a usable referring page aside."""
    frame = _converted(recognised, converter, raw).with_columns(export_row=records)
    doubtful = ~surely_usable(frame["referring_page"]).fill_null(False)
    if not doubtful.any():
        return frame
    suspects = frame.select("export_row", "referring_page").filter(doubtful)
    header = recognised.columns[converter.position_of("referring_page")].header
    reason = _reason(recognised, suspects, header)
    if not reason.is_not_null().any():
        return frame
    bad = suspects.select(
        record="export_row", reason=reason, text=pl.col("referring_page").fill_null("")
    )
    rejects.add_frame(bad.filter(reason.is_not_null()))
    good = (~doubtful).scatter(doubtful.arg_true(), reason.is_null())
    return frame.filter(good)


def _reason(recognised: Recognised, suspects: pl.DataFrame, header: str) -> pl.Series:
    """Return why records cannot be used, by their referring page; null for those that can."""
    hosts = authorities(suspects["referring_page"])
    problems = host_problems(hosts)
    page, host = pl.col("referring_page"), pl.col("host")
    reason: pl.Expr = (
        pl.when(page.is_null())
        .then(pl.lit("no referring page"))
        .when(page == header)
        .then(pl.lit("a repeated header line"))
        .when(page.str.contains(r"[\x00-\x1f\x7f]"))
        .then(pl.lit("control character in the URL"))
        .when(host.is_in(list(problems)))
        .then(
            host.replace_strict(
                list(problems), list(problems.values()), default=None, return_dtype=pl.String
            )
        )
    )
    if recognised.format.kind == LIST_KIND:
        comment = page.str.starts_with("#")
        reason = pl.when(comment).then(pl.lit("comment")).otherwise(reason)
    return suspects.with_columns(hosts.alias("host")).select(reason.alias("reason")).to_series()
