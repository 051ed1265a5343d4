"""What the model would have looked at and could not, by what would tell it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spamlinks.fetched import FILLED
from spamlinks.language import Texts
from spamlinks.model.bundle import ModelBundle
from spamlinks.model.sentences import unknown_name
from spamlinks.schema import FIELDS
from spamlinks.signals.kernel import SIGNALS

__all__ = ["Missing", "missing_of", "source_of"]

NAMED = 4
"""So many signals of one source are named in a sentence."""

_BRAND = frozenset({"anchor_brand_match", "anchor_other_words"})
_FILE = "file"


@dataclass(frozen=True, slots=True)
class Missing:
    """Signals that one thing would tell.

    ``source`` is "brand", "facts", another block of ``schema.BLOCKS``, "home" for the site's start
    page, "file" for what a larger export would tell, or "none" for what cannot be told of this link
    or profile. ``in_export`` says that the export (or the store of what was looked up) has the
    columns, and only this link's cells are empty.
    """

    source: str
    signals: tuple[str, ...]
    in_export: bool
    text: str


def missing_of(
    bundle: ModelBundle,
    row: npt.NDArray[np.float32],
    columns: frozenset[str],
    cells: Mapping[str, Any],
    brands: bool,
    texts: Texts,
    exported: frozenset[str] | None = None,
    visited: bool = False,
) -> tuple[Missing, ...]:
    """Gather what was not known of a link.

    Parameters
    ----------
    row : its signals, float32 (1, len(SIGNALS)).
    columns : schema columns that some link of the run has a value in.
    cells : those that this link has a value in, with the value.
    brands : whether the brand's name is known.
    exported : those of ``columns`` that the exports themselves have a value in, where facts or a
        store added others; None for all.
    visited : whether some page of the link's domain was looked up.
    """
    used = bundle.used_signals()
    given = frozenset(cells)
    exported = columns if exported is None else exported
    by_source: dict[tuple[str, bool, str], list[str]] = {}
    for at, name in enumerate(SIGNALS):
        if name in used and not math.isfinite(row[0, at]):
            source, inside = source_of(name, columns, brands)
            if inside and (SIGNALS[name].available(given) or _was_read(source, cells)):
                source, inside = "none", False
            teller = _teller(name, given, exported) if inside else source
            by_source.setdefault((source, inside, teller), []).append(name)
    return tuple(
        Missing(
            source,
            tuple(names),
            inside,
            _said(names, _by(inside, teller, cells, visited, texts), texts),
        )
        for (source, inside, teller), names in sorted(
            by_source.items(), key=lambda item: (item[0][1], -len(item[1]), item[0])
        )
    )


def source_of(name: str, columns: frozenset[str], brands: bool) -> tuple[str, bool]:
    """What would tell a signal that is not known, and whether the export has its columns.

    >>> source_of("domain_age_days", frozenset({"referring_page"}), True)
    ('facts', False)
    >>> source_of("domain_traffic", frozenset({"domain_traffic"}), True)
    ('traffic', True)
    """
    lacking = [
        need for need in SIGNALS[name].needs if not any(n in columns for n in need.split("|"))
    ]
    if not lacking and name in _BRAND and not brands:
        return "brand", False
    if not lacking and SIGNALS[name].place in ("rank", "shape"):
        return _FILE, False
    need = (lacking or SIGNALS[name].needs)[-1 if lacking else 0].split("|")[0]
    if "home_state" in SIGNALS[name].needs:
        return "home", not lacking
    return FIELDS[need].block, not lacking


_STATES = {"fetched": "fetch_state", "home": "home_state"}
"""Columns that say how fetching ended, by the source they are about."""

_EXPORT, _PAGE, _LINK = "export", "page", "link"
_OF_THE_LINK = frozenset(
    {"anchor_text", "target_url", "rel_nofollow", "rel_ugc", "rel_sponsored", "link_kind"}
    | {"in_content"}
)
"""Columns that a page fills only where the link stands on it."""


def _was_read(source: str, cells: Mapping[str, Any]) -> bool:
    """Whether the page was read, and does not tell all the same: no link, or too little text."""
    return source in _STATES and cells.get(_STATES[source]) == "fetched"


def _teller(name: str, given: frozenset[str], exported: frozenset[str]) -> str:
    """What could have told a signal of this link, where others of the run have its columns.

    The export, the fetched page or the link on it, or a block of what is looked up.
    """
    needs = [need.split("|") for need in SIGNALS[name].needs]
    if "home_state" in SIGNALS[name].needs:
        return "home"
    (first, *others) = next(need for need in needs if given.isdisjoint(need))
    block = FIELDS[first].block
    if block in ("fetched", "facts", "dns"):
        return block
    if not exported.isdisjoint([first, *others]) or first not in FILLED:
        return _EXPORT
    return _LINK if first in _OF_THE_LINK else _PAGE


def _by(inside: bool, teller: str, cells: Mapping[str, Any], visited: bool, texts: Texts) -> str:
    """What would tell it, or why what could have told it did not."""
    if teller == "home" and cells.get("home_state") is None and visited:
        return texts.say("missing.home_open_only")
    if not inside:
        key = f"missing.source.{teller}"
        return texts.say(key) if texts.has(key) else texts.say("missing.source.other")
    if teller in _STATES:
        return _why_not_read(teller, cells, visited, texts)
    if teller in (_PAGE, _LINK):
        if cells.get("fetch_state") != "fetched":
            return _why_not_read("fetched", cells, visited, texts)
        no_link = teller == _LINK and cells.get("fetched_link_found") is False
        return texts.say("missing.no_link" if no_link else "missing.not_read")
    if teller in ("facts", "dns"):
        return texts.say(f"missing.unknown.{teller}")
    return texts.say("missing.empty")


def _why_not_read(source: str, cells: Mapping[str, Any], visited: bool, texts: Texts) -> str:
    """How fetching the page or the start page ended, for one that was not read."""
    state = str(cells.get(_STATES[source]) or "not_tried")
    key = f"missing.state.{state}"
    if not texts.has(key) or state == "not_tried":
        key = f"missing.state.{'other_pages' if visited and source == 'fetched' else 'not_tried'}"
        if source == "home":
            key = "missing.source.home"
    code = cells.get("fetched_http_code") if source == "fetched" else None
    of = f" ({code})" if isinstance(code, int) else ""
    return texts.say(key, code=of)


def _said(names: list[str], by: str, texts: Texts) -> str:
    every = list(dict.fromkeys(unknown_name(name, texts) for name in names))
    shown, more = every[:NAMED], len(every[NAMED:])
    if more:
        shown.append(texts.say("missing.more", number=more))
    what = texts.say("missing.between").join(shown)
    return texts.say("missing.sentence", what=what[0].upper() + what[1:], source=by)
