"""Recognising an export by its content: dialect, header row and the catalogue entry it fits.

The header row is looked for in the first lines under every candidate delimiter; the entry whose
required core is present and whose columns agree best with the header wins. The name of the file
only adds what a header cannot say.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from spamlinks.errors import InputError, RefusedExport
from spamlinks.exports.catalog import Column, Format, catalogue, normalise_header
from spamlinks.exports.names import date_from_name, plain_name, property_from_name
from spamlinks.exports.source import Source, probe
from spamlinks.schema import FIELDS
from spamlinks.urls import authority, parse_host

__all__ = ["ColumnUse", "Recognised", "recognise"]

DELIMITERS = (",", "\t", ";", "|")
ONE_COLUMN = "\x1f"
"""Stands in for the delimiter of a file with one column, whose cells may hold commas."""
HEADER_LINES = 15
"""A preamble is a few lines: the longest seen has six."""
MAX_COLUMNS = 1000

_MARKUP = re.compile(r"(?i)\s*<(?:!doctype|html|\?xml|head|body)")
_JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]])")
_DISAVOW_LINE = re.compile(r"(?im)^\s*domain\s*:\s*\S")
_SEPARATOR_LINE = re.compile(r"(?i)^\"?sep=")
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[ T].*)?$")
_WHOLE_NUMBER = re.compile(r"\d[\d.,\u00a0\u202f ]*$")


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
    ``property`` and ``export_date`` come from the file name and are None when it does not say.
    """

    source: Source
    format: Format
    delimiter: str
    columns: tuple[ColumnUse, ...]
    data_start: int
    property: str | None
    export_date: date | None
    notes: tuple[str, ...]

    def with_source(self, source: Source) -> Recognised:
        """Return the same recognition for a source whose encoding was decided anew."""
        return replace(self, source=source)

    def refuse(self) -> None:
        """Raise RefusedExport when the format holds no links that could be scored."""
        if self.format.refusal:
            raise RefusedExport(self.source.name, self.format.refusal, self.format.advice)


@dataclass(frozen=True, slots=True)
class _Match:
    format: Format
    delimiter: str
    header: tuple[str, ...]
    data_start: int
    score: float


def recognise(path: Path) -> Recognised:
    """Say what an export is; refusing formats that hold no links is left to ``Recognised.refuse``.

    Parameters
    ----------
    path : a file in any encoding, plain or gzip.

    Raises
    ------
    InputError : the file cannot be opened, is binary or empty, or fits no known format.
    """
    source = probe(Path(path))
    _refuse_markup(source)
    matches = [match for sep in DELIMITERS for match in _matches(source, sep)]
    if matches:
        # A preamble line may read like the header of a list; a header of several cells may not.
        best = max(matches, key=lambda match: (len(match.header) > 1, match.score))
        return _recognised(source, best, ())
    by_content = _match_content(source)
    if by_content is not None:
        note = "the header is in no known language; recognised by what the cells look like"
        return _recognised(source, by_content, (note,))
    listed = _match_list(source)
    if listed is not None:
        return _recognised(source, listed, ())
    raise _unknown(source)


def _refuse_markup(source: Source) -> None:
    if _MARKUP.match(source.head):
        raise InputError(source.name, "it is a web page or XML", "Export the links as CSV.")
    if _JSON.match(source.head):
        raise InputError(source.name, "it is JSON", "Save it as CSV and give that file.")


def _records(source: Source, delimiter: str, limit: int) -> list[tuple[list[str], int]]:
    """Return the first records with the character at which each ends; cut ones are left out."""
    text = source.head
    lines = io.StringIO(text, newline="").readlines()
    ends, end = [0], 0
    for line in lines:
        end += len(line)
        ends.append(end)
    reader = csv.reader(lines, delimiter=delimiter)
    found: list[tuple[list[str], int]] = []
    try:
        for row in reader:
            if reader.line_num == len(lines) and not source.whole:
                break
            found.append((row, ends[reader.line_num]))
            if len(found) >= limit:
                break
    except csv.Error:  # a field beyond the limit: whatever stands here is no header
        pass
    return found


def _matches(source: Source, delimiter: str) -> list[_Match]:
    found = []
    for row, end in _records(source, delimiter, HEADER_LINES):
        if not row or len(row) > MAX_COLUMNS:
            continue
        header = tuple(normalise_header(cell) for cell in row)
        used = ONE_COLUMN if len(row) == 1 else delimiter
        start = len(source.head[:end].encode("utf-8", "replace"))
        for entry in catalogue():
            score = _score(entry, header, plain_name(source.name))
            if score > 0:
                found.append(_Match(entry, used, tuple(row), start, score))
    return found


def _score(entry: Format, header: Sequence[str], name: str) -> float:
    """Agreement of a header with a format, 0 (not this one) to 1, plus 1 for its file name."""
    if not entry.core or entry.name_contains not in name:
        return 0.0
    fed = {column.field for cell in header for column in entry.columns_for(cell)}
    if not entry.core <= fed:
        return 0.0
    distinct = {cell for cell in header if cell}
    unknown = [c for c in distinct if c not in entry.unused and not entry.columns_for(c)]
    if entry.exact and unknown:
        return 0.0
    known_unused = len([cell for cell in distinct if cell in entry.unused])
    everything = len({column.field for column in entry.columns}) + len(entry.unused)
    return (len(fed) + known_unused) / (everything + len(unknown)) + bool(entry.name_contains)


def _kind_of(cell: str) -> str:
    cell = cell.strip()
    if re.match(r"(?i)https?://", cell) and parse_host(authority(cell)).problem is None:
        return "url"
    if _ISO_DATE.match(cell):
        return "date"
    if _WHOLE_NUMBER.match(cell):
        return "int"
    if "." in cell and "/" not in cell and parse_host(cell.lower()).problem is None:
        return "host"
    return "text"


def _match_content(source: Source) -> _Match | None:
    """Fit a header nobody has seen before to the formats that say what their cells look like."""
    for delimiter in DELIMITERS:
        rows = _records(source, delimiter, 50)
        if len(rows) < 2:
            continue
        (header, end), body = rows[0], [row for row, _ in rows[1:] if row]
        if not body or any(len(row) != len(header) for row in body):
            continue
        if {_kind_of(cell) for cell in header} != {"text"}:
            continue
        for entry in catalogue():
            if len(entry.content) != len(header):
                continue
            kinds = [{_kind_of(row[i]) for row in body} for i in range(len(header))]
            if all(kind == {wanted} for kind, wanted in zip(kinds, entry.content, strict=True)):
                names = _names_by_position(entry)
                start = len(source.head[:end].encode("utf-8", "replace"))
                return replace_header(_Match(entry, delimiter, tuple(header), start, 0.5), names)
    return None


def _names_by_position(entry: Format) -> tuple[str, ...]:
    """One header per position of a content rule: those of the columns, in the entry's order."""
    names = [min(column.headers) for column in entry.columns]
    return tuple([*names, *sorted(entry.unused)][: len(entry.content)])


def replace_header(match: _Match, names: tuple[str, ...]) -> _Match:
    """Return the match with headers the catalogue knows, so that its columns are found."""
    return replace(match, header=names)


def _match_list(source: Source) -> _Match | None:
    """Recognise one URL or domain a line, or a disavow file."""
    lines = [line.strip() for line in source.head.splitlines()]
    if not source.whole:
        lines = lines[:-1]
    lines = [line for line in lines if line]
    plain = [line.strip('"') for line in lines if not line.startswith("#")]
    named_disavow = len(plain) < len(lines) and "disavow" in plain_name(source.name)
    if _DISAVOW_LINE.search(source.head) or named_disavow:
        return _Match(_entry("google", "disavow"), ONE_COLUMN, ("line",), 0, 1.0)
    sample = plain[:200]
    good = sum(_kind_of(line) in ("url", "host") or _bare_url(line) for line in sample)
    if good and good * 2 >= len(sample):
        return _Match(_entry("plain", "url-list", "txt"), ONE_COLUMN, ("url",), 0, 1.0)
    return None


def _bare_url(line: str) -> bool:
    """Whether a line is a URL without scheme, such as www.example.com/links."""
    if re.search(r"\s|[,;|\t]", line):
        return False
    parts = parse_host(authority(line))
    return parts.problem is None and (parts.is_known_suffix or line.startswith("//"))


def _entry(vendor: str, kind: str, generation: str = "txt") -> Format:
    for entry in catalogue():
        if (entry.vendor, entry.kind, entry.generation) == (vendor, kind, generation):
            return entry
    raise LookupError(f"no catalogue entry {vendor} {kind} {generation}")


def _recognised(source: Source, match: _Match, notes: tuple[str, ...]) -> Recognised:
    uses: list[ColumnUse] = []
    taken: set[str] = set()
    for cell in match.header:
        name = normalise_header(cell)
        columns = match.format.columns_for(name) if name not in taken else ()
        columns = tuple(column for column in columns if column.field in FIELDS)
        known = bool(match.format.columns_for(name)) or name in match.format.unused or not name
        taken.add(name)
        uses.append(ColumnUse(cell.replace("\ufeff", "").strip(), columns, known))
    return Recognised(
        source=source,
        format=match.format,
        delimiter=match.delimiter,
        columns=tuple(uses),
        data_start=match.data_start,
        property=property_from_name(source.name),
        export_date=date_from_name(source.name),
        notes=notes,
    )


def _unknown(source: Source) -> InputError:
    """Say which columns were found and which format comes nearest."""
    rows = [
        row
        for delimiter in DELIMITERS
        for row, _ in _records(source, delimiter, HEADER_LINES)
        if row
    ]
    header = max(rows, key=len, default=[])
    names = {normalise_header(cell) for cell in header} - {""}
    near = max(catalogue(), key=lambda entry: sum(bool(entry.columns_for(n)) for n in names))
    cells = [re.sub(r"[^\w .:#*&/()=-]", "", cell)[:40].strip() for cell in header[:8]]
    shown = ", ".join(cell for cell in cells if cell) or "none"
    hint = "Run `spamlinks formats` for what is read."
    if any(near.columns_for(name) for name in names):
        missing = sorted(near.core - {c.field for n in names for c in near.columns_for(n)})
        hint = f"Nearest is {near.name}, without its {', '.join(missing) or 'header'}. {hint}"
    return InputError(source.name, f"the columns fit no known export (found: {shown})", hint)
