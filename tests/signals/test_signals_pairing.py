"""Pairs of keys: the same groups as a plain count gives, and never more than fit."""

from __future__ import annotations

from itertools import product

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.signals import pairing
from spamlinks.signals.pairing import affordable, commonest, shared_pairs

Pairs = list[tuple[int, int]]


def table(pairs: Pairs) -> pl.DataFrame:
    frame = pl.DataFrame(
        pairs, schema={"_domain": pl.UInt32, "code": pl.UInt64}, orient="row"
    ).unique(maintain_order=True)
    return frame.select("_domain", "code", owner="_domain", shared=pl.len().over("code"))


def everyone(domains: int, keys: int) -> pl.DataFrame:
    return table(list(product(range(domains), range(keys))))


def pairs_of(one: pl.DataFrame, two: pl.DataFrame) -> int:
    return one.join(two, on="_domain").height


keys = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 4)), max_size=40)


@settings(max_examples=80, deadline=None)
@given(keys, keys, st.integers(1, 9))
def test_groups_are_those_of_a_plain_count(one: Pairs, two: Pairs, part: int) -> None:
    wanted: dict[tuple[int, int], list[int]] = {}
    for domain, code in sorted(set(one)):
        for code_b in sorted({code_b for other, code_b in two if other == domain}):
            wanted.setdefault((code, code_b), []).append(domain)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairing, "PART_PAIRS", part)
        found = {
            row[:2]: members.tolist()
            for groups, lists in shared_pairs(table(one), table(two), 2)
            for row, members in zip(groups.select("code", "code_b").iter_rows(), lists, strict=True)
        }
    assert found == {key: members for key, members in wanted.items() if len(members) >= 2}


def test_pairs_beyond_the_budget_are_those_of_rare_keys() -> None:
    one, two = everyone(50, 20), everyone(50, 20)
    rare = table([(0, 99), *product(range(50), range(20))])
    assert affordable(one, two, 50 * 20 * 20)[0].height == one.height
    less, other = affordable(rare, two, 50 * 7 * 7)
    assert pairs_of(less, other) == 50 * 7 * 7
    assert 99 not in less["code"]


def test_one_key_of_each_kind_always_stays() -> None:
    less, other = affordable(everyone(50, 5), everyone(50, 5), 1)
    assert pairs_of(less, other) == 50


def test_a_domain_with_few_keys_loses_none_to_those_with_many() -> None:
    few = [(domain, 500 + domain % 2) for domain in range(100, 110)]
    one = table([*product(range(50), range(20)), *few])
    less, _ = affordable(one, everyone(110, 20), 3000)
    assert less.filter(pl.col("_domain") >= 100).height == 10


def test_the_commonest_keys_stay_whatever_the_order() -> None:
    pairs = table([(0, 1), (0, 2), (0, 3), (1, 3), (2, 3), (1, 2)])
    assert commonest(pairs, 2).filter(pl.col("_domain") == 0)["code"].sort().to_list() == [2, 3]
    same = commonest(pairs.reverse(), 2)
    assert same.sort("_domain", "code").equals(commonest(pairs, 2).sort("_domain", "code"))
