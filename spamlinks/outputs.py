"""What a run leaves behind: the files of ``spamlinks audit``, and the disavow file."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from spamlinks.decided import refuse_contradiction
from spamlinks.disavow import (
    DisavowFile,
    diff,
    not_reexamined,
    read_disavow_bytes,
    write_disavow,
)
from spamlinks.disavow.entries import host_and_parents
from spamlinks.drafts import (
    Draft,
    Wishes,
    allowed_names,
    candidates,
    draft_disavow,
    former_file,
    read_beside,
    refuse_loss,
    set_aside,
    with_effect,
)
from spamlinks.drafts.by_property import plan_for_properties, write_planned
from spamlinks.drafts.completed import OURS
from spamlinks.drafts.decided_entries import all_decided_otherwise
from spamlinks.effect import examined
from spamlinks.errors import InputError, OutputError
from spamlinks.files import make_folder, write_atomic
from spamlinks.guards import below_mask
from spamlinks.pipeline import Audit, Settings, Stage, audit
from spamlinks.policy import Guards, KeepList, Reason
from spamlinks.properties import Property
from spamlinks.report import render_report
from spamlinks.run_folder import refuse_other_site
from spamlinks.schema import FIELDS
from spamlinks.since.changes import write_changes
from spamlinks.tables import write_table
from spamlinks.verdict_files import write_verdicts
from spamlinks.verdict_table import decided_in_tables, live_entries_of, read_domains, run_of

__all__ = [
    "Draft",
    "candidates",
    "disavow_from",
    "draft_disavow",
    "read_domains",
    "write_audit",
]


def write_audit(
    audit: Audit, folder: Path, properties: Sequence[Property] = ()
) -> tuple[dict[str, Any], Draft]:
    """Write ``disavow.txt``, ``domains.csv``, ``domains.xlsx``, ``links.parquet``,
    ``rejected.csv``, ``report.html`` and ``run.json`` into a folder, made if absent;
    ``decisions.csv`` where decisions were given; ``changes.csv`` where the audit was compared with
    an earlier one, and else that of a former run goes.

    No ``disavow.txt`` is written when there is nothing to add: an empty upload clears the list.
    One that an earlier run left in the folder is then set aside as a backup, unless it says the
    same as the live file. A file that is replaced is backed up as well. For each of the
    ``properties`` with candidates there is a file of its own: see ``plan_for_properties``.

    Returns
    -------
    (run, draft): run facts with the outputs, as written to run.json.

    Raises
    ------
    InputError : the properties do not fit the exports. OutputError : the folder holds an audit of
        another site, or it or a file cannot be written; each file is whole or absent.
    """
    target = folder / "disavow.txt"
    refuse_other_site(folder, audit.run.get("site"))
    planned = plan_for_properties(audit, properties, target)
    make_folder(folder)
    wishes = Wishes(former=former_file(target, audit.guards.live))
    try:
        draft = draft_disavow(audit.domains, audit.guards, audit.run, audit.links, wishes)
        if properties:  # a file for none of them would be uploaded to one, and drop its list
            draft = Draft(None, 0, 0, 0, "each property has a file of its own", draft.refused, ())
    except OutputError as error:  # the live file is full: all else is still worth having
        kept_entries = len(audit.guards.live.entries) if audit.guards.live is not None else 0
        why = f"{error.problem}. {error.hint.rstrip('.')}"
        draft = Draft(None, kept_entries, 0, kept_entries, why, (), ())
    draft = with_effect(draft, audit.guards.live, audit.domains, audit.links, audit.run)
    run = {
        **audit.run,
        "notes": [*draft.notes, *audit.run["notes"]],
        "live": _live_facts(audit.guards.live),
        "disavow": {
            "written": draft.text is not None,
            "path": target.name if draft.text is not None else None,
            "entries": draft.entries,
            "new": draft.new,
            "kept": draft.kept,
            "why_not": draft.why_not,
            "refused": list(draft.refused),
            "collapsed": list(draft.collapsed),
            "not_reexamined": _not_reexamined(audit),
        },
        "effect": draft.effect.to_dict() if draft.effect is not None else None,
    }
    tables = write_verdicts(audit, folder)
    run["tables"], run["notes"] = tables.sha256, [*tables.notes, *run["notes"]]
    draft = replace(draft, notes=(*draft.notes, *tables.notes))
    write_table(audit.links, folder / "links.parquet")
    write_table(audit.rejected, folder / "rejected.csv")
    write_changes(audit.changes, folder)
    silent = len(run["disavow"]["not_reexamined"])
    if silent and audit.guards.live is not None:
        which = f"{silent:,} of the {len(audit.guards.live.entries):,} entries of your live file"
        note = f"no link of these exports falls under {which}; they stay ('spamlinks recheck')"
        run["notes"] = [*run["notes"], note]
        draft = replace(draft, notes=(*draft.notes, note))
    lost = _would_lose(target, draft)
    if lost:
        run["notes"] = [*run["notes"], lost]
    report = render_report(run, audit.domains, audit.links)
    write_atomic(folder / "report.html", report.encode())
    kept: Path | None = None
    if draft.text is not None:
        kept = write_disavow(target, draft.text, backup=True)
    elif target.is_file():
        kept = set_aside(target, audit.guards.live)
    draft = replace(draft, backup=kept.name if kept is not None else None)
    run["disavow"]["backup"] = draft.backup
    apart = [write_planned(plan, replace_former=True) for plan in planned]
    run["properties"] = [item.to_dict() for item in apart]
    write_atomic(folder / "run.json", (json.dumps(run, indent=1, sort_keys=True) + "\n").encode())
    return run, replace(draft, apart=tuple(apart))


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


def _live_facts(live: DisavowFile | None) -> dict[str, Any] | None:
    """Which file the verdicts were made beside; ``entries`` counts lines, repeats included."""
    if live is None:
        return None
    return {"name": live.source, "sha256": live.sha256, "entries": len(live.entries)}


def _would_lose(target: Path, draft: Draft) -> str:
    """Say how many entries of a file that somebody else put there the new one lacks; "" for none.

    A file of ours is made anew each time; another may be the list that Google holds.
    """
    if draft.text is None or not target.is_file():
        return ""
    try:
        data = read_disavow_bytes(target)
        old = DisavowFile.parse(data, target.name)
    except InputError:
        return ""
    removed = () if data.startswith(OURS) else diff(old, DisavowFile.parse(draft.text))[1]
    if not removed:
        return ""
    many = f"{len(removed):,} {'entry' if len(removed) == 1 else 'entries'}"
    return (
        f"the {target.name} that stood in this folder held {many} which the new one lacks; if it "
        "is the list that Google holds, give it with --disavow"
    )


def _not_reexamined(audit: Audit) -> list[str]:
    """Entries of the live file that no link of the exports falls under; they stay."""
    live = audit.guards.live
    if live is None:
        return []
    names = examined(live, audit.domains, audit.links)
    names = names.filter(live.covering(names).is_not_null())
    return [line.text.strip() for line in not_reexamined(live, names)]


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


def _refuse_without_live(tables: list[Path], domains: pl.DataFrame) -> None:
    """An upload replaces the list, so a table made beside a live file needs that file again."""
    for table in tables:
        name, entries = live_entries_of(table)
        said = f" ({name}, {entries:,} {'entry' if entries == 1 else 'entries'})"
        if entries or (domains["reason"] == Reason.IN_LIVE_FILE.value).any():
            raise InputError(
                table.name,
                f"its verdicts were made beside a live disavow file{said if entries else ''}",
                "Give that file with --merge, or its entries would be missing from the new one.",
            )


def _refuse_unused(settings: Settings) -> None:
    """A wish that a table of verdicts cannot follow must not be dropped in silence."""
    free = Settings(settings.site, disavow=settings.disavow, keep=settings.keep)
    for name in ("brand", "facts", "model", "situation", "precision", "prior"):
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
