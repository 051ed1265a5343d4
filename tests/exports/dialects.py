"""Tables of links, drawn at random and written as any entry of the catalogue would write them.

The catalogue drives everything: a new entry is covered without a line here.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from dataclasses import dataclass
from importlib import resources
from typing import Any

import openpyxl
from dialect_columns import Dress, Frame, columns
from hypothesis import assume
from hypothesis import strategies as st

__all__ = ["DRESSES", "Dress", "Export", "exports"]


@dataclass(frozen=True)
class Export:
    """A file, and the values by field that a reader has to find in it."""

    name: str
    data: bytes
    links: dict[str, list[Any]]
    style: str

    def __repr__(self) -> str:
        return f"Export({self.name!r}, {self.style}, {self.data!r}, {self.links!r})"


def _dresses() -> dict[str, Dress]:
    text = resources.files("spamlinks.exports").joinpath("catalog.json").read_text("utf-8")
    found = []
    for entry in json.loads(text):
        if entry.get("refusal") or entry["grain"] not in ("link", "domain"):
            continue
        found.append(Dress(entry, {}))
        for variant in entry.get("variants", ()):
            conditions = {k: v for k, v in variant.items() if k not in ("confidence", "kind")}
            found.append(Dress(entry, conditions))
    return {repr(dress): dress for dress in found}


DRESSES = _dresses()
"""Every dress of the catalogue that holds links, by its name."""

# -- files -----------------------------------------------------------------------------------

PREAMBLE = ["Inbound links of shop.example", "", "Made for you on Sunday", "(c) some tool"]


def _delimited(draw: st.DrawFn, table: list[tuple[str, list[Any]]], delimiter: str) -> str:
    out = io.StringIO(newline="")
    end = draw(st.sampled_from(["\n", "\r\n"]))
    quoting = draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerow([header for header, _ in table])
    for row in zip(*(cells for _, cells in table), strict=True):
        writer.writerow(["" if cell is None else cell for cell in row])
    before = draw(st.lists(st.sampled_from(PREAMBLE), max_size=3))
    if len(table) > 1 and draw(st.integers(0, 5)) == 0:
        before.insert(0, f"sep={delimiter}")
    after = draw(st.sampled_from(["", end, end * 3]))
    return "".join(line + end for line in before) + out.getvalue().removesuffix(end) + after


def _encoded(text: str, encoding: str) -> bytes:
    if encoding == "utf-16-le-bom":
        return b"\xff\xfe" + text.encode("utf-16-le")
    if encoding == "utf-16-be-bom":
        return b"\xfe\xff" + text.encode("utf-16-be")
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:  # a header that Windows-1252 has no letters for
        return text.encode()


def _json(draw: st.DrawFn, table: list[tuple[str, list[Any]]], lines: bool, exact: bool) -> bytes:
    rows = zip(*(cells for _, cells in table), strict=True)
    records: list[dict[str, Any]] = []
    for row in rows:
        record: dict[str, Any] = {}
        for (header, _), cell in zip(table, row, strict=True):
            outer, dot, inner = header.partition(".")
            if dot and re.fullmatch(r"\w+\.\w+", header):
                record.setdefault(outer, {})[inner] = cell
            else:
                record[header] = cell
        records.append(record)
    plain = draw(st.booleans())  # whether letters beyond ASCII stand as they are
    if lines:
        texts = [json.dumps(record, ensure_ascii=not plain) for record in records]
        return ("\n".join(texts) + draw(st.sampled_from(["", "\n"]))).encode()
    documents: list[Any] = [records, {"links": records}, {"data": [{"items": records}]}]
    if not exact:  # what stands around the records comes as a further column
        documents.append({"status": "ok", "data": {"items": records}})
    document = draw(st.sampled_from(documents))
    return json.dumps(
        document, ensure_ascii=not plain, indent=draw(st.none() | st.just(1))
    ).encode()


def _workbook(draw: st.DrawFn, table: list[tuple[str, list[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for title in draw(st.lists(st.sampled_from(PREAMBLE[:1]), max_size=1)):
        sheet.append([title])
    sheet.append([header for header, _ in table])
    start = sheet.max_row + 1
    for column, (_, cells) in enumerate(table, 1):
        for row, value in enumerate(cells, start):
            cell = sheet.cell(row, column, value)
            if isinstance(value, str):
                cell.data_type = "s"  # a text that begins with "=" is a text
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


CONTAINERS = ["plain", "plain", "plain", "gzip", "zip", "xlsx", "json", "jsonl"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16-le-bom", "utf-16-be-bom", "utf-16-le", "cp1252"]


def _name(dress: Dress) -> str:
    words = dress.conditions.get("name_contains") or dress.entry.get("name_contains") or "links"
    return words.strip() if words.endswith(".csv") else f"shop {words}.csv"


@st.composite
def exports(draw: st.DrawFn, dress: Dress) -> Export:
    """Draw a table of one to four links and write it in a dress of the catalogue."""
    entry, conditions = dress.entry, dress.conditions
    headless = not entry["core"]
    containers = CONTAINERS[:5] if headless else CONTAINERS
    if {"delimiter", "encoding"} & set(conditions):
        containers = ["plain", "gzip", "zip"]
    container = conditions.get("container") or draw(st.sampled_from(containers))
    encodings = [e for e in ENCODINGS if e.startswith(conditions.get("encoding", ""))]
    encoding = draw(st.sampled_from(encodings))
    languages = {code for column in entry["columns"] for code in column.get("localized", ())}
    language = conditions.get("language") or draw(st.sampled_from(["en", *sorted(languages)]))
    text_like = container in ("plain", "gzip", "zip")
    frame = Frame(
        rows=draw(st.integers(1, 4)),
        wide=not (text_like and encoding == "cp1252"),
        native=not text_like,
        sheet=container == "xlsx",
        spelling="spelling" in conditions,
        missing=entry.get("missing", [""])[0],
    )
    table, links = columns(draw, dress, frame, language)
    if spelling := conditions.get("spelling"):
        assume(any(spelling in cells for _, cells in table))
    name = f"x {_name(dress)}"
    style = f"{container} {language}"
    if container == "xlsx":
        return Export(f"{name[:-4]}.xlsx", _workbook(draw, table), links, style)
    if container in ("json", "jsonl"):
        data = _json(draw, table, container == "jsonl", entry.get("exact", False))
        return Export(f"{name[:-4]}.{container}", data, links, style)
    if headless:
        end = draw(st.sampled_from(["\n", "\r\n"]))
        text = end.join(links["referring_page"]) + draw(st.sampled_from(["", end, end * 3]))
    else:
        delimiter = conditions.get("delimiter") or draw(st.sampled_from([",", ";", "\t"]))
        text = _delimited(draw, table, delimiter)
        style += f" {delimiter!r}"
    data = _encoded(text, encoding)
    style += f" {encoding}"
    if container == "gzip":
        return Export(f"{name}.gz", gzip.compress(data), links, style)
    if container == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", draw(st.sampled_from([0, 8]))) as archive:
            archive.writestr(f"__MACOSX/._{name}", b"\x00\x05\x16\x07")
            archive.writestr(name, data)
        return Export("x.zip", out.getvalue(), links, style)
    return Export(name, data, links, style)
