"""Weeks with far more new linking domains than usual, as the chart and the list of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from spamlinks.report.parts import day, day_words, items, known, listed, part, real, whole
from spamlinks.report.text import clean, count, counted, percent, tenths

__all__ = ["Cause", "Spike", "Spikes", "latest_spike", "read_spikes"]

_SPIKES = 20
_WEEKS = 260
_CAUSES = 6
_KINDS = {
    "ending": "Ending",
    "anchor": "Anchor text",
    "target": "Page of yours",
    "network": "Network",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """What the new domains of a week share: ``share`` of them, and the ``usual`` share, in words.

    ``network`` is the key of a network, or "" for other kinds.
    """

    kind: str
    what: str
    domains: str
    share: str
    usual: str
    network: str


@dataclass(frozen=True, slots=True)
class Spike:
    """One week; ``mark`` is the number that stands over its column, 1 for the newest."""

    mark: int
    week: date | None
    title: str
    text: str
    causes: list[Cause]


@dataclass(frozen=True, slots=True)
class Spikes:
    """The section; ``given`` is False for a run that did not look for spikes.

    ``not_listed`` counts spikes beside those ``found``.

    ``weeks`` are Mondays, ascending, each with its number of new linking domains; ``usual`` is
    the level of an ordinary week; ``why_not`` says why nothing could be told ("" otherwise).
    """

    given: bool
    why_not: str
    usual: float | None
    weeks: list[tuple[date, int]]
    found: list[Spike]
    not_listed: int
    summary: str


def read_spikes(run: Mapping[str, Any]) -> Spikes:
    """Read ``run["spikes"]``; never raises, whatever it holds. The newest spike stands first."""
    said = part(run, "spikes")
    weeks = sorted(
        (monday, many)
        for pair in listed(said.get("weeks"))[-_WEEKS:]
        if isinstance(pair, list | tuple) and len(pair) == 2
        if (monday := day(pair[0])) is not None and (many := whole(pair[1])) is not None
    )
    raw = sorted(
        items(said.get("list")), key=lambda item: day(item.get("week")) or date.min, reverse=True
    )
    found = [_spike(place + 1, item) for place, item in enumerate(raw[:_SPIKES])]
    more = (whole(said.get("more")) or 0) + max(len(raw) - _SPIKES, 0)
    why_not = clean(said.get("why_not"), 300)
    usual = real(said.get("usual"))
    return Spikes(
        bool(said), why_not, usual, weeks, found, more,
        _summary(why_not, usual, len(weeks), len(found) + more),
    )  # fmt: skip


def latest_spike(run: Mapping[str, Any]) -> str:
    """The week of the newest spike in words; "" when there is none."""
    found = read_spikes(run).found
    return found[0].title if found else ""


def _summary(why_not: str, usual: float | None, weeks: int, spikes: int) -> str:
    if why_not:
        return f"Whether links came in waves could not be told: {why_not.rstrip('.')}."
    level = ""
    if usual:
        one = usual == 1
        noun, verb = ("domain", "is") if one else ("domains", "are")
        level = f" About {tenths(usual)} new linking {noun} a week {verb} usual."
    if not spikes:
        return f"No week stands out.{level}" if weeks else "There are no weeks to compare."
    what = "One week stands out" if spikes == 1 else f"{count(spikes)} weeks stand out"
    return f"{what} with far more new linking domains than usual.{level}"


def _spike(mark: int, item: Mapping[str, Any]) -> Spike:
    monday, domains = day(item.get("week")), whole(item.get("domains"))
    title = f"Week of {day_words(monday)}" if monday else "A week without a date"
    return Spike(
        mark,
        monday,
        title,
        clean(item.get("text"), 400) or _new(domains),
        [_cause(cause, domains) for cause in items(item.get("causes"), _CAUSES)],
    )


def _new(domains: int | None) -> str:
    many = f"{known(domains)} new linking domains"
    return f"{many if domains is None else counted(domains, 'new linking domain')}."


def _cause(cause: Mapping[str, Any], domains: int | None) -> Cause:
    kind, many = clean(cause.get("kind"), 20), whole(cause.get("domains"))
    what, usual = clean(cause.get("what"), 100), real(cause.get("usual_share"))
    return Cause(
        kind=_KINDS.get(kind, kind.capitalize() or "Other"),
        what=(f"“{what}”" if kind == "anchor" and what else what) or "(no text)",
        domains=known(many),
        share=percent(round(many / domains, 2)) if domains and many is not None else "–",
        usual=percent(None if usual is None else round(usual, 2)),
        network=what if kind == "network" else "",
    )
