"""``spamlinks formats FILE``: what a file is, and how each of its columns is understood."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import typer

from spamlinks.cli.catalogue import show_formats, word_for
from spamlinks.cli.table import new_table, print_table
from spamlinks.errors import InputError
from spamlinks.exports import Hints, Mapping, Recognised, catalogue, recognise, tables
from spamlinks.exports.containers.parts import Part
from spamlinks.exports.describe import TableView, describe
from spamlinks.exports.listing import list_files
from spamlinks.exports.reading.source import probe
from spamlinks.exports.unknown.guess import GUESSED, Guess, guess
from spamlinks.exports.unknown.mapped import refuse_unused
from spamlinks.exports.unknown.mapping import MAPPABLE
from spamlinks.report.text import clean, percent
from spamlinks.schema import FIELDS

__all__ = ["show_fields", "show_files", "show_formats"]

REASONS = 5
_DELIMITER = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
_ENCODING = {"utf-8": "UTF-8", "cp1252": "Windows-1252", "utf-32": "UTF-32"}
_CONTAINER = {"xlsx": "xlsx workbook", "gzip": "gzip", "json": "JSON", "jsonl": "JSON Lines"}
_SURE = {
    "likely": "by its headers and cells it is likely this",
    "possible": "by its cells alone it may be this",
}
_ROWS = {
    "link": "one row per link",
    "domain": "one row per domain",
    "anchor": "one row per anchor text",
    "target": "one row per page that is linked to",
    "internal": "one row per page of the site itself",
    "disavow": "one entry per line",
    "other": "rows that are no links",
}


def show_fields() -> None:
    """List what a column can be mapped to."""
    own = {
        "linking_domain": "Domain that links; then every row is a domain, not a page.",
        "rel": "Words of the rel attribute; feeds rel_nofollow, rel_ugc and rel_sponsored.",
    }
    table = new_table("field", "type", "means")
    for name in ("referring_page", *(n for n in MAPPABLE if n != "referring_page")):
        kind = str(FIELDS[name].dtype) if name in FIELDS else "String"
        verdict = name in FIELDS and FIELDS[name].block == "verdict"
        says = own.get(name) or FIELDS[name].sentence
        table.add_row(name, _TYPE[kind], says + (" Shown, never judged by." if verdict else ""))
    print_table(table)


_TYPE = {"String": "text", "Boolean": "yes/no", "Int64": "number", "Float64": "number",
         "Date": "day"}  # fmt: skip


def show_files(paths: Sequence[Path], hints: Hints, save: Path | None) -> None:
    """Say what files and those in folders are, table by table.

    With ``save`` the mapping that was given, or that is guessed, is written there.

    Raises
    ------
    InputError : a file that was named cannot be read, is refused or unknown, and nothing was saved
        for it, or a folder holds nothing to read; the outcome of the others has been shown by then.
    """
    skipped: list[InputError] = []
    files = list(list_files(paths, skipped))
    if save is not None and len(files) > 1:
        raise InputError("--save", "several files were given", "Give the one file it is for.")
    errors: list[InputError] = []
    left_out: list[InputError] = []
    used: list[Recognised] = []
    seen: list[Part] = []
    aloud = len(files) > 1
    for number, (path, named) in enumerate(files):
        failures = errors if named else left_out
        if number:
            typer.echo()
        try:
            found, problems = tables(path)
        except InputError as error:
            failures.append(error)
            _say_not_read(error, aloud=aloud)
            continue
        seen += found
        failed: list[InputError] = list(problems)
        vendors: set[str] = set()
        several = len(found) + len(problems) > 1
        for place, part in enumerate(found):
            if place:
                typer.echo()
            try:
                recognised = recognise(part, hints)
            except InputError as error:
                guessed = _show_guess(part)
                if guessed is not None and save is not None and not several:
                    _write(guessed.mapping, save)
                    return
                failed.append(_shortened(error, guessed))
                _say_not_read(failed[-1], aloud=several or aloud)
                continue
            vendors.add(recognised.format.vendor)
            try:
                _show_table(recognised)
                recognised.refuse()
                used.append(recognised)
            except InputError as error:
                failed.append(error)
                _say_not_read(error, aloud=several or aloud)
        for problem in problems:
            _say_not_read(problem, aloud=True)
        if found[0].within:
            _show_archive(path, vendors)
        if len(failed) == len(found) + len(problems):
            failures.append(failed[0])
    for passed_over in skipped:
        _say_not_read(passed_over, aloud=True)
    if save is not None and used:
        _save_mapping(used, hints, save)
    if not used:
        errors += left_out  # a folder may hold other files, but nothing at all is an error
    if len(errors) == 1:
        raise errors[0]
    if errors:
        text = f"{len(errors)} of {len(files)} hold nothing that can be read"
        raise InputError("files", text, "The reasons stand above.")
    refuse_unused(hints, [recognised.format for recognised in used], seen)


def _shortened(error: InputError, guessed: Guess | None) -> InputError:
    """The error without the guess that was just shown as a table."""
    if guessed is None or guessed.line not in error.problem:
        return error
    problem = "the columns fit no known export; the guess is above"
    return InputError(error.source, problem, error.hint)


def _show_archive(path: Path, vendors: set[str]) -> None:
    """Say what an archive of several tables is as a whole, where the catalogue has a name."""
    for entry in catalogue():
        if entry.grain == "mixed" and {entry.vendor} == vendors:
            word = word_for(entry.confidence, entry.refusal)
            typer.echo(
                f"\n{clean(path.name, 120)}: {entry.name}, confidence {entry.confidence} ({word})"
                f"\n{entry.note}"
            )


def _say_not_read(error: InputError, *, aloud: bool) -> None:
    """Beside others the reason is said at once; a single one ends the command."""
    if aloud:
        typer.echo(clean(f"{error.source}: not read: {error.problem}. {error.hint}", 500))


def _show_table(recognised: Recognised) -> None:
    entry = recognised.format
    view = describe(recognised, read=not entry.refusal)
    word = word_for(entry.confidence, entry.refusal)
    rows = _ROWS.get(entry.grain, "several tables")
    language = f", header in {recognised.language}" if recognised.language not in ("en", "") else ""
    typer.echo(
        f"{clean(recognised.source.name, 120)}: {clean(entry.name, 100)}, {rows}{language}, "
        f"confidence {entry.confidence} ({word})"
    )
    typer.echo(f"text: {'; '.join(_text(view))}")
    about = [f"site {recognised.property}"] if recognised.property else []
    about += [f"day {recognised.export_date}"] if recognised.export_date else []
    if about:
        typer.echo(f"file name: {', '.join(about)}")
    if not entry.refusal:
        typer.echo(_counts(view))
    for note in view.notes:
        typer.echo(f"note: {clean(note, 300)}")
    table = new_table("column", "read as", "how", "filled", "example")
    for column in view.columns:
        used = () if entry.refusal else column.fields
        read = ", ".join(used) or ("known, not used" if column.known else "not known")
        table.add_row(
            clean(column.header, 40) or "(no name)",
            read,
            clean(column.how, 60),
            "" if column.filled is None else percent(round(column.filled, 2)).replace("\u00a0", ""),
            clean(column.example, 40),
        )
    print_table(table)


def _text(view: TableView) -> list[str]:
    source = view.recognised.source
    found = [_CONTAINER[source.part.container]] if source.part.container else []
    if not source.part.sheet_like:
        name = _ENCODING.get(source.encoding, source.encoding.upper())
        found.append(f"{name}, with bytes that are none" if source.damaged else name)
        found.append(_DELIMITER.get(view.recognised.delimiter, "one column"))
    place = "row" if source.part.container == "xlsx" else "line"
    where = f"header in {place} {view.header_line}" if view.header_line else "no header line"
    return [*found, where] if source.part.container not in ("json", "jsonl") else found


def _counts(view: TableView) -> str:
    if not view.rejected:
        return f"records: {view.records:,}, all usable"
    reasons = [f"{count:,} {clean(reason, 80)}" for reason, count in view.rejected[:REASONS]]
    more = sum(count for _, count in view.rejected[REASONS:])
    reasons += [f"{more:,} for other reasons"] if more else []
    rejected = view.records - view.accepted
    return f"records: {view.records:,}, {rejected:,} rejected ({'; '.join(reasons)})"


def _save_mapping(used: Sequence[Recognised], hints: Hints, save: Path) -> None:
    """Write the mapping by which a table of the file was read."""
    for recognised in used:
        mapping = next((m for m in hints.mappings if m.format() == recognised.format), None)
        if mapping is None and recognised.format.confidence == GUESSED:
            guessed = guess(recognised.source)
            mapping = guessed.mapping if guessed is not None else None
        if mapping is not None:
            _write(mapping, save)
            return
    entry = used[0].format
    problem = f"it is known as {entry.name} and needs no mapping"
    raise InputError(used[0].source.name, problem, "Leave --save out.")


def _show_guess(part: Part) -> Guess | None:
    """Show what an unknown table looks like, why, and the command that reads it so."""
    try:
        guessed = guess(probe(part))
    except InputError:
        return None  # no table at all; the error that follows says so
    if guessed is None:
        return None
    typer.echo(f"{clean(part.name, 120)}: not known; {_SURE[guessed.sure]}:")
    table = new_table("column", "perhaps", "why")
    for reason in guessed.reasons:
        table.add_row(clean(reason.column, 40), reason.field, clean(reason.sentence, 120))
    print_table(table)
    columns = guessed.mapping.columns
    typer.echo("If that is right, read it with one of these:")
    file = _quoted(str(part.path), "FILE")
    typer.echo(f"  spamlinks audit {file} --accept-guess -o DIR")
    if all(header.isprintable() and len(header) <= 60 for header in columns):
        words = (shlex.quote(f"{header}={name}") for header, name in columns.items())
        typer.echo(f"  spamlinks audit {file} --map {' --map '.join(words)} -o DIR")
    return guessed


def _quoted(text: str, otherwise: str) -> str:
    return shlex.quote(text) if text.isprintable() and len(text) <= 300 else otherwise


def _write(mapping: Mapping, save: Path) -> None:
    replace(mapping, name=clean(save.stem, 60) or "mapping").save(save)
    shown = clean(save, 200)
    typer.echo(f"written to {shown}; look at it, then read files with --mapping {shown}", err=True)
