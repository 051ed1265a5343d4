"""What an evaluation found out, as Python objects and as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from spamlinks.evaluation.compared import Compared
from spamlinks.model.evaluation import Interval
from spamlinks.model.measure import Flagged, Measured, Paired
from spamlinks.model.reliability import Calibration

__all__ = ["CUT", "VERDICT", "Evaluation", "Slice"]

CUT = "the model's cut"
VERDICT = "verdicts of an audit"
"""The same domains after the guards (platforms, nofollow, own site), as ``audit`` decides."""


@dataclass(frozen=True)
class Slice:
    """Figures of one kind of linking domain.

    ``kind`` is "view", "ending" or "language", ``name`` its code, ``says`` the same for people.
    """

    kind: str
    name: str
    says: str
    found: Measured


@dataclass(frozen=True)
class Evaluation:
    """What was found out about a model.

    Attributes
    ----------
    facts : program, model, files, settings and counts, JSON-able.
    links, domains : the figures on either level.
    slices : figures of domains by view, ending and language.
    compared, beside : the column that was compared, and the figures of links and of domains.
    errors : domains judged wrongly, ``mistakes.MISTAKE_COLUMNS``.
    drift : ``model.drift.DRIFT_COLUMNS``, or None where ``drift_note`` says why.
    curves : points and counts for drawing, JSON-able.
    made_up : why rows are no evidence, by file; where there is any, no figure says anything about
        accuracy.
    notes : sentences for people.
    """

    facts: dict[str, Any]
    links: Measured
    domains: Measured
    slices: tuple[Slice, ...]
    compared: Compared | None
    beside: dict[str, Paired]
    errors: pl.DataFrame
    drift: pl.DataFrame | None
    drift_note: str
    curves: dict[str, Any]
    made_up: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-able data; a number that cannot be had is None."""
        return {
            **self.facts,
            "made_up": dict(self.made_up),
            "notes": list(self.notes),
            "links": _measured(self.links),
            "domains": _measured(self.domains),
            "slices": [
                {"kind": s.kind, "name": s.name, "says": s.says, **_measured(s.found)}
                for s in self.slices
            ],
            "compare": None if self.compared is None else _compare(self.compared, self.beside),
            "errors": dict(self.errors["mistake"].value_counts(sort=True).rows()),
            "drift": None if self.drift is None else self.drift.to_dicts(),
            "drift_note": self.drift_note,
            "curves": self.curves,
        }


def _number(value: float) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None


def _interval(found: Interval) -> dict[str, float | None]:
    return {name: _number(getattr(found, name)) for name in ("value", "low", "high")}


def _flagged(found: Flagged) -> dict[str, Any]:
    shares = ("precision", "precision_at_prior", "recall", "false_per_10000")
    return {
        "flagged": found.flagged,
        "caught": found.caught,
        "false": found.false,
        **{name: _interval(getattr(found, name)) for name in shares},
    }


def _cuts(cuts: Mapping[str, Flagged]) -> dict[str, Any]:
    return {name: _flagged(cut) for name, cut in cuts.items()}


def _calibration(found: Calibration | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "prior": _number(found.prior),
        "labelled_share": _number(found.share),
        "expected_calibration_error": _interval(found.error),
        "brier": _interval(found.brier),
        "brier_skill": _interval(found.skill),
        "bins": [
            {
                "low": b.low,
                "high": b.high,
                "rows": b.rows,
                "predicted": _number(b.predicted),
                "observed": _interval(b.observed),
            }
            for b in found.bins
        ],
    }


def _measured(found: Measured) -> dict[str, Any]:
    return {
        "rows": found.rows,
        "spam": found.spam,
        "honest": found.honest,
        "networks": found.groups,
        "networks_with_spam": found.spam_groups,
        "networks_with_honest": found.honest_groups,
        "rounds": found.rounds,
        "roc_auc": _interval(found.roc_auc),
        "average_precision": _interval(found.average_precision),
        "cuts": _cuts(found.cuts),
        "calibration_as_scored": _calibration(found.at_prior),
        "calibration_at_labelled_share": _calibration(found.at_share),
        "why_not": list(found.why_not),
    }


def _compare(compared: Compared, beside: Mapping[str, Paired]) -> dict[str, Any]:
    return {
        "column": compared.column,
        "field": compared.field or None,
        "yes_or_no": compared.is_flag,
        "lower_is_worse": compared.lower_is_worse,
        "direction": compared.why,
        "cut": compared.cut,
        "levels": {
            level: {
                "rows": found.rows,
                "spam": found.spam,
                "ours": {name: _interval(part) for name, part in found.ours.items()},
                "theirs": {name: _interval(part) for name, part in found.theirs.items()},
                "difference": {name: _interval(part) for name, part in found.gain.items()},
                "our_cuts": _cuts(found.our_cuts),
                "their_cuts": _cuts(found.their_cuts),
                "why_not": list(found.why_not),
            }
            for level, found in beside.items()
        },
    }
