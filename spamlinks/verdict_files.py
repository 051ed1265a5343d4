"""The tables that an audit writes: the verdicts as CSV and as a workbook, and the decisions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from spamlinks.errors import OutputError
from spamlinks.pipeline import DECISION_COLUMNS, Audit
from spamlinks.policy import Verdict
from spamlinks.tables import write_table
from spamlinks.verdict_table import run_beside
from spamlinks.workbook import write_workbook

__all__ = ["Written", "write_verdicts"]

EDITED = ("domains.csv", "domains.xlsx")
"""Files that people write their decisions into."""


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
    kept = folder / "decisions.csv"
    if audit.decisions is not None:
        write_table(audit.decisions.table(), kept)
    elif kept.is_file():
        notes.append(
            f"{kept.name} in this folder was not given and decided nothing: --decisions {kept}"
        )
    return Written({name: _sha256((folder / name).read_bytes()) for name in EDITED}, tuple(notes))


def _keep_edited(folder: Path) -> list[str]:
    """Move aside the tables that are not as a former run wrote them; return what to tell."""
    known = _recorded(folder)
    notes = []
    for name in EDITED:
        path = folder / name
        try:
            if name not in known or not path.is_file():
                continue
            digest = _sha256(path.read_bytes())
            if digest == known[name]:
                continue
            kept = path.with_name(f"{path.stem}.bak-{digest[:12]}{path.suffix}")
            path.replace(kept)
        except OSError as error:
            problem = f"the edited file cannot be kept ({error.strerror})"
            raise OutputError(str(path), problem, "Close it, or choose another folder.") from None
        notes.append(
            f"{name} had been edited since the former run; that one is kept as {kept.name}"
        )
    return notes


def _recorded(folder: Path) -> dict[str, Any]:
    """SHA-256 of the tables as the former run in the folder wrote them; {} without one."""
    try:
        return dict(run_beside(folder / EDITED[0])["tables"])
    except (OSError, LookupError, TypeError, ValueError, RecursionError):
        return {}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
