"""What would change a verdict, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from spamlinks.explanations.changes import SETTLED, Case
from spamlinks.explanations.explanation import Explanation
from spamlinks.language import Texts
from spamlinks.model.sentences import readable, unknown_name
from spamlinks.signals.kernel import SIGNALS

__all__ = ["DIGITS", "change_sentences"]

DIGITS = 3
"""Of log-odds, after the point."""


def change_sentences(e: Explanation) -> Iterator[str]:
    """Say how far the cuts are, what rules would do, and what one thing known otherwise would."""
    texts, found = e.texts, e.changes

    def say(key: str, **values: object) -> str:
        return texts.say(f"explain.changes.{key}", **values)

    if found.without_rules is not None:
        yield say("rule", reason=e.reason_text, verdict=found.without_rules[0])
    for name, distance in (("disavow", found.to_disavow), ("review", found.to_review)):
        if distance is not None:
            side = "above" if distance >= 0 else "below"
            yield say(f"{side}_{name}", distance=texts.number(abs(distance), DIGITS))
        elif name == "disavow":
            yield say("no_disavow")
    for key in ("kept", "all_nofollow", "not_listed"):
        verdict = getattr(found, key)
        if verdict is not None:
            yield say(key, verdict=verdict)
    if e.verdict == "KEEP" or e.reason in SETTLED:
        return
    if found.too_large:
        yield say("too_large", number=texts.number(e.unit_rows))
        return
    for case in found.signals[:3]:
        yield _signal_case(case, texts)
    if not found.signals and found.nearest is None:
        yield say("no_signal")
    elif not found.signals and found.nearest is not None:
        yield _signal_case(found.nearest, texts, "nearest")
    for case in found.missing:
        key = f"explain.changes.source.{case.what}"
        what = texts.say(key if texts.has(key) else "explain.changes.source.other")
        score = texts.number(case.score, 4)
        yield say("missing", what=what, score=score, verdict=case.verdict)
    if not found.missing:
        yield say("no_missing")


def _signal_case(case: Case, texts: Texts, key: str | None = None) -> str:
    key = key or ("signal" if case.comes_from == "file" else "signal_training")
    unit = SIGNALS[case.what].unit
    value = case.value or 0.0
    if unit in ("flag", "log-odds"):
        shown = texts.say(f"explain.table.{'yes' if value > 0 else 'no'}")
    else:
        shown = readable(value, unit, texts)
    return texts.say(
        f"explain.changes.{key}",
        what=unknown_name(case.what, texts),
        value=shown,
        score=texts.number(case.score, 4),
        verdict=case.verdict,
        **({"reason": case.reason} if key == "nearest" else {}),
    )
