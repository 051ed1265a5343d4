"""What goes wrong between a page and a row: wrong cells, unknown ones, wrong labels.

All of it is drawn apart from the profile, and never looks at the label: a block that is missing
tells nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.schema import BLOCKS
from spamlinks.simulate.words import Ints

__all__ = ["HIDEABLE", "hide_cells", "measured", "mislabelled"]

Floats = npt.NDArray[np.float64]

SWAPPED = 0.015
"""Share of domains that carry another domain's figures: an index mistakes one for another."""

UNSEEN = {"traffic": 0.05, "rating": 0.02}
"""Share of domains that the index knows nothing of and shows as zero."""

STALE = 0.03
"""Share of pages whose counts are those of an earlier visit."""

HIDEABLE: tuple[str, ...] = (
    *("title", "context", "http", "rel", "kind", "content", "group", "rendered", "counts"),
    *("traffic", "popularity", "authority", "dates", "crawl", "facts", "dns", "fetched"),
)
"""Blocks of columns that ``hide_cells`` may hide."""

CELLS = 0.25
"""Single cells that are null, for each block that is."""


def measured(rng: np.random.Generator, domains: dict[str, Floats], noise: float) -> None:
    """Put a vendor's mistakes into what was drawn of the domains, in place.

    Parameters
    ----------
    domains : of ``domain_columns``; traffic and keywords, or rating and its like, move together.
    noise : factor on the shares of mistakes; 0 for none.
    """
    n = len(domains["traffic"])
    for names in (("traffic", "keywords"), ("rating", "ref_domains")):
        swapped = np.flatnonzero(rng.random(n) < SWAPPED * noise)
        order = rng.permutation(swapped)
        unseen = rng.random(n) < UNSEEN[names[0]] * noise
        for name in names:
            domains[name][swapped] = domains[name][order]
            if name != "ref_domains":  # who has no rating is still linked
                domains[name][unseen] = 0


def stale(rng: np.random.Generator, counts: Floats, noise: float) -> Floats:
    """Counts of pages, some of them from an earlier visit: within a factor of three or so."""
    old = rng.random(len(counts)) < STALE * noise
    return np.asarray(
        np.where(old, np.round(counts * 10 ** rng.normal(0, 0.5, len(counts))), counts),
        dtype=np.float64,
    )


def mislabelled(seed: int, domains: int, share: float) -> npt.NDArray[np.bool_]:
    """Which domains carry the wrong label: ``share`` of them, whatever they are."""
    return np.random.default_rng([seed, 1]).random(domains) < share


def hide_cells(frame: pl.DataFrame, missing: float, *, seed: int, domain: Ints) -> pl.DataFrame:
    """Make cells null, as an index does that did not look at everything.

    Each block of ``HIDEABLE`` is unknown for a share ``missing`` of the domains (blocks are not
    looked up one page at a time), and single cells for a quarter of that share. Addresses,
    targets and anchors, which every vendor that shows links has, stay.

    Parameters
    ----------
    frame : backlinks.
    missing : share of domains that lack a block, 0 to 1.
    domain : index of each row's domain, shape (n_rows,).
    """
    if missing <= 0:
        return frame
    rng = np.random.default_rng([seed, 2])
    hidden = []
    for block in HIDEABLE:
        gone = (rng.random(int(domain.max()) + 1) < missing)[domain]
        for name in BLOCKS[block]:
            single = rng.random(frame.height) < missing * CELLS
            if name in frame.columns:
                mask = pl.Series(gone | single)
                hidden.append(pl.when(~mask).then(pl.col(name)).alias(name))
    return frame.with_columns(hidden)
