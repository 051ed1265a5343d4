"""An explanation as lines of text, for a terminal of any width from 60 columns on.

Every text of an export is cleaned here, since pages and anchors are written by spammers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spamlinks.explanations.change_words import DIGITS, change_sentences
from spamlinks.explanations.effects import Spoken, add_up
from spamlinks.explanations.explanation import Explanation, Link, chain_of
from spamlinks.explanations.google_policy import SOURCE
from spamlinks.explanations.wrapping import heading, wrapped
from spamlinks.language import Texts
from spamlinks.report.text import clean, display_width, shorten

__all__ = ["lines_of"]

SMALL = 0.05
"""Effects below this are summed up in one line."""

MIN_WIDTH = 60
_FIGURE = 8  # columns of a number with its sign


def lines_of(explanation: Explanation, width: int = 80) -> Iterator[str]:
    """Yield the explanation line by line, each at most ``width`` columns wide (60 at least)."""
    width = max(width, MIN_WIDTH)
    yield from _head(explanation, width)
    yield from _chain(explanation, width)
    yield from _effects(explanation, width)
    yield from _section(explanation, "unknown", [m.text for m in explanation.missing], width)
    yield from _policy(explanation, width)
    yield from _section(explanation, "changes", list(change_sentences(explanation)), width)
    yield from _network(explanation, width)
    yield from _links(explanation, width)
    run, texts = explanation.run, explanation.texts
    yield ""
    yield from wrapped(
        texts.say(
            "explain.run",
            model=clean(run["model"], 60),
            situation=run["situation"],
            precision=texts.number(run["precision"], 2),
            prior=texts.percent(run["prior"], 1),
        ),
        width,
    )


def _head(explanation: Explanation, width: int) -> Iterator[str]:
    e, texts = explanation, explanation.texts
    yield from wrapped(
        texts.say(
            f"explain.title.{e.kind}",
            domain=clean(e.linking_domain, 255),
            asked=clean(e.asked, 255),
            verdict=e.verdict,
        ),
        width,
    )
    if e.kind == "url":
        page = texts.say("explain.url_line", page=clean(e.page, 400))
        yield from wrapped(page, width)
    yield from wrapped(f"{clean(e.why, 1000)} ({e.reason})", width)
    said = [
        texts.say(
            "explain.score",
            score=texts.number(e.spam_score, 4),
            unit=texts.say(f"explain.unit.{e.unit}"),
            links=_counted_links(e),
            followed=texts.say("explain.followed_unknown")
            if e.followed_links is None
            else texts.say("explain.followed", number=texts.number(e.followed_links)),
        )
        + "."
    ]
    if e.first_seen is not None:
        said.append(texts.say("explain.seen_since", day=e.first_seen.isoformat()) + ".")
    said.append(texts.say("explain.shown_as", view=e.view_text))
    yield from wrapped(" ".join(part[0].upper() + part[1:] for part in said), width)
    if e.kind == "host":
        key = "with" if e.has_links else "without"
        yield from wrapped(texts.say(f"explain.host_{key}_links"), width)
    if not e.of_domain:
        yield from wrapped(
            texts.say(
                "explain.link_score",
                score=texts.number(e.link_score, 4),
                domain_score=texts.number(e.spam_score, 4),
            ),
            width,
        )


def _counted_links(e: Explanation) -> str:
    """The links of the domain, and the records they stand in where these are fewer."""
    number, rows = e.texts.number(e.links), e.unit_rows
    if not rows or rows >= e.links:
        return e.texts.say(f"explain.links_{'one' if e.links == 1 else 'many'}", number=number)
    if rows == 1:
        return e.texts.say("explain.links_for_record", number=number)
    return e.texts.say("explain.links_for_records", records=e.texts.number(rows), number=number)


def _section(e: Explanation, key: str, items: list[str], width: int) -> Iterator[str]:
    if items:
        yield from heading(e.texts.say(f"explain.heading.{key}"))
        for item in items:
            yield from wrapped(item, width, "  ", "    ")


def _chain(e: Explanation, width: int) -> Iterator[str]:
    texts, steps = e.texts, e.steps
    yield from heading(texts.say("explain.heading.chain"))
    yield from wrapped(texts.say("explain.chain.note"), width, "  ")
    if e.of_domain and e.unit_rows > 1:
        page = texts.say("explain.chain.page", page=clean(e.page, 200))
        yield from wrapped(page, width, "  ", "    ")
    for step in chain_of(e, DIGITS):
        if step.kind == "roll_up" and not e.of_domain:
            continue
        label = texts.say(f"groups.{step.group}") if step.group else _label(e, step.kind)
        ruled = step.kind in ("margin", "total")
        if ruled:
            yield "  " + "-" * _FIGURE
        sign = texts.number(step.log_odds, DIGITS) if ruled else _signed(texts, step.log_odds)
        first = f"  {sign:>{_FIGURE}}  "
        yield from wrapped(label, width, first, " " * len(first))
    first = f"  {texts.number(steps.score, 4):>{_FIGURE}}  "
    yield from wrapped(texts.say("explain.chain.score"), width, first, " " * len(first))


def _label(e: Explanation, kind: str) -> str:
    texts, steps = e.texts, e.steps
    if kind == "margin" and not e.of_domain:
        kind = "link_margin"
    if kind == "roll_up" and e.unit_rows == 1:
        kind = "roll_up_one"
    values: dict[str, Any] = {
        "roll_up": {
            "number": texts.number(e.unit_rows),
            "top": texts.percent(steps.top_share),
            "rest": texts.percent(1 - steps.top_share),
            "worst": texts.number(steps.worst, DIGITS),
            "mean": texts.number(steps.mean, DIGITS),
        },
        "calibration": {"prior": texts.percent(steps.line_prior, 1)},
        "prior": {"prior": texts.percent(steps.prior, 1)},
    }
    return texts.say(f"explain.chain.{kind}", **values.get(kind, {}))


def _signed(texts: Texts, value: float) -> str:
    return texts.signed(value, DIGITS)


def _effects(e: Explanation, width: int) -> Iterator[str]:
    """What speaks for spam and for keeping, by group; shown effects and the rest add up."""
    groups = {step.group: step.log_odds for step in chain_of(e, DIGITS) if step.group}
    shown: dict[str, list[tuple[float, Spoken]]] = {}
    for group, total in groups.items():
        found = [effect for effect in e.effects.effects if effect.group == group]
        rounded = add_up([effect.effect for effect in found], total, DIGITS)
        shown[group] = list(zip(rounded, found, strict=True))
    for key, up in (("up", True), ("down", False)):
        side = {
            group: part
            for group, effects in shown.items()
            if (part := [(size, s) for size, s in effects if (s.effect > 0) == up])
        }
        if not side:
            continue
        yield from heading(e.texts.say(f"explain.heading.{key}"))
        order = sorted(side, key=lambda g: -abs(sum(size for size, _ in side[g])))
        for group in order:
            yield from _group(e, group, side[group], width)


def _group(
    e: Explanation, group: str, effects: list[tuple[float, Spoken]], width: int
) -> Iterator[str]:
    texts = e.texts
    total = round(sum(size for size, _ in effects), DIGITS)
    yield f"  {_signed(texts, total):>{_FIGURE}}  {texts.say(f'groups.{group}')}"
    small = [size for size, s in effects if abs(s.effect) < SMALL]
    pad = " " * (2 + _FIGURE + 4)
    for size, spoken in effects:
        if abs(spoken.effect) >= SMALL:
            first = f"    {_signed(texts, size):>{_FIGURE}}  "
            beside = f" ({spoken.usual})" if spoken.usual else ""
            yield from wrapped(f"{spoken.text}{beside}", width, first, pad)
    if small:
        key = "one" if len(small) == 1 else "many"
        said = texts.say(f"explain.smaller_{key}", number=len(small))
        yield f"    {_signed(texts, round(sum(small), DIGITS)):>{_FIGURE}}  {said}"


def _policy(e: Explanation, width: int) -> Iterator[str]:
    if not e.categories:
        return
    texts = e.texts
    yield from heading(texts.say("explain.heading.policy"))
    for category in e.categories:
        text = texts.say("explain.because", category=category.text, why=category.because)
        yield from wrapped(text[0].upper() + text[1:], width, "  ", "    ")
    yield from wrapped(texts.say("policy.source", url=SOURCE), width, "  ", "    ")


def _network(e: Explanation, width: int) -> Iterator[str]:
    if e.network is None:
        return
    texts, found = e.texts, e.network
    items = [clean(found.get("id"), 120)]
    if found.get("description"):
        items = [
            texts.say(
                "explain.network.line",
                id=clean(found.get("id"), 120),
                description=clean(found["description"], 600),
            )
        ]
    if found.get("domains") is not None:
        items.append(
            texts.say(
                "explain.network.size",
                domains=_count(found.get("domains"), texts),
                links=_count(found.get("links"), texts),
                verdicts=_verdicts(found.get("verdicts"), texts),
            )
        )
    samples = [clean(name, 80) for name in list(found.get("samples") or ())[:8]]
    if samples:
        items.append(texts.say("explain.network.samples", names=", ".join(samples)))
    yield from _section(e, "network", items, width)


def _count(value: object, texts: Texts) -> str:
    return texts.number(value) if isinstance(value, int) else "-"


def _verdicts(value: object, texts: Texts) -> str:
    if not isinstance(value, Mapping):
        return "-"
    return ", ".join(f"{clean(k, 12)} {_count(v, texts)}" for k, v in list(value.items())[:5])


def _links(e: Explanation, width: int) -> Iterator[str]:
    """A table: score, day and mark in fixed columns, then page, anchor, target and, where it was
    fetched, what was found on it, folded."""
    if not e.shown:
        return
    texts = e.texts
    all_shown = len(e.shown) == e.number
    title = texts.say(
        f"explain.heading.links{'' if all_shown else '_some'}",
        shown=texts.number(len(e.shown)),
        number=texts.number(e.number),
    )
    yield from heading(title)
    names = {key: texts.say(f"explain.table.{key}") for key in ("score", "seen", "rel")}
    marks = max(display_width(names["rel"]), 3)
    left = f"  {names['score']:<6}  {names['seen']:<10}  {names['rel']:<{marks}}  "
    wide = max(width - display_width(left), 20)
    titles = [texts.say(f"explain.table.{key}") for key in ("page", "anchor", "target")]
    yield left + shorten(" / ".join(titles), wide)
    for link in e.shown:
        day = link.first_seen.isoformat() if link.first_seen else texts.say("explain.table.unknown")
        figures = (
            f"  {texts.number(link.spam_score, 4):<6}  {day:<10}  {_mark(link, texts):<{marks}}  "
        )
        pad = " " * display_width(figures)
        cells = [clean(link.referring_page, 300)]
        anchor = texts.say("explain.table.unknown")
        if link.anchor_text is not None:
            anchor = f'"{clean(link.anchor_text, 120)}"'
        cells += [anchor, clean(link.target_url, 200) or texts.say("explain.table.unknown")]
        cells += [link.fetched] if link.fetched else []
        for number, cell in enumerate(cells):
            yield from wrapped(cell, width, pad if number else figures, pad)


def _mark(link: Link, texts: Texts) -> str:
    if link.followed is None:
        return texts.say("explain.table.unknown")
    return texts.say(f"explain.table.{'yes' if link.followed else 'no'}")
