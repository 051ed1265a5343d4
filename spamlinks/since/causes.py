"""Why a linking domain is judged otherwise than in an earlier run, in one sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from spamlinks.policy import Reason, Verdict, reason_text
from spamlinks.report.text import clean, counted

__all__ = ["Circumstances", "said_of_vendors", "why_changed"]

MAX_WHY = 600
MAX_PART = 160
MAX_JUDGED = 200
NAMED = 2
"""So many pieces of evidence are named for one domain."""
MIN_MOVE = 0.3
"""Log-odds by which a piece of evidence must move to be named: a score of 0.5 becomes 0.57."""
MIN_SCORE = 0.01
"""A score that moved by less is not explained; then a rule or a cut did it."""
SMALL_MOVE = 0.1
"""Below this a score that passed a cut is said to have moved little."""

_BY_SCORE = frozenset(
    {Reason.SCORE_HIGH.value, Reason.NAME_HIGH.value, Reason.SCORE_MIDDLE.value}
    | {Reason.SCORE_LOW.value}
)
_SETTLES = {
    Reason.SCORE_HIGH.value: Verdict.DISAVOW.value,
    Reason.NAME_HIGH.value: Verdict.DISAVOW.value,
    Reason.SCORE_MIDDLE.value: Verdict.REVIEW.value,
    Reason.SCORE_LOW.value: Verdict.KEEP.value,
    Reason.HACKED_PAGE.value: Verdict.REVIEW.value,
    Reason.THIN_EVIDENCE.value: Verdict.REVIEW.value,
}
"""Reasons that only ever stand beside one verdict, unless somebody edited the table."""
_CAME = {
    Reason.DECIDED.value: "you decided it",
    Reason.KEEP_LIST.value: "your keep list names it now",
    Reason.IN_LIVE_FILE.value: "your live file covers it now",
    Reason.NOFOLLOW_ONLY.value: "every link of it is nofollow, ugc or sponsored now",
    Reason.LINKS_GONE.value: "every followed link of it is gone now",
    Reason.NOT_IN_SEARCH_CONSOLE.value: "Search Console, as exported now, does not list it",
    Reason.HACKED_PAGE.value: "its links are hidden on a site that reads clean",
    Reason.THIN_EVIDENCE.value: "too little is known about its links now to decide without a look",
}
_WENT = {
    Reason.DECIDED.value: "a decision of yours settled it then, and none does now",
    Reason.KEEP_LIST.value: "the keep list does not settle it any more",
    Reason.IN_LIVE_FILE.value: "the live file covered it then, and none does now",
    Reason.NOFOLLOW_ONLY.value: "then every link of it was nofollow, ugc or sponsored",
    Reason.LINKS_GONE.value: "then every followed link of it was gone",
    Reason.NOT_IN_SEARCH_CONSOLE.value: "then Search Console, as exported, did not list it",
    Reason.HACKED_PAGE.value: "then its links were hidden on a site that read clean",
    Reason.THIN_EVIDENCE.value: "then too little was known about its links",
}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What differs between the runs as a whole.

    ``differing`` names the settings that do, such as "the precision (0.98 then, 0.95 now)";
    ``lost`` and ``gained`` are the vendors whose exports only the earlier, only the later run had;
    ``day`` is that of the earlier run, ISO, where known. ``networks`` says whether both looked for
    networks, ``renamed`` how those were called then that have another name now.
    """

    differing: Sequence[str] = ()
    lost: frozenset[str] = frozenset()
    gained: frozenset[str] = frozenset()
    day: str | None = None
    networks: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)


def why_changed(row: Mapping[str, Any], around: Circumstances) -> str:
    """Say why a domain changed: a row of ``changes.beside`` whose change is not "same"."""
    if row["change"] == "gone":
        text = _gone(row, around)
    elif row["change"] == "new":
        text = _new(row, around)
    else:
        text = _moved(row, around)
    return clean(f"{text[:1].upper()}{text[1:]}", MAX_WHY)


def _gone(row: Mapping[str, Any], around: Circumstances) -> str:
    vendors = _vendors(row["seen_by_before"])
    if vendors and vendors <= around.lost:
        names = said_of_vendors(vendors)
        return (
            f"No link of it is in these exports; only {names} knew it, of which there is no export "
            "this time."
        )
    return "No link of it is in these exports."


def _new(row: Mapping[str, Any], around: Circumstances) -> str:
    judged = clean(row["why_after"], MAX_JUDGED).partition(". ")[0].rstrip(".")  # not the rule
    day = clean(row["first_seen_after"], 10)
    vendors = _vendors(row["seen_by_after"])
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        seen = "Not in the earlier exports"
    elif around.day is not None and day < around.day:
        seen = f"First seen on {day}, though not in the earlier exports"
    else:
        seen = f"First seen on {day}"
    if vendors and vendors <= around.gained:
        seen += f"; only {said_of_vendors(vendors)} knows it, new among the exports"
    return f"{judged}. {seen}." if judged else f"{seen}."


def _moved(row: Mapping[str, Any], around: Circumstances) -> str:
    parts = [*_rule(row), *_known_to(row)]
    way = 1 if row["change"] == "worse" else -1
    score = way * (row["spam_score_after"] - row["spam_score_before"])
    if score >= MIN_SCORE:  # a score that moved the other way explains nothing
        parts += _evidence(row["evidence_before"], row["evidence_after"], way)
    told = bool(parts)
    crossed = row["verdict_before"] != row["verdict_after"] and score >= MIN_SCORE
    if crossed and not told:
        few = "and no single piece of evidence moved much"
        small = "a small move of the score passed the cut"
        parts.append(small if score < SMALL_MOVE else f"the score passed the cut, {few}")
    parts += [*_network(row, around), *_links(row)]
    if around.differing and (not told or around.differing[0].startswith("the model")):
        parts.append(f"the runs differ in {', '.join(around.differing)}")
    if not parts:
        parts.append("no single piece of evidence moved much")
    return "; ".join(parts) + "."


def _rule(row: Mapping[str, Any]) -> list[str]:
    """The rule that settled the verdict, where it is another than before and no score."""
    then, now = row["reason_before"], row["reason_after"]
    for side, reason in (("before", then), ("after", now)):
        verdict, said = row[f"verdict_{side}"], _SETTLES.get(reason)
        if said not in (None, verdict) and row["verdict_before"] != row["verdict_after"]:
            which = "earlier" if side == "before" else "later"
            by_hand = f"{verdict} was set by hand in the {which} domains.csv"
            return [f"{by_hand}, where the audit had said {said}"]
    if then == now:
        if now == Reason.DECIDED.value and row["verdict_before"] != row["verdict_after"]:
            return [f"you decided {row['verdict_after']}, and {row['verdict_before']} then"]
        return []
    if now not in _BY_SCORE:
        text = reason_text(now, row["verdict_after"]).rstrip(".")
        return [_CAME.get(now, f"another rule settles it now: {text}")]
    if then not in _BY_SCORE:
        text = reason_text(then, row["verdict_before"]).rstrip(".")
        return [_WENT.get(then, f"another rule settled it then: {text}")]
    return []


def _known_to(row: Mapping[str, Any]) -> list[str]:
    """Other vendors show other things, and so the same domain in another light."""
    then, now = (_vendors(row[f"seen_by_{side}"]) for side in ("before", "after"))
    if not then or not now or then == now:
        return []
    return [f"seen by {said_of_vendors(now)}, then by {said_of_vendors(then)}"]


def _evidence(then: str | None, now: str | None, direction: int) -> list[str]:
    """Up to ``NAMED`` pieces of evidence that moved the score in a direction, strongest first."""
    before, after = _parts(then), _parts(now)
    if not before or not after:  # not computed for the domains far down the table
        return []
    # The evidence names the strongest pieces only: one that is absent may be as strong as the
    # weakest that is named, and no claim is made below that.
    least_before, least_after = _least(before), _least(after)
    moves: list[tuple[float, str]] = []
    for key, (text, effect) in after.items():
        if key in before:
            was, size = before[key]
            move = effect - size
            beyond = f"{text} ({effect:+.1f}), then {_shown(was, text)}({size:+.1f})"
        else:
            move = _beyond(effect, least_before)
            beyond = f"now {text} ({effect:+.1f})"
        moves.append((move, beyond))
    for key, (text, effect) in before.items():
        if key not in after:
            moves.append((-_beyond(effect, least_after), f"then {text} ({effect:+.1f})"))
    fitting = sorted((m for m in moves if m[0] * direction >= MIN_MOVE), key=lambda m: -abs(m[0]))
    return [text for _, text in fitting[:NAMED]]


def _shown(was: str, now: str) -> str:
    return "" if was == now else f"{was} "


def _beyond(effect: float, floor: float) -> float:
    """What of an effect cannot have been there unnamed."""
    return max(0.0, abs(effect) - floor) * (1 if effect > 0 else -1)


def _least(parts: Mapping[str, tuple[str, float]]) -> float:
    sizes = [abs(effect) for _, effect in parts.values()]
    return min(sizes[2:], default=0.0)  # the first two stand there for telling best


def _parts(evidence: str | None) -> dict[str, tuple[str, float]]:
    """Return the text and effect of each piece, by its text without numbers.

    What stands in brackets after it, such as what is usual, is left out.

    >>> _parts("1 link out (most have 9) (+0.5) | not: 2 links (-0.1) | no effect")
    {'# link out': ('1 link out', 0.5), '# link': ('not: 2 links', -0.1)}
    """
    out: dict[str, tuple[str, float]] = {}
    for part in (evidence or "")[:20_000].split(" | ")[:50]:
        text, _, size = part.strip().rpartition(" (")
        if text and re.fullmatch(r"[+-]\d{1,4}\.\d{1,3}\)", size):
            said = text.partition(" (")[0]
            out.setdefault(_key(said), (clean(said, MAX_PART), float(size[:-1])))
    return out


def _key(text: str) -> str:
    """What a piece of evidence is about, whatever its numbers, and whether it holds or not.

    >>> _key("No links out"), _key("40 links out"), _key("the page is not on https")
    ('# link out', '# link out', 'the page i on http')
    """
    text = re.sub(r"\bnot\b[: ]*", "", text.lower())
    text = re.sub(r"\d[\d,.]*|^no\b", "#", text)
    return re.sub(r"s\b", "", text)  # of one, "shares"; of several, "share"


def _network(row: Mapping[str, Any], around: Circumstances) -> list[str]:
    then, now = row["network_before"], row["network_after"]
    if not around.networks or then == around.renamed.get(now, now):
        return []
    if now:
        return [f"it now belongs to the network {clean(now, 80)}"]
    return [f"it no longer belongs to the network {clean(then, 80)}"]


def _links(row: Mapping[str, Any]) -> list[str]:
    then, now = row["links_before"], row["links_after"]
    followed = row["followed_links_before"], row["followed_links_after"]
    if None in followed:
        return [f"{counted(now, 'link')}, {then:,} then"] if now != then else []
    if (now, followed[1]) == (then, followed[0]):
        return []
    return [f"{counted(now, 'link')} ({followed[1]:,} followed), {then:,} ({followed[0]:,}) then"]


def _vendors(seen_by: str | None) -> frozenset[str]:
    return frozenset(part for part in clean(seen_by, 300).split("+") if part)


def said_of_vendors(names: frozenset[str]) -> str:
    """Name vendors for people.

    >>> said_of_vendors(frozenset({"gsc", "ahrefs"}))
    'ahrefs and Search Console'
    """
    shown = sorted("Search Console" if name == "gsc" else name for name in names)
    shown = sorted(shown, key=str.lower)
    return " and ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else shown[0]
