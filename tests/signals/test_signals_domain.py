"""Signals of reach, authority and time."""

from __future__ import annotations

import math
from datetime import date

import polars as pl
import pytest

from spamlinks.signals import SIGNALS, encode, signals
from spamlinks.signals.scales import vendor_quantile

NAN = math.nan
EXPORT = date(2026, 10, 5)

AGES = [  # registered, first seen, domain_age_days, why
    (date(2020, 1, 1), date(2020, 1, 31), 30, "measured on the day the link appeared"),
    (date(2020, 1, 1), date(2025, 1, 1), 1827, "not on the day of the export"),
    (date(2026, 9, 5), None, 30, "the export's day where the link's is unknown"),
    (None, date(2020, 1, 1), NAN, "no registration day, no age"),
    (date(2021, 1, 11), date(2021, 1, 1), -10, "registered again later: kept, it is telling"),
    (date(2025, 1, 1), date(2010, 1, 1), -30, "clipped"),
]


@pytest.mark.parametrize(("created", "first_seen", "age", "why"), AGES)
def test_domain_age(compute, created, first_seen, age, why) -> None:
    found = compute(
        domain_created_on=[created, date(2000, 1, 1)],
        first_seen=[first_seen, date(2020, 1, 1)],
        export_date=[EXPORT, EXPORT],
    )
    assert found["domain_age_days"][0] == pytest.approx(age, nan_ok=True), why


def test_registration_days_alone_give_the_age_at_the_export(compute) -> None:
    found = compute(domain_created_on=[date(2026, 9, 5)], export_date=[EXPORT])
    assert found["domain_age_days"][0] == 30


def test_ages_are_measured_from_the_export_never_from_today(compute) -> None:
    rows = {"first_seen": [date(2016, 1, 1)], "last_crawled": [date(2016, 1, 11)]}
    found = compute(export_date=[date(2016, 1, 31)], **rows)
    assert (found["link_age_days"][0], found["crawl_age_days"][0]) == (30, 20)
    # Without a day of export the newest day of the file stands for it.
    assert compute(**rows)["link_age_days"][0] == 10


def test_the_caller_may_name_the_day() -> None:
    frame = pl.DataFrame({"referring_page": ["https://a.com/"], "first_seen": [date(2020, 1, 1)]})
    coded, tables = encode(frame, as_of=date(2020, 1, 8))
    assert signals(coded, tables)[0, list(SIGNALS).index("link_age_days")] == 7


def test_life_of_a_link(compute) -> None:
    found = compute(
        first_seen=[date(2020, 1, 1), date(2020, 1, 9)],
        last_seen=[date(2020, 1, 11), date(2020, 1, 1)],
    )["link_life_days"]
    assert found.to_list() == [10, 0]  # seen last before it was seen first: no life, not less


REACH = [  # columns, signal, value
    ({"domain_traffic": 0}, "domain_traffic", 0),
    ({"domain_traffic": 999}, "domain_traffic", 3),
    ({"domain_traffic": None}, "domain_traffic", NAN),
    ({"page_traffic": 99}, "page_traffic", 2),
    ({"page_keywords": 9}, "page_keywords", 1),
    ({"page_ref_domains": 9}, "page_ref_domains", 1),
    ({"domain_ref_domains": 99}, "domain_ref_domains", 2),
    ({"page_linked_domains": 99, "page_ref_domains": 9}, "linked_to_referring", 1),
    # the domain's own count of referring domains goes before the page's
    (
        {"page_linked_domains": 99, "page_ref_domains": 9, "domain_ref_domains": 99},
        "linked_to_referring",
        0,
    ),
    ({"ahrefs_domain_rating": 14}, "domain_authority", 0.5),
    ({"ahrefs_domain_rating": None}, "domain_authority", NAN),
    ({"ahrefs_domain_rating": 14, "moz_domain_authority": 34}, "domain_authority", 0.625),
    ({"ahrefs_domain_rating": 14, "moz_domain_authority": None}, "domain_authority", 0.5),
    ({"ahrefs_url_rating": 4}, "page_authority", 0.5),
    (
        {"majestic_page_trust_flow": 10, "majestic_page_citation_flow": 19},
        "trust_to_citation",
        0.5,
    ),
    ({"majestic_page_trust_flow": 0, "majestic_page_citation_flow": 0}, "trust_to_citation", 0),
    # a rating of half of all domains with nobody reading, and with a million readers
    ({"ahrefs_domain_rating": 14, "domain_traffic": 0}, "hollow_rating", 0.5),
    ({"ahrefs_domain_rating": 14, "domain_traffic": 999_999}, "hollow_rating", -0.5),
]


@pytest.mark.parametrize(("row", "name", "value"), REACH, ids=lambda v: str(v)[:50])
def test_reach_and_authority(compute, row, name, value) -> None:
    found = compute(**{column: [cell, 1] for column, cell in row.items()})
    assert found[name][0] == pytest.approx(value, abs=1e-6, nan_ok=True)


METRICS = (
    "ahrefs_domain_rating majestic_domain_trust_flow moz_domain_authority "
    "ahrefs_url_rating majestic_page_trust_flow moz_page_authority"
).split()


@pytest.mark.parametrize("metric", METRICS)
def test_quantiles_rise_with_the_metric_and_stay_in_range(metric) -> None:
    frame = pl.DataFrame({metric: [-5.0, *(x / 2 for x in range(0, 201)), 1e9]})
    values = frame.select(vendor_quantile(metric)).to_series()
    assert (values.diff().drop_nulls() >= 0).all()
    assert 0 <= values[0] < 0.2
    assert values[-1] == pytest.approx(1)


RISING = [  # column, signal, sign: one column rises, everything else stays
    ("page_external_links", "external_links", 1),
    ("page_external_links", "outbound_link_density", 1),
    ("page_internal_links", "outbound_link_density", -1),
    ("page_linked_domains", "linked_to_referring", 1),
    ("domain_ref_domains", "linked_to_referring", -1),
    ("domain_traffic", "domain_traffic", 1),
    ("domain_traffic", "hollow_rating", -1),
    ("ahrefs_domain_rating", "domain_authority", 1),
]


@pytest.mark.parametrize(("column", "name", "sign"), RISING)
def test_signals_follow_their_column(compute, column, name, sign) -> None:
    base = {
        "page_external_links": 20,
        "page_internal_links": 20,
        "page_linked_domains": 10,
        "domain_ref_domains": 10,
        "domain_traffic": 500,
        "ahrefs_domain_rating": 20,
    }
    steps = [1, 2, 5, 20, 60, 90]
    rows = {c: steps if c == column else [v] * len(steps) for c, v in base.items()}
    change = compute(**rows)[name].diff().drop_nulls() * sign
    assert (change > 0).all()
