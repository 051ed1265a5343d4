"""The tables that an audit writes: the verdicts as CSV and as a workbook, and the decisions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from spamlinks.decided import KEPT, DecisionList, read_decisions
from spamlinks.errors import InputError, OutputError
from spamlinks.exports.cells import printable
from spamlinks.pipeline import DECISION_COLUMNS, Audit
from spamlinks.policy import Verdict
from spamlinks.run_folder import TABLES, edited_tables
from spamlinks.tables import write_table
from spamlinks.workbook import write_workbook

__all__ = ["Written", "write_verdicts"]


@dataclass(frozen=True)
class Written:
    """SHA-256 of each file that people may edit, by name, and sentences for people."""

    sha256: dict[str, str]
    notes: tuple[str, ...]


def write_verdicts(audit: Audit, folder: Path) -> Written:
    """Write ``domains.csv``, ``domains.xlsx`` and, where decisions were given, ``decisions.csv``.

    A table of a former run that somebody edited since is kept beside the new one: it may hold
    decisions that nothing else holds.

    Raises
    ------
    OutputError : a file cannot be written.
    """
    notes = _keep_edited(folder)
    write_table(audit.domains, folder / "domains.csv")
    notes += write_workbook(
        audit.domains,
        folder / "domains.xlsx",
        decided=DECISION_COLUMNS,
        choices={"decision": tuple(Verdict)},
        made_on=date.fromisoformat(str(audit.run["created"])[:10]),
    )
    kept = folder / KEPT
    if audit.decisions is not None:
        notes += _dropped(kept, audit.decisions)
        write_table(audit.decisions.table(), kept)
    elif kept.is_file():
        notes.append(
            f"{kept.name} in this folder was not given and decided nothing: --decisions {kept}"
        )
    return Written({name: _sha256((folder / name).read_bytes()) for name in TABLES}, tuple(notes))


def _keep_edited(folder: Path) -> list[str]:
    """Move aside the tables that are not as a former run wrote them; return what to tell."""
    notes = []
    try:
        for name, digest in edited_tables(folder).items():
            kept = _set_aside(folder / name, digest)
            notes.append(f"{name} had been edited since the former run; that one is kept as {kept}")
    except OSError as error:
        where = str(error.filename or folder)
        problem = f"the edited file cannot be kept ({error.strerror})"
        raise OutputError(where, problem, "Close it, or choose another folder.") from None
    return notes


def _set_aside(path: Path, digest: str) -> str:
    """Give a file a name of its own; returns that."""
    kept = path.with_name(f"{path.stem}.bak-{digest[:12]}{path.suffix}")
    path.replace(kept)
    return kept.name


def _dropped(kept: Path, given: DecisionList) -> list[str]:
    """Keep a former ``decisions.csv`` aside that knows more than what was given, and say what.

    One that cannot be read is kept too: somebody may have edited it.
    """
    if not kept.is_file():
        return []
    try:
        former = read_decisions(kept).by_name
        away = [name for name in former if name not in given.by_name]
        if not away:
            return []
        digest = _sha256(kept.read_bytes())
        which = f"{len(away):,} decision{'s' * (len(away) > 1)} of the last run"
        shown = ", ".join(printable(name, 60) for name in away[:3]) + (", ..." if away[3:] else "")
        text = f"{which} {'is' if len(away) == 1 else 'are'} not in {given.source}: {shown}"
    except InputError:
        digest, text = _sha256(kept.read_bytes()), f"the former {kept.name} cannot be read"
    return [f"{text}; the former list is kept as {_set_aside(kept, digest)}"]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
