"""Readers of exports as anyone writes them in an afternoon, for showing what breaks them.

They are not straw men: they know every header of the catalogue as it is spelled, give each column
its type, and read a clean file correctly (a test says so). Each pitfall names the one that falls
into it.
"""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

from spamlinks.schema import FIELDS

__all__ = ["Links", "Reader", "answer", "by_csv", "by_excel", "by_json", "by_lines", "by_pandas",
           "by_pandas_skipping", "by_position"]  # fmt: skip

Links = dict[str, list[Any]]
"""Values by field."""
Reader = Callable[[Path], Links]


@cache
def known_headers() -> dict[str, str]:
    """Header as spelled -> field; of several meanings the first one of the catalogue."""
    text = resources.files("spamlinks.exports").joinpath("catalog.json").read_text("utf-8")
    found: dict[str, str] = {}
    for entry in json.loads(text):
        for column in entry["columns"]:
            localized = [name for names in column.get("localized", {}).values() for name in names]
            for header in (*column["headers"], *localized):
                found.setdefault(header, column["field"])
    return found


def _named(frame: pd.DataFrame) -> Links:
    """Rename the columns of a frame by their headers and give them their types."""
    links: Links = {}
    for header in frame.columns:
        name = known_headers().get(str(header))
        if name is None or name not in FIELDS:
            continue
        dtype, values = FIELDS[name].dtype, frame[header]
        if dtype == pl.Date:
            values = pd.to_datetime(values, errors="coerce")
        elif dtype.is_numeric():
            values = pd.to_numeric(values, errors="coerce")
        cells = [None if pd.isna(value) else value for value in values]
        if dtype == pl.Date:
            cells = [None if cell is None else cell.date() for cell in cells]
        elif dtype == pl.Boolean:
            cells = [None if cell is None else bool(cell) for cell in cells]
        links[name] = cells
    return links


def by_pandas(path: Path) -> Links:
    """``pandas.read_csv`` with its defaults."""
    return _named(pd.read_csv(path))


def by_pandas_skipping(path: Path) -> Links:
    """``pandas.read_csv`` that leaves out what it cannot read, as many tutorials say."""
    return _named(pd.read_csv(path, on_bad_lines="skip"))


def by_excel(path: Path) -> Links:
    """``pandas.read_excel`` with its defaults."""
    return _named(pd.read_excel(path))


def by_json(path: Path) -> Links:
    """``pandas.read_json`` with its defaults."""
    return _named(pd.read_json(path))


def by_csv(path: Path) -> Links:
    """``csv.DictReader`` with its defaults, each cell converted by its type."""
    csv.field_size_limit(131_072)  # the default, which our own reader raises for the process
    links: Links = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for header, cell in row.items():
                name = known_headers().get(header)
                if name in FIELDS:
                    links.setdefault(name, []).append(_converted(name, cell))
    return links


def by_lines(path: Path) -> Links:
    """Lines that are split at commas, as in a script of ten lines."""
    header, *rows = [line.split(",") for line in path.read_text("utf-8").splitlines()]
    links: Links = {}
    for row in rows:
        for name, cell in zip(header, row, strict=True):
            field = known_headers().get(name.strip('"'))
            if field in FIELDS:
                links.setdefault(field, []).append(_converted(field, cell.strip('"')))
    return links


def by_position(path: Path) -> Links:
    """The columns of last year's file, by their place: page, target, anchor."""
    frame = pd.read_csv(path, usecols=[0, 1, 2])
    frame.columns = ["Source url", "Target url", "Anchor"]
    return _named(frame)


def _converted(name: str, cell: str) -> Any:
    dtype = FIELDS[name].dtype
    if dtype == pl.Date:
        return date.fromisoformat(cell[:10])
    if dtype.is_numeric():
        return int(float(cell))
    if dtype == pl.Boolean:
        return bool(cell)
    return cell


def answer(reader: Callable[[], Any]) -> Any:
    """What a naive reader says; its exception when it cannot, its warnings go unread."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return reader()
        except Exception as error:
            return error
