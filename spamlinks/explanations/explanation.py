"""An explanation as a record: what ``spamlinks explain`` shows, as numbers and sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from spamlinks.explanations.changes import Case, Changes
from spamlinks.explanations.effects import EffectsOfLink, Spoken, add_up
from spamlinks.explanations.google_policy import SOURCE, Category
from spamlinks.explanations.missing import Missing
from spamlinks.language import Texts, load_texts
from spamlinks.model.one_unit import Steps

__all__ = ["Explanation", "Link", "Step", "chain_of"]

JSON_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Link:
    """One link of what was asked for; texts as the export has them, None where unknown.

    ``fetched`` is one clean line on what fetching its page found, "" where nothing was looked up.
    """

    referring_page: str
    target_url: str | None
    anchor_text: str | None
    spam_score: float
    first_seen: date | None
    followed: bool | None
    fetched: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the way to the score: its kind, a group's name for "group", and log-odds.

    Kinds: base, group (one each), margin (their sum); roll_up, calibration, prior, and total, the
    sum of the margin and those three.
    """

    kind: str
    group: str | None
    log_odds: float


@dataclass(frozen=True)
class Explanation:
    """Why a domain or a link got its score, and its domain its verdict.

    Attributes
    ----------
    asked, kind : what was asked for, and what it is: "domain", "host" or "url".
    linking_domain, unit, verdict, reason, spam_score, links, followed_links, first_seen : as the
        domain's row of domains.csv; ``reason_text``, ``why`` and ``evidence`` in sentences.
    page, link_score : the link that is explained: the worst of the domain or host, or the page
        that was asked for; and its own score, in [0, 1].
    steps, effects : from its signals to the score of the domain; of the link where one was asked
        for, or a host.
    missing : what was not known of it. categories : parts of Google's policy, none for KEEP.
    changes : what would change the verdict of the domain.
    network : entry of ``run["networks"]`` the domain belongs to, or {"id": its name} without one.
    shown : links, the highest scores first. number : of all links of what was asked for.
    run : model, prior, situation, precision and site of the run.
    """

    asked: str
    kind: Literal["domain", "host", "url"]
    linking_domain: str
    unit: str
    verdict: str
    reason: str
    reason_text: str
    why: str
    evidence: tuple[str, ...]
    spam_score: float
    links: int
    followed_links: int | None
    first_seen: date | None
    page: str
    link_score: float
    has_links: bool
    steps: Steps
    effects: EffectsOfLink
    missing: tuple[Missing, ...]
    categories: tuple[Category, ...]
    changes: Changes
    network: Mapping[str, Any] | None
    shown: tuple[Link, ...]
    number: int
    unit_rows: int
    view_text: str
    run: Mapping[str, Any]
    texts: Texts = field(default_factory=load_texts, repr=False, compare=False)

    @property
    def of_domain(self) -> bool:
        """Whether the steps lead to the score of the domain, not to that of one link."""
        return self.kind == "domain" or not self.has_links

    def to_dict(self) -> dict[str, Any]:
        """The explanation as JSON takes it: plain values, no number that is not finite."""
        groups = self.effects.groups()
        found: dict[str, Any] = {
            "asked": self.asked,
            "kind": self.kind,
            "language": self.texts.language,
            "linking_domain": self.linking_domain,
            "unit": self.unit,
            "verdict": self.verdict,
            "reason": self.reason,
            "reason_text": self.reason_text,
            "why": self.why,
            "evidence": list(self.evidence),
            "spam_score": self.spam_score,
            "links": self.links,
            "followed_links": self.followed_links,
            "first_seen": _day(self.first_seen),
            "link": {"referring_page": self.page, "spam_score": self.link_score},
            "score": _score(self),
            "groups": [
                {
                    "group": group,
                    "title": self.texts.say(f"groups.{group}"),
                    "effect": round(total, JSON_DIGITS),
                    "speaks_for_spam": _spoken(self.effects, group, up=True),
                    "speaks_for_keeping": _spoken(self.effects, group, up=False),
                }
                for group, total in groups.items()
            ],
            "not_known": [
                {"source": m.source, "in_export": m.in_export, "signals": list(m.signals),
                 "text": m.text}
                for m in self.missing
            ],
            "google_policy": {
                "source": SOURCE,
                "categories": [
                    {"category": c.key, "text": c.text, "because": c.because}
                    for c in self.categories
                ],
            },
            "changes": _changes(self.changes),
            "network": None if self.network is None else dict(self.network),
            "link_rows": {
                "number": self.number,
                "shown": [
                    {
                        "referring_page": link.referring_page,
                        "target_url": link.target_url,
                        "anchor_text": link.anchor_text,
                        "spam_score": link.spam_score,
                        "first_seen": _day(link.first_seen),
                        "followed": link.followed,
                        "fetched": link.fetched or None,
                    }
                    for link in self.shown
                ],
            },
            "run": dict(self.run),
        }  # fmt: skip
        return found


def chain_of(explanation: Explanation, digits: int) -> list[Step]:
    """The way to the score, rounded so that it adds up as written.

    Base and groups sum up to the margin; margin, roll_up, calibration and prior to the total.
    """
    effects, steps = explanation.effects, explanation.steps
    groups = effects.groups()
    margin, total = round(effects.margin, digits), round(steps.log_odds, digits)
    base, *sums = add_up([effects.base, *groups.values()], margin, digits)
    ways = [
        steps.rolled - effects.margin,
        steps.calibrated - steps.rolled,
        steps.log_odds - steps.calibrated,
    ]
    rolled, calibrated, shifted = add_up(ways, total - margin, digits)
    return [
        Step("base", None, base),
        *(Step("group", group, value) for group, value in zip(groups, sums, strict=True)),
        Step("margin", None, margin),
        Step("roll_up", None, rolled),
        Step("calibration", None, calibrated),
        Step("prior", None, shifted),
        Step("total", None, total),
    ]


def _score(explanation: Explanation) -> dict[str, Any]:
    steps = explanation.steps
    return {
        "of": "domain" if explanation.of_domain else "link",
        "view": steps.view,
        "steps": [
            {"step": step.kind, **({"group": step.group} if step.group else {}),
             "log_odds": step.log_odds}
            for step in chain_of(explanation, JSON_DIGITS)
        ],
        "worst_margin": steps.worst,
        "mean_margin": steps.mean,
        "top_share": steps.top_share,
        "calibrated_at_prior": steps.line_prior,
        "prior": steps.prior,
        "log_odds": steps.log_odds,
        "spam_score": steps.score,
    }  # fmt: skip


def _spoken(effects: EffectsOfLink, group: str, *, up: bool) -> list[dict[str, Any]]:
    found: list[Spoken] = [e for e in effects.effects if e.group == group and (e.effect > 0) == up]
    return [
        {
            "signal": e.signal,
            "value": e.value,
            "effect": round(e.effect, JSON_DIGITS),
            "text": e.text,
            "usual": e.usual or None,
        }
        for e in found
    ]


def _changes(changes: Changes) -> dict[str, Any]:
    rule = changes.without_rules
    return {
        "above_cut_for_disavow": _finite(changes.to_disavow),
        "above_cut_for_review": _finite(changes.to_review),
        "by_score_alone": None if rule is None else {"verdict": rule[0], "reason": rule[1]},
        "all_nofollow": changes.all_nofollow,
        "not_in_search_console": changes.not_listed,
        "on_keep_list": changes.kept,
        "single_signals": [_case(case, "signal") for case in changes.signals],
        "nearest_signal": None if changes.nearest is None else _case(changes.nearest, "signal"),
        "missing_information": [_case(case, "source") for case in changes.missing],
        "judged_again": not changes.too_large,
    }


def _case(case: Case, what: str) -> dict[str, Any]:
    out = {what: case.what, "spam_score": case.score, "verdict": case.verdict}
    if case.value is not None:
        out |= {"value": case.value, "usual_in": case.comes_from}
    return out


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
