"""Whatever lies on the user's desk: every file ends in exactly one place."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from spamlinks.errors import InputError, OutputError
from spamlinks.exports import Hints, read_exports, refuse_among, take_in

GSC = "Linking page,Last crawled\nhttps://{}.example/x,2026-01-05\n"
DISAVOW = "# ours\ndomain:spam.example\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="")
    return path


def test_each_content_is_read_once(tmp_path):
    """Copies are told before anything is read; the one whose name tells most is kept."""
    write(tmp_path / "Latest links (1).csv", GSC.format("a"))
    write(tmp_path / "shop.com-Latest links-2026-10-05.csv", GSC.format("a"))
    write(tmp_path / "other.csv", GSC.format("b"))  # as long as the others
    intake = take_in([tmp_path])
    assert sorted(reading.source for reading in intake.readings) == [
        "other.csv",
        "shop.com-Latest links-2026-10-05.csv",
    ]
    assert intake.copies == [("Latest links (1).csv", "shop.com-Latest links-2026-10-05.csv")]


def test_a_file_given_twice_is_read_once(tmp_path):
    path = write(tmp_path / "a.csv", GSC.format("a"))
    intake = take_in([path, path])
    assert len(intake.readings) == 1
    assert intake.copies == [(f"{tmp_path.name}/a.csv", f"{tmp_path.name}/a.csv")]


def test_files_of_one_name_are_told_apart(tmp_path):
    for year in ("2024", "2025"):
        write(tmp_path / year / "links.csv", GSC.format(f"a{year}"))
    intake = take_in([tmp_path])
    assert [reading.source for reading in intake.readings] == ["2024/links.csv", "2025/links.csv"]
    assert [reading.backlinks["export_file"][0] for reading in intake.readings] == [
        "2024/links.csv",
        "2025/links.csv",
    ]


def test_a_disavow_file_is_never_read_as_links(tmp_path):
    write(tmp_path / "list.txt", DISAVOW)
    write(tmp_path / "links.csv", GSC.format("a"))
    (tmp_path / "packed.txt.gz").write_bytes(gzip.compress(DISAVOW.encode()))
    intake = take_in([tmp_path])
    assert [part.name for part in intake.disavow] == ["list.txt", "packed.txt.gz"]
    assert [part.text_bytes() for part in intake.disavow] == [DISAVOW.encode()] * 2
    assert [reading.source for reading in intake.readings] == ["links.csv"]
    assert intake.refused == []


def test_what_cannot_be_used_in_a_folder_is_named_and_the_rest_is_read(tmp_path):
    write(tmp_path / "a.csv", GSC.format("a"))
    write(tmp_path / "anchors.csv", "Rank,Link text\n1,tools\n")
    write(tmp_path / "notes.md", "# To do\n\nbuy milk\n")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    intake = take_in([tmp_path])
    assert [reading.source for reading in intake.readings] == ["a.csv"]
    assert [error.source for error in intake.refused] == ["anchors.csv", "notes.md", "photo.png"]


@pytest.mark.parametrize("name", ["gone.csv", "photo.png"])
def test_a_file_that_was_named_must_be_readable(tmp_path, name):
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    with pytest.raises(InputError, match=name):
        take_in([tmp_path / name])


def test_an_outcome_inside_a_folder_is_not_read(tmp_path):
    write(tmp_path / "a.csv", GSC.format("a"))
    for name in ("run.json", "domains.csv", "links.parquet", "disavow.txt"):
        write(tmp_path / "out" / name, DISAVOW)
    intake = take_in([tmp_path])
    assert [reading.source for reading in intake.readings] == ["a.csv"]
    assert intake.disavow == []
    assert "outcome of an audit" in str(intake.refused[0])


def test_an_outcome_among_the_exports_is_told_from_them(tmp_path):
    """A suggestion is no live file: nobody knows whether it was ever uploaded."""
    write(tmp_path / "a.csv", GSC.format("a"))
    for name in ("run.json", "domains.csv", "links.parquet", "report.html", "changes.csv"):
        write(tmp_path / name, "{}")
    write(tmp_path / "disavow.txt", "# Disavow file by spamlinks 0.1.0\ndomain:spam.example\n")
    write(tmp_path / "disavow.txt.bak-0123456789ab", DISAVOW)
    intake = take_in([tmp_path])
    assert [reading.source for reading in intake.readings] == ["a.csv"]
    assert intake.disavow == []
    assert {error.source for error in intake.refused} == {
        "run.json", "domains.csv", "links.parquet", "report.html", "changes.csv", "disavow.txt"
    }  # fmt: skip
    assert "--disavow" in str(next(e for e in intake.refused if e.source == "disavow.txt"))


def test_an_outcome_is_not_written_among_the_exports(tmp_path):
    (tmp_path / "out").mkdir()
    refuse_among([tmp_path], tmp_path / "out")
    refuse_among([tmp_path / "out" / "new.csv"], tmp_path / "out")  # a file is not its folder
    with pytest.raises(OutputError, match="-o"):
        refuse_among([tmp_path], tmp_path / "out" / "..")


def test_files_with_a_part_of_their_own_are_no_exports(tmp_path):
    write(tmp_path / "a.csv", GSC.format("a"))
    keep = write(tmp_path / "keep.txt", "partner.example\n")
    intake = take_in([tmp_path], apart=[tmp_path / ".." / tmp_path.name / keep.name])
    assert [reading.source for reading in intake.readings] == ["a.csv"]
    assert intake.refused == []


@pytest.mark.parametrize(
    ("name", "text", "is_disavow"),
    [
        ("disavow.txt", "http://spam.example/a\nhttp://worse.example/b\n", True),
        ("old disavow list.txt", "spam.example\nworse.example\n", True),
        ("links.txt", "http://spam.example/a\nhttp://worse.example/b\n", False),
        ("disavow candidates.csv", "Linking page\nhttps://a.example/x\n", False),
    ],
)
def test_an_old_list_of_urls_is_told_by_its_name(tmp_path, name, text, is_disavow):
    intake = take_in([write(tmp_path / name, text)])
    assert bool(intake.disavow) == is_disavow
    assert bool(intake.readings) != is_disavow


@pytest.mark.parametrize(
    ("name", "text", "option"),
    [
        ("keep.txt", "# ours\npartner.example\nhttps://press.example/a\n", "--keep"),
        ("client-whitelist.txt", "partner.example\n", "--keep"),
        ("facts.csv", "linking_domain,domain_created_on\na.example,2019-05-31\n", "--facts"),
    ],
)
def test_files_for_an_option_are_told(tmp_path, name, text, option):
    write(tmp_path / name, text)
    write(tmp_path / "a.csv", GSC.format("a"))
    intake = take_in([tmp_path])
    assert [reading.source for reading in intake.readings] == ["a.csv"]
    assert option in str(intake.refused[0])


def test_in_a_folder_a_guess_must_be_clear(tmp_path):
    names = [f"firm{n}.com;Jo{n};{n}" for n in range(9)]
    write(tmp_path / "contacts.csv", "\n".join(["Firma;Kto;Telefon", *names]) + "\n")
    hints = Hints(accept_guess=True)
    assert len(take_in([tmp_path / "contacts.csv"], hints=hints).readings) == 1  # it was named
    write(tmp_path / "a.csv", GSC.format("a"))
    intake = take_in([tmp_path], hints=hints)
    assert [reading.source for reading in intake.readings] == ["a.csv"]
    assert "give it by itself" in str(intake.refused[0])


def test_a_zip_is_read_table_by_table(tmp_path):
    path = tmp_path / "shop.com-Latest links-2026-10-05.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Latest links.csv", GSC.format("a"))
        archive.writestr("Top linking text.csv", "Rank,Link text\n1,tools\n")
        archive.writestr("__MACOSX/._Latest links.csv", "\x00\x05\x16\x07")
    intake = take_in([path])
    reading = intake.readings[0]
    assert reading.source == f"{path.name} > Latest links.csv"
    assert (reading.property, str(reading.export_date)) == ("shop.com", "2026-10-05")
    assert [error.source for error in intake.refused] == [f"{path.name} > Top linking text.csv"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_in_any_encoding(tmp_path, encoding):
    """PowerShell writes the answer of an API as UTF-16."""
    links = [{"source_url": "https://bücher.example/", "destination_url": "https://shop.com/",
              "discovery_date": "2026-01-05", "source_last_access_date": None}]  # fmt: skip
    path = tmp_path / "links.json"
    path.write_bytes(json.dumps({"count": 1, "links": links}, ensure_ascii=False).encode(encoding))
    (reading,) = take_in([path]).readings
    assert reading.format.name == "yandex external-links-api (v4)"
    assert reading.backlinks["referring_page"].to_list() == ["https://bücher.example/"]


def test_names_are_shown_as_they_read(tmp_path):
    """A no-break space, or a mark that turns the reading direction, may hide in a name."""
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("a\u00a0\u202efdp.csv", GSC.format("a"))
    (reading,) = read_exports([tmp_path])
    assert reading.source == "b.zip > a??fdp.csv"


def test_a_copy_inside_an_archive_is_known_by_its_hash(tmp_path):
    plain = write(tmp_path / "a.csv", GSC.format("a"))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.write(plain, "a.csv")
    one, two = read_exports([tmp_path])
    assert one.sha256 == two.sha256


WEB_GRAPH = {
    "x-domain-vertices.txt": "10\tcom.example\t4\n11\texample.spam\t1\n12\tnet.other\t9\n",
    "x-domain-edges.txt": "11\t10\n12\t10\n12\t11\n99\t10\n",
    "x-domain-ranks.txt": "#harmonicc_pos\t#harmonicc_val\t#pr_pos\t#pr_val\t#host_rev\t#n_hosts\n"
    "1200\t1.9E7\t3400\t2.1E-6\tnet.other\t9\n",
}


def test_a_web_graph_gives_the_domains_that_link(tmp_path):
    for name, text in WEB_GRAPH.items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
    (reading,) = take_in([tmp_path], site="https://www.example.com/").readings
    assert reading.backlinks.select(
        "referring_page", "grain", "export_row", "commoncrawl_harmonic_position"
    ).rows() == [("spam.example", "domain", 1, None), ("other.net", "domain", 2, 1200)]
    assert reading.rejected.select("record", "reason").rows() == [
        (3, "the vertices file does not name this id")
    ]
    assert reading.records == 3


def test_a_web_graph_needs_its_parts_and_a_site(tmp_path):
    for name, text in WEB_GRAPH.items():
        write(tmp_path / name, text)
    with pytest.raises(InputError, match="--site"):
        take_in([tmp_path])
    (tmp_path / "x-domain-vertices.txt").unlink()
    refused = take_in([tmp_path], site="example.com").refused
    assert len(refused) == 2
    assert all("edges and the vertices file" in str(error) for error in refused)
