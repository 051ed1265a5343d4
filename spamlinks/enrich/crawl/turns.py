"""Who may be asked when: one request at a time per site, few per second at an address.

Politeness is owed to whoever runs the server. That is the site (its ``linking_domain``: a thousand
subdomains of one name are one server), and behind it the address: many spam sites share one
machine. The time between two requests to a site counts from the end of the first, so that at the
server, however slow the way, they are never closer than was promised, and a slow server is asked
less often. An address is asked at most twice as often as one site may be.
"""

from __future__ import annotations

import asyncio
import time

__all__ = ["Turns"]

LONGEST_CRAWL_DELAY = 60.0
"""Seconds; robots.txt may ask for more, and gets this."""
MOST_KEPT = 20_000


class Turns:
    """Keeps the times. ``delay`` is in seconds, between requests to one site."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.address_delay = delay / 2
        self._busy: set[str] = set()
        self._sites: dict[str, float] = {}
        self._addresses: dict[str, float] = {}
        self._slower: dict[str, float] = {}

    def slow_down(self, site: str, delay: float | None) -> None:
        """Keep to the ``Crawl-delay`` of a site where it is longer than ours, up to a minute."""
        if delay is not None and delay > self.delay:
            self._slower[site] = min(delay, LONGEST_CRAWL_DELAY)

    def pause(self, site: str, seconds: float) -> None:
        """Leave a site alone for a while, because it said so."""
        self._sites[site] = max(self._sites.get(site, 0.0), time.monotonic() + seconds)

    def free_at(self, site: str, address: str) -> float:
        """Return the monotonic time from which a site at an address may be asked."""
        return max(self._sites.get(site, 0.0), self._addresses.get(address, 0.0))

    async def take(self, site: str, address: str) -> None:
        """Wait for the turn of a site at an address, and take it; ``done`` ends it."""
        while True:
            now = time.monotonic()
            free = self.free_at(site, address)
            if site not in self._busy and free <= now:
                break
            # Busy is rare: a redirect of robots.txt to a site that is being asked.
            await asyncio.sleep(max(free - now, 0.01))
        self._busy.add(site)
        self._addresses[address] = now + self.address_delay
        self._forget(now)

    def done(self, site: str) -> None:
        """End the turn of a site: from now on its delay counts."""
        self._busy.discard(site)
        until = time.monotonic() + self._slower.get(site, self.delay)
        self._sites[site] = max(self._sites.get(site, 0.0), until)

    def _forget(self, now: float) -> None:
        # Crawl-delays are told again with each look at the rules, so they can be forgotten too.
        for times in (self._sites, self._addresses):
            if len(times) > MOST_KEPT:
                for key in [key for key, until in times.items() if until < now]:
                    del times[key]
        if len(self._slower) > MOST_KEPT:
            self._slower.clear()
