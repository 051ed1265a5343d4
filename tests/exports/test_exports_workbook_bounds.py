"""Workbooks that are none, damaged or hostile, and what reading one may cost."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from workbooks import (
    ROW,
    STYLES,
    book,
    cell,
    convert,
    packed,
    refused,
    saved,
    worksheet_of,
)

from spamlinks.exports.containers import lookups, markup, package, workbook
from spamlinks.exports.containers.workbook import Sheet, is_workbook, sheets, write_sheet


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (book(), True),
        (saved([["a"]]), True),
        (packed(("XL\\Workbook.XML", "<workbook/>")), True),  # names have no case
        (io.BytesIO(b""), False),
        (io.BytesIO(b"URL,Anchor\n"), False),
        (io.BytesIO(b"\xd0\xcf\x11\xe0" + bytes(2000)), False),  # xls, or one with a password
        (packed(("links.csv", b"a")), False),
        (packed(("mimetype", b"application/vnd.oasis"), ("content.xml", b"")), False),  # ods
        (
            packed(
                ("xl/workbook.bin", b""),
                (
                    "[Content_Types].xml",
                    '<Types><Override PartName="/xl/workbook.bin" ContentType="application/'
                    'vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
                ),
            ),
            False,
        ),  # xlsb
        (
            packed(
                ("word/document.xml", "<document/>"),
                (
                    "[Content_Types].xml",
                    '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.'
                    'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
                ),
            ),
            False,
        ),  # docx
        (packed(("[Content_Types].xml", "<Types"), ("xl/workbook.xml", "")), False),
    ],
)
def test_is_workbook(stream, expected):
    assert is_workbook(stream) is expected


def test_the_main_part_is_found_by_its_type():
    kind = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    stream = packed(
        (
            "[Content_Types].xml",
            f'<Types><Override PartName="/b.xml" ContentType="{kind}"/></Types>',
        ),
        ("b.xml", '<workbook xmlns:n="x"><sheets><sheet name="T" n:id="r"/></sheets></workbook>'),
        ("_rels/b.xml.rels", '<R><Relationship Id="r" Type="a/worksheet" Target="s.xml"/></R>'),
        ("s.xml", "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"),
    )
    assert is_workbook(stream)
    assert sheets(stream, "links.xlsm") == [Sheet("T", False)]
    assert convert(stream, "T") == ('"1"\n', ())


def test_a_stream_that_cannot_seek_is_read():
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

        def seek(self, *_):
            raise OSError

    data = book("<row><c><v>1</v></c></row>").getvalue()
    assert is_workbook(Pipe(data))
    assert sheets(Pipe(data), "links.xlsx") == [Sheet("Table", False)]
    assert convert(Pipe(data)) == ('"1"\n', ())


DAMAGED = [
    "",
    "<worksheet>",
    worksheet_of(ROW)[:-9],
    worksheet_of(ROW + "<row><c></row>"),
    worksheet_of(ROW + "<row><c><v>\x01</v></c></row>"),
    worksheet_of(ROW + "<row><c><v>&#xD800;</v></c></row>"),  # half a character
    worksheet_of(ROW + "<row><c><v>&nbsp;</v></c></row>"),
    worksheet_of(ROW) + ROW,
    worksheet_of(ROW).encode() + b"\xff",
    worksheet_of(ROW + "<row><c><v>é</v></c></row>").encode("latin-1"),
    b'<?xml version="1.0" encoding="nonsense"?>' + worksheet_of(ROW).encode(),
    b'<?xml version="1.0" encoding="utf-7"?>' + worksheet_of(ROW).encode(),
]


@pytest.mark.parametrize("sheet", DAMAGED)
def test_a_damaged_sheet_is_told(sheet):
    assert refused(book(sheet=sheet)) == (
        "links.xlsx > Table: the workbook is damaged."
        " Save the workbook again, or save the sheet as CSV (UTF-8)."
    )


@pytest.mark.parametrize("number", ["1", "-1", "x", "1" * 5000, "²"])
def test_a_string_that_does_not_exist_is_told(number):
    message = refused(book(f'<row><c t="s"><v>{number}</v></c></row>', "<si><t>a</t></si>"))
    assert "links.xlsx: a cell names a text that is not in the workbook" in message


def test_a_wrong_checksum_is_told():
    data = book(sheet=worksheet_of(ROW * 50)).getvalue()
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml")) + 16
    broken = io.BytesIO(data[:at] + bytes(4) + data[at + 4 :])
    assert refused(broken) == ("links.xlsx > Table: the zip archive is damaged. Download it again.")


def test_an_encrypted_part_is_told():
    data = bytearray(book().getvalue())
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    data[at + 8] |= 1
    message = refused(io.BytesIO(data))
    assert "part of the workbook cannot be read: it is encrypted. Save the workbook" in message


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "stream",
    [
        book(sheet=LAUGHS + worksheet_of("<row><c t='str'><v>&b;</v></c></row>")),
        book(sheet=(LAUGHS + worksheet_of(ROW)).encode("utf-16")),
        book(sheet=" " * 100_000 + LAUGHS + worksheet_of(ROW)),  # far from the beginning
        book(sheet='<!DOCTYPE x SYSTEM "file:///etc/hostname">' + worksheet_of(ROW)),
        book(styles=LAUGHS + STYLES),
    ],
)
def test_document_types_are_refused(stream):
    assert "the workbook declares a document type, as none from Excel does" in refused(stream)


HOSTILE = [  # sheet, what the message says
    (worksheet_of("<a>" * 100 + "</a>" * 100), "nests more than 64 deep"),
    (worksheet_of("".join(f"<a{i}/>" for i in range(10_001))), "uses more than 10,000 names"),
    (worksheet_of("".join(f'<a b{i}=""/>' for i in range(10_001))), "uses more than 10,000 names"),
    (worksheet_of("<!--" + "x" * 1_500_000 + "-->"), "holds a tag of more than 1 MB"),
    (worksheet_of('<row r="' + "x" * 1_500_000 + '"/>'), "holds a tag of more than 1 MB"),
    (worksheet_of(f"<row><c t='str'><v>{'x' * 1_100_000}</v></c></row>"),
     "links.xlsx > Table, row 1: a cell holds more than 1,048,576 characters"),
    (worksheet_of(f"<row><c t='inlineStr'><is>{'<r><t>1234</t></r>' * 270_000}</is></c></row>"),
     "a cell holds more than 1,048,576 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("sheet", "problem"), HOSTILE)
def test_a_hostile_sheet_is_refused(sheet, problem):
    assert problem in refused(book(sheet=sheet))


def test_a_hostile_string_is_refused():
    message = refused(book(ROW, f"<si><t>{'x' * 1_100_000}</t></si>"))
    assert "links.xlsx: a cell holds more than 1,048,576 characters" in message


def test_what_repeats_one_string_is_bounded():
    # 6 kB of a workbook would become 80 MB of rows, or one row of that.
    cells = '<c t="s"><v>0</v></c>'
    strings = f"<si><t>{'x' * 32_000}</t></si>"
    assert "links.xlsx: it inflates to more than 64 MB" in refused(
        book(f"<row>{cells}</row>" * 2500, strings)
    )
    # So would cells that are missing everywhere but in one row.
    wide = '<row><c r="ALL1"><v>1</v></c></row>'
    assert "links.xlsx: it inflates to more than 64 MB" in refused(book(ROW * 24_000 + wide))
    row = refused(book(f"<row>{cells * 900}</row>", strings.replace("x", "xxx")))
    assert "links.xlsx > Table, row 1: it holds more than 64 MB" in row


def test_bombs_are_refused(monkeypatch):
    monkeypatch.setattr(package, "MAX_SHEET_BYTES", 1 << 20)
    monkeypatch.setattr(package, "MAX_SHARED_BYTES", 1 << 20)
    assert "links.xlsx > Table: it inflates to more than 1 MB" in refused(book("<row/>" * 180_000))
    assert "links.xlsx: it inflates to more than 1 MB" in refused(book("", "<si/>" * 220_000))
    # The parts that are not sheets share one bound.
    assert "links.xlsx: it inflates to more than 1 MB" in refused(
        book("", "<si/>" * 110_000, styles=STYLES + " " * 550_000)
    )


def test_a_bomb_of_empty_rows_is_refused_at_the_real_bound():
    assert refused(
        book(sheet=b"<worksheet><sheetData>" + b" " * (65 << 20) + b"</sheetData></worksheet>")
    ) == (
        "links.xlsx > Table: it inflates to more than 64 MB."
        " If that is really an export, save the sheet as CSV (UTF-8)."
    )


def test_lists_in_the_index_are_bounded(monkeypatch):
    monkeypatch.setattr(package, "MAX_SHEETS", 2)
    tabs = "".join(f'<sheet name="{name}" r:id="{number}"/>' for name, number in
                   (("A", "rId9"), ("B", "rId1"), ("C", "rId1")))  # fmt: skip
    assert sheets(book(tabs=tabs), "links.xlsx") == [Sheet("B", False)]
    monkeypatch.setattr(package, "MAX_SHEETS", 1)
    assert sheets(book(tabs=tabs), "links.xlsx") == []
    assert sheets(book(tabs=f'<sheet name="{"x" * 999}" r:id="rId1"/>'), "links.xlsx") == [
        Sheet("x" * 100, False)
    ]
    monkeypatch.setattr(lookups, "MAX_STYLES", 1)
    assert cell('<c s="1"><v>46299</v></c>') == "46299"
    monkeypatch.setattr(markup, "MAX_NAMES", 3)
    assert "uses more than 3 names" in refused(book(ROW))


class Nowhere(io.RawIOBase):
    def write(self, data):
        return len(data)


def peak(stream: io.BytesIO) -> int:
    """Return the most memory, in bytes, that writing the sheet took at a time; expat's too."""
    tracemalloc.start()
    try:
        write_sheet(stream, "links.xlsx", "Table", Nowhere())
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_rows(monkeypatch):
    monkeypatch.setattr(workbook, "SPOOL_BYTES", 1 << 16)
    few = peak(book(ROW * 20_000))
    assert few < 4 << 20
    # A library that keeps an object of each row needs 3 MB for 40,000 more.
    assert peak(book(ROW * 60_000)) - few < 1 << 19
    # 32 MB of rows.
    shared = '<row><c t="s"><v>0</v></c></row>' * 1000
    assert peak(book(shared, f"<si><t>{'x' * 32_000}</t></si>")) - few < 1 << 20
    # Strings cost their text, 2 quotes and 4 bytes, and what an array keeps in hand.
    strings = "".join(f"<si><t>https://a.example/{n:06}</t></si>" for n in range(40_000))
    assert peak(book(ROW, strings)) - few < 40_000 * 30 * 1.3
