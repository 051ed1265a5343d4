"""The page of an evaluation: one HTML file that loads nothing, runs nothing and escapes texts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from markupsafe import Markup

from spamlinks.report import curves
from spamlinks.report import evaluation_words as words
from spamlinks.report.page import environment
from spamlinks.report.parts import moment
from spamlinks.report.text import clean, count, percent

__all__ = ["PAGE_POLICY", "render_evaluation"]

PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Nothing is loaded, nothing is sent, and no script runs, whatever the page holds."""

SHOWN_ERRORS = 60
"""So many errors of each kind are on the page; errors.csv has all."""

KINDS_OF_ERROR = ("honest, above the cut", "spam, missed")
"""Values of ``mistake``, the costly one first."""

KINDS = ("view", "ending", "language")


def render_evaluation(found: Mapping[str, Any], errors: pl.DataFrame) -> str:
    """Write the page of one evaluation.

    Parameters
    ----------
    found : the data of evaluation.json.
    errors : the table of errors.csv: ``linking_domain``, ``mistake``, ``spam_score``, ``cut``,
        ``verdict``, ``reason``, ``why``, ``evidence`` (sentences separated by " | "), ``page``.

    Returns
    -------
    A self-contained HTML document without a script or a reference to another file.
    """
    domains = found["domains"]
    tables = [
        _table(words.main_rows(found)),
        _table(words.cut_rows(domains["cuts"], found["prior"])),
    ]
    return (
        environment()
        .get_template("evaluation.html.j2")
        .render(
            policy=PAGE_POLICY,
            model=clean(found["model"]["name"], 80),
            created=moment(found["created"]),
            headline=words.headline(found),
            lead=words.lead(found),
            made_up=bool(found["made_up"]),
            cautions=words.cautions(found),
            remarks=words.remarks(found),
            tables=tables,
            figures=_figures(found),
            slices=[
                _table(words.slice_rows(found, kind))
                for kind in KINDS
                if len(words.slice_rows(found, kind)) > 1
            ],
            compare=_table(words.compare_rows(found)) if found["compare"] else None,
            compare_note=words.compare_note(found) if found["compare"] else "",
            groups=_groups(errors),
            drift=_table(words.drift_rows(found)) if found["drift"] else None,
            drift_note=clean(found["drift_note"], 300),
            facts=_facts(found),
        )
    )


def _table(rows: words.Rows) -> dict[str, Any]:
    cleaned = [[clean(cell, 200) for cell in row] for row in rows]
    return {"head": cleaned[0], "rows": cleaned[1:]}


def _figures(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The drawings, each with a title, a note and a legend."""
    drawn, compared = found["curves"], found["compare"]
    lines = [("this model", drawn.get("ours") or {}, "c-ours")]
    if compared and drawn.get("theirs"):
        lines.append((compared["column"], drawn["theirs"], "c-theirs"))
    legend = [(clean(name, 60), style) for name, part, style in lines if part]

    def curve(key: str) -> list[curves.Curve]:
        return [curves.Curve(name, part.get(key, []), style) for name, part, style in lines]

    domains = found["domains"]
    share = domains["spam"] / max(domains["rows"], 1)
    out = [
        _figure(
            "ROC curve of linking domains",
            curves.line_chart(
                "ROC curve",
                curve("roc"),
                "share of honest domains above the cut",
                "share of spam domains above it",
                diagonal=True,
            ),
            f"Area {words.interval_text(domains['roc_auc'])}; 0.5 is chance, the broken line.",
            legend,
        ),
        _figure(
            "Precision and recall of linking domains",
            curves.line_chart(
                "Precision and recall",
                curve("precision_recall"),
                "recall: share of spam domains found",
                "precision",
            ),
            f"Average precision {words.interval_text(domains['average_precision'])}; chance gives "
            f"{percent(share)}, the labelled share of spam.",
            legend,
        ),
    ]
    for key, title, note in (
        (
            "calibration_at_labelled_share",
            "Reliability, moved to the labelled share of spam",
            "What calibration is judged by: a score assumes a share of spam, here that of the "
            "labels.",
        ),
        (
            "calibration_as_scored",
            f"Reliability as scored, at a prior of {found['prior']:.3g}",
            "Off by construction where the labelled share differs from the prior.",
        ),
    ):
        part = domains[key]
        points = [] if part is None else _points(part["bins"])
        drawing = curves.reliability_chart(title, points, "mean score of the bin", "share of spam")
        if part is not None:
            error = words.interval_text(part["expected_calibration_error"])
            note = f"Expected calibration error {error}. {note}"
        out.append(_figure(title, drawing, note, []))
    bins = drawn["histogram"]
    strips = [
        ("Labelled spam", bins["spam"], "v-disavow"),
        ("Labelled honest", bins["honest"], "v-keep"),
    ]
    out.append(
        _figure(
            "Scores by class",
            curves.class_strips("Scores by class", strips),
            f"Number of linking domains by score, at a prior of {found['prior']:.3g}.",
            [],
        )
    )
    return out


def _points(bins: Sequence[Mapping[str, Any]]) -> list[curves.Point]:
    largest = max((entry["rows"] for entry in bins), default=1)
    return [_point(entry, entry["rows"] / largest) for entry in bins]


def _point(entry: Mapping[str, Any], weight: float) -> curves.Point:
    observed = entry["observed"]
    low, high = (math.nan if observed[end] is None else observed[end] for end in ("low", "high"))
    shown = words.interval_text(observed, "percent")
    says = f"{count(entry['rows'])} scored {entry['low']:.1f} to {entry['high']:.1f}: {shown} spam"
    return curves.Point(entry["predicted"], observed["value"], low, high, says, weight)


def _figure(title: str, drawing: str, note: str, legend: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "title": title,
        "svg": Markup(drawing),  # noqa: S704  (curves escape every label)
        "note": note if drawing else "Cannot be drawn: a class is missing.",
        "legend": legend if len(legend) > 1 else [],
    }


def _groups(errors: pl.DataFrame) -> list[dict[str, Any]]:
    """Errors by kind, the costly one first, with their sentences."""
    out = []
    for name in KINDS_OF_ERROR:
        part = errors.filter(pl.col("mistake") == name)
        lines = [
            {
                "domain": clean(row["linking_domain"], 120),
                "score": f"{row['spam_score']:.3f}",
                "cut": "none" if row["cut"] is None else f"{row['cut']:.3f}",
                "verdict": clean(row["verdict"], 20),
                "reason": clean(row["reason"], 60).lower().replace("_", " "),
                "why": clean(row["why"], 300),
                "evidence": [clean(text, 200) for text in str(row["evidence"]).split(" | ")][:6],
                "page": clean(row["page"], 200),
            }
            for row in part.head(SHOWN_ERRORS).iter_rows(named=True)
        ]
        out.append({"name": clean(name, 60), "total": part.height, "lines": lines})
    return out


def _facts(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is needed to repeat the evaluation."""
    model, counts = found["model"], found["counts"]
    facts: list[tuple[str, object]] = [
        ("Program", f"{found['tool']} {found['version']}"),
        ("Model", model["name"]),
        ("Model SHA-256", model["sha256"]),
        ("Site", found["site"]),
        ("Situation", found["situation"]),
        ("Precision asked for", percent(found["precision"])),
        ("Share of spam assumed", percent(found["prior"])),
        ("Links", f"{count(counts['links'])}, {count(counts['unlabelled_links'])} without a label"),
        ("Resamples, seed", f"{count(found['rounds'])}, {found['seed']}"),
        ("Time taken", f"{found['seconds']:.1f} s"),
    ]
    facts += [(f"SHA-256 of {clean(f['file'], 100)}", f["sha256"]) for f in found["files"]]
    return [(name, clean(value, 200) or "–") for name, value in facts]
