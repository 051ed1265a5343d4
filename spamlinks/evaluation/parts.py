"""The parts of an evaluation beyond its main figures: slices, another score, drift, curves."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.evaluation.compared import Compared
from spamlinks.evaluation.outcome import CUT, Slice
from spamlinks.model.bundle import ModelBundle
from spamlinks.model.drift import MIN_ROWS, drift
from spamlinks.model.evaluation import Ranked
from spamlinks.model.measure import Paired, Sample, measure, pair
from spamlinks.model.scoring import Scored
from spamlinks.model.slices import TLD_CLASSES, main_language, tld_class
from spamlinks.model.views import VIEW_TEXT, VIEWS
from spamlinks.signals.kernel import BLOCK_ROWS, signals

__all__ = ["beside", "curves", "drifted", "slices", "unit_values"]

Floats = npt.NDArray[np.float64]

DRIFT_ROWS = 200_000
"""With more links every so manieth is looked at for drift, which the outcome says."""

LANGUAGES = 12
"""So many languages are shown one by one, the most frequent; the others together."""

UNKNOWN = "not known"
HISTOGRAM_BINS = 20
CURVE_POINTS = 200


def slices(
    units: pl.DataFrame, domains: Sample, scored: Scored, how: dict[str, Any]
) -> tuple[tuple[Slice, ...], list[str]]:
    """Figures by view, ending and language, each part with its own networks resampled."""
    notes = []
    parts = [("view", units["view"], VIEWS), ("ending", tld_class(units), TLD_CLASSES)]
    spoken = main_language(scored.frame, "_domain")
    if spoken is None:
        notes.append("no figures by language: the exports do not tell the pages' languages")
    else:
        names = units.join(spoken, on="_domain", how="left", maintain_order="left")["language"]
        names = names.fill_null(UNKNOWN)
        counted = names.value_counts().sort(["count", names.name], descending=[True, False])
        most = [name for name in counted[names.name].to_list() if name != UNKNOWN][:LANGUAGES]
        names = names.to_frame("n").select(
            pl.when(pl.col("n").is_in([*most, UNKNOWN])).then("n").otherwise(pl.lit("other"))
        )["n"]
        parts.append(("language", names, (*most, "other", UNKNOWN)))
    cut_only = Sample(domains.is_spam, domains.score, domains.groups, {CUT: domains.flagged[CUT]})
    out = []
    for kind, column, order in parts:
        for name in order:
            here = (column == name).to_numpy()
            if here.any():
                says = f"{name}: {VIEW_TEXT[name]}" if kind == "view" else name
                out.append(Slice(kind, name, says, measure(cut_only.at(here), **how)))
    return tuple(out), notes


def unit_values(theirs: Floats, scored: Scored, units: pl.DataFrame) -> Floats:
    """The compared column of each unit: the mean over its links that have a value."""
    rows = pl.DataFrame(
        {"_domain": scored.frame["_domain"], "value": pl.Series(theirs).fill_nan(None)}
    )
    means = rows.group_by("_domain").agg(pl.col("value").mean())
    joined = units.select("_domain").join(means, on="_domain", how="left", maintain_order="left")
    return joined["value"].fill_null(np.nan).to_numpy().astype(np.float64)


def beside(compared: Compared, sample: Sample, theirs: Floats, how: dict[str, Any]) -> Paired:
    """Both scores on the rows of a sample for which the other one has a value (not NaN)."""
    has = ~np.isnan(theirs)
    chosen = sample.at(has)
    flagged = compared.flagged(theirs[has])
    other = Sample(
        chosen.is_spam,
        compared.worse(theirs[has]),
        chosen.groups,
        {} if flagged is None else {compared.column: flagged},
    )
    return pair(chosen, other, **how)


def drifted(bundle: ModelBundle, scored: Scored) -> tuple[pl.DataFrame | None, str]:
    """How far these links are from those the model was trained on, and what to say about it.

    None without a reference in the model; of very many links every so manieth is looked at.
    """
    stored = bundle.metadata.get("reference")
    if stored is None:
        return None, (
            f"the model {bundle.name} stores no summary of the rows it was trained on, so nothing "
            "tells whether these exports look different"
        )
    step = -(-scored.frame.height // DRIFT_ROWS)
    rows = np.arange(0, scored.frame.height, step)
    parts = [
        signals(scored.frame[rows[at : at + BLOCK_ROWS]], scored.tables)
        for at in range(0, len(rows), BLOCK_ROWS)
    ]
    table = drift(stored, np.concatenate(parts), scored.views[rows], only=bundle.used_signals())
    note = f"on every {step}th link" if step > 1 else "on all links, labelled or not"
    if not table.height:
        note = f"no view has {MIN_ROWS} links here and in training: too few to compare"
    return table, note


def _thin(x: Floats, y: Floats, most: int = CURVE_POINTS) -> list[list[float]]:
    at = np.unique(np.linspace(0, len(x) - 1, most).astype(np.int64))
    return [[round(float(a), 5), round(float(b), 5)] for a, b in zip(x[at], y[at], strict=True)]


def _lines(sample: Sample) -> dict[str, Any]:
    spam, honest = Ranked(sample.is_spam, sample.score).counts()
    if not len(spam) or not spam[-1] or not honest[-1]:
        return {}
    zero = np.zeros(1)
    return {
        "roc": _thin(np.append(zero, honest / honest[-1]), np.append(zero, spam / spam[-1])),
        "precision_recall": _thin(spam / spam[-1], spam / (spam + honest)),
    }


def curves(domains: Sample, compared: Compared | None, theirs: Floats | None) -> dict[str, Any]:
    """Points of the curves of domains, and how many of each class have which score.

    ``theirs`` is the compared column per domain, NaN where it is not known.
    """
    edges = np.linspace(0, 1, HISTOGRAM_BINS + 1)
    out: dict[str, Any] = {
        "ours": _lines(domains),
        "histogram": {
            word: np.histogram(domains.score[domains.is_spam == code], edges)[0].tolist()
            for word, code in (("spam", 1), ("honest", 0))
        },
    }
    if compared is not None and theirs is not None:
        has = ~np.isnan(theirs)
        other = Sample(domains.is_spam[has], compared.worse(theirs[has]), domains.groups[has])
        out["theirs"] = _lines(other)
    return out
