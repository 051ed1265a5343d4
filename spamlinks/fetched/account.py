"""How much of an export was looked up, and how it ended: for run.json and for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from spamlinks.enrich.answers import State

__all__ = ["NOT_TRIED", "StoreAccount", "by_state"]

NOT_TRIED = "not_tried"


def by_state(states: pl.Series) -> dict[str, int]:
    """Count states, null as ``not_tried``; every state is there."""
    counts = dict.fromkeys((*(state.value for state in State), NOT_TRIED), 0)
    for name, number in states.value_counts().rows():
        counts[name if name in counts else NOT_TRIED] += int(number)
    return counts


@dataclass(frozen=True, slots=True)
class StoreAccount:
    """What was looked up of the things in one export.

    Attributes
    ----------
    store : name of the file.
    pages, domains, homes, hosts : number of distinct linking pages, linking domains (registration
        data), linking domains (start page) and hosts (names) of the export by state, ``not_tried``
        among them; they add up to all there are.
    first, last : days of the oldest and the newest page, None without any.
    links_found, links_missing : rows whose page was read and has a link to the site, or has none.
    filled : number of cells filled in by column of the export.
    empty : the store holds no answer at all.
    """

    store: str
    pages: Mapping[str, int]
    domains: Mapping[str, int]
    homes: Mapping[str, int]
    hosts: Mapping[str, int]
    first: date | None = None
    last: date | None = None
    links_found: int = 0
    links_missing: int = 0
    filled: Mapping[str, int] = field(default_factory=dict)
    empty: bool = False

    @property
    def nothing(self) -> bool:
        """Whether nothing of the export was looked up."""
        kinds = (self.pages, self.domains, self.homes, self.hosts)
        return all(_tried(kind) == 0 for kind in kinds)

    def to_dict(self) -> dict[str, Any]:
        """What run.json says under ``looked_up``."""
        return {
            "store": self.store,
            "pages": dict(self.pages),
            "domains": dict(self.domains),
            "homes": dict(self.homes),
            "hosts": dict(self.hosts),
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "links_found": self.links_found,
            "links_missing": self.links_missing,
            "filled": dict(self.filled),
            "text": "" if self.nothing else self.sentence(),
        }

    def sentence(self) -> str:
        """One line for people.

        >>> some = {"fetched": 3, "absent": 0, "blocked": 1, "failed": 0, "robots": 0}
        >>> none = dict.fromkeys(some, 0) | {"not_tried": 9}
        >>> StoreAccount("a.db", some | {"not_tried": 6}, none, none, none).sentence()
        'Looked up in a.db: 3 of 10 linking pages read (1 blocked)'
        """
        if self.empty:
            return f"The store {self.store} is empty: nothing was looked up yet"
        if self.nothing:
            return f"The store {self.store} holds nothing about these links"
        said = [
            _said(self.pages, "linking page", "read"),
            _said(self.domains, "registration", "known"),
            _said(self.homes, "start page", "read"),
            _said(self.hosts, "host", "resolved"),
        ]
        return f"Looked up in {self.store}: {', '.join(text for text in said if text)}"

    def notes(self) -> list[str]:
        """Sentences for a store that had nothing to say; empty otherwise."""
        if not self.nothing:
            return []
        hint = "run 'spamlinks enrich' on these exports"
        return [f"{self.sentence()}; {hint}"]

    def not_looked_at(self) -> list[str]:
        """What the store leaves open about pages and registrations, subject first."""
        out = []
        if _tried(self.pages) == 0:
            out.append("The linking pages themselves: none of them is in the store.")
        elif unread := _unread(self.pages):
            out.append(f"Linking pages that could not be read: {unread}.")
        left = self.pages.get(NOT_TRIED, 0)
        if _tried(self.pages) and left:
            out.append(f"Linking pages that were not tried: {left:,} of {_all(self.pages):,}.")
        unknown = _all(self.domains) - self.domains.get(State.FETCHED.value, 0)
        if _tried(self.domains) and unknown:
            out.append(
                f"Registrations that are not known: {unknown:,} of {_all(self.domains):,} domains."
            )
        return out


def _all(kind: Mapping[str, int]) -> int:
    return sum(kind.values())


def _tried(kind: Mapping[str, int]) -> int:
    return _all(kind) - kind.get(NOT_TRIED, 0)


_WORDS = {"absent": "not there", "robots": "closed by robots.txt"}


def _unread(kind: Mapping[str, int]) -> str:
    parts = [(kind.get(s.value, 0), _WORDS.get(s.value, s.value)) for s in State]
    return ", ".join(f"{n:,} {name}" for n, name in parts if n and name != State.FETCHED.value)


def _said(kind: Mapping[str, int], thing: str, done: str) -> str:
    if not _tried(kind):
        return ""
    many = _all(kind)
    unread = _unread(kind)
    end = f" ({unread})" if unread else ""
    plural = thing if many == 1 else f"{thing}s"
    return f"{kind.get(State.FETCHED.value, 0):,} of {many:,} {plural} {done}{end}"
