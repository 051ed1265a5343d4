"""The short cuts over hosts agree with the ground floor they save work of."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.exports.reading.hosts import authorities, host_problems, surely_usable
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
    *["a.example:80", "co.uk:80", "foo.ck:80", "a.example:", "com:80", "a.xn--p1ai:8080"],
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


SURE = [
    ("https://a.com/", True),
    ("http://www.a-b.com:8080/x?y#z", True),
    ("https://xn--a.xn--p1ai/é", True),
    ("https://" + ("x" * 63 + ".") * 3 + "com/", True),
    ("https://" + ("x" * 63 + ".") * 4 + "com/", False),  # 255 characters
    ("https://" + "x" * 64 + ".com/", False),
    ("https://a.com", False),  # no path: the parser knows
    ("HTTPS://a.com/", False),
    ("https://A.com/", False),
    ("https://com/", False),
    ("https://a.co.uk/", False),
    ("https://co.uk/", False),
    ("https://a.example/", False),
    ("https://user@a.com/", False),
    ("https://a.com:99999/", False),
    ("https://a.com/\x07", False),
    ("https://a.com/\n", False),
    ("https://a.com/\x7f", False),
    ("ftp://a.com/", False),
    ("", False),
    (None, None),
]


@pytest.mark.parametrize(("page", "sure"), SURE)
def test_surely_usable(page, sure):
    assert surely_usable(pl.Series([page], dtype=pl.String)).to_list() == [sure]


TOPS = st.sampled_from(["com", "de", "ck", "uk", "co.uk", "jp", "xyz", "xn--p1ai", "example", "a"])
PAGE = st.builds(
    "{}{}{}.{}{}".format,
    st.sampled_from(["http://", "https://", "//", ""]),
    st.sampled_from(["", "u@", "1.", "-"]),
    LABEL,
    TOPS,
    st.sampled_from(["/", "", ":80/", ":8x/", "/\t", "/a b"]),
)


@settings(deadline=None)
@given(st.lists(PAGE, min_size=1))
def test_what_is_surely_usable_has_no_problem(pages):
    series = pl.Series(pages, dtype=pl.String)
    sure = series.filter(surely_usable(series))
    assert host_problems(authorities(sure)) == {}
    assert not sure.str.contains(r"[\x00-\x1f\x7f]").any()
    hosts = host_table(authorities(sure))
    assert hosts["problem"].null_count() == hosts.height
