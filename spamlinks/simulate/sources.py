"""Where the generator's numbers come from: for every field of every kind one stated source.

``sources.json`` holds the references, the groups of fields, and what is assumed of each side; a
kind in ``kinds.json`` may state something of its own for a group. A field without a source is a
fault of the package and fails on import.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import Any

from spamlinks.simulate.kinds import Kind

__all__ = ["GROUPS", "REFERENCES", "Source", "source_of"]


@dataclass(frozen=True, slots=True)
class Source:
    """What is assumed, and the keys of ``REFERENCES`` it follows."""

    assumption: str
    after: tuple[str, ...]

    def __str__(self) -> str:
        return f"assumption: {self.assumption}; after {', '.join(self.after)}"


def _read(name: str) -> Any:
    return json.loads(files("spamlinks.simulate").joinpath(name).read_text("utf-8"))


_RAW: dict[str, Any] = _read("sources.json")

REFERENCES: dict[str, str] = _RAW["references"]
"""Every reference by its key, with what it does and does not say."""

GROUPS: dict[str, tuple[str, ...]] = {
    name: tuple(group["fields"]) for name, group in _RAW["groups"].items()
}
"""The fields of ``Kind`` that share a source, by the name of the group."""

TITLES: dict[str, str] = {name: group["title"] for name, group in _RAW["groups"].items()}
"""What a group is about, in words."""


def _sources() -> dict[str, dict[str, Source]]:
    grouped = sorted(name for group in GROUPS.values() for name in group)
    if grouped != sorted({f.name for f in fields(Kind)} - {"name", "sentence"}):
        raise ValueError("sources.json must name every field of a kind once")
    out: dict[str, dict[str, Source]] = {}
    for raw in _read("kinds.json"):
        own = raw["sources"]
        stated: dict[str, Source] = {}
        for group, text in _RAW["groups"].items():
            told = own.get(group, text[raw["class"]])
            # The kind's own references stand behind everything that is said of it.
            after = dict.fromkeys([*told["after"], *(raw["after"] if group in own else [])])
            stated[group] = Source(told["assumption"], tuple(after))
            if unknown := set(after) - set(REFERENCES):
                raise ValueError(f"{raw['name']}: no reference {', '.join(sorted(unknown))}")
        if unknown := set(own) - set(GROUPS):
            raise ValueError(f"{raw['name']}: no group {', '.join(sorted(unknown))}")
        out[raw["name"]] = stated
    return out


_SOURCES = _sources()


def source_of(kind: str, field: str) -> Source:
    """Return the stated source of a field, or of a group of fields, of one kind.

    Raises KeyError for an unknown name.

    >>> source_of("stats clone", "anchors").after
    ('google-spam',)
    """
    group = next((name for name, members in GROUPS.items() if field in members), field)
    return _SOURCES[kind][group]
