"""The commands. Each one parses, calls one library function, and shows the outcome.

Data goes to files or stdout, talk and progress to stderr; exit codes: 0 done, 1 our error with one
clear line, 2 usage. Heavy imports are inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import io
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from spamlinks import __version__
from spamlinks.cli.disavow import disavow
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
    LabelDecisions,
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
    parse_decisions,
    parse_hints,
    parse_property_options,
    parse_settings,
)
from spamlinks.cli.recheck import recheck

__all__ = ["app", "main"]

app = typer.Typer(
    name="spamlinks",
    help="Find spam links in a link export, and write a Google disavow.txt you would dare to "
    "upload, or say that there is nothing to do. Nothing is sent anywhere.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

MAX_SEED = 2**29  # several seeds are made of one, and each must fit in 32 bits


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
        site, brand, live, keep, facts, model, situation, precision, prior, hints, decided
    )
    earlier = read_earlier(previous, site)  # now: its folder may be the one that is written to
    with progress() as stage:
        outcome = compared(run_audit(exports, settings, stage=stage), earlier)
        if outcome.links.height:
            stage("writing", 0, 0)
            run, draft = write_audit(outcome, output, wanted)
    if not outcome.links.height:
        _no_links(exports, outcome.run)
        return
    show_audit(outcome, run, draft, output)
    show_since(run)
    show_properties(draft.apart)


def _no_links(exports: list[Path], run: dict[str, object] | None = None) -> None:
    from spamlinks.report.text import clean

    names = ", ".join(clean(path.name, 80) for path in exports[:3])
    names += ", ..." if len(exports) > 3 else ""
    totals = run.get("totals") if run else None
    extra = ""
    if isinstance(totals, dict) and totals.get("records"):
        extra = (
            f" ({totals['records']:,} records: {totals['own_site']:,} from your own site, "
            f"{totals['rejected']:,} rejected)"
        )
    typer.echo(f"no links in {names}{extra}; nothing to do", err=True)


@app.command(cls=OnceCommand)
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
        site, brand, None, keep, facts, model, situation, precision, prior, hints, decided
    )
    with progress() as stage:
        scores = run_score(exports, settings, by=by, stage=stage)
        stage("writing", 0, 0)
        data = None
        if scores.table.height:
            data = write_scores(scores.table, None if output == "-" else Path(output))
    if not scores.table.height:
        _no_links(exports)
        return
    if data is not None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()  # here a reader that went away is no error
    show_scores(scores, output)


app.command(cls=OnceCommand)(disavow)


@app.command(cls=OnceCommand)
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
            stage=stage,
        )
    show_training(outcome, output)


app.command(cls=OnceCommand)(evaluate)
app.command(cls=OnceCommand)(lint)
app.command(cls=OnceCommand)(recheck)
app.command(cls=OnceCommand)(explain)


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
        str, typer.Option("--format", metavar="text|json", help="How --words are printed.")
    ] = "text",
) -> None:
    """List the signals: what is looked at, in which unit, and what it needs; or the word lists."""
    if words is not None:
        from spamlinks.cli.words import show_words

        show_words(words, form)
        return
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


def _list_kinds(wanted: bool) -> None:
    """Print the kinds of linking sites and leave; for ``simulate --list-kinds``."""
    if wanted:
        from spamlinks.cli.kinds import show_kinds

        show_kinds()
        raise typer.Exit


@app.command(cls=OnceCommand)
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


def main() -> None:
    """Run the command line; our own errors end in one line and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console that lacks a letter shows its number
            stream.reconfigure(errors="backslashreplace")
    with report_errors():
        app()
