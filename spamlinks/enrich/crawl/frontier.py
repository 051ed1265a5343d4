"""What is asked next: the best-ranked look-up whose site and address are free."""

from __future__ import annotations

import heapq
import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from spamlinks.enrich.answers import Lookup
from spamlinks.enrich.crawl.patience import Closed
from spamlinks.enrich.crawl.troubles import Trouble
from spamlinks.enrich.crawl.turns import Turns
from spamlinks.urls import authority, parse_host

__all__ = ["MOST_AT_ADDRESS", "Frontier", "Job", "host_of", "origin_of", "site_of"]

MOST_AT_ADDRESS = 4
"""Requests under way at one address: a machine that hangs must not take all places."""
SOON = 0.2


def host_of(url: str) -> str:
    """Return the host of a URL as it is resolved, in ASCII and lower case; "" for none."""
    raw = authority(url)
    return parse_host(raw).host or raw.rpartition("@")[2].partition(":")[0].lower()


def site_of(url: str) -> str:
    """Return what politeness is owed to: the linking domain, or the host where there is none.

    >>> site_of("http://a.b.example.com:8000/x"), site_of("http://[::1]/")
    ('example.com', '::1')
    """
    return parse_host(authority(url)).linking_domain or host_of(url)


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL: the server that answers, or does not."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}".lower()


@dataclass(slots=True)
class Job:
    """A look-up on its way.

    Attributes
    ----------
    lookup, order : what is asked, and its place in the order of fetching.
    url : asked next.
    others : further URLs to try where nothing answers at ``url``; for start pages.
    hops : URLs that redirected, in order.
    hop_code : HTTP code of the last of them, None for a refresh in the page.
    tries : made in vain so far.
    not_before : monotonic time.
    address : of the host of ``url``, as far as it is known.
    refreshed : a refresh in a page was followed, which is done once.
    trouble : what went wrong before ``url`` was tried in the place of another.
    so_far : how it ends if it is not tried again.
    """

    lookup: Lookup
    order: int
    url: str
    others: list[str] = field(default_factory=list)
    hops: list[str] = field(default_factory=list)
    hop_code: int | None = None
    tries: int = 0
    not_before: float = 0.0
    address: str = ""
    refreshed: bool = False
    trouble: Trouble | None = None
    so_far: Closed | None = None

    @property
    def site(self) -> str:
        """What politeness is owed to."""
        return site_of(self.url)


class Frontier:
    """Holds jobs by site, and hands out at most one at a time for each.

    Nothing waits in line behind a site that is busy, or behind an address that many sites share:
    those are set aside until their time.
    """

    def __init__(self, turns: Turns, clock: Callable[[], float] = time.monotonic) -> None:
        self._turns = turns
        self._clock = clock
        self._jobs: dict[str, list[tuple[float, int, int, Job]]] = {}
        self._waiting: list[tuple[float, str]] = []
        self._ready: list[tuple[int, str]] = []
        # When a site is looked at again; an entry of the heaps that says something else is stale.
        self._placed: dict[str, float] = {}
        self._under_way: dict[int, tuple[str, str]] = {}
        self._busy: set[str] = set()
        self._at_address: Counter[str] = Counter()
        self._number = itertools.count()
        self._held = 0

    def __len__(self) -> int:
        """Return the number of jobs that wait here, without those handed out."""
        return self._held

    def put(self, job: Job) -> None:
        """Take a job, new or back for its next request; ``address`` must be known."""
        site = job.site
        entry = (job.not_before, job.order, next(self._number), job)
        heapq.heappush(self._jobs.setdefault(site, []), entry)
        self._held += 1
        if site not in self._busy:
            self._place(site, job.not_before)

    def next(self) -> Job | None:
        """Hand out the job that comes first among those that may be asked now."""
        now = self._clock()
        while self._waiting and self._waiting[0][0] <= now:
            moment, site = heapq.heappop(self._waiting)
            if self._placed.get(site) == moment:
                self._placed[site] = _READY
                heapq.heappush(self._ready, (self._jobs[site][0][1], site))
        while self._ready:
            _, site = heapq.heappop(self._ready)
            del self._placed[site]
            not_before, _, _, job = self._jobs[site][0]
            free = max(not_before, self._turns.free_at(site, job.address))
            if self._at_address[job.address] >= MOST_AT_ADDRESS:
                free = max(free, now + SOON)
            if free > now:
                self._place(site, free)
            else:
                return self._hand_out(site)
        return None

    def done(self, job: Job) -> None:
        """Free the site of a job that was handed out; ``Turns.done`` comes before."""
        site, address = self._under_way.pop(id(job))
        self._busy.discard(site)
        self._at_address[address] -= 1
        if not self._at_address[address]:
            del self._at_address[address]
        if site in self._jobs:
            self._place(site, self._clock())

    def wait(self) -> float | None:
        """Return the seconds until ``next`` is worth a call; None where only ``put`` helps."""
        if self._ready:
            return 0.0
        return max(self._waiting[0][0] - self._clock(), 0.0) if self._waiting else None

    def _hand_out(self, site: str) -> Job:
        jobs = self._jobs[site]
        job = heapq.heappop(jobs)[3]
        if not jobs:
            del self._jobs[site]
        self._held -= 1
        self._busy.add(site)
        self._under_way[id(job)] = (site, job.address)
        self._at_address[job.address] += 1
        return job

    def _place(self, site: str, moment: float) -> None:
        if moment < self._placed.get(site, float("inf")):
            self._placed[site] = moment
            heapq.heappush(self._waiting, (moment, site))


_READY = float("-inf")
