"""One disavow file for each URL-prefix property of Search Console."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from spamlinks.disavow import DisavowFile, write_disavow
from spamlinks.drafts.candidates import allowed_names
from spamlinks.drafts.completed import (
    former_file,
    read_beside,
    refuse_loss,
    set_aside,
    with_effect,
)
from spamlinks.drafts.draft import Draft, ForProperty, Wishes, draft_disavow
from spamlinks.errors import InputError
from spamlinks.pipeline import Audit, Settings, Stage, audit
from spamlinks.policy import Verdict
from spamlinks.properties import (
    Property,
    file_names,
    links_to,
    refuse_elsewhere,
    without_target,
)
from spamlinks.verdict_table import read_domains

__all__ = [
    "Planned",
    "disavow_by_property",
    "plan_for_properties",
    "write_for_properties",
    "write_planned",
]


def disavow_by_property(
    inputs: list[Path],
    settings: Settings,
    output: Path,
    properties: Sequence[Property],
    *,
    allow: Collection[str] = (),
    stage: Stage | None = None,
) -> list[ForProperty]:
    """Write one disavow file for each property; see ``write_for_properties``.

    Raises
    ------
    InputError : tables of ``audit`` instead of exports, since they do not say what is linked to.
    OutputError : a file cannot be written.
    """
    if any(path.is_file() and read_domains(path) is not None for path in inputs):
        raise InputError(
            "--property", "a table of verdicts does not say what is linked to", "Give the exports."
        )
    outcome = audit(inputs, settings, stage=stage)
    return write_for_properties(outcome, properties, output, allow=allow)


def write_for_properties(
    audit: Audit,
    properties: Sequence[Property],
    output: Path,
    *,
    allow: Collection[str] = (),
) -> list[ForProperty]:
    """Write one disavow file for each property that has candidates.

    Raises
    ------
    InputError : see ``plan_for_properties``. OutputError : a file cannot be written, or would lose
        entries of the one that stands there; then none is written.
    """
    planned = plan_for_properties(audit, properties, output, allow=allow)
    for plan in planned:
        if plan.draft.text is not None:
            former = former_file(plan.path, plan.live)
            refuse_loss(plan.path, plan.draft.text, former, audit.guards.decided)
    return [write_planned(plan) for plan in planned]


@dataclass(frozen=True)
class Planned:
    """The file of one property before it is written."""

    prefix: str
    path: Path
    live: DisavowFile | None
    draft: Draft


def plan_for_properties(
    audit: Audit,
    properties: Sequence[Property],
    output: Path,
    *,
    allow: Collection[str] = (),
) -> list[Planned]:
    """Draft the disavow file of each property; nothing is written.

    Parameters
    ----------
    audit : made without a live file, since each property has one of its own.
    properties : URL prefixes with their live files; links whose target is not known count for all.
    output : names the folder and the beginning of the file names.
    allow : suffixes and addresses that are disavowed whole on purpose.

    Raises
    ------
    InputError : a live file cannot be read; a property is not of the site that the exports are
        about; a live file among the exports does not say whose it is.
    """
    refuse_elsewhere(properties, audit.guards.site)
    lives = [read_beside(item.live, DisavowFile.parse) for item in properties]
    found = audit.guards.live
    if found is not None and len(properties) == 1 and lives[0] is None:
        lives = [found]
    if found is not None and any(x is None or x.lines != found.lines for x in lives):
        raise InputError(
            found.source,
            "this live file is used for all exports, and each property has a list of its own",
            "Keep it apart from the exports, and name it as --property 'URL=LIVE.txt'.",
        )
    names = [output.with_name(name) for name in file_names(properties, output.stem)]
    planned = [
        Planned(item.prefix, path, live, _draft(audit, item.prefix, live, path, allow))
        for item, live, path in zip(properties, lives, names, strict=True)
    ]
    note = _outside(audit, properties)
    if planned and note is not None:
        last = planned[-1]
        draft = replace(last.draft, notes=(*last.draft.notes, note))
        planned[-1] = replace(last, draft=draft)
    return planned


def _outside(audit: Audit, properties: Sequence[Property]) -> str | None:
    """Say which domains to disavow are in no property's file: it may be one that was forgotten."""
    reached: set[str] = set()
    for item in properties:
        links = audit.links.filter(links_to(audit.links, item.prefix))
        reached.update(links["linking_domain"].drop_nulls())
    spam = audit.domains.filter(pl.col("verdict") == Verdict.DISAVOW.value)["linking_domain"]
    left = sum(name not in reached for name in spam)
    if not left:
        return None
    who = "1 domain to disavow links" if left == 1 else f"{left:,} domains to disavow link"
    return f"{who} to none of the properties given; is one missing?"


def write_planned(plan: Planned, *, replace_former: bool = False) -> ForProperty:
    """Write what was planned; ``replace_former`` also sets aside a file that is not wanted now.

    Raises
    ------
    OutputError : the file cannot be written. What it replaces is kept as a backup.
    """
    kept = None
    if plan.draft.text is not None:
        kept = write_disavow(plan.path, plan.draft.text, backup=True)
    elif replace_former and plan.path.is_file():
        kept = set_aside(plan.path, plan.live)
    named = kept.name if kept is not None else None
    return ForProperty(plan.prefix, plan.path, replace(plan.draft, backup=named))


def _draft(
    audit: Audit, prefix: str, live: DisavowFile | None, path: Path, allow: Collection[str]
) -> Draft:
    links = audit.links.filter(links_to(audit.links, prefix))
    there = links["linking_domain"].unique().implode()
    domains = audit.domains.filter(pl.col("linking_domain").is_in(there))
    guards = replace(audit.guards, live=live)
    run = {**audit.run, "verdicts": _verdicts(domains)}
    draft = draft_disavow(
        domains, guards, run, links, Wishes(allowed_names(allow), former_file(path, live))
    )
    draft = with_effect(draft, live, domains, links, run)
    if not domains.height:
        return replace(draft, why_not="no link of these exports points to this property")
    silent = without_target(links)
    if silent:
        says = "link does not say its target" if silent == 1 else "links do not say their targets"
        note = f"{silent:,} {says}; counted for every property"
        return replace(draft, notes=(*draft.notes, note))
    return draft


def _verdicts(domains: pl.DataFrame) -> dict[str, int]:
    counts = dict(domains["verdict"].value_counts().rows())
    return {verdict.value: int(counts.get(verdict.value, 0)) for verdict in Verdict}
