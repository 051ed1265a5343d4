"""Writing tables for people: CSV that no spreadsheet executes, Parquet that keeps every byte."""

from __future__ import annotations

import io
import re
from pathlib import Path

import polars as pl

from spamlinks.errors import OutputError
from spamlinks.files import open_atomic

__all__ = ["csv_bytes", "neutralised", "plain_text", "write_table"]

# A cell that starts so is a formula for Excel, LibreOffice and Sheets (OWASP, CSV injection).
_FORMULA = r"^[\s\x00]*[=+\-@\t\r]"
# Control characters and bidirectional overrides: they hide text or move a terminal's cursor.
_CONTROLS = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u{80}-\u{9f}"
    r"\u{202a}-\u{202e}\u{2066}-\u{2069}\u{200e}\u{200f}]"
)

_FORMULA_AT = re.compile(_FORMULA)
_CONTROLS_OUT = re.compile(re.sub(r"\\u\{(\w+)\}", lambda m: chr(int(m[1], 16)), _CONTROLS))

_SLICE = 100_000


def neutralised(frame: pl.DataFrame) -> pl.DataFrame:
    """Make text cells harmless: controls out, a quote mark before what looks like a formula.

    >>> import polars as pl
    >>> neutralised(pl.DataFrame({"a": ["=1+1", "plain", None]}))["a"].to_list()
    ["'=1+1", 'plain', None]
    """
    for name, dtype in frame.schema.items():
        if dtype != pl.String:
            continue
        # Looking is cheaper than rewriting, and most columns hold neither.
        column = frame[name]
        if column.str.contains(_CONTROLS).any():
            column = column.str.replace_all(_CONTROLS, "")
        formula = column.str.contains(_FORMULA)
        if formula.any():
            column = ("'" + column).zip_with(formula.fill_null(value=False), column)
        frame = frame.with_columns(column.alias(name))
    return frame


def plain_text(cell: str) -> str:
    """Read back a cell that ``neutralised`` may have written, with control characters out.

    >>> plain_text("'=1+1"), plain_text("'tis"), plain_text("a\x1bb")
    ('=1+1', "'tis", 'ab')
    """
    text = _CONTROLS_OUT.sub("", cell)
    return text[1:] if text.startswith("'") and _FORMULA_AT.match(text[1:]) else text


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """Render a frame as UTF-8 CSV, neutralised; floats with six digits, nulls empty."""
    buffer = io.BytesIO()
    neutralised(frame).write_csv(buffer, float_precision=6)
    return buffer.getvalue()


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write ``.csv`` or ``.parquet`` by the name's ending, whole or not at all.

    Raises
    ------
    OutputError : another ending, or the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".parquet"):
        raise OutputError(path.name, "the name ends neither in .csv nor .parquet", "Rename it.")
    with open_atomic(path) as file:
        if ending == ".parquet":
            frame.write_parquet(file)
            return
        # In slices: the text of a million rows need not stand in memory at once.
        for start in range(0, max(frame.height, 1), _SLICE):
            part = neutralised(frame.slice(start, _SLICE))
            part.write_csv(file, include_header=start == 0, float_precision=6)
