"""When a site that stands in a disavow file looks good: not as soon as its score is low.

Somebody once thought that the site was spam, and a model that finds only a part of all spam gives
most of the rest a low score as well. So the score is moved to the share of spam among such entries
first, and then it must be far below the middle.
"""

from __future__ import annotations

import polars as pl

from spamlinks.guards import institution_mask, platform_mask
from spamlinks.policy import Verdict

__all__ = ["EVEN_ODDS", "LOOKS_GOOD", "at_even_odds", "good_score", "good_site", "shared_site"]

EVEN_ODDS = 0.5
"""Share of spam assumed among sites that stand in a disavow file: far above that of all sites."""
LOOKS_GOOD = 0.10
"""A site looks good when its score, at even odds, is below this: at least nine in ten such are
honest as far as the calibration holds. What was measured stands in docs/DISAVOW.md."""
_LEAST_PRIOR = 1e-6


def at_even_odds(score: pl.Expr, prior: float) -> pl.Expr:
    """A score in [0, 1] that assumes ``prior``, as it is when half of the sites are spam.

    ``prior`` is in [0, 1]; one that was rounded to a border counts as just inside.
    """
    prior = min(max(prior, _LEAST_PRIOR), 1 - _LEAST_PRIOR)
    odds = score / (1 - score) * ((1 - prior) / prior) * (EVEN_ODDS / (1 - EVEN_ODDS))
    return pl.when(score >= 1).then(1.0).otherwise(odds / (1 + odds))


def good_score(score: pl.Expr, prior: float) -> pl.Expr:
    """Whether a score is so low that the site would pass among entries half of which are spam."""
    return (at_even_odds(score, prior) < LOOKS_GOOD).fill_null(value=False)


def shared_site(hosts: pl.Series) -> pl.Series:
    """Whether each host is a platform's or an institution's, which nobody should disavow whole.

    Popular sites are no such reason, nor are search visits or a vendor's authority: among domains
    that a vendor flags more have them than pass by score (``benchmarks/recheck_rule.py``).

    >>> shared_site(pl.Series(["tumblr.com", "me.tumblr.com", "cs.mit.edu"])).to_list()
    [True, False, True]
    """
    return (platform_mask(hosts) | institution_mask(hosts)).fill_null(value=False)


def good_site(prior: float) -> pl.Expr:
    """Whether a domain passes by its score and its verdict: ``spam_score`` and ``verdict``."""
    return good_score(pl.col("spam_score"), prior) & (pl.col("verdict") == Verdict.KEEP.value)
