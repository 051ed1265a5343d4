"""What the charts show, counted from the tables of a run. Frames in, plain numbers out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from spamlinks.report.charts import SERIES, Bar
from spamlinks.report.text import clean
from spamlinks.urls import parse_host

__all__ = [
    "Anchors",
    "Timeline",
    "decided_disavow",
    "flagged_suffixes",
    "in_live_file",
    "score_bins",
    "timeline",
    "top_anchors",
    "undated",
    "verdict_bars",
    "verdict_counts",
]

_FIRST_DAY = date(1996, 1, 1)  # no link index is older; an earlier date is a mistake
_MAX_WEEKS, _MAX_MONTHS = 60, 120


@dataclass(frozen=True, slots=True)
class Anchors:
    """Most used anchor texts: ``bars`` count linking domains.

    ``links`` is the number of links, ``unknown`` of those without an anchor text in their export.
    """

    bars: list[Bar]
    links: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """New linking domains per ``period`` (week, month or year), gaps filled with zeros.

    ``unknown`` domains have no usable first day and stand in no column.
    """

    columns: list[Bar]
    period: str
    unknown: int


def verdict_counts(domains: pl.DataFrame) -> dict[str, int]:
    """Count the decision units per verdict; every verdict is present."""
    seen = Counter(domains["verdict"].to_list())
    return {name: seen.get(name, 0) for name in SERIES}


def verdict_bars(domains: pl.DataFrame) -> list[Bar]:
    """Domains, links and followed links under each verdict; what is not known has no bar.

    A sum over domains of which some have no count is left out: it would be too small.
    """
    parts = verdict_counts(domains)
    bars = [Bar("Domains", (parts["DISAVOW"], parts["REVIEW"], parts["KEEP"]))]
    for name, label in (("links", "Links"), ("followed_links", "Followed links")):
        if domains.height and not domains[name].null_count():
            found = dict(domains.group_by("verdict").agg(pl.col(name).sum()).iter_rows())
            first, second, third = (int(found.get(verdict, 0)) for verdict in SERIES)
            bars.append(Bar(label, (first, second, third)))
    return [bar for bar in bars if bar.total]


def in_live_file(domains: pl.DataFrame) -> int:
    """Count the domains marked DISAVOW that the live file covers already."""
    covered = (pl.col("verdict") == "DISAVOW") & (pl.col("reason") == "IN_LIVE_FILE")
    return domains.filter(covered).height


def decided_disavow(domains: pl.DataFrame) -> int:
    """Count the domains marked DISAVOW because somebody decided so."""
    decided = (pl.col("verdict") == "DISAVOW") & (pl.col("reason") == "DECIDED")
    return domains.filter(decided).height


def score_bins(domains: pl.DataFrame, bins: int = 20) -> dict[str, list[int]]:
    """Count the domains of each verdict in ``bins`` equally wide score ranges; 1.0 is in the last.

    Domains without a score stand in no bin.
    """
    found = {name: [0] * bins for name in SERIES}
    for verdict, score in domains.select("verdict", "spam_score").iter_rows():
        if verdict in found and score is not None:
            found[verdict][min(bins - 1, max(0, int(score * bins)))] += 1
    return found


def flagged_suffixes(domains: pl.DataFrame, limit: int = 10) -> list[Bar]:
    """Count the public suffixes of the domains not kept, the most frequent first."""
    flagged = domains.filter(pl.col("verdict").is_in(SERIES[:2]))
    found: dict[str, list[int]] = {}
    for name, verdict in flagged.select("linking_domain", "verdict").iter_rows():
        parts = parse_host(_host_of(name or ""))
        if parts.is_ip:
            label = "an IP address"
        else:
            label = f".{parts.suffix}" if parts.suffix else "no known suffix"
        found.setdefault(label, [0, 0, 0])[SERIES.index(verdict)] += 1
    return _largest(found, limit)


def _host_of(unit: str) -> str:
    # A decision unit may be a single URL.
    return unit.split("://", 1)[-1].split("/", 1)[0]


def top_anchors(links: pl.DataFrame, domains: pl.DataFrame, limit: int = 12) -> Anchors:
    """Count the domains that use each anchor text, upper and lower case taken as one.

    Parameters
    ----------
    links : with ``linking_domain`` and ``anchor_text``; a null anchor is unknown, "" is no text.
    domains : with ``linking_domain`` and ``verdict``.
    """
    anchors = links.select("linking_domain", pl.col("anchor_text").str.slice(0, 400))
    unknown = anchors["anchor_text"].null_count()
    table = (
        anchors.drop_nulls("anchor_text")
        .with_columns(pl.col("anchor_text").str.to_lowercase().str.strip_chars())
        .unique(["linking_domain", "anchor_text"])
        .join(
            domains.select("linking_domain", "verdict").unique("linking_domain", keep="first"),
            on="linking_domain",
            how="inner",
        )
        .group_by("anchor_text")
        .agg(*(pl.col("verdict").eq(name).sum().alias(name) for name in SERIES))
        .with_columns(total=pl.sum_horizontal(SERIES))
        .sort(["total", "anchor_text"], descending=[True, False])
        .head(4 * limit)  # a margin: two texts may look the same once they are clean
    )
    found: dict[str, list[int]] = {}
    for text, *parts in table.select("anchor_text", *SERIES).iter_rows():
        label = clean(text, 80) or ("(no text)" if not text else "(only invisible characters)")
        row = found.setdefault(label, [0, 0, 0])
        for place, part in enumerate(parts):
            row[place] += part
    return Anchors(_largest(found, limit), links.height, unknown)


def timeline(domains: pl.DataFrame, until: date) -> Timeline:
    """Count linking domains by the week, month or year they were first seen.

    Parameters
    ----------
    until : last possible day; later dates, like those before 1996, count as unknown.
    """
    dated = domains.filter(pl.col("first_seen").is_between(_FIRST_DAY, until))
    unknown = undated(domains, until)
    if dated.is_empty():
        return Timeline([], "month", unknown)
    days = dated["first_seen"].to_list()
    first, last = min(days), max(days)
    period = "week"
    if (last - first).days > 7 * _MAX_WEEKS:
        period = "month" if (last - first).days <= 30.4 * _MAX_MONTHS else "year"
    found: dict[date, list[int]] = {}
    start, end = _start(first, period), _start(last, period)
    while start <= end:
        found[start] = [0, 0, 0]
        start = _next(start, period)
    for day, verdict in dated.select("first_seen", "verdict").iter_rows():
        if verdict in SERIES:
            found[_start(day, period)][SERIES.index(verdict)] += 1
    form = {"week": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[period]
    columns = [Bar(day.strftime(form), (a, b, c)) for day, (a, b, c) in found.items()]
    return Timeline(columns, period, unknown)


def undated(domains: pl.DataFrame, until: date) -> int:
    """Count the domains without a usable first day; ``until`` as in ``timeline``."""
    usable = domains["first_seen"].is_between(_FIRST_DAY, until).sum()
    return domains.height - int(usable or 0)


def _start(day: date, period: str) -> date:
    if period == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period == "month" else day.replace(month=1, day=1)


def _next(day: date, period: str) -> date:
    if period == "week":
        return day + timedelta(days=7)
    return _start(day + timedelta(days=32 if period == "month" else 366), period)


def _largest(found: dict[str, list[int]], limit: int) -> list[Bar]:
    bars = [Bar(label, (a, b, c)) for label, (a, b, c) in found.items()]
    return sorted(bars, key=lambda bar: (-bar.total, bar.label))[:limit]
