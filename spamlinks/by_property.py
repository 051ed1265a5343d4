"""One disavow file for each URL-prefix property of Search Console."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from spamlinks.disavow import DisavowFile, write_disavow
from spamlinks.drafting import former_file, read_beside, refuse_loss, with_effect
from spamlinks.drafts import ForProperty, Wishes, draft_disavow
from spamlinks.errors import InputError
from spamlinks.pipeline import Audit, Settings, Stage, audit
from spamlinks.policy import Verdict
from spamlinks.properties import Property, file_names, links_to
from spamlinks.verdict_table import read_domains

__all__ = ["disavow_by_property", "write_for_properties"]


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

    Parameters
    ----------
    audit : made without a live file, since each property has one of its own.
    properties : URL prefixes with their live files; links whose target is not known count for all.
    output : names the folder and the beginning of the file names.
    allow : suffixes and addresses that are disavowed whole on purpose.

    Raises
    ------
    InputError : a live file cannot be read. OutputError : a file cannot be written.
    """
    wishes = frozenset(name.removeprefix("domain:") for name in allow)
    lives = [read_beside(item.live, DisavowFile.parse) for item in properties]
    out = []
    for item, live, name in zip(
        properties, lives, file_names(properties, output.stem), strict=True
    ):
        path = output.with_name(name)
        links = audit.links.filter(links_to(audit.links, item.prefix))
        there = links["linking_domain"].unique().implode()
        domains = audit.domains.filter(pl.col("linking_domain").is_in(there))
        guards = replace(audit.guards, live=live)
        run = {**audit.run, "verdicts": _verdicts(domains)}
        draft = draft_disavow(domains, guards, run, links, Wishes(wishes, former_file(path)))
        draft = with_effect(draft, live, domains, links, run)
        if not domains.height:
            draft = replace(draft, why_not="no link of these exports points to it")
        if draft.text is not None:
            refuse_loss(path, draft.text)
            kept = write_disavow(path, draft.text, backup=True)
            draft = replace(draft, backup=kept.name if kept is not None else None)
        out.append(ForProperty(item.prefix, path, draft))
    return out


def _verdicts(domains: pl.DataFrame) -> dict[str, int]:
    counts = dict(domains["verdict"].value_counts().rows())
    return {verdict.value: int(counts.get(verdict.value, 0)) for verdict in Verdict}
