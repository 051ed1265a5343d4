"""Tables of backlinks from callers: pandas or polars in, the one schema out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from spamlinks.errors import InputError
from spamlinks.schema import FIELDS
from spamlinks.urls import authorities, host_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["to_backlinks"]


def to_backlinks(table: pd.DataFrame | pl.DataFrame) -> pl.DataFrame:
    """Take a caller's table as backlinks: known columns cast to the schema, others left out.

    Raises
    ------
    InputError : no ``referring_page``, a column that cannot be cast, or a row without a usable
        host (such rows are rejected by ``read_backlinks``; here the caller must decide).
    """
    frame = table if isinstance(table, pl.DataFrame) else _from_pandas(table)
    if "referring_page" not in frame.columns:
        raise InputError(
            "backlinks",
            "the column referring_page is missing",
            "Name the column of linking pages referring_page.",
        )
    try:
        out = frame.select(pl.col(c).cast(FIELDS[c].dtype) for c in frame.columns if c in FIELDS)
    except pl.exceptions.PolarsError as error:
        raise _wrong_type(error) from None
    hosts = host_table(authorities(out["referring_page"]))
    bad = hosts.filter(pl.col("problem").is_not_null())
    if bad.height or out["referring_page"].null_count():
        what = f"{bad['authority'][0]!r}: {bad['problem'][0]}" if bad.height else "an empty cell"
        raise InputError(
            "backlinks",
            f"a row has no usable linking page ({what})",
            "Drop such rows first, or read the file with read_backlinks.",
        )
    return out


def _from_pandas(table: pd.DataFrame) -> pl.DataFrame:
    try:
        return pl.from_pandas(table[[c for c in table.columns if c in FIELDS]])
    except (TypeError, ValueError, pl.exceptions.PolarsError) as error:  # mixed objects in a cell
        raise _wrong_type(error) from None


def _wrong_type(error: Exception) -> InputError:
    said = (str(error).splitlines() or [""])[0]
    return InputError(
        "backlinks",
        f"a column has the wrong type: {said}",
        "See spamlinks.schema.FIELDS for the types.",
    )
