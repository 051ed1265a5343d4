"""Who stands behind a domain, as far as others can look it up: registration, servers, ids.

All names are invented. Addresses are of the block that is reserved for nobody (240.0.0.0/4), name
servers under the ending ``.example``. Spam groups share some of these traces, and honest domains
share others by chance: a provider's name servers, a developer's id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt

from spamlinks.simulate.domains import shares_of
from spamlinks.simulate.groups import Groups
from spamlinks.simulate.kinds import HOSTING, Kind
from spamlinks.simulate.links import weighted
from spamlinks.simulate.words import SYLLABLES, Ints, Strings

__all__ = ["FOLLOWS", "OWN_SERVERS", "PARKED_BY", "PARKINGS", "STRANGERS", "Owners", "draw_owners"]

Bools = npt.NDArray[np.bool_]

FOLLOWS = 0.85
"""Members of a group that carry a trace the group shares; an assumption."""

STRANGERS = 0.02
"""Domains that carry an id which strangers carry too, as the maker of a theme or an agency leaves
it; an assumption, the same for both classes."""

OWN_SERVERS = 0.08
"""Domains with name servers under their own name; an assumption, the same for both classes."""

PARKED_BY = 0.8
"""Parked domains whose name servers belong to a parking service, not to the registrar; assumed."""

PARKINGS = ("parkhall", "domainlot", "namewait")
"""Parking services; invented."""

_PROVIDERS, _REGISTRARS, _STRANGERS_IDS = 60, 16, 5
_PROFESSIONS = ("Hosting", "Networks", "Cloud", "Internet", "Servers")
_FIRST_ASN, _LAST_ASN = 64512, 65534  # reserved for private use


@dataclass(frozen=True)
class Owners:
    """What can be looked up of each domain; arrays of shape (n_domains,).

    ``address`` is None where many sites share it; ``hosting`` is "cdn", "shared" or None;
    ``parking`` is "" for none; ``ids`` are sorted with spaces between, "" for none; ``expires`` is
    a day.
    """

    expires: npt.NDArray[np.datetime64]
    registrar: Strings
    abuse: Strings
    servers: Strings
    asn: Ints
    asn_name: Strings
    hosting: Strings
    parking: Strings
    address: Strings
    ids: Strings


@cache
def _firms() -> tuple[tuple[str, ...], tuple[str, ...], npt.NDArray[np.float64]]:
    """Names of providers and of registrars, and how common the providers are."""
    rng = np.random.default_rng(7)
    names = ["".join(rng.choice(SYLLABLES, 3)) for _ in range(_PROVIDERS + _REGISTRARS)]
    share = 1 / np.arange(1, _PROVIDERS + 1)
    return tuple(names[:_PROVIDERS]), tuple(names[_PROVIDERS:]), share / share.sum()


def _expires(
    rng: np.random.Generator, created: npt.NDArray[np.datetime64], long: Bools, as_of: date
) -> npt.NDArray[np.datetime64]:
    """Next yearly day of the registration after the export, or one of the following years."""
    today = np.datetime64(as_of, "D")
    month = created.astype("datetime64[M]")
    day = created - month.astype("datetime64[D]")
    years = today.astype("datetime64[Y]").astype(np.int64) - created.astype("datetime64[Y]").astype(
        np.int64
    )
    years = np.maximum(years, 1)
    here = (month + 12 * years).astype("datetime64[D]") + day
    years += here <= today
    years += np.where(long, rng.integers(1, 9, len(created)), 0)
    return np.asarray((month + 12 * years).astype("datetime64[D]") + day)


def _id(rng: np.random.Generator) -> str:
    """One id of a service for counting visits or for advertisements."""
    number = int(rng.integers(10_000_000, 999_999_999))
    letters = "".join(rng.choice(list("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"), 10))
    which = rng.random()
    if which < 0.4:
        return f"ga4:G-{letters}"
    if which < 0.55:
        return f"ga:UA-{number}"
    if which < 0.75:
        return f"adsense:pub-{int(rng.integers(10**15, 10**16 - 1))}"
    if which < 0.9:
        return f"gtm:GTM-{letters[:7]}"
    return f"metrika:{number}"


def _ids(
    rng: np.random.Generator, own: Bools, groups: Groups, kinds: tuple[Kind, ...]
) -> list[set[str]]:
    ids: list[set[str]] = [set() for _ in own]
    for i in np.flatnonzero(own):
        ids[i].update(_id(rng) for _ in range(1 + int(rng.random() < 0.3)))
    common = [_id(rng) for _ in range(_STRANGERS_IDS)]
    for i in np.flatnonzero(rng.random(len(own)) < STRANGERS):
        ids[i].add(common[int(rng.integers(len(common)))])
    shares = rng.random(len(groups)) < shares_of(kinds, groups.kind, "group_ids")
    owned = [{_id(rng)} for _ in range(len(groups))]
    carries = rng.random(len(own)) < FOLLOWS
    # Half of the owners put nothing but their one id everywhere.
    only = rng.random(len(groups)) < 0.5
    for i in np.flatnonzero((groups.of >= 0) & carries):
        group = groups.of[i]
        if shares[group]:
            ids[i] = owned[group] | (set() if only[group] else ids[i])
    return ids


def draw_owners(
    rng: np.random.Generator,
    kinds: tuple[Kind, ...],
    which: Ints,
    groups: Groups,
    *,
    hosts: Strings,
    created: npt.NDArray[np.datetime64],
    parked: Bools,
    as_of: date,
) -> Owners:
    """Draw what can be looked up of the domains of a profile.

    Parameters
    ----------
    which : kind of each domain, as an index of ``kinds``.
    hosts, created, parked : of each domain: its name, its day of registration, whether it has
        lapsed and is parked.
    as_of : day of the export; no registration ends before.
    """
    n = len(which)
    providers, registrars, weights = _firms()
    of = groups.of
    follows = (of >= 0) & (rng.random(n) < FOLLOWS)

    def together(name: str) -> Bools:
        shared = rng.random(len(groups)) < shares_of(kinds, groups.kind, name)
        return np.asarray(follows & np.append(shared, False)[of], dtype=np.bool_)

    block = together("group_network") & ~parked
    provider = rng.choice(_PROVIDERS, n, p=weights)
    home = rng.choice(_PROVIDERS, len(groups) + 1, p=weights)
    provider = np.where(block, home[of], provider)
    hosting = np.array(HOSTING, dtype=object)[weighted(rng, kinds, which, "hosting")]
    hosting[block] = "own"
    hosting[parked] = "shared"
    octets = rng.integers(0, 256, (n, 3))
    of_group = rng.integers(0, 256, (len(groups) + 1, 2))
    octets[block, :2] = of_group[of[block]]
    # The first number follows from the provider, so that its customers are neighbours of a kind.
    address = np.array(
        [
            f"{240 + p % 15}.{a}.{b}.{1 + c % 254}"
            for p, (a, b, c) in zip(provider.tolist(), octets.tolist(), strict=True)
        ],
        dtype=object,
    )
    servers = np.array([f"ns1.{f}.example ns2.{f}.example" for f in providers], dtype=object)[
        np.where(rng.random(n) < 0.7, provider, rng.choice(_PROVIDERS, n, p=weights))
    ]
    for i in np.flatnonzero(rng.random(n) < OWN_SERVERS):
        servers[i] = f"ns1.{hosts[i]} ns2.{hosts[i]}"
    stems = ["".join(rng.choice(SYLLABLES, 4)) for _ in range(len(groups))]
    for i in np.flatnonzero(together("group_servers")):
        servers[i] = f"ns1.{stems[of[i]]}.example ns2.{stems[of[i]]}.example"
    service = np.array(PARKINGS, dtype=object)[rng.integers(0, len(PARKINGS), n)]
    by = parked & (rng.random(n) < PARKED_BY)
    for i in np.flatnonzero(by):
        servers[i] = f"ns1.{service[i]}.example ns2.{service[i]}.example"
    registrar = rng.integers(0, _REGISTRARS, n)
    ids = _ids(rng, rng.random(n) < shares_of(kinds, which, "own_ids"), groups, kinds)
    none = np.asarray(None, dtype=object)
    long = rng.random(n) < shares_of(kinds, which, "long_paid")
    return Owners(
        expires=_expires(rng, created, long, as_of),
        registrar=np.array([f"{r.title()} Names" for r in registrars], dtype=object)[registrar],
        abuse=np.array([f"abuse@{r}.example" for r in registrars], dtype=object)[registrar],
        servers=servers,
        asn=_FIRST_ASN + provider,
        asn_name=np.array(
            [f"{f.title()} {_PROFESSIONS[i % len(_PROFESSIONS)]}" for i, f in enumerate(providers)],
            dtype=object,
        )[provider],
        hosting=np.asarray(np.where(hosting == "own", none, hosting), dtype=object),
        parking=np.asarray(np.where(by, service, ""), dtype=object),
        address=np.asarray(np.where(hosting == "own", address, none), dtype=object),
        ids=np.array([" ".join(sorted(x)) for x in ids], dtype=object),
    )
