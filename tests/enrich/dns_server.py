"""A name server for tests on 127.0.0.x: it walks like a resolver, and misbehaves when told to.

What a name answers is in ``records``: a dict of type -> texts, or a word of ``BEHAVIOURS``, or a
number of seconds to wait followed by what to do then. Names that are not there do not exist.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

BEHAVIOURS = frozenset(
    "servfail refused formerr silent garbage wrong-id wrong-question cut lame edns loop".split()
)
Records = Mapping[str, list[str]]
What = Records | str | tuple[float, "Records | str"]


class DnsServer:
    """Serves UDP and TCP on one port until ``close``; every question is written down."""

    def __init__(self, records: Mapping[str, What], address: str = "127.0.0.53") -> None:
        self.records = dict(records)
        self.everything: str | None = None  # a behaviour for all names
        self.questions: list[tuple[float, str, str, str]] = []
        """(time, name, type, "udp" or "tcp") in order of arrival."""
        self.most_at_once = 0
        self._open = 0
        self._lock = threading.Lock()
        family = self._family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._tcp = socket.create_server((address, 0), family=family, backlog=64)
        port = self._tcp.getsockname()[1]
        self._udp = socket.socket(family, socket.SOCK_DGRAM)
        self._udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._udp.bind((address, port))
        self.server = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        self._closed = False
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._u, self._t)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._closed = True
        with contextlib.suppress(OSError):
            socket.create_connection(self._tcp.getsockname()[:2], 1).close()
        with socket.socket(self._family, socket.SOCK_DGRAM) as other:
            other.sendto(b"", self._udp.getsockname())
        for thread in self._threads:
            thread.join(5)
        self._udp.close()
        self._tcp.close()

    def asked(self, transport: str | None = None) -> Counter[tuple[str, str]]:
        """Number of questions by name and type, without those that make sure of the network."""
        return Counter(
            (name, kind)
            for _, name, kind, how in list(self.questions)
            if not name.endswith(".example.com") and transport in (None, how)
        )

    # ---- serving

    def _u(self) -> None:
        while True:
            data, client = self._udp.recvfrom(4096)
            if self._closed:
                return
            self._take(data, "udp", lambda reply, to=client: self._udp.sendto(reply, to))

    def _t(self) -> None:
        while True:
            connection, _ = self._tcp.accept()
            if self._closed:
                connection.close()
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, struct.error):
            connection.settimeout(5)
            (length,) = struct.unpack("!H", connection.recv(2, socket.MSG_WAITALL))
            done = threading.Event()

            def send(reply: bytes) -> None:
                with contextlib.suppress(OSError):
                    connection.sendall(struct.pack("!H", len(reply)) + reply)
                done.set()

            if self._take(connection.recv(length, socket.MSG_WAITALL), "tcp", send):
                done.wait(5)

    def _take(self, data: bytes, transport: str, send) -> bool:  # type: ignore[no-untyped-def]
        now = time.monotonic()
        try:
            query = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return False
        question = query.question[0]
        name = question.name.to_text().rstrip(".").lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        with self._lock:
            self.questions.append((now, name, kind, transport))
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)
        what: object = self.everything or self.records.get(name)
        wait = 0.0
        if isinstance(what, tuple):
            wait, what = what

        def answer() -> None:
            with self._lock:
                self._open -= 1
            for reply in self._replies(query, name, kind, what, transport):
                with contextlib.suppress(OSError):
                    send(reply)

        if wait:
            timer = threading.Timer(wait, answer)
            timer.daemon = True
            timer.start()
        else:
            answer()
        return what != "silent"

    def _replies(
        self, query: dns.message.Message, name: str, kind: str, what: object, transport: str
    ) -> list[bytes]:
        reply = dns.message.make_response(query, recursion_available=True)
        if what == "silent":
            return []
        if what == "garbage":
            return [b"\x00\x01\x02", b"no message at all" * 3]
        if what in ("servfail", "refused", "formerr"):
            reply.set_rcode(dns.rcode.from_text(str(what)))
            return [reply.to_wire()]
        if what == "edns":  # an old server that knows no extensions
            if query.edns >= 0:
                plain = dns.message.make_response(query)
                plain.use_edns(False)
                plain.set_rcode(dns.rcode.FORMERR)
                return [plain.to_wire()]
            what = {"A": ["93.184.216.77"]}
        if what == "lame":  # points elsewhere and answers nothing
            reply.authority.append(
                dns.rrset.from_text(f"{name}.", 60, "IN", "NS", "ns.other.test.")
            )
            return [reply.to_wire()]
        if what == "loop":
            reply.answer += [
                dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"b.{name}."),
                dns.rrset.from_text(f"b.{name}.", 60, "IN", "CNAME", f"{name}."),
            ]
            return [reply.to_wire()]
        if what == "cut" and transport == "udp":
            reply.flags |= dns.flags.TC
            return [reply.to_wire()]
        if what in ("wrong-id", "wrong-question"):
            other = dns.message.make_query("evil.test.", kind) if what != "wrong-id" else query
            false = dns.message.make_response(other)
            false.id = query.id ^ (0 if what == "wrong-question" else 1)
            false.answer.append(
                dns.rrset.from_text(false.question[0].name, 60, "IN", "A", "93.184.216.66")
            )
            reply.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "A", "93.184.216.99"))
            return [false.to_wire(), reply.to_wire()]
        if what == "cut":
            many = [f"93.184.9.{i}" for i in range(100)]
            what = {"A": many}
        self._look_up(reply, name, kind, what)
        return [reply.to_wire(max_size=65535)]

    def _look_up(self, reply: dns.message.Message, name: str, kind: str, what: object) -> None:
        for _ in range(40):
            if not isinstance(what, Mapping):
                reply.set_rcode(dns.rcode.NXDOMAIN)
                break
            if kind in what:
                reply.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *what[kind]))
                return
            if "CNAME" not in what:
                break
            target = what["CNAME"][0]
            reply.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", target))
            if "walk" not in what and what.get("stop"):  # leaves the rest to whoever asks
                return
            name = target.rstrip(".").lower()
            what = self.records.get(name)
        soa = "ns.test. admin.test. 1 60 60 60 60"
        reply.authority.append(dns.rrset.from_text("test.", 60, "IN", "SOA", soa))
