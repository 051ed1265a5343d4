"""The catalogue of export formats: what ``catalog.json`` says, typed.

Adding a format needs an entry in ``catalog.json`` and no code. An entry names

* ``vendor``, ``kind``, ``generation``, ``grain`` (link, domain, anchor, target, internal, other,
  disavow, mixed) and ``confidence`` (A: real exports read, B: header published by independent
  parsers, C: partly assumed, D: a guess);
* ``core``: the fields a header must supply to be this format, in whatever language;
* ``columns``: field, the headers that stand for it, ``localized`` headers by language code, and
  how its cells are read (below);
* ``unused``: headers that are known and not read; ``tasks.*`` stands for all that begin so;
* ``variants``: the same columns in another dress (a language, a container, a re-saved file), each
  with its own generation and confidence, and conditions that must all hold: ``language``,
  ``container``, ``delimiter``, ``encoding``, ``name_contains``, ``header`` (a column that must be
  there), ``first_header`` (the first column), ``spelling`` (a text that a cell must be). The first
  that fits is taken;
* optional: ``exact`` (no other column may be present), ``name_contains`` (words in the file name),
  ``content`` (what the cells look like, when no header is known), ``row_caps`` (record counts at
  which the vendor cuts its exports), ``missing`` (marks that mean "unknown" in text), ``refusal``
  and ``advice`` (the format holds no links to score: why, and what to export instead),
  ``any_target`` (rows may link to other sites than the user's), ``note`` (a sentence for people).

How cells are read, ``how``: absent = as the field's type asks; ``inverted`` = yes means no;
``flag`` = anything but empty means yes; ``token`` = yes when one of the words of ``value`` is in
the cell (``otherwise`` "unknown": an empty cell says nothing); ``kind`` = a yes means that
``link_kind`` is ``value`` (``otherwise``: what no yes means).
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["Column", "Format", "Variant", "catalogue", "normalise_header"]

_SORT_MARK = re.compile(r" \((?:asc|desc)\)$")
CONDITIONS = frozenset(
    {"language", "container", "delimiter", "encoding", "name_contains", "header", "first_header",
     "spelling"}
)  # fmt: skip
HOWS = frozenset({"value", "inverted", "flag", "token", "kind"})
GRAINS = frozenset({"link", "domain", "anchor", "target", "internal", "other", "disavow", "mixed"})


def normalise_header(cell: str) -> str:
    """Write a header cell the way all spellings of it agree; idempotent.

    Byte order mark and quotes glued to it go, HTML entities are resolved (Search Console escapes
    its headers), compatibility forms and case are folded, inner spaces become one, the mark of the
    sorted column goes.

    >>> normalise_header("\\ufeff\\"Page d&#39;origine\\""), normalise_header("URL Rating (desc)")
    ("page d'origine", 'url rating')
    >>> normalise_header(" Traffic ")
    'traffic'
    """
    text = html.unescape(cell.replace("\ufeff", ""))
    text = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    text = " ".join(text.split())
    while len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].strip()
    return _SORT_MARK.sub("", text)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a format: the field it feeds and how its cells are read."""

    field: str
    headers: frozenset[str]
    how: str = "value"
    value: str = ""
    otherwise: str = ""
    languages: Mapping[str, frozenset[str]] = dataclass_field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Variant:
    """A dress of a format: its own generation and confidence, and the conditions that tell it."""

    generation: str
    confidence: str
    kind: str
    conditions: Mapping[str, str] = dataclass_field(hash=False)


@dataclass(frozen=True, slots=True)
class Format:
    """One entry of the catalogue; the module's docstring says what the fields mean."""

    vendor: str
    kind: str
    generation: str
    grain: str
    confidence: str
    core: frozenset[str]
    columns: tuple[Column, ...]
    unused: frozenset[str]
    exact: bool = False
    name_contains: str = ""
    content: tuple[str, ...] = ()
    row_caps: tuple[int, ...] = ()
    missing: frozenset[str] = frozenset()
    refusal: str = ""
    advice: str = ""
    any_target: bool = False
    note: str = ""
    variants: tuple[Variant, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether the layout was seen in real exports or is published by independent parsers."""
        return self.confidence in ("A", "B")

    @property
    def name(self) -> str:
        """Vendor, kind and generation in one text, such as ``gsc latest-links (2018)``."""
        return f"{self.vendor} {self.kind} ({self.generation})"

    def knows(self, header: str) -> bool:
        """Whether a normalised header is one of the format's, read or not."""
        if header in self.unused or self.columns_for(header):
            return True
        return any(header.startswith(name[:-1]) for name in self.unused if name[-1:] == "*")

    def columns_for(self, header: str) -> tuple[Column, ...]:
        """Return the columns a normalised header feeds; () for an unused or unknown one."""
        return tuple(column for column in self.columns if header in column.headers)


def _headers(names: list[str]) -> frozenset[str]:
    return frozenset(normalise_header(name) for name in names)


def _column(raw: dict[str, Any]) -> Column:
    languages = {code: _headers(names) for code, names in raw.get("localized", {}).items()}
    return Column(
        field=raw["field"],
        headers=_headers(raw["headers"]).union(*languages.values()),
        how=raw.get("how", "value"),
        value=raw.get("value", ""),
        otherwise=raw.get("otherwise", ""),
        languages=languages,
    )


def _variant(raw: dict[str, Any], entry: dict[str, Any]) -> Variant:
    conditions = {key: value for key, value in raw.items() if key in CONDITIONS}
    if set(raw) - CONDITIONS - {"generation", "confidence", "kind"} or not conditions:
        raise ValueError(f"{entry['vendor']} {raw['generation']}: unknown or no condition")
    return Variant(
        raw["generation"],
        raw.get("confidence", entry["confidence"]),
        raw.get("kind", entry["kind"]),
        conditions,
    )


def _format(raw: dict[str, Any]) -> Format:
    columns = tuple(_column(column) for column in raw["columns"])
    entry = Format(
        vendor=raw["vendor"],
        kind=raw["kind"],
        generation=raw["generation"],
        grain=raw["grain"],
        confidence=raw["confidence"],
        core=frozenset(raw["core"]),
        columns=columns,
        unused=_headers(raw["unused"]),
        exact=raw.get("exact", False),
        name_contains=raw.get("name_contains", ""),
        content=tuple(raw.get("content", ())),
        row_caps=tuple(raw.get("row_caps", ())),
        missing=frozenset(raw.get("missing", ())),
        refusal=raw.get("refusal", ""),
        advice=raw.get("advice", ""),
        any_target=raw.get("any_target", False),
        note=raw.get("note", ""),
        variants=tuple(_variant(variant, raw) for variant in raw.get("variants", ())),
    )
    supplied = {column.field for column in columns}
    if not entry.core <= supplied:
        raise ValueError(f"{entry.name}: core {sorted(entry.core - supplied)} without a column")
    if entry.grain not in GRAINS or any(column.how not in HOWS for column in columns):
        raise ValueError(f"{entry.name}: unknown grain or way of reading")
    return entry


@cache
def catalogue() -> tuple[Format, ...]:
    """Return every known format, in the order of ``catalog.json``.

    The file is data of this package; a ValueError means that the package itself is damaged.
    """
    text = resources.files("spamlinks.exports").joinpath("catalog.json").read_text("utf-8")
    return tuple(_format(raw) for raw in json.loads(text))
