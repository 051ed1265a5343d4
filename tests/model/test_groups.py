"""Groups of rows of one operator: what joins, what must not, and no group that holds everything."""

from __future__ import annotations

import time

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.model import groups
from spamlinks.model.groups import MAX_SHARE, MIN_CAP, row_groups

FILLER = 30  # unrelated domains, so that no group is capped by the way


def frame(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    """Rows of interest, then unrelated ones of unlike names."""
    words = (
        "ash bay cod den elm fig gum hay ivy jam kit log mud nut oak pen rye sky tea urn".split()
    )
    filler = [
        {"referring_page": f"https://{words[i % 20]}{words[(i * 7 + 3) % 20]}{i}.net/{i}"}
        for i in range(FILLER)
    ]
    names = ("referring_page", "target_url", "anchor_text", "referring_page_title", "left_context",
             "right_context")  # fmt: skip
    schema = dict.fromkeys(names, pl.String)
    table = pl.DataFrame([*rows, *filler], schema=schema)
    return table.with_columns(target_url=pl.lit("https://www.shopname.example/"))


def pages(*domains: str) -> list[str]:
    return [f"https://{domain}/p" for domain in domains]


A, B, C = pages("apple.com", "banjo.org", "cello.net")
LONG = "effective cheap links for your website"

CASES = [  # what the rows have in common, rows, groups
    ("one domain", [{"referring_page": A}, {"referring_page": "http://www.apple.com/z"}], "00"),
    ("private suffix", [{"referring_page": p} for p in pages("x.blogspot.com", "y.blogspot.com")],
     "01"),
    ("name pattern", [{"referring_page": p} for p in pages(
        "seoexpress-a.store", "seoexpress-bb.store", "seoexpress-c.store")], "000"),
    ("pattern of two", [{"referring_page": p} for p in pages(
        "seoexpress-a.store", "seoexpress-bb.store")], "01"),
    ("title", [{"referring_page": p, "referring_page_title": f"Best DARK links {i}0% sure - {n}"}
               for i, (p, n) in enumerate([(A, "Apple"), (B, "banjo"), (C, "CELLO")])],
     "000"),
    ("title of two", [{"referring_page": p, "referring_page_title": "Best dark links for sure"}
                      for p in (A, B)], "01"),
    ("short title", [{"referring_page": p, "referring_page_title": "404 Not found"}
                     for p in (A, B, C)], "012"),
    ("title of the target", [{"referring_page": p, "referring_page_title": "Shopname - Shopname 1"}
                             for p in (A, B, C)], "012"),
    ("anchor", [{"referring_page": p, "anchor_text": LONG} for p in (A, B, C)], "000"),
    ("anchor of two", [{"referring_page": p, "anchor_text": LONG} for p in (A, B)], "01"),
    ("brand anchor", [{"referring_page": p, "anchor_text": "Shopname the www shopname shopname"}
                      for p in (A, B, C)], "012"),
    ("address as anchor", [{"referring_page": p, "anchor_text": "https://a.example/one-two-three-4"}
                           for p in (A, B, C)], "012"),
    ("two long words", [{"referring_page": p, "anchor_text": "internationalisation documentation"}
                        for p in (A, B, C)], "012"),
    ("handle", [{"referring_page": A, "anchor_text": "TG @Links_Dealer now"},
                {"referring_page": B, "referring_page_title": "write to @links_dealer"}], "00"),
    ("telegram", [{"referring_page": A, "left_context": "https://t.me/s/quarterlinks25"},
                  {"referring_page": B, "right_context": "see t.me/quarterlinks25!"}], "00"),
    ("telephone", [{"referring_page": A, "left_context": "call +1 (202) 555-0147 now"},
                   {"referring_page": B, "right_context": "+12025550147"}], "00"),
    ("e-mail address", [{"referring_page": A, "left_context": "info@seller.com"},
                        {"referring_page": B, "left_context": "sales@seller.com"}], "01"),
    ("the target's handle", [{"referring_page": A, "left_context": "follow @shopname"},
                             {"referring_page": B, "left_context": "by @shopname_es"}], "01"),
    ("a chain", [{"referring_page": A, "anchor_text": "TG @first_one"},
                 {"referring_page": B, "anchor_text": "TG @first_one", "left_context": "@second_1"},
                 {"referring_page": C, "left_context": "x @second_1"}], "000"),
    ("years and prices", [{"referring_page": A, "left_context": "2024-05-01 12:00, 1 200 300 USD"},
                          {"referring_page": B, "left_context": "2024-05-01 12:00, 1 200 300 USD"}],
     "01"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rows", "expected"), CASES, ids=[case[0] for case in CASES])
def test_what_joins(what: str, rows: list[dict[str, str | None]], expected: str) -> None:
    found = row_groups(frame(rows))
    assert "".join(map(str, found[: len(rows)])) == expected
    assert len(set(found[len(rows) :])) == FILLER  # the others stay alone
    assert not set(found[: len(rows)]) & set(found[len(rows) :])


def test_no_group_swallows_everything() -> None:
    """A press text on most sites is no operator."""
    rows = [{"referring_page": f"https://d{i}x{i * 37}.com/", "anchor_text": LONG}
            for i in range(100)]  # fmt: skip
    assert len(set(row_groups(frame(rows)).tolist())) == 100 + FILLER
    few = [{**row, "anchor_text": LONG if i < 30 else None} for i, row in enumerate(rows)]
    found = row_groups(frame(few))
    assert len(set(found[:30].tolist())) == 1


def test_chains_are_capped_too() -> None:
    rows = []
    for i in range(120):  # each anchor joins four domains, neighbours share one: a chain of all
        for anchor in (i // 3, i // 3 + 1 if i % 3 == 0 else None):
            text = None if anchor is None else f"{LONG} {'x' * (anchor + 1)}"
            rows.append({"referring_page": f"https://d{i}x{i * 37}.com/", "anchor_text": text})
    found = row_groups(frame(rows))
    domains = np.repeat(np.arange(120), 2)
    sizes = np.bincount(found[::2][:120])
    assert sizes.max() <= max(MIN_CAP, MAX_SHARE * (120 + FILLER))
    assert all(len(set(found[:240][domains == d].tolist())) == 1 for d in range(120))


def test_columns_that_are_absent_or_empty() -> None:
    urls = pl.DataFrame({"referring_page": [A, B, "https://apple.com/q", "https://192.0.2.7/x"]})
    assert row_groups(urls).tolist() == [0, 1, 0, 2]
    empty = urls.with_columns(
        pl.lit(None, dtype=pl.String).alias(name)
        for name in ("anchor_text", "referring_page_title", "left_context", "target_url")
    )
    assert row_groups(empty).tolist() == [0, 1, 0, 2]
    assert row_groups(urls.clear()).shape == (0,)
    assert row_groups(urls).dtype == np.int64


@given(st.permutations(range(12)))
def test_order_of_rows_does_not_matter(order: list[int]) -> None:
    names = ("seoexpress-a.store seoexpress-bb.store seoexpress-c.store apple.com banjo.org "
             "cello.net drum.info")  # fmt: skip
    rows = [{"referring_page": p} for p in pages(*names.split())]
    rows += [{"referring_page": p, "anchor_text": "TG @links_dealer"} for p in (A, B)]
    rows += [
        {"referring_page": p, "anchor_text": LONG} for p in pages("x1.com", "y2.com", "z3.com")
    ]
    table = frame(rows)
    before = row_groups(table)[:12]
    moved = pl.concat([table[list(order)], table[12:]])
    after = row_groups(moved)[:12]
    same = before[:, None] == before[None, :]
    np.testing.assert_array_equal(same[np.ix_(order, order)], after[:, None] == after[None, :])


def test_many_rows_in_seconds() -> None:
    n = 100_000
    rng = np.random.default_rng(0)
    at = rng.integers(0, n // 5, n)
    table = pl.DataFrame(
        {
            "referring_page": [
                f"https://www.site{d}-{d % 977}.com/p/{i}" for i, d in enumerate(at)
            ],
            "referring_page_title": [f"A page about the word w{d % 500} of many" for d in at],
            "anchor_text": [f"click here for the best offer {d % 3000}" for d in at],
            "left_context": [f"before @user{d % 9000}x" if d % 3 == 0 else None for d in at],
        }
    )
    start = time.process_time()
    found = row_groups(table)
    assert time.process_time() - start < 10  # half a second; a quadratic step would take minutes
    assert np.bincount(found).max() <= groups.MAX_SHARE * n


def test_regexes_are_linear() -> None:
    bad = ["@" * 50_000, "+1 " * 30_000, "t.me/" * 20_000, "@a" * 40_000]
    rows = [{"referring_page": A, "left_context": text} for text in bad]
    start = time.process_time()
    row_groups(frame(rows))
    assert time.process_time() - start < 5
