"""Scales: counts in decades, and every vendor's authority metric as a quantile."""

from __future__ import annotations

import polars as pl

from spamlinks.signals.declare import present

__all__ = ["log_count", "mean_quantile", "vendor_quantile"]

# Knots (value, quantile): how a vendor's metric spreads over linking domains. Ahrefs DR: deciles
# of 1,125 linking domains of one property, published with the design notes of the data set; the
# others follow the same shape on their own scale and are marked as assumed in the model card.
_KNOTS: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "ahrefs_domain_rating": ((0, 0.4, 3.2, 14, 36, 62, 95), (0.04, 0.1, 0.25, 0.5, 0.75, 0.9, 1)),
    "majestic_domain_trust_flow": (
        (0, 1, 6, 14, 25, 42, 95),
        (0.06, 0.12, 0.3, 0.55, 0.77, 0.91, 1),
    ),
    "moz_domain_authority": ((0, 2, 8, 17, 34, 55, 97), (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 1)),
    "ahrefs_url_rating": ((0, 2, 4, 6, 10, 18, 90), (0.12, 0.3, 0.5, 0.65, 0.8, 0.92, 1)),
    "majestic_page_trust_flow": ((0, 1, 4, 9, 17, 30, 95), (0.15, 0.27, 0.5, 0.68, 0.82, 0.93, 1)),
    "moz_page_authority": ((0, 2, 10, 18, 28, 40, 97), (0.03, 0.12, 0.3, 0.55, 0.77, 0.91, 1)),
}


def log_count(column: str) -> pl.Expr:
    """Decades of a count: log10(1 + count), 0 for a negative one, null for null."""
    return (pl.col(column).cast(pl.Float64).clip(lower_bound=0) + 1).log10()


def vendor_quantile(column: str) -> pl.Expr:
    """Place a vendor's metric among linking domains or pages: float in [0, 1], null for null.

    Monotone interpolation through the knots of the metric, clipped at their ends.

    >>> frame = pl.DataFrame({"moz_domain_authority": [17.0, 100.0, None]})
    >>> frame.select(vendor_quantile("moz_domain_authority").round(2)).to_series().to_list()
    [0.5, 1.0, None]
    """
    values, quantiles = _KNOTS[column]
    x = pl.col(column).clip(values[0], values[-1])
    out = pl.lit(quantiles[0])
    for i in range(1, len(values)):
        rise = (quantiles[i] - quantiles[i - 1]) / (values[i] - values[i - 1])
        inside = x.clip(values[i - 1], values[i]) - values[i - 1]
        out = out + inside * rise
    return pl.when(pl.col(column).is_not_null()).then(out)


def mean_quantile(columns: frozenset[str], *metrics: str) -> pl.Expr:
    """Mean quantile of those of the metrics that are among ``columns``; null where all are."""
    known = [vendor_quantile(metric) for metric in present(columns, *metrics)]
    return known[0] if len(known) == 1 else pl.mean_horizontal(*known, ignore_nulls=True)
