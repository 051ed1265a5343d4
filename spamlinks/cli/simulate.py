"""``spamlinks simulate``: made-up exports for trials and load."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["simulate"]


def _list_kinds(wanted: bool) -> None:
    """Print the kinds of linking sites and leave; for ``simulate --list-kinds``."""
    if wanted:
        from spamlinks.cli.kinds import show_kinds

        show_kinds()
        raise typer.Exit


def simulate(
    rows: Annotated[int, typer.Option("-n", "--rows", min=1, help="Number of links.")],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="FILE", help="A .csv, .txt or .parquet file."),
    ],
    vendor: Annotated[
        str,
        typer.Option(
            metavar="ahrefs|semrush|majestic|bing|gsc|plain",
            help="Whose export it should look like.",
        ),
    ] = "ahrefs",
    spam_share: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of linking domains that are spam.")
    ] = 0.2,
    site: Annotated[str, typer.Option(help="The site that is linked to.")] = "shop.example",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same file.")] = 0,
    date: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Day of the export: 2026-10-05."
        ),
    ] = None,
    label_noise: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of domains with a wrong label.")
    ] = 0.0,
    missing: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="Share of domains of which a block of cells is empty."),
    ] = 0.0,
    as_seen: Annotated[
        bool,
        typer.Option(
            "--as-seen",
            help="Only what this vendor's index would know, in its own counts and days.",
        ),
    ] = False,
    list_kinds: Annotated[
        bool,
        typer.Option(
            "--list-kinds",
            callback=_list_kinds,
            is_eager=True,
            help="List the kinds of linking sites it knows, and stop.",
        ),
    ] = False,
) -> None:
    """Write a synthetic export with labels, for trials and load. No figure may come from it."""
    from spamlinks.cli.terminal import progress
    from spamlinks.simulate import simulate as run_simulate

    day = {} if date is None else {"as_of": date.date()}
    with progress() as stage:
        stage("generating", 0, 0)
        run_simulate(
            rows, output, vendor=vendor, seed=seed, spam_share=spam_share, site=site,
            label_noise=label_noise, missing=missing, as_seen=as_seen, **day,
        )  # fmt: skip
    from spamlinks.report.text import clean

    seen = "at most " if as_seen else ""
    typer.echo(f"{seen}{rows:,} synthetic links written to {clean(output, 200)}", err=True)
