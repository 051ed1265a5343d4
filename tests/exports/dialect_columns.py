"""Columns of links, drawn at random and written as vendors write them.

What is known here of words for yes and no, kinds of links, numbers and dates is not taken from the
reader, so that a word lost there is noticed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import polars as pl
from hypothesis import assume
from hypothesis import strategies as st

from spamlinks.schema import FIELDS

__all__ = ["Dress", "Frame", "columns"]

Cell = tuple[Any, Any]
"""What a cell means, and what stands in it: a text, or a value of its own in JSON and Excel."""


@dataclass(frozen=True, repr=False)
class Dress:
    """An entry of the catalogue in one of its variants (the bare entry: no conditions)."""

    entry: dict[str, Any]
    conditions: dict[str, str]

    def __repr__(self) -> str:
        generation = self.conditions.get("generation", self.entry["generation"])
        tail = "+".join(f"{k}={v}" for k, v in self.conditions.items() if k != "generation")
        return f"{self.entry['vendor']}-{self.entry['kind']}-{generation}-{tail}".strip("-")


BLANK = " \t\r\n\x0b\x0c\u00a0\u200b\ufeff"
TODAY = date(2026, 1, 1)
COUNTS = {"group", "counts", "traffic", "popularity"}
ESCAPED = {"referring_page_title", "anchor_text", "left_context", "right_context", "page_author",
           "page_category"}  # fmt: skip
"""Texts that vendors write with HTML entities."""

# -- values ----------------------------------------------------------------------------------

WORDS = (
    "seeds", "steel trowel", "6\" nails", '"best" offers, part 2', "a, b; c|d", "R&D", "x &copy=1",
    '=HYPERLINK("http://spam.example/x","Click")', "@best_links", "+1", "-5", "NULL", "None", "nan",
    "NA", "1,240", "2026-10-04", "true", "<b>bold</b>", "it's", "back\\slash", "=1+1",
)  # fmt: skip
BROKEN_LINES = ("two\nlines", "two\r\n\r\nlines", "tab\there")
FOREIGN = ("Gartenbücher & mehr", "naïve café", "señor")
"""Letters that Windows-1252 has, never two in a row."""
WIDE = ("日本語 リンク", "ссылки", "קישור", "★ ☃", "a\u2028b", "e\u0301", "🌱")
LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Co"], exclude_characters="\ufeff\ufffd")
ENTITY = re.compile(r"&[#\w]+;")


def _texts(wide: bool, lines: bool) -> st.SearchStrategy[str]:
    pool = [*WORDS, *FOREIGN, *(WIDE if wide else ()), *(BROKEN_LINES if lines else ())]
    words = st.lists(st.sampled_from(pool), min_size=1, max_size=2).map(" ".join)
    if not wide:
        return words
    odd = st.text(LETTERS, min_size=1, max_size=9).map(lambda text: text.strip(BLANK))
    return words | odd.filter(lambda text: text not in ("", "-") and not ENTITY.search(text))


HOSTS = ("blog.example.net", "example.org", "forum.example.co.uk", "me.blogspot.com",
         "xn--bcher-kva.example", "WWW.UPPER.example", "a-b.example")  # fmt: skip
WIDE_HOSTS = ("bücher.example", "пример.example", "例え.example")
PATHS = ("", "/", "/x", "/links?a=1&copy=2&lt=3&amp;x=4", "/a,b;c", "/tag/%C3%BC", "/p#p431",
         "/?q=\"quoted\"", "/it's", "/a b", "/|x", "/?utm_source=mail", "/=1+1")  # fmt: skip


def _urls(wide: bool) -> st.SearchStrategy[str]:
    hosts = (*HOSTS, *(WIDE_HOSTS if wide else ()), "10.0.0.7", "user@example.com:8080")
    paths = (*PATHS, *(("/★-tools", "/ü/日本") if wide else ()))
    return st.builds(
        "{}{}{}".format,
        st.sampled_from(["https://", "http://", "HTTPS://"]),
        st.sampled_from(hosts),
        st.sampled_from(paths),
    )


def _domains(wide: bool) -> st.SearchStrategy[str]:
    names = st.sampled_from((*HOSTS, *(WIDE_HOSTS if wide else ())))
    return st.builds("{}{}".format, st.sampled_from(["", "https://"]), names)


# -- how columns write them ------------------------------------------------------------------

YES_NO = [("true", "false"), ("TRUE", "FALSE"), ("Yes", "No"), ("1", "0"), ("ja", "nein"),
          ("Y", "N"), ("oui", "non"), ("WAHR", "FALSCH"), ("yes", "no"), ("да", "нет")]  # fmt: skip
FOLLOW = [("nofollow", "follow"), ("Nofollow", "Dofollow"), ("NOFOLLOW", "FOLLOW")]
FLAGS = [("+", ""), ("1", "0"), ("x", ""), ("true", "false"), ("FlagNoFollow", "-")]
KINDS = {
    "text": ("text", "Text", "a", "Hyperlink", "Hyperlien", "TextLink"),
    "image": ("image", "Image", "img", "ImageLink"),
    "redirect": ("redirect", "301"),
    "canonical": ("canonical", "Canonical"),
    "frame": ("frame", "iframe"),
    "form": ("form",),
    "other": ("hreflang",),
    None: ("",),
}
UNKNOWN = ["", "-", "N/A", "null"]


def _decimals(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"


def _european(value: float) -> str:
    return _decimals(value).translate(str.maketrans(",.", ".,"))


def _spaced(space: str) -> Callable[[float], str]:
    return lambda value: _decimals(value).translate(str.maketrans({",": space, ".": ","}))


NUMBERS: list[Callable[[float], str]] = [
    lambda value: f"{value:.0f}" if value == round(value) else f"{value:.2f}",
    _decimals, _european, _spaced(" "), _spaced("\u00a0"), _spaced("\u202f"),
]  # fmt: skip
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time(8, 15), UTC).timestamp())


DATES: dict[str, Callable[[date], str]] = {
    "iso": lambda day: day.isoformat(),
    "iso-time": lambda day: f"{day} 08:15:00",
    "iso-zone": lambda day: f"{day}T08:15:00+00:00",
    "compact": lambda day: day.strftime("%Y%m%d"),
    "d.m.y": lambda day: day.strftime("%d.%m.%Y"),
    "d/m/y": lambda day: day.strftime("%d/%m/%Y"),
    "m/d/y": lambda day: f"{day.month}/{day.day}/{day.year}",
    "words": lambda day: f"{MONTHS[day.month - 1]} {day.day}, {day.year}",
    "seconds": lambda day: str(_seconds(day)),
    "milliseconds": lambda day: f"{_seconds(day)}000",
    "serial": lambda day: str((day - date(1899, 12, 30)).days),
}


@dataclass(frozen=True)
class Frame:
    """What a file has in common: native values stand in JSON and sheets, wide ones are not in
    Windows-1252."""

    rows: int
    wide: bool
    native: bool
    sheet: bool
    spelling: bool
    missing: str


def _many(draw: st.DrawFn, frame: Frame, one: st.SearchStrategy[Any]) -> list[Any]:
    return [draw(one) for _ in range(frame.rows)]


def _truths(draw: st.DrawFn, frame: Frame, column: dict[str, Any]) -> list[Cell]:
    values = _many(draw, frame, st.sampled_from([True, False, None]))
    if column.get("how") == "flag":
        yes, no = draw(st.sampled_from(FLAGS))
        return [(bool(value), yes if value else no) for value in values]
    inverted = column.get("how") == "inverted"
    words = [tuple(reversed(pair)) if inverted else pair for pair in YES_NO]
    words += FOLLOW if column["field"] == "rel_nofollow" else []
    yes, no = words[1] if frame.spelling else draw(st.sampled_from(words))
    if not frame.wide:
        assume(yes.isascii())
    if frame.native and draw(st.booleans()):
        return [(value, None if value is None else value != inverted) for value in values]
    unknown = draw(st.sampled_from(UNKNOWN))
    return [(v, unknown if v is None else yes if v else no) for v in values]


def _number(draw: st.DrawFn, frame: Frame, column: dict[str, Any]) -> list[Cell]:
    field = FIELDS[column["field"]]
    whole = field.dtype == pl.Int64
    if field.name == "page_http_code":
        values = _many(draw, frame, st.sampled_from([200, 301, 404, 599, None]))
        unknown = draw(st.sampled_from([*UNKNOWN, "0"]))
        return [(v, unknown if v is None else str(v)) for v in values]
    count = whole or field.block in COUNTS
    top = 9_999_999 if count else 999  # in a score 1.240 is a fraction, and nobody groups
    numbers = st.integers(0, top) if whole else st.integers(0, top * 100).map(lambda n: n / 100)
    values = _many(draw, frame, st.none() | numbers)
    if frame.native and draw(st.booleans()):
        return [(value, value) for value in values]
    write = draw(st.sampled_from(NUMBERS if frame.wide else NUMBERS[:4]))
    mark = "" if count else draw(st.sampled_from(["", "%", " %"]))
    unknown = draw(st.sampled_from(UNKNOWN))
    return [(v, unknown if v is None else write(v) + mark) for v in values]


def _days(draw: st.DrawFn, frame: Frame, orders: list[str]) -> list[Cell]:
    values = _many(draw, frame, st.none() | st.dates(date(1995, 1, 1), TODAY))
    proven = any(day is not None and day.day > 12 for day in values)
    styles = [name for name in DATES if proven or name not in ("d/m/y", "m/d/y")]
    style = draw(st.sampled_from(styles))
    orders.append(style)
    if frame.sheet and draw(st.booleans()):
        return [(day, day) for day in values]
    unknown = draw(st.sampled_from([*UNKNOWN, "1970-01-01", "never"]))
    return [(day, unknown if day is None else DATES[style](day)) for day in values]


def _words(draw: st.DrawFn, frame: Frame, name: str) -> list[Cell]:
    """Texts; an anchor that is empty is known to be so, any other text is unknown then."""
    texts = _texts(frame.wide, lines=name != "page_ip")
    if frame.sheet:  # XML knows one end of line
        texts = texts.map(lambda text: text.replace("\r\n", "\n"))
    if name == "target_url":
        texts = _urls(frame.wide)
    if name == "page_country":
        texts = st.sampled_from(["DE", "US", "BR"])
    times = draw(st.integers(0, 2)) if name in ESCAPED else 0
    cells: list[Cell] = []
    for text in _many(draw, frame, st.just("") | st.none() | texts):
        written = text
        for _ in range(times):
            written = html.escape(written) if written else written
        if name == "page_country" and text:
            written = draw(st.sampled_from([text, text.lower()]))
        if text and draw(st.integers(0, 5)) == 0:
            written = f" {written}\t"
        known_empty = name == "anchor_text"
        if text is None and not (frame.native and not frame.sheet):  # only JSON has a null
            text, written = (None, frame.missing) if frame.missing or not known_empty else ("", "")
        cells.append((text if text or known_empty else None, written))
    return cells


def _tokens(draw: st.DrawFn, frame: Frame, columns: list[dict[str, Any]]) -> list[Cell]:
    """One cell of words feeds several fields; its meaning is a dict by field."""
    words = sorted({word for column in columns for word in column["value"].split()})
    cells: list[Cell] = []
    for chosen in _many(draw, frame, st.lists(st.sampled_from([*words, "noopener"]), unique=True)):
        meaning = {
            column["field"]: (
                None
                if not chosen and column.get("otherwise") == "unknown"
                else any(word in chosen for word in column["value"].split())
            )
            for column in columns
        }
        cells.append((meaning, draw(st.sampled_from([" ", ", ", ","])).join(chosen)))
    return cells


# -- tables ----------------------------------------------------------------------------------


def _header(draw: st.DrawFn, column: dict[str, Any], language: str) -> str:
    names = column.get("localized", {}).get(language) or column["headers"]
    name: str = draw(st.sampled_from(names))
    dressed = draw(st.integers(0, 9))
    if dressed == 0:
        return f"{name} "
    if dressed == 1:
        return f"{name} (desc)"
    if dressed == 2:
        return html.escape(name).replace("&#x27;", "&#39;")
    return name


def columns(
    draw: st.DrawFn, dress: Dress, frame: Frame, language: str
) -> tuple[list[tuple[str, list[Any]]], dict[str, list[Any]]]:
    """Draw the columns of a table, as (header, cells), and what each field has to be."""
    entry = dress.entry
    table: list[tuple[str, list[Any]]] = []
    links: dict[str, list[Any]] = {}

    def put(column: dict[str, Any], cells: list[Cell]) -> None:
        table.append((_header(draw, column, language), [written for _, written in cells]))

    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for column in entry["columns"]:
        groups.setdefault(tuple(column["headers"]), []).append(column)
    kinds = [column for column in entry["columns"] if column.get("how") == "kind"]
    if kinds:
        otherwise = next((c["otherwise"] for c in kinds if c.get("otherwise")), None)
        choices = [*(column["value"] for column in kinds), otherwise]
        links["link_kind"] = _many(draw, frame, st.sampled_from(choices))
    orders: list[str] = []
    for sharing in groups.values():
        column = sharing[0]
        name = column["field"]
        if column.get("how") == "token":
            cells = _tokens(draw, frame, sharing)
            for each in sharing:
                links[each["field"]] = [meaning[each["field"]] for meaning, _ in cells]
            put(column, cells)
            continue
        if column.get("how") == "kind":
            yes, no = draw(
                st.sampled_from([("true", "false"), ("1", ""), ("+", ""), ("Yes", "No")])
            )
            put(column, [(v, yes if v == column["value"] else no) for v in links["link_kind"]])
            continue
        if name == "referring_page":
            pages = _domains(frame.wide) if entry["grain"] == "domain" else _urls(frame.wide)
            cells = [(page, page) for page in _many(draw, frame, pages)]
        elif name not in FIELDS:
            cells = [(n, str(n)) for n in _many(draw, frame, st.integers(0, 99))]
        elif name == "link_kind":
            values = _many(draw, frame, st.sampled_from(list(KINDS)))
            cells = [(kind, draw(st.sampled_from(KINDS[kind]))) for kind in values]
        elif FIELDS[name].dtype == pl.Boolean:
            cells = _truths(draw, frame, column)
        elif FIELDS[name].dtype == pl.Date:
            cells = _days(draw, frame, orders)
        elif FIELDS[name].dtype.is_numeric():
            cells = _number(draw, frame, column)
        else:
            cells = _words(draw, frame, name)
        put(column, cells)
        if name in FIELDS:
            links[name] = [meaning for meaning, _ in cells]
    # Two numeric orders in one file are proven by each column itself; more is nobody's export.
    assume(not {"d/m/y", "m/d/y"} <= set(orders))
    for name in entry["unused"]:
        if name == dress.conditions.get("header") or draw(st.integers(0, 3)) == 0:
            table.append((name, _many(draw, frame, _texts(frame.wide, lines=True))))
    if not entry.get("exact") and len(table) > 1:
        for i in range(draw(st.integers(0, 2))):
            table.append((f"New metric {i}", _many(draw, frame, st.sampled_from(["", "7", "x,y"]))))
    table = draw(st.permutations(table))
    if first := dress.conditions.get("first_header"):
        table.sort(key=lambda column: not column[0].strip().startswith(first))
    return table, links
