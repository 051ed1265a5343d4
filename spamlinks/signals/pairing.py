"""Which domains share a key of one kind and a key of another, within a fixed amount of memory.

Whoever writes an export can give every domain the same twenty anchors and twenty titles, which are
four hundred pairs for each. The pairs of two kinds are bounded, and counted a part at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["affordable", "commonest", "shared_pairs"]

MAX_PAIRS = 16_000_000
"""So many pairs of keys are compared for two kinds, unless there are more domains than that."""

PART_PAIRS = 4_000_000
"""So many stand in memory at once."""


def commonest(pairs: pl.DataFrame, most: int) -> pl.DataFrame:
    """Keep the commonest keys of each domain, ``most`` of them at most.

    Parameters
    ----------
    pairs : ``_domain``, ``code`` of a key, ``shared`` (number of domains that have it).
    """
    big = pairs.group_by("_domain").len().filter(pl.col("len") > most)
    if not big.height:
        return pairs
    best = (
        pairs.join(big, on="_domain", how="semi")
        .sort("shared", "code", descending=[True, False])
        .group_by("_domain", maintain_order=True)
        .head(most)
        .select(pairs.columns)
    )
    return pl.concat([pairs.join(big, on="_domain", how="anti"), best])


def affordable(
    one: pl.DataFrame, two: pl.DataFrame, budget: int = MAX_PAIRS
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Leave out the rarest keys of the domains that have many, until the pairs fit the budget.

    Parameters
    ----------
    one, two : as for ``commonest``, of two kinds.
    budget : pairs that may be compared, each domain having those of its keys in ``one`` with
        those in ``two``; one key of either kind always stays.
    """
    many = (
        one.group_by("_domain").agg(a=pl.len())
        .join(two.group_by("_domain").agg(b=pl.len()), on="_domain")
        .select(pl.col("a", "b").cast(pl.Int64))
    )  # fmt: skip
    a, b = many["a"].to_numpy(), many["b"].to_numpy()
    most = int(max(a.max(initial=1), b.max(initial=1)))
    if int((a * b).sum()) <= budget:
        return one, two
    while most > 1 and int((np.minimum(a, most) * np.minimum(b, most)).sum()) > budget:
        most -= 1
    return commonest(one, most), commonest(two, most)


def shared_pairs(
    one: pl.DataFrame, two: pl.DataFrame, least: int
) -> Iterator[tuple[pl.DataFrame, list[npt.NDArray[np.uint32]]]]:
    """Group the domains by pairs of a key of one kind and a key of the other.

    Parameters
    ----------
    one, two : ``_domain``, ``owner``, ``code``, ``shared``.
    least : owners that a group must have.

    Yields
    ------
    (groups, members): a row per group with ``code``, ``code_b``, ``n`` (domains), ``n_a`` and
    ``n_b`` (those that have the one key, the other key), and its domains, ascending.
    """
    one, two = affordable(one, two)
    other = two.select("_domain", code_b="code", shared_b="shared")
    keys = other.group_by("_domain").agg(b=pl.len())
    total = int(one.join(keys, on="_domain")["b"].sum() or 0)
    parts = -(-total // PART_PAIRS)
    for part in range(parts):
        some = one.filter(pl.col("code") % parts == part) if parts > 1 else one
        groups = (
            some.join(other, on="_domain")
            .group_by("code", "code_b")
            .agg(
                n=pl.len(), n_a=pl.col("shared").first(), n_b=pl.col("shared_b").first(),
                owners=pl.col("owner").n_unique(), members=pl.col("_domain").sort(),
            )
            .filter(pl.col("owners") >= least)
        )  # fmt: skip
        if not groups.height:
            continue
        ends = groups["members"].list.len().cum_sum().to_numpy()
        flat = groups["members"].explode().to_numpy().astype(np.uint32)
        yield groups.drop("members", "owners"), np.split(flat, ends[:-1])
