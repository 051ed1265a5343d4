"""What a run comes to, said before it starts: requests, time, what the store knows already."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.enrich.answers import Answer, Lookup, State, What
from spamlinks.enrich.settings import FetchSettings
from spamlinks.enrich.store import Store
from spamlinks.enriching.forecast import Forecast, KindForecast, forecast_of, shares
from spamlinks.enriching.known import known_in
from spamlinks.enriching.plan import Plan

SETTINGS = FetchSettings("t", delay=1.0)
NOTHING = lambda what: (frozenset(), frozenset())  # noqa: E731
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def registry(domain: str) -> str | None:
    return {"com": "https://rdap.verisign.example/", "org": "https://rdap.org.example/"}.get(
        domain.rpartition(".")[2]
    )


def plan(*lookups: Lookup) -> Plan:
    return Plan(tuple((one, rank) for rank, one in enumerate(lookups)), len(lookups), len(lookups))


def ages(many: int, suffix: str = "com") -> list[Lookup]:
    return [Lookup(What.AGE, f"d{i}.{suffix}") for i in range(many)]


def pages(hosts: int, each: int) -> list[Lookup]:
    return [
        Lookup(What.PAGE, f"https://d{h}.com/{i}", "shop.example")
        for h in range(hosts)
        for i in range(each)
    ]


def forecast(*lookups: Lookup, fetch: FetchSettings = SETTINGS, known=NOTHING) -> Forecast:
    return forecast_of(
        plan(*lookups), fetch, known=known, server_of=registry, what=("ages", "pages", "dns")
    )


def test_the_slowest_registry_sets_the_time_of_the_ages():
    found = forecast(*ages(3000), *ages(100, "org"), *ages(7, "de")).kinds["ages"]
    assert found.requests == 3100
    assert found.parts == {"domains": 3100, "without a registry that tells": 7}
    assert found.to_do == 3107
    assert found.slowest == "rdap.verisign.example"
    assert 3000 <= found.seconds <= 1.5 * 3000, "3,000 domains at one a second: 50 minutes"


def test_pages_count_their_robots_txt_and_the_slowest_site_sets_the_time():
    found = forecast(*pages(200, 3)).kinds["pages"]
    assert found.requests == 600 + 200
    assert found.parts["robots.txt"] == 200
    one = forecast(*pages(1, 60)).kinds["pages"]
    assert one.slowest == "d0.com"
    assert one.seconds >= 61 * 1.5, "an answer takes its time beside the pause"
    many = forecast(*pages(5000, 3)).kinds["pages"]
    assert many.slowest is None
    assert many.seconds > 5000 * 4 / 100


def test_hosts_of_one_site_are_one_place_with_several_robots_txt():
    found = forecast(
        Lookup(What.PAGE, "https://a.d.com/1", "s"),
        Lookup(What.PAGE, "https://b.d.com/1", "s"),
        Lookup(What.HOME, "d.com"),
    ).kinds["pages"]
    assert (found.requests, found.servers) == (6, 1)


def test_kinds_run_side_by_side():
    both = forecast(*ages(100), *pages(10, 3))
    assert both.seconds == max(kind.seconds for kind in both.kinds.values())
    assert both.requests == 100 + 40


def test_a_limit_makes_it_shorter_and_says_what_is_left():
    fetch = FetchSettings("t", max_requests=70)
    found = forecast(*ages(100), *pages(10, 3), fetch=fetch)
    assert (found.requests, found.all_requests) == (70, 140)
    assert found.part == 0.5
    assert found.seconds == pytest.approx(0.5 * forecast(*ages(100)).seconds)


def test_nothing_to_do():
    found = forecast()
    assert (found.to_do, found.requests, found.seconds, found.size) == (0, 0, 0.0, 0)
    assert shares(found) == {}


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["ages", "pages", "dns"]),
        st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)),
        max_size=3,
    ),
    st.none() | st.integers(1, 10**6),
)
def test_shares_never_come_to_more_than_the_limit(needs, limit):
    kinds = {name: KindForecast(to_do=todo, requests=n) for name, (todo, n) in needs.items()}
    found = shares(Forecast(plan(), kinds, limit))
    assert set(found) == {name for name, kind in kinds.items() if kind.to_do}
    if limit is None:
        assert set(found.values()) <= {None}
        return
    assert sum(part or 0 for part in found.values()) <= limit
    if found:
        assert sum(part or 0 for part in found.values()) == limit
        if limit >= len(found):
            assert min(part or 0 for part in found.values()) >= 1


def test_a_forecast_knows_what_the_plan_will_leave_out(tmp_path: Path):
    """The same rule twice: read beforehand, and applied by the store when the run starts."""
    path = tmp_path / "s.db"
    lookups = ages(12)
    states = [
        (State.FETCHED, 5, None), (State.FETCHED, 179, None), (State.FETCHED, 181, None),
        (State.ABSENT, 10, None), (State.BLOCKED, 1, None), (State.BLOCKED, 30, None),
        (State.BLOCKED, 2, timedelta(days=40)), (State.FAILED, 0, None), (State.FAILED, 2, None),
        (State.ROBOTS, 29, None),
    ]  # fmt: skip
    with Store.open(path, create=True) as store:
        store.plan([(one, 0) for one in lookups], now=NOW - timedelta(days=400))
        for lookup, (state, days, later) in zip(lookups, states, strict=False):
            at = NOW - timedelta(days=days, hours=1)
            retry = None if later is None else at + later
            store.save([Answer(lookup, state, at, retry_at=retry, reason="x")])
    for max_age in (None, 0, 7, 1000):
        known = known_in(path, max_age=max_age, now=NOW)
        found = forecast(*lookups, known=known).kinds["ages"]
        with Store.open(path) as store:
            counts = store.plan([(one, 0) for one in lookups], now=NOW, max_age=max_age)
        assert (found.to_do, found.fresh, found.waiting) == (
            counts.to_do, counts.fresh, counts.waiting
        ), max_age  # fmt: skip


@pytest.mark.parametrize("made", [False, True])
def test_without_a_store_nothing_is_known(tmp_path, made):
    path = tmp_path / "s.db"
    if made:
        path.touch()
    assert known_in(path)(What.AGE) == (frozenset(), frozenset())
    assert path.exists() is made


def test_of_many_equal_sites_the_one_that_is_named_has_its_count():
    found = forecast(*pages(8, 29)).kinds["pages"]
    assert found.slowest is not None
    assert found.places[found.slowest] == 30, "29 pages and robots.txt"
