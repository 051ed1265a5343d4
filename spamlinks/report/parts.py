"""Reading a run whose parts may be absent, of an older version, or damaged: nothing here raises."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from spamlinks.report.text import clean, count

__all__ = [
    "day",
    "day_words",
    "items",
    "known",
    "listed",
    "moment",
    "part",
    "real",
    "sentences",
    "whole",
]


def part(run: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object of that name; empty when it is absent or something else."""
    found = run.get(name)
    return found if isinstance(found, Mapping) else {}


def listed(value: object) -> Sequence[Any]:
    """The list itself; empty when it is none."""
    return value if isinstance(value, list | tuple) else ()


def items(value: object, limit: int | None = None) -> list[Mapping[str, Any]]:
    """The objects among the first ``limit`` entries of a list, or among all."""
    return [item for item in listed(value)[:limit] if isinstance(item, Mapping)]


def sentences(value: object, limit: int, width: int = 400) -> list[str]:
    """At most ``limit`` clean texts of at most ``width`` characters, empty ones left out.

    >>> sentences(["one\\u202e", None, "two"], 5), sentences("no list", 5)
    (['one', 'two'], [])
    """
    texts = (clean(text, width) for text in listed(value)[:limit])
    return [text for text in texts if text]


def whole(value: object) -> int | None:
    """A count of zero or more; None for anything else."""
    counted = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if counted and isinstance(value, int) else None


def real(value: object) -> float | None:
    """A finite number; None for anything else.

    >>> real(3), real(float("nan")), real(True), real("3")
    (3.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def known(value: object) -> str:
    """A count in words of the page, or "not known"."""
    return count(value) if isinstance(value, int) else "not known"


def day(value: object) -> date | None:
    """The day at the start of an ISO date or time; None for anything else."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def day_words(value: date) -> str:
    """A day as people write it.

    >>> day_words(date(2026, 8, 7))
    '7 August 2026'
    """
    return f"{value.day} {value:%B} {value.year}"


def moment(created: object) -> str:
    """The time of a run as people write it; any other text as it is."""
    try:
        return datetime.fromisoformat(str(created)).strftime("%d %B %Y, %H:%M %Z").strip()
    except ValueError:
        return clean(created, 40)
