"""Reading ``domains.csv`` back, also after a spreadsheet saved it in a manner of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spamlinks.decided import (
    DecisionList,
    decisions_in,
    read_decisions,
    refuse_split,
    saved_decisions,
    settle,
)
from spamlinks.errors import InputError
from spamlinks.exports.cells import printable
from spamlinks.pipeline import DOMAIN_COLUMNS
from spamlinks.policy import REASON_TEXT, Decision, Reason, Verdict
from spamlinks.run_folder import MAX_RUN_BYTES
from spamlinks.saved_tables import SavedTable, find_table
from spamlinks.urls import linking_domain

__all__ = [
    "MAX_RUN_BYTES",
    "decided_in_tables",
    "live_entries_of",
    "read_domains",
    "run_beside",
    "run_of",
    "whole_number",
]

_BARE = (
    "A bare score is not enough: the guards need the links. Give the exports, or the domains.csv "
    "that 'spamlinks audit' wrote."
)
_NEEDED = ("linking_domain", "unit", "verdict", "reason", "spam_score", "links")
_UNITS = frozenset({"domain", "host", "url"})
_THOUSANDS = r"[.,'\u{a0}\u{202f} ]"


def read_domains(path: Path, more: Sequence[str] = ()) -> pl.DataFrame | None:
    """Read audit's ``domains.csv``; None when the file is no such table (an export, then).

    Commas, semicolons, tabs, decimal commas, UTF-8, UTF-16, Windows-1252, xlsx and verdicts in any
    case are taken; columns that somebody added are left out. Those of ``more`` that the file has
    are read as well.

    Returns
    -------
    DataFrame with ``DOMAIN_COLUMNS``, then those of ``more``, then ``DECISION_COLUMNS``;
    ``spam_score`` Float64 in [0, 1], ``links`` Int64, ``decided_on`` Date, the rest String; none of
    linking_domain, unit, verdict, reason, spam_score and links is null. What stands in the column
    decision is the verdict.

    Raises
    ------
    InputError : a table of scores without verdict, unit and reason, or with a cell that cannot be;
        a decision that is none, or that the keep list of the audit contradicts.
    """
    table = _find(path)
    if table is None:
        return None
    names = table.names
    if not set(DOMAIN_COLUMNS) <= set(names):
        known = {"linking_domain", "verdict"} <= set(names)
        missing = ", ".join(name for name in DOMAIN_COLUMNS if name not in names)
        what = f", as the columns {missing} are missing" if known and len(names) > 5 else ""
        raise InputError(path.name, f"it holds scores and no verdicts with reasons{what}", _BARE)
    raw = table.read()
    wanted = (*DOMAIN_COLUMNS, *(name for name in more if name in names))
    frame = (
        pl.DataFrame([table.column(raw, name) for name in wanted])
        .select(pl.all().str.strip_chars().replace("", None))
        .filter(
            ~pl.all_horizontal(pl.col(_NEEDED).is_null())  # spreadsheets leave empty rows behind
        )
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
    count = whole_number("links")
    frame = _checked(frame, "spam_score", score, "a number between 0 and 1", path)
    frame = _checked(frame, "links", count.cast(pl.Int64, strict=False), "a whole number", path)
    return settle(frame, saved_decisions(table, raw, path.name))


def whole_number(name: str) -> pl.Expr:
    """A column of texts as digits, whatever a spreadsheet put between them: "1.200", "1200.0"."""
    return pl.col(name).str.replace(r"[.,]0$", "").str.replace_all(_THOUSANDS, "")


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


def _find(path: Path) -> SavedTable | None:
    """The table with scores in a file; None when there is none."""
    table, seen = find_table(path, {"linking_domain", "spam_score"}.issubset)
    if table is not None:
        return table
    for names in seen:
        if len(names) == 1 and {"linking_domain", "spam_score"} <= set(names[0].split(",")):
            hint = "Open it with the columns apart, and save it again as CSV or xlsx."
            raise InputError(path.name, "all its columns stand in one", hint)
    if any("spam_score" in names for names in seen):
        raise InputError(path.name, "it holds scores and no verdicts", _BARE)
    return None


def decided_in_tables(
    tables: list[Path], domains: pl.DataFrame, given: DecisionList | None
) -> tuple[pl.DataFrame, DecisionList]:
    """Gather what was decided in and beside tables of verdicts, and let it settle them.

    Parameters
    ----------
    tables : the files; ``decisions.csv`` beside the only one is read for pages and parts of sites,
        which have no row.
    domains : their rows, as ``read_domains`` gives them.
    given : decisions from a file of their own.

    Raises
    ------
    InputError : two of them decide one site in two ways, or see ``settle``.
    """
    own = DecisionList(tables[0].name, decisions_in(domains))
    if given is not None:
        refuse_split(given, own)
        domains = settle(domains, given)
    rows = set(domains["linking_domain"])
    beside = _decisions_beside(tables[0]) if len(tables) == 1 else {}
    apart = {name: decision for name, decision in beside.items() if name not in rows}
    by_name = {**apart, **own.by_name, **(given.by_name if given is not None else {})}
    notes = [*(given.notes if given is not None else ()), *_erased(domains)]
    if given is not None and not len(given):
        notes.insert(0, f"{given.source} holds no decision: fill in its column decision")
    source = given.source if given is not None else own.source
    return domains, DecisionList(source, by_name, notes=tuple(notes))


def _erased(domains: pl.DataFrame) -> list[str]:
    """Say which verdicts were decided once and have no decision any more."""
    gone = domains.filter(
        (pl.col("reason") == Reason.DECIDED.value) & pl.col("decision").is_null()
    )["linking_domain"].to_list()
    if not gone:
        return []
    named = ", ".join(printable(name, 60) for name in gone[:3]) + (", ..." if gone[3:] else "")
    return [
        f"without a decision now, and still with the verdict that it gave: {named}; run the audit "
        "again for the model's own"
    ]


def _decisions_beside(table: Path) -> Mapping[str, Decision]:
    """What decisions.csv of the audit that wrote a table holds; {} where there was none."""
    try:
        made = run_beside(table)["decisions"]
    except (OSError, LookupError, TypeError, ValueError, RecursionError):
        return {}
    path = table.with_name("decisions.csv")
    return read_decisions(path).by_name if made and path.is_file() else {}


def live_entries_of(table: Path) -> tuple[str, int]:
    """Return the live file that the audit beside a ``domains.csv`` had: its name, its entries.

    ("", 0) where run.json is missing, unreadable, or names none.
    """
    try:
        live = run_beside(table)["live"]
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
        run = run_beside(table)
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


def run_beside(table: Path) -> Any:
    """Return what run.json beside a table of ours holds, unchecked; raises as open and json do."""
    with table.with_name("run.json").open("rb") as file:
        return json.loads(file.read(MAX_RUN_BYTES))
