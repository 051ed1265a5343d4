"""``spamlinks disavow``: candidates to a disavow file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spamlinks.cli.options import (
    AcceptGuess,
    Brand,
    DecidedBy,
    DecisionsFile,
    Facts,
    Keep,
    Map,
    MappingFile,
    Model,
    Precision,
    Prior,
    Properties,
    Site,
    Situation,
    StoreFile,
    parse_decisions,
    parse_hints,
    parse_property_options,
    parse_settings,
)

__all__ = ["disavow"]


def disavow(
    exports: Annotated[
        list[Path],
        typer.Argument(
            metavar="EXPORT_OR_DOMAINS_CSV",
            help="Link exports, or the domains.csv that 'spamlinks audit' wrote.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="disavow.txt", help="File to write.")
    ],
    merge: Annotated[
        Path | None,
        typer.Option(metavar="LIVE.txt", help="Add to this file; no line of it is lost."),
    ] = None,
    show_diff: Annotated[
        bool,
        typer.Option(
            "--diff", help="Show the lines that are new beside the live file, on standard output."
        ),
    ] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A suffix, top-level domain or IP address that you set to DISAVOW in domains.csv "
            "and mean whole; may be repeated.",
        ),
    ] = None,
    site: Site = None,
    brand: Brand = None,
    keep: Keep = None,
    decisions: DecisionsFile = None,
    decided_by: DecidedBy = None,
    facts: Facts = None,
    store: StoreFile = None,
    model: Model = None,
    situation: Situation = "none",
    precision: Precision = None,
    prior: Prior = None,
    properties: Properties = None,
    map_columns: Map = None,
    mapping: MappingFile = None,
    accept_guess: AcceptGuess = False,
) -> None:
    """Write the candidates to a disavow file. Nothing worth an entry: no file, and why."""
    from spamlinks.cli.show_draft import show_draft, show_properties
    from spamlinks.cli.terminal import progress
    from spamlinks.disavowing import disavow_from
    from spamlinks.drafts.by_property import disavow_by_property

    hints = parse_hints(map_columns, mapping, accept_guess)
    wanted = parse_property_options(properties, site, merge, "--merge")
    live = None if wanted else merge
    decided = parse_decisions(decisions, decided_by)
    settings = parse_settings(
        site,
        brand,
        live,
        keep,
        facts,
        model,
        situation,
        precision,
        prior,
        hints,
        decided,
        store=store,
    )
    if wanted:
        with progress() as stage:
            apart = disavow_by_property(
                exports, settings, output, wanted, allow=allow or (), stage=stage
            )
        for item in apart if show_diff else ():
            for line in item.draft.diff:
                typer.echo(f"{item.path.name}: {line}")
        show_properties(apart)
        return
    with progress() as stage:
        draft = disavow_from(exports, settings, output, allow=allow or (), stage=stage)
    if show_diff:
        for line in draft.diff:
            typer.echo(line)
    show_draft(draft, output)
