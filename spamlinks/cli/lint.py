"""``spamlinks lint``: check disavow files, and repair them."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spamlinks.errors import InputError

if TYPE_CHECKING:
    from spamlinks.disavow import DisavowFile, Report

__all__ = ["lint"]

STDIN = Path("-")
FORMATS = ("text", "json", "github", "sarif")


def _show_codes(wanted: bool) -> None:
    if wanted:
        from spamlinks.disavow.formats import codes_table

        typer.echo(codes_table(), nl=False)
        raise typer.Exit


def lint(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Disavow files; - reads one from standard input."),
    ],
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Repair what can be repaired without changing what is meant."),
    ] = False,
    unsafe: Annotated[
        bool,
        typer.Option(
            "--unsafe",
            help="With --fix or --diff: also guess what was meant ('spam.com' becomes "
            "'domain:spam.com', 'domain:www.spam.com' the whole domain). Read the diff.",
        ),
    ] = False,
    prune: Annotated[
        bool,
        typer.Option(
            "--prune", help="With --fix or --diff: take out lines that another line covers."
        ),
    ] = False,
    show_diff: Annotated[
        bool, typer.Option("--diff", help="Show what --fix would change, and change nothing.")
    ] = False,
    backup: Annotated[
        bool,
        typer.Option(
            "--backup/--no-backup",
            help="Keep a file that --fix replaces as FILE.bak-... beside it.",
        ),
    ] = True,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="text|json|github|sarif",
            help="For people, programs, annotations of a GitHub workflow, or code scanning.",
        ),
    ] = "text",
    site: Annotated[
        list[str] | None,
        typer.Option(
            help="Your own site, which no line may hit; may be repeated for aliases and sister "
            "sites."
        ),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Domains or URLs, one a line, that no line may hit."),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A suffix, platform or address that you disavow whole on purpose; may be "
            "repeated.",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Warnings count as errors for the exit code.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Show every finding, however often its code occurs.")
    ] = False,
    codes: Annotated[
        bool,
        typer.Option(
            "--codes", callback=_show_codes, is_eager=True, help="List the codes, and stop."
        ),
    ] = False,
) -> None:
    """Check a disavow file: what Google would not take, and what it would take too far.

    Each finding has a code, a line and a column, a sentence, and the line that would be right. Exit
    code 0 without errors, 1 with, after the repairs that were asked for. Nothing is changed without
    --fix, and then the old file is kept beside the new one.
    """
    from spamlinks.disavow import lint_bytes

    if format_ not in FORMATS:
        raise typer.BadParameter(f"give {', '.join(FORMATS)}", param_hint="--format")
    if (unsafe or prune) and not (fix or show_diff):
        name = "--unsafe" if unsafe else "--prune"
        raise typer.BadParameter("give it with --fix or --diff", param_hint=name)
    if fix and show_diff:
        raise typer.BadParameter("give --fix or --diff, not both", param_hint="--diff")
    if show_diff and format_ != "text":
        raise typer.BadParameter("a diff is text", param_hint="--diff")
    if fix and STDIN in files:
        raise typer.BadParameter(
            "standard input cannot be repaired; use --diff", param_hint="--fix"
        )
    # A hundred thousand lines that all stay: looking for garbage among them costs a sixth.
    gc.set_threshold(200_000, 50, 100)
    for path in files if fix else ():
        if path.exists() and not path.is_file():
            raise InputError(str(path), "is no plain file", "Only a file can be repaired.")
    own, spare = _own(site or ()), _kept(keep)
    allowed = tuple(allow or ())
    reports = []
    for path in files:
        data = _read(path)
        report, file = lint_bytes(data, str(path), own=own, keep=spare, allow=allowed)
        if file is not None and (fix or show_diff):
            repaired = _repaired(file, data, path, unsafe, prune, (*own, *spare), show_diff, backup)
            if fix:
                report = lint_bytes(repaired, str(path), own=own, keep=spare, allow=allowed)[0]
        reports.append(report)
    _show(reports, None if show_diff else format_, every, unsafe and fix, prune and fix)
    failing = {"error", "warning"} if strict else {"error"}
    if any(finding.severity in failing for report in reports for finding in report.findings):
        raise typer.Exit(1)


def _read(path: Path) -> bytes:
    from spamlinks.disavow.reading import MAX_READ_BYTES, read_disavow_bytes

    if path != STDIN:
        return read_disavow_bytes(path)
    data = sys.stdin.buffer.read(MAX_READ_BYTES + 1)
    if len(data) > MAX_READ_BYTES:
        limit = f"larger than {MAX_READ_BYTES // 1024**2} MB, and Google takes 2 MB"
        raise InputError("standard input", limit, "Give a disavow file.")
    return data


def _own(sites: Sequence[str]) -> tuple[str, ...]:
    from spamlinks.properties import refuse_domain_property
    from spamlinks.urls import authority, parse_host

    for site in sites:
        try:
            refuse_domain_property(site, "site")
        except InputError as error:
            text = f"{error.problem}. {error.hint}"
            raise typer.BadParameter(text, param_hint="--site") from None
        problem = parse_host(authority(site)).problem
        if problem is not None:
            hint = f"{problem}; give a domain such as example.com"
            raise typer.BadParameter(hint, param_hint="--site")
    return tuple(sites)


def _kept(keep: Path | None) -> tuple[str, ...]:
    if keep is None:
        return ()
    from spamlinks.disavow import read_disavow_bytes
    from spamlinks.policy.keep import KeepList

    names = KeepList.parse(read_disavow_bytes(keep), keep.name)
    return (*sorted(names.domains), *sorted(names.urls))


def _repaired(
    file: DisavowFile,
    data: bytes,
    path: Path,
    unsafe: bool,
    prune: bool,
    spare: tuple[str, ...],
    show: bool,
    backup: bool,
) -> bytes:
    """Repair a file, or show what a repair would do; return the bytes that are right."""
    from spamlinks.disavow import repair, replace_repaired
    from spamlinks.report.text import clean, counted

    done = repair(file, unsafe=unsafe, prune=prune, spare=spare)
    new = done.file.render()
    if new == data:
        if show:
            typer.echo(f"{clean(str(path), 200)}: nothing to repair", err=True)
        return data
    name = clean(str(path), 200)
    # What --fix does unasked is safe; the rest is shown, since somebody must read it.
    if show or unsafe or prune:
        lines = [f"--- {name}", f"+++ {name}, repaired", *done.diff().split("\n")[:-1]]
        lines += [f"@@ whole file: {code.value}" for code in done.notes]
        for line in lines:
            typer.echo(clean(line, 2500), err=not show)
    if show:
        return data
    kept = replace_repaired(path, data, new, backup=backup)
    said = f"; the former file is kept as {clean(kept.name, 150)}" if kept is not None else ""
    changed = len(done.changes)
    what = f"{counted(changed, 'line')} repaired" if changed else "repaired"
    typer.echo(f"{name}: {what}{said}", err=True)
    return new


def _show(
    reports: list[Report], format_: str | None, every: bool, unsafe: bool, prune: bool
) -> None:
    """Findings to standard output, the sum to standard error."""
    from spamlinks import __version__
    from spamlinks.disavow.formats import render_reports
    from spamlinks.report.text import clean, counted

    if format_ is not None:
        sys.stdout.write(render_reports(reports, format_, __version__, every=every))
    for report in reports:
        counts = report.counts
        words = zip(("error", "warning", "note"), counts.values(), strict=True)
        found = ", ".join(counted(many, word) for word, many in words if many)
        held = ", ".join(
            (
                counted(report.lines, "line"),
                counted(report.domains, "domain"),
                counted(report.urls, "URL"),
            )
        )
        typer.echo(f"{clean(report.source, 200)}: {held}: {found or 'clean'}", err=True)
    ways = {
        "--fix": sum(report.fixable["safe"] for report in reports),
        "--fix --unsafe": 0 if unsafe else sum(report.fixable["unsafe"] for report in reports),
        "--fix --prune": 0 if prune else sum(report.fixable["prune"] for report in reports),
    }
    offers = [f"{way} ({many:,})" for way, many in ways.items() if many]
    if offers:
        typer.echo(f"can be repaired, number of lines: {', '.join(offers)}", err=True)
