"""What changed since an earlier run, as the counts and the table of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spamlinks.report.charts import SERIES
from spamlinks.report.parts import items, known, moment, part, real, sentences, whole
from spamlinks.report.text import clean

__all__ = ["Change", "Since", "read_since"]

_CHANGES = 500
_KINDS = {  # change -> heading of its count, words in the table
    "worse": ("Judged worse", "judged worse"),
    "new": ("New", "new"),
    "better": ("Judged better", "judged better"),
    "gone": ("Gone", "gone"),
    "same": ("As before", "as before"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One domain: verdicts and scores of both runs in words, "–" where there was none.

    ``before`` and ``after`` are verdicts or "".
    """

    domain: str
    change: str
    before: str
    after: str
    score_before: str
    score_after: str
    why: str


@dataclass(frozen=True, slots=True)
class Since:
    """The section: ``run`` names the earlier run, ``counts`` are heading and number in order."""

    run: str
    counts: list[tuple[str, str]]
    changes: list[Change]
    not_listed: int
    notes: list[str]


def read_since(run: Mapping[str, Any]) -> Since | None:
    """Read ``run["since"]``; None when the run was not compared with an earlier one."""
    said = part(run, "since")
    if not said:
        return None
    former, counts = part(said, "run"), part(said, "counts")
    names = (
        moment(former.get("created")) if former.get("created") else "",
        f"model {clean(former.get('model'), 80)}" if former.get("model") else "",
        f"site {clean(former.get('site'), 120)}" if former.get("site") else "",
    )
    changes = [_change(item) for item in items(said.get("changes"), _CHANGES)]
    return Since(
        ", ".join(name for name in names if name),
        [(words, known(whole(counts.get(key)))) for key, (words, _) in _KINDS.items()],
        changes,
        (whole(said.get("more")) or 0),
        sentences(said.get("notes"), 30),
    )


def _change(item: Mapping[str, Any]) -> Change:
    change = clean(item.get("change"), 20)
    before, after = (str(item.get(name)) for name in ("before", "after"))
    return Change(
        domain=clean(item.get("linking_domain"), 120),
        change=_KINDS[change][1] if change in _KINDS else change,
        before=before if before in SERIES else "",
        after=after if after in SERIES else "",
        score_before=_score(item.get("score_before")),
        score_after=_score(item.get("score_after")),
        why=clean(item.get("why"), 240),
    )


def _score(value: object) -> str:
    score = real(value)
    return "–" if score is None else f"{score:.2f}"
