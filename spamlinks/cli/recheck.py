"""``spamlinks recheck``: an old disavow file looked at again with today's exports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spamlinks.cli.options import (
    AcceptGuess,
    Brand,
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
    parse_hints,
    parse_settings,
)
from spamlinks.errors import InputError

if TYPE_CHECKING:
    import polars as pl

    from spamlinks.disavow import DisavowFile
    from spamlinks.rechecking import Recheck

__all__ = ["recheck"]

SHOWN = {
    "looks good now": 50,
    "whole suffix": 30,
    "invalid": 20,
    "redundant": 10,
    "no longer links": 0,
    "keep": 15,
}
"""Lines shown of each finding; of the silent ones only the number."""
SHOWN_SPARED = 100
ADVICE = {
    "looks good now": "take out those you agree with: --remove NAME",
    "redundant": "nothing is lost without them: --prune",
    "no longer links": "no link in these exports, which are samples: they stay",
}
"""What to do about a finding, where its reasons do not say it."""


def recheck(
    live: Annotated[
        Path, typer.Argument(metavar="LIVE.txt", help="The disavow file that Google holds now.")
    ],
    exports: Exports,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write every line to a .csv or .parquet table."
        ),
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Take this entry out, named as in the file; may be repeated."
        ),
    ] = None,
    remove_list: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Take these entries out: one name a line."),
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Take out the lines that other lines cover.")
    ] = False,
    apply: Annotated[
        bool,
        typer.Option(
            "--apply",
            help="Write LIVE.txt without what --remove, --remove-list and --prune name, and keep "
            "the former file beside it. Without it nothing is changed.",
        ),
    ] = False,
    site: Site = None,
    brand: Brand = None,
    keep: Keep = None,
    facts: Facts = None,
    model: Model = None,
    situation: Situation = "none",
    precision: Precision = None,
    prior: Prior = None,
    map_columns: Map = None,
    mapping: MappingFile = None,
    accept_guess: AcceptGuess = False,
) -> None:
    """Look at each line of an old disavow file again: does it still do any good?

    Says of each whether it looks good now, names a whole suffix, does nothing, is redundant, has no
    link in these exports, or should stay, with the reason and what taking it out would do. An entry
    is taken out only by name, since its links count again.
    """
    from spamlinks.cli.terminal import progress
    from spamlinks.rechecking import recheck as run_recheck
    from spamlinks.tables import write_table

    if output is not None and output.suffix.lower() not in (".csv", ".parquet"):
        raise typer.BadParameter("the name must end in .csv or .parquet", param_hint="-o")
    if output is not None and any(
        _same(output, path) for path in (live, *exports, keep, facts, remove_list) if path
    ):
        raise typer.BadParameter("this file is read; give another name", param_hint="-o")
    if not all(name.strip() for name in remove or ()):
        raise typer.BadParameter("give a host or URL of the file", param_hint="--remove")
    names = [*(remove or ()), *_names(remove_list)]
    if apply and not (names or prune):
        text = "name what goes with --remove or --remove-list, or give --prune"
        raise typer.BadParameter(text, param_hint="--apply")
    hints = parse_hints(map_columns, mapping, accept_guess)
    settings = parse_settings(
        site, brand, None, keep, facts, model, situation, precision, prior, hints
    )
    with progress() as stage:
        found = run_recheck(live, exports, settings, stage=stage)
    _show(found)
    _talk(found)
    if output is not None:
        write_table(found.lines, output)
        typer.echo(f"every line is in {_clean(output)}", err=True)
    if names or prune:
        _change(found, live, names, prune=prune, apply=apply)


def _names(path: Path | None) -> list[str]:
    if path is None:
        return []
    from spamlinks.disavow import read_disavow_bytes

    try:
        text = read_disavow_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        hint = "Save it as text in UTF-8, one name a line."
        raise InputError(str(path), "it is no text in UTF-8", hint) from None
    lines = (line.partition(" #")[0].strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there
        return False


def _clean(value: object, limit: int = 200) -> str:
    from spamlinks.report.text import clean

    return clean(str(value), limit)


def _show(found: Recheck) -> None:
    """The findings to standard output, those that ask for a decision first."""
    import polars as pl

    from spamlinks.rechecking import Found

    _show_spared(found)
    for item in Found:
        rows = found.lines.filter(pl.col("finding") == item.value)
        if not rows.height:
            continue
        typer.echo(f"{item.value}: {rows.height:,}")
        if item.value in ADVICE:
            typer.echo(f"  {ADVICE[item.value]}")
        rows = rows.sort("links", "line", descending=[True, False])
        above = rows["line"].is_in(
            pl.Series(found.spared[:SHOWN_SPARED], dtype=pl.UInt32).implode()
        )
        if above.any():
            typer.echo(f"  {int(above.sum()):,} of them named above")
            rows = rows.filter(~above)
        most = SHOWN[item.value]
        _show_rows(rows.head(most), together=item is not Found.REDUNDANT)
        if 0 < most < rows.height:
            typer.echo(f"  and {rows.height - most:,} more; -o FILE.csv writes all")


def _show_rows(rows: pl.DataFrame, *, together: bool) -> None:
    """Rows under their reason, or each with its own where no two share one."""
    if not together:
        for row in rows.iter_rows(named=True):
            entry, reason = _clean(row["entry"], 100), _clean(row["reason"], 200)
            typer.echo(f"    line {row['line']:,}  {entry}: {reason}")
        return
    for (reason,), part in rows.group_by("reason", maintain_order=True):
        typer.echo(f"  {_clean(reason, 300)}")
        for row in part.iter_rows(named=True):
            typer.echo(_line(row))


def _show_spared(found: Recheck) -> None:
    """Lines that the user cannot want, before everything else."""
    import polars as pl

    if not found.spared:
        return
    numbers = pl.Series(found.spared, dtype=pl.UInt32)
    rows = found.lines.filter(pl.col("line").is_in(numbers.implode()))
    many = rows.height
    what = "1 line disavows" if many == 1 else f"{many:,} lines disavow"
    typer.echo(f"TAKE OUT FIRST: {what} what you want spared")
    for row in rows.head(SHOWN_SPARED).iter_rows(named=True):
        typer.echo(_line(row))
        typer.echo(f"      {_clean(row['reason'], 300)}")
    if many > SHOWN_SPARED:
        typer.echo(f"  and {many - SHOWN_SPARED:,} more; -o FILE.csv writes all")


def _line(row: dict[str, Any]) -> str:
    """One line of the file: number, entry, score and what taking it out would do."""
    score = row["spam_score"]
    facts = [f"score {score:.2f}"] if score is not None else []
    if not row["effect"].startswith("none"):
        facts.append(row["effect"])
    said = f"  ({_clean('; '.join(facts), 200)})" if facts else ""
    return f"    line {row['line']:,}  {_clean(row['entry'], 100)}{said}"


def _talk(found: Recheck) -> None:
    """What was read, and what the lines were held against, to standard error."""
    from spamlinks.cli.show_files import show_files
    from spamlinks.cli.terminal import open_console

    name = _clean(found.live.source)
    totals = found.run["totals"]
    typer.echo(
        f"{name}: {found.lines.height:,} lines against "
        f"{totals['links']:,} links from {totals['domains']:,} domains"
        if found.lines.height
        else f"{name} holds no entry",
        err=True,
    )
    show_files(open_console(), found.run, written=False)


def _change(found: Recheck, live: Path, names: list[str], *, prune: bool, apply: bool) -> None:
    """Show what goes, and with ``apply`` write the file without it."""
    import hashlib

    from spamlinks.disavow import read_disavow_bytes, replace_repaired, without

    new, changes = without(found.live, names, prune=prune)
    gone = sum(change.startswith("-") for change in changes)
    if not gone:
        typer.echo("nothing to take out", err=True)
        return
    if not new.entries:
        raise InputError(
            str(live),
            "no entry would be left",
            "An empty upload clears the list; do that in Google's own tool if you mean it.",
        )
    typer.echo("changes:")
    for change in changes:
        typer.echo(_clean(change, 2200))
    _warn(found, new)
    lines = f"{gone:,} line{'' if gone == 1 else 's'}"
    if not apply:
        typer.echo(f"{lines} would go; --apply writes {_clean(live)}", err=True)
        return
    old = read_disavow_bytes(live)
    if hashlib.sha256(old).hexdigest() != found.live.sha256:
        raise InputError(str(live), "it was changed meanwhile", "Run the command again.")
    kept = replace_repaired(live, old, new.render(), backup=True)
    name = f"; the former file is kept as {_clean(kept.name)}" if kept is not None else ""
    typer.echo(f"{_clean(live)}: {lines} taken out{name}", err=True)


def _warn(found: Recheck, new: DisavowFile) -> None:
    """Say how many links count again, and of how many entries the scores speak against it."""
    import polars as pl

    from spamlinks.disavow import Entry
    from spamlinks.rechecking import Found

    stays = new.entry_set
    gone = [x.number for x in found.live.entries if Entry(x.kind, x.value) not in stays]
    rows = found.lines.filter(
        pl.col("line").is_in(pl.Series(gone, dtype=pl.UInt32).implode())
        & (pl.col("finding") != Found.REDUNDANT.value)
    )
    if not rows.height:
        return
    links, followed = int(rows["links"].sum()), rows["followed_links"]
    told = "" if followed.null_count() == rows.height else f" ({int(followed.sum()):,} followed)"
    typer.echo(
        f"{links:,} link{'' if links == 1 else 's'}{told} of these exports would count again, from "
        f"{rows.height:,} {'entry' if rows.height == 1 else 'entries'}",
        err=True,
    )
    doubtful = rows.filter((pl.col("finding") == Found.KEEP.value) & (pl.col("links") > 0))
    entries = doubtful.filter(~pl.col("effect").str.starts_with("none"))["entry"].to_list()
    if entries:
        names = ", ".join(_clean(entry, 60) for entry in entries[:5])
        rest = f" and {len(entries) - 5:,} more" if len(entries) > 5 else ""
        typer.echo(f"not found to look good: {names}{rest}", err=True)
