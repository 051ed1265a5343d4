"""Training from files: labelled exports in, a model folder out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl

from spamlinks.disavow import DisavowFile
from spamlinks.errors import InputError, TrainingError
from spamlinks.exports import Hints, guess_site, read_exports
from spamlinks.model.bundle import load_bundle, refuse_folder, save_bundle
from spamlinks.model.card import own_card
from spamlinks.model.own import OwnTraining, train_own
from spamlinks.pipeline import Stage, site_label
from spamlinks.policy import KeepList
from spamlinks.signals.kernel import blocks, encode, signals
from spamlinks.urls import authority_expr, linking_domain, parse_host

__all__ = ["Outcome", "read_labels", "train"]

_SPAM = frozenset("1 1.0 true yes y t spam toxic bad disavow x".split())
_HONEST = frozenset("0 0.0 false no n f ham good honest keep ok".split())


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
    labels : CSV whose first column is a domain or URL and whose second is 1 (spam) or 0.
    disavow, keep : a past disavow file (what it covers is spam) and a keep list (honest).
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
    from_column = labels is None and disavow is None and keep is None
    kept = (label,) if from_column else ()
    refused: list[InputError] = []
    readings = read_exports(
        [Path(p) for p in labelled],
        keep=kept,
        refused=refused,
        hints=hints,
        site=site,
        apart=[path for path in (labels, disavow, keep) if path is not None],
    )
    if not readings and refused:
        raise refused[0]
    table = pl.concat([r.backlinks for r in readings], how="diagonal")
    names = ", ".join(reading.source for reading in readings)
    if not table.height:
        raise TrainingError(names, "no links in it", "Give an export with labelled links.")
    if from_column:
        y = _column_labels(table[label], names, label)
        table = table.drop(label)
    elif labels is not None:
        y = _file_labels(table, labels)
    else:
        y = _decided_labels(table, disavow, keep)
    known = np.flatnonzero(~np.isnan(y))
    start = load_bundle(model)
    site = site if site is not None else guess_site(readings)
    frame, tables = encode(table, start.evidence, brands=(*brands, *site_label(site)))
    matrix = np.concatenate([signals(block, tables) for block in blocks(frame)])[known]
    tell("training", 0, 0)
    digests = {reading.source: reading.sha256 for reading in readings}
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
    spam = int((y == 1).sum())
    return Outcome(training, spam, len(known) - spam, len(y) - len(known), tuple(refused))


def _column_labels(column: pl.Series, source: str, label: str) -> np.ndarray:
    text = column.cast(pl.String).str.strip_chars().str.to_lowercase()
    values = set(text.drop_nulls().unique().to_list()) - {""}
    strange = sorted(values - _SPAM - _HONEST)
    if strange:
        raise InputError(
            source,
            f"column {label!r} holds {strange[0][:40]!r}, which is no label",
            "Use 1 or 0, true or false, spam or ham; leave a cell empty where you do not know.",
        )
    return _as_array(text)


def _as_array(text: pl.Series) -> np.ndarray:
    spam = text.is_in(list(_SPAM)).fill_null(value=False).to_numpy()
    honest = text.is_in(list(_HONEST)).fill_null(value=False).to_numpy()
    return np.where(spam, 1.0, np.where(honest, 0.0, np.nan))


def read_labels(path: Path) -> dict[str, int]:
    """Read a labels file: linking domain -> 1 (spam) or 0.

    A header is optional. Raises InputError for a file that cannot be read, a label that is none,
    and a domain that has both labels.
    """
    hint = "Give two columns: a domain or URL, and 1 (spam) or 0."
    try:
        frame = pl.read_csv(path, infer_schema=False, has_header=False, truncate_ragged_lines=True)
    except (OSError, pl.exceptions.PolarsError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(path.name, f"cannot be read ({first})", hint) from None
    if frame.width < 2:
        raise InputError(path.name, "it has one column", hint)
    out: dict[str, int] = {}
    for number, (name, text) in enumerate(frame.select(frame.columns[:2]).iter_rows(), start=1):
        domain = linking_domain(name or "")
        word = (text or "").strip().lower()
        if word not in _SPAM | _HONEST:
            if number == 1:
                continue
            raise InputError(path.name, f"line {number}: {word[:40]!r} is no label", hint)
        if not domain:
            raise InputError(
                path.name, f"line {number}: {(name or '')[:80]!r} is no domain or URL", hint
            )
        value = int(word in _SPAM)
        if out.setdefault(domain, value) != value:
            raise InputError(
                path.name, f"{domain} is labelled both spam and honest", "Decide which it is."
            )
    return out


def _domains(table: pl.DataFrame) -> pl.Series:
    authorities = table.select(authority_expr().alias("a"))["a"]
    distinct = authorities.unique()
    names = [parse_host(text or "").linking_domain for text in distinct]
    return authorities.replace_strict(distinct, pl.Series(names, dtype=pl.String))


def _file_labels(table: pl.DataFrame, path: Path) -> np.ndarray:
    found = read_labels(path)
    domains = _domains(table)
    return np.array([found.get(domain, np.nan) for domain in domains], dtype=np.float64)


def _decided_labels(table: pl.DataFrame, disavow: Path | None, keep: Path | None) -> np.ndarray:
    """1 for what a past disavow file covers, 0 for what the keep list names, else unknown."""
    if disavow is None or keep is None:
        raise InputError(
            "labels",
            "a disavow file and a keep list are needed together",
            "Give --disavow FILE and --keep FILE, or label a column.",
        )
    past = DisavowFile.parse(_bytes(disavow), disavow.name)
    kept = KeepList.parse(_bytes(keep), keep.name)
    hosts = {linking_domain(host) for host in kept.hosts_inside()}
    out = []
    for page, domain in zip(table["referring_page"], _domains(table), strict=True):
        good = domain in hosts
        bad = past.covers(page) is not None
        out.append(np.nan if good == bad else float(bad))
    return np.array(out)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            path.name, f"cannot be read ({error.strerror})", "Check the path and its permissions."
        ) from None
