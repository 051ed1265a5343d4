"""One HTTP request at a time, to an address that may be asked, with a bounded answer.

Built on httpcore, the engine of httpx, rather than on httpx or an RDAP client such as whoisit. Its
network backend is the one place where a name becomes an address, so the address that was checked
is the address that is spoken to: a name that resolves to something else a moment later gains
nothing. httpcore follows no redirect, keeps no cookie, reads no proxy settings and decompresses
nothing, so that each of these is decided here. (whoisit has no bound for bodies, follows redirects
by itself, and its reader of answers stumbles over wrong types and guesses at dates.)
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import zlib
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore

from spamlinks.enrich.addresses import (
    REFUSED_PORTS,
    literal_address,
    why_name_refused,
    why_refused,
)
from spamlinks.enrich.settings import FetchSettings, split_address
from spamlinks.errors import NetworkError

__all__ = ["NoAnswer", "Reply", "Transport", "fetch", "origin_of", "redirect_of"]

REDIRECTS = frozenset((301, 302, 303, 307, 308))
_MAX_ADDRESSES = 4
_MOST_POOLS = 200
_IDLE_SECONDS = 15.0
_NOT_THERE = frozenset((errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL))


class NoAnswer(Exception):  # noqa: N818 - it says what happened, and never reaches a user
    """A request without a usable answer.

    Attributes
    ----------
    reason : for people, one line.
    again : whether another try may help.
    offline : whether this is what a machine without network sees.
    """

    def __init__(self, reason: str, *, again: bool = False, offline: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        self.offline = offline


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered; names of headers in lower case, ``body`` decompressed.

    Only the body of a 200 is kept: what else a server has to say of a failure is not needed.
    """

    url: str
    code: int
    headers: Mapping[str, str]
    body: bytes


def _split(url: str) -> SplitResult:
    if not (url.isascii() and url.isprintable()) or " " in url or len(url) > 2000:
        raise NoAnswer("an address that is no plain URL")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NoAnswer("an address that is no plain URL") from None
    if parts.scheme not in ("http", "https"):
        raise NoAnswer(f"an address of the scheme {parts.scheme[:20] or 'none'}")
    if not parts.hostname or parts.username is not None or port == 0:
        raise NoAnswer("an address that is no plain URL")
    if port in REFUSED_PORTS:
        raise NoAnswer(f"port {port}, which is not asked")
    return parts


@lru_cache(maxsize=4096)  # the same few hundred base URLs for every domain
def origin_of(url: str) -> str:
    """Return whom a URL asks: the host, with its port where it is not the usual one.

    Raises
    ------
    NoAnswer : no http(s) URL.

    >>> origin_of("https://rdap.example/v1/domain/a.example"), origin_of("http://[::1]:8080/")
    ('rdap.example', '[::1]:8080')
    """
    parts = _split(url)
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, 80, 443) else f"{host}:{parts.port}"


def redirect_of(reply: Reply) -> str | None:
    """Return where a reply sends to, as an absolute URL; None where it is no redirect.

    Raises NoAnswer for a redirect to something else than an http(s) URL.
    """
    target = reply.headers.get("location")
    if reply.code not in REDIRECTS or target is None:
        return None
    try:
        url = urljoin(reply.url, target.strip()).partition("#")[0]
    except ValueError:
        raise NoAnswer("redirects to an address that is no plain URL") from None
    try:
        _split(url)
    except NoAnswer as error:
        raise NoAnswer(f"redirects to {error.reason}") from None
    return url


class _Guarded(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only; see ``addresses``."""

    def __init__(self, settings: FetchSettings) -> None:
        self._private = settings.allow_private
        self._hosts = {name.lower(): address for name, address in settings.hosts.items()}
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        problem: Exception | None = None
        for address, at in await self._addresses(host, port):
            try:
                return await self._inner.connect_tcp(
                    address, at, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem or NoAnswer(f"the name {host[:80]} has no address", offline=True)

    async def _addresses(self, host: str, port: int) -> list[tuple[str, int]]:
        """Addresses that may be asked, each with the port to ask."""
        mapped = split_address(self._hosts.get(host.lower(), ""))
        if mapped is not None:
            found, port = [mapped[0]], mapped[1] or port
        else:
            literal = literal_address(host)
            why = None if literal else why_name_refused(host, allow_private=self._private)
            if why is not None:
                raise NoAnswer(f"{host[:80]} is not asked: {why}")
            loop = asyncio.get_running_loop()
            try:
                infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError):
                raise NoAnswer(
                    f"the name {host[:80]} does not resolve", again=True, offline=True
                ) from None
            found = list(dict.fromkeys(str(info[4][0]) for info in infos))
        refusals = {a: why_refused(a, allow_private=self._private) for a in found}
        usable = [address for address, why in refusals.items() if why is None]
        if found and not usable:
            raise NoAnswer(
                f"{host[:80]} is at {found[0]}, which is not asked: {refusals[found[0]]}"
            )
        return [(address, port) for address in usable[:_MAX_ADDRESSES]]


class Transport:
    """Sends GET requests as the settings say; an async context manager.

    Knows nothing of pace: whoever uses it asks one host one request at a time.
    """

    def __init__(self, settings: FetchSettings, *, max_bytes: int) -> None:
        self._settings = settings
        self._max_bytes = max_bytes
        self._context = httpcore.default_ssl_context()
        self._backend = _Guarded(settings)
        # A pool for each server: one for all looks at every connection before each request.
        self._pools: OrderedDict[str, httpcore.AsyncConnectionPool] = OrderedDict()
        self._busy: Counter[str] = Counter()

    async def __aenter__(self) -> Transport:
        return self

    async def __aexit__(self, *raised: Any) -> None:
        for pool in self._pools.values():
            await pool.aclose()

    @asynccontextmanager
    async def _pool(self, origin: str) -> AsyncIterator[httpcore.AsyncConnectionPool]:
        """The pool of a server; those that rested longest are closed where there are many."""
        pool = self._pools.get(origin)
        if pool is None:
            pool = self._pools[origin] = httpcore.AsyncConnectionPool(
                ssl_context=self._context,
                max_connections=2,  # a second one for the rare server that has two schemes
                keepalive_expiry=_IDLE_SECONDS,
                network_backend=self._backend,
            )
        self._pools.move_to_end(origin)
        self._busy[origin] += 1
        try:
            yield pool
        finally:
            self._busy[origin] -= 1
            idle = [name for name in self._pools if not self._busy[name]]
            for name in idle[: max(len(self._pools) - _MOST_POOLS, 0)]:
                await self._pools.pop(name).aclose()

    async def get(self, url: str, *, accept: str) -> Reply:
        """Send one request and read its answer whole; redirects are for the caller to follow.

        Raises
        ------
        NoAnswer : refused address, no connection, time-out, a body above the bound, nonsense.
        """
        _split(url)  # refused before anything is made for it
        headers = [
            ("User-Agent", self._settings.user_agent),
            ("Accept", accept),
            ("Accept-Encoding", "gzip"),
        ]
        seconds = self._settings.timeout
        limits = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), seconds)}
        try:
            async with (
                asyncio.timeout(seconds),
                self._pool(origin_of(url)) as pool,
                pool.stream("GET", url, headers=headers, extensions=limits) as response,
            ):
                found = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in response.headers[:100]
                }
                body = b""
                if response.status == 200:
                    body = await self._body(response, found.get("content-encoding", ""))
                elif _is_short(found):  # read, so that the connection can be used again
                    await response.aread()
                return Reply(url, response.status, found, body)
        except (TimeoutError, httpcore.TimeoutException):
            raise NoAnswer(f"no answer within {seconds:g} s", again=True) from None
        except NoAnswer:
            raise
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
            raise _told(error) from None

    async def _body(self, response: httpcore.Response, encoding: str) -> bytes:
        encoding = encoding.strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise NoAnswer(f"answers in an encoding that nobody asked for: {encoding[:20]!r}")
        unzip = zlib.decompressobj(31) if encoding.endswith("gzip") else None
        limit, read, body = self._max_bytes, 0, bytearray()
        async for chunk in response.aiter_stream():
            read += len(chunk)
            if unzip is None:
                body += chunk
            else:
                try:
                    body += unzip.decompress(chunk, limit + 1 - len(body))
                except zlib.error:
                    raise NoAnswer("the answer is damaged") from None
            if max(read, len(body)) > limit:
                raise NoAnswer(f"the answer is larger than {limit:,} bytes")
        return bytes(body)


def _is_short(headers: Mapping[str, str]) -> bool:
    length = headers.get("content-length", "")
    return length.isascii() and length.isdigit() and int(length[:9]) <= 10_000 and len(length) < 9


def _told(error: BaseException) -> NoAnswer:
    """Say in a few words why there is no connection."""
    cause: BaseException | None = error
    for _ in range(10):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return NoAnswer(f"its certificate is not valid ({cause.verify_message[:100]})")
        if isinstance(cause, ssl.SSLError):
            return NoAnswer("no secure connection", again=True)
        if isinstance(cause, OSError) and cause.errno is not None:
            offline = cause.errno in _NOT_THERE
            return NoAnswer(os.strerror(cause.errno).lower(), again=True, offline=offline)
        if isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        elif cause is not None:
            cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpcore.ProtocolError):
        return NoAnswer("the connection was cut, or does not speak HTTP", again=True)
    return NoAnswer("no connection", again=True)


def fetch(url: str, settings: FetchSettings, *, accept: str, max_bytes: int) -> bytes:
    """Fetch one file, following redirects.

    Raises
    ------
    NetworkError : there is none to be had.
    """

    async def run() -> bytes:
        async with Transport(settings, max_bytes=max_bytes) as transport:
            there = url
            for _ in range(settings.max_redirects + 1):
                reply = await transport.get(there, accept=accept)
                target = redirect_of(reply)
                if target is None:
                    break
                there = target
            else:
                raise NoAnswer("redirects without end")
            if reply.code != 200:
                raise NoAnswer(f"the server answers {reply.code}")
            return reply.body

    try:
        return asyncio.run(run())
    except NoAnswer as error:
        hint = "Check the connection and try again; nothing was changed."
        raise NetworkError(url, f"cannot be fetched ({error.reason})", hint) from None
