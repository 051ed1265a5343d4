"""JSON exports: every form gives the same table, whatever the bytes only InputError is raised."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spamlinks.errors import InputError
from spamlinks.exports.containers import json_text, records
from spamlinks.exports.containers.json_forms import lines
from spamlinks.exports.containers.json_text import BrokenJsonError, JsonText, decode, end_of_value
from spamlinks.exports.containers.records import (
    NULL_MARK,
    RecordList,
    is_lines,
    looks_like_json,
    record_lists,
    write_records,
)

N = NULL_MARK
WAT = "Envelope.Payload-Metadata.HTTP-Response-Metadata.HTML-Metadata.Links"
Table = list[list[str]]


def lists(data: bytes) -> list[RecordList]:
    return record_lists(lambda: io.BytesIO(data), "x.json")


def table(
    data: bytes, path: str, first: tuple[str, ...] = ()
) -> tuple[Table, list[tuple[int, str, str]], tuple[str, ...]]:
    rejected: list[tuple[int, str, str]] = []
    out = io.BytesIO()
    notes = write_records(
        lambda: io.BytesIO(data), "x.json", path, out, lambda *bad: rejected.append(bad), first
    )
    rows = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8"), newline=""), strict=True))
    return rows, rejected, notes


def rows(data: bytes, path: str = "") -> Table:
    return table(data, path)[0]


class Stream(io.RawIOBase):
    """Bytes made on the way, as a decompressor gives them: only ``read``, and short ones."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.parts = parts
        self.rest = b""

    def read(self, size: int = -1) -> bytes:
        self.rest = self.rest or next(self.parts, b"")
        data, self.rest = self.rest[:size], self.rest[size:]
        return data


JSON_CASES = [  # beginning, whether it means to be JSON
    ('{"links": [', True),
    ("[]", True),
    ('\ufeff \n[\n  {\n "a"', True),
    ("[[{", True),  # cut, and nothing speaks against it
    ('[[{"a"', True),
    ("[" * 1000, True),  # a bomb is refused by name, not read as text
    ('["https://a.example/"]', True),
    ("{}", True),
    ("WARC/1.0\r\nWARC-Type: warcinfo", True),
    ('"[x]",y\n', False),  # CSV with brackets in its first cell
    ("[x],y\n", False),
    ("{x},y\n", False),
    ("[1] https://a.example/", False),
    ("Referring page URL,Anchor\n", False),
    ("WARC,x", False),
    ("", False),
]


@pytest.mark.parametrize(("head", "expected"), JSON_CASES)
def test_looks_like_json(head: str, expected: bool) -> None:
    assert looks_like_json(head) is expected


LINES_CASES = [  # beginning, whether each line is JSON of its own
    ('{"a": 1}\n{"a": 2}\n', True),
    ('\ufeff\n{"a": 1}\r\n{"a": 2}', True),
    ("WARC/1.0\r\n", True),
    ('{"a": 1}\n', False),  # a document as well
    ('[\n{"a": 1},\n{"a": 2}\n]', False),
    ('{"a": 1', False),  # the head ends within the first line
]


@pytest.mark.parametrize(("head", "expected"), LINES_CASES)
def test_is_lines(head: str, expected: bool) -> None:
    assert is_lines(head) is expected


RECORDS = '{"u": "a", "n": 1}', '{"u": "b", "n": null}'
TWO = [["u", "n"], ["a", "1"], ["b", N]]
FORMS = [  # the same two records, path
    (f"[{RECORDS[0]}, {RECORDS[1]}]", ""),
    (f"[\n{RECORDS[0]},\n{RECORDS[1]}\n]\n", ""),  # the last record is a line that would do alone
    (f"[\n{RECORDS[0]}\n,\n{RECORDS[1]}\n]\n", ""),  # here they are half of the lines
    (f"{RECORDS[0]}\n{RECORDS[1]}\n", ""),
    (f"\ufeff{RECORDS[0]}\r\n\r\n{RECORDS[1]}", ""),
    (f"{RECORDS[0].replace(' ', chr(10))}\n{RECORDS[1].replace(' ', chr(10))}", ""),  # as jq prints
    (f'{{"backlinks": [{RECORDS[0]}, {RECORDS[1]}]}}', "backlinks"),
    (f'{{\n"backlinks":\n[{RECORDS[0]}, {RECORDS[1]}]}}', "backlinks"),
    (f'{{"backlinks": [{RECORDS[0]}]}}\n{{"backlinks": [{RECORDS[1]}]}}\n', "backlinks"),
    (f'[{{"backlinks": [{RECORDS[0]}]}}, {{"backlinks": [[{RECORDS[1]}]]}}]', "backlinks"),
    (f'{{"t": [{{"r": [{{"i": [{RECORDS[0]}]}}, {{"i": [{RECORDS[1]}]}}]}}]}}', "t.r.i"),
    (f'{{"t": [{{"r": null}}, {{"r": [{{"i": [{RECORDS[0]}, {RECORDS[1]},]}}]}}]}}', "t.r.i"),
    (f'{{"t": {{"i": {RECORDS[0]}}}}}\n{{"t": {{"i": [{RECORDS[1]}]}}}}', "t.i"),  # one is no list
]


@pytest.mark.parametrize(("text", "path"), FORMS)
def test_every_form_gives_the_same_table(text: str, path: str) -> None:
    data = text.encode()
    assert table(data, path)[:2] == (TWO, [])
    assert RecordList(path, ("u", "n"), 2) in lists(data) or "i" in path


def test_lists_come_deepest_first_with_their_columns() -> None:
    data = b'{"v": 2, "tasks": [{"id": "x", "result": [{"url": "a", "hops": [{"to": "b"}]}]}]}'
    assert lists(data) == [
        RecordList("tasks.result.hops", ("to", "v", "tasks.id", "tasks.result.url"), 1),
        RecordList("tasks.result", ("url", "v", "tasks.id"), 1),
        RecordList("tasks", ("id", "v"), 1),
        RecordList("", ("v",), 1),
    ]
    for found in lists(data):
        assert tuple(rows(data, found.path)[0]) == found.keys


SAMPLES = [  # file, path of its records, records, columns that must be there
    ("ahrefs__api-v3-all-backlinks__2023.json", "backlinks", 3, "url_from url_to is_nofollow"),
    ("moz__api-v2-links__2020.json", "results", 3, "source.page target.page anchor_text"),
    ("seranking__api-backlinks__2024-json.json", "backlinks", 3, "url_from inlink_rank"),
    ("yandex__external-links-api__v4.json", "links", 3, "source_url destination_url count"),
    ("dataforseo__backlinks-live__v3.json", "tasks.result.items", 5, "url_from tasks.data.target"),
    ("dataforseo__backlinks-live__v3-jsonl.jsonl", "", 5, "url_from attributes"),
    ("dataforseo__referring-domains-live__v3.json", "tasks.result.items", 4, "domain lost_date"),
    ("commoncrawl__wat__2013.jsonl", WAT, 2, "url text rel"),
]


@pytest.mark.parametrize(("file", "path", "records", "columns"), SAMPLES)
def test_samples(file: str, path: str, records: int, columns: str) -> None:
    folder = Path(__file__).resolve().parents[2] / ".." / "shared" / "formats" / "samples"
    if not folder.is_dir():
        pytest.skip("the folder of sample exports is not beside this checkout")
    data = (folder / file).read_bytes()
    assert looks_like_json(data.decode())
    first = lists(data)[0]
    assert (first.path, first.records) == (path, records)
    header, *body = rows(data, path)
    assert set(columns.split()) <= set(header) == set(first.keys)
    assert len(body) == records


CELLS = [  # a value, its cell
    ("null", N),
    ("true", "true"),
    ("false", "false"),
    ("12", "12"),
    ("12345678901234567890123", "12345678901234567890123"),  # no float on the way
    ("-0.10", "-0.10"),
    ("1e3", "1e3"),
    ("1E400", "1E400"),
    ("9" * 5000, "9" * 5000),  # more digits than int() takes
    ("NaN", N),  # not JSON, but Python and others print it
    ("-Infinity", N),
    ('""', ""),
    ('" a\\tb "', " a\tb "),
    (r'"a\r\nb \"c\", d"', 'a\r\nb "c", d'),
    ('"a\tb"', "a\tb"),  # a raw tab, which is not allowed
    (r'"\ud83d\ude00"', "\U0001f600"),
    (r'"cut \ud83d"', "cut \ufffd"),  # vendors cut texts between the halves of a pair
    (r'"\ude00A"', "\ufffdA"),
    (r'"a\u0000b"', "a\x00b"),
    ('"\ue000"', "\ufffd"),  # nobody may write our null
    ('"a\ue000"', "a\ue000"),
    ('"=1+1"', "=1+1"),
    ("[]", ""),
    ('["nofollow", null, "ugc", 5, true]', "nofollow, ugc, 5, true"),
]


@pytest.mark.parametrize(("value", "cell"), CELLS)
@pytest.mark.parametrize("form", ['[{{"u": "x", "c": {}}}]', '{{"l":\n[{{"u": "x", "c": {}}}]}}'])
def test_cells(form: str, value: str, cell: str) -> None:
    data = form.format(value).encode()
    assert rows(data, lists(data)[0].path) == [["u", "c"], ["x", cell]]


SHAPES = [  # a record, its cells, part of a note
    ('{"a": {"b": {"c": 1}, "d": 2}}', {"a.b.c": "1", "a.d": "2"}, ""),
    ('{"a": 1, "a": 2}', {"a": "2"}, ""),  # the last of equal keys
    ('{"a": {"b": 1}, "a.b": 2}', {"a.b": "2"}, ""),
    ('{"a": {}, "b": 1}', {"b": "1"}, ""),
    ('{"a": [{"b": 1}], "c": 1}', {"c": "1"}, "left out: a"),
    ('{"a": [[1]], "c": 1}', {"c": "1"}, "left out: a"),
    ('{"x\\ny": 1, "\\ud800": 2}', {"x\ufffdy": "1", "\ufffd": "2"}, ""),
    ('{"": 1}', {"": "1"}, ""),
    ('{"a": 1, "%s": 2}' % ("k" * 201), {"a": "1"}, "left out: k"),
    ('{"u": 1, ' + '"k": {' * 8 + '"d": 1' + "}" * 9, {"u": "1"}, "left out: k.k.k.k.k.k.k.k"),
]


@pytest.mark.parametrize(("record", "cells", "note"), SHAPES)
def test_shapes(record: str, cells: dict[str, str], note: str) -> None:
    (header, row), _, notes = table(f"[{record}]".encode(), "")
    assert dict(zip(header, row, strict=True)) == cells
    assert note in " ".join(notes)
    assert bool(notes) == bool(note)


def test_late_keys_are_not_lost_and_the_table_stays_rectangular() -> None:
    late = [{"a": i} for i in range(500)] + [{"b": 1}, {"a": 2, "c": None}]
    data = json.dumps(late).encode()
    assert lists(data)[0].keys == ("a",)
    header, *body = rows(data)
    assert header == ["a", "b", "c"]
    assert body[-3:] == [["499", N, N], [N, "1", N], ["2", N, N]]
    assert len(body) == 502


def test_a_table_made_twice_is_rejected_once_and_keeps_what_stands_before_it() -> None:
    records: list[Any] = [{"a": i} for i in range(300)] + [5, {"b": 1}]
    out, rejected = io.BytesIO(b"kept\n"), []
    out.seek(0, io.SEEK_END)
    data = json.dumps(records).encode()
    write_records(lambda: io.BytesIO(data), "x", "", out, lambda *bad: rejected.append(bad))
    assert out.getvalue().startswith(b'kept\n"a","b"\n"0",')
    assert rejected == [(301, "it is no record", "5")]


def test_columns_that_are_asked_for_come_first() -> None:
    assert rows(b'[{"a": 1, "b": 2}]', "") == [["a", "b"], ["1", "2"]]
    assert table(b'[{"a": 1, "b": 2}]', "", ("z", "b"))[0] == [["z", "b", "a"], [N, "2", "1"]]
    assert table(b"[5]", "", ("z",))[0] == [["z"]]


def test_the_table_is_quoted_utf8_without_a_mark() -> None:
    out = io.BytesIO()
    data = '[{"ü": "ä", "n": 5}]'.encode("utf-8-sig")
    write_records(lambda: io.BytesIO(data), "x.json", "", out, lambda *_: None)
    assert out.getvalue() == '"ü","n"\n"ä","5"\n'.encode()


CARRIED = [  # text, path, rows
    # In a document, what stands before the list; in lines, all there is.
    ('{\n"t": "x", "l": [{"u": 1}], "n": 2}', "l", [["u", "t"], ["1", "x"]]),
    ('{"t": "x", "l": [{"u": 1}], "n": 2}', "l", [["u", "t", "n"], ["1", "x", "2"]]),
    (
        '{"t": {"a": 1, "b": [2, 3]}, "l": [{"u": 1}]}',
        "l",
        [["u", "t.a", "t.b"], ["1", "1", "2, 3"]],
    ),
    # A record's own key goes first, even when it is null.
    ('{"u": "x", "l": [{"u": null}]}', "l", [["u"], [N]]),
    # What is carried belongs to one branch.
    (
        '[{"t": 1, "l": [{"u": 1}]}, {"l": [{"u": 2}]}]',
        "l",
        [["u", "t"], ["1", "1"], ["2", N]],
    ),
    ('{"t": "%s", "l": [{"u": 1}]}' % ("x" * 10_001), "l", [["u"], ["1"]]),
    ('{"o": [{"b": 1}], "l": [{"u": 1}]}', "l", [["u"], ["1"]]),
]


@pytest.mark.parametrize(("text", "path", "expected"), CARRIED)
def test_scalars_around_a_list_are_carried(text: str, path: str, expected: Table) -> None:
    assert table(text.encode(), path) == (expected, [], ())


def test_a_long_list_beside_the_records_is_passed_over() -> None:
    # Elements of every length, brackets and quotes in their texts, nested and cut by chunks.
    other = [{"a": 'x]}"\\' * 10}, [{"b": ["[{" * 200_000]}], 7] * 5
    text = json.dumps(
        {"t": 1, "other": other, "o": {"p": other}, "l": [{"u": 1}], "v": 2}, indent=1
    )
    assert rows(text.encode(), "l") == [["u", "t"], ["1", "1"]]


def wat_line(page: Any, links: list[dict[str, Any]], head: dict[str, Any] | None = None) -> str:
    html = {"Head": {"Title": "T", "Metas": [{"name": "x"}]} | (head or {}), "Links": links}
    return json.dumps(
        {
            "Container": {"Filename": "x.warc.gz", "Compressed": True},
            "Envelope": {
                "WARC-Header-Metadata": {"WARC-Target-URI": page, "WARC-Date": "2026-01-15"},
                "Payload-Metadata": {
                    "HTTP-Response-Metadata": {"Headers": {"Server": "x"}, "HTML-Metadata": html}
                },
            },
        }
    )


PAGE = "https://a.example/b/c.html?q#f"
URLS = [  # link as found, as written
    ("https://x.example/", "https://x.example/"),
    ("//x.example/y", "https://x.example/y"),
    ("/y", "https://a.example/y"),
    ("y", "https://a.example/b/y"),
    ("../../y", "https://a.example/y"),
    ("?z", "https://a.example/b/c.html?z"),
    ("#top", "https://a.example/b/c.html?q#top"),
    ("", PAGE),
    ("HTTP://X.example/", "HTTP://X.example/"),
    ("mailto:a@x.example", "mailto:a@x.example"),
    ("http://[broken/", "http://[broken/"),
    ("//[broken/", "//[broken/"),  # urljoin raises
    ("/" + "y" * 9000, "/" + "y" * 9000),
    (None, N),
]


@pytest.mark.parametrize(("url", "expected"), URLS)
def test_wat_links_are_resolved(url: str | None, expected: str) -> None:
    data = wat_line(PAGE, [{"path": "A@/href", "url": url}]).encode()
    header, row = rows(data, WAT)
    assert dict(zip(header, row, strict=True)) == {
        "path": "A@/href",
        "url": expected,
        "Envelope.WARC-Header-Metadata.WARC-Target-URI": PAGE,
        "Envelope.WARC-Header-Metadata.WARC-Date": "2026-01-15",
        f"{WAT.removesuffix('Links')}Head.Title": "T",
    }


@pytest.mark.parametrize(
    ("page", "base", "expected"),
    [
        (PAGE, "https://b.example/d/", "https://b.example/d/y"),
        (PAGE, "/d/", "https://a.example/d/y"),
        (None, None, "y"),
        ("http://[broken", "", "y"),
        ("https://a.example/" + "x" * 9000, "", "y"),
    ],
)
def test_wat_pages_and_bases(page: str | None, base: str | None, expected: str) -> None:
    data = wat_line(page, [{"path": "A@/href", "url": "y"}], {"Base": base}).encode()
    header, row = rows(data, WAT)
    assert row[header.index("url")] == expected
    assert not [name for name in header if name.endswith("Base")]


def test_wat_with_its_warc_frame() -> None:
    frame = "WARC/1.0\r\nWARC-Type: {}\r\nContent-Length: 5\r\n\r\n{}\r\n\r\n"
    links = [{"path": "A@/href", "url": "/y"}, {"path": "IMG@/src", "url": "/z"}, {"url": "/w"}]
    data = "".join(
        frame.format(kind, body)
        for kind, body in [
            ("warcinfo", "Software-Info: x\r\ndescription: 5"),
            ("metadata", wat_line(PAGE, links)),
            ("metadata", '{"Envelope": {"WARC-Header-Metadata": {}}}'),  # a request
            ("metadata", '{"Envelope": broken}'),
            ("metadata", wat_line("https://b.example/", links)),
        ]
    ).encode()
    assert WAT in [found.path for found in lists(data)]
    (header, *body), rejected, notes = table(data, WAT)
    place = header.index("url")
    assert [row[place] for row in body] == ["https://a.example/y", "https://b.example/y"]
    assert rejected == [(2, "the line is not valid JSON", '{"Envelope": broken}')]
    assert notes == ("4 links of images, scripts and forms were left out",)


def test_a_broken_line_costs_only_that_line() -> None:
    text = ['{"a": 1}', '{"a": ', '{"a": 3,}', "[]", "5", "{}", '{"a": 7}x', "[" * 5000, '{"a": 8}']
    body, rejected, notes = table("\n".join(text).encode(), "")
    assert body == [["a"], ["1"], ["3"], ["8"]]
    assert rejected == [
        (2, "the line is not valid JSON", '{"a":'),
        (4, "it is no record", "5"),
        (5, "the record is empty", "{}"),
        (6, "the line is not valid JSON", '{"a": 7}x'),
        (7, "the line is nested too deeply", "[" * 2000),
    ]
    assert notes == (
        "the JSON has commas before closing brackets; it was read without them",
        "1 lines hold no records at the top",
    )


@pytest.mark.parametrize("first", ['{"a": ', "\x00", "\xff\xfe", "x" * 3000])
def test_the_first_line_may_be_the_broken_one(first: str) -> None:
    data = first.encode("latin-1") + b'\n{"a": 2}\n{"a": 3}\n'
    body, rejected, _ = table(data, "")
    assert body == [["a"], ["2"], ["3"]]
    assert [(number, reason) for number, reason, _ in rejected] == [
        (1, "the line is not valid JSON")
    ]
    assert len(rejected[0][2]) <= 2000


def test_lines_without_records_at_the_path_are_counted() -> None:
    data = b'{"l": [{"u": 1}]}\n{"l": null}\n{"error": "quota"}\n'
    assert table(data, "l")[2] == ("2 lines hold no records at l",)


BROKEN = [  # a document, what is said of it
    ('[\n{"a": 1},\n{"a" 2},\n{"a": 3}]', "not valid JSON (record 2)"),
    ('[\n{"a": 1},\n{"a": 2}', "ends too early (record 3)"),
    ('[\n{"a": 1},\n{"a": "', "ends too early (record 2)"),
    ('[\n{"a": 1},\n{"a": 2},', "ends too early (record 3)"),
    ('{"l":\n[{"a": 1}], "m" 5}', "not valid JSON (record 2)"),
    ('{"l":\n[{"a": 1}], 5: 5}', "not valid JSON (record 2)"),
    ('{"l":\n[{"a": 1}]', "ends too early (record 2)"),
    ('{"l":\n[{"a": 1}]}}', "not valid JSON (record 2)"),
    ('[\n{"a": 1},, {"a": 2}]', "not valid JSON (record 2)"),
    ('[\n{"a": 1}\n{"a": 2}\n,{"a": 3}]', "not valid JSON (record 2)"),
    ('[\n{"a": 1}, {"a": tru}]', "not valid JSON (record 2)"),
    ('[\n{"a": 1}, {"a": "\\x"}]', "not valid JSON (record 2)"),
    ("[\n" + "[" * 70 + '{"a": 1}' + "]" * 71, "nested too deeply (record 1)"),
    ('[\n{"a": 1}, {"a": ' + "[" * 50_000, "nested too deeply (record 2)"),
    ('{\n"o": ' + '{"o":' * 50_000, "nested too deeply (record 1)"),
]


@pytest.mark.parametrize(("text", "problem"), BROKEN)
def test_a_broken_document_names_the_record(text: str, problem: str) -> None:
    path = "l" if '"l"' in text else ""
    with pytest.raises(InputError, match=r"^x\.json: the JSON .* Download it again\.$") as caught:
        table(text.encode(), path)
    assert problem in caught.value.problem


@pytest.mark.parametrize(
    "text",
    [
        '[{"a": [1, 2,], "s": ",]"},\n{"a": {"b": 1,},},]',
        '{"l": [{"a": "1, 2", "s": ",]"}, {"a.b": 1 ,\n}\t,\n],}',
        '{"l":\n[{"a": "1, 2", "s": ",]"}, {"a": {"b": 1, }}, ], }',
    ],
)
def test_commas_before_closing_brackets_are_mended(text: str) -> None:
    body, rejected, notes = table(text.encode(), "l" if "l" in text else "")
    assert body == [["a", "s", "a.b"], ["1, 2", ",]", N], [N, N, "1"]]
    assert not rejected
    assert notes == ("the JSON has commas before closing brackets; it was read without them",)


EMPTY = [
    b"",
    b" \n",
    b"[]",
    b"{}",
    b"5",
    b'"x"',
    b"[1, 2]",
    b'["https://a.example/"]',
    b"[{}]",
    b"\xff",
]


@pytest.mark.parametrize("data", EMPTY)
def test_json_without_records(data: bytes) -> None:
    for call in (lists, rows):
        with pytest.raises(InputError, match=r"the JSON (holds no|is not valid)"):
            call(data)


def test_a_path_without_records() -> None:
    with pytest.raises(InputError, match=r"holds no records at m\. Export the links again\."):
        rows(b'{"l": [{"a": 1}]}', "m")


def test_what_reading_raises_goes_through() -> None:
    def parts() -> Iterator[bytes]:
        yield b'[{"a": 1},'
        raise InputError("x.gz", "the gzip file is damaged", "Download it again.")

    with pytest.raises(InputError, match="gzip file is damaged"):
        record_lists(lambda: Stream(parts()), "x")


def write(
    open_text: Callable[[], Stream], path: str = ""
) -> tuple[int, list[str], InputError | None]:
    """The size of the table, the reasons of rejects, and the error."""
    out, reasons = io.BytesIO(), []
    try:
        write_records(open_text, "x", path, out, lambda _, reason, __: reasons.append(reason))
    except InputError as error:
        return out.tell(), reasons, error
    return out.tell(), reasons, None


def test_a_long_line_is_rejected_and_not_held() -> None:
    def parts() -> Iterator[bytes]:
        return chain([b'{"a": 1}\n{"a": "'], repeat(b"x" * 65536, 400), [b'"}\n{"a": 3}\n'])

    _, reasons, error = write(lambda: Stream(parts()))
    assert (reasons, error) == (["the line is longer than 8 MB"], None)
    assert [(text[:8], size > 1 << 23) for text, size in lines(lambda: Stream(parts()))] == [
        ('{"a": 1}', False),
        ('{"a": "x', True),
        ('{"a": 3}', False),
    ]


LONG = [  # beginning, what goes on for 100 MB, path
    (b'[{"a": "', b"x", ""),
    (b'[{"a": "', rb"\\", ""),
    (b'[{"a": ', b"9", ""),
    (b'[{"a": [', b'{"a":1},', ""),
    (b'{"b": "', b"x", "a"),
    (b'{"b": ', b"9", "a"),
    (b'{"b": {"c": "', b"x", "a"),
    (b'{"', b"x", "a"),
]


@pytest.mark.parametrize(("begin", "filler", "path"), LONG)
def test_a_long_value_ends_the_reading_early(begin: bytes, filler: bytes, path: str) -> None:
    given_bytes = 0

    def parts() -> Iterator[bytes]:
        nonlocal given_bytes
        yield begin
        for _ in range(1600):
            yield filler * (65536 // len(filler))
            given_bytes += 65536

    _, _, error = write(lambda: Stream(parts()), path)
    assert error is not None
    assert error.problem == "the JSON has a value of more than 8 MB (record 1)"
    assert given_bytes < 30 << 20  # 8 to see that it is no line, then 16


def test_a_long_document_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MAX_DOCUMENT_BYTES", 1 << 20)
    parts = [b"[\n", b'{"a": 1},' * 120_000, b"{}]"]
    _, _, error = write(lambda: Stream(iter(parts)))
    assert error is not None
    assert error.hint == "Save it as JSON Lines."


def test_columns_are_bounded() -> None:
    data = json.dumps([{f"k{i}_{j}": j for j in range(400)} for i in range(3)]).encode()
    (header, *body), _, notes = table(data, "")
    assert len(header) == 500
    assert {len(row) for row in body} == {500}
    assert notes == ("the records have more than 500 keys; the others were left out",)
    data = json.dumps([{f"k{j}": j for j in range(600)}]).encode()
    (header, _), _, notes = table(data, "")
    assert (len(header), len(notes)) == (500, 1)


def test_a_table_may_not_outgrow_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "SAFE_TABLE_BYTES", 3_000_000)
    text = b"".join(b'{"k%d": 1}\n' % (i % 400) for i in range(2000))
    size, _, error = write(lambda: Stream(iter([text])))
    assert error is not None
    assert "more than 20 times as large" in error.problem
    assert size < 5_000_000
    assert write(lambda: Stream(iter([text[:9000]])))[2] is None  # small ones may grow


MEMORY = """
import io, resource
from itertools import chain, repeat
from spamlinks.exports.containers.records import write_records

class Stream(io.RawIOBase):
    def __init__(self, parts):
        self.parts = parts
    def read(self, size=-1):
        return next(self.parts, b"")

record = b'{"url_from": "https://a.example/x", "url_to": "https://b.example/", "rank": 12},'
used = []
for make in (
    lambda: iter([b"[\\n" + record + b'{"rank": 1}]']),
    lambda: chain([b"[\\n"], repeat(record * 1000, 100), [b'{"rank": 1}]']),
    lambda: chain([b'[{"a": 1},\\n{"a": ['], repeat(b"{}," * 1000, 2780), [b"{}]}]"]),
):
    with open("/dev/null", "wb") as out:
        write_records(lambda: Stream(make()), "x", "", out, lambda *_: None)
    used.append(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10))
with open(1, "w") as out:
    out.write(" ".join(used))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is reported otherwise elsewhere")
def test_memory_is_bounded() -> None:
    run = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, check=True, text=True)
    small, long, worst = map(int, run.stdout.split())
    assert long - small < 20  # MB, for 8 MB in 100,000 records
    assert worst - small < 260  # for 8 MB in one


# A text cut into chunks anywhere is the same text.
@given(st.text(st.sampled_from('{}[]":,\\ 1ean'), max_size=40), st.integers(1, 7))
@example('[1, 23, "a\\\\", {"b": [true, 4.5e6]}]', 1)
def test_chunks_do_not_matter(text: str, size: int) -> None:
    def read(cut: int) -> object:
        data = text.encode()
        reader = JsonText(Stream(iter([data[i : i + cut] for i in range(0, len(data), cut)])))
        try:
            return reader.value(), reader.peek()
        except BrokenJsonError:
            return None

    assert read(size) == read(100)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json_values, st.sampled_from([None, 1]))
def test_values_end_where_they_end(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    assert end_of_value(text + " ", 0) == len(text)
    assert decode(text)[1] is False
    assert decode(text) == decode(text.replace("\n", "\r\n") if indent else f" {text} ")


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
flat_records = st.lists(
    st.dictionaries(st.text(min_size=1, max_size=5), scalars, min_size=1, max_size=5),
    min_size=1,
    max_size=8,
)


@given(flat_records, st.booleans())
def test_the_forms_agree(records: list[dict[str, Any]], ascii_only: bool) -> None:
    def dump(value: Any, indent: int | None = None) -> bytes:
        return json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "replace")

    expected = table(dump(records), "")
    assert len(expected[0]) == len(records) + 1
    assert {len(row) for row in expected[0]} == {len(expected[0][0])}
    for data, path in (
        (dump(records, indent=1), ""),
        (b"\n".join(map(dump, records)), ""),
        (dump({"backlinks": records}), "backlinks"),
        (dump({"backlinks": records}, indent=1), "backlinks"),
        (b"\n".join(dump({"a": [{"b": [record]}]}) for record in records), "a.b"),
    ):
        assert table(data, path) == expected
        assert any(found.path == path for found in lists(data))


noise = st.binary(max_size=60) | st.text(st.sampled_from('{}[]":,\\ \n1a\ud800'), max_size=60).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)
damaged = st.builds(
    lambda value, at, what: (data := json.dumps(value).encode())[:at] + what + data[at + 1 :],
    json_values,
    st.integers(0, 200),
    noise | st.just(b""),
)


@given(noise | damaged, st.sampled_from(["", "a", "a.b", WAT]))
@example(b"WARC/1.0\n{", WAT)
@example(b"[" * 5000, "")
@example(b'{"a":' * 5000, "a")
def test_only_input_errors_whatever_the_bytes(data: bytes, path: str) -> None:
    looks_like_json(data.decode("utf-8", "replace"))
    is_lines(data.decode("utf-8", "replace"))
    try:
        found = lists(data)
    except InputError:
        found = []
    for name in (path, *(entry.path for entry in found)):
        try:
            body, rejected, _ = table(data, name)
        except InputError:
            continue
        assert {len(row) for row in body} == {len(body[0])}
        assert [number for number, _, _ in rejected] == sorted({n for n, _, _ in rejected})
        assert all(len(text) <= 2000 for _, _, text in rejected)
