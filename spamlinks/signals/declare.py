"""What a signal is, and what every signal says about itself.

The declaration drives computing, the order of the model's columns, monotone constraints,
``spamlinks signals`` and the sentences of explanations. A signal's ``version`` goes up when its
meaning changes; bundles name the version they were trained with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

__all__ = ["Direction", "Place", "Signal", "available_expressions", "present", "row_signal"]

Direction = Literal[-1, 0, 1]
Place = Literal["host", "anchor", "pair", "row", "rank", "domain", "shape", "text"]


@dataclass(frozen=True, slots=True)
class Signal:
    """One number about one backlink; NaN where it cannot be known.

    Attributes
    ----------
    name : column name, with its unit where it has one.
    version : raised when the meaning changes.
    group : the part of a link it looks at: host, url, anchor, page, link, domain or profile.
    unit : of the value, such as "days", "share" or "log10(1 + links)".
    low, high : the range values are clipped to.
    direction : 1 where a higher value can only raise the spam score, -1 where it can only lower
        it, 0 where the model is free. Becomes the monotone constraint.
    needs : schema columns; "a|b" means either will do. Missing needs give NaN.
    sentence : for people; ``{value}`` stands for the value.
    place : the table it is computed in once (distinct hosts, anchors, ...), or "row".
    """

    name: str
    version: int
    group: str
    unit: str
    low: float
    high: float
    direction: Direction
    needs: tuple[str, ...]
    sentence: str
    place: Place

    def available(self, columns: frozenset[str]) -> bool:
        """Whether the columns of an export suffice."""
        return all(any(part in columns for part in need.split("|")) for need in self.needs)


def row_signal(
    name: str,
    group: str,
    unit: str,
    low: float,
    high: float,
    direction: Direction,
    needs: str,
    sentence: str,
    version: int = 1,
) -> Signal:
    """Declare a signal that is computed from each row; ``needs`` are separated by spaces."""
    needed = tuple(needs.split())
    return Signal(name, version, group, unit, low, high, direction, needed, sentence, "row")


def available_expressions(
    signals: Iterable[Signal], columns: frozenset[str], expressions: Mapping[str, pl.Expr]
) -> dict[str, pl.Expr]:
    """Pick the expressions whose signals have what they need among ``columns``, in their order."""
    return {s.name: expressions[s.name] for s in signals if s.available(columns)}


def present(columns: frozenset[str], *names: str) -> list[str]:
    """Those of ``names`` that are columns; all of them for an expression that will not be used."""
    return [name for name in names if name in columns] or list(names)
