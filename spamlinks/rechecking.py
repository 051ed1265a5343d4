"""An old disavow file looked at again with today's exports: what each line still does.

Nothing is removed here by itself: that somebody thought a site was spam is evidence, and a model
that finds only a part of all spam is no proof of the contrary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from spamlinks.disavow import DisavowFile, Entry, Kind, read_disavow
from spamlinks.errors import InputError
from spamlinks.old_lines import COLUMNS, SCHEMA, Found, OldLines
from spamlinks.pipeline import Settings, Stage, audit

__all__ = ["COLUMNS", "Found", "Recheck", "recheck"]


@dataclass(frozen=True)
class Recheck:
    """The outcome: ``lines`` with ``COLUMNS``, one row per line that is or means to be an entry.

    ``effect`` says what taking the line out would do. ``spam_score`` is the worst of the domains
    that the line covers, of a URL line that of its page; null where there is no link. ``live`` is
    the file, ``run`` the facts of the audit behind it. ``against_owner`` numbers the lines that
    disavow the own site, then those that disavow what the keep list or a comment spares.
    """

    lines: pl.DataFrame
    live: DisavowFile
    run: dict[str, Any]
    against_owner: tuple[int, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Number of lines by finding, all findings included."""
        found = dict(self.lines["finding"].value_counts().rows())
        return {item.value: int(found.get(item.value, 0)) for item in Found}

    def counting_again(self, new: DisavowFile) -> tuple[int, int]:
        """Return how many entries of ``live`` no line of ``new`` covers, and how many links.

        A line that another covered counts with its own links when both go.
        """
        gone = {
            line.number: Entry(line.kind, line.value)
            for line in self.live.entries
            if new.covers(line.value) is None
        }
        numbers = pl.Series(sorted(gone), dtype=pl.UInt32)
        rows = self.lines.filter(pl.col("line").is_in(numbers.implode()))
        return len(set(gone.values())), int(rows["links"].sum())


def recheck(
    live: Path | DisavowFile,
    exports: Sequence[Path | str],
    settings: Settings | None = None,
    *,
    stage: Stage | None = None,
) -> Recheck:
    """Examine each line of a disavow file with today's exports; nothing is changed.

    Parameters
    ----------
    live : the file that Google holds.
    exports : as for ``audit``; a disavow file among them is set aside.
    settings : as for ``audit``; its ``disavow`` is not used.

    Returns
    -------
    Recheck.

    Raises
    ------
    InputError : the file or an export cannot be used, or the exports hold no link: then nothing can
        be said about any line.
    """
    file = live if isinstance(live, DisavowFile) else read_disavow(live)
    # Named, so that other lists among the exports do not leave open which one is meant.
    path = None if isinstance(live, DisavowFile) else Path(live)
    settings = replace(settings or Settings(), disavow=path)
    outcome = audit(exports, settings, as_if_new=True, stage=stage)
    if not outcome.links.height:
        raise InputError(
            "recheck",
            "the exports hold no link",
            "Without links nothing can be said of a line; give an export that has some.",
        )
    # What run["prior"] says is rounded.
    prior = outcome.run["prior"] if settings.prior in (None, "auto") else settings.prior
    rows = OldLines(file, outcome, float(prior))
    lines = [line for line in file.lines if line.is_entry or line.kind is Kind.INVALID]
    table = pl.DataFrame([rows.of(line) for line in lines], schema=SCHEMA, orient="row")
    ranks = {line.number: spared[0] for line in lines if (spared := rows.spared(line))}
    first = tuple(sorted(ranks, key=lambda number: (ranks[number], number)))
    return Recheck(table, file, outcome.run, first)
