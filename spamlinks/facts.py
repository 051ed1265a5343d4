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

    Dates are days (``2019-03-01``), with or without a time behind.

    Returns
    -------
    DataFrame with ``linking_domain`` (distinct) and ``domain_created_on`` (Date); rows without a
    usable domain or date are left out, of several the earliest date counts.

    Raises
    ------
    InputError : the file cannot be read, lacks a key or the date, or has rows and none is usable.
    """
    try:
        if path.suffix.lower() == ".parquet":
            frame = pl.read_parquet(path)
        else:
            frame = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(path.name, f"cannot be read ({first})", _HINT) from None
    names = [name.strip().lower() for name in frame.columns]
    key = next((frame.columns[names.index(name)] for name in _KEYS if name in names), None)
    day = next((frame.columns[names.index(name)] for name in _DATES if name in names), None)
    if key is None or day is None:
        raise InputError(path.name, f"columns {frame.columns[:8]} name no domain or date", _HINT)
    if frame.schema[key] != pl.String or frame.schema[day] not in (pl.String, pl.Date, pl.Datetime):
        raise InputError(path.name, "its domains are no text or its dates no days", _HINT)
    date = pl.col(day)
    if frame.schema[day] == pl.String:
        date = date.str.strip_chars().str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    domains = pl.Series([linking_domain(text or "") for text in frame[key]], dtype=pl.String)
    facts = (
        frame.select(domain_created_on=date.cast(pl.Date))
        .with_columns(linking_domain=domains)
        .filter((pl.col("linking_domain") != "") & pl.col("domain_created_on").is_not_null())
        .group_by("linking_domain")
        .agg(pl.col("domain_created_on").min())
        .sort("linking_domain")
    )
    if frame.height and not facts.height:
        raise InputError(
            path.name, "no row has a domain and a day", "Write days as 2019-03-01 (year first)."
        )
    return facts


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
