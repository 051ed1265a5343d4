"""Tables for people: no cell is a formula, none hides text, and the file is whole or absent."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from spamlinks.errors import OutputError
from spamlinks.tables import csv_bytes, neutralised, write_table

CELLS = [  # cell, what is written, why
    ("=1+1", "'=1+1", "a formula"),
    ("+1", "'+1", "a formula too"),
    ("-1", "'-1", "a formula too"),
    ("@SUM(1)", "'@SUM(1)", "a formula of Lotus, which Excel still knows"),
    ("\t=1", "'\t=1", "a tab is skipped before it is read"),
    ("\r=1", "'\r=1", "so is a carriage return"),
    ("  =1", "'  =1", "so is a space"),
    ("\n=1", "'\n=1", "so is a line end"),
    ("\u00a0=1", "'\u00a0=1", "and a hard space"),
    ("\x00=1", "'=1", "the control falls out, the formula is then first"),
    ("\x1b=1", "'=1", "the same"),
    ("\u202e=1", "'=1", "the same with a mark of direction"),
    ("\x9b31m", "31m", "one character may start a command as well"),
    ("a\x1b[31mb", "a[31mb", "a command for a terminal, defused"),
    ("a\u202eb\u202c", "ab", "the reading direction stays"),
    ("a=1", "a=1", "in the middle it is text"),
    ("'=1", "'=1", "already neutral"),
    ("two\nlines", "two\nlines", "a line end within a cell is quoted, not lost"),
    ("", "", "empty is not unknown"),
    ("\u0627\u0644\u0639", "\u0627\u0644\u0639", "other scripts stay"),
]


@pytest.mark.parametrize(("cell", "expected", "why"), CELLS, ids=[c[2] for c in CELLS])
def test_a_cell_is_made_harmless(cell: str, expected: str, why: str) -> None:
    assert neutralised(pl.DataFrame({"a": [cell]}))["a"][0] == expected
    read = list(csv.reader(io.StringIO(csv_bytes(pl.DataFrame({"a": [cell, "x"]})).decode(), "")))
    assert read[-1] == ["x"]


@given(st.lists(st.one_of(st.none(), st.text()), min_size=1))
def test_any_text_is_harmless_and_neutralised_once(cells: list[str | None]) -> None:
    frame = neutralised(pl.DataFrame({"a": cells}, schema={"a": pl.String}))
    assert frame.height == len(cells)
    for before, after in zip(cells, frame["a"], strict=True):
        assert (before is None) == (after is None)
        assert not re.match(r"\s*[=+\-@]", after or "")
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", after or "")
    assert_frame_equal(neutralised(frame), frame)


@given(
    st.lists(st.tuples(st.text(), st.one_of(st.none(), st.integers(-(2**40), 2**40))), min_size=1)
)
def test_a_csv_has_one_record_a_row(rows: list[tuple[str, int | None]]) -> None:
    frame = pl.DataFrame(rows, schema={"a": pl.String, "n": pl.Int64}, orient="row")
    read = list(csv.reader(io.StringIO(csv_bytes(frame).decode(), newline="")))
    assert read[0] == ["a", "n"]
    assert len(read) == len(rows) + 1
    assert [row[1] for row in read[1:]] == ["" if n is None else str(n) for _, n in rows]


def test_numbers_days_and_nulls() -> None:
    frame = pl.DataFrame(
        {"f": [-0.1234567, None], "d": [date(2026, 1, 2), None], "b": [True, None], "n": [-5, 0]}
    )
    assert csv_bytes(frame) == b"f,d,b,n\n-0.123457,2026-01-02,true,-5\n,,,0\n"
    assert neutralised(frame) is frame
    assert csv_bytes(pl.DataFrame(schema={"a": pl.String})) == b"a\n"


def test_parquet_keeps_every_byte(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": ["=1+1", "\x1b[31m", None, ""], "f": [0.1, 1 / 3, None, 2.0]})
    write_table(frame, tmp_path / "t.PARQUET")
    assert_frame_equal(pl.read_parquet(tmp_path / "t.PARQUET"), frame)


@pytest.mark.parametrize("name", ["t.xlsx", "t", "t.csv.exe", ".csv/t.csv", "dir.csv"])
def test_what_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "dir.csv").mkdir()
    with pytest.raises(OutputError):
        write_table(pl.DataFrame({"a": [1]}), tmp_path / name)
    assert [path.name for path in tmp_path.rglob("*")] == ["dir.csv"]


def test_a_table_replaces_the_old_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_table(pl.DataFrame({"a": list(range(1000))}), path)
    write_table(pl.DataFrame({"a": [1]}), path)
    assert path.read_bytes() == b"a\n1\n"
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]
