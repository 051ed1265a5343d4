"""Facts a user brings about linking domains and pages, such as registration dates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from spamlinks.errors import InputError
from spamlinks.facts.columns import (
    DOMAIN_COLUMNS,
    PAGE_COLUMNS,
    misspelt_columns,
    read_cells,
    wanted_columns,
)
from spamlinks.fetched.links import places, same_page
from spamlinks.schema import FIELDS
from spamlinks.urls import linking_domain

__all__ = ["FactTable", "join_facts", "read_fact_table", "read_facts"]

_DOMAIN_KEYS = ("linking_domain", "domain")
_PAGE_KEYS = ("url", "referring_page")
_HINT = "Give a CSV or Parquet table with columns linking_domain and domain_created_on."
_CREATED = "domain_created_on"


@dataclass(frozen=True)
class FactTable:
    """A table of facts, checked.

    Attributes
    ----------
    domains : ``linking_domain`` (distinct, sorted) and the ``DOMAIN_COLUMNS`` that the table has.
    pages : ``page`` (distinct, as ``same_page`` writes it) and its ``PAGE_COLUMNS``; no column but
        ``page`` where it has none.
    notes : sentences on cells that could not be used.
    """

    domains: pl.DataFrame
    pages: pl.DataFrame
    notes: tuple[str, ...] = ()


def read_facts(path: Path) -> pl.DataFrame:
    """``read_fact_table(path).domains``: what is known by domain."""
    return read_fact_table(path).domains


def read_fact_table(path: Path) -> FactTable:
    """Read a table of facts, CSV or Parquet, keyed by domain or URL.

    Facts about domains are the columns ``DOMAIN_COLUMNS``, facts about pages ``PAGE_COLUMNS``; the
    latter need a URL as key. Days are written ``2019-03-01``, with or without a time behind, flags
    as true or false (also 1 or 0, yes or no). Rows without a usable key are left out; of several
    days of registration the earliest counts, of several other values the first. Every cell that
    cannot be read, and every key, is counted in a note.

    Raises
    ------
    InputError : the file cannot be read, lacks a key or a fact, or has rows and none is usable.
    """
    frame = _read(path)
    names: dict[str, str] = {}
    for name in frame.columns:
        names.setdefault(name.strip().lower(), name)
    by_domain = next((names[key] for key in _DOMAIN_KEYS if key in names), None)
    by_page = next((names[key] for key in _PAGE_KEYS if key in names), None)
    found = wanted_columns(names)
    if (by_domain is None and by_page is None) or not found:
        lacks = "no date nor another fact" if by_domain or by_page else "no domain or URL"
        problem = f"columns {frame.columns[:8]} name {lacks}"
        raise InputError(path.name, problem, _HINT)
    keys = [key for key in (by_domain, by_page) if key is not None]
    if any(frame.schema[key] != pl.String for key in keys):
        raise InputError(path.name, "its domains are no text or its dates no days", _HINT)
    values: dict[str, pl.Series] = {}
    spelt = {name.strip().lower() for name in (*found.values(), *keys)}
    notes = [f"{path.name}: {text}" for text in misspelt_columns(names, spelt)]
    for field, column in found.items():
        read = read_cells(frame[column], field)
        if read is None and field == _CREATED:
            raise InputError(path.name, "its domains are no text or its dates no days", _HINT)
        if read is None:
            problem = f"its column {column[:40]!r} has another type than {field}"
            raise InputError(path.name, problem, "Write it as text, or as 'spamlinks' names it.")
        values[field], said = read
        notes += [f"{path.name}: {text}" for text in said]
    if by_page is None and (lost := [name for name in found if name in PAGE_COLUMNS]):
        notes.append(f"{path.name}: {', '.join(lost)} not used: facts of pages need a column url")
    domains = _domains(frame[by_domain or str(by_page)])
    table = pl.DataFrame({"linking_domain": domains, **values})
    out = _by(table, "linking_domain", DOMAIN_COLUMNS, path.name, notes)
    pages = pl.DataFrame(schema={"page": pl.String})
    if by_page is not None:
        table = pl.DataFrame({"page": _pages(frame[by_page]), **values})
        pages = _by(table, "page", PAGE_COLUMNS, path.name, notes)
    unusable = int((domains == "").sum())
    if frame.height and not out.height and not pages.height:
        only = list(found) == [_CREATED]
        what = "a day" if only else "a fact"
        hint = "Write days as 2019-03-01 (year first)."
        raise InputError(path.name, f"no row has a domain and {what}", hint)
    if unusable:
        one = unusable == 1
        count = f"{unusable:,} {'row names' if one else 'rows name'} no domain"
        notes.append(f"{path.name}: {count} and {'is' if one else 'are'} not used")
    return FactTable(out, pages, tuple(notes))


def _read(path: Path) -> pl.DataFrame:
    try:
        if path.suffix.lower() == ".parquet":
            return pl.read_parquet(path)
        frame = pl.read_csv(path, infer_schema=False)
        # A spreadsheet of another country's writes semicolons.
        if frame.width == 1 and ";" in frame.columns[0]:
            frame = pl.read_csv(path, infer_schema=False, separator=";")
    except (OSError, pl.exceptions.PolarsError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(path.name, f"cannot be read ({first})", _HINT) from None
    return frame


def _domains(texts: pl.Series) -> pl.Series:
    return pl.Series([linking_domain(text or "") for text in texts], dtype=pl.String)


def _pages(urls: pl.Series) -> pl.Series:
    """Key of each page; null for what is no URL of a web page."""
    good = pl.Series([bool(linking_domain(text or "")) for text in urls], dtype=pl.Boolean)
    return same_page(urls.str.strip_chars().fill_null("")).set(~good, None)


def _by(
    table: pl.DataFrame, key: str, fields: frozenset[str], name: str, notes: list[str]
) -> pl.DataFrame:
    """One row for each key that has a fact; what contradicts itself is noted."""
    own = [column for column in table.columns if column in fields]
    table = table.select(key, *own).filter(
        pl.col(key).is_not_null()
        & (pl.col(key) != "")
        & pl.any_horizontal(pl.col(column).is_not_null() for column in own)
        if own
        else pl.lit(value=False)
    )
    grouped = table.group_by(key)
    for column in own:
        if column == _CREATED:
            continue
        many = grouped.agg(pl.col(column).drop_nulls().n_unique()).filter(pl.col(column) > 1).height
        if many:
            what = "page" if key == "page" else "domain"
            count = f"{many:,} {what}{'s have' if many > 1 else ' has'} several values"
            notes.append(f"{name}: {count} of {column}; the first counts")
    return grouped.agg(
        pl.col(column).min() if column == _CREATED else pl.col(column).drop_nulls().first()
        for column in own
    ).sort(key)


def join_facts(backlinks: pl.DataFrame, facts: pl.DataFrame | FactTable) -> pl.DataFrame:
    """Put facts beside backlinks: by linking domain, and by page. A fact wins over what is there.

    Parameters
    ----------
    facts : a table, or its facts by domain alone.

    Returns
    -------
    The same rows in the same order, with every column of the facts; null where nothing is known.
    """
    table = facts if isinstance(facts, FactTable) else FactTable(facts, pl.DataFrame({"page": []}))
    pages = backlinks["referring_page"].unique()
    at = places(backlinks["referring_page"], pages)
    columns: dict[str, pl.Series] = {}
    for keyed, of in ((table.domains, _domains), (table.pages, same_page)):
        if keyed.width < 2:
            continue
        where = places(of(pages), keyed[keyed.columns[0]])
        for name in keyed.columns[1:]:
            known = _at(_at(keyed[name], where), at).cast(FIELDS[name].dtype)
            own = backlinks.get_column(name, default=None)
            if own is not None:
                own = own.cast(FIELDS[name].dtype)
                known = known.zip_with(known.is_not_null(), own)
            columns[name] = known.alias(name)
    return backlinks.with_columns(columns.values())


def _at(values: pl.Series, where: pl.Series) -> pl.Series:
    if not len(values):
        return pl.repeat(None, len(where), dtype=values.dtype, eager=True)
    return values.gather(where)
