"""Writing generated backlinks the way vendors' exports look, one profile or a stream of them.

Headers and columns come from the catalogue of ``spamlinks.exports``, so that what is written here
is what is read there. Columns that hold a vendor's own verdict stay empty: nobody judged made-up
links. Cells are written as they are, formulas included, because vendors do so too.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from spamlinks.errors import InputError
from spamlinks.files import open_atomic
from spamlinks.schema import FIELDS
from spamlinks.simulate.generate import AS_OF, generate
from spamlinks.simulate.indexes import as_vendor

__all__ = ["VENDORS", "simulate", "write_export"]

Encoding = Literal["utf-8", "utf-16"]

LABEL = "is_spam"
CHUNK_ROWS = 50_000
FIRST_DAY, LAST_DAY = date(2005, 1, 1), date(2100, 1, 1)
"""Days an export may have: the first link indexes, and no slip of the keyboard."""

_ENTRIES = {
    "ahrefs": ("backlinks", "2025"),
    "semrush": ("backlinks", "2021"),
    "majestic": ("download-backlinks", "2013"),
    "bing": ("backlinks-pages", "2020"),
    "gsc": ("latest-links", "2018-en"),
    "plain": ("url-list", "txt"),
}
VENDORS = tuple(_ENTRIES)
"""Exports that can be written: one layout of each of these vendors."""
_ALWAYS_QUOTED = ("bing",)
_WITH_TIME = ("ahrefs",)
_WITHOUT_HEADER = ("plain",)


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of an export: its header as the vendor spells it, and the cells' meaning."""

    header: str
    field: str
    how: str
    value: str


@cache
def _layout(vendor: str) -> tuple[_Column, ...]:
    if vendor not in _ENTRIES:
        raise InputError("simulate", f"no export of {vendor!r}", f"Choose {', '.join(VENDORS)}.")
    text = files("spamlinks.exports").joinpath("catalog.json").read_text("utf-8")
    wanted = (vendor, *_ENTRIES[vendor])
    entry: dict[str, Any] = next(
        e for e in json.loads(text) if (e["vendor"], e["kind"], e["generation"]) == wanted
    )
    return tuple(
        _Column(c["headers"][0], c["field"], c.get("how", "value"), c.get("value", ""))
        for c in entry["columns"]
    )


def _cell(column: _Column, frame: pl.DataFrame, vendor: str) -> pl.Expr:
    """Text of the cells of a column; null where the value is unknown or the table has none."""
    name = column.field
    if name not in frame.columns:
        return pl.lit(None, dtype=pl.String).alias(column.header)
    value, dtype = pl.col(name), frame.schema[name]
    if column.how in ("kind", "flag"):
        holds = value == column.value if column.how == "kind" else value
        yes, no = ("+", None) if vendor == "majestic" else ("true", "false")
        # An unknown cell stays empty: it is not a "false".
        below = pl.when(~holds).then(pl.lit(no, dtype=pl.String))
        text = pl.when(holds).then(pl.lit(yes)).otherwise(below)
    elif dtype == pl.Boolean:
        text = pl.when(value).then(pl.lit("true")).when(~value).then(pl.lit("false"))
    elif dtype == pl.Date:
        text = value.dt.strftime("%Y-%m-%d 00:00:00" if vendor in _WITH_TIME else "%Y-%m-%d")
    elif dtype.is_float() and bool((frame[name] == frame[name].round()).all()):
        text = value.cast(pl.Int64).cast(pl.String)  # a count: 12, not 12.0
    else:
        text = value.cast(pl.String)
    return text.alias(column.header)


def _table(backlinks: pl.DataFrame, vendor: str, label: bool) -> pl.DataFrame:
    cells = backlinks.select(
        _cell(column, backlinks, vendor).alias(f"{i}") for i, column in enumerate(_layout(vendor))
    )
    if label and LABEL in backlinks.columns and vendor not in _WITHOUT_HEADER:
        cells = cells.with_columns(backlinks[LABEL].cast(pl.String))
    return cells


def _write_text(
    out: IO[bytes], parts: Iterable[pl.DataFrame], vendor: str, label: bool, encoding: Encoding
) -> None:
    wide = encoding == "utf-16"
    always = wide or vendor in _ALWAYS_QUOTED
    separator = "\t" if wide else ","
    if wide:
        out.write(b"\xff\xfe")
    first = vendor not in _WITHOUT_HEADER
    for part in parts:
        table = _table(part, vendor, label)
        if first:  # a header may be spelt twice, which a frame's columns may not
            names = [c.header for c in _layout(vendor)] + table.columns[len(_layout(vendor)) :]
            head = pl.DataFrame([names], orient="row", schema=table.columns)
            table, first = pl.concat([head, table.cast(pl.String)]), False
        text = io.BytesIO()
        table.write_csv(
            text,
            include_header=False,
            separator=separator,
            quote_style="always" if always else "necessary",
        )
        data = text.getvalue()
        out.write(data.decode().encode("utf-16-le") if wide else data)


def _write_parquet(out: IO[bytes], parts: Iterable[pl.DataFrame], vendor: str, label: bool) -> None:
    shown = {column.field for column in _layout(vendor)}
    writer: pq.ParquetWriter | None = None
    for part in parts:
        names = [name for name in FIELDS if name in shown and name in part.columns]
        keep = [*names, LABEL] if label and LABEL in part.columns else names
        table = part.select(keep).to_arrow()
        if writer is None:
            writer = pq.ParquetWriter(out, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _write(
    parts: Iterable[pl.DataFrame], path: Path, vendor: str, label: bool, encoding: Encoding
) -> None:
    _layout(vendor)  # a wrong name is told before anything is written
    with open_atomic(path) as out:
        if path.suffix == ".parquet":
            _write_parquet(out, parts, vendor, label)
        else:
            _write_text(out, parts, vendor, label, encoding)


def write_export(
    backlinks: pl.DataFrame,
    path: Path,
    vendor: str,
    *,
    label: bool = True,
    encoding: Encoding = "utf-8",
) -> None:
    """Write backlinks as an export of one vendor.

    Parameters
    ----------
    backlinks : any columns of the schema; what the vendor's export does not have is left out.
        ``is_spam`` (0/1) is the label.
    path : file to replace; ``.parquet`` gives a table with the schema's names of the columns that
        the vendor has, any other suffix delimited text.
    vendor : one of ``VENDORS``.
    label : add the column ``is_spam`` at the end, where ``backlinks`` has it; a plain list of
        URLs has no room for it.
    encoding : "utf-16" writes the form of Ahrefs: tabs, every cell quoted, a byte order mark.

    Raises
    ------
    InputError : an unknown vendor.
    OutputError : the file cannot be written; it is then unchanged.
    """
    _write([backlinks], Path(path), vendor, label, encoding)


def simulate(
    rows: int,
    path: Path,
    *,
    vendor: str = "ahrefs",
    seed: int = 0,
    spam_share: float = 0.2,
    site: str = "shop.example",
    as_of: date = AS_OF,
    label_noise: float = 0.0,
    missing: float = 0.0,
    as_seen: bool = False,
) -> None:
    """Write a labelled export of ``rows`` generated backlinks, in a stream: memory stays small.

    Parameters
    ----------
    rows : number of backlinks, at least 1.
    path, vendor : as for ``write_export``; text is UTF-8.
    seed : the same arguments give the same bytes.
    spam_share : share of linking domains that are spam, 0 to 1.
    site : host of the site that is linked to.
    as_of : day of the export; every link is older.
    label_noise : share of domains whose label is wrong, 0 to 1.
    missing : share of domains of which a block of cells is empty, 0 to 1.
    as_seen : keep only the links that the vendor's index would know, in its own counts and days;
        exports of several vendors with one seed then overlap in part.

    Raises
    ------
    InputError : an argument is out of range.
    OutputError : the file cannot be written; it is then unchanged.
    """
    if rows < 1:
        raise InputError("simulate", f"{rows} rows were asked for", "Ask for 1 or more.")
    if seed < 0:
        raise InputError("simulate", f"a seed of {seed}", "Give 0 or more.")
    for name, share in (
        ("spam share", spam_share),
        ("label noise", label_noise),
        ("share missing", missing),
    ):
        if not 0 <= share <= 1:
            raise InputError("simulate", f"a {name} of {share}", "Give 0 to 1.")
    if not FIRST_DAY <= as_of <= LAST_DAY:
        raise InputError("simulate", f"a day of {as_of}", f"Give {FIRST_DAY} to {LAST_DAY}.")
    options = {
        "spam_share": spam_share,
        "site": site,
        "as_of": as_of,
        "label_noise": label_noise,
        "missing": missing,
    }
    parts = _chunks(rows, seed, options)
    if as_seen:
        parts = (as_vendor(part, vendor, seed=seed + i) for i, part in enumerate(parts))
    _write(parts, Path(path), vendor, True, "utf-8")


def _chunks(rows: int, seed: int, options: dict[str, Any]) -> Iterator[pl.DataFrame]:
    """Parts of one profile: the site's pages are the same, no domain is in two of them."""
    taken: set[str] = set()
    sizes = chain([CHUNK_ROWS] * (rows // CHUNK_ROWS), [rows % CHUNK_ROWS or None])
    for i, size in enumerate(sizes):
        if size is not None:
            part = int(np.random.SeedSequence([seed, i]).generate_state(1)[0])
            # What is looked up stands in no export.
            yield generate(size, seed=part, site_seed=seed, taken=taken, fetched=False, **options)
