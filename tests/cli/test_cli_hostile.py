"""Exports are written by spammers: nothing of theirs commands a terminal, a sheet or a browser."""

from __future__ import annotations

import csv
import gzip
import io
import re
import shutil
from pathlib import Path

import polars as pl
import pytest
from cli_outcome import EXAMPLES, Run

from spamlinks.disavow import DisavowFile

HEADER = (EXAMPLES / "shop-semrush-backlinks.csv").read_text("utf-8").splitlines()[0]
WIDTH = HEADER.count(",") + 1
AT = {name: i for i, name in enumerate(HEADER.split(","))}

ANCHORS = [  # text, what it tries
    "=HYPERLINK(\"http://evil.example\",\"click\")",  # a formula
    "=cmd|' /C calc'!A0",  # the same, through DDE
    "+1+1", "-1+1", "@SUM(1)", " =1+1", "\t=1+1",  # the other beginnings
    "\x00=1+1", "\x1b=1+1",  # a formula once the control character is gone
    "\u202e=1+1", "\u200e=1+1",  # or the mark
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07",  # commands for a terminal
    "two\nlines", "carriage\rreturn",
    "\u202egnp.exe", "{{ 7*7 }}", "[red]bold[/red]", "[/bold]", "%s%n{0}", "casino " * 15_000,
    "domain:good.example\ndomain:better.example",
]  # fmt: skip
HOSTS = [  # referring pages that are no pages, or nearly
    "https://good.example\ndomain:victim.example/", "https://xn--a.example/", "https://xn--.xyz/",
    "https://[::1]/", "https://a..b.example/", "https://-a.example/",
    "https://" + "a" * 300 + ".xyz/",
    "https://user:pw@evil.example:99999/", "javascript:alert(1)", "http://\x1b[2Jx.example/",
    "https://ex\u202eample.com/", "https://\u0430pple.com/", "=https://a.example/", "//x", "https://",
    "https://a.example/" + "b" * 200_000, "https://%00.example/", "http://10.0.0.7/x", "https://com/",
    "https://1.2.3.4.5/", "https://💩.example/", "https://a.example:0/", "https://ß.example/a\tb",
]  # fmt: skip


def write(path: Path, pages: list[str], anchors: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER.split(","))
        for page in pages:
            for anchor in anchors:
                row = [""] * WIDTH
                row[AT["Source url"]], row[AT["Anchor"]] = page, anchor
                row[AT["Source title"]] = anchor
                row[AT["Target url"]] = "https://shop.example/"
                row[AT["External links"]], row[AT["First seen"]] = "900", "2026-01-01"
                out.writerow(row)
    return path


FORMULA = re.compile(r"^[\s\x00-\x1f]*[=+\-@]")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]")


def assert_harmless_csv(data: bytes) -> list[list[str]]:
    table = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    for row in table:
        assert len(row) == len(table[0])  # no cell broke out of its record
        for cell in row:
            number = re.fullmatch(r"-?[0-9.]+(e-?\d+)?", cell)
            assert number or not FORMULA.match(cell), cell[:80]
            assert not CONTROL.search(cell), cell[:80]
    return table


def test_hostile_anchors_reach_nothing_raw(run: Run, tmp_path: Path) -> None:
    pages = ["https://cheap-casino-pills.xyz/best-casino-links-99.html", "https://a.example/"]
    export = write(tmp_path / "links.csv", pages, ANCHORS)
    out = tmp_path / "out"
    outcome = run("audit", export, "-o", out, "--site", "shop.example", "--situation", "bought")
    assert outcome.code == 0, outcome.talk
    assert "Traceback" not in outcome.talk
    assert not CONTROL.search(outcome.talk)
    for name in ("domains.csv", "rejected.csv"):
        assert_harmless_csv((out / name).read_bytes())
    page = (out / "report.html").read_text("utf-8")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert not CONTROL.search(page)
    assert len(page) < 2_000_000
    links = pl.read_parquet(out / "links.parquet")  # data for programs: every byte is kept
    assert any(text and "\x1b[31m" in text for text in links["anchor_text"])
    if (out / "disavow.txt").exists():
        text = (out / "disavow.txt").read_bytes()
        text.decode("ascii")
        assert {e.value for e in DisavowFile.parse(text).entries} <= {"cheap-casino-pills.xyz"}
    shown = run("score", export, "-o", "-")
    table = assert_harmless_csv(shown.data)
    assert len(table) == 1 + len(ANCHORS) * len(pages)


def test_hostile_hosts_are_judged_or_rejected_never_passed_on(run: Run, tmp_path: Path) -> None:
    export = write(tmp_path / "links.csv", HOSTS, ["casino poker viagra"])
    out = tmp_path / "out"
    outcome = run("audit", export, "-o", out, "--site", "shop.example", "--situation", "bought",
                  "--prior", "0.8")  # fmt: skip
    assert outcome.code == 0, outcome.talk
    assert not CONTROL.search(outcome.talk)
    table = assert_harmless_csv((out / "domains.csv").read_bytes())
    names = {row[0] for row in table[1:]}
    assert "victim.example" not in names
    assert all(re.fullmatch(r"[a-z0-9_.:-]+", name) for name in names)
    rejected = assert_harmless_csv((out / "rejected.csv").read_bytes())
    assert len(rejected) > 10
    if (out / "disavow.txt").exists():
        entries = DisavowFile.parse((out / "disavow.txt").read_bytes()).entries
        assert {e.value for e in entries} <= names
        assert not {e.value for e in entries} & {"10.0.0.7", "::1", "victim.example"}


@pytest.mark.parametrize(
    "name",
    ["-rf", "a\nb.csv", "\x1b[31mred.csv", "[red].csv", "[", "=cmd.csv", "<b>.csv", "a\u202eb.csv",
     "%s.csv", "\udcff\udcfe.csv", "ünï.csv", "a b;c'd\"e.csv"],
)  # fmt: skip
def test_hostile_file_names(run: Run, exports: dict[str, Path], tmp_path: Path, name: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(exports["gsc"], folder / name)
    with (folder / name).open("ab") as file:
        file.write(b"mailto:x,2026-01-01\n")  # so that the name stands in rejected.csv
    out = tmp_path / name if name != "-rf" else tmp_path / "out"
    outcome = run("audit", folder, "-o", out)
    assert outcome.code == 0, outcome.talk
    assert not CONTROL.search(outcome.talk)
    assert len(assert_harmless_csv((out / "rejected.csv").read_bytes())) == 2
    assert "<b>.csv" not in (out / "report.html").read_text("utf-8")
    for command in (
        ("formats", folder / name),
        ("score", folder / name, "-o", "-"),
        ("score", folder, "-o", folder / "none" / "x.csv"),
        ("disavow", folder, "-o", tmp_path / f"{name}.txt"),
    ):
        assert not CONTROL.search(run(*command).talk), command
    (folder / name).write_bytes(b"Linking page,Last crawled\n")
    assert not CONTROL.search(run("audit", folder, "-o", out).talk)
    (folder / name).write_bytes(b"\x00\x01\x02")
    assert not CONTROL.search(run("audit", folder, "-o", out).line)


def test_headers_with_markup_and_controls(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    text = exports["semrush"].read_text("utf-8").splitlines()
    text[0] += ',"[/x]\x1b[31m",=1+1,<b>'
    export = tmp_path / "links.csv"
    export.write_text("\n".join([text[0], *(row + ",,," for row in text[1:])]) + "\n", "utf-8")
    shown = run("formats", export)
    assert shown.code == 0, shown.talk
    assert b"[/x]" in shown.data
    assert b"\x1b" not in shown.data
    assert run("audit", export, "-o", tmp_path / "out").code == 0


def test_ten_thousand_columns(run: Run, exports: dict[str, Path], tmp_path: Path) -> None:
    text = exports["gsc"].read_text("utf-8").splitlines()[:5]
    wide = [
        text[0] + "".join(f",c{i}" for i in range(10_000)),
        *(r + "," * 10_000 for r in text[1:]),
    ]
    export = tmp_path / "wide.csv"
    export.write_text("\n".join(wide) + "\n", "utf-8")
    outcome = run("score", export, "-o", "-")
    assert outcome.code in (0, 1)
    if outcome.code:
        assert "wide.csv" in outcome.line


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("a million characters", b"https://a.example/" + b"x" * 1_000_000 + b",2026-01-01\n"),
        ("a quote that is never closed", b'"https://a.example/\n' + b"x,y\n" * 5_000),
        ("NUL bytes", b"https://a.example/\x00\x00,2026-01-01\n"),
        ("bad UTF-8", b"https://a.example/\xff\xfe,2026-01-01\n"),
        ("ragged records", b"a,b,c,d,e\nx\n\n,,,,,,\n"),
        ("a control character as delimiter", b"https://a.example/\x1c2026-01-01\n"),
    ],
)  # fmt: skip
def test_hostile_records(run: Run, tmp_path: Path, what: str, content: bytes) -> None:
    export = tmp_path / "Latest links.csv"
    good = b"https://b.example/page,2026-01-02\n"
    export.write_bytes(b"Linking page,Last crawled\n" + good + content + good.replace(b"b.", b"c."))
    outcome = run("audit", export, "-o", tmp_path / "out")
    assert outcome.code == 0, outcome.talk
    rejected = assert_harmless_csv((tmp_path / "out" / "rejected.csv").read_bytes())
    named = {row[0] for row in assert_harmless_csv((tmp_path / "out" / "domains.csv").read_bytes())}
    assert "b.example" in named
    assert "c.example" in named or what == "a quote that is never closed" or len(rejected) > 1


def test_a_gzip_bomb_is_refused_quickly(run: Run, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.csv.gz"
    with gzip.open(bomb, "wb") as file:
        file.write(b"Linking page,Last crawled\n")
        for _ in range(80):
            file.write(b"x" * 1_000_000)
    outcome = run("score", bomb, "-o", tmp_path / "o.csv")
    assert outcome.code == 1
    assert "inflates to more than" in outcome.line
    assert not (tmp_path / "o.csv").exists()


def test_hostile_labels(run: Run, exports: dict[str, Path], tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    for content, words in (
        (b"", "labels.csv"),
        (b"a.example\n", "one column"),
        (b"domain,label\na.example,maybe\x1b[31m\n", "no label"),
        (b"domain,label\n" + b"x" * 100_000 + b",1\n", "no domain or URL"),
        (b"domain,label\na.example,1\na.example,0\n", "both spam and honest"),
        (b"\xff\xfe\x00\x01", "labels.csv"),
        (b"domain,label\na.example,1\n", "none of its 1 domains and pages links in"),
    ):
        labels.write_bytes(content)
        outcome = run("train", exports["gsc"], "-o", tmp_path / "m", "--labels", labels)
        assert outcome.code == 1, content[:40]
        assert words in outcome.line
        assert "\x1b" not in outcome.talk
        assert len(outcome.line) < 800
    assert not (tmp_path / "m").exists()
