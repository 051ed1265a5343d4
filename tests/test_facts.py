"""Facts that a user brings: which tables are taken, which cells, which refusals."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from spamlinks.errors import InputError
from spamlinks.facts import join_facts, read_fact_table, read_facts
from spamlinks.facts.columns import DOMAIN_COLUMNS, PAGE_COLUMNS
from spamlinks.schema import FIELDS

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
    ("facts.csv", b"a,b\n1,2\n", "no domain or URL"),
    ("facts.csv", b"domain\na.example\n", "no date nor another fact"),
    ("facts.csv", b"created_on\n2019-03-01\n", "no domain or URL"),
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


CELLS = [  # column, cell, value (None: not used), words of the note
    ("domain_expires_on", "2027-01-02", date(2027, 1, 2), ""),
    ("domain_expires_on", "02/01/2027", None, "'02/01/2027' is not a day such as 2019-03-01"),
    ("domain_registrar", " Reg\x1b[31m Ltd ", "Reg [31m Ltd", ""),
    ("domain_abuse_contact", "abuse@reg.example", "abuse@reg.example", ""),
    ("domain_name_servers", "NS2.x.example., ns1.x.example", "ns1.x.example ns2.x.example", ""),
    ("host_asn", "64500", 64500, ""),
    ("host_asn", "AS64500", None, "'AS64500' is not a whole number"),
    ("host_asn", str(2**32), None, "is not a whole number"),
    ("host_hosting", "CDN", "cdn", ""),
    ("host_hosting", "cloud", None, "'cloud' is not one of cdn, shared"),
    ("fetched_words", "321", 321, ""),
    ("fetched_words", "many", None, "1 cell of fetched_words not used: 'many'"),
    ("fetched_words", "-1", None, "'-1' is not a whole number"),
    ("fetched_words", "3.5", None, "'3.5' is not a whole number"),
    ("fetched_words", "9" * 40, None, "is not a whole number"),
    ("fetched_http_code", "404", 404, ""),
    ("fetched_http_code", "99", None, "'99' is not a whole number"),
    ("fetched_link_found", "Yes", True, ""),
    ("fetched_link_found", "0", False, ""),
    ("fetched_link_found", "perhaps", None, "'perhaps' is not true or false"),
    ("fetched_placement", "Footer", "footer", ""),
    ("fetched_placement", "bottom", None, "is not one of comment, footer, header, main"),
    ("fetched_language", "de-AT", "de", ""),
    ("fetched_language", "german language", None, "is not a language code such as en"),
    ("fetch_state", "fetched", "fetched", ""),
    ("home_words", "12", 12, ""),
    ("home_state", "gone", None, "is not one of absent"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "cell", "value", "words"), CELLS)
def test_cells_of_every_type(
    tmp_path: Path, column: str, cell: str, value: object, words: str
) -> None:
    path = tmp_path / "f.csv"
    # A second row that is good: a table without any usable fact is refused.
    rows = {"url": ["https://a.example/x", "https://b.example/"], column: [cell, None],
            "created_on": [None, "2019-03-01"]}  # fmt: skip
    pl.DataFrame(rows).write_csv(path)
    table = read_fact_table(path)
    links = pl.DataFrame({"referring_page": ["http://www.a.example/x/"]})
    joined = join_facts(links, table)
    found = joined[column][0] if column in joined.columns else None
    assert found == value
    if column in joined.columns:
        assert joined.schema[column] == FIELDS[column].dtype
    if words:
        assert words in " ".join(table.notes)
        assert table.notes[0].startswith("f.csv: 1 cell of ")
    else:
        assert table.notes == ()


def test_every_kind_of_fact_has_a_place() -> None:
    assert not DOMAIN_COLUMNS & PAGE_COLUMNS
    assert {"domain_created_on", "host_asn", "home_words"} <= DOMAIN_COLUMNS
    assert {"fetched_words", "fetched_placement", "fetch_state"} <= PAGE_COLUMNS


def test_pages_get_their_own_facts_and_domains_theirs(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(
        "url,domain_created_on,fetched_words\n"
        "https://a.example/1,2019-03-01,10\nhttps://a.example/2,2018-03-01,20\n",
        "utf-8",
    )
    pages = ["http://a.example/1/", "https://a.example/2", "https://sub.a.example/3"]
    joined = join_facts(pl.DataFrame({"referring_page": pages}), read_fact_table(path))
    assert joined["fetched_words"].to_list() == [10, 20, None]
    assert joined["domain_created_on"].to_list() == [date(2018, 3, 1)] * 3


SAID = [  # CSV, words of the notes
    ("domain,created_on\na.example,2019-03-01\nb.example,soon\nc.example,later\n",
     ["2 cells of domain_created_on not used: 'soon' is not a day"]),
    ("domain,created_on\na.example,2019-03-01\n,2019-03-01\nco.uk,2019-03-01\n",
     ["2 rows name no domain and are not used"]),
    ("domain,created_on,fetched_words\na.example,2019-03-01,5\n",
     ["fetched_words not used: facts of pages need a column url"]),
    ("domain,registrar\na.example,One\na.example,Two\nb.example,One\nb.example,One\n",
     ["1 domain has several values of domain_registrar; the first counts"]),
    ("domain;created_on\na.example;2019-03-01\n", []),  # a spreadsheet with semicolons
    ("domain,created_on\na.example,\nb.example,2019-03-01\n", []),  # empty is no mistake
]  # fmt: skip


@pytest.mark.parametrize(("text", "notes"), SAID)
def test_nothing_is_dropped_in_silence(tmp_path: Path, text: str, notes: list[str]) -> None:
    path = tmp_path / "f.csv"
    path.write_text(text, "utf-8")
    found = read_fact_table(path).notes
    assert len(found) == len(notes)
    for said, words in zip(found, notes, strict=True):
        assert said.startswith("f.csv: ")
        assert words in said


def test_a_table_without_any_usable_fact_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("url,fetched_words\nhttps://a.example/,many\n", "utf-8")
    with pytest.raises(InputError, match="no row has a domain and a fact"):
        read_fact_table(path)


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    pl.DataFrame(
        {
            "url": ["https://a.example/", "https://b.example/"],
            "fetched_words": [3.0, 2.5],
            "fetched_link_found": [True, None],
            "name_servers": [["b.example", "a.example"], None],
            "fetched_external_links": pl.Series([7, -7], dtype=pl.Int16),
            "fetched_title": ["not a column", None],
        }
    ).write_parquet(path)
    table = read_fact_table(path)
    links = pl.DataFrame({"referring_page": ["https://a.example/", "https://b.example/"]})
    joined = join_facts(links, table)
    assert joined["fetched_words"].to_list() == [3, None]
    assert joined["fetched_link_found"].to_list() == [True, None]
    assert joined["domain_name_servers"].to_list() == ["a.example b.example", None]
    assert joined["fetched_external_links"].to_list() == [7, None]
    assert len(table.notes) == 3  # two cells, and a column that is no fact
    pl.DataFrame({"url": ["https://a.example/"], "fetched_words": [True]}).write_parquet(path)
    with pytest.raises(InputError, match="'fetched_words' has another type"):
        read_fact_table(path)


def test_days_that_cannot_be_and_misspelt_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(
        "domain,domain_created_on,domain_expires_on,fetched_link_hiden,colour\n"
        "a.example,2099-01-01,2099-01-01,1,red\n"
        "b.example,1969-12-31,1970-01-01,1,red\n"
        "c.example,2019-03-01,,1,red\n",
        "utf-8",
    )
    table = read_fact_table(path)
    known = dict(table.domains.select("linking_domain", "domain_created_on").drop_nulls().rows())
    assert list(known) == ["c.example"]
    said = "\n".join(table.notes)
    assert "2 cells of domain_created_on not used" in said
    assert "1 cell of domain_expires_on not used" in said
    assert "is it fetched_link_hidden?" in said
    assert "colour" not in said


@pytest.mark.parametrize(
    "odd",
    [
        *(pl.Series([days], dtype=pl.Int32).cast(pl.Date) for days in (-99_999_999, 2**31 - 1)),
        *(
            pl.Series([sign * 2**62], dtype=pl.Int64).cast(pl.Datetime(unit))
            for unit in ("ms", "us")
            for sign in (-1, 1)
        ),
    ],
)
def test_days_outside_of_the_calendar_are_no_days(tmp_path: Path, odd: pl.Series) -> None:
    """Parquet has days that no text can be made of."""
    good = pl.Series([date(2019, 3, 1)]).cast(odd.dtype)
    path = tmp_path / "facts.parquet"
    pl.DataFrame(
        {"domain": ["a.example.com", "b.org"], "created_on": pl.concat([odd, good])}
    ).write_parquet(path)
    table = read_fact_table(path)
    assert table.domains.rows() == [("b.org", date(2019, 3, 1))]
    assert "1 cell of domain_created_on not used" in table.notes[0]
    pl.DataFrame({"domain": ["a.example.com"], "created_on": odd}).write_parquet(path)
    with pytest.raises(InputError, match="no row has a domain and a day"):
        read_fact_table(path)


def test_moments_of_parquet_count_as_their_day(tmp_path: Path) -> None:
    moments = pl.Series([datetime(1999, 12, 31, 23, 59), datetime(2019, 3, 1, 0, 0)])
    path = tmp_path / "facts.parquet"
    for unit in ("ms", "us", "ns"):
        frame = {"domain": ["a.com", "b.com"], "created_on": moments.cast(pl.Datetime(unit))}
        pl.DataFrame(frame).write_parquet(path)
        found = read_fact_table(path).domains["domain_created_on"].to_list()
        assert found == [date(1999, 12, 31), date(2019, 3, 1)]
