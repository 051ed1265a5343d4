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
    Precision,
    Prior,
    Site,
    Situation,
    parse_hints,
    parse_settings,
)
from spamlinks.errors import InputError, OutputError

if TYPE_CHECKING:
    import polars as pl

    from spamlinks.disavow import DisavowFile
    from spamlinks.rechecking import Recheck

__all__ = ["recheck"]

SHOWN = {"looks good now": 50, "whole suffix": 30, "invalid": 20, "redundant": 10, "keep": 10}
"""Lines shown of each finding; of the silent ones only the number."""
AGAINST_OWNER = "DISAVOWS YOUR OWN SITE, OR ONE THAT YOU KEEP"
SHOWN_AGAINST_OWNER = 100


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
    """The findings to standard output, those that ask for a decision first.

    What an owner surely does not mean comes before all, with or without links in these exports.
    """
    import polars as pl

    from spamlinks.cli.terminal import counted
    from spamlinks.rechecking import Found

    numbers = pl.Series(found.against_owner, dtype=pl.UInt32)
    first = pl.DataFrame({"line": numbers}).join(
        found.lines, on="line", how="left", maintain_order="left"
    )
    _group(AGAINST_OWNER, first, SHOWN_AGAINST_OWNER)
    rest = found.lines.filter(~pl.col("line").is_in(numbers.implode()))
    rest = rest.sort("links", descending=True, maintain_order=True)
    for item in Found:
        rows = rest.filter(pl.col("finding") == item.value)
        _group(item.value, rows, SHOWN.get(item.value, 0))
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


def _group(heading: str, rows: pl.DataFrame, most: int) -> None:
    """One heading with the first of its lines; nothing where there is no line."""
    if not rows.height:
        return
    typer.echo(f"{heading}: {rows.height:,}")
    for row in rows.head(most).iter_rows(named=True):
        typer.echo(
            f"  line {row['line']:,}  {_clean(row['entry'], 100)}\n"
            f"    {_clean(row['reason'], 300)} {_without(_clean(row['effect'], 200))}."
        )
    if not most:
        typer.echo("  no link in these exports, which are samples: they stay")
    elif rows.height > most:
        typer.echo(f"  and {rows.height - most:,} more; -o FILE.csv writes all")


def _change(found: Recheck, live: Path, names: list[str], *, prune: bool, apply: bool) -> None:
    """Show what goes, and with ``apply`` write the file without it."""
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
        typer.echo(f"{_lines(len(changes))} would go; --apply writes {_clean(live)}", err=True)
        return
    old = read_disavow_bytes(live)
    if hashlib.sha256(old).hexdigest() != found.live.sha256:
        raise OutputError(str(live), "it was changed meanwhile", "Run the command again.")
    kept = replace_repaired(live, old, new.render(), backup=True)
    name = f"; the former file is kept as {_clean(kept.name)}" if kept is not None else ""
    typer.echo(f"{_clean(live)}: {_lines(len(changes))} taken out{name}", err=True)


def _warn(found: Recheck, new: DisavowFile) -> None:
    """Say how many links count again."""
    entries, links = found.counting_again(new)
    if entries:
        typer.echo(
            f"{links:,} link{'' if links == 1 else 's'} of these exports would count again, from "
            f"{entries:,} {'entry' if entries == 1 else 'entries'}",
            err=True,
        )


def _lines(many: int) -> str:
    return f"{many:,} line{'' if many == 1 else 's'}"
