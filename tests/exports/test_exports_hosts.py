"""The short cuts over hosts agree with the ground floor they save work of."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.exports.hosts import authorities, host_problems
from spamlinks.urls import authority, authority_expr, host_table

PAGES = [
    "https://a.example/x",
    "http://A.example/",
    "https://a.example",
    "https://a.example?x",
    "https://user@a.example:80/",
    "//a.example/x",
    "a.example/x",
    "mailto:me@a.example",
    "https:///x",
    "https:",
    "http:/",
    "",
    None,
]


@pytest.mark.parametrize("page", PAGES)
def test_authorities(page):
    pages = pl.Series([page, "https://b.example/"], dtype=pl.String)
    expected = [None if page is None else authority(page).lower(), "b.example"]
    assert authorities(pages).to_list() == expected


@settings(deadline=None)
@given(st.lists(st.from_regex(r"(https?://)?[a-zA-Z0-9.:@%?#/-]{0,12}/?", fullmatch=True)))
def test_authorities_agree(texts):
    pages = pl.Series(texts, dtype=pl.String)
    expected = pl.DataFrame({"page": pages}).select(authority_expr("page")).to_series()
    assert authorities(pages).to_list() == expected.to_list()


HOSTS = [
    *["com", "co.uk", "ck", "foo.ck", "www.ck", "kawasaki.jp", "x.kawasaki.jp"],
    *["city.kawasaki.jp", "github.io", "blogspot.com", "a.b.c.example", "10.0.0.1", "1.2.3"],
    *["xn--p1ai", "xn--a.xn--p1ai", "-a.example", "a-.example", "a..example", "a_b.example"],
    *["x" * 64 + ".example", "localhost", "bücher.example", "a.example:99999", "a.example."],
    *["[::1]", ""],
]
LABEL = st.sampled_from(
    ["www", "co", "com", "uk", "jp", "kawasaki", "ck", "a-b", "-a", "1", "x1", ""]
)


def _agree(names: list[str]) -> None:
    series = pl.Series(names, dtype=pl.String)
    table = host_table(series).filter(pl.col("problem").is_not_null())
    assert host_problems(series) == dict(table.select("authority", "problem").rows())


def test_host_problems():
    _agree(HOSTS)
    assert host_problems(pl.Series(HOSTS))["co.uk"] == "host is a public suffix, not a site"


@settings(deadline=None)
@given(st.lists(st.lists(LABEL, min_size=1, max_size=5).map(".".join), max_size=20))
def test_host_problems_agree(names):
    _agree(names)
