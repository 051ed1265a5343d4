"""Looking up a part of a generated profile, as people do: some ages, some pages, often nothing.

What is left out depends on chance alone, never on the label or the kind.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from spamlinks.errors import InputError
from spamlinks.schema import BLOCKS, FIELDS

__all__ = ["DEPTHS", "fill_from_fetch", "hide_fetch"]

DEPTHS: dict[str, float] = {"nothing": 0.25, "ages": 0.2, "pages": 0.35, "all": 0.2}
"""How much is looked up of a profile, and how often: nothing, ages, ages and pages, addresses as
well. Assumed."""

_AGES, _NAMES = 0.9, 0.95  # domains whose registry, whose name server answers
_DNS = (*BLOCKS["dns"], "page_ip")
_HOME = tuple(name for name in BLOCKS["fetched"] if name.startswith("home_"))
_PAGE = tuple(name for name in BLOCKS["fetched"] if name not in _HOME)
_BLOCKS = {"nothing": (), "ages": ("facts",), "pages": ("facts", "fetched")}


def hide_fetch(
    backlinks: pl.DataFrame,
    rng: np.random.Generator,
    *,
    depth: str | None = None,
    pages: int = 3,
    reach: float | None = None,
) -> pl.DataFrame:
    """Take away what a look-up within limits would not have found.

    Parameters
    ----------
    backlinks : of ``generate``; columns of exports stay as they are.
    rng : source of all chance; two calls with equal generators hide the same.
    depth : one of ``DEPTHS``; default drawn by their shares.
    pages : pages that are fetched of a domain at most.
    reach : share of the domains that were looked at, 0 to 1; default all of every second profile,
        and 20 to 100 % of the others, which somebody stopped.

    Returns
    -------
    DataFrame with the same rows. Blocks that were not looked up have no columns; of the others
    the cells are null for domains, pages and start pages that were left out, and for domains
    whose registry or name server does not answer. Rows of one page, and of one domain, agree.

    Raises
    ------
    InputError : an unknown depth, fewer than one page, a reach that is not between 0 and 1.
    """
    if depth is not None and depth not in DEPTHS:
        choose = f"Choose {', '.join(DEPTHS)}."
        raise InputError("simulate", f"there is no depth {depth!r}", choose)
    if pages < 1:
        raise InputError("simulate", f"{pages} pages of a domain", "Give 1 or more.")
    if reach is not None and not 0 <= reach <= 1:
        raise InputError("simulate", f"a reach of {reach}", "Give 0 to 1.")
    share = np.array(list(DEPTHS.values()))
    drawn = str(rng.choice(list(DEPTHS), p=share / share.sum()))
    stopped = 1.0 if rng.random() < 0.5 else float(rng.uniform(0.2, 1))
    reach = stopped if reach is None else reach
    homes = float(rng.choice([0.0, 0.5, 1.0]))
    depth = drawn if depth is None else depth
    blocks = _BLOCKS.get(depth, ("facts", "dns", "fetched"))
    gone = {name for block in ("facts", "dns", "fetched") for name in BLOCKS[block]}
    gone -= {name for block in blocks for name in BLOCKS[block]}
    if "dns" not in blocks:
        gone.add("page_ip")
    bare = backlinks["referring_page"].str.replace(r"^https?://(?:www\.)?", "")
    domain = _codes(bare.str.extract(r"^([^/?#]*)"))
    page = _codes(bare)
    n = int(domain.max(initial=-1)) + 1
    visited = rng.random(n) < reach
    ages, names, home = (visited & (rng.random(n) < p) for p in (_AGES, _NAMES, homes))
    keep = {
        **dict.fromkeys(BLOCKS["facts"], ages[domain]),
        **dict.fromkeys(_DNS, names[domain]),
        **dict.fromkeys(_HOME, home[domain]),
        **dict.fromkeys(_PAGE, visited[domain] & _among_first(rng, domain, page, pages)),
    }
    kept = [name for name in backlinks.columns if name not in gone]
    return backlinks.select(
        pl.when(pl.Series(keep[name])).then(pl.col(name)).alias(name) if name in keep else name
        for name in kept
    )


def _codes(texts: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    ranks = texts.fill_null("").rank("dense").to_numpy()
    return np.asarray(ranks, dtype=np.int64) - 1


def _among_first(
    rng: np.random.Generator,
    domain: np.ndarray[tuple[int], np.dtype[np.int64]],
    page: np.ndarray[tuple[int], np.dtype[np.int64]],
    most: int,
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows lie on one of the ``most`` pages that are drawn of their domain."""
    _, first, inverse = np.unique(page, return_index=True, return_inverse=True)
    order = pl.DataFrame({"domain": domain[first], "draw": rng.random(len(first))})
    place = order.select(pl.col("draw").rank("ordinal").over("domain"))["draw"].to_numpy()
    return np.asarray((place <= most)[inverse], dtype=np.bool_)


def fill_from_fetch(shown: pl.DataFrame, looked_up: pl.DataFrame) -> pl.DataFrame:
    """Fill the columns of an export that a fetched page knows as well.

    Parameters
    ----------
    shown : what an export has, with the columns of blocks facts, dns and fetched
        (``see_as(looked_up, view, fetched=True)``).
    looked_up : of ``hide_fetch``, the same rows with every column of an export.

    Returns
    -------
    ``shown`` with its null cells, and the columns it lacks, filled where the page was fetched: its
    title, answer code and counts of links; where the link was found its target, anchor, marks,
    kind and place; whether it is gone, where the page was read or is absent. Without a column
    ``fetch_state`` nothing is filled.
    """
    if "fetch_state" not in shown.columns:
        return shown
    state = pl.col("fetch_state")
    read = (state == "fetched").fill_null(value=False)
    found = (read & pl.col("fetched_link_found")).fill_null(value=False)
    other = (pl.col("fetched_parked") != "") | (pl.col("fetched_elsewhere") & ~found)
    own_title = (read & ~other).fill_null(value=False)
    gone = read & ~pl.col("fetched_link_found") & pl.col("fetched_words").is_not_null()
    gone |= (state == "absent") & pl.col("fetched_http_code").is_not_null()
    values: dict[str, pl.Expr] = {
        "page_external_links": pl.col("fetched_external_links"),
        "page_internal_links": pl.col("fetched_internal_links"),
        "page_linked_domains": pl.col("fetched_linked_domains"),
        "page_http_code": pl.col("fetched_http_code"),
        "referring_page_title": pl.when(own_title).then("referring_page_title"),
        "in_content": pl.col("fetched_placement") == "main",
        "is_lost": pl.when(gone.fill_null(value=False)).then(True).when(found).then(False),
    }
    for name in (
        *("target_url", "anchor_text", "link_kind"),
        *("rel_nofollow", "rel_ugc", "rel_sponsored"),
    ):
        values[name] = pl.when(found).then(name)
    fresh = looked_up.select(
        expr.cast(FIELDS[name].dtype).alias(name) for name, expr in values.items()
    )
    return shown.with_columns(
        shown[name].fill_null(fresh[name]) if name in shown.columns else fresh[name]
        for name in fresh.columns
    )
