"""Excel workbooks: what each kind of cell becomes, and which sheets and notes there are."""

from __future__ import annotations

import contextlib
import io
import re
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from workbooks import MAIN, book, cell, convert, refused, saved, table

from spamlinks.exports.containers.lookups import is_date_code, quoted
from spamlinks.exports.containers.workbook import Sheet, sheets

CELLS = [  # the cell as XML, its text
    ('<c t="str"><v>https://a.example/</v></c>', "https://a.example/"),
    ('<c t="inlineStr"><is><t>a &amp; b &lt;c&gt;</t></is></c>', "a & b <c>"),
    ('<c t="inlineStr"><is><t xml:space="preserve">  a\n</t></is></c>', "  a\n"),
    ('<c t="inlineStr"><is><t><![CDATA[<b>]]></t></is></c>', "<b>"),
    ('<c t="inlineStr"><is><t>say "x", ""</t></is></c>', 'say "x", ""'),
    ('<c t="inlineStr"><is><t>a\tb&#10;&#13;c</t></is></c>', "a\tb\n\rc"),
    ('<c t="inlineStr"><is><r><rPr><b/></rPr><t>bold</t></r><r><t> not</t></r></is></c>',
     "bold not"),
    ('<c t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>とうきょう</t></rPh></is></c>', "東京"),
    ('<c t="inlineStr"><is/></c>', ""),
    ("<c/>", ""),
    ('<c s="1"/>', ""),
    ('<c t="s"><v></v></c>', ""),
    ("<c><v>5</v></c>", "5"),
    ('<c t="n"><v> 5 </v></c>', "5"),
    ("<c><v>5.0</v></c>", "5"),
    ("<c><v>-5.00</v></c>", "-5"),
    ("<c><v>1.5E3</v></c>", "1500"),
    ("<c><v>0.1</v></c>", "0.1"),
    ("<c><v>0.30000000000000004</v></c>", "0.30000000000000004"),
    ("<c><v>1E-3</v></c>", "0.001"),
    ("<c><v>.5</v></c>", "0.5"),
    ("<c><v>12345678901234567890</v></c>", "12345678901234567890"),  # as it stands
    ("<c><v>-12345678901234567890</v></c>", "-12345678901234567890"),
    ("<c><v>1E400</v></c>", "1E400"),  # no number
    ("<c><v>nan</v></c>", "nan"),
    ("<c><v>1_000</v></c>", "1_000"),  # Python's number, not XML's
    ("<c><v>٣</v></c>", "٣"),
    (f"<c><v>{'9' * 5000}</v></c>", "9" * 5000),
    (f"<c><v>{'9' * 50}.5</v></c>", "9" * 50 + ".5"),
    ('<c s="4"><v>46299.5</v></c>', "46299.5"),  # a number format that only says "days"
    ('<c s="77"><v>46299</v></c>', "46299"),  # a style that does not exist
    ('<c t="b"><v>1</v></c>', "TRUE"),
    ('<c t="b"><v>0</v></c>', "FALSE"),
    ('<c t="b"><v>true</v></c>', "TRUE"),
    ('<c t="e"><v>#N/A</v></c>', "#N/A"),
    ('<c t="e"><v>#REF!</v></c>', "#REF!"),
    ('<c t="new"><v>x</v></c>', "x"),  # a kind that is not known
    ('<c s="1"><v>46299</v></c>', "2026-10-04"),
    ('<c s="2"><v>46299</v></c>', "2026-10-04"),
    ('<c s="1"><v>46299.34375</v></c>', "2026-10-04 08:15:00"),
    ('<c s="2"><v>46299.343749999</v></c>', "2026-10-04 08:15:00"),  # rounded
    ('<c s="2"><v>46298.9999999</v></c>', "2026-10-04"),
    ('<c s="2"><v>0.34375</v></c>', "08:15:00"),
    ('<c s="1"><v>1</v></c>', "1900-01-01"),
    ('<c s="1"><v>59</v></c>', "1900-02-28"),
    ('<c s="1"><v>61</v></c>', "1900-03-01"),
    ('<c s="1"><v>2958465</v></c>', "9999-12-31"),
    ('<c s="1"><v>2958466</v></c>', "2958466"),  # the year 10000
    ('<c s="1"><v>2958465.99999999</v></c>', "2958465.99999999"),
    ('<c s="1"><v>-1</v></c>', "-1"),
    ('<c s="1"><v>1E300</v></c>', "1e+300"),
    ('<c s="3"><v>1.5</v></c>', "1.5"),  # a duration
    ('<c s="1" t="str"><v>04.10.2026</v></c>', "04.10.2026"),  # text stays as written
    ('<c t="d"><v>2026-10-04</v></c>', "2026-10-04"),
    ('<c t="d"><v>2026-10-04T00:00:00.000Z</v></c>', "2026-10-04"),
    ('<c t="d"><v>2026-10-04T08:15:00</v></c>', "2026-10-04 08:15:00"),
    ('<c t="d"><v>soon</v></c>', "soon"),
    ('<c><f>HYPERLINK("https://a.example/","x")</f><v>x</v></c>',
     '=HYPERLINK("https://a.example/","x")'),
    ('<c t="str"><f>A1&amp;"b"</f><v>ab</v></c>', '=A1&"b"'),
    ('<c><f t="array" ref="A1">SUM(A2:A3)</f><v>3</v></c>', "=SUM(A2:A3)"),
    ('<c t="str"><f t="shared" si="0"/><v>https://a.example/</v></c>', "https://a.example/"),
    ('<c t="inlineStr"><is><t>=HYPERLINK("https://a.example/")</t></is></c>',
     '=HYPERLINK("https://a.example/")'),
    ('<c t="inlineStr"><is><t>@spam in Telegram</t></is></c>', "@spam in Telegram"),
    ('<c t="str"><v>a</v><extLst><ext><v>b</v><t>c</t></ext></extLst></c>', "ac"),
]  # fmt: skip


@pytest.mark.parametrize(("xml", "text"), CELLS)
def test_a_cell_becomes_text(xml, text):
    assert cell(xml) == text


def test_dates_count_from_1904_where_the_workbook_says_so():
    assert cell('<c s="1"><v>44837</v></c>', properties='<workbookPr date1904="1"/>') == (
        "2026-10-04"
    )
    assert cell('<c s="1"><v>1</v></c>', properties='<workbookPr date1904="true"/>') == "1904-01-02"
    late = '<c s="1"><v>2957004</v></c>'
    assert cell(late, properties='<workbookPr date1904="1"/>') == "2957004"
    assert cell(late, properties='<workbookPr date1904="0"/>') == "9995-12-31"


STRINGS = [
    ("<si><t>a</t></si>", "a"),
    ("<si><r><t>a</t></r><r><rPr/><t xml:space='preserve'> b</t></r></si>", "a b"),
    ("<si><t>京</t><rPh sb='0' eb='1'><t>きょう</t></rPh><phoneticPr fontId='1'/></si>", "京"),
    ("<si/>", ""),
    ("<si><t/></si>", ""),
    ('<si><t>"quoted",\n</t></si>', '"quoted",\n'),
]


@pytest.mark.parametrize(("xml", "text"), STRINGS)
def test_a_shared_string_becomes_text(xml, text):
    strings = f"<si><t>before</t></si>{xml}<si><t>after</t></si>"
    assert cell('<c t="s"><v>1</v></c>', strings) == text
    assert cell('<c t="s"><v>2</v></c>', strings) == "after"


ESCAPES = [
    ("a_x000D_\nb", "a\r\nb"),
    ("_x005F_x000D_", "_x000D_"),  # an escaped underscore: the text is meant
    ("_x000d_", "\r"),
    ("_x00D_ _x000G_ x000D", "_x00D_ _x000G_ x000D"),
    ("_xD83D__xDE00_", "\U0001f600"),
    ("_xD83D_ and _xDE00_", "\ufffd and \ufffd"),  # half a character each
    ("_x0000_", "\ufffd"),
    ("\U0001f600_x0041_", "\U0001f600A"),
]


@pytest.mark.parametrize(("text", "plain"), ESCAPES)
def test_excels_escapes_are_resolved(text, plain):
    assert quoted(text).decode() == f'"{plain}"'
    assert cell(f'<c t="inlineStr"><is><t>{text}</t></is></c>') == plain
    assert cell('<c t="s"><v>0</v></c>', f"<si><t>{text}</t></si>") == plain


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("dd/mm/yyyy", True),
        ("yyyy\\-mm\\-dd\\ hh:mm:ss", True),
        ("[$-407]d. mmmm yyyy;@", True),
        ("[$-F800]dddd, mmmm dd, yyyy", True),
        ('yyyy"年"m"月"d"日"', True),
        ("h:mm AM/PM", True),
        ("M/D/YY", True),
        ("General", False),
        ("0.00", False),
        ("@", False),
        ("0.00E+00", False),
        ('#,##0.00 "days"', False),
        ("[Red]0;[Magenta]-0", False),
        ("_d0_)", False),
        ("0\\d", False),
        ("* 0", False),
        ("[h]:mm:ss", False),  # durations
        ("[mm]:ss", False),
        ("[ss]", False),
        ("", False),
        ('"', False),
        ("[", False),
        ("0;d", False),  # only what positive numbers look like
        ("[" * 100_000 + "d", False),
    ],
)
def test_number_formats_of_dates(code, is_date):
    assert is_date_code(code) is is_date


def test_a_table_is_rectangular_and_has_no_empty_records():
    rows = (
        '<row r="1"><c r="A1" t="str"><v>Backlinks of shop.example</v></c></row>'  # merged title
        '<row r="2"/>'
        '<row r="4"><c r="A4" t="str"><v>URL</v></c><c r="C4" t="str"><v>Anchor</v></c></row>'
        '<row r="5" s="1"><c r="A5" s="1"/><c r="ZZ5" s="1"/></row>'  # only formats
        '<row r="9"><c r="B9"><v>1</v></c><c r="D9" t="str"><v></v></c></row>'
    )
    text, notes = convert(book(rows))
    assert text == '"Backlinks of shop.example","",""\n"URL","","Anchor"\n"","1",""\n'
    assert notes == ()


@pytest.mark.parametrize(
    "row",
    [
        '<row><c r="C1"><v>3</v></c><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>',
        '<row><c r="A1"><v>9</v></c><c r="A1"><v>1</v></c><c><v>2</v></c><c><v>3</v></c></row>',
        '<row><c r="?"><v>1</v></c><c r="b1"><v>2</v></c><c r="C"><v>3</v></c></row>',
        "<row><x><c><v>8</v></c></x><c><v>1</v><x><v>8</v></x></c><c><v>2</v></c><c><v>3</v></c></row>",
    ],
)
def test_cells_are_placed_by_their_reference(row):
    assert convert(book(row))[0] == '"1","2","3"\n'


def test_prefixes_and_what_is_not_the_table_do_not_matter():
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:dimension ref="A1:A1"/><x:cols><x:col min="1"/></x:cols>'
        '<x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><x:c r="B1"><x:v>2</x:v></x:c>'
        '</x:row><x:row r="2"><x:c r="A2"><x:v>3</x:v></x:c></x:row></x:sheetData>'
        "<x:hyperlinks><x:row><x:c><x:v>no</x:v></x:c></x:row></x:hyperlinks></x:worksheet>"
    )
    assert convert(book(sheet=sheet))[0] == '"1","2"\n"3",""\n'  # and the dimension was wrong


def test_a_sheet_without_cells_gives_nothing():
    assert convert(book()) == ("", ())
    assert convert(saved([])) == ("", ())


TABS = (
    '<sheet name="First" sheetId="1" r:id="rId1"/>'
    '<sheet name="Chart" sheetId="2" r:id="rId2"/>'
    '<sheet name="Gone" sheetId="4" r:id="rId4"/>'
    '<sheet name="No part" sheetId="5" r:id="rId5"/>'
    '<sheet name="Again" sheetId="6" r:id="rId1"/>'
    '<sheet name="Se&#10;cond&#x202E;" sheetId="3" state="veryHidden" r:id="rId3"/>'
)


def test_sheets_come_in_order_without_charts():
    second = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row><c><v>2</v></c></row></sheetData></worksheet>'
    )
    stream = book("<row><c><v>1</v></c></row>", tabs=TABS, more=(("xl/worksheets/s2.xml", second),))
    assert sheets(stream, "links.xlsx") == [Sheet("First", False), Sheet("Se?cond?", True)]
    assert convert(stream, "First") == ('"1"\n', ())
    assert convert(stream, "Se?cond?") == ('"2"\n', ("the sheet is hidden in the workbook",))
    assert refused(stream, "Chart") == (
        "links.xlsx: the workbook has no worksheet named 'Chart'. Export it again."
    )


def test_notes_name_excels_limits():
    full, short = "x" * 32_767, "x" * 32_766
    astral = "\U0001f600" * 16_383  # Excel counts UTF-16 units
    strings = f"<si><t>{full}</t></si><si><t>{short}</t></si><si><t>{astral}x</t></si>"
    cells = "".join(f'<c t="s"><v>{number}</v></c>' for number in (0, 0, 1, 2))
    cells += f'<c t="inlineStr"><is><t>{full}</t></is></c><c t="str"><v>{short}</v></c>'
    text, notes = convert(book(f'<row r="1048576">{cells}</row>', strings))
    assert table(text) == [[full, full, short, astral + "x", full, short]]
    assert notes == (
        "4 cells hold exactly 32,767 characters: they were cut at Excel's limit",
        "all 1,048,576 rows of Excel are used: the sheet may have lost rows",
    )


@pytest.mark.parametrize(
    "row",
    ['<row r="1048575"><c><v>1</v></c></row>', '<row r="1048576"><c/></row>', '<row r="x"/>'],
)
def test_rows_short_of_excels_limit_are_not_noted(row):
    assert convert(book(row))[1] == ()


def test_notes_count_formulas_and_columns_left_out():
    row = (
        '<row><c><f>A2</f></c><c r="ALL1"><v>1</v></c><c><v>2</v></c><c r="XFD1"><v>3</v></c></row>'
    )
    text, notes = convert(book(row))
    assert table(text) == [["=A2", *[""] * 998, "1"]]  # ALL is the thousandth
    assert notes == (
        "1 cells hold formulas and are read as their text",
        "only the first 1,000 columns are read: 2 cells beyond them are left out",
    )


# What other programs write.

SAMPLES = [  # file, sheet, first cells of the first record
    ("ahrefs__backlinks__2025-xlsx.xlsx", "Sheet1", ["Ten garden tools we like"]),
    ("gsc__latest-links__2018-en-xlsx.xlsx", "Table",
     ["https://blog.example.net/2025/03/garden-tools/", "2026-10-04"]),
]  # fmt: skip


@pytest.mark.parametrize(("file", "sheet", "start"), SAMPLES)
def test_a_sample_is_read(file, sheet, start):
    stream = io.BytesIO((Path(__file__).parent / "samples" / file).read_bytes())
    assert sheets(stream, file) == [Sheet(sheet, False)]
    text, notes = convert(stream, sheet)
    header, first, *_ = table(text)
    assert first[: len(start)] == start
    assert len(header) == len(first)
    assert notes == ()


def test_a_workbook_of_another_program():
    rich = CellRichText("see ", TextBlock(InlineFont(b=True), "this"))
    rows = [
        ["URL", "Seen", "At", "Score", "Nofollow", "Anchor"],
        ["https://a.example/", date(2026, 10, 4), datetime(2026, 10, 4, 8, 15), 7, True, rich],
        ["https://b.example/", None, time(8, 15), 0.5, False, '=HYPERLINK("https://c.example/")'],
    ]
    for epoch in (datetime(1899, 12, 30), datetime(1904, 1, 1)):
        text, notes = convert(saved(rows, epoch=epoch))
        assert table(text)[1:] == [
            ["https://a.example/", "2026-10-04", "2026-10-04 08:15:00", "7", "TRUE", "see this"],
            ["https://b.example/", "", "08:15:00", "0.5", "FALSE",
             '=HYPERLINK("https://c.example/")'],
        ]  # fmt: skip
        assert notes == ("1 cells hold formulas and are read as their text",)


PLAIN_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
    | st.sampled_from('\t\n",;'),
    max_size=20,
).filter(lambda text: not text.startswith("=") and not re.search("_x....._|_x...._", text))
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.datetimes(datetime(1900, 3, 1), datetime(9999, 1, 1)).map(
        lambda moment: moment.replace(microsecond=0)
    ),
    PLAIN_TEXT,
)


def as_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime():
            return str(value.date()) if value.time() == time(0) else str(value)
    return str(value)


@settings(max_examples=60)
@given(st.lists(st.lists(VALUES, min_size=1, max_size=4), max_size=4))
def test_what_another_program_wrote_is_read(rows):
    texts = [[as_text(value) for value in row] for row in rows]
    widths = [max((i + 1 for i, text in enumerate(row) if text), default=0) for row in texts]
    widest = max(widths, default=0)
    expected = [
        (row + [""] * widest)[:widest] for row, width in zip(texts, widths, strict=True) if width
    ]
    got = table(convert(saved(rows))[0])
    assert [[_calm(text) for text in row] for row in got] == [
        [_calm(text) for text in row] for row in expected
    ]


def _calm(text: str) -> str:
    """Allow for the last digit of a float, which the other program writes its own way."""
    with contextlib.suppress(ValueError):
        return f"{float(text):.12g}"
    return text
