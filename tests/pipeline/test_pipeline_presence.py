"""Search Console: what its export lists, and when a missing line means anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.exports import Reading, merge, read_export
from spamlinks.pipeline import Settings, audit
from spamlinks.presence import (
    MAX_DAYS_BEHIND,
    MIN_RECORDS,
    Presence,
    domain_presence,
    link_presence,
    search_console,
)

NAME = "https___www.shop.com_-Latest links-2026-01-01.csv"


def gsc(folder: Path, rows: int, name: str = NAME, day: str = "2025-12-01") -> Reading:
    pages = [f"https://site-{i}.com/,{day}" for i in range(rows)]
    (folder / name).write_text("\n".join(["Linking page,Last crawled", *pages]) + "\n", "utf-8")
    return read_export(folder / name)


def tool(folder: Path, last_seen: str = "2026-01-10", target: str = "shop.com") -> Reading:
    header = "Page ascore,Source url,Target url,Anchor,Nofollow,First seen,Last seen"
    row = f"1,https://a-tool-page.com/,https://{target}/,x,false,2025-01-01,{last_seen}"
    (folder / "tool.csv").write_text(f"{header}\n{row}\n", "utf-8")
    return read_export(folder / "tool.csv")


def with_cap(reading: Reading) -> Reading:
    return replace(reading, format=replace(reading.format, row_caps=(reading.records,)))


def test_no_export_of_search_console(tmp_path):
    assert search_console([tool(tmp_path)], "shop.com") == Presence(given=False)
    assert search_console([], None).tells is False


def test_a_whole_export_tells(tmp_path):
    found = search_console([gsc(tmp_path, MIN_RECORDS), tool(tmp_path)], "shop.com")
    assert found == Presence(given=True, why_not="", as_of=date(2026, 1, 1))
    assert found.tells


SILENT = [  # what is done to the export, in its reason, why
    (lambda folder: with_cap(gsc(folder, 20)), "may be cut off: it holds exactly 20", "cut"),
    (lambda folder: gsc(folder, 0), "holds 0 records", "empty"),
    (lambda folder: gsc(folder, MIN_RECORDS - 1), "too few to tell", "few"),
    (
        lambda folder: gsc(folder, 20, NAME.replace("www.", "blog.")),
        "is about blog.shop.com only",
        "a property of its own lists its own links only",
    ),
    (
        lambda folder: gsc(folder, 20, NAME.replace("2026", "2025"), "2024-12-01"),
        "long before the other exports (2026-01-10)",
        "links that appeared since cannot be in it",
    ),
]


@pytest.mark.parametrize(("make", "why_not", "_why"), SILENT)
def test_an_export_that_does_not_tell(tmp_path, make, why_not, _why):
    found = search_console([make(tmp_path), tool(tmp_path)], "shop.com")
    assert found.given
    assert not found.tells
    assert why_not in found.why_not
    good = gsc(tmp_path, 20, "https___www.shop.com_-More sample links-2026-01-02.csv")
    beside = search_console([make(tmp_path), good, tool(tmp_path)], "shop.com")
    assert beside == Presence(given=True, as_of=date(2026, 1, 2))  # one that tells is enough


def test_the_property_of_the_site_itself(tmp_path):
    blog = gsc(tmp_path, 20, NAME.replace("www.", "blog."))
    assert search_console([blog], "https://blog.shop.com/start").tells
    assert search_console([blog], None).tells
    assert MAX_DAYS_BEHIND >= 30  # Search Console itself lags by weeks


def frame_of(*rows: tuple[int, str, str]) -> pl.DataFrame:
    schema = {"_domain": pl.UInt32, "seen_by": pl.String, "grain": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def units_of(*rows: tuple[int, str, str, date | None]) -> pl.DataFrame:
    schema = {
        "_domain": pl.UInt32,
        "linking_domain": pl.String,
        "registrable_domain": pl.String,
        "first_seen": pl.Date,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_domains_know_who_knows_them():
    frame = frame_of(
        (0, "ahrefs+gsc", "link"),
        (0, "semrush", "link"),
        (1, "semrush", "link"),
        (2, "gsc", "domain"),
        (3, "ahrefs", "link"),
        (4, "ahrefs", "link"),
    )
    day, later = date(2025, 1, 1), date(2026, 2, 1)
    units = units_of(
        (0, "a.com", "a.com", later),
        (1, "b.com", "b.com", day),
        (2, "blogspot.com", "blogspot.com", None),
        (3, "me.blogspot.com", "blogspot.com", day),
        (4, "c.com", "c.com", later),
    )
    found = domain_presence(frame, units, Presence(given=True, as_of=date(2026, 1, 1)))
    assert found.select("seen_by", "in_search_console", "listed_by_google").rows() == [
        ("ahrefs+gsc+semrush", True, True),
        ("semrush", False, False),
        ("gsc", True, True),
        ("ahrefs", True, True),  # the list of sites names the platform
        ("ahrefs", False, None),  # appeared after the export
    ]
    silent = domain_presence(frame, units, Presence(given=True, why_not="cut off"))
    assert silent["in_search_console"].to_list() == found["in_search_console"].to_list()
    assert silent["listed_by_google"].to_list() == [True, None, True, True, None]
    absent = domain_presence(frame, units, Presence(given=False))
    assert absent["in_search_console"].null_count() == 5
    assert absent["seen_by"].to_list() == found["seen_by"].to_list()


@given(st.lists(st.sampled_from(["gsc", "ahrefs+gsc", "gsc+semrush", "ahrefs", "notgsc", "gsc2"])))
def test_a_link_is_listed_when_search_console_saw_it(seen_by):
    frame = pl.DataFrame({"seen_by": seen_by}, schema={"seen_by": pl.String})
    found = link_presence(frame, Presence(given=True))
    assert found.to_list() == ["gsc" in text.split("+") for text in seen_by]
    assert link_presence(frame, Presence(given=False)).null_count() == len(seen_by)


def test_the_columns_reach_the_tables(tmp_path):
    listed, other = gsc(tmp_path, 12), tool(tmp_path)
    outcome = audit([listed, other], Settings("shop.com"))
    assert outcome.run["search_console"] == {"given": True, "why_not": None, "not_listed": 0}
    links = dict(outcome.links.select("linking_domain", "in_search_console").rows())
    domains = dict(outcome.domains.select("linking_domain", "in_search_console").rows())
    assert links == domains
    assert [name for name, known in domains.items() if not known] == ["a-tool-page.com"]
    assert outcome.domains.columns[-6:-4] == ["in_search_console", "seen_by"]
    merged = merge([listed, other], "shop.com").backlinks
    assert merged["seen_by_count"].to_list() == outcome.links["seen_by_count"].to_list()
