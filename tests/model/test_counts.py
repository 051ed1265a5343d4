"""Links of a domain: folded rows count, and nothing counts twice."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.exports.fuse import GROUP_SIZES
from spamlinks.model.counts import link_counts

DAY = date(2026, 1, 1)
SCHEMA = {
    "_domain": pl.UInt32,
    "seen_by": pl.String,
    "grain": pl.String,
    "links_in_group": pl.Int64,
    GROUP_SIZES: pl.List(pl.Int64),
    "links_from_domain": pl.Int64,
    "rel_nofollow": pl.Boolean,
    "rel_ugc": pl.Boolean,
    "is_lost": pl.Boolean,
    "lost_at": pl.Date,
    "last_seen": pl.Date,
}


def row(seen_by: str = "ahrefs", **cells: object) -> dict[str, object]:
    return {"_domain": 0, "seen_by": seen_by, "grain": "link", **cells}


def counts(*rows: dict[str, object], drop: tuple[str, ...] = ()) -> tuple[int, ...]:
    frame = pl.DataFrame([{**dict.fromkeys(SCHEMA), **r} for r in rows], schema=SCHEMA)
    return link_counts(frame.drop(drop)).drop("_domain").row(0)


def site(seen_by: str, links: int | None, **cells: object) -> dict[str, object]:
    """A row for the whole domain."""
    return row(seen_by, grain="domain", links_from_domain=links, **cells)


NO, YES = {"rel_nofollow": True}, {"rel_nofollow": False}
GONE = {"is_lost": True}
CASES = [  # rows, links, followed, live, why
    ([row()], (1, 1, 1), "one row, one link"),
    (
        [row(links_in_group=263_010), *[row("semrush")] * 3, site("gsc", 240)],
        (263_010, 263_010, 263_010),
        "one folded row beside other lists",
    ),
    ([*[row("ahrefs")] * 5, *[row("semrush")] * 7], (12, 12, 12), "twelve distinct links"),
    (
        [row("ahrefs", links_in_group=5), row("dataforseo", links_in_group=7)],
        (7, 7, 7),
        "two vendors' counts are not added",
    ),
    (
        [row("ahrefs", links_in_group=5), row("ahrefs", links_in_group=7)],
        (12, 12, 12),
        "one vendor's are",
    ),
    (
        [
            row("ahrefs+semrush", links_in_group=100, **{GROUP_SIZES: [100, 1]}),
            *[row("semrush")] * 120,
        ],
        (121, 121, 121),
        "a shared link counts for each vendor as that vendor folds it",
    ),
    ([*[row("semrush")] * 3, site("gsc", 2)], (3, 3, 3), "a row for the domain is no link more"),
    ([site("gsc", 240)], (240, 240, 240), "only the domain is known"),
    ([site("gsc", None)], (1, 1, 1), "a domain without a count has a link"),
    ([site("gsc", 5), site("semrush", 7)], (7, 7, 7), "two counts of one domain"),
    ([row(links_from_domain=9)], (9, 9, 9), "a count in a row of a link"),
    # nofollow
    ([row(**NO), row(**YES), row()], (3, 2, 2), "unknown is followed"),
    ([row(**NO), row(rel_ugc=True)], (2, 0, 0), "both marked"),
    (
        [row(links_in_group=100, **NO), *[row("semrush", **YES)] * 3],
        (100, 3, 3),
        "followed links are never lost in a folded row",
    ),
    (
        [*[row("semrush", **NO)] * 3, site("gsc", 240)],
        (240, 237, 237),
        "the others may be followed",
    ),
    ([*[row("semrush", **NO)] * 3, site("gsc", 3)], (3, 0, 0), "these are all there are"),
    (
        [row(links_in_group=100, **NO), row(links_in_group=50), *[row("semrush", **NO)] * 30],
        (150, 50, 50),
        "of the larger count",
    ),
    # gone
    ([row(**GONE), row()], (2, 2, 1), "one is left"),
    ([row(**GONE), row(**NO)], (2, 1, 0), "the followed one is gone, the other nofollow"),
    ([row(lost_at=DAY), row(lost_at=DAY, last_seen=DAY)], (2, 2, 0), "a day of loss says it"),
    ([row(lost_at=DAY, last_seen=date(2026, 2, 1))], (1, 1, 1), "seen again after the loss"),
    ([site("ahrefs", 240, **GONE), *[row("semrush")] * 3], (240, 240, 3), "three still stand"),
    ([site("ahrefs", 240, **GONE)], (240, 240, 0), "the whole domain is gone"),
    ([row(**GONE), site("gsc", 5)], (5, 5, 4), "what is not known to be gone may stand"),
]


@pytest.mark.parametrize(("rows", "expected", "_why"), CASES)
def test_counts(rows, expected, _why) -> None:
    assert counts(*rows) == expected
    assert counts(*rows[::-1]) == expected


def test_columns_may_be_absent() -> None:
    assert counts(row(), row(), drop=tuple(SCHEMA)[1:]) == (2, 2, 2)
    assert counts(row(**NO), row(**GONE), drop=("grain", GROUP_SIZES, "last_seen")) == (2, 1, 0)


def test_no_rows() -> None:
    assert link_counts(pl.DataFrame(schema=SCHEMA)).height == 0


known = st.sampled_from([None, True, False])
links = st.builds(
    lambda domain, vendor, size, told, nofollow, lost, whole: {
        "_domain": domain,
        "seen_by": vendor,
        "grain": "domain" if whole else "link",
        "links_in_group": size,
        "links_from_domain": told,
        "rel_nofollow": nofollow,
        "is_lost": lost,
    },
    st.integers(0, 2),
    st.sampled_from(["ahrefs", "semrush", "gsc"]),
    st.sampled_from([None, 0, 1, 9]),
    st.sampled_from([None, 2, 30]),
    known,
    known,
    st.booleans(),
)


@settings(max_examples=80)
@given(st.lists(links, max_size=12))
def test_bounds(rows) -> None:
    frame = pl.DataFrame([{**dict.fromkeys(SCHEMA), **r} for r in rows], schema=SCHEMA)
    found = link_counts(frame)
    assert set(found["_domain"]) == {r["_domain"] for r in rows}
    for domain, total, followed, live in found.rows():
        mine = [r for r in rows if r["_domain"] == domain]
        plain = [r for r in mine if r["grain"] == "link"]
        assert 0 <= live <= followed <= total
        assert total >= max(1, len(plain))
        assert total <= sum(
            max(r["links_in_group"] or 1, r["links_from_domain"] or 1) for r in mine
        )
        if any(not r["rel_nofollow"] for r in plain):
            assert followed > 0
        if any(not r["rel_nofollow"] and not r["is_lost"] for r in plain):
            assert live > 0
        if all(r["rel_nofollow"] for r in mine):
            assert followed == 0 or any(r["links_from_domain"] for r in plain)
