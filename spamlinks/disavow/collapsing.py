"""Keeping new entries within Google's limits: fewer comments, then one line for many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spamlinks.disavow.entries import Candidate, Entry, vet
from spamlinks.disavow.lines import Kind
from spamlinks.disavow.render import MAX_BYTES, MAX_LINES, candidate_lines
from spamlinks.disavow.sites import Sites
from spamlinks.guards import is_institution
from spamlinks.urls import linking_domain

__all__ = ["Block", "Collapsed", "block_within"]


@dataclass(frozen=True, slots=True)
class Collapsed:
    """One entry that stands for several that would not have fitted."""

    entry: Entry
    replaced: tuple[Entry, ...]

    def __str__(self) -> str:
        kinds = [entry.kind for entry in self.replaced]
        what = "URLs" if Kind.DOMAIN not in kinds else "entries" if Kind.URL in kinds else "hosts"
        return f"{self.entry.line} stands for {len(self.replaced):,} {what}"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines to add to a file, and what had to be given up so that they fit."""

    lines: tuple[str, ...]
    collapsed: tuple[Collapsed, ...] = ()
    without_comments: bool = False


@dataclass(frozen=True, slots=True)
class _Room:
    """What is left of the limits."""

    lines: int
    size: int
    end: int

    def holds(self, lines: Sequence[str]) -> bool:
        size = sum(len(line.encode()) + self.end for line in lines)
        return len(lines) <= self.lines and size <= self.size


def block_within(
    candidates: Sequence[Candidate],
    heading: Sequence[str],
    *,
    lines: int = 0,
    size: int = 0,
    newline: str = "\n",
    spare: Iterable[str] = (),
) -> Block | None:
    """Write vetted candidates so that a file with them keeps Google's limits.

    Parameters
    ----------
    candidates : accepted by ``vet``.
    heading : lines above them.
    lines, size : lines and bytes that the file has already.
    newline : the file's line end.
    spare : hosts and URLs that no line may newly hit: own sites and the keep list.

    Returns
    -------
    Block, or None when it cannot fit. Comments are given up first. Then entries collapse, the
    biggest groups first and no more of them than needed: URLs of one host into its ``domain:``
    line, hosts of one registrable domain into that. Never onto a suffix, platform, institution or
    something to spare.
    """
    room = _Room(MAX_LINES - lines, MAX_BYTES - size, len(newline))
    full = (*heading, *candidate_lines(candidates))
    if room.holds(full):
        return Block(full)
    bare = tuple(candidate_lines(candidates, comments=False))
    if room.holds((*heading, *bare)):
        return Block((*heading, *bare), without_comments=True)
    if room.holds(bare):
        return Block(bare, without_comments=True)
    return _collapse({candidate.entry for candidate in candidates}, room, tuple(spare))


def _collapse(entries: set[Entry], room: _Room, spare: tuple[str, ...]) -> Block | None:
    collapsed: dict[Entry, tuple[Entry, ...]] = {}
    guarded = Sites(spare)
    size = sum(_size(entry, room) for entry in entries)
    for groups in (_by_host, _by_domain):
        for entry, members in groups(entries):
            if not _may_stand(entry, spare, guarded):
                continue
            entries -= set(members)
            entries.add(entry)
            size += _size(entry, room) - sum(_size(member, room) for member in members)
            inner = [e for m in members for e in collapsed.pop(m, (m,))]
            collapsed[entry] = tuple(sorted(inner))
            if len(entries) <= room.lines and size <= room.size:
                report = tuple(Collapsed(e, collapsed[e]) for e in sorted(collapsed))
                bare = candidate_lines([Candidate(e) for e in sorted(entries)], comments=False)
                return Block(tuple(bare), report, without_comments=True)
    return None


def _size(entry: Entry, room: _Room) -> int:
    return len(entry.line) + room.end


_Groups = list[tuple[Entry, tuple[Entry, ...]]]


def _by_host(entries: set[Entry]) -> _Groups:
    """URLs of one host, the most first."""
    return _groups((e.host, e) for e in entries if e.kind is Kind.URL)


def _by_domain(entries: set[Entry]) -> _Groups:
    """Entries on several hosts of one registrable domain, the most first."""
    named = ((linking_domain(e.host), e) for e in entries)
    return _groups(
        (name, e) for name, e in named if name and (e.host != name or e.kind is Kind.URL)
    )


def _groups(pairs: Iterable[tuple[str, Entry]]) -> _Groups:
    found: dict[str, list[Entry]] = {}
    for name, entry in pairs:
        found.setdefault(name, []).append(entry)
    several = [
        (name, tuple(sorted(members))) for name, members in found.items() if len(members) > 1
    ]
    several.sort(key=lambda group: (-len(group[1]), group[0]))
    return [(Entry.domain(name), members) for name, members in several]


def _may_stand(entry: Entry, spare: tuple[str, ...], guarded: Sites) -> bool:
    sound = bool(vet([Candidate(entry)], spare).accepted) and not is_institution(entry.value)
    return sound and guarded.hit_by(entry) is None
