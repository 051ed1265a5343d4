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
    StoreFile,
    parse_hints,
    parse_settings,
)
from spamlinks.errors import InputError, OutputError

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
AGAINST_OWNER = "DISAVOWS YOUR OWN SITE, OR ONE THAT YOU KEEP"
SHOWN_AGAINST_OWNER = 100
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
    store: StoreFile = None,
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
        _same(output, path) for path in (live, *exports, keep, facts, store, remove_list) if path
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
        site,
        brand,
        None,
        keep,
        facts,
        model,
        situation,
        precision,
        prior,
        hints,
        store=store,
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

    # "##[" begins a command of a build server, wherever it stands in a line.
    return clean(str(value), limit).replace("##[", "## [")


def _show(found: Recheck) -> None:
    """The findings to standard output, those that ask for a decision first."""
    import polars as pl

    from spamlinks.rechecking import Found

    _show_against_owner(found)
    for item in Found:
        rows = found.lines.filter(pl.col("finding") == item.value)
        if not rows.height:
            continue
        typer.echo(f"{item.value}: {rows.height:,}")
        if item.value in ADVICE:
            typer.echo(f"  {ADVICE[item.value]}")
        rows = rows.sort("links", "line", descending=[True, False])
        above = rows["line"].is_in(
            pl.Series(found.against_owner[:SHOWN_AGAINST_OWNER], dtype=pl.UInt32).implode()
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


def _show_against_owner(found: Recheck) -> None:
    """What an owner surely does not mean, with or without links in these exports."""
    import polars as pl

    if not found.against_owner:
        return
    numbers = pl.Series("line", found.against_owner, dtype=pl.UInt32)
    rows = numbers.to_frame().join(found.lines, on="line", how="left", maintain_order="left")
    typer.echo(f"{AGAINST_OWNER}: {rows.height:,}")
    _show_rows(rows.head(SHOWN_AGAINST_OWNER), together=True)
    if rows.height > SHOWN_AGAINST_OWNER:
        typer.echo(f"  and {rows.height - SHOWN_AGAINST_OWNER:,} more; -o FILE.csv writes all")


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
    from spamlinks.report.text import counted

    name = _clean(found.live.source)
    totals = found.run["totals"]
    typer.echo(
        f"{name}: {counted(found.lines.height, 'entry line')} against "
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
    from spamlinks.report.text import counted

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
    lines = counted(gone, "line")
    if not apply:
        typer.echo(f"{lines} would go; --apply writes {_clean(live)}", err=True)
        return
    old = read_disavow_bytes(live)
    if hashlib.sha256(old).hexdigest() != found.live.sha256:
        raise OutputError(str(live), "it was changed meanwhile", "Run the command again.")
    kept = replace_repaired(live, old, new.render(), backup=True)
    name = f"; the former file is kept as {_clean(kept.name)}" if kept is not None else ""
    typer.echo(f"{_clean(live)}: {lines} taken out{name}", err=True)


def _warn(found: Recheck, new: DisavowFile) -> None:
    """Say how many links count again, and of how many entries the scores speak against it."""
    import polars as pl

    from spamlinks.rechecking import Found

    entries, links = found.counting_again(new)
    if not entries:
        return
    gone = [line.number for line in found.live.entries if new.covers(line.value) is None]
    rows = found.lines.filter(pl.col("line").is_in(pl.Series(gone, dtype=pl.UInt32).implode()))
    followed = rows["followed_links"]
    told = "" if followed.null_count() == rows.height else f" ({int(followed.sum()):,} followed)"
    typer.echo(
        f"{links:,} link{'' if links == 1 else 's'}{told} of these exports would count again, from "
        f"{entries:,} {'entry' if entries == 1 else 'entries'}",
        err=True,
    )
    doubtful = rows.filter((pl.col("finding") == Found.KEEP.value) & (pl.col("links") > 0))
    doubted = doubtful.filter(~pl.col("effect").str.starts_with("none"))["entry"].to_list()
    if doubted:
        names = ", ".join(_clean(entry, 60) for entry in doubted[:5])
        rest = f" and {len(doubted) - 5:,} more" if len(doubted) > 5 else ""
        typer.echo(f"not found to look good: {names}{rest}", err=True)
