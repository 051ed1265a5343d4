"""What the terminal says of a comparison, from the dictionary that run.json holds."""

from __future__ import annotations

from typing import Any

import pytest

from spamlinks.cli.show_since import SHOWN, SHOWN_NOTES, show_since


def since(*changes: dict[str, Any], notes: tuple[str, ...] = (), more: int = 0) -> dict[str, Any]:
    """A run with a comparison of these changes."""
    counts = {"new": 1200, "gone": 0, "worse": 1, "better": 0, "same": 3}
    run = {"created": "2026-10-05T08:00:00+00:00", "model": "m", "site": "s", "file": "o/run.json"}
    listed = list(changes)
    return {
        "since": {
            "run": run, "counts": counts, "changes": listed, "more": more, "notes": list(notes),
        }
    }  # fmt: skip


def change(kind: str, before: str | None, after: str | None, name: str = "a.com") -> dict[str, Any]:
    """One change."""
    return {
        "linking_domain": name, "change": kind, "before": before, "after": after,
        "score_before": None if before is None else 0.2,
        "score_after": None if after is None else 0.95, "why": "Now a cause (+1.0).",
    }  # fmt: skip


@pytest.fixture
def shown(capfd: pytest.CaptureFixture[str]):
    """Show a run, and return what stands on stderr."""

    def call(run: dict[str, Any]) -> str:
        capfd.readouterr()
        show_since(run)
        out, talk = capfd.readouterr()
        assert out == "", "data only goes to stdout"
        return talk

    return call


def test_a_run_without_an_earlier_one_says_nothing(shown) -> None:
    assert shown({}) == ""


def test_counts_and_what_calls_for_a_look(shown) -> None:
    talk = shown(
        since(
            change("worse", "KEEP", "DISAVOW", "worse.com"),
            change("new", None, "REVIEW", "new.com"),
            change("better", "REVIEW", "KEEP", "better.com"),
            change("worse", "KEEP", "KEEP", "within.com"),
            change("better", "KEEP", "KEEP", "hidden-better.com"),
            change("gone", "DISAVOW", None, "hidden-gone.com"),
            change("new", None, "KEEP", "hidden-new.com"),
        )
    )
    assert talk.startswith(
        "Since 2026-10-05 (o/run.json): new 1,200   gone 0   worse 1   better 0   same 3\n"
    )
    for words in ("KEEP to DISAVOW", "0.20 to 0.95", "Now a cause (+1.0)."):
        assert words in talk
    for name in ("worse.com", "new.com", "better.com", "within.com"):
        assert name in talk
    assert "hidden" not in talk
    assert "changes.csv lists every change" in talk


def test_no_table_where_nothing_calls_for_a_look(shown) -> None:
    talk = shown(since(change("new", None, "KEEP")))
    assert "Nothing that is new or worse calls for a look." in talk
    assert "a.com" not in talk


def test_no_change(shown) -> None:
    assert "No domain changed." in shown(since())


def test_changes_that_are_not_listed_are_changes(shown) -> None:
    assert "No domain changed." not in shown(since(more=7))


def test_long_lists_are_cut_and_counted(shown) -> None:
    many = [change("new", None, "REVIEW", f"n{n}.com") for n in range(SHOWN + 5)]
    talk = shown(since(*many, notes=tuple(f"Note {n}." for n in range(SHOWN_NOTES + 2))))
    assert talk.count(".com") == SHOWN
    assert talk.count("Note ") == SHOWN_NOTES
    assert "and 2 more notes in run.json" in talk


def test_hostile_text_stays_text(shown) -> None:
    evil = "[red]\x1b[31m\u202ex"
    row = {**change("worse", "KEEP", "DISAVOW", evil), "why": evil}
    talk = shown(since(row, notes=(evil,)))
    assert talk.count("[red]") == 3
    assert "\x1b" not in talk
    assert "\u202e" not in talk
