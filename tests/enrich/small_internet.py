"""A small internet on this machine: the pages of an export, and the registry of their domains."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
from rdap_server import RdapServer
from web_server import Handler, Page, Web, html

SITE = "shop.example"


@dataclass
class SmallInternet:
    """What listens; ``options`` lead ``spamlinks enrich`` there."""

    export: Path
    web: Web
    registry: RdapServer
    hosts_file: Path

    @property
    def options(self) -> list[str]:
        """Arguments after the command's name and before what a test adds."""
        return [
            str(self.export), "--site", SITE, "--allow-private",
            "--hosts", str(self.hosts_file), "--rdap-server", self.registry.base,
        ]  # fmt: skip

    def pages_asked(self) -> list[str]:
        """Pages that were asked for, robots.txt aside, as host and path."""
        return [f"{r.host}{r.path}" for r in self.web.seen if r.path != "/robots.txt"]


class PlainWeb(Web):
    """A web without TLS that says so at once, instead of waiting for the end of a greeting."""

    def __enter__(self) -> Web:
        self.servers: list[asyncio.Server] = []
        return super().__enter__()

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        super().__exit__()

    async def _close(self) -> None:
        for server in self.servers:
            server.close()

    async def _listen(self, addresses: Iterable[str]) -> None:
        for address in sorted(set(addresses) - self._listening):
            self._listening.add(address)
            server = await asyncio.start_server(self._talk, address, self.port, backlog=500)
            self.servers.append(server)

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str
    ) -> bool:
        first = await reader.readexactly(1)
        if first == b"\x16":
            raise ConnectionResetError
        reader._buffer[:0] = first  # type: ignore[attr-defined] # there is no public way back
        return await super()._answer(reader, writer, address)


def page_with_link(number: int) -> Page:
    """A page of some words with one link to the site; every third of them nofollow."""
    rel = ' rel="nofollow"' if number % 3 == 0 else ""
    words = " ".join(f"word{(number * 7 + i) % 50}" for i in range(120))
    return html(
        f'<main><p>{words} <a href="https://{SITE}/p{number}"{rel}>the shop {number}</a> {words}'
        f'</p></main><a href="https://other{number}.example/">other</a>',
        title=f"Page {number}",
    )


@contextmanager
def small_internet(
    folder: Path, urls: list[str], robots: Handler | None = None
) -> Iterator[SmallInternet]:
    """Serve these pages, all of them by http on one port, and write an export that lists them."""
    export = folder / "links.csv"
    pl.DataFrame({"referring_page": urls, "target_url": f"https://{SITE}/"}).write_csv(export)
    web = PlainWeb()
    for number, url in enumerate(urls):
        parts = urlsplit(url)
        host = str(parts.hostname)
        if host not in web.sites:
            web.add(host, {"/robots.txt": robots or Page(b"User-agent: *\nDisallow: /private\n")})
            web.sites[host]["/"] = html("<p>welcome</p>", title="Start")
        web.sites[host][parts.path] = page_with_link(number)
    hosts_file = folder / "hosts.json"
    with web, RdapServer("127.0.6.1") as registry:
        places = {host: f"{address}:{web.port}" for host, address in web.hosts.items()}
        hosts_file.write_text(json.dumps(places))
        yield SmallInternet(export, web, registry, hosts_file)
