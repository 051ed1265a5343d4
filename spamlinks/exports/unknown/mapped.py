"""Fitting a table to the user's mappings, and saying so when one fits none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from spamlinks.errors import InputError
from spamlinks.exports.catalog import Format, normalise_header
from spamlinks.exports.cells import DELIMITERS, ONE_COLUMN, first_records, kind_of, printable
from spamlinks.exports.containers.parts import Part
from spamlinks.exports.match import HEADER_LINES, MAX_COLUMNS, Match, by_header
from spamlinks.exports.reading.source import Source, probe
from spamlinks.exports.unknown.looks import link_kind
from spamlinks.exports.unknown.mapping import Hints, Mapping

__all__ = ["by_mapping", "refuse_unfitting", "refuse_unused", "usual_width"]

SAMPLE = 50
"""Records that are looked at when there is no header line."""
NAMED = 6
LOOKED_AT = 20
"""Tables that are looked at to say what a mapping lacks."""


def by_mapping(source: Source, mappings: Sequence[Mapping]) -> Match | None:
    """Return the fit of the mapping that names most columns of a table, or None when none fits.

    A mapping by header fits a table that has all of its headers in one of the first lines; one by
    position fits a table whose first lines are no known header and whose source column holds URLs
    or domains.
    """
    best: tuple[int, Match] | None = None
    for mapping in mappings:
        match = _by_position(source, mapping) if mapping.by_position else _by_name(source, mapping)
        if match is not None and (best is None or len(mapping.columns) > best[0]):
            best = len(mapping.columns), match
    return None if best is None else best[1]


def usual_width(rows: Iterable[Sequence[str]]) -> int:
    """Return the commonest number of cells, the larger one of two that are as common."""
    counts = Counter(len(row) for row in rows)
    return max(counts, key=lambda width: (counts[width], width), default=0)


def _by_name(source: Source, mapping: Mapping) -> Match | None:
    found = []
    for delimiter in DELIMITERS:
        for row, end in first_records(source, delimiter, HEADER_LINES):
            if len(row) <= MAX_COLUMNS and not mapping.missing(row):
                found.append((tuple(row), delimiter, end))
    # A title above the table may be called like a column; the header line has more cells.
    best = max(found, key=lambda entry: len(entry[0]), default=None)
    if best is None:
        return None
    header, delimiter, end = best
    start = len(source.head[:end].encode("utf-8", "replace"))
    used = ONE_COLUMN if len(header) == 1 else delimiter
    return Match(mapping.format(), used, header, start, 1.0)


def _by_position(source: Source, mapping: Mapping) -> Match | None:
    place, found = int(mapping.source[1:]) - 1, []
    for delimiter in (*DELIMITERS, ONE_COLUMN):
        records = [record for record in first_records(source, delimiter, SAMPLE) if record[0]]
        rows = [row for row, _ in records]
        width = usual_width(rows)
        good = sum(bool(link_kind(row[place].strip())) for row in rows if len(row) == width > place)
        if mapping.width <= width <= MAX_COLUMNS and good * 2 >= len(rows) > 0:
            found.append((good, width, delimiter, _header_end(records)))
    if not found or by_header(source) is not None:
        return None
    _, width, delimiter, end = max(found)
    header = tuple(f"#{number}" for number in range(1, width + 1))
    start = len(source.head[:end].encode("utf-8", "replace"))
    return Match(mapping.format(), ONE_COLUMN if width == 1 else delimiter, header, start, 1.0)


def _header_end(records: Sequence[tuple[list[str], int]]) -> int:
    """Where the records begin when the first line is a header after all: words and no values."""
    row, end = records[0]
    words = len(records) > 1 and {kind_of(cell) for cell in row if cell.strip()} == {"text"}
    return end if words else 0


def refuse_unused(hints: Hints, used: Iterable[Format], tables: Sequence[Part]) -> None:
    """Raise InputError for a mapping that fits no table: a slip in it must not pass in silence.

    Parameters
    ----------
    used : formats of the tables that were read.
    tables : the tables of the run; without any there is nothing to say.
    """
    taken = set(used)
    for mapping in hints.mappings:
        if mapping.format() in taken or not tables:
            continue
        sources = [source for part in tables for source in _probed(part)]
        if not any(by_mapping(source, (mapping,)) for source in sources):
            raise _unfitting(mapping, sources[:LOOKED_AT], len(tables))


def _probed(part: Part) -> list[Source]:
    try:
        return [probe(part)]
    except InputError:
        return []  # no table at all; that has been said


def refuse_unfitting(mappings: Sequence[Mapping], source: Source) -> None:
    """Raise InputError for a table that none of the mappings fits, naming what is missing."""
    rated = [(_nearest(mapping, source), mapping) for mapping in mappings]
    if rated:
        _, mapping = min(rated, key=lambda pair: len(pair[0][0]))
        raise _unfitting(mapping, [source], 1)


def _nearest(mapping: Mapping, source: Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the likeliest header line lacks, and that line."""
    rows = [
        tuple(row)
        for delimiter in DELIMITERS
        for row, _ in first_records(source, delimiter, HEADER_LINES)
        if row
    ]
    rated = [(mapping.missing(row), row) for row in rows[: 4 * HEADER_LINES]]
    return min(rated, key=lambda pair: (len(pair[0]), -len(pair[1])), default=((), ()))


def _unfitting(mapping: Mapping, sources: Sequence[Source], tables: int) -> InputError:
    which = f"the mapping {printable(mapping.name)!r}"
    if not sources:
        return InputError(which, "no table could be opened", "Give export files.")
    missing, header, source = min(
        ((*_nearest(mapping, source), source) for source in sources), key=lambda near: len(near[0])
    )
    many = f"{which} fits none of the {tables} tables; here " if tables > 1 else ""
    if mapping.by_position:
        problem = f"{many or which + ': '}column {mapping.source} holds no URLs or domains"
        if by_header(source) is not None:
            problem = f"{many or which + ': '}the first line is a header"
        return InputError(source.name, problem, "Name the columns by their header.")
    if not missing:
        problem = f"it has more than {MAX_COLUMNS:,} columns"
        return InputError(source.name, problem, "Save it with the columns that matter.")
    names = ", ".join(repr(printable(name)) for name in missing[:NAMED])
    cells = [printable(cell) for cell in header if normalise_header(cell)]
    shown = ", ".join(cells[:NAMED]) + (" and more" if len(cells) > NAMED else "")
    problem = f"it has no column {names}, which {which} names"
    if tables > 1:
        problem = f"{which} fits none of the {tables} tables; here {names} is missing"
    return InputError(source.name, problem, f"Its columns are: {shown}.")
