"""From a host to the one address that is connected to, checked.

Twisted connects to what the reactor's name resolver tells it, and ``CheckedResolver`` is that
resolver: it tells checked addresses only, for names, for addresses in any spelling, for redirects
and for robots.txt alike. There is no second look-up between the check and the connection that
could tell something else.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.nameserver
import dns.rdatatype
import dns.resolver
import idna
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver
from zope.interface import implementer

from spamlinks.enrich.addresses import literal_address, why_refused
from spamlinks.enrich.crawl.troubles import NameMissing, NameUnanswered, Refused
from spamlinks.enrich.settings import FetchSettings, split_address

__all__ = ["CheckedResolver", "Place"]

MOST_NAMES = 20_000
KEPT = 600.0
"""Seconds that an answer is used; failures a tenth of it."""
AT_ONCE = 50
PATIENCE = 8.0
"""Seconds for all servers and tries of one question, or the time limit where that is less."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address that may be asked, and the port where the settings name another one."""

    address: str
    port: int | None = None


@implementer(IHostnameResolver)
class CheckedResolver:
    """Resolves names to checked addresses. One for the process; see ``from_crawler``."""

    def __init__(self, settings: FetchSettings, reactor: Any = None) -> None:
        self._settings = settings
        self._reactor = reactor
        self._known: OrderedDict[str, tuple[float, list[Place] | Exception]] = OrderedDict()
        self._asking: dict[str, asyncio.Future[list[Place]]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._patience = min(PATIENCE, settings.timeout)
        self._dns: dns.asyncresolver.Resolver | None = None

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> CheckedResolver:
        """Make the resolver that ``TWISTED_DNS_RESOLVER`` names."""
        return cls(FetchSettings.from_json(crawler.settings["SPAMLINKS_FETCH"]), reactor)

    def install_on_reactor(self) -> None:
        """Put it in the place of Twisted's own resolver."""
        self._reactor.installNameResolver(self)

    async def place(self, host: str) -> Place:
        """Return the place where a host is asked, always the same until ``move_on``.

        Raises
        ------
        Refused : every address of the host is one that must not be asked.
        NameMissing : the name does not exist, or has no address.
        NameUnanswered : no name server gave an answer.
        """
        return (await self._resolve(_ascii(host)))[0]

    def move_on(self, host: str) -> None:
        """Let the next connection try the host's next address; call it when one is dead."""
        known = self._known.get(_ascii(host))
        if known is not None and isinstance(known[1], list):
            known[1].append(known[1].pop(0))

    async def _resolve(self, name: str) -> list[Place]:
        known = self._known.get(name)
        if known is not None and known[0] > time.monotonic():
            if isinstance(known[1], Exception):
                raise known[1].with_traceback(None)
            return known[1]
        asking = self._asking.get(name)
        if asking is None:
            asking = asyncio.ensure_future(self._look_up(name))
            self._asking[name] = asking
            asking.add_done_callback(lambda done: self._keep(name, done))
        return await asyncio.shield(asking)

    def _keep(self, name: str, done: asyncio.Future[list[Place]]) -> None:
        self._asking.pop(name, None)
        if done.cancelled():
            return
        problem = done.exception()
        if problem is None:
            self._known[name] = (time.monotonic() + KEPT, done.result())
        elif isinstance(problem, Exception):
            self._known[name] = (time.monotonic() + KEPT / 10, problem)
        while len(self._known) > MOST_NAMES:
            self._known.popitem(last=False)

    async def _look_up(self, name: str) -> list[Place]:
        literal = literal_address(name)
        if literal is not None:
            found = [Place(literal)]
        elif name in self._settings.hosts:
            found = [Place(*(split_address(self._settings.hosts[name]) or ("", None)))]
        else:
            async with self._places:
                found = [Place(address) for address in await self._ask(name)]
        private = self._settings.allow_private
        reasons = [why_refused(place.address, allow_private=private) for place in found]
        allowed = [place for place, reason in zip(found, reasons, strict=True) if reason is None]
        if not allowed:
            raise Refused(f"{reasons[0]}")
        return allowed

    async def _ask(self, name: str) -> list[str]:
        """Ask for IPv4 addresses, and for IPv6 where there are none."""
        if self._dns is None:
            self._dns = _resolver(self._settings)
        question = name.rstrip(".") + "."  # not name.my-office.example
        for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
            try:
                answer = await self._dns.resolve(question, kind, lifetime=self._patience)
            except dns.resolver.NXDOMAIN:
                raise NameMissing("name does not exist") from None
            except dns.resolver.NoAnswer:
                continue
            except dns.resolver.NoNameservers:
                raise NameUnanswered("name servers answer with an error") from None
            except (dns.exception.Timeout, OSError):
                raise NameUnanswered("name servers do not answer") from None
            except dns.exception.DNSException as error:
                raise NameMissing(f"no name for the name system ({type(error).__name__})") from None
            return [record.address for record in answer][:8]
        raise NameMissing("name has no address")

    def resolveHostName(  # noqa: N802 - the interface's name
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Any = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        """Tell Twisted where to connect to (``IHostnameResolver``): one checked place, or none."""
        resolution = _Resolution(hostName)

        async def tell() -> None:
            resolutionReceiver.resolutionBegan(resolution)
            try:
                place = await self.place(hostName)
            except Exception:
                resolutionReceiver.resolutionComplete()
                return
            kind = IPv6Address if ":" in place.address else IPv4Address
            port = portNumber if place.port is None else place.port
            resolutionReceiver.addressResolved(kind("TCP", place.address, port))
            resolutionReceiver.resolutionComplete()

        resolution.task = asyncio.ensure_future(tell())
        return resolution


class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name
        self.task: asyncio.Future[None] | None = None

    def cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()


def _ascii(host: str) -> str:
    # Twisted gives international names back in Unicode.
    name = host.strip("[]").lower()
    if name.isascii():
        return name
    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except idna.IDNAError:
        try:
            return name.encode("idna").decode("ascii")
        except UnicodeError:
            return name


def _resolver(settings: FetchSettings) -> dns.asyncresolver.Resolver:
    try:
        found = dns.asyncresolver.Resolver(configure=not settings.dns_servers)
    except dns.resolver.NoResolverConfiguration:
        raise NameUnanswered("this machine knows no name server") from None
    if settings.dns_servers:
        found.nameservers = [
            dns.nameserver.Do53Nameserver(place[0], place[1] or 53)
            for place in map(split_address, settings.dns_servers)
            if place is not None
        ]
    return found
