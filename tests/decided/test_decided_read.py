"""Decisions in tables: whatever a spreadsheet makes of them is read, or named."""

from __future__ import annotations

import codecs
import gzip
import os
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks import saved_tables
from spamlinks.decided import DecisionList, decisions_of, read_decisions
from spamlinks.errors import InputError
from spamlinks.policy import Decision, Verdict
from spamlinks.tables import csv_bytes
from spamlinks.workbook import write_workbook

K, R, D = Verdict.KEEP, Verdict.REVIEW, Verdict.DISAVOW
CLIENT = Decision("client.example", K, "Zoë", date(2026, 11, 25), "Kunde, seit 2019", 2)
SPAM = Decision("spam.example", D, None, None, None, 3)

HEADER = ["linking_domain", "verdict", "first_seen", "decision", "decided_by", "decided_on",
          "decision_note"]  # fmt: skip
ROWS = [
    ["client.example", "DISAVOW", "2026-10-31", "KEEP", "Zoë", "2026-11-25", "Kunde, seit 2019"],
    ["spam.example", "KEEP", "2026-01-02", "DISAVOW", "", "", ""],
    ["other.example", "KEEP", "2026-01-02", "", "", "", ""],
]


def text(mark: str = ",", end: str = "\n", *, dates: str = "", header: list[str] = HEADER) -> str:
    """The table as a spreadsheet saves it, the dates in another manner if wanted."""

    def cell(value: str) -> str:
        if dates and value[:4] == "2026":
            day = date.fromisoformat(value)
            value = day.strftime(dates) if "%" in dates else str((day - date(1899, 12, 30)).days)
        return f'"{value}"' if mark in value else value

    return "".join(mark.join(map(cell, row)) + end for row in (header, *ROWS))


def reordered() -> str:
    order = [6, 3, 0, 5, 4, 1, 2]
    rows = ([row[place] for place in order] for row in (HEADER, *ROWS))
    return "".join("\t".join([*row, "mine"]) + "\n" for row in rows)


SAVED = {
    "as we write it": text().encode(),
    "Excel in German: semicolons, cp1252": text(";", "\r\n", dates="%d.%m.%Y").encode("cp1252"),
    "Excel as CSV UTF-8": codecs.BOM_UTF8 + text(";", "\r\n", dates="%d.%m.%Y").encode(),
    "Excel as Unicode text": text("\t", "\r\n", dates="%d/%m/%Y").encode("utf-16"),
    "Excel in the United States": text(dates="%m/%d/%Y").encode(),
    "day numbers": text(dates="serial").encode(),
    "a time of day": text().replace("2026-11-25", "2026-11-25 00:00:00").encode(),
    "columns reordered, one more": reordered().encode(),
    "empty rows between and below": text().replace("\nspam", "\n,,,,,\n\nspam").encode() + b",,\n",
    "header in another case": text(header=[f" {name.title()} " for name in HEADER]).encode(),
    "words in any case": text().replace("KEEP,Z", "Ham ,Z").replace("DISAVOW,,", "spam,,").encode(),
    "by hand, as people name sites": (
        "decision,linking_domain,decided_by,decided_on,decision_note\n"
        'keep,https://www.Client.example/,Zoë,25.11.2026,"Kunde, seit 2019"\n'
        "Disavow,domain:spam.example\n"
    ).encode(),
}  # fmt: skip


@pytest.mark.parametrize("saved", SAVED.values(), ids=SAVED)
def test_a_table_that_a_spreadsheet_saved_says_the_same(tmp_path: Path, saved: bytes) -> None:
    path = tmp_path / "edited.csv"
    path.write_bytes(saved)
    found = read_decisions(path)
    assert [without_row(d) for d in found.by_name.values()] == [
        without_row(CLIENT),
        without_row(SPAM),
    ]
    assert found.authors == {"Zoë": 1}
    assert (found.source, found.path) == ("edited.csv", path)


def without_row(decision: Decision) -> tuple[object, ...]:
    return decision.name, decision.verdict, decision.by, decision.on, decision.note


def test_a_workbook_that_excel_saved(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "notes"  # the table need not be the first sheet
    book.active.append(["hello"])
    sheet = book.create_sheet("domains")
    for row in (HEADER, *ROWS):
        sheet.append([datetime(2026, 11, 25) if cell == "2026-11-25" else cell for cell in row])
    book.save(tmp_path / "edited.xlsx")
    found = read_decisions(tmp_path / "edited.xlsx")
    assert list(found.by_name.values()) == [CLIENT, SPAM]
    assert len(found.sha256) == 64


def test_two_columns_are_enough_and_nothing_is_invented(tmp_path: Path) -> None:
    path = tmp_path / "hand.csv"
    path.write_text("linking_domain;decision\nspam.example;disavow\n", "utf-8")
    assert list(read_decisions(path).by_name.values()) == [Decision("spam.example", D, row=2)]


def test_an_author_is_filled_in_only_where_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "edited.csv"
    path.write_text(
        "linking_domain,decision,decided_by,decided_on\n"
        "a.example,KEEP,Ann,\nb.example,KEEP,,2026-01-02\nc.example,KEEP,,\n",
        "utf-8",
    )
    found = read_decisions(path, by=" Bob ").by_name
    assert (found["a.example"].by, found["a.example"].on) == ("Ann", None)  # she knows, we do not
    assert (found["b.example"].by, found["b.example"].on) == ("Bob", date(2026, 1, 2))
    assert (found["c.example"].by, found["c.example"].on) == ("Bob", date.today())


HEAD = "linking_domain,decision,decided_on\n"
UNUSABLE = {  # table -> words of the message; the why stands beside it
    "verdict that is none": (HEAD + "a.example,maybe,\n", "row 2 (a.example): 'maybe' is no"),
    "ok may agree with any verdict": (HEAD + "\na.example,OK,\n", "row 3 (a.example): 'OK' is no"),
    "yes to what": (HEAD + "a.example,yes,\n", "'yes' is no decision"),
    "a formula": (HEAD + "a.example,=1+1,\n", "'=1+1' is no decision"),
    "no site": (HEAD + "some site,KEEP,\n", "row 2: 'some site' is no domain or URL"),
    "no name": (HEAD + ",KEEP,\n", "row 2: '(no name)' is no domain"),
    "no day": (HEAD + "a.example,KEEP,yesterday\n", "row 2 (a.example): decided_on is 'yesterday'"),
    "two days": (HEAD + "a.example,KEEP,03/04/2026\n", "'03/04/2026' may mean two days"),
    "a day of the last century": (HEAD + "a.example,KEEP,1899-12-31\n", "which is no day"),
    "two verdicts": (
        HEAD + "a.example,KEEP,\nb.example,KEEP,\nwww.A.example,DISAVOW,\n",
        "a.example is decided KEEP in row 2 and DISAVOW in row 4",
    ),
    "no column decision": ("linking_domain,verdict\na.example,KEEP\n", "it has no column decision"),
    "another table": ("a,b\n1,2\n", "it has no columns linking_domain and decision"),
    "a cell too many": (HEAD + "a.example,KEEP,,x\n", "is damaged"),
}


@pytest.mark.parametrize(("table", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_is_no_decision_is_named(tmp_path: Path, table: str, words: str) -> None:
    path = tmp_path / "edited.csv"
    path.write_text(table, "utf-8")
    with pytest.raises(InputError) as caught:
        read_decisions(path)
    assert words in str(caught.value)
    assert str(caught.value).startswith("edited.csv: ")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv: no such file"):
        read_decisions(tmp_path / "none.csv")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "edited.csv")
    with pytest.raises(InputError, match="not a regular file"):
        read_decisions(tmp_path / "edited.csv")


def test_a_packed_table_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_tables, "MAX_UNPACKED", 1 << 20)
    rows = b"linking_domain,decision\n" + b"spam.example,DISAVOW\n" * 50_000
    path = tmp_path / "edited.csv"
    path.write_bytes(rows)
    assert len(read_decisions(path)) == 1  # as long as it is on the disk itself
    path.write_bytes(gzip.compress(rows))
    with pytest.raises(InputError, match="unpacks to more than 1 MB"):
        read_decisions(path)


DAMAGED = {
    "a workbook that was cut short": (b"PK\x03\x04" + b"x" * 100, "damaged"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "xlsx"),
    "nothing": (b"", "empty"),
}


@pytest.mark.parametrize(("data", "words"), DAMAGED.values(), ids=DAMAGED)
def test_what_cannot_be_opened_is_told_as_such(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "edited.xlsx"
    path.write_bytes(data)
    with pytest.raises(InputError, match=words):
        read_decisions(path)


def test_a_name_without_end_is_no_domain(tmp_path: Path) -> None:
    path = tmp_path / "edited.csv"
    path.write_text(f"linking_domain,decision\n{'a' * 100_000},KEEP\n", "utf-8")
    with pytest.raises(InputError, match="is no domain or URL"):
        read_decisions(path)


ORDERS = [  # decided_on, first_seen of the row, day; the why stands beside it
    ("03/04/2026", "25/12/2025", date(2026, 4, 3)),  # one program wrote both columns
    ("03/04/2026", "12/25/2025", date(2026, 3, 4)),
    ("3/4/2026", "", date(2026, 3, 4)),  # without leading zeros: as in the United States
    ("3.4.2026", "", date(2026, 4, 3)),
    ("25.11.26", "", date(2026, 11, 25)),
    ("Nov 25, 2026", "", date(2026, 11, 25)),
    ("46351.0", "", date(2026, 11, 25)),
    ("n/a", "", None),
]


@pytest.mark.parametrize(("on", "seen", "day"), ORDERS)
def test_other_dates_of_the_table_tell_day_from_month(on: str, seen: str, day: date) -> None:
    table = pl.DataFrame({"linking_domain": ["a.example"], "decision": ["KEEP"],
                          "decided_on": [on], "first_seen": [seen]})  # fmt: skip
    assert decisions_of(table).by_name["a.example"].on == day


def test_of_two_equal_decisions_the_later_stays() -> None:
    rows = [("a.example", "KEEP", "2026-11-25", "new"), ("A.example", "ham", "2026-01-01", "old")]
    for order in (rows, rows[::-1]):
        names = ["linking_domain", "decision", "decided_on", "decision_note"]
        found = decisions_of(pd.DataFrame(order, columns=names))
        assert found.by_name["a.example"].note == "new"


def test_a_verdict_that_was_edited_without_a_decision_is_told_and_not_followed() -> None:
    table = pl.DataFrame(
        {
            "linking_domain": ["a.example", "b.example", "c.example", "d.example"],
            "verdict": ["keep", "DISAVOW", "REVIEW", "REVIEW"],
            "reason": ["SCORE_HIGH", "SCORE_HIGH", "PLATFORM", "SCORE_LOW"],
            "decision": [None, "", " ", "DISAVOW"],
        }
    )
    found = decisions_of(table)
    assert list(found.by_name) == ["d.example"]
    assert found.notes == (
        "table: 1 verdict was changed and no decision stands beside it (a.example); only the "
        "column decision counts here",
    )


HOSTILE = [  # note, as it is read back
    ('=HYPERLINK("http://evil.example","click")', '=HYPERLINK("http://evil.example","click")'),
    ("@SUM(1+1)*cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0"),
    ("two\nlines\r\nand\ttabs", "two lines and tabs"),
    ("a\x1b[31mred\x00", "a[31mred"),
    ("left\u202eright\u2066", "leftright"),
    ("'quoted", "'quoted"),
    ("\t=1+1", "=1+1"),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("_x0041_ stays", "_x0041_ stays"),
    ("\ufffe\uffff", None),
]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(("note", "read"), HOSTILE)
def test_a_hostile_note_comes_back_harmless(
    tmp_path: Path, ending: str, note: str, read: str | None
) -> None:
    path = tmp_path / f"decisions.{ending}"
    table = DecisionList("", {"a.example": Decision("a.example", K, "=Ann", None, note)}).table()
    if ending == "csv":
        path.write_bytes(csv_bytes(table))
        assert b"\n=" not in path.read_bytes()
        assert b",=" not in path.read_bytes()
    else:
        assert write_workbook(table, path) == ()
        cell = openpyxl.load_workbook(path).active["E2"]
        assert cell.data_type in ("s", "n")  # n: an empty cell; f would be a formula
        assert cell.hyperlink is None
        assert not str(cell.value or "").startswith(("=", "@", "+", "-"))
    found = read_decisions(path).by_name["a.example"]
    expected = read if read is not None or ending == "xlsx" else "\ufffe\uffff"
    assert (found.note, found.by) == (expected, "=Ann")


NAMES = st.sampled_from(["a.example", "b.example", "spam.blogspot.com", "https://c.example/x?y=1",
                         "xn--bcher-kva.example", "10.0.0.7"])  # fmt: skip
TEXTS = st.none() | st.text(max_size=40)
DECISIONS = st.builds(
    Decision, NAMES, st.sampled_from(list(Verdict)), TEXTS,
    st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)), TEXTS,
)  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.lists(DECISIONS, unique_by=lambda decision: decision.name), st.booleans())
def test_written_and_read_again_decisions_hold(
    tmp_path_factory: pytest.TempPathFactory, decisions: list[Decision], as_book: bool
) -> None:
    path = tmp_path_factory.mktemp("round") / ("d.xlsx" if as_book else "d.csv")

    def write(table: pl.DataFrame) -> None:
        if as_book:
            write_workbook(table, path)
        else:
            path.write_bytes(csv_bytes(table))

    write(DecisionList("", {decision.name: decision for decision in decisions}).table())
    once = read_decisions(path)
    assert [(d.name, d.verdict, d.on) for d in once.by_name.values()] == [
        (d.name, d.verdict, d.on) for d in decisions
    ]
    for decision in once.by_name.values():
        for said in (decision.by, decision.note):
            assert said is None or said == " ".join(said.split())
    write(once.table())
    twice = read_decisions(path)
    assert list(map(without_row, twice.by_name.values())) == list(
        map(without_row, once.by_name.values())
    )  # reading changes nothing any more


@pytest.mark.parametrize(
    ("days", "note"),
    [
        (("2026-11-25", "2026-11-25"), "second"),
        (("2026-11-25", "2026-11-24"), "first"),
        (("2026-11-24", "2026-11-25"), "second"),
        ((None, None), "second"),
        (("2026-11-25", None), "first"),
    ],
    ids=["one day: the later row", "the later day", "the later day below", "no day", "a day"],
)
def test_of_two_rows_that_agree_the_later_one_stays(
    days: tuple[str | None, str | None], note: str
) -> None:
    table = pl.DataFrame(
        {"linking_domain": ["a.com", "a.com"], "decision": ["KEEP", "KEEP"],
         "decided_on": list(days), "decision_note": ["first", "second"]},
        schema_overrides={"decided_on": pl.String},
    )  # fmt: skip
    assert decisions_of(table).by_name["a.com"].note == note


def test_a_very_long_author_is_cut() -> None:
    table = pl.DataFrame({"linking_domain": ["a.com"], "decision": ["KEEP"]})
    found = decisions_of(table, by="x" * 5000)
    assert found.by_name["a.com"].by == "x" * 100


def test_a_site_that_is_a_suffix_without_its_first_label_keeps_it() -> None:
    table = pl.DataFrame(
        {"linking_domain": ["https://www.gov.uk/", "www.a.com"], "decision": ["KEEP", "KEEP"]}
    )
    assert set(decisions_of(table).by_name) == {"www.gov.uk", "a.com"}
