"""Fitting a table to the catalogue: by its header, by its cells, or as a list of URLs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from spamlinks.exports.catalog import Format, Variant, catalogue, normalise_header
from spamlinks.exports.cells import DELIMITERS, ONE_COLUMN, bare_url, first_records, kind_of
from spamlinks.exports.names import plain_name
from spamlinks.exports.reading.source import Source

__all__ = ["HEADER_LINES", "Match", "by_content", "by_header", "by_lines", "language_of"]

HEADER_LINES = 15
"""A preamble is a few lines: the longest seen has six."""
MAX_COLUMNS = 1000
SAMPLE = 50
"""Records that are looked at when a header does not tell."""

_KEEP_NAME = re.compile(r"\b(?:keep|allow ?list|white ?list)\b")
_DISAVOW_LINE = re.compile(r"(?im)^\s*domain\s*:\s*\S")


@dataclass(frozen=True, slots=True)
class Match:
    """A format that a table fits: its delimiter, header as written, and where records begin."""

    format: Format
    delimiter: str
    header: tuple[str, ...]
    data_start: int
    score: float

    @property
    def rank(self) -> tuple[bool, float]:
        """A preamble line may read like the header of a list; a header of several may not."""
        return sum(bool(cell.strip()) for cell in self.header) > 1, self.score


def by_header(source: Source) -> Match | None:
    """Return the best match of a header row in the first lines, or None."""
    found = [match for delimiter in DELIMITERS for match in _matches(source, delimiter)]
    best = max(found, key=lambda match: match.rank, default=None)
    if best is None:
        return None
    return replace(best, format=_dressed(best.format, source, best.delimiter, best.header))


def _start(source: Source, end: int) -> int:
    return len(source.head[:end].encode("utf-8", "replace"))


def _matches(source: Source, delimiter: str) -> list[Match]:
    found = []
    name = plain_name(source.name)
    for row, end in first_records(source, delimiter, HEADER_LINES):
        if not row or len(row) > MAX_COLUMNS:
            continue
        header = tuple(normalise_header(cell) for cell in row)
        if _fed_headers().isdisjoint(header):  # nearly all lines: they hold links
            continue
        used = ONE_COLUMN if len(row) == 1 else delimiter
        for entry in catalogue():
            score = _score(entry, header, name)
            if score > 0:
                found.append(Match(entry, used, tuple(row), _start(source, end), score))
    return found


@cache
def _fed_headers() -> frozenset[str]:
    """Headers that feed a field in any format."""
    return frozenset(
        header for entry in catalogue() for column in entry.columns for header in column.headers
    )


def _score(entry: Format, header: Sequence[str], name: str) -> float:
    """Rate how well a format explains a header; 0 when it is not this one.

    The number of columns it knows comes first, so that an export with columns left out is not
    taken for a smaller one; the fraction tells how much of the format is there, and whether the
    file is called so.
    """
    if not entry.core or entry.name_contains not in name:
        return 0.0
    fed = {column.field for cell in header for column in entry.columns_for(cell)}
    if not entry.core <= fed:
        return 0.0
    distinct = {cell for cell in header if cell}
    unknown = [cell for cell in distinct if not entry.knows(cell)]
    if entry.exact and unknown:
        return 0.0
    known = len(distinct) - len(unknown)
    known_unused = len([cell for cell in distinct if cell in entry.unused])
    everything = len({column.field for column in entry.columns}) + len(entry.unused)
    agreement = (len(fed) + known_unused) / (everything + len(unknown))
    return known + (agreement + bool(entry.name_contains)) / 2


def language_of(entry: Format, header: Sequence[str]) -> str:
    """Return the language most headers are in, as a code; "en" when the format has only one.

    ``header`` holds normalised cells. A header that several languages share decides nothing.
    """
    votes: Counter[str] = Counter()
    for cell in header:
        for column in entry.columns_for(cell):
            if not column.languages:
                continue
            speaks = [code for code, names in column.languages.items() if cell in names]
            if cell in column.headers.difference(*column.languages.values()):
                speaks.append("en")
            votes.update(speaks if len(speaks) == 1 else ())
    return max(votes, key=lambda code: (votes[code], code == "en"), default="en")


def _dressed(entry: Format, source: Source, delimiter: str, header: Sequence[str]) -> Format:
    """Return the format as its variant, the first whose conditions all hold."""
    names = tuple(normalise_header(cell) for cell in header)
    holds: dict[str, Callable[[str], bool]] = {
        "language": lambda value: language_of(entry, names) == value,
        "container": lambda value: source.part.container == value,
        "delimiter": lambda value: delimiter == value,
        "encoding": lambda value: source.encoding == value,
        "name_contains": lambda value: value in plain_name(source.name),
        "header": lambda value: normalise_header(value) in names,
        "first_header": lambda value: names[0] == normalise_header(value),
        "spelling": lambda value: _spells(source, delimiter, value),
    }

    def fits(variant: Variant) -> bool:
        return all(holds[name](value) for name, value in variant.conditions.items())

    for variant in entry.variants:
        if fits(variant):
            return replace(
                entry,
                kind=variant.kind,
                generation=variant.generation,
                confidence=variant.confidence,
            )
    return entry


def _spells(source: Source, delimiter: str, value: str) -> bool:
    return any(value in row for row, _ in first_records(source, delimiter, SAMPLE))


def by_content(source: Source) -> Match | None:
    """Fit a header nobody has seen before to the formats that say what their cells look like.

    A format with a core has a header line, whose words are in no known language; one without has
    none, and its file name must say what it is.
    """
    for delimiter in DELIMITERS:
        rows = [entry for entry in first_records(source, delimiter, SAMPLE) if entry[0]]
        if not rows:
            continue
        for entry in catalogue():
            header, end = (rows[0]) if entry.core else (["" for _ in rows[0][0]], 0)
            body = [row for row, _ in (rows[1:] if entry.core else rows)]
            if not entry.content or not body or any(len(row) != len(header) for row in body):
                continue
            if len(header) < len(entry.content) or entry.name_contains not in plain_name(
                source.name
            ):
                continue
            if entry.core and (
                len(header) > len(entry.content) or {kind_of(c) for c in header} != {"text"}
            ):
                continue
            kinds = [{kind_of(row[i]) for row in body} for i in range(len(entry.content))]
            if all(kind == {wanted} for kind, wanted in zip(kinds, entry.content, strict=True)):
                names = _names_by_position(entry) if entry.core else tuple(header)
                doubtful = replace(entry, confidence=max(entry.confidence, "C"))
                return Match(doubtful, delimiter, names, _start(source, end), 0.5)
    return None


def _names_by_position(entry: Format) -> tuple[str, ...]:
    """One header per position of a content rule: those of the columns, in the entry's order."""
    names = [min(column.headers) for column in entry.columns]
    return tuple([*names, *sorted(entry.unused)][: len(entry.content)])


def by_lines(source: Source) -> Match | None:
    """Recognise one URL or domain a line, or a disavow file."""
    lines = [line.strip() for line in source.head.splitlines()]
    if not source.whole:
        lines = lines[:-1]
    lines = [line for line in lines if line]
    plain = [line.strip('"') for line in lines if not line.startswith("#")]
    sample = plain[:200]
    good = sum(kind_of(line) in ("url", "host") or bare_url(line) for line in sample)
    is_list = good > 0 and good * 2 >= len(sample) and not _is_table(source)
    # An old list of URLs has nothing else that tells it from a list of links.
    named = "disavow" in plain_name(source.part.table) and (is_list or len(plain) < len(lines))
    if _DISAVOW_LINE.search(source.head) or named:
        return Match(_entry("google", "disavow"), ONE_COLUMN, ("line",), 0, 1.0)
    if is_list and _KEEP_NAME.search(plain_name(source.part.table)):
        return Match(_entry("spamlinks", "keep-list"), ONE_COLUMN, ("line",), 0, 1.0)
    if is_list:
        return Match(_entry("plain", "url-list"), ONE_COLUMN, ("url",), 0, 1.0)
    return None


def _is_table(source: Source) -> bool:
    """Whether what begins like a list of URLs are rows of a table, whose cells are no URL parts.

    Commas and semicolons stand in URLs as well; a table has as many in nearly every line, and a
    header, a further column of URLs, or more columns than two besides.
    """
    for delimiter in DELIMITERS:
        rows = [row for row, _ in first_records(source, delimiter, 200)]
        rows = [row for row in rows if row and not row[0].startswith("#")]
        width = max(set(map(len, rows)), key=[len(row) for row in rows].count, default=0)
        rows, count = [row for row in rows if len(row) == width], len(rows)
        if width < 2 or len(rows) < 0.9 * count:
            continue
        body = rows[1:] or rows
        links = [sum(kind_of(row[i]) == "url" for row in body) for i in range(width)]
        headed = len(rows) > 1 and not any(kind_of(cell) in ("url", "host") for cell in rows[0])
        several = sum(2 * good >= len(body) for good in links) > 1
        if delimiter == "\t" or headed or several or (width > 2 and len(rows) > 2):
            return True
    return False


def _entry(vendor: str, kind: str) -> Format:
    for entry in catalogue():
        if (entry.vendor, entry.kind, entry.generation) == (vendor, kind, "txt"):
            return entry
    raise LookupError(f"no catalogue entry {vendor} {kind}")
