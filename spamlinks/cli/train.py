"""``spamlinks train``: a model on labels of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spamlinks.cli.options import (
    AcceptGuess,
    Brand,
    LabelDecisions,
    Map,
    MappingFile,
    Model,
    Site,
    StoreFile,
    parse_decisions,
    parse_hints,
)

__all__ = ["train"]

MAX_SEED = 2**29  # several seeds are made of one, and each must fit in 32 bits


def train(
    labelled: Annotated[
        list[Path], typer.Argument(metavar="LABELLED", help="Link exports with labels.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="MODEL_DIR", help="Folder for the model.")
    ],
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
        typer.Option(
            metavar="FILE",
            help="A past disavow file: what it covers is spam. The rest is unlabelled, not honest.",
        ),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Domains you decided to keep: they are honest."),
    ] = None,
    decisions: LabelDecisions = None,
    brand: Brand = None,
    site: Site = None,
    store: StoreFile = None,
    model: Model = None,
    seed: Annotated[
        int, typer.Option(min=0, max=MAX_SEED, help="Same data and seed give the same model.")
    ] = 0,
    jobs: Annotated[int, typer.Option(min=0, help="Processes for folds; 0 = all cores.")] = 0,
    accept_leaks: Annotated[
        bool, typer.Option("--accept-leaks", help="Train although one signal tells the label.")
    ] = False,
    map_columns: Map = None,
    mapping: MappingFile = None,
    accept_guess: AcceptGuess = False,
) -> None:
    """Train a model on your own labels, starting from the shipped one.

    Prints how well it does on networks of domains that it never saw, beside the shipped model, and
    what fewer labels would have bought. Without honest labels (--disavow alone) rows that are not
    in the file count as honest only as far as the starting model believes it.
    """
    from spamlinks.cli.show import show_training
    from spamlinks.cli.terminal import progress
    from spamlinks.training import train as run_train

    hints = parse_hints(map_columns, mapping, accept_guess)
    with progress() as stage:
        outcome = run_train(
            labelled,
            output,
            label=label,
            labels=labels,
            disavow=disavow,
            keep=keep,
            decisions=parse_decisions(decisions, None),
            brands=tuple(brand or ()),
            site=site,
            model=model,
            seed=seed,
            jobs=jobs,
            accept_leaks=accept_leaks,
            hints=hints,
            store=store,
            stage=stage,
        )
    show_training(outcome, output)
