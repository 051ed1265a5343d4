"""The networks of a run, as run.json, domains.csv and the report tell of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from spamlinks.campaigns.describe import description, network_id, shared_words
from spamlinks.report.text import clean
from spamlinks.signals.name_traces import own_labels
from spamlinks.signals.networks import Networks
from spamlinks.signals.page_traces import list_lengths, target_names

__all__ = ["LISTED", "network_facts"]

LISTED = 200
"""So many networks are described; the rest is counted."""

_SAMPLES = 8
_EVIDENCE = 8

_COMPARED = {
    "name": "Parts of the domain names, under one ending.",
    "address": "Addresses of the sites, by blocks of 256; those that many sites share aside.",
    "title": "Titles of the linking pages, without each site's own name.",
    "anchor": "Anchors, without the brand, addresses and phrases such as 'click here'.",
    "list": "Pages that link to hundreds of sites, by how many.",
    "shape": "The form of the pages' paths.",
    "moment": "Target and week of first sight.",
    "owner": "Tracking and advertising ids of the fetched pages; those of platforms aside.",
    "servers": "Name servers of their own; those of hosters and registrars aside.",
}
_MISSING = {
    "address": "Addresses of the sites: these exports have none.",
    "title": "Titles of the linking pages: these exports have none.",
    "anchor": "Anchors: these exports have none.",
    "list": "How many sites the pages link to: these exports do not say.",
    "moment": "When links were first seen: these exports do not say.",
    "owner": "Tracking and advertising ids: no page was fetched (spamlinks enrich).",
    "servers": "Name servers: none were looked up (spamlinks enrich).",
}


def network_facts(
    frame: pl.DataFrame, hosts: pl.DataFrame, networks: Networks, domains: pl.DataFrame
) -> tuple[dict[str, Any], pl.DataFrame]:
    """Describe the networks.

    Parameters
    ----------
    frame, hosts : coded rows and their hosts, as ``signals.encode`` returns them.
    networks : what ``find_networks`` found in them.
    domains : the decided domains: ``linking_domain``, ``verdict``, ``links``, ``followed_links``,
        ``first_seen``, ``spam_score``.

    Returns
    -------
    (facts, names): facts with ``domains`` (in any network), ``looked_at`` and ``missing``
    (sentences), ``list`` (at most ``LISTED``, the largest first) and ``more``; names with
    ``linking_domain``, ``network``, the id of each member's network, ``network_size`` and
    ``network_shares``, what its members share in one line.
    """
    sites = hosts.unique("_domain", keep="first", maintain_order=True).sort("_domain")
    members = sites.with_columns(_network=pl.Series(networks.of), label=own_labels(sites)).filter(
        pl.col("_network") >= 0
    )
    table = members.select("linking_domain", "suffix", "label", "_network").join(
        domains.select(
            "linking_domain", "verdict", "links", "followed_links", "first_seen", "spam_score"
        ),
        on="linking_domain",
        how="left",
    )
    targets = _targets(frame)
    shared = {
        key[0]: part
        for key, part in networks.evidence.partition_by("network", as_dict=True).items()
    }
    taken: set[str] = set()
    told: list[tuple[int, str, int, str]] = []
    listed: list[dict[str, Any]] = []
    for (number,), part in sorted(table.partition_by("_network", as_dict=True).items()):
        place = int(str(number))
        found = [
            (kind, text, many)
            for kind, text, many in shared[number].select("kind", "key", "domains").iter_rows()
        ]
        suffixes = [
            (str(name), int(many))
            for name, many in part["suffix"]
            .value_counts()
            .sort("count", "suffix", descending=[True, False])
            .rows()
        ]
        words = shared_words(part["label"].to_list())
        name = _unused(network_id(words, suffixes[0][0], found), taken)
        facts = _facts(name, part, suffixes, words, found, targets)
        told.append((place, name, part.height, facts["description"].partition(", ")[2]))
        if len(listed) < LISTED:
            listed.append(facts)
    summary = {
        "domains": int((networks.of >= 0).sum()),
        "looked_at": [text for kind, text in _COMPARED.items() if kind in networks.looked_at],
        "missing": [text for kind, text in _MISSING.items() if kind not in networks.looked_at],
        "more": len(told) - len(listed),
        "list": listed,
    }
    named = pl.DataFrame(
        told,
        schema={
            "_network": pl.Int32,
            "network": pl.String,
            "network_size": pl.Int64,
            "network_shares": pl.String,
        },
        orient="row",
    )
    names = table.select("linking_domain", "_network").join(named, on="_network").drop("_network")
    return summary, names


def _unused(name: str, taken: set[str]) -> str:
    """The name, with a number where another network has it already."""
    out, number = name, 2
    while out in taken:
        out, number = f"{name}-{number}", number + 1
    taken.add(out)
    return out


def _targets(frame: pl.DataFrame) -> Mapping[str, str]:
    """Target URLs by the name that ``traces`` gives them."""
    if "_pair_target" not in frame.columns:
        return {}
    return dict(target_names(frame).select("target", "target_url").drop_nulls().iter_rows())


def _facts(
    name: str,
    part: pl.DataFrame,
    suffixes: list[tuple[str, int]],
    words: list[str],
    found: list[tuple[str, str, int]],
    targets: Mapping[str, str],
) -> dict[str, Any]:
    days = [day for day in part["first_seen"].to_list() if isinstance(day, date)]
    counts = dict(part["verdict"].value_counts().rows())
    best = part.sort("spam_score", "linking_domain", descending=[True, False], nulls_last=True)
    return {
        "id": name,
        "domains": part.height,
        "links": int(part["links"].sum()),
        "followed_links": int(part["followed_links"].sum()),
        "verdicts": {v: int(counts.get(v, 0)) for v in ("DISAVOW", "REVIEW", "KEEP")},
        "description": description(part.height, suffixes, words, found, days),
        "evidence": [
            {**_told(kind, text, targets), "domains": many}
            for kind, text, many in _strongest(found)
        ],
        "suffixes": [[suffix, many] for suffix, many in suffixes[:5]],
        "first_seen": min(days).isoformat() if days else None,
        "last_seen": max(days).isoformat() if days else None,
        "samples": best["linking_domain"].head(_SAMPLES).to_list(),
    }


def _strongest(found: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """The commonest keys, each kind's best before any second one."""
    seen: dict[str, int] = {}
    ranked = []
    for item in found:
        if item[0] == "list" and "list" in seen:
            continue  # the steps of lengths overlap
        seen[item[0]] = seen.get(item[0], 0) + 1
        ranked.append((seen[item[0]] > 1, item))
    ranked.sort(key=lambda pair: pair[0])  # stable: by number of domains within
    return [item for _, item in ranked[:_EVIDENCE]]


def _told(kind: str, text: str, targets: Mapping[str, str]) -> dict[str, str]:
    """``kind`` and ``what`` as they are told: words of a trade and endings are parts of a name."""
    if kind == "moment":
        week, _, code = text.partition(" ")
        target = targets.get(code)
        if target is None:
            return {"kind": "week", "what": week}
        return {"kind": "target", "what": f"{clean(target, 100)} in the week of {week}"}
    if kind == "trade":
        trade, _, ending = text.partition(" ")
        return {"kind": "name", "what": f"words of {_TRADES.get(trade, trade)} under {ending}"}
    if kind == "list":
        low, high = list_lengths(text)
        return {"kind": "list", "what": f"{low:,} to {high:,} links"}
    if kind == "ending":
        return {"kind": "name", "what": f"the ending {text}"}
    return {"kind": kind, "what": clean(text, 100)}


_TRADES = {
    "links": "link sellers",
    "gambling": "gambling",
    "adult": "adult sites",
    "pharma": "pill shops",
    "loans": "lenders",
    "essay": "essay mills",
    "replica": "replica shops",
    "piracy": "piracy",
}
