"""From labelled exports to figures: read, score, roll up, measure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import expit

from spamlinks.decided import DecisionList
from spamlinks.errors import InputError
from spamlinks.evaluation.compared import Compared, read_compared
from spamlinks.evaluation.gather import Rows, gather
from spamlinks.evaluation.mistakes import mistakes
from spamlinks.evaluation.outcome import CUT, VERDICT, Evaluation
from spamlinks.evaluation.parts import beside, curves, drifted, slices, unit_values
from spamlinks.exports.site import site_domain
from spamlinks.hidden_links import mark_hidden_links
from spamlinks.labels import Labelled, load_labelled
from spamlinks.model.bundle import ModelBundle, load_bundle
from spamlinks.model.groups import row_groups
from spamlinks.model.measure import Sample, measure
from spamlinks.model.scoring import Scored, score_links, unit_scores
from spamlinks.pipeline import Settings, Stage, site_label
from spamlinks.policy import Guards, Verdict, decide
from spamlinks.presence import domain_presence
from spamlinks.run_facts import program_facts

__all__ = ["evaluate"]

Floats = npt.NDArray[np.float64]

ROUNDS = 500
FULL_ROUNDS_UP_TO = 400_000
"""With more labelled links fewer resamples are drawn, unless the user says how many."""
FEWEST_ROUNDS = 200
NAMED = 20
"""So many contradictory domains are named; all are counted."""


def evaluate(
    exports: Sequence[Path | str],
    settings: Settings | None = None,
    *,
    label: str = "is_spam",
    labels: Path | None = None,
    disavow: Path | None = None,
    keep: Path | None = None,
    decisions: DecisionList | None = None,
    compare: str | None = None,
    compare_lower_is_worse: bool = False,
    compare_cut: float | None = None,
    seed: int = 0,
    rounds: int | None = None,
    stage: Stage | None = None,
) -> Evaluation:
    """Measure a model on labelled exports.

    Parameters
    ----------
    exports : files and folders, read as ``audit`` reads them, and scored together.
    settings : site, brands, facts, model, situation, precision, prior and hints; its ``disavow``,
        ``keep`` and ``decisions`` are not used.
    label, labels, disavow, keep, decisions : where the labels are, as for ``train``.
    compare : header of the exports or field of the schema that is held beside our score.
    compare_lower_is_worse, compare_cut : its bad end, and where a number counts as spam.
    seed, rounds : of the resampling; None = 500, fewer for very many rows.

    Raises
    ------
    InputError : a file cannot be used, labels of a class are missing, contradict each other or
        stand on one domain, or the column to compare with is missing or holds no numbers.
    ModelError : the model folder cannot be used.
    """
    started = time.perf_counter()
    settings = settings or Settings()
    tell = stage or (lambda name, done, total: None)
    bundle = load_bundle(settings.model)
    bundle.warm_up()
    site_domain(settings.site)  # a wrong site is told before anything is read
    tell("reading", 0, 0)
    labelled = load_labelled(
        exports,
        label=label,
        labels=labels,
        disavow=disavow,
        keep=keep,
        decisions=decisions,
        site=settings.site,
        hints=settings.hints,
        extra=() if compare is None else (compare,),
    )
    compared = None
    if compare is not None:
        compared = read_compared(
            labelled.table,
            labelled.readings,
            compare,
            lower_is_worse=compare_lower_is_worse,
            cut=compare_cut,
        )
        _refuse_the_label(compared, labelled.is_spam)
    rows = gather(labelled, settings, compared)
    total = rows.table.height
    tell("scoring", 0, total)
    scored = score_links(
        bundle,
        rows.table,
        brands=(*settings.brand, *site_label(labelled.site)),
        progress=lambda done: tell("scoring", done, total),
    )
    units, prior = unit_scores(bundle, scored, prior=settings.prior, precision=settings.target)
    units = domain_presence(scored.frame, units, rows.presence)
    units = mark_hidden_links(scored.frame, units)
    decided = decide(units, Guards(site=labelled.site), settings.situation)
    tell("measuring", 0, 0)
    groups = row_groups(rows.table)
    decided, mixed = _with_labels(decided, scored, rows.is_spam, groups)
    _refuse_one_class(decided)
    known = ~np.isnan(rows.is_spam)
    drawn, said = _rounds(rounds, int(known.sum()))
    how: dict[str, Any] = {"prior": prior, "rounds": drawn, "seed": seed}
    probability = expit(bundle.log_odds(scored.margins, scored.views, prior))
    links = Sample(rows.is_spam[known].astype(np.int8), probability[known], groups[known])
    judged = decided.filter(pl.col("is_spam").is_not_null())
    domains = _domain_sample(judged)
    by_kind, unsaid = slices(judged, domains, scored, how)
    theirs = None if rows.theirs is None else unit_values(rows.theirs, scored, judged)
    paired = {}
    if compared is not None and rows.theirs is not None and theirs is not None:
        paired["links"] = beside(compared, links, rows.theirs[known], how)
        paired["domains"] = beside(compared, domains, theirs, how)
    found = (
        measure(links, calibration=True, **how),
        measure(domains, calibration=True, **how),
    )
    tell("explaining", 0, 0)
    errors = mistakes(bundle, scored, judged)
    moved, drift_note = drifted(bundle, scored)
    facts = {
        **program_facts(),
        **_facts(bundle, settings, labelled, rows, how),
        "counts": _counts(rows, decided, mixed),
        "seconds": round(time.perf_counter() - started, 2),
    }
    return Evaluation(
        facts,
        *found,
        by_kind,
        compared,
        paired,
        errors,
        moved,
        drift_note,
        curves(domains, compared, theirs),
        rows.made_up,
        (*rows.notes, *said, *unsaid),
    )


def _refuse_the_label(compared: Compared, is_spam: Floats) -> None:
    known = ~np.isnan(is_spam) & ~np.isnan(compared.values)
    if compared.is_flag and known.any() and np.array_equal(compared.values[known], is_spam[known]):
        raise InputError(
            f"column {compared.column!r}",
            "it is the label itself, so comparing with it says nothing",
            "Compare with another column, or take other labels.",
        )


def _with_labels(
    decided: pl.DataFrame, scored: Scored, y: Floats, groups: npt.NDArray[np.int64]
) -> tuple[pl.DataFrame, list[str]]:
    """Add ``is_spam`` (null: unlabelled or contradictory), ``above`` and ``group`` to the units."""
    rows = pl.DataFrame(
        {"_domain": scored.frame["_domain"], "y": pl.Series(y).fill_nan(None), "group": groups}
    )
    found = rows.group_by("_domain").agg(
        pl.col("y").min().alias("low"), pl.col("y").max().alias("high"), pl.col("group").first()
    )
    table = decided.join(found, on="_domain", how="left", maintain_order="left").with_columns(
        above=(pl.col("spam_score") >= pl.col("cut_disavow")).fill_null(value=False),
        is_spam=pl.when(pl.col("low") == pl.col("high")).then("low"),
    )
    mixed = table.filter(pl.col("low") != pl.col("high"))["linking_domain"].to_list()
    return table, [str(name) for name in mixed]


def _refuse_one_class(decided: pl.DataFrame) -> None:
    spam = int((decided["is_spam"] == 1).sum())
    honest = int((decided["is_spam"] == 0).sum())
    if not spam or not honest:
        raise InputError(
            "labels",
            f"{spam:,} linking domains are labelled spam and {honest:,} honest, once those with "
            "both labels are left out",
            "Label at least one domain of each class, better dozens.",
        )


def _rounds(asked: int | None, rows: int) -> tuple[int, list[str]]:
    if asked is not None or rows <= FULL_ROUNDS_UP_TO:
        return (ROUNDS if asked is None else asked), []
    rounds = max(FEWEST_ROUNDS, int(ROUNDS * FULL_ROUNDS_UP_TO / rows))
    return rounds, [
        f"{rounds} resamples instead of {ROUNDS} for {rows:,} labelled links; --rounds sets them"
    ]


def _domain_sample(units: pl.DataFrame) -> Sample:
    return Sample(
        units["is_spam"].to_numpy().astype(np.int8),
        units["spam_score"].to_numpy().astype(np.float64),
        units["group"].to_numpy().astype(np.int64),
        {
            CUT: units["above"].to_numpy().astype(np.bool_),
            VERDICT: (units["verdict"] == Verdict.DISAVOW.value).to_numpy().astype(np.bool_),
        },
    )


def _counts(rows: Rows, decided: pl.DataFrame, mixed: list[str]) -> dict[str, Any]:
    y, total = rows.is_spam, rows.merged.total
    spam, honest = (int((decided["is_spam"] == code).sum()) for code in (1, 0))
    return {
        "records": total.records,
        "links": total.links,
        "duplicates": total.duplicates,
        "own_site": total.own_site,
        "rejected": total.rejected,
        "spam_links": int((y == 1).sum()),
        "honest_links": int((y == 0).sum()),
        "unlabelled_links": int(np.isnan(y).sum()),
        "domains": decided.height,
        "spam_domains": spam,
        "honest_domains": honest,
        "unlabelled_domains": decided.height - spam - honest - len(mixed),
        "contradictory_domains": len(mixed),
        "contradictory": mixed[:NAMED],
    }


def _trained_on(bundle: ModelBundle, labelled: Labelled) -> list[str]:
    """Names of the exports that the model learned from, by their hashes."""
    known = bundle.metadata.get("data_sha256")
    hashes = set(known.values()) if isinstance(known, dict) else set()
    return [reading.source for reading in labelled.readings if reading.sha256 in hashes]


def _facts(
    bundle: ModelBundle,
    settings: Settings,
    labelled: Labelled,
    rows: Rows,
    how: dict[str, Any],
) -> dict[str, Any]:
    return {
        "site": labelled.site,
        "model": {"name": bundle.name, "sha256": bundle.sha256, "prior": bundle.prior},
        "situation": settings.situation,
        "precision": settings.target,
        "prior": round(how["prior"], 4),
        "prior_asked": settings.prior,
        "rounds": how["rounds"],
        "seed": how["seed"],
        "vendor_verdict": labelled.vendor_verdict,
        "trained_on": _trained_on(bundle, labelled),
        "files": [
            {**asdict(count), "sha256": reading.sha256}
            for count, reading in zip(rows.merged.files, rows.merged.readings, strict=True)
        ],
        "refused": [
            {"file": error.source, "reason": f"{error.problem}. {error.hint}"}
            for error in (*labelled.refused, *rows.refused)
        ],
    }
