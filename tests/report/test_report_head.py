"""The first lines of report and terminal: what a reader must know at once."""

from __future__ import annotations

from typing import Any

import pytest

from spamlinks.report.head import (
    decisions,
    fetched_unmeasured,
    only_addresses,
    size,
    spared,
    start_with,
    wave_hint,
)
from spamlinks.report.words import caution

WEEKS = [["2025-06-02", 1], ["2025-11-24", 2]]


def given(**facts: Any) -> dict[str, Any]:
    return {"decisions": {"file": "d.csv", **facts}}


DECISIONS = [  # run, sentence, why
    ({}, "", "none were given"),
    ({"decisions": None}, "", "a run without"),
    ({"decisions": "x"}, "", "damaged"),
    (given(), "", "an older run without a count"),
    (given(given=1, changed=1, not_here=0), "d.csv: 1 decision, 1 changed a verdict.", "one"),
    (given(given=3, changed=0, not_here=2, applied=1),
     "d.csv: 3 decisions, none changed a verdict, 2 are about sites that do not link here.",
     "all as the model had it"),
    (given(given=3, changed=1, not_here=0, applied=2),
     "d.csv: 3 decisions, 1 changed a verdict, 1 was not followed.", "a guard held"),
    (given(given=0, file="\u202ee\x1b"),
     "e holds no decision: fill in its column decision with KEEP, REVIEW or DISAVOW.", "hostile"),
]  # fmt: skip


@pytest.mark.parametrize(("run", "sentence", "_why"), DECISIONS)
def test_decisions(run: dict[str, Any], sentence: str, _why: str) -> None:
    assert decisions(run) == sentence


@pytest.mark.parametrize(
    ("totals", "sentence"),
    [
        ({"links": 1, "domains": 1}, "1 link from 1 domain"),  # an older run
        ({"links": 2, "all_links": 2, "domains": 2}, "2 links from 2 domains"),
        ({"links": 1, "all_links": 2, "domains": 1}, "1 record for 2 links from 1 domain"),
        ({"links": "x", "domains": 1}, ""),
        ("x", ""),
    ],
)
def test_size(totals: Any, sentence: str) -> None:
    assert size({"totals": totals}) == sentence


WAVES = [  # situation, week of the spike, told, why
    ("none", "2025-10-13", True, "six weeks before the last"),
    ("none", "2025-05-26", False, "26 weeks before the last"),
    ("none", "2025-06-02", True, "within 26 weeks"),
    ("attack", "2025-10-13", False, "it is what the user said"),
    ("bought", "2025-10-13", False, "another reason to be here"),
    ("none", "soon", False, "damaged"),
]


@pytest.mark.parametrize(("situation", "week", "told", "_why"), WAVES)
def test_a_wave_is_told_where_none_was_named(
    situation: str, week: str, told: bool, _why: str
) -> None:
    run = {"situation": situation, "spikes": {"weeks": WEEKS, "list": [{"week": week}]}}
    assert ("run again with --situation attack" in wave_hint(run)) is told
    assert wave_hint({"situation": situation, "spikes": {"weeks": [["x"], 7, []]}}) == ""


def test_only_addresses() -> None:
    gsc = {"views": ["urls"], "inputs": [{"vendor": "gsc"}]}
    assert "Search Console does not say whether links are nofollow" in only_addresses(gsc)
    assert "such lists do not say" in only_addresses({"views": ["urls"]})
    assert only_addresses({"views": ["full", "urls"]}) == ""  # another export told more
    assert only_addresses({}) == ""


def test_spared() -> None:
    assert spared({"looks_bad": {"NOFOLLOW_ONLY": 0, "LINKS_GONE": 0}}) == ""
    assert spared({"looks_bad": {"NOFOLLOW_ONLY": 1}}).startswith("1 domain looks bad")
    assert spared({"looks_bad": {"NOFOLLOW_ONLY": 28, "LINKS_GONE": 4}}).startswith("32 domains")


def network(name: str, followed: int | None = 9, disavow: int = 0) -> dict[str, Any]:
    return {
        "id": name, "domains": 26, "links": 10, "followed_links": followed,
        "verdicts": {"DISAVOW": disavow, "KEEP": 26 - disavow},
        "evidence": [{"kind": "week", "what": "x"}, {"kind": "anchor", "what": "buy d2t now"}],
    }  # fmt: skip


def test_networks_to_start_with() -> None:
    def told(*networks: dict[str, Any], situation: str = "bought") -> str:
        return start_with({"situation": situation, "networks": {"list": list(networks)}})

    one = "start with these: network com-da74, 26 domains, anchor 'buy d2t now'"
    assert told(network("com-da74")) == one
    assert told(network("com-da74", None)) == one  # it may be followed
    assert told(network("few", 3)) == ""  # nearly all nofollow: nothing was bought that counts
    assert told(network("few", 3), network("com-da74"), situation="manual-action") == one
    assert told(network("com-da74"), network("bad", disavow=1)) == ""  # there is a better start
    assert told(network("com-da74"), situation="none") == ""
    many = told(*(network(f"n-{n}") for n in range(9)))
    assert "n-2" in many
    assert "n-3" not in many


@pytest.mark.parametrize(
    ("review", "first", "told", "untold"),
    [
        (0, "", "fine: add the links you know of.", "unclear"),
        (2, "", "fine: go through the unclear ones, and add the links", "network"),
        (
            0,
            "start with these: network a",
            "look at the networks that are named below, and add",
            "unclear",
        ),
    ],
)
def test_the_caution_fits_the_counts(review: int, first: str, told: str, untold: str) -> None:
    verdicts = {"DISAVOW": 0, "REVIEW": review, "KEEP": 9}
    found = caution("bought", verdicts, first=first)
    assert told in found
    assert untold not in found.partition("fine:")[2]


def test_no_caution_about_what_people_decided() -> None:
    verdicts = {"DISAVOW": 2, "REVIEW": 0, "KEEP": 9}
    assert "as far as the model can tell" in caution("none", verdicts, 1)
    assert caution("none", verdicts, 2) == ""


@pytest.mark.parametrize(
    ("views", "told"),
    [(["pages"], True), (["urls", "full_pages"], True), (["full"], False), (None, False),
     ([["pages"], 7], False)],
)  # fmt: skip
def test_what_fetched_pages_add_is_not_measured(views: object, told: bool) -> None:
    assert bool(fetched_unmeasured({"views": views})) is told


def test_a_model_with_a_figure_for_fetched_pages_has_one() -> None:
    def card(view: str) -> dict[str, object]:
        return {"views": ["pages"], "model": {"card": {"figures": [{"view": view}]}}}

    assert fetched_unmeasured(card("pages")) == ""
    assert fetched_unmeasured(card("urls")).endswith("the card of the model says so.")
