"""Cells: numbers, dates, booleans and text as vendors, languages and spreadsheets write them."""

from __future__ import annotations

import math
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.exports import read_export
from spamlinks.exports.reading.convert import unescape_text
from spamlinks.exports.reading.numbers import number_evidence, parse_date, parse_number

AHREFS = "Referring page URL\tTarget URL\tAnchor\t"


def column(tmp_path: Path, header: str, cells: list[str], name: str = "x.csv"):
    """Read one extra column of an Ahrefs-like file."""
    lines = [AHREFS + header]
    lines += [f"https://a{i}.example/\thttps://t.example/\tx\t{c}" for i, c in enumerate(cells)]
    path = tmp_path / name
    path.write_text("\n".join(lines), "utf-8")
    return read_export(path)


NUMBERS = [  # header, field, cells, values, why
    ("External links", "page_external_links", ["1", "22", ""], [1, 22, None], "plain"),
    ("External links", "page_external_links", ["1,240", "3"], [1240, 3], "thousands by comma"),
    ("External links", "page_external_links", ["1.240", "3"], [1240, 3], "a count has no decimals"),
    ("External links", "page_external_links", ["1 240", "1\u202f240", "1\u00a0240", "1'240"],
     [1240] * 4, "spaces and apostrophes"),
    ("External links", "page_external_links", ["12.0", "1e3"], [12, 1000], "a float round trip"),
    ("External links", "page_external_links", ["-5", "inf", "nan", "NULL", "n/a", "x"],
     [None] * 6, "no counts"),
    ("External links", "page_external_links", ["9" * 30, "7"], [None, 7], "beyond an integer"),
    ("Domain rating", "ahrefs_domain_rating", ["0.9", "47"], [0.9, 47.0], "decimals matter"),
    ("Domain rating", "ahrefs_domain_rating", ["0,9", "4,155", "47"], [0.9, 4.155, 47.0],
     "decimal comma, proved by another cell"),
    ("Domain rating", "ahrefs_domain_rating", ["\u22121", "64%", "12 (High)", "-"],
     [None, 64.0, 12.0, None], "signs and remarks"),
    ("Domain traffic", "domain_traffic", ["1.2K", "69.5M", "310"], [1200.0, 69.5e6, 310.0],
     "shortened in the UI"),
    ("Domain traffic", "domain_traffic", ["1.240", "2.500"], [1240.0, 2500.0],
     "only groups of three: thousands"),
    ("Domain traffic", "domain_traffic", ["1.240", "0.5"], [1.24, 0.5], "0.5 proves the point"),
    ("Domain traffic", "domain_traffic", ["1.234.567,8", "1.240"], [1234567.8, 1240.0],
     "one cell decides for the column"),
    ("Referring page HTTP code", "page_http_code", ["200", "0", "999"], [200, None, None],
     "0 is not fetched"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "field", "cells", "expected", "_why"), NUMBERS)
def test_numbers(tmp_path, header, field, cells, expected, _why):
    assert column(tmp_path, header, cells).backlinks[field].to_list() == expected


def test_convention_is_decided_over_the_whole_column(tmp_path):
    """The first 20,000 cells read well with a point; the last one proves a comma."""
    cells = ["1.5"] * 3 + ["1.240"] * 200_000 + ["2.240,75", "3.000,5", "4.000,5", "5.000,5"]
    values = column(tmp_path, "Domain traffic", cells).backlinks["domain_traffic"]
    assert values[3] == 1240.0
    assert values[200_003] == 2240.75


DATES = [  # cells, values, why
    (["2024-11-02 08:15:44", "2026-01-05T00:00:00Z"], ["2024-11-02", "2026-01-05"], "ISO"),
    (["2026-01-05 00:00:00 +00:00", "2024/11/02"], ["2026-01-05", "2024-11-02"], "ISO-like"),
    (["28.09.2026", "04.10.2026"], ["2026-09-28", "2026-10-04"], "points: day first"),
    (["28/09/2026", "04/10/2026"], ["2026-09-28", "2026-10-04"], "28 proves day first"),
    (["9/28/2026", "04/10/2026"], ["2026-09-28", "2026-04-10"], "28 proves month first"),
    (["04/10/2026", "05/10/2026"], [None, None], "either way: unknown, not guessed"),
    (["Sep 28, 2026", "29 de abr. de 2025", "3. März 2024"],
     ["2026-09-28", "2025-04-29", "2024-03-03"], "names of months"),
    (["1730535344", "1730535344000", "45000"], ["2024-11-02", "2024-11-02", "2023-03-15"],
     "Unix time, milliseconds, spreadsheet days"),
    (["1970-01-01", "1970-01-01 00:00:00", "0000-00-00", "", "-", "never"], [None] * 6, "unknown"),
    (["2999-01-01", "1066-10-14", "2026-02-31", "soon"], [None] * 4, "not to be believed"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "expected", "_why"), DATES)
def test_dates(tmp_path, cells, expected, _why):
    values = column(tmp_path, "First seen", cells).backlinks["first_seen"]
    assert [None if day is None else str(day) for day in values] == expected


def test_dates_take_the_order_of_the_files_other_columns(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(
        AHREFS + "First seen\tLast seen\n"
        "https://a.example/\thttps://t.example/\tx\t04/10/2024\t28/09/2025\n"
    )
    assert str(read_export(path).backlinks["first_seen"][0]) == "2024-10-04"


def test_dates_after_the_export_are_not_believed(tmp_path):
    cells = ["2025-01-01", "2025-03-01"]
    reading = column(tmp_path, "First seen", cells, "x-2025-02-01.csv")
    assert reading.export_date == date(2025, 2, 1)
    assert reading.backlinks["first_seen"].to_list() == [date(2025, 1, 1), None]
    assert any("first_seen: 1 cells" in note for note in reading.notes)


def test_export_date_is_the_newest_day_when_the_name_has_none(tmp_path):
    reading = column(tmp_path, "First seen", ["2025-01-01", "2025-03-01"])
    assert reading.export_date == date(2025, 3, 1)
    assert set(reading.backlinks["export_date"]) == {date(2025, 3, 1)}
    assert column(tmp_path, "Author", ["me"]).export_date is None


YES_NO = [
    (["true", "FALSE", "True", "1", "0", ""], [True, False, True, True, False, None]),
    (["yes", "No", "ja", "nein", "oui", "N"], [True, False, True, False, True, False]),
    (["NoFollow", "dofollow", "FOLLOW", "maybe"], [True, False, False, None]),
]


@pytest.mark.parametrize(("cells", "expected"), YES_NO)
def test_booleans(tmp_path, cells, expected):
    assert column(tmp_path, "Nofollow", cells).backlinks["rel_nofollow"].to_list() == expected


@pytest.mark.parametrize("text", ["NULL", "NA", "None", "nan", "n/a", "-"])
def test_words_for_nothing_are_text_in_text_columns(tmp_path, text):
    reading = column(tmp_path, "Referring page title", [text])
    assert reading.backlinks["referring_page_title"].to_list() == [text]


ENTITIES = [
    ("Gartenb&uuml;cher &amp;amp;amp; mehr", "Gartenbücher & mehr"),
    ("a &amp;amp;amp;amp;amp;amp;lt; b", "a &amp;lt; b"),  # five times at most
    ("?a=1&copy=2&lt=3", "?a=1&copy=2&lt=3"),  # no entity without its semicolon
    ("&#39;&#x27;&nosuch;", "''&nosuch;"),
]


@pytest.mark.parametrize(("text", "expected"), ENTITIES)
def test_entities(tmp_path, text, expected):
    assert unescape_text(text) == expected
    reading = column(tmp_path, "Referring page title", [text])
    assert reading.backlinks["referring_page_title"].to_list() == [expected]


def test_unreadable_cells_are_counted_and_cost_no_record(tmp_path):
    reading = column(tmp_path, "External links", ["3", "many", "many", "-", ""])
    assert reading.backlinks["page_external_links"].to_list() == [3, None, None, None, None]
    assert reading.rejected.height == 0
    assert "page_external_links: 2 cells could not be read and count as unknown" in reading.notes


@given(st.integers(0, 10**12), st.integers(0, 99))
def test_numbers_survive_both_conventions(whole, cents):
    value = whole + cents / 100
    english = f"{whole:,}.{cents:02d}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert math.isclose(parse_number(english, ".") or 0.0, value)
    assert math.isclose(parse_number(german, ",") or 0.0, value)
    assert number_evidence(english) == "."
    assert number_evidence(german) == ","


@given(st.text(max_size=30))
def test_cells_never_raise(text):
    assert parse_number(text, ".") is None or math.isfinite(parse_number(text, ".") or 0.0)
    number_evidence(text)
    parse_date(text, "dmy")
    unescape_text(text)


@given(st.dates(date(1990, 1, 1), date(2068, 12, 31)))
def test_dates_survive_their_formats(day):
    for text, order in (
        (day.isoformat(), ""),
        (f"{day:%d.%m.%Y}", "dmy"),
        (f"{day:%m/%d/%Y}", "mdy"),
        (f"{day:%b} {day.day}, {day.year}", ""),
        (str((day - date(1899, 12, 30)).days), ""),
    ):
        assert parse_date(text, order) == day
    assert parse_date(f"{day + timedelta(days=0):%Y/%m/%d} 10:00", "") == day
