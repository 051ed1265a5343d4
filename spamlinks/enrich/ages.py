"""Registration dates of linking domains: all registries side by side, each at its own pace.

A registry has one queue and one worker, so that a slow one keeps nobody else waiting. It is asked
about the next domain only when the answer about the last one is in the store: what a kill loses is
at most one answer of each registry.

What cannot be asked costs no request and is a state of its own: ``absent`` without an HTTP code,
with the reason why ("the registry of .de offers no RDAP"), while a domain that its registry does
not know is ``absent`` with code 404.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from spamlinks.enrich.answers import Answer, Lookup, State, What
from spamlinks.enrich.bootstrap import Bootstrap, load_bootstrap
from spamlinks.enrich.limits import Paces
from spamlinks.enrich.settings import FetchSettings
from spamlinks.enrich.work_list import WorkList
from spamlinks.errors import NetworkError
from spamlinks.urls import authority, parse_host

__all__ = ["AgesForecast", "AgesRun", "Paused", "fetch_ages", "forecast_ages", "whom_to_ask"]

MOST_QUEUED = 100_000
_TAKEN_AT_ONCE = 2_000
_SAVED_AT_ONCE = 500
_TELL_SECONDS = 0.5
_TICK = 0.05
_ANSWER_SECONDS = 0.2
"""What an answer takes beside the pause, for the forecast: usual of registries far away."""
_HOSTS_FOR_OFFLINE = 3


@dataclass(frozen=True, slots=True)
class Paused:
    """A server that was left alone before its look-ups were done: how many wait, and why."""

    server: str
    left: int
    why: str


@dataclass(frozen=True, slots=True)
class AgesRun:
    """How a run ended.

    Attributes
    ----------
    done : look-ups that ended, with an answer or without.
    states : number of look-ups by state.
    requests : HTTP requests sent.
    left : look-ups that still wait.
    paused : servers that were left alone, those with most look-ups left first.
    reason : "finished", "stopped" or "max_requests".
    """

    done: int
    states: dict[State, int]
    requests: int
    left: int
    paused: tuple[Paused, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class AgesForecast:
    """What a run will take.

    Attributes
    ----------
    requests : one for each domain with a registry that can be asked.
    seconds : of the registry with most of them; all others are done meanwhile.
    slowest : host of that registry, "" where nobody is asked.
    free : domains that cost no request, since nobody can be asked.
    """

    requests: int
    seconds: float
    slowest: str
    free: int


def whom_to_ask(key: str, servers: Bootstrap | str) -> tuple[str, str] | str:
    """Find the domain that was registered, and the registry to ask.

    Parameters
    ----------
    key : a linking domain, as the look-up has it.
    servers : the list of registries, or the base URL of the one to ask about everything.

    Returns
    -------
    Domain in ASCII and base URL of its registry; or the reason why nobody is asked.

    >>> registries = load_bootstrap()
    >>> whom_to_ask("example.co.uk", registries)
    ('example.co.uk', 'https://rdap.nominet.uk/uk/')
    >>> whom_to_ask("me.blogspot.com", registries)
    'a name below blogspot.com, not registered with any public registry'
    >>> whom_to_ask("example.de", registries), whom_to_ask("192.0.2.1", registries)
    ('the registry of .de offers no RDAP', 'an IP address has no registration')
    """
    parts = parse_host(authority(key))
    if parts.problem is not None:
        return f"no domain: {parts.problem}"
    if parts.is_ip:
        return "an IP address has no registration"
    domain = parts.registrable_domain
    if parts.linking_domain != domain:
        return f"a name below {parts.suffix}, not registered with any public registry"
    if isinstance(servers, str):
        return domain, servers if servers.endswith("/") else servers + "/"
    base = servers.server_of(domain.partition(".")[2])
    if base is not None:
        return domain, base
    suffix = domain.rpartition(".")[2]
    if not parts.is_known_suffix:
        return f"there is no suffix .{suffix}"
    return f"the registry of .{suffix} offers no RDAP"


def forecast_ages(
    keys: Iterable[str], settings: FetchSettings, bootstrap: Bootstrap | None = None
) -> AgesForecast:
    """Say what asking about these linking domains will take.

    >>> settings = FetchSettings("spamlinks/1", delay=1.0)
    >>> forecast_ages(["a.com", "b.com", "c.net", "d.de"], settings)
    AgesForecast(requests=3, seconds=3.6, slowest='rdap.verisign.com', free=1)
    """
    from spamlinks.enrich.transport import origin_of

    servers = settings.rdap_server or bootstrap or load_bootstrap()
    counts: Counter[str] = Counter()
    free = 0
    for key in keys:
        found = whom_to_ask(key, servers)
        if isinstance(found, str):
            free += 1
        else:
            counts[origin_of(found[1])] += 1
    slowest, most = max(counts.items(), key=lambda one: one[1], default=("", 0))
    seconds = most * (settings.delay + _ANSWER_SECONDS)
    return AgesForecast(counts.total(), round(seconds, 1), slowest, free)


def fetch_ages(
    store: WorkList,
    settings: FetchSettings,
    tell: Callable[[int, int, dict[State, int]], None] | None = None,
    stop: Callable[[], bool] | None = None,
    *,
    bootstrap: Bootstrap | None = None,
) -> AgesRun:
    """Do the look-ups of ages that wait in the store.

    Answers are saved as they come, twenty times a second. Must not be called from a running event
    loop.

    Parameters
    ----------
    store : what waits and where answers go; used from the calling thread only.
    tell : called twice a second with look-ups done, look-ups in all, and their number by state.
    stop : asked twenty times a second; once it is true, what is done is saved and the rest given
        back.
    bootstrap : the list of registries; None for the bundled one, unless the settings name a server.

    Raises
    ------
    NetworkError : no name resolves and no server was reached; nothing was saved then.
    """
    servers = settings.rdap_server or bootstrap or load_bootstrap()
    return asyncio.run(_Run(store, settings, servers, tell, stop).run())


@dataclass(frozen=True, slots=True)
class _Question:
    lookup: Lookup
    domain: str
    base: str


class _Run:
    """One call of ``fetch_ages``."""

    def __init__(
        self,
        store: WorkList,
        settings: FetchSettings,
        servers: Bootstrap | str,
        tell: Callable[[int, int, dict[State, int]], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self.store, self.settings, self.servers = store, settings, servers
        self.tell, self.stop = tell, stop
        self.paces = Paces(settings.delay)
        self.queues: dict[str, deque[_Question]] = {}
        self.workers: dict[str, asyncio.Task[None]] = {}
        self.asked: dict[str, _Question] = {}  # by origin: what is under way
        self.held: list[Lookup] = []  # of servers that are left alone
        self.held_by: Counter[str] = Counter()
        self.answers: list[Answer] = []
        self.states: Counter[State] = Counter()
        self.offline: set[str] = set()
        self.total = self.done = self.queued = 0
        self.exhausted = self.spent = False
        self.kept = asyncio.Event()
        """Set once what is in ``answers`` now is saved."""

    async def run(self) -> AgesRun:
        from spamlinks.enrich.registry import MAX_BYTES, Registry
        from spamlinks.enrich.transport import Transport

        self.total = self.store.pending(What.AGE)
        reason = "finished"
        async with Transport(self.settings, max_bytes=MAX_BYTES) as transport:
            self.registry = Registry(self.settings, transport, self.paces)
            try:
                reason = await self._loop()
            finally:
                await self._end()
        self._say()
        closed = self.paces.closed()
        paused = tuple(Paused(o, n, closed.get(o, "")) for o, n in self.held_by.most_common())
        left = self.total - self.done
        return AgesRun(self.done, dict(self.states), self.registry.requests, left, paused, reason)

    async def _loop(self) -> str:
        loop = asyncio.get_running_loop()
        rested = told = loop.time()
        while True:
            if self.stop is not None and self.stop():
                return "stopped"
            self._raise_faults()
            if not self.spent:
                self._refill()
            elif all(worker.done() for worker in self.workers.values()):
                return "max_requests"  # and what was under way has ended
            now = loop.time()
            idle = self.queued == 0 and self.exhausted
            if idle or now >= rested:
                self._save(last=idle)
                # A slow disk gets at most a fifth of the time.
                rested = loop.time() + 4 * (loop.time() - now)
            if now - told >= _TELL_SECONDS:
                self._say()
                told = now
            if idle:
                return "finished"
            await asyncio.sleep(_TICK)

    def _refill(self) -> None:
        """Take some more; little enough at a time that nobody waits for it."""
        if not self.exhausted and self.queued < MOST_QUEUED:
            taken = self.store.take(What.AGE, _TAKEN_AT_ONCE)
            self.exhausted = len(taken) < _TAKEN_AT_ONCE
            for lookup in taken:
                self._route(lookup)

    def _route(self, lookup: Lookup) -> None:
        from spamlinks.enrich.transport import origin_of

        found = whom_to_ask(lookup.key, self.servers)
        if isinstance(found, str):
            self._note(Answer(lookup, State.ABSENT, datetime.now(UTC), reason=found))
            return
        origin = origin_of(found[1])
        if origin not in self.queues:
            self.queues[origin] = deque()
        self.queues[origin].append(_Question(lookup, *found))
        self.queued += 1
        worker = self.workers.get(origin)
        if worker is None or worker.done():
            self.workers[origin] = asyncio.create_task(self._work(origin))

    async def _work(self, origin: str) -> None:
        from spamlinks.enrich.registry import BudgetSpent

        queue, pace = self.queues[origin], self.paces.of(origin)
        while queue and not self.spent:
            question = queue.popleft()
            if pace.closed:
                self.held.append(question.lookup)
                self.held_by[origin] += 1
                self.queued -= 1
                continue
            self.asked[origin] = question
            try:
                outcome = await self.registry.ask(question.lookup, question.domain, question.base)
            except BudgetSpent:
                self.spent = True
                return
            del self.asked[origin]
            self.queued -= 1
            if outcome.offline:
                self.offline.add(origin)
            kept = self.kept
            self._note(outcome.answer)
            await kept.wait()

    def _note(self, answer: Answer) -> None:
        self.answers.append(answer)
        self.states[answer.state] += 1
        self.done += 1

    def _raise_faults(self) -> None:
        for worker in self.workers.values():
            if worker.done() and not worker.cancelled() and (fault := worker.exception()):
                raise fault
        if not self.registry.reached and len(self.offline) >= _HOSTS_FOR_OFFLINE:
            raise self._no_network()

    def _no_network(self) -> NetworkError:
        reason = next(a.reason for a in reversed(self.answers) if a.state is State.FAILED)
        hint = "Check the connection and run it again; nothing was changed."
        return NetworkError("network", f"no registry can be reached ({reason})", hint)

    def _save(self, *, last: bool) -> None:
        """Save what is there, unless it may be that there is no network at all."""
        if last and self.offline and not self.registry.reached:
            raise self._no_network()
        if last or self.registry.reached:
            self._write()
        self.kept.set()
        self.kept = asyncio.Event()

    def _write(self) -> None:
        for start in range(0, len(self.answers), _SAVED_AT_ONCE):
            self.store.save(self.answers[start : start + _SAVED_AT_ONCE])
        self.answers.clear()

    def _say(self) -> None:
        if self.tell is not None:
            self.tell(self.done, self.total, dict(self.states))

    async def _end(self) -> None:
        """Stop asking, save what is done, give back what is not."""
        for worker in self.workers.values():
            worker.cancel()
        await asyncio.gather(*self.workers.values(), return_exceptions=True)
        rest = [question.lookup for queue in self.queues.values() for question in queue]
        rest += [question.lookup for question in self.asked.values()]
        if self.registry.reached or not self.offline:
            self._write()
        else:
            rest += [answer.lookup for answer in self.answers]
            self.done -= len(self.answers)
        self.store.give_back([*rest, *self.held])
