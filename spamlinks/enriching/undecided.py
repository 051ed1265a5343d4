"""Whose verdict can still change, and whom to look up first.

A verdict follows from a score, from cuts and from rules. What is looked up moves the score, by a
bounded amount; the rules are asked again with the score at both ends of what it can become. Where
the verdict is the same at both ends, looking up is of no use.
"""

from __future__ import annotations

import math
from enum import StrEnum

import polars as pl

from spamlinks.policy import Guards, Reason, Verdict, decide

__all__ = ["REACH", "RELIEF", "Standing", "standing_of"]

REACH = 3.0
"""So far, in log-odds, what is looked up is taken to raise a domain's score: evidence of 20 to 1.

On a generated web 3 of 159 domains that lay further below the cuts changed their verdict."""

RELIEF = 10.0
"""So far it is taken to lower it. A page can clear what looked certain by its name, and a wrong
DISAVOW costs most: on that web 6 of 26 domains 3 or more above the cut fell below it."""

STEP = 0.5
"""Distances to a cut that differ by less than this, in log-odds, count as the same."""


class Standing(StrEnum):
    """Whether a domain's verdict can change, and if not, why not."""

    OPEN = "can change"
    OWN = "your own site"
    KEPT = "on your keep list"
    DECIDED = "decided by a person"
    IN_FILE = "in your disavow file already"
    SHARED = "platforms and institutions, which are never disavowed whole"
    NOFOLLOW = "all links nofollow"
    GONE = "all followed links gone"
    UNLISTED = "not listed by Search Console"
    FAR = "score too far from every cut to change"
    NO_HOST = "no usable host"


_BY_REASON = {
    Reason.OWN_SITE: Standing.OWN,
    Reason.KEEP_LIST: Standing.KEPT,
    Reason.DECIDED: Standing.DECIDED,
    Reason.IN_LIVE_FILE: Standing.IN_FILE,
    Reason.PLATFORM: Standing.SHARED,
    Reason.INSTITUTION: Standing.SHARED,
    Reason.NOFOLLOW_ONLY: Standing.NOFOLLOW,
    Reason.LINKS_GONE: Standing.GONE,
    Reason.NOT_IN_SEARCH_CONSOLE: Standing.UNLISTED,
    Reason.NO_HOST: Standing.NO_HOST,
}


def standing_of(
    units: pl.DataFrame,
    guards: Guards,
    situation: str = "none",
    *,
    reach: float = REACH,
    relief: float = RELIEF,
) -> pl.DataFrame:
    """Say of each domain whether its verdict can change, and put the most promising first.

    Parameters
    ----------
    units : one row per linking domain, as ``policy.decide`` reads and returns them, with
        ``verdict`` and ``reason``.
    guards, situation : as for ``decide``.
    reach, relief : what can be learned raises and lowers a score by at most so much, in log-odds,
        0 or more.

    Returns
    -------
    DataFrame : ``units`` in the order of looking up, with three columns more: ``standing`` (a
        value of ``Standing``), ``distance`` (from the score to the nearest cut, in log-odds, 0 or
        more; null where there is no cut) and ``order`` (0, 1, ... in this order).

    Open ones come first, of them REVIEW before KEEP and DISAVOW, then by distance in steps of half
    a unit, DISAVOW before KEEP (a wrong DISAVOW costs more), domains with followed links before
    those without, those with more links first, then by name. What is not open follows in the same
    order.
    """
    score = pl.col("spam_score").clip(1e-12, 1 - 1e-12)
    odds = (score / (1 - score)).log()
    # No cut in this view: one comes with what is looked up, at the least where others have theirs.
    known = units["cut_disavow"].drop_nulls()
    spare = known.min() if len(known) else None
    strict = pl.coalesce("cut_disavow", pl.lit(spare, dtype=pl.Float64), "cut_review")
    ends = [
        decide(
            units.with_columns(
                spam_score=1 / (1 + (-(odds + move)).exp()),
                cut_disavow=strict,
                # Whether the name alone or a network makes the score high can change as well.
                network_alone=pl.lit(False),
            ),
            guards,
            situation,
        ).select("verdict", "reason")
        for move in (-relief, reach)
    ]
    low, high = (end.rename({"verdict": f"_{n}", "reason": f"_{n}_why"}) for end, n in
                 zip(ends, ("low", "high"), strict=True))  # fmt: skip
    cuts = [(odds - (cut / (1 - cut)).log()).abs() for cut in (strict, pl.col("cut_review"))]
    frame = units.with_columns(distance=pl.min_horizontal(*cuts))
    frame = pl.concat([frame, low, high], how="horizontal").with_columns(standing=_standing())
    level = pl.col("verdict")
    step = (pl.col("distance") / STEP).floor().fill_null(math.inf)
    ordered = frame.sort(
        pl.col("standing") != Standing.OPEN.value,
        level != Verdict.REVIEW.value,
        step,
        level != Verdict.DISAVOW.value,
        (pl.col("followed_links") == 0).fill_null(value=False),
        -pl.col("links").fill_null(0),
        pl.col("linking_domain").fill_null(""),
    )
    return ordered.drop("_low", "_high", "_low_why", "_high_why").with_row_index("order")


def _standing() -> pl.Expr:
    """Open where the verdict is not the same all along, else by the rule that holds it."""
    same = (pl.col("_low") == pl.col("_high")) & (pl.col("verdict") == pl.col("_low"))
    # Shared sites are REVIEW at most, and a page or two says little about them.
    shared = pl.col("_high_why").is_in([Reason.PLATFORM.value, Reason.INSTITUTION.value])
    by_rule = pl.col("_high_why").replace_strict(
        {reason.value: standing.value for reason, standing in _BY_REASON.items()},
        default=Standing.FAR.value,
        return_dtype=pl.String,
    )
    settled = same | shared | (pl.col("_high_why") == Reason.NO_HOST.value)
    return pl.when(settled).then(by_rule).otherwise(pl.lit(Standing.OPEN.value))
