"""Decisions held against the domains and links of one run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from spamlinks.decided.decision_list import DECISION_COLUMNS, DecisionList
from spamlinks.disavow.entries import host_and_parents
from spamlinks.errors import InputError
from spamlinks.exports.cells import printable
from spamlinks.exports.keys import bare_page_key
from spamlinks.policy import REASON_TEXT, Decision, KeepList, Reason, Verdict
from spamlinks.urls import authorities, authority, hosts_of, linking_domain, parse_host

__all__ = ["Followed", "follow", "here", "refuse_contradiction", "with_decisions"]

NAMED = 3
"""So many of several are named; the rest is counted."""

_NO_WEIGHT = (Reason.NOFOLLOW_ONLY.value, Reason.LINKS_GONE.value)


def refuse_contradiction(decisions: DecisionList, keep: KeepList, keep_source: str) -> None:
    """Raise InputError where something decided DISAVOW is on the keep list."""
    for decision in decisions.by_name.values():
        if decision.verdict != Verdict.DISAVOW:
            continue
        above = host_and_parents(parse_host(authority(decision.name)).host)
        if decision.name in keep.urls or not keep.domains.isdisjoint(above):
            place = f"row {decision.row}: " if decision.row else ""
            raise InputError(
                decisions.source,
                f"{place}{printable(decision.name, 80)} is decided DISAVOW, and {keep_source} "
                "keeps it",
                "Decide which it is, and take it out of the other file.",
            )


def here(
    decisions: Iterable[Decision], domains: pl.DataFrame, links: pl.DataFrame | None
) -> set[str]:
    """Return the names of the decisions that some row or link of a run is about.

    Parameters
    ----------
    domains : with ``linking_domain``.
    links : with ``referring_page`` and ``linking_domain``; None where they are not known, then a
        page or a part of a site counts when its site has a row.
    """
    rows = set(domains["linking_domain"].drop_nulls())
    found, open_ = set(), {}
    for decision in decisions:
        name = decision.name
        site = linking_domain(name)
        if name in rows:
            found.add(name)
        elif site in rows:
            open_[name] = site
    if links is None or not open_:
        return found | set(open_)
    near = links.filter(pl.col("linking_domain").is_in(list(open_.values())))["referring_page"]
    near = near.drop_nulls().unique()
    hosts = {n for host in hosts_of(authorities(near)) if host for n in host_and_parents(host)}
    pages = set(bare_page_key(near))
    keys = dict(zip(open_, bare_page_key(pl.Series(list(open_), dtype=pl.String)), strict=True))
    return found | {
        name for name in open_ if (keys[name] in pages if "/" in name else name in hosts)
    }


def with_decisions(domains: pl.DataFrame, decisions: DecisionList | None) -> pl.DataFrame:
    """Add ``DECISION_COLUMNS``, and say in ``why`` who decided a verdict, when and for what.

    Parameters
    ----------
    domains : with linking_domain, reason and why.
    """
    table = (decisions or DecisionList("")).table()
    frame = domains.drop(DECISION_COLUMNS, strict=False).join(
        table, on="linking_domain", how="left", maintain_order="left"
    )
    if decisions is None or not len(decisions):
        return frame
    generic = REASON_TEXT[Reason.DECIDED]
    rows = frame.with_row_index("_at").filter(pl.col("reason") == Reason.DECIDED.value)
    said = {
        at: why.replace(generic, _sentence(decisions, name))
        for at, name, why in rows.select("_at", "linking_domain", "why").iter_rows()
    }
    own = pl.Series(list(said), dtype=pl.UInt32), pl.Series(list(said.values()), dtype=pl.String)
    at = pl.int_range(frame.height, dtype=pl.UInt32, eager=True)
    texts = at.replace_strict(*own, default=None, return_dtype=pl.String)
    return frame.with_columns(why=pl.select(pl.coalesce(texts, frame["why"])).to_series())


def _sentence(decisions: DecisionList, name: str) -> str:
    text = str(decisions.by_name[name])
    return f"{text[0].upper()}{text[1:].rstrip('.')}."


@dataclass(frozen=True)
class Followed:
    """What became of the decisions: facts for run.json, and sentences for people."""

    facts: dict[str, Any]
    notes: tuple[str, ...]


def follow(
    decisions: DecisionList,
    domains: pl.DataFrame,
    before: pl.DataFrame,
    links: pl.DataFrame,
    site: str | None = None,
) -> Followed:
    """Count what the decisions did.

    Parameters
    ----------
    domains : linking_domain, verdict and reason as decided.
    before : linking_domain, verdict and reason as they are without the decisions.
    links : with ``referring_page`` and ``linking_domain``, none from the own site.
    site : the user's own.
    """
    present = here(decisions.by_name.values(), domains, links)
    rows = {name: (verdict, reason) for name, verdict, reason in
            domains.select("linking_domain", "verdict", "reason").iter_rows()}  # fmt: skip
    unheeded = [
        (decision, rows[name][1])
        for name, decision in decisions.by_name.items()
        if name in rows and rows[name][0] != decision.verdict.value
    ]
    own = [d for d in decisions.by_name.values() if d.name not in rows and _is_own(d, site)]
    unheeded += [(decision, Reason.OWN_SITE.value) for decision in own]
    formerly = dict(before.select("linking_domain", "verdict").iter_rows())
    changed = sum(formerly.get(name) != verdict for name, (verdict, _) in rows.items())
    away = len(decisions) - len(present) - len(own)
    facts = {
        "file": decisions.source,
        "sha256": decisions.sha256,
        "given": len(decisions),
        "applied": len(present) - len(unheeded) + len(own),
        "changed": changed,
        "not_here": away,
        "disavow": sum(
            (verdict, reason) == (Verdict.DISAVOW.value, Reason.DECIDED.value)
            for verdict, reason in rows.values()
        ),
        "by": decisions.authors,
    }
    notes = [*decisions.notes, *_unheeded(unheeded), *_needless(decisions, before)]
    return Followed(facts, tuple(notes))


def _needless(decisions: DecisionList, before: pl.DataFrame) -> Iterable[str]:
    """Say which sites decided DISAVOW pass nothing on, so that an entry changes nothing."""
    spared = before.filter(pl.col("reason").is_in(_NO_WEIGHT))["linking_domain"]
    wanted = decisions.by_name
    names = [n for n in spared if n in wanted and wanted[n].verdict == Verdict.DISAVOW]
    if names:
        shown = ", ".join(printable(name, 60) for name in names[:NAMED])
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        yield (
            f"decided DISAVOW, and all links are nofollow or gone: {shown}{more}; "
            f"{'it needs' if len(names) == 1 else 'they need'} no entry, and the file has one "
            f"{'' if len(names) == 1 else 'each '}only because you decided so"
        )


def _is_own(decision: Decision, site: str | None) -> bool:
    if site is None or decision.verdict == Verdict.KEEP:
        return False
    return linking_domain(decision.name) == linking_domain(site)


def _unheeded(found: list[tuple[Decision, str]]) -> Iterable[str]:
    """Say which decisions a guard did not let through, by guard."""
    by_reason: dict[str, list[Decision]] = {}
    for decision, reason in found:
        by_reason.setdefault(reason, []).append(decision)
    for reason, decisions in by_reason.items():
        names = ", ".join(printable(decision.name, 60) for decision in decisions[:NAMED])
        more = f" and {len(decisions) - NAMED} more" if len(decisions) > NAMED else ""
        way = ""
        if reason in (Reason.PUBLIC_SUFFIX, Reason.BARE_TLD, Reason.IP_ADDRESS):
            way = f" 'spamlinks disavow domains.csv --allow {printable(decisions[0].name, 60)}' "
            way += "writes it all the same."
        yield (
            f"not followed: {decisions[0].verdict} for {names}{more} ({reason}). "
            f"{REASON_TEXT[Reason(reason)]}{way}"
        )
