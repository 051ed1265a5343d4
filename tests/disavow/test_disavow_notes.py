"""What is said about a live file: what merging changes, lines that do nothing, an empty list."""

from __future__ import annotations

import hashlib

import pytest

from spamlinks.disavow import Candidate, DisavowFile, Entry, live_notes

CASES = [
    (b"# ours\r\ndomain:a.example", (), "a clean file needs no word"),
    (b"", ("live.txt holds no entries: if it was downloaded, download it again",), "0 bytes"),
    (b"# a template\n", ("live.txt holds no entries: if it was downloaded, download it again",),
     "comments alone disavow nothing"),
    (b"\xef\xbb\xbfdomain:a.example\n",
     ("live.txt begins with a byte order mark: it is left out, all else stays",),
     "merging drops the mark"),
    ("domain:a.example\n".encode("utf-16"),
     ("live.txt is UTF-16, and Google takes UTF-8: its lines are written as UTF-8",),
     "the one encoding that is converted"),
    (b"domain:a.example\nb.example\n\ndomain:https://c.example\n",
     ("2 lines of live.txt are no entries, kept as they are (first: line 2: b.example); "
      "'spamlinks lint' says why",),
     "lines that look like entries and are none"),
    (b"domain:a.example\n" + b"x" * 500 + b".example/a b\n",
     (f"1 line of live.txt is no entry, kept as it is (line 2: {'x' * 57}...); "
      "'spamlinks lint' says why",),
     "a long line is cut"),
    (b"domain:xyz\n",
     ("1 line of live.txt disavows a whole suffix, kept as it is (line 1: domain:xyz)",),
     "a line that takes away far too much"),
    (b"domain:xyz\ndomain:blogspot.com\n",
     ("2 lines of live.txt disavow whole suffixes, kept (first: line 1: domain:xyz)",),
     "two of them"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "said", "why"), CASES, ids=[case[2] for case in CASES])
def test_the_notes_say_what_is_not_kept_or_does_nothing(
    data: bytes, said: tuple[str, ...], why: str
) -> None:
    live = DisavowFile.parse(data, "live.txt")
    assert live_notes(live) == said, why
    assert live.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_only_the_mark_is_lost_in_a_merge(mark: bytes) -> None:
    body = b"# ours\r\ndomain:a.example\r\nnot an entry\r\n\r\n"
    merged = DisavowFile.parse(mark + body).merge([Candidate(Entry.domain("new.example"))])
    assert merged.render() == body + b"domain:new.example\r\n"
    assert merged.sha256 == ""  # it was not read from anywhere


def test_the_own_site_in_the_list_is_named() -> None:
    live = DisavowFile.parse("domain:a.example\ndomain:blog.shop.example\n", "live.txt")
    assert live_notes(live, ["shop.example"]) == (
        "line 2 of live.txt (domain:blog.shop.example) disavows your own site",
    )
    assert live_notes(live, ["other.example"]) == ()
