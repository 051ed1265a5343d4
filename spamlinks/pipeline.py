"""The one path from exports to verdicts: read, merge, score, roll up, decide, explain."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from spamlinks.campaigns import network_facts, spike_facts
from spamlinks.decided import (
    DECISION_COLUMNS,
    DecisionList,
    follow,
    refuse_contradiction,
    with_decisions,
)
from spamlinks.exports import Reading
from spamlinks.exports.advice import with_advice
from spamlinks.hidden_links import mark_hidden_links
from spamlinks.model.bundle import ModelBundle
from spamlinks.model.scoring import Scored, score_links, unit_scores
from spamlinks.model.views import VIEW_TEXT
from spamlinks.policy import Guards, KeepList, Verdict, decide
from spamlinks.preparing import Prepared, Settings, Stage, prepare, read_text, site_label
from spamlinks.presence import domain_presence, link_presence
from spamlinks.reasons import explain_domains
from spamlinks.run_facts import (
    input_facts,
    model_figures,
    not_looked_at,
    outcome_facts,
    program_facts,
)
from spamlinks.signals.kernel import networks_among

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DECISION_COLUMNS",
    "DOMAIN_COLUMNS",
    "PRESENCE_COLUMNS",
    "Audit",
    "Inside",
    "Settings",
    "Stage",
    "audit",
    "prepare",
    "site_label",
]

DOMAIN_COLUMNS = (
    "linking_domain",
    "unit",
    "verdict",
    "reason",
    "spam_score",
    "links",
    "followed_links",
    "first_seen",
    "network",
    "why",
    "evidence",
)
"""Columns that every domains.csv has."""

PRESENCE_COLUMNS = ("in_search_console", "seen_by")
"""Columns after those: whether Search Console lists a link of the domain (null without its export),
and the vendors that do."""


@dataclass(frozen=True)
class Inside:
    """What a run held while it judged: all that an explanation needs.

    ``decided`` has one row per linking domain (``policy.decide``), with ``row``, its worst row in
    ``scored.frame``; ``prior`` is the one that scores of domains assume; ``exported`` are the
    columns that the exports themselves have a value in.
    """

    bundle: ModelBundle
    scored: Scored
    decided: pl.DataFrame
    prior: float
    brands: tuple[str, ...]
    settings: Settings
    exported: frozenset[str]


@dataclass(frozen=True)
class Audit:
    """The outcome of one run.

    ``domains`` has ``DOMAIN_COLUMNS``, ``PRESENCE_COLUMNS`` and ``DECISION_COLUMNS``, one row per
    linking domain, worst first; ``links`` the scored backlinks, with ``seen_by``,
    ``seen_by_count``, ``conflicts`` and ``in_search_console``; ``rejected`` the records that could
    not be used, with advice; ``run`` the facts for reproducing (what goes to run.json, outputs
    aside); ``decisions`` all that were given, also those about sites that do not link here;
    ``changes`` the domains that are not as in an earlier run, None where none was named; ``inside``
    what explanations need, where that was asked for.
    """

    domains: pl.DataFrame
    links: pl.DataFrame
    rejected: pl.DataFrame
    run: dict[str, Any]
    guards: Guards = field(default_factory=Guards)
    decisions: DecisionList | None = None
    changes: pl.DataFrame | None = None
    inside: Inside | None = field(default=None, repr=False)

    def to_pandas(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return (domains, links) as pandas DataFrames."""
        return self.domains.to_pandas(), self.links.to_pandas()

    @property
    def verdicts(self) -> dict[str, int]:
        """Number of linking domains by verdict."""
        counts = dict(self.domains["verdict"].value_counts().rows())
        return {verdict.value: int(counts.get(verdict.value, 0)) for verdict in Verdict}


def audit(
    exports: Sequence[Path | str | Reading],
    settings: Settings | None = None,
    *,
    as_if_new: bool = False,
    inside: bool = False,
    stage: Stage | None = None,
) -> Audit:
    """Judge every linking domain of the exports.

    Parameters
    ----------
    exports : files or folders of any known vendor, or what was read from one; judged together.
    settings : what is known about the site and wanted; default: nothing known.
    as_if_new : judge domains that a live file covers like all others.
    inside : keep what explaining single domains needs, and compute no domain's effects now.
    stage : told about progress.

    Returns
    -------
    Audit; nothing is written. An export without links gives empty tables.

    Raises
    ------
    InputError : an export, keep list, live file or facts table cannot be used.
    ModelError : the model folder cannot be used.
    """
    started = time.perf_counter()
    settings = settings or Settings()
    tell = stage or (lambda name, done, total: None)
    paths = [path if isinstance(path, Reading) else Path(path) for path in exports]
    keep = read_text(settings.keep, KeepList.parse) if settings.keep is not None else KeepList()
    decisions = settings.decisions
    if decisions is not None and settings.keep is not None:
        refuse_contradiction(decisions, keep, settings.keep.name)
    decided_by_name = decisions.by_name if decisions is not None else {}
    # A wrong site is told before anything is read.
    guards = Guards(site=settings.site, keep=keep, decided=decided_by_name)
    prepared = prepare(paths, settings, stage)
    live = None if as_if_new else prepared.live
    guards = replace(guards, site=prepared.site, live=live)
    backlinks = prepared.merged.backlinks.with_columns(
        in_search_console=link_presence(prepared.merged.backlinks, prepared.presence)
    )
    total = backlinks.height
    tell("scoring", 0, total)
    scored = score_links(
        prepared.bundle,
        backlinks,
        brands=prepared.brands,
        progress=lambda done: tell("scoring", done, total),
    )
    units, prior = unit_scores(
        prepared.bundle, scored, prior=settings.prior, precision=settings.target
    )
    units = domain_presence(scored.frame, units, prepared.presence)
    units = mark_hidden_links(scored.frame, units)
    decided = decide(units, guards, settings.situation)
    tell("comparing", 0, 0)
    campaigns, ids = _campaigns(scored, decided, prepared.brands)
    decided = decided.join(ids, on="linking_domain", how="left", maintain_order="left")
    tell("explaining", 0, 0)
    most = 0 if inside else None
    domains = explain_domains(prepared.bundle, scored, decided, most=most)
    domains = with_decisions(domains, decisions)
    run = _run(prepared, settings, prior, domains, decided, time.perf_counter() - started)
    run |= campaigns
    links = _links(scored)
    run["decisions"] = None
    if decisions is not None:
        undecided = decide(units, replace(guards, decided={}), settings.situation)
        followed = follow(decisions, domains, undecided, links, prepared.site)
        run["decisions"] = followed.facts
        run["notes"] = [*followed.notes, *run["notes"]]  # what the user did comes first
    return Audit(
        domains.select(*DOMAIN_COLUMNS, *PRESENCE_COLUMNS, *DECISION_COLUMNS),
        links,
        with_advice(prepared.merged.rejected),
        run,
        guards,
        decisions,
        inside=Inside(
            prepared.bundle, scored, decided, prior, prepared.brands, settings, prepared.exported
        )
        if inside
        else None,
    )


def _campaigns(
    scored: Scored, decided: pl.DataFrame, brands: tuple[str, ...]
) -> tuple[dict[str, Any], pl.DataFrame]:
    """Networks and spikes of the profile, and the network of each member."""
    frame, hosts = scored.frame, scored.tables.hosts
    found = networks_among(frame, scored.tables, brands)
    facts, ids = network_facts(frame, hosts, found, decided)
    return {"networks": facts, "spikes": spike_facts(frame, hosts, found, ids)}, ids


def _links(scored: Scored) -> pl.DataFrame:
    keep = [c for c in scored.frame.columns if not c.startswith("_")]
    frame = scored.frame.select(keep).with_columns(
        linking_domain=scored.linking_domain, spam_score=pl.Series(scored.spam_score)
    )
    for name in ("target_url", "anchor_text"):
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(name))
    first = ["referring_page", "linking_domain", "target_url", "anchor_text", "spam_score"]
    return frame.select(*first, pl.exclude(first))


def _run(
    prepared: Prepared,
    settings: Settings,
    prior: float,
    domains: pl.DataFrame,
    decided: pl.DataFrame,
    seconds: float,
) -> dict[str, Any]:
    merged, bundle, presence = prepared.merged, prepared.bundle, prepared.presence
    views = sorted(set(decided["view"]))
    columns = frozenset(merged.backlinks.columns)
    if prepared.looked_up is not None:  # its columns are there even where they are empty
        dates = merged.backlinks["domain_created_on"]
        columns -= {"domain_created_on"} if dates.null_count() == len(dates) else set()
    return {
        **program_facts(),
        "site": prepared.site,
        "site_guessed": settings.site is None and prepared.site is not None,
        "situation": settings.situation,
        "precision": settings.target,
        "prior": round(prior, 4),
        "model": {
            "name": bundle.name,
            "sha256": bundle.sha256,
            "card": {"figures": model_figures(bundle, views, settings.target)},
        },
        "view": "; ".join(VIEW_TEXT[view] for view in views),
        "views": views,
        "followed_known": "rel_nofollow" in columns,
        **input_facts(merged, prepared.refused, prepared.notes),
        **outcome_facts(merged, domains, decided, presence, bundle),
        "looked_up": prepared.looked_up.to_dict() if prepared.looked_up else None,
        "not_looked_at": not_looked_at(columns, prepared.brands, presence, prepared.looked_up),
        "seconds": round(seconds, 2),
    }
