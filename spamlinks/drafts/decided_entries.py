"""What decisions of people add to a disavow file, and what they would take out of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import polars as pl

from spamlinks.decided import here
from spamlinks.disavow import Candidate, DisavowFile, Entry, Kind, Line, Sites, diff, safe_comment
from spamlinks.disavow.entries import host_and_parents
from spamlinks.policy import Decision, Guards, Verdict, decided_sites
from spamlinks.report.text import counted
from spamlinks.urls import linking_domain

__all__ = [
    "DecidedKeep",
    "all_decided_otherwise",
    "changed_minds",
    "decided_candidates",
    "left_in_live_file",
    "left_out",
]

NAMED = 3
"""So many entries are named in a sentence; the rest is counted."""


def decided_candidates(
    decided: Mapping[str, Decision],
    domains: pl.DataFrame,
    links: pl.DataFrame | None,
    made_on: date,
) -> list[Candidate]:
    """Entries for pages and parts of sites that were decided DISAVOW and have no row of their own.

    Only those that link here: a list of decisions may be about several sites.
    """
    rows = set(domains["linking_domain"].drop_nulls())
    wanted = [
        decision
        for name, decision in decided.items()
        if decision.verdict == Verdict.DISAVOW and name not in rows
    ]
    scores = dict(domains.select("linking_domain", "spam_score").iter_rows())
    out = []
    for name in sorted(here(wanted, domains, links)):
        score = scores.get(linking_domain(name))
        said = f"score {score:.2f} of the site: " if score is not None else ""
        entry = Entry.url(name) if decided[name].is_page else Entry.domain(name)
        out.append(Candidate(entry, f"{made_on.isoformat()} {said}{decided[name]}"))
    return out


class DecidedKeep:
    """What was decided KEEP, which no entry may hit, but one that was decided closer."""

    def __init__(self, decided: Mapping[str, Decision]) -> None:
        self._decided = decided
        hosts, pages = decided_sites(decided.values(), Verdict.KEEP)
        self._sites = Sites((*sorted(hosts), *sorted(pages)))

    def hit_by(self, entry: Entry) -> str | None:
        """Return the name that an entry hits, or None.

        A page or part of a kept site may be disavowed where that was decided by itself.
        """
        name = self._sites.hit_by(entry) if self._sites else None
        own = self._decided.get(entry.value)
        if name is not None and own is not None and own.verdict == Verdict.DISAVOW:
            return None if name in host_and_parents(entry.host) else name
        return name


def left_in_live_file(live: DisavowFile | None, decided: Mapping[str, Decision]) -> tuple[str, ...]:
    """Say which lines of the live file disavow what was decided KEEP: merging only adds."""
    kept = [d for d in decided.values() if d.verdict == Verdict.KEEP]
    if live is None or not kept:
        return ()
    lines = {line.number: (line, name) for line, name in _inside(live, decided)}
    for decision in kept:
        line = live.covers(decision.name)
        if line is not None:
            lines.setdefault(line.number, (line, decision.name))
    if not lines:
        return ()
    found = [lines[number] for number in sorted(lines)]
    named = ", ".join(f"{_shown(name)} (line {line.number})" for line, name in found[:NAMED])
    names = " ".join(f"--remove {line.value}" for line, _ in found[:NAMED])
    return (
        f"decided KEEP, and your live file disavows it: {named}{_more(found)}. The file keeps its "
        f"lines; 'spamlinks recheck {live.source} EXPORT {names} --apply' takes them out",
    )


def _inside(live: DisavowFile, decided: Mapping[str, Decision]) -> Iterable[tuple[Line, str]]:
    """Lines of the live file for a site that was decided KEEP, or for a part or page of it."""
    for line in live.entries:
        decision = _decision_on(Entry(line.kind, line.value), decided)
        if decision is not None and decision.verdict == Verdict.KEEP:
            yield line, decision.name


def left_out(
    former: DisavowFile | None, new: DisavowFile, decided: Mapping[str, Decision]
) -> tuple[str, ...]:
    """Say which entries of the former file are gone because of a decision."""
    if former is None or not decided:
        return ()
    meant, _ = changed_minds(diff(former, new)[1], decided)
    if not meant:
        return ()
    named = "; ".join(
        f"{_shown(entry.value)} ({decision.verdict}, {_shown(str(decision), 200)})"
        for entry, decision in meant[:NAMED]
    )
    many = counted(len(meant), "entry", "entries")
    return (f"{many} of the former file left out by decision: {named}{_more(meant)}",)


def _shown(text: str, limit: int = 80) -> str:
    return safe_comment(text, limit)[2:]


def _more(found: Sequence[object]) -> str:
    return f" and {len(found) - NAMED:,} more" if len(found) > NAMED else ""


def changed_minds(
    gone: Iterable[Entry], decided: Mapping[str, Decision]
) -> tuple[list[tuple[Entry, Decision]], list[Entry]]:
    """Sort entries that a new file lacks: those that a decision takes out, and the others.

    A decision KEEP or REVIEW takes out the entry for its site, and those for parts and pages of
    the site.
    """
    meant, other = [], []
    for entry in gone:
        decision = _decision_on(entry, decided)
        if decision is not None and decision.verdict != Verdict.DISAVOW:
            meant.append((entry, decision))
        else:
            other.append(entry)
    return meant, other


def all_decided_otherwise(former: DisavowFile, guards: Guards) -> bool:
    """Whether a decision takes out each entry of a former file of ours, the live file's aside."""
    live = guards.live.entry_set if guards.live is not None else frozenset()
    own = [entry for entry in former.entry_set if entry not in live]
    return bool(own) and not changed_minds(own, guards.decided)[1]


def _decision_on(entry: Entry, decided: Mapping[str, Decision]) -> Decision | None:
    """The closest decision on what an entry disavows: on the page, its host, or one above."""
    names = host_and_parents(entry.host)
    if entry.kind is Kind.URL:
        names = [entry.value, *names]
    own = decided.get(entry.value)
    found = (decided[name] for name in names if name in decided)
    return own or next((decision for decision in found if not decision.is_suffix), None)
