"""The commands. Each one parses, calls one library function, and shows the outcome.

Data goes to files or stdout, talk and progress to stderr; exit codes: 0 done, 1 our error with one
clear line, 2 usage. Heavy imports are inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from spamlinks import __version__
from spamlinks.cli.disavow import disavow
from spamlinks.cli.enrich import enrich
from spamlinks.cli.evaluate import evaluate
from spamlinks.cli.explain import explain
from spamlinks.cli.failures import report_errors
from spamlinks.cli.lint import lint
from spamlinks.cli.once import OnceCommand
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
    Previous,
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
from spamlinks.cli.recheck import recheck
from spamlinks.cli.score import score
from spamlinks.cli.simulate import simulate
from spamlinks.cli.train import train

__all__ = ["app", "main"]

app = typer.Typer(
    name="spamlinks",
    help="Find spam links in a link export, and write a Google disavow.txt you would dare to "
    "upload, or say that there is nothing to do. Nothing is sent anywhere; only 'enrich' fetches, "
    "when you ask it to.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"spamlinks {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command(cls=OnceCommand)
def audit(
    exports: Exports,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Folder for the outcome.")
    ],
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
    properties: Properties = None,
    previous: Previous = None,
    map_columns: Map = None,
    mapping: MappingFile = None,
    accept_guess: AcceptGuess = False,
) -> None:
    """Judge every linking domain: the main job.

    Reads the exports together and writes into the folder: disavow.txt (only if something is
    worth disavowing), domains.csv and domains.xlsx (a verdict, a score and the reasons for each
    linking domain, with room for what you decide), links.parquet (every link with its score),
    rejected.csv (records that could not be used), report.html, and run.json (what is needed to
    reproduce the run).
    """
    from spamlinks.cli.show import show_audit
    from spamlinks.cli.show_draft import show_properties
    from spamlinks.cli.show_files import show_no_links
    from spamlinks.cli.show_since import show_since
    from spamlinks.cli.terminal import progress
    from spamlinks.exports import refuse_among
    from spamlinks.outputs import write_audit
    from spamlinks.pipeline import audit as run_audit
    from spamlinks.run_folder import refuse_other_site
    from spamlinks.since import compared, read_earlier

    refuse_among(exports, output)
    refuse_other_site(output, site)  # a guessed site is known, and held against it, later
    hints = parse_hints(map_columns, mapping, accept_guess)
    wanted = parse_property_options(properties, site, disavow, "--disavow")
    live = None if wanted else disavow
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
    earlier = read_earlier(previous, site)  # now: its folder may be the one that is written to
    with progress() as stage:
        outcome = compared(run_audit(exports, settings, stage=stage), earlier)
        if outcome.links.height:
            stage("writing", 0, 0)
            run, draft = write_audit(outcome, output, wanted)
    if not outcome.links.height:
        show_no_links(exports, outcome.run)
        return
    show_audit(outcome, run, draft, output)
    show_since(run)
    show_properties(draft.apart)


app.command(cls=OnceCommand)(score)
app.command(cls=OnceCommand)(disavow)
app.command(cls=OnceCommand)(train)
app.command(cls=OnceCommand)(evaluate)
app.command(cls=OnceCommand)(lint)
app.command(cls=OnceCommand)(recheck)
app.command(cls=OnceCommand)(explain)
app.command(cls=OnceCommand)(enrich)


@app.command(cls=OnceCommand)
def formats(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE_OR_FOLDER", help="Say what these are and how they are read."),
    ] = None,
    map_columns: Map = None,
    mapping: MappingFile = None,
    accept_guess: AcceptGuess = False,
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="MAPPING",
            help="Write the columns that were named with --map, or that were guessed for FILE, to "
            "a file for --mapping.",
        ),
    ] = None,
    fields: Annotated[
        bool, typer.Option("--fields", help="List what --map can feed, and what each field means.")
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Write the list as the page docs/FORMATS.md.")
    ] = False,
) -> None:
    """List the export formats that are read, or say what a file is and how it is read.

    For a file: what it was taken for and how sure that is, how many records could be read, and for
    every column what it is read as, how, and how full it is. An unknown file is shown with a guess,
    its reasons, and the command that reads it so.
    """
    from spamlinks.cli.formats import show_fields, show_files, show_formats

    hints = parse_hints(map_columns, mapping, accept_guess)
    if fields:
        show_fields()
    elif files:
        show_files(files, hints, save)
    elif save is not None:
        raise typer.BadParameter("name the file whose columns are saved", param_hint="FILE")
    else:
        show_formats(markdown=markdown)


@app.command(name="signals", cls=OnceCommand)
def list_signals(
    words: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            help="List the words that are looked for instead, by language: those of gambling, "
            "adult, pharma, loans, essay, replica, piracy or link_sale, the innocent phrases "
            "(generic), or all.",
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="text|json", help="How --words are printed: text."),
    ] = None,
) -> None:
    """List the signals: what is looked at, in which unit, and what it needs; or the word lists."""
    if words is not None:
        from spamlinks.cli.words import show_words

        show_words(words, "text" if form is None else form)
        return
    if form is not None:
        raise typer.BadParameter("it needs --words LIST", param_hint="--format")
    from spamlinks.cli.lists import show_signals

    show_signals()


@app.command(name="model", cls=OnceCommand)
def show_model_command(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Default: the shipped model.")
    ] = None,
) -> None:
    """Show what a model is: its card, thresholds and error rates."""
    from spamlinks.cli.lists import show_model

    show_model(folder)


app.command(cls=OnceCommand)(simulate)


def main() -> None:
    """Run the command line; our own errors end in one line and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console that lacks a letter shows its number
            stream.reconfigure(errors="backslashreplace")
    with report_errors():
        app()
