"""What a row lets us look at: exports carry different blocks of columns.

The view of a row follows from which signals are known, so that rows merged from several exports
each get their own. Calibration, thresholds and reported errors are per view.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spamlinks.schema import BLOCKS
from spamlinks.signals.kernel import SIGNALS

__all__ = ["STAND_INS", "VIEWS", "VIEW_COLUMNS", "VIEW_SIGNALS", "VIEW_TEXT", "hide", "view_of"]

VIEWS = ("urls", "anchors", "flows", "links", "full", "pages", "full_pages")
"""From the poorest to the richest; the last two are of rows whose linking page was fetched."""

STAND_INS = {"pages": "links", "full_pages": "full"}
"""What a row whose page was fetched would be without the fetched page."""

VIEW_TEXT = {
    "urls": "page addresses only (as Search Console exports them)",
    "anchors": "addresses, targets and anchors (as Bing exports them)",
    "flows": "anchors, link attributes, dates or authority (as Majestic exports them)",
    "links": "anchors, link attributes, dates and link counts (as Semrush exports them)",
    "full": "everything a link index knows, traffic included (as Ahrefs exports it)",
    "pages": "the linking page itself, fetched with 'spamlinks enrich'",
    "full_pages": "everything a link index knows, and the linking page itself",
}

_FETCHED = ("dns", "fetched")
_INDEXES = ("traffic", "popularity", "authority", "group", "rendered")


def _columns() -> dict[str, frozenset[str]]:
    from_rows = {
        "urls": ("url", "crawl"),
        "anchors": ("url", "crawl", "target", "anchor"),
        "flows": ("url", "crawl", "target", "anchor", "rel", "kind", "dates", "authority"),
        "links": ("url", "crawl", "target", "anchor", "rel", "kind", "dates", "title", "counts"),
    }
    poorer = {
        view: frozenset(column for block in blocks for column in BLOCKS[block])
        for view, blocks in from_rows.items()
    }

    def without(*blocks: str) -> frozenset[str]:
        return frozenset(c for b, columns in BLOCKS.items() if b not in blocks for c in columns)

    rich = {"full": _FETCHED, "pages": _INDEXES, "full_pages": ()}
    return {**poorer, **{view: without("verdict", *blocks) for view, blocks in rich.items()}}


VIEW_COLUMNS: dict[str, frozenset[str]] = _columns()
"""Columns of the schema that an export of each view may have, vendors' own verdicts left out."""

VIEW_SIGNALS = frozenset(
    "anchor_length is_nofollow link_age_days domain_authority page_authority external_links "
    "linked_domains domain_traffic page_words".split()
)
"""Signals by which ``view_of`` tells what a row shows."""

_AT = {name: i for i, name in enumerate(SIGNALS)}


def hide(matrix: npt.NDArray[np.float32], view: str) -> npt.NDArray[np.float32]:
    """A copy of the rows as an export of a poorer view would show them.

    Signals that need a column which such an export lacks become NaN. Profile signals that stay
    (links of the domain, name patterns) keep the value that the whole input gave them.
    """
    shown = VIEW_COLUMNS[view]
    out = matrix.copy()
    out[:, [i for i, s in enumerate(SIGNALS.values()) if not s.available(shown)]] = np.nan
    return out


def view_of(matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.int8]:
    """Name the view of each row of a signal matrix.

    Returns
    -------
    int8 array of shape (n_rows,): index into ``VIEWS``.
    """

    def known(*names: str) -> npt.NDArray[np.bool_]:
        return np.asarray(
            np.any([np.isfinite(matrix[:, _AT[name]]) for name in names], axis=0), dtype=np.bool_
        )

    out = np.zeros(len(matrix), np.int8)
    anchors = known("anchor_length")
    out[anchors] = 1
    out[known("is_nofollow", "link_age_days") | known("domain_authority", "page_authority")] = 2
    counts = known("external_links", "linked_domains")
    out[counts] = 3
    traffic = counts & known("domain_traffic")
    out[traffic] = 4
    out[known("page_words")] = 5
    out[known("page_words") & traffic] = 6
    return out
