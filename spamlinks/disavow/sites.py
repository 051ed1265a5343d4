"""Sites and pages that no line of a disavow file may hit."""

from __future__ import annotations

from collections.abc import Iterable

from spamlinks.disavow.entries import Entry, host_and_parents
from spamlinks.disavow.lines import Kind, Line
from spamlinks.urls import authority, canonical_url, linking_domain, one_spelling, parse_host

__all__ = ["Sites"]


class Sites:
    """Names to spare, looked up by line.

    Parameters
    ----------
    names : hosts, or URLs with a path, which stand for that one page.

    A ``domain:`` line hits a site when it names it, a part of it, or something above it; a URL line
    when it is one of the pages or a page of one of the hosts.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._within: dict[str, str] = {}
        self._above: dict[str, str] = {}
        self._pages: dict[str, str] = {}
        for name in names:
            host = parse_host(authority(name)).host
            if not host:
                continue
            page = "/" in name and canonical_url(name).partition("://")[2].partition("/")[2]
            if page:
                self._pages.setdefault(one_spelling(name), name)
            else:
                site = linking_domain(host) if host.startswith("www.") else host
                self._within.setdefault(site or host, name)
            for above in host_and_parents(host):
                self._above.setdefault(above, name)

    def __bool__(self) -> bool:
        return bool(self._above)

    def hit_by(self, line: Line | Entry) -> str | None:
        """Return the name that a line or entry hits, or None."""
        page = one_spelling(line.value) if line.kind is Kind.URL and self._pages else ""
        if page in self._pages:
            return self._pages[page]
        host = Entry(line.kind, line.value).host
        if line.kind is Kind.DOMAIN and host in self._above:
            return self._above[host]
        return next((self._within[n] for n in host_and_parents(host) if n in self._within), None)
