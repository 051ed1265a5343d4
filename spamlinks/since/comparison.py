"""Two runs compared: counts, changes with reasons, and notes on how far they can be compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from spamlinks.errors import InputError
from spamlinks.pipeline import Audit
from spamlinks.report.text import clean
from spamlinks.since.causes import Circumstances, why_changed
from spamlinks.since.changes import beside, changes_of, counts_of
from spamlinks.since.facts import Facts, facts_of
from spamlinks.since.finished import Finished, read_finished
from spamlinks.since.networks import notes_on_networks, renamed_networks
from spamlinks.since.notes import differing_settings, notes_on
from spamlinks.urls import linking_domain

__all__ = ["LISTED", "Comparison", "compare_runs", "compared", "read_earlier"]

LISTED = 500
"""So many changes stand in run.json; changes.csv has all."""


@dataclass(frozen=True)
class Comparison:
    """What became of each linking domain between two runs.

    ``run`` says which run was the earlier one (created, model, site, file), ``counts`` how many
    domains are new, gone, worse, better and the same; ``changes`` has a row for each that is not
    the same, worst first, with the columns of ``changes.CHANGE_COLUMNS``; ``notes`` are sentences
    on how far the runs can be compared.
    """

    run: dict[str, Any]
    counts: dict[str, int]
    changes: pl.DataFrame
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For run.json, with the first ``LISTED`` changes; ``more`` counts the others."""
        shown = self.changes.head(LISTED).select(
            "linking_domain", "change", "before", "after", "score_before", "score_after", "why"
        )
        listed = [
            {**row, "linking_domain": clean(row["linking_domain"], 260)}
            for row in shown.iter_rows(named=True)
        ]
        return {
            "run": self.run,
            "counts": self.counts,
            "changes": listed,
            "more": self.changes.height - len(listed),
            "notes": list(self.notes),
        }


def compare_runs(before: Path | str, after: Path | str) -> Comparison:
    """Compare two finished runs by what they wrote; nothing is read but run.json and domains.csv.

    Parameters
    ----------
    before, after : run.json of an audit, or its folder.

    Raises
    ------
    InputError : one of them cannot be read, or they are about different sites.
    """
    old, new = read_finished(Path(before)), read_finished(Path(after))
    _refuse_other_site(old, new.facts.site)
    return _compare(old, new.facts, new.domains)


def read_earlier(path: Path | str | None, site: str | None = None) -> Finished | None:
    """Read the run that an audit of ``site`` is to be compared with; None for None.

    Raises
    ------
    InputError : it cannot be read, or is about another site.
    """
    if path is None:
        return None
    earlier = read_finished(Path(path))
    _refuse_other_site(earlier, site)
    return earlier


def compared(audit: Audit, earlier: Finished | None) -> Audit:
    """Return an audit with the comparison: ``run["since"]``, and ``changes`` as a table.

    Without an earlier run it stays as it is.

    Raises
    ------
    InputError : the earlier run is about another site.
    """
    if earlier is None:
        return audit
    _refuse_other_site(earlier, audit.run.get("site"))
    found = _compare(earlier, facts_of(audit.run), audit.domains)
    return replace(audit, run={**audit.run, "since": found.to_dict()}, changes=found.changes)


def _refuse_other_site(earlier: Finished, site: str | None) -> None:
    """Raise InputError where an earlier run is about another site than this; None is any.

    Hosts below one registrable domain count as one site.
    """
    theirs = earlier.facts.site
    if site is None or theirs is None:
        return
    if linking_domain(theirs) != linking_domain(site):
        problem = f"that run is about {theirs}, and this one about {clean(site, 100)}"
        hint = "Give an earlier run of the same site, or say with --site which one is meant."
        raise InputError(earlier.file, problem, hint)


def _compare(earlier: Finished, now: Facts, domains: pl.DataFrame) -> Comparison:
    then = earlier.facts
    old, notes = _comparable(earlier)
    table = beside(old, domains)
    renamed = renamed_networks(table)
    around = Circumstances(
        tuple(differing_settings(then, now)),
        frozenset(then.vendors.keys() - now.vendors.keys()),
        frozenset(now.vendors.keys() - then.vendors.keys()),
        then.day,
        then.looked_for_networks and now.looked_for_networks,
        renamed,
    )
    changes = changes_of(table, lambda row: why_changed(row, around))
    notes = [*notes_on_networks(then, now, table, renamed), *notes_on(then, now, table), *notes]
    run = {
        "created": then.created,
        "model": then.model,
        "site": then.site,
        "file": earlier.file,
    }
    return Comparison(run, counts_of(table), changes, tuple(clean(note, 600) for note in notes))


def _comparable(earlier: Finished) -> tuple[pl.DataFrame, list[str]]:
    """Return the rows of domains.csv that stand for domains, and what is to be said of the rest."""
    domains, notes = earlier.domains, []
    said = earlier.facts.domains
    if said is not None and said != domains.height:
        notes.append(
            f"The earlier domains.csv holds {domains.height:,} rows, and its run counted {said:,} "
            "domains: rows were added or taken out, and the counts follow the table."
        )
    pages = domains["linking_domain"].str.contains("/", literal=True)
    if pages.any():
        many = int(pages.sum())
        which = "1 row names a page: it is" if many == 1 else f"{many:,} rows name pages: they are"
        notes.append(f"In the earlier domains.csv {which} left out.")
        domains = domains.filter(~pages)
    return domains, notes
