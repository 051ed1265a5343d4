"""What the folder of a former audit says of it: its site, and its tables as they were written."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from spamlinks.errors import OutputError
from spamlinks.exports.cells import printable
from spamlinks.urls import linking_domain

__all__ = ["MAX_RUN_BYTES", "TABLES", "edited_tables", "recorded_run", "refuse_other_site"]

MAX_RUN_BYTES = 1 << 26
"""A run.json beyond this is no run.json; one with every bound at its limit is far below."""

TABLES = ("domains.csv", "domains.xlsx")
"""Files that people write their decisions into."""


def recorded_run(folder: Path) -> dict[str, Any]:
    """Return what run.json of a folder holds; {} where there is none of ours that can be read."""
    try:
        with (folder / "run.json").open("rb") as file:
            run = json.loads(file.read(MAX_RUN_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return run if isinstance(run, dict) and run.get("tool") == "spamlinks" else {}


def edited_tables(folder: Path) -> dict[str, str]:
    """Return the tables of a folder that are not as its audit wrote them: SHA-256 by name.

    Raises
    ------
    OSError : one of them cannot be read.
    """
    known = recorded_run(folder).get("tables")
    found = {}
    for name in TABLES:
        path = folder / name
        if isinstance(known, dict) and name in known and path.is_file():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if digest != known[name]:
                found[name] = digest
    return found


def refuse_other_site(folder: Path, site: str | None) -> None:
    """Raise OutputError where a folder holds an audit of another site.

    Hosts below one registrable domain count as one site; None, or a folder whose audit names no
    site, is never refused.
    """
    run = recorded_run(folder)
    theirs = run.get("site")
    if site is None or not isinstance(theirs, str):
        return
    there, here = linking_domain(theirs[:260]), linking_domain(site)
    if there and here and there != here:
        wrong = ", or delete it if that site was a wrong guess" if run.get("site_guessed") else ""
        raise OutputError(
            printable(str(folder), 120),
            f"holds an audit of {printable(theirs, 100)}, and this one is about "
            f"{printable(site, 100)}",
            f"Choose another folder with -o{wrong}.",
        )
