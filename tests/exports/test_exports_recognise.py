"""Recognition by content: dialects, damage, hostile and foreign files."""

from __future__ import annotations

import gzip
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.errors import InputError, SpamlinksError
from spamlinks.exports import catalogue, read_export, recognise
from spamlinks.exports.catalog import normalise_header
from spamlinks.exports.containers import container
from spamlinks.exports.names import date_from_name, property_from_name

SEMRUSH = "Page ascore,Source title,Source url,Target url,Anchor,Nofollow"
ROW = "6,A title,https://a.example/x,https://shop.example/,tools,false"


def write(tmp_path: Path, data: bytes | str, name: str = "export.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


DIALECTS = [  # bytes, encoding found, delimiter found, why
    (f"{SEMRUSH}\n{ROW}\n".encode(), "utf-8", ",", "plain"),
    (f"\ufeff{SEMRUSH}\n{ROW}".encode(), "utf-8", ",", "byte order mark, no final newline"),
    (f"{SEMRUSH}\r\n{ROW}\r\n".encode("utf-16"), "utf-16", ",", "UTF-16 with mark"),
    (f"{SEMRUSH}\n{ROW}\n".encode("utf-16-le"), "utf-16-le", ",", "UTF-16 without mark"),
    (f"{SEMRUSH}\n{ROW}\n".encode("utf-16-be"), "utf-16-be", ",", "big endian without mark"),
    (f"\ufeff{SEMRUSH}\n{ROW}\n".encode("utf-16-be"), "utf-16", ",", "big endian"),
    (f"{SEMRUSH}\n{ROW}\n".encode("utf-32"), "utf-32", ",", "UTF-32"),
    (f"{SEMRUSH}\r{ROW}\r".encode(), "utf-8", ",", "line ends of old Macs"),
    (f"{SEMRUSH}\n{ROW}\n".replace(",", ";").encode(), "utf-8", ";", "European Excel"),
    (f"{SEMRUSH}\n{ROW}\n".replace(",", "|").encode(), "utf-8", "|", "pipes"),
    (f"{SEMRUSH}\n{ROW}\n".replace(",", "\t").encode(), "utf-8", "\t", "tabs"),
    (f"sep=,\n{SEMRUSH}\n{ROW}\n".encode(), "utf-8", ",", "Excel's separator line"),
    (f"Backlinks\nfor shop.example\n\n{SEMRUSH}\n{ROW}\n".encode(), "utf-8", ",", "preamble"),
    (f"{SEMRUSH}\n{ROW.replace('tools', 'café')}\n".encode("cp1252"), "cp1252", ",", "cp1252"),
    (f"{SEMRUSH}\n{ROW}\n".upper().encode(), "utf-8", ",", "case is folded"),
    (f"Extra,{SEMRUSH}\nq,{ROW}\n".encode(), "utf-8", ",", "a column nobody has seen"),
]


@pytest.mark.parametrize(("data", "encoding", "delimiter", "_why"), DIALECTS)
def test_dialects(tmp_path, data, encoding, delimiter, _why):
    path = write(tmp_path, data)
    found = recognise(path)
    assert (found.source.encoding, found.delimiter) == (encoding, delimiter)
    assert (found.format.vendor, found.format.kind) == ("semrush", "backlinks")
    reading = read_export(path)
    assert reading.records == 1
    assert reading.backlinks["referring_page"].str.to_lowercase().to_list() == [
        "https://a.example/x"
    ]
    assert reading.backlinks["rel_nofollow"].to_list() == [False]


BROKEN = [  # bytes, name, words of the message, why
    (b"", "x.csv", "the file is empty", "nothing in it"),
    (b"\xef\xbb\xbf \r\n", "x.csv", "the file is empty", "blank lines only"),
    (b"\x89PNG\r\n\x1a\n" + bytes(100), "x.csv", "it is an image", "an image"),
    (b"PAR1" + bytes(99), "links.parquet", "a Parquet file", ""),
    (b"\xd0\xcf\x11\xe0" + bytes(99), "x.xls", "old Excel", ""),
    (b"PK\x03\x04" + bytes(99), "x.csv", "the zip archive is damaged", "by content"),
    (b"\x7fELF" + bytes(range(256)) * 3, "x.csv", "not a text file", "a program"),
    (bytes(range(1, 32)) * 9, "x.csv", "not a text file", "control characters"),
    (b"<!DOCTYPE html><html>", "x.csv", "web page", "an error page saved as CSV"),
    (b'[{"url_from": "x"}]', "x.csv", "without its", "JSON of too few keys"),
    (b'{"spamlinks_mapping": 1}', "x.json", "--mapping", "what `formats --save` wrote"),
    (b"a,b,c\n1,2,3\n", "x.csv", "found: a, b, c", "foreign columns are named"),
    (b"Source url,Comment\nx,y\n", "x.csv", "Nearest is semrush", "nearest format"),
    ("Ссылка,Дата\nпривет,мир\n".encode("cp1251"), "x.csv", "neither UTF-8", "Cyrillic page"),
    (gzip.compress(b"Linking page\nhttps://a.example/\n")[:-9], "x.csv.gz", "too early", "cut"),
    (b"\x1f\x8bgarbage-after-the-magic-bytes", "x.gz", "gzip file is damaged", ""),
    (gzip.compress(gzip.compress(b"Linking page\nhttps://a.example/")), "x.gz", "gzip file inside",
     "gzip in gzip"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "name", "words", "_why"), BROKEN)
def test_broken_files_say_what_to_do(tmp_path, data, name, words, _why):
    with pytest.raises(InputError) as caught:
        read_export(write(tmp_path, data, name))
    message = str(caught.value)
    assert message.startswith(f"{name}: ")
    assert words in message
    assert "\n" not in message
    assert caught.value.hint


def test_paths_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        recognise(tmp_path / "gone.csv")
    with pytest.raises(InputError, match="it is a folder"):
        recognise(tmp_path)
    with pytest.raises(InputError, match=r"cannot be opened|no such file"):
        recognise(tmp_path / ("x" * 5000))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a regular file"):
        recognise(tmp_path / "pipe")


def test_gzip_that_ends_too_early_beyond_the_head(tmp_path):
    rows = "".join(f"https://a{i * 7919 % 99991}.example/{i}\n" for i in range(200_000))
    packed = gzip.compress(f"Linking page\n{rows}".encode())
    with pytest.raises(InputError, match="ends too early"):
        read_export(write(tmp_path, packed[: len(packed) // 2], "x.csv.gz"))


def test_permission_denied(tmp_path):
    path = write(tmp_path, SEMRUSH)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(InputError, match="may not be read"):
        recognise(path)


def test_gzip_bomb_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(container, "SAFE_INFLATED_BYTES", 1 << 20)
    rows = b"Linking page\n" + b"https://a.example/\n" * 2_000_000
    with pytest.raises(InputError, match="inflates to more than"):
        read_export(write(tmp_path, gzip.compress(rows), "x.csv.gz"))


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Страница,Дата", "https://a.example/x,2026-10-04"),
        ("pagina,gezien", "https://a.example/x,2026-10-04"),
    ],
)
def test_unknown_language_is_recognised_by_content(tmp_path, header, row):
    reading = read_export(write(tmp_path, f"{header}\n{row}\n"))
    assert (reading.format.kind, reading.backlinks.height) == ("latest-links", 1)
    assert str(reading.backlinks["last_crawled"][0]) == "2026-10-04"
    assert any("recognised by what the cells look like" in note for note in reading.notes)


def test_unknown_language_sites_table(tmp_path):
    reading = read_export(write(tmp_path, "Сайт,Страницы,Цели\nspam.example,12,3\n"))
    assert reading.backlinks.select("referring_page", "links_from_domain", "grain").rows() == [
        ("spam.example", 12, "domain")
    ]


DISAVOW = [  # text, name, why
    ("domain:spam.example\n", "x.txt", "the plainest"),
    ("# mine\nhttps://a.example/\nDOMAIN: spam.example\n", "x.csv", "case, space, comment"),
    ("# mine\nhttps://a.example/\n", "my-disavow.txt", "only URLs, but the name says it"),
]


@pytest.mark.parametrize(("text", "name", "_why"), DISAVOW)
def test_disavow_files_are_no_exports(tmp_path, text, name, _why):
    with pytest.raises(InputError, match="--disavow FILE"):
        read_export(write(tmp_path, text, name))


def test_own_results_are_refused(tmp_path):
    domains = "linking_domain,unit,verdict,reason,spam_score\nspam.example,x,DISAVOW,SCORE,0.9\n"
    with pytest.raises(InputError, match="result of spamlinks"):
        read_export(write(tmp_path, domains))
    decided = domains.replace("\n", ",decision,decided_by\n", 1).replace("0.9", "0.9,KEEP,Ann")
    with pytest.raises(InputError, match="result of spamlinks"):
        read_export(write(tmp_path, decided))
    for header in ("linking_domain,decision", "linking_domain,decision,decided_by,decided_on,more"):
        cells = "spam.example,KEEP" + "," * (header.count(",") - 1)
        with pytest.raises(InputError, match="with --decisions"):
            read_export(write(tmp_path, f"{header}\n{cells}\n"))


NAMES = [  # name, property, day
    ("https___www.shop.example.com_-Latest links-2026-10-05.csv", "www.shop.example.com",
     date(2026, 10, 5)),
    ("http___shop.example.com_-Latest links-2020-07-15 (1).csv", "shop.example.com",
     date(2020, 7, 15)),
    ("shop.example.com-Top linking sites-2026-10-05 - Table.csv", "shop.example.com",
     date(2026, 10, 5)),
    ("shop.example.com-backlinks-subdomains_2026-10-05_19-38-16.csv", "shop.example.com",
     date(2026, 10, 5)),
    ("semrush_shop.example.com-backlinks.csv", "shop.example.com", None),
    ("shop.example.com-backlinks_refdomains.csv", "shop.example.com", None),
    ("export-all_links-20260517082944.csv", None, date(2026, 5, 17)),
    ("backlink_audit_domains_27811604_2026-02-06.csv", None, date(2026, 2, 6)),
    ("links 2026-13-45.csv", None, None),
    ("links 2099-01-01.csv", None, None),  # the future is no export date
    ("my-backlinks.csv", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "site", "day"), NAMES)
def test_file_names(name, site, day):
    name = name.replace("example.com", "example-shop.com")
    site = site and site.replace("example.com", "example-shop.com")
    assert (property_from_name(name), date_from_name(name, date(2026, 11, 22))) == (site, day)


def test_catalogue_is_consistent():
    entries = catalogue()
    assert len({entry.name for entry in entries}) == len(entries)
    for entry in entries:
        if entry.grain == "mixed":  # an archive: what is in it is read
            continue
        readable = entry.grain in ("link", "domain")
        assert readable != bool(entry.refusal), entry.name
        assert bool(entry.refusal) == bool(entry.advice), entry.name
        headers = {header for column in entry.columns for header in column.headers}
        assert not headers & entry.unused, entry.name
        if readable:
            assert any(column.field == "referring_page" for column in entry.columns), entry.name


@given(st.text(max_size=40))
def test_normalise_header_is_idempotent(text):
    once = normalise_header(text)
    assert normalise_header(once) == once


def _read_or_refuse(path: Path) -> None:
    """Whatever the bytes: an account that adds up, or one line that says what to do."""
    try:
        reading = read_export(path)
    except SpamlinksError as error:
        message, hint = str(error), error.hint
    else:
        assert reading.records == reading.backlinks.height + reading.rejected.height
        return
    assert "\n" not in message
    assert hint


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_reading_or_our_error(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "export.csv"
    path.write_bytes(data)
    _read_or_refuse(path)


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([SEMRUSH.encode(), b"Linking page", b"\xff\xfe"]))
def test_any_bytes_below_a_header_are_accounted_for(tmp_path_factory, data, header):
    path = tmp_path_factory.mktemp("any") / "export.csv"
    path.write_bytes(header + b"\n" + data)
    _read_or_refuse(path)
