"""Host names for generated profiles: invented ones, each used once, and names of networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spamlinks.simulate.texts import Strings, join, numbers, pick

__all__ = ["HostPool", "invent_hosts", "invent_institutions", "name_networks"]


@dataclass(frozen=True)
class HostPool:
    """Host names to draw from instead of invented ones, each used once where they suffice."""

    honest: Sequence[str]
    spam: Sequence[str]


_HONEST_WORDS = (
    "notes journal studio letters workshop blog works papers club garden trail barn "
    "house atelier werkstatt carnet taller kitchen lab post gazette society union parish "
    "council museum"
).split()
_SPAM_WORDS = (
    "seo rank link boost express dir best cheap top online bet loan slot pills promo "
    "traffic web market shop deal bonus win vip pro hub zone info list site money fast easy "
    "free max"
).split()
_SYLLABLES = (
    "ba be bo da de do fa fe ga go ha he hi jo ka ke ko la le li lo ma me mi mo na ne no pa "
    "pe po ra re ri ro sa se si so ta te ti to va ve vi wa wi za ze zo"
).split()
_HONEST_SUFFIX = (
    "com net org de fr co.uk it nl es pl ru ca com.au blogspot.com github.io me io dev xyz "
    "info eu ch at se be cz com.br jp site blog"
).split()
_HONEST_WEIGHT = np.array(
    [
        34,
        4,
        9,
        6,
        5,
        4,
        3,
        3,
        3,
        3,
        3,
        2,
        2,
        2,
        2,
        2,
        2,
        1.5,
        1,
        1,
        1.5,
        1.5,
        1,
        1,
        1,
        1,
        2,
        1,
        0.7,
        0.8,
    ]
)
_SPAM_SUFFIX = (
    "com net org info xyz top shop store online site club icu click ru cn pw in co live "
    "space website buzz fun blogspot.com web.app"
).split()
_SPAM_WEIGHT = np.array(
    [30, 5, 3, 5, 7, 5, 7, 7, 5, 4, 3, 2, 2, 5, 2, 1, 2, 2, 2, 2, 2, 1, 1, 3, 2]
)
_INSTITUTION_SUFFIX = "edu ac.uk edu.au gov.uk gov gouv.fr ac.at edu.es gov.br".split()


def _names(rng: np.random.Generator, n: int, words: Sequence[str], *, spam: bool) -> Strings:
    """Names with at least three invented syllables, so that few of them can be anybody's."""
    stem = join(*(pick(rng, _SYLLABLES, n) for _ in range(3)))
    tail = pick(rng, words, n)
    kind = rng.random(n)
    hyphen = np.where(rng.random(n) < (0.3 if spam else 0.12), "-", "")
    name = np.where(
        kind < 0.45,
        join(stem, pick(rng, _SYLLABLES, n), pick(rng, _SYLLABLES, n)),
        join(stem, tail),
    )
    name = np.where(kind > 0.85, join(tail, hyphen, stem), name)
    digits = rng.random(n) < (0.25 if spam else 0.06)
    return np.asarray(np.where(digits, join(name, numbers(rng, n, 999)), name), dtype=object)


def _unused(rng: np.random.Generator, hosts: Strings, taken: set[str]) -> Strings:
    """Lengthen the names that were used before, until each is used once; adds them to taken."""
    out = hosts.copy()
    for i, host in enumerate(out):
        while host in taken:
            host = f"{rng.choice(_SYLLABLES)}{host}"
        taken.add(host)
        out[i] = host
    return out


def invent_hosts(
    rng: np.random.Generator, n: int, *, spam: bool, taken: set[str] | None = None
) -> Strings:
    """Invent ``n`` different host names; array of str, shape (n,).

    Nearly half are plain invented words on either side, so that a name alone decides nothing.
    Names in ``taken`` are not used; the new ones are added to it.
    """
    words = _SPAM_WORDS if spam else _HONEST_WORDS
    pool, weight = (_SPAM_SUFFIX, _SPAM_WEIGHT) if spam else (_HONEST_SUFFIX, _HONEST_WEIGHT)
    names = _names(rng, n, words, spam=spam)
    hosts = join(names, ".", pick(rng, pool, n, weight))
    return _unused(rng, hosts, set() if taken is None else taken)


def invent_institutions(rng: np.random.Generator, n: int, *, taken: set[str]) -> Strings:
    """Invent ``n`` different hosts under endings of universities and governments."""
    names = _names(rng, n, _HONEST_WORDS, spam=False)
    return _unused(rng, join(names, ".", pick(rng, _INSTITUTION_SUFFIX, n)), taken)


def name_networks(
    rng: np.random.Generator,
    hosts: Strings,
    member: npt.NDArray[np.bool_],
    *,
    size: int,
    prefix: str,
    taken: set[str],
) -> Strings:
    """Rename the members of networks in place: one operator, one pattern, one cheap ending.

    Returns
    -------
    array of shape (n_hosts,): name of each host's network, None outside networks.
    """
    network: Strings = np.full(len(hosts), None, dtype=object)
    at = np.flatnonzero(member)
    if not len(at):
        return network
    group = rng.integers(0, max(1, len(at) // size), len(at))
    letters = rng.choice(list("abcdefghk"), len(at))
    stems = invent_hosts(rng, int(group.max()) + 1, spam=True, taken=taken)
    seen = np.zeros(len(stems), dtype=np.int64)
    for i, g, letter in zip(at, group, letters, strict=True):
        name, _, suffix = str(stems[g]).partition(".")
        hosts[i] = f"{name}-{seen[g]}{letter}.{suffix}"
        network[i] = f"{prefix}-{g}"
        seen[g] += 1
    return network
