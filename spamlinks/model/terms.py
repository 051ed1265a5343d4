"""Stated terms: bounded log-odds that are assumed, not learned.

No public rows with link columns and honest labels exist, so how much an unread page that links to
hundreds of domains speaks for spam is an assumption either way: hidden in the numbers of a
generator, or said openly. Terms say it openly, one line a signal. Each is a straight line between
two bounds, so that no single column can decide, and adds nothing where its signal is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spamlinks.signals.kernel import SIGNALS

__all__ = ["BOUND", "LINK_TERMS", "PAGE_TERMS", "URL_TERMS", "Term", "add_terms"]

BOUND = 2.0
"""A term never adds more than its weight times this, in either direction."""

_AT = {name: i for i, name in enumerate(SIGNALS)}


@dataclass(frozen=True, slots=True)
class Term:
    """``weight`` * clip((value - ``centre``) / ``scale``, -BOUND, BOUND), in log-odds of spam."""

    signal: str
    weight: float
    centre: float = 0.0
    scale: float = 1.0

    def values(self, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Log-odds by row of a signal matrix (n, len(SIGNALS)); 0 where the signal is unknown."""
        raw = matrix[:, _AT[self.signal]].astype(np.float64)
        out = self.weight * np.clip((raw - self.centre) / self.scale, -BOUND, BOUND)
        return np.where(np.isnan(out), 0.0, out)


def add_terms(
    terms: Iterable[Term], matrix: npt.NDArray[np.float32], out: npt.NDArray[np.float64]
) -> None:
    """Add terms to margins in place; ``out`` has shape (n,)."""
    for term in terms:
        out += term.values(matrix)


_NAME_FREE = (
    Term("is_https", -0.25, centre=1.0),
    Term("anchor_other_words", 0.5, scale=4.0),
    Term("anchor_gibberish_share", 0.6, scale=0.2),
)

URL_TERMS: Sequence[Term] = (
    *_NAME_FREE,
    Term("path_sells_links", 1.0),
    Term("path_trade_word", 0.6),
    Term("is_machine_slug", 0.6),
    Term("is_stats_page", 0.6),
    Term("domain_age_days", -0.35, centre=1500.0, scale=1500.0),
    Term("registered_after_link", 0.4),
    Term("on_parking_servers", 0.4),
)
"""What path, anchor and registration add to a name: real hosts come without them, so nothing was
learned. A domain of a dozen years loses twice what one of yesterday gains."""

LINK_TERMS: Sequence[Term] = (
    *_NAME_FREE,
    Term("domain_traffic", -0.9, centre=1.5, scale=1.5),
    Term("links_out", 0.65, centre=1.3, scale=0.5),
    Term("domain_authority", -0.2, centre=0.5, scale=0.3),
    Term("page_authority", -0.2, centre=0.5, scale=0.3),
    Term("context_is_empty", 0.6),
    Term("english_on_foreign_profile", 0.8),
    Term("in_content", -0.4, centre=0.5),
    Term("query_parameter_count", 0.25),
)
"""For rows with link columns. Centres are medians that link indexes show of linking pages; the
weights keep the order of strength that a first look at one real export suggested: traffic, then
links out, then authority."""

PAGE_TERMS: Sequence[Term] = (
    Term("links_per_100_words", 0.5, centre=0.9, scale=0.5),
    Term("page_words", -0.2, centre=2.6, scale=0.5),
    Term("link_is_hidden", 0.8),
    Term("links_around", 0.25, centre=0.9, scale=0.5),
    Term("trade_words_on_page", 0.4, centre=0.3, scale=0.4),
    Term("trade_links", 0.5, centre=0.3, scale=0.5),
    Term("page_sells_links", 0.7),
    Term("page_is_directory", 0.4),
    Term("page_is_parked", 0.5),
    Term("lands_elsewhere", 0.3),
    Term("home_is_parked", 0.5),
    Term("home_trade_words", 0.3, centre=0.3, scale=0.4),
    Term("home_other_language", 0.5),
    Term("shares_id_domains", 0.5, scale=0.6),
)
"""For rows whose page was fetched, beside ``LINK_TERMS``. No public rows pair a fetched page with
an honest label, so these too are stated: a page of links rather than text, a link that nobody can
see, words and neighbours of spam trades, an offer of links. Ordinary pages have about seven links
to other sites for 100 words, footers included (an assumption of the generator)."""
