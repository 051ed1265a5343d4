"""Behind the command disavow: a disavow file from exports, or from the tables of an audit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import polars as pl

from spamlinks.decided import refuse_contradiction
from spamlinks.disavow import DisavowFile, write_disavow
from spamlinks.disavow.entries import host_and_parents
from spamlinks.drafts import (
    Draft,
    Wishes,
    allowed_names,
    draft_disavow,
    former_file,
    read_beside,
    refuse_loss,
    set_aside,
    with_effect,
)
from spamlinks.drafts.decided_entries import all_decided_otherwise
from spamlinks.errors import InputError
from spamlinks.guards import below_mask
from spamlinks.pipeline import Settings, Stage, audit
from spamlinks.policy import Guards, KeepList, Reason
from spamlinks.report.text import counted
from spamlinks.schema import FIELDS
from spamlinks.verdict_table import decided_in_tables, live_entries_of, read_domains, run_of

__all__ = ["disavow_from"]


def disavow_from(
    inputs: list[Path],
    settings: Settings,
    output: Path,
    *,
    allow: Collection[str] = (),
    stage: Stage | None = None,
) -> Draft:
    """Write the disavow file for exports, or for one ``domains.csv`` of an audit.

    Nothing is written when there is nothing to add; the draft says why.

    Parameters
    ----------
    inputs : exports, or tables of ``audit`` (not both at once).
    settings : ``disavow`` is the live file to merge with. With tables only that, ``site``, ``keep``
        and ``decisions`` can be honoured; the others decided the verdicts that the tables hold.
        Without ``site`` that of run.json beside the one table is spared.
    output : file to write; a file that is replaced is backed up first.
    allow : suffixes and addresses that are disavowed whole on purpose.

    Raises
    ------
    InputError : bare scores, exports and tables mixed, or settings that tables cannot follow.
    OutputError : ``output`` cannot be written.
    """
    tables = [read_domains(path) if path.is_file() else None for path in inputs]
    given = [table for table in tables if table is not None]
    if given and len(given) < len(inputs):
        raise InputError(
            "disavow", "exports and domains.csv files were given together", "Give one kind."
        )
    allowed = allowed_names(allow)
    if given:
        _refuse_unused(settings)
        draft, guards = _from_tables(inputs, given, settings, output, allowed)
    else:
        outcome = audit(inputs, settings, stage=stage)
        guards, run = outcome.guards, outcome.run
        live = guards.live
        wishes = Wishes(allowed, former_file(output, live))
        draft = draft_disavow(outcome.domains, guards, run, outcome.links, wishes)
        draft = replace(with_effect(draft, live, outcome.domains, outcome.links, run), run=run)
    former = former_file(output, guards.live)
    kept: Path | None = None
    if draft.text is not None:
        refuse_loss(output, draft.text, former, guards.decided)
        kept = write_disavow(output, draft.text, backup=True)
    elif former is not None and all_decided_otherwise(former, guards):
        kept = set_aside(output, guards.live)
    return replace(draft, backup=kept.name if kept is not None else None)


def _from_tables(
    inputs: list[Path],
    tables: list[pl.DataFrame],
    settings: Settings,
    output: Path,
    allowed: frozenset[str],
) -> tuple[Draft, Guards]:
    """Draft the file from tables of verdicts, and say beside which guards."""
    _refuse_unused(settings)
    live = read_beside(settings.disavow, DisavowFile.parse)
    keep = read_beside(settings.keep, KeepList.parse) or KeepList()
    run = run_of(inputs[0]) if len(inputs) == 1 else {}
    site = settings.site if settings.site is not None else run.get("site")
    domains = pl.concat(tables).unique("linking_domain", keep="first", maintain_order=True)
    domains, decisions = decided_in_tables(inputs, domains, settings.decisions)
    if settings.keep is not None:
        refuse_contradiction(decisions, keep, settings.keep.name)
    guards = Guards(site=site, keep=keep, live=live, decided=decisions.by_name)
    if live is None:
        _refuse_without_live(inputs, domains)
    links = _links_beside(inputs, domains)
    wishes = Wishes(allowed, former_file(output, live))
    draft = draft_disavow(domains.filter(~_kept(domains, keep)), guards, run, links, wishes)
    draft = replace(draft, notes=(*draft.notes, *decisions.notes))
    return replace(with_effect(draft, live, domains, links, run), run=None), guards


def _links_beside(tables: list[Path], domains: pl.DataFrame) -> pl.DataFrame | None:
    """The links.parquet that the audit wrote beside its one table, where it is about that table."""
    path = tables[0].with_name("links.parquet")
    if len(tables) > 1 or not path.is_file():
        return None
    try:
        links = pl.read_parquet(path)
        # Somebody may have taken rows out of the table, or written pages in place of a domain.
        plain = domains.filter(~pl.col("linking_domain").str.contains("/", literal=True))
        fits = set(plain["linking_domain"]) <= set(links["linking_domain"].drop_nulls())
        sound = all(
            links.schema[name] == FIELDS[name].dtype for name in links.columns if name in FIELDS
        )
    except (OSError, pl.exceptions.PolarsError):
        return None
    sound &= links.schema["linking_domain"] == pl.String  # no field of an export, so not above
    return links if fits and sound and "referring_page" in links.columns else None


def _refuse_without_live(tables: list[Path], domains: pl.DataFrame) -> None:
    """An upload replaces the list, so a table made beside a live file needs that file again."""
    for table in tables:
        name, entries = live_entries_of(table)
        said = f" ({name}, {counted(entries, 'entry', 'entries')})"
        if entries or (domains["reason"] == Reason.IN_LIVE_FILE.value).any():
            raise InputError(
                table.name,
                f"its verdicts were made beside a live disavow file{said if entries else ''}",
                "Give that file with --merge, or its entries would be missing from the new one.",
            )


def _refuse_unused(settings: Settings) -> None:
    """A wish that a table of verdicts cannot follow must not be dropped in silence."""
    free = Settings(settings.site, disavow=settings.disavow, keep=settings.keep)
    for name in ("brand", "facts", "store", "model", "situation", "precision", "prior"):
        if getattr(settings, name) != getattr(free, name):
            raise InputError(
                f"--{name}",
                "a table of verdicts cannot follow it",
                "Give the exports instead of domains.csv, or run 'spamlinks audit' with it.",
            )
    if settings.hints.mappings:
        hint = "Give the exports instead, or leave the mapping out."
        raise InputError("--map", "domains.csv of an audit needs no mapping", hint)


def _kept(domains: pl.DataFrame, keep: KeepList) -> pl.Series:
    """Which entries would hit something on the keep list: the site, one above it, or a page."""
    hosts = domains["linking_domain"].str.to_lowercase()
    around = {name for host in keep.hosts_inside() for name in host_and_parents(host)}
    inside = hosts.is_in(pl.Series(sorted(around), dtype=pl.String).implode())
    return (below_mask(hosts, keep.domains) | inside).fill_null(value=False)
