"""A table of verdicts that people edited: whatever a spreadsheet made of it is read, or named."""

from __future__ import annotations

import codecs
import json
import zipfile
from pathlib import Path

import pytest
from cli_outcome import Run

from spamlinks.disavow import DisavowFile
from spamlinks.verdict_table import live_entries_of, read_domains

HEADER = (
    "linking_domain,unit,verdict,reason,spam_score,links,followed_links,first_seen,network,why,"
    "evidence,in_search_console,seen_by"
).split(",")
ROWS = [
    ["a.example", "domain", "DISAVOW", "SCORE_HIGH", "0.98", "1", "1", "2026-01-02", "",
     "Caf\u00e9; so. The cut.", "not, a (+0.9) | b (+0.1)", "TRUE", "ahrefs+gsc"],
    ["b.example", "domain", "KEEP", "SCORE_LOW", "0.01", "1200", "0", "", "", "", "", "FALSE", ""],
]  # fmt: skip


def text(delimiter: str, end: str = "\n", rows: list[list[str]] = ROWS) -> str:
    cells = (
        [f'"{cell}"' if delimiter in cell else cell for cell in row] for row in (HEADER, *rows)
    )
    return "".join(delimiter.join(row) + end for row in cells)


def changed(**values: str) -> list[list[str]]:
    """The rows with cells of the first one replaced."""
    first = [values.get(name, cell) for name, cell in zip(HEADER, ROWS[0], strict=True)]
    return [first, *ROWS[1:]]


SAVED = {
    "as the audit wrote it": text(",").encode(),
    "semicolons, byte order mark, CRLF": codecs.BOM_UTF8 + text(";", "\r\n").encode(),
    "semicolons, Windows-1252": text(";", "\r\n").encode("cp1252"),
    "tabs, UTF-16": text("\t", "\r\n").encode("utf-16"),
    "decimal commas": text(";", rows=changed(spam_score="0,98")).encode(),
    "booleans of another language": text(";", rows=changed(in_search_console="WAHR")).encode(),
    "verdicts in any case": text(",", rows=changed(verdict=" disavow")).encode(),
    "a count with a decimal place": text(",", rows=changed(links="1.0")).encode(),
    "empty rows at the end": text(";").encode() + b";" * 12 + b"\n" + b";" * 12 + b"\n",
    "trailing empty cells left out": text(",").replace("FALSE,\n", "\n").encode(),
    "a column more": text(",").replace("\n", ",x\n").encode(),
    "header in upper case": text(",").replace("linking_domain", "Linking_Domain").encode(),
}


@pytest.mark.parametrize("saved", SAVED.values(), ids=SAVED)
def test_a_table_that_a_spreadsheet_saved_says_the_same(
    run: Run, tmp_path: Path, saved: bytes
) -> None:
    (tmp_path / "domains.csv").write_bytes(saved)
    outcome = run("disavow", tmp_path / "domains.csv", "-o", tmp_path / "o.txt")
    assert outcome.code == 0, outcome.talk
    assert "domain:a.example\n" in (tmp_path / "o.txt").read_text("utf-8")
    frame = read_domains(tmp_path / "domains.csv")
    assert frame is not None
    assert frame.select("linking_domain", "verdict", "spam_score", "links").rows() == [
        ("a.example", "DISAVOW", 0.98, 1),
        ("b.example", "KEEP", 0.01, 1200),
    ]


def test_a_thousands_separator_is_no_decimal_point(tmp_path: Path) -> None:
    path = tmp_path / "domains.csv"
    for written in ("12.000", "12,000", "12'000", "12\u00a0000"):
        path.write_text(text(";", rows=changed(links=written)), "utf-8")
        frame = read_domains(path)
        assert frame is not None
        assert frame["links"][0] == 12000, written


_SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="domains" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_TYPE}" Target="worksheets/sheet1.xml"/></Relationships>'
)


def _cell(value: str) -> str:
    if value in ("TRUE", "FALSE"):
        return f'<c t="b"><v>{int(value == "TRUE")}</v></c>'
    if value.replace(".", "").isdigit():
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'


def test_an_xlsx_workbook_says_the_same(run: Run, tmp_path: Path) -> None:
    body = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in (HEADER, *ROWS))
    with zipfile.ZipFile(tmp_path / "domains.xlsx", "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", _BOOK)
        book.writestr("xl/_rels/workbook.xml.rels", _RELATIONS)
        book.writestr("xl/worksheets/sheet1.xml", f"{_SHEET}{body}</sheetData></worksheet>")
    outcome = run("disavow", tmp_path / "domains.xlsx", "-o", tmp_path / "o.txt")
    assert outcome.code == 0, outcome.talk
    assert "domain:a.example\n" in (tmp_path / "o.txt").read_text("utf-8")


UNUSABLE = {
    "spam_score of a.example is 'high'": text(",", rows=changed(spam_score="high")),
    "spam_score of a.example is '98'": text(",", rows=changed(spam_score="98")),
    "spam_score of a.example is 'nan'": text(",", rows=changed(spam_score="nan")),
    "links of a.example is 'some'": text(",", rows=changed(links="some")),
    "links of a.example is '-1'": text(",", rows=changed(links="-1")),
    "a unit that is not known": text(",", rows=changed(unit="site")),
    "all its columns stand in one": "".join(f'"{line}"\n' for line in text(",").split("\n")),
    "a cell of verdict is empty": text(",", rows=changed(verdict=" ")),
    "the columns reason are missing": text(",").replace("reason", "ground"),
}


@pytest.mark.parametrize(("words", "table"), UNUSABLE.items(), ids=UNUSABLE)
def test_a_table_that_cannot_be_followed_is_named(
    run: Run, tmp_path: Path, words: str, table: str
) -> None:
    (tmp_path / "domains.csv").write_text(table, "utf-8")
    outcome = run("disavow", tmp_path / "domains.csv", "-o", tmp_path / "o.txt")
    assert outcome.code == 1
    assert words in outcome.line
    assert not (tmp_path / "o.txt").exists()


# ---------------------------------------------------------------- the live file of the audit


def test_a_table_made_beside_a_live_file_wants_it_again(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    live, out = tmp_path / "live.txt", tmp_path / "out"
    live.write_bytes(b"\xef\xbb\xbfdomain:nowhere-else.example\r\nodd line\r\n")
    talk = run("audit", exports["ahrefs"], "--disavow", live, "-o", out).talk
    assert "begins with a byte order mark" in talk
    assert "1 line of live.txt is no entry, kept as it is (line 2: odd line)" in talk
    facts = json.loads((out / "run.json").read_text("utf-8"))
    assert facts["live"] == {
        "name": "live.txt",
        "sha256": DisavowFile.parse(live.read_bytes()).sha256,
        "entries": 1,
    }
    assert "IN_LIVE_FILE" not in (out / "domains.csv").read_text("utf-8")
    refused = run("disavow", out / "domains.csv", "-o", tmp_path / "o.txt")
    assert refused.code == 1
    assert "beside a live disavow file (live.txt, 1 entry)" in refused.line
    assert not (tmp_path / "o.txt").exists()
    merged = run("disavow", out / "domains.csv", "--merge", live, "-o", tmp_path / "o.txt")
    assert merged.code == 0
    assert "begins with a byte order mark" in merged.talk
    body = live.read_bytes().removeprefix(b"\xef\xbb\xbf")
    assert (tmp_path / "o.txt").read_bytes().startswith(body)


@pytest.mark.parametrize(
    "data",
    [b"", b"no json", b"[]", b'{"live": null}', b'{"live": 3}', b'{"live": {"name": "x"}}',
     b"[" * 100_000, b"\xff\xfe"],
)  # fmt: skip
def test_a_run_json_that_names_no_live_file_is_passed_over(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "run.json").write_bytes(data)
    assert live_entries_of(tmp_path / "domains.csv") == ("", 0)
    assert live_entries_of(tmp_path / "absent" / "domains.csv") == ("", 0)


def test_a_live_file_without_entries_is_said(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    live = tmp_path / "live.txt"
    live.write_bytes(b"")
    said = "live.txt holds no entries: if it was downloaded, download it again"
    outcome = run("audit", exports["ahrefs"], "--disavow", live, "-o", tmp_path / "out")
    assert said in outcome.talk
    table = tmp_path / "out" / "domains.csv"
    assert run("disavow", table, "-o", tmp_path / "o.txt").code == 0  # nothing could be lost
    assert said in run("disavow", table, "--merge", live, "-o", tmp_path / "p.txt").talk


def test_a_file_that_is_replaced_is_named(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first = run("audit", exports["ahrefs"], "-o", out).talk
    assert "former" not in first
    with (out / "disavow.txt").open("ab") as file:
        file.write(b"domain:mine.example\n")
    second = run("audit", exports["ahrefs"], "-o", out).talk
    kept = next(out.glob("disavow.txt.bak-*")).name
    assert f"The former disavow.txt is kept as {kept}." in second
    assert json.loads((out / "run.json").read_text("utf-8"))["disavow"]["backup"] == kept
