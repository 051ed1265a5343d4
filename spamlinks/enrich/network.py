"""Whether there is a network at all, found out before anything is written."""

from __future__ import annotations

import errno
import queue
import socket
import threading
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from spamlinks.enrich.addresses import literal_address, why_refused, why_url_refused
from spamlinks.enrich.settings import FetchSettings, split_address

__all__ = ["no_network"]

PATIENCE = 7.0
"""Seconds after which a network that says nothing counts as none: for names, then for servers."""
TRIED = 5
"""Servers that are connected to, one after the other, until one is there."""
ASKED = 20
"""Names that are looked up at most."""
SURELY_THERE = "data.iana.org"
"""A name that exists as long as there are registries: where it has no address, it is not the
linking domains that are gone. It is looked up, not contacted."""

_NO_WAY = frozenset(
    getattr(errno, name)
    for name in ("ENETUNREACH", "EHOSTUNREACH", "ENETDOWN", "EADDRNOTAVAIL", "EACCES", "EPERM")
)

_Place = tuple[str, int]


def no_network(urls: Iterable[str], settings: FetchSettings) -> str | None:
    """Say why nothing can be fetched; None where there is a network, or nothing is to be fetched.

    Asks the name system for the servers that would be asked first, then opens a connection to the
    first that has an address, without saying a word, and closes it: it would be asked in the next
    second. Addresses that may not be contacted are not. Each of the two steps takes at most
    ``PATIENCE`` seconds. A server that refuses is there all the same.

    Parameters
    ----------
    urls : of the first servers to ask.
    """
    private = settings.allow_private
    places = [
        place
        for url in urls
        if why_url_refused(url, allow_private=private) is None and (place := _place(url))
    ]
    places = list(dict.fromkeys(places))[:ASKED]
    if not places:
        return None
    found = [known for place in places if (known := _known(place, settings)) is not None]
    if not found and settings.dns_servers:
        return None  # the system's resolver, which is asked here, is not the one that matters
    if not found:
        found = _resolved([*places, (SURELY_THERE, 0)])
        if not found:
            return "no name can be resolved"
    may = [
        place for place in found if place[1] and not why_refused(place[0], allow_private=private)
    ]
    return _unreachable(may[:TRIED])


def _place(url: str) -> _Place | None:
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    return (host, parts.port or (80 if parts.scheme == "http" else 443)) if host else None


def _known(place: _Place, settings: FetchSettings) -> _Place | None:
    """The address of a server that needs no looking up."""
    host, port = place
    if host in settings.hosts:
        given = split_address(settings.hosts[host])
        return None if given is None else (given[0], given[1] or port)
    address = literal_address(host)
    return None if address is None else (address, port)


def _resolved(names: list[_Place]) -> list[_Place]:
    """Addresses of those that have one, as far as they come in time."""
    answers: queue.Queue[_Place | None] = queue.Queue()

    def ask(host: str, port: int) -> None:
        try:
            answer = socket.getaddrinfo(host, port or 443, 0, socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            answers.put(None)
        else:
            answers.put((str(answer[0][4][0]), port))

    for name in names:
        # A resolver without network may take a minute: nobody waits for that at the end.
        threading.Thread(target=ask, args=name, daemon=True).start()
    end = time.monotonic() + PATIENCE
    found: list[_Place] = []
    for _ in names:
        try:
            answer = answers.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        found += [answer] if answer is not None else []
    return found


def _unreachable(places: list[_Place]) -> str | None:
    """Why none of them is there; None where one is, or where there is none to ask."""
    end = time.monotonic() + PATIENCE
    problem = None
    for address, port in places:
        wait = end - time.monotonic()
        if wait <= 0:
            break
        try:
            socket.create_connection((address, port), timeout=min(wait, 5.0)).close()
        except TimeoutError:
            problem = "no server answers"
        except OSError as error:
            if error.errno not in _NO_WAY:
                return None  # refused or reset: somebody was there to do it
            problem = "no server can be reached"
        else:
            return None
    return problem
