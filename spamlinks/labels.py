"""Labelled exports: links with what somebody decided about them.

Labels come from a column of the export, from a file of domains and pages, or from past decisions:
a disavow file (spam) with or without a keep list (honest), a table of verdicts that somebody filled
in. 1 is spam, always.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.decided import DecisionList
from spamlinks.decisions import (
    HONEST_WORDS,
    SPAM_WORDS,
    Decisions,
    counted_are,
    few,
    past_decisions,
    read_labels,
)
from spamlinks.errors import InputError
from spamlinks.exports import Hints, Reading, guess_site, read_exports
from spamlinks.exports.catalog import normalise_header
from spamlinks.exports.keys import page_key
from spamlinks.policy import Verdict
from spamlinks.schema import VENDOR_VERDICTS
from spamlinks.urls import authorities, host_table

__all__ = ["Labelled", "linking_domains", "load_labelled"]


@dataclass(frozen=True)
class Labelled:
    """Links with their labels.

    Attributes
    ----------
    table : backlinks of all exports, n rows: columns of ``schema.FIELDS`` and the ``extra``
        headers asked for, without the label column.
    is_spam : float64 (n,): 1 spam, 0 honest, NaN without a label.
    sources : names of the exports that were read.
    site : the site that the links lead to, as given or guessed; None where neither.
    readings, refused : what was read, and what was left out with the reason.
    vendor_verdict : the vendor's verdict that serves as label, None for a label of one's own.
    notes : sentences for people.
    label_source : the column or the files that the labels come from.
    """

    table: pl.DataFrame
    is_spam: npt.NDArray[np.float64]
    sources: tuple[str, ...]
    site: str | None
    readings: tuple[Reading, ...]
    refused: tuple[InputError, ...] = ()
    vendor_verdict: str | None = None
    notes: tuple[str, ...] = ()
    label_source: str = ""

    @property
    def spam_rows(self) -> int:
        """Number of rows labelled spam."""
        return int((self.is_spam == 1).sum())

    @property
    def honest_rows(self) -> int:
        """Number of rows labelled honest."""
        return int((self.is_spam == 0).sum())

    @property
    def unlabelled_rows(self) -> int:
        """Number of rows without a label."""
        return int(np.isnan(self.is_spam).sum())

    @property
    def positive_unlabelled(self) -> bool:
        """Whether spam is known and nothing is known to be honest."""
        return self.spam_rows > 0 and self.honest_rows == 0


def load_labelled(
    exports: Iterable[Path | str],
    *,
    label: str = "is_spam",
    labels: Path | None = None,
    disavow: Path | None = None,
    keep: Path | None = None,
    decisions: DecisionList | None = None,
    site: str | None = None,
    hints: Hints | None = None,
    extra: Sequence[str] = (),
) -> Labelled:
    """Read exports with their labels.

    Parameters
    ----------
    exports : files and folders, read as ``audit`` reads them.
    label : header of the label column; used when none of the next four is given.
    labels : a file of domains or URLs with 1 (spam) or 0; see ``read_labels``.
    disavow, keep : a past disavow file and, with it or not, a keep list. Without one nothing is
        known to be honest: the outcome is ``positive_unlabelled``.
    decisions : what people decided, alone or with those two: DISAVOW is spam, KEEP is honest.
    site : the user's site; guessed from the exports when None.
    hints : what is known about the columns of exports that no format fits.
    extra : headers of further columns that are wanted, such as a vendor's score, as text.

    Raises
    ------
    InputError : a file cannot be used; labels contradict each other, are of one class, all stand
        on one linking domain, match no link, or are no labels.
    """
    beside = [way for way in (disavow, keep, decisions) if way is not None]
    if labels is not None and beside:
        other = "--disavow" if disavow is not None else "--keep" if keep else "--decisions"
        raise InputError(
            "labels", f"--labels and {other} were given together", "Give the labels in one way."
        )
    if keep is not None and disavow is None and decisions is None:
        raise InputError(
            "labels",
            "a keep list alone knows nothing that is spam",
            "Give the disavow file as well (--disavow FILE), or label a column.",
        )
    from_column = labels is None and not beside
    wanted = tuple(dict.fromkeys((*((label,) if from_column else ()), *extra)))
    refused: list[InputError] = []
    readings = read_exports(
        [Path(path) for path in exports],
        keep=wanted,
        refused=refused,
        hints=hints,
        site=site,
        apart=[
            path
            for path in (labels, disavow, keep, decisions.path if decisions else None)
            if path is not None
        ],
    )
    if not readings:
        raise refused[0] if refused else InputError("labels", "no export was given", "Give one.")
    table = pl.concat([reading.backlinks for reading in readings], how="diagonal_relaxed")
    sources = tuple(reading.source for reading in readings)
    names = few(sources)
    if not table.height:
        raise InputError(names, "no links in it", "Give an export with labelled links.")
    verdict: str | None = None
    notes: list[str] = []
    if from_column:
        is_spam, notes = _column_labels(table, label, names)
        verdict = _vendor_verdict(readings, label)
        if label not in extra:
            table = table.drop(label)
        label_source = f"column {label}"
    else:
        past = (
            read_labels(labels) if labels is not None else past_decisions(disavow, keep, decisions)
        )
        is_spam = past.labels(table)
        notes += _unmatched(is_spam, past, table, names)
        label_source = past.source
    if verdict is not None:
        notes.append(
            f"the label is a vendor's verdict ({verdict}): what is learned is to agree with it"
        )
    # Nothing is known to be honest where only spam was written down.
    one_class = labels is None and not from_column and keep is None and not _kept(decisions)
    _refuse_thin(is_spam, table, names, one_class=one_class)
    return Labelled(
        table,
        is_spam,
        sources,
        site if site is not None else guess_site(readings),
        tuple(readings),
        tuple(refused),
        verdict,
        tuple(notes),
        label_source,
    )


def _kept(decisions: DecisionList | None) -> bool:
    decided = () if decisions is None else decisions.by_name.values()
    return any(decision.verdict == Verdict.KEEP for decision in decided)


def linking_domains(table: pl.DataFrame) -> pl.Series:
    """Linking domain of each row; where there is none, the authority as it stands."""
    names = authorities(table["referring_page"])
    hosts = host_table(names).with_columns(
        domain=pl.when(pl.col("problem").is_null()).then("linking_domain").otherwise("authority")
    )
    return (
        names.alias("authority")
        .to_frame()
        .join(
            hosts.select("authority", "domain"), on="authority", how="left", maintain_order="left"
        )
        .select(pl.col("domain").fill_null(""))
        .to_series()
    )


def _refuse_thin(
    is_spam: npt.NDArray[np.float64], table: pl.DataFrame, names: str, *, one_class: bool
) -> None:
    known = ~np.isnan(is_spam)
    rows, spam = int(known.sum()), int((is_spam == 1).sum())
    if not rows:
        hint = "Fill the column: 1 or 0, true or false, spam or ham."
        raise InputError(names, f"none of {table.height:,} rows has a label", hint)
    if one_class and not spam:
        raise InputError(names, "nothing in it is disavowed", "Give the disavow file of this site.")
    if not one_class and spam in (0, rows):
        only, other = ("spam", "honest") if spam else ("honest", "spam")
        hint = f"Label some that are {other} too" + (
            ", or give the spam as a list with --disavow FILE, which needs no honest ones."
            if spam
            else "."
        )
        raise InputError(
            names, f"all {rows:,} labelled rows are {only}, none is labelled {other}", hint
        )
    domains = linking_domains(table.filter(pl.Series(known)))
    if domains.n_unique() == 1:
        raise InputError(
            names,
            f"all {rows:,} labelled rows are of one linking domain ({domains[0]})",
            "Label links of several domains: what holds for one says nothing about others.",
        )


# Labels in a column.


def _column_labels(
    table: pl.DataFrame, label: str, source: str
) -> tuple[npt.NDArray[np.float64], list[str]]:
    text = table[label].cast(pl.String).str.strip_chars().str.to_lowercase()
    values = sorted(set(text.drop_nulls().unique().to_list()) - {""})
    strange = [value for value in values if value not in SPAM_WORDS | HONEST_WORDS]
    if strange:
        many = f" (one of {len(values):,} different values)" if len(values) > 2 else ""
        hint = "Use 1 or 0, true or false, spam or ham; leave a cell empty where you do not know."
        raise InputError(
            source,
            f"column {label!r} holds {strange[0][:40]!r}, which is no label{many}",
            "A vendor's score is no label: compare with it instead." if len(values) > 20 else hint,
        )
    spam, honest = text.is_in(list(SPAM_WORDS)), text.is_in(list(HONEST_WORDS))
    is_spam = np.where(
        spam.fill_null(value=False).to_numpy(),
        1.0,
        np.where(honest.fill_null(value=False).to_numpy(), 0.0, np.nan),
    )
    known = table.select("referring_page").with_columns(y=pl.Series(is_spam)).drop_nans("y")
    mixed = _of_both(page_key(known["referring_page"]), known["y"])
    if mixed:
        raise InputError(
            source,
            f"{counted_are(len(mixed), 'page')} labelled both spam and honest ({few(mixed)})",
            "Decide which it is; one page has one label.",
        )
    split = _of_both(linking_domains(known), known["y"])
    notes = []
    if split:
        notes.append(
            f"{counted_are(len(split), 'linking domain')} labelled both spam and honest, page by "
            f"page ({few(split)}): each page keeps its own label"
        )
    return is_spam, notes


def _of_both(keys: pl.Series, y: pl.Series) -> list[str]:
    """Keys that stand with both labels, sorted."""
    frame = pl.DataFrame({"key": keys, "y": y})
    both = frame.group_by("key").agg(pl.col("y").n_unique()).filter(pl.col("y") > 1)
    return sorted(both["key"].to_list())


def _vendor_verdict(readings: Sequence[Reading], label: str) -> str | None:
    """The vendor's verdict that a label column holds, by its header in each export's format."""
    header = normalise_header(label)
    found = {
        column.field
        for reading in readings
        for column in reading.format.columns_for(header)
        if column.field in VENDOR_VERDICTS
    }
    return label if label in VENDOR_VERDICTS else min(found, default=None)


def _unmatched(
    is_spam: npt.NDArray[np.float64], decisions: Decisions, table: pl.DataFrame, names: str
) -> list[str]:
    """How many decisions are about nothing in the exports; InputError where all are."""
    many = len(decisions.hosts) + len(decisions.pages)
    if np.isnan(is_spam).all():
        raise InputError(
            decisions.source,
            f"none of its {many:,} domains and pages links in {names}",
            "Give the export of the site that these decisions are about.",
        )
    found = decisions.matched(table)
    if found == many:
        return []
    verb = "does" if many - found == 1 else "do"
    return [
        f"{decisions.source}: {many - found:,} of its {many:,} domains and pages {verb} not link "
        f"in {names}"
    ]
