"""The ways to read records: what the fastest does not refuse is what ``csv.reader`` reads."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from spamlinks.exports import read_export
from spamlinks.exports.containers.parts import Reject
from spamlinks.exports.reading import blocks, rejects, rows, table
from spamlinks.exports.reading.blocks import NotPlainError, plain_blocks, read_block
from spamlinks.exports.reading.rejects import Rejects
from spamlinks.exports.reading.source import Utf8Stream, open_utf8
from spamlinks.exports.recognise import recognise

HEADER = "Source url,Target url,Anchor,Page ascore,First seen"
GOOD = "https://a.example/x,https://shop.example/,tools,6,2024-11-02"


class Bytes(Utf8Stream):
    """A stream of given bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._data.read(size)

    def close(self) -> None:
        self._data.close()


def plainly(text: str, delimiter: str, width: int) -> list[tuple[str, ...]]:
    found = plain_blocks(Bytes(text.encode()), delimiter)
    return [row for block in found for row in read_block(block, delimiter, width).rows()]


def by_csv(text: str, delimiter: str) -> list[tuple[str, ...]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [tuple(row) for row in reader if row]


PLAIN = [
    ("a,b\nc,d\n", 2),
    ("a,b\nc,d", 2),  # no line end at the end
    ("a,b\r\nc,d\r\n", 2),
    ("a,b\r\nc,d", 2),
    (",\n,\n,", 2),
    ('"",""\n"a","b"\n', 2),
    ('"a,""b""\n\nc","d\r\ne"\nf,g\n', 2),
    ('"a\r\nb",c\r\nd,"""\r\n"""\r\n', 2),
    ('"a\rb",c\nd,e\n', 2),
    ('""""\n""""""\n', 1),
    ("a b\n#c\n", 1),
    (" a , b\n", 2),  # no quotes, so blanks are text
    ("a\x00,b\n", 2),
    ("é,\ufeff\nß,\U0001f600\n", 2),
    ("", 2),
]


@pytest.mark.parametrize("size", [1, 2, 5, 1 << 20])
@pytest.mark.parametrize(("text", "width"), PLAIN)
def test_plain_records(text, width, size, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", size)
    assert plainly(text, ",", width) == by_csv(text, ",")


@pytest.mark.parametrize("text", ["a,b\n\n\r\n", "\n\n", "a,b\r\n\r\n", "\r"])
def test_blank_lines_at_the_end_are_no_records(text):
    assert plainly(text, ",", 2) == by_csv(text, ",")


NOT_PLAIN = [
    ("a,b\nc\nd,e\n", 2, "a short record"),
    ("a,b\nc,\n,d,e\n", 2, "a long record"),
    ("a,b\nc\nd,e,f\n", 2, "a short and a long record"),
    (",\n\nq,,", 2, "a blank line, and one empty cell too many at the very end"),
    ("a,b,c\nd,e,f\n", 2, "all records are long"),
    ("a,b\n\nc,d\n", 2, "a blank line"),
    ("a,b\n   \nc,d\n", 2, "a line of blanks"),
    ("a\n\nb\n", 1, "a blank line, which may be an empty cell"),
    ("a,b\rc,d\n", 2, "a carriage return alone ends a line"),
    ("a,b\rc,d\r", 2, "all lines end in a carriage return"),
    ("a,b\r\nc,d\ne,f\n", 2, "two kinds of line ends"),
    ("a,b \r,c\nd,e\r\n", 2, "a carriage return before a delimiter"),
    ('a,6" nails\nb,6" nails\n', 2, "quotes inside cells without quotes"),
    ('a,"b"x\nc,d\n', 2, "text behind a quoted cell"),
    ('a, "b"\nc,d\n', 2, "a blank before a quote"),
    ('a,"b" \nc,d\n', 2, "a blank behind a quote"),
    ('a,"b\nc,d\n', 2, "a quote that never closes"),
    ('a,b"\nc,d"\ne,f\n', 2, "quotes that close nothing"),
    ('a,b\nc,d\n"', 2, "a lonely quote at the end"),
    ('a,b\n"c,d\n\n"', 2, "a cell that ends with the file"),
]


@pytest.mark.parametrize(("text", "width", "reason"), NOT_PLAIN)
def test_what_is_not_plain_is_refused(text, width, reason):
    try:
        found = plainly(text, ",", width)
    except NotPlainError:
        return
    pytest.fail(f"{reason}: {found}")


@pytest.mark.parametrize("size", [1, 5])
@pytest.mark.parametrize(("text", "width", "reason"), NOT_PLAIN)
def test_what_is_not_plain_is_never_misread(text, width, reason, size, monkeypatch):
    """A fault may lie between two blocks that are plain each."""
    monkeypatch.setattr(blocks, "BLOCK_BYTES", size)
    try:
        found = plainly(text, ",", width)
    except NotPlainError:
        return
    assert found == by_csv(text, ","), reason


def test_a_record_beyond_a_block_is_refused(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 4)
    monkeypatch.setattr(blocks, "MAX_BLOCK_BYTES", 16)
    assert plainly("a,bcdefghijk\nc,d\n", ",", 2) == [("a", "bcdefghijk"), ("c", "d")]
    with pytest.raises(NotPlainError):
        plainly("a," + "b" * 40 + "\nc,d\n", ",", 2)


PIECES = ["a", " ", ",", ",", '"', '""', "\n", "\n", "\r\n", "\r", "é", "\x00", '"q",', ',"q"\n']


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES)).map("".join), st.integers(1, 3), st.integers(1, 30))
def test_any_text_is_read_as_by_csv_or_refused(text, width, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_BYTES", size)
        delimiter = "," if width > 1 else "\x1f"
        try:
            found = plainly(text, delimiter, width)
        except NotPlainError:
            return
        assert found == by_csv(text, delimiter)


CELL = st.lists(st.sampled_from(["a", " ", ",", "\t", '"', "\n", "\r\n", "é"]), max_size=4)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.lists(CELL.map("".join), min_size=3, max_size=3), max_size=8),
    st.sampled_from([",", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.integers(1, 40),
)
def test_what_csv_writes_is_never_refused(records, delimiter, line_end, quoting, size):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(
        records
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_BYTES", size)
        found = plainly(out.getvalue(), delimiter, 3)
    assert found == [tuple(record) for record in records]


FILES = [  # between two good records
    (f"{GOOD}\n", "good records only"),
    ("a,b\n", "a short record"),
    (f"{GOOD},more\n", "a long record"),
    ("\n", "a blank line"),
    ("\r\n", "a blank line with a carriage return"),
    ("  \n", "a line of blanks"),
    (f"{GOOD}\r\n", "another line end"),
    (f"{GOOD}\r", "a carriage return alone"),
    (f'{GOOD[:-10]}"2024-11-02"\n', "a quoted cell"),
    ('https://b.example/,"a ""b"", c\n\nd",x,6,\n', "a cell of several lines"),
    ('https://b.example/, "a" ,x,6,\n', "blanks around quotes"),
    ('https://b.example/,"a"b,x,6,\n', "text behind a quoted cell"),
    ('https://b.example/,a,6" nails,6,\n', "a quote inside a cell"),
    ('https://b.example/,a,"6,6,\n', "a quote that never closes"),
    ("https://b.example/,a\x00,x,6,\n", "a NUL"),
    ("# comment,a,x,6,\n", "what some readers take for a comment"),
    (",,,,\n", "a record of empty cells"),
    ('"","","","",""\n', "a record of quoted empty cells"),
]


@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize(("middle", "reason"), FILES, ids=[reason for _, reason in FILES])
def test_all_ways_read_the_same(tmp_path, middle, reason, end):
    path = tmp_path / "x.csv"
    path.write_text(f"{HEADER}\n{GOOD}\n{middle}{GOOD}{end}", "utf-8", newline="")
    ways_agree(path)


def ways_agree(path: Path) -> None:
    found = []
    for way in rows.ways():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(table, "ways", lambda way=way: (way, rows.ways()[-1]))
            found.append(read_export(path))
    for other in found[1:]:
        assert_frame_equal(found[0].backlinks, other.backlinks)
        assert_frame_equal(found[0].rejected, other.rejected)
        assert found[0].notes == other.notes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_first_way_reads_plain_files(tmp_path, encoding, line_end):
    path = tmp_path / "x.csv"
    records = [HEADER, GOOD, 'https://b.example/,x,"a, ""b""",6,', GOOD]
    path.write_text(line_end.join(records) + line_end, encoding, newline="")
    recognised = recognise(path)
    batches = list(rows.ways()[0](recognised, [0, 2]))
    assert [batch.frame.columns for batch in batches] == [["c0", "c2"]]
    assert batches[0].frame["c2"].to_list() == ["tools", 'a, "b"', "tools"]
    assert batches[0].records.to_list() == [1, 2, 3]
    with open_utf8(recognised.source, recognised.data_start) as stream:
        assert next(plain_blocks(stream, ",")).records == 3


@pytest.mark.parametrize("cells", [1, 7, 20])
def test_batches_are_converted_in_parts(tmp_path, monkeypatch, cells):
    path = tmp_path / "x.csv"
    bad = GOOD.replace("https://a.example/x", "localhost")
    path.write_text("\n".join([HEADER, GOOD, bad, GOOD, bad, GOOD]), "utf-8")
    whole = read_export(path)
    monkeypatch.setattr(table, "MAX_BATCH_CELLS", cells)
    parts = read_export(path)
    assert parts.backlinks["export_row"].to_list() == [1, 3, 5]
    assert parts.rejected["record"].to_list() == [2, 4]
    assert_frame_equal(parts.backlinks, whole.backlinks)
    assert_frame_equal(parts.rejected, whole.rejected)


LONG = "x" * rows.MAX_RECORD_CHARS
TOO_LONG = "a quote is never closed, or a cell is too long"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "line",
    [
        LONG,
        LONG[1:],
        LONG + "x",
        LONG * 3,
        "x," * rows.MAX_RECORD_CHARS,
        '"' * rows.MAX_RECORD_CHARS * 2,
        "\x00" * rows.MAX_RECORD_CHARS,
    ],
    ids=["as long", "shorter", "longer", "three times", "cells", "quotes", "NULs"],
)
def test_a_line_without_end_costs_one_record(tmp_path, line, end):
    path = tmp_path / "x.csv"
    head = [HEADER, *[GOOD] * 5000]  # NULs at the beginning would make it a binary file
    path.write_text(end.join([*head, "short,", line, GOOD, GOOD]), "utf-8", newline="")
    reading = read_export(path)
    assert reading.backlinks["export_row"].to_list() == [*range(1, 5001), 5003, 5004]
    assert reading.rejected["record"].to_list() == [5001, 5002]
    reason = reading.rejected["reason"][1]
    assert reason == TOO_LONG or re.fullmatch(r"the record has \d+ cells, the header 5", reason)
    assert line.startswith(reading.rejected["text"][1])
    assert len(reading.rejected["text"][1]) == rejects.MAX_SHOWN_CHARS


def test_texts_of_many_rejects_are_cut(monkeypatch):
    monkeypatch.setattr(rejects, "MANY", 3)
    monkeypatch.setattr(rejects, "MAX_TEXT_BYTES", 7000)
    found = Rejects()
    for start in (0, 2, 4, 6):
        found.add(Reject(start + i, "why", "é" * 3000) for i in (1, 2))
    assert found.height == 8
    kept = found.frame()
    assert kept["record"].to_list() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert kept["text"].str.len_chars().to_list() == [2000] * 2 + [0] * 6
    assert kept["reason"].to_list() == ["why"] * 8
    monkeypatch.setattr(rejects, "MAX_TEXT_BYTES", 100_000)
    found = Rejects()
    found.add(Reject(i, "why", "x" * 3000) for i in range(5))
    assert found.frame()["text"].str.len_chars().to_list() == [2000] * 3 + [200] * 2


def test_more_broken_records_than_are_held_are_left_to_the_slow_way(tmp_path, monkeypatch):
    monkeypatch.setattr(rows, "MAX_BROKEN", 2)
    path = tmp_path / "x.csv"
    path.write_text("\n".join([HEADER, GOOD, "a", "b", "c", GOOD]), "utf-8")
    reading = read_export(path)
    assert reading.backlinks["export_row"].to_list() == [1, 5]
    assert reading.rejected["record"].to_list() == [2, 3, 4]
