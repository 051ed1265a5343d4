"""How often a server is asked: back-off, Retry-After, and when it is left alone."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.enrich.limits import LONGEST_WAIT, PATIENCE, Pace, Paces, backoff, retry_after

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("30", 30.0),
        (" 30 ", 30.0),
        ("999999999999999999999", 366 * 86400.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thursday, 01-Jan-26 12:00:30 GMT", 30.0),  # the old form of RFC 850
        ("Thu, 01 Jan 2026 13:00:30 +0100", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),  # it is over
        ("Thu, 01 Jan 9999 12:00:00 GMT", 366 * 86400.0),
        ("1.5", None),
        ("-1", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("١٢", None),
        ("\x00", None),
    ],
)
def test_retry_after(header, seconds):
    assert retry_after(header, NOW) == seconds


@given(st.text())
def test_retry_after_never_raises(text):
    found = retry_after(text, NOW)
    assert found is None or 0 <= found <= 366 * 86400


@given(st.integers(1, 10_000), st.integers())
def test_backoff_is_bounded(tries, seed):
    assert 0 <= backoff(tries, jitter=random.Random(seed)) <= LONGEST_WAIT


def test_backoff_grows_and_is_never_the_same():
    spread = [[backoff(n, jitter=random.Random(seed)) for seed in range(500)] for n in (1, 2, 3)]
    tops = [max(waits) for waits in spread]
    assert tops == pytest.approx([2, 4, 8], rel=0.05)
    assert all(min(waits) < 0.1 for waits in spread)  # full jitter: from nothing
    assert all(len(set(waits)) > 490 for waits in spread)


def test_a_server_is_asked_one_at_a_time_with_the_pause_after_each():
    async def run() -> list[tuple[float, float]]:
        pace, loop = Pace(0.05), asyncio.get_running_loop()
        times: list[tuple[float, float]] = []

        async def ask() -> None:
            async with pace.turn():
                begun = loop.time()
                await asyncio.sleep(0.02)
                times.append((begun, loop.time()))

        await asyncio.gather(*(ask() for _ in range(6)))
        return times

    times = asyncio.run(run())
    for (_, ended), (begun, _) in pairwise(times):
        assert begun - ended >= 0.05


def test_a_request_that_fails_is_followed_by_the_pause_as_well():
    async def run() -> float:
        pace, loop = Pace(0.05), asyncio.get_running_loop()
        with pytest.raises(ValueError, match="x"):
            async with pace.turn():
                raise ValueError("x")
        before = loop.time()
        async with pace.turn():
            return loop.time() - before

    assert asyncio.run(run()) >= 0.045


def test_waiting_is_never_shortened():
    async def run() -> float:
        pace, loop = Pace(0.0), asyncio.get_running_loop()
        pace.wait(0.1)
        pace.wait(0.01)
        before = loop.time()
        async with pace.turn():
            return loop.time() - before

    assert asyncio.run(run()) >= 0.095


def test_what_a_server_asks_for_outlasts_the_pause_of_its_turn():
    """A Retry-After is heard while the turn lasts; its end must not forget it."""

    async def run() -> float:
        pace, loop = Pace(0.01), asyncio.get_running_loop()
        before = loop.time()
        async with pace.turn():
            pace.wait(0.1)
        async with pace.turn():
            return loop.time() - before

    assert asyncio.run(run()) >= 0.095


def test_too_often_means_half_as_often_and_at_last_once_a_minute():
    pace = Pace(1.0)
    for expected in (2, 4, 8, 16, 32, 60, 60):
        pace.slow_down()
        assert pace.interval == expected
    slow = Pace(3600.0)
    slow.slow_down()
    assert slow.interval == 3600  # never faster than asked for


def test_a_server_without_answers_is_closed_with_the_last_reason():
    pace = Pace(1.0)
    for _ in range(PATIENCE - 1):
        pace.note(answered=False, why="first")
    assert not pace.closed
    pace.note(answered=True)
    for i in range(PATIENCE):
        assert not pace.closed
        pace.note(answered=False, why=f"reason {i}")
    assert pace.closed == "5 look-ups in a row without an answer, the last: reason 4"


def test_every_server_has_a_pace_of_its_own():
    paces = Paces(2.0)
    assert paces.of("a") is paces.of("a")
    assert paces.of("a") is not paces.of("b")
    paces.of("b").closed = "no"
    assert paces.closed() == {"b": "no"}
    assert NOW + timedelta(seconds=paces.of("a").interval) == datetime(
        2026, 1, 1, 12, 0, 2, tzinfo=UTC
    )
