"""Which network an address belongs to, from a bundled table; no network is asked.

``spamlinks/data/networks.bin`` says for every public address which autonomous system announces it
and what that is called. ``asn_build`` makes it and says from what; ``asn_file`` is its format. The
table ages slowly: most addresses stay where they are for years.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from spamlinks.enrich.asn_file import NetworkTable, read_table

__all__ = ["Network", "find_networks", "first_network", "networks"]


@dataclass(frozen=True, slots=True)
class Network:
    """An autonomous system: its number and who runs it, "" where the table has no name."""

    number: int
    name: str


@cache
def networks() -> NetworkTable:
    """Return the bundled table, read once (about a quarter of a second, 10 MB).

    Raises
    ------
    InputError : the file is damaged.
    """
    resource = files("spamlinks").joinpath("data", "networks.bin")
    return read_table(resource.read_bytes(), "networks.bin")


def find_networks(
    addresses: Sequence[str], table: NetworkTable | None = None
) -> list[Network | None]:
    """Find the network of each address, in order; None where nobody announces it.

    Parameters
    ----------
    addresses : IPv4 or IPv6; what is no address has no network. An IPv4 address inside an IPv6 one
        counts as itself.
    table : the bundled one if None.

    >>> [network and network.number for network in find_networks(["1.1.1.1", "10.0.0.1", "x"])]
    [13335, None, None]
    """
    table = networks() if table is None else table
    four, six = np.zeros(len(addresses), np.int64), np.zeros(len(addresses), np.uint64)
    version = np.zeros(len(addresses), np.int8)
    for i, address in enumerate(addresses):
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            continue
        ip = getattr(ip, "ipv4_mapped", None) or ip
        version[i] = ip.version
        if ip.version == 4:
            four[i] = int(ip)
        else:
            six[i] = int(ip) >> 64
    owner = np.where(version == 4, _owners(table.starts4, table.owners4, four), 0)
    owner = np.where(version == 6, _owners(table.starts6, table.owners6, six), owner)
    return [
        Network(int(table.numbers[i - 1]), table.names[i - 1]) if i else None
        for i in owner.tolist()
    ]


def _owners(
    starts: npt.NDArray[Any], owners: npt.NDArray[np.uint32], values: npt.NDArray[Any]
) -> npt.NDArray[np.int64]:
    """Look numbers up in ranges that each last until the next begins; the first begins at 0."""
    places = np.searchsorted(starts, values.astype(starts.dtype), side="right") - 1
    return owners[places].astype(np.int64)


def first_network(addresses: Iterable[str], table: NetworkTable | None = None) -> Network | None:
    """Return the network of a host with these addresses: of the first IPv4 one, else IPv6.

    >>> first_network(["2606:4700::1", "151.101.1.1"]).number
    54113
    """
    ordered = sorted(addresses, key=lambda address: ":" in address)  # stable
    found = find_networks(ordered[:1], table)
    return found[0] if found else None
