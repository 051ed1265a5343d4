"""Weeks that brought far more new linking domains than usual, and what those had in common.

A week is held against the profile's own past alone: the median of the weeks before it, and how far
weeks usually lie from it. Both are robust, so that one wave does not hide the next.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from spamlinks.report.text import clean, counted, tenths
from spamlinks.signals.networks import Networks

__all__ = ["PAST_WEEKS", "spike_facts", "weekly_limits"]

PAST_WEEKS = 26
"""A week is held against so many weeks before it."""

MIN_PAST = 8
"""And judged from so many on: fewer say nothing about what is usual."""

_SPREADS = 4.0
_LEAST_TIMES, _LEAST_MORE = 3.0, 5.0
"""A spike has at least so many times the usual number, and so many domains more."""

_MAD = 1.4826  # makes a median deviation comparable to a standard deviation
_WEEKS_SHOWN = 260
_SPIKES_SHOWN = 20
_CAUSE_SHARE, _CAUSE_TIMES, _CAUSE_LEAST = 0.2, 3.0, 3
_CAUSES_SHOWN = 6


def weekly_limits(counts: Sequence[int]) -> tuple[list[float], list[float]]:
    """What is usual in each week, and above what it is a spike.

    Parameters
    ----------
    counts : new linking domains of each week, oldest first, weeks without any included.

    Returns
    -------
    (usual, limits), one number a week: the median of up to ``PAST_WEEKS`` weeks before, and the
    limit, infinite where fewer than ``MIN_PAST`` weeks lie before.

    >>> usual, limits = weekly_limits([2] * 10 + [40])
    >>> usual[-1], limits[-1], limits[0]
    (2.0, 7.656854249492381, inf)
    """
    usual, limits = [], []
    values = np.asarray(counts, dtype=np.float64)
    for place in range(len(values)):
        past = values[max(0, place - PAST_WEEKS) : place]
        if len(past) < MIN_PAST:
            usual.append(float(np.median(past)) if len(past) else 0.0)
            limits.append(math.inf)
            continue
        middle = float(np.median(past))
        # Counts scatter by their square root even where nothing happens.
        spread = max(_MAD * float(np.median(np.abs(past - middle))), math.sqrt(middle))
        usual.append(middle)
        limits.append(max(middle + _SPREADS * spread, _LEAST_TIMES * middle, middle + _LEAST_MORE))
    return usual, limits


def spike_facts(
    frame: pl.DataFrame, hosts: pl.DataFrame, networks: Networks, ids: pl.DataFrame
) -> dict[str, Any]:
    """Find the spikes of a profile and their causes.

    Parameters
    ----------
    frame, hosts, networks : as for ``network_facts``.
    ids : ``linking_domain`` and ``network``, as ``network_facts`` returns them.

    Returns
    -------
    dict with ``why_not`` (None, or a sentence where nothing can be said), ``usual`` (the last
    week's), ``weeks`` (the last 260 as [Monday, new domains]), ``list``, the highest spikes in
    order of time, each with ``week``, ``domains``, ``usual``, ``limit``, ``causes`` and ``text``,
    and ``more``, the number of lower ones.
    """
    empty: dict[str, Any] = {"why_not": None, "usual": None, "weeks": [], "list": [], "more": 0}
    if "first_seen" not in frame.columns or not frame["first_seen"].is_not_null().any():
        return empty | {"why_not": "These exports do not say when links were first seen."}
    first = _first_links(frame)
    weeks = _filled(first["week"])
    counts = [many for _, many in weeks]
    usual, limits = weekly_limits(counts)
    facts = empty | {
        "usual": round(usual[-1], 1),
        "weeks": [[week.isoformat(), many] for week, many in weeks[-_WEEKS_SHOWN:]],
    }
    if len(weeks) <= MIN_PAST:
        return facts | {
            "why_not": f"New domains are known of {counted(len(weeks), 'week')}; spikes are told "
            f"from {MIN_PAST + 1} weeks on."
        }
    over = [
        place
        for place, many in enumerate(counts)
        if many > limits[place] and place >= len(weeks) - _WEEKS_SHOWN
    ]
    shown = sorted(sorted(over, key=lambda p: (-counts[p], p))[:_SPIKES_SHOWN])
    named = _features(frame, hosts, ids, first)
    calm = first.filter(~pl.col("week").is_in([weeks[place][0] for place in over]))
    facts["more"] = len(over) - len(shown)
    facts["list"] = [
        _spike(weeks[place], usual[place], limits[place], named, first, calm) for place in shown
    ]
    return facts


def _first_links(frame: pl.DataFrame) -> pl.DataFrame:
    """The week of each linking domain's first link: ``_domain``, ``week``."""
    return (
        frame.lazy()
        .filter(pl.col("first_seen").is_not_null())
        .group_by("_domain")
        .agg(day=pl.col("first_seen").min())
        .select("_domain", "day", week=pl.col("day").dt.truncate("1w"))
        .collect()
    )


def _filled(weeks: pl.Series) -> list[tuple[date, int]]:
    """Number of domains of every week from the first to the last; absurd dates left out."""
    counts = {week: int(many) for week, many in weeks.value_counts().rows()}
    last = max(counts)
    first = max(min(counts), last - timedelta(weeks=52 * 40))
    span = (last - first).days // 7
    days = [first + timedelta(weeks=week) for week in range(span + 1)]
    return [(day, counts.get(day, 0)) for day in days]


def _features(
    frame: pl.DataFrame, hosts: pl.DataFrame, ids: pl.DataFrame, first: pl.DataFrame
) -> pl.DataFrame:
    """What new domains may have in common: ``_domain``, ``kind``, ``what``; each once."""
    sites = hosts.unique("_domain", keep="first", maintain_order=True)
    parts = [
        sites.select(
            "_domain", kind=pl.lit("ending"), what=pl.concat_str(pl.lit("."), pl.col("suffix"))
        ).filter(pl.col("what") != "."),
        sites.join(ids, on="linking_domain").select(
            "_domain", kind=pl.lit("network"), what=pl.col("network")
        ),
    ]
    # Only the links of the first day: what a domain did years later is no cause.
    begin = frame.join(first.select("_domain", "day"), on="_domain").filter(
        pl.col("first_seen") == pl.col("day")
    )
    for kind, column in (("anchor", "anchor_text"), ("target", "target_url")):
        if column in frame.columns:
            text = pl.col(column).str.slice(0, 300)
            known = begin.select("_domain", kind=pl.lit(kind), what=text).drop_nulls()
            parts.append(known.filter(pl.col("what").str.strip_chars() != "").unique())
    return pl.concat(parts)


def _spike(
    week: tuple[date, int],
    usual: float,
    limit: float,
    named: pl.DataFrame,
    first: pl.DataFrame,
    calm: pl.DataFrame,
) -> dict[str, Any]:
    day, many = week
    before = calm.filter(pl.col("week") < day)
    causes = _causes(
        named.join(first.filter(pl.col("week") == day).select("_domain"), on="_domain"),
        named.join(before.select("_domain"), on="_domain"),
        many,
        before.height,
    )
    return {
        "week": day.isoformat(),
        "domains": many,
        "usual": round(usual, 1),
        "limit": round(limit, 1),
        "causes": causes,
        "text": _sentence(day, many, usual, causes),
    }


def _causes(now: pl.DataFrame, before: pl.DataFrame, many: int, past: int) -> list[dict[str, Any]]:
    """What the week's domains share far more often than those of calm weeks before.

    Parameters
    ----------
    now, before : features of the domains of the week, and of those of the calm weeks.
    many, past : numbers of these domains.
    """
    least = max(_CAUSE_LEAST, math.ceil(_CAUSE_SHARE * many))
    found = now.group_by("kind", "what").len().filter(pl.col("len") >= least)
    usual = before.group_by("kind", "what").len()
    table = found.join(usual, on=["kind", "what"], how="left", suffix="_before").with_columns(
        share=pl.col("len_before").fill_null(0) / max(past, 1)
    )
    strange = table.filter(pl.col("len") / many >= _CAUSE_TIMES * pl.col("share"))
    return [
        {
            "kind": kind,
            "what": clean(what, 80),
            "domains": int(count),
            "usual_share": round(share, 4),
        }
        for kind, what, count, share in strange.sort(
            "len", "kind", "what", descending=[True, False, False]
        )
        .head(_CAUSES_SHOWN)
        .select("kind", "what", "len", "share")
        .iter_rows()
    ]


_SAID = {
    "ending": "{n} end in {what}",
    "anchor": "{n} use the anchor '{what}'",
    "target": "{n} link to {what}",
    "network": "{n} belong to the network {what}",
}


def _sentence(day: date, many: int, usual: float, causes: Sequence[dict[str, Any]]) -> str:
    text = (
        f"{counted(many, 'new domain')} in the week of {day.day} {day:%B %Y}, where "
        f"{tenths(usual)} {'is' if usual == 1 else 'are'} usual"
    )
    if not causes:
        return f"{text}; no ending, anchor, target or network is much commoner among them"
    said = [
        _SAID[cause["kind"]].format(n=f"{cause['domains']:,}", what=cause["what"])
        + f" ({cause['usual_share']:.0%} before)"
        for cause in causes[:3]
    ]
    return f"{text}: {', '.join(said)}"
