"""What the name system says of hosts: addresses, name servers, and what stands on them.

A host costs up to three questions: IPv4 addresses, IPv6 addresses, and the name servers of its
registrable domain, which are asked for once for all its hosts. Below a shared suffix
(``me.github.io``) name servers are the platform's, say nothing of the host, and are not asked for.

Only public addresses are kept: a private one is the same for unrelated hosts. A host without any
is ``absent``, as is a name that does not exist; a domain whose name servers do not answer is
``failed``. Where nothing at all answers, the run ends instead, and no host is called failed.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from spamlinks.enrich.addresses import literal_address, why_name_refused, why_refused
from spamlinks.enrich.answers import Answer, DnsFacts, Lookup, State, What
from spamlinks.enrich.asn import find_networks, networks
from spamlinks.enrich.hosting import recognise
from spamlinks.enrich.settings import FetchSettings, split_address
from spamlinks.enrich.work_list import WorkList
from spamlinks.urls import HostParts, authority, parse_host

if TYPE_CHECKING:
    from spamlinks.enrich.resolving import Reply

__all__ = ["NamesForecast", "NamesRun", "fetch_names", "forecast_names"]

QUERIES_PER_SECOND = 100.0
"""Towards the resolver, tries included."""
MOST_AT_ONCE = 64
"""Hosts under way, whatever the settings say of pages: a home router's resolver takes no more."""
MOST_ADDRESSES = 32
MOST_NAME_SERVERS = 32
_DOMAINS_REMEMBERED = 50_000
_TAKEN_AT_ONCE = 1_000
_TELL_SECONDS = 0.5
_TICK = 0.05
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class NamesRun:
    """How a run ended.

    Attributes
    ----------
    done : look-ups that ended, with an answer or without.
    states : number of look-ups by state.
    requests : questions sent, tries included.
    left : look-ups that still wait.
    reason : "finished", "stopped" or "max_requests".
    """

    done: int
    states: dict[State, int]
    requests: int
    left: int
    reason: str


@dataclass(frozen=True, slots=True)
class NamesForecast:
    """What a run will take: questions, and seconds at the pace they are asked."""

    requests: int
    seconds: float


def forecast_names(keys: Iterable[str], settings: FetchSettings) -> NamesForecast:
    """Say what asking for these hosts will take, if each answers.

    >>> forecast_names(["a.com", "www.a.com", "me.github.io", "1.1.1.1"], FetchSettings("x/1"))
    NamesForecast(requests=8, seconds=0.1)
    """
    questions, domains = 1, set()  # one makes sure of the network
    for key in keys:
        parts = parse_host(authority(key))
        if parts.host in settings.hosts or parts.is_ip or parts.problem is not None:
            continue
        questions += 2
        if _has_own_servers(parts):
            domains.add(parts.registrable_domain)
    questions += len(domains)
    return NamesForecast(questions, round(questions / QUERIES_PER_SECOND, 1))


def fetch_names(
    store: WorkList,
    settings: FetchSettings,
    tell: Callable[[int, int, dict[State, int]], None] | None = None,
    stop: Callable[[], bool] | None = None,
    *,
    rate: float = QUERIES_PER_SECOND,
) -> NamesRun:
    """Do the look-ups of names that wait in the store.

    Answers are saved as they come, twenty times a second; a host is taken up only when the one
    before is saved, so that a kill loses at most what was under way. Must not be called from a
    running event loop.

    Parameters
    ----------
    store : what waits and where answers go; used from the calling thread only.
    tell : called twice a second with look-ups done, look-ups in all, and their number by state.
    stop : asked twenty times a second; once it is true, what is done is saved and the rest given
        back.
    rate : questions a second to the resolver.

    Raises
    ------
    NetworkError : no name server answers. Hosts that were asked for in vain are not saved as
        failed; where it happens at the start, nothing was written at all.
    """
    networks()  # read now: later it would keep answers waiting
    return asyncio.run(_Run(store, settings, tell, stop, rate).run())


class _Run:
    """One call of ``fetch_names``."""

    def __init__(
        self,
        store: WorkList,
        settings: FetchSettings,
        tell: Callable[[int, int, dict[State, int]], None] | None,
        stop: Callable[[], bool] | None,
        rate: float,
    ) -> None:
        self.store, self.settings, self.rate = store, settings, rate
        self.tell, self.stop = tell, stop
        self.waiting: deque[Lookup] = deque()
        self.under_way: dict[int, Lookup] = {}
        self.answers: list[Answer] = []
        self.states: Counter[State] = Counter()
        self.servers_of: OrderedDict[str, asyncio.Task[Reply]] = OrderedDict()
        self.total = self.done = 0
        self.exhausted = self.spent = False
        self.kept = asyncio.Event()
        """Set once what is in ``answers`` now is saved."""

    async def run(self) -> NamesRun:
        from spamlinks.enrich.resolving import Resolver

        self.total = self.store.pending(What.DNS)
        if not self.total:
            return NamesRun(0, {}, 0, 0, "finished")
        self.resolver = Resolver(
            _servers(self.settings),
            timeout=self.settings.timeout,
            retries=self.settings.retries,
            rate=self.rate,
            budget=self.settings.max_requests,
        )
        reason = await self._work_through()
        self._say()
        left = self.total - self.done
        return NamesRun(self.done, dict(self.states), self.resolver.sent, left, reason)

    async def _work_through(self) -> str:
        from spamlinks.enrich.resolving import BudgetSpent

        try:
            await self.resolver.probe()
        except BudgetSpent:
            return "max_requests"
        workers = [
            asyncio.create_task(self._worker(i))
            for i in range(min(self.settings.concurrency, MOST_AT_ONCE))
        ]
        try:
            return await self._loop(workers)
        finally:
            # Saved as well where something went wrong: an answer that came is an answer.
            await _end_all([*workers, *self.servers_of.values()])
            self._save()
            self.store.give_back([*self.waiting, *self.under_way.values()])

    async def _loop(self, workers: Sequence[asyncio.Task[None]]) -> str:
        loop = asyncio.get_running_loop()
        told = rested = loop.time()
        while True:
            if self.stop is not None and self.stop():
                return "stopped"
            if not self.exhausted and len(self.waiting) < len(workers):
                taken = self.store.take(What.DNS, _TAKEN_AT_ONCE)
                self.exhausted = len(taken) < _TAKEN_AT_ONCE
                self.waiting += taken
            for worker in workers:
                if worker.done() and (fault := worker.exception()) is not None:
                    raise fault
            if self.spent:
                return "max_requests"
            now = loop.time()
            idle = self.exhausted and not self.waiting and not self.under_way
            if idle or now >= rested:
                self._save()
                rested = loop.time() + 4 * (loop.time() - now)  # a slow disk gets a fifth of it
            if now - told >= _TELL_SECONDS:
                self._say()
                told = now
            if idle:
                return "finished"
            await asyncio.sleep(_TICK)

    async def _worker(self, number: int) -> None:
        from spamlinks.enrich.resolving import BudgetSpent

        while not self.spent:
            if not self.waiting:
                await asyncio.sleep(_TICK)
                continue
            lookup = self.under_way[number] = self.waiting.popleft()
            try:
                answer = await self._look_up(lookup)
            except BudgetSpent:
                self.spent = True
                return
            kept = self.kept
            self.answers.append(answer)
            del self.under_way[number]
            await kept.wait()

    def _save(self) -> None:
        if self.answers:
            self.store.save(self.answers)
            self.states.update(answer.state for answer in self.answers)
            self.done += len(self.answers)
            self.answers = []
        self.kept.set()
        self.kept = asyncio.Event()

    def _say(self) -> None:
        if self.tell is not None:
            self.tell(self.done, self.total, dict(self.states))

    async def _look_up(self, lookup: Lookup) -> Answer:
        host = authority(lookup.key)
        private = self.settings.allow_private
        parts = parse_host(host)
        given = split_address(self.settings.hosts.get(parts.host or host.lower(), ""))
        literal = (given[0] if given else None) or literal_address(host)
        literal = literal or (parts.host if parts.is_ip else None)
        if literal is not None:
            return self._answer(lookup, (literal,), (), None)
        if parts.problem is not None:
            return _end(lookup, State.ABSENT, f"no host: {parts.problem}")
        if (why := why_name_refused(parts.host, allow_private=private)) is not None:
            return _end(lookup, State.FAILED, why)
        return await self._ask(lookup, parts)

    async def _ask(self, lookup: Lookup, parts: HostParts) -> Answer:
        from spamlinks.enrich.resolving import End

        four = await self.resolver.ask(parts.host, "A")
        if four.end is End.NO_NAME and parts.host == parts.registrable_domain:
            return _end(lookup, State.ABSENT, "the name does not exist")
        name_servers = await self._servers(parts)
        if four.end is End.NO_NAME:
            facts = self._facts((), four.names, name_servers)
            return _end(lookup, State.ABSENT, "the name does not exist", facts)
        six = await self.resolver.ask(parts.host, "AAAA")
        found = [value for reply in (four, six) for value in reply.values]
        names = tuple(dict.fromkeys((*four.names, *six.names)))
        if found and self.resolver.invented.issuperset(found):
            reason = "the name does not exist (the name server answers with a page of its own)"
            return _end(lookup, State.ABSENT, reason)
        if not found and (failed := next((r for r in (four, six) if r.end is End.FAILED), None)):
            return _end(lookup, State.FAILED, failed.reason)
        return self._answer(lookup, found, names, name_servers)

    async def _servers(self, parts: HostParts) -> tuple[str, ...] | None:
        """Return the name servers of the registrable domain, asked for once; None if unknown."""
        from spamlinks.enrich.resolving import End

        if not _has_own_servers(parts):
            return None
        domain = parts.registrable_domain
        task = self.servers_of.get(domain)
        if task is None:
            task = self.servers_of[domain] = asyncio.create_task(self.resolver.ask(domain, "NS"))
            self._forget()
        # The task is shared: who stops waiting for it must not end it for the others.
        reply = await asyncio.shield(task)
        if reply.end is End.FAILED:
            return None
        return () if reply.names else reply.values[:MOST_NAME_SERVERS]

    def _forget(self) -> None:
        while len(self.servers_of) > _DOMAINS_REMEMBERED:
            oldest = next(iter(self.servers_of))
            if not self.servers_of[oldest].done():
                return
            del self.servers_of[oldest]

    def _answer(
        self,
        lookup: Lookup,
        found: Sequence[str],
        names: tuple[str, ...],
        name_servers: tuple[str, ...] | None,
    ) -> Answer:
        public, refused = [], ""
        for address in dict.fromkeys(found):
            why = why_refused(address, allow_private=self.settings.allow_private)
            if why is not None:
                refused = refused or why
            elif ipaddress.ip_address(address) not in _TRANSLATED:  # the resolver's own (DNS64)
                public.append(address)
        facts = self._facts(_ordered(public)[:MOST_ADDRESSES], names, name_servers)
        if public:
            return _end(lookup, State.FETCHED, "", facts)
        reason = f"no public address ({refused})" if refused else "the name has no address"
        return _end(lookup, State.ABSENT, reason, facts)

    def _facts(
        self,
        addresses: tuple[str, ...],
        names: tuple[str, ...],
        name_servers: tuple[str, ...] | None,
    ) -> DnsFacts:
        found = find_networks(addresses)
        known = recognise(addresses, cnames=names, name_servers=name_servers, networks=found)
        first = found[0] if found else None  # IPv4 stands first
        return DnsFacts(
            addresses=addresses,
            name_servers=name_servers,
            asn=first.number if first else None,
            asn_name=(first.name or None) if first else None,
            hosting=known.hosting,
            parking=known.parking,
        )


async def _end_all(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel tasks until they are done; ``asyncio.wait_for`` may swallow it before Python 3.12."""
    while rest := [task for task in tasks if not task.done()]:
        for task in rest:
            task.cancel()
        await asyncio.wait(rest, timeout=_TICK)
    await asyncio.gather(*tasks, return_exceptions=True)


def _has_own_servers(parts: HostParts) -> bool:
    return parts.linking_domain == parts.registrable_domain


def _ordered(addresses: Iterable[str]) -> tuple[str, ...]:
    """IPv4 before IPv6, each by number."""
    by_number = sorted(map(ipaddress.ip_address, addresses), key=lambda ip: (ip.version, int(ip)))
    return tuple(str(ip) for ip in by_number)


def _servers(settings: FetchSettings) -> list[tuple[str, int]]:
    from spamlinks.enrich.resolving import system_servers

    if not settings.dns_servers:
        return system_servers()
    parted = (server.rpartition(":") for server in settings.dns_servers)
    return [(host.strip("[]"), int(port)) for host, _, port in parted]


def _end(lookup: Lookup, state: State, reason: str, facts: DnsFacts | None = None) -> Answer:
    return Answer(lookup, state, datetime.now(UTC), reason=reason, facts=facts)
