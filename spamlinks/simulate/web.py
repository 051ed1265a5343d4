"""A generated profile as a web: what each host answers, so that fetching can be tried on it.

Everything is made up: texts are words put together, other sites are names that nobody serves. The
web shows what the columns of blocks facts and fetched say, as HTML of many makes.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import polars as pl

from spamlinks.errors import InputError
from spamlinks.simulate.markup import MATERIAL
from spamlinks.simulate.page_html import PageContent, PlacedLink, invented_domain, render_page
from spamlinks.urls import linking_domain

__all__ = ["Reply", "Web", "bare"]

_CHARSETS = {
    "en": ("windows-1252", "iso-8859-1"), "de": ("iso-8859-1", "windows-1252"),
    "fr": ("iso-8859-1", "windows-1252"), "es": ("iso-8859-1", "windows-1252"),
    "pt": ("iso-8859-1", "windows-1252"), "it": ("iso-8859-1", "windows-1252"),
    "nl": ("iso-8859-1", "windows-1252"), "ru": ("windows-1251", "koi8-r"),
    "pl": ("iso-8859-2", "windows-1250"), "cs": ("windows-1250", "iso-8859-2"),
    "tr": ("iso-8859-9", "windows-1254"), "ja": ("shift_jis", "euc-jp"), "ko": ("euc-kr", "euc-kr"),
}  # fmt: skip
"""Character sets of older pages by language."""

OLD_CHARSET = 0.2
"""Hosts that do not serve UTF-8; assumed."""

_NEEDED = (
    *("referring_page", "target_url", "anchor_text", "referring_page_title", "link_kind", "kind"),
    *("fetch_state", "fetched_link_found", "home_state", "rel_nofollow", "rel_ugc"),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answers. ``status`` 0: the connection is closed without any answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def bare(url: str) -> tuple[str, str]:
    """Host without ``www.`` and path with query of an address.

    >>> bare("https://www.a.example/b/?c=1"), bare("http://a.example")
    (('a.example', '/b/?c=1'), ('a.example', '/'))
    >>> bare("http://a.example/k%C3%BCche/")
    ('a.example', '/küche/')
    """
    parts = urlsplit(url)
    path = f"{parts.path or '/'}?{parts.query}".rstrip("?")
    return (parts.hostname or "").removeprefix("www."), unquote(path)


class Web:
    """The pages behind the rows of a generated profile.

    Parameters
    ----------
    backlinks : of ``generate``, with its columns of blocks facts and fetched and nothing hidden.
    seed : of all that the columns leave open; the same gives the same bytes.
    port : written into the addresses of the local web (``local``), None for none.

    Attributes
    ----------
    hosts : every name that answers, with and without ``www.``, in order.

    Raises
    ------
    InputError : a column is missing.
    """

    def __init__(self, backlinks: pl.DataFrame, *, seed: int = 0, port: int | None = None) -> None:
        missing = [name for name in _NEEDED if name not in backlinks.columns]
        if missing:
            problem = f"no column {missing[0]!r}"
            raise InputError("simulate", problem, "Give a profile of generate().")
        self.seed, self.port = seed, port
        self._pages: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._homes: dict[str, dict[str, Any]] = {}
        self._moved: dict[str, tuple[str, str]] = {}
        for row in backlinks.iter_rows(named=True):
            key = bare(row["referring_page"])
            self._pages.setdefault(key, []).append(row)
            self._homes.setdefault(key[0], row)
        for host, row in list(self._homes.items()):  # the start page is asked for at the domain
            self._homes.setdefault(linking_domain(host) or host, row)
        self.site = bare(backlinks["target_url"][0])[0]
        for key in self._pages:
            if self._pages[key][0]["fetched_elsewhere"]:
                self._moved[invented_domain(self._chance("moved", *key))] = key
        self._moved_of = {key: name for name, key in self._moved.items()}
        names = [*self._homes, *self._moved, self.site]
        self.hosts = tuple(sorted({*names, *(f"www.{name}" for name in names)}))

    def _chance(self, *of: str) -> random.Random:
        return random.Random("\n".join((str(self.seed), *of)))

    def local(self, url: str) -> str:
        """Address of a page in this web: plain http, on the web's port."""
        parts = urlsplit(url)
        port = f":{self.port}" if self.port else ""
        return parts._replace(scheme="http", netloc=f"{parts.hostname}{port}").geturl()

    def answer(self, host: str, path: str) -> Reply:
        """Answer a GET request.

        Parameters
        ----------
        host : as in the request's header, perhaps with a port.
        path : with query, percent-encoded or not.
        """
        path = unquote(path)
        host = host.rpartition(":")[0] if host.rsplit(":")[-1].isdigit() else host
        name = host.lower().removeprefix("www.")
        if name == self.site:
            return self._html("<title>The site</title><p>Welcome to the site.</p>", "utf-8")
        if name in self._moved:
            key = self._moved[name]
            return self._page(key, self._pages[key], moved=True)
        if name not in self._homes:
            return _error(404)
        if path == "/robots.txt":
            return self._robots(name)
        path, _, step = path.partition("?step=")
        rows = self._pages.get((name, path))
        if rows is not None:
            return self._visit(name, path, rows, int(step) if step.isdigit() else 0)
        if path == "/":
            return self._home(name)
        return _error(404)

    def _robots(self, name: str) -> Reply:
        closed = [p for (h, p), rows in self._pages.items()
                  if h == name and rows[0]["fetch_state"] == "robots"]  # fmt: skip
        if self._homes[name]["home_state"] == "robots" and "/" not in closed:
            closed.append("/")
        if not closed and self._chance("robots", name).random() < 0.4:
            return _error(404)
        lines = ["User-agent: *", "Disallow: /admin/", *(f"Disallow: {path}$" for path in closed)]
        return Reply(200, {"Content-Type": "text/plain"}, ("\n".join(lines) + "\n").encode())

    def _visit(self, name: str, path: str, rows: list[dict[str, Any]], step: int) -> Reply:
        row = rows[0]
        state = row["fetch_state"]
        if state == "robots":  # nobody should ask; who does sees the page
            return self._page((name, path), rows)
        if state != "fetched":
            return _error(row["fetched_http_code"] or (404 if state == "absent" else 0))
        steps = row["fetched_redirects"] - bool(row["fetched_elsewhere"])
        if step < steps:
            return _moved_to(f"{self.local(f'http://{name}{path}')}?step={step + 1}")
        if row["fetched_elsewhere"]:
            if row["link_kind"] == "redirect" and row["fetched_link_found"]:
                return _moved_to(self.local(row["target_url"]))
            other = self._moved_of[name, path]
            return _moved_to(self.local(f"http://{other}{path}"))
        return self._page((name, path), rows)

    # Pages

    def _template(self, row: dict[str, Any]) -> str:
        """Members of a network look alike; others choose by the host's name."""
        owner = row["network"] or bare(row["referring_page"])[0]
        return str(self._chance("template", owner).choice(MATERIAL["templates"][row["kind"]]))

    def _page(
        self, key: tuple[str, str], rows: list[dict[str, Any]], *, moved: bool = False
    ) -> Reply:
        row, chance = rows[0], self._chance("page", *key)
        if row["fetched_words"] is None:  # the page of an old counter that now leads elsewhere
            return self._html("<title>Gone</title><p>Nothing is here any more.</p>", "utf-8")
        parked = bool(row["fetched_parked"])
        host = self._moved_of[key] if moved else key[0]
        links = [] if parked else [_placed(r, chance) for r in rows if _stands(r)]
        canonical = ""
        if row["fetched_canonical_elsewhere"]:
            canonical = f"https://{invented_domain(chance)}{key[1]}"
        elif chance.random() < 0.5:
            canonical = self.local(f"http://{host}{key[1]}")
        content = PageContent(
            host=host,
            language=row["fetched_language"],
            title=key[0] if parked else row["referring_page_title"] or key[0],
            template="parking" if parked else self._template(row),
            words=row["fetched_words"],
            external=row["fetched_external_links"],
            internal=row["fetched_internal_links"],
            linked=row["fetched_linked_domains"],
            trade_words=row["fetched_trade_words"],
            trade_links=row["fetched_trade_links"],
            trades=tuple((row.get("fetched_trades") or "").split()),
            parked=parked,
            for_sale=bool(row["fetched_for_sale"]),
            directory=bool(row["fetched_directory"]),
            sells_links=bool(row["fetched_sells_links"]),
            generator=row["fetched_generator"] or "",
            noindex=_noindex(row["fetched_noindex"], chance),
            canonical=canonical,
            ids=tuple(row["fetched_ids"].split()),
            links=tuple(links),
        )
        return self._rendered(content, chance)

    def _home(self, name: str) -> Reply:
        row, chance = self._homes[name], self._chance("home", name)
        state = row["home_state"]
        if state in ("blocked", "failed", "absent"):
            code = {"blocked": 403, "failed": chance.choice([0, 500, 503]), "absent": 404}[state]
            return _error(code)
        if row["home_words"] is None:
            return self._html("<title>Closed</title><p>Closed to robots.</p>", "utf-8")
        parked = bool(row["home_parked"])
        external = row["home_external_links"]
        content = PageContent(
            host=name,
            language=row["home_language"],
            title=name,
            template="parking" if parked else self._template(row),
            words=row["home_words"],
            external=external,
            internal=chance.randint(1, 5) if parked else chance.randint(4, 60),
            linked=max(1, round(external * chance.uniform(0.4, 1))),
            trade_words=row["home_trade_words"],
            trade_links=min(external, row["home_trade_words"]),
            trades=tuple((row.get("home_trades") or "").split()),
            parked=parked,
            generator=row["fetched_generator"] or "",
            ids=tuple((row["fetched_ids"] or "").split()),
        )
        return self._rendered(content, chance)

    def _rendered(self, content: PageContent, chance: random.Random) -> Reply:
        of_host = self._chance("charset", content.host)
        charset = "utf-8"
        if of_host.random() < OLD_CHARSET:
            charset = of_host.choice(_CHARSETS[content.language])
        in_head, in_header = of_host.random() < 0.75, of_host.random() < 0.6
        if not in_head and not in_header:
            in_head = True
        text = render_page(content, chance, charset if in_head else "")
        headers = {} if content.noindex != "header" else {"X-Robots-Tag": "noindex"}
        return self._html(text, charset, named=in_header, headers=headers)

    @staticmethod
    def _html(
        text: str, charset: str, *, named: bool = True, headers: Mapping[str, str] | None = None
    ) -> Reply:
        kind = f"text/html; charset={charset}" if named else "text/html"
        body = text.encode(charset, "xmlcharrefreplace")
        return Reply(200, {"Content-Type": kind, **(headers or {})}, body)


def _stands(row: dict[str, Any]) -> bool:
    return bool(row["fetched_link_found"]) and row["fetched_placement"] is not None


def _placed(row: dict[str, Any], chance: random.Random) -> PlacedLink:
    marks = ["nofollow"] if row["rel_nofollow"] else []
    marks += ["ugc"] if row["rel_ugc"] else []
    marks += ["sponsored"] if row["rel_sponsored"] else []
    if chance.random() < 0.2:
        marks.append("noopener")
    chance.shuffle(marks)
    return PlacedLink(
        href=row["target_url"],
        anchor=row["anchor_text"] or "",
        placement=row["fetched_placement"],
        rel=" ".join(marks),
        image=row["link_kind"] == "image",
        hidden=bool(row["fetched_link_hidden"]),
        around=row["fetched_links_around"] or 0,
        left=row["left_context"] or "",
        right=row["right_context"] or "",
    )


def _noindex(wanted: bool, chance: random.Random) -> str:
    if not wanted:
        return ""
    return "header" if chance.random() < 0.2 else "meta"


def _moved_to(url: str) -> Reply:
    return Reply(301, {"Location": quote(url, safe=":/?=&%")})


def _error(status: int) -> Reply:
    if not status:
        return Reply(0)
    headers = {"Content-Type": "text/html; charset=utf-8"}
    if status == 429:
        headers["Retry-After"] = "3600"
    text = f"<html><title>{status}</title><body><h1>{status}</h1></body></html>"
    return Reply(status, headers, text.encode())
