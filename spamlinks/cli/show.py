"""What people see while a command runs and when it is done; all of it on stderr."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from spamlinks.policy import Verdict
from spamlinks.report import words
from spamlinks.report.text import clean

if TYPE_CHECKING:  # each command loads what it needs, not what the others show
    from spamlinks.drafts import Draft, ForProperty
    from spamlinks.model.own import OwnTraining
    from spamlinks.pipeline import Audit, Stage
    from spamlinks.scores import Scores
    from spamlinks.training import Outcome

__all__ = [
    "progress",
    "show_audit",
    "show_draft",
    "show_properties",
    "show_scores",
    "show_training",
]

_STAGES = {
    "reading": "Reading",
    "scoring": "Scoring links",
    "measuring": "Measuring",
    "explaining": "Explaining",
    "training": "Training",
    "generating": "Generating",
    "writing": "Writing",
}
_COLOUR = {
    Verdict.DISAVOW.value: "red",
    Verdict.REVIEW.value: "yellow",
    Verdict.KEEP.value: "green",
}
WORST = 10
SHOWN_FILES = 10
SHOWN_REFUSED = 8
SHOWN_NOTES = 6
SHOWN_REASONS = 4
SHOWN_COLLAPSED = 10
RATE_FROM = 1000
"""With fewer rows the start of the program is what is timed."""


def _console() -> Console:
    """A console on stderr; in a pipe or log 120 columns wide, where none are known."""
    console = Console(stderr=True, highlight=False, emoji=False)
    return (
        console
        if console.is_terminal
        else Console(stderr=True, highlight=False, emoji=False, width=120)
    )


@contextmanager
def progress() -> Iterator[Stage]:
    """Show a bar with stages on a terminal, nothing elsewhere."""
    console = _console()
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("", total=None)

        def stage(name: str, done: int, total: int) -> None:
            bar.update(
                task, description=_STAGES.get(name, name), completed=done, total=total or None
            )

        yield stage


def _text(value: object, limit: int = 60) -> str:
    return escape(clean(str(value), limit))


def show_audit(outcome: Audit, run: dict[str, Any], draft: Draft, folder: Path) -> None:
    """Print the summary of an audit: counts, the worst domains with their main reason, files."""
    console = _console()
    totals, verdicts = run["totals"], outcome.verdicts
    console.print(
        f"\n[bold]{_counted(totals['links'], 'link')}[/bold] from "
        f"{_counted(totals['domains'], 'domain')}{_site(run)}",
        soft_wrap=True,
    )
    console.print(f"  {_sum(totals)}", style="dim")
    _files(console, run)
    console.print(
        "  "
        + "   ".join(
            f"[{_COLOUR[name]}]{name} {count:,}[/{_COLOUR[name]}]"
            for name, count in verdicts.items()
        )
    )
    said = words.presence(run)
    if said:
        console.print(f"  {_text(said, 400)}")
    _worst(console, outcome)
    _outcome(console, draft, folder / "disavow.txt")
    if draft.text is None and verdicts[Verdict.REVIEW.value]:
        console.print(
            "  Look at the REVIEW rows in domains.csv or report.html; none of them is "
            "certain enough to write down for you."
        )
    console.print(
        f"  {_text(folder, 200)}: domains.csv, report.html, links.parquet, rejected.csv, run.json "
        f"({run['seconds']:.1f} s, model {_text(run['model']['name'])}, seen: {run['view']})\n",
        style="dim",
        soft_wrap=True,
    )


def _site(run: dict[str, Any]) -> str:
    if not run["site"]:
        return "; site unknown: give --site"
    guessed = " (guessed; --site says otherwise)" if run["site_guessed"] else ""
    return f" to [bold]{_text(run['site'])}[/bold]{guessed}"


def _files(console: Console, run: dict[str, Any], *, written: bool = True) -> None:
    """One line for each file where there are several, what it is, and what to know about it.

    ``written`` says that run.json and rejected.csv were.
    """
    inputs = run["inputs"]
    where = "in run.json" if written else "that 'spamlinks audit' names"
    noted = sorted(inputs, key=lambda entry: not (entry["rejected"] or entry["notes"]))
    notes_left = SHOWN_NOTES
    for entry in noted[:SHOWN_FILES]:
        name = _text(entry["file"], 120)
        if len(inputs) > 1:
            console.print(
                f"  {name}: {_text(_layout(entry), 160)}: {_sum(entry)}",
                style="dim",
                soft_wrap=True,
            )
        for note in entry["notes"][:notes_left]:
            lead = "    " if len(inputs) > 1 else f"  {name}: "
            console.print(f"{lead}{_text(note, 240)}", style="dim", soft_wrap=True)
        notes_left -= min(notes_left, len(entry["notes"]))
    more = sum(len(entry["notes"]) for entry in inputs) - (SHOWN_NOTES - notes_left)
    _more(console, where, len(inputs) - SHOWN_FILES if len(inputs) > 1 else 0, "file", "dim")
    _more(console, where, more, "file note", "dim")
    for refused in run["refused"][:SHOWN_REFUSED]:
        console.print(
            f"  refused: {_text(refused['file'], 120)}: {_text(refused['reason'], 300)}",
            style="yellow",
            soft_wrap=True,
        )
    _more(console, where, len(run["refused"]) - SHOWN_REFUSED, "refused file", "yellow")
    for note in run["notes"][:SHOWN_NOTES]:
        console.print(f"  {_text(note, 240)}", soft_wrap=True)
    _more(console, where, len(run["notes"]) - SHOWN_NOTES, "note", "none")
    reasons = [f"{count:,} {_text(reason, 80)}" for reason, count in run["rejected"].items()]
    if reasons:
        shown = ", ".join(reasons[:SHOWN_REASONS]) + (", ..." if reasons[SHOWN_REASONS:] else "")
        advice = "; rejected.csv says what to do" if written else ""
        console.print(f"  rejected: {shown}{advice}", style="dim", soft_wrap=True)


def _layout(entry: dict[str, Any]) -> str:
    """What a file was taken for, and how sure that is."""
    sure = words.confidence(entry["confidence"])
    if entry["vendor"] == "custom":
        return f"table, {sure}"
    return f"{entry['vendor']} {entry['kind']} ({entry['generation']}), {sure}"


def _more(console: Console, where: str, many: int, what: str, style: str) -> None:
    if many > 0:
        console.print(f"  and {_counted(many, f'more {what}')} {where}", style=style)


def _counted(many: int, noun: str) -> str:
    return f"{many:,} {noun}{'' if many == 1 else 's'}"


def _sum(entry: dict[str, Any]) -> str:
    counted = [_counted(entry[f"{noun}s"], noun) for noun in ("record", "link", "duplicate")]
    return (
        f"{counted[0]} = {counted[1]} + {counted[2]} + {entry['own_site']:,} own site + "
        f"{entry['rejected']:,} rejected"
    )


def _worst(console: Console, outcome: Audit) -> None:
    flagged = outcome.domains.filter(outcome.domains["verdict"] != Verdict.KEEP.value).head(WORST)
    if not flagged.height:
        return
    table = Table(
        title="The worst" if flagged.height > 1 else "The one to look at",
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
    for row in flagged.iter_rows(named=True):
        colour = _COLOUR[row["verdict"]]
        table.add_row(
            _text(row["linking_domain"], 40),
            f"[{colour}]{row['verdict']}[/{colour}]",
            f"{row['spam_score']:.2f}",
            f"{row['links']:,}",
            _text(_reason(row), 90),
        )
    console.print(table)


def _reason(row: dict[str, Any]) -> str:
    """The guard that settled it, else the strongest effect."""
    if row["reason"] not in ("SCORE_HIGH", "SCORE_MIDDLE", "NAME_HIGH"):
        return str(row["why"])
    effects = [e for e in str(row["evidence"]).split(" | ") if "(+" in e]
    return effects[0] if effects else str(row["why"])


def _outcome(console: Console, draft: Draft, path: Path) -> None:
    for line in draft.refused:
        console.print(f"  held back: {_text(line, 120)}", style="yellow")
    for line in draft.collapsed[:SHOWN_COLLAPSED]:
        console.print(f"  collapsed: {_text(line, 120)}", style="yellow", soft_wrap=True)
    _more(
        console,
        "in the file",
        len(draft.collapsed) - SHOWN_COLLAPSED,
        "entry that stands for several",
        "yellow",
    )
    for sentence in draft.effect.sentences() if draft.effect is not None else ():
        warn = sentence.startswith("Line ")
        console.print(
            f"  {_text(sentence, 300)}", style="yellow" if warn else "none", soft_wrap=True
        )
    _verdict(console, draft, path)
    if draft.backup is not None:
        former, kept = _text(path.name, 120), _text(draft.backup, 150)
        console.print(f"  The former {former} is kept as {kept}.", soft_wrap=True)


def _verdict(console: Console, draft: Draft, path: Path) -> None:
    if draft.text is None:
        console.print(f"\n[bold]Nothing to disavow[/bold]: {draft.why_not}. No file was written.")
        return
    if draft.unchanged:
        same = "entry" if draft.entries == 1 else "entries"
        console.print(
            f"\n[bold]{_text(path, 200)}[/bold] holds the same {draft.entries:,} {same} as before "
            "and was not touched."
        )
        return
    kept = f", {draft.kept:,} of your live file kept" if draft.kept else ""
    console.print(
        f"\n[bold]{_text(path, 200)}[/bold]: {draft.new:,} new "
        f"{'entry' if draft.new == 1 else 'entries'}{kept}. Read them before you "
        "upload: an upload replaces the list that Google holds."
    )


def show_draft(draft: Draft, path: Path) -> None:
    """Say what was written to a disavow file, or why nothing was."""
    console = _console()
    if draft.run is not None:
        _files(console, draft.run, written=False)
    for note in draft.notes:
        console.print(f"  {_text(note, 240)}", soft_wrap=True)
    _outcome(console, draft, path)


def show_properties(apart: Sequence[ForProperty]) -> None:
    """Say what was written for each property of Search Console."""
    console = _console()
    for item in apart:
        console.print(f"\n[bold]{_text(item.prefix, 200)}[/bold]", soft_wrap=True)
        for note in item.draft.notes:
            console.print(f"  {_text(note, 240)}", soft_wrap=True)
        _outcome(console, item.draft, item.path)


def show_scores(scores: Scores, output: str) -> None:
    """Say how many rows were scored, how fast, and what was left out."""
    console = _console()
    for refused in scores.refused:
        console.print(f"refused: {_text(str(refused), 240)}", style="yellow")
    rows = scores.table.height
    rate = f", {rows / max(scores.seconds, 1e-9):,.0f} rows a second" if rows >= RATE_FROM else ""
    where = "standard output" if output == "-" else _text(output, 200)
    console.print(
        f"{_counted(rows, 'row')} to {where}; {_counted(scores.records, 'record')} read, "
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
    console = _console()
    for refused in outcome.refused:
        console.print(f"refused: {_text(str(refused), 240)}", style="yellow")
    training = outcome.training
    console.print(
        f"\n{outcome.spam_rows:,} spam and {outcome.honest_rows:,} honest rows, "
        f"{outcome.unlabelled_rows:,} without a label; "
        f"trained on {training.domains:,} linking domains in {training.groups:,} groups"
    )
    for note in outcome.notes:
        console.print(f"  {_text(note, 300)}", soft_wrap=True)
    start = _text(training.bundle.metadata["start"])
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("on groups left out", "own model", f"start ({start})"):
        table.add_column(name)
    for name, interval in training.own.items():
        table.add_row(name, str(interval), str(training.start[name]))
    console.print(table)
    console.print(f"difference in ROC AUC: {training.gain}")
    if training.share == 0:
        console.print("the labels did not help on domains left out: the start decides alone")
    _learning(console, training)
    console.print(
        f"scores assume that {training.bundle.prior:.0%} of the linking domains are spam; "
        "--prior changes that"
    )
    promised = sorted(
        {
            float(p)
            for by in training.bundle.cuts.values()
            for p, cut in by.items()
            if cut.score != float("inf")
        }
    )
    if promised:
        console.print(f"enough labels to promise a precision of up to {promised[-1]:.2f}")
    else:
        console.print("too few labels to promise a precision: this model will only say REVIEW")
    typer.echo(f"model written to {clean(folder, 200)}", err=True)
