"""Which columns a table of facts may have, and how their cells are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from difflib import get_close_matches

import polars as pl

from spamlinks.enrich.answers import Placement, State
from spamlinks.schema import BLOCKS, FIELDS

__all__ = ["DOMAIN_COLUMNS", "PAGE_COLUMNS", "misspelt_columns", "read_cells", "wanted_columns"]

_HOME = frozenset(name for name in BLOCKS["fetched"] if name.startswith("home_"))

DOMAIN_COLUMNS = frozenset((*BLOCKS["facts"], *BLOCKS["dns"])) | _HOME
"""Facts that are known by domain."""

PAGE_COLUMNS = frozenset(BLOCKS["fetched"]) - _HOME
"""Facts that are known by page."""

_ALSO = {
    "domain_created_on": ("created_on", "registered_on", "registration_date"),
    "domain_expires_on": ("expires_on", "expiry_date", "expiration_date"),
    "domain_registrar": ("registrar",),
    "domain_name_servers": ("name_servers", "nameservers"),
    "domain_abuse_contact": ("abuse_contact",),
}
_ONE_OF = {
    "fetched_placement": frozenset(item.value for item in Placement),
    "fetch_state": frozenset(item.value for item in State),
    "home_state": frozenset(item.value for item in State),
    "host_hosting": frozenset(("cdn", "shared")),
}
_LANGUAGES = frozenset(("fetched_language", "home_language"))
_CODES = frozenset(("fetched_http_code",))
_FLAGS = dict.fromkeys(("true", "1", "yes", "y"), True) | dict.fromkeys(
    ("false", "0", "no", "n"), False
)
_FIRST, _LAST = date(1985, 1, 1), date(2200, 1, 1)
_MOST = 10**9
_MOST_ASN = 2**32 - 1
_LONGEST = 500
_PER_DAY = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_CALENDAR = ((date.min - date(1970, 1, 1)).days, (date.max - date(1970, 1, 1)).days)
_CONTROLS = (
    r"[\x00-\x1f\x7f\u{80}-\u{9f}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{feff}]"
)


def wanted_columns(names: Mapping[str, str]) -> dict[str, str]:
    """Columns of a table that hold facts: field -> column, in the order of the schema.

    >>> wanted_columns({"created_on": "Created_On", "note": "note"})
    {'domain_created_on': 'Created_On'}
    """
    found = {}
    for field in FIELDS:
        if field not in DOMAIN_COLUMNS and field not in PAGE_COLUMNS:
            continue
        given = next((n for n in (field, *_ALSO.get(field, ())) if n in names), None)
        if given is not None:
            found[field] = names[given]
    return found


def misspelt_columns(names: Iterable[str], used: Iterable[str]) -> list[str]:
    """Sentences on columns that look like a fact and are none, with the name they are near.

    >>> misspelt_columns(["url", "fetched_link_hiden", "note"], ["url"])
    ["column 'fetched_link_hiden' not used: is it fetched_link_hidden?"]
    """
    known = sorted(DOMAIN_COLUMNS | PAGE_COLUMNS)
    out = []
    for name in sorted(set(names) - set(used)):
        near = get_close_matches(name, known, n=1, cutoff=0.85)
        if near:
            out.append(f"column {name[:40]!r} not used: is it {near[0]}?")
        elif name.startswith(("fetched_", "home_", "domain_", "host_")):
            out.append(f"column {name[:40]!r} not used: no fact has that name")
    return out[:10]


def read_cells(cells: pl.Series, field: str) -> tuple[pl.Series, list[str]] | None:
    """Read cells as the type of a field; None where the column's type cannot be that.

    Returns
    -------
    (values, notes): null for an empty cell and for one that is not of the type; the latter are
    counted in a note with an example.
    """
    dtype = FIELDS[field].dtype
    if cells.dtype == pl.String:
        texts = cells.str.replace_all(_CONTROLS, " ").str.strip_chars()
        texts = texts.set((texts == "").fill_null(value=False), None)
        values, what = _of_texts(texts, field)
    elif dtype == pl.Date and cells.dtype in (pl.Date, pl.Datetime):
        # What no calendar has cannot be shown as a day, so a bad cell is quoted as its number.
        texts = cells.to_physical()
        values, what = _within(_days(cells), field)
    elif dtype == pl.Boolean and cells.dtype == pl.Boolean:
        return cells, []
    elif dtype == pl.Int64 and (cells.dtype.is_integer() or cells.dtype.is_float()):
        texts = cells
        whole = cells.cast(pl.Float64)
        whole = whole.set((whole != whole.round(0)).fill_null(value=True), None)
        values, what = _bounded(whole.cast(pl.Int64, strict=False), field), "a whole number"
    elif dtype == pl.String and cells.dtype == pl.List(pl.String):
        texts = cells.list.join(" ")
        values, what = _of_texts(texts, field)
    elif cells.dtype == pl.Null:
        return cells.cast(dtype), []
    else:
        return None
    bad = texts.is_not_null() & values.is_null()
    many = int(bad.sum())
    if not many:
        return values, []
    example = str(texts.filter(bad)[0])[:40]
    said = "1 cell" if many == 1 else f"{many:,} cells"
    return values, [f"{said} of {field} not used: {example!r} is not {what}"]


def _days(times: pl.Series) -> pl.Series:
    """The days of days or moments, null for those outside of the calendar, whose text breaks."""
    numbers = times.to_physical()
    if isinstance(times.dtype, pl.Datetime):
        numbers = numbers // _PER_DAY[times.dtype.time_unit]
    inside = numbers.is_between(*_CALENDAR).fill_null(value=False)
    return numbers.set(~inside, None).cast(pl.Int32).cast(pl.Date)


def _of_texts(texts: pl.Series, field: str) -> tuple[pl.Series, str]:
    """Values of text cells, and what such a cell must be."""
    dtype = FIELDS[field].dtype
    small = texts.str.to_lowercase()
    if dtype == pl.Date:
        return _within(texts.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False), field)
    if dtype == pl.Boolean:
        return small.replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean), "true or false"
    if dtype == pl.Int64:
        return _bounded(texts.str.to_integer(strict=False), field), "a whole number"
    if field in _ONE_OF:
        known = small.is_in(sorted(_ONE_OF[field]))
        what = f"one of {', '.join(sorted(_ONE_OF[field]))}"
        return small.set(~known.fill_null(value=True), None), what
    if field in _LANGUAGES:
        code = small.str.extract(r"^([a-z]{2,3})(?:[-_][a-z0-9]+)*$")
        return code, "a language code such as en"
    if field == "domain_name_servers":
        names = small.str.replace_all(r"[,;\s]+", " ").str.split(" ")
        ends = names.list.eval(pl.element().str.strip_chars_end("."))
        ends = ends.list.eval(pl.element().filter(pl.element() != "")).list.sort()
        return ends.list.join(" ").str.slice(0, 2000), "a list of names"
    return texts.str.slice(0, _LONGEST), "text"


def _within(days: pl.Series, field: str) -> tuple[pl.Series, str]:
    """Days that can be: names are registered since 1985, and only an end lies ahead."""
    last = _LAST if field == "domain_expires_on" else date.today() + timedelta(days=1)
    days = days.set(~days.is_between(_FIRST, last).fill_null(value=True), None)
    ahead = "" if field == "domain_expires_on" else " and not ahead"
    return days, f"a day such as 2019-03-01, after 1984{ahead}"


def _bounded(numbers: pl.Series, field: str) -> pl.Series:
    low, high = (100, 599) if field in _CODES else (0, _MOST)
    high = _MOST_ASN if field == "host_asn" else high
    return numbers.set(~numbers.is_between(low, high).fill_null(value=True), None)
