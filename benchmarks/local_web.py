"""A generated web and its registry on the addresses of this machine, for tests and measurements.

``LocalWeb`` serves a ``spamlinks.simulate.web.Web`` over plain HTTP on addresses of 127.0.0.0/8,
each host on one of them; ``Registry`` answers RDAP questions about its domains. Nothing else is
reachable from outside, and nothing is asked of anybody.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import zlib
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Protocol

import polars as pl

from spamlinks.simulate.web import Reply, Web, bare
from spamlinks.urls import linking_domain

__all__ = ["LocalWeb", "Registry"]

ADDRESSES = 200
"""Addresses that hosts are dealt to."""

_REASONS = {200: "OK", 301: "Moved Permanently", 404: "Not Found", 410: "Gone"}


class Answering(Protocol):
    """What says how a request is answered."""

    def answer(self, host: str, path: str) -> Reply:
        """Answer a GET request; status 0 closes the connection."""


class _Server:
    """An HTTP server in a thread; ``port`` is set once it runs, ``asked`` counts by host."""

    def __init__(self, site: Answering, addresses: list[str]) -> None:
        self.site, self.addresses, self.port = site, addresses, _free_port()
        self.asked: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._open: set[asyncio.Task[None]] = set()

    def __enter__(self) -> _Server:
        self._thread.start()
        if not self._ready.wait(10):
            raise OSError("the local server did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._connected, self.addresses, self.port, limit=1 << 16)
        )
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in self._open:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._open, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs is one
        self._open.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._open.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; false where the connection is to be closed."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _version = (*head[0].split(" "), "", "")[:3]
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        host = headers.get("host", "")
        self.asked[host.partition(":")[0]] += 1
        asked = method in ("GET", "HEAD")
        reply = self.site.answer(host, target) if asked else Reply(405)
        if not reply.status:
            return False
        lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Said')}"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        lines += [f"Content-Length: {len(reply.body)}", "", ""]
        body = b"" if method == "HEAD" else reply.body
        writer.write("\r\n".join(lines).encode("latin-1") + body)
        await writer.drain()
        return headers.get("connection") != "close"


class LocalWeb(_Server):
    """Serves a generated web; used as a context manager.

    Attributes
    ----------
    hosts : address with port by host name, as ``FetchSettings.hosts`` wants it.
    """

    def __init__(self, web: Web, addresses: int = ADDRESSES) -> None:
        names = {name: zlib.crc32(name.removeprefix("www.").encode()) % addresses
                 for name in web.hosts}  # fmt: skip
        super().__init__(web, sorted({_address(i) for i in names.values()}))
        self.hosts = {name: f"{_address(i)}:{self.port}" for name, i in names.items()}


class Registry(_Server):
    """An RDAP server that knows the registration of every domain of a generated profile.

    Attributes
    ----------
    base : URL for ``FetchSettings.rdap_server``.
    """

    def __init__(self, backlinks: pl.DataFrame) -> None:
        self._rows: dict[str, dict[str, Any]] = {}
        columns = ("domain_created_on", "domain_expires_on", "domain_registrar")
        names = ("referring_page", *columns, "domain_abuse_contact", "domain_name_servers")
        for row in backlinks.select(names).iter_rows(named=True):
            host = bare(row["referring_page"])[0]
            self._rows.setdefault(linking_domain(host) or host, row)
        super().__init__(self, ["127.0.0.1"])
        self.base = f"http://127.0.0.1:{self.port}/"

    def answer(self, host: str, path: str) -> Reply:
        """Answer ``/domain/NAME``."""
        row = self._rows.get(path.removeprefix("/domain/").lower())
        headers = {"Content-Type": "application/rdap+json"}
        if row is None:
            return Reply(404, headers, b'{"errorCode": 404}')
        return Reply(200, headers, json.dumps(_domain_object(row)).encode())


def _domain_object(row: Mapping[str, Any]) -> dict[str, Any]:
    registrar = {
        "objectClassName": "entity",
        "roles": ["registrar"],
        "vcardArray": ["vcard", [["fn", {}, "text", row["domain_registrar"]]]],
        "entities": [
            {
                "objectClassName": "entity",
                "roles": ["abuse"],
                "vcardArray": ["vcard", [["email", {}, "text", row["domain_abuse_contact"]]]],
            }
        ],
    }
    return {
        "objectClassName": "domain",
        "ldhName": linking_domain(bare(row["referring_page"])[0]),
        "entities": [registrar],
        "events": [
            {"eventAction": "registration", "eventDate": f"{row['domain_created_on']}T00:00:00Z"},
            {"eventAction": "expiration", "eventDate": f"{row['domain_expires_on']}T00:00:00Z"},
        ],
        "nameservers": [
            {"objectClassName": "nameserver", "ldhName": name}
            for name in row["domain_name_servers"].split()
        ],
    }


def _address(number: int) -> str:
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
