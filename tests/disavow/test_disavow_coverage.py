"""``covers`` for many names at once agrees with one at a time."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.disavow import DisavowFile

NAMES = [
    "spam.example",
    "a.spam.example",
    "notspam.example",
    "example",
    "spam.example.",
    "SPAM.example",
    "http://spam.example/a",
    "https://spam.example/a",
    "http://spam.example/a#x",
    "//spam.example/a",
    "http://spam.example:80/a",
    "http://u@spam.example/a",
    "spam.example/a",
    "mailto:x@spam.example",
    "http://1.2.3.4/a",
    "1.2.3.4",
    "3.4",
    "http://[::1]/",
    "::1",
    "",
    " ",
    "http://",
    "/",
    "http://bü.example/a",
    "http://xn--b-xka.example/a",
    "co.uk",
    "x.co.uk",
    "http://co.uk/a",
    "nodots",
    "a..b",
    "http://a..b/",
]

ENTRIES = [
    "domain:spam.example",
    "domain:example",
    "domain:a.spam.example",
    "domain:1.2.3.4",
    "domain:[::1]",
    "http://spam.example/a",
    "http://spam.example/a",
    "domain:co.uk",
    "http://bü.example/a",
    "# note",
    "domain:spam.example",
    "https://spam.example/a",
    "http://1.2.3.4/a",
    "domain:uk",
    "broken line",
]


def agree(file: DisavowFile, names: list[str]) -> None:
    slow = [line.number if (line := file.covers(name)) else None for name in names]
    found = file.covering(pl.Series("page", names, dtype=pl.String))
    assert found.to_list() == slow
    assert found.dtype == pl.UInt32
    assert found.name == "page"


@pytest.mark.parametrize("entry", ENTRIES)
def test_one_entry(entry):
    agree(DisavowFile.parse(f"# mine\n{entry}\n"), list(NAMES))


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(ENTRIES), max_size=8),
    st.lists(st.sampled_from(NAMES) | st.text(max_size=20), max_size=8),
)
def test_any_entries_and_names(entries, names):
    agree(DisavowFile.parse("\n".join(["#", *entries])), names)


def test_a_null_is_covered_by_nothing():
    file = DisavowFile.parse("domain:spam.example\nhttp://spam.example/a")
    names = pl.Series([None, "http://spam.example/a"], dtype=pl.String)
    assert file.covering(names).to_list() == [None, 2]
