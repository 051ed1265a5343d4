"""What is usual of each signal: in the file at hand, else among the rows a model learned from.

A value says little by itself. Beside it stands what the domains have that this run keeps, one row
each: a quantile on the side where the value lies. Where too few of them know the signal, the
bundle's reference of its training rows speaks (``drift.reference``), spam and honest rows together,
and is named as what it is. Where neither knows enough, nothing is claimed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from spamlinks.model.bundle import ModelBundle
from spamlinks.signals.kernel import SIGNALS

__all__ = ["MAX_ROWS", "MIN_KNOWN", "Place", "Usual", "sample_of"]

Matrix = npt.NDArray[np.float32]

MAX_ROWS = 2000
"""So many kept domains are looked at; more would not move a quantile that is worth telling."""

MIN_KNOWN = 50
"""Fewer known values have no ninth tenth to speak of."""

MOST = 0.9
"""The share that a claim such as "9 of 10 have at most" speaks of."""

_AT = {name: i for i, name in enumerate(SIGNALS)}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands among others.

    Attributes
    ----------
    source : "file" for the kept domains of the run, "training" for the model's training rows.
    kind : "high" where the value is above what ``MOST`` of them have at most, "low" where it is
        below what ``MOST`` have at least; between, "upper" where it is not below what half of them
        have at most, else "lower"; "equal" where it is the middle one itself. "same" for yes and
        no; "more" for learned evidence, whose sign is told.
    number : the limit, in the signal's unit; for "same" the share in [0, 1] that has the same
        answer, for "more" the share for which the same is less true.
    """

    source: Literal["file", "training"]
    kind: Literal["high", "low", "upper", "lower", "equal", "same", "more"]
    number: float


@dataclass(frozen=True)
class Usual:
    """Known values of the kept domains, sorted, by signal, and the model's reference by view."""

    values: Mapping[str, npt.NDArray[np.float32]]
    reference: Mapping[str, Any]

    @classmethod
    def of(cls, kept: Matrix, bundle: ModelBundle) -> Usual:
        """Sum up kept domains.

        Parameters
        ----------
        kept : signals of one row of each, float32 (n, len(SIGNALS)); NaN = unknown.
        bundle : whose reference speaks where they cannot.
        """
        values = {}
        for name, at in _AT.items():
            known = kept[:, at]
            known = known[np.isfinite(known)]
            if len(known) >= MIN_KNOWN:
                values[name] = np.sort(known)
        reference = bundle.metadata.get("reference")
        views = reference.get("views") if isinstance(reference, dict) else None
        return cls(values, views if isinstance(views, dict) else {})

    def place(self, name: str, value: float, view: str) -> Place | None:
        """Where a known value of a signal stands; None where too little is known to say.

        Parameters
        ----------
        name, value : of the signal.
        view : of the row, by which the training rows are chosen.
        """
        if not math.isfinite(value):
            return None
        if name in self.values:
            return _among(self.values[name], value, SIGNALS[name].unit)
        try:
            summary = self.reference[view]["signals"][name]
            return _beside(summary, value, SIGNALS[name].unit)
        except (KeyError, TypeError, ValueError, IndexError):
            return None  # no reference, or a damaged one: nothing is claimed

    def middle(self, name: str, view: str) -> tuple[float, str] | None:
        """The usual value of a signal, one that occurs, with its source; None where not known."""
        if name in self.values:
            values = self.values[name]
            return float(values[(len(values) - 1) // 2]), "file"
        try:
            median = float(self.reference[view]["signals"][name]["median"])
        except (KeyError, TypeError, ValueError):
            return None
        return (median, "training") if math.isfinite(median) else None


def sample_of(rows: int) -> npt.NDArray[np.int64]:
    """Places of at most ``MAX_ROWS`` rows, spread evenly and always the same.

    >>> sample_of(3).tolist(), len(sample_of(9001)), sample_of(9001)[:3].tolist()
    ([0, 1, 2], 2000, [0, 4, 9])
    """
    if rows <= MAX_ROWS:
        return np.arange(rows)
    return np.arange(MAX_ROWS) * rows // MAX_ROWS


def _among(values: npt.NDArray[np.float32], value: float, unit: str) -> Place:
    """Against sorted values that are known."""
    if unit == "flag":
        return Place("file", "same", float(((values > 0) == (value > 0)).mean()))
    if unit == "log-odds":  # what is said is its sign, so how far it goes is what can be compared
        less = values < np.float32(value) if value > 0 else values > np.float32(value)
        return Place("file", "more", float(less.mean()))
    enough = math.ceil(MOST * len(values))
    at_most, at_least = float(values[enough - 1]), float(values[len(values) - enough])
    if value > at_most:
        return Place("file", "high", at_most)
    if value < at_least:
        return Place("file", "low", at_least)
    half = math.ceil(len(values) / 2)
    if value >= (middle := float(values[half - 1])):
        return Place("file", "equal" if value == middle else "upper", middle)
    return Place("file", "lower", float(values[len(values) - half]))


_SLACK = 0.005  # shares of a reference are rounded


def _beside(summary: Mapping[str, Any], value: float, unit: str) -> Place | None:
    """Against bins: bin i holds what is above edge i - 1 and at most edge i."""
    edges = [float(edge) for edge in summary["edges"]]
    shares = [float(share) for share in summary["shares"]]
    if len(shares) != len(edges) + 1 or not all(map(math.isfinite, [*edges, *shares])):
        raise ValueError("bins and edges do not fit")
    below = [float(share) for share in np.cumsum(shares)[:-1]]  # share of values up to each edge
    if unit == "flag":
        if 0.0 not in edges:
            return None
        no = below[edges.index(0.0)]
        return Place("training", "same", 1 - no if value > 0 else no)
    high = next((e for e, s in zip(edges, below, strict=True) if s >= MOST - _SLACK), None)
    if high is not None and value > high:
        return Place("training", "high", high)
    low = [e for e, s in zip(edges, below, strict=True) if 1 - s >= MOST - _SLACK]
    if low and value < low[-1]:
        return Place("training", "low", low[-1])
    median = float(summary["median"])
    kind: Literal["equal", "upper", "lower"] = "upper" if value > median else "lower"
    return Place("training", "equal" if value == median else kind, median)
