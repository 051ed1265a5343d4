"""Whose verdict can change, and who comes first."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.disavow import DisavowFile
from spamlinks.enriching.undecided import REACH, RELIEF, Standing, standing_of
from spamlinks.policy import Decision, Guards, KeepList, Verdict, decide
from spamlinks.urls import parse_host

DISAVOW, REVIEW = 0.9, 0.7


def unit(name: str, score: float, **more: object) -> dict[str, object]:
    parts = parse_host(name)
    links = more.get("links", 1)
    return {
        "linking_domain": name,
        "registrable_domain": parts.registrable_domain,
        "suffix": parts.suffix,
        "is_ip_host": parts.is_ip,
        "is_private_suffix": parts.is_private_suffix,
        "spam_score": score,
        "cut_disavow": DISAVOW,
        "cut_review": REVIEW,
        "thin_evidence": False,
        "links": links,
        "followed_links": links,
        "live_links": links,
        "named": False,
        "network_alone": False,
        "listed_by_google": None,
        **more,
    }


def table(*rows: dict[str, object]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    counts = ("links", "followed_links", "live_links")
    frame = frame.with_columns(
        *(pl.col(name).cast(pl.Int64) for name in counts),
        pl.col("cut_disavow", "cut_review").cast(pl.Float64),
        pl.col("listed_by_google").cast(pl.Boolean),
    )
    return frame


GUARDS = Guards(
    site="shop.example",
    keep=KeepList.parse("partner.example"),
    live=DisavowFile.parse(b"domain:old.example\n", "live"),
    decided={"judged.example": Decision("judged.example", Verdict.KEEP)},
)


def standings(rows: pl.DataFrame, guards: Guards = GUARDS) -> pl.DataFrame:
    return standing_of(decide(rows, guards), guards)


@pytest.mark.parametrize(
    ("row", "standing", "why"),
    [
        (unit("a.example", 0.8), Standing.OPEN, "between the cuts"),
        (unit("a.example", 0.5), Standing.OPEN, "what is found could make it worse"),
        (unit("a.example", 0.95), Standing.OPEN, "what is found could speak for it"),
        (unit("a.example", 0.001), Standing.FAR, "nothing that can be found makes it spam"),
        (unit("a.example", 0.9999), Standing.OPEN, "a page may clear what its name condemns"),
        (unit("a.example", 0.9999999), Standing.FAR, "nothing that can be found makes it honest"),
        (unit("a.example", 1.0), Standing.FAR, "a score at the end is no infinite number"),
        (unit("a.example", 0.0), Standing.FAR, "nor is one at the other end"),
        (unit("shop.example", 0.8), Standing.OWN, "one's own site is never judged"),
        (unit("www.shop.example", 0.99), Standing.OWN, "nor what is below it"),
        (unit("partner.example", 0.8), Standing.KEPT, "the keep list stands"),
        (unit("judged.example", 0.8), Standing.DECIDED, "a decision stands"),
        (unit("old.example", 0.8), Standing.IN_FILE, "the live file's line stays"),
        (unit("youtube.com", 0.95), Standing.SHARED, "never disavowed whole"),
        (unit("youtube.com", 0.5), Standing.SHARED, "KEEP now, REVIEW at the most"),
        (unit("mit.edu", 0.8), Standing.SHARED, "an institution"),
        (unit("a.example", 0.8, followed_links=0), Standing.NOFOLLOW, "no entry is needed"),
        (unit("a.example", 0.5, followed_links=0), Standing.NOFOLLOW, "whatever the score"),
        (unit("a.example", 0.8, live_links=0), Standing.GONE, "no entry is needed"),
        (unit("a.example", 0.8, listed_by_google=False), Standing.UNLISTED, "no entry is needed"),
        (unit("a.example", 0.8, followed_links=None), Standing.OPEN, "rel is not known"),
        (unit("a.example", 0.95, thin_evidence=True), Standing.OPEN, "REVIEW could become KEEP"),
        (unit("a.example", 0.95, network_alone=True), Standing.OPEN, "a page may say more"),
        (
            unit("a.example", 0.9999, network_alone=True),
            Standing.OPEN,
            "for REVIEW by its network alone, however high: a page may bear it out",
        ),
        (unit("203.0.113.9", 0.95), Standing.OPEN, "REVIEW could become KEEP"),
        (unit("a.example", 0.8, cut_disavow=None), Standing.OPEN, "a cut may come with the facts"),
        (unit("", 0.8), Standing.NO_HOST, "there is nothing to ask"),
        (unit("ikea.com", 0.95), Standing.OPEN, "a popular site for REVIEW can become KEEP"),
    ],
)
def test_whose_verdict_can_change(row, standing, why):
    assert standings(table(row))["standing"].to_list() == [standing.value], why


def test_the_most_promising_come_first():
    rows = [
        unit("far.example", 0.0001),
        unit("nofollow.example", 0.8, followed_links=0, links=900),
        unit("keep-far.example", 0.3, links=50),
        unit("keep-near.example", 0.69),
        unit("disavow-near.example", 0.91),
        unit("disavow-far.example", 0.99, links=70),
        unit("review-muted.example", 0.75, thin_evidence=True, links=80, followed_links=3),
        unit("review-few.example", 0.75, links=2),
        unit("review-many.example", 0.76, links=9),
        unit("review-b.example", 0.75, links=2),
    ]
    found = standings(table(*rows))
    assert found["linking_domain"].to_list() == [
        "review-muted.example",  # REVIEW first; most links
        "review-many.example",
        "review-b.example",  # as many links, by name
        "review-few.example",
        "disavow-near.example",  # as near to its cut as the next, and a wrong one costs more
        "keep-near.example",
        "keep-far.example",
        "disavow-far.example",
        "nofollow.example",  # cannot change: behind all that can
        "far.example",
    ]
    assert found["order"].to_list() == list(range(10))


def test_no_followed_link_comes_after_those_that_have_some():
    # Unknown counts as followed. Nofollow alone is settled by a rule, except for what stays open.
    rows = [
        unit("203.0.113.9", 0.95, links=9, followed_links=None),
        unit("203.0.113.8", 0.95, links=1),
    ]
    assert standings(table(*rows))["linking_domain"].to_list() == ["203.0.113.9", "203.0.113.8"]


def test_a_longer_reach_opens_more():
    rows = decide(table(*(unit(f"s{i}.example", i / 100) for i in range(101))), GUARDS)
    opened = [
        standing_of(rows, GUARDS, reach=reach, relief=reach)
        .filter(standing=Standing.OPEN.value)
        .height
        for reach in (0.0, 1.0, REACH, 20.0)
    ]
    assert opened == sorted(opened)
    assert opened[0] < opened[-1]


@settings(max_examples=60, deadline=None)
@given(
    score=st.floats(0, 1),
    move=st.floats(-RELIEF, REACH),
    thin=st.booleans(),
    followed=st.sampled_from([None, 0, 1]),
    name=st.sampled_from(["a.example", "old.example", "partner.example", "203.0.113.9"]),
)
def test_what_is_settled_stays_so_wherever_the_score_goes(score, move, thin, followed, name):
    """The promise behind --only-undecided: within reach, no verdict of a settled domain changes."""
    rows = table(unit(name, score, thin_evidence=thin, followed_links=followed))
    found = standings(rows)
    if found["standing"][0] == Standing.OPEN.value:
        return
    bounded = min(max(score, 1e-12), 1 - 1e-12)
    odds = math.log(bounded / (1 - bounded)) + move * (1 - 1e-9)
    moved = decide(rows.with_columns(spam_score=pl.lit(1 / (1 + math.exp(-odds)))), GUARDS)
    assert moved["verdict"][0] == found["verdict"][0]


def test_no_domain_at_all():
    rows = decide(table(unit("a.example", 0.8)), GUARDS).clear()
    assert standing_of(rows, GUARDS).height == 0
