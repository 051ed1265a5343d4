"""What stands on an address: the list, its rules, and what a store shows by itself."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from importlib.resources import files

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.enrich.addresses import why_refused
from spamlinks.enrich.asn import Network, find_networks, networks
from spamlinks.enrich.hosting import KINDS, discount_shared, recognise
from spamlinks.urls import is_public_suffix, parse_host

DATA = files("spamlinks").joinpath("data")
SERVICES = json.loads(DATA.joinpath("hosting.json").read_text("utf-8"))["services"]
NAMES = [service["name"] for service in SERVICES]


@pytest.mark.parametrize(
    ("addresses", "hosting", "service"),
    [
        (["104.16.1.1"], "cdn", "Cloudflare"),
        (["2606:4700::6810:1"], "cdn", "Cloudflare"),
        (["151.101.1.195"], "cdn", "Fastly"),
        (["23.1.2.3"], "cdn", "Akamai"),
        (["13.225.1.1"], "cdn", "Amazon CloudFront"),
        (["142.250.74.19"], "cdn", "Google front ends"),
        (["185.199.108.153"], "shared", "GitHub Pages"),  # Fastly's network, GitHub's address
        (["2606:50c0:8003::153"], "shared", "GitHub Pages"),
        (["23.227.38.65"], "shared", "Shopify"),  # Cloudflare's network, Shopify's address
        (["192.0.78.25"], "shared", "Automattic"),
        (["185.230.63.107"], "shared", "Wix"),
        (["198.185.159.145"], "shared", "Squarespace"),
        (["46.30.213.1"], "shared", "one.com"),
        (["81.169.145.77"], "shared", "Strato web hosting"),
        (["213.186.33.5"], "shared", "OVH web hosting"),
        (["85.214.1.1"], None, ""),  # a rented server at Strato
        (["51.38.1.1"], None, ""),  # and at OVH
        (["88.198.1.1"], None, ""),  # Hetzner rents servers
        (["52.18.1.1"], None, ""),  # Amazon, no delivery network
        (["35.190.1.1"], None, ""),  # Google's cloud
        (["8.8.8.8"], None, ""),
        (["172.105.1.1"], None, ""),  # Linode: Akamai rents it out
        (["88.198.1.1", "104.16.1.1"], "cdn", "Cloudflare"),  # one is enough
        (["10.0.0.1"], None, ""),
        (["no address"], None, ""),
        ([], None, ""),
    ],
)
def test_hosting_by_address(addresses: list[str], hosting: str | None, service: str) -> None:
    found = recognise(addresses)
    assert (found.hosting, found.service, found.parking) == (hosting, service, None)


@pytest.mark.parametrize(
    ("name", "hosting"),
    [
        ("d111.cloudfront.net", "cdn"),
        ("D111.CloudFront.net.", "cdn"),  # as a name server may write it
        ("example.map.fastly.net", "cdn"),
        ("ghs.googlehosted.com", "cdn"),
        ("shops.myshopify.com", "shared"),
        ("me.github.io", "shared"),
        ("notcloudfront.net", None),  # a label border is needed
        ("cloudfront.net.evil.example", None),
        ("other.example.com", None),
        ("", None),
        (".", None),
    ],
)
def test_hosting_by_name(name: str, hosting: str | None) -> None:
    assert recognise(["88.198.1.1"], cnames=[name]).hosting == hosting


@pytest.mark.parametrize(
    ("name_servers", "parking"),
    [
        (("ns1.sedoparking.com", "ns2.sedoparking.com"), "Sedo"),
        (("ns1.bodis.com", "ns2.bodis.com"), "Bodis"),
        (("ns1.afternic.com", "ns2.afternic.com"), "Afternic"),
        (("ns1.dan.com", "ns2.dan.com"), "Dan.com"),
        (("NS1.PARKINGCREW.NET.", "ns2.parkingcrew.net"), "ParkingCrew"),
        # Half of them: somebody else answers for the host as well.
        (("ns1.sedoparking.com", "ns1.example.com"), None),
        (("ns1.sedoparking.com", "ns1.bodis.com"), None),
        # What every customer of a registrar or host gets says nothing.
        (("ns01.domaincontrol.com", "ns02.domaincontrol.com"), None),
        (("dns1.registrar-servers.com", "dns2.registrar-servers.com"), None),
        (("ns1.dns-parking.com", "ns2.dns-parking.com"), None),  # Hostinger's, whatever its name
        (("ns1.dnsowl.com", "ns2.dnsowl.com"), None),  # NameSilo's
        (("ns1.namebrightdns.com", "ns2.namebrightdns.com"), None),
        (("ns01.one.com", "ns02.one.com"), None),
        (("ns1.wordpress.com", "ns2.wordpress.com"), None),
        (("shades09.rzone.de", "docks08.rzone.de"), None),
        (("ns1.markmonitor.com", "ns2.markmonitor.com"), None),  # brands keep their names there
        (("amy.ns.cloudflare.com", "bob.ns.cloudflare.com"), None),
        (("ns1.name.com", "ns2.name.com"), None),
        (("ns1.notbodis.com", "ns2.notbodis.com"), None),
        ((), None),
        (None, None),
    ],
)
def test_parking_by_name_server(name_servers: tuple[str, ...] | None, parking: str | None) -> None:
    found = recognise(["88.198.1.1"], name_servers=name_servers)
    assert found.parking == parking
    assert found.hosting == ("shared" if parking else None)


@pytest.mark.parametrize(
    ("addresses", "cnames", "parking"),
    [
        (["91.195.240.94"], [], "Sedo"),
        (["185.53.177.50"], [], "ParkingCrew"),
        (["199.59.243.225"], [], "Bodis"),
        (["103.224.182.250"], [], "Above.com"),
        (["91.195.240.94", "64.190.63.111"], [], "Sedo"),
        (["91.195.240.94", "88.198.1.1"], [], None),  # somebody else answers as well
        (["15.197.142.173"], [], None),  # GoDaddy also forwards from there
        (["88.198.1.1"], ["parkingpage.namecheap.com"], "Namecheap parking"),
        (["88.198.1.1"], ["traff-1.hugedomains.com"], "HugeDomains"),
        (["88.198.1.1"], ["example.com"], None),
    ],
)
def test_parking_by_place(addresses: list[str], cnames: list[str], parking: str | None) -> None:
    assert recognise(addresses, cnames=cnames).parking == parking


def test_networks_may_be_given() -> None:
    assert recognise(["203.0.113.1"], networks=[Network(13335, "Cloudflare")]).hosting == "cdn"
    assert recognise(["104.16.1.1"], networks=[None]).hosting is None


@given(st.lists(st.text(max_size=40)), st.lists(st.text(max_size=80)), st.text(max_size=40))
def test_any_text_is_recognised_or_not(
    addresses: list[str], names: list[str], name_server: str
) -> None:
    recognise(addresses, cnames=names, name_servers=[name_server])


# --- the list itself


def test_the_note_says_what_the_list_is() -> None:
    raw = DATA.joinpath("hosting.json").read_bytes()
    note = json.loads(DATA.joinpath("SOURCES.json").read_text("utf-8"))["hosting.json"]
    assert hashlib.sha256(raw).hexdigest() == note["sha256"]
    assert len(SERVICES) == note["entries"]
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("service", SERVICES, ids=NAMES)
def test_every_service_is_written_properly(service: dict) -> None:
    evidence = {"asns", "prefixes", "cnames", "name_servers"}
    assert {"name", "kind", "note"} <= set(service) <= {"name", "kind", "note"} | evidence
    assert set(service) & evidence
    assert service["kind"] in KINDS
    assert len(service["note"]) > 5
    for key in evidence & set(service):
        assert service[key] == sorted(set(service[key])) != []
    for prefix in service.get("prefixes", ()):
        network = ipaddress.ip_network(prefix)  # raises where host bits are set
        assert why_refused(str(network[0])) is None
        assert network.prefixlen >= (8 if network.version == 4 else 24)
    for name in (*service.get("cnames", ()), *service.get("name_servers", ())):
        assert parse_host(name).problem is None or is_public_suffix(name), name
        assert name == name.lower()
    if service["kind"] != "parking":
        assert "name_servers" not in service


def test_nothing_is_listed_twice() -> None:
    for key in ("asns", "prefixes", "cnames", "name_servers"):
        items = [item for service in SERVICES for item in service.get(key, ())]
        assert len(set(items)) == len(items), key


# A number is mistyped easily: the table of networks must call it by a word of the service.
OWNERS = {
    "Edgio": ("edgecast", "limelight"),
    "Imperva": ("incapsula",),
    "ArvanCloud": ("arvan",),
    "Simply.com": ("team.blue denmark",),
    "iFastNet": ("wildcard",),
    "ALL-INKL": ("medien muennich",),
    "DreamHost": ("new dream network",),
    "Newfold": ("newfold", "unified layer"),
    "Skenzo": ("confluence",),
}


@pytest.mark.parametrize("service", [s for s in SERVICES if "asns" in s], ids=lambda s: s["name"])
def test_numbers_of_networks_are_the_services_own(service: dict) -> None:
    names = dict(zip(networks().numbers.tolist(), networks().names, strict=True))
    words = OWNERS.get(service["name"], (service["name"].split()[0].lower(),))
    for number in service["asns"]:
        called = names.get(number, "").lower()
        assert any(word in called for word in words) or not called, f"{number} is {called}"


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ("Amazon CloudFront", ("amazon",)),
        ("Google front ends", ("google",)),
        ("Akamai", ("akamai",)),
        ("Sedo", ("sedo",)),
        ("ParkingCrew", ("team internet",)),
        ("Above.com", ("trellian",)),
        ("Skenzo", ("confluence",)),
        ("GitHub Pages", ("fastly", "github")),
        ("Shopify", ("cloudflare", "google", "shopify")),
        ("OVH web hosting", ("ovh",)),
        ("Strato web hosting", ("strato",)),
        ("IONOS web hosting", ("ionos",)),
        ("REG.RU web hosting", ("reg.ru",)),
    ],
)
def test_prefixes_are_announced_by_whom_they_are_said_to_be(
    service: str, words: tuple[str, ...]
) -> None:
    (entry,) = [s for s in SERVICES if s["name"] == service]
    firsts = [str(ipaddress.ip_network(prefix)[1]) for prefix in entry["prefixes"]]
    found = [network.name.lower() for network in find_networks(firsts) if network]
    assert found
    assert all(any(word in name for word in words) for name in found), found


# --- what a store shows by itself


def frame(rows: list[tuple[str, list[str], list[str] | None, str | None]]) -> pl.DataFrame:
    return pl.DataFrame(
        rows,
        schema={
            "host": pl.String,
            "addresses": pl.List(pl.String),
            "name_servers": pl.List(pl.String),
            "hosting": pl.String,
        },
        orient="row",
    )


def neighbours(operators: list[str], address: str = "88.198.1.1") -> pl.DataFrame:
    return frame(
        [
            (f"site-{i}.example", [address], [f"ns1.{operator}", f"ns2.{operator}"], None)
            for i, operator in enumerate(operators)
        ]
    )


MIXED = ["a.com", "b.com", "c.com", "a.com", "d.com"]


@pytest.mark.parametrize(
    ("operators", "shared"),
    [
        (MIXED, True),
        (MIXED[:4], False),  # too few domains
        (["a.com"] * 30, False),  # one hand: this is what a network looks like
        (["a.com"] * 30 + ["b.com", "c.com"], False),  # nearly one hand
        (["a.com", "b.com"] * 10, False),  # two hands
        (["a.com", "a.com", "a.com", "b.com", "c.com"], True),
    ],
)
def test_an_address_of_many_hands_is_shared(operators: list[str], shared: bool) -> None:
    found = discount_shared(neighbours(operators))["hosting"].to_list()
    assert found == ["shared" if shared else None] * len(operators)


def test_hosts_of_one_domain_are_one() -> None:
    hosts = [f"h{i}.example.com" for i in range(5)]
    one = frame([(h, ["88.198.1.1"], [f"ns.{o}"], None) for h, o in zip(hosts, MIXED, strict=True)])
    assert discount_shared(one)["hosting"].null_count() == 5


def test_unknown_name_servers_count_for_nobody() -> None:
    rows = frame([(f"s{i}.example", ["88.198.1.1"], None, None) for i in range(20)])
    assert discount_shared(rows)["hosting"].null_count() == 20


def test_registrars_count_as_well() -> None:
    rows = neighbours(["a.com"] * 5)
    mixed = rows.with_columns(registrar=pl.Series(["R1", "R2", "R3", "R1", None]))
    assert discount_shared(mixed)["hosting"].to_list() == ["shared"] * 5
    same = rows.with_columns(registrar=pl.lit("R1"))
    assert discount_shared(same)["hosting"].null_count() == 5


def test_what_is_known_stays_and_others_are_left_alone() -> None:
    rows = neighbours(MIXED)
    rows = rows.with_columns(
        hosting=pl.when(pl.col("host") == "site-0.example").then(pl.lit("cdn"))
    )
    more = pl.concat([rows, neighbours(["a.com"], "88.198.1.2"), frame([("x.y", [], None, None)])])
    found = discount_shared(more)
    assert found["hosting"].to_list() == ["cdn", *["shared"] * 4, None, None]
    assert found.drop("hosting").equals(more.drop("hosting"))
    assert found.schema == more.schema


def test_json_text_is_read_too() -> None:
    rows = neighbours(MIXED).with_columns(
        pl.col("addresses", "name_servers").map_elements(
            lambda cell: json.dumps(cell.to_list()), return_dtype=pl.String
        )
    )
    assert discount_shared(rows)["hosting"].to_list() == ["shared"] * 5
    broken = rows.with_columns(addresses=pl.lit("[1, {"))
    assert discount_shared(broken)["hosting"].null_count() == 5


def test_an_empty_frame_stays_empty() -> None:
    assert discount_shared(frame([])).equals(frame([]))
