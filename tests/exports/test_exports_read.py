"""Whole files: every record is read or accounted for, whichever way it is read."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from spamlinks.errors import InputError, RefusedExport
from spamlinks.exports import merge, read_export, read_exports
from spamlinks.exports.reading import rows, table
from spamlinks.schema import FIELDS

HEADER = ["Source url", "Target url", "Anchor", "Page ascore", "First seen"]
GOOD = ["https://a.example/x", "https://shop.example/", "tools", "6", "2024-11-02"]


def write(tmp_path: Path, *records: str, header: str = ",".join(HEADER)) -> Path:
    path = tmp_path / "export.csv"
    path.write_text("\n".join([header, *records]) + "\n", "utf-8", newline="")
    return path


def accounts(path: Path) -> tuple[list[int], list[tuple[int, str, str]]]:
    reading = read_export(path)
    assert reading.records == reading.backlinks.height + reading.rejected.height
    rejected = reading.rejected.select("record", "reason", "text").rows()
    return reading.backlinks["export_row"].to_list(), rejected


def test_ragged_records_are_rejected_with_their_number(tmp_path):
    good = ",".join(GOOD)
    kept, rejected = accounts(
        write(tmp_path, good, "https://b.example/,x", good, good + ",y", good)
    )
    assert kept == [1, 3, 5]
    assert rejected == [
        (2, "the record has 2 cells, the header 5", "https://b.example/,x"),
        (4, "the record has 6 cells, the header 5", good + ",y"),
    ]


def test_blank_lines_are_no_records(tmp_path):
    good = ",".join(GOOD)
    assert accounts(write(tmp_path, good, "", "", good, "")) == ([1, 2], [])


def test_newlines_and_quotes_inside_cells(tmp_path):
    anchor = '"cheap ""best""\r\n\nseeds, and; more"'
    reading = read_export(write(tmp_path, f"https://a.example/,https://t.example/,{anchor},6,"))
    assert reading.backlinks["anchor_text"].to_list() == ['cheap "best"\r\n\nseeds, and; more']


def test_a_stray_quote_inside_a_cell_is_text(tmp_path):
    row = 'https://a.example/,https://t.example/,6" nails,6,2024-11-02'
    reading = read_export(write(tmp_path, row, row))
    assert reading.backlinks["anchor_text"].to_list() == ['6" nails'] * 2


@pytest.mark.parametrize("following", [3, 2000])
def test_a_quote_that_never_closes_costs_one_record(tmp_path, following):
    good = ",".join(GOOD)
    bad = 'https://b.example/,https://t.example/,"open,6,2024-11-02'
    kept, rejected = accounts(write(tmp_path, good, bad, *[good] * following))
    assert kept == [1, *range(3, following + 3)]
    assert [(number, text) for number, _, text in rejected] == [(2, bad)]


def test_a_quote_open_in_the_last_cell_swallows_nothing(tmp_path):
    good = ",".join(GOOD)
    bad = 'https://b.example/,https://t.example/,x,6,"2024'
    kept, rejected = accounts(write(tmp_path, good, bad, good, good))
    assert kept == [1, 3, 4]
    assert rejected == [(2, "a quote is never closed", bad)]


PAGES = [  # referring page, reason
    ("", "no referring page"),
    ("   ", "no referring page"),
    ("javascript:alert(1)", "not an http(s) URL"),
    ("mailto:me@a.example", "not an http(s) URL"),
    ("http://", "no host"),
    ("https:", "no host"),
    ("localhost", "host has no public suffix"),
    ("http://co.uk/", "host is a public suffix, not a site"),
    ("http://www.kawasaki.jp/", "host is a public suffix, not a site"),  # a wildcard rule
    ("http://300.1.1.1/", "bad IP address"),
    ('"http://a.example/\ndomain:b.example"', "control character in the URL"),
    ("http://a.example/\x00", "control character in the URL"),
]


@pytest.mark.parametrize(("page", "reason"), PAGES)
def test_records_without_a_usable_page_are_rejected(tmp_path, page, reason):
    good = ",".join(GOOD)
    bad = ",".join([page, *GOOD[1:]])
    kept, rejected = accounts(write(tmp_path, good, bad, good))
    assert kept == [1, 3]
    assert [(number, why) for number, why, _ in rejected] == [(2, reason)]


KEPT_PAGES = [
    "https://bücher.example/★?utm=ä&copy=1",
    "www.partner.example/links",
    "http://10.0.0.7/x",
    "http://user@a.example:8080/",
    "HTTP://UPPER.EXAMPLE/Path",
    "http://me.blogspot.com/",
    "http://www.ck/",  # the exception to a wildcard rule
]


@pytest.mark.parametrize("page", KEPT_PAGES)
def test_pages_are_kept_as_exported(tmp_path, page):
    reading = read_export(write(tmp_path, ",".join([f'"  {page} "', *GOOD[1:]])))
    assert reading.backlinks["referring_page"].to_list() == [page]


def test_only_what_the_export_has(tmp_path):
    reading = read_export(write(tmp_path, ",".join(GOOD)))
    assert reading.backlinks.columns == [
        "export_file", "export_row", "vendor", "export_date", "grain", "referring_page",
        "target_url", "anchor_text", "first_seen", "semrush_page_authority_score",
    ]  # fmt: skip
    assert reading.backlinks["export_file"].to_list() == ["export.csv"]
    assert reading.backlinks["vendor"].to_list() == ["semrush"]
    assert reading.sha256 == hashlib.sha256(reading.path.read_bytes()).hexdigest()


def test_header_only_is_an_empty_reading(tmp_path):
    reading = read_export(write(tmp_path))
    assert (reading.records, reading.backlinks.height) == (0, 0)
    assert reading.backlinks.schema["first_seen"] == pl.Date
    assert "the export holds a header and no records" in reading.notes


def test_all_records_broken(tmp_path):
    kept, rejected = accounts(write(tmp_path, "a,b", "c"))
    assert kept == []
    assert [number for number, *_ in rejected] == [1, 2]


def test_new_columns_are_named(tmp_path):
    header = ",".join([*HEADER, "Mood\x07", "Anchor"])
    reading = read_export(write(tmp_path, ",".join([*GOOD, "sad", "second"]), header=header))
    assert "columns that are not known and not read: Mood" in reading.notes
    assert reading.backlinks["anchor_text"].to_list() == ["tools"]  # the first of two


@pytest.mark.parametrize(("records", "noted"), [(999, False), (1000, True), (1001, False)])
def test_round_record_counts_are_noted(tmp_path, records, noted):
    path = tmp_path / "links.csv"
    path.write_text("Linking page,Last crawled\n" + "https://a.example/,2026-01-01\n" * records)
    assert any("may be cut off" in note for note in read_export(path).notes) == noted


def test_damaged_utf8_is_read_and_noted(tmp_path):
    path = tmp_path / "x.csv"
    pages = "".join(f"https://a.example/é{i},2026-01-01\n" for i in range(50_000))
    path.write_bytes(
        f"Linking page,Last crawled\n{pages}".encode()
        + b"https://b.example/\xe9,2026-01-01\nhttps://c.example/\xe2\x82"
    )
    reading = read_export(path)
    assert reading.backlinks["referring_page"][-1] == "https://b.example/\ufffd"
    assert reading.rejected["record"].to_list() == [50_002]
    assert any("not valid UTF-8" in note for note in reading.notes)


def test_cp1252_deep_in_the_file(tmp_path):
    path = tmp_path / "x.csv"
    pages = "https://a.example/,2026-01-01\n" * 50_000
    path.write_bytes(f"Linking page,Last crawled\n{pages}https://b.example/é,\n".encode("cp1252"))
    assert read_export(path).backlinks["referring_page"][-1] == "https://b.example/é"


def test_huge_cells(tmp_path):
    """Beyond the limit of csv.reader and beyond a block."""
    row = ",".join(["https://a.example/", "https://t.example/", "x" * 6_000_000, "6", ""])
    good = ",".join(GOOD)
    reading = read_export(write(tmp_path, good, row, good))
    assert reading.backlinks["anchor_text"].str.len_chars().to_list() == [5, 6_000_000, 5]


def test_plain_list_with_comments(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("# bad ones\nhttps://a.example/x,y\n\nspam.example\nnot a host\n")
    reading = read_export(path)
    assert reading.backlinks.select("referring_page", "grain").rows() == [
        ("https://a.example/x,y", "link"),  # a comma separates nothing here
        ("spam.example", "domain"),
    ]
    assert reading.rejected.select("record", "text").rows() == [
        (1, "# bad ones"),
        (4, "not a host"),
    ]


def test_folders_stand_for_their_files(tmp_path):
    (tmp_path / "deeper" / "empty").mkdir(parents=True)
    for name in ("b.csv", "a.csv", ".hidden", "Thumbs.db", "deeper/c.csv"):
        (tmp_path / name).write_text(f"Linking page\nhttps://{name[-5]}.example/\n")
    assert [reading.source for reading in read_exports([tmp_path])] == ["a.csv", "b.csv", "c.csv"]
    with pytest.raises(InputError, match="holds no files"):
        read_exports([tmp_path / "deeper" / "empty"])


def test_formats_without_links_can_be_collected(tmp_path):
    (tmp_path / "a.csv").write_text("Linking page\nhttps://a.example/\n")
    (tmp_path / "b.csv").write_text("Rank,Link text\n1,tools\n")
    with pytest.raises(RefusedExport, match=r"b\.csv"):
        read_exports([tmp_path])
    refused: list[InputError] = []
    assert [reading.source for reading in read_exports([tmp_path], refused=refused)] == ["a.csv"]
    assert [error.source for error in refused] == ["b.csv"]


def test_long_cells_are_read_whichever_way(tmp_path):
    """A stray quote sends the file to csv.reader, whose cells may be 131,072 characters long."""
    path = write(tmp_path, ",".join([*GOOD[:2], "x" * 200_000, *GOOD[3:]]), 'a,"b', ",".join(GOOD))
    reading = read_export(path)
    assert reading.backlinks["anchor_text"].str.len_chars().to_list() == [200_000, 5]
    assert reading.rejected["record"].to_list() == [2]


def test_a_repeated_header_is_called_so(tmp_path):
    """People put exports together with `cat`."""
    path = write(tmp_path, ",".join(GOOD), ",".join(HEADER), ",".join(GOOD))
    rejected = read_export(path).rejected
    assert rejected.select("record", "reason").rows() == [(2, "a repeated header line")]


def test_further_columns_are_kept_as_text(tmp_path):
    header = ",".join([*HEADER, "Is Spam"])
    path = write(tmp_path, ",".join([*GOOD, " 1 "]), ",".join([*GOOD, ""]), header=header)
    reading = read_export(path, keep=["is spam", "first_seen"])
    assert reading.backlinks["is spam"].to_list() == ["1", None]
    assert reading.backlinks.columns[-1] == "is spam"
    assert not any("not known" in note for note in reading.notes)
    assert merge([reading], None).backlinks["is spam"].to_list() == ["1"]
    for missing in ("label", "lost_at"):
        with pytest.raises(InputError, match=f"it has no column '{missing}'"):
            read_export(path, keep=[missing])


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
CELLS = st.one_of(
    TEXT, st.sampled_from(['"', '""', ",", "\n", "\r\n", "é", "&amp;", "1,240", "2024"])
)
RECORDS = st.lists(st.lists(CELLS, min_size=5, max_size=5), min_size=1, max_size=8)


def _csv(records: list[list[str]], quoting: int) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=quoting)
    writer.writerows([HEADER, *records])
    return out.getvalue()


@settings(deadline=None, max_examples=60)
@given(RECORDS, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]))
def test_cells_survive_quoting(tmp_path_factory, records, quoting):
    path = tmp_path_factory.mktemp("quoted") / "x.csv"
    records = [["https://a.example/" + str(i), *cells[1:]] for i, cells in enumerate(records)]
    path.write_text(_csv(records, quoting), "utf-8", newline="")
    titles = read_export(path).backlinks["target_url"].to_list()
    blank = " \t\r\n\x0b\x0c\u00a0\u200b\ufeff"
    assert titles == [cells[1].strip(blank) or None for cells in records]


@settings(deadline=None, max_examples=60)
@given(RECORDS, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.booleans())
def test_all_ways_agree(tmp_path_factory, records, quoting, good_pages):
    """Polars, Arrow in parallel, Arrow in series and csv.reader read a file the same way."""
    path = tmp_path_factory.mktemp("ways") / "x.csv"
    if good_pages:
        records = [["https://a.example/" + str(i), *c[1:]] for i, c in enumerate(records)]
    path.write_text(_csv(records, quoting), "utf-8", newline="")
    found = []
    for way in rows.ways():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(table, "ways", lambda way=way: (way, rows.ways()[-1]))
            found.append(read_export(path))
    for other in found[1:]:
        assert_frame_equal(found[0].backlinks, other.backlinks)
        assert_frame_equal(found[0].rejected, other.rejected)
        assert found[0].notes == other.notes


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from([",".join(GOOD), "a,b", "", " ", '"', 'x"y', "1,2,3,4,5,6", "é"])))
def test_broken_files_add_up(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("broken") / "x.csv"
    path.write_text("\n".join([",".join(HEADER), *lines]), "utf-8", newline="")
    reading = read_export(path)
    assert reading.records == reading.backlinks.height + reading.rejected.height
    assert reading.backlinks.height == lines.count(",".join(GOOD))
    numbers = sorted([*reading.backlinks["export_row"], *reading.rejected["record"]])
    assume(reading.records)
    assert numbers == list(range(1, reading.records + 1))


def test_schema_of_an_empty_reading_is_that_of_a_full_one(tmp_path):
    full = read_export(write(tmp_path, ",".join(GOOD)))
    empty = read_export(write(tmp_path))
    assert full.backlinks.schema == empty.backlinks.schema
    assert full.rejected.schema == empty.rejected.schema
    assert all(full.backlinks.schema[name] == FIELDS[name].dtype for name in full.backlinks.columns)
