"""Which domains a model gets wrong, worst first, with the reasons it had."""

from __future__ import annotations

import polars as pl

from spamlinks.model.bundle import ModelBundle
from spamlinks.model.scoring import Scored
from spamlinks.policy import Verdict
from spamlinks.reasons import EXPLAINED, explain_domains

__all__ = ["MISSED", "MISTAKE_COLUMNS", "WRONG", "mistakes"]

WRONG = "honest, above the cut"
"""A good domain above the cut: what costs most, unless a guard of the audit keeps it."""

MISSED = "spam, missed"
"""A spam domain below the cut; usually costs nothing, since Google ignores most of them."""

MISTAKE_COLUMNS = (
    "linking_domain",
    "mistake",
    "spam_score",
    "cut",
    "verdict",
    "reason",
    "view",
    "links",
    "page",
    "why",
    "evidence",
)
"""Columns of errors.csv: ``cut`` is the score that DISAVOW takes in this view (null: the model has
none), ``verdict`` and ``reason`` are what an audit would say, guards included, ``page`` is the
domain's worst page."""


def mistakes(
    bundle: ModelBundle, scored: Scored, decided: pl.DataFrame, *, explained: int = 200
) -> pl.DataFrame:
    """List the labelled domains that the model's own cut judges wrongly.

    Parameters
    ----------
    decided : units with verdicts (``policy.decide``), ``is_spam`` (1, 0 or null) and ``above``
        (bool: at or above the cut for DISAVOW).
    explained : so many of each kind get their reasons computed, the worst first; at most
        ``reasons.EXPLAINED`` in all.

    Returns
    -------
    DataFrame with ``MISTAKE_COLUMNS``: honest domains above the cut first (those that an audit
    would disavow before those that a guard keeps, the highest score first), then missed spam, the
    lowest score first.
    """
    units = decided.with_columns(
        mistake=pl.when((pl.col("is_spam") == 0) & pl.col("above"))
        .then(pl.lit(WRONG))
        .when((pl.col("is_spam") == 1) & ~pl.col("above"))
        .then(pl.lit(MISSED))
    ).filter(pl.col("mistake").is_not_null())
    wrong = units.filter(pl.col("mistake") == WRONG).sort(
        pl.col("verdict") != Verdict.DISAVOW.value,
        "spam_score",
        "linking_domain",
        descending=[False, True, False],
    )
    missed = units.filter(pl.col("mistake") == MISSED).sort("spam_score", "linking_domain")
    few = min(explained, EXPLAINED // 2)
    first = pl.concat([wrong.head(few), missed.head(few)])
    told = explain_domains(bundle, scored, first, everyone=decided).select(
        "linking_domain", "why", "evidence"
    )
    table = pl.concat([wrong, missed]).drop("why", "evidence", strict=False)
    table = table.join(told, on="linking_domain", how="left", maintain_order="left")
    pages = scored.frame["referring_page"].gather(table["row"])
    later = pl.lit("not computed for this many domains; see 'spamlinks audit'")
    return table.with_columns(
        pages.alias("page"),
        pl.col("cut_disavow").alias("cut"),
        pl.col("links").cast(pl.Int64),
        pl.col("why").fill_null(""),
        pl.when(pl.col("why").is_null())
        .then(later)
        .otherwise(pl.col("evidence"))
        .alias("evidence"),
    ).select(MISTAKE_COLUMNS)
