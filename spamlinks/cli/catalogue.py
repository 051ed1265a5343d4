"""``spamlinks formats``: the catalogue as a list, and as the page docs/FORMATS.md."""

from __future__ import annotations

from dataclasses import dataclass

import typer

from spamlinks.cli.table import new_table, print_table
from spamlinks.exports import Format, catalogue
from spamlinks.exports.catalog import Variant
from spamlinks.schema import FIELDS

__all__ = ["CONFIDENCE", "FormatLine", "format_lines", "formats_page", "show_formats", "word_for"]

CONFIDENCE = {
    "A": ("supported", "checked against real exports"),
    "B": ("supported", "the header is published by independent programs that read it"),
    "C": ("recognised, unconfirmed", "some of it is assumed"),
    "D": ("recognised, unconfirmed", "a guess at the layout"),
    "M": ("as you said", "you named the columns"),
    "G": ("guessed", "columns were guessed from their cells, and you accepted it"),
}
"""Letter -> the word for it, and what it rests on."""
_CONDITION = {
    "language": "header in {}",
    "container": "{}",
    "encoding": "{}",
    "delimiter": "{}",
    "name_contains": "file name with “{}”",
    "header": "with the column “{}”",
    "first_header": "first column “{}”",
    "spelling": "written {}",
}
_WORDS = {
    ";": "semicolons", ",": "commas", "\t": "tabs", "|": "bars", "xlsx": "xlsx", "json": "JSON",
    "jsonl": "JSON Lines", "gzip": "gzip", "utf-8": "UTF-8", "utf-16": "UTF-16",
    "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese", "it": "Italian",
    "he": "Hebrew", "tr": "Turkish", "vi": "Vietnamese", "ru": "Russian", "en": "English",
    "nl": "Dutch", "pl": "Polish", "ja": "Japanese",
}  # fmt: skip
_ROWS = {"internal": "own page", "mixed": "table", "disavow": "entry"}


@dataclass(frozen=True, slots=True)
class FormatLine:
    """One line of the list: a format, or a dress of it.

    ``form`` says what tells this dress, "any" for the format itself; ``fields`` are those of the
    schema that it feeds, () when it is refused; ``unused`` are headers that are known and not read;
    ``refusal`` says why no links are read from it.
    """

    vendor: str
    export: str
    generation: str
    rows: str
    form: str
    confidence: str
    fields: tuple[str, ...]
    unused: tuple[str, ...]
    refusal: str


def format_lines() -> list[FormatLine]:
    """Return every format and every dress of one, in the order of the catalogue."""
    found: list[FormatLine] = []
    for entry in catalogue():
        found.append(_line(entry, entry.kind, entry.generation, entry.confidence, "any"))
        dresses: dict[tuple[str, str, str], list[str]] = {}
        for variant in entry.variants:
            key = (variant.kind, variant.generation, variant.confidence)
            dresses.setdefault(key, []).append(_form(variant))
        for (kind, generation, confidence), forms in dresses.items():
            form = " or ".join(dict.fromkeys(forms))
            found.append(_line(entry, kind, generation, confidence, form))
    return found


def _line(entry: Format, kind: str, generation: str, confidence: str, form: str) -> FormatLine:
    fields = dict.fromkeys(c.field for c in entry.columns if c.field in FIELDS)
    others = {min(c.headers) for c in entry.columns if c.field not in FIELDS}
    return FormatLine(
        entry.vendor,
        kind,
        generation,
        _ROWS.get(entry.grain, entry.grain),
        form,
        confidence,
        () if entry.refusal else tuple(fields),
        () if entry.refusal else tuple(sorted(others | entry.unused)),
        entry.refusal,
    )


def _form(variant: Variant) -> str:
    return ", ".join(
        _CONDITION[name].format(_WORDS.get(value, value.strip()))
        for name, value in variant.conditions.items()
    )


def word_for(confidence: str, refusal: str = "") -> str:
    """Return the word for a confidence; a format without links to read is only recognised.

    >>> word_for("A"), word_for("D"), word_for("B", "it lists anchor texts")
    ('supported', 'recognised, unconfirmed', 'recognised, refused')
    """
    return "recognised, refused" if refusal else CONFIDENCE[confidence][0]


def show_formats(*, markdown: bool = False) -> None:
    """List what is read, and what is known and refused; or print the page of the documentation."""
    if markdown:
        typer.echo(formats_page(), nl=False)
        return
    table = new_table("vendor", "export", "generation", "one row per", "form", "confidence", "read")
    for line in format_lines():
        table.add_row(
            line.vendor,
            line.export,
            line.generation,
            line.rows,
            line.form,
            f"{line.confidence}, {word_for(line.confidence, line.refusal)}",
            f"no: {line.refusal}" if line.refusal else "yes",
        )
    print_table(table)


_INTRO = """\
# Export formats

This page is made by `spamlinks formats --markdown > docs/FORMATS.md`; do not edit it by hand.

A file is recognised by its content: by its header line, in whatever language, encoding and
delimiter, or by what its cells look like. Its name only adds what a header cannot say. Plain text,
gzip, zip archives, xlsx workbooks and JSON are read alike, unless a line below names one: then
that dress of a format was given a confidence of its own.

`spamlinks formats FILE` says what a file of yours is taken for and how each column is understood.

## How sure we are

| confidence | word | what it rests on |
| --- | --- | --- |
"""
_UNKNOWN = """
Unconfirmed does not mean unread: a file that has the columns is read, and a note says to check some
rows. When a vendor renames a column that a format needs, the file counts as unknown.

## Files that are not known

`spamlinks formats FILE` shows a guess with its reasons. Read the file with `--accept-guess` if it
is right, or name the columns: `--map "Source=referring_page" --map "Destination=target_url"`.
`spamlinks formats FILE --map ... --save ours.json` keeps that for `--mapping ours.json`.
`spamlinks formats --fields` lists what a column can be mapped to.

## All formats

"As above" means the columns of the line before it that is in any form. Headers that are known and
not read are written in lower case.

| vendor | export | generation | one row per | form | confidence | read | not read, or why refused |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
_WANTED = """
## Wanted: real files

No real export of these was seen. With one, the confidence can rise or the mistake can be found; its
header line and a few rows with made-up names are enough.

"""


def formats_page() -> str:
    """Return docs/FORMATS.md: what confidence means, every format, and what is not confirmed."""
    lines = [_INTRO]
    lines += [f"| {key} | {word} | {why} |\n" for key, (word, why) in CONFIDENCE.items()]
    lines.append(_UNKNOWN)
    for line in format_lines():
        dress = line.form != "any"
        read = ", ".join(line.fields) or "nothing"
        unread = line.refusal or ", ".join(line.unused)
        if dress and not line.refusal:
            read, unread = "as above", "as above"
        cells = (
            line.vendor,
            line.export,
            line.generation,
            line.rows,
            line.form,
            f"{line.confidence}, {word_for(line.confidence, line.refusal)}",
            read,
            unread,
        )
        lines.append(f"| {' | '.join(map(_escaped, cells))} |\n")
    lines.append(_WANTED)
    wanted: dict[tuple[str, str], list[str]] = {}
    for line in format_lines():
        if line.confidence in "CD":
            wanted.setdefault((line.vendor, line.export), []).append(line.generation)
    lines += [
        f"- {vendor} {export}: {', '.join(dict.fromkeys(generations))}\n"
        for (vendor, export), generations in wanted.items()
    ]
    return "".join(lines)


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("<", "&lt;")
