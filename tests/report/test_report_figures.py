from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.report import figures
from spamlinks.report.rows import tidy_domains, tidy_links

LAST = date(2025, 1, 1)


def frame(**columns: list[object]) -> pl.DataFrame:
    size = len(next(iter(columns.values())))
    base: dict[str, list[object]] = {
        "linking_domain": [f"d{n}.com" for n in range(size)],
        "verdict": ["KEEP"] * size,
    }
    return tidy_domains(pl.DataFrame(base | columns, strict=False))


def test_score_bins() -> None:
    found = figures.score_bins(
        frame(
            verdict=["DISAVOW", "DISAVOW", "KEEP", "KEEP", "KEEP"],
            spam_score=[1.0, 0.95, 0.0, None, 0.049],
        )
    )
    assert found["DISAVOW"][19] == 2  # 1.0 belongs to the last bin
    assert found["KEEP"][0] == 2
    assert sum(map(sum, found.values())) == 4  # no score, no bin


SUFFIXES = [  # unit, verdict, label, why
    ("a.xyz", "DISAVOW", ".xyz", "a plain ending"),
    ("a.co.uk", "REVIEW", ".co.uk", "a suffix of two labels"),
    ("me.blogspot.com", "DISAVOW", ".blogspot.com", "a platform"),
    ("http://b.top/x?y", "DISAVOW", ".top", "a unit may be a URL"),
    ("10.0.0.7", "REVIEW", "an IP address", "no suffix at all"),
    ("", "REVIEW", "no known suffix", "nothing usable"),
    ("kept.org", "KEEP", None, "kept domains do not count"),
]


@pytest.mark.parametrize(("unit", "verdict", "label", "why"), SUFFIXES)
def test_flagged_suffixes(unit: str, verdict: str, label: str | None, why: str) -> None:
    bars = figures.flagged_suffixes(frame(linking_domain=[unit], verdict=[verdict]))
    assert [bar.label for bar in bars] == ([label] if label else [])


def test_top_anchors_count_domains_not_links() -> None:
    domains = frame(linking_domain=["a.com", "b.com"], verdict=["DISAVOW", "KEEP"])
    links = pl.DataFrame(
        {
            "referring_page": ["p"] * 7,
            "linking_domain": ["a.com"] * 4 + ["b.com"] * 3,
            "anchor_text": ["Casino", "casino ", "CASINO", None, "casino", "", "\u200b"],
        }
    )
    found = figures.top_anchors(tidy_links(links), domains)
    assert [(bar.label, bar.parts) for bar in found.bars] == [
        ("casino", (1, 0, 1)),
        ("(no text)", (0, 0, 1)),
        ("(only invisible characters)", (0, 0, 1)),
    ]
    assert (found.links, found.unknown) == (7, 1)


PERIODS = [  # days after 2 January 2015, until, period, columns, unknown
    ([0, 1, 7], "week", 2, 0),
    ([0, 7 * 70], "month", 17, 0),
    ([0, 3653], "year", 11, 0),
    ([0, None], "week", 1, 1),
    ([0, 9000], "week", 1, 1),  # after the export was made
    ([0, -9000], "week", 1, 1),  # before there were link indexes
    ([None], "month", 0, 1),
]


@pytest.mark.parametrize(("days", "period", "columns", "unknown"), PERIODS)
def test_timeline(days: list[int | None], period: str, columns: int, unknown: int) -> None:
    start = date(2015, 1, 2)
    seen = [None if d is None else start + timedelta(days=d) for d in days]
    found = figures.timeline(frame(first_seen=seen), date(2026, 1, 1))
    assert (found.period, len(found.columns), found.unknown) == (period, columns, unknown)


@given(st.lists(st.none() | st.dates(), min_size=1, max_size=20))
def test_every_domain_is_in_a_column_or_unknown(seen: list[date | None]) -> None:
    found = figures.timeline(frame(first_seen=seen), LAST)
    assert sum(bar.total for bar in found.columns) + found.unknown == len(seen)
    labels = [bar.label for bar in found.columns]
    assert labels == sorted(set(labels))
    assert len(labels) <= 125


def test_a_sum_that_is_not_known_has_no_bar() -> None:
    table = frame(verdict=["DISAVOW", "KEEP"], links=[3, 4], followed_links=[1, None])
    assert [(bar.label, bar.parts) for bar in figures.verdict_bars(table)] == [
        ("Domains", (1, 0, 1)),
        ("Links", (3, 0, 4)),
    ]
