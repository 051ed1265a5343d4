"""The line about a fetched page: what was found, what was refused, and nothing made up."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.report.fetched_words import FETCHED_COLUMNS, fetched_line
from spamlinks.report.rows import COLUMNS, domain_rows, tidy_domains, tidy_links
from spamlinks.schema import FIELDS

DAY = date(2026, 1, 3)
LINES: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    (dict.fromkeys(FETCHED_COLUMNS), ""),
    ({"fetch_state": "nonsense"}, ""),
    (
        {"fetch_state": "fetched", "fetched_on": DAY, "fetched_link_found": False},
        "fetched on 2026-01-03: no link to the site stands there",
    ),
    (
        {
            "fetch_state": "fetched",
            "fetched_link_found": True,
            "fetched_link_hidden": True,
            "fetched_placement": "footer",
            "fetched_words": 1,
            "fetched_external_links": 1,
        },
        "fetched: the link stands in the footer, hidden; 1 link to other sites in 1 word",
    ),
    (
        {"fetch_state": "fetched", "fetched_words": 5, "fetched_parked": "parking script"},
        "fetched: 5 words; a parked domain (“parking script”)",
    ),
    ({"fetch_state": "fetched", "fetched_parked": "", "home_parked": ""}, ""),
    (
        {"fetch_state": "absent", "fetched_on": DAY, "fetched_http_code": 404},
        "fetched on 2026-01-03: the page was not there any more (404)",
    ),
    (
        {"fetch_state": "failed"},
        "fetched: no usable answer; that says nothing about the site",
    ),
    ({"domain_created_on": DAY}, "domain registered on 2026-01-03"),
    (
        {"fetch_state": "robots", "domain_created_on": DAY},
        "fetched: robots.txt forbids it; that says nothing about the site; "
        "domain registered on 2026-01-03",
    ),
]


@pytest.mark.parametrize(("link", "line"), LINES)
def test_line(link: dict[str, Any], line: str) -> None:
    assert fetched_line(link) == line


cells = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), st.dates(),
    st.sampled_from(["fetched", "blocked", "<b>x</b>", "\x1b[31m"]),
)  # fmt: skip


@given(st.fixed_dictionaries(dict.fromkeys(FETCHED_COLUMNS, cells)))
def test_any_cells_give_one_clean_line(link: dict[str, Any]) -> None:
    line = fetched_line(link)
    assert len(line) <= 400
    assert "\n" not in line
    assert "\x1b" not in line


def test_the_columns_are_those_of_links() -> None:
    assert set(FETCHED_COLUMNS) <= set(FIELDS)


def test_samples_tell_what_was_fetched() -> None:
    domains = pl.DataFrame({"linking_domain": ["a.com"], "verdict": ["REVIEW"]})
    links = pl.DataFrame(
        {
            "referring_page": ["https://a.com/1", "https://a.com/2"],
            "linking_domain": ["a.com", "a.com"],
            "spam_score": [0.9, 0.8],
            "fetch_state": ["fetched", None],
            "fetched_link_found": [True, None],
            "fetched_placement": ["comment", None],
        }
    )
    (row,) = domain_rows(tidy_domains(domains), tidy_links(links))
    first, second = row[COLUMNS.index("samples")]
    assert first[5:] == ["", "fetched: the link stands in a comment"]
    assert second[5:] == []
