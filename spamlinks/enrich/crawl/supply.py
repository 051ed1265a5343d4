"""The work list, taken from the store a little at a time."""

from __future__ import annotations

from collections import deque

from spamlinks.enrich.answers import Lookup, What
from spamlinks.enrich.crawl.frontier import Job, site_of
from spamlinks.enrich.store import Store
from spamlinks.urls import canonical_url, parse_host

__all__ = ["Supply", "job_of"]

WINDOW = 2_000
"""Look-ups in work at most, from waiting in the frontier to being read."""
SHARE = 20
"""Of these for one site; its further ones are set aside, so that it does not fill the window."""
MOST_ASIDE = 20_000
KINDS = (What.PAGE, What.HOME)


def job_of(lookup: Lookup, order: int) -> Job:
    """Make the job of a look-up: which URL is asked first, and which ones after it.

    >>> job_of(Lookup(What.HOME, "example.com"), 0).others[0]
    'http://example.com/'
    >>> job_of(Lookup(What.PAGE, "Example.com/a b#c"), 0).url
    'http://example.com/a%20b'
    """
    if lookup.what is not What.HOME:
        return Job(lookup, order, canonical_url(lookup.key))
    name = f"[{lookup.key}]" if ":" in lookup.key else lookup.key
    names = [name]
    if not name.startswith("www.") and not parse_host(name).is_ip:
        names.append(f"www.{name}")
    urls = [f"{scheme}://{name}/" for name in names for scheme in ("https", "http")]
    return Job(lookup, order, urls[0], urls[1:])


class Supply:
    """Hands out jobs while there is room. Memory does not grow with the work list."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._empty = False
        self._order = 0
        self._in_work: dict[str, int] = {}
        self._total = 0
        self._aside: dict[str, deque[Job]] = {}
        self._many_aside = 0

    def more(self) -> list[Job]:
        """Take as many as there is room for; call it when half the window is free."""
        found: list[Job] = []
        while not self._empty and self._total < WINDOW and self._many_aside < MOST_ASIDE:
            taken = self._take(min(WINDOW - self._total, 500))
            self._empty = not taken
            for lookup in taken:
                job = job_of(lookup, self._order)
                self._order += 1
                home = site_of(job.url)
                if self._in_work.get(home, 0) >= SHARE:
                    self._aside.setdefault(home, deque()).append(job)
                    self._many_aside += 1
                else:
                    self._count(home, 1)
                    found.append(job)
        return found

    def wants_more(self) -> bool:
        """Whether ``more`` is worth a call."""
        return not self._empty and self._total <= WINDOW // 2 and self._many_aside < MOST_ASIDE

    def done(self, job: Job) -> Job | None:
        """Note that a job ended; returns the next of its site that was set aside."""
        home = site_of(job_of(job.lookup, 0).url)
        self._count(home, -1)
        waiting = self._aside.get(home)
        if not waiting:
            return None
        following = waiting.popleft()
        self._many_aside -= 1
        if not waiting:
            del self._aside[home]
        self._count(home, 1)
        return following

    def is_empty(self) -> bool:
        """Whether everything was handed out and ended."""
        return self._empty and not self._total and not self._many_aside

    def _count(self, home: str, by: int) -> None:
        self._total += by
        self._in_work[home] = self._in_work.get(home, 0) + by
        if not self._in_work[home]:
            del self._in_work[home]

    def _take(self, many: int) -> list[Lookup]:
        """Take of each kind in turn: their ranks cannot be compared from here."""
        taken = [self._store.take(what, max(many // len(KINDS), 1)) for what in KINDS]
        longest = max(taken, key=len)
        return [
            lookups[place]
            for place in range(len(longest))
            for lookups in taken
            if place < len(lookups)
        ]
