"""Labels that give themselves away: one column that knows the answer teaches nothing else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.errors import TrainingError
from spamlinks.language import load_texts
from spamlinks.model.bundle import ModelBundle
from spamlinks.model.evaluation import roc_auc
from spamlinks.model.sentences import unknown_name
from spamlinks.model.thresholds import roll_up
from spamlinks.signals.kernel import SIGNALS
from spamlinks.urls import authorities, host_table

__all__ = ["LEAK_AUC", "find_leaks", "refuse_leaks"]

LEAK_AUC = 0.999
"""ROC AUC from which one signal alone counts as the label in another dress."""

MIN_ROWS = 50
"""Fewer rows of a class are told apart by one of a hundred signals by mere chance, or because the
first links that somebody labels are the plainest."""

REPEATED_AUC = 0.98
"""ROC AUC of the start on linking domains from which on labels count as drawn from its scores; a
guard or two settles some verdicts otherwise."""


def refuse_leaks(
    table: pl.DataFrame,
    matrix: npt.NDArray[np.float32],
    named: npt.NDArray[np.int8],
    domain: npt.NDArray[np.int64],
    start: ModelBundle,
    source: str,
) -> None:
    """Refuse labels that one thing alone tells.

    Parameters
    ----------
    table, matrix, named : as for ``find_leaks``, ``named`` being the labels.
    domain : code of each row's linking domain.
    start : the model that training starts from: labels that follow its scores are told apart.
    source : what to call the labels' files.

    Raises
    ------
    TrainingError : a leak was found.
    """
    leaks = find_leaks(table, matrix, named)
    if not leaks:
        return
    told = ", ".join(leaks[:3]) + (f" and {len(leaks) - 3} more" if len(leaks) > 3 else "")
    label = roll_up(named.astype(np.float64), domain)[0] >= 0.5
    score = roll_up(start.margins(matrix, 1), domain, start.top_share)[0]
    if roc_auc(label.astype(np.int8), score) >= REPEATED_AUC:
        raise TrainingError(
            source,
            f"the labels say what the scores of {start.name} say already, so there is nothing to "
            f"learn from them; alone they are told by {told}",
            f"Keep using {start.name}; to teach it something, look at sites and decide where you "
            "see it otherwise, REVIEW first; --accept-leaks trains all the same.",
        )
    raise TrainingError(
        source,
        "one thing alone tells all that is labelled spam from all that is labelled honest, so "
        f"nothing else would be learned: {told}",
        "Label some that this rule would get wrong, spam that it misses or honest sites that it "
        "hits; if the rule is what you mean, --accept-leaks trains all the same.",
    )


def find_leaks(
    table: pl.DataFrame, matrix: npt.NDArray[np.float32], is_spam: npt.NDArray[np.int8]
) -> list[str]:
    """Name what alone tells the label.

    Parameters
    ----------
    table : backlinks of n labelled rows.
    matrix : their signals, float32 (n, len(SIGNALS)).
    is_spam : 0 or 1, shape (n,), both present.

    Returns
    -------
    Phrases for people, such as ``number of links out of the page (signal external_links, ROC
    AUC 1.000)``; empty when nothing does.
    """
    if min(int((is_spam == 1).sum()), int((is_spam == 0).sum())) < MIN_ROWS:
        return []
    texts = load_texts()
    out = [*_files(table, is_spam), *_suffixes(table, is_spam), *_missing(table, is_spam)]
    for name, column in zip(SIGNALS, matrix.T, strict=True):
        known = ~np.isnan(column)
        if min(known[is_spam == 1].mean(), known[is_spam == 0].mean()) < 0.5:
            continue  # what is mostly unknown cannot decide; a pattern of unknowns is told above
        auc = roc_auc(is_spam[known], column[known].astype(np.float64))
        if max(auc, 1 - auc) >= LEAK_AUC:
            what = unknown_name(name, texts)
            out.append(f"{what} (signal {name}, ROC AUC {max(auc, 1 - auc):.3f})")
    return out


def _files(table: pl.DataFrame, is_spam: npt.NDArray[np.int8]) -> list[str]:
    if "export_file" not in table.columns or table["export_file"].n_unique() < 2:
        return []
    return _pure(table["export_file"], is_spam, "the export file")


def _pure(keys: pl.Series, is_spam: npt.NDArray[np.int8], what: str) -> list[str]:
    """Whether every value of ``keys`` stands with one label only; null counts as a value."""
    frame = pl.DataFrame({"key": keys, "y": is_spam})
    labels = frame.group_by("key").agg(pl.col("y").n_unique())
    return [f"{what} ({keys.n_unique():,} values)"] if labels["y"].max() == 1 else []


def _suffixes(table: pl.DataFrame, is_spam: npt.NDArray[np.int8]) -> list[str]:
    """A public suffix that all spam has and nothing else, or all that is honest."""
    names = authorities(table["referring_page"]).alias("authority")
    hosts = host_table(names).select("authority", "suffix")
    suffix = names.to_frame().join(hosts, on="authority", how="left", maintain_order="left")
    suffixes = suffix["suffix"].fill_null("")
    for label, word in ((1, "spam"), (0, "honest")):
        inside = set(suffixes.filter(pl.Series(is_spam == label)).to_list())
        outside = set(suffixes.filter(pl.Series(is_spam != label)).to_list())
        if len(inside) == 1 and not inside & outside:
            return [f"the ending .{inside.pop()}, which all {word} names and no others have"]
    return []


def _missing(table: pl.DataFrame, is_spam: npt.NDArray[np.int8]) -> list[str]:
    """Columns that are empty for one label and filled for the other."""
    out = []
    for name in table.columns:
        if 0 < table[name].null_count() < table.height:
            agrees = table[name].is_null().to_numpy() == (is_spam == 1)
            if agrees.all() or not agrees.any():
                out.append(f"whether {name} is known")
    return out
