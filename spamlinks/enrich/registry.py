"""Asking one registry about one domain: redirects, further tries, and how it ended."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from spamlinks.enrich.answers import AgeFacts, Answer, Lookup, State
from spamlinks.enrich.limits import LONGEST_WAIT, Paces, backoff, retry_after
from spamlinks.enrich.rdap import NotRdap, merge_ages, read_rdap, related_link
from spamlinks.enrich.settings import FetchSettings
from spamlinks.enrich.transport import NoAnswer, Reply, Transport, origin_of, redirect_of

__all__ = ["MAX_BYTES", "BudgetSpent", "Outcome", "Registry"]

MAX_BYTES = 1_000_000
ACCEPT = "application/rdap+json, application/json;q=0.9"
_ABSENT = frozenset((404, 410))
_BLOCKED = frozenset((401, 403, 429, 451))


class BudgetSpent(Exception):  # noqa: N818 - it ends a run, and never reaches a user
    """No request is left of ``max_requests``."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer, and whether it looks like that of a machine without network."""

    answer: Answer
    offline: bool = False


class _Stopped(Exception):  # noqa: N818 - internal
    """No reply to read: how the look-up ends instead."""

    def __init__(self, state: State, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.state, self.reason, self.code = state, reason, code
        self.retry_at: datetime | None = None
        self.offline = False


class Registry:
    """Asks registries, each at its pace.

    Parameters
    ----------
    transport : what sends the requests.
    paces : shared by all that ask; a server that refuses is closed there.
    now : the clock, in UTC.
    """

    def __init__(
        self,
        settings: FetchSettings,
        transport: Transport,
        paces: Paces,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._paces = paces
        self._now = now
        self._jitter = random.Random()
        self._places = asyncio.Semaphore(settings.concurrency)
        self.requests = 0
        self.reached = False
        """Whether any server answered anything: there is a network."""

    async def ask(self, lookup: Lookup, domain: str, base: str) -> Outcome:
        """Ask the registry at ``base`` about ``domain``; never raises but BudgetSpent."""
        pace = self._paces.of(origin_of(base))
        try:
            reply = await self._persist(f"{base}domain/{domain}")
            facts = self._read(reply, domain)
        except _Stopped as stop:
            pace.note(answered=stop.state is State.ABSENT, why=stop.reason)
            answer = Answer(lookup, stop.state, self._now(), stop.code, stop.reason, stop.retry_at)
            return Outcome(answer, stop.offline)
        pace.note(answered=True)
        if facts.created_on is None:
            facts = await self._ask_registrar(facts, reply, domain)
        return Outcome(Answer(lookup, State.FETCHED, self._now(), reply.code, facts=facts))

    def _read(self, reply: Reply, domain: str) -> AgeFacts:
        kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind and "json" not in kind:
            shown = re.sub(r"[^a-z0-9./+-]", "?", kind[:60])
            raise _Stopped(State.FAILED, f"the answer is {shown}, not RDAP", reply.code)
        server = reply.url.rpartition("/domain/")[0]
        server = f"{server}/" if server else reply.url
        try:
            return read_rdap(reply.body, domain, today=self._now().date(), server=server)
        except NotRdap as error:
            raise _Stopped(State.FAILED, f"the answer is {error}", reply.code) from None

    async def _ask_registrar(self, facts: AgeFacts, reply: Reply, domain: str) -> AgeFacts:
        """A registry without a date of registration may say who has one: the registrar.

        Nobody else is asked twice, for an abuse contact alone least of all. A registrar that does
        not answer changes nothing.
        """
        link = related_link(reply.body)
        try:
            if link is None or origin_of(link) == origin_of(reply.url):
                return facts
            pace = self._paces.of(origin_of(link))
            if pace.closed:
                return facts
            try:
                more = self._read(await self._persist(link), domain)
            except _Stopped as stop:
                pace.note(answered=stop.state is State.ABSENT, why=stop.reason)
                return facts
        except (NoAnswer, BudgetSpent):
            return facts
        pace.note(answered=True)
        return merge_ages(facts, more)

    async def _persist(self, url: str) -> Reply:
        """Return a reply of code 200, after as many tries as the settings allow."""
        pace = self._paces.of(origin_of(url))
        # A server that did not answer the look-up before gets one try: perhaps it is gone.
        tries = 1 if pace.in_a_row else 1 + self._settings.retries
        for made in range(1, tries + 1):
            again = made < tries
            try:
                reply = await self._follow(url)
            except NoAnswer as error:
                again = again and error.again and (self.reached or not error.offline)
                if again:
                    pace.wait(backoff(made, jitter=self._jitter))
                    continue
                stop = _Stopped(State.FAILED, error.reason)
                stop.offline = error.offline
                raise stop from None
            if reply.code == 200:
                return reply
            if stopped := self._refused(reply, made, again=again):
                raise stopped
        raise AssertionError("the last try ends one way or the other")  # pragma: no cover

    def _refused(self, reply: Reply, made: int, *, again: bool) -> _Stopped | None:
        """Say how a reply other than 200 ends the look-up; None where another try is due."""
        code = reply.code
        if code in _ABSENT:
            return _Stopped(State.ABSENT, "the registry knows no such domain", code)
        busy = code == 429 or code >= 500
        pace = self._paces.of(origin_of(reply.url))
        wait = retry_after(reply.headers.get("retry-after"), self._now()) if busy else None
        if code == 429:
            pace.slow_down()
        state = State.BLOCKED if code in _BLOCKED else State.FAILED
        told = {429: "the server says too many requests", 403: "the server refuses to tell"}
        stop = _Stopped(state, told.get(code, f"the server answers {code}"), code)
        if wait is not None:
            stop.retry_at = self._now() + timedelta(seconds=wait)
            if wait > LONGEST_WAIT:
                until = f"{stop.retry_at:%Y-%m-%d %H:%M} UTC"
                stop.reason += f", and to come back after {until}"
                pace.closed = pace.closed or stop.reason
                return stop
            pace.wait(wait)
        if busy and again:
            pace.wait(backoff(made, jitter=self._jitter))
            return None
        return stop

    async def _follow(self, url: str) -> Reply:
        """Send a request and go where it is sent to, each server at its own pace.

        Raises
        ------
        NoAnswer : as ``Transport.get``, and for redirects that lead nowhere.
        """
        there = url
        for hop in range(self._settings.max_redirects + 1):
            pace = self._paces.of(origin_of(there))
            if hop and pace.closed:
                raise NoAnswer(f"redirects to {origin_of(there)}, which is left alone")
            try:
                async with pace.turn(), self._places:
                    self._spend()
                    reply = await self._transport.get(there, accept=ACCEPT)
            except NoAnswer as error:
                if hop:
                    error.reason = f"redirects to {origin_of(there)}: {error.reason}"
                    error.offline = False
                raise
            self.reached = True
            target = redirect_of(reply)
            if target is None:
                return reply
            there = target
        raise NoAnswer(f"more than {self._settings.max_redirects} redirects")

    def _spend(self) -> None:
        limit = self._settings.max_requests
        if limit is not None and self.requests >= limit:
            raise BudgetSpent
        self.requests += 1
