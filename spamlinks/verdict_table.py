"""Reading ``domains.csv`` back, also after a spreadsheet saved it in a manner of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spamlinks.errors import InputError
from spamlinks.exports.cells import DELIMITERS, first_records, printable
from spamlinks.exports.containers.parts import parts
from spamlinks.exports.reading.source import BrokenEncodingError, Source, open_utf8, probe, resurvey
from spamlinks.pipeline import DOMAIN_COLUMNS
from spamlinks.policy import REASON_TEXT, Verdict
from spamlinks.urls import linking_domain

__all__ = ["MAX_RUN_BYTES", "live_entries_of", "read_domains", "run_of"]

_BARE = (
    "A bare score is not enough: the guards need the links. Give the exports, or the domains.csv "
    "that 'spamlinks audit' wrote."
)
_NEEDED = ("linking_domain", "unit", "verdict", "reason", "spam_score", "links")
_UNITS = frozenset({"domain", "host", "url"})
_CONTAINERS = frozenset({"", "gzip", "xlsx"})
_THOUSANDS = r"[.,'\u{a0}\u{202f} ]"
MAX_RUN_BYTES = 1 << 26
"""A run.json beyond this is no run.json; one with every bound at its limit is far below."""


def read_domains(path: Path, more: Sequence[str] = ()) -> pl.DataFrame | None:
    """Read audit's ``domains.csv``; None when the file is no such table (an export, then).

    Commas, semicolons, tabs, decimal commas, UTF-8, UTF-16, Windows-1252, xlsx and verdicts in any
    case are taken; columns that somebody added are left out. Those of ``more`` that the file has
    are read as well.

    Returns
    -------
    DataFrame with ``DOMAIN_COLUMNS``, then those of ``more``; ``spam_score`` Float64 in [0, 1],
    ``links`` Int64, the rest String; none of linking_domain, unit, verdict, reason, spam_score and
    links is null.

    Raises
    ------
    InputError : a table of scores without verdict, unit and reason, or with a cell that cannot be.
    """
    found = _find(path)
    if found is None:
        return None
    source, delimiter, names = found
    if not set(DOMAIN_COLUMNS) <= set(names):
        known = {"linking_domain", "verdict"} <= set(names)
        missing = ", ".join(name for name in DOMAIN_COLUMNS if name not in names)
        what = f", as the columns {missing} are missing" if known and len(names) > 5 else ""
        raise InputError(path.name, f"it holds scores and no verdicts with reasons{what}", _BARE)
    frame = _read(source, delimiter, names, [name for name in more if name in names])
    frame = frame.select(pl.all().str.strip_chars().replace("", None)).filter(
        ~pl.all_horizontal(pl.col(_NEEDED).is_null())  # spreadsheets leave empty rows behind
    )
    for name in _NEEDED:
        if frame[name].null_count():
            hint = "Fill it in, or run the audit again."
            raise InputError(path.name, f"a cell of {name} is empty", hint)
    frame = frame.with_columns(
        pl.col("verdict", "reason").str.to_uppercase(), pl.col("unit").str.to_lowercase()
    )
    known = set(frame["verdict"]) <= {v.value for v in Verdict}
    if not known or not set(frame["reason"]) <= set(REASON_TEXT):
        raise InputError(
            path.name,
            "has a verdict or reason that is not known",
            "Use KEEP, REVIEW or DISAVOW, and leave the reason as it is.",
        )
    if not set(frame["unit"]) <= _UNITS:
        hint = "Use domain, host or url, as the audit wrote it."
        raise InputError(path.name, "has a unit that is not known", hint)
    score = pl.col("spam_score").str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    count = pl.col("links").str.replace(r"[.,]0$", "").str.replace_all(_THOUSANDS, "")
    frame = _checked(frame, "spam_score", score, "a number between 0 and 1", path)
    return _checked(frame, "links", count.cast(pl.Int64, strict=False), "a whole number", path)


def _checked(frame: pl.DataFrame, name: str, read: pl.Expr, what: str, path: Path) -> pl.DataFrame:
    """Replace the texts of a column by what they say."""
    values = frame.select(read.alias(name))[name]
    top = 1 if name == "spam_score" else 1 << 53
    bad = ~values.is_between(0, top).fill_null(value=False)
    if bad.any():
        place = int(bad.arg_true()[0])
        text = printable(frame[name][place], 20)
        problem = f"is damaged: {name} of {printable(frame['linking_domain'][place])} is {text!r}"
        raise InputError(path.name, problem, f"Write {what} there, or run the audit again.")
    return frame.with_columns(values)


def _find(path: Path) -> tuple[Source, str, list[str]] | None:
    """The table with scores in a file: how to read it, and its column names; None if there is none.

    What cannot be opened is none either: reading it as an export then says why.
    """
    try:
        sources = [probe(p) for p in parts(path)[0] if not p.within and p.container in _CONTAINERS]
    except InputError:
        return None
    bare = False
    for source in sources:
        for delimiter in DELIMITERS:
            record = next(iter(first_records(source, delimiter, 1)), ([], 0))[0]
            names = [name.strip().lower() for name in record]
            if {"linking_domain", "spam_score"} <= set(names):
                return source, delimiter, names
            bare |= "spam_score" in names
            if len(names) == 1 and {"linking_domain", "spam_score"} <= set(names[0].split(",")):
                hint = "Open it with the columns apart, and save it again as CSV or xlsx."
                raise InputError(path.name, "all its columns stand in one", hint)
    if bare:
        raise InputError(path.name, "it holds scores and no verdicts", _BARE)
    return None


def _read(source: Source, delimiter: str, names: list[str], more: list[str]) -> pl.DataFrame:
    try:
        try:
            data = open_utf8(source).read()
        except BrokenEncodingError:
            data = open_utf8(resurvey(source)).read()
        # Names of our own: what stands there may be spelled otherwise, or repeat a name.
        header = delimiter.join(f"c{place}" for place in range(len(names))).encode()
        frame = pl.read_csv(
            header + b"\n" + data.partition(b"\n")[2], separator=delimiter, infer_schema=False
        )
    except pl.exceptions.PolarsError as error:
        said = str(error).splitlines()[0]
        raise InputError(source.name, f"is damaged ({said})", "Run 'spamlinks audit' again.") from (
            None
        )
    wanted = (*DOMAIN_COLUMNS, *more)
    return frame.select(frame.to_series(names.index(name)).alias(name) for name in wanted)


def live_entries_of(table: Path) -> tuple[str, int]:
    """Return the live file that the audit beside a ``domains.csv`` had: its name, its entries.

    ("", 0) where run.json is missing, unreadable, or names none.
    """
    try:
        live = _run_beside(table)["live"]
        return str(live["name"]), int(live["entries"])
    except (OSError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        return "", 0


def run_of(table: Path) -> dict[str, Any]:
    """Return what run.json beside a ``domains.csv`` says of its run, as far as it is sound.

    Returns
    -------
    dict with those of ``created`` (ISO text), ``model`` (name, sha256), ``verdicts`` (counts),
    ``prior``, ``situation`` and ``site`` that are there; {} where there is no such file.
    """
    out: dict[str, Any] = {}
    try:
        run = _run_beside(table)
        model, prior = run["model"], run["prior"]
        out["created"] = date.fromisoformat(str(run["created"])[:10]).isoformat()
        out["model"] = {"name": str(model["name"])[:100], "sha256": str(model["sha256"])[:64]}
        verdicts = {verdict.value: int(run["verdicts"][verdict.value]) for verdict in Verdict}
        out["verdicts"] = verdicts
        if isinstance(prior, int | float) and 0 < prior < 1:
            out["prior"] = prior
        out["situation"] = str(run["situation"])[:40]
        if linking_domain(str(run["site"] or "")[:260]):
            out["site"] = str(run["site"])
    except (OSError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        return out
    return out


def _run_beside(table: Path) -> Any:
    with table.with_name("run.json").open("rb") as file:
        return json.loads(file.read(MAX_RUN_BYTES))
