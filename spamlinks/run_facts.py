"""What run.json says of a run: files with their account, outcome, model, what was not looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from spamlinks import __version__
from spamlinks.errors import InputError
from spamlinks.exports import FileCount, Merged, Reading
from spamlinks.exports.advice import BEGINNINGS
from spamlinks.fetched import StoreAccount
from spamlinks.model.bundle import ModelBundle
from spamlinks.policy import Reason, Verdict
from spamlinks.presence import Presence

__all__ = ["input_facts", "model_figures", "not_looked_at", "outcome_facts", "program_facts"]

_ENRICH = "; 'spamlinks enrich' does it, and --store reads what it found"
_PARTS = ("records", "links", "duplicates", "own_site", "rejected")


def program_facts() -> dict[str, Any]:
    """Name, version and the time."""
    created = datetime.now(UTC).isoformat(timespec="seconds")
    return {"tool": "spamlinks", "version": __version__, "created": created}


def input_facts(
    merged: Merged, refused: Sequence[InputError], notes: Sequence[str]
) -> dict[str, Any]:
    """What became of each file, record by record, and what was left out, with the reason."""
    return {
        "inputs": [
            _input(file, reading)
            for file, reading in zip(merged.files, merged.readings, strict=True)
        ],
        "refused": [
            {"file": error.source, "reason": f"{error.problem}. {error.hint}"} for error in refused
        ],
        "notes": [*notes, *merged.notes],
        "rejected": _reasons(merged.rejected),
    }


def _input(file: FileCount, reading: Reading) -> dict[str, Any]:
    return {
        "file": file.file,
        "vendor": reading.format.vendor,
        "kind": reading.format.kind,
        "generation": reading.format.generation,
        "confidence": reading.format.confidence,
        "sha256": reading.sha256,
        **{name: getattr(file, name) for name in _PARTS},
        "notes": list(reading.notes),
    }


def _reasons(rejected: pl.DataFrame) -> dict[str, int]:
    """Number of rejected records by reason, the most frequent first."""
    same = pl.col("reason")
    for begin, (name, _advice) in BEGINNINGS.items():  # with numbers: thousands may differ
        same = pl.when(pl.col("reason").str.starts_with(begin)).then(pl.lit(name)).otherwise(same)
    counts = rejected.select(same.alias("reason"))["reason"].value_counts()
    counts = counts.sort("count", "reason", descending=[True, False])
    return {str(reason): int(count) for reason, count in counts.rows()}


def outcome_facts(
    merged: Merged,
    domains: pl.DataFrame,
    decided: pl.DataFrame,
    presence: Presence,
    bundle: ModelBundle,
) -> dict[str, Any]:
    """Counts of records, of verdicts, and what Search Console had to say."""
    counts = dict(domains["verdict"].value_counts().rows())
    unlisted = domains["reason"] == Reason.NOT_IN_SEARCH_CONSOLE.value
    return {
        "totals": {
            **{name: getattr(merged.total, name) for name in _PARTS},
            "domains": domains.height,
            "all_links": int(domains["links"].sum()),  # a record may stand for several
        },
        "verdicts": {verdict.value: int(counts.get(verdict.value, 0)) for verdict in Verdict},
        "looks_bad": {
            reason.value: int((domains["reason"] == reason.value).sum())
            for reason in (Reason.NOFOLLOW_ONLY, Reason.LINKS_GONE)
        },
        "threshold": bool(decided["cut_disavow"].is_not_null().any()),
        "threshold_at_any_precision": any(
            math.isfinite(cut.score)
            for by_view in (bundle.cuts, bundle.origin.cuts if bundle.origin else {})
            for cuts in by_view.values()
            for cut in cuts.values()
        ),
        "search_console": {
            "given": presence.given,
            "why_not": presence.why_not or None,
            "not_listed": int(unlisted.sum()),
        },
    }


def model_figures(bundle: ModelBundle, views: list[str], precision: float) -> list[dict[str, Any]]:
    """Error figures of the views in use, from the model's record; counted on left-out hosts."""
    out: list[dict[str, Any]] = [
        dict(figure)
        for figure in bundle.metadata.get("figures", [])
        if figure.get("view") in (None, *views)
    ]
    for view in views:
        kept = sorted(p for p in bundle.cuts.get(view, {}) if float(p) >= precision - 1e-9)
        if not kept:
            continue
        cut = bundle.cuts[view][kept[0]]
        if view != "urls" or cut.score == float("inf"):
            continue
        out.append(
            {
                "name": "honest sites above the threshold, per 10,000",
                "value": round(cut.false_per_10000, 2),
                "low": None,
                "high": round(cut.false_per_10000_upper, 2),
                "note": f"{cut.honest_units:,} small personal and random sites, each judged by a "
                "model that saw neither it nor its network; addresses only; upper bound at 95 %",
            }
        )
        out.append(
            {
                "name": "disavowed hosts above the threshold",
                "value": round(cut.recall, 3),
                "low": None,
                "high": None,
                "note": "of hosts in disavow files made by hand, networks left out; addresses only",
            }
        )
    return out


def not_looked_at(
    columns: frozenset[str],
    brands: Sequence[str],
    presence: Presence,
    looked_up: StoreAccount | None = None,
) -> list[str]:
    """Sentences about what the exports and the store of this run do not show, subject first."""
    if looked_up is None:
        out = [f"The linking pages themselves: nothing was fetched{_ENRICH}."]
    else:
        out = looked_up.not_looked_at()
    if "domain_created_on" not in columns:
        out.append(
            "Registration dates of the linking domains; look them up with 'spamlinks enrich', or "
            "bring them with --facts."
        )
    if "anchor_text" not in columns:
        out.append("Anchor texts: these exports do not have them.")
    if "rel_nofollow" not in columns:
        out.append("Whether links are nofollow: these exports do not say.")
    if "page_external_links" not in columns:
        out.append("How many other sites the linking pages link to: not in these exports.")
    if "domain_traffic" not in columns:
        out.append("Search visits of the linking domains: not in these exports.")
    if not brands:
        out.append("Your brand's name: give it with --brand or --site.")
    if not presence.given:
        out.append(
            "Whether Google knows the links: give an export of Search Console as well; a domain "
            "that it does not list needs no entry."
        )
    elif presence.why_not:
        out.append(f"Whether Google knows the domains it does not list: {presence.why_not}.")
    return out
