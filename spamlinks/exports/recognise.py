"""Recognising an export by its content: dialect, header row and the catalogue entry it fits.

The header row is looked for in the first lines under every candidate delimiter; the entry whose
required core is present and whose columns agree best with the header wins. The name of the file
only adds what a header cannot say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from spamlinks.errors import InputError, RefusedExport
from spamlinks.exports.catalog import Column, Format, catalogue, normalise_header
from spamlinks.exports.cells import DELIMITERS, first_records, printable
from spamlinks.exports.containers.parts import Part, parts
from spamlinks.exports.match import (
    HEADER_LINES,
    Match,
    by_content,
    by_header,
    by_lines,
    language_of,
)
from spamlinks.exports.names import date_from_name, property_from_name
from spamlinks.exports.reading.source import Source, probe
from spamlinks.exports.unknown.guess import Guess, guess
from spamlinks.exports.unknown.mapped import by_mapping, refuse_unfitting
from spamlinks.exports.unknown.mapping import MAPPED, Hints
from spamlinks.schema import FIELDS

__all__ = ["ColumnUse", "Recognised", "recognise", "tables"]

NAMED = 8
"""Columns that a message names."""
_MARKUP = re.compile(r"(?i)\s*<(?:!doctype|html|\?xml|head|body)")


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """One column of a file: its header as written and the columns of the format it feeds.

    ``columns`` is () for a column that is not read; ``known`` tells those of the catalogue from
    new ones.
    """

    header: str
    columns: tuple[Column, ...]
    known: bool

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the schema's fields that are read from this column."""
        return tuple(column.field for column in self.columns)


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file is and how to read it.

    ``data_start`` is the UTF-8 byte (after a byte order mark) at which the records begin;
    ``property`` and ``export_date`` come from the file name and are None when it does not say;
    ``language`` is that of the header.
    """

    source: Source
    format: Format
    delimiter: str
    columns: tuple[ColumnUse, ...]
    data_start: int
    property: str | None
    export_date: date | None
    language: str
    notes: tuple[str, ...]

    def with_source(self, source: Source) -> Recognised:
        """Return the same recognition for a source whose encoding was decided anew."""
        return replace(self, source=source)

    def refuse(self) -> None:
        """Raise RefusedExport when the format holds no links that could be scored."""
        if self.format.refusal:
            raise RefusedExport(self.source.name, self.format.refusal, self.format.advice)


def recognise(file: Path | Part, hints: Hints | None = None) -> Recognised:
    """Say what an export is; refusing formats that hold no links is left to ``Recognised.refuse``.

    Parameters
    ----------
    file : a file with one table, or one table of a file (see ``tables``).
    hints : what the user said about columns that no format knows: a mapping goes before the
        catalogue, an accepted guess comes last.

    Raises
    ------
    InputError : the file cannot be opened, is binary or empty, fits no known format, or has several
        tables; none of the mappings fits a file.
    """
    if isinstance(file, Part):
        return _recognised_part(file, hints or Hints())
    found, _ = tables(file)
    if len(found) > 1:
        names = ", ".join(part.table for part in found[:4])
        problem = f"it holds {len(found)} tables ({names}{', ...' if len(found) > 4 else ''})"
        raise InputError(file.name, problem, "Read them with read_exports.")
    recognised = _recognised_part(found[0], hints or Hints())
    if hints is not None and recognised.format.confidence != MAPPED:
        refuse_unfitting(hints.mappings, recognised.source)
    return recognised


def tables(path: Path, name: str = "") -> tuple[list[Part], list[InputError]]:
    """Return the tables of a file, and what is in it that cannot be one.

    Of the lists in one JSON document only that is a table which fits a known export best, else
    the one with the longest records.

    Raises
    ------
    InputError : as ``parts``.
    """
    found, problems = parts(Path(path), name)
    by_place: dict[tuple[str, str], list[Part]] = {}
    for part in found:
        place = (
            (part.within, part.table) if part.container in ("json", "jsonl") else (part.name, "")
        )
        by_place.setdefault(place, []).append(part)
    return [_best(group) for group in by_place.values()], problems


def _best(group: list[Part]) -> Part:
    if len(group) == 1:
        return group[0]

    def fit(part: Part) -> tuple[bool, float, int]:
        source = probe(part)
        match = by_header(source)
        rows = first_records(source, ",", 1)
        width = len(rows[0][0]) if rows else 0
        if match is None:
            return guess(source) is not None, 0.0, width
        return True, match.score, width

    return max(group, key=fit)


def _recognised_part(part: Part, hints: Hints) -> Recognised:
    source = probe(part)
    if _MARKUP.match(source.head):
        raise InputError(source.name, "it is a web page or XML", "Export the links as CSV.")
    match = by_mapping(source, hints.mappings) or by_header(source)
    if match is not None:
        return _recognised(source, match, ())
    match = by_content(source)
    if match is not None and match.format.core:
        note = "the header is in no known language; recognised by what the cells look like"
        return _recognised(source, match, (note,))
    match = match or by_lines(source)
    if match is not None:
        return _recognised(source, match, ())
    guessed = guess(source)
    if guessed is not None and hints.accept_guess and (guessed.clear or not hints.clear_only):
        return _recognised(source, guessed.match, (f"columns were guessed: {guessed.line}",))
    refuse_unfitting(hints.mappings, source)
    raise _unknown(source, guessed, hints)


def _recognised(source: Source, match: Match, notes: tuple[str, ...]) -> Recognised:
    uses: list[ColumnUse] = []
    taken: set[str] = set()
    for cell in match.header:
        name = normalise_header(cell)
        columns = match.format.columns_for(name) if name not in taken else ()
        columns = tuple(column for column in columns if column.field in FIELDS)
        known = not name or match.format.knows(name)
        taken.add(name)
        uses.append(ColumnUse(cell.replace("\ufeff", "").strip(), columns, known))
    part = source.part
    return Recognised(
        source=source,
        format=match.format,
        delimiter=match.delimiter,
        columns=tuple(uses),
        data_start=match.data_start,
        property=property_from_name(part.table) or property_from_name(part.within),
        export_date=date_from_name(part.table) or date_from_name(part.within),
        language=language_of(match.format, [normalise_header(cell) for cell in match.header]),
        notes=notes,
    )


def _unknown(source: Source, guessed: Guess | None, hints: Hints) -> InputError:
    """Say what the columns look like, or which were found and which format comes nearest."""
    if guessed is not None:
        problem = f"the columns fit no known export. They look like: {guessed.line}"
        hint = "Run again with --accept-guess, or name the columns with --map."
        if hints.clear_only and not guessed.clear:
            hint = "If it lists links, give it by itself, or name its columns with --map."
        return InputError(source.name, problem, hint)
    rows = [
        row
        for delimiter in DELIMITERS
        for row, _ in first_records(source, delimiter, HEADER_LINES)
        if row
    ]
    header = max(rows, key=len, default=[])
    names = {normalise_header(cell) for cell in header} - {""}
    near = max(catalogue(), key=lambda entry: sum(bool(entry.columns_for(n)) for n in names))
    shown = ", ".join(printable(cell) for cell in header[:NAMED] if cell.strip()) or "none"
    hint = "Name the columns with --map, or run `spamlinks formats` for what is read."
    if any(near.columns_for(name) for name in names):
        missing = sorted(near.core - {c.field for n in names for c in near.columns_for(n)})
        hint = f"Nearest is {near.name}, without its {', '.join(missing) or 'header'}. {hint}"
    return InputError(source.name, f"the columns fit no known export (found: {shown})", hint)
