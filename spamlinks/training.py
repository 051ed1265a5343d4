"""Training from files: labelled exports in, a model folder out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.before_after import (
    BeforeAfter,
    at_found_share,
    compare_verdicts,
    judged,
    picked_by_looks,
    profile_of,
)
from spamlinks.decided import DecisionList
from spamlinks.decisions import few
from spamlinks.errors import InputError
from spamlinks.exports import Hints
from spamlinks.labels import Labelled, linking_domains, load_labelled
from spamlinks.model.bundle import ModelBundle, load_bundle, refuse_folder, save_bundle
from spamlinks.model.card import own_card
from spamlinks.model.groups import row_groups
from spamlinks.model.leaks import refuse_leaks
from spamlinks.model.own import OwnTraining, count_labels, train_own
from spamlinks.model.unlabelled import Belief, believe
from spamlinks.pipeline import Settings, Stage, site_label
from spamlinks.policy import SITUATIONS
from spamlinks.preparing import with_known
from spamlinks.signals.kernel import blocks, encode, signals
from spamlinks.signals.text import documents

__all__ = ["MAX_DOMAIN_ROWS", "MAX_ROWS", "Outcome", "train"]

MAX_ROWS = 10_000
"""Of each class at most so many rows are trained on: more take long and say little more."""

MAX_DOMAIN_ROWS = 200


@dataclass(frozen=True)
class Outcome:
    """What ``train`` did: the training, how many rows had which label, files left out, notes.

    ``verdicts`` are those on the links that were read, with the start and with the new model;
    ``assumes`` says in words where the share of spam comes from that scores assume.
    """

    training: OwnTraining
    spam_rows: int
    honest_rows: int
    unlabelled_rows: int
    refused: tuple[InputError, ...] = ()
    notes: tuple[str, ...] = ()
    verdicts: BeforeAfter | None = None
    assumes: str = ""


def train(
    labelled: Sequence[Path | str],
    output: Path,
    *,
    label: str = "is_spam",
    labels: Path | None = None,
    disavow: Path | None = None,
    keep: Path | None = None,
    decisions: DecisionList | None = None,
    brands: tuple[str, ...] = (),
    site: str | None = None,
    model: Path | None = None,
    seed: int = 0,
    jobs: int = 0,
    accept_leaks: bool = False,
    hints: Hints | None = None,
    store: Path | None = None,
    stage: Stage | None = None,
) -> Outcome:
    """Train on labelled exports and write the model to ``output``.

    Labels come from ``labels`` or from ``disavow``, ``keep`` and ``decisions`` when given, else
    from the column ``label``. Rows without a label shape the profile signals and do not train,
    unless nothing is known to be honest: then they count as honest as far as the start believes it.

    Parameters
    ----------
    labelled : exports, read as ``audit`` reads them.
    output : folder for the model, made if absent.
    labels, disavow, keep, decisions : labels beside the export; see ``labels.load_labelled``.
    jobs : processes for the folds, 0 = all cores.
    accept_leaks : train although one signal alone tells the label.
    hints : what is known about the columns of exports that no format fits.
    store : what 'spamlinks enrich' looked up for these links.

    Raises
    ------
    InputError : a file cannot be used, or its labels cannot (``load_labelled``).
    TrainingError : too few labels of a class, a class that is one network, or one signal that
        alone tells the label.
    OutputError : ``output`` is a file, holds something else, or cannot be written.
    """
    tell = stage or (lambda name, done, total: None)
    refuse_folder(output)  # before the work, not after it
    tell("reading", 0, 0)
    data = load_labelled(
        labelled, label=label, labels=labels, disavow=disavow, keep=keep, decisions=decisions,
        site=site, hints=hints,
    )  # fmt: skip
    looked_up = Settings(store=store)
    table, _, of_store = with_known(data.table, looked_up, data.site)
    data = replace(data, table=table, notes=(*data.notes, *of_store))
    start = load_bundle(model)
    brands = (*brands, *site_label(data.site))
    frame, tables = encode(data.table, start.evidence, brands=brands)
    unlabelled = data.positive_unlabelled
    named = (data.is_spam == 1).astype(np.int8)
    domain = frame["_domain"].to_numpy().astype(np.int64)
    known = np.ones(len(named), np.bool_) if unlabelled else ~np.isnan(data.is_spam)
    count_labels(named[known], domain[known], unlabelled=unlabelled)
    at = _drawn(np.flatnonzero(known), named, domain, seed)
    rows = frame[at]
    matrix = np.concatenate([signals(block, tables) for block in blocks(rows)])
    if not accept_leaks:
        refuse_leaks(data.table[at], matrix, named[at], domain[at], start, few(data.sources))
    tell("scoring", 0, 0)
    names, said = linking_domains(data.table), _said(data)
    links, _, _ = with_known(_profile(data), looked_up, data.site)
    before = judged(start, links, brands, data.site)
    free = before.filter("may_disavow")["linking_domain"]
    tell("training", 0, 0)
    every = _nearly_all(known & ~np.isnan(data.is_spam), domain)
    # Who writes a list of spam and one of what to keep picks by the answer: the lengths of the
    # lists say nothing about the share of spam. Other labels are held against the whole export.
    by_answer = unlabelled or (disavow is not None and decisions is None)
    belief = believe(start, matrix, named[at] == 1, domain[at]) if unlabelled else None
    training = train_own(
        matrix,
        named[at],
        domain[at],
        start,
        groups=row_groups(data.table)[at],
        texts=documents(rows) if "referring_page_title" in rows.columns else None,
        target=None if belief is None else belief.target,
        prior=start.prior if by_answer and not every else None,
        selected=not by_answer and not every,
        may_disavow=names[at].is_in(free.implode()).to_numpy(),
        name=output.name,
        seed=seed,
        jobs=jobs or -1,
        metadata={
            "made_on": datetime.now(UTC).date().isoformat(),
            "data_sha256": {reading.source: reading.sha256 for reading in data.readings},
            "rows": {"spam": data.spam_rows, "honest": data.honest_rows,
                     "unlabelled": data.unlabelled_rows, "trained_on": len(at)},
            "versions": {name: version(name) for name in ("lightgbm", "numpy", "scikit-learn")},
            "label_source": data.label_source,
            "labels_sha256": hashlib.sha256(data.is_spam.tobytes()).hexdigest(),
            "vendor_verdict": data.vendor_verdict,
            "unlabelled": None if belief is None else {
                "spam_share": round(belief.spam_share, 4),
                "named_share": round(belief.named_share, 4),
            },
        },
    )  # fmt: skip
    tell("comparing", 0, 0)
    by_looks = picked_by_looks(before, said)
    if training.share and not by_answer and not every:
        found = at_found_share(training.bundle, links, brands, said, by_looks=by_looks)
        training = replace(training, bundle=found)
    after = judged(training.bundle, links, brands, data.site) if training.share else before
    verdicts = compare_verdicts(before, after)
    tell("writing", 0, 0)
    notes = [
        *data.notes,
        *_notes(belief, len(at), int(known.sum())),
        *_disputed(training, start.name, domain, names),
    ]
    moves = verdicts.sentence(start.name)
    card = own_card(training, ", ".join(data.sources), notes, moves)
    facts = {**training.bundle.metadata, "verdicts": verdicts.to_dict()}
    save_bundle(replace(training.bundle, metadata=facts), output, card)
    return Outcome(
        training,
        data.spam_rows,
        data.honest_rows,
        data.unlabelled_rows,
        data.refused,
        tuple(notes),
        verdicts,
        _assumes(training, start, by_answer=by_answer, every=every, by_looks=by_looks),
    )


def _profile(data: Labelled) -> pl.DataFrame:
    """The links as an audit judges them; as they were read where an audit would refuse them."""
    try:
        return profile_of(data.readings, data.site)
    except InputError:
        return data.table


def _said(data: Labelled) -> dict[str, float]:
    """Share of spam rows of each labelled linking domain."""
    rows = pl.DataFrame({"name": linking_domains(data.table), "y": data.is_spam})
    return dict(rows.drop_nans("y").group_by("name").agg(pl.col("y").mean()).rows())


def _drawn(
    known: npt.NDArray[np.int64],
    named: npt.NDArray[np.int8],
    domain: npt.NDArray[np.int64],
    seed: int,
) -> npt.NDArray[np.int64]:
    """Rows to train on: all of them, or of each class whole domains up to ``MAX_ROWS`` rows.

    No domain gives more than ``MAX_DOMAIN_ROWS``: its further links say nothing new about it.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(known)
    place = pl.DataFrame({"d": domain[order]}).select(pl.int_range(pl.len()).over("d")).to_series()
    kept = order[place.to_numpy() < MAX_DOMAIN_ROWS]
    spam = np.unique(domain[known][named[known] == 1])
    chosen = []
    for is_spam in (True, False):
        rows = kept[np.isin(domain[kept], spam) == is_spam]
        if len(rows) > MAX_ROWS:
            shuffled = pl.Series(domain[rows]).unique(maintain_order=True).to_numpy()
            size = np.cumsum(np.bincount(domain[rows])[shuffled])
            rows = rows[np.isin(domain[rows], shuffled[size <= MAX_ROWS])]
        chosen.append(rows)
    return np.sort(np.concatenate(chosen))


ALL_LABELLED = 0.8
"""From this share of labelled linking domains on, their share of spam is the profile's own; below,
it tells whom somebody picked, and scores assume the start's prior."""


def _nearly_all(labelled: npt.NDArray[np.bool_], domain: npt.NDArray[np.int64]) -> bool:
    every, named = len(np.unique(domain)), len(np.unique(domain[labelled]))
    return named >= ALL_LABELLED * every


def _assumes(
    training: OwnTraining, start: ModelBundle, *, by_answer: bool, every: bool, by_looks: bool
) -> str:
    """Where the share of spam comes from that scores assume, in words."""
    if not training.share or (by_answer and not every):
        lists = "; the lengths of lists say nothing about it" if by_answer else ""
        return f"as {start.name} does{lists}"
    if every:
        return "the share that is labelled spam, for nearly every domain has a label"
    how = (
        "labelled were domains that look bad, so scores stand as labelled and the rest counts as "
        "the new model believes"
        if by_looks
        else "as labelled, and in the rest as much as its scores tell"
    )
    return f"{how}; the promise of DISAVOW is kept at {min(start.prior, training.bundle.prior):.0%}"


def _disputed(
    training: OwnTraining, start: str, domain: npt.NDArray[np.int64], names: pl.Series
) -> list[str]:
    """What the labels say against the start's cut for DISAVOW where nothing else is said."""
    wanted = SITUATIONS["none"]
    at = next((d for d in training.disputes if abs(d.precision - wanted) < 1e-9), None)
    if at is None:
        return []
    named = pl.DataFrame({"code": domain, "name": names}).unique("code", keep="first")
    honest = sorted(named.filter(pl.col("code").is_in(list(at.domains)))["name"].to_list())
    one = at.honest == 1
    said = (
        f"of {at.said:,} labelled linking domains that {start} would disavow at {wanted:.2f} and "
        f"the new model with it, {at.honest:,} {'is' if one else 'are'} labelled honest "
        f"({few(honest)}): look at {'it' if one else 'them'} again"
    )
    if not at.lifted:
        return [said]
    kept = [d.precision for d in training.disputes if d.lifted]
    return [
        f"{said}. These are too many for that promise, so the cuts of {start} are not in force at "
        f"{', '.join(f'{p:.2f}' for p in kept)}; a lower --precision may still give DISAVOW"
    ]


def _notes(belief: Belief | None, used: int, known: int) -> list[str]:
    out = []
    if belief is not None:
        out.append(
            "nothing is known to be honest: rows without a label count as honest as far as the "
            f"start believes it; estimated share of spam {belief.spam_share:.0%}, of which the "
            f"labels name {belief.named_share:.0%}"
        )
    if used < known:
        out.append(f"{used:,} of {known:,} rows were trained on, drawn by linking domain")
    return out
