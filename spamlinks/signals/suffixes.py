"""The public suffix as evidence: how often names under it stood in spam lists.

A smoothed target encoding (Micci-Barreca 2001) with two steps of fallback: a rare suffix leans on
its last label, a rare last label on the prior. Scoring and counting; whoever trains on its values
must count outside the scored fold.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.errors import ModelError

__all__ = ["SuffixTable", "stored"]

Floats = npt.NDArray[np.float32]

_LIMIT = 1e6


def stored(value: object) -> float:
    """Take a number from a file: no text, no truth value, finite and small enough to add up.

    Raises ValueError.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LIMIT:
        raise ValueError(f"{str(value)[:40]!r} is no number within {_LIMIT:g}")
    return float(value)


@dataclass(frozen=True, slots=True)
class SuffixTable:
    """Log-odds of spam by public suffix, shrunk towards its last label and that to the prior.

    Attributes
    ----------
    log_odds : by suffix, such as "co.uk"; a bare last label holds what is known of all suffixes
        that end in it.
    prior : log-odds of an unknown suffix.
    """

    log_odds: Mapping[str, float]
    prior: float

    @classmethod
    def fit(
        cls,
        suffixes: Sequence[str],
        is_spam: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        *,
        strength: float = 20.0,
    ) -> SuffixTable:
        """Count labels per suffix; ``strength`` is the weight of the prior, in rows."""
        y = np.asarray(is_spam, dtype=np.float64)
        w = np.ones_like(y) if sample_weight is None else np.asarray(sample_weight, np.float64)
        frame = pl.DataFrame({"suffix": suffixes, "w": w, "wy": w * y}).with_columns(
            last=pl.col("suffix").str.split(".").list.last()
        )
        base = (float((w * y).sum()) + 1.0) / (float(w.sum()) + 2.0)
        odds: dict[str, float] = {}
        rate = _rates(frame, "last", strength, pl.lit(base))
        lasts = dict(zip(rate["last"], rate["rate"], strict=True))
        deep = frame.filter(pl.col("suffix") != pl.col("last")).with_columns(
            above=pl.col("last").replace_strict(lasts, return_dtype=pl.Float64)
        )
        for name, value in sorted(lasts.items()):
            odds[name] = _logit(value)
        for name, value in sorted(_rates(deep, "suffix", strength, pl.col("above")).iter_rows()):
            odds[name] = _logit(value)
        return cls(odds, _logit(base))

    def margins(self, suffixes: Sequence[str] | pl.Series) -> Floats:
        """Look suffixes up: float32 (n,) log-odds, higher is worse; NaN for null or ""."""
        series = pl.Series("suffix", suffixes, dtype=pl.String)
        known = {name: self._one(name) for name in series.drop_nulls().unique() if name}
        found = [math.nan if not name else known[name] for name in series]
        return np.array(found, dtype=np.float32)

    def _one(self, suffix: str) -> float:
        found = self.log_odds.get(suffix)
        if found is None:
            found = self.log_odds.get(suffix.rpartition(".")[2], self.prior)
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form; numbers are rounded to four digits."""
        odds = {name: round(value, 4) for name, value in sorted(self.log_odds.items())}
        return {"prior": round(self.prior, 4), "log_odds": odds}

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> SuffixTable:
        """Read ``to_dict``; raises ``ModelError`` for anything else."""
        try:
            odds = {str(name): stored(value) for name, value in state["log_odds"].items()}
            prior = stored(state["prior"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelError(
                "suffix table", f"cannot be read ({error})", "Train the model again"
            ) from None
        return cls(odds, prior)


def _rates(frame: pl.DataFrame, key: str, strength: float, above: pl.Expr) -> pl.DataFrame:
    rate = (pl.col("wy").sum() + strength * above.first()) / (pl.col("w").sum() + strength)
    return frame.group_by(key).agg(rate=rate)


def _logit(p: float) -> float:
    return math.log(p / (1.0 - p))
