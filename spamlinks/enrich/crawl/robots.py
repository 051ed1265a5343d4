"""robots.txt, by RFC 9309.

Asked once per scheme, host and port, kept for the run. 4xx: there are no rules. 5xx, 429 and
silence: nothing may be asked, which is a failure of the look-up and not a refusal, and is tried
again like one. At most 512 KiB are read, at most five redirects followed. Scrapy's own middleware
takes every failure for "allowed", and keeps every file for ever.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.misc import load_object

from spamlinks.enrich.crawl.frontier import origin_of, site_of
from spamlinks.enrich.crawl.troubles import Refused, RobotsForbid, RobotsUnknown

__all__ = ["MOST_ROBOTS_BYTES", "RobotsRules"]

MOST_ROBOTS_BYTES = 512 * 1024
MOST_HOPS = 5
MOST_KEPT_BYTES = 32_000_000
MOST_PARSED = 300
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class _File:
    packed: bytes  # of the body; b"" where there are no rules


class RobotsRules:
    """Downloader middleware in the place of ``RobotsTxtMiddleware``."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._parser = load_object(crawler.settings["ROBOTSTXT_PARSER"])
        self._files: OrderedDict[str, _File] = OrderedDict()
        self._bytes = 0
        self._parsed: OrderedDict[str, Any] = OrderedDict()

    @classmethod
    def from_crawler(cls, crawler: Any) -> RobotsRules:
        """Make the middleware."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let a request pass, or not.

        Raises
        ------
        RobotsForbid : the rules forbid it.
        RobotsUnknown : the server has an error where the rules should be.
        Exception : whatever happened on the way to the rules.
        """
        if request.meta.get("dont_obey_robotstxt"):
            return
        origin = origin_of(request.url)
        if origin not in self._files:
            self._keep(origin, await self._fetch(origin))
        self._files.move_to_end(origin)
        rules = self._rules(origin)
        if rules is None:
            return
        turns = self._crawler.spider.crawl.turns
        turns.slow_down(site_of(request.url), rules.crawl_delay(self._agent))
        if not rules.allowed(request.url, self._agent):
            raise RobotsForbid

    async def _fetch(self, origin: str) -> _File:
        url = f"{origin}/robots.txt"
        for _ in range(MOST_HOPS + 1):
            request = Request(
                url,
                callback=NO_CALLBACK,
                dont_filter=True,
                meta={
                    "dont_obey_robotstxt": True,
                    "download_slot": site_of(url),
                    "cap": MOST_ROBOTS_BYTES,
                },
            )
            response: Response = await self._crawler.engine.download_async(request)
            if response.status not in _REDIRECTS or "Location" not in response.headers:
                return self._read(response)
            url = urljoin(url, (response.headers["Location"] or b"").decode("latin-1"))
            if not url.lower().startswith(("http://", "https://")):
                raise Refused("robots.txt redirects to what is not http or https")
        return _File(b"")  # RFC 9309: after five redirects there may as well be none

    def _read(self, response: Response) -> _File:
        code = response.status
        if code >= 500 or code == 429:
            wait = response.headers.get("Retry-After")
            said = wait.decode("latin-1") if wait else None
            raise RobotsUnknown(f"robots.txt cannot be had (HTTP {code})", code, said)
        if not 200 <= code < 300:
            return _File(b"")
        body = response.body
        if len(body) >= MOST_ROBOTS_BYTES or "download_stopped" in response.flags:
            body = body[: body.rfind(b"\n") + 1]  # half a rule may say the contrary
        return _File(zlib.compress(body, 1) if body.strip() else b"")

    def _keep(self, origin: str, file: _File) -> None:
        self._files[origin] = file
        self._bytes += len(file.packed) + 200
        while self._bytes > MOST_KEPT_BYTES:
            oldest, gone = self._files.popitem(last=False)
            self._bytes -= len(gone.packed) + 200
            self._parsed.pop(oldest, None)

    def _rules(self, origin: str) -> Any | None:
        packed = self._files[origin].packed
        if not packed:
            return None
        rules = self._parsed.get(origin)
        if rules is None:
            rules = self._parser.from_crawler(self._crawler, zlib.decompress(packed))
            self._parsed[origin] = rules
            while len(self._parsed) > MOST_PARSED:
                self._parsed.popitem(last=False)
        self._parsed.move_to_end(origin)
        return rules
