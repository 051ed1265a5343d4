"""Scores for links, and from links to the unit that is decided.

The score of a domain is calibrated from its links' margins by a rule the bundle states: a share of
the highest, the rest of their mean (``top_share``, fitted). One bad page on a large honest site
does not condemn it, and a site that is bad throughout has no page to hide behind. A domain is
judged in the richest view that any of its rows allows.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import expit

from spamlinks.model.bundle import ModelBundle
from spamlinks.model.calibration import estimate_prior
from spamlinks.model.counts import link_counts
from spamlinks.model.unit_cuts import UnitCuts, cuts_for, leaning, unit_cuts
from spamlinks.model.views import VIEW_SIGNALS, VIEWS, hide, view_of
from spamlinks.schema import BLOCKS
from spamlinks.signals import text
from spamlinks.signals.kernel import (
    BLOCK_ROWS,
    SIGNALS,
    Tables,
    encode,
    networks_by_address,
    signals,
)
from spamlinks.signals.networks import SIGNALS as NETWORK_SIGNALS

__all__ = ["Scored", "needed_columns", "network_share", "score_links", "unit_scores"]

Floats = npt.NDArray[np.float64]
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Scored:
    """Links with their scores.

    ``frame`` is the coded input in its order; ``margins`` (n,) raw log-odds; ``views`` (n,) index
    into ``VIEWS``; ``spam_score`` (n,) in [0, 1] at ``prior``; ``linking_domain`` (n,);
    ``origin_margins`` (n,) those of the model that this one leans on, None where there is none.
    """

    frame: pl.DataFrame
    tables: Tables
    margins: npt.NDArray[np.float64]
    views: npt.NDArray[np.int8]
    spam_score: npt.NDArray[np.float64]
    prior: float
    linking_domain: pl.Series
    origin_margins: npt.NDArray[np.float64] | None = None


def needed_columns(bundle: ModelBundle) -> frozenset[str]:
    """Columns of the schema that this model looks at, and those that ages are measured from."""
    signals_used = bundle.used_signals() | VIEW_SIGNALS
    needs = {part for n in signals_used for need in SIGNALS[n].needs for part in need.split("|")}
    if text.SIGNALS[0].name in signals_used:
        needs |= set(text.COLUMNS)  # the title is what it needs, the others are read along
    return frozenset(needs) | {"export_date", "vendor", "seen_by", *BLOCKS["dates"]}


def score_links(
    bundle: ModelBundle,
    backlinks: pl.DataFrame,
    *,
    brands: tuple[str, ...] = (),
    as_of: date | None = None,
    prior: float | None = None,
    threads: int = 0,
    progress: Progress | None = None,
) -> Scored:
    """Score every backlink.

    Parameters
    ----------
    bundle : the model.
    backlinks : rows with a usable ``referring_page`` (``exports.read_export``).
    brands : names of brand and site, for the anchor match.
    as_of : day that ages are measured from.
    prior : share of spam to assume; default the bundle's.
    threads : blocks judged side by side, 0 = one for each core; the scores do not depend on it.
    progress : called with the number of rows done after each block.
    """
    only = bundle.used_signals() | VIEW_SIGNALS
    frame, tables = encode(backlinks, bundle.evidence, brands=brands, as_of=as_of, only=only)
    margins = np.zeros(frame.height)
    before = None if bundle.origin is None else np.zeros(frame.height)
    views = np.zeros(frame.height, np.int8)
    bundle.boosters()  # built once, before threads ask for them
    workers = threads or os.cpu_count() or 1
    starts = range(0, frame.height, BLOCK_ROWS)

    def judge(start: int) -> tuple[Floats, Floats | None, npt.NDArray[np.int8]]:
        matrix = signals(frame.slice(start, BLOCK_ROWS), tables)
        return *bundle.both_margins(matrix, 1 if len(starts) > 1 else threads), view_of(matrix)

    # Whole blocks side by side: neither the signals nor LightGBM fill two cores by themselves.
    with ThreadPoolExecutor(max_workers=min(workers, max(len(starts), 1))) as pool:
        for start, (raw, other, seen) in zip(starts, pool.map(judge, starts), strict=True):
            margins[start : start + len(raw)] = raw
            if before is not None and other is not None:
                before[start : start + len(raw)] = other
            views[start : start + len(raw)] = seen
            if progress is not None:
                progress(start + len(raw))
    prior = prior or bundle.prior
    scores = expit(bundle.log_odds(margins, views, prior))
    names = tables.hosts["linking_domain"].gather(frame["_host"])
    return Scored(frame, tables, margins, views, scores, prior, names, before)


def unit_scores(
    bundle: ModelBundle,
    scored: Scored,
    *,
    prior: float | str | None = None,
    precision: float = 0.98,
) -> tuple[pl.DataFrame, float]:
    """Roll links up to linking domains and put the model's thresholds beside them.

    Parameters
    ----------
    prior : share of spam to assume; None = the bundle's, "auto" = estimated from these scores.
    precision : promised for DISAVOW; thresholds are stored for some precisions, the next higher
        one is taken. Above the highest, no cut: nothing is DISAVOW.

    Returns
    -------
    (units, prior): one row per linking domain in order of first appearance, with the columns that
    ``policy.decide`` reads, ``view``, ``first_seen`` and ``row`` (the domain's worst row); and the
    prior that was used.
    """
    frame, hosts = scored.frame, scored.tables.hosts
    table = frame.with_columns(
        _margin=pl.Series(scored.margins), _view=pl.Series(scored.views)
    ).with_row_index("_row")
    origin = bundle.origin_model()
    before = scored.margins if scored.origin_margins is None else scored.origin_margins
    share = 0.0 if origin is None else origin.top_share
    table = table.with_columns(_before=pl.Series(before))
    units = table.group_by("_domain", maintain_order=True).agg(
        _margin=bundle.top_share * pl.col("_margin").max()
        + (1 - bundle.top_share) * pl.col("_margin").mean(),
        _before=share * pl.col("_before").max() + (1 - share) * pl.col("_before").mean(),
        _view=pl.col("_view").max(),
        row=pl.col("_row").sort_by("_margin", descending=True).first(),
        rows=pl.len(),
        first_seen=pl.col("first_seen").min()
        if "first_seen" in frame.columns
        else pl.lit(None, dtype=pl.Date).first(),
    )
    units = units.join(link_counts(frame), on="_domain", how="left", maintain_order="left")
    sites = hosts.unique("_domain", keep="first", maintain_order=True)
    units = units.join(
        sites.select(
            "_domain",
            "linking_domain",
            "registrable_domain",
            "suffix",
            "is_ip_host",
            "is_private_suffix",
            "is_known_suffix",
        ),
        on="_domain",
        how="left",
        maintain_order="left",
    )
    base = bundle.log_odds(units["_margin"].to_numpy(), units["_view"].to_numpy(), units=True)
    used = (
        estimate_prior(base, bundle.prior)
        if prior == "auto"
        else bundle.prior
        if prior is None
        else float(prior)
    )
    odds = bundle.log_odds(units["_margin"].to_numpy(), units["_view"].to_numpy(), used, units=True)
    view = units["_view"].to_numpy()
    found = _cuts(bundle, origin, scored, units, odds, used, precision)
    strict = found.disavow
    tied = _by_network_alone(bundle, scored, units, odds >= strict, used, found.review)
    # A cut stands just above an honest unit; as probabilities the two would be one number.
    cut = pl.Series(np.nextafter(expit(strict), np.inf), dtype=pl.Float64)
    return units.with_columns(
        spam_score=pl.Series(expit(odds)),
        named=pl.Series(found.named),
        cut_disavow=cut.zip_with(
            pl.Series(np.isfinite(strict)), pl.Series([None] * len(cut), dtype=pl.Float64)
        ),
        cut_review=pl.Series(expit(found.review), dtype=pl.Float64),
        network_alone=pl.Series(tied),
        view=pl.Series([VIEWS[v] for v in view], dtype=pl.String),
        # An ending that nobody registers names under says that the name is made up.
        thin_evidence=~pl.col("is_known_suffix") & ~pl.col("is_ip_host"),
    ), used


def _cuts(
    bundle: ModelBundle,
    origin: ModelBundle | None,
    scored: Scored,
    units: pl.DataFrame,
    odds: Floats,
    prior: float,
    precision: float,
) -> UnitCuts:
    """The cuts that hold for each domain, with those of the model that this one leans on."""
    view = units["_view"].to_numpy()
    models = [bundle] if origin is None else [bundle, origin]
    cut = min(float(cuts_for(model, precision)[0]) for model in models)
    own_name, origin_name = _by_name(bundle, scored, units, measured=bool(np.isfinite(cut)))
    urls = np.zeros(len(view), np.int8)
    by_name = bundle.log_odds(own_name, urls, prior, units=True)
    own = unit_cuts(bundle, odds, by_name, view, precision)
    if origin is None:
        return own
    # Never more spam than either of them takes for granted: the promise was made at that share.
    least = min(prior, origin.prior)
    before = origin.log_odds(units["_before"].to_numpy(), view, least, units=True)
    by_name = origin.log_odds(origin_name, urls, least, units=True)
    theirs = unit_cuts(origin, before, by_name, view, precision)
    return leaning(own, odds, theirs, before, prior)


def _by_name(
    bundle: ModelBundle, scored: Scored, units: pl.DataFrame, *, measured: bool
) -> tuple[Floats, Floats]:
    """Margins of the addresses alone, of this model and of its origin, for domains that show more.

    NaN for the others, and for all where no cut was measured. The networks were found by anchors
    and titles as well, which are no part of an address: members count by what names alone show.
    """
    own, before = np.full((2, units.height), np.nan)
    rich = np.flatnonzero(units["_view"].to_numpy() > 0) if measured else np.empty(0, np.int64)
    networks = scored.tables.networks
    tied = networks is not None and bool((networks.of[units["_domain"].gather(rich)] >= 0).any())
    instead = networks_by_address(scored.frame, scored.tables) if tied else {}
    for start in range(0, len(rich), BLOCK_ROWS):
        at = rich[start : start + BLOCK_ROWS]
        rows = scored.frame[units["row"].gather(at).to_list()]
        bare = hide(signals(rows, scored.tables), "urls")
        for name, values in instead.items():
            column = bare[:, _PLACE[name]]
            np.minimum(column, values[rows["_domain"].to_numpy()], out=column)
        found, other = bundle.both_margins(bare)
        own[at] = found
        if other is not None:
            before[at] = other
    return own, before


def network_share(bundle: ModelBundle, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """What a domain shares with others adds to the margins of rows of signals, in log-odds.

    That is its network; and where an id or a registration was found that others have as well, all
    that others can copy or choose: the id, the day, parts of the name, the anchor, forms of paths.
    """
    alone = rows.copy()
    places = [_PLACE[signal.name] for signal in NETWORK_SIGNALS]
    alone[:, places] = np.where(np.isnan(rows[:, places]), np.float32(np.nan), np.float32(0))
    tied = (rows[:, [_PLACE[name] for name in LOOKED_UP]] > 0).any(axis=1)
    for name, least in _ALONE.items():
        values = alone[tied, _PLACE[name]]
        alone[tied, _PLACE[name]] = np.minimum(values, np.float32(least))
    return bundle.margins(rows, 1) - bundle.margins(alone, 1)


def _by_network_alone(
    bundle: ModelBundle,
    scored: Scored,
    units: pl.DataFrame,
    high: npt.NDArray[np.bool_],
    prior: float,
    review: npt.NDArray[np.float64],
) -> npt.NDArray[np.bool_]:
    """Units with a high score that would not even be for REVIEW by what nobody else has.

    Anchors, titles, parts of names and tracking ids can be copied: whoever does so ties an honest
    site to his own domains, and the score alone cannot tell which of them is the copy.
    """
    out = np.zeros(units.height, np.bool_)
    networks = scored.tables.networks
    domains = units["_domain"].to_numpy()
    tied = np.zeros(units.height, np.bool_) if networks is None else networks.of[domains] >= 0
    if not {"fetched_ids", "domain_registrar"}.isdisjoint(scored.frame.columns):
        tied[:] = True  # whether it shares one of these, its signals say
    members = np.flatnonzero(high & tied)
    for start in range(0, len(members), BLOCK_ROWS):
        at = members[start : start + BLOCK_ROWS]
        rows = signals(scored.frame[units["row"].gather(at).to_list()], scored.tables)
        margins = units["_margin"].gather(at).to_numpy() - network_share(bundle, rows)
        views = units["_view"].gather(at).to_numpy()
        out[at] = bundle.log_odds(margins, views, prior, units=True) < review[at]
    return out


LOOKED_UP: tuple[str, ...] = ("shares_id_domains", "registered_together_domains")
"""What was looked up and is shared: 0 where nobody shares it."""

_ALONE: dict[str, float] = dict.fromkeys(LOOKED_UP, 0.0)
_ALONE |= {"anchor_domain_share": 0.0}
_ALONE |= dict.fromkeys(("affix_domains", "anchor_domains", "shape_domains"), float(np.log10(2)))
"""The values of a domain that shares nothing; counts are log10(1 + domains), itself included."""

_PLACE = {name: place for place, name in enumerate(SIGNALS)}
