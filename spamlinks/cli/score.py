"""``spamlinks score``: scores without a report or a disavow file."""

from __future__ import annotations

import sys
from pathlib import Path
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

__all__ = ["score"]


def score(
    exports: Exports,
    output: Annotated[
        str,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="A .csv or .parquet file, or - for CSV on standard output.",
        ),
    ],
    by: Annotated[
        str,
        typer.Option(
            metavar="link|domain",
            help="One row per link (referring_page, linking_domain, target_url, anchor_text, "
            "spam_score) or per domain (linking_domain, spam_score, verdict, links).",
        ),
    ] = "link",
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
    map_columns: Map = None,
    mapping: MappingFile = None,
    accept_guess: AcceptGuess = False,
) -> None:
    """Write scores only: the probability of spam, 0 to 1, higher is worse."""
    from spamlinks.cli.show import show_scores
    from spamlinks.cli.show_files import show_no_links
    from spamlinks.cli.terminal import progress
    from spamlinks.scores import score as run_score
    from spamlinks.scores import write_scores

    if by not in ("link", "domain"):
        raise typer.BadParameter("give link or domain", param_hint="--by")
    if output != "-" and Path(output).suffix.lower() not in (".csv", ".parquet"):
        raise typer.BadParameter("the name must end in .csv or .parquet", param_hint="-o")
    if decisions is not None and by != "domain":
        text = "a link has no verdict to decide; give --by domain"
        raise typer.BadParameter(text, param_hint="--decisions")
    hints = parse_hints(map_columns, mapping, accept_guess)
    decided = parse_decisions(decisions, decided_by)
    settings = parse_settings(
        site,
        brand,
        None,
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
        scores = run_score(exports, settings, by=by, stage=stage)
        stage("writing", 0, 0)
        data = None
        if scores.table.height:
            data = write_scores(scores.table, None if output == "-" else Path(output))
    if not scores.table.height:
        show_no_links(exports)
        return
    if data is not None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()  # here a reader that went away is no error
    show_scores(scores, output)
