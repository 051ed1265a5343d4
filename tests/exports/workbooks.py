"""Workbooks written by hand, as a spammer could, and by another program."""

from __future__ import annotations

import csv
import io
import zipfile

import openpyxl
import pytest

from spamlinks.errors import InputError
from spamlinks.exports.containers.workbook import write_sheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Style 1 is a built-in date, 2 a date and time of one's own, 3 a duration, 4 a number.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/>'
    '<numFmt numFmtId="165" formatCode="[Red]#,##0.00&quot; days&quot;"/></numFmts>'
    '<cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/>'
    '<xf numFmtId="46"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)


def packed(*parts: tuple[str, str | bytes]) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts:
            archive.writestr(name, DECLARATION + text if isinstance(text, str) else text)
    return buffer


def book(
    rows: str = "",
    strings: str = "",
    styles: str = STYLES,
    sheet: str | bytes | None = None,
    tabs: str = '<sheet name="Table" sheetId="1" r:id="rId1"/>',
    properties: str = "",
    more: tuple[tuple[str, str | bytes], ...] = (),
) -> io.BytesIO:
    """Make a workbook, its parts given as XML."""
    return packed(
        (
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types">'
            f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}"/></Types>',
        ),
        (
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}">{properties}'
            f"<sheets>{tabs}</sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{RELATION}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{RELATION}/chartsheet" Target="chartsheets/c1.xml"/>'
            f'<Relationship Id="rId3" Type="{RELATION}/worksheet" Target="/xl/worksheets/s2.xml"/>'
            f'<Relationship Id="rId4" Type="{RELATION}/worksheet" Target="gone.xml"/>'
            f'<Relationship Id="rId8" Type="{RELATION}/styles" Target="styles.xml"/>'
            f'<Relationship Id="rId9" Type="{RELATION}/sharedStrings" Target="sharedStrings.xml"/>'
            "</Relationships>",
        ),
        (
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
            if sheet is None
            else sheet,
        ),
        ("xl/styles.xml", styles),
        ("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{strings}</sst>'),
        *more,
    )


def convert(stream: io.BytesIO, sheet: str = "Table") -> tuple[str, tuple[str, ...]]:
    out = io.BytesIO()
    notes = write_sheet(stream, "links.xlsx", sheet, out)
    return out.getvalue().decode(), notes


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def cell(xml: str, strings: str = "", properties: str = "") -> str:
    """Return the text of one cell, between two others so that it may be empty."""
    row = f'<row><c t="str"><v>a</v></c>{xml}<c t="str"><v>z</v></c></row>'
    ((first, text, last),) = table(convert(book(row, strings, properties=properties))[0])
    assert (first, last) == ("a", "z")
    return text


def saved(rows: list[list[object]], **settings: object) -> io.BytesIO:
    """Write a workbook with a program that is not ours."""
    made = openpyxl.Workbook()
    made.active.title = "Table"
    for row in rows:
        made.active.append(row)
    for name, value in settings.items():
        setattr(made, name, value)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer


def refused(stream: io.BytesIO, sheet: str = "Table") -> str:
    out = io.BytesIO()
    with pytest.raises(InputError) as caught:
        write_sheet(stream, "links.xlsx", sheet, out)
    assert out.getvalue() == b"", "nothing is written before all was read"
    assert "\n" not in str(caught.value)
    return str(caught.value)


def worksheet_of(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


ROW = "<row><c><v>1</v></c></row>"
