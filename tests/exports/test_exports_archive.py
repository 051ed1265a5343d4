"""Zip archives: which files are used, and that nothing in one can hurt the reader."""

from __future__ import annotations

import contextlib
import copy
import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.errors import InputError
from spamlinks.exports.containers import archive, zipfiles
from spamlinks.exports.containers.archive import members

TEXT = b"Linking page,Last crawled\nhttps://a.example/,2026-10-04\n"
ENCRYPTED = 0x1


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as packed:
        for name, data in files:
            packed.writestr(name, data)
    return buffer.getvalue()


def look(data: bytes, name: str = "links.zip"):
    return members(lambda: io.BytesIO(data), name)


def read(data: bytes) -> dict[str, bytes]:
    found, left_out = look(data)
    assert left_out == []
    contents = {}
    for member in found:
        with member.open() as stream:
            contents[member.name] = stream.read()
    return contents


def patched(data: bytes, central: int, local: int, value: int) -> bytes:
    """Change two bytes of every header, given where they are in each of the two kinds."""
    changed = bytearray(data)
    for magic, offset in ((b"PK\x01\x02", central), (b"PK\x03\x04", local)):
        at = data.find(magic)
        while at >= 0:
            struct.pack_into("<H", changed, at + offset, value)
            at = data.find(magic, at + 1)
    return bytes(changed)


def test_files_come_in_order_of_name_with_their_bytes():
    data = zipped(("b.csv", TEXT), ("a/z.csv", b""), ("a.csv", TEXT * 500))
    assert list(read(data).items()) == [
        ("a.csv", TEXT * 500),
        ("a/z.csv", b""),
        ("b.csv", TEXT),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "links/",  # a folder
        "__MACOSX/._Latest links.csv",
        "links/__MACOSX/Latest links.csv",
        "._Latest links.csv",
        "links/._Latest links.csv",
        ".DS_Store",
        "links/Thumbs.db",
        "links/DESKTOP.INI",
    ],
)
def test_what_systems_leave_behind_is_not_mentioned(name):
    assert read(zipped((name, b""), ("Latest links.csv", TEXT))) == {"Latest links.csv": TEXT}


def test_only_exact_names_are_passed_over():
    names = ["my.DS_Store", "_.csv", "MACOSX/a.csv", "a._b.csv", "desktop.ini.csv"]
    assert sorted(read(zipped(*((name, TEXT) for name in names)))) == sorted(names)


NAMES = [  # as stored, flags, as shown
    ("Liens récents.csv".encode(), 0x800, "Liens récents.csv"),
    ("Liens récents.csv".encode(), 0, "Liens récents.csv"),  # macOS does not say it is UTF-8
    ("Liens récents.csv".encode("cp437"), 0, "Liens récents.csv"),  # Windows
    (b"a\\b.csv", 0, "a/b.csv"),  # old Windows programs
    (b"a\x1b[31m\r\n.csv", 0, "a?[31m??.csv"),
    ("a\u202evsc.exe".encode(), 0x800, "a?vsc.exe"),  # would be shown as aexe.csv
    (b"../../etc/cron.d/x", 0, "../../etc/cron.d/x"),  # only shown; nothing is written
    (b"x" * 5000 + b".csv", 0, "x" * 496 + ".csv"),
]


@pytest.mark.parametrize(("stored", "flags", "shown"), NAMES)
def test_names_are_shown_safely(stored, flags, shown):
    placeholder = "N" * len(stored)
    data = patched(zipped((placeholder, TEXT)), 8, 6, flags)
    data = data.replace(placeholder.encode(), stored)
    assert read(data) == {shown: TEXT}


def test_a_stream_is_fresh_each_time_and_closes_the_archive():
    opened = []

    def open_archive():
        opened.append(io.BytesIO(zipped(("a.csv", TEXT * 9))))
        return opened[-1]

    (member,), _ = members(open_archive, "links.zip")
    assert 0 < member.packed_bytes < len(TEXT * 9)
    for _ in range(2):
        with member.open() as stream:
            assert stream.read(10) == TEXT[:10]
            assert stream.read() == (TEXT * 9)[10:]
            assert stream.read(1) == b""
    assert len(opened) > 2
    assert all(stream.closed for stream in opened)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("size", [1, 7, 1 << 16, 1 << 20, 1 << 24])
def test_any_size_of_piece_gives_the_same(method, size):
    content = bytes(i * i % 251 for i in range(3000)) * (1 if size < 10 else 400)
    (member,), _ = look(zipped(("a.csv", content), method=method))
    with member.open() as stream:
        assert b"".join(iter(lambda: stream.read(size), b"")) == content


WORKBOOK = zipped(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>"))
OTHER_WORKBOOK = zipped(("docProps/app.xml", b"<x/>"), ("xl/workbook.xml", b"<workbook/>"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("links.xlsx", WORKBOOK),
        ("links.XLSM", zipped(("a", b""))),  # its reader finds out
        ("links", WORKBOOK),
        ("links.dat", OTHER_WORKBOOK),
        ("links.csv.gz", b"\x1f\x8b\x08\x00"),
        ("links.zip", TEXT),  # content decides
    ],
)
def test_workbooks_inside_are_members(name, content):
    assert read(zipped((name, content), method=zipfile.ZIP_STORED)) == {name: content}


def with_link() -> bytes:
    info = zipfile.ZipInfo("a.csv")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr(info, "/etc/hostname")
    return buffer.getvalue()


LEFT_OUT = [
    (patched(zipped(("a.csv", TEXT)), 8, 6, ENCRYPTED), "it is encrypted"),
    (zipped(("a.csv", TEXT), method=zipfile.ZIP_BZIP2),
     "it is packed in a way that is not read (bzip2)"),
    (zipped(("a.csv", TEXT), method=zipfile.ZIP_LZMA),
     "it is packed in a way that is not read (lzma)"),
    (patched(zipped(("a.csv", TEXT)), 10, 8, 77),
     "it is packed in a way that is not read (method 77)"),
    (patched(patched(zipped(("a.csv", TEXT)), 10, 8, 99), 8, 6, ENCRYPTED), "it is encrypted"),
    (zipped(("a.csv", zipped(("b.csv", TEXT)))), "it is an archive inside an archive"),
    (zipped(("a.csv", zipped())), "it is an archive inside an archive"),
    (with_link(), "it is a link to another file"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "reason"), LEFT_OUT)
def test_left_out_with_a_reason(data, reason):
    assert look(data) == ([], [("a.csv", reason)])


def test_members_beyond_the_limit_are_left_out(monkeypatch):
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    found, left_out = look(zipped(*((f"{i}.csv", TEXT) for i in "4213"), (".DS_Store", b"")))
    assert [member.name for member in found] == ["1.csv", "2.csv"]
    reason = "only the first 2 files of an archive are read"
    assert left_out == [("3.csv", reason), ("4.csv", reason)]


def test_an_empty_archive_has_no_files():
    assert look(zipped()) == ([], [])


def drain(data: bytes) -> None:
    for member in look(data)[0]:
        with member.open() as stream:
            while stream.read(1 << 20):
                pass


def refused(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        drain(data)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_bomb_is_stopped():
    buffer = io.BytesIO()
    packed = zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED)
    with packed, packed.open("bomb.csv", "w") as stream:
        for _ in range(70):
            stream.write(bytes(1 << 20))
    message = "links.zip > bomb.csv: it inflates to more than 64 MB. If that is really an export"
    assert message in refused(buffer.getvalue())
    # A declared size is not believed.
    small = bytearray(buffer.getvalue())
    struct.pack_into("<I", small, small.rfind(b"PK\x01\x02") + 24, 10)
    assert message in refused(bytes(small))


def test_members_share_one_bound(monkeypatch):
    monkeypatch.setattr(zipfiles, "SAFE_INFLATED_BYTES", 3 << 20)
    data = zipped(*((f"{i}.csv", bytes(1 << 20)) for i in range(5)))
    assert refused(data).startswith("links.zip: it inflates to more than 3 MB.")
    found, _ = look(data)
    for _ in range(9):  # one file may be read as often as one likes
        with found[0].open() as stream:
            assert len(stream.read()) == 1 << 20


def test_overlapping_members_are_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", TEXT)
        twin = copy.copy(packed.filelist[0])
        twin.filename = twin.orig_filename = "b.csv"
        packed.filelist.append(twin)
    assert "files in the zip archive overlap, as in a zip bomb" in refused(buffer.getvalue())


def test_an_endless_list_is_refused(monkeypatch):
    monkeypatch.setattr(zipfiles, "MAX_LIST_BYTES", 1 << 12)
    assert len(read(zipped(*((f"{i:02}.csv", b"x") for i in range(70))))) == 70
    message = refused(zipped(*((f"{i:02}.csv", b"x") for i in range(90))))
    assert "lists more files than can be read. Unpack it" in message


GOOD = zipped(("a.csv", TEXT * 30))
CONTENT_AT = GOOD.index(b"a.csv") + 5


def changed(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


DAMAGED = [  # bytes, what the message says is damaged
    (b"", "links.zip"),
    (TEXT, "links.zip"),
    (GOOD[:-30], "links.zip"),
    (GOOD[CONTENT_AT:], "links.zip"),
    (changed(GOOD, CONTENT_AT + 10, b"\xff" * 20), "links.zip > a.csv"),
    (changed(GOOD, 0, b"PK\x07\x08"), "links.zip > a.csv"),
    (changed(GOOD, GOOD.rfind(b"PK\x01\x02") + 16, b"\0\0\0\0"), "links.zip > a.csv"),  # checksum
    (changed(GOOD, GOOD.rfind(b"PK\x01\x02") + 20, b"\x09"), "links.zip > a.csv"),  # packed size
    (changed(GOOD, GOOD.rfind(b"PK\x01\x02") + 20, b"\xff\xff\xff\x7f"), "links.zip"),
    (zipped(("a.csv", TEXT), method=0).replace(b"2026", b"2025"), "links.zip > a.csv"),
]


@pytest.mark.parametrize(("data", "where"), DAMAGED)
def test_damage_is_told(data, where):
    assert refused(data) == f"{where}: the zip archive is damaged. Download it again."


def test_an_archive_that_cannot_seek_is_refused():
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    with pytest.raises(InputError, match=r"it is a zip archive in another packing\. Unpack it"):
        members(lambda: Pipe(GOOD), "links.zip.gz")


@given(
    st.dictionaries(
        st.text("abc/.é ", min_size=1, max_size=8).map(lambda name: name + "x"),
        st.binary(max_size=300).filter(lambda content: not content.startswith(b"PK")),
        max_size=5,
    ),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
)
def test_what_was_packed_comes_out(files, method):
    ours = {n: c for n, c in files.items() if not n.rpartition("/")[2].startswith("._")}
    assert read(zipped(*files.items(), method=method)) == ours


@settings(max_examples=300)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=4))
def test_changed_bytes_are_refused_or_harmless(at, value):
    contents = []
    with contextlib.suppress(InputError):
        found, _ = look(changed(GOOD, at, value)[: len(GOOD)])
        for member in found:
            with member.open() as stream:
                contents.append(stream.read())
    assert contents in ([], [TEXT * 30])
