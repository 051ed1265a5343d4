"""What people see while a command runs and when it is done; all of it on stderr."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table

from spamlinks.cli.show_campaigns import show_campaigns
from spamlinks.cli.show_draft import NOTHING, show_outcome
from spamlinks.cli.show_files import show_files, summed
from spamlinks.cli.terminal import open_console, text
from spamlinks.policy import Verdict
from spamlinks.report import head, words
from spamlinks.report.text import clean, counted

if TYPE_CHECKING:  # each command loads what it needs, not what the others show
    import polars as pl

    from spamlinks.drafts import Draft
    from spamlinks.model.own import OwnTraining
    from spamlinks.pipeline import Audit
    from spamlinks.scores import Scores
    from spamlinks.training import Outcome

__all__ = ["apart", "show_audit", "show_scores", "show_training"]

_COLOUR = {
    Verdict.DISAVOW.value: "red",
    Verdict.REVIEW.value: "yellow",
    Verdict.KEEP.value: "green",
}
WORST = 10
OF_ONE_NETWORK = 2
"""More of its members would say the same again."""
RATE_FROM = 1000
"""With fewer rows the start of the program is what is timed."""


def show_audit(outcome: Audit, run: dict[str, Any], draft: Draft, folder: Path) -> None:
    """Print the summary of an audit: counts, the worst domains with their main reason, files."""
    console = open_console()
    totals, verdicts = run["totals"], outcome.verdicts
    links, _, domains = head.size(run).partition(" from ")
    console.print(f"\n[bold]{links}[/bold] from {domains}{_site(run)}", soft_wrap=True)
    console.print(f"  {summed(totals)}", style="dim")
    show_files(console, run)
    console.print(
        "  "
        + "   ".join(
            f"[{_COLOUR[name]}]{name} {count:,}[/{_COLOUR[name]}]"
            for name, count in verdicts.items()
        )
        + _decided(run)
    )
    for said in (
        head.decisions(run),
        head.looked_up(run),
        head.only_addresses(run),
        words.presence(run),
    ):
        if said:
            console.print(f"  {text(said, 400)}", soft_wrap=True)
    _worst(console, outcome)
    show_campaigns(console, run)
    show_outcome(
        console,
        draft,
        folder / "disavow.txt",
        nothing="Nothing found by addresses alone" if head.only_addresses(run) else NOTHING,
    )
    if draft.text is None and not draft.apart and verdicts[Verdict.REVIEW.value]:
        console.print(
            "  Look at the REVIEW rows in domains.csv or report.html; none of them is "
            "certain enough to write down for you."
        )
    console.print(
        f"  {text(folder, 200)}: domains.xlsx, domains.csv, {_if_any(outcome)}report.html, "
        f"links.parquet, rejected.csv, run.json "
        f"({run['seconds']:.1f} s, model {text(run['model']['name'])}, seen: {run['view']})\n",
        style="dim",
        soft_wrap=True,
    )


def _decided(run: dict[str, Any]) -> str:
    many = run["decisions"]["disavow"] if run["decisions"] else 0
    return f" ({many:,} of them by your decision)" if many else ""


def _if_any(outcome: Audit) -> str:
    """Files that only some runs leave behind."""
    decided = "decisions.csv, " if outcome.decisions is not None else ""
    return decided + ("changes.csv, " if outcome.changes is not None else "")


def _site(run: dict[str, Any]) -> str:
    if not run["site"]:
        return "; site unknown: give --site"
    guessed = " (guessed; --site says otherwise)" if run["site_guessed"] else ""
    return f" to [bold]{text(run['site'])}[/bold]{guessed}"


def _worst(console: Console, outcome: Audit) -> None:
    flagged = outcome.domains.filter(outcome.domains["verdict"] != Verdict.KEEP.value)
    if not flagged.height:
        return
    shown, left = apart(flagged)
    table = Table(
        title="The worst" if len(shown) > 1 else "The one to look at",
        title_justify="left",
        box=None,
        padding=(0, 2, 0, 0),
    )
    for name, how in (
        ("domain", "left"),
        ("verdict", "left"),
        ("score", "right"),
        ("links", "right"),
        ("why", "left"),
    ):
        table.add_column(name, justify=how, overflow="fold")  # type: ignore[arg-type]
    for row in shown:
        colour = _COLOUR[row["verdict"]]
        table.add_row(
            text(row["linking_domain"], 40),
            f"[{colour}]{row['verdict']}[/{colour}]",
            f"{row['spam_score']:.2f}",
            f"{row['links']:,}",
            text(_reason(row), 90),
        )
    console.print(table)
    for network, many in left.items():
        console.print(f"  and {many:,} more of the network {text(network)}", style="dim")


def apart(flagged: pl.DataFrame) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The rows to show, few of each network, and how many more of these networks are flagged.

    Parameters
    ----------
    flagged : worst first, with ``network``.
    """
    shown: list[dict[str, Any]] = []
    of: Counter[str] = Counter()
    for row in flagged.iter_rows(named=True):
        network = row["network"]
        if network is not None and of[network] >= OF_ONE_NETWORK:
            continue
        of[network] += 1
        shown.append(row)
        if len(shown) == WORST:
            break
    sizes = dict(flagged["network"].drop_nulls().value_counts().iter_rows())
    more = {name: sizes[name] - n for name, n in of.items() if sizes.get(name, 0) > n}
    return shown, more


def _reason(row: dict[str, Any]) -> str:
    """The guard that settled it, else the strongest effect."""
    if row["reason"] not in ("SCORE_HIGH", "SCORE_MIDDLE", "NAME_HIGH"):
        return str(row["why"])
    effects = [e for e in str(row["evidence"]).split(" | ") if "(+" in e]
    if not effects:
        return str(row["why"])
    said, _, size = effects[0].rpartition(" (")
    return f"{said.partition(' (')[0]} ({size}"  # what is usual stands in domains.csv


def show_scores(scores: Scores, output: str) -> None:
    """Say how many rows were scored, how fast, and what was left out."""
    console = open_console()
    for refused in scores.refused:
        console.print(f"refused: {text(str(refused), 240)}", style="yellow")
    for note in scores.notes:
        console.print(f"  {text(note, 400)}", soft_wrap=True)
    rows = scores.table.height
    rate = f", {rows / max(scores.seconds, 1e-9):,.0f} rows a second" if rows >= RATE_FROM else ""
    where = "standard output" if output == "-" else text(output, 200)
    console.print(
        f"{counted(rows, 'row')} to {where}; {counted(scores.records, 'record')} read, "
        f"{scores.rejected:,} rejected; {scores.seconds:.1f} s{rate}",
        style="dim",
    )


def _learning(console: Console, training: OwnTraining) -> None:
    """What so many labels buy, on domains that were left out."""
    if not training.curve:
        console.print("learning curve: too few labelled domains to draw from")
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("labelled domains", "ROC AUC", "draws from and to", "start", "draws that helped"):
        table.add_column(name, justify="right")
    for p in training.curve:
        spread = f"{p.low:.3f} to {p.high:.3f}"
        helped = f"{p.better} of {p.draws}"
        table.add_row(f"{p.labels:,}", f"{p.own:.3f}", spread, f"{p.start:.3f}", helped)
    whole = training.own["ROC AUC"].value, training.start["ROC AUC"].value
    table.add_row(f"{training.domains:,} (all)", f"{whole[0]:.3f}", "", f"{whole[1]:.3f}", "")
    console.print(table)


def show_training(outcome: Outcome, folder: Path) -> None:
    """Print how well the new model does on linking domains it never saw."""
    console = open_console()
    for refused in outcome.refused:
        console.print(f"refused: {text(str(refused), 240)}", style="yellow")
    training = outcome.training
    console.print(
        f"\n{outcome.spam_rows:,} spam and {outcome.honest_rows:,} honest rows, "
        f"{outcome.unlabelled_rows:,} without a label; "
        f"trained on {training.domains:,} linking domains in {training.groups:,} groups"
    )
    for note in outcome.notes:
        console.print(f"  {text(note, 600)}", soft_wrap=True)
    start = text(training.bundle.metadata["start"])
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("on groups left out", "own model", f"start ({start})"):
        table.add_column(name)
    for name, interval in training.own.items():
        table.add_row(name, str(interval), str(training.start[name]))
    console.print(table)
    console.print(f"difference in ROC AUC: {training.gain}")
    if training.share == 0:
        console.print(
            f"the labels did not help on domains left out (ROC AUC {training.tried:.3f} with them, "
            f"{training.start['ROC AUC'].value:.3f} without): the new model scores and decides as "
            f"{start} does",
            soft_wrap=True,
        )
    _learning(console, training)
    console.print(
        f"scores assume that {training.bundle.prior:.0%} of the linking domains are spam "
        f"({text(outcome.assumes, 200)}); --prior changes that",
        soft_wrap=True,
    )
    console.print(_promise(training), soft_wrap=True)
    if outcome.verdicts is not None:
        said = outcome.verdicts.sentence(training.bundle.metadata["start"])
        console.print(text(said, 400), soft_wrap=True)
    typer.echo(f"model written to {clean(folder, 200)}", err=True)


def _promise(training: OwnTraining) -> str:
    """Which precision DISAVOW keeps with the new model, and by whose measure."""
    bundle = training.bundle
    if training.share == 0:
        return f"DISAVOW keeps the precision that {text(bundle.metadata['start'])} promises"
    promised = [
        float(p) for by in bundle.cuts.values() for p, cut in by.items() if cut.score != math.inf
    ]
    own = f"enough labels to promise a precision of up to {max(promised):.2f}" if promised else (
        "too few labels to promise a precision by themselves"
    )  # fmt: skip
    if bundle.origin is None:
        return own if promised else f"{own}: this model will only say REVIEW"
    cuts = bundle.origin.cuts.values()
    kept = [float(p) for by in cuts for p, cut in by.items() if cut.score != math.inf]
    if not kept:
        return f"{own}; they speak against every cut of {text(bundle.origin.name)}"
    return (
        f"{own}; DISAVOW {'also ' if promised else ''}where {text(bundle.origin.name)} promises up "
        f"to {max(kept):.2f} and this model agrees, REVIEW where they disagree"
    )
