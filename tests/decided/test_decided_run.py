"""Decisions held against a run, and against a table of verdicts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spamlinks.decided import (
    DecisionList,
    follow,
    here,
    refuse_contradiction,
    refuse_split,
    settle,
    with_decisions,
)
from spamlinks.disavow import DisavowFile, Entry
from spamlinks.drafts import Wishes, draft_disavow
from spamlinks.drafts.decided_entries import changed_minds
from spamlinks.errors import InputError
from spamlinks.policy import REASON_TEXT, Decision, Guards, KeepList, Reason, Verdict

K, R, D = Verdict.KEEP, Verdict.REVIEW, Verdict.DISAVOW
ANN = "Ann", date(2026, 11, 25), "client of ours"


def given(*decisions: Decision, source: str = "mine.csv") -> DecisionList:
    return DecisionList(source, {decision.name: decision for decision in decisions}, "00")


LINKS = pl.DataFrame(
    {
        "referring_page": ["https://blog.a.example/post?x=1", "http://b.example/", None],
        "linking_domain": ["a.example", "b.example", None],
    }
)

HERE = [  # decided, whether some row or link is about it; the why stands beside it
    ("a.example", True),
    ("c.example", False),
    ("blog.a.example", True),  # a part with links
    ("shop.a.example", False),  # a part without
    ("https://blog.a.example/post?x=1", True),
    ("http://blog.a.example/post?x=1", True),  # the scheme tells no pages apart
    ("https://blog.a.example/other", False),
    ("https://c.example/", False),
    ("example", False),  # a whole suffix is no site
]


@pytest.mark.parametrize(("name", "expected"), HERE)
def test_what_a_decision_is_about(name: str, expected: bool) -> None:
    domains = LINKS.drop_nulls().select("linking_domain")
    assert here([Decision(name, D)], domains, LINKS) == ({name} if expected else set())


def test_without_links_a_part_counts_where_its_site_does() -> None:
    domains = LINKS.select("linking_domain")
    decisions = [Decision("shop.a.example", D), Decision("shop.c.example", D)]
    assert here(decisions, domains, None) == {"shop.a.example"}


CONTRADICTIONS = [  # decided, verdict, keep list, whether it is told
    ("a.example", D, "a.example", True),
    ("blog.a.example", D, "a.example", True),  # below what is kept
    ("https://a.example/x", D, "a.example", True),
    ("https://a.example/x", D, "https://a.example/x", True),
    ("a.example", D, "https://a.example/x", False),  # its other pages may be disavowed
    ("a.example", K, "a.example", False),
    ("a.example", R, "a.example", False),
    ("a.example", D, "b.example", False),
]


@pytest.mark.parametrize(("name", "verdict", "keep", "told"), CONTRADICTIONS)
def test_a_decision_against_the_keep_list_is_told(
    name: str, verdict: Verdict, keep: str, told: bool
) -> None:
    decisions = given(Decision(name, verdict, row=7))
    if not told:
        refuse_contradiction(decisions, KeepList.parse(keep), "keep.txt")
        return
    with pytest.raises(InputError) as caught:
        refuse_contradiction(decisions, KeepList.parse(keep), "keep.txt")
    for words in ("mine.csv: row 7: ", f"{name} is decided DISAVOW", "keep.txt keeps it"):
        assert words in str(caught.value)


def test_two_files_that_decide_differently_name_both_rows() -> None:
    one, two = given(Decision("a.example", D, row=2)), given(Decision("a.example", K, row=9))
    refuse_split(one, one)
    with pytest.raises(InputError, match=r"DISAVOW in row 2, and KEEP in row 9 of mine\.csv"):
        refuse_split(one, two)


def run_of(*rows: tuple[str, Verdict, Reason]) -> pl.DataFrame:
    names = ("linking_domain", "verdict", "reason")
    frame = pl.DataFrame([tuple(map(str, row)) for row in rows], schema=names, orient="row")
    return frame.with_columns(why=pl.lit(REASON_TEXT[Reason.DECIDED] + " Its score: so."))


def test_what_became_of_the_decisions_is_counted_and_told() -> None:
    decisions = given(
        Decision("a.example", K, *ANN),
        Decision("b.example", D),
        Decision("co.uk", D),
        Decision("gone.example", D, "Bob"),
        Decision("mine.example", D),
    )
    domains = run_of(
        ("a.example", K, Reason.DECIDED),
        ("b.example", D, Reason.DECIDED),
        ("co.uk", R, Reason.PUBLIC_SUFFIX),
        ("d.example", K, Reason.SCORE_LOW),
    )
    before = domains.with_columns(verdict=pl.Series(["DISAVOW", "DISAVOW", "REVIEW", "KEEP"]))
    found = follow(decisions, domains, before, LINKS, "https://mine.example/")
    assert found.facts == {
        "file": "mine.csv", "sha256": "00", "given": 5, "applied": 2, "changed": 1, "not_here": 1,
        "disavow": 1, "by": {"Ann": 1, "Bob": 1},
    }  # fmt: skip
    unheeded, own = found.notes
    assert own == (
        "not followed: DISAVOW for mine.example (OWN_SITE). This is your own site, or one that "
        "holds it."
    )
    assert unheeded.startswith("not followed: DISAVOW for co.uk (PUBLIC_SUFFIX). Many unrelated")
    assert "--allow co.uk" in unheeded


def test_to_keep_the_own_site_needs_no_word() -> None:
    domains = run_of(("a.example", K, Reason.SCORE_LOW))
    found = follow(given(Decision("mine.example", K)), domains, domains, LINKS, "mine.example")
    assert (found.facts["applied"], found.facts["not_here"]) == (0, 1)
    assert not any("not followed" in note for note in found.notes)


def test_the_columns_and_the_sentence() -> None:
    domains = run_of(("a.example", K, Reason.DECIDED), ("d.example", K, Reason.SCORE_LOW))
    frame = with_decisions(domains, given(Decision("a.example", K, *ANN), Decision("x.example", D)))
    assert frame.columns[-4:] == ["decision", "decided_by", "decided_on", "decision_note"]
    assert frame.select("decision", "decided_by", "decided_on", "decision_note").rows() == [
        ("KEEP", *ANN),
        (None, None, None, None),
    ]
    assert frame["why"][0] == "Decided by Ann on 2026-11-25: client of ours. Its score: so."
    assert frame["why"][1] == domains["why"][1]
    bare = with_decisions(domains, None)
    assert bare["decision"].null_count() == 2
    assert bare.schema == frame.schema


SETTLED = [  # verdict and reason of the table, decided, verdict and reason then
    ("KEEP", Reason.SCORE_LOW, D, "DISAVOW", "DECIDED"),
    ("DISAVOW", Reason.SCORE_HIGH, K, "KEEP", "DECIDED"),
    ("DISAVOW", Reason.IN_LIVE_FILE, D, "DISAVOW", "IN_LIVE_FILE"),  # no entry of its own
    ("DISAVOW", Reason.IN_LIVE_FILE, K, "KEEP", "DECIDED"),
    ("KEEP", Reason.OWN_SITE, D, "DISAVOW", "OWN_SITE"),  # the last check names it
    ("KEEP", Reason.KEEP_LIST, K, "KEEP", "DECIDED"),
]


@pytest.mark.parametrize(("verdict", "reason", "decided", "then", "why"), SETTLED)
def test_decisions_settle_a_table(
    verdict: str, reason: Reason, decided: Verdict, then: str, why: str
) -> None:
    table = pl.DataFrame(
        {
            "linking_domain": ["z.example", "WWW.A.example", "https://b.example/x"],
            "verdict": ["REVIEW", verdict, "REVIEW"],
            "reason": ["PLATFORM", reason.value, "PLATFORM"],
        }
    )
    page = Decision("https://b.example/x", D)
    found = settle(table, given(Decision("a.example", decided, *ANN), page))
    assert found.row(0) == ("z.example", "REVIEW", "PLATFORM", None, None, None, None)
    assert found.row(1) == ("WWW.A.example", then, why, decided.value, *ANN)
    assert found.row(2)[1:4] == ("DISAVOW", "DECIDED", "DISAVOW")
    assert settle(found, given()).equals(found)


def test_the_audits_keep_list_is_not_overruled_in_a_table() -> None:
    table = pl.DataFrame(
        {"linking_domain": ["a.example"], "verdict": ["KEEP"], "reason": ["KEEP_LIST"]}
    )
    with pytest.raises(InputError, match=r"a\.example is decided DISAVOW, and your keep list"):
        settle(table, given(Decision("a.example", D)))


GONE = [  # entry that is gone, what a decision says of it
    (Entry.domain("a.example"), K),
    (Entry.domain("blog.a.example"), K),  # a part of the site
    (Entry.url("https://a.example/x"), K),  # a page of it
    (Entry.url("https://d.example/x"), R),  # decided itself
    (Entry.domain("d.example"), None),
    (Entry.domain("b.example"), None),  # decided DISAVOW: it should be there
    (Entry.domain("example"), None),  # above: nobody decided that
    (Entry.domain("other.com"), None),  # a decision on a whole suffix is about no site
    (Entry.domain("com"), K),
]


@pytest.mark.parametrize(("entry", "verdict"), GONE)
def test_which_entries_a_decision_takes_out(entry: Entry, verdict: Verdict | None) -> None:
    decisions = (
        Decision("a.example", K),
        Decision("b.example", D),
        Decision("https://d.example/x", R),
        Decision("com", K),
    )
    meant, other = changed_minds([entry], given(*decisions).by_name)
    assert [decision.verdict for _, decision in meant] == ([] if verdict is None else [verdict])
    assert other == ([entry] if verdict is None else [])


DOMAINS = pl.DataFrame(
    {
        "linking_domain": ["a.example", "b.example"],
        "unit": ["domain", "domain"],
        "verdict": ["DISAVOW", "KEEP"],
        "reason": ["SCORE_HIGH", "SCORE_LOW"],
        "spam_score": [0.9, 0.1],
        "links": [1, 1],
        "evidence": ["", ""],
    }
)
RUN = {"created": "2026-11-25T00:00:00"}


def drafted(
    *decisions: Decision,
    live: str = "",
    former: str = "",
    keep: str = "",
    domains: pl.DataFrame = DOMAINS,
) -> list[str]:
    guards = Guards(
        live=DisavowFile.parse(live, "live.txt") if live else None,
        decided=given(*decisions).by_name,
        keep=KeepList.parse(keep),
    )
    wishes = Wishes(former=DisavowFile.parse(former) if former else None)
    draft = draft_disavow(domains, guards, RUN, LINKS, wishes)
    entries = DisavowFile.parse(draft.text).entries if draft.text else ()
    return [line.text for line in entries] + [*draft.refused, *draft.notes]


def test_pages_and_parts_that_were_decided_get_entries_where_they_link() -> None:
    assert drafted(Decision("http://b.example/x", D), Decision("other.example", D)) == [
        "domain:a.example"
    ]  # no such page links here
    page = "https://blog.a.example/post?x=1"
    domains = DOMAINS.with_columns(verdict=pl.lit("KEEP"))
    for name, entry in ((page, page), ("blog.a.example", "domain:blog.a.example")):
        # The closer decision counts: all of the site is kept, but for this.
        decided = (Decision("a.example", K), Decision(name, D))
        assert drafted(*decided, domains=domains) == [entry]
        assert drafted(*decided, domains=domains, keep="a.example") == [
            f"{name}: KEEP_LIST (a.example)"
        ]


def test_what_was_decided_keep_is_never_written() -> None:
    assert drafted(Decision("blog.a.example", K)) == [
        "a.example: you decided to keep blog.a.example"
    ]
    both = Decision("blog.a.example", K), Decision("a.example", D)
    assert drafted(*both) == ["a.example: you decided to keep blog.a.example"]


LEFT = [  # live file, decided, the line and the name to take out; the why stands beside it
    ("domain:b.example", Decision("b.example", K), "b.example (line 1)", "--remove b.example"),
    ("domain:b.example", Decision("x.b.example", K), "x.b.example (line 1)", "--remove b.example"),
    (
        "# x\nhttp://b.example/p",
        Decision("b.example", K),
        "(line 2)",
        "--remove http://b.example/p",
    ),
    ("http://b.example/p", Decision("http://b.example/p", K), "(line 1)", "--remove http"),
]


@pytest.mark.parametrize(("live", "decision", "place", "remove"), LEFT)
def test_a_line_of_the_live_file_stays_and_is_named(
    live: str, decision: Decision, place: str, remove: str
) -> None:
    found = drafted(decision, live=live)
    assert live.splitlines()[-1] in found
    (note,) = [text for text in found if text.startswith("decided KEEP")]
    assert place in note
    assert remove in note
    assert "recheck live.txt" in note
    (review,) = [Decision(decision.name, R)]
    assert not any(text.startswith("decided") for text in drafted(review, live=live))


def test_a_former_entry_that_goes_is_told(tmp_path: Path) -> None:
    former = "# Disavow file by spamlinks 1\ndomain:a.example\ndomain:b.example\n"
    assert drafted(Decision("b.example", K, *ANN), former=former) == [
        "domain:a.example",
        "1 entry of the former file left out by decision: b.example (KEEP, decided by Ann on "
        "2026-11-25: client of ours)",
    ]
