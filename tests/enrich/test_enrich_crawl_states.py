"""Every way a page can be, served by a real server, and the state it ends in."""

# ruff: noqa: E501 - a table

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("scrapy")

import brotli
from crawl_runs import AGENT, SITE, answers, crawl, order, plan
from web_server import Handler, Page, Request, Web, bomb, broken, drip, endless, html, slow

from spamlinks.enrich.answers import Lookup, What

LINK = f'<p>Some words before <a href="https://{SITE}/x">our site</a> and after.</p>'


def to(url: str, code: int = 302) -> Page:
    """A redirect."""
    return Page(code=code, headers={"Location": url})


def packed(encoding: str, body: bytes) -> Page:
    return Page(body, headers={"Content-Encoding": encoding})


class Then:
    """Answers one after the other, the last for ever."""

    def __init__(self, *pages: Handler) -> None:
        self.pages = list(pages)

    async def __call__(self, request: Request, write: Any) -> None:
        page = self.pages.pop(0) if len(self.pages) > 1 else self.pages[0]
        await page(request, write)


PLAIN = LINK.encode()
BODY = b"<!doctype html><html><body>" + PLAIN + b"</body></html>"
LONG = b"<html><body>" + PLAIN + b"<p>word word word</p>" * 200_000

# Host and path -> what is served, the state, HTTP code, words of the reason, facts.
CASES: dict[str, tuple[Handler, str, int | None, str, dict[str, Any]]] = {
    "plain.test/": (html(LINK), "fetched", 200, "", {"links": 1, "truncated": False}),
    "plain.test/none": (html("nothing"), "fetched", 200, "", {"links": None, "words": 1}),
    "plain.test/gone": (Page(code=410), "absent", 410, "gone", {}),
    "plain.test/404": (Page(BODY, 404), "absent", 404, "not found", {"words": None}),
    "plain.test/401": (Page(code=401), "blocked", 401, "login", {}),
    "plain.test/403": (Page(BODY, 403), "blocked", 403, "forbidden", {}),
    "plain.test/451": (Page(code=451), "blocked", 451, "legal", {}),
    "plain.test/999": (Page(code=999), "blocked", 999, "denied", {}),
    "plain.test/418": (Page(code=418), "failed", 418, "HTTP 418", {}),
    "plain.test/300": (Page(code=300), "failed", 300, "HTTP 300", {}),
    "plain.test/pdf": (
        Page(b"%PDF-1.7" * 200_000, kind="application/pdf"),
        "fetched", 200, "", {"content_type": "application/pdf", "bytes_read": 0, "words": None},
    ),
    "plain.test/no-type": (Page(BODY, kind=""), "fetched", 200, "", {"links": 1}),
    "plain.test/empty": (Page(), "fetched", 200, "", {"links": None}),
    "plain.test/204": (Page(code=204), "fetched", 204, "", {}),
    # Wrong charset: the header says ASCII, the bytes are Windows-1251.
    "plain.test/charset": (
        Page("<html><body><p>привет</p>".encode("cp1251") + PLAIN, kind="text/html; charset=us-ascii"),
        "fetched", 200, "", {"links": 1},
    ),
    "plain.test/bad-charset": (
        Page(BODY, kind="text/html; charset=klingon"), "fetched", 200, "", {"links": 1},
    ),
    "plain.test/hidden": (
        html(f'<div style="display:none">{LINK}</div>'), "fetched", 200, "", {"links": 1},
    ),
    # Compression.
    "packed.test/gzip": (packed("gzip", gzip.compress(BODY)), "fetched", 200, "", {"links": 1}),
    "packed.test/br": (packed("br", brotli.compress(BODY)), "fetched", 200, "", {"links": 1}),
    "packed.test/deflate": (packed("deflate", zlib.compress(BODY)), "fetched", 200, "", {"links": 1}),
    "packed.test/bare": (
        packed("deflate", zlib.compress(BODY, wbits=-15)), "fetched", 200, "", {"links": 1},
    ),
    "packed.test/half": (
        packed("gzip", gzip.compress(BODY)[:-20]), "fetched", 200, "", {"truncated": True},
    ),
    "packed.test/not": (packed("gzip", BODY), "failed", None, "body is no gzip", {}),
    "packed.test/zstd": (packed("zstd", BODY), "failed", None, "not asked for", {}),
    "packed.test/thrice": (packed("gzip, gzip, gzip", BODY), "failed", None, "more than twice", {}),
    # Size, time and broken connections.
    "large.test/long": (Page(LONG), "fetched", 200, "", {"links": 1, "truncated": True, "bytes_read": 2_000_000}),
    "large.test/bomb": (bomb(), "fetched", 200, "", {"truncated": True, "bytes_read": 2_000_000}),
    "large.test/endless": (endless(), "fetched", 200, "", {"truncated": True, "bytes_read": 2_000_000}),
    "large.test/endless-video": (endless("video/mp4"), "fetched", 200, "", {"bytes_read": 0}),
    "drip.test/": (drip(), "fetched", 200, "", {"truncated": True}),
    "slow.test/": (slow(30), "failed", None, "no answer within 3 s", {}),
    "reset.test/": (broken(), "failed", None, "connection broken", {}),
    "cut.test/": (
        broken(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n" + BODY),
        "fetched", 200, "", {"truncated": True, "links": 1},
    ),
    "nocode.test/": (Page(code=10**20), "failed", None, "no HTTP", {"http_code": None}),
    "nohttp.test/": (broken(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "failed", None, "no HTTP", {}),
    "headers.test/long": (
        broken(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"a" * 3_000_000 + b"\r\n\r\n"),
        "failed", None, "", {},
    ),
    "headers.test/many": (
        broken(b"HTTP/1.1 200 OK\r\n", *[b"X-B: " + b"b" * 5000 + b"\r\n"] * 2000),
        "failed", None, "headers", {},
    ),
    "lines.test/odd": (
        broken(b"HTTP/1.1 200 OK\r\nno colon here\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + BODY),
        "fetched", 200, "", {"links": 1},
    ),
    # Errors that pass, and that stay.
    "again.test/once": (Then(Page(code=500), html(LINK)), "fetched", 200, "", {"links": 1}),
    "again.test/never": (Page(code=503), "failed", 503, "HTTP 503", {}),
    "again.test/429-short": (
        Then(Page(code=429, headers={"Retry-After": "0"}), html(LINK)), "fetched", 200, "", {},
    ),
    "later.test/": (Page(code=429, headers={"Retry-After": "172800"}), "blocked", 429, "too many", {}),
    # Redirects.
    "to.test/chain": (to("/chain2", 301), "fetched", 200, "", {"links": 1}),
    "to.test/chain2": (to("http://plain.test:PORT/", 307), "fetched", 200, "", {}),
    "to.test/loop": (to("/loop2"), "failed", 302, "circle", {}),
    "to.test/loop2": (to("/loop"), "failed", 302, "circle", {}),
    "to.test/self": (to("/self"), "failed", 302, "circle", {}),
    "to.test/0": (to("/1"), "failed", 302, "more than 5 redirects", {}),
    **{f"to.test/{n}": (to(f"/{n + 1}"), "", None, "", {}) for n in range(1, 9)},
    "to.test/3": (to("/4"), "failed", 302, "more than 5 redirects", {}),
    "to.test/4": (to("/5"), "fetched", 200, "", {"links": 1}),  # five of them
    "to.test/9": (html(LINK), "fetched", 200, "", {}),
    "to.test/metadata": (to("http://169.254.169.254/latest"), "failed", 302, "metadata", {}),
    "to.test/file": (to("file:///etc/passwd"), "failed", 302, "not http", {}),
    "to.test/ftp": (to("ftp://plain.test/"), "failed", 302, "not http", {}),
    "to.test/script": (to("javascript:alert(1)"), "failed", 302, "not http", {}),
    "to.test/port": (to("http://plain.test:22/"), "failed", 302, "port 22", {}),
    "to.test/user": (to("http://a:b@plain.test/"), "failed", 302, "user name", {}),
    "to.test/long": (to("http://plain.test/" + "a" * 9000), "failed", 302, "longer", {}),
    "to.test/site": (
        to(f"https://www.{SITE}/x"), "fetched", 302, "", {"final_url": f"https://www.{SITE}/x", "links": 1},
    ),
    "to.test/bare": (Page(code=302), "failed", 302, "HTTP 302", {}),
    "to.test/missing": (to("http://plain.test:PORT/404"), "absent", 404, "", {}),
    "to.test/forbidden": (to("http://robots.test:PORT/private/x"), "robots", None, "", {}),
    "to.test/meta": (
        html('<meta http-equiv="refresh" content="0; url=http://plain.test:PORT/">'),
        "fetched", 200, "", {"links": 1},
    ),
    "to.test/meta-twice": (
        html('<meta http-equiv=refresh content="1;url=/meta">'), "fetched", 200, "", {},
    ),
    "to.test/meta-later": (
        html(f'{LINK}<meta http-equiv=refresh content="600;url=/404">'), "fetched", 200, "", {"links": 1},
    ),
    "to.test/meta-site": (
        html(f'<meta http-equiv=refresh content="0;url=https://{SITE}/">'), "fetched", 200, "", {"links": 1},
    ),
    # robots.txt.
    "robots.test/robots.txt": (
        Page(b"User-agent: *\nDisallow: /all\nUser-agent: spamlinks\nDisallow: /private\n"
             b"Allow: /private/but\nCrawl-delay: 0.2\n", kind="text/plain"), "", None, "", {},
    ),
    "robots.test/private/x": (html(LINK), "robots", None, "robots.txt", {}),
    "robots.test/private/but": (html(LINK), "fetched", 200, "", {}),
    "robots.test/all": (html(LINK), "fetched", 200, "", {}),  # a group of our own: * is not for us
    "robots500.test/robots.txt": (Page(code=500), "", None, "", {}),
    "robots500.test/": (html(LINK), "failed", 500, "robots.txt", {}),
    "robots429.test/robots.txt": (Page(code=429), "", None, "", {}),
    "robots429.test/": (html(LINK), "blocked", 429, "robots.txt", {}),
    "robots403.test/robots.txt": (Page(code=403), "", None, "", {}),
    "robots403.test/": (html(LINK), "fetched", 200, "", {}),
    "robots-slow.test/robots.txt": (slow(30), "", None, "", {}),
    "robots-slow.test/": (html(LINK), "failed", None, "no answer", {}),
    "robots-to.test/robots.txt": (to("http://robots.test:PORT/robots.txt"), "", None, "", {}),
    "robots-to.test/private": (html(LINK), "robots", None, "", {}),
    "robots-loop.test/robots.txt": (to("/robots.txt"), "", None, "", {}),
    "robots-loop.test/": (html(LINK), "fetched", 200, "", {}),
    "robots-huge.test/robots.txt": (
        Page(b"User-agent: *\nDisallow: /first\n" + b"# filling\n" * 80_000 + b"Disallow: /\n", kind="text/plain"),
        "", None, "", {},
    ),
    "robots-huge.test/": (html(LINK), "fetched", 200, "", {}),
    "robots-huge.test/first": (html(LINK), "robots", None, "", {}),
    "robots-bomb.test/robots.txt": (bomb(), "", None, "", {}),
    "robots-bomb.test/": (html(LINK), "fetched", 200, "", {}),
    "robots-far.test/robots.txt": (to("http://169.254.169.254/robots.txt"), "", None, "", {}),
    "robots-far.test/": (html(LINK), "failed", None, "metadata", {}),
}  # fmt: skip

# What is asked although no page of the web is there.
OTHERS = {
    "ftp://plain.test/": ("failed", "not http"),
    "http://refused.test:REFUSED/": ("failed", "connection refused"),
    "http://plain.test:25/": ("failed", "port 25"),
    "http://0x7f.0.0.1:22/": ("failed", "port 22"),
    "http://169.254.169.254/latest/meta-data": ("failed", "metadata"),
    "http://[fe80::1]/": ("failed", "link-local"),
    "http://user:secret@plain.test:PORT/": ("fetched", ""),  # as anybody
    "https://plain.test:PORT/": ("failed", "no answer"),  # no TLS there
    "nonsense": ("failed", ""),
    "": ("failed", ""),
}


@dataclass(frozen=True)
class Run:
    """The one run that all these tests look at."""

    web: Web
    found: dict[str, dict[str, Any]]
    said: list[dict[str, Any]]


def placed(text: str, web: Web) -> str:
    return text.replace("REFUSED", str(web.port + 1)).replace("PORT", str(web.port))


def served(handler: Handler, web: Web) -> Handler:
    """The same page, with the port in it."""
    if not isinstance(handler, Page):
        return handler
    headers = {name: placed(value, web) for name, value in handler.headers.items()}
    body = (
        handler.body
        if len(handler.body) > 10_000
        else handler.body.replace(b"PORT", str(web.port).encode())
    )
    return Page(body, handler.code, headers, handler.kind, handler.wait)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with Web() as web:
        for url, (handler, *_) in CASES.items():
            host, _, path = url.partition("/")
            web.add(host, {f"/{path}": served(handler, web)}, address=web.addresses.get(host))
        web.add("refused.test")
        store = plan(
            tmp_path_factory.mktemp("states") / "store",
            [
                *(
                    f"http://{placed(url.replace('/', ':PORT/', 1), web)}"
                    for url, case in CASES.items()
                    if case[1]
                ),
                *(placed(url, web) for url in OTHERS),
            ],
        )
        said = crawl(order(store, web))
        yield Run(web, answers(store), said)


@pytest.mark.parametrize("url", [url for url, case in CASES.items() if case[1]])
def test_every_page_ends_in_its_state(run: Run, url: str) -> None:
    _, state, code, reason, facts = CASES[url]
    found = run.found[f"http://{placed(url.replace('/', ':PORT/', 1), run.web)}"]
    assert (found["state"], found["code"]) == (state, code), found
    assert reason in (found["reason"] or "")
    assert bool(found["reason"]) is (state != "fetched"), "whatever went wrong has a reason"
    assert {name: found[name] for name in facts} == facts


@pytest.mark.parametrize("url", OTHERS)
def test_what_must_not_or_cannot_be_asked_fails_with_a_reason(run: Run, url: str) -> None:
    found = run.found[placed(url, run.web)]
    assert found["state"] == OTHERS[url][0], found
    assert OTHERS[url][1] in (found["reason"] or "")


def test_the_run_ends_and_counts_right(run: Run) -> None:
    last = run.said[-1]
    assert (last["finished"], last["reason"], last["in_flight"]) == (True, "done", 0)
    assert last["done"] == sum(last["states"].values()) == len(run.found)
    assert last["requests"] >= len(run.web.seen)
    assert "troubles" not in last


def test_every_hop_is_on_record(run: Run) -> None:
    port = run.web.port
    found = run.found[f"http://to.test:{port}/chain"]
    assert found["redirects"] == [f"http://to.test:{port}/chain", f"http://to.test:{port}/chain2"]
    assert found["final_url"] == f"http://plain.test:{port}/"
    assert (
        run.found[f"http://to.test:{port}/meta-twice"]["final_url"] == f"http://to.test:{port}/meta"
    )


def test_a_later_time_that_was_asked_for_is_kept(run: Run) -> None:
    found = run.found[f"http://later.test:{run.web.port}/"]
    assert (found["again_at"] - found["at"]).days in (1, 2)


def test_nothing_is_asked_that_robots_forbid(run: Run) -> None:
    for host, path in (
        ("robots.test", "/private/x"),
        ("robots-to.test", "/private"),
        ("robots-huge.test", "/first"),
        ("robots429.test", "/"),
        ("robots500.test", "/"),
        ("robots-slow.test", "/"),
    ):
        assert path not in run.web.asked(host), host


def test_robots_are_asked_first_and_once(run: Run) -> None:
    for host in ("plain.test", "packed.test", "to.test", "robots403.test"):
        asked = run.web.asked(host)
        assert asked[0] == "/robots.txt"
        assert asked.count("/robots.txt") == 1, host


def test_who_asks_is_said_and_nothing_else_is_told(run: Run) -> None:
    for request in run.web.seen:
        assert request.headers["user-agent"] == AGENT, request.url
        assert {"cookie", "referer", "authorization", "from"}.isdisjoint(request.headers), request


def test_a_page_is_tried_as_often_as_the_settings_say(run: Run) -> None:
    assert run.web.asked("reset.test").count("/") == 3  # one try and two more
    assert run.web.asked("again.test").count("/never") == 3
    assert run.web.asked("plain.test").count("/404") == 2  # by itself, and as a redirect's end
    assert run.web.asked("plain.test").count("/403") == 1


def test_no_site_is_asked_twice_at_once_or_too_soon(run: Run) -> None:
    for host, times in run.web.times(by="host").items():
        gaps = [later - sooner for sooner, later in pairwise(times)]
        assert min(gaps, default=1.0) >= 0.05, host


def test_a_crawl_delay_is_kept(run: Run) -> None:
    times = [r.time for r in run.web.seen if r.host == "robots.test" and r.path != "/robots.txt"]
    assert len(times) == 2
    assert times[1] - times[0] >= 0.2


def test_cookies_are_never_sent_back(tmp_path: Path) -> None:
    with Web() as web:
        cookie = {"Set-Cookie": "id=1; Path=/"}
        start = web.add(
            "cookies.test",
            {"/": Page(BODY, headers=cookie), "/to": Page(code=302, headers={**cookie, "Location": "/"})},
        )  # fmt: skip
        crawl(order(plan(tmp_path / "store", [f"{start}/", f"{start}/to"]), web))
        assert web.asked("cookies.test") == ["/robots.txt", "/", "/to", "/"]
        assert all("cookie" not in request.headers for request in web.seen)


def test_pages_of_homes_are_found_where_they_are(tmp_path: Path) -> None:
    """https first, then http, then www; the port is mapped, since tests may not have port 80."""
    with Web() as web:
        for host in ("both.test", "www.only.test", "www.dead.test", "both.org"):
            web.add(host, {"/": html(host)})
        web.add("dead.test")
        hosts = {
            **{host: f"{address}:{web.port}" for host, address in web.hosts.items()},
            "dead.test": f"{web.addresses['dead.test']}:{web.port + 1}",
        }
        names = ["both.test", "dead.test", "only.test", "nowhere.test"]
        store = plan(tmp_path / "store", [Lookup(What.HOME, name) for name in names])
        crawl(order(store, web, hosts=hosts))
        found = answers(store, What.HOME)
    assert {name: found[name]["state"] for name in names} == {
        "both.test": "fetched", "dead.test": "fetched", "only.test": "fetched", "nowhere.test": "absent",
    }  # fmt: skip
    assert found["both.test"]["final_url"] == "http://both.test/"
    assert found["dead.test"]["final_url"] == "http://www.dead.test/"
    assert found["only.test"]["final_url"] == "http://www.only.test/"
    assert found["nowhere.test"]["reason"] == "name does not exist"
