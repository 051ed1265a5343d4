"""All figures of one set of labelled rows, from one pass of resampling over their networks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from spamlinks.model.evaluation import (
    MIN_GROUPS,
    Interval,
    Ranked,
    average_precision,
    interval,
    roc_auc,
)
from spamlinks.model.reliability import Calibration, Reliability, Tally, shifted

__all__ = ["Flagged", "Measured", "Paired", "Sample", "measure", "pair"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_TAIL = 0.025


@dataclass(frozen=True)
class Sample:
    """Labelled rows, all arrays of shape (n,).

    ``is_spam`` is 0 or 1, ``score`` in [0, 1] and higher is worse, ``groups`` codes of networks
    that are resampled whole, ``flagged`` by name what a cut would disavow.
    """

    is_spam: npt.NDArray[np.int8]
    score: Floats
    groups: Ints
    flagged: Mapping[str, Bools] = field(default_factory=dict)

    def at(self, rows: Bools) -> Sample:
        """The chosen rows."""
        return Sample(
            self.is_spam[rows],
            self.score[rows],
            self.groups[rows],
            {name: flagged[rows] for name, flagged in self.flagged.items()},
        )


@dataclass(frozen=True)
class Flagged:
    """What a cut catches.

    ``precision`` is that of these rows, with their share of spam; ``precision_at_prior`` what it
    would be at the assumed one; ``false_per_10000`` counts honest rows above the cut.
    """

    flagged: int
    caught: int
    false: int
    precision: Interval
    precision_at_prior: Interval
    recall: Interval
    false_per_10000: Interval


@dataclass(frozen=True)
class Measured:
    """Figures of one sample; ``why_not`` says in sentences what could not be computed.

    ``cuts`` has what each of the sample's cuts catches; ``at_prior`` holds the scores as they are
    against the labels, ``at_share`` after they were moved to the labels' own share of spam.
    """

    rows: int
    spam: int
    groups: int
    spam_groups: int
    honest_groups: int
    rounds: int
    roc_auc: Interval
    average_precision: Interval
    cuts: Mapping[str, Flagged] = field(default_factory=dict)
    at_prior: Calibration | None = None
    at_share: Calibration | None = None
    why_not: tuple[str, ...] = field(default=())

    @property
    def honest(self) -> int:
        """Number of honest rows."""
        return self.rows - self.spam


def measure(
    sample: Sample, *, prior: float, rounds: int, seed: int, calibration: bool = False
) -> Measured:
    """Compute the figures of a sample with 95 % intervals from networks resampled whole.

    Parameters
    ----------
    prior : share of spam that the scores assume, in (0, 1).
    rounds : resamples; 0 gives figures without intervals.
    calibration : whether scores are held against labels, as scored and at the labelled share.

    Returns
    -------
    Measured; a figure that cannot be had is NaN, an interval that cannot be had is absent, and
    ``why_not`` says why.
    """
    y = sample.is_spam
    spam = int((y == 1).sum())
    groups = [len(np.unique(sample.groups[rows])) for rows in (y == 1, y == 0, y >= 0)]
    notes = []
    if not 0 < spam < len(y):
        word = "spam" if not spam else "honest"
        notes.append(f"no {word} among the {len(y):,} labelled: nothing to tell apart")
    elif min(groups[:2]) < MIN_GROUPS:
        notes.append(
            f"networks with spam: {groups[0]:,}, with honest ones: {groups[1]:,}; intervals take "
            f"{MIN_GROUPS} of each"
        )
    enough = min(groups[:2]) >= MIN_GROUPS
    ranked = Ranked(y, sample.score)
    models = _reliabilities(sample, prior, spam) if calibration and 0 < spam < len(y) else []
    hits = _hits(sample)
    areas: list[tuple[float, float]] = []
    sums: list[Floats] = []
    tallies: list[list[Tally]] = [[] for _ in models]
    # Recall alone needs no honest networks, so its rounds run wherever there are rows.
    for weight, ordered in _weights(sample.groups, ranked, rounds if len(y) else 0, seed):
        counts = ranked.counts(ordered)
        areas.append((roc_auc.of(*counts), average_precision.of(*counts)))
        sums.append(hits @ weight)
        for model, tally in zip(models, tallies, strict=True):
            tally.append(model.tally(weight))
    whole = ranked.counts()
    found = (roc_auc.of(*whole), average_precision.of(*whole))
    areas_known = areas if enough else []
    calibrations = [
        Calibration.of(model.tally(), tally if enough else [], share)
        for model, tally, share in zip(
            models, tallies, (prior, spam / max(len(y), 1)), strict=False
        )
    ]
    return Measured(
        len(y),
        spam,
        groups[2],
        groups[0],
        groups[1],
        len(areas_known),
        _area(found[0], [a for a, _ in areas_known]),
        _area(found[1], [a for _, a in areas_known]),
        _cuts(sample, hits, sums, prior, groups),
        calibrations[0] if calibrations else None,
        calibrations[1] if calibrations else None,
        tuple(notes),
    )


def _reliabilities(sample: Sample, prior: float, spam: int) -> list[Reliability]:
    share = spam / len(sample.is_spam)
    return [
        Reliability(sample.is_spam, sample.score),
        Reliability(sample.is_spam, shifted(sample.score, prior, share)),
    ]


def _weights(
    groups: Ints, ranked: Ranked, rounds: int, seed: int
) -> Iterator[tuple[Floats, Floats]]:
    """Per round: the weight of each row, and the same in the order of the scores."""
    rng = np.random.default_rng(seed)
    distinct, code = np.unique(groups, return_inverse=True)
    ordered = code[ranked.order]
    for _ in range(rounds):
        drawn = rng.integers(0, len(distinct), len(distinct))
        times = np.bincount(drawn, minlength=len(distinct)).astype(np.float64)
        yield times[code], times[ordered]


def _area(value: float, values: list[float]) -> Interval:
    """An area of exactly 0 or 1 stays that in every resample, which proves nothing."""
    return interval(value, values) if values and 0 < value < 1 else Interval(value)


def _hits(sample: Sample) -> Floats:
    """Indicators whose weighted sums are all that the figures of cuts need: (2 + 2 cuts, n)."""
    if not sample.flagged:
        return np.zeros((0, len(sample.is_spam)))
    spam = sample.is_spam == 1
    rows = [spam, ~spam]
    for above in sample.flagged.values():
        rows += [spam & above, ~spam & above]
    return np.array(rows, dtype=np.float64)


def _cuts(
    sample: Sample, hits: Floats, sums: list[Floats], prior: float, groups: list[int]
) -> dict[str, Flagged]:
    found = hits.sum(axis=1)
    drawn = np.array(sums, dtype=np.float64).reshape(len(sums), len(hits)).T
    out = {}
    for place, (name, above) in enumerate(sample.flagged.items()):
        at = [0, 1, 2 + 2 * place, 3 + 2 * place]
        networks = [*groups[:2], len(np.unique(sample.groups[above]))]
        out[name] = _flagged(found[at], drawn[at], prior, networks)
    return out


def _flagged(found: Floats, sums: Floats, prior: float, groups: list[int]) -> Flagged:
    """Figures of one cut: found and resampled (spam, honest, caught, false), and networks of spam,
    of honest rows and of what is above the cut."""
    spam, honest, caught, false = found
    with np.errstate(divide="ignore", invalid="ignore"):
        recalls, falses = sums[2] / sums[0], sums[3] / sums[1]
        precisions = sums[2] / (sums[2] + sums[3])
        kept = prior * recalls
        at_prior = kept / (kept + (1 - prior) * falses)
    recall = _share(caught, spam, recalls, groups[0])
    false_share = _share(false, honest, falses, groups[1])
    return Flagged(
        int(caught + false),
        int(caught),
        int(false),
        _share(caught, caught + false, precisions, groups[2]),
        _at_prior(recall, false_share, at_prior, prior, min(groups[:2])),
        recall,
        Interval(*(1e4 * x for x in (false_share.value, false_share.low, false_share.high))),
    )


def _share(hits: float, trials: float, values: Floats, groups: int) -> Interval:
    """A share with its interval; where nothing or everything hit, the exact bound of Clopper and
    Pearson (1934) over networks, since every resample would only repeat it."""
    if not trials:
        return Interval(math.nan)
    value = float(hits / trials)
    if groups < MIN_GROUPS:
        return Interval(value)
    edge = 1 - _TAIL ** (1 / groups)
    if value == 0:
        return Interval(0.0, 0.0, edge)
    if value == 1:
        return Interval(1.0, 1 - edge, 1.0)
    return interval(value, values)


def _at_prior(
    recall: Interval, false: Interval, values: Floats, prior: float, groups: int
) -> Interval:
    def kept(found: float, wrong: float) -> float:
        hit = prior * found
        total = hit + (1 - prior) * wrong
        return hit / total if total else math.nan

    value = kept(recall.value, false.value) if math.isfinite(false.value) else math.nan
    if groups < MIN_GROUPS or not math.isfinite(value):
        return Interval(value)
    if value == 1:
        return Interval(1.0, kept(recall.value, false.high), 1.0)
    if value == 0:
        return Interval(0.0, 0.0, kept(recall.high, false.value))
    return interval(value, values)


@dataclass(frozen=True)
class Paired:
    """Another score beside ours on the same rows; ``gain`` is ours less theirs."""

    rows: int
    spam: int
    ours: dict[str, Interval]
    theirs: dict[str, Interval]
    gain: dict[str, Interval]
    our_cuts: Mapping[str, Flagged] = field(default_factory=dict)
    their_cuts: Mapping[str, Flagged] = field(default_factory=dict)
    why_not: tuple[str, ...] = field(default=())


def pair(ours: Sample, theirs: Sample, *, prior: float, rounds: int, seed: int) -> Paired:
    """Measure two scores on the same rows, with the same resamples for both.

    Parameters
    ----------
    ours, theirs : the same labels and groups; the second's scores may have any unit.
    """
    first = measure(ours, prior=prior, rounds=0, seed=seed)
    one, two = (Ranked(s.is_spam, s.score) for s in (ours, theirs))
    drawn: list[tuple[float, ...]] = []
    sums: tuple[list[Floats], list[Floats]] = ([], [])
    hits = [_hits(sample) for sample in (ours, theirs)]
    enough = min(first.spam_groups, first.honest_groups) >= MIN_GROUPS
    for weight, ordered in _weights(ours.groups, one, rounds if enough else 0, seed):
        a, b = one.counts(ordered), two.counts(weight[two.order])
        drawn.append((*(m.of(*a) for m in _METRICS), *(m.of(*b) for m in _METRICS)))
        for found, hit in zip(sums, hits, strict=True):
            found.append(hit @ weight)
    values = np.array(drawn, dtype=np.float64).reshape(-1, 2 * len(_METRICS))
    whole = [[m.of(*r.counts()) for m in _METRICS] for r in (one, two)]
    names = [m.name for m in _METRICS]
    size = len(names)
    groups = [first.spam_groups, first.honest_groups, first.groups]
    cuts = [
        _cuts(sample, hit, found, prior, groups)
        for sample, hit, found in zip((ours, theirs), hits, sums, strict=True)
    ]
    return Paired(
        first.rows,
        first.spam,
        {n: _area(whole[0][i], list(values[:, i])) for i, n in enumerate(names)},
        {n: _area(whole[1][i], list(values[:, size + i])) for i, n in enumerate(names)},
        {
            n: interval(whole[0][i] - whole[1][i], values[:, i] - values[:, size + i])
            if len(values)
            else Interval(whole[0][i] - whole[1][i])
            for i, n in enumerate(names)
        },
        cuts[0],
        cuts[1],
        first.why_not,
    )


_METRICS = (roc_auc, average_precision)
