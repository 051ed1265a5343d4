"""How often the shipped recipe is wrong, on sources and networks left out whole.

For each left-out source the whole recipe is run again without it: name evidence, trees,
calibration and thresholds never see the source, any network that has a member in it, or the
honest hosts it is tested beside. Only real hosts are judged; generated rows support no figure.

``python -m spamlinks.model.accuracy --data DIR`` prints the table.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from joblib import Parallel, delayed
from scipy.special import expit

from spamlinks.model.bundle import ModelBundle, Part
from spamlinks.model.calibration import fit_curve, precision_cut
from spamlinks.model.corpus import load_hosts
from spamlinks.model.evaluation import Interval, Metric, bootstrap, recall_at, roc_auc
from spamlinks.model.examples import (
    Examples,
    fit_evidence,
    fold_evidence,
    real_examples,
)
from spamlinks.model.hostname_report import splits
from spamlinks.model.reliability import Reliability
from spamlinks.model.thresholds import JUDGED_HONEST, MAX_FALSE_SHARE, judged
from spamlinks.model.training import PARTS, PRIOR, fit_recipe
from spamlinks.policy import SITUATIONS

__all__ = ["accuracy_table", "left_out_scores", "main"]

_FOLDS = 3
ROUNDS = 300
HONEST = ("smallweb", "opendns_random", "kept", "popular", "preload", "university")
"""Honest kinds that spam is held against. ``opendns_random`` and ``kept`` train nothing anywhere:
random sites and those that an owner decided to keep are sources left out whole."""


def _fit(ex: Examples, rows: npt.NDArray[np.bool_], seed: int) -> Part:
    return fit_recipe(PARTS[0], ex.matrix[rows], ex.is_spam[rows], ex.weight[rows], seed, 1)


def _one_split(
    hosts: pl.DataFrame,
    name: str,
    train: npt.NDArray[np.bool_],
    test: npt.NDArray[np.bool_],
    seed: int,
) -> pl.DataFrame:
    known, unseen = hosts.filter(pl.Series(train)), hosts.filter(pl.Series(test))
    fold, folded = fold_evidence(known, _FOLDS, seed, 1)
    ex = real_examples(known, fold, folded, seed=seed)
    margins = np.zeros(len(ex.fold))
    for f in range(_FOLDS):
        margins[ex.fold == f] = _margins(_fit(ex, ex.fold != f, seed), ex.matrix[ex.fold == f])
    line = fit_curve(margins, ex.is_spam, ex.weight)
    odds = line.log_odds(margins, PRIOR)
    chosen = judged(ex.kind, ex.is_spam)
    cut = precision_cut(
        odds[chosen], ex.is_spam[chosen], SITUATIONS["none"], PRIOR, max_false_share=MAX_FALSE_SHARE
    )
    evidence = fit_evidence(known, seed)
    new = real_examples(unseen, np.zeros(unseen.height, np.int64), evidence, seed=seed)
    part = _fit(ex, np.ones(len(ex.fold), np.bool_), seed)
    wave = dict(zip(unseen["network"], unseen["is_wave"], strict=True))
    return pl.DataFrame(
        {
            "left_out": [name] * len(new.is_spam),
            "kind": new.kind.tolist(),
            "network": new.network.tolist(),
            "is_spam": new.is_spam,
            "is_wave": [wave[n] for n in new.network],
            "log_odds": line.log_odds(_margins(part, new.matrix), PRIOR),
            "cut": np.full(len(new.is_spam), cut.score),
        }
    )


def _margins(part: Part, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    return ModelBundle("part", (part,), None, {}, {}, PRIOR, {}).margins(matrix, threads=1)


def left_out_scores(hosts: pl.DataFrame, *, seed: int = 0, jobs: int = 1) -> pl.DataFrame:
    """Score every host of every left-out source by a recipe that never saw it.

    Returns
    -------
    DataFrame: left_out (name of the split), kind, network, is_spam, is_wave, log_odds (at the
    prior), cut (for the precision of the situation "none"). A host may stand in several splits.
    """
    parts = Parallel(n_jobs=jobs)(
        delayed(_one_split)(hosts, name, train, test, seed)
        for name, train, test in splits(hosts, seed)
    )
    table: pl.DataFrame = pl.concat(parts)
    return table


def accuracy_table(scores: pl.DataFrame, *, seed: int = 0) -> pl.DataFrame:
    """Summarise ``left_out_scores`` by left-out source, with and without the dominant wave.

    Returns
    -------
    DataFrame, one row per source and case: ``left_out``, ``case`` ("all" or "without the wave"),
    ``spam`` (hosts), ROC AUC against each honest kind with its interval over networks, ``recall``
    where 1 in 1,000 small honest sites is above the cut, and what DISAVOW would have done:
    ``disavow_recall``, ``false_per_10000`` of ``honest`` small honest sites, the same of random
    ones, and ``precision_at_prior``, what share of what it names would be spam at the prior;
    ``calibration_error`` is the expected one at the prior.
    """
    rows = []
    for name in scores["left_out"].unique(maintain_order=True):
        part = scores.filter(pl.col("left_out") == name)
        cases = [("all", part)]
        calm = part.filter(~((pl.col("is_spam") == 1) & pl.col("is_wave")))
        if calm.height < part.height:
            cases.append(("without the wave", calm))
        rows += [_row(str(name), case, frame, seed) for case, frame in cases]
    return pl.DataFrame(rows)


def _row(name: str, case: str, part: pl.DataFrame, seed: int) -> dict[str, object]:
    row: dict[str, object] = {
        "left_out": name,
        "case": case,
        "spam": int((part["is_spam"] == 1).sum()),
    }
    for kind in HONEST:
        both = part.filter((pl.col("is_spam") == 1) | (pl.col("kind") == kind))
        row[f"auc_{kind}"] = str(_interval(both, roc_auc, seed))
    small = part.filter((pl.col("is_spam") == 1) | (pl.col("kind") == "smallweb"))
    row["recall_at_1_in_1000"] = str(_interval(small, recall_at(0.001), seed))
    above = part.with_columns(above=pl.col("log_odds") >= pl.col("cut"))
    recall = _share(above.filter(pl.col("is_spam") == 1))
    false = {kind: _share(above.filter(pl.col("kind") == kind)) for kind in JUDGED_HONEST}
    row["disavow_recall"] = round(recall, 3)
    row["honest"] = part.filter(pl.col("kind") == "smallweb").height
    row["false_per_10000"] = round(1e4 * false["smallweb"], 1)
    row["false_random_per_10000"] = round(1e4 * false["opendns_random"], 1)
    judged_honest = _share(above.filter(pl.col("kind").is_in(JUDGED_HONEST)))
    hit = PRIOR * recall
    row["precision_at_prior"] = round(hit / (hit + (1 - PRIOR) * judged_honest), 3) if hit else None
    row["calibration_error"] = round(_calibration_error(part), 3)
    return row


def _share(rows: pl.DataFrame) -> float:
    return float(rows["above"].mean() or 0)  # type: ignore[arg-type]


def _calibration_error(part: pl.DataFrame) -> float:
    """Expected calibration error, spam against judged honest hosts, spam weighing ``PRIOR``."""
    rows = part.filter((pl.col("is_spam") == 1) | pl.col("kind").is_in(JUDGED_HONEST))
    y = rows["is_spam"].to_numpy().astype(np.int8)
    weight = np.where(y == 1, PRIOR / max((y == 1).sum(), 1), (1 - PRIOR) / max((y == 0).sum(), 1))
    return Reliability(y, np.asarray(expit(rows["log_odds"].to_numpy()))).tally(weight).error


def _interval(part: pl.DataFrame, metric: Metric, seed: int) -> Interval:
    groups = part["network"].rank("dense").to_numpy().astype(np.int64)
    return bootstrap(
        metric,
        part["is_spam"].to_numpy(),
        part["log_odds"].to_numpy(),
        groups,
        rounds=ROUNDS,
        seed=seed,
    )


def main() -> None:
    """Print the table for a corpus folder, and write it as CSV where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with domains/, disavow/")
    parser.add_argument("--packages", type=Path, help="folder with the wheels of 'make packages'")
    parser.add_argument("--out", type=Path, help="CSV to write")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    scores = left_out_scores(load_hosts(args.data, args.packages), seed=args.seed, jobs=args.jobs)
    table = accuracy_table(scores, seed=args.seed)
    if args.out is not None:
        table.write_csv(args.out)
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=240, fmt_str_lengths=40):
        sys.stdout.write(f"{table}\n")


if __name__ == "__main__":
    main()
