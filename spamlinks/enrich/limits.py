"""How often one server may be asked, and when it is left alone.

RFC 7480 lets a registry answer 429 to whoever asks too often, and most publish no rate. So each
server is asked one thing at a time, at the pace of the settings, counted from the end of the
request before: what arrives there is never closer together than was promised, however slow the way.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["LONGEST_WAIT", "Pace", "Paces", "backoff", "retry_after"]

LONGEST_WAIT = 60.0
"""Seconds that a run waits because a server says so; a longer time is for a later run."""
FIRST_BACKOFF = 2.0
SLOWEST_PACE = 60.0
PATIENCE = 5
"""Look-ups in a row without an answer after which a run leaves a server alone."""


def backoff(tries: int, *, jitter: random.Random) -> float:
    """Return the seconds to wait after a failed try: full jitter, doubled with each, at most 60.

    Parameters
    ----------
    tries : made so far, from 1.
    jitter : source of chance, so that many clients do not come back at once.
    """
    return jitter.uniform(0, min(LONGEST_WAIT, FIRST_BACKOFF * 2 ** min(tries - 1, 10)))


def retry_after(header: str | None, now: datetime) -> float | None:
    """Read ``Retry-After``: seconds from now, 0 to a year; None for no such value.

    >>> now = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    >>> retry_after("120", now), retry_after("Thu, 01 Jan 2026 12:01:30 GMT", now)
    (120.0, 90.0)
    >>> retry_after("soon", now), retry_after(None, now), retry_after("-5", now)
    (None, None, None)
    """
    text = (header or "").strip()[:60]
    if text.isascii() and text.isdigit():
        return float(min(int(text[:12]), _YEAR))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), float(_YEAR))


_YEAR = 366 * 86400


@dataclass(slots=True)
class Pace:
    """The pace of one server.

    Attributes
    ----------
    interval : seconds from the end of one request to the start of the next.
    closed : why the server is left alone for the rest of the run; "" while it is asked.
    in_a_row : look-ups without an answer since the last with one.
    """

    interval: float
    closed: str = ""
    in_a_row: int = 0
    _next: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until the server may be asked, and keep others waiting while it is."""
        loop = asyncio.get_running_loop()
        async with self._lock:
            while (wait := self._next - loop.time()) > 0:
                await asyncio.sleep(wait)
            try:
                yield
            finally:
                self._next = max(self._next, loop.time() + self.interval)

    def wait(self, seconds: float) -> None:
        """Ask nothing for so long."""
        self._next = max(self._next, asyncio.get_running_loop().time() + seconds)

    def slow_down(self) -> None:
        """Ask half as often from now on, down to once a minute."""
        self.interval = max(self.interval, min(self.interval * 2, SLOWEST_PACE))

    def note(self, *, answered: bool, why: str = "") -> None:
        """Count a look-up that ended; too many in a row without an answer close the server."""
        self.in_a_row = 0 if answered else self.in_a_row + 1
        if self.in_a_row >= PATIENCE and not self.closed:
            self.closed = f"{self.in_a_row} look-ups in a row without an answer, the last: {why}"


class Paces:
    """The paces of all servers, by what ``transport.origin_of`` calls them."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._known: dict[str, Pace] = {}

    def of(self, origin: str) -> Pace:
        """Return the pace of a server, new ones at the interval of the settings."""
        return self._known.setdefault(origin, Pace(self._interval))

    def closed(self) -> dict[str, str]:
        """Return why servers are left alone, by origin."""
        return {origin: pace.closed for origin, pace in self._known.items() if pace.closed}
