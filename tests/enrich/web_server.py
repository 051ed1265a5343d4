"""A small web on the loopback addresses, for tests: honest pages and everything that goes wrong.

Names are not resolved: ``Web.hosts`` is what ``FetchSettings.hosts`` wants. Every request is
written down with its time, so that politeness can be measured from the server's side.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["Page", "Request", "Web", "bomb", "broken", "drip", "endless", "html", "slow"]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in. ``time`` is monotonic; names of ``headers`` are in lower case."""

    time: float
    host: str
    address: str
    path: str
    headers: Mapping[str, str]

    @property
    def url(self) -> str:
        """Host and path."""
        return f"{self.host}{self.path}"


Write = Callable[[bytes], Awaitable[None]]
Handler = Callable[[Request, Write], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Page:
    """An ordinary answer; a handler that answers the same to everybody."""

    body: bytes = b""
    code: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "text/html; charset=utf-8"
    wait: float = 0.0

    async def __call__(self, _request: Request, write: Write) -> None:
        """Send it."""
        await asyncio.sleep(self.wait)
        lines = [f"HTTP/1.1 {self.code} Said"]
        headers = {"Content-Type": self.kind, "Content-Length": str(len(self.body)), **self.headers}
        lines += [f"{name}: {value}" for name, value in headers.items() if value]
        await write("\r\n".join(lines).encode() + b"\r\n\r\n" + self.body)


def html(text: str = "", *, title: str = "A page") -> Page:
    """Return a page with a body of HTML."""
    said = f"<!doctype html><html><head><title>{title}</title></head><body>{text}</body></html>"
    return Page(said.encode())


def bomb(packed_bytes: int = 10_000_000) -> Handler:
    """Return a page of zeros, a thousand times as large as what is sent."""

    async def send(_request: Request, write: Write) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        head = packer.compress(b"<html><body>boom " + b" " * 1_000_000)
        head += packer.flush(zlib.Z_FULL_FLUSH)
        piece = packer.compress(b"\0" * 10_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
        await write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
            b"Connection: close\r\n\r\n" + head
        )
        for _ in range(packed_bytes // len(piece)):
            await write(piece)

    return send


def endless(_kind: str = "text/html") -> Handler:
    """Return a page that never ends, as fast as it goes."""

    async def send(_request: Request, write: Write) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {_kind}\r\n\r\n<html><body><p>begin</p>"
        await write(head.encode())
        while True:
            await write(b"<p>and on</p>" * 5000)

    return send


def drip(pause: float = 0.05) -> Handler:
    """Return a page that never ends, a few bytes at a time."""

    async def send(_request: Request, write: Write) -> None:
        await write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body><p>begin</p>")
        while True:
            await asyncio.sleep(pause)
            await write(b"<p>drop</p>")

    return send


def slow(seconds: float) -> Page:
    """Return a page that lets one wait."""
    return Page(b"<html><body>late</body></html>", wait=seconds)


def broken(*pieces: bytes) -> Handler:
    """Return a handler that sends these bytes and cuts the connection; none at all resets it."""

    async def send(_request: Request, write: Write) -> None:
        for piece in pieces:
            await write(piece)
        raise ConnectionResetError

    return send


@dataclass(slots=True)
class Web:
    """Sites by host. Use as a context manager; ``add`` before or after the start.

    Each host has an address of its own unless told otherwise, in 127.0.0.0/8, all on one port.
    """

    tls: ssl.SSLContext | None = None
    sites: dict[str, dict[str, Handler]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    seen: list[Request] = field(default_factory=list)
    keep_alive: bool = True
    port: int = 0
    _listening: set[str] = field(default_factory=set)
    _servers: list[asyncio.Server] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None

    def add(
        self,
        host: str,
        pages: Mapping[str, Handler] | None = None,
        *,
        address: str | None = None,
    ) -> str:
        """Add a site; returns the start of its URLs (``http://host:port``)."""
        number = len(self.addresses) + 1
        self.addresses[host] = (
            address or f"127.{64 + number // 62500}.{number // 250}.{number % 250 + 2}"
        )
        self.sites.setdefault(host, {}).update(pages or {})
        if self._loop is not None:
            self._run(self._listen({self.addresses[host]}))
        return self.start_of(host)

    def start_of(self, host: str) -> str:
        """Return ``http://host:port``."""
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    @property
    def hosts(self) -> dict[str, str]:
        """Addresses by host name, for ``FetchSettings``."""
        return dict(self.addresses)

    def asked(self, host: str) -> list[str]:
        """Return the paths that were asked of a host, in order."""
        return [request.path for request in self.seen if request.host == host]

    def times(self, *, by: str) -> dict[str, list[float]]:
        """Return the times of requests by "host" or "address"."""
        found: dict[str, list[float]] = defaultdict(list)
        for request in self.seen:
            found[getattr(request, by)].append(request.time)
        return found

    def __enter__(self) -> Web:
        self.port = self.port or _free_port()
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self._thread.start()
        started.wait()
        self._run(self._listen(set(self.addresses.values()) | {"127.0.0.1"}))
        return self

    def __exit__(self, *_: object) -> None:
        loop = self._loop
        assert loop is not None
        assert self._thread is not None
        self._run(self._end())
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()

    def _run(self, work: Awaitable[None]) -> None:
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)  # type: ignore[arg-type]

    def _serve(self, started: threading.Event) -> None:
        loop = asyncio.new_event_loop()
        self._loop = loop
        loop.call_soon(started.set)
        loop.run_forever()
        loop.close()

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        talks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await asyncio.sleep(0)  # transports close in the next round

    async def _listen(self, addresses: Iterable[str]) -> None:
        for address in sorted(set(addresses) - self._listening):
            self._listening.add(address)
            self._servers.append(
                await asyncio.start_server(
                    self._talk, address, self.port, ssl=self.tls, backlog=500
                )
            )

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = writer.get_extra_info("sockname")[0]
        try:
            while await self._answer(reader, writer, address):
                pass
        except asyncio.CancelledError:  # the end of the server
            writer.transport.abort()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            with contextlib.suppress(Exception):
                # Unsent bytes go with it: the client sees a reset where nothing was written.
                writer.transport.abort()
        finally:
            with contextlib.suppress(Exception):
                writer.close()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str
    ) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip()
            for name, colon, value in (line.partition(":") for line in lines)
            if colon
        }
        host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
        request = Request(time.monotonic(), host, address, first.split(" ")[1], headers)
        self.seen.append(request)

        async def write(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        pages = self.sites.get(host, {})
        path = request.path.partition("?")[0]
        handler = pages.get(path) or pages.get("*")
        if handler is None:
            code = 404
            handler = Page(b"<html>nothing here</html>", code)
        await handler(request, write)
        return self.keep_alive and isinstance(handler, Page)


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
