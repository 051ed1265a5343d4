"""The store: what is kept, what is planned, and when something is tried again."""

from __future__ import annotations

import json
import sqlite3
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_cases import (
    AGE_FACTS,
    DNS_FACTS,
    FULL_LINK,
    FULL_PAGE,
    NOW,
    SITE,
    age,
    days,
    dns,
    fetched,
    home,
    link,
    page,
    page_facts,
)

from spamlinks.enrich.answers import (
    AGE_LIMITS,
    AgeFacts,
    Answer,
    LinkFacts,
    Lookup,
    PageFacts,
    State,
    What,
)
from spamlinks.enrich.store import Store
from spamlinks.enrich.store_plan import PlanCounts
from spamlinks.errors import InputError, OutputError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "s.db", create=True) as opened:
        yield opened


def test_every_fact_comes_back_as_it_was_saved(store: Store) -> None:
    store.save(
        [
            fetched(age(), AGE_FACTS),
            fetched(page(), FULL_PAGE),
            fetched(home(), FULL_PAGE),
            fetched(dns(), DNS_FACTS),
        ]
    )
    for frame, facts in (
        (store.ages_frame(), AGE_FACTS),
        (store.pages_frame(SITE), FULL_PAGE),
        (store.homes_frame(), FULL_PAGE),
        (store.dns_frame(), DNS_FACTS),
    ):
        (row,) = frame.to_dicts()
        assert row["state"] == "fetched"
        assert row["at"].replace(tzinfo=UTC) == NOW
        for field in fields(facts):
            if field.name == "links":
                continue
            value = getattr(facts, field.name)
            assert row[field.name] == (list(value) if isinstance(value, tuple) else value), field
    found = store.links_frame(SITE).to_dicts()
    assert [row["number"] for row in found] == [0, 1]
    for field in fields(LinkFacts):
        assert found[1][field.name] == getattr(FULL_LINK, field.name), field
    assert found[0]["url"] == page().key


def test_unknown_stays_null_and_none_found_stays_empty(store: Store) -> None:
    store.save([fetched(page(1), PageFacts("https://blog.example/1"))])
    store.save([fetched(page(2), page_facts(parked="", words=0, noindex=False))])
    unknown, none = store.pages_frame(SITE).to_dicts()
    assert [unknown[name] for name in ("parked", "words", "noindex", "title")] == [None] * 4
    assert unknown["ids"] == []  # looked for, none there
    assert (none["parked"], none["words"], none["noindex"]) == ("", 0, False)
    store.save([fetched(age(), AgeFacts(name_servers=None)), fetched(age("b.example"), None)])
    assert store.ages_frame()["name_servers"].to_list() == [None, None]


def test_pages_are_kept_by_site_and_the_last_one_serves_where_no_site_is_named(
    store: Store,
) -> None:
    here, there = page(), Lookup(What.PAGE, page().key, "other.example")
    store.save([fetched(here, page_facts(words=1), NOW)])
    store.save([fetched(there, page_facts(link("https://other.example/"), words=2), NOW - days(1))])
    assert store.pages_frame(SITE)["words"].to_list() == [1]
    assert store.links_frame(SITE).height == 0
    assert store.pages_frame("other.example")["words"].to_list() == [2]
    assert store.pages_frame(None)["words"].to_list() == [1]


def test_states_are_kept_apart(store: Store) -> None:
    for i, state in enumerate(State):
        store.save([Answer(page(i), state, NOW, 200 + i, f"because {i}")])
    store.plan([(page(77), 0)], now=NOW)
    counts = store.counts()
    assert counts[What.PAGE] == dict.fromkeys(State, 1)
    assert counts[What.AGE] == dict.fromkeys(State, 0)
    frame = store.answers(What.PAGE)
    assert frame["state"].to_list() == [*(s.value for s in State), None]  # the last: not tried
    assert frame["reason"].to_list()[:2] == ["because 0", "because 1"]
    assert store.pages_frame(SITE).height == len(State)


WAITS = [  # state, failed before, Retry-After in days, waits in days, why
    (State.BLOCKED, 0, None, 14, "nobody said when"),
    (State.BLOCKED, 0, 3, 3, "429 with Retry-After"),
    (State.BLOCKED, 0, 0.01, 1, "a minute's Retry-After is for the crawler, not for a new run"),
    (State.BLOCKED, 0, 40, 40, "not before the server allows it"),
    (State.BLOCKED, 0, 36_500, 90, "no server makes us wait for ever"),
    (State.FAILED, 0, None, 1, "first failure"),
    (State.FAILED, 1, None, 2, "doubled"),
    (State.FAILED, 4, None, 16, "doubled four times"),
    (State.FAILED, 5, None, 30, "at most a month"),
    (State.FAILED, 40, None, 30, "and it stays there"),
    (State.FAILED, 0, 5, 5, "503 with Retry-After"),
    (State.FAILED, 3, 2, 8, "Retry-After never shortens"),
    (State.ROBOTS, 0, None, 30, "robots.txt is read again after a month"),
    (State.FETCHED, 0, None, 30, "the age limit of a page"),
    (State.ABSENT, 0, None, 30, "absent is an answer too"),
]


@pytest.mark.parametrize(("state", "before", "asked", "wait", "why"), WAITS)
def test_when_it_is_tried_again(
    store: Store, state: State, before: int, asked: float | None, wait: float, why: str
) -> None:
    for i in range(before):
        store.save([Answer(page(), State.FAILED, NOW - days(1 + i))])
    retry = NOW + days(asked) if asked is not None else None
    store.save([Answer(page(), state, NOW, retry_at=retry)])
    early = store.plan([(page(), 0)], now=NOW + days(wait) - timedelta(seconds=1))
    answered = state in (State.FETCHED, State.ABSENT)
    assert (early.to_do, early.fresh, early.waiting) == (0, int(answered), int(not answered)), why
    assert store.plan([(page(), 0)], now=NOW + days(wait)).to_do == 1, why


def test_failures_in_a_row_are_counted_and_any_answer_ends_the_row(store: Store) -> None:
    def failures() -> int:
        return int(store.answers(What.PAGE)["failures"][0])

    states = (State.FAILED, State.FAILED, State.BLOCKED, State.FAILED, State.FETCHED, State.FAILED)
    seen = []
    for i, state in enumerate(states):
        store.save([Answer(page(), state, NOW + days(i))])
        seen.append(failures())
    assert seen == [1, 2, 0, 1, 0, 1]


@pytest.mark.parametrize("what", list(What))
def test_each_kind_has_its_age_limit_and_max_age_overrides_it(store: Store, what: What) -> None:
    lookup = Lookup(what, "blog.example", SITE if what is What.PAGE else "")
    store.save([Answer(lookup, State.FETCHED, NOW)])
    limit = AGE_LIMITS[what]
    for after, max_age, to_do in (
        (limit - 0.1, None, 0), (limit, None, 1), (3, 4, 0), (3, 3, 1), (0.5, 0, 1),
        (limit + 1, 10**9, 0),
    ):  # fmt: skip
        found = store.plan([(lookup, 0)], now=NOW + days(after), max_age=max_age)
        assert found.to_do == to_do, (after, max_age)


def test_an_answer_from_the_future_is_from_a_wrong_clock(store: Store) -> None:
    store.save([Answer(page(1), State.FETCHED, NOW + days(1000))])
    store.save([Answer(page(2), State.FAILED, NOW + days(1000))])
    assert store.plan([(page(1), 0), (page(2), 0)], now=NOW).to_do == 2


def test_times_of_any_zone_are_kept_as_utc(store: Store) -> None:
    west = datetime(2026, 3, 1, 1, 0, tzinfo=timezone(timedelta(hours=-11)))
    store.save([Answer(page(), State.FETCHED, west)])
    assert store.answers(What.PAGE)["at"].to_list() == [datetime(2026, 3, 1, 12, 0)]


KEPT = [State.BLOCKED, State.FAILED, State.ROBOTS]


@pytest.mark.parametrize("state", list(State))
def test_what_was_learned_stays_until_a_better_answer_comes(store: Store, state: State) -> None:
    store.save([fetched(page(), page_facts(link(), words=7), NOW)])
    later = page_facts(words=8) if state is State.FETCHED else None
    store.save([Answer(page(), state, NOW + days(40), 200, facts=later)])
    (row,) = store.pages_frame(SITE).to_dicts()
    if state in KEPT:  # a refused try takes nothing away
        assert (row["state"], row["words"], row["at"].day) == ("fetched", 7, NOW.day)
        assert store.links_frame(SITE).height == 1
        assert store.counts()[What.PAGE][state] == 1  # the account says how the last try ended
    else:
        assert (row["state"], row["words"]) == (state.value, 8 if later else None)
        assert store.links_frame(SITE).height == 0


def test_a_blocked_answer_may_have_facts_which_a_fetched_one_replaces(store: Store) -> None:
    chain = PageFacts("https://b.example/", ("https://blog.example/0",), http_code=403)
    store.save([Answer(page(), State.BLOCKED, NOW, 403, "forbidden", facts=chain)])
    (row,) = store.pages_frame(SITE).to_dicts()
    assert (row["state"], row["redirects"]) == ("blocked", ["https://blog.example/0"])
    store.save([Answer(page(), State.BLOCKED, NOW + days(15), 403)])
    assert store.pages_frame(SITE)["redirects"].to_list() == [None]  # nothing worth keeping
    store.save([fetched(page(), page_facts(words=5), NOW + days(40))])
    assert store.pages_frame(SITE)["words"].to_list() == [5]


def test_a_plan_replaces_what_was_planned_of_its_kinds(store: Store) -> None:
    assert store.plan([(page(i), i) for i in range(5)], now=NOW).to_do == 5
    store.plan([(age(), 0)], now=NOW)
    assert (store.pending(What.PAGE), store.pending(What.AGE)) == (5, 1)
    store.save([fetched(page(1), page_facts())])
    found = store.plan([(page(1), 0), (page(8), 1), (page(8), 2)], now=NOW)
    assert found == PlanCounts(1, 1, 0, {What.PAGE: PlanCounts(1, 1, 0)})
    assert [lookup.key for lookup in store.take(What.PAGE, 9)] == [page(8).key]
    assert store.answers(What.PAGE)["key"].to_list() == [page(1).key, page(8).key]
    assert store.plan([], what=[What.PAGE, What.AGE], now=NOW).to_do == 0
    assert store.pending(What.PAGE) == store.pending(What.AGE) == 0
    assert store.counts()[What.PAGE][State.FETCHED] == 1  # answers are not forgotten


def test_a_plan_that_breaks_off_changes_nothing(store: Store) -> None:
    store.plan([(page(1), 1)], now=NOW)

    def broken() -> Iterator[tuple[Lookup, int]]:
        for i in range(20_000):
            yield page(i + 100), i
        raise KeyError("no more")

    with pytest.raises(KeyError):
        store.plan(broken(), now=NOW)
    assert store.pending(What.PAGE) == 1


def test_take_goes_by_rank_and_hands_out_nothing_twice(store: Store) -> None:
    store.plan([(page(i), -i // 2) for i in range(10)], now=NOW)
    first = store.take(What.PAGE, 4)
    assert [lookup.key for lookup in first] == [page(i).key for i in (9, 7, 8, 5)]
    rest = store.take(What.PAGE, 100)
    assert {lookup.key for lookup in first + rest} == {page(i).key for i in range(10)}
    assert store.take(What.PAGE, 100) == []
    assert store.pending(What.PAGE) == 10  # only an answer takes something off the list
    store.give_back(first[2:])
    assert store.take(What.PAGE, 100) == first[2:]
    store.save([fetched(first[0], page_facts())])
    store.give_back(first[:1])  # answered meanwhile
    assert store.take(What.PAGE, 100) == []
    assert store.pending(What.PAGE) == 9


@pytest.mark.parametrize("ranks", [(3, 1, 2), (1, 2, 3), (2, 3, 1)])
def test_what_is_wanted_twice_stands_once_at_its_lowest_rank(
    store: Store, ranks: tuple[int, ...]
) -> None:
    store.plan([(page(9), 2), *((page(0), rank) for rank in ranks), (page(8), 4)], now=NOW)
    assert store.pending(What.PAGE) == 3
    assert [x.key for x in store.take(What.PAGE, 9)] == [page(i).key for i in (0, 9, 8)]
    store.plan([(page(0), 5), (page(9), 2)], now=NOW)  # a new plan forgets the ranks of the old
    assert [x.key for x in store.take(What.PAGE, 9)] == [page(i).key for i in (9, 0)]


def test_skipped_keys_come_later(store: Store) -> None:
    store.plan([(page(i), i) for i in range(6)], now=NOW)
    busy = {page(0).key, page(3).key}
    assert [x.key for x in store.take(What.PAGE, 3, skip_keys=busy)] == [
        page(i).key for i in (1, 2, 4)
    ]
    assert [x.key for x in store.take(What.PAGE, 2, skip_keys={page(3).key})] == [
        page(0).key, page(5).key,
    ]  # fmt: skip
    assert [x.key for x in store.take(What.PAGE, 9)] == [page(3).key]


def test_a_new_process_takes_what_was_in_flight(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db", create=True) as store:
        store.plan([(page(i, ("https://shop.example/a",)), i) for i in range(3)], now=NOW)
        store.take(What.PAGE, 2)
        store.save([fetched(page(0), page_facts())])
    with Store.open(tmp_path / "s.db") as store:
        left = store.take(What.PAGE, 9)
    assert [lookup.key for lookup in left] == [page(1).key, page(2).key]
    assert left[0].targets == ("https://shop.example/a",)
    assert left[0] == page(1, ("https://shop.example/a",))


def test_saving_is_all_or_nothing_and_facts_must_fit(store: Store) -> None:
    with pytest.raises(ValueError, match="look-up of age are PageFacts"):
        store.save([fetched(page(), page_facts()), fetched(age(), page_facts())])
    assert store.counts()[What.PAGE][State.FETCHED] == 0
    store.save([])


def test_hostile_text_is_cleaned_and_bounded(store: Store) -> None:
    evil = "a\x1b[31m\x00\u202eb\r\nc" + "x" * 100_000
    facts = page_facts(link(anchor=evil, left_context=evil), title=evil, ids=(evil,) * 1000)
    store.save([Answer(page(), State.FETCHED, NOW, 200, evil, facts=facts)])
    title = store.pages_frame(SITE)["title"][0]
    assert title.startswith("a[31mb c")
    assert len(title) <= 500
    assert len(store.links_frame(SITE)["anchor"][0]) <= 500
    assert len(store.links_frame(SITE)["left_context"][0]) <= 200
    assert len(store.pages_frame(SITE)["ids"][0]) <= 100
    assert len(store.answers(What.PAGE)["reason"][0]) <= 300


def test_what_a_stranger_wrote_into_the_file_is_cleaned_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with Store.open(path, create=True) as store:
        store.save([fetched(page(), FULL_PAGE), fetched(age(), AGE_FACTS)])
    raw = sqlite3.connect(path)
    raw.execute(
        "UPDATE pages SET title = ?, ids = ?, redirects = ?, generator = ?",
        (
            "a\x1b]0;x\x07b\u202e",
            '["a\\u001bb", 5, "' + "y" * 9000 + '"]',
            "{not json",
            "z" * 99999,
        ),
    )
    raw.execute("UPDATE lookups SET at = 'soon'")
    raw.execute("UPDATE ages SET created_on = '2009-99-01', name_servers = '[[[1]]]'")
    raw.commit()
    raw.close()
    with Store.open(path, read_only=True) as store:
        (row,) = store.pages_frame(SITE).to_dicts()
        assert "\x1b" not in row["title"]
        assert "\u202e" not in row["title"]
        assert row["ids"][0] == "ab"
        assert all(len(text) <= 2000 for text in (*row["ids"], row["generator"]))
        assert row["redirects"] is None
        assert store.ages_frame()["created_on"].to_list() == [None]
        assert store.ages_frame()["name_servers"].to_list() == [[]]


def test_a_lone_surrogate_and_a_huge_number_are_stored(store: Store) -> None:
    odd = Lookup(What.PAGE, "https://blog.example/\ud800", SITE)
    store.plan([(odd, 1)], now=NOW)
    store.save([fetched(odd, page_facts(title="\ud800x", bytes_read=10**40))])
    assert store.pending(What.PAGE) == 0
    assert store.pages_frame(SITE)["title"].to_list() == ["?x"]
    assert store.pages_frame(SITE)["bytes_read"][0] == 2**63 - 1


TEXTS = st.text(max_size=40)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(TEXTS, st.sampled_from(State), st.integers(-5, 400), st.none() | TEXTS),
        max_size=12,
    )
)
def test_any_sequence_of_answers_keeps_one_row_each(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, State, int, str | None]]
) -> None:
    path = tmp_path_factory.mktemp("any") / "s.db"
    with Store.open(path, create=True) as store:
        store.plan(
            ((Lookup(What.PAGE, key, SITE), n) for n, (key, *_) in enumerate(steps)), now=NOW
        )
        keys = {key.encode("utf-8", "replace") for key, *_ in steps}
        assert store.pending(What.PAGE) == len(keys)
        last: dict[bytes, State] = {}
        for key, state, day, title in steps:
            facts = page_facts(title=title) if title is not None else None
            store.save([Answer(Lookup(What.PAGE, key, SITE), state, NOW + days(day), facts=facts)])
            last[key.encode("utf-8", "replace")] = state
        assert store.pending(What.PAGE) == 0
        assert store.answers(What.PAGE).height == len(keys)
        assert sum(store.counts()[What.PAGE].values()) == len(last)
        for state in State:
            assert store.counts()[What.PAGE][state] == list(last.values()).count(state)
        assert store.pages_frame(SITE).height == len(keys)


def test_reading_only_refuses_to_write(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    Store.open(path, create=True).close()
    with Store.open(path, read_only=True) as store:
        for write in (lambda: store.save([]), lambda: store.plan([]), store.claim):
            with pytest.raises(OutputError, match="open for reading only"):
                write()
        store.close()
        with pytest.raises(InputError, match="is closed"):
            store.counts()


def test_two_hundred_thousand_lookups_in_bounded_memory_and_time(tmp_path: Path) -> None:
    many = 200_000

    def lookups() -> Iterator[tuple[Lookup, int]]:
        for i in range(many):
            key = f"https://h{i % 9000}.example/some/longer/path/of/a/page/{i}"
            yield Lookup(What.PAGE, key, SITE, ("https://shop.example/",)), i

    with Store.open(tmp_path / "s.db", create=True) as store:
        started = time.perf_counter()
        tracemalloc.start()
        found = store.plan(lookups(), now=NOW)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found.to_do == many
        assert peak < 30_000_000  # batches; the list itself would be some 100 MB
        taken = 0
        while got := store.take(What.PAGE, 1000):
            taken += len(got)
        assert taken == many
        assert time.perf_counter() - started < 120


def test_the_work_list_is_read_by_its_index(store: Store) -> None:
    plan = store._read(
        lambda c: c.execute(
            "EXPLAIN QUERY PLAN SELECT id FROM lookups WHERE what = 'page' AND rank IS NOT NULL "
            "AND (rank, id) > (5, 7) ORDER BY rank, id LIMIT 5"
        ).fetchall()
    )
    assert "lookups_to_do" in str(plan)
    assert "TEMP B-TREE" not in str(plan)


def test_frames_without_rows_have_their_types(store: Store) -> None:
    empty = store.pages_frame(SITE)
    store.save([fetched(page(), FULL_PAGE)])
    assert empty.schema == store.pages_frame(SITE).schema
    assert empty.height == 0
    assert store.links_frame(None).schema["rel_nofollow"] == pl.Boolean
    assert store.answers(What.PAGE).schema["targets"] == pl.List(pl.String)


def test_targets_are_kept_as_a_list_of_at_most_twenty(store: Store) -> None:
    many = tuple(f"https://shop.example/{i}" for i in range(40))
    store.plan([(page(0, many), 0)], now=NOW)
    assert store.take(What.PAGE, 1)[0].targets == many[:20]
    raw = store._read(lambda c: c.execute("SELECT targets FROM lookups").fetchone()[0])
    assert json.loads(raw) == list(many[:20])
