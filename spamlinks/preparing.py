"""What comes before the first score: settings, exports, the model, the live file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from spamlinks.decided import DecisionList
from spamlinks.disavow import DisavowFile, read_disavow_bytes
from spamlinks.errors import InputError
from spamlinks.exports import Hints, Intake, Merged, Reading, guess_site, merge, no_links, take_in
from spamlinks.exports.site import split_by_site
from spamlinks.facts import join_facts, read_fact_table
from spamlinks.fetched import StoreAccount, with_store
from spamlinks.model.bundle import ModelBundle, load_bundle
from spamlinks.policy import SITUATIONS
from spamlinks.presence import Presence, search_console
from spamlinks.properties import refuse_domain_property
from spamlinks.urls import linking_domain

__all__ = ["Prepared", "Settings", "Stage", "prepare", "read_text", "site_label", "with_known"]

Stage = Callable[[str, int, int], None]
"""Progress: (stage, done, total); total 0 where it is not known."""


@dataclass(frozen=True)
class Settings:
    """What a user can say about a run; see ``spamlinks audit --help``.

    ``prior`` is a share in (0, 1), "auto", or None for the model's own; ``precision`` in (0, 1),
    or None for that of ``situation``; ``decisions`` are what people decided, see
    ``read_decisions``; ``store`` is what 'spamlinks enrich' wrote.
    """

    site: str | None = None
    brand: tuple[str, ...] = ()
    disavow: Path | None = None
    keep: Path | None = None
    facts: Path | None = None
    model: Path | None = None
    situation: str = "none"
    precision: float | None = None
    prior: float | str | None = None
    hints: Hints = field(default_factory=Hints)
    decisions: DecisionList | None = None
    store: Path | None = None

    def __post_init__(self) -> None:
        if self.site is not None:
            refuse_domain_property(self.site, "site")
        if self.situation not in SITUATIONS:
            raise InputError(
                "situation",
                f"{self.situation!r} is not known",
                f"Use one of {', '.join(SITUATIONS)}.",
            )
        if self.precision is not None and not 0 < self.precision < 1:
            raise InputError(
                "precision",
                f"{self.precision} is not between 0 and 1",
                "Give a share such as 0.98.",
            )
        if isinstance(self.prior, str) and self.prior != "auto":
            raise InputError(
                "prior",
                f"{self.prior!r} is neither 'auto' nor a number",
                "Give a share such as 0.1.",
            )
        if isinstance(self.prior, float | int) and not 0 < self.prior < 1:
            raise InputError(
                "prior", f"{self.prior} is not between 0 and 1", "Give a share such as 0.1."
            )

    @property
    def target(self) -> float:
        """The precision that DISAVOW promises."""
        return self.precision if self.precision is not None else SITUATIONS[self.situation]


@dataclass(frozen=True)
class Prepared:
    """Exports read and merged, with what scoring needs besides."""

    merged: Merged
    presence: Presence
    refused: list[InputError]
    bundle: ModelBundle
    site: str | None
    brands: tuple[str, ...]
    live: DisavowFile | None = None
    notes: tuple[str, ...] = ()
    looked_up: StoreAccount | None = None
    exported: frozenset[str] = frozenset()
    """Columns that the exports themselves have a value in; facts and a store may add others."""


def prepare(
    exports: Sequence[Path | Reading], settings: Settings, stage: Stage | None = None
) -> Prepared:
    """Read and merge exports, load the model, join facts.

    Raises
    ------
    InputError : a file cannot be read; RefusedExport when none of them holds links.
    """
    tell = stage or (lambda name, done, total: None)
    bundle = load_bundle(settings.model)
    bundle.warm_up()
    tell("reading", 0, 0)
    files = [export for export in exports if not isinstance(export, Reading)]
    readings = [export for export in exports if isinstance(export, Reading)]
    decisions = settings.decisions.path if settings.decisions is not None else None
    beside = (settings.disavow, settings.keep, settings.facts, settings.store, decisions)
    apart = [path for path in beside if path is not None]
    intake = take_in(files, hints=settings.hints, site=settings.site, apart=apart)
    refused = intake.refused
    readings += intake.readings
    if not readings and (refused or intake.disavow):
        raise refused[0] if refused else no_links(intake.disavow[0])
    live, notes = _live_file(settings.disavow, intake)
    readings, elsewhere = split_by_site(readings, settings.site)
    refused += elsewhere
    if not readings and refused:
        raise refused[0]
    site = settings.site if settings.site is not None else guess_site(readings)
    notes += _anywhere(readings, site)
    merged = merge(readings, site, refused)
    presence = search_console(merged.readings, site)
    own = merged.backlinks
    exported = frozenset(c for c in own.columns if own[c].null_count() < own.height)
    backlinks, looked_up, said = with_known(merged.backlinks, settings, site)
    merged = replace(merged, backlinks=backlinks)
    notes += said
    brands = (*settings.brand, *site_label(site))
    return Prepared(
        merged, presence, refused, bundle, site, brands, live, tuple(notes), looked_up, exported
    )


def with_known(
    backlinks: pl.DataFrame,
    settings: Settings,
    site: str | None,
    only: Collection[str] | None = None,
) -> tuple[pl.DataFrame, StoreAccount | None, list[str]]:
    """Put what a store and a table of facts know beside backlinks; a fact of the table wins.

    ``only`` are the columns that are of use; None for all of them. Without a store and facts the
    table is returned as it is.

    Returns
    -------
    (backlinks, account of the store or None, sentences for people).

    Raises
    ------
    InputError : the store or the table of facts cannot be used.
    """
    facts = read_fact_table(settings.facts) if settings.facts is not None else None
    account: StoreAccount | None = None
    notes: list[str] = []
    if settings.store is not None:
        backlinks, account = with_store(backlinks, settings.store, site, only)
        notes += account.notes()
    if facts is not None:
        backlinks = join_facts(backlinks, facts)
        notes += facts.notes
    return backlinks, account, notes


def _anywhere(readings: Sequence[Reading], site: str | None) -> list[str]:
    """Say which lists are counted for the site only because they were given with its exports."""
    silent = [reading for reading in readings if reading.format.vendor == "plain"]
    if site is None or len(silent) == len(readings):
        return []
    return [
        f"{reading.source} does not say which site it links to; counted for {site}"
        for reading in silent
    ]


def _live_file(given: Path | None, intake: Intake) -> tuple[DisavowFile | None, list[str]]:
    """Return the disavow file that Google holds: the one named, else the one among the exports."""
    notes = [f"{copy} is a copy of {first}, counted once" for copy, first in intake.copies]
    notes += [f"{name} was read for the links of another file" for name in intake.beside]
    data = {part.name: part.text_bytes() for part in intake.disavow}
    if given is not None:
        live = read_text(given, DisavowFile.parse)
        for name, found in data.items():
            if found != live.render():
                notes.append(
                    f"{name} is a disavow file and not read as links; the live file is {given.name}"
                )
        return live, notes
    if not data:
        return None, notes
    if len(set(data.values())) > 1:
        names = ", ".join(data)
        problem = f"{len(data)} different disavow files are among the exports ({names})"
        raise InputError("live file", problem, "Say with --disavow which one Google holds.")
    name = next(iter(data))
    notes.append(f"{name} is a disavow file: taken as the live file that Google holds")
    return DisavowFile.parse(data[name], name), notes


def site_label(site: str | None) -> tuple[str, ...]:
    """The site's own name, for anchors: of a domain or URL; empty for None.

    Raises
    ------
    InputError : a text that is no site.

    >>> site_label("https://www.shop.example/"), site_label(None)
    (('shop',), ())
    """
    if site is None:
        return ()
    domain = linking_domain(site)
    if not domain:
        raise InputError(f"site {site[:80]!r}", "it is no domain", "Give it as example.com.")
    return (domain.partition(".")[0],)


def read_text(path: Path, parse: Callable[..., Any]) -> Any:
    """Parse a small text file; errors name it."""
    return parse(read_disavow_bytes(path), path.name)
