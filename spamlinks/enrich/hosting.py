"""Whether many unrelated sites share an address, and whether a host is parked.

Two sites on one address look like one owner's. They are not where the address belongs to a
delivery network, a site builder or a shared server, and most honest sites stand on one. So such
addresses are marked, by a list of well-known services (``spamlinks/data/hosting.json``) and by what
the store itself shows (``discount_shared``).

The list is ours and errs on one side: a service is on it when it is all or most of what stands on
those addresses, and a host is called parked only by what nobody uses for a site. Name servers that
every customer of a registrar gets (domaincontrol.com, registrar-servers.com, dns-parking.com) mean
nothing.
"""

from __future__ import annotations

import ipaddress
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import polars as pl

from spamlinks.enrich.asn import Network, find_networks
from spamlinks.urls import parse_host

__all__ = ["Recognised", "discount_shared", "recognise"]

KINDS = ("cdn", "shared", "parking")

MIN_DOMAINS = 5
"""Domains on one address before it may count as shared for what they show."""
MIN_OPERATORS = 3
"""Different hands that their name servers (or registrars) must be in."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What is known of a host's place.

    Attributes
    ----------
    hosting : "cdn" or "shared", None for neither.
    parking : name of the parking service, None for none.
    service : name of the service behind ``hosting``, "" for none.
    """

    hosting: str | None = None
    parking: str | None = None
    service: str = ""


@dataclass(frozen=True, slots=True)
class _Service:
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Index:
    asns: Mapping[int, _Service]
    cnames: Mapping[str, _Service]
    name_servers: Mapping[str, _Service]
    prefixes: Mapping[tuple[int, int], Mapping[int, _Service]]
    """By (version, length): network number -> service."""


@cache
def _index() -> _Index:
    text = files("spamlinks").joinpath("data", "hosting.json").read_text("utf-8")
    asns: dict[int, _Service] = {}
    cnames: dict[str, _Service] = {}
    name_servers: dict[str, _Service] = {}
    prefixes: dict[tuple[int, int], dict[int, _Service]] = {}
    for entry in json.loads(text)["services"]:
        service = _Service(entry["name"], entry["kind"])
        asns |= dict.fromkeys(entry.get("asns", ()), service)
        cnames |= dict.fromkeys(entry.get("cnames", ()), service)
        name_servers |= dict.fromkeys(entry.get("name_servers", ()), service)
        for prefix in map(ipaddress.ip_network, entry.get("prefixes", ())):
            number = int(prefix.network_address) >> (prefix.max_prefixlen - prefix.prefixlen)
            prefixes.setdefault((prefix.version, prefix.prefixlen), {})[number] = service
    longest_first = dict(sorted(prefixes.items(), key=lambda item: -item[0][1]))
    return _Index(asns, cnames, name_servers, longest_first)


def recognise(
    addresses: Sequence[str],
    *,
    cnames: Iterable[str] = (),
    name_servers: Sequence[str] | None = None,
    networks: Sequence[Network | None] | None = None,
) -> Recognised:
    """Say what stands on a host's addresses.

    Parameters
    ----------
    addresses : of the host, IPv4 and IPv6.
    cnames : names that the host is another name for, in any order.
    name_servers : of its registrable domain; None where unknown.
    networks : of the addresses, in their order; looked up if None.

    A host is on a CDN or a shared server where one of its addresses or names is. It is parked where
    all of its name servers are one parking service's, or all its addresses, or one of ``cnames``.

    >>> recognise(["104.16.1.1"]).hosting, recognise(["88.198.1.1"]).hosting
    ('cdn', None)
    >>> recognise([], name_servers=["ns1.sedoparking.com", "ns2.sedoparking.com"]).parking
    'Sedo'
    """
    index = _index()
    networks = find_networks(addresses) if networks is None else networks
    places = [
        _at(address, network, index) for address, network in zip(addresses, networks, strict=True)
    ]
    named = [_below(name, index.cnames) for name in cnames]
    parking = _all_one([_below(name, index.name_servers) for name in name_servers or ()])
    parking = parking or _all_one([place if _parks(place) else None for place in places])
    parking = parking or next((service for service in named if _parks(service)), None)
    found = [service for service in (*named, *places) if service is not None]
    for kind in ("cdn", "shared"):
        for service in found:
            if service.kind == kind:
                return Recognised(kind, parking.name if parking else None, service.name)
    if parking is not None:  # whoever parks there shares the address with strangers
        return Recognised("shared", parking.name, parking.name)
    return Recognised()


def _parks(service: _Service | None) -> bool:
    return service is not None and service.kind == "parking"


def _all_one(services: Sequence[_Service | None]) -> _Service | None:
    return services[0] if services and len(set(services)) == 1 else None


def _at(address: str, network: Network | None, index: _Index) -> _Service | None:
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    for (version, length), numbers in index.prefixes.items():
        if version == ip.version:
            service = numbers.get(int(ip) >> (ip.max_prefixlen - length))
            if service is not None:
                return service
    return index.asns.get(network.number) if network is not None else None


def _below(name: str, services: Mapping[str, _Service]) -> _Service | None:
    """Find the service whose name this is, or is below, at a label border."""
    rest = name.rstrip(".").lower()
    while rest:
        if rest in services:
            return services[rest]
        rest = rest.partition(".")[2]
    return None


def discount_shared(frame: pl.DataFrame) -> pl.DataFrame:
    """Mark as shared the hosts on addresses where the frame itself shows unrelated sites.

    An address that carries at least ``MIN_DOMAINS`` registrable domains whose name servers are run
    by at least ``MIN_OPERATORS`` different operators, none of which has more than four fifths, is
    a shared server: an owner's network of sites is usually set up in one way. Registrars count like
    operators, where the frame has them.

    Parameters
    ----------
    frame : one row per host, with ``host``, ``addresses`` (lists of text, or JSON text),
        ``name_servers`` (the same; null: unknown), ``hosting`` and perhaps ``registrar``.

    Returns
    -------
    The same rows in the same order; ``hosting`` is "shared" where it was null and an address of the
    host is shared.
    """
    domains = [_registrable(host) for host in frame["host"].to_list()]
    addresses = [_texts(cell) for cell in frame["addresses"].to_list()]
    operators = [_operator(_texts(cell)) for cell in frame["name_servers"].to_list()]
    none = [None] * frame.height
    registrars = frame["registrar"].to_list() if "registrar" in frame.columns else none
    hands: dict[str, dict[str, tuple[str | None, str | None]]] = {}
    for domain, places, operator, registrar in zip(
        domains, addresses, operators, registrars, strict=True
    ):
        for address in places:
            hands.setdefault(address, {}).setdefault(domain, (operator, registrar))
    shared = {
        address
        for address, owners in hands.items()
        if len(owners) >= MIN_DOMAINS
        and any(_mixed([owner[i] for owner in owners.values()]) for i in (0, 1))
    }
    marked = pl.Series([not shared.isdisjoint(places) for places in addresses], dtype=pl.Boolean)
    return frame.with_columns(
        pl.when(pl.col("hosting").is_null() & marked)
        .then(pl.lit("shared"))
        .otherwise("hosting")
        .alias("hosting")
    )


def _mixed(hands: Sequence[str | None]) -> bool:
    """Whether domains are in many hands; those whose hand is unknown count for no one."""
    counts = Counter(hand for hand in hands if hand)
    return len(counts) >= MIN_OPERATORS and max(counts.values()) <= 0.8 * sum(counts.values())


def _registrable(host: str | None) -> str:
    return parse_host(host or "").registrable_domain or host or ""


def _operator(name_servers: Sequence[str]) -> str | None:
    """Who runs the name servers, by the domains that those have."""
    return " ".join(sorted({_registrable(name) for name in name_servers})) or None


def _texts(cell: object) -> list[str]:
    if isinstance(cell, str):
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError):
            return []
    return [item for item in cell if isinstance(item, str)] if isinstance(cell, list) else []
