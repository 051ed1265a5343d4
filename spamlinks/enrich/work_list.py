"""What those who look things up need of a store, whoever keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from spamlinks.enrich.answers import Answer, Lookup, What

__all__ = ["WorkList"]


class WorkList(Protocol):
    """What is needed of ``store.Store``."""

    def pending(self, what: What) -> int:
        """Return how many look-ups wait."""

    def take(self, what: What, n: int) -> list[Lookup]:
        """Return the next ones."""

    def save(self, answers: Sequence[Answer]) -> None:
        """Keep answers, and strike them off the list."""

    def give_back(self, lookups: Iterable[Lookup]) -> None:
        """Put look-ups back that were not done."""
