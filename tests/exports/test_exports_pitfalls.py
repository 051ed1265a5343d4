"""The 42 pitfalls of link exports, each with a naive reader that falls into it.

``pitfall_files`` has the files that show one by themselves; the others are shown here, where they
live: in archives, folders, merging, verdicts. ``test_naive_readers_read_a_clean_file`` says that
the naive readers fail because of the pitfall.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import naive
import pandas as pd
import polars as pl
import pytest
from naive import by_csv, by_excel, by_json, by_lines, by_pandas, by_pandas_skipping, by_position
from pitfall_files import AHREFS, CASES, DAY, GSC, PAGE, SEMRUSH, TARGET, semrush, text, workbook

from spamlinks.disavow import DisavowFile
from spamlinks.errors import InputError, RefusedExport
from spamlinks.exports import merge, read_export, take_in
from spamlinks.pipeline import Settings, audit
from spamlinks.schema import FIELDS
from spamlinks.tables import csv_bytes
from spamlinks.urls import linking_domain


@pytest.mark.parametrize(
    ("reader", "name", "data", "expected"),
    [case[2:] for case in CASES],
    ids=[f"{number} {subject}" for number, subject, *_ in CASES],
)
def test_pitfall(tmp_path, reader, name, data, expected):
    path = tmp_path / name
    path.write_bytes(data)
    reading = read_export(path)
    assert {field: reading.backlinks[field].to_list() for field in expected} == expected
    assert reading.records == reading.backlinks.height + reading.rejected.height
    found = naive.answer(lambda: reader(path))
    assert isinstance(found, Exception) or {n: found.get(n) for n in expected} != expected


@pytest.mark.parametrize("reader", [by_pandas, by_pandas_skipping, by_csv, by_lines, by_position])
def test_naive_readers_read_a_clean_file(tmp_path, reader):
    path = tmp_path / "x.csv"
    path.write_bytes(semrush(f"{PAGE},{TARGET},tools,6,2024-11-02"))
    links = reader(path)
    expected = {"referring_page": [PAGE], "target_url": [TARGET], "anchor_text": ["tools"]}
    if reader is not by_position:
        expected |= {"semrush_page_authority_score": [6], "first_seen": [DAY]}
    assert links == expected


def test_naive_readers_read_clean_workbooks_and_json(tmp_path):
    sheet, records = tmp_path / "x.xlsx", tmp_path / "x.json"
    sheet.write_bytes(workbook(AHREFS, [PAGE, TARGET, "tools", True, datetime(2024, 11, 2)]))
    expected = {"referring_page": [PAGE], "target_url": [TARGET], "anchor_text": ["tools"],
                "rel_nofollow": [True], "first_seen": [DAY]}  # fmt: skip
    assert by_excel(sheet) == expected
    row = dict(zip(AHREFS, [PAGE, TARGET, "tools", True, "2024-11-02"], strict=True))
    records.write_text(json.dumps([row]))
    assert by_json(records) == expected


def pages(found: Any) -> list[str]:
    """Referring pages of readings, or of what a naive reader found."""
    if isinstance(found, dict):
        return found["referring_page"]
    return [page for r in found.readings for page in r.backlinks["referring_page"].to_list()]


def test_pitfall_04_a_gzip_bomb(tmp_path):
    path = tmp_path / "x.csv.gz"
    with gzip.open(path, "wb", compresslevel=6) as file:
        file.write(GSC.encode())
        for _ in range(80):
            file.write(f"{PAGE},2024-11-02\n".encode() * (1 << 15))
    with pytest.raises(InputError, match="inflates to more than 64 MB"):
        read_export(path)
    with gzip.open(path) as file:  # what read_csv does first
        assert len(file.read()) > 64 << 20


def test_pitfall_05_an_archive_of_several_tables(tmp_path):
    path = tmp_path / "shop.example-Performance.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("__MACOSX/._Table.csv", b"\x00\x05\x16\x07")
        archive.writestr("Table.csv", text("Linking page,Last crawled", f"{PAGE},2024-11-02"))
        archive.writestr("Tableau.csv", text("Site,Linking pages", "a.example,3"))
        archive.writestr("text.csv", text("Rank,Link text", "1,tools"))
    intake = take_in([path])
    assert [r.format.kind for r in intake.readings] == ["latest-links", "top-linking-sites"]
    assert pages(intake) == [PAGE, "a.example"]
    assert [error.source for error in intake.refused] == [f"{path.name} > text.csv"]
    assert isinstance(naive.answer(lambda: by_pandas(path)), ValueError)


def test_pitfall_06_cells_that_excel_has_cut(tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(workbook(["Linking page", "Last crawled"], [PAGE + "x" * 32_746, DAY]))
    reading = read_export(path)
    assert any("cut at Excel's limit" in note for note in reading.notes)
    assert by_excel(path)["referring_page"] == reading.backlinks["referring_page"].to_list()


def test_pitfall_09_what_is_left_out_has_number_and_reason(tmp_path):
    path = tmp_path / "x.csv"
    rows = [f"{PAGE},{TARGET},a,6,2024-11-02", f"{PAGE},{TARGET}", f"{PAGE},{TARGET},c,6,7,8"]
    path.write_bytes(semrush(*rows))
    rejected = read_export(path).rejected.select("record", "reason").rows()
    assert rejected == [
        (2, "the record has 2 cells, the header 5"),
        (3, "the record has 6 cells, the header 5"),
    ]
    # One record is filled up, the other is gone.
    assert by_pandas_skipping(path)["anchor_text"] == ["a", None]


def test_pitfall_15_headers_that_are_names_of_sites(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(text("Domain,Domain rating,Intersect,rival.example/", "a.example,3,1,2"))
    with pytest.raises(RefusedExport, match="it compares competitors"):
        read_export(path)
    assert by_pandas(path)["referring_page"] == ["a.example"]  # taken for a link


def test_pitfall_17_a_new_column_is_named(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(text("Mood," + SEMRUSH.strip(), f"good,{PAGE},{TARGET},x,6,2024-11-02"))
    assert "columns that are not known and not read: Mood" in read_export(path).notes
    assert by_position(path)["referring_page"] == ["good"]


def test_pitfall_19_the_same_header_over_the_users_own_pages(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(text("Linking page", *(f"https://www.shop.example/{n}" for n in range(5))))
    with pytest.raises(RefusedExport, match="it lists internal links"):
        merge(take_in([path]).readings, "shop.example")
    assert len(by_pandas(path)["referring_page"]) == 5  # five backlinks, it seems


FORMULA = '=HYPERLINK("http://spam.example/x","Click")'


def test_pitfall_29_formulas_and_lines_that_are_smuggled_in(tmp_path):
    path = tmp_path / "x.csv"
    formula = FORMULA.replace('"', '""')
    bad = '"https://bad.example/\ndomain:honest.example"'
    path.write_bytes(
        semrush(f'{PAGE},{TARGET},"{formula}",6,2024-11-02', f"{bad},{TARGET},x,6,2024-11-02")
    )
    reading = read_export(path)
    assert reading.backlinks["anchor_text"].to_list() == [FORMULA]
    assert reading.rejected["reason"].to_list() == ["control character in the URL"]
    safe = pl.read_csv(csv_bytes(reading.backlinks), infer_schema=False)
    assert safe["anchor_text"].to_list() == ["'" + FORMULA]
    frame = pd.DataFrame(by_pandas(path))
    assert "domain:honest.example" in "\n".join(frame["referring_page"]).splitlines()
    assert FORMULA in pd.read_csv(io.StringIO(frame.to_csv()))["anchor_text"].to_list()


URLS = [  # as exported, the domain people decide about or the reason against it
    ("www.partner.example.com/links", "example.com"),
    ("https://bücher.example/★?a=ü", "xn--bcher-kva.example"),
    ("HTTPS://WWW.Upper.Example./Path", "upper.example"),
    ("https://user@a.example:8080/x@y, z", "a.example"),
    ("http://10.0.0.7/x", "10.0.0.7"),
    ("https://a.example/?gclid=1&utm_source=mail#p431", "a.example"),
    ("javascript:alert(1)", "not an http(s) URL"),
    ("mailto:me@a.example", "not an http(s) URL"),
    ("https://a.example/" + "x" * 9_000, "a.example"),
]


def test_pitfall_31_urls(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(text("Linking page,Last crawled", *(f'"{url}",2024-11-02' for url, _ in URLS)))
    reading = read_export(path)
    good = [(url, domain) for url, domain in URLS if not domain.startswith("not")]
    kept = reading.backlinks["referring_page"].to_list()
    assert [(url, linking_domain(url)) for url in kept] == good
    reasons = reading.rejected["reason"].to_list()
    assert reasons == [reason for _, reason in URLS if reason.startswith("not")]
    hosts = [urlsplit(url).netloc.removeprefix("www.") for url in by_pandas(path)["referring_page"]]
    assert [host for host, (_, domain) in zip(hosts, URLS, strict=True) if host == domain] == [
        "10.0.0.7", "a.example", "a.example",
    ]  # fmt: skip


def test_pitfall_31_twins_and_tracking_are_one_link(tmp_path):
    path = tmp_path / "x.csv"
    twins = [f"{PAGE}#p431", f"{PAGE}/", PAGE]
    path.write_bytes(semrush(*(f"{twin},{TARGET}?utm_source=x,x,6,2024-11-02" for twin in twins)))
    assert merge([read_export(path)], None).backlinks.height == 1
    assert len(set(by_pandas(path)["referring_page"])) == 3


HOSTS = [  # as exported, what a disavow entry would name
    ("https://ref.example", "ref.example"),
    ("me.blogspot.com", "me.blogspot.com"),
    ("a1.farm.co.uk", "farm.co.uk"),
    ("a2.farm.co.uk", "farm.co.uk"),
    ("user.github.io", "user.github.io"),
]


def test_pitfall_32_domains(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(text("Domain,Backlinks Count", *(f"{host},3" for host, _ in HOSTS)))
    reading = read_export(path)
    found = [linking_domain(page) for page in reading.backlinks["referring_page"].to_list()]
    assert found == [domain for _, domain in HOSTS]
    last_two = [".".join(host.split(".")[-2:]) for host in by_pandas(path)["referring_page"]]
    assert last_two == ["https://ref.example", "blogspot.com", "co.uk", "co.uk", "github.io"]


LOST = ("Referring page URL,Target URL,Anchor,Links in group,First seen,Last seen,Lost",
        '{page},{target},casino,"263,010",2024-11-02,2025-01-01,',
        "https://gone.example/1,{target},casino,1,2024-11-02,2025-01-01,2025-02-01",
        "https://gone.example/2,{target},casino,1,2024-11-02,2025-01-01,2025-02-01",
        "https://staging.shop.example/,{target},x,1,2024-11-02,2025-01-01,",
        "https://www.shop.example/blog,{target},x,1,2024-11-02,2025-01-01,")  # fmt: skip


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    path = tmp_path_factory.mktemp("judged") / "x.csv"
    path.write_bytes(text(*(line.format(page=PAGE, target=TARGET) for line in LOST)))
    return audit([path], Settings(site="shop.example")), by_pandas(path)


def by_domain(judged: Any, column: str) -> dict[str, Any]:
    return dict(judged[0].domains.select("linking_domain", column).rows())


def test_pitfall_33_rows_that_stand_for_many_links(judged):
    assert by_domain(judged, "links") == {"blog.example": 263_010, "gone.example": 2}
    hosts = pd.Series([urlsplit(page).netloc for page in judged[1]["referring_page"]])
    assert hosts.value_counts()["blog.example"] == 1


def test_pitfall_34_links_that_are_gone(judged):
    assert by_domain(judged, "verdict")["gone.example"] == "KEEP"
    assert by_domain(judged, "reason")["gone.example"] in ("LINKS_GONE", "SCORE_LOW")
    assert judged[0].links["lost_at"].null_count() == 1
    live = [page for page in judged[1]["referring_page"] if "gone.example" in page]
    assert len(live) == 2  # nothing says to a count of rows that they are gone


def test_pitfall_35_the_users_own_pages(judged):
    assert judged[0].run["totals"]["own_site"] == 2
    assert set(by_domain(judged, "unit")) == {"blog.example", "gone.example"}
    assert sum("shop.example" in page for page in judged[1]["referring_page"]) == 2


@pytest.mark.parametrize(
    "records", [1000, 1_048_575], ids=["36 round counts", "38 the rows of Excel"]
)
def test_pitfalls_36_and_38_exports_that_were_cut(tmp_path, records):
    cut, whole = tmp_path / "cut.csv", tmp_path / "whole.csv"
    cut.write_bytes(GSC.encode() + f"{PAGE},2024-11-02\n".encode() * records)
    whole.write_bytes(GSC.encode() + f"{PAGE},2024-11-02\n".encode() * 999)
    noted = [
        [note for note in read_export(path, digest=False).notes if "may be cut off" in note]
        for path in (cut, whole)
    ]
    assert noted == [[f"exactly {records:,} records: the export may be cut off at a limit"], []]
    # To a naive reader the one is as whole as the other.
    assert list(pd.read_csv(cut, nrows=9)) == list(pd.read_csv(whole, nrows=9))


def test_pitfall_37_a_header_and_nothing_else(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(SEMRUSH.encode())
    reading = read_export(path)
    assert reading.records == 0
    assert "the export holds a header and no records" in reading.notes
    assert all(reading.backlinks.schema[n] == FIELDS[n].dtype for n in reading.backlinks.columns)
    assert merge([reading], None).total.links == 0
    # To pandas every column is text, and the commonest target a look behind the end.
    assert isinstance(naive.answer(lambda: by_pandas(path)["target_url"][0]), IndexError)
    assert pd.read_csv(path)["Page ascore"].dtype != float


def test_pitfall_39_one_folder_of_everything(tmp_path):
    first = text("Linking page,Last crawled", f"{PAGE},2024-11-02")
    (tmp_path / "links.csv").write_bytes(first)
    (tmp_path / "links (1).csv").write_bytes(first)
    (tmp_path / "semrush.csv").write_bytes(semrush(f"{PAGE},{TARGET},x,6,2024-11-02"))
    intake = take_in([tmp_path])
    assert intake.copies == [("links (1).csv", "links.csv")]
    merged = merge(intake.readings, "shop.example")
    assert merged.backlinks.select("referring_page", "seen_by").rows() == [(PAGE, "gsc+semrush")]
    joined = pd.concat(pd.DataFrame(by_pandas(path)) for path in sorted(tmp_path.iterdir()))
    assert joined.drop_duplicates().shape[0] == 2  # one link counts as two


def test_pitfall_40_the_live_disavow_file_among_the_exports(tmp_path):
    live = text("# sent in May", "domain:bad.example", "https://b.example/x")
    (tmp_path / "disavow.txt").write_bytes(live)
    (tmp_path / "links.csv").write_bytes(text("Linking page", PAGE))
    intake = take_in([tmp_path])
    assert [part.text_bytes() for part in intake.disavow] == [live]
    assert pages(intake) == [PAGE]
    assert DisavowFile.parse(intake.disavow[0].text_bytes(), "x").render() == live
    rows = pd.concat(pd.read_csv(path, header=None) for path in tmp_path.iterdir())[0].to_list()
    assert "domain:bad.example" in rows  # a link like all others


def test_pitfall_42_the_order_of_the_rows(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(
        semrush(f"{PAGE}/2,{TARGET},new,6,2024-11-02", "", f"{PAGE},too,many,6,2024-11-02,x",
                f"{PAGE}/1,{TARGET},old,6,2024-11-02", f"{PAGE}/2,{TARGET},new,6,2024-11-02")
    )  # fmt: skip
    merged = merge([read_export(path)], None).backlinks
    assert merged.select("anchor_text", "export_row").rows() == [("new", 1), ("old", 3)]
    frame = pd.DataFrame(by_pandas_skipping(path)).drop_duplicates()
    assert dict(zip(frame["anchor_text"], frame.index + 1, strict=True)) == {"new": 1, "old": 2}


def test_all_pitfalls_are_covered():
    numbers = {case[0] for case in CASES}
    for name in globals():
        if name.startswith("test_pitfall"):
            numbers |= {int(n) for n in re.findall(r"_(\d\d)(?=_)", name)}
    assert numbers == set(range(1, 43))
