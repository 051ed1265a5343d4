"""Networks of two runs: which are new, and which have grown, by the domains that are in them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from spamlinks.report.text import clean, counted
from spamlinks.since.facts import Facts

__all__ = ["MAX_NETWORKS", "notes_on_networks", "renamed_networks"]

MAX_NETWORKS = 10
"""So many networks are named in the notes."""
GROWN_BY, GROWN_DOMAINS = 0.5, 5
"""A network has grown when it has half as many domains more, and at least so many."""
SAME = 0.5
"""A network of another name is the former one when it holds this share of its domains."""
MAX_NAME = 80


def notes_on_networks(
    then: Facts, now: Facts, table: pl.DataFrame, renamed: Mapping[str, str]
) -> list[str]:
    """Name the networks that are new or have grown, biggest growth first.

    Parameters
    ----------
    then, now : the earlier and the later run.
    table : their domains, as ``changes.beside`` gives them.
    renamed : what ``renamed_networks`` says of the table.
    """
    sizes = _sizes(table, "network_after")
    if not now.looked_for_networks or not sizes:
        return []
    if not then.looked_for_networks:
        return ["The earlier run did not look for networks."]
    former = _sizes(table, "network_before")
    arrived = _sizes(table.filter(pl.col("change") == "new"), "network_after")
    grown: list[tuple[int, str]] = []
    for name, size in sizes.items():
        was_named = name if name in former else renamed.get(name)
        if was_named is None:
            fresh = arrived.get(name, 0)
            known = f", {fresh:,} of them new" if fresh < size else ""
            grown.append(
                (size, f"network {_shown(name)} is new, with {counted(size, 'domain')}{known}")
            )
            continue
        was = former[was_named]
        if size - was >= max(GROWN_DOMAINS, GROWN_BY * was):
            called = "" if was_named == name else f", then {_shown(was_named)},"
            grew = f"network {_shown(name)}{called} grew from {was:,} to {size:,} domains"
            grown.append((size - was, grew))
    grown.sort(key=lambda item: (-item[0], item[1]))
    out = [text for _, text in grown[:MAX_NETWORKS]]
    left = len(grown) - MAX_NETWORKS
    if left > 0:
        out.append(
            f"{left:,} more {'network is new or' if left == 1 else 'networks are new or'} grew"
        )
    return [f"{text[0].upper()}{text[1:]}." for text in out]


def renamed_networks(table: pl.DataFrame) -> dict[str, str]:
    """Find the former names of networks that are called otherwise now: a growing one may be.

    Returns
    -------
    dict from a name that only the later run has to one that only the earlier has, where the later
    network holds at least ``SAME`` of the domains of the earlier one. Each name stands once.
    """
    before, after = _sizes(table, "network_before"), _sizes(table, "network_after")
    moved = table.select("network_before", "network_after").drop_nulls()
    pairs = moved.group_by("network_before", "network_after").len()
    # The most domains first; by name where as many moved, so that two runs say the same.
    pairs = pairs.sort("len", "network_before", "network_after", descending=[True, False, False])
    out: dict[str, str] = {}
    for was, name, many in pairs.iter_rows():
        fresh = was not in after and name not in before and name not in out
        if fresh and was not in out.values() and many >= SAME * before[was]:
            out[name] = was
    return out


def _sizes(table: pl.DataFrame, column: str) -> dict[str, int]:
    return dict(table[column].drop_nulls().value_counts().sort(column).rows())


def _shown(name: str) -> str:
    return clean(name, MAX_NAME)
