"""What an answer says before its page is read."""

from __future__ import annotations

from collections.abc import Sequence

from scrapy.http import Headers, Response
from w3lib.html import get_meta_refresh

from spamlinks.enrich.answers import PageFacts
from spamlinks.enrich.crawl.frontier import Job
from spamlinks.enrich.crawl.outcomes import is_code

__all__ = ["bare_facts", "content_type", "headers_of", "refresh_of"]

SOON = 5.0
"""Seconds up to which a refresh in a page counts as a redirect."""
REFRESH_BYTES = 16 * 1024


def bare_facts(job: Job, response: Response) -> PageFacts:
    """What is known without reading the body."""
    cut = {"download_stopped", "cut", "dataloss"} & set(response.flags)
    return PageFacts(
        final_url=response.url,
        redirects=tuple(job.hops),
        http_code=response.status if is_code(response.status) else None,
        content_type=content_type(response.headers) or None,
        bytes_read=len(response.body),
        truncated=bool(cut) and not response.meta.get("no_page"),
    )


def content_type(headers: Headers) -> str:
    """Return the content type in lower case without parameters, "" for none."""
    value = headers.get("Content-Type") or b""
    return value.partition(b";")[0].decode("latin-1").strip().lower()[:100]


def headers_of(response: Response) -> dict[str, str]:
    """Return the headers, names in lower case, several of one name joined by commas."""
    return {
        name.decode("latin-1").lower(): b", ".join(response.headers.getlist(name)).decode("latin-1")
        for name in response.headers
    }


def refresh_of(response: Response) -> str | None:
    """Return where the page sends its reader within seconds, by meta element or header."""
    start = response.body[:REFRESH_BYTES]
    found: Sequence[object] = (None, None)
    if b"refresh" in start.lower():
        found = get_meta_refresh(start.decode("latin-1"), response.url, "utf-8")
    seconds, url = found
    if not isinstance(seconds, float) or not isinstance(url, str) or seconds > SOON:
        return None
    return url if url.lower().startswith(("http://", "https://")) else None
