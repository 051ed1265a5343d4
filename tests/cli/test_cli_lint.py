"""spamlinks lint, as a shell sees it: what is printed, what is changed, the exit code."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from pathlib import Path

import pytest
from cli_outcome import Run

ROOT = Path(__file__).resolve().parents[2]
CLEAN = "# mine\ndomain:spam.example\n"
MENDABLE = "Domain: a.com # paid\ndomain:www.b.com\ndomain:x.b.com\ndomain:b.com\n"


@pytest.fixture
def file(tmp_path: Path):
    def write(data: str | bytes, name: str = "disavow.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    return write


def test_a_clean_file(run: Run, file) -> None:
    outcome = run("lint", path := file(CLEAN))
    assert (outcome.code, outcome.data) == (0, b"")
    assert outcome.talk == f"{path}: 2 lines, 1 domain, 0 URLs: clean\n"


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (CLEAN, [], 0),
        ("domain:www.a.com\n", [], 0),  # a warning
        ("domain:www.a.com\n", ["--strict"], 1),
        ("domain:a.com", ["--strict"], 0),  # a note
        ("a.com\n", [], 1),
        ("domain:xyz\n", [], 1),
        ("domain:xyz\n", ["--allow", "xyz"], 0),
        (CLEAN, ["--site", "spam.example"], 1),
        (CLEAN, ["--site", "a.com", "--site", "https://www.spam.example/"], 1),
        ("a.com\n", ["--fix"], 1),  # no safe repair
        ("a.com\n", ["--fix", "--unsafe"], 0),
        ("domain:https://a.com\n", ["--fix"], 0),
        ("domain:https://a.com\n", ["--diff"], 1),  # as it stands
    ],
)
def test_exit_codes(run: Run, file, text: str, options: list[str], code: int) -> None:
    assert run("lint", file(text), *options).code == code


def test_findings_go_to_standard_output_and_the_sum_to_standard_error(run: Run, file) -> None:
    outcome = run("lint", path := file("a.com\ndomain:https://b.com\n"))
    assert outcome.code == 1
    lines = outcome.data.decode().splitlines()
    assert [line.split(" ")[2] for line in lines] == [
        "NO_ENTRIES:",
        "BARE_HOST:",
        "DOMAIN_HAS_SCHEME:",
    ]
    assert f"{path}: 2 lines, 0 domains, 0 URLs: 2 errors, 1 warning" in outcome.talk
    assert "--fix (1), --fix --unsafe (1)" in outcome.talk


def test_nothing_is_changed_unasked(run: Run, file) -> None:
    path = file(MENDABLE)
    for options in ([], ["--diff"], ["--diff", "--unsafe", "--prune"], ["--format", "json"]):
        run("lint", path, *options)
        assert path.read_text() == MENDABLE
        assert [p.name for p in path.parent.iterdir()] == ["disavow.txt"]


def test_fix_repairs_and_keeps_the_old_file(run: Run, file) -> None:
    path = file(MENDABLE)
    outcome = run("lint", path, "--fix")
    assert path.read_text() == (
        "# paid\ndomain:a.com\ndomain:www.b.com\ndomain:x.b.com\ndomain:b.com\n"
    )
    (backup,) = path.parent.glob("*.bak-*")
    assert backup.read_text() == MENDABLE
    assert f"1 line repaired; the former file is kept as {backup.name}" in outcome.talk
    before = path.stat().st_mtime_ns
    again = run("lint", path, "--fix")  # what is right is not written again
    assert path.stat().st_mtime_ns == before
    assert "repaired" not in again.talk.replace("can be repaired", "")


def test_no_backup(run: Run, file) -> None:
    path = file(MENDABLE)
    run("lint", path, "--fix", "--no-backup")
    assert [p.name for p in path.parent.iterdir()] == ["disavow.txt"]


def test_unsafe_and_prune_show_what_they_did(run: Run, file) -> None:
    path = file(MENDABLE)
    outcome = run("lint", path, "--fix", "--unsafe", "--prune")
    assert path.read_text() == "# paid\ndomain:a.com\ndomain:b.com\n"
    for line in ("@@ line 2 @@", "-domain:www.b.com", "-domain:x.b.com", "+domain:a.com"):
        assert line in outcome.talk.splitlines()
    assert outcome.data == b""


def test_diff_is_data(run: Run, file) -> None:
    path = file("Domain:a.com\r\ndomain:b.com")
    assert run("lint", path, "--diff").data.decode() == (
        f"--- {path}\n+++ {path}, repaired\n@@ line 1 @@\n-Domain:a.com\n+domain:a.com\n"
        "@@ whole file: NO_FINAL_NEWLINE\n"
    )


def test_a_guess_never_hits_the_own_site_or_a_kept_one(run: Run, file) -> None:
    keep = file("paper.com\n", "keep.txt")
    path = file("shop.com\npaper.com\nspam.com\n")
    run("lint", path, "--fix", "--unsafe", "--site", "shop.com", "--keep", keep)
    assert path.read_text() == "shop.com\npaper.com\ndomain:spam.com\n"


def test_a_keep_list_is_checked(run: Run, file) -> None:
    keep = file("paper.com  # friends\n", "keep.txt")
    outcome = run("lint", file("domain:paper.com\n"), "--keep", keep)
    assert outcome.code == 1
    assert b"error KEEP_LIST: Your keep list names this site, or a part of it (paper.com)." in (
        outcome.data
    )


def test_several_files_and_formats(run: Run, file) -> None:
    good, bad = file(CLEAN), file("[1, 2]", "other.txt")
    outcome = run("lint", good, bad, "--format", "json")
    assert outcome.code == 1
    files = json.loads(outcome.data)["files"]
    assert [len(entry["findings"]) for entry in files] == [0, 1]
    assert files[1]["findings"][0]["code"] == "NOT_A_DISAVOW_FILE"
    assert json.loads(run("lint", bad, "--format", "sarif").data)["version"] == "2.1.0"
    assert run("lint", bad, "--format", "github").data.startswith(b"::error file=")


def test_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a.com\n")))
    outcome = run("lint", "-")
    assert outcome.code == 1
    assert b"-:1:1: error BARE_HOST" in outcome.data


def test_codes(run: Run) -> None:
    outcome = run("lint", "--codes")
    assert outcome.code == 0
    assert outcome.data.decode() in (ROOT / "docs" / "DISAVOW.md").read_text("utf-8"), (
        "write it anew: see CONTRIBUTING.md"
    )


# What cannot be used

OTHER = [  # bytes, what is said
    (b'{"a": 1}', "NOT_A_DISAVOW_FILE: No disavow file: this is JSON."),
    (b"<html><body>domain:a.com</body></html>", "this is HTML or XML"),
    (b"%PDF-1.4 domain:a.com", "this is a PDF"),
    (b"\x89PNG\r\n\x00\x00domain:a.com", "binary data"),
    (b"domain:a.com\ndomain:k\xe4se.de\n", ":2:9: error NOT_UTF8"),
    (b"domain:a.com\n" + b"#" * 3_000_000, "1 of the lines are no entries: shorten"),
    (b"#\n" * 100_000 + b"domain:a.com\n", "TOO_MANY_LINES: The file has 100,001 lines"),
]


@pytest.mark.parametrize(("data", "said"), OTHER, ids=[said for _, said in OTHER])
@pytest.mark.parametrize("options", [[], ["--fix", "--unsafe", "--prune"]])
def test_what_is_no_disavow_file_is_named_and_left_alone(
    run: Run, file, data: bytes, said: str, options: list[str]
) -> None:
    path = file(data)
    outcome = run("lint", path, *options)
    assert outcome.code == 1
    assert said in outcome.data.decode()
    assert "Traceback" not in outcome.talk
    if "shorten" not in said:  # that one has no line end to its last line
        assert path.read_bytes() == data


def test_what_cannot_be_read(run: Run, tmp_path: Path) -> None:
    for path, said in ((tmp_path, "is a folder"), (tmp_path / "none.txt", "No such file")):
        outcome = run("lint", path)
        assert outcome.code == 1
        assert said in outcome.talk
        assert outcome.talk.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no endless file on this system")
def test_an_endless_file_is_not_read_to_its_end(run: Run) -> None:
    outcome = run("lint", "/dev/zero")
    assert outcome.code == 1
    assert "is no file" in outcome.talk


def test_a_file_far_too_large_is_not_read(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "disavow.txt"
    with path.open("wb") as handle:
        handle.truncate(1 << 34)  # sparse
    outcome = run("lint", path)
    assert outcome.code == 1
    assert "larger than 64 MB" in outcome.talk


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_no_permission(run: Run, file) -> None:
    path = file(CLEAN)
    path.chmod(0)
    outcome = run("lint", path)
    assert outcome.code == 1
    assert "Permission denied" in outcome.talk


@pytest.mark.parametrize(
    "options",
    [
        ["--unsafe"],
        ["--prune"],
        ["--fix", "--diff"],
        ["--diff", "--format", "json"],
        ["--format", "xml"],
        ["--site", "not a site"],
    ],
)
def test_wrong_usage(run: Run, file, options: list[str]) -> None:
    assert run("lint", file(CLEAN), *options).code == 2


def test_hostile_lines_reach_neither_terminal_nor_workflow(run: Run, file) -> None:
    path = file("domain:a.com\x1b]0;owned\x07\n\u202edomain:b.com\n::error::x\n")
    for name in ("text", "github"):
        out = run("lint", path, "--format", name).data.decode()
        assert not any(c in out for c in "\x1b\x07\u202e")
    talk = run("lint", path, "--fix", "--unsafe").talk
    assert not any(c in talk for c in "\x1b\x07\u202e")


# For other people's repositories


def test_the_hook_for_pre_commit_names_this_command(run: Run, file) -> None:
    text = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    hook = dict(re.findall(r"^[- ] (\w+): (.*)$", text, re.MULTILINE))
    program, *arguments = hook["entry"].split()
    assert program == "spamlinks"
    assert hook["language"] == "python"
    assert run(*arguments, file(CLEAN)).code == 0
    assert run(*arguments, file("a.com\n")).code == 1
    for name, wanted in (
        ("disavow.txt", True),
        ("seo/disavow-links.txt", True),
        ("public/my_disavow.txt", True),
        ("disavow.py", False),
        ("notes.txt", False),
    ):
        assert bool(re.search(hook["files"], name)) is wanted
