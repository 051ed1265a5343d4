"""The charts of the page: each with its title, its drawing, the same numbers as a table, a note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from markupsafe import Markup

from spamlinks.report import charts, figures
from spamlinks.report.networks import Networks
from spamlinks.report.spikes import Spikes
from spamlinks.report.text import clean, count, shorten, tenths
from spamlinks.report.week_chart import week_chart

__all__ = ["Figure", "gallery", "week_figure"]

_NO_LINKS = "There are no links."


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart. ``svg`` is "" where there is nothing to draw, and ``note`` then says why.

    ``rows`` are the drawn numbers: a clean label and one count per entry of ``heads``.
    """

    title: str
    svg: Markup
    note: str
    heads: tuple[str, ...]
    rows: list[tuple[str, tuple[int, ...]]]


def gallery(
    domains: pl.DataFrame,
    links: pl.DataFrame,
    run: Mapping[str, Any],
    networks: Networks,
    spikes: Spikes,
) -> list[Figure]:
    """Build the figures of "At a glance".

    Parameters
    ----------
    domains, links : as ``rows.tidy_domains`` and ``rows.tidy_links`` return them.
    spikes : where they show the weeks, the chart by week is left to ``week_figure``.
    """
    time = figures.timeline(domains, _last_day(run))
    built = [_verdicts(domains), _scores(domains)]
    if not (spikes.weeks and time.period == "week"):
        built.append(_timeline(time, domains.height))
    built += [_endings(domains), _anchors(links, domains)]
    if networks.bars:
        title = "Largest networks"
        note = "Domains of each network, by verdict."
        built.append(
            _figure(title, charts.bar_chart(title, networks.bars), networks.bars, note, "")
        )
    return built


def week_figure(spikes: Spikes, domains: pl.DataFrame, run: Mapping[str, Any]) -> Figure:
    """The weeks of the spikes section, with the usual level and the marks of its list."""
    title = "New linking domains per week"
    marks = {spike.week: spike.mark for spike in spikes.found if spike.week is not None}
    note = "By the day the first link of a domain was seen by the maker of the export."
    if marks:
        note += " ▼ marks a week that stands out, by its number in the list below."
    if spikes.usual is not None:
        note += f" The broken line is the usual level, {tenths(spikes.usual)} a week."
    note += _undated(figures.undated(domains, _last_day(run)), domains.height)
    rows: list[tuple[str, tuple[int, ...]]] = [
        (f"{monday.isoformat()}{' (spike)' if monday in marks else ''}", (many,))
        for monday, many in spikes.weeks
        if many
    ]
    svg = week_chart(title, spikes.weeks, spikes.usual, marks)
    return Figure(title, Markup(svg), note, ("New domains",), rows)  # noqa: S704  (escaped)


def _verdicts(domains: pl.DataFrame) -> Figure:
    title = "Verdicts"
    bars = figures.verdict_bars(domains)
    note = "Share of the linking domains and of the links under each verdict."
    return _figure(title, charts.share_chart(title, bars), bars, note, _NO_LINKS)


def _scores(domains: pl.DataFrame) -> Figure:
    scores = figures.score_bins(domains)
    size = len(scores["KEEP"])
    spread = [
        charts.Bar(f"{place / size:.2f} to {(place + 1) / size:.2f}", (a, b, c))
        for place, (a, b, c) in enumerate(zip(*(scores[n] for n in charts.SERIES), strict=True))
    ]
    title = "Spam scores"
    return _figure(
        title,
        charts.strip_chart(title, dict(scores)),
        [bar for bar in spread if bar.total],
        "Number of domains by score. 0 is surely honest, 1 surely spam. A score is not a "
        "verdict: guards and missing evidence count as well.",
        "No domain has a score.",
    )


def _timeline(time: figures.Timeline, domains: int) -> Figure:
    title = f"New linking domains per {time.period}"
    note = "By the day the first link of a domain was seen by the maker of the export."
    if time.columns:
        note += _undated(time.unknown, domains)
    return _figure(
        title,
        charts.column_chart(title, time.columns),
        [bar for bar in time.columns if bar.total],
        note,
        "No export of this run holds usable dates." if domains else _NO_LINKS,
    )


def _undated(unknown: int, domains: int) -> str:
    if not unknown:
        return ""
    return f" {count(unknown)} of {count(domains)} domains have no usable date."


def _endings(domains: pl.DataFrame) -> Figure:
    title = "Endings of flagged domains"
    suffixes = figures.flagged_suffixes(domains)
    return _figure(
        title,
        charts.bar_chart(title, suffixes),
        suffixes,
        "Domains marked DISAVOW or REVIEW, by the public suffix of their name.",
        "No domain is flagged.",
    )


def _anchors(links: pl.DataFrame, domains: pl.DataFrame) -> Figure:
    title = "Most used anchor texts"
    anchors = figures.top_anchors(links, domains)
    note = "Number of domains that use the text; upper and lower case are one."
    if anchors.unknown and anchors.bars:
        note += f" {count(anchors.unknown)} of {count(anchors.links)} links came without anchor."
    return _figure(
        title,
        charts.bar_chart(title, anchors.bars),
        anchors.bars,
        note,
        "No export of this run holds anchor texts." if anchors.links else _NO_LINKS,
    )


def _figure(title: str, drawn: str, bars: Sequence[charts.Bar], note: str, empty: str) -> Figure:
    return Figure(
        title,
        Markup(drawn),  # noqa: S704  (charts escape every label)
        note if drawn else empty,
        tuple(name.capitalize() for name in charts.SERIES),
        [(shorten(clean(bar.label, 80), 60), bar.parts) for bar in bars],
    )


def _last_day(run: Mapping[str, Any]) -> date:
    """The day of the run and one more, for exports from east of here."""
    try:
        return date.fromisoformat(str(run.get("created"))[:10]) + timedelta(days=1)
    except (ValueError, OverflowError):
        return date(2100, 1, 1)
