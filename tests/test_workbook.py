"""domains.xlsx: what people open, and what a spammer would like to stand in it."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from spamlinks import workbook
from spamlinks.errors import OutputError
from spamlinks.workbook import MAX_CHARS, write_workbook

FRAME = pl.DataFrame(
    {
        "linking_domain": ["a.example", "=cmd|' /C calc'!A0"],
        "spam_score": [0.987654321, None],
        "links": [1200, 3],
        "first_seen": [date(2026, 11, 25), None],
        "in_search_console": [True, None],
        "why": ["https://spam.example/click", '=HYPERLINK("http://x","y")'],
        "decision": [None, "KEEP"],
    },
    schema_overrides={"first_seen": pl.Date},
)


def opened(path: Path) -> openpyxl.worksheet.worksheet.Worksheet:
    return openpyxl.load_workbook(path).active


def test_cells_have_their_types_and_no_text_is_a_formula_or_a_link(tmp_path: Path) -> None:
    path = tmp_path / "domains.xlsx"
    assert write_workbook(FRAME, path) == ()
    sheet = opened(path)
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == FRAME.columns
    assert rows[1][:3] == ["a.example", 0.987654321, 1200]
    assert rows[1][3].date() == date(2026, 11, 25)
    assert rows[1][4:] == [True, "https://spam.example/click", None]
    assert rows[2] == ["'=cmd|' /C calc'!A0", None, 3, None, None,
                       '\'=HYPERLINK("http://x","y")', "KEEP"]  # fmt: skip
    assert sheet["D2"].number_format == "yyyy-mm-dd"
    assert sheet["F2"].number_format == "@"  # editing the cell makes no formula of it either
    assert all(cell.data_type != "f" and cell.hyperlink is None for row in sheet for cell in row)
    with zipfile.ZipFile(path) as parts:
        assert not any("externalLink" in name or "vba" in name for name in parts.namelist())
        assert b"<hyperlink" not in parts.read("xl/worksheets/sheet1.xml")


def test_it_is_made_for_deciding(tmp_path: Path) -> None:
    path = tmp_path / "domains.xlsx"
    choices = {"decision": ("KEEP", "REVIEW", "DISAVOW")}
    write_workbook(FRAME, path, decided=("decision",), choices=choices)
    sheet = opened(path)
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:G3"
    (rule,) = sheet.data_validations.dataValidation
    assert (rule.type, rule.formula1) == ("list", '"KEEP,REVIEW,DISAVOW"')
    assert "G2" in rule.sqref
    assert "G900" in rule.sqref  # rows that somebody adds
    assert "G1" not in rule.sqref
    assert sheet.column_dimensions["G"].width > 10
    assert sheet["G3"].fill.fgColor.rgb == "FFFFF7D6"
    assert sheet["F3"].fill.fgColor.rgb != "FFFFF7D6"


def test_equal_tables_give_equal_files(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b/a.xlsx"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_workbook(FRAME, tmp_path / name, made_on=date(2026, 11, 25))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b/a.xlsx").read_bytes()


LONG = [  # text, what stands in the cell, cells that were cut
    ("x" * MAX_CHARS, "x" * MAX_CHARS, 0),
    ("x" * 40_000, "x" * MAX_CHARS, 1),
    ("é" * 20_000, "é" * 20_000, 0),  # characters count, not bytes
    ("=" + "x" * MAX_CHARS, "'=" + "x" * (MAX_CHARS - 2), 1),
    ("\U0001f600" * 20_000, "\U0001f600" * 16_383, 1),  # two units of UTF-16 each
]


@pytest.mark.parametrize(("text", "written", "cut"), LONG)
def test_a_text_is_cut_at_what_a_cell_holds_and_that_is_said(
    tmp_path: Path, text: str, written: str, cut: int
) -> None:
    path = tmp_path / "domains.xlsx"
    notes = write_workbook(pl.DataFrame({"why": [text]}), path)
    assert opened(path)["A2"].value == written
    assert len(notes) == cut
    assert all("1 cell was cut at 32,767 characters" in note for note in notes)


def test_rows_beyond_the_limit_are_left_out_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    path = tmp_path / "domains.xlsx"
    notes = write_workbook(pl.DataFrame({"links": range(5)}), path)
    assert opened(path).max_row == 4
    assert notes == (
        "domains.xlsx holds the first 3 rows, which is all that Excel takes; the other 2 are in "
        "domains.csv",
    )


def test_an_empty_table_and_an_old_file_that_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / "domains.xlsx"
    write_workbook(FRAME.clear(), path)
    assert opened(path).max_row == 1
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        write_workbook(FRAME, tmp_path / "folder.xlsx")
