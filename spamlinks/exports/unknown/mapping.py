"""Columns named by the user: for files that no entry of the catalogue describes.

A mapping says which header feeds which field of the schema. It is typed on the command line, or
kept in a small JSON file that people can edit::

    {
     "spamlinks_mapping": 1,
     "name": "our-crawler",
     "columns": {"Source": "referring_page", "Followed": "rel_nofollow:inverted"}
    }

Headers are compared as those of the catalogue are: case, quotes and spaces do not matter. ``#1``,
``#2`` name columns by position, for files without a header line. Three words stand beside the
fields of the schema: ``linking_domain`` (rows are domains), ``rel`` (a column of words such as
"nofollow ugc", which feeds all three rel fields), and ``:inverted`` behind a yes/no field (yes
means no).
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from spamlinks.errors import InputError, OutputError
from spamlinks.exports.catalog import Column, Format, normalise_header
from spamlinks.exports.cells import printable
from spamlinks.files import write_atomic
from spamlinks.schema import FIELDS

__all__ = ["MAPPABLE", "MAPPED", "Hints", "Mapping", "is_position"]

VERSION = 1
MAPPED = "M"
"""Confidence of a format that a user described."""
MAX_BYTES = 1 << 20
MAX_COLUMNS = 200
MAX_NAME = 60

_REL = ("nofollow", "ugc", "sponsored")
_SOURCES = ("referring_page", "linking_domain")
MAPPABLE: tuple[str, ...] = (
    "linking_domain",
    "rel",
    *(name for name, entry in FIELDS.items() if entry.block != "provenance"),
)
"""What a column may be mapped to."""
_POSITION = re.compile(r"#([1-9]\d{0,2})")


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which header of a file feeds which field.

    ``columns`` gives for a header, or ``#N``, the field, with ``:inverted`` when yes means no. It
    is checked when the mapping is made.

    Raises
    ------
    InputError : no source column, an unknown field, a field or a header that stands twice, names
        and positions mixed.

    >>> Mapping("ours", {"Source": "referring_page", "Linktext": "anchor_text"}).format().name
    'custom ours (mapping)'
    """

    name: str
    columns: dict[str, str] = field(hash=False)

    def __post_init__(self) -> None:
        _check(f"mapping {printable(self.name)}", self.columns)

    @classmethod
    def parse(cls, texts: Sequence[str], name: str = "columns") -> Mapping:
        """Read ``HEADER=FIELD`` texts; the header may hold "=" itself.

        Raises InputError as the class does, and for a text without header or field.

        >>> Mapping.parse(["Linking page=referring_page"]).columns
        {'Linking page': 'referring_page'}
        """
        columns: dict[str, str] = {}
        for text in texts:
            header, sign, name_of_field = text.rpartition("=")
            header = header.strip()
            if not sign or not header or not name_of_field.strip():
                problem = f"{printable(text)!r} is not HEADER=FIELD"
                raise InputError("--map", problem, "Write it as 'Source=referring_page'.")
            if header in columns:
                problem = f"the column {printable(header)!r} is mapped twice"
                raise InputError("--map", problem, "Name each column once.")
            columns[header] = name_of_field.strip()
        _check("--map", columns)
        return cls(name, columns)

    @classmethod
    def load(cls, path: Path) -> Mapping:
        """Read a saved mapping.

        Raises InputError, with the key that is wrong, for a file that is none.
        """
        path = Path(path)
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise InputError(
                path.name, f"cannot be read ({error.strerror})", "Check the path."
            ) from None
        hint = "Give a file that 'spamlinks formats FILE --save' wrote."
        if len(data) > MAX_BYTES:
            raise InputError(path.name, "it is too large for a mapping", hint)
        try:
            raw = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_without_twins)
        except _TwinError as error:
            raise InputError(
                path.name, f"the key {printable(str(error))!r} stands twice", "Keep one."
            ) from None
        except (ValueError, RecursionError):
            raise InputError(path.name, "it is no mapping: not valid JSON", hint) from None
        if not isinstance(raw, dict) or "spamlinks_mapping" not in raw:
            raise InputError(path.name, "it is no mapping: no key 'spamlinks_mapping'", hint)
        version = raw["spamlinks_mapping"]
        if version != VERSION or isinstance(version, bool):
            problem = (
                f"'spamlinks_mapping' is {printable(str(version))}, and only {VERSION} is known"
            )
            raise InputError(path.name, problem, "Save the mapping again with this version.")
        strange = sorted(set(raw) - {"spamlinks_mapping", "name", "columns"})
        if strange:
            raise InputError(path.name, f"the key {printable(strange[0])!r} is not known", hint)
        name = raw.get("name", path.stem)
        if not isinstance(name, str) or not name.strip():
            raise InputError(path.name, "'name' is no text", "Write it in quotes.")
        columns = raw.get("columns")
        if not isinstance(columns, dict):
            raise InputError(path.name, "'columns' is no list of headers with fields", hint)
        _check(path.name, columns)
        return cls(printable(name, MAX_NAME), columns)

    def save(self, path: Path) -> None:
        """Write the mapping as JSON, whole or not at all.

        Raises OutputError when that fails, and for a file that stands there and is no mapping.
        """
        if path.exists():
            try:
                Mapping.load(path)
            except InputError:
                hint = "Choose another name; nothing was changed."
                raise OutputError(path.name, "it exists and is no mapping", hint) from None
        raw = {"spamlinks_mapping": VERSION, "name": self.name, "columns": self.columns}
        # Lone surrogates, as a shell may hand them over, are written as escapes.
        text = json.dumps(raw, indent=1, ensure_ascii=False)
        if any("\ud800" <= char <= "\udfff" for char in text):
            text = json.dumps(raw, indent=1)
        write_atomic(path, (text + "\n").encode())

    @property
    def by_position(self) -> bool:
        """Whether the columns are named ``#1``, ``#2``: the file has no header line."""
        return all(is_position(header) for header in self.columns)

    @property
    def source(self) -> str:
        """The header, or position, of the column that names the linking page or domain."""
        return next(h for h, value in self.columns.items() if value in _SOURCES)

    @property
    def width(self) -> int:
        """Number of columns that a file without header needs at least."""
        return max(int(header[1:]) for header in self.columns) if self.by_position else 0

    def missing(self, header: Iterable[str]) -> tuple[str, ...]:
        """Return the mapped headers that a header line does not have."""
        there = {normalise_header(cell) for cell in header}
        return tuple(name for name in self.columns if normalise_header(name) not in there)

    def format(self) -> Format:
        """Return the mapping as a format of its own: vendor custom, confidence M."""
        columns = tuple(
            column
            for header, text in self.columns.items()
            for column in _columns(normalise_header(header), text)
        )
        domains = "linking_domain" in self.columns.values()
        return Format(
            vendor="custom",
            kind=self.name,
            generation="mapping",
            grain="domain" if domains else "link",
            confidence=MAPPED,
            core=frozenset({"referring_page"}),
            columns=columns,
            unused=frozenset(),
        )


@dataclass(frozen=True, slots=True)
class Hints:
    """What the user says about files that are not known.

    ``mappings`` are used for every table that has all of their headers, in preference to the
    catalogue; with ``accept_guess`` a table that is not known is read as its cells suggest, with
    ``clear_only`` not when it may be any table with a column of names.
    """

    mappings: tuple[Mapping, ...] = ()
    accept_guess: bool = False
    clear_only: bool = False


def is_position(header: str) -> bool:
    """Whether a text names a column by its place: ``#1`` to ``#999``."""
    return _POSITION.fullmatch(header) is not None


def _columns(header: str, text: str) -> list[Column]:
    name, _, how = text.partition(":")
    headers = frozenset({header})
    if name == "rel":
        return [Column(f"rel_{word}", headers, "token", word) for word in _REL]
    if name == "linking_domain":
        name = "referring_page"
    return [Column(name, headers, how or "value")]


def _check(source: str, columns: dict[str, str]) -> None:
    """Raise InputError unless the columns make a mapping."""
    if not 0 < len(columns) <= MAX_COLUMNS:
        raise InputError(
            source, f"it names {len(columns)} columns", f"Name 1 to {MAX_COLUMNS} columns."
        )
    headers: dict[str, str] = {}
    fields: dict[str, str] = {}
    for header, text in columns.items():
        if not isinstance(header, str) or not isinstance(text, str):
            problem = f"the field of {printable(str(header))!r} is no text"
            raise InputError(source, problem, "Write it in quotes, such as 'referring_page'.")
        key = normalise_header(header)
        if not key:
            raise InputError(source, "a column has no name", "Name it, or give its place as '#1'.")
        if key in headers:
            problem = f"{printable(headers[key])!r} and {printable(header)!r} are the same column"
            raise InputError(source, problem, "Name each column once.")
        headers[key] = header
        _check_field(source, header, text)
        for column in _columns(key, text):
            if column.field in fields:
                problem = f"{printable(fields[column.field])!r} and {printable(header)!r} are both "
                raise InputError(source, f"{problem}{column.field}", "Give each field one column.")
            fields[column.field] = header
    if "referring_page" not in fields:
        raise InputError(
            source,
            "no column is referring_page or linking_domain",
            "Say which column holds the linking pages, as in 'Source=referring_page'.",
        )
    placed = sum(is_position(header) for header in columns)
    if placed not in (0, len(columns)):
        raise InputError(
            source, "columns are given by name and by position", "Use '#1', '#2' for all or none."
        )


def _check_field(source: str, header: str, text: str) -> None:
    name, colon, how = text.partition(":")
    if name not in MAPPABLE:
        near = difflib.get_close_matches(name[:80].lower(), MAPPABLE, n=3, cutoff=0.5)
        if name in FIELDS:
            problem = f"{name} is filled in by spamlinks and takes no column"
        else:
            problem = f"{printable(name)!r}, for {printable(header)!r}, is no field"
        hint = f"Did you mean {', '.join(near)}? " if near and name not in FIELDS else ""
        raise InputError(source, problem, f"{hint}'spamlinks formats --fields' lists them.")
    yes_no = name in FIELDS and FIELDS[name].dtype == pl.Boolean()
    if colon and (how != "inverted" or not yes_no):
        problem = f"{printable(text)!r}, for {printable(header)!r}, is no way to read a column"
        raise InputError(
            source, problem, "Only ':inverted' is, behind a yes/no field such as rel_nofollow."
        )


class _TwinError(ValueError):
    """A key stands twice in an object of a JSON file."""


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _TwinError(key)
        found[key] = value
    return found
