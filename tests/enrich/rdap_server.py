"""A registry's RDAP server on an address of this machine, that does what a test tells it to.

``with RdapServer("127.0.3.1") as server`` answers every domain; ``server.plan[domain]`` is a list
of what to do at the first request for it, the second and so on; the last one repeats. Every request
is noted with the time at which its head was read.
"""

from __future__ import annotations

import gzip
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any


@dataclass(frozen=True)
class Do:
    """What to answer: pieces of the body are sent one by one, ``pause`` seconds before each."""

    code: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Callable[[], Iterator[bytes]] = b""
    pause: float = 0.0
    kind: str | None = "application/rdap+json"


def domain_object(domain: str, **changes: Any) -> dict[str, Any]:
    """A usual answer of a registry of generic domains; ``changes`` replace its members."""
    abuse = {
        "objectClassName": "entity",
        "roles": ["abuse"],
        "vcardArray": [
            "vcard",
            [
                ["version", {}, "text", "4.0"],
                ["fn", {}, "text", ""],
                ["tel", {"type": "voice"}, "uri", "tel:+1.5555550100"],
                ["email", {}, "text", "abuse@registrar.example"],
            ],
        ],
    }
    registrar = {
        "objectClassName": "entity",
        "handle": "9999",
        "roles": ["registrar"],
        "publicIds": [{"type": "IANA Registrar ID", "identifier": "9999"}],
        "vcardArray": [
            "vcard",
            [["version", {}, "text", "4.0"], ["fn", {}, "text", "Example Registrar, Inc."]],
        ],
        "entities": [abuse],
    }
    found: dict[str, Any] = {
        "objectClassName": "domain",
        "handle": "2336799_DOMAIN_COM-VRSN",
        "ldhName": domain.upper(),
        "links": [],
        "status": ["client transfer prohibited"],
        "entities": [registrar],
        "events": [
            {"eventAction": "registration", "eventDate": "2019-08-14T04:00:00Z"},
            {"eventAction": "expiration", "eventDate": "2028-08-13T04:00:00Z"},
            {"eventAction": "last changed", "eventDate": "2025-08-14T07:01:34Z"},
            {"eventAction": "last update of RDAP database", "eventDate": "2026-01-05T00:00:00Z"},
        ],
        "secureDNS": {"delegationSigned": False},
        "nameservers": [
            {"objectClassName": "nameserver", "ldhName": "NS1.EXAMPLE.NET"},
            {"objectClassName": "nameserver", "ldhName": "ns2.example.net."},
        ],
        "rdapConformance": ["rdap_level_0"],
    }
    return {**found, **changes}


def found(domain: str, **changes: Any) -> Do:
    return Do(body=json.dumps(domain_object(domain, **changes)).encode())


def status(code: int, *headers: tuple[str, str]) -> Do:
    body = json.dumps({"errorCode": code, "title": "no"}).encode()
    return Do(code, headers, body)


def redirect(url: str, code: int = 302) -> Do:
    return Do(code, (("Location", url),), b"moved", kind="text/plain")


def endless() -> Do:
    def pieces() -> Iterator[bytes]:
        yield b'{"objectClassName": "domain", "remarks": "'
        while True:
            yield b"x" * 65536

    return Do(body=pieces)


def drip(seconds: float) -> Do:
    """A byte now and then: no single read takes long, and the answer never ends."""

    def pieces() -> Iterator[bytes]:
        while True:
            time.sleep(seconds)
            yield b" "

    return Do(body=pieces)


def bomb(megabytes: int = 200) -> Do:
    """A few kB that become hundreds of MB."""
    block = b" " * 1_000_000
    packed = gzip.compress(b"".join(block for _ in range(megabytes)), 9)
    return Do(headers=(("Content-Encoding", "gzip"),), body=packed)


@dataclass
class Asked:
    """One request: when, from where, for what, and what it said of itself."""

    at: float
    client: str
    path: str
    headers: dict[str, str]


@dataclass
class RdapServer:
    """The server; ``base`` is what a bootstrap list would name."""

    address: str = "127.0.0.1"
    prefix: str = "/rdap/"
    plan: dict[str, list[Do]] = field(default_factory=dict)
    default: Callable[[str], Do] = found
    tls: tuple[Path, Path] | None = None
    asked: list[Asked] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> RdapServer:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_GET(self) -> None:
                at = time.monotonic()
                with outer._lock:
                    headers = {k.lower(): v for k, v in self.headers.items()}
                    outer.asked.append(Asked(at, self.client_address[0], self.path, headers))
                    domain = self.path.rpartition("/")[2]
                    todo = outer.plan.get(domain, [])
                    do = todo.pop(0) if len(todo) > 1 else (todo or [outer.default(domain)])[0]
                with suppress(OSError):  # a client that has had enough
                    self.answer(do)

            def answer(self, do: Do) -> None:
                if outer._closing.wait(do.pause):
                    return
                self.send_response(do.code)
                if do.kind is not None:
                    self.send_header("Content-Type", do.kind)
                for name, value in do.headers:
                    self.send_header(name, value)
                if isinstance(do.body, bytes):
                    self.send_header("Content-Length", str(len(do.body)))
                    self.end_headers()
                    self.wfile.write(do.body)
                    return
                self.send_header("Connection", "close")
                self.end_headers()
                self.close_connection = True
                for piece in do.body():
                    if outer._closing.is_set():
                        return
                    self.wfile.write(piece)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._closing = threading.Event()

        class Server(ThreadingHTTPServer):
            request_queue_size = 256

        self._http = Server((self.address, 0), Handler)
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign]
        if self.tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.tls)
            # The handshake is for the handler's thread, on its first read.
            self._http.socket = context.wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False
            )
        self._http.block_on_close = False
        self.port = self._http.server_address[1]
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    @property
    def origin(self) -> str:
        return f"{self.address}:{self.port}"

    @property
    def base(self) -> str:
        return f"http://{self.origin}{self.prefix}"

    def domains(self) -> list[str]:
        """What was asked about, in order."""
        return [one.path.rpartition("/")[2] for one in self.asked]

    def gaps(self) -> list[float]:
        """Seconds between the arrivals of requests that follow each other."""
        times = [one.at for one in self.asked]
        return [after - before for before, after in pairwise(times)]
