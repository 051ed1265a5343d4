"""A short run of the fuzz target; ``make fuzz`` is the long one."""

from __future__ import annotations

from dataclasses import replace

import fuzz_exports as target
import polars as pl
import pytest

from spamlinks.errors import InputError


def test_damaged_exports_are_read_or_refused(tmp_path):
    tally = target.fuzz(examples=150, start=0, keep=tmp_path)
    assert tally.outcomes.total() >= 150
    assert {outcome for _, outcome in tally.outcomes} >= {"read", "not read"}
    assert list(tmp_path.iterdir()) == []


def test_a_failure_is_shrunk_kept_and_raised(tmp_path, monkeypatch):
    def strict(path, guess, site):
        if b'"' in path.read_bytes():
            raise RecursionError("too deep")
        return "read"

    monkeypatch.setattr(target, "outcome_of", strict)
    monkeypatch.setattr(target, "MUTATIONS", target.MUTATIONS[:1])
    with pytest.raises(RecursionError, match="too deep"):
        target.fuzz(examples=200, start=0, keep=tmp_path / "kept")
    assert any(b'"' in path.read_bytes() for path in (tmp_path / "kept").iterdir())


FOUND = [  # name, bytes, what went wrong
    ("x.json", b'[{"url": "https://a.example/", "' + b"9\x00" * 300 + b'": 1}]',
     "a long key with control characters stood in a note"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "_why"), FOUND)
def test_what_was_found_is_mended(tmp_path, name, data, _why):
    (tmp_path / name).write_bytes(data)
    for guess in (False, True):
        target.outcome_of(tmp_path / name, guess, None)


PROMISES = [  # what is broken, words of the complaint
    ({"records": 9}, "records do not add up"),
    ({"notes": ("a\x1b[31m",)}, "note with control characters"),
    ({"rows": [3, 3]}, "record numbers"),
    ({"pages": ["https://a.example/\n", "b.example"]}, "control characters in a page"),
    ({"pages": [None, "b.example"]}, "without page"),
]


@pytest.mark.parametrize(("broken", "words"), PROMISES)
def test_broken_promises_are_noticed(tmp_path, broken, words):
    path = tmp_path / "x.csv"
    path.write_text("Linking page,Last crawled\nhttps://a.example/,\nb.example,\n")
    reading = target.read_export(path)
    target.check_reading(reading)
    table = reading.backlinks
    if "rows" in broken:
        table = table.with_columns(export_row=pl.Series(broken["rows"]))
    if "pages" in broken:
        table = table.with_columns(referring_page=pl.Series(broken["pages"]))
    fields = {key: broken.get(key, getattr(reading, key)) for key in ("records", "notes")}
    with pytest.raises(AssertionError, match=words):
        target.check_reading(replace(reading, backlinks=table, **fields))


def test_messages_of_several_lines_are_noticed():
    with pytest.raises(AssertionError, match="control characters"):
        target.check_error(InputError("x.csv", "two\nlines", "Try again."))
