"""Scores without verdicts for every link, or with verdicts for every linking domain."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from scipy.special import expit

from spamlinks.errors import InputError, RefusedExport
from spamlinks.exports import guess_site, read_exports
from spamlinks.exports.site import aimed_at, site_domain, split_by_site
from spamlinks.model.bundle import load_bundle
from spamlinks.model.scoring import needed_columns, score_links, unit_scores
from spamlinks.pipeline import Settings, Stage, audit, site_label
from spamlinks.preparing import with_known
from spamlinks.tables import csv_bytes, write_table

__all__ = ["LINK_COLUMNS", "Scores", "score", "write_scores"]

LINK_COLUMNS = ("referring_page", "linking_domain", "target_url", "anchor_text", "spam_score")


@dataclass(frozen=True)
class Scores:
    """A table of scores with the counts behind it."""

    table: pl.DataFrame
    records: int
    rejected: int
    refused: tuple[InputError, ...]
    seconds: float
    notes: tuple[str, ...] = ()


def score(
    exports: Sequence[Path | str],
    settings: Settings | None = None,
    *,
    by: str = "link",
    stage: Stage | None = None,
) -> Scores:
    """Score exports.

    Parameters
    ----------
    by : "link" gives one row per accepted record, in the order of the files, with
        ``LINK_COLUMNS``; nothing is merged, so that rows can be joined back. "domain" gives what
        ``audit`` would decide: linking_domain, spam_score, verdict, links; worst first.

    Raises
    ------
    InputError : an export cannot be used, or ``by`` is unknown.
    """
    started = time.perf_counter()
    settings = settings or Settings()
    if by == "domain":
        outcome = audit(exports, settings, stage=stage)
        totals = outcome.run["totals"]
        table = outcome.domains.select("linking_domain", "spam_score", "verdict", "links")
        refused = tuple(RefusedExport(r["file"], r["reason"], "") for r in outcome.run["refused"])
        known = outcome.run["looked_up"]
        notes = outcome.run["notes"]
        told = known is None or any(note.startswith(known["text"]) for note in notes)
        said = (*(() if told else (known["text"],)), *notes)
        seconds = time.perf_counter() - started
        return Scores(table, totals["records"], totals["rejected"], refused, seconds, said)
    if by != "link":
        raise InputError("by", f"{by!r} is not known", "Use link or domain.")
    tell = stage or (lambda name, done, total: None)
    tell("reading", 0, 0)
    left_out: list[InputError] = []
    bundle = load_bundle(settings.model)
    bundle.warm_up()
    wanted = needed_columns(bundle) | set(LINK_COLUMNS)
    paths = [Path(path) for path in exports]
    readings = read_exports(
        paths,
        refused=left_out,
        hints=settings.hints,
        site=settings.site,
        digest=False,
        only=wanted,
    )
    if not readings and left_out:
        raise left_out[0]
    readings, elsewhere = split_by_site(readings, settings.site)
    left_out += elsewhere
    if not readings and left_out:
        raise left_out[0]
    site = settings.site if settings.site is not None else guess_site(readings)
    readings = [aimed_at(reading, site_domain(site)) for reading in readings]
    records = sum(reading.records for reading in readings)
    backlinks = pl.concat([r.backlinks for r in readings], how="diagonal", rechunk=False)
    del readings  # the concatenated frame is enough; a million rows should not stay twice
    rejected = records - backlinks.height
    backlinks, account, notes = with_known(backlinks, settings, site, wanted)
    if account is not None and not account.nothing:
        notes = [account.sentence(), *notes]
    backlinks = backlinks.select(name for name in backlinks.columns if name in wanted)
    total = backlinks.height
    auto = isinstance(settings.prior, str)
    prior = None if isinstance(settings.prior, str) else settings.prior
    scored = score_links(
        bundle,
        backlinks,
        brands=(*settings.brand, *site_label(site)),
        prior=prior,
        progress=lambda done: tell("scoring", done, total),
    )
    probability = scored.spam_score
    if auto and total:
        _, share = unit_scores(bundle, scored, prior="auto")
        probability = expit(bundle.log_odds(scored.margins, scored.views, share))
    table = scored.frame.select(
        "referring_page",
        scored.linking_domain.alias("linking_domain"),
        *(
            name if name in scored.frame.columns else pl.lit(None, dtype=pl.String).alias(name)
            for name in ("target_url", "anchor_text")
        ),
        pl.Series("spam_score", probability),
    )
    seconds = time.perf_counter() - started
    return Scores(table, records, rejected, tuple(left_out), seconds, tuple(notes))


def write_scores(table: pl.DataFrame, path: Path | None) -> bytes | None:
    """Write a table of scores to ``path``, or return it as CSV bytes when there is none."""
    if path is None:
        return csv_bytes(table)
    write_table(table, path)
    return None
