"""Reading the outcome of a finished run: ``run.json`` and the ``domains.csv`` beside it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from spamlinks import __version__
from spamlinks.errors import InputError
from spamlinks.exports.cells import printable
from spamlinks.run_folder import MAX_RUN_BYTES
from spamlinks.since.facts import Facts, facts_of, site_host
from spamlinks.verdict_table import read_domains

__all__ = ["Finished", "read_finished"]

RUN, TABLE = "run.json", "domains.csv"
_HINT = "Give the run.json of an earlier 'spamlinks audit', or its folder."
_AGAIN = "Run 'spamlinks audit' on the exports of that time again."


@dataclass(frozen=True)
class Finished:
    """A run that was read back.

    ``file`` is how people know its run.json: with the folder. ``domains`` is the table, as
    ``read_domains`` gives it, with ``seen_by`` where the file has it.
    """

    file: str
    facts: Facts
    domains: pl.DataFrame


def read_finished(path: Path) -> Finished:
    """Read the run.json of an audit, or of its folder, and the domains.csv beside it.

    Raises
    ------
    InputError : there is none, it is damaged, of another program or of a newer version, or the
        table is missing or none of ours.
    """
    path, name = _find(path)
    run = _load(path, name)
    facts = _checked(run, name)
    table = path.with_name(TABLE)
    if not table.is_file():
        hint = f"Put the {TABLE} of that run beside it, or give the folder that has both."
        raise InputError(name, f"no {TABLE} stands beside it", hint)
    domains = read_domains(table, more=("seen_by",))
    if domains is None:
        raise InputError(_shown(table), "it is no table of verdicts", _AGAIN)
    return Finished(name, facts, domains)


def _shown(path: Path) -> str:
    """Name a file with its folder: every run has a run.json."""
    parts = path.parts if len(path.parts) <= 3 else path.parts[-2:]  # "/tmp/run", not "tmp/run"
    return printable(Path(*parts).as_posix(), 120)


def _find(path: Path) -> tuple[Path, str]:
    """The run.json that is meant, and what to call it."""
    name = printable(path.as_posix(), 300)  # as it was given: it is to be corrected
    try:
        if path.is_dir():
            path = path / RUN
            if not path.exists():
                raise InputError(name, f"the folder holds no {RUN}", _HINT)
        elif not path.exists():
            raise InputError(name, "there is no such file", _HINT)
        if not path.is_file():  # a pipe would be waited for without end
            raise InputError(name, "it is no ordinary file", _HINT)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from None
    return path, _shown(path)


def _unreadable(name: str, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or "its name cannot be looked up"
    return InputError(name, f"cannot be read ({reason})", _HINT)


def _load(path: Path, name: str) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_RUN_BYTES + 1)
    except OSError as error:
        raise _unreadable(name, error) from None
    if len(data) > MAX_RUN_BYTES:
        raise InputError(name, f"it is larger than {MAX_RUN_BYTES >> 20} MB", _HINT)
    try:
        run = json.loads(data)
    except (ValueError, RecursionError):
        if path.suffix.lower() != ".json":
            raise InputError(name, f"it is no {RUN}", _HINT) from None
        raise InputError(name, "it is damaged: it is no JSON", _AGAIN) from None
    if not isinstance(run, dict) or run.get("tool") != "spamlinks":
        raise InputError(name, "no audit of spamlinks wrote it", _HINT)
    return run


def _checked(run: dict[str, Any], name: str) -> Facts:
    """The facts of a run, of which a version of ours wrote at least day, model and site."""
    facts = facts_of(run)
    theirs, ours = _version(facts.version), _version(__version__)
    if theirs is None:
        raise _damaged(name, "version")
    if ours is not None and theirs > ours:
        problem = f"spamlinks {facts.version} wrote it, and this is {__version__}"
        raise InputError(name, problem, "Install that version or a newer one, and try again.")
    try:
        datetime.fromisoformat(str(facts.created))
    except ValueError:
        raise _damaged(name, "created") from None
    if facts.model is None:
        raise _damaged(name, "model")
    if "site" not in run or (run["site"] is not None and site_host(facts.site) is None):
        raise _damaged(name, "site")
    return facts


def _damaged(name: str, what: str) -> InputError:
    return InputError(name, f"it is damaged: its {what!r} is missing or cannot be", _AGAIN)


def _version(text: str | None) -> tuple[int, ...] | None:
    """Return the numbers a version begins with; None for what is no version.

    >>> _version("0.10.2.dev1"), _version("x"), _version(None)
    ((0, 10, 2), None, None)
    """
    found = re.match(r"\d{1,6}(?:\.\d{1,6}){1,3}", text or "")
    return tuple(int(part) for part in found[0].split(".")) if found else None
