"""The spider: carries jobs from the crawl to Scrapy, and what comes of them back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from spamlinks.enrich.crawl.crawling import Crawl
from spamlinks.enrich.crawl.frontier import Job
from spamlinks.enrich.crawl.orders import Order, Outlet
from spamlinks.enrich.crawl.resolving import CheckedResolver
from spamlinks.enrich.store import Store

__all__ = ["PageSpider"]

TELL_EVERY = 0.5
GRACE = 2.0
READING_GRACE = 15.0
"""Seconds that requests under way, and pages that are being read, have to end once the run was told
to stop."""


class PageSpider(scrapy.Spider):
    """Asks for pages as long as there are any whose turn it is."""

    name = "pages"

    def __init__(
        self,
        order: Order,
        store: Store,
        outlet: Outlet,
        opened: Callable[[PageSpider], None],
        leave: Callable[[PageSpider], None],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        # Here the reactor stands, and in it the resolver that the settings name.
        from twisted.internet import reactor

        resolver: CheckedResolver = reactor.nameResolver
        self.crawl = Crawl(store, order.settings, resolver)
        self.max_bytes = order.settings.max_bytes
        self._outlet = outlet
        self._leave = leave
        opened(self)

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Yield one request after the other, each when its site and address are free."""
        teller = asyncio.ensure_future(self._tell())
        self.crawl.warm_up()
        try:
            while (job := await self.crawl.next()) is not None:
                yield self._request(job)
            await self._last_answers()
            if not self.crawl.is_quiet():
                self._leave(self)
            self.crawl.close()
        finally:
            teller.cancel()

    def _request(self, job: Job) -> scrapy.Request:
        return scrapy.Request(
            job.url,
            callback=self.parse,
            errback=self.failed,
            dont_filter=True,
            meta={"job": job, "download_slot": job.site, "cap": self.max_bytes},
        )

    def parse(self, response: Response) -> None:
        """Take an answer."""
        job: Job = response.meta["job"]
        self.crawl.ended(job)
        self.crawl.responded(job, response)

    def failed(self, failure: Failure) -> None:
        """Take a failure."""
        job: Job = failure.request.meta["job"]  # type: ignore[attr-defined]
        self.crawl.ended(job)
        self.crawl.failed(job, failure.value or RuntimeError("no reason"))

    async def _last_answers(self) -> None:
        """After a stop: what is under way may still end, for a moment."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        while self.crawl.in_flight and clock() < begun + GRACE:
            await asyncio.sleep(0.02)
        # What was fetched is worth a longer wait.
        while self.crawl.is_reading() and clock() < begun + READING_GRACE:
            await asyncio.sleep(0.02)

    async def _tell(self) -> None:
        while True:
            self.crawl.save()
            if not self._outlet.say(**self.crawl.progress()):
                self.crawl.stop("nobody listens")
            await asyncio.sleep(TELL_EVERY)
