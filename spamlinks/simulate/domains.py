"""What holds for a whole linking domain: its name and whatever measures its size.

One draw of size for a domain moves its search visits, its ratings, its links in and out together;
the kind decides where they lie.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from spamlinks.simulate.groups import Groups
from spamlinks.simulate.hosts import HostPool, invent_hosts, name_networks, sort_into_networks
from spamlinks.simulate.kinds import HONEST, Kind
from spamlinks.simulate.words import Ints, Strings

__all__ = ["domain_columns", "domain_hosts", "shares_of", "spreads_of"]

Floats = npt.NDArray[np.float64]

PATTERNED = {"cheap_spam": 1.0, "spam": 0.5}
"""Share of the networks that one pattern of names gives away, by the endings of the kind: those
who buy domains by the dozen do not think of each name. An assumption after public disavow lists,
where half of the most named domains share a pattern with others."""

ALIKE = 0.5
"""Share of the variance of size, and of links out, that members of a group share; assumed."""

SPAM_TRUST = 0.5
"""Majestic's Trust Flow of spam as a share of an honest domain's of the same rating; assumed."""


def shares_of(kinds: tuple[Kind, ...], which: Ints, name: str) -> Floats:
    """One number of each kind, for the kinds in ``which``."""
    return np.array([getattr(k, name) for k in kinds], dtype=np.float64)[which]


def spreads_of(kinds: tuple[Kind, ...], which: Ints, name: str) -> tuple[Floats, Floats]:
    """Median and spread of each kind, for the kinds in ``which``."""
    table = np.array([getattr(k, name) for k in kinds], dtype=np.float64)[which]
    return table[:, 0], table[:, 1]


def domain_hosts(
    rng: np.random.Generator,
    kinds: tuple[Kind, ...],
    which: Ints,
    groups: Groups,
    languages: Strings,
    *,
    pool: HostPool | None,
    spam_names: float,
    taken: set[str],
) -> Strings:
    """Name the domains of a profile.

    Parameters
    ----------
    which : kind of each domain, as an index of ``kinds``, the honest ones first.
    languages : language code of each domain.
    pool : names to use as they are; default invented ones.
    spam_names : factor on the share of spam domains that wear a spam name.
    taken : invented names that are not used; the new ones are added to it.

    Returns
    -------
    array of str, shape (n_domains,).
    """
    n = len(which)
    spam = which >= len(HONEST)
    # A pool's names are real: an honest site never wears one that somebody disavowed.
    honest_share = 0.0 if pool is not None else 1.0
    spammy = rng.random(n) < shares_of(kinds, which, "spam_name") * np.where(
        spam, spam_names, honest_share
    )
    endings = np.array([k.endings for k in kinds], dtype=object)[which]
    endings[~spammy & spam] = "plain"
    endings[spammy & np.isin(endings, ["honest", "plain", "young"])] = "spam"
    hosts: Strings = np.empty(n, dtype=object)
    for flag in (False, True):
        here = np.flatnonzero(spammy == flag)
        names = (pool.spam if flag else pool.honest) if pool is not None else ()
        if names:
            take = rng.choice(len(names), len(here), replace=len(here) > len(names))
            hosts[here] = np.asarray(names, dtype=object)[take]
        else:
            hosts[here] = invent_hosts(
                rng, len(here), spam=flag, taken=taken,
                endings=endings[here], languages=languages[here],
            )  # fmt: skip
    network = np.where(spam, groups.of, -1)
    if pool is not None:
        sort_into_networks(hosts, np.where(spammy, network, -1), which)
        return hosts
    share = np.array([PATTERNED.get(k.endings, 0.0) for k in kinds])[groups.kind]
    patterned = np.append(rng.random(len(groups)) < share, False)
    name_networks(rng, hosts, np.where(patterned[groups.of], network, -1), taken=taken)
    return hosts


def _where_any(
    which: Ints, zero: Floats, low: Floats, value: Floats, together: float
) -> tuple[npt.NDArray[np.bool_], Floats]:
    """Which domains have none at all, and ``value`` of the others as standard normal again.

    ``low`` decides who has none, and hangs together with ``value`` by the correlation
    ``together``: those that remain lie higher, which is taken back by the moments of a truncated
    normal, so that a kind's median and spread are those of the domains that have any.
    """
    none = np.zeros(len(which), np.bool_)
    out = value.copy()
    normal = NormalDist()
    for share in np.unique(zero):
        here = zero == share
        if share <= 0:
            continue
        cut = normal.inv_cdf(min(float(share), 1 - 1e-9))
        rise = normal.pdf(cut) / max(1 - share, 1e-9)
        none[here] = low[here] < cut
        spread = np.sqrt(1 - together**2 * rise * (rise - cut))
        out[here] = (value[here] - together * rise) / spread
    return none, out


def _alike(rng: np.random.Generator, groups: Groups, shared: npt.NDArray[np.bool_]) -> Floats:
    """Standard normal draws of domains, correlated within those groups that share them."""
    own, common = rng.normal(0, 1, len(groups.of)), rng.normal(0, 1, len(groups))
    member = np.flatnonzero(groups.of >= 0)
    member = member[shared[groups.of[member]]]
    mixed = np.sqrt(ALIKE) * common[groups.of[member]] + np.sqrt(1 - ALIKE) * own[member]
    own[member] = mixed
    return own


def domain_columns(
    rng: np.random.Generator,
    kinds: tuple[Kind, ...],
    which: Ints,
    groups: Groups,
    *,
    wide: float,
) -> dict[str, Floats]:
    """Draw what measures the domains, each of shape (n_domains,).

    Parameters
    ----------
    which : kind of each domain, as an index of ``kinds``.
    wide : factor on the spread of the counts.

    Returns
    -------
    ``traffic`` (search visits a month), ``keywords``, ``rating`` (0 to 100), ``ref_domains``,
    ``linked_domains``, ``age`` (days, at the first link), ``trust`` and ``citation`` (0 to 100),
    and standard normal ``outward`` and ``inward``: how much the pages link to others and to
    themselves, ``strength``: how well the pages are linked.
    """
    n = len(which)
    # One draw moves everything that measures size. Domains of one owner are alike; the pages of a
    # group, which one program or one text made, are alike whoever owns them.
    owned = np.array([k.endings in PATTERNED for k in kinds])[groups.kind]
    size = _alike(rng, groups, owned)

    def near(share: float) -> Floats:
        noise = rng.normal(0, 1, n)
        return np.asarray(share * size + np.sqrt(1 - share**2) * noise, dtype=np.float64)

    mean, sd = spreads_of(kinds, which, "traffic")
    zero = shares_of(kinds, which, "zero_traffic")
    none, visits = _where_any(which, zero, near(0.7), near(0.75), 0.7 * 0.75)
    # At least one visit: a domain with less has none.
    traffic = np.where(none, 0, np.maximum(1, np.round(10 ** (mean + wide * sd * visits))))
    mean, sd = spreads_of(kinds, which, "rating")
    zero = shares_of(kinds, which, "zero_rating")
    none, links = _where_any(which, zero, near(0.7), near(0.85), 0.7 * 0.85)
    rating = np.where(none, 0, np.round(np.clip(mean + sd * links, 0.1, 97), 1))
    outward = 0.25 * size + np.sqrt(1 - 0.25**2) * _alike(rng, groups, np.ones_like(owned))
    mean, sd = spreads_of(kinds, which, "external")
    linked = mean + 0.35 + wide * sd * 0.75 * outward + 0.35 * size + rng.normal(0, 0.3, n)
    mean, sd = spreads_of(kinds, which, "age_days")
    age = 10 ** (mean + sd * near(0.4))
    trusted = np.where(which < len(HONEST), 0.75, 0.75 * SPAM_TRUST)
    return {
        "traffic": traffic,
        "keywords": np.round(traffic**0.8 * 10 ** rng.normal(0, 0.2, n)),
        "rating": rating,
        "ref_domains": np.round(10 ** np.clip(0.4 + rating / 25 + rng.normal(0, 0.3, n), 0, 6)),
        "linked_domains": np.round(10 ** np.clip(linked, 0, 6)),
        "age": np.clip(age, 5, 12000),
        "trust": np.clip(rating * trusted * 10 ** rng.normal(0, 0.2, n), 0, 95),
        "citation": np.clip(rating * 0.8 * 10 ** rng.normal(0, 0.12, n) + 3, 0, 95),
        "outward": outward,
        "inward": near(0.35),
        "strength": near(0.4),
    }
