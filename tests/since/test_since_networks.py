"""Networks that are new, that grew, and that only have another name."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from since_tables import domain, run_facts, table

from spamlinks.since.changes import beside
from spamlinks.since.facts import facts_of
from spamlinks.since.networks import MAX_NETWORKS, notes_on_networks, renamed_networks

LOOKED = facts_of(run_facts(networks={"domains": 0, "list": [], "more": 0}))
DID_NOT = facts_of(run_facts())


def members(**networks: range) -> pl.DataFrame:
    """A table of domains by network, each named by a number."""
    return table(
        *(domain(f"d{n}.com", network=name) for name, numbers in networks.items() for n in numbers),
        domain("alone.com"),
    )


CASES = [
    ("one is new", members(), members(a=range(40)), ["Network a is new, with 40 domains."]),
    ("one grew", members(a=range(40)), members(a=range(212)),
     ["Network a grew from 40 to 212 domains."]),
    ("by half and by five", members(a=range(10)), members(a=range(15)),
     ["Network a grew from 10 to 15 domains."]),
    ("by less than half", members(a=range(100)), members(a=range(149)), []),
    ("by fewer than five", members(a=range(4)), members(a=range(8)), []),
    ("one shrank", members(a=range(40)), members(a=range(4)), []),
    ("one is gone", members(a=range(40)), members(), []),
    ("the biggest growth first", members(a=range(10), b=range(50, 60)),
     members(a=range(20), b=range(50, 140)),
     ["Network b grew from 10 to 90 domains.", "Network a grew from 10 to 20 domains."]),
    ("it has another name", members(a=range(10)), members(b=range(10)), []),
    ("it grew and has another name", members(a=range(10)), members(b=range(30)),
     ["Network b, then a, grew from 10 to 30 domains."]),
    ("it holds half of the former one", members(a=range(10)), members(b=range(5, 30)),
     ["Network b, then a, grew from 10 to 25 domains."]),
    ("it holds less of it", members(a=range(10)), members(b=range(6, 30)),
     ["Network b is new, with 24 domains, 20 of them new."]),
    ("the former one is still there", members(a=range(10)), members(a=range(2), b=range(2, 30)),
     ["Network b is new, with 28 domains, 20 of them new."]),
    ("two were one", members(a=range(10)), members(b=range(5), c=range(5, 10)),
     ["Network c is new, with 5 domains, 0 of them new."]),
    ("a hostile name", members(), members(**{"<b>\x1b[31m\u202e": range(3)}),
     ["Network <b>[31m is new, with 3 domains."]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "said"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_networks_that_are_new_or_grew(before, after, said: list[str]) -> None:
    side_by_side = beside(before, after)
    renamed = renamed_networks(side_by_side)
    assert notes_on_networks(LOOKED, LOOKED, side_by_side, renamed) == said


def test_a_run_that_did_not_look_for_networks() -> None:
    found = beside(members(), members(a=range(9)))
    assert notes_on_networks(LOOKED, DID_NOT, found, {}) == []
    said = ["The earlier run did not look for networks."]
    assert notes_on_networks(DID_NOT, LOOKED, found, {}) == said
    assert notes_on_networks(DID_NOT, LOOKED, beside(members(), members()), {}) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [(1, "1 more network is new or grew."), (2, "2 more networks are new or grew.")],
)
def test_many_networks_are_summed_up(more: int, said: str) -> None:
    after = members(**{f"n{n}": range(9 * n, 9 * n + 9) for n in range(MAX_NETWORKS + more)})
    notes = notes_on_networks(LOOKED, LOOKED, beside(members(), after), {})
    assert len(notes) == MAX_NETWORKS + 1
    assert notes[-1] == said


NAMES = st.lists(st.sampled_from([None, "a", "b", "c"]), min_size=8, max_size=8)


@given(NAMES, NAMES)
def test_a_name_stands_for_one_network(before, after) -> None:
    names = [name and name.replace("c", "x") for name in after]
    tables = (
        table(*(domain(f"d{n}.com", network=name) for n, name in enumerate(side)))
        for side in (before, names)
    )
    renamed = renamed_networks(beside(*tables))
    assert len(set(renamed.values())) == len(renamed)
    assert set(renamed) <= set(names) - set(before) - {None}
    assert set(renamed.values()) <= set(before) - set(names) - {None}
