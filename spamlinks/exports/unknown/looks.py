"""What the cells of one column look like, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from spamlinks.exports.cells import bare_url, kind_of
from spamlinks.exports.reading.flags import FOLLOW, NO, NOFOLLOW, YES
from spamlinks.exports.reading.numbers import date_evidence, parse_date, parse_number
from spamlinks.urls import authority, parse_host

__all__ = ["Look", "link_kind", "look"]

MAX_CELL = 4000
"""Longer cells are text, whatever they begin with."""
_FLAGS = frozenset((*YES, *NO, *NOFOLLOW, *FOLLOW))
_REL = frozenset("nofollow ugc sponsored".split())
_BESIDE_REL = frozenset("noopener noreferrer external follow dofollow me tag author".split())


@dataclass(slots=True)
class Look:
    """One column as it looks: how many of its cells are of each kind, and on which sites.

    ``kinds`` counts url, host, date, number, flag, rel and text; a cell may be of several.
    ``sites`` is the number of domains its URLs are on, ``top_share`` the share of the commonest.
    ``vote``, ``means`` and ``roles`` are what the header says; ``nameable`` is False when a mapping
    could not name the column.
    """

    position: int
    name: str
    total: int
    filled: int
    kinds: Counter[str]
    domains: Counter[str]
    known_suffixes: int = 0
    has_rel_words: bool = False
    nameable: bool = True
    vote: str = ""
    means: str = ""
    roles: frozenset[str] = frozenset()

    @property
    def sites(self) -> int:
        """Number of domains that the column's URLs and hosts are on."""
        return len(self.domains)

    @property
    def top_site(self) -> str:
        """The commonest domain; "" when there is none."""
        return max(self.domains, key=lambda name: self.domains[name], default="")

    @property
    def top_share(self) -> float:
        """Share of the commonest domain among the URLs and hosts, 0 to 1."""
        return self.domains[self.top_site] / max(1, self.domains.total())

    def share(self, *kinds: str) -> float:
        """Return the share of filled cells that are of one of these kinds, 0 to 1.

        Only kinds that exclude each other may be asked for together.
        """
        return sum(self.kinds[kind] for kind in kinds) / max(1, self.filled)


def look(position: int, cells: Sequence[str], name: str = "") -> Look:
    """Count what the cells of a column are."""
    shown = Look(position, name, len(cells), 0, Counter(), Counter())
    for text in cells:
        cell = text.strip()
        if not cell:
            continue
        shown.filled += 1
        kind = link_kind(cell)
        if kind:
            shown.kinds[kind] += 1
            parts = parse_host(authority(cell))
            shown.domains[parts.linking_domain] += 1
            shown.known_suffixes += parts.is_known_suffix
            continue
        shown.kinds.update(_kinds(cell))
        words = set(cell.lower().replace(",", " ").split()) if len(cell) < 100 else set()
        shown.has_rel_words |= bool(words & _REL)
        shown.kinds["rel"] += bool(words) and words <= _REL | _BESIDE_REL
    return shown


def link_kind(cell: str) -> str:
    """Return "url", "host" or "" (neither) for a cell without spaces around it.

    >>> [link_kind(c) for c in ("https://a.example/", "a.example", "b.com/x", "1.5", "see a.com")]
    ['url', 'host', 'url', '', '']
    """
    if len(cell) > MAX_CELL:
        return ""
    kind = kind_of(cell)
    if kind in ("url", "host"):
        return kind
    return "url" if kind == "text" and bare_url(cell) else ""


def _kinds(cell: str) -> list[str]:
    kinds = ["flag"] if cell.lower() in _FLAGS else []
    if len(cell) > 40:
        return [*kinds, "text"]
    whole = kind_of(cell)
    if whole == "date" or date_evidence(cell) or _worded_date(cell):
        return [*kinds, "date"]
    if whole == "int" or any(parse_number(cell, sign) is not None for sign in ".,"):
        return [*kinds, "number"]
    return kinds or ["text"]


def _worded_date(cell: str) -> bool:
    """Whether a cell is a day with its month as a word; bare numbers are not asked."""
    named = any(char.isalpha() for char in cell) and any(char.isdigit() for char in cell)
    return named and parse_date(cell, "") is not None
