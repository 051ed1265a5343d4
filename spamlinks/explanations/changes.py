"""What would change a verdict: rules, the distance to the cuts, one signal, missing information.

Nothing here is guessed: each "would" is the same model and the same rules, run again with one
thing changed in every link of the domain.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import expit

from spamlinks.explanations.effects import EffectsOfLink
from spamlinks.explanations.missing import source_of
from spamlinks.model.bundle import ModelBundle
from spamlinks.model.one_unit import UnitJudgement, judge_unit
from spamlinks.model.usual import Usual
from spamlinks.model.views import VIEWS
from spamlinks.policy import Guards, Verdict, decide
from spamlinks.signals.kernel import SIGNALS

__all__ = ["MAX_ROWS", "SETTLED", "Case", "Changes", "Situation", "changes_of"]

Matrix = npt.NDArray[np.float32]

TRIED = 12
"""So many of the strongest known signals are tried one by one."""

MAX_ROWS = 20_000
"""A domain with more links is not judged again and again; its explanation says so."""

SETTLED = frozenset({"IN_LIVE_FILE", "DECIDED"})
"""Reasons by which a verdict stands whatever the links look like."""

_AT = {name: i for i, name in enumerate(SIGNALS)}


@dataclass(frozen=True)
class Situation:
    """All that a verdict rests on besides the signals: model, rules and the domain's facts.

    ``unit`` is the domain's row as ``policy.decide`` reads it; ``columns`` are those that some link
    of the run has a value in; ``by_address`` is for ``judge_unit``.
    """

    bundle: ModelBundle
    unit: pl.DataFrame
    guards: Guards
    situation: str
    prior: float
    precision: float
    columns: frozenset[str]
    brands: bool
    by_address: Mapping[str, float] = field(default_factory=dict)

    def judge(self, matrix: Matrix) -> UnitJudgement:
        """The domain's score and cuts from the signals of its links."""
        return judge_unit(self.bundle, matrix, self.prior, self.precision, self.by_address)

    def decide(self, judged: UnitJudgement) -> tuple[str, str]:
        """Verdict and reason with this score, all rules applied."""
        strict = judged.disavow
        cut = float(np.nextafter(expit(strict), np.inf)) if math.isfinite(strict) else None
        return self.decide_with(
            spam_score=judged.steps.score,
            cut_disavow=cut,
            cut_review=float(expit(judged.review)),
            named=judged.named,
            network_alone=judged.network_alone,
        )

    def decide_with(self, *, guards: Guards | None = None, **facts: object) -> tuple[str, str]:
        """Verdict and reason with some facts of the domain replaced."""
        types = self.unit.schema
        unit = self.unit.with_columns(
            pl.lit(value, dtype=types[name]).alias(name) for name, value in facts.items()
        )
        found = decide(unit, guards or self.guards, self.situation)
        return str(found["verdict"][0]), str(found["reason"][0])


@dataclass(frozen=True, slots=True)
class Case:
    """What would come out if one thing were otherwise.

    Attributes
    ----------
    what : a signal's name, or for missing information its source (``Missing.source``).
    value : the signal's value in this case; None for a source.
    comes_from : "file" or "training" for a usual value, "" for a source.
    score, log_odds : of the domain in this case.
    verdict, reason : with all rules applied.
    """

    what: str
    value: float | None
    comes_from: str
    score: float
    log_odds: float
    verdict: str
    reason: str


@dataclass(frozen=True)
class Changes:
    """What would change the verdict.

    Attributes
    ----------
    log_odds : of the domain.
    to_disavow, to_review : its distance to the cuts in log-odds, above 0 at or over the cut; None
        where the model has no cut.
    without_rules : verdict and reason by the score alone, were it not for a rule; None where no
        rule settled it.
    all_nofollow, not_listed, kept : verdicts if every link were nofollow, if Search Console did not
        list the domain, if the keep list named it; None where that is so already.
    signals : single signals that at their usual value would lower the verdict, the most first.
    nearest : the one that would lower the score most, where none would lower the verdict.
    missing : what could come out at best if something missing were known, the most first.
    too_large : the domain has more links than are judged again.
    """

    log_odds: float
    to_disavow: float | None
    to_review: float | None
    without_rules: tuple[str, str] | None
    all_nofollow: str | None
    not_listed: str | None
    kept: str | None
    signals: tuple[Case, ...]
    nearest: Case | None
    missing: tuple[Case, ...]
    too_large: bool


_LEVEL = {Verdict.KEEP.value: 0, Verdict.REVIEW.value: 1, Verdict.DISAVOW.value: 2}
_BY_SCORE = frozenset({"SCORE_HIGH", "NAME_HIGH", "SCORE_MIDDLE", "SCORE_LOW"})


def changes_of(
    now: Situation, matrix: Matrix | None, odds: float, effects: EffectsOfLink, usual: Usual
) -> Changes:
    """Work out what would change the verdict of a domain.

    Parameters
    ----------
    matrix : signals of all its links, float32 (n, len(SIGNALS)); None where there are too many.
    odds : its score in log-odds.
    effects : of its worst link, in whose order signals are tried.
    usual : of the run.
    """
    unit = now.unit
    verdict, reason = str(unit["verdict"][0]), str(unit["reason"][0])
    judged = None if matrix is None else now.judge(matrix)
    cuts = [unit["cut_disavow"][0], unit["cut_review"][0]]
    away = [None if cut is None else odds - _odds(cut) for cut in cuts]
    flagged = _LEVEL[verdict] > 0 and reason not in SETTLED
    tried: tuple[Case, ...] = ()
    missing: tuple[Case, ...] = ()
    if flagged and matrix is not None and judged is not None:
        tried = _single_signals(now, matrix, judged, effects, usual)
        missing = _if_known(now, matrix, judged, verdict)
    name = str(unit["linking_domain"][0])
    signals = tuple(case for case in tried if _LEVEL[case.verdict] < _LEVEL[verdict])
    nearest = next((case for case in tried if case.log_odds < odds), None)
    return Changes(
        odds,
        away[0],
        away[1],
        _by_score_alone(unit) if reason not in _BY_SCORE else None,
        _lower(verdict, now.decide_with(followed_links=0)[0]) if flagged else None,
        _not_listed(now, verdict) if flagged else None,
        _lower(verdict, _kept(now, name)) if flagged and name else None,
        signals,
        None if signals else nearest,
        missing,
        matrix is None,
    )


def _odds(score: float) -> float:
    return math.inf if score >= 1 else -math.inf if score <= 0 else math.log(score / (1 - score))


def _lower(before: str, after: str) -> str | None:
    return after if _LEVEL[after] < _LEVEL[before] else None


def _by_score_alone(unit: pl.DataFrame) -> tuple[str, str]:
    score, strict, mild = (unit[n][0] for n in ("spam_score", "cut_disavow", "cut_review"))
    if strict is not None and score >= strict:
        named = "named" in unit.columns and bool(unit["named"][0])
        return Verdict.DISAVOW.value, "NAME_HIGH" if named else "SCORE_HIGH"
    if mild is not None and score >= mild:
        return Verdict.REVIEW.value, "SCORE_MIDDLE"
    return Verdict.KEEP.value, "SCORE_LOW"


def _not_listed(now: Situation, verdict: str) -> str | None:
    if "listed_by_google" not in now.unit.columns or now.unit["listed_by_google"][0] is not None:
        return None
    return _lower(verdict, now.decide_with(listed_by_google=False)[0])


def _kept(now: Situation, name: str) -> str:
    keep = replace(now.guards.keep, domains=now.guards.keep.domains | {name})
    return now.decide_with(guards=replace(now.guards, keep=keep))[0]


def _single_signals(
    now: Situation, matrix: Matrix, judged: UnitJudgement, effects: EffectsOfLink, usual: Usual
) -> tuple[Case, ...]:
    """One known signal at a time, with its rank in the file, at what is usual; lowest first."""
    view = judged.steps.view
    out: list[Case] = []
    tried: set[str] = set()
    for effect in effects.effects:
        subject = effect.signal.removesuffix("_rank")
        if effect.effect <= 0 or effect.value is None or subject in tried:
            continue
        if len(tried) == TRIED:
            break
        tried.add(subject)
        other, source = matrix.copy(), ""
        for name in (subject, f"{subject}_rank"):
            middle = usual.middle(name, view) if name in _AT else None
            if middle is None:
                continue
            column = other[:, _AT[name]]
            column[np.isfinite(column)] = middle[0]
            if name == effect.signal:
                source = middle[1]
        if not source:
            continue  # what is usual is not known
        middle_value = usual.middle(effect.signal, view)
        value = None if middle_value is None else middle_value[0]
        out.append(_case(now, other, effect.signal, value, source))
    return tuple(sorted(out, key=lambda case: case.log_odds))


def _case(now: Situation, matrix: Matrix, what: str, value: float | None, source: str) -> Case:
    judged = now.judge(matrix)
    verdict, reason = now.decide(judged)
    steps = judged.steps
    return Case(what, value, source, steps.score, steps.log_odds, verdict, reason)


def _if_known(
    now: Situation, matrix: Matrix, judged: UnitJudgement, verdict: str
) -> tuple[Case, ...]:
    """What could come out at best if one source of missing information were there.

    Each of its signals with a known direction takes the better end of what training rows have
    (the outer tenth), so that no verdict is promised by a value that does not occur.
    """
    views = now.bundle.metadata.get("reference")
    known = views.get("views", {}) if isinstance(views, dict) else {}
    used = now.bundle.used_signals()
    by_source: dict[str, dict[str, float]] = {}
    for name in used:
        if np.isfinite(matrix[:, _AT[name]]).any():
            continue
        best = _better_end(name, (part for part in reversed(_parts(known))))
        if best is not None:
            source = source_of(name, now.columns, now.brands)[0]
            by_source.setdefault(source, {})[name] = best
    out = []
    for source, values in sorted(by_source.items()):
        other = matrix.copy()
        for name, value in values.items():
            other[:, _AT[name]] = value
        case = _case(now, other, source, None, "")
        if _LEVEL[case.verdict] < _LEVEL[verdict] and case.log_odds < judged.steps.log_odds:
            out.append(case)
    return tuple(sorted(out, key=lambda case: case.log_odds))


def _parts(known: object) -> list[dict[str, object]]:
    if not isinstance(known, dict):
        return []
    return [known[view]["signals"] for view in VIEWS if isinstance(known.get(view), dict)]


def _better_end(name: str, parts: Iterable[dict[str, object]]) -> float | None:
    """The honest end of the training rows' middle eight tenths; None where it is not known."""
    direction = SIGNALS[name].direction
    for part in parts:
        summary = part.get(name)
        if direction and isinstance(summary, dict) and summary.get("edges"):
            edges = [float(edge) for edge in summary["edges"]]
            return min(edges) if direction > 0 else max(edges)
    return None
