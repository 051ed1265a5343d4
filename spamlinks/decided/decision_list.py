"""The decisions of one file, and the table that keeps them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from spamlinks.policy import Decision

__all__ = ["DECISION_COLUMNS", "DecisionList"]

DECISION_COLUMNS = ("decision", "decided_by", "decided_on", "decision_note")
"""The last columns of domains.csv; with ``linking_domain`` before them, those of decisions.csv."""


@dataclass(frozen=True)
class DecisionList:
    """What was decided, and where that was read.

    Attributes
    ----------
    source : name of the file, or "table".
    by_name : the decisions by ``Decision.name``, in the order of the file.
    sha256 : of the file's bytes.
    path : the file, None for a table in memory.
    notes : sentences for people about the reading.
    """

    source: str
    by_name: Mapping[str, Decision] = field(default_factory=dict)
    sha256: str = ""
    path: Path | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.by_name)

    @property
    def authors(self) -> dict[str, int]:
        """Number of decisions by author, most first; those without an author are left out."""
        counts = Counter(decision.by for decision in self.by_name.values() if decision.by)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def table(self) -> pl.DataFrame:
        """Return one row per decision: ``linking_domain`` and ``DECISION_COLUMNS``.

        ``decided_on`` is a Date, the rest String; null where it was not written down.
        """
        rows = [
            (decision.name, decision.verdict.value, decision.by, decision.on, decision.note)
            for decision in self.by_name.values()
        ]
        types = (pl.String, pl.String, pl.String, pl.Date, pl.String)
        schema = dict(zip(("linking_domain", *DECISION_COLUMNS), types, strict=True))
        return pl.DataFrame(rows, schema=schema, orient="row")
