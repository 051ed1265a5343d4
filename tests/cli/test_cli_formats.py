"""``spamlinks formats`` and the options that say what a column is."""

from __future__ import annotations

import json
import shlex
import zipfile
from pathlib import Path

import pytest
from cli_outcome import EXAMPLES, Run

import spamlinks
from spamlinks.cli.catalogue import CONFIDENCE, format_lines, formats_page
from spamlinks.errors import InputError
from spamlinks.exports import catalogue
from spamlinks.exports.unknown.mapping import MAPPABLE

ROOT = Path(__file__).resolve().parents[2]
SITES = [f"blog{i}.pl" for i in range(12)]
LINKS = [(f"https://{site}/a", "https://shop.test/", "kup tanio") for site in SITES]


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A table in a layout of somebody's own."""
    rows = ["Quelle;Ziel;Wort", *map(";".join, LINKS)]
    path = tmp_path / "eigene liste.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


# The list


def test_the_list_names_every_format_and_every_dress(run: Run) -> None:
    lines = format_lines()
    dresses = sum(bool(entry.variants) for entry in catalogue())
    assert len(lines) >= len(catalogue()) + dresses
    outcome = run("formats")
    for entry in catalogue():
        assert entry.vendor.encode() in outcome.data
        if entry.refusal:
            assert entry.refusal.split()[0].encode() in outcome.data
    assert {line.confidence for line in lines} <= set(CONFIDENCE)
    assert all(line.fields == () for line in lines if line.refusal)


def test_the_page_is_current(run: Run) -> None:
    """Regenerate: ``spamlinks formats --markdown > docs/FORMATS.md``."""
    page = (ROOT / "docs" / "FORMATS.md").read_text("utf-8")
    hint = "run: spamlinks formats --markdown > docs/FORMATS.md"
    assert page == formats_page(), hint
    assert run("formats", "--markdown").data.decode() == page


def test_the_page_is_a_whole_table() -> None:
    table = [line for line in formats_page().splitlines() if line.startswith("| ")]
    rows = [line for line in table if line.count(" | ") >= 7]
    assert len(rows) == len(format_lines()) + 1 + 1  # header and rule
    for letter in "CD":
        for line in format_lines():
            if line.confidence == letter:
                wanted = formats_page().split("## Wanted")[1]
                assert f"- {line.vendor} {line.export}: " in wanted


def test_an_archive_is_named_as_a_whole(run: Run) -> None:
    sample = Path(__file__).parents[1] / "exports" / "samples" / "gsc__mixed-zip__2026.zip"
    told = run("formats", sample).data.decode()
    assert f"{sample.name}: gsc mixed-zip (2026), confidence C" in told


def test_fields_lists_all_that_can_be_mapped(run: Run) -> None:
    data = run("formats", "--fields").data.decode()
    names = {line.split()[0] for line in data.splitlines()[1:] if not line.startswith(" ")}
    assert set(MAPPABLE) <= names


# One file


def test_a_known_file_is_told_column_by_column(run: Run) -> None:
    outcome = run("formats", EXAMPLES / "shop-ahrefs-backlinks.csv")
    assert (outcome.code, outcome.talk) == (0, "")
    lines = outcome.data.decode().splitlines()
    assert lines[0].startswith("shop-ahrefs-backlinks.csv: ahrefs backlinks (")
    assert "confidence A (supported)" in lines[0]
    assert lines[1] == "text: UTF-16; tabs; header in line 1"
    assert any(line.startswith("records: ") for line in lines)
    shown = {line.split("  ")[0]: line for line in lines}
    assert "referring_page" in shown["Referring page URL"]
    assert "100%" in shown["Referring page URL"]


def test_what_a_person_must_know_about_cells(run: Run, tmp_path: Path) -> None:
    head = "Source URL,Target URL,Anchor,External links,Nofollow,First seen,Mine,Page ascore\n"
    row = 'https://{0}/,https://shop.test/,a,"1,240",false,28/09/2025,x,3\n'
    path = tmp_path / "shop.com-backlinks_2026-01-05.csv"
    bad = "mailto:a@b.c,,,,,,,\nshort,row\n"
    path.write_text(head + "".join(row.format(site) for site in SITES) + bad, "utf-8")
    data = run("formats", path).data.decode()
    assert "1,240 = 1240" in data
    assert "day first, 28/09/2025 = 2025-09-28" in data
    assert "Mine            not known" in data
    assert "records: 14, 2 rejected (" in data
    assert "1 the record has 2 cells, the header 8" in data
    assert "file name: site shop.com, day 2026-01-05" in data


def test_polarity_and_preamble_are_told(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("Report\n\nQ;F\nhttps://a.example/;1\n", "utf-8")
    mapped = ("--map", "Q=referring_page", "--map", "F=rel_nofollow:inverted")
    data = run("formats", path, *mapped).data.decode()
    assert "yes means no" in data
    assert "header in line 3" in data
    assert "custom columns (mapping)" in data
    assert "confidence M (as you said)" in data


def test_a_refused_file_says_why(run: Run) -> None:
    outcome = run("formats", EXAMPLES / "disavow.txt")
    assert outcome.code == 1
    assert "it is a disavow file" in outcome.line
    assert b"google disavow" in outcome.data
    assert b"recognised, refused" in outcome.data


def test_several_files_are_all_shown(run: Run, odd: Path, exports: dict[str, Path]) -> None:
    outcome = run("formats", exports["gsc"], odd, exports["semrush"])
    assert outcome.code == 1
    assert "eigene liste.csv: the columns fit no known export" in outcome.line
    data = outcome.data.decode()
    assert "gsc latest-links" in data
    assert "semrush backlinks" in data
    assert "eigene liste.csv: not read: " in data
    both = run("formats", odd, EXAMPLES / "disavow.txt")
    assert "2 of 2 hold nothing that can be read" in both.line


def test_a_folder_is_all_its_files(run: Run, odd: Path, exports: dict[str, Path]) -> None:
    folder = odd.parent / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / ".hidden").write_text("x")
    for place, name in ((folder, "gsc"), (folder / "deep", "semrush")):
        (place / f"{name}.csv").write_bytes(exports[name].read_bytes())
    odd.rename(folder / odd.name)
    outcome = run("formats", folder)
    assert (outcome.code, outcome.talk) == (0, "")  # what is only found may be something else
    data = outcome.data.decode()
    for said in ("gsc latest-links", "semrush backlinks", "eigene liste.csv: not read: "):
        assert said in data
    assert "hidden" not in data
    for name in ("gsc.csv", "deep/semrush.csv"):
        (folder / name).unlink()
    assert "the columns fit no known export" in run("formats", folder).line


def test_a_json_null_is_no_example(run: Run, tmp_path: Path) -> None:
    rows = [
        {"url_from": f"https://{n}.example/", "url_to": "https://shop.example/", "anchor": None}
        for n in range(3)
    ]
    path = tmp_path / "links.json"
    path.write_text(json.dumps({"backlinks": rows}))
    data = run("formats", path, "--accept-guess").data.decode()
    assert "https://0.example/" in data
    assert "\ufffd" not in data
    assert "\ue000" not in data


def test_every_table_of_an_archive_is_shown(
    run: Run, exports: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(exports["gsc"], "Latest links.csv")
        archive.write(EXAMPLES / "disavow.txt", "disavow.txt")
    outcome = run("formats", path)
    assert (outcome.code, outcome.talk) == (0, "")
    data = outcome.data.decode()
    assert "all.zip > Latest links.csv: gsc latest-links" in data
    assert "all.zip > disavow.txt: not read: it is a disavow file" in data


# Unknown files


def test_an_unknown_file_is_shown_with_the_command_that_reads_it(
    run: Run, odd: Path, tmp_path: Path
) -> None:
    outcome = run("formats", odd)
    assert outcome.code == 1
    assert outcome.line == (
        "spamlinks: eigene liste.csv: the columns fit no known export; the guess is above. Run "
        "again with --accept-guess, or name the columns with --map."
    )
    data = outcome.data.decode()
    assert "12 of 12 cells are URLs on 12 domains; the header says source" in data
    commands = [line for line in data.splitlines() if line.startswith("  spamlinks audit")]
    assert len(commands) == 2
    for number, command in enumerate(commands):
        words = shlex.split(command)[1:]
        folder = tmp_path / f"out{number}"
        done = run(*(str(folder) if word == "DIR" else word for word in words))
        assert done.code == 0, done.talk
        facts = json.loads((folder / "run.json").read_text("utf-8"))
        assert facts["totals"]["links"] == 12
        assert facts["inputs"][0]["vendor"] == "custom"


def test_a_guess_can_be_kept_and_reused(run: Run, odd: Path, tmp_path: Path) -> None:
    kept = tmp_path / "ours.json"
    saved = run("formats", odd, "--save", kept)
    assert saved.code == 0
    assert "read files with --mapping" in saved.talk
    assert json.loads(kept.read_text("utf-8"))["name"] == "ours"
    scored = run("score", odd, "--mapping", kept, "-o", "-")
    assert scored.code == 0, scored.talk
    assert scored.data.decode().count("shop.test") == 12
    shown = run("formats", odd, "--mapping", kept)
    assert shown.code == 0
    assert b"custom ours (mapping)" in shown.data


def test_a_typed_mapping_can_be_kept(run: Run, odd: Path, tmp_path: Path) -> None:
    kept = tmp_path / "m.json"
    assert run("formats", odd, "--map", "Quelle=referring_page", "--save", kept).code == 0
    assert json.loads(kept.read_text("utf-8"))["columns"] == {"Quelle": "referring_page"}
    assert run("formats", odd, "--accept-guess", "--save", kept).code == 0
    assert json.loads(kept.read_text("utf-8"))["columns"]["Ziel"] == "target_url"


SAVES = [  # arguments, words of the error
    (("{known}", "--save", "{new}"), "needs no mapping"),
    (("{odd}", "--save", "{odd}"), "it exists and is no mapping"),
    (("{odd}", "{known}", "--save", "{new}"), "several files were given"),
]


@pytest.mark.parametrize(("arguments", "words"), SAVES)
def test_what_is_not_saved(
    run: Run, odd: Path, exports: dict[str, Path], tmp_path: Path, arguments: tuple[str], words: str
) -> None:
    names = {"known": exports["gsc"], "odd": odd, "new": tmp_path / "new.json"}
    before = odd.read_bytes()
    outcome = run("formats", *(argument.format(**names) for argument in arguments))
    assert outcome.code == 1
    assert words in outcome.line
    assert not names["new"].exists()
    assert odd.read_bytes() == before


@pytest.mark.parametrize("command", ["audit", "score", "disavow", "train"])
def test_every_command_takes_a_mapping(run: Run, odd: Path, tmp_path: Path, command: str) -> None:
    out = tmp_path / {"score": "o.csv", "disavow": "o.txt"}.get(command, "out")
    slip = run(command, odd, "-o", out, "--map", "Qelle=referring_page", "--map", "Ziel=target_url")
    assert slip.code == 1
    assert "no column 'Qelle'" in slip.line
    wrong = run(command, odd, "-o", out, "--map", "Quelle=page")
    assert wrong.code == 2
    assert "--map" in wrong.talk
    for extra in (("--accept-guess",), ("--map", "Quelle=referring_page")):
        outcome = run(command, odd, "-o", out, *extra)
        if command == "train":  # it reads the file, and then misses the labels
            assert "no column 'is_spam'" in outcome.line
        else:
            assert outcome.code == 0, outcome.talk


def test_verdicts_need_no_mapping(run: Run, exports: dict[str, Path], tmp_path: Path) -> None:
    assert run("audit", exports["gsc"], "-o", tmp_path / "out").code == 0
    table = tmp_path / "out" / "domains.csv"
    outcome = run("disavow", table, "-o", tmp_path / "d.txt", "--map", "a=referring_page")
    assert "needs no mapping" in outcome.line


def test_hostile_headers_are_shown_harmlessly(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = [",".join(link) for link in LINKS]
    path.write_text("\n".join(["[red]Quelle\x1b[31m,=1+1;$(id),\u202eWort", *rows]) + "\n", "utf-8")
    outcome = run("formats", path)
    assert outcome.code == 1
    for text in (outcome.data.decode(), outcome.line):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert b"--map" not in outcome.data, "a header that cannot be typed is not offered"
    assert b"[red]Quelle" in outcome.data


# From Python


def test_the_library_takes_them_too(odd: Path, tmp_path: Path) -> None:
    columns = {"Quelle": "referring_page", "Wort": "anchor_text"}
    frame = spamlinks.read_backlinks(odd, mapping=columns)
    assert frame["anchor_text"].tolist() == ["kup tanio"] * 12
    assert "target_url" in spamlinks.read_backlinks(odd, accept_guess=True)
    kept = tmp_path / "m.json"
    kept.write_text(json.dumps({"spamlinks_mapping": 1, "columns": columns}), "utf-8")
    assert spamlinks.audit(odd, mapping=kept).links.height == 12
    with pytest.raises(InputError, match="no column 'Qelle'"):
        spamlinks.audit(odd, mapping={"Qelle": "referring_page"})
    with pytest.raises(InputError, match="--accept-guess"):
        spamlinks.audit(odd)
