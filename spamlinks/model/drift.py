"""Whether new exports look like what a model was trained on, signal by signal.

A model's figures hold for links like those it learned from. ``reference`` sums the training rows
up, small enough to be stored in the bundle; ``drift`` holds new rows against it with the
population stability index: the sum over bins of ``(now - before) * ln(now / before)``, of which
0.1 is usually taken as small and 0.25 as large (Siddiqi, 2006). What is not known is a bin of its
own, since a column that is suddenly empty is a change as well.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.errors import ModelError
from spamlinks.model.views import VIEWS
from spamlinks.signals.kernel import SIGNALS

__all__ = ["DRIFT_COLUMNS", "LARGE", "MIN_ROWS", "drift", "reference"]

Matrix = npt.NDArray[np.float32]
Views = npt.NDArray[np.int8]

BINS = 10
LARGE = 0.25
"""From this index on, a signal has another distribution than in training."""
RELATIVE = frozenset(
    signal.name
    for signal in SIGNALS.values()
    if signal.place == "rank"
    or signal.unit == "log-odds"
    or signal.name == "english_on_foreign_profile"
)
"""Signals that are left out: ranks within a file are spread evenly in any file, learned evidence is
out of fold in training and final afterwards, and one is known or not for a profile as a whole."""

MIN_ROWS = 50
"""A view with fewer rows, before or now, is not compared: chance alone would look like drift."""

_FORMAT = 1
_SCHEMA = {
    "view": pl.String,
    "signal": pl.String,
    "psi": pl.Float64,
    "chance": pl.Float64,
    "known_before": pl.Float64,
    "known_now": pl.Float64,
    "median_before": pl.Float64,
    "median_now": pl.Float64,
    "rows_before": pl.Int64,
    "rows_now": pl.Int64,
}
DRIFT_COLUMNS = tuple(_SCHEMA)
"""Columns of ``drift``: shares in [0, 1]; ``chance`` is the index that equal rows would give on
average by their number alone; medians are in the signal's unit, null where no value is known."""


def reference(matrix: Matrix, views: Views) -> dict[str, Any]:
    """Sum up the rows that a model was trained on.

    Parameters
    ----------
    matrix : signals, float32 (n, len(SIGNALS)); NaN = unknown.
    views : each row's index into ``VIEWS``, shape (n,).

    Returns
    -------
    JSON-able dict: by view the number of rows, and by signal (those that some row knows, but for
    ``RELATIVE``) the share that is known, the median, inner bin edges (deciles, each once) and the
    share of each bin among the known values. Views with fewer than ``MIN_ROWS`` rows are left out.
    """
    out: dict[str, Any] = {}
    for index, view in enumerate(VIEWS):
        rows = matrix[views == index]
        if len(rows) < MIN_ROWS:
            continue
        found = {}
        for place, name in enumerate(SIGNALS):
            values = rows[:, place]
            values = values[np.isfinite(values)]
            if len(values) and name not in RELATIVE:
                found[name] = _summary(values, len(rows))
        out[view] = {"rows": len(rows), "signals": found}
    return {"format": _FORMAT, "views": out}


def _summary(values: npt.NDArray[np.float32], rows: int) -> dict[str, Any]:
    at = np.arange(1, BINS) / BINS
    # Edges are values that occur, written so that reading gives the same float32: a value that
    # many rows share must not fall to the other side.
    edges = np.unique(np.quantile(values, at, method="lower"))
    counts = np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)
    return {
        "known": round(len(values) / rows, 6),
        "median": _short(np.median(values)),
        "edges": [_short(edge) for edge in edges],
        "shares": [round(float(n) / len(values), 6) for n in counts],
    }


def _short(value: np.floating[Any]) -> float:
    return float(str(np.float32(value)))


def drift(
    before: Mapping[str, Any],
    matrix: Matrix,
    views: Views,
    *,
    only: Collection[str] | None = None,
) -> pl.DataFrame:
    """Hold rows against the ``reference`` of a model's training rows.

    Parameters
    ----------
    before : what ``reference`` returned, perhaps read back from JSON.
    matrix, views : the new rows, as for ``reference``.
    only : names of the signals to compare, such as those a model uses; default all.

    Returns
    -------
    DataFrame with ``DRIFT_COLUMNS``, one row per view and signal that the reference knows, the
    largest index first. Views that the reference lacks, or that have fewer than ``MIN_ROWS`` new
    rows, are left out. Signals of the reference that are not known here are left out as well.

    Raises
    ------
    ModelError : the reference is damaged.
    """
    rows = []
    try:
        if before["format"] != _FORMAT:
            raise ValueError(f"its format is {before['format']!r}, not {_FORMAT}")
        for view, part in before["views"].items():
            now = matrix[views == VIEWS.index(view)]
            if len(now) < MIN_ROWS:
                continue
            for name, summary in part["signals"].items():
                if name in _AT and (only is None or name in only):
                    row = _compare(summary, int(part["rows"]), now[:, _AT[name]])
                    rows.append((view, name, *row))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise ModelError(
            "reference of the model",
            f"it is damaged ({type(error).__name__}: {str(error)[:120]})",
            "Train the model again.",
        ) from None
    table = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    return table.sort("psi", "view", "signal", descending=[True, False, False])


_AT = {name: i for i, name in enumerate(SIGNALS)}


def _compare(
    summary: Mapping[str, Any], rows: int, column: npt.NDArray[np.float32]
) -> tuple[float, float, float, float, float, float | None, int, int]:
    edges = np.array(summary["edges"], dtype=np.float32)
    shares = np.array(summary["shares"], dtype=np.float64)
    known, median = float(summary["known"]), float(summary["median"])
    if len(shares) != len(edges) + 1 or not (0 <= known <= 1) or rows < 1:
        raise ValueError("bins and edges do not fit")
    if not (np.isfinite(edges).all() and np.isfinite(shares).all() and math.isfinite(median)):
        raise ValueError("a number is missing")
    values = column[np.isfinite(column)]
    counts = np.bincount(np.searchsorted(edges, values), minlength=len(shares))
    then = np.append(shares * known, 1 - known) * rows
    now = np.append(counts, len(column) - len(values)).astype(np.float64)
    used = (then > 0) | (now > 0)
    then, now = then[used], now[used]
    bins = len(then)
    # Half a row in each bin: an empty one must not make the index infinite.
    p, q = ((n + 0.5) / (n.sum() + bins / 2) for n in (then, now))
    return (
        float(((q - p) * np.log(q / p)).sum()),
        (bins - 1) * (1 / rows + 1 / len(column)),
        known,
        len(values) / len(column),
        median,
        float(np.median(values)) if len(values) else None,
        rows,
        len(column),
    )
