"""``spamlinks explain``: why a domain or a link got its score and its verdict."""

from __future__ import annotations

import json
import shutil
from typing import Annotated

import typer

from spamlinks.cli.options import (
    AcceptGuess,
    Brand,
    DecidedBy,
    DecisionsFile,
    Exports,
    Facts,
    Keep,
    Live,
    Map,
    MappingFile,
    Model,
    Precision,
    Prior,
    Site,
    Situation,
    StoreFile,
    parse_decisions,
    parse_hints,
    parse_settings,
)

__all__ = ["explain"]

WIDEST = 100
"""Longer lines are hard to read."""


def explain(
    what: Annotated[
        str,
        typer.Argument(
            metavar="DOMAIN_OR_URL", help="A linking domain, a host of it, or a linking page."
        ),
    ],
    exports: Exports,
    form: Annotated[
        str,
        typer.Option("--format", metavar="text|json", help="Sentences, or all of it as JSON."),
    ] = "text",
    links: Annotated[
        int, typer.Option(min=0, help="Links that are listed, the highest scores first.")
    ] = 10,
    language: Annotated[
        str, typer.Option(metavar="CODE", help="Language of the sentences.")
    ] = "en",
    site: Site = None,
    brand: Brand = None,
    disavow: Live = None,
    keep: Keep = None,
    decisions: DecisionsFile = None,
    decided_by: DecidedBy = None,
    facts: Facts = None,
    store: StoreFile = None,
    model: Model = None,
    situation: Situation = "none",
    precision: Precision = None,
    prior: Prior = None,
    map_columns: Map = None,
    mapping: MappingFile = None,
    accept_guess: AcceptGuess = False,
) -> None:
    """Say why a domain or a link got its score and verdict, in sentences and numbers.

    Judges the exports as audit does, and shows for one domain, host or page what drove its score,
    what speaks for keeping it, what was not known, how the score came about, which part of
    Google's policy it matches, what would change the verdict, its network and its links.
    """
    from spamlinks.cli.terminal import progress
    from spamlinks.explanations import explain as run_explain
    from spamlinks.explanations.page import lines_of

    if form not in ("text", "json"):
        raise typer.BadParameter("give text or json", param_hint="--format")
    hints = parse_hints(map_columns, mapping, accept_guess)
    decided = parse_decisions(decisions, decided_by)
    settings = parse_settings(
        site,
        brand,
        disavow,
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
    with progress() as stage:
        found = run_explain(what, exports, settings, links=links, language=language, stage=stage)
    if form == "json":
        # Escaped to ASCII: no control or bidi character of an anchor reaches a terminal.
        typer.echo(json.dumps(found.to_dict(), indent=2, allow_nan=False))
        return
    width = min(shutil.get_terminal_size((80, 24)).columns, WIDEST)
    for line in lines_of(found, width):
        typer.echo(line)
