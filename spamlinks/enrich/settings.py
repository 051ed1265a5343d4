"""How fetching behaves: who it says it is, how slow it goes, where it stops."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from spamlinks.errors import InputError

__all__ = ["FetchSettings", "split_address", "user_agent"]

SLOWEST, FASTEST = 3600.0, 0.2
"""Bounds of ``delay``. Whoever asks a stranger's server more than five times a second is a burden;
only servers of one's own network (``allow_private``) may be asked faster."""


def user_agent(version: str, contact: str | None = None) -> str:
    """What servers are told: the program, that it is a robot, and whom to write to.

    >>> user_agent("1.2", "me@shop.example")
    'spamlinks/1.2 (link audit robot; me@shop.example)'
    """
    said = f"; {contact}" if contact else ""
    return f"spamlinks/{version} (link audit robot{said})"


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """Everything that fetching needs to know beside the work list.

    Attributes
    ----------
    user_agent : sent with every HTTP request; printable ASCII, at most 300 characters. Its first
        word up to "/" is the name that robots.txt is asked about.
    contact : address or URL of whoever fetches, part of ``user_agent``; None where it is not said.
    delay : seconds between two requests to one host, 0.2 to 3,600; from 0 with ``allow_private``.
    concurrency : requests under way in all, 1 to 1,000; one host is asked one at a time.
    timeout : seconds for one request, from the first byte sent to the last received.
    max_bytes : of a body after decompression; what is longer is cut.
    max_redirects : followed for one page.
    allow_private : private and loopback addresses may be asked: for one's own network, for tests.
    hosts : address by host name, asked instead of DNS, perhaps with the port that stands for the
        URL's (127.0.0.2:8080, [::1]:8080): for tests.
    rdap_server : base URL of the one RDAP server to ask, instead of those of the IANA list.
    dns_servers : "address:port" of name servers, instead of the system's.
    max_requests : at most so many requests, robots.txt and redirects included; None for no limit.
    retries : further tries after a time-out, a broken connection or a 5xx.

    Raises
    ------
    InputError : a value outside these bounds.
    """

    user_agent: str
    contact: str | None = None
    delay: float = 1.0
    concurrency: int = 64
    timeout: float = 20.0
    max_bytes: int = 2_000_000
    max_redirects: int = 5
    allow_private: bool = False
    hosts: Mapping[str, str] = field(default_factory=dict)
    rdap_server: str | None = None
    dns_servers: tuple[str, ...] = ()
    max_requests: int | None = None
    retries: int = 2

    def __post_init__(self) -> None:
        for name in ("user_agent", "contact"):
            text = getattr(self, name)
            if text is not None and not _plain(text):
                problem = f"{str(text)[:60]!r} cannot stand in a request"
                raise InputError(name.replace("_", " "), problem, "Use printable ASCII, one line.")
        fastest = 0.0 if self.allow_private else FASTEST
        _within("delay", self.delay, fastest, SLOWEST, (int, float))
        _within("concurrency", self.concurrency, 1, 1000, int)
        _within("timeout", self.timeout, 0.1, 600, (int, float))
        _within("max bytes", self.max_bytes, 1000, 100_000_000, int)
        _within("max redirects", self.max_redirects, 0, 20, int)
        _within("retries", self.retries, 0, 10, int)
        if self.max_requests is not None:
            _within("max requests", self.max_requests, 1, 10**9, int)
        for host, address in self.hosts.items():
            if not host or split_address(address) is None:
                problem = f"{str(address)[:60]!r} is no address"
                raise InputError(
                    f"hosts {str(host)[:60]!r}", problem, "Give one such as 127.0.0.2."
                )
        for server in self.dns_servers:
            found = split_address(server)
            if found is None or found[1] is None:
                problem = f"{server[:60]!r} is no address with a port"
                raise InputError("DNS server", problem, "Give it as 127.0.0.1:5353.")
        if self.rdap_server is not None and not self.rdap_server.startswith(
            ("http://", "https://")
        ):
            problem = f"{self.rdap_server[:60]!r} is no URL"
            raise InputError("RDAP server", problem, "Give it as https://rdap.example/.")

    def to_json(self) -> str:
        """Return one JSON object, for the process that fetches the pages."""
        return json.dumps({**asdict(self), "hosts": dict(self.hosts)}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str | Mapping[str, Any]) -> FetchSettings:
        """Read back what ``to_json`` wrote, or the object in it.

        Raises
        ------
        InputError : no JSON object, an unknown name, a value of another type or out of bounds.
        """
        hint = "This is a fault of the program that started it."
        try:
            found = json.loads(text) if isinstance(text, str) else dict(text)
        except ValueError:
            raise InputError("fetch settings", "they are no JSON", hint) from None
        if not isinstance(found, dict):
            raise InputError("fetch settings", "they are no JSON object", hint)
        known = {item.name for item in fields(cls)}
        if unknown := sorted(set(found) - known):
            raise InputError("fetch settings", f"{unknown[0][:60]!r} is unknown", hint)
        if "user_agent" not in found:
            raise InputError("fetch settings", "there is no user_agent", hint)
        for name, kind in _KINDS.items():
            if name in found and not isinstance(found[name], kind):
                raise InputError("fetch settings", f"{name} is of a wrong type", hint)
        texts = [*found.get("hosts", {}).values(), *found.get("dns_servers", ())]
        if not all(isinstance(item, str) for item in texts):
            raise InputError("fetch settings", "an address is no text", hint)
        if "dns_servers" in found:
            found["dns_servers"] = tuple(found["dns_servers"])
        return cls(**found)


_KINDS: dict[str, Any] = {
    "user_agent": str,
    "contact": str | None,
    "allow_private": bool,
    "hosts": dict,
    "rdap_server": str | None,
    "dns_servers": list | tuple,
}


def _plain(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= 300 and text.isascii() and text.isprintable()


def _within(name: str, value: object, low: float, high: float, kind: Any) -> None:
    # bool is an int, and NaN compares false with everything.
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        problem = f"{str(value)[:40]} is not allowed"
        raise InputError(name, problem, f"Give a number from {low:,g} to {high:,g}.")


def split_address(text: str) -> tuple[str, int | None] | None:
    """Split an address from its port, None where there is none; None for a text that is no address.

    >>> split_address("127.0.0.2"), split_address("127.0.0.2:80"), split_address("[::1]:53")
    (('127.0.0.2', None), ('127.0.0.2', 80), ('::1', 53))
    >>> split_address("::1"), split_address("a.example:80"), split_address("127.0.0.1:0")
    (('::1', None), None, None)
    """
    address, port = text, None
    if text.startswith("["):
        address, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            return None
        port = rest[1:] if rest else None
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return None
    if port is None:
        return address, None
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0
    return (address, number) if 0 < number < 65536 else None
