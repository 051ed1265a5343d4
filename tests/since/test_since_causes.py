"""Why a domain changed: a table of rows with what the sentence must and must not say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from since_tables import cells, domain, pair

from spamlinks.since.causes import MAX_WHY, Circumstances, said_of_vendors, why_changed

AROUND = Circumstances(day="2026-10-05", networks=True, renamed={"seo-new": "seo-old"})
SIX = " | ".join(f"{word} stands (-0.{9 - n})" for n, word in enumerate("abcdef"))

MOVED = [
    ("a piece of evidence came", cells(score=0.2, evidence="a stands (-0.4)"),
     cells(score=0.9, evidence="3,870 links out (+1.4) | a stands (-0.4)"),
     "Now 3,870 links out (+1.4)."),
    ("one went", cells(score=0.9, evidence="b stands (+1.0) | a stands (-0.1)"),
     cells(score=0.2, evidence="a stands (-0.1)"), "Then b stands (+1.0)."),
    ("its number grew", cells(score=0.2, evidence="the page has 12 links out (+0.2)"),
     cells(score=0.9, evidence="the page has 3,870 links out (+1.4)"),
     "The page has 3,870 links out (+1.4), then the page has 12 links out (+0.2)."),
    ("singular and plural are one subject",
     cells(score=0.2, evidence="1 linking domain in all with this name pattern (-0.1)"),
     cells(score=0.9, evidence="40 linking domains in all with this name pattern (+1.1)"),
     "40 linking domains in all with this name pattern (+1.1), then 1 linking domain in all with "
     "this name pattern (-0.1)."),
    ("a usual value stands in it",
     cells(score=0.2, evidence="12 links out (usually 5 to 60) (+0.2)"),
     cells(score=0.9, evidence="900 links out (usually 4 to 61) (+1.2)"),
     "900 links out (+1.2), then 12 links out (+0.2)."),
    ("what is usual is told of one only",
     cells(score=0.2, evidence="no links out (+0.2)"),
     cells(score=0.9, evidence="900 links out (9 of 10 domains have at most 61) (+1.2)"),
     "900 links out (+1.2), then no links out (+0.2)."),
    ("it no longer holds", cells(score=0.2, evidence="the link stands in the main text (-0.8)"),
     cells(score=0.9, evidence="not: the link stands in the main text (+0.4)"),
     "Not: the link stands in the main text (+0.4), then the link stands in the main text (-0.8)."),
    ("the same words count otherwise", cells(score=0.2, evidence="a stands (+0.1)"),
     cells(score=0.9, evidence="a stands (+1.1)"), "A stands (+1.1), then (+0.1)."),
    ("links came", cells(score=0.2), cells(score=0.9, links=1893, followed_links=1700),
     "1,893 links (1,700 followed), 1 (1) then."),
    ("links where nobody says which are followed", cells(score=0.2, followed_links=None),
     cells(score=0.9, links=3, followed_links=None), "3 links, 1 then."),
    ("a network", cells(score=0.2), cells(score=0.9, network="seo-store-3f2a"),
     "It now belongs to the network seo-store-3f2a."),
    ("a network left", cells(score=0.9, network="seo-1"), cells(score=0.2),
     "It no longer belongs to the network seo-1."),
    ("a network of another name", cells(score=0.2, network="seo-old"),
     cells(score=0.9, network="seo-new"), "No single piece of evidence moved much."),
    ("other vendors see it", cells(score=0.2, seen_by="semrush"),
     cells(score=0.9, seen_by="ahrefs+gsc"), "Seen by ahrefs and Search Console, then by semrush."),
    ("the live file", cells(verdict="REVIEW"),
     cells(verdict="DISAVOW", reason="IN_LIVE_FILE"), "Your live file covers it now."),
    ("the keep list", cells(verdict="REVIEW"), cells(verdict="KEEP", reason="KEEP_LIST"),
     "Your keep list names it now."),
    ("a score that moved the other way explains nothing",
     cells(verdict="KEEP", reason="NOFOLLOW_ONLY", score=0.98, evidence="a x (+2.0) | b x (+0.1)"),
     cells(verdict="DISAVOW", score=0.9, evidence="b x (+0.1)"),
     "Then every link of it was nofollow, ugc or sponsored."),
    ("nofollow no more", cells(verdict="KEEP", reason="NOFOLLOW_ONLY", followed_links=0),
     cells(verdict="DISAVOW", followed_links=1),
     "Then every link of it was nofollow, ugc or sponsored; 1 link (1 followed), 1 (0) then."),
    ("Search Console", cells(verdict="DISAVOW"),
     cells(verdict="KEEP", reason="NOT_IN_SEARCH_CONSOLE"),
     "Search Console, as exported now, does not list it."),
    ("a guard without words of its own", cells(verdict="DISAVOW"),
     cells(verdict="REVIEW", reason="PLATFORM"), "Another rule settles it now: A platform with "
     "many honest users: at most single URLs, after a look."),
    ("such a guard then", cells(verdict="REVIEW", reason="POPULAR"), cells(verdict="DISAVOW"),
     "Another rule settled it then: A widely visited site; that proves nothing, but a human looks "
     "first."),
    ("a verdict set by hand", cells(verdict="KEEP", reason="SCORE_MIDDLE"), cells(verdict="REVIEW"),
     "KEEP was set by hand in the earlier domains.csv, where the audit had said REVIEW."),
    ("set by hand afterwards", cells(verdict="REVIEW"),
     cells(verdict="DISAVOW", reason="SCORE_MIDDLE"),
     "DISAVOW was set by hand in the later domains.csv, where the audit had said REVIEW."),
    ("somebody decided", cells(verdict="REVIEW"), cells(verdict="DISAVOW", reason="DECIDED"),
     "You decided it."),
    ("the decision was taken back", cells(verdict="DISAVOW", reason="DECIDED"),
     cells(verdict="REVIEW"), "A decision of yours settled it then, and none does now."),
    ("somebody decided otherwise", cells(verdict="REVIEW", reason="DECIDED"),
     cells(verdict="DISAVOW", reason="DECIDED"), "You decided DISAVOW, and REVIEW then."),
    ("decided the same, the score moved", cells(verdict="KEEP", reason="DECIDED", score=0.2),
     cells(verdict="KEEP", reason="DECIDED", score=0.9), "No single piece of evidence moved much."),
    ("hardly anything", cells(verdict="REVIEW", score=0.87), cells(verdict="DISAVOW", score=0.89),
     "A small move of the score passed the cut."),
    ("not even the score", cells(verdict="REVIEW"), cells(verdict="DISAVOW"),
     "No single piece of evidence moved much."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "said"), [case[1:] for case in MOVED], ids=[case[0] for case in MOVED]
)
def test_why_a_domain_is_worse_or_better(before: dict, after: dict, said: str) -> None:
    row = pair(domain("a.com", **before), domain("a.com", **after))
    assert row["change"] in ("worse", "better")
    assert why_changed(row, AROUND) == said


def test_at_most_two_pieces_that_fit_the_direction_are_named() -> None:
    evidence = "a x (+2.0) | b x (+1.5) | c x (+1.0) | d x (-1.9)"
    row = pair(
        domain("a.com", score=0.2, evidence="z x (-0.1)"),
        domain("a.com", score=0.9, evidence=evidence),
    )
    assert why_changed(row, AROUND) == "Now a x (+2.0); now b x (+1.5)."


@pytest.mark.parametrize(("effect", "said"), [(0.6, False), (0.8, True)])
def test_what_may_have_been_there_unnamed_is_not_called_new(effect: float, said: bool) -> None:
    """Six pieces are named, the weakest with 0.4: one of 0.6 can be new by 0.2 at most."""
    now = f"{SIX.rpartition(' | ')[0]} | g stands (+{effect})"
    row = pair(domain("a.com", score=0.2, evidence=SIX), domain("a.com", score=0.9, evidence=now))
    assert ("Now g stands" in why_changed(row, AROUND)) is said


def test_evidence_that_was_not_computed_makes_no_claim() -> None:
    row = pair(
        domain("a.com", score=0.2, evidence="not computed for this many domains; see 'x'"),
        domain("a.com", score=0.9, evidence="a stands (+1.0)"),
    )
    assert why_changed(row, AROUND) == "No single piece of evidence moved much."


def test_what_differs_in_the_runs_is_said_where_nothing_else_is() -> None:
    around = Circumstances(["the precision (0.98 then, 0.95 now)"])
    moved = pair(domain("a.com", "REVIEW", 0.8), domain("a.com", "DISAVOW", 0.8))
    assert why_changed(moved, around) == ("The runs differ in the precision (0.98 then, 0.95 now).")
    told = pair(domain("a.com", "REVIEW"), domain("a.com", "KEEP", reason="KEEP_LIST"))
    assert "precision" not in why_changed(told, around)
    model = Circumstances(["the model (standard-v1 then, standard-v2 now)"])
    assert why_changed(told, model).endswith("(standard-v1 then, standard-v2 now).")


def test_no_network_is_told_where_one_run_did_not_look_for_any() -> None:
    row = pair(domain("a.com", score=0.2), domain("a.com", score=0.9, network="seo-1"))
    assert "network" in why_changed(row, AROUND)
    assert "network" not in why_changed(row, Circumstances())


def test_the_two_pieces_that_tell_best_say_nothing_about_what_is_unnamed() -> None:
    """They stand first whatever their size; the weakest of the others is what bounds the rest."""
    then = "a x (+0.1) | b x (+0.2) | c x (-1.5) | d x (-1.2)"
    now = f"g x (+2.0) | {then}"
    row = pair(domain("a.com", score=0.2, evidence=then), domain("a.com", score=0.9, evidence=now))
    assert "Now g x (+2.0)" in why_changed(row, AROUND)
    now = f"g x (+1.4) | {then}"
    row = pair(domain("a.com", score=0.2, evidence=then), domain("a.com", score=0.9, evidence=now))
    assert "g x" not in why_changed(row, AROUND), "one of 1.2 may have been there unnamed"


NEW = [
    ("after the earlier run", cells(first_seen="2026-11-01"), "First seen on 2026-11-01."),
    ("before it", cells(first_seen="2019-03-02"),
     "First seen on 2019-03-02, though not in the earlier exports."),
    ("on its day", cells(first_seen="2026-10-05"), "First seen on 2026-10-05."),
    ("without a day", cells(first_seen=None), "Not in the earlier exports."),
    ("with a day that a spreadsheet made", cells(first_seen="02/03/19"),
     "Not in the earlier exports."),
    ("known to a new vendor only", cells(first_seen=None, seen_by="gsc"),
     "Not in the earlier exports; only Search Console knows it, new among the exports."),
    ("known to one that was there as well", cells(first_seen=None, seen_by="ahrefs+gsc"),
     "Not in the earlier exports."),
]  # fmt: skip


@pytest.mark.parametrize(("after", "said"), [c[1:] for c in NEW], ids=[c[0] for c in NEW])
def test_why_a_domain_is_new(after: dict, said: str) -> None:
    around = Circumstances(day="2026-10-05", gained=frozenset({"gsc"}))
    row = pair(None, domain("a.com", "REVIEW", **after))
    assert why_changed(row, around) == f"A cause. {said}"
    assert why_changed({**row, "why_after": None}, around) == said


@pytest.mark.parametrize(
    ("seen_by", "said"),
    [
        ("ahrefs", "No link of it is in these exports."),
        ("ahrefs+semrush", "No link of it is in these exports."),
        (None, "No link of it is in these exports."),
        (
            "gsc+semrush",
            "No link of it is in these exports; only Search Console and semrush knew it, of which "
            "there is no export this time.",
        ),
    ],
)
def test_why_a_domain_is_gone(seen_by: str | None, said: str) -> None:
    around = Circumstances(lost=frozenset({"semrush", "gsc"}))
    assert why_changed(pair(domain("a.com", seen_by=seen_by), None), around) == said


def test_vendors_are_named() -> None:
    assert said_of_vendors(frozenset({"gsc"})) == "Search Console"
    assert said_of_vendors(frozenset({"bing", "ahrefs", "majestic"})) == "ahrefs, bing and majestic"


ANYTHING = st.text(max_size=300) | st.just("\x1b[31m | x (+9.9)" * 50) | st.none()


@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_any_text_gives_one_clean_line(one, other, network, seen_by) -> None:
    rows = [
        domain("a.com", score=0.1, evidence=one, network=network, seen_by=seen_by, why=other),
        domain("a.com", score=0.9, evidence=other, network=seen_by, seen_by=network, why=one),
    ]
    for row in (pair(*rows), pair(None, rows[0]), pair(rows[0], None)):
        said = why_changed(row, Circumstances(lost=frozenset({"ahrefs"}), day="2026-10-05"))
        assert said
        assert len(said) <= MAX_WHY
        assert said.isprintable()
