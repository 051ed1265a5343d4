"""The shipped model: trained from a corpus folder, written with its card."""

from __future__ import annotations

import csv
import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from spamlinks.errors import InputError
from spamlinks.model.bundle import SHIPPED, save_bundle
from spamlinks.model.card import shipped_card
from spamlinks.model.corpus import load_hosts
from spamlinks.model.evaluation import bootstrap, recall_at, roc_auc
from spamlinks.model.training import Trained, train_shipped

__all__ = ["figures", "recipe", "ship"]

_ROUNDS = 200


def ship(corpus: Path, output: Path, *, accuracy: Path, seed: int = 0, jobs: int = 1) -> Trained:
    """Train the shipped model from ``corpus`` and write it to ``output``.

    Parameters
    ----------
    corpus : folder with ``domains/`` and ``disavow/`` (see ``model.corpus``).
    output : model folder.
    accuracy : CSV of ``model.accuracy``, shown in the card; left out where it is absent.
    seed : same corpus and seed, same bytes.

    Raises
    ------
    InputError : the corpus cannot be read.
    """
    hosts = load_hosts(corpus)
    sources = recipe(corpus)
    trained = train_shipped(hosts, seed=seed, jobs=jobs, name=SHIPPED)
    counts = dict(hosts.group_by("kind").len().sort("kind").rows())
    left_out = _table(accuracy)
    metadata = {
        **trained.bundle.metadata,
        "corpus": {"hosts_by_kind": counts, "lists": sources},
        "figures": figures(trained),
        "left_out_sources": left_out,
        "versions": {name: version(name) for name in ("lightgbm", "numpy", "scikit-learn")},
    }
    bundle = trained.bundle.__class__(
        trained.bundle.name,
        trained.bundle.parts,
        trained.bundle.evidence,
        trained.bundle.lines,
        trained.bundle.cuts,
        trained.bundle.prior,
        metadata,
    )
    save_bundle(bundle, output, shipped_card(bundle, trained))
    return Trained(bundle, trained.examples, trained.margins)


def recipe(corpus: Path) -> list[dict[str, str]]:
    """The public lists of a corpus: source, path, licence, date and SHA-256 of each file.

    Raises InputError when ``domains/manifest.csv`` is missing or damaged.
    """
    manifest = corpus / "domains" / "manifest.csv"
    try:
        rows = list(csv.DictReader(manifest.read_text("utf-8").splitlines()))
        return [
            {
                "file": row["file"],
                "source": row["source"],
                "path": row["path"],
                "licence": row["licence"],
                "date": row["date"],
                "sha256": hashlib.sha256(
                    (corpus / "domains" / row["file"]).read_bytes()
                ).hexdigest(),
            }
            for row in rows
        ]
    except (OSError, KeyError) as error:
        raise InputError(
            str(manifest), f"cannot be used ({error})", "Check the corpus folder."
        ) from None


def figures(trained: Trained) -> list[dict[str, Any]]:
    """Figures of address-only rows on left-out networks, with intervals; real hosts only."""
    ex, out = trained.examples, []
    for kind, words in (
        ("smallweb", "small honest sites"),
        ("opendns_random", "random sites"),
        ("university", "universities"),
    ):
        rows = ex.is_real & ((ex.is_spam == 1) | (ex.kind == kind))
        y, margins = ex.is_spam[rows], trained.margins[rows]
        groups = pl.Series(ex.network[rows].tolist()).rank("dense").to_numpy().astype(np.int64)
        interval = bootstrap(roc_auc, y, margins, groups, rounds=_ROUNDS)
        out.append(
            {
                "name": f"ROC AUC, spam hosts against {words}",
                "view": "urls",
                "value": round(interval.value, 3),
                "low": round(interval.low, 3),
                "high": round(interval.high, 3),
                "note": "addresses only; judged by a model that saw no host of its network",
            }
        )
        if kind == "smallweb":
            found = bootstrap(recall_at(0.001), y, margins, groups, rounds=_ROUNDS)
            out.append(
                {
                    "name": "spam hosts found where 1 in 1,000 small honest sites is above the cut",
                    "view": "urls",
                    "value": round(found.value, 3),
                    "low": round(found.low, 3),
                    "high": round(found.high, 3),
                    "note": "addresses only, networks left out",
                }
            )
    return out


def _table(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    rows: list[dict[str, Any]] = json.loads(pl.read_csv(path).write_json())
    return rows
