"""The generated web shows what the columns say, to a reader that shares no code with it."""

from __future__ import annotations

import http.client
import random
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import polars as pl
import pytest
from plain_reader import PlainReader

from spamlinks.errors import InputError
from spamlinks.simulate import KINDS, generate
from spamlinks.simulate.markup import MATERIAL, anchor_tag, read_template
from spamlinks.simulate.page_html import PageContent, PlacedLink, render_page
from spamlinks.simulate.web import Reply, Web, bare
from spamlinks.simulate.words import LANGUAGES
from spamlinks.urls import linking_domain

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from local_web import LocalWeb, Registry  # benchmarks is a folder of scripts, not a package


@pytest.fixture(scope="module")
def made() -> pl.DataFrame:
    return generate(420, seed=14, spam_share=0.4)


@pytest.fixture(scope="module")
def web(made) -> Web:
    return Web(made, seed=3)


def visit(web: Web, url: str) -> tuple[Reply, str, list[str]]:
    """The last answer, its address and the addresses on the way."""
    way: list[str] = []
    while True:
        parts = urlsplit(url)
        path = f"{parts.path or '/'}?{parts.query}".rstrip("?")
        reply = web.answer(parts.hostname or "", path)
        if reply.status != 301 or len(way) > 5:
            return reply, url, way
        way.append(url)
        url = reply.headers["Location"]


def text_of(reply: Reply) -> str:
    """The page as a browser decodes it: by the header, else by the head."""
    said = reply.headers["Content-Type"] + reply.body[:400].decode("ascii", "replace")
    found = re.search(r"charset=[\"']?([\w-]+)", said)
    return reply.body.decode(found[1] if found else "utf-8")


@pytest.fixture(scope="module")
def seen(made, web) -> list[tuple[dict[str, Any], PlainReader, str]]:
    """Each page that shows something, read once, with its first row."""
    out = []
    for rows in web._pages.values():
        row = rows[0]
        if row["fetch_state"] == "fetched" and row["fetched_words"] is not None:
            reply, url, _ = visit(web, web.local(row["referring_page"]))
            assert reply.status == 200
            out.append((row, PlainReader(text_of(reply)), url))
    assert len(out) > 200
    return out


def agreeing(seen, same) -> float:
    return sum(map(bool, (same(*page) for page in seen))) / len(seen)


# What the columns say


def test_a_page_has_the_links_of_its_columns(seen) -> None:
    for row, page, url in seen:
        assert len(page.outside(url)) == row["fetched_external_links"], url
        domains = {linking_domain(urlsplit(link.href).hostname) for link in page.outside(url)}
        assert abs(len(domains) - row["fetched_linked_domains"]) <= 1, url
    inner = lambda row, page, url: (  # noqa: E731
        abs(len(page.links) - len(page.outside(url)) - row["fetched_internal_links"]) <= 3
    )
    assert agreeing(seen, inner) > 0.95


def test_a_page_has_the_words_of_its_columns(seen) -> None:
    near = lambda row, page, _: (  # noqa: E731
        abs(page.words - row["fetched_words"]) <= 8 + 0.1 * row["fetched_words"]
    )
    assert agreeing(seen, near) > 0.93


def test_a_page_says_what_its_head_should(seen) -> None:
    for row, page, url in seen:
        parked = row["fetched_parked"] != ""
        assert parked or page.title == row["referring_page_title"]
        assert page.meta.get("generator") == row["fetched_generator"]
        if "noindex" in page.meta.get("robots", "").lower():
            assert row["fetched_noindex"]
        elsewhere = bool(page.canonical) and bare(page.canonical)[0] != bare(url)[0]
        assert elsewhere == row["fetched_canonical_elsewhere"]
        code = " ".join(page.code)
        for name in row["fetched_ids"].split():
            assert name.split(":")[1] in code, f"{name} is in no script of {url}"
        if not row["fetched_ids"]:
            assert not re.search(r"UA-\d|G-[A-Z0-9]{8}|pub-\d|GTM-|ym\(", code)


def test_noindex_is_said_in_the_page_or_in_the_header(web) -> None:
    said = Counter()
    for rows in web._pages.values():
        row = rows[0]
        if row["fetched_noindex"] is not None:
            reply, _, _ = visit(web, web.local(row["referring_page"]))
            head = "noindex" in reply.headers.get("X-Robots-Tag", "")
            meta = b"noindex" in reply.body.lower()
            assert (head or meta) == row["fetched_noindex"]
            said[head, meta] += 1
    assert said[False, True] > said[True, False] > 0


def test_the_link_is_where_the_columns_put_it(made, web, seen) -> None:
    pages = {bare(row["referring_page"]): page for row, page, _ in seen}
    places: Counter[bool] = Counter()
    for row in made.iter_rows(named=True):
        page = pages.get(bare(row["referring_page"]))
        if page is None:
            continue
        ours = [link for link in page.links if bare(link.href)[0] == "shop.example"]
        if not row["fetched_link_found"]:
            assert all(link.href != row["target_url"] for link in ours)
            continue
        links = [link for link in ours if link.href == row["target_url"]]
        assert links, row["referring_page"]
        wanted = {name for name in ("nofollow", "ugc", "sponsored") if row[f"rel_{name}"]}
        image = row["link_kind"] == "image"
        alike = [
            link
            for link in links
            if (link.rel - {"noopener"}, link.hidden, link.images > 0)
            == (wanted, row["fetched_link_hidden"], image)
        ]
        assert alike, f"{row['referring_page']}: {links}"
        assert image or any(link.text == row["anchor_text"] for link in alike)
        places[any(link.place == row["fetched_placement"] for link in alike)] += 1
    assert places[True] / places.total() > 0.95, places


def test_trade_words_are_on_the_page(seen) -> None:
    for row, page, _ in seen:
        text = " ".join(page.visible).lower()
        known = [w for words in MATERIAL["trade words"].values() for w in words.split()]
        found = sum(re.search(rf"\b{word}\b", text) is not None for word in known)
        assert found <= row["fetched_trade_words"] + 1
        if row["fetched_trade_words"] >= 5:
            assert found > 0.5 * row["fetched_trade_words"]


@pytest.mark.parametrize("name", ["parked", "for_sale", "directory", "sells_links"])
def test_a_page_says_that_it_is_parked_for_sale_a_directory_a_seller(seen, name) -> None:
    for row, page, _ in seen:
        text = " ".join(" ".join(page.visible).split())
        said = any(
            re.search(re.escape(phrase).replace(r"\{name\}", r"\S+"), text)
            for phrase in MATERIAL[name]
        )
        assert said == (row[f"fetched_{name}"] != ""), row["referring_page"]


# How hosts answer


def test_every_state_is_answered_as_it_should_be(made, web) -> None:
    seen = Counter()
    for row in made.unique("referring_page").iter_rows(named=True):
        first = web._pages[bare(row["referring_page"])][0]
        reply, url, way = visit(web, web.local(row["referring_page"]))
        state = first["fetch_state"]
        seen[state] += 1
        if state == "fetched":
            assert len(way) == first["fetched_redirects"]
            other = linking_domain(urlsplit(url).hostname) != linking_domain(
                urlsplit(row["referring_page"]).hostname
            )
            assert other == first["fetched_elsewhere"]
        elif state == "absent":
            assert reply.status in (404, 410)
        elif state == "blocked":
            assert reply.status in (401, 403, 429)
            assert ("Retry-After" in reply.headers) == (reply.status == 429)
        elif state == "failed":
            assert reply.status in (0, 500, 502, 503)
    assert set(seen) == {"fetched", "absent", "blocked", "failed", "robots"}


def test_robots_txt_forbids_the_pages_that_it_should(web) -> None:
    closed = 0
    for (host, path), rows in web._pages.items():
        reply = web.answer(host, "/robots.txt")
        lines = reply.body.decode().splitlines() if reply.status == 200 else []
        assert reply.status in (200, 404)
        forbidden = f"Disallow: {path}$" in lines
        assert forbidden == (rows[0]["fetch_state"] == "robots")
        closed += forbidden
    assert closed > 3


def test_start_pages_show_what_their_columns_say(web) -> None:
    checked = 0
    for host, row in web._homes.items():
        reply, url, _ = visit(web, f"http://{host}/")
        if row["home_state"] != "fetched":
            assert reply.status != 200 or row["home_state"] == "robots"
            continue
        if (host, "/") in web._pages or row["home_words"] is None:
            continue
        page = PlainReader(text_of(reply))
        assert len(page.outside(url)) == row["home_external_links"]
        checked += abs(page.words - row["home_words"]) <= 10 + 0.15 * row["home_words"]
    assert checked > 100


def test_other_addresses_and_hosts_are_not_there(web) -> None:
    host = next(iter(web._homes))
    assert web.answer(host, "/no/such/page").status == 404
    assert web.answer("nobody.example", "/").status == 404
    assert web.answer("shop.example:8080", "/x").status == 200


def test_a_page_is_the_same_under_every_spelling(web) -> None:
    for host, path in list(web._pages)[:40]:
        one = web.answer(host, path)
        assert one == web.answer(f"www.{host}:8080", quote(path, safe="/?=&"))


# Variety and determinism


def test_the_same_seed_gives_the_same_bytes(made, web) -> None:
    again, other = Web(made, seed=3), Web(made, seed=4)
    assert again.hosts == web.hosts
    differ = 0
    for host, path in list(web._pages)[:80]:
        assert again.answer(host, path) == web.answer(host, path)
        differ += other.answer(host, path) != web.answer(host, path)
    assert differ > 40


def test_pages_are_of_many_makes(web, seen) -> None:
    shapes = Counter()
    for _, page, url in seen:
        chains = [" ".join(link.names) for link in page.outside(url)[:12]]
        shapes["\n".join(chains)] += 1
    assert len(shapes) > 0.3 * len(seen), "one template would teach a reader one template"
    assert shapes.most_common(1)[0][1] < 0.1 * len(seen)
    sets = Counter(
        re.search(r"charset=[\"']?([\w-]+)", r.headers["Content-Type"] + r.body[:400].decode("ascii", "replace"))[1].lower()  # noqa: E501
        for r in (visit(web, f"http://{host}{path}")[0] for host, path in web._pages)
        if r.status == 200 and r.body
    )  # fmt: skip
    assert len(sets) >= 3
    assert sets["utf-8"] > sets.total() / 2


def test_networks_share_a_template_and_kinds_have_several(web) -> None:
    of: dict[str, set[str]] = {}
    kinds: dict[str, set[str]] = {}
    for rows in web._pages.values():
        template = web._template(rows[0])
        if rows[0]["network"]:
            of.setdefault(rows[0]["network"], set()).add(template)
        kinds.setdefault(rows[0]["kind"], set()).add(template)
    assert all(len(templates) == 1 for templates in of.values())
    assert sum(len(templates) > 1 for templates in kinds.values()) > 10


def test_the_material_is_whole() -> None:
    assert set(MATERIAL["templates"]) == set(KINDS)
    assert set(MATERIAL["common words"]) == set(LANGUAGES)
    parts = {"page", "header", "nav", "sidebar", "comments", "footer", "text", "list", "item",
             "remark", "block", "entry"}  # fmt: skip
    for name in {*(t for names in MATERIAL["templates"].values() for t in names), "parking"}:
        template = read_template(name)
        assert parts <= set(template), name
        slots = {"main", "header", "nav", "sidebar", "comments", "footer", "head", "scripts"}
        assert slots <= set(re.findall(r"\{\{(\w+)\}\}", template["page"].text)), name


HOSTILE = "<script>alert(1)</script>\" onmouseover='x' &amp; ]]>"


def test_texts_are_escaped() -> None:
    """Titles, anchors and addresses may come from a pool of names that anybody wrote."""
    link = PlacedLink("https://shop.example/?a=1&b=\"'><b>", HOSTILE, "main", left=HOSTILE)
    content = PageContent(
        host="a.example", language="en", title=HOSTILE, template="plain", words=80, external=3,
        internal=2, linked=2, generator=HOSTILE, canonical=f"https://b.example/{HOSTILE}",
        links=(link,),
    )  # fmt: skip
    text = render_page(content, random.Random(1))
    assert "<script>alert" not in text.replace("&lt;", "")
    page = PlainReader(text)
    assert page.title == HOSTILE
    assert link.href in [found.href for found in page.links]
    assert HOSTILE in [found.text for found in page.links]
    assert anchor_tag(random.Random(1), "a\"'", "x").count("<") == 2


def test_a_frame_without_what_was_looked_up_is_told() -> None:
    with pytest.raises(InputError, match="no column 'fetch_state'"):
        Web(generate(5, fetched=False))


# Served on this machine


def test_the_web_and_the_registry_are_served_on_loopback(made, web) -> None:
    with LocalWeb(web, addresses=20) as served, Registry(made) as registry:
        assert all(address.startswith("127.0.") for address in served.hosts.values())
        assert len(set(served.hosts.values())) > 10
        assert set(served.hosts) == set(web.hosts)
        for host, path in list(web._pages)[:25]:
            address, port = served.hosts[host].split(":")
            connection = http.client.HTTPConnection(address, int(port), timeout=10)
            wanted = web.answer(host, path)
            try:
                connection.request("GET", quote(path, safe="/?=&"), headers={"Host": host})
                if not wanted.status:
                    with pytest.raises(http.client.RemoteDisconnected):
                        connection.getresponse()
                    continue
                reply = connection.getresponse()
                assert (reply.status, reply.read()) == (wanted.status, wanted.body)
                assert served.asked[host] > 0
            finally:
                connection.close()
        name = linking_domain(next(iter(web._homes)))
        connection = http.client.HTTPConnection("127.0.0.1", registry.port, timeout=10)
        connection.request("GET", f"/domain/{name}")
        body = connection.getresponse().read().decode()
        connection.request("GET", "/domain/nobody.example")
        assert connection.getresponse().status == 404
        connection.close()
        row = made.filter(pl.col("referring_page").str.contains(name, literal=True)).row(
            0, named=True
        )
        assert str(row["domain_created_on"]) in body
        assert row["domain_registrar"] in body
