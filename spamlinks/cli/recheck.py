"""``spamlinks recheck``: an old disavow file looked at again with today's exports."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    Prior,
    Site,
    parse_hints,
    parse_settings,
)
from spamlinks.errors import InputError, OutputError

if TYPE_CHECKING:
    from spamlinks.disavow import DisavowFile
    from spamlinks.rechecking import Recheck

__all__ = ["recheck"]

SHOWN = {"looks good now": 50, "whole suffix": 30, "invalid": 20, "redundant": 10, "keep": 10}
"""Lines shown of each finding; of the silent ones only the number."""


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
    names = [*(remove or ()), *_names(remove_list)]
    if apply and not (names or prune):
        text = "name what goes with --remove or --remove-list, or give --prune"
        raise typer.BadParameter(text, param_hint="--apply")
    hints = parse_hints(map_columns, mapping, accept_guess)
    settings = parse_settings(site, brand, None, keep, facts, model, "none", None, prior, hints)
    with progress() as stage:
        found = run_recheck(live, exports, settings, stage=stage)
    _show(found)
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


def _clean(value: object, limit: int = 200) -> str:
    from spamlinks.report.text import clean

    # "##[" begins a command of a build server, wherever it stands in a line.
    return clean(str(value), limit).replace("##[", "## [")


def _show(found: Recheck) -> None:
    """The findings to standard output, those that ask for a decision first."""
    import polars as pl

    from spamlinks.cli.terminal import counted
    from spamlinks.rechecking import Found

    for item in Found:
        rows = found.lines.filter(pl.col("finding") == item.value)
        if not rows.height:
            continue
        typer.echo(f"{item.value}: {rows.height:,}")
        rows = rows.sort("links", descending=True, maintain_order=True)
        shown = rows.head(SHOWN.get(item.value, 0))
        for row in shown.iter_rows(named=True):
            typer.echo(
                f"  line {row['line']:,}  {_clean(row['entry'], 100)}\n"
                f"    {_clean(row['reason'], 300)} {_without(_clean(row['effect'], 200))}."
            )
        if rows.height > shown.height and shown.height:
            typer.echo(f"  and {rows.height - shown.height:,} more; -o FILE.csv writes all")
        elif rows.height > shown.height:
            typer.echo("  no link in these exports, which are samples: they stay")
    totals = found.run["totals"]
    typer.echo(
        f"{_clean(found.live.source)}: {counted(found.lines.height, 'entry line')} against "
        f"{totals['links']:,} links from {totals['domains']:,} domains"
        if found.lines.height
        else f"{_clean(found.live.source)} holds no entry",
        err=True,
    )


def _without(effect: str) -> str:
    """What taking a line out would do, as a sentence."""
    if effect.startswith("none"):
        return f"Taking it out changes nothing{effect.removeprefix('none')}"
    return f"Without it {effect}"


def _change(found: Recheck, live: Path, names: list[str], *, prune: bool, apply: bool) -> None:
    """Show what goes, and with ``apply`` write the file without it."""
    from spamlinks.cli.terminal import counted
    from spamlinks.disavow import read_disavow_bytes, replace_repaired
    from spamlinks.rechecking import without

    new, changes = without(found.live, names, prune=prune)
    for line in changes:
        typer.echo(_clean(line, 2200))
    _warn(found, new)
    if not changes:
        typer.echo("nothing to take out", err=True)
        return
    if not new.entries:
        raise InputError(
            str(live),
            "no entry would be left",
            "An empty upload clears the list; do that in Google's own tool if you mean it.",
        )
    if not apply:
        many = counted(len(changes), "line")
        typer.echo(f"{many} would go; --apply writes {_clean(live)}", err=True)
        return
    old = read_disavow_bytes(live)
    if hashlib.sha256(old).hexdigest() != found.live.sha256:
        raise OutputError(str(live), "it was changed meanwhile", "Run the command again.")
    kept = replace_repaired(live, old, new.render(), backup=True)
    name = f"; the former file is kept as {_clean(kept.name)}" if kept is not None else ""
    typer.echo(f"{_clean(live)}: {counted(len(changes), 'line')} taken out{name}", err=True)


def _warn(found: Recheck, new: DisavowFile) -> None:
    """Say how many links count again."""
    import polars as pl

    from spamlinks.disavow import Entry

    stays = new.entry_set
    gone = [x.number for x in found.live.entries if Entry(x.kind, x.value) not in stays]
    rows = found.lines.filter(
        pl.col("line").is_in(pl.Series(gone, dtype=pl.UInt32).implode())
        & (pl.col("finding") != "redundant")
    )
    links = int(rows["links"].sum())
    if rows.height:
        typer.echo(
            f"{links:,} link{'' if links == 1 else 's'} of these exports would count again, from "
            f"{rows.height:,} {'entry' if rows.height == 1 else 'entries'}",
            err=True,
        )
