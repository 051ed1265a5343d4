"""Facts a user brings about linking domains, such as registration dates."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from spamlinks.errors import InputError
from spamlinks.urls import linking_domain

__all__ = ["join_facts", "read_facts"]

_KEYS = ("linking_domain", "domain", "url", "referring_page")
_DATES = ("domain_created_on", "created_on", "registered_on", "registration_date")
_HINT = "Give a CSV or Parquet table with columns linking_domain and domain_created_on."


def read_facts(path: Path) -> pl.DataFrame:
    """Read a table of facts, CSV or Parquet, keyed by domain or URL.

    Returns
    -------
    DataFrame with ``linking_domain`` (distinct) and ``domain_created_on`` (Date); rows without a
    usable domain or date are left out, of several the earliest date counts.

    Raises
    ------
    InputError : the file cannot be read, or lacks a key or the date.
    """
    try:
        if path.suffix.lower() == ".parquet":
            frame = pl.read_parquet(path)
        else:
            frame = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(path.name, f"cannot be read ({first})", _HINT) from None
    frame = frame.rename({name: name.strip().lower() for name in frame.columns})
    key = next((name for name in _KEYS if name in frame.columns), None)
    day = next((name for name in _DATES if name in frame.columns), None)
    if key is None or day is None:
        raise InputError(path.name, f"columns {frame.columns[:8]} name no domain or date", _HINT)
    date = pl.col(day)
    if frame.schema[day] == pl.String:
        date = date.str.strip_chars().str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    domains = pl.Series([linking_domain(str(text)) for text in frame[key].fill_null("")])
    return (
        frame.select(domain_created_on=date.cast(pl.Date))
        .with_columns(linking_domain=domains.cast(pl.String))
        .filter((pl.col("linking_domain") != "") & pl.col("domain_created_on").is_not_null())
        .group_by("linking_domain")
        .agg(pl.col("domain_created_on").min())
        .sort("linking_domain")
    )


def join_facts(backlinks: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Add ``domain_created_on`` to backlinks by linking domain; null where no fact is known."""
    pages = backlinks["referring_page"].unique()
    known = pl.DataFrame(
        {"referring_page": pages, "linking_domain": [linking_domain(page) for page in pages]},
        schema={"referring_page": pl.String, "linking_domain": pl.String},
    ).join(facts, on="linking_domain", how="left")
    return backlinks.drop("domain_created_on", strict=False).join(
        known.select("referring_page", "domain_created_on"),
        on="referring_page",
        how="left",
        maintain_order="left",
    )
