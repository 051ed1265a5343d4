"""A store as ``spamlinks enrich`` leaves it, for the example export of addresses.

The pages are those of the generated web (``web``), read by the reader that reads fetched ones; no
server is started and nothing is asked. Of the registries only the answers are made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl

from spamlinks.enrich.answers import AgeFacts, Answer, Lookup, PageFacts, State, What
from spamlinks.enrich.store import Store
from spamlinks.simulate.web import Reply, Web, bare
from spamlinks.urls import linking_domain

__all__ = ["write_example_store"]

PAGES = 2
"""Pages of a domain that were looked up."""

HOPS = 5
_REFUSED = (401, 403, 429, 451)


def write_example_store(
    path: Path, links: pl.DataFrame, export: pl.DataFrame, *, seed: int, site: str, day: date
) -> None:
    """Write a store of what looking up an export would find.

    Parameters
    ----------
    path : file to write; one that is there is replaced.
    links : of ``generate``, the whole profile.
    export : rows of it that were exported.
    day : when everything was looked up.

    Raises
    ------
    OutputError : the file cannot be written.
    """
    path.unlink(missing_ok=True)
    at = datetime.combine(day, time(9), UTC)
    names = [linking_domain(page) for page in export["referring_page"]]
    chosen = (
        export.with_columns(domain=pl.Series(names))
        .unique("referring_page", keep="first", maintain_order=True)
        .with_columns(place=pl.int_range(pl.len()).over("domain"))
        .filter(pl.col("place") < PAGES)
    )
    web = Web(links, seed=seed)
    with Store.open(path, create=True) as store:
        for part in (
            _ages(chosen, at),
            _pages(web, chosen, links, site, at),
            _homes(web, chosen, links, at),
        ):
            store.save(list(part))


def _ages(chosen: pl.DataFrame, at: datetime) -> Iterator[Answer]:
    for row in chosen.unique("domain", keep="first", maintain_order=True).iter_rows(named=True):
        lookup = Lookup(What.AGE, row["domain"])
        if (day := row["domain_created_on"]) is None:
            yield Answer(lookup, State.ABSENT, at, None, "the registry offers no RDAP")
            continue
        servers = tuple((row["domain_name_servers"] or "").split())
        facts = AgeFacts(day, row["domain_expires_on"], None, row["domain_registrar"], servers)
        yield Answer(lookup, State.FETCHED, at, 200, "", None, facts)


def _pages(
    web: Web, chosen: pl.DataFrame, links: pl.DataFrame, site: str, at: datetime
) -> Iterator[Answer]:
    closed = _closed(links, "fetch_state")
    for number, row in enumerate(chosen.iter_rows(named=True)):
        target = row["target_url"]
        lookup = Lookup(What.PAGE, row["referring_page"], site, (target,) if target else ())
        when = at + timedelta(seconds=number)
        yield _visited(web, lookup, row["referring_page"], closed, site, when)


def _homes(web: Web, chosen: pl.DataFrame, links: pl.DataFrame, at: datetime) -> Iterator[Answer]:
    """Start pages of every second domain, as of those whose verdict was open."""
    closed = _closed(links, "home_state")
    homes = chosen["domain"].unique(maintain_order=True).gather_every(2)
    for number, domain in enumerate(homes):
        when = at + timedelta(hours=1, seconds=number)
        yield _visited(web, Lookup(What.HOME, domain), f"http://{domain}/", closed, "", when)


def _closed(links: pl.DataFrame, state: str) -> set[Any]:
    """What robots.txt closes: pages as (host, path), or hosts for start pages."""
    rows = links.filter(pl.col(state) == State.ROBOTS.value)["referring_page"]
    return {bare(page) if state == "fetch_state" else bare(page)[0] for page in rows}


def _visited(
    web: Web, lookup: Lookup, url: str, closed: set[Any], site: str, at: datetime
) -> Answer:
    """Ask the generated web as the crawler would ask a real one."""
    from spamlinks.enrich.page import read_page  # late: it needs what fetches

    host, path = bare(url)
    if (host, path) in closed or (host in closed and lookup.what is What.HOME):
        return Answer(lookup, State.ROBOTS, at, None, "robots.txt forbids it")
    redirects: list[str] = []
    reply, here = _ask(web, url), url
    while reply.status in (301, 302) and len(redirects) < HOPS:
        redirects.append(here)
        here = reply.headers["Location"]
        reply = _ask(web, here)
    code = reply.status
    hops = tuple(redirects)
    if code == 200:
        facts = read_page(
            reply.body, url=url, final_url=here, site=site, targets=lookup.targets,
            headers=reply.headers, redirects=hops,
        )  # fmt: skip
        return Answer(lookup, State.FETCHED, at, code, "", None, facts)
    bare_facts = PageFacts(here, hops, code) if code else None
    if code in (404, 410):
        return Answer(lookup, State.ABSENT, at, code, f"HTTP {code}", None, bare_facts)
    if code in _REFUSED:
        return Answer(lookup, State.BLOCKED, at, code, f"HTTP {code}", None, bare_facts)
    reason = f"HTTP {code}" if code else "the connection was closed"
    return Answer(lookup, State.FAILED, at, code or None, reason, None, bare_facts)


def _ask(web: Web, url: str) -> Reply:
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return web.answer(parts.hostname or "", f"{parts.path or '/'}{query}")
