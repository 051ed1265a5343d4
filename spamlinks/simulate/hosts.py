"""Host names for generated profiles: invented ones, each used once, and names of networks.

Endings, marks and words stand in ``names.json`` with their source.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from spamlinks.simulate.words import SYLLABLES, Ints, Strings, join, numbers, pick

__all__ = ["NAMES", "HostPool", "invent_hosts", "name_networks", "sort_into_networks"]


@dataclass(frozen=True)
class HostPool:
    """Host names to draw from instead of invented ones, each used once where they suffice."""

    honest: Sequence[str]
    spam: Sequence[str]


NAMES: dict[str, Any] = json.loads(
    files("spamlinks.simulate").joinpath("names.json").read_text("utf-8")
)
"""Mixes of endings, marks and words, each with its source."""


def _mix(endings: str) -> tuple[list[str], npt.NDArray[np.float64]]:
    entry = NAMES["endings"][endings]
    weights = NAMES["endings"][entry["like"]]["weights"] if "like" in entry else entry["weights"]
    return list(weights), np.array(list(weights.values()), dtype=np.float64)


def _names(rng: np.random.Generator, n: int, *, spam: bool) -> Strings:
    """Names with at least three invented syllables, so that few of them can be anybody's."""
    side = "spam" if spam else "honest"
    stem = join(*(pick(rng, SYLLABLES, n) for _ in range(3)))
    tail = pick(rng, NAMES["words"][side].split(), n)
    kind = rng.random(n)
    hyphen = np.where(rng.random(n) < NAMES["marks"]["hyphen"][side], "-", "")
    name = np.where(
        kind < 0.45,
        join(stem, hyphen, pick(rng, SYLLABLES, n), pick(rng, SYLLABLES, n)),
        join(stem, hyphen, tail),
    )
    name = np.where(kind > 0.85, join(tail, hyphen, stem), name)
    digits = rng.random(n) < NAMES["marks"]["digit"][side]
    return np.asarray(np.where(digits, join(name, numbers(rng, n, 999)), name), dtype=object)


def _unused(rng: np.random.Generator, hosts: Strings, taken: set[str]) -> Strings:
    """Lengthen the names that were used before, until each is used once; adds them to taken."""
    out = hosts.copy()
    for i, host in enumerate(out):
        while host in taken:
            host = f"{rng.choice(SYLLABLES)}{host}"
        taken.add(host)
        out[i] = host
    return out


def _suffixes(rng: np.random.Generator, endings: Strings, languages: Strings) -> Strings:
    out: Strings = np.full(len(endings), "com", dtype=object)
    for name in dict.fromkeys(endings.tolist()):
        here = np.flatnonzero(endings == name)
        if "by_language" not in NAMES["endings"][name]:
            out[here] = pick(rng, *_split(name, len(here)))
            continue
        for code, mix in NAMES["endings"][name]["by_language"].items():
            part = here[languages[here] == code]
            out[part] = pick(rng, mix.split(), len(part))
    return out


def _split(name: str, n: int) -> tuple[list[str], int, npt.NDArray[np.float64]]:
    pool, weights = _mix(name)
    return pool, n, weights


def invent_hosts(
    rng: np.random.Generator,
    n: int,
    *,
    spam: bool,
    taken: set[str] | None = None,
    endings: Strings | None = None,
    languages: Strings | None = None,
) -> Strings:
    """Invent ``n`` different host names; array of str, shape (n,).

    Nearly half are plain invented words on either side, so that a name alone decides nothing.

    Parameters
    ----------
    spam : words and marks of spam names.
    taken : names that are not used; the new ones are added to it.
    endings : mix of ``names.json`` for each host; default the side's own.
    languages : language code of each host, which decides endings of countries; default English.
    """
    if endings is None:
        endings = np.full(n, "spam" if spam else "honest", dtype=object)
    if languages is None:
        languages = np.full(n, "en", dtype=object)
    hosts = join(_names(rng, n, spam=spam), ".", _suffixes(rng, endings, languages))
    products = endings == "hosted"
    if products.any():
        first = pick(rng, NAMES["products"]["hosts"].split(), n)
        hosts = np.where(products & (rng.random(n) < 0.75), join(first, ".", hosts), hosts)
    return _unused(rng, hosts, set() if taken is None else taken)


def name_networks(
    rng: np.random.Generator,
    hosts: Strings,
    group: Ints,
    *,
    taken: set[str],
) -> None:
    """Rename the members of networks in place: one operator, one pattern, one cheap ending.

    Parameters
    ----------
    group : network of each host, shape (n_hosts,); below 0 outside networks.
    taken : names that are not used; the new ones are added to it.
    """
    at = np.flatnonzero(group >= 0)
    if not len(at):
        return
    ids, code = np.unique(group[at], return_inverse=True)
    endings = np.full(len(ids), "cheap_spam", dtype=object)
    stems = invent_hosts(rng, len(ids), spam=True, taken=taken, endings=endings)
    pattern = rng.integers(0, 3, len(ids))
    letters = rng.choice(list("abcdefghk"), len(at))
    words = pick(rng, NAMES["words"]["spam"].split(), len(at))
    seen = np.zeros(len(ids), dtype=np.int64)
    for i, g, letter, word in zip(at, code, letters, words, strict=True):
        name, _, suffix = str(stems[g]).partition(".")
        number = seen[g]
        tail = (f"{number}{letter}", f"{word}{number or ''}", f"{number + 1}")[pattern[g]]
        seen[g] += 1
        hosts[i] = f"{name}-{tail}.{suffix}"
        if hosts[i] in taken:
            hosts[i] = f"{name}-{tail}-{number}{letter}.{suffix}"
        taken.add(hosts[i])


def sort_into_networks(hosts: Strings, group: Ints, kind: Ints) -> None:
    """Exchange given names among the members of networks of one kind, in place.

    Afterwards members of one network are neighbours in the order of ending and name, so that
    names of one pattern, where the pool has them, fall into one network.

    Parameters
    ----------
    group : network of each host, shape (n_hosts,); below 0 outside networks.
    kind : kind of each host, shape (n_hosts,).
    """
    for k in np.unique(kind[group >= 0]):
        at = np.flatnonzero((group >= 0) & (kind == k))
        at = at[np.argsort(group[at], kind="stable")]
        parts = [(str(h).partition(".")[2], str(h)) for h in hosts[at]]
        hosts[at] = hosts[at][sorted(range(len(at)), key=parts.__getitem__)]
