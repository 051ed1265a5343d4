"""Whether there is a network at all, found out before anything is written."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from concurrent.futures import TimeoutError as TooLate
from urllib.parse import urlsplit

from spamlinks.enrich.settings import FetchSettings

__all__ = ["no_network"]

PATIENCE = 10.0
"""Seconds after which a network that says nothing counts as none."""
TRIED = 5
"""Servers that are connected to, one after the other, until one is there."""
SURELY_THERE = "data.iana.org"
"""A name that exists as long as there are registries: where it has no address, it is not the
linking domains that are gone. It is looked up, not contacted."""

_NO_WAY = frozenset(
    getattr(errno, name)
    for name in ("ENETUNREACH", "EHOSTUNREACH", "ENETDOWN", "EADDRNOTAVAIL", "EACCES", "EPERM")
)


def no_network(urls: Iterable[str], settings: FetchSettings) -> str | None:
    """Say why nothing can be fetched; None where there is a network.

    Asks the name system for the servers that would be asked first, then opens a connection to the
    first that has an address, without saying a word, and closes it. Takes at most about
    ``PATIENCE`` seconds for each of the two. That a server refuses shows that it is there.

    Parameters
    ----------
    urls : of the first servers to ask; a few of different kinds.
    """
    places = list(dict.fromkeys(_place(url) for url in urls))
    given = [(settings.hosts[host], port) for host, port in places if host in settings.hosts]
    numbers = [(host, port) for host, port in places if _is_address(host)]
    names = [(host, port) for host, port in places if host and host not in settings.hosts]
    names = [place for place in names if place not in numbers]
    found = given + numbers
    if not found and names:
        found = _resolved([*names, (SURELY_THERE, 443)])
        if not found:
            return "no name can be resolved"
        found = [place for place in found if place[1]]  # whoever is only looked up is not asked
    return _unreachable(found[:TRIED])


def _place(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}/")
        return parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        return "", 0


def _is_address(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return True
    return False


def _resolved(names: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Addresses of those that have one, as far as they come in time; port 0 where it is not asked."""
    pool = ThreadPoolExecutor(min(len(names), 16))
    tasks = {pool.submit(socket.getaddrinfo, host, port, 0, socket.SOCK_STREAM): (host, port)
             for host, port in names}  # fmt: skip
    found: list[tuple[str, int]] = []
    try:
        for task in as_completed(tasks, timeout=PATIENCE):
            host, port = tasks[task]
            try:
                answer = task.result()
            except (OSError, UnicodeError):
                continue
            found.append((str(answer[0][4][0]), 0 if host == SURELY_THERE else port))
            if len(found) >= TRIED:
                break
    except TooLate:
        pass
    pool.shutdown(wait=False, cancel_futures=True)
    return found


def _unreachable(places: list[tuple[str, int]]) -> str | None:
    """None where one of them is there, or where there is none to ask."""
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
