"""What goes into the file, and what is held back; first dates, pages, wishes."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from spamlinks.disavow import DisavowFile, collapsing
from spamlinks.drafts import Draft, Wishes, candidates, draft_disavow, former_file
from spamlinks.errors import OutputError
from spamlinks.policy import Guards, KeepList

MONDAY = {"created": "2026-11-23T10:00:00+00:00", "precision": 0.98}
TUESDAY = {"created": "2026-11-24T10:00:00+00:00", "precision": 0.98}


def domains(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    """Rows of (linking_domain, unit, verdict, reason)."""
    return pl.DataFrame(
        rows, schema=["linking_domain", "unit", "verdict", "reason"], orient="row"
    ).with_columns(
        spam_score=pl.lit(0.97),
        links=pl.lit(3, dtype=pl.Int64),
        followed_links=pl.lit(3, dtype=pl.Int64),
        evidence=pl.lit("an anchor sells (+2.1) | the page is old (-1.0)"),
    )


def spam(*names: str, unit: str = "domain") -> pl.DataFrame:
    return domains(*((name, unit, "DISAVOW", "SCORE_HIGH") for name in names))


def draft(
    table: pl.DataFrame, run: dict[str, Any] | None = None, live: str | None = None, **options: Any
) -> Draft:
    file = DisavowFile.parse(live, "live.txt") if live is not None else None
    keep = options.pop("keep", KeepList())
    wishes = Wishes(**{k: options.pop(k) for k in ("allow", "former") if k in options})
    guards = Guards(site="shop.example", keep=keep, live=file)
    return draft_disavow(table, guards, run or MONDAY, options.pop("links", None), wishes)


def text(found: Draft) -> str:
    assert found.text is not None
    return found.text.decode()


# Comments: reason and day of the first run


def test_a_comment_has_the_day_and_the_reason():
    assert "# 2026-11-23 score 0.97, 3 links: an anchor sells\ndomain:a.com\n" in text(
        draft(spam("a.com"))
    )


def test_the_same_list_on_another_day_is_the_same_file():
    first = draft(spam("a.com", "b.com"))
    former = DisavowFile.parse(first.text or b"")
    again = draft(spam("b.com", "a.com"), TUESDAY, former=former)
    assert again.text == first.text
    assert again.unchanged
    assert not first.unchanged


def test_an_entry_keeps_the_comment_of_its_first_run():
    former = DisavowFile.parse(draft(spam("a.com", "bücher.com")).text or b"")
    found = draft(spam("a.com", "bücher.com", "c.com"), TUESDAY, former=former)
    assert "on 2026-11-24" in text(found).splitlines()[0]
    assert "# 2026-11-23 score 0.97, 3 links: an anchor sells\ndomain:a.com\n" in text(found)
    assert "# (bücher.com) 2026-11-23 score" in text(found)
    assert "# 2026-11-24 score 0.97, 3 links: an anchor sells\ndomain:c.com\n" in text(found)


def test_a_file_of_somebody_else_gives_no_comments():
    former = DisavowFile.parse("# the worst\ndomain:a.com\n")
    assert "the worst" not in text(draft(spam("a.com", "b.com"), former=former))


LIVES = ["# mine\r\ndomain:old.com", "\ufeffdomain:old.com\n"]


@pytest.mark.parametrize("live", LIVES, ids=ascii)
def test_beside_the_same_live_file_another_day_changes_nothing(live, tmp_path):
    file, target = DisavowFile.parse(live), tmp_path / "disavow.txt"
    target.write_bytes(draft(spam("a.com", "b.com"), live=live).text or b"")
    former = former_file(target, file)
    again = draft(spam("b.com", "a.com"), TUESDAY, live, former=former)
    assert again.unchanged
    assert again.text == target.read_bytes()
    assert again.changes == ("+ domain:a.com", "+ domain:b.com")  # beside the live file
    more = draft(spam("a.com", "b.com", "c.com"), TUESDAY, live, former=former)
    assert "# 2026-11-23 score 0.97, 3 links: an anchor sells" in text(more)
    assert "# 2026-11-24 score 0.97, 3 links: an anchor sells" in text(more)
    assert text(more).startswith(file.render().decode().removeprefix("\ufeff"))


def test_a_file_that_lacks_a_line_of_the_live_file_is_no_former_one(tmp_path):
    target = tmp_path / "disavow.txt"
    target.write_bytes(draft(spam("a.com")).text or b"")
    assert former_file(target) is not None
    assert former_file(target, DisavowFile.parse("# mine\ndomain:old.com\n")) is None


def test_the_diff_shows_the_new_lines_below_the_live_file():
    found = draft(spam("a.com"), live="# mine\ndomain:old.com\n")
    assert found.diff[:5] == (
        "--- live.txt", "+++ the new file", "@@ -1,2 +1,8 @@", " # mine", " domain:old.com",
    )  # fmt: skip
    assert found.diff[-1] == "+domain:a.com"
    assert draft(spam("old.com"), live="domain:old.com\n").diff == ()


def test_a_live_file_is_only_added_to_and_its_comments_stay():
    live = "# 2020-01-01 score 0.50, 9 links: old\ndomain:a.com\n"
    found = draft(spam("a.com", "b.com"), TUESDAY, live)
    assert text(found).startswith(live)
    assert text(found).count("domain:a.com") == 1
    assert (found.new, found.kept, found.entries) == (1, 1, 2)
    again = draft(spam("a.com", "b.com"), MONDAY, text(found))
    assert again.text is None
    assert again.why_not == "your live file already has every entry"


# The decision unit

PAGES = pl.DataFrame(
    [
        ("https://forum.com/spam-1", "forum.com", False, False),
        ("https://forum.com/spam-1#reply", "forum.com", False, False),
        ("https://forum.com/nofollow", "forum.com", True, False),
        ("https://forum.com/gone", "forum.com", False, True),
        ("https://www.forum.com/spam 2", "forum.com", None, None),
        ("https://other.com/x", "other.com", False, False),
        ("forum.com", "forum.com", False, False),  # a list of domains names no page
    ],
    schema=["referring_page", "linking_domain", "rel_nofollow", "is_lost"],
    orient="row",
)


def test_of_a_site_worth_keeping_only_the_followed_pages_that_stand():
    found = draft(spam("forum.com", unit="url"), links=PAGES)
    entries = [entry.value for entry in DisavowFile.parse(text(found)).entries]
    assert entries == ["https://forum.com/spam-1", "https://www.forum.com/spam%202"]
    assert not found.refused


def test_a_page_written_by_hand():
    found = draft(spam("https://forum.com/one", unit="url"))
    assert "\nhttps://forum.com/one\n" in text(found)
    assert "1 link:" in text(found)


@pytest.mark.parametrize("links", [None, PAGES.filter(pl.col("linking_domain") != "forum.com")])
def test_where_no_page_is_known_it_is_held_back(links):
    found = draft(spam("forum.com", unit="url"), links=links)
    assert found.text is None
    assert found.refused[0].startswith("forum.com: only single pages of it may be disavowed")


@pytest.mark.parametrize(
    ("name", "unit", "allow", "written"),
    [
        ("me.blogspot.com", "host", (), True),
        ("blogspot.com", "url", (), False),
        ("blogspot.com", "url", ("blogspot.com",), True),
        ("xyz", "domain", (), False),
        ("xyz", "domain", ("xyz",), True),
        ("1.2.3.4", "domain", (), False),
        ("1.2.3.4", "domain", ("1.2.3.4",), True),
        ("google.com", "url", ("google.com",), False),
        ("mit.edu", "url", ("mit.edu",), False),  # an institution is no suffix
        ("mit.edu", "domain", ("mit.edu",), False),  # whatever unit somebody writes
        ("forum.com", "url", ("forum.com",), False),  # nor is a site with something to keep
        ("shop.example", "domain", ("shop.example",), False),
    ],
)
def test_a_suffix_or_an_address_only_by_name(name, unit, allow, written):
    found = draft(spam(name, "spam.com") if unit == "domain" else
                  pl.concat([spam(name, unit=unit), spam("spam.com")]),
                  allow=frozenset(allow))  # fmt: skip
    assert (f"\ndomain:{name}\n" in text(found)) is written
    assert bool(found.refused) is not written


# What the live file's own comments keep

KEPT = "# NOT disavowed: paper.com, friend.com\ndomain:old.com\n"


@pytest.mark.parametrize("name", ["paper.com", "blog.paper.com", "friend.com"])
def test_what_a_comment_keeps_is_held_back_with_its_line(name):
    found = draft(spam(name, "bad.com"), live=KEPT)
    assert found.changes == ("+ domain:bad.com",)
    assert found.refused == (f"{name}: a comment of your live file keeps it (line 1)",)


def test_only_what_a_comment_keeps_is_left():
    found = draft(spam("paper.com"), live=KEPT)
    assert found.text is None
    assert found.refused


def test_the_user_may_mean_it_after_all():
    found = draft(spam("paper.com"), live=KEPT, allow=frozenset({"paper.com"}))
    assert found.changes == ("+ domain:paper.com",)


def test_the_own_site_set_to_disavow_in_a_table_is_held_back():
    row = domains(("mine.com", "domain", "DISAVOW", "OWN_SITE"))
    found = draft(pl.concat([row, spam("bad.com")]))
    assert found.changes == ("+ domain:bad.com",)
    assert found.refused == ("mine.com: OWN_SITE",)


def test_no_switch_allows_a_suffix_with_something_to_keep_inside():
    row = domains(("blogspot.com", "url", "DISAVOW", "KEEP_LIST"))
    found = draft(pl.concat([row, spam("bad.com")]), allow=frozenset({"blogspot.com"}))
    assert found.changes == ("+ domain:bad.com",)
    assert found.refused[0].startswith("blogspot.com: only single pages of it")


def test_nothing_collapses_onto_what_a_comment_keeps(monkeypatch):
    monkeypatch.setattr(collapsing, "MAX_LINES", 30)
    monkeypatch.setattr("spamlinks.disavow.render.MAX_LINES", 30)
    table = spam(*(f"https://www.paper.com/{n}" for n in range(40)), unit="url")
    with pytest.raises(OutputError, match=r"4\d lines, and Google takes 30"):
        draft(table, live=KEPT)
    found = draft(table, live=KEPT, allow=frozenset({"paper.com"}))
    assert found.changes == ("+ domain:www.paper.com",)


def test_what_collapsed_is_told(monkeypatch):
    monkeypatch.setattr(collapsing, "MAX_LINES", 30)
    table = spam(*(f"https://spam.com/{n}" for n in range(40)), unit="url")
    found = draft(table)
    assert found.collapsed == ("domain:spam.com stands for 40 URLs",)
    assert found.changes == ("+ domain:spam.com",)
    assert "the comments on new entries were left out" in found.notes[-1]
    keep = KeepList(urls=frozenset({"https://spam.com/good"}))
    monkeypatch.setattr("spamlinks.disavow.render.MAX_LINES", 30)
    with pytest.raises(OutputError, match=r"40 lines, and Google takes 30"):
        draft(table, keep=keep)


def test_candidates_without_a_day():
    (candidate,) = candidates(spam("a.com"))
    assert candidate.comment == "score 0.97, 3 links: an anchor sells"
    (candidate,) = candidates(spam("a.com"), made_on=date(2026, 1, 2))
    assert candidate.comment.startswith("2026-01-02 score")


# The keep list, however a table spells a name


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("PARTNER.com.", "domain"),
        ("partner.com:80", "domain"),
        ("user@partner.com", "domain"),
        ("partner\u3002com", "domain"),
        ("sub.partner.com.", "domain"),
        ("Bücher.de", "domain"),
        ("https://partner.com/bought", "url"),
    ],
)
def test_the_keep_list_is_held_against_entries_not_against_cells(name, unit):
    keep = KeepList.parse("partner.com\nbücher.de\n")
    found = draft(spam(name, unit=unit), keep=keep)
    assert found.text is None
    assert "KEEP_LIST" in found.refused[0]


def test_a_page_of_another_site_is_not_one_of_this_site():
    pages = PAGES.with_columns(linking_domain=pl.lit("forum.com"))
    found = draft(spam("forum.com", unit="url"), links=pages)
    assert "other.com" not in text(found)


def test_the_comment_names_what_drove_the_entry_and_its_network() -> None:
    table = pl.DataFrame(
        {
            "linking_domain": ["a.com"], "unit": ["domain"], "verdict": ["DISAVOW"],
            "reason": ["SCORE_HIGH"], "spam_score": [0.9], "links": [2],
            "network": ["seo-store-3f2a"],
            "evidence": ["3,870 links out (9 of 10 honest-looking sites here have at most 60) "
                         "(+1.4) | an anchor of its own: “buy <b>x</b>” in “y” (+0.6) | "
                         "honest (-0.3)"],
        }
    )  # fmt: skip
    (found,) = candidates(table, None)
    assert found.comment == (
        "score 0.90, 2 links: 3,870 links out; an anchor of its own; network seo-store-3f2a"
    )
