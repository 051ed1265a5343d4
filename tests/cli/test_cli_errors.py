"""What can go wrong ends in one line on stderr, exit code 1, and nothing half-written."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest
from cli_outcome import EXAMPLES, Run

GSC = "Linking page,Last crawled\n"
AHREFS = (EXAMPLES / "shop-ahrefs-backlinks.csv").read_text("utf-16").splitlines()[0] + "\n"
DOMAIN_HEADER = (
    "linking_domain,unit,verdict,reason,spam_score,links,followed_links,first_seen,network,"
    "why,evidence"
)
HEADERS = {"gsc": GSC.encode(), "ahrefs": AHREFS.encode("utf-16")}
ROW = f"{GSC}https://a.example/,2026-01-01\n".encode()


@pytest.mark.parametrize("vendor", HEADERS)
@pytest.mark.parametrize("command", ["audit", "score", "disavow"])
def test_a_header_alone_is_no_error_and_writes_nothing(
    run: Run, tmp_path: Path, vendor: str, command: str
) -> None:
    export = tmp_path / f"{vendor}.csv"
    export.write_bytes(HEADERS[vendor])
    name = {"audit": "out", "score": "out.csv", "disavow": "disavow.txt"}[command]
    outcome = run(command, export, "-o", tmp_path / name)
    assert outcome.code == 0
    said = "there are no links" if command == "disavow" else f"no links in {vendor}.csv"
    assert said in outcome.talk
    assert not (tmp_path / name).exists()
    assert run("score", export, "-o", "-").data == b""


def test_only_own_and_rejected_records_is_no_error(run: Run, tmp_path: Path) -> None:
    export = tmp_path / "links.csv"
    export.write_text(f"{GSC}https://www.shop.example/a,2026-01-01\nmailto:me,2026-01-01\n")
    outcome = run("audit", export, "--site", "shop.example", "-o", tmp_path / "out")
    assert outcome.code == 0
    assert "(2 records: 1 from your own site, 1 rejected)" in outcome.talk
    assert not (tmp_path / "out").exists()


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("links.csv", content)
    return buffer.getvalue()


BAD_EXPORTS: dict[str, tuple[bytes, str]] = {  # what: (bytes, words of the message)
    "empty": (b"", "is empty"),
    "blank": (b"\xef\xbb\xbf  \r\n\r\n", "is empty"),
    "binary": (bytes(range(256)) * 40, "not a text file"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(40), "an image"),
    "zip-in-zip": (zipped(zipped(ROW)), "archive inside an archive"),
    "torn-zip": (zipped(ROW)[:-30], "damaged"),
    "torn-gzip": (gzip.compress(ROW * 99)[:-20], "ends too early"),
    "bad-gzip": (gzip.compress(ROW)[:10] + b"\xff" * 40, "damaged"),
    "gzip-twice": (gzip.compress(gzip.compress(ROW)), "gzip file inside a gzip"),
    "cyrillic": ("Ссылающаяся страница,Последнее\n".encode("cp1251"), "neither UTF-8 nor UTF-16"),
    "unknown": (b"colour,size\nred,4\n", "no known"),
    "disavow": (b"# mine\ndomain:spam.example\ndomain:worse.example\n", "disavow"),
    "html": (b"<!DOCTYPE html><html><body>Sign in</body></html>\n", ""),
    "own": (GSC.encode() + b"https://shop.example/a,2026-01-01\n" * 1
            + b"https://shop.example/b,2026-01-01\nhttps://shop.example/c,2026-01-01\n",
            "internal links"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD_EXPORTS)
@pytest.mark.parametrize("command", ["audit", "score", "disavow", "train", "formats"])
def test_an_unusable_export(run: Run, tmp_path: Path, what: str, command: str) -> None:
    content, words = BAD_EXPORTS[what]
    if what == "own" and command not in ("audit", "disavow"):
        return  # only these set the own site aside
    export = tmp_path / f"{what}.csv"
    export.write_bytes(content)
    names = {"audit": "out", "score": "o.csv", "disavow": "o.txt", "train": "model", "formats": ""}
    arguments = [] if command == "formats" else ["-o", tmp_path / names[command]]
    site = ["--site", "shop.example"] if command in ("audit", "disavow") else []
    outcome = run(command, export, *arguments, *site)
    assert outcome.code == 1
    assert f"{what}.csv" in outcome.line
    assert words in outcome.line
    assert [path.name for path in tmp_path.iterdir()] == [export.name]


def test_a_good_file_beside_a_refused_one_is_read(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    pages = tmp_path / "top-target-pages.csv"
    pages.write_text("Target page,Incoming links,Linking sites\nhttps://shop.example/,5,3\n")
    outcome = run("audit", exports["gsc"], pages, "-o", tmp_path / "out")
    if outcome.code == 1:  # known, and names the file, or the reader does not know it at all
        assert "top-target-pages.csv" in outcome.line
    else:
        assert "refused: top-target-pages.csv" in outcome.talk


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("none.csv", "no such file"),
        ("folder", "holds no files"),
        ("pipe", "not a regular file"),
        ("dangling", "no such file"),
        ("loop", "cannot be opened"),
    ],
)
def test_a_path_that_is_no_file(run: Run, tmp_path: Path, place: str, words: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone.csv")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    outcome = run("audit", tmp_path / place, "-o", tmp_path / "out")
    assert outcome.code == 1
    assert words in outcome.line
    assert not (tmp_path / "out").exists()


def test_a_symlink_to_an_export_is_read(run: Run, exports: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(exports["gsc"])
    assert run("score", tmp_path / "link.csv", "-o", "-").code == 0


def test_an_output_that_cannot_be_written(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"precious")
    (tmp_path / "o.txt").mkdir()
    (tmp_path / "o.csv").mkdir()
    (tmp_path / "model").write_bytes(b"precious")
    export = exports["gsc"]
    labelled = EXAMPLES / "labelled.csv"
    for arguments in (
        ("audit", export, "-o", file),
        ("audit", export, "-o", file / "below"),
        ("score", export, "-o", file / "o.csv"),
        ("score", export, "-o", tmp_path / "o.csv"),
        ("score", export, "-o", tmp_path / "absent" / "o.parquet"),
        ("disavow", exports["ahrefs"], "-o", tmp_path / "o.txt"),
        ("disavow", exports["ahrefs"], "-o", tmp_path / "disavow.csv"),
        ("simulate", "-n", "5", "-o", file / "x.csv"),
        ("train", labelled, "-o", tmp_path / "model", "--jobs", "1"),
    ):
        outcome = run(*arguments)
        assert outcome.code == 1, arguments
        assert outcome.line
    assert file.read_bytes() == b"precious"
    names = sorted(path.name for path in tmp_path.rglob("*"))
    assert names == ["file", "model", "o.csv", "o.txt"]


BARE = (  # tables that hold scores and no guards' findings
    "linking_domain,spam_score,verdict,links\na.example,0.99,DISAVOW,4\n",
    "referring_page,linking_domain,target_url,anchor_text,spam_score\n"
    "https://a.example/,a.example,,,0.99\n",
    '"spam_score","linking_domain"\n0.99,a.example\n',
    "domain,spam_score\na.example,0.99\n",
)


@pytest.mark.parametrize("table", BARE)
def test_bare_scores_are_refused(run: Run, tmp_path: Path, table: str) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(table)
    outcome = run("disavow", path, "-o", tmp_path / "o.txt")
    assert outcome.code == 1
    assert "scores" in outcome.line
    assert "the guards need the links" in outcome.line
    assert not (tmp_path / "o.txt").exists()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a.example,domain,DELETE,SCORE_HIGH,0.99,1,1,,,,", "verdict or reason"),
        ("a.example,domain,,SCORE_HIGH,0.99,1,1,,,,", "verdict is empty"),
        ("a.example,domain,DISAVOW,BECAUSE,0.99,1,1,,,,", "verdict or reason"),
        (",domain,DISAVOW,SCORE_HIGH,0.99,1,1,,,,", "linking_domain is empty"),
        ("a.example,domain,DISAVOW,SCORE_HIGH,,1,1,,,,", "spam_score is empty"),
        ("a.example,domain,DISAVOW,SCORE_HIGH,0.99,,1,,,,", "links is empty"),
        ("a.example,domain,DISAVOW,SCORE_HIGH,high,1,1,,,,", "damaged"),
        ("a.example,domain,DISAVOW,SCORE_HIGH,0.99,1,1,,,,,,,,", "damaged"),
    ],
)
def test_a_damaged_table_of_domains(run: Run, tmp_path: Path, row: str, words: str) -> None:
    path = tmp_path / "domains.csv"
    path.write_text(f"{DOMAIN_HEADER}\n{row}\n")
    outcome = run("disavow", path, "-o", tmp_path / "o.txt")
    assert outcome.code == 1
    assert "domains.csv" in outcome.line
    assert words in outcome.line


@pytest.mark.parametrize(
    ("name", "unit", "refusal"),
    [
        ("com", "domain", "WHOLE_TLD"),
        ("co.uk", "domain", "PUBLIC_SUFFIX"),
        ("10.0.0.7", "domain", "IP_ADDRESS"),
        ("facebook.com", "domain", "PLATFORM"),
        ("facebook.com", "url", "single pages"),
        ("a b.example\u202e", "domain", "INVALID"),
        ('"x\ndomain:good.example"', "domain", "INVALID"),
        ("shop.example", "domain", "OWN_SITE"),
    ],
)
def test_an_edited_table_cannot_force_what_must_never_be_written(
    run: Run, tmp_path: Path, name: str, unit: str, refusal: str
) -> None:
    path = tmp_path / "domains.csv"
    path.write_text(f"{DOMAIN_HEADER}\n{name},{unit},DISAVOW,SCORE_HIGH,0.99,1,1,,,,\n", "utf-8")
    outcome = run("disavow", path, "-o", tmp_path / "o.txt", "--site", "shop.example")
    assert outcome.code == 0, outcome.talk
    assert refusal in outcome.talk
    assert "\u202e" not in outcome.talk
    assert not (tmp_path / "o.txt").exists()


def test_columns_that_somebody_added_to_the_table_do_no_harm(run: Run, tmp_path: Path) -> None:
    row = "domain,DISAVOW,SCORE_HIGH,0.99,1,1,,,,"
    (tmp_path / "a.csv").write_text(f"my note,{DOMAIN_HEADER}\nsure,a.example,{row}\n")
    (tmp_path / "b.csv").write_text(f"\ufeff{DOMAIN_HEADER}\nb.example,{row}\n", "utf-8")
    outcome = run("disavow", tmp_path / "a.csv", tmp_path / "b.csv", "-o", tmp_path / "o.txt")
    assert outcome.code == 0, outcome.talk
    text = (tmp_path / "o.txt").read_text()
    assert "domain:a.example\n" in text
    assert "domain:b.example\n" in text


def test_exports_and_tables_do_not_mix(run: Run, exports: dict[str, Path], tmp_path: Path) -> None:
    table = tmp_path / "domains.csv"
    table.write_text(f"{DOMAIN_HEADER}\na.example,domain,KEEP,SCORE_LOW,0.1,1,1,,,,\n")
    outcome = run("disavow", table, exports["gsc"], "-o", tmp_path / "o.txt")
    assert outcome.code == 1
    assert "together" in outcome.line


SIDE_FILES = [  # option, content, words of the message
    ("--keep", b"what is this line\n", "line 1"),
    ("--keep", b"\xff\xfe\x00", "UTF-8"),
    ("--keep", b"ok.example\n\x00\x00\n", "line 2"),
    ("--disavow", b"\x89PNG\r\n\x1a\n" + bytes(50), "live"),
    ("--facts", b"", "facts"),
    ("--facts", b"colour,size\nred,4\n", "no domain or URL"),
    ("--facts", b"PAR1 not really", "facts"),
    ("--facts", b"linking_domain,domain_created_on\na.example,13/04/2011\n", "a domain and a day"),
    ("--model", b"a file, no folder", "metadata.json"),
]


@pytest.mark.parametrize(("option", "content", "words"), SIDE_FILES)
def test_a_side_file_that_is_garbage(
    run: Run, exports: dict[str, Path], tmp_path: Path, option: str, content: bytes, words: str
) -> None:
    name = "live.txt" if option == "--disavow" else f"{option[2:]}.csv"
    path = tmp_path / name
    path.write_bytes(content)
    outcome = run("audit", exports["gsc"], "-o", tmp_path / "out", option, path)
    assert outcome.code == 1
    assert words in outcome.line
    gone = run("audit", exports["gsc"], "-o", tmp_path / "out", option, tmp_path / "none")
    assert gone.code == 1
    assert "none" in gone.line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "site", ["", "nonsense", "co.uk", "https://", "mailto:me@x.example", "a b.com", "x\x1b[31m.\n"]
)
@pytest.mark.parametrize("command", ["audit", "score", "disavow"])
def test_a_site_that_is_none(
    run: Run, exports: dict[str, Path], tmp_path: Path, site: str, command: str
) -> None:
    out = {"audit": "out", "score": "o.csv", "disavow": "o.txt"}[command]
    outcome = run(command, exports["gsc"], "-o", tmp_path / out, "--site", site)
    assert outcome.code == 1
    assert "site" in outcome.line
    assert "\x1b" not in outcome.line
    assert not (tmp_path / out).exists()
