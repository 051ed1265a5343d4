"""Training from files: labelled exports in, a model folder out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from spamlinks.errors import InputError
from spamlinks.exports import Hints
from spamlinks.labels import load_labelled
from spamlinks.model.bundle import load_bundle, refuse_folder, save_bundle
from spamlinks.model.card import own_card
from spamlinks.model.own import OwnTraining, train_own
from spamlinks.pipeline import Stage, site_label
from spamlinks.signals.kernel import blocks, encode, signals

__all__ = ["Outcome", "train"]


@dataclass(frozen=True)
class Outcome:
    """What ``train`` did: the training, how many rows had which label, and files left out."""

    training: OwnTraining
    spam_rows: int
    honest_rows: int
    unlabelled_rows: int
    refused: tuple[InputError, ...] = ()


def train(
    labelled: Sequence[Path | str],
    output: Path,
    *,
    label: str = "is_spam",
    labels: Path | None = None,
    disavow: Path | None = None,
    keep: Path | None = None,
    brands: tuple[str, ...] = (),
    site: str | None = None,
    model: Path | None = None,
    seed: int = 0,
    jobs: int = 0,
    hints: Hints | None = None,
    stage: Stage | None = None,
) -> Outcome:
    """Train on labelled exports and write the model to ``output``.

    Labels come from ``labels`` or from ``disavow`` and ``keep`` when given, else from the column
    ``label``. Rows without a label are scored along (they shape the profile signals) and do not
    train.

    Parameters
    ----------
    labelled : exports, read as ``audit`` reads them.
    output : folder for the model, made if absent.
    labels, disavow, keep : labels beside the export, as ``labels.load_labelled`` reads them.
    jobs : processes for the folds, 0 = all cores.
    hints : what is known about the columns of exports that no format fits.

    Raises
    ------
    InputError : a file cannot be used, the label column is missing or has other values.
    TrainingError : too few labels of a class.
    OutputError : ``output`` is a file, holds something else, or cannot be written.
    """
    tell = stage or (lambda name, done, total: None)
    refuse_folder(output)  # before the work, not after it
    tell("reading", 0, 0)
    data = load_labelled(
        labelled, label=label, labels=labels, disavow=disavow, keep=keep, site=site, hints=hints
    )
    table, y, names = data.table, data.is_spam, ", ".join(data.sources)
    known = np.flatnonzero(~np.isnan(y))
    start = load_bundle(model)
    frame, tables = encode(table, start.evidence, brands=(*brands, *site_label(data.site)))
    matrix = np.concatenate([signals(block, tables) for block in blocks(frame)])[known]
    tell("training", 0, 0)
    digests = {reading.source: reading.sha256 for reading in data.readings}
    training = train_own(
        matrix,
        y[known].astype(np.int8),
        frame["_domain"].to_numpy().astype(np.int64)[known],
        start,
        name=output.name,
        seed=seed,
        jobs=jobs or -1,
        metadata={
            "made_on": datetime.now(UTC).date().isoformat(),
            "data_sha256": digests,
            "rows": len(known),
            "versions": {name: version(name) for name in ("lightgbm", "numpy", "scikit-learn")},
            "labels_sha256": hashlib.sha256(y.tobytes()).hexdigest(),
        },
    )
    tell("writing", 0, 0)
    save_bundle(training.bundle, output, own_card(training, names))
    return Outcome(training, data.spam_rows, data.honest_rows, data.unlabelled_rows, data.refused)
