"""Weeks that brought too many domains: when, compared with what, and what they share."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.campaigns import network_facts, spike_facts
from spamlinks.campaigns.spikes import MIN_PAST, weekly_limits
from spamlinks.schema import FIELDS
from spamlinks.signals.kernel import encode, networks_among

MONDAY = date(2026, 1, 5)


def facts(rows: list[dict[str, Any]]) -> dict[str, Any]:
    names = sorted({name for row in rows for name in row})
    frame = pl.DataFrame(
        {n: pl.Series(n, [row.get(n) for row in rows], dtype=FIELDS[n].dtype) for n in names}
    )
    coded, tables = encode(frame, brands=("acme",))
    networks = networks_among(coded, tables, ("acme",))
    decided = tables.hosts.unique("linking_domain", maintain_order=True).select(
        "linking_domain", verdict=pl.lit("KEEP"), links=pl.lit(1), followed_links=pl.lit(1),
        first_seen=pl.lit(None, dtype=pl.Date), spam_score=pl.lit(0.1),
    )  # fmt: skip
    _, ids = network_facts(coded, tables.hosts, networks, decided)
    return spike_facts(coded, tables.hosts, networks, ids)


def calm(weeks: int, a_week: int = 2) -> list[dict[str, Any]]:
    return [
        {
            "referring_page": f"https://site{chr(97 + week % 26)}{week}x{n}.com/",
            "first_seen": MONDAY + timedelta(weeks=week, days=n),
            "anchor_text": f"acme {week}",
            "target_url": "https://acme.com/",
        }
        for week in range(weeks)
        for n in range(a_week)
    ]


def wave(week: int, count: int, **same: Any) -> list[dict[str, Any]]:
    return [
        {
            "referring_page": f"https://wave{n}q.store/",
            "first_seen": MONDAY + timedelta(weeks=week, days=3),
            "target_url": "https://acme.com/",
        }
        | same
        for n in range(count)
    ]


def test_a_wave_is_told_with_what_its_domains_share() -> None:
    said = facts([*calm(20), *wave(15, 30, anchor_text="cheap oak floors")])
    assert [spike["week"] for spike in said["list"]] == ["2026-04-20"]
    spike = said["list"][0]
    assert (spike["domains"], spike["usual"]) == (32, 2.0)
    causes = {(cause["kind"], cause["what"], cause["domains"]) for cause in spike["causes"]}
    assert causes >= {("ending", ".store", 30), ("anchor", "cheap oak floors", 30)}
    assert {kind for kind, _, _ in causes} == {"ending", "anchor", "network"}
    assert spike["text"].startswith(
        "32 new domains in the week of 20 April 2026, where 2 are usual: "
    )
    assert said["why_not"] is None


def test_what_is_always_so_is_no_cause() -> None:
    said = facts([*calm(20), *wave(15, 30)])
    assert all(cause["what"] != "https://acme.com/" for cause in said["list"][0]["causes"])


def test_a_wave_without_anything_in_common_says_so() -> None:
    endings = ["com", "de", "fr", "nl", "it", "es", "se", "pl"]
    rows = [
        {"referring_page": f"https://odd{n}{'xyzw'[n % 4]}.{endings[n % 8]}/",
         "first_seen": MONDAY + timedelta(weeks=15)} for n in range(24)
    ]  # fmt: skip
    text = facts([*calm(20), *rows])["list"][0]["text"]
    assert text.endswith("; no ending, anchor, target or network is much commoner among them")


def test_one_wave_does_not_hide_the_next() -> None:
    said = facts([*calm(30), *wave(12, 40),
                  *[row | {"referring_page": f"https://second{n}.site/"}
                    for n, row in enumerate(wave(14, 40))]])  # fmt: skip
    assert [spike["domains"] for spike in said["list"]] == [42, 42]


def test_spikes_beyond_the_highest_are_counted() -> None:
    """Every tenth week brings a wave, each higher than the one before."""
    waves = [
        row | {"referring_page": f"https://w{week}n{place}.com/"}
        for week in range(10, 260, 10)
        for place, row in enumerate(wave(week, 40 + week))
    ]
    said = facts([*calm(262), *waves])
    assert (len(said["list"]), said["more"]) == (20, 5)
    assert [spike["week"] for spike in said["list"]] == sorted(s["week"] for s in said["list"])
    assert min(spike["domains"] for spike in said["list"]) == 2 + 40 + 60, "the highest stay"


def test_a_growing_profile_is_no_spike() -> None:
    rows = [
        {"referring_page": f"https://grow{week}x{n}.com/",
         "first_seen": MONDAY + timedelta(weeks=week)}
        for week in range(40)
        for n in range(10 + week)
    ]  # fmt: skip
    assert facts(rows)["list"] == []


NOT_SAID = [
    ([{"referring_page": "https://a.com/"}], "do not say when", "no dates"),
    (
        [{"referring_page": "https://a.com/", "first_seen": MONDAY}],
        "known of 1 week;", "one week has no past",
    ),
    (calm(5), "known of 5 weeks", "five weeks are no past"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "why", "reason"), NOT_SAID, ids=[n[2] for n in NOT_SAID])
def test_where_nothing_can_be_said_it_is_said(
    rows: list[dict[str, Any]], why: str, reason: str
) -> None:
    said = facts(rows)
    assert why in said["why_not"]
    assert said["list"] == []


def test_weeks_without_new_domains_count() -> None:
    rows = [row for row in calm(20) if row["first_seen"] < MONDAY + timedelta(weeks=3)]
    rows.append({"referring_page": "https://late.com/", "first_seen": MONDAY + timedelta(weeks=19)})
    weeks = facts(rows)["weeks"]
    assert len(weeks) == 20
    assert [many for _, many in weeks] == [2, 2, 2, *[0] * 16, 1]


def test_a_date_of_the_roman_empire_does_not_make_weeks_without_end() -> None:
    rows = [*calm(12), {"referring_page": "https://odd.com/", "first_seen": date(100, 1, 1)}]
    assert len(facts(rows)["weeks"]) <= 260


def test_hostile_anchors_are_shown_on_one_short_line() -> None:
    anchor = "<script>alert(1)</script>\n\u202eevil " + "a" * 100_000
    said = facts([*calm(20), *wave(15, 30, anchor_text=anchor)])
    shown = next(c["what"] for c in said["list"][0]["causes"] if c["kind"] == "anchor")
    assert len(shown) <= 80
    assert "\n" not in shown
    assert "\u202e" not in shown


LIMITS = [  # weeks before, the most that is no spike, why
    ([2] * 10, 7, "the square root of the median, four times"),
    ([0] * 10, 5, "five domains more at least"),
    ([1] * 10, 6, "five more, where four spreads would be five"),
    ([400] * 10, 1200, "three times the median at least, where four spreads would be 480"),
    ([0, 10, 20, 30, 40] * 2, 79, "how far weeks usually lie from the median, 4 x 1.4826 x 10"),
    ([100] * 40 + [0] * 26, 5, "what is longer ago than half a year is forgotten"),
]  # fmt: skip


@pytest.mark.parametrize(("past", "most", "why"), LIMITS, ids=[case[2] for case in LIMITS])
def test_above_what_a_week_is_a_spike(past: list[int], most: int, why: str) -> None:
    _, limits = weekly_limits([*past, most])
    assert most <= limits[-1] < most + 1, why


def test_a_cause_is_of_the_first_day_and_compared_with_calm_weeks_before() -> None:
    """The anchor of the wave is also that of another wave, and of later links and later weeks."""
    floors = {"anchor_text": "cheap oak floors"}
    other = [
        row | {"referring_page": f"https://first{n}q.site/"}
        for n, row in enumerate(wave(10, 20, **floors))
    ]
    later = [row | floors for row in calm(40) if row["first_seen"] > MONDAY + timedelta(weeks=20)]
    years_on = [
        row | {"first_seen": row["first_seen"] + timedelta(weeks=30), "anchor_text": "much later"}
        for row in wave(15, 30)
    ]
    early = [row for row in calm(40) if row["first_seen"] <= MONDAY + timedelta(weeks=20)]
    said = facts([*early, *later, *other, *wave(15, 30, **floors), *years_on])
    spike = next(s for s in said["list"] if s["week"] == "2026-04-20")
    causes = {cause["what"]: cause["usual_share"] for cause in spike["causes"]}
    assert causes["cheap oak floors"] == 0.0
    assert "much later" not in causes


@pytest.mark.parametrize(("alike", "told"), [(2, False), (3, True)])
def test_a_cause_has_three_domains_at_least(alike: int, told: bool) -> None:
    rows = [
        {"referring_page": f"https://odd{n}.{ending}/", "first_seen": MONDAY + timedelta(weeks=15)}
        for n, ending in enumerate(("de", "fr", "nl", "it", "es", "se", "pl", "cz"))
    ]
    rows = [row | ({"anchor_text": "oak floors"} if n < alike else {"anchor_text": f"text {n}"})
            for n, row in enumerate(rows)]  # fmt: skip
    (spike,) = facts([*calm(20, 1), *rows])["list"]
    assert ("oak floors" in {cause["what"] for cause in spike["causes"]}) is told


@given(st.lists(st.integers(0, 500), min_size=1, max_size=80))
def test_limits_lie_above_what_is_usual_and_look_back_only(counts: list[int]) -> None:
    usual, limits = weekly_limits(counts)
    assert all(limit > middle for middle, limit in zip(usual, limits, strict=True))
    assert all(math.isinf(limit) for limit in limits[:MIN_PAST])
    more, _ = weekly_limits([*counts, 9999])
    assert more[: len(usual)] == usual
