"""The first lines of the report and of the terminal: what a reader must know at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spamlinks.report.parts import part, whole
from spamlinks.report.text import clean, count

__all__ = ["decisions"]


def decisions(run: Mapping[str, Any]) -> str:
    """Say what became of the decisions that were given; "" where none were.

    >>> decisions({"decisions": {"file": "d.xlsx", "given": 8, "changed": 6, "not_here": 1}})
    'd.xlsx: 8 decisions, 6 changed a verdict, 1 is about a site that does not link here.'
    >>> decisions({"decisions": {"file": "d.xlsx", "given": 0}})
    'd.xlsx holds no decision: fill in its column decision with KEEP, REVIEW or DISAVOW.'
    """
    said = part(run, "decisions")
    file = clean(said.get("file"), 120) or "The file"
    names = ("given", "changed", "not_here", "applied")
    given, changed, away, applied = (whole(said.get(name)) for name in names)
    if given is None:
        return ""
    if not given:
        return (
            f"{file} holds no decision: fill in its column decision with KEEP, REVIEW or DISAVOW."
        )
    parts = [f"{count(given)} decision{'' if given == 1 else 's'}"]
    parts.append(f"{count(changed) if changed else 'none'} changed a verdict")
    if away:
        what = "is about a site that does" if away == 1 else "are about sites that do"
        parts.append(f"{count(away)} {what} not link here")
    stopped = given - (away or 0) - applied if applied is not None else 0
    if stopped > 0:
        parts.append(f"{count(stopped)} {'was' if stopped == 1 else 'were'} not followed")
    return f"{file}: {', '.join(parts)}."
