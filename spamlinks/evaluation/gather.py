"""The links that are measured: merged as an audit merges them, each with its label."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.errors import InputError
from spamlinks.evaluation.compared import Compared
from spamlinks.exports import Merged, Reading, merge
from spamlinks.exports.site import split_by_site
from spamlinks.labels import Labelled
from spamlinks.pipeline import Settings
from spamlinks.preparing import with_known
from spamlinks.presence import Presence, link_presence, search_console
from spamlinks.schema import FIELDS
from spamlinks.simulate import generated_files

__all__ = ["Rows", "gather"]

Floats = npt.NDArray[np.float64]

_LABEL, _THEIRS = "_label", "_theirs"


@dataclass(frozen=True)
class Rows:
    """One row per link, as ``audit`` would score it.

    Attributes
    ----------
    table : n links; columns of the schema.
    is_spam : float64 (n,): 1 spam, 0 honest, NaN where there is no label or it does not count.
    theirs : the compared column, float64 (n,), NaN where it is not known; None without one.
    merged, presence : where the records went, and what Search Console tells.
    refused : exports about another site, and those of internal links.
    made_up : why rows are no evidence, by file; empty where real rows are counted.
    notes : sentences for people.
    """

    table: pl.DataFrame
    is_spam: Floats
    theirs: Floats | None
    merged: Merged
    presence: Presence
    refused: tuple[InputError, ...]
    made_up: dict[str, str]
    notes: tuple[str, ...]


def gather(labelled: Labelled, settings: Settings, compared: Compared | None = None) -> Rows:
    """Merge labelled exports into one row per link, and set aside what is no evidence.

    Links from the own site are left out as in an audit. Labels of generated rows count only where
    there are no real ones of both classes.

    Raises
    ------
    InputError : only spam is labelled, no link is left, or the exports are about different sites
        and none was named.
    """
    if labelled.positive_unlabelled:
        raise InputError(
            "labels",
            "only spam is labelled, so nothing tells how often honest domains are hit",
            "Give domains that you decided to keep with --keep FILE.",
        )
    readings, elsewhere = split_by_site(_with_columns(labelled, compared), settings.site)
    if not readings:
        raise elsewhere[0]
    refused: list[InputError] = [*elsewhere]
    merged = merge(readings, labelled.site, refused)
    table = merged.backlinks
    if not table.height:
        raise InputError("labels", "no link from another site is left", "Check --site.")
    y = _numbers(table[_LABEL])
    theirs = _numbers(table[_THEIRS]) if compared is not None else None
    table = table.drop(_LABEL, _THEIRS, strict=False)
    presence = search_console(merged.readings, labelled.site)
    table = table.with_columns(in_search_console=link_presence(table, presence))
    table, _, said = with_known(table, settings, labelled.site)
    notes = [*_own_notes(labelled), *merged.notes, *said]
    made_up = generated_files(table)
    if made_up:
        generated = table["export_file"].is_in(list(made_up)).to_numpy()
        real = ~generated & ~np.isnan(y)
        if {0.0, 1.0} <= set(y[real].tolist()):
            y = np.where(generated, np.nan, y)
            notes += [f"{file}: not counted, {why}" for file, why in made_up.items()]
            made_up = {}
    return Rows(table, y, theirs, merged, presence, tuple(refused), made_up, tuple(notes))


def _with_columns(labelled: Labelled, compared: Compared | None) -> list[Reading]:
    """The readings with labels and the compared values beside their links, nothing else added."""
    values = {_LABEL: labelled.is_spam}
    if compared is not None:
        values[_THEIRS] = compared.values
    out, start = [], 0
    for reading in labelled.readings:
        known = [name for name in reading.backlinks.columns if name in FIELDS]
        end = start + reading.backlinks.height
        added = [
            pl.Series(name, column[start:end], dtype=pl.Float64).fill_nan(None)
            for name, column in values.items()
        ]
        out.append(replace(reading, backlinks=reading.backlinks.select(known).hstack(added)))
        start = end
    return out


def _numbers(column: pl.Series) -> Floats:
    return column.fill_null(np.nan).to_numpy().astype(np.float64)


def _own_notes(labelled: Labelled) -> list[str]:
    """What the labels have to say; that they are a vendor's is said in the facts."""
    verdict = labelled.vendor_verdict
    return [note for note in labelled.notes if verdict is None or verdict not in note]
