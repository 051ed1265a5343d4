"""The words around a link, weighed by what a user called spam: a signal of models of one's own.

A linear model over hashed character n-grams (``signals.hostname.HostNameModel``) of title, anchor,
text beside the link and path. The shipped model has none: what sellers write changes by the month,
and no openly licensed list of it exists. ``spamlinks.model.texts`` fits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.signals.declare import Signal
from spamlinks.signals.hostname import HostNameModel

__all__ = ["COLUMNS", "SIGNALS", "documents", "text_margins"]

SIGNALS: tuple[Signal, ...] = (
    Signal(
        "text_evidence",
        1,
        "page",
        "log-odds",
        -10,
        10,
        0,
        ("referring_page_title",),  # without it the others are too thin to be weighed
        "title, anchor and address read like links that you called spam",
        "text",
    ),
)

COLUMNS = ("referring_page_title", "anchor_text", "left_context", "right_context")
"""What is read beside the address, where an export has it."""

FIELD_CHARS = 200
"""So much of each text counts: a page's title may be a megabyte long."""

_BLOCK = 8_192
_PATH = r"^(?:[A-Za-z][A-Za-z0-9+.\-]*:)?(?://)?[^/?#]*/?([^#]*)"


def documents(backlinks: pl.DataFrame) -> pl.Series:
    """Join the texts of each link: title, anchor, both sides, path and query; lower case.

    Parameters
    ----------
    backlinks : rows with ``referring_page``; a text column that is absent or null adds nothing.

    Returns
    -------
    String Series aligned with the rows, never null.
    """
    texts = [pl.col(name).cast(pl.String) for name in COLUMNS if name in backlinks.columns]
    path = pl.col("referring_page").str.extract(_PATH)
    return backlinks.select(
        pl.concat_str(
            [text.str.slice(0, FIELD_CHARS) for text in (*texts, path)],
            separator="\n",
            ignore_nulls=True,
        )
        .fill_null("")
        .str.to_lowercase()
        .alias("document")
    ).to_series()


def text_margins(texts: pl.Series, model: HostNameModel) -> npt.NDArray[np.float32]:
    """Score documents: float32 (n,), log-odds of spam, higher is worse."""
    low, high = np.float32(SIGNALS[0].low), np.float32(SIGNALS[0].high)
    out = np.zeros(len(texts), np.float32)
    for at in range(0, len(texts), _BLOCK):  # hashing takes some thirty times a block's bytes
        some = texts.slice(at, _BLOCK)
        out[at : at + _BLOCK] = model.margins(some, pl.repeat("", len(some), eager=True))
    return np.clip(out, low, high)
