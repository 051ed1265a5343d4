"""What the report says of the run itself: effect, error figures, records, and how to repeat it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spamlinks.report import words
from spamlinks.report.parts import items, known, part, real, sentences
from spamlinks.report.text import clean, number, percent

__all__ = ["accounting", "card", "effect", "facts"]

_EFFECT_LINES = 20
_TAKEN = {
    "links": "Links",
    "followed_links": "Followed links",
    "domains": "Linking domains",
    "visited": "of these with search visits",
    "authority": "of these with authority",
    "good": "of these looking good",
}
_PARTS = ("links", "duplicates", "own_site", "rejected")


def effect(run: Mapping[str, Any]) -> dict[str, Any]:
    """What the disavow file takes away: sums, and the lines that hit most or hit good sites."""
    said = part(run, "effect")
    profile = part(said, "profile")
    parts = [
        (title, found)
        for title, key in (("New entries", "new_entries"), ("The whole file", "whole_file"))
        if isinstance((found := part(said, key)).get("links"), int) and found["links"]
    ]
    sums = [
        (name, [known(found.get(key)) for _, found in parts])
        for key, name in _TAKEN.items()
        if parts
    ]
    totals = [known(profile.get(n)) for n in ("links", "followed_links", "domains")]
    lines = [
        {
            "line": known(item.get("line")),
            "entry": clean(item.get("entry"), 120),
            "numbers": [known(item.get(n)) for n in ("links", "followed_links", "domains")],
            "good": sentences(item.get("good_names"), 5),
            "more": max(int(item.get("good") or 0) - 5, 0),
        }
        for item in items(said.get("lines"), _EFFECT_LINES)
    ]
    return {"titles": [title for title, _ in parts], "sums": sums, "profile": totals,
            "lines": lines}  # fmt: skip


def card(run: Mapping[str, Any]) -> dict[str, Any]:
    """Read the model card: ``figures`` are error figures, plain values are facts."""
    said = part(part(run, "model"), "card")
    lines = []
    for item in items(said.get("figures"), 40):
        low, high = item.get("low"), item.get("high")
        ends = [number(end) for end in (low, high) if end is not None]
        lines.append(
            {
                "name": clean(item.get("name"), 120),
                "value": number(item.get("value")),
                "range": " to ".join(ends) if len(ends) == 2 else _one_sided(low, high),
                "note": clean(item.get("note"), 400),
            }
        )
    plain = [
        (clean(name, 60).replace("_", " "), number(value))
        for name, value in said.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    ]
    return {"figures": lines, "facts": plain[:20]}


def _one_sided(low: object, high: object) -> str:
    if low is not None:
        return f"at least {number(low)}"
    return f"at most {number(high)}" if high is not None else "–"


def accounting(run: Mapping[str, Any]) -> dict[str, Any]:
    """Per file what became of its records, and whether the numbers add up."""
    lines = []
    for item in items(run.get("inputs")):
        said = ((item.get(key), 60) for key in ("vendor", "kind", "generation"))
        lines.append(
            _sum_line(item)
            | {
                "file": clean(item.get("file"), 160),
                "what": ", ".join(text for text in (clean(v, n) for v, n in said) if text),
                "confidence": words.confidence(item.get("confidence")),
                "notes": sentences(item.get("notes"), 12),
            }
        )
    refused = [
        {"file": clean(item.get("file"), 160), "reason": clean(item.get("reason"), 400)}
        for item in items(run.get("refused"))
    ]
    reasons = [(clean(reason, 120), many) for reason, many in part(run, "rejected").items()]
    return {
        "lines": lines,
        "total": _sum_line(part(run, "totals")),
        "refused": refused,
        "notes": sentences(run.get("notes"), 50),
        "reasons": reasons[:30],
    }


def _sum_line(item: Mapping[str, Any]) -> dict[str, Any]:
    numbers = [item.get(name) for name in ("records", *_PARTS)]
    counted = [n for n in numbers if isinstance(n, int)]
    if len(counted) < len(numbers):
        return {"counts": numbers, "sum": "not known"}
    off = counted[0] - sum(counted[1:])
    return {"counts": numbers, "sum": "adds up" if off == 0 else f"{off:+,} not explained"}


def facts(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what is needed to repeat the run: names, settings and hashes."""
    model = part(run, "model")
    seconds = real(run.get("seconds"))
    said: list[tuple[str, object]] = [
        ("Program", f"{run.get('tool') or 'spamlinks'} {run.get('version') or ''}"),
        ("Made", run.get("created")),
        ("Site", f"{run.get('site')} (guessed)" if run.get("site_guessed") else run.get("site")),
        ("Live file", part(run, "live").get("name")),
        ("Live file SHA-256", part(run, "live").get("sha256")),
        ("Situation", run.get("situation")),
        ("Precision asked for", percent(run.get("precision"))),
        ("Share of spam assumed", percent(run.get("prior"))),
        ("Model", model.get("name")),
        ("Model SHA-256", model.get("sha256")),
        ("View of the model", run.get("view")),
        ("Time taken", f"{seconds:.1f} s" if seconds is not None else None),
    ]
    said += [
        (f"SHA-256 of {clean(item.get('file'), 100)}", item.get("sha256"))
        for item in items(run.get("inputs"))
    ]
    return [(name, clean(value, 200) or "–") for name, value in said]
