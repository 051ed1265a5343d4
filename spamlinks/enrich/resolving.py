"""Questions to the name system: to one's own resolver, at a stated pace, with every answer read.

The resolver (of the system, or as the settings say) does the walking; here are the pace, the
tries, the way from a cut answer to TCP, the following of other names, and the difference between a
domain that does not answer and a network that is not there.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import dns.asyncbackend
import dns.asyncquery
import dns.exception
import dns.inet
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import dns.rrset

from spamlinks.errors import NetworkError

__all__ = ["BudgetSpent", "End", "Reply", "Resolver", "system_servers"]

TRY_SECONDS = 5.0
"""Longest wait for one try; the settings' time-out counts where it is shorter."""
MOST_NAMES = 16
"""Other names that are followed from one."""
MOST_VALUES = 64
_PAYLOAD = 1232  # bytes of a datagram that no usual network cuts in pieces (dnsflagday.net/2020)
_PROBE = "example.com"
_MOMENT = 0.2  # seconds
_HINT = "Check the connection and run it again; nothing was changed."


class BudgetSpent(Exception):  # noqa: N818 - an end, no fault
    """No further question may be asked in this run."""


class End(StrEnum):
    """How a question ended."""

    ANSWER = "answer"
    NONE = "none"
    """The name exists and has nothing of this type."""
    NO_NAME = "no name"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the resolver answered.

    Attributes
    ----------
    end : how it ended.
    values : addresses, or names in lower case without final dot; empty unless ``ANSWER``.
    names : other names on the way, in order, in the same form.
    reason : for people, "" unless ``FAILED``.
    """

    end: End
    values: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    reason: str = ""


def system_servers() -> list[tuple[str, int]]:
    """Return address and port of the system's resolvers.

    Raises
    ------
    NetworkError : the system names none.
    """
    try:
        found = dns.resolver.Resolver()
    except (dns.exception.DNSException, OSError, ValueError):
        raise NetworkError("network", "the system names no name server", _HINT) from None
    servers = [(str(server), found.port) for server in found.nameservers]
    if not servers:
        raise NetworkError("network", "the system names no name server", _HINT)
    return servers


class Resolver:
    """Asks name servers that do the walking; for one event loop.

    Parameters
    ----------
    servers : (address, port), the one to be asked first before the others.
    timeout : seconds for one try, ``TRY_SECONDS`` at most.
    retries : further tries after a time-out; they go round the servers.
    rate : questions a second, all together and tries included; two are never closer together than
        1 / rate.
    budget : questions at most; None for no limit.
    """

    def __init__(
        self,
        servers: Sequence[tuple[str, int]],
        *,
        timeout: float = TRY_SECONDS,
        retries: int = 2,
        rate: float,
        budget: int | None = None,
    ) -> None:
        self.servers = tuple(servers)
        self.sent = 0
        self.invented: frozenset[str] = frozenset()
        """Addresses that the resolver gives for names that do not exist."""
        self._timeout = min(timeout, TRY_SECONDS)
        self._tries = 1 + retries
        self._gap = 1 / rate
        self._budget = budget
        self._first = 0  # the server that answered last
        self._turn = asyncio.Lock()
        self._last_sent = float("-inf")
        self._heard = float("-inf")
        self._probe = asyncio.Lock()
        self._backend: Any = dns.asyncbackend.get_backend("asyncio")

    async def ask(self, host: str, kind: str) -> Reply:
        """Ask for the records of a name, through other names where it is one.

        Parameters
        ----------
        host : ASCII name.
        kind : "A", "AAAA" or "NS".

        Raises
        ------
        BudgetSpent : a question too many.
        NetworkError : nothing answers any more, not even about a name that must have an answer.
        """
        try:
            name = dns.name.from_text(host)
        except (dns.exception.DNSException, UnicodeError, ValueError):
            return Reply(End.NO_NAME)
        seen = [name]
        while True:
            message, reason = await self._tried(name, kind)
            if message is None:
                await self._check()
                return Reply(End.FAILED, names=_texts(seen[1:]), reason=reason)
            steps, found, loop = _follow(message, name, dns.rdatatype.from_text(kind), len(seen))
            if loop or any(step in seen for step in steps):
                return Reply(End.FAILED, reason="the name leads back to itself, or too far")
            seen += steps
            names = _texts(seen[1:])
            if found is not None:
                values = tuple(sorted({_value(item) for item in list(found)[:MOST_VALUES]}))
                return Reply(End.ANSWER, values, names)
            if message.rcode() == dns.rcode.NXDOMAIN:
                return Reply(End.NO_NAME, names=names)
            # A server that does not walk gives the other name alone; SOA says there is no more.
            if not steps or _has_soa(message):
                return Reply(End.NONE, names=names)
            name = seen[-1]

    async def _tried(
        self, name: dns.name.Name, kind: str
    ) -> tuple[dns.message.Message | None, str]:
        """Return the first usable answer, or None and why there is none."""
        reason, failures, edns = "no answer in time", 0, True
        for _ in range(self._tries):
            place = self._first
            try:
                message = await self._send(name, kind, place, edns=edns)
            except (dns.exception.Timeout, TimeoutError):
                reason = "no answer in time"
            except (dns.exception.DNSException, EOFError, ValueError):
                reason = "an answer that cannot be read"
            except OSError as error:
                reason = f"the name server cannot be reached ({error.strerror or error})"
            else:
                code = message.rcode()
                if code in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                    self._heard = asyncio.get_running_loop().time()
                    self._first = place
                    return message, ""
                reason = _said(code)
                if code == dns.rcode.FORMERR and edns:
                    edns = False  # an old server that does not know of extensions
                    continue
                failures += 1
                if failures > min(1, len(self.servers) - 1):
                    break  # asking the same server the same gets the same
            if self._first == place:  # nobody else moved on meanwhile
                self._first = (place + 1) % len(self.servers)
        return None, reason

    async def _send(
        self, name: dns.name.Name, kind: str, place: int, *, edns: bool
    ) -> dns.message.Message:
        address, port = self.servers[place % len(self.servers)]
        query = dns.message.make_query(
            name, kind, use_edns=0 if edns else False, payload=_PAYLOAD if edns else None
        )
        await self._pace()
        # A connected socket hears from nobody else, and of a port where nobody listens.
        family = dns.inet.af_for_address(address)
        try:
            sock = await self._backend.make_socket(
                family, socket.SOCK_DGRAM, 0, None, (address, port)
            )
            async with sock:
                return await dns.asyncquery.udp(
                    query,
                    address,
                    self._timeout,
                    port,
                    ignore_unexpected=True,
                    ignore_errors=True,  # another id, no message at all: wait for the true one
                    raise_on_truncation=True,
                    sock=sock,
                    backend=self._backend,
                )
        except dns.message.Truncated:
            await self._pace()
            return await dns.asyncquery.tcp(
                query, address, self._timeout, port, backend=self._backend
            )

    async def _pace(self) -> None:
        """Wait until a question may be sent."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            if self._budget is not None and self.sent >= self._budget:
                raise BudgetSpent
            while (wait := self._last_sent + self._gap - loop.time()) > 0:
                await asyncio.sleep(wait)
            self._last_sent = loop.time()
            self.sent += 1

    async def _check(self) -> None:
        """Raise NetworkError unless a failure that just happened is the name's own.

        It is where anything is heard after it: an answer to another question, for which a moment is
        waited, or to one that is asked for that purpose.
        """
        since = asyncio.get_running_loop().time()
        async with self._probe:  # one for all that fail at the same time
            if self._heard < since:
                await asyncio.sleep(_MOMENT)
            if self._heard < since and (why := await self._silent()) is not None:
                raise NetworkError("network", f"no name server answers any more ({why})", _LATER)

    async def probe(self) -> None:
        """Make sure that there is a name system, and learn what it says of names that are not.

        Asks for a name below example.com that nobody has: any answer needs the way out, and an
        address can only be the resolver's own invention.

        Raises
        ------
        NetworkError : no server answers, or none will.
        """
        async with self._probe:
            if (why := await self._silent()) is not None:
                raise NetworkError("network", f"no name server answers ({why})", _HINT)

    async def _silent(self) -> str | None:
        """Say why nothing answers; None where something does."""
        reasons = []
        for _ in range(2):
            for place, (address, _port) in enumerate(self.servers):
                name = dns.name.from_text(f"{secrets.token_hex(8)}.{_PROBE}")
                try:
                    message = await self._send(name, "A", place, edns=True)
                except (dns.exception.Timeout, TimeoutError):
                    reasons.append(f"{address}: no answer in time")
                    continue
                except OSError as error:
                    reasons.append(f"{address}: {error.strerror or error}")
                    continue
                except (dns.exception.DNSException, EOFError, ValueError):
                    reasons.append(f"{address}: an answer that cannot be read")
                    continue
                if message.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                    self._heard = asyncio.get_running_loop().time()
                    self._first = place
                    found = _follow(message, name, dns.rdatatype.A, 1)[1]
                    if found is not None:
                        self.invented |= {_value(item) for item in found}
                    return None
                reasons.append(f"{address}: {_said(message.rcode())}")
        return reasons[0] if reasons else "there is none"


_LATER = "What was found so far is saved. Check the connection and run it again."


def _follow(
    message: dns.message.Message,
    name: dns.name.Name,
    kind: dns.rdatatype.RdataType,
    used: int,
) -> tuple[list[dns.name.Name], dns.rrset.RRset | None, bool]:
    """Return the other names on the way, the records at its end, and whether it is too long."""
    records = {
        (rrset.name, rrset.rdtype): rrset
        for rrset in message.answer
        if rrset.rdclass == dns.rdataclass.IN
    }
    steps: list[dns.name.Name] = []
    while True:
        if (found := records.get((name, kind))) is not None:
            return steps, found, False
        other = records.get((name, dns.rdatatype.CNAME))
        if other is None:
            return steps, None, False
        name = other[0].target
        if name in steps or used + len(steps) > MOST_NAMES:
            return steps, None, True
        steps.append(name)


def _has_soa(message: dns.message.Message) -> bool:
    return any(rrset.rdtype == dns.rdatatype.SOA for rrset in message.authority)


def _value(item: object) -> str:
    text = getattr(item, "address", None) or getattr(item, "target", item)
    return str(text).lower().rstrip(".")


def _texts(names: Sequence[dns.name.Name]) -> tuple[str, ...]:
    return tuple(name.to_text().lower().rstrip(".") for name in names)


def _said(code: dns.rcode.Rcode) -> str:
    if code == dns.rcode.SERVFAIL:
        return "the name servers of the domain do not answer (SERVFAIL)"
    if code == dns.rcode.REFUSED:
        return "the name server refuses to answer (REFUSED)"
    return f"the name server answers {dns.rcode.to_text(code)}"
