"""The last steps before the network: a checked address, a turn, and bounds on what comes back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from scrapy import Request, signals
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import StopDownload
from scrapy.http import Headers, Response
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

from spamlinks.enrich.addresses import why_url_refused
from spamlinks.enrich.crawl.frontier import host_of, site_of
from spamlinks.enrich.crawl.heads import content_type
from spamlinks.enrich.crawl.troubles import BudgetSpent, Refused, TooManyHeaders

if TYPE_CHECKING:
    from spamlinks.enrich.crawl.crawling import Crawl

__all__ = ["Bounds", "CheckedHandler"]

MOST_HEADER_BYTES = 128 * 1024
IDLE_SECONDS = 5.0
"""An idle connection is kept for the next page of its host. Short: there may be many hosts."""
LATE = 0.9
"""Part of the time limit after which what has come of a body is all that is read."""
SHORT_BODY = 64 * 1024


class CheckedHandler(HTTP11DownloadHandler):
    """Scrapy's handler for http and https, behind the rules of this package.

    Every request passes here: pages, redirects, robots.txt. The address is resolved and checked
    (and once more by the resolver of the connection itself), the turn of site and address is
    awaited, the request is counted.
    """

    lazy = False

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._pool.cachedConnectionTimeout = IDLE_SECONDS  # type: ignore[assignment]
        # A request is not repeated behind our back, past count and turn.
        self._pool.retryAutomatically = False
        self._pool._factory = _bounded(self._pool._factory)

    async def download_request(self, request: Request) -> Response:
        """Ask, in turn.

        Raises
        ------
        Refused, NameMissing, NameUnanswered, BudgetSpent : nothing was asked.
        """
        crawl: Crawl = self._crawler.spider.crawl  # type: ignore[union-attr]
        reason = why_url_refused(request.url, allow_private=crawl.settings.allow_private)
        if reason is not None:
            raise Refused(reason)
        place = await crawl.resolver.place(host_of(request.url))
        site = site_of(request.url)
        await crawl.turns.take(site, place.address)
        try:
            if not crawl.may_ask():
                raise BudgetSpent
            request.meta["asked_at"] = time.monotonic()
            return await super().download_request(request)
        finally:
            crawl.turns.done(site)


class Bounds:
    """Stops a body that is too long, too slow, or no page; what has come of it is kept.

    Per request, from ``meta``: ``cap`` in bytes, on the wire. Stopped responses carry Scrapy's flag
    ``download_stopped``; ``meta["no_page"]`` is set where the content type was the reason.
    """

    def __init__(self, timeout: float) -> None:
        self._late = timeout * LATE

    @classmethod
    def from_crawler(cls, crawler: Any) -> Bounds:
        """Connect to Scrapy's signals."""
        bounds = cls(crawler.settings.getfloat("DOWNLOAD_TIMEOUT"))
        crawler.signals.connect(bounds.headers_received, signal=signals.headers_received)
        crawler.signals.connect(bounds.bytes_received, signal=signals.bytes_received)
        return bounds

    def headers_received(self, headers: Headers, request: Request) -> None:
        """Look at the headers, before any of the body."""
        request.meta["left"] = request.meta["cap"]
        if "Location" in headers:
            request.meta["left"] = SHORT_BODY
        elif "job" in request.meta and not may_be_page(content_type(headers)):
            request.meta["no_page"] = True
            raise StopDownload(fail=False)

    def bytes_received(self, data: bytes, request: Request) -> None:
        """Count a piece of the body."""
        meta = request.meta
        meta["left"] -= len(data)
        if meta["left"] <= 0 or time.monotonic() - meta["asked_at"] > self._late:
            raise StopDownload(fail=False)


def may_be_page(kind: str) -> bool:
    """Whether a body of this content type is worth reading: HTML, XML, or nothing said."""
    return not kind or "html" in kind or kind in ("text/xml", "application/xml")


def _bounded(factory: Any) -> Any:
    """Return a connection factory whose connections give up on endless headers.

    Twisted bounds a header line, and not their number.
    """

    class Bounded(factory):  # type: ignore[misc]
        def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - Twisted's name
            protocol = super().buildProtocol(addr)
            receive, seen, parser = protocol.dataReceived, 0, None

            def data_received(data: bytes) -> None:
                nonlocal seen, parser
                if protocol._parser is not parser:
                    seen, parser = 0, protocol._parser
                if parser is not None and parser.state in (STATUS, HEADER):
                    seen += len(data)
                    if seen > MOST_HEADER_BYTES:
                        problem: Any = Failure(TooManyHeaders())  # type: ignore[no-untyped-call]
                        protocol._giveUp(problem)
                        return
                receive(data)

            protocol.dataReceived = data_received
            return protocol

    return Bounded
