"""Networks of sister domains, and folds that never cut one.

Link sellers register domains by the hundred after one pattern, so that random folds show the model
the answer. A network is read from names alone, never from labels: names under one public suffix
that share an operator's name, a word of six letters or more, or their first or last six characters,
five times or more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

__all__ = [
    "NETWORK_SIZE",
    "WAVE_OPERATORS",
    "folds",
    "is_wave_name",
    "leave_source_out",
    "network_keys",
    "source_folds",
]

NETWORK_SIZE = 5
"""So many names must share a key to be called a network."""

AFFIX_CHARS = 6

WAVE_OPERATORS = ("seoexpress", "outrank-hq", "link-baron", "rank-forge")
"""Operators that most disavow files of 2026 list; their names stand inside the host."""

_SELLER = re.compile(r"seo|link|rank|pbn|traffic|index|authority")


def is_wave_name(name: str) -> bool:
    """Whether a domain belongs to the dominant wave: operators' names, link sellers on ``.shop``.

    >>> [is_wave_name(n) for n in ("best-seoexpress-team.store", "rankpro.shop", "tea.shop")]
    [True, True, False]
    """
    if any(operator in name for operator in WAVE_OPERATORS):
        return True
    return name.endswith(".shop") and _SELLER.search(name) is not None


def _keys(name: str, suffix: str) -> Iterator[str]:
    label = name.removesuffix(f".{suffix}").rpartition(".")[2]
    for word in set(re.split(r"[-_0-9]+", label)):
        if len(word) >= AFFIX_CHARS and word != label:
            yield f"{word}*.{suffix}"
    if len(label) > AFFIX_CHARS:
        yield f"^{label[:AFFIX_CHARS]}.{suffix}"
        yield f"{label[-AFFIX_CHARS:]}$.{suffix}"


def network_keys(names: Sequence[str], suffixes: Sequence[str]) -> list[str]:
    """Name the network of each domain, by its name and those of the others.

    Parameters
    ----------
    names, suffixes : linking domains and their public suffixes, of one length n.

    Returns
    -------
    n keys: the operator of the wave, else the key that most names share (``NETWORK_SIZE`` at
    least; ties go to the first in alphabetical order), else the name itself. Order-independent.
    """
    candidates = [tuple(_keys(name, suffix)) for name, suffix in zip(names, suffixes, strict=True)]
    counts = Counter(key for keys in candidates for key in keys)
    out = []
    for name, keys in zip(names, candidates, strict=True):
        operator = next((o for o in WAVE_OPERATORS if o in name), None)
        if operator is not None:
            out.append(f"wave:{operator}")
        elif is_wave_name(name):
            out.append("wave:shop")
        else:
            best = min(keys, key=lambda k: (-counts[k], k), default=name)
            out.append(best if keys and counts[best] >= NETWORK_SIZE else name)
    return out


def folds(frame: pl.DataFrame, k: int, seed: int) -> np.ndarray:
    """Split rows into k folds so that a network is never cut.

    Parameters
    ----------
    frame : DataFrame of n rows with ``network`` and ``kind``, as ``load_hosts`` returns.
    k : number of folds, at least 2.
    seed : equal seeds give equal folds.

    Returns
    -------
    int64 array (n,) of fold numbers 0 .. k-1. Networks of one domain are dealt out evenly within
    their kind; larger ones go, largest first, to the fold that holds fewest rows so far.
    """
    sizes = (
        frame.group_by("network")
        .agg(pl.len().alias("n"), pl.col("kind").sort().first())
        .sort("network")
        .sample(fraction=1.0, shuffle=True, seed=seed)
        .sort("n", descending=True, maintain_order=True)
    )
    fold_of: dict[str, int] = {}
    load: dict[str, np.ndarray] = {}
    for network, n, kind in sizes.iter_rows():
        rows = load.setdefault(kind, np.zeros(k))
        fold_of[network] = int(rows.argmin())
        rows[fold_of[network]] += n
    return np.array([fold_of[name] for name in frame["network"]], dtype=np.int64)


def source_folds(frame: pl.DataFrame, k: int, seed: int) -> np.ndarray:
    """Split rows into k folds so that a spam source is never cut; the rest by network.

    A spam row goes where its ``source`` goes; rows of honest lists, each of which is one source,
    go where ``folds`` sends them. Networks may cross these folds: whoever trains on the others
    must drop the rows whose network stands in the fold (``out_of_fold_margins`` does).

    Returns
    -------
    int64 array (n,) of fold numbers 0 .. k-1.
    """
    out = folds(frame, k, seed)
    spam = frame.filter(pl.col("is_spam") == 1)
    sizes = (
        spam.group_by("source")
        .agg(pl.len().alias("n"))
        .sort("source")
        .sample(fraction=1.0, shuffle=True, seed=seed)
        .sort("n", descending=True, maintain_order=True)
    )
    load = np.zeros(k)
    fold_of: dict[str, int] = {}
    for source, n in sizes.iter_rows():
        fold_of[source] = int(load.argmin())
        load[fold_of[source]] += n
    is_spam = frame["is_spam"].to_numpy() == 1
    named = np.array([fold_of.get(name, 0) for name in frame["source"]], dtype=np.int64)
    return np.where(is_spam, named, out)


def leave_source_out(frame: pl.DataFrame, sources: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Masks (train, test) that leave sources out whole.

    Every row that one of ``sources`` lists is tested, wherever else it stands; every row whose
    network has a tested row is kept from training.

    Returns
    -------
    Two Boolean arrays (n,), disjoint; some rows are in neither.
    """
    test = frame["sources"].list.set_intersection(list(sources)).list.len().to_numpy() > 0
    touched = frame["network"].is_in(frame.filter(pl.Series(test))["network"].unique().implode())
    return ~touched.to_numpy() & ~test, test
