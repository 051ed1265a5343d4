"""Registration days that a user brings: which tables are taken, which rows, which refusals."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from spamlinks.errors import InputError
from spamlinks.facts import join_facts, read_facts

DAY = date(2019, 3, 1)

TABLES = [  # CSV, what is read
    ("linking_domain,domain_created_on\na.example,2019-03-01\n", {"a.example": DAY}),
    ("Domain , Registered_On\nA.Example.,2019-03-01\n", {"a.example": DAY}),  # as people write
    ("\ufeffdomain,created_on\na.example,2019-03-01\n", {"a.example": DAY}),  # from Excel
    ("note,url,registration_date\nx,https://www.a.example/p?q,2019-03-01T10:00:00Z\n",
     {"a.example": DAY}),  # a page stands for its domain, a time for its day
    ("domain,created_on\nm\u00fcller.example,2019-03-01\n", {"xn--mller-kva.example": DAY}),
    ("domain,created_on\nme.blogspot.com,2019-03-01\n", {"me.blogspot.com": DAY}),
    ("domain,created_on\na.example,2019-03-01\nwww.a.example,2018-01-01\n",
     {"a.example": date(2018, 1, 1)}),  # of several the earliest
    ("domain,created_on\na.example, 2019-03-01 \nb.example,unknown\n,2019-03-01\nco.uk,2019-03-01\n"
     "c.example,2019-02-30\nd.example,\nmailto:x,2019-03-01\n", {"a.example": DAY}),
    ("linking_domain,domain_created_on\n", {}),
    ("domain,Domain,created_on\na.example,b.example,2019-03-01\n", {"a.example": DAY}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TABLES)
def test_a_table_is_read(tmp_path: Path, text: str, expected: dict[str, date]) -> None:
    path = tmp_path / "facts.csv"
    path.write_text(text, "utf-8")
    facts = read_facts(path)
    assert facts.schema == {"linking_domain": pl.String, "domain_created_on": pl.Date}
    assert dict(facts.select("linking_domain", "domain_created_on").rows()) == expected


@pytest.mark.parametrize("day", [DAY, datetime(2019, 3, 1, 23, 59), "2019-03-01"])
def test_parquet_in_any_type_of_day(tmp_path: Path, day: object) -> None:
    path = tmp_path / "facts.parquet"
    pl.DataFrame({"linking_domain": ["a.example"], "domain_created_on": [day]}).write_parquet(path)
    assert read_facts(path)["domain_created_on"].to_list() == [DAY]


REFUSED = [  # name, content, words of the message
    ("facts.csv", b"", "cannot be read"),
    ("facts.csv", b"a,b\n1,2\n", "no domain or date"),
    ("facts.csv", b"domain\na.example\n", "no domain or date"),
    ("facts.csv", b"created_on\n2019-03-01\n", "no domain or date"),
    ("facts.csv", b"domain,created_on\na.example,01/03/2019\n", "no row has a domain and a day"),
    ("facts.csv", b"domain,created_on\n=cmd,2019-03-01\n", "no row has a domain and a day"),
    ("facts.csv", b"domain,created_on\n\xff\xfe,2019-03-01\n", "cannot be read"),
    ("facts.csv", b"domain,created_on\na.example,2019-03-01,extra\n", "cannot be read"),
    ("facts.parquet", b"PAR1", "cannot be read"),
    ("facts.parquet", b"", "cannot be read"),
]


@pytest.mark.parametrize(("name", "content", "words"), REFUSED)
def test_what_holds_no_facts_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_facts(tmp_path / name)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(name)


@pytest.mark.parametrize(
    "frame",
    [
        {"linking_domain": [1], "domain_created_on": [DAY]},
        {"linking_domain": ["a.example"], "domain_created_on": [True]},
        {"linking_domain": ["a.example"], "domain_created_on": [17956]},  # days of what?
        {"linking_domain": ["a.example"], "domain_created_on": [[DAY]]},
    ],
)
def test_parquet_of_other_types_is_refused(tmp_path: Path, frame: dict[str, list[object]]) -> None:
    path = tmp_path / "facts.parquet"
    pl.DataFrame(frame).write_parquet(path)
    with pytest.raises(InputError, match="no text or its dates no days"):
        read_facts(path)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            read_facts(path)


def test_facts_are_joined_by_domain_in_the_order_of_the_rows() -> None:
    pages = [
        "https://b.example/1", "https://www.a.example/x", "http://unknown.example/", "a.example",
        "https://b.example/1",
    ]  # fmt: skip
    links = pl.DataFrame({"referring_page": pages, "n": range(5)})
    facts = pl.DataFrame(
        {"linking_domain": ["a.example", "b.example"], "domain_created_on": [DAY, None]},
        schema={"linking_domain": pl.String, "domain_created_on": pl.Date},
    )
    joined = join_facts(links, facts)
    assert joined["n"].to_list() == list(range(5))
    assert joined["domain_created_on"].to_list() == [None, DAY, None, DAY, None]
    assert_frame_equal(join_facts(joined, facts), joined)  # once is enough
    empty = join_facts(links[:0], facts)
    assert empty.schema["domain_created_on"] == pl.Date
    assert empty.height == 0
