"""Real disavow files as their owners published them, where they lie beside the checkout."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spamlinks.disavow import Candidate, DisavowFile, Entry, diff, vet
from spamlinks.errors import InputError

FOLDER = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "disavow"
FILES = sorted(FOLDER.glob("*__*isavow*.txt"))


def _files() -> list[Path]:
    if not FILES:
        pytest.skip("the real disavow files are not part of the repository")
    return FILES


def _is_json(path: Path) -> bool:
    return path.read_bytes().lstrip()[:1] in (b"[", b"{")


def test_every_real_file_renders_byte_for_byte_and_json_is_refused():
    refused = []
    for path in _files():
        data = path.read_bytes()
        try:
            file = DisavowFile.parse(data, path.name)
        except InputError as error:
            refused.append((path, error.problem))
        else:
            assert file.render() == data, path.name
    assert len(FILES) == 117
    json_files = [path for path in FILES if _is_json(path)]
    assert refused == [
        (path, "no disavow file: this is JSON (NOT_A_DISAVOW_FILE)") for path in json_files
    ]
    assert len(refused) == 1


def test_nearly_every_plain_entry_of_real_files_is_read():
    """Lines that a plain pattern takes for entries must be entries for us, unless they name it."""
    plain = re.compile(
        r"^domain:[a-z0-9-]+(\.[a-z0-9-]+)+$|^https?://[a-z0-9.-]+\.[a-z]+/[\w./-]*$"
    )
    seen = missed = 0
    for path in _files():
        if _is_json(path):
            continue
        for line in DisavowFile.parse(path.read_bytes(), path.name).lines:
            if plain.match(line.text):
                seen += 1
                missed += not line.is_entry
                assert line.is_entry or line.has_error
    assert seen > 60_000
    assert missed <= 5  # e.g. a host label that begins with a hyphen


def test_merging_into_real_files_adds_one_entry_and_loses_none():
    new = Entry.domain("a-new-one.example")
    for path in _files():
        if _is_json(path):
            continue
        live = DisavowFile.parse(path.read_bytes(), path.name)
        old = vet(Candidate(Entry(x.kind, x.value)) for x in live.entries[:200])
        merged = live.merge([Candidate(new, "why"), *old.accepted])
        assert diff(live, merged) == ((new,), ()), path.name
        ends = live.render().rstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf")
        assert merged.render().startswith(ends)
