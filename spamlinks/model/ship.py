"""The shipped model: trained from a corpus folder, written with its card."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.special import expit

from spamlinks.model.bundle import SHIPPED, ModelBundle, save_bundle
from spamlinks.model.card import shipped_card
from spamlinks.model.corpus import load_hosts
from spamlinks.model.drift import reference
from spamlinks.model.evaluation import average_precision, bootstrap, recall_at, roc_auc
from spamlinks.model.link_accuracy import link_table, read_rows
from spamlinks.model.reliability import Reliability
from spamlinks.model.sources import recipe
from spamlinks.model.training import PRIOR, Trained, train_shipped

__all__ = ["figures", "ship"]

_ROUNDS = 200


def ship(
    corpus: Path,
    output: Path,
    *,
    accuracy: Path,
    packages: Path | None = None,
    seed: int = 0,
    jobs: int = 1,
) -> Trained:
    """Train the shipped model from ``corpus`` and write it to ``output``.

    Parameters
    ----------
    corpus : folder with ``domains/`` and ``disavow/`` (see ``model.corpus``); exports in
        ``labelled/`` are measured and train nothing.
    output : model folder.
    accuracy : CSV of ``model.accuracy``, shown in the card; left out where it is absent.
    packages : folder with the wheels of ``model.packages``.
    seed : same corpus and seed, same bytes.

    Raises
    ------
    InputError : the corpus cannot be read.
    """
    hosts = load_hosts(corpus, packages)
    sources = recipe(corpus, packages)
    trained = train_shipped(hosts, seed=seed, jobs=jobs, name=SHIPPED)
    counts = dict(hosts.group_by("kind").len().sort("kind").rows())
    metadata = {
        **trained.bundle.metadata,
        "corpus": {"hosts_by_kind": counts, "lists": sources},
        "figures": figures(trained),
        "left_out_sources": _table(accuracy),
        "labelled_exports": _labelled(corpus, trained.bundle),
        "reference": reference(trained.examples.matrix, trained.examples.view),
        "versions": {name: version(name) for name in ("lightgbm", "numpy", "scikit-learn")},
    }
    bundle = replace(trained.bundle, metadata=metadata)
    save_bundle(bundle, output, shipped_card(bundle, trained))
    return replace(trained, bundle=bundle)


def _labelled(corpus: Path, bundle: ModelBundle) -> list[dict[str, Any]]:
    files = sorted((corpus / "labelled").glob("*.csv"))
    tables = [link_table(read_rows(path, bundle), bundle) for path in files]
    return [row for table in tables for row in table.to_dicts()]


def figures(trained: Trained) -> list[dict[str, Any]]:
    """Figures of address-only rows on left-out networks, with intervals; real hosts only."""
    ex, out = trained.examples, []
    codes = pl.Series(ex.network.tolist()).rank("dense").to_numpy().astype(np.int64)
    small = (ex.kind == "disavow_small") & ex.is_real
    every = (ex.is_spam == 1) & ex.is_real
    cases = (
        ("ROC AUC, hand-made disavow files against small honest sites", small, "smallweb", roc_auc),
        ("ROC AUC, all spam hosts against small honest sites", every, "smallweb", roc_auc),
        (
            "spam of hand-made files found where 1 in 1,000 small honest sites is above the cut",
            small,
            "smallweb",
            recall_at(0.001),
        ),
        (
            "average precision, hand-made disavow files among small honest sites",
            small,
            "smallweb",
            average_precision,
        ),
        (
            "ROC AUC, hand-made disavow files against random sites of a list that trained nothing",
            small,
            "opendns_random",
            roc_auc,
        ),
        ("ROC AUC, hand-made disavow files against popular sites", small, "popular", roc_auc),
        (
            "ROC AUC, hand-made disavow files against sites with preloaded https",
            small,
            "preload",
            roc_auc,
        ),
        ("ROC AUC, hand-made disavow files against universities", small, "university", roc_auc),
    )
    for words, spam, kind, metric in cases:
        rows = spam | (ex.is_real & (ex.kind == kind))
        found = bootstrap(
            metric, ex.is_spam[rows], trained.margins[rows], codes[rows], rounds=_ROUNDS
        )
        out.append(_figure(words, found.value, found.low, found.high))
    out.append(_figure("expected calibration error at the prior", calibration_error(trained)))
    return out


def _figure(words: str, value: float, low: float | None = None, high: float | None = None) -> Any:
    return {
        "name": words,
        "view": "urls",
        "value": round(value, 3),
        "low": None if low is None else round(low, 3),
        "high": None if high is None else round(high, 3),
        "note": "addresses only; judged by a model that saw no host of its network",
    }


def calibration_error(trained: Trained) -> float:
    """Expected calibration error of real hosts on left-out networks, spam weighing ``PRIOR``."""
    ex = trained.examples
    rows = ex.is_real & (ex.weight > 0)
    y = ex.is_spam[rows]
    weight = ex.weight[rows].copy()
    weight[y == 1] *= PRIOR / weight[y == 1].sum()
    weight[y == 0] *= (1 - PRIOR) / weight[y == 0].sum()
    odds = trained.bundle.log_odds(trained.margins[rows], ex.view[rows], PRIOR, units=True)
    return Reliability(y, np.asarray(expit(odds))).tally(weight).error


def _table(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    rows: list[dict[str, Any]] = json.loads(pl.read_csv(path).write_json())
    return rows
