"""From verdicts to entries: domains, hosts, and single pages of sites worth keeping."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import polars as pl

from spamlinks.decided import decisions_in
from spamlinks.disavow import Candidate, Entry, Kind, Refusal, vet
from spamlinks.disavow.entries import host_and_parents
from spamlinks.guards import is_institution
from spamlinks.policy import Reason, Verdict

__all__ = ["NO_PAGE", "allowed_names", "candidates", "own_site_rows", "without_page"]

_BY_NAME = frozenset({Refusal.WHOLE_TLD, Refusal.PUBLIC_SUFFIX, Refusal.IP_ADDRESS})
"""What ``--allow`` may lift; a site that honest people share is none of it."""

NO_PAGE = (
    "only single pages of it may be disavowed, and no page with a followed link is known here; "
    "write their URLs in place of the domain, or keep links.parquet beside domains.csv"
)


def allowed_names(texts: Collection[str]) -> frozenset[str]:
    """Names for ``Wishes.allow``, as people write them.

    >>> sorted(allowed_names(["domain:XYZ", " co.uk. ", "[::1]"]))
    ['::1', 'co.uk', 'xyz']
    """
    plain = (text.strip().lower().removeprefix("domain:").strip(" .[]") for text in texts)
    return frozenset(name for name in plain if name)


def candidates(
    domains: pl.DataFrame,
    links: pl.DataFrame | None = None,
    *,
    made_on: date | None = None,
    allow: Collection[str] = (),
) -> list[Candidate]:
    """Entries for the rows whose verdict is DISAVOW and that no live file covers yet.

    Parameters
    ----------
    domains : with ``DOMAIN_COLUMNS``; with ``DECISION_COLUMNS`` comments say who decided. Of a row
        with the unit url, and of an institution whatever its unit, the followed pages in ``links``
        become entries, or the page that ``linking_domain`` names. A row that the own site settled
        gives none.
    links : as ``Audit.links``.
    made_on : day of the run, for the comments.
    allow : suffixes and addresses that stand for themselves whatever their unit.
    """
    chosen = _chosen(domains)
    day = f"{made_on.isoformat()} " if made_on is not None else ""
    out = []
    wanted = ["linking_domain", "unit", "reason", "spam_score", "links", "evidence"]
    wanted += ["network"] if "network" in chosen.columns else []
    decided = decisions_in(chosen)
    for row in chosen.select(wanted).iter_rows(named=True):
        name, count = row["linking_domain"], row["links"]
        entries = [Entry.domain(name)]
        if _pages_only(name, row["unit"], row["reason"], allow):
            entries = [Entry.url(name)] if "/" in name else _pages(name, links)
            count = 1
        counted = f"{count:,} link{'' if count == 1 else 's'}"
        reasons = [e for e in (row["evidence"] or "").split(" | ") if "(+" in e][:2]
        # What is usual is about the run's exports, which nobody sees from here; and no text of a
        # stranger goes into the file.
        told = [reason.partition(" (")[0].partition(": “")[0] for reason in reasons]
        told += [f"network {row['network']}"] if row.get("network") else []
        said = "; ".join(told)
        said = str(decided[name]) if name in decided else said
        comment = f"{day}score {row['spam_score']:.2f}, {counted}{': ' if said else ''}{said}"
        out += [Candidate(entry, comment, "") for entry in entries]
    return out


def _pages(name: str, links: pl.DataFrame | None) -> list[Entry]:
    """The pages of a site that holds more than spam: those with a followed link that stands."""
    if links is None:
        return []
    test = pl.col("linking_domain") == name
    for column in ("rel_nofollow", "rel_ugc", "rel_sponsored", "is_lost"):
        if column in links.columns:
            test &= ~pl.col(column).fill_null(value=False)
    pages = links.filter(test)["referring_page"].drop_nulls().unique(maintain_order=True)
    found = (Entry.url(page) for page in pages if "/" in page.partition("://")[2])
    return [entry for entry in found if name in host_and_parents(entry.host)]


def without_page(
    domains: pl.DataFrame, wanted: Sequence[Candidate], allow: Collection[str]
) -> list[str]:
    """Sites that honest people share, set to DISAVOW in a table, of which no page is known."""
    rows = _chosen(domains).select("linking_domain", "unit", "reason").rows()
    pages = (c.entry.host for c in wanted if c.entry.kind is Kind.URL)
    found = {name for host in pages for name in host_and_parents(host)}
    return [
        name
        for name, unit, reason in rows
        if "/" not in name and name not in found and _pages_only(name, unit, reason, allow)
    ]


def own_site_rows(domains: pl.DataFrame) -> list[str]:
    """Names that the audit found to be the own site and that a table now wants disavowed."""
    rows = domains.filter(
        (pl.col("verdict") == Verdict.DISAVOW.value) & (pl.col("reason") == Reason.OWN_SITE.value)
    )
    return rows["linking_domain"].to_list()


def _chosen(domains: pl.DataFrame) -> pl.DataFrame:
    settled = pl.Series([Reason.IN_LIVE_FILE.value, Reason.OWN_SITE.value]).implode()
    return domains.filter(
        (pl.col("verdict") == Verdict.DISAVOW.value) & ~pl.col("reason").is_in(settled)
    )


def _pages_only(name: str, unit: str, reason: str, allow: Collection[str]) -> bool:
    """Whether no ``domain:`` line may be written for a row, only its pages.

    A suffix whose name was given may, unless a site on the keep list is inside.
    """
    if unit != "url" and not is_institution(name):
        return False
    if name not in allow or reason == Reason.KEEP_LIST.value:
        return True
    refused = vet([Candidate(Entry.domain(name))]).refused
    return not refused or refused[0][1] not in _BY_NAME
