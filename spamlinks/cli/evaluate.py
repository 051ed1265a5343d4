"""The command ``evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spamlinks.cli.options import (
    AcceptGuess,
    Brand,
    Facts,
    LabelDecisions,
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

__all__ = ["evaluate"]

MAX_ROUNDS = 100_000


def evaluate(
    labelled: Annotated[
        list[Path], typer.Argument(metavar="LABELLED", help="Link exports with labels.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            help="Folder for evaluation.html, evaluation.json and errors.csv.",
        ),
    ] = None,
    as_format: Annotated[
        str,
        typer.Option("--format", metavar="text|json", help="What goes to standard output."),
    ] = "text",
    label: Annotated[
        str,
        typer.Option(
            metavar="COLUMN", help="Column of the export that says 1/true/spam or 0/false/ham."
        ),
    ] = "is_spam",
    labels: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Labels by domain or URL: two columns, the second 1 (spam) or 0."
        ),
    ] = None,
    disavow: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A past disavow file: what it covers is spam."),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Domains you decided to keep: they are honest."),
    ] = None,
    decisions: LabelDecisions = None,
    compare: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Put a vendor's score or verdict beside ours: a header of the exports, such as "
            "'Toxic Score', or a field of 'spamlinks formats --fields'.",
        ),
    ] = None,
    compare_lower_is_worse: Annotated[
        bool,
        typer.Option(
            "--compare-lower-is-worse",
            help="Low values of that column are the bad ones. Known of authority metrics; else "
            "high values are taken as bad.",
        ),
    ] = False,
    compare_cut: Annotated[
        float | None,
        typer.Option(
            metavar="NUMBER", help="Where a value of that column counts as spam, such as 60."
        ),
    ] = None,
    site: Site = None,
    brand: Brand = None,
    facts: Facts = None,
    store: StoreFile = None,
    model: Model = None,
    situation: Situation = "none",
    precision: Precision = None,
    prior: Prior = None,
    map_columns: Map = None,
    mapping: MappingFile = None,
    accept_guess: AcceptGuess = False,
    seed: Annotated[
        int, typer.Option(min=0, help="Same data and seed give the same intervals.")
    ] = 0,
    rounds: Annotated[
        int | None,
        typer.Option(
            min=2,
            max=MAX_ROUNDS,
            help="Resamples behind the intervals; default 500, fewer for very many links.",
        ),
    ] = None,
) -> None:
    """Measure a model on labelled exports, with 95 % intervals and a list of its errors.

    Ranking, precision and recall at the model's own cut, false disavows, calibration, all of it
    per view, ending and language too; then the honest domains that would be disavowed and the spam
    that is missed. Networks of domains are resampled whole. Made-up rows count for nothing.
    """
    from spamlinks.cli.show_evaluation import show_evaluation
    from spamlinks.cli.terminal import progress
    from spamlinks.evaluation import evaluate as run_evaluate
    from spamlinks.evaluation import write_evaluation
    from spamlinks.exports import refuse_among

    if output is not None:
        refuse_among(labelled, output)
    if as_format not in ("text", "json"):
        raise typer.BadParameter("give text or json", param_hint="--format")
    if compare is None and (compare_lower_is_worse or compare_cut is not None):
        raise typer.BadParameter("name the column with --compare", param_hint="--compare-...")
    hints = parse_hints(map_columns, mapping, accept_guess)
    settings = parse_settings(
        site,
        brand,
        None,
        None,
        facts,
        model,
        situation,
        precision,
        prior,
        hints,
        store=store,
    )
    with progress() as stage:
        found = run_evaluate(
            labelled,
            settings,
            label=label,
            labels=labels,
            disavow=disavow,
            keep=keep,
            decisions=parse_decisions(decisions, None),
            compare=compare,
            compare_lower_is_worse=compare_lower_is_worse,
            compare_cut=compare_cut,
            seed=seed,
            rounds=rounds,
            stage=stage,
        )
        if output is not None:
            stage("writing", 0, 0)
            write_evaluation(found, output)
    show_evaluation(found, as_format, output)
