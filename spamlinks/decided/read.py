"""Reading decisions: an edited domains.csv or domains.xlsx, or a small table made by hand."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from spamlinks.decided.decision_list import DECISION_COLUMNS, DecisionList
from spamlinks.decided.folder import decisions_file
from spamlinks.errors import InputError
from spamlinks.exports.cells import printable
from spamlinks.exports.containers.container import CHUNK_BYTES, open_file
from spamlinks.exports.reading.numbers import MISSING, date_evidence, parse_date
from spamlinks.policy import Decision, Reason, Verdict, decided_name
from spamlinks.saved_tables import SavedTable, find_table
from spamlinks.tables import plain_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["WORDS", "decisions_in", "decisions_of", "read_decisions", "saved_decisions"]

WORDS = {
    Verdict.KEEP: "keep kept ham honest good",
    Verdict.REVIEW: "review",
    Verdict.DISAVOW: "disavow disavowed spam toxic bad",
}
"""Words of a decision, in any case. "ok", "yes" and "x" may agree with any verdict: not taken."""

MAX_AUTHOR = 100
"""A longer name of an author is cut."""

_VERDICTS = {word: verdict for verdict, words in WORDS.items() for word in words.split()}
_COLUMNS = ("linking_domain", *DECISION_COLUMNS)
_BESIDE = ("verdict", "reason", "first_seen", "last_seen")
_BLANK = re.compile(r"\s+")
_SINCE = date(2000, 1, 1)

_HINT = (
    "Give the domains.csv or domains.xlsx of an audit with the column decision filled in, or a "
    "table with the columns linking_domain and decision."
)
_BY_RULE = {
    Reason.DECIDED: "KEEP REVIEW DISAVOW",
    Reason.SCORE_HIGH: "DISAVOW",
    Reason.NAME_HIGH: "DISAVOW",
    Reason.IN_LIVE_FILE: "DISAVOW",
    Reason.SCORE_LOW: "KEEP",
    Reason.OWN_SITE: "KEEP",
    Reason.NOFOLLOW_ONLY: "KEEP",
    Reason.LINKS_GONE: "KEEP",
    Reason.SCORE_MIDDLE: "REVIEW",
    Reason.BARE_TLD: "REVIEW",
    Reason.PUBLIC_SUFFIX: "REVIEW",
    Reason.IP_ADDRESS: "REVIEW",
    Reason.HACKED_PAGE: "REVIEW",
    Reason.THIN_EVIDENCE: "REVIEW",
}
"""The verdicts that a rule gives; KEEP and REVIEW for those that are not named."""


def read_decisions(path: Path, by: str | None = None) -> DecisionList:
    """Read the decisions of a file, or of the folder of an audit (see ``decisions_file``).

    Commas, semicolons, tabs, UTF-8, UTF-16, Windows-1252 and xlsx are taken, dates in any order
    that the file's dates prove; further columns and empty rows are passed over, and so are rows
    without a decision.

    Parameters
    ----------
    by : author of the decisions that name none; these are also dated today where they have no
        date. What is missing otherwise stays so.

    Raises
    ------
    InputError : the file cannot be read or has no such columns; a cell is no decision, name or
        date; something was decided twice, in two ways. The message names row, name and cell.
    """
    if path.is_dir():
        path, beside = decisions_file(path)
        found, names = _read(path, by)
        if beside is None:
            return found
        former = _read(beside, by)[0].by_name.items()
        apart = {name: decision for name, decision in former if name not in names}
        return replace(found, by_name={**found.by_name, **apart})
    return _read(path, by)[0]


def _read(path: Path, by: str | None) -> tuple[DecisionList, frozenset[str]]:
    """Return the decisions of a file, and the names of all its rows."""
    digest = _sha256(path)
    table, seen = find_table(path, {"linking_domain", "decision"}.issubset, must_open=True)
    if table is None:
        missing = "no column decision"
        if not any("linking_domain" in names for names in seen):
            missing = "no columns linking_domain and decision"
        raise InputError(path.name, f"it has {missing}", _HINT)
    raw = table.read()
    found = saved_decisions(table, raw, path.name, by)
    cells = table.column(raw, "linking_domain").drop_nulls()
    names = frozenset(decided_name(plain_text(cell)) for cell in cells)
    return replace(found, sha256=digest, path=path), names


def _sha256(path: Path) -> str:
    """Of a regular file, which is read more than once: a pipe would be waited for, or be empty."""
    digest = hashlib.sha256()
    with open_file(path, path.name) as file:
        try:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
            return digest.hexdigest()
        except OSError as error:
            hint = "Check the disk, and try again."
            raise InputError(path.name, f"cannot be read ({error.strerror})", hint) from None


def saved_decisions(
    table: SavedTable, raw: pl.DataFrame, source: str, by: str | None = None
) -> DecisionList:
    """Return the decisions in a table of a file that was read; see ``read_decisions``.

    Parameters
    ----------
    raw : what ``table.read()`` gave.
    source : name of the file.
    """
    columns = [table.column(raw, name) for name in (*_COLUMNS, *_BESIDE)]
    return _decisions(pl.DataFrame(columns), source, by)


def decisions_of(table: pd.DataFrame | pl.DataFrame, by: str | None = None) -> DecisionList:
    """Return the decisions in a table (pandas or polars); see ``read_decisions``.

    Parameters
    ----------
    table : with ``linking_domain`` and ``decision``, and perhaps the rest of ``DECISION_COLUMNS``.

    Raises
    ------
    InputError : as for a file; row 2 is the first.
    """
    frame = table if isinstance(table, pl.DataFrame) else pl.from_pandas(table)
    missing = [name for name in _COLUMNS[:2] if name not in frame.columns]
    if missing:
        raise InputError("decisions", f"the table has no column {' and '.join(missing)}", _HINT)
    texts = [
        frame[name].cast(pl.String)
        if name in frame.columns
        else pl.Series(name, [None] * frame.height, dtype=pl.String)
        for name in (*_COLUMNS, *_BESIDE)
    ]
    found = _decisions(pl.DataFrame(texts), "table", by)
    digest = hashlib.sha256(found.table().write_csv().encode()).hexdigest()
    return replace(found, sha256=digest)


def decisions_in(domains: pl.DataFrame) -> dict[str, Decision]:
    """Return the decisions in a table of domains of a run, by linking domain; {} without any.

    Parameters
    ----------
    domains : with linking_domain, and ``DECISION_COLUMNS`` as a run or ``read_domains`` gives them.
    """
    if not set(_COLUMNS) <= set(domains.columns):
        return {}
    given = domains.filter(pl.col("decision").is_not_null()).select(_COLUMNS)
    return {
        name: Decision(name, Verdict(verdict), by, on, note)
        for name, verdict, by, on, note in given.iter_rows()
    }


def _decisions(frame: pl.DataFrame, source: str, by: str | None) -> DecisionList:
    order = _order(frame)
    frame = frame.with_row_index("row", offset=2)
    given = frame.filter(pl.col("decision").str.strip_chars().fill_null("") != "")
    found: dict[str, Decision] = {}
    for cells in given.select("row", *_COLUMNS).iter_rows():
        decision = _decision(cells, order, source)
        former = found.get(decision.name)
        if former is not None and former.verdict != decision.verdict:
            raise InputError(
                source,
                f"{printable(decision.name, 80)} is decided {former.verdict} in row {former.row} "
                f"and {decision.verdict} in row {decision.row}",
                "Decide which it is.",
            )
        if former is None or (decision.on or _SINCE) >= (former.on or _SINCE):
            found[decision.name] = decision
    if by is not None:
        author = _author(by)
        found = {
            name: d if d.by else replace(d, by=author, on=d.on or date.today())
            for name, d in found.items()
        }
    return DecisionList(source, found, notes=tuple(_edited(frame, source)))


def _decision(cells: Sequence[str | int | None], order: str, source: str) -> Decision:
    row, name, word, by, on, note = (int(cells[0] or 0), *(str(c or "") for c in cells[1:]))
    shown = f"row {row} ({printable(plain_text(name), 80)})"
    verdict = _VERDICTS.get(plain_text(word).strip().strip(".\"'").lower())
    if verdict is None:
        hint = "Write KEEP, REVIEW or DISAVOW, or leave the cell empty."
        raise InputError(source, f"{shown}: {printable(word)!r} is no decision", hint)
    site = decided_name(plain_text(name))
    if not site:
        problem = f"row {row}: {printable(name, 80)!r} is no domain or URL"
        raise InputError(source, problem, "Write a domain such as spam.example, or a whole URL.")
    return Decision(site, verdict, _author(by), _day(on, order, shown, source), _text(note), row)


def _text(cell: str) -> str | None:
    return _BLANK.sub(" ", plain_text(cell)).strip() or None


def _author(cell: str) -> str | None:
    text = _text(cell)
    return text[:MAX_AUTHOR].strip() if text else None


def _day(cell: str, order: str, shown: str, source: str) -> date | None:
    text = plain_text(cell).strip()
    if text.lower() in MISSING:
        return None
    day = parse_date(text, order)
    if day is None and order == "" and date_evidence(text) == "?":
        hint = "Write the day as 2026-11-25."
        raise InputError(source, f"{shown}: {printable(text)!r} may mean two days", hint)
    if day is None or day < _SINCE:
        problem = f"{shown}: decided_on is {printable(text)!r}, which is no day"
        raise InputError(source, problem, "Write it as 2026-11-25, or leave the cell empty.")
    return day


def _order(frame: pl.DataFrame) -> str:
    """Whether day or month comes first, by all dates of the table: one program wrote them."""
    seen: Counter[str] = Counter()
    unpadded = False
    for name in ("decided_on", "first_seen", "last_seen"):
        for text in frame[name].drop_nulls().unique():
            seen[date_evidence(text)] += 1
            unpadded |= re.match(r"[1-9]/\d{1,2}/\d|\d{1,2}/[1-9]/\d", text) is not None
    if seen["dmy"] != seen["mdy"]:
        return "dmy" if seen["dmy"] > seen["mdy"] else "mdy"
    # Of the programs that write slashes, those of the United States write no leading zero.
    return "mdy" if unpadded else ""


def _edited(frame: pl.DataFrame, source: str) -> Iterator[str]:
    """Say which verdicts were changed where no decision stands beside them."""
    silent = frame.filter(pl.col("decision").str.strip_chars().fill_null("") == "")
    columns = (
        silent.select("linking_domain", "verdict", "reason")
        .drop_nulls()
        .unique(maintain_order=True)
    )
    changed = [
        printable(name, 60)
        for name, verdict, reason in columns.iter_rows()
        if _is_changed(verdict.strip().upper(), reason.strip().upper())
    ]
    if changed:
        many = "1 verdict was" if len(changed) == 1 else f"{len(changed):,} verdicts were"
        more = ", ..." if len(changed) > 3 else ""
        yield (
            f"{source}: {many} changed and no decision stands beside it "
            f"({', '.join(changed[:3])}{more}); only the column decision counts here"
        )


def _is_changed(verdict: str, reason: str) -> bool:
    if verdict not in Verdict.__members__ or reason not in Reason.__members__:
        return False
    return verdict not in _BY_RULE.get(Reason(reason), "KEEP REVIEW").split()
