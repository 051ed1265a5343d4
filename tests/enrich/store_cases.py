"""Answers of every kind for the tests of the store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from spamlinks.enrich.answers import (
    AgeFacts,
    Answer,
    DnsFacts,
    LinkFacts,
    Lookup,
    PageFacts,
    Placement,
    State,
    What,
)

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
SITE = "shop.example"


def days(count: float) -> timedelta:
    return timedelta(days=count)


def page(number: int | str = 0, targets: tuple[str, ...] = ()) -> Lookup:
    return Lookup(What.PAGE, f"https://blog.example/{number}", SITE, targets)


def age(domain: str = "blog.example") -> Lookup:
    return Lookup(What.AGE, domain)


def home(domain: str = "blog.example") -> Lookup:
    return Lookup(What.HOME, domain)


def dns(host: str = "www.blog.example") -> Lookup:
    return Lookup(What.DNS, host)


def link(target: str = "https://shop.example/", **changes: object) -> LinkFacts:
    plain = {
        "target": target, "via": None, "kind": "text", "rel_nofollow": False, "rel_ugc": False,
        "rel_sponsored": False, "placement": Placement.MAIN, "hidden": None, "anchor": "shop",
        "left_context": "", "right_context": "", "links_around": 0,
    }  # fmt: skip
    return LinkFacts(**(plain | changes))  # type: ignore[arg-type]


def page_facts(*links: LinkFacts, url: str = "https://blog.example/0", **more: object) -> PageFacts:
    plain = {"http_code": 200, "content_type": "text/html", "words": 300, "external_links": 4}
    return PageFacts(url, links=links, **(plain | more))  # type: ignore[arg-type]


def fetched(lookup: Lookup, facts: object = None, at: datetime = NOW, code: int = 200) -> Answer:
    return Answer(lookup, State.FETCHED, at, code, facts=facts)  # type: ignore[arg-type]


AGE_FACTS = AgeFacts(
    date(2009, 5, 1), date(2027, 5, 1), date(2025, 4, 2), "Registrar Ltd",
    ("ns1.host.example", "ns2.host.example"), "abuse@registrar.example", "https://rdap.example/",
)  # fmt: skip
FULL_LINK = LinkFacts(
    "https://shop.example/a", "https://t.example/r?u=1", "image", True, True, True,
    Placement.FOOTER, "display none", "Buy", "left of it", "right of it", 17,
)  # fmt: skip
FULL_PAGE = PageFacts(
    "https://blog.example/new", ("http://blog.example/0", "https://blog.example/0"), 200,
    "text/html", 12_345, True, "Title", "de", "de-AT", "WordPress 6", 321, 12, 34, 9, 2,
    ("gambling", "loans"), 3, True, False, "https://blog.example/c", "parked because", "for sale",
    "directory", "sells", ("adsense:pub-1", "ga:UA-1"), (link(), FULL_LINK), "00ff",
)  # fmt: skip
DNS_FACTS = DnsFacts(
    ("192.0.2.7", "2001:db8::1"), ("ns1.host.example",), 64500, "Host AS", "shared", "ParkCo"
)
