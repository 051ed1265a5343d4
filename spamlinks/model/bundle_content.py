"""What a bundle's JSON says, from objects and back: one small pair of functions per subject.

Readers take what JSON gave, of any type, and raise ValueError, TypeError or KeyError for
whatever they do not know; bounds are there so that no score overflows, not to judge a model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from spamlinks.errors import ModelError
from spamlinks.model.bundle_files import HINT, as_model_error, read_json
from spamlinks.model.calibration import MAX_KNOTS, Cut, Line
from spamlinks.model.evidence import Evidence
from spamlinks.model.terms import Term
from spamlinks.model.tree_text import check_trees, gain_shares
from spamlinks.model.views import STAND_INS, VIEWS
from spamlinks.signals.kernel import SIGNALS

__all__ = [
    "FORMAT",
    "Part",
    "check_format",
    "cuts_from",
    "cuts_to",
    "evidence_from",
    "evidence_to",
    "feature_table",
    "figures_from",
    "lines_from",
    "lines_to",
    "name_from",
    "part_files",
    "parts_from",
    "parts_to",
    "prior_from",
    "share_from",
]

FORMAT = 3
READ_FORMATS = (2, 3)
"""Bundles of format 2 know no fetched pages: for each view with pages (``views.STAND_INS``) the one
without them stands in."""

MAX_PARTS = 256
NAMES = "names.json"

_WITHOUT_PAGES = frozenset(VIEWS) - frozenset(STAND_INS)
_LIMIT = 1e9
_INFINITE = float("inf")
_DIRECTIONS = {1: "higher is worse", -1: "higher is better", 0: "free"}

_LINE_BOUNDS = {"slope": (1e-9, _LIMIT), "offset": (-_LIMIT, _LIMIT), "prior": (1e-9, 1 - 1e-9)}
_CUT_BOUNDS = {
    "score": (-_LIMIT, _LIMIT),
    "precision": (0, 1),
    "prior": (1e-9, 1 - 1e-9),
    "recall": (0, 1),
    "false_per_10000": (0, 1e4),
    "false_per_10000_upper": (0, 1e4),
    "spam_above": (0, 1e12),
    "honest_units": (0, 1e12),
}
_COUNTS = {"spam_above", "honest_units"}


@dataclass(frozen=True, slots=True)
class Part:
    """One LightGBM model of a bundle, and the stated terms that stand beside it.

    ``text`` is LightGBM's own, ``signals`` what it was trained on, in its order. For rows of
    ``views`` its margins count ``weight`` times and the ``terms`` once; for others neither counts.
    """

    text: str
    signals: tuple[str, ...]
    weight: float
    views: tuple[str, ...]
    terms: tuple[Term, ...] = ()

    def scaled(self, factor: float) -> Part:
        """The same part, all of it counting ``factor`` times as much."""
        terms = tuple(replace(term, weight=term.weight * factor) for term in self.terms)
        return replace(self, weight=self.weight * factor, terms=terms)


def _number(value: Any, low: float, high: float, what: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{what} is no number from {low:g} to {high:g}")
    return value


def _object(value: Any, what: str, keys: set[str] | None = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is no object")
    if keys is not None and set(value) != keys:
        odd = sorted(set(value) ^ keys)[0]
        raise ValueError(f"{what} lacks {odd[:60]!r}, or has it and should not")
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{what} is no list")
    return value


def check_format(meta: Any, source: str) -> dict[str, Any]:
    """Raise ModelError unless ``meta`` is an object of this version's format."""
    found = meta.get("format") if isinstance(meta, dict) else None
    if isinstance(meta, dict) and type(found) is int and found in READ_FORMATS:
        return meta
    newer = type(found) is int and found > FORMAT
    hint = f"Update spamlinks. {HINT}" if newer else HINT
    raise ModelError(source, f"bundle format {str(found)[:40]!s} is not {FORMAT}", hint)


# Parts: the LightGBM models.


def part_files(parts: Sequence[Part]) -> dict[str, bytes]:
    """File name and content of each part, in their order."""
    return {
        f"model-{number}.txt" if number > 1 else "model.txt": part.text.encode()
        for number, part in enumerate(parts, 1)
    }


def parts_to(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Parts as JSON, beside their files."""
    return [
        {
            "file": name,
            "weight": part.weight,
            "views": list(part.views),
            "signals": [[signal, SIGNALS[signal].version] for signal in part.signals],
            "terms": [
                {**asdict(term), "version": SIGNALS[term.signal].version} for term in part.terms
            ],
        }
        for name, part in zip(part_files(parts), parts, strict=True)
    ]


def parts_from(data: Any, texts: Mapping[str, bytes], folder: Path) -> tuple[Part, ...]:
    """Read ``parts_to``; each text is checked before LightGBM ever sees it.

    Raises ModelError for a signal that this version does not know in that version.
    """
    listed = _list(data, "parts")
    if not 1 <= len(listed) <= MAX_PARTS:
        raise ValueError(f"it names {len(listed)} models, not 1 to {MAX_PARTS}")
    parts = tuple(_part(part, texts, folder) for part in listed)
    covered = {view for part in parts for view in part.views}
    if covered == _WITHOUT_PAGES:
        parts, covered = tuple(_with_pages(part) for part in parts), set(VIEWS)
    if covered != set(VIEWS):
        raise ValueError("the models do not cover every view")
    used = {part["file"] for part in listed} | {NAMES}
    if spare := sorted(set(texts) - used):
        raise ValueError(f"no part uses the file {spare[0][:60]!r}")
    return parts


def _with_pages(part: Part) -> Part:
    """A part of a bundle that knows no fetched pages, for the views with them as well."""
    also = tuple(view for view, other in STAND_INS.items() if other in part.views)
    return replace(part, views=(*part.views, *also))


def _part(data: Any, texts: Mapping[str, bytes], folder: Path) -> Part:
    part = _object(data, "a part", {"file", "weight", "views", "signals", "terms"})
    name = part["file"]
    if not isinstance(name, str) or name not in texts or name == NAMES:
        raise ValueError(f"a part's file {str(name)[:60]!r} has no SHA-256")
    views = tuple(_list(part["views"], "the views of a part"))
    if not views or not all(isinstance(view, str) and view in VIEWS for view in views):
        raise ValueError("a part has a view that is none")
    signals = _signals(part["signals"], str(folder))
    weight = float(_number(part["weight"], 0, 1000, "the weight of a part"))
    with as_model_error(folder, name):
        text = texts[name].decode("ascii")
        check_trees(text, signals)
    return Part(text, signals, weight, views, _terms(part["terms"], str(folder)))


_TERM_BOUNDS = {"weight": (-1000, 1000), "centre": (-_LIMIT, _LIMIT), "scale": (1e-6, _LIMIT)}


def _terms(data: Any, source: str) -> tuple[Term, ...]:
    terms = []
    for item in _list(data, "the terms of a part"):
        term = _object(item, "a term", {"signal", "version", *_TERM_BOUNDS})
        (name,) = _signals([[term["signal"], term["version"]]], source)
        numbers = {k: float(_number(term[k], *b, f"a term: {k}")) for k, b in _TERM_BOUNDS.items()}
        terms.append(Term(name, **numbers))
    if len({term.signal for term in terms}) != len(terms):
        raise ValueError("a part has two terms for one signal")
    return tuple(terms)


def _signals(data: Any, source: str) -> tuple[str, ...]:
    names: list[str] = []
    for pair in _list(data, "the signals of a part"):
        name, version = _list(pair, "a signal with its version")
        if not isinstance(name, str) or name not in SIGNALS:
            shown = str(name)[:60]
            problem = f"signal {shown if shown.isprintable() else repr(shown)} is unknown"
            raise ModelError(source, f"{problem} to this version", HINT)
        if type(version) is not int or SIGNALS[name].version != version:
            raise ModelError(
                source,
                f"signal {name} has changed since training "
                f"(version {str(version)[:20]!r}, here {SIGNALS[name].version})",
                HINT,
            )
        names.append(name)
    if not names or len(set(names)) != len(names):
        raise ValueError("a part has no signals, or one twice")
    return tuple(names)


# Calibration and thresholds, per view.


def _by_view(data: Any, what: str) -> dict[str, Any]:
    by = _object(data, what)
    if set(by) == _WITHOUT_PAGES:
        by = {**by, **{view: by[other] for view, other in STAND_INS.items()}}
    if set(by) != set(VIEWS):
        raise ValueError(f"{what} does not cover every view")
    return by


def _record(
    kind: type[Any], data: Any, bounds: Mapping[str, tuple[float, float]], what: str
) -> Any:
    """A dataclass of bounded numbers from an object with exactly its fields."""
    record = _object(data, what, {field.name for field in fields(kind)})
    return kind(**{key: _number(record[key], *bounds[key], f"{what}: {key}") for key in record})


def lines_to(lines: Mapping[str, Line]) -> dict[str, Any]:
    """Calibration as JSON."""
    return {view: asdict(line) for view, line in lines.items()}


def lines_from(data: Any) -> dict[str, Line]:
    """Read ``lines_to``."""
    by = _by_view(data, "calibration")
    return {view: _line(by[view], f"calibration {view}") for view in by}


def _line(data: Any, what: str) -> Line:
    numbers = _object(data, what, {*_LINE_BOUNDS, "knots"})
    plain = {k: float(_number(numbers[k], *b, f"{what}: {k}")) for k, b in _LINE_BOUNDS.items()}
    knots: list[tuple[float, float]] = []
    for pair in _list(numbers["knots"], f"{what}: knots"):
        at, odds = (float(_number(v, -_LIMIT, _LIMIT, "a knot")) for v in _list(pair, what))
        knots.append((at, odds))
    rising = all(a < c and b < d for (a, b), (c, d) in pairwise(knots))
    if len(knots) == 1 or len(knots) > MAX_KNOTS or not rising:
        raise ValueError(f"{what}: knots do not rise, or are too many or one")
    return Line(**plain, knots=tuple(knots))


def cuts_to(cuts: Mapping[str, Mapping[str, Cut]]) -> dict[str, Any]:
    """Thresholds as JSON; a score of null is a threshold that nothing reaches."""
    return {
        view: {
            key: {**asdict(cut), "score": None if cut.score == _INFINITE else cut.score}
            for key, cut in by.items()
        }
        for view, by in cuts.items()
    }


def cuts_from(data: Any) -> dict[str, dict[str, Cut]]:
    """Read ``cuts_to``."""
    by = _by_view(data, "thresholds")
    return {
        view: {key: _cut(key, cut) for key, cut in _object(by[view], "thresholds").items()}
        for view in by
    }


def _cut(key: str, data: Any) -> Cut:
    what = f"threshold {key[:20]!r}"
    if not 0 < float(key) < 1 or key != f"{float(key):.2f}":
        raise ValueError(f"{what} is out of range")
    never = isinstance(data, dict) and data.get("score", 0) is None
    cut: Cut = _record(Cut, {**data, "score": 0.0} if never else data, _CUT_BOUNDS, what)
    if any(type(getattr(cut, count)) is not int for count in _COUNTS):
        raise ValueError(f"{what} counts in fractions")
    return Cut(**{**asdict(cut), "score": _INFINITE}) if never else cut


# Host-name evidence: a file of its own.


def evidence_to(evidence: Evidence | None) -> dict[str, bytes]:
    """File name and content; nothing without evidence."""
    if evidence is None:
        return {}
    return {NAMES: (json.dumps(evidence.to_dict(), sort_keys=True) + "\n").encode()}


def evidence_from(texts: Mapping[str, bytes], folder: Path) -> Evidence | None:
    """Read ``evidence_to``. Raises ModelError."""
    if NAMES not in texts:
        return None
    with as_model_error(folder, NAMES):
        return Evidence.from_dict(_object(read_json(texts[NAMES]), "it"))


# Single values.


def name_from(data: Any) -> str:
    """A name that fits a line of text."""
    if not isinstance(data, str) or len(data) > 255 or not data.isprintable():
        raise ValueError("name is no short printable text")
    return data


def share_from(data: Any) -> float:
    """A share from 0 to 1."""
    return float(_number(data, 0, 1, "a share"))


def prior_from(data: Any) -> float:
    """The prior, strictly between 0 and 1."""
    return float(_number(data, 1e-9, 1 - 1e-9, "prior"))


def figures_from(data: Any) -> list[dict[str, Any]]:
    """Error figures for reports: a list of objects of plain values, or nothing."""
    figures = [_object(figure, "a figure") for figure in _list(data, "figures")]
    for value in (value for figure in figures for value in figure.values()):
        if value is not None and not isinstance(value, str):
            _number(value, -1e12, 1e12, "a figure")
    return figures


def feature_table(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """What the model looks at, for readers of ``metadata.json``; loading does not need it.

    ``importance`` is the share of the loss that the splits on a signal took away, by model file;
    within a file shares sum to 1 (to 0 where a model has no split). Shares of two files say
    nothing about each other. ``terms`` is the weight of the term stated beside a file's trees.
    """
    by_file = {
        name: dict(zip(part.signals, gain_shares(part.text, len(part.signals)), strict=True))
        for name, part in zip(part_files(parts), parts, strict=True)
    }
    stated = {
        name: {term.signal: term.weight for term in part.terms}
        for name, part in zip(part_files(parts), parts, strict=True)
    }
    return [
        {
            "signal": name,
            "version": signal.version,
            "group": signal.group,
            "unit": signal.unit,
            "direction": _DIRECTIONS[signal.direction],
            "importance": {
                file: round(shares[name], 6) for file, shares in by_file.items() if name in shares
            },
            "terms": {file: by[name] for file, by in stated.items() if name in by},
        }
        for name, signal in SIGNALS.items()
        if any(name in by for by in (*by_file.values(), *stated.values()))
    ]
