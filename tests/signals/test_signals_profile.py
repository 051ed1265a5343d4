"""Signals of the whole profile: domains, anchors, path shapes, weeks, networks and ranks."""

from __future__ import annotations

import math
from datetime import date, timedelta

import polars as pl
import pytest

from spamlinks.signals.profile import affix_signals

DAY = date(2026, 3, 2)  # a Monday


def decades(value: float) -> float:
    return math.log10(1 + value)


def test_links_and_hosts_of_a_domain(compute) -> None:
    pages = ["https://a.b.com/1", "https://c.b.com/2", "https://c.b.com/3", "https://d.com/"]
    found = compute(referring_page=pages)
    assert found["links_from_domain"].to_list() == pytest.approx([decades(3)] * 3 + [decades(1)])
    assert found["hosts_of_domain"].to_list() == pytest.approx([decades(2)] * 3 + [decades(1)])


def test_folded_rows_count_as_the_links_they_stand_for(compute) -> None:
    found = compute(
        referring_page=["https://a.com/1", "https://a.com/2", "https://b.com/"],
        links_in_group=[50, None, 1],
    )["links_from_domain"]
    assert found.to_list() == pytest.approx([decades(51), decades(51), decades(1)])


def test_the_vendors_own_count_of_a_domain_wins_where_it_is_higher(compute) -> None:
    found = compute(referring_page=["https://a.com/1", "https://b.com/"], links_from_domain=[9, 0])
    assert found["links_from_domain"].to_list() == pytest.approx([1, decades(1)])


def test_anchors_and_targets_of_a_domain(compute) -> None:
    found = compute(
        referring_page=["https://a.com/1", "https://a.com/2", "https://b.com/"],
        anchor_text=["x", "x", "y"],
        target_url=["https://s.com/1", "https://s.com/2", "https://s.com/1"],
    )
    assert found["anchors_per_link"].to_list() == pytest.approx([0.5, 0.5, 1])
    assert found["targets_of_domain"].to_list() == pytest.approx([decades(2)] * 2 + [decades(1)])


def test_share_of_followed_links_leaves_out_the_unknown(compute) -> None:
    found = compute(
        referring_page=[f"https://a.com/{i}" for i in range(3)] + ["https://b.com/"],
        rel_nofollow=[True, False, None, None],
    )["followed_share"]
    assert found[:3].to_list() == [0.5] * 3
    assert math.isnan(found[3])


def test_days_of_a_domains_links(compute) -> None:
    found = compute(
        referring_page=["https://a.com/1", "https://a.com/2", "https://b.com/"],
        first_seen=[DAY, DAY + timedelta(10), None],
        export_date=[DAY + timedelta(30)] * 3,
    )
    assert found["domain_first_seen_age_days"][:2].to_list() == [30, 30]
    assert found["domain_link_span_days"][:2].to_list() == [10, 10]
    assert math.isnan(found["domain_first_seen_age_days"][2])


def test_one_anchor_on_many_domains_counts_domains_not_links(compute) -> None:
    found = compute(
        referring_page=[f"https://a.com/{i}" for i in range(5)]
        + ["https://b.com/", "https://c.com/"],
        anchor_text=["x"] * 6 + [None],
    )
    assert found["anchor_domains"][0] == pytest.approx(decades(2))  # one site is one domain
    assert found["anchor_domain_share"][0] == pytest.approx(2 / 3)
    assert math.isnan(found["anchor_domains"][6])


def test_pages_of_one_shape_on_many_domains(compute) -> None:
    found = compute(
        referring_page=[
            "https://a.com/all/938/13.html",
            "https://b.com/all/7/1.html",  # letters and digits of any length
            "https://c.com/ALL/7/1.html",
            "https://a.com/all/2/2.html",
            "https://d.com/all-7-1.html",
        ]
    )["shape_domains"]
    assert found.to_list() == pytest.approx([decades(3)] * 4 + [decades(1)])


def test_a_week_that_brought_many_domains(compute) -> None:
    # Ten quiet weeks with one new domain each, then a Wednesday with eight.
    pages = [f"https://q{i}.com/" for i in range(10)] + [f"https://n{i}.com/" for i in range(8)]
    days = [DAY + timedelta(weeks=i) for i in range(10)]
    days += [DAY + timedelta(weeks=10, days=2)] * 8
    found = compute(referring_page=[*pages, "https://n0.com/late"], first_seen=[*days, DAY])
    assert found["week_surge"][1:10].to_list() == [1] * 9
    # n0.com was first seen in the first week, so seven new domains and two for that week
    assert found["week_surge"][10:18].to_list() == [7] * 8
    assert found["week_surge"][0] == 2


def test_a_link_seen_in_no_counted_week_has_no_surge(compute) -> None:
    found = compute(
        referring_page=["https://a.com/1", "https://a.com/2"],
        first_seen=[DAY, None],
    )["week_surge"]
    assert found[0] == 1
    assert math.isnan(found[1])


NETWORK = [f"seoexpress-{c}.store" for c in "abcd"]


@pytest.mark.parametrize(
    ("domains", "suffixes", "counts", "why"),
    [
        (NETWORK, ["store"] * 4, [4] * 4, "one operator's names"),
        ([f"{c}x-bestlinks.top" for c in "abc"], ["top"] * 3, [3] * 3, "the end counts too"),
        (NETWORK[:2], ["store"] * 2, [1, 1], "two may be chance"),
        (
            ["seoexpress-a.store", "seoexpress-b.com", "seoexpress-c.net"],
            ["store", "com", "net"],
            [1] * 3,
            "another ending, another owner",
        ),
        (["garden.com", "gardens.com", "gardena.com"], ["com"] * 3, [1] * 3, "short names collide"),
        (["me1-blog.github.io"] * 1, ["github.io"], [1], "alone"),
    ],
)
def test_names_of_one_pattern(domains, suffixes, counts, why) -> None:
    found = affix_signals(pl.Series(domains), pl.Series(suffixes)).to_list()
    assert found == pytest.approx([decades(n) for n in counts]), why


def test_in_a_large_profile_more_names_must_share_a_pattern() -> None:
    others = [f"{i:05d}q{i:05d}.com" for i in range(1500)]
    domains = [*NETWORK, *others]
    suffixes = ["store"] * 4 + ["com"] * len(others)
    found = affix_signals(pl.Series(domains), pl.Series(suffixes))
    assert found[0] == pytest.approx(decades(1))  # 4 of 1,504 may be chance


def test_private_suffixes_share_no_pattern(compute) -> None:
    pages = [f"https://garden{i}blog.blogspot.com/" for i in range(5)]
    found = compute(referring_page=pages)["affix_domains"]
    # Five names that begin alike under one platform: that is a pattern, and no platform's name.
    assert found.to_list() == pytest.approx([decades(5)] * 5)


@pytest.mark.parametrize(("rows", "ranked"), [(99, False), (100, True)])
def test_ranks_from_a_hundred_rows_on(compute, rows, ranked) -> None:
    found = compute(
        referring_page=[f"https://d{i}.com/" for i in range(rows)],
        domain_traffic=[float(10**i) for i in range(10)] * (rows // 10) + [0.0] * (rows % 10),
    )["domain_traffic_rank"]
    assert found.is_nan().all() != ranked


def test_ranks_are_mid_ranks_of_the_known_values(compute) -> None:
    found = compute(
        referring_page=[f"https://d{i}.com/" for i in range(201)],
        domain_traffic=[0.0] * 100 + [5.0] * 100 + [None],
    )["domain_traffic_rank"]
    assert found[0] == pytest.approx(0.25)  # ties share the middle of their places
    assert found[150] == pytest.approx(0.75)
    assert math.isnan(found[200])


def test_the_sum_of_ranks_needs_three_and_turns_the_good_ones_round(compute) -> None:
    n = 200
    worse = list(range(n))  # the last row links out most and is read least
    columns = {
        "referring_page": [f"https://d{i}.com/" for i in range(n)],
        "page_external_links": worse,
        "page_linked_domains": worse,
        "domain_traffic": [float(n - i) for i in range(n)],
    }
    found = compute(**columns)["rank_sum"]
    assert found[0] < 0.01
    assert found[n - 1] > 0.99
    del columns["page_linked_domains"]
    assert compute(**columns)["rank_sum"].is_nan().all()
