"""The report: one HTML file that asks nothing of the network and works from a mail attachment."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from spamlinks.report import charts, figures, rows, words
from spamlinks.report.text import clean, count, number, percent, shorten

__all__ = ["CONTENT_POLICY", "environment", "moment", "render_report"]

CONTENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
"""Nothing is loaded and nothing is sent, whatever the page holds."""

_MEANING = {
    "DISAVOW": "certain enough for the file",
    "REVIEW": "unclear: for a person to look at",
    "KEEP": "no reason to act",
}
_NOSCRIPT_ROWS = 300
_EFFECT_LINES = 20
_TAKEN = {
    "links": "Links",
    "followed_links": "Followed links",
    "domains": "Linking domains",
    "visited": "of these with search visits",
    "authority": "of these with authority",
    "good": "of these looking good",
}
_NO_LINKS = "There are no links."


def render_report(run: dict[str, Any], domains: pl.DataFrame, links: pl.DataFrame) -> str:
    """Write the report of one run.

    Parameters
    ----------
    run : what goes to run.json. Absent parts are shown as not known.
    domains : the table of domains.csv, one row per decision unit; ``linking_domain`` and
        ``verdict`` are required, ``evidence`` holds sentences separated by " | ".
    links : one row per link; ``referring_page`` and ``linking_domain`` are required.

    Returns
    -------
    A self-contained HTML document without any reference to another file, valid as UTF-8. Texts
    of the exports are cleaned, capped and never clickable. Verdicts are counted in ``domains``.

    Raises
    ------
    InputError : a required column is missing, or a verdict is unknown.
    """
    domains, links = rows.tidy_domains(domains), rows.tidy_links(links)
    verdicts = figures.verdict_counts(domains)
    table = rows.domain_rows(domains, links)
    situation = words.advice(run.get("situation"))
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            policy=CONTENT_POLICY,
            site=clean(run.get("site"), 120),
            created=moment(run.get("created")),
            headline=words.headline(verdicts, run.get("situation"), figures.in_live_file(domains)),
            second=words.second(verdicts),
            presence=words.presence(run),
            disavow=clean(words.disavow_sentence(_part(run, "disavow")), 600),
            tiles=[(name, verdicts[name], _MEANING[name]) for name in charts.SERIES],
            total=domains.height,
            effect=_effect(run),
            advice=situation,
            caution=words.caution(run.get("situation"), verdicts["DISAVOW"]),
            figures=_charts(domains, links, run),
            payload=Markup(rows.payload(table)),  # noqa: S704  (escaped for script elements)
            shown=len(table),
            flagged=[row for row in table if row[2] != "KEEP"][:_NOSCRIPT_ROWS],
            flagged_total=verdicts["DISAVOW"] + verdicts["REVIEW"],
            promise=words.promise(run.get("precision"), verdicts["DISAVOW"]),
            card=_card(run),
            view=clean(run.get("view"), 200),
            not_looked_at=_sentences(run.get("not_looked_at"), 50),
            accounting=_accounting(run),
            facts=_facts(run),
        )
    )


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of this package: every value is escaped, an unknown name is an error."""
    environment = Environment(
        loader=PackageLoader("spamlinks.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(count=count, percent=percent, clean=clean)
    return environment


def moment(created: object) -> str:
    """The time of the run as people write it; any other text as it is."""
    try:
        return datetime.fromisoformat(str(created)).strftime("%d %B %Y, %H:%M %Z").strip()
    except ValueError:
        return clean(created, 40)


def _effect(run: Mapping[str, Any]) -> dict[str, Any]:
    """What the disavow file takes away: sums, and the lines that hit most or hit good sites."""
    said = _part(run, "effect")
    profile = _part(said, "profile")
    parts = [
        (title, part)
        for title, key in (("New entries", "new_entries"), ("The whole file", "whole_file"))
        if isinstance((part := _part(said, key)).get("links"), int) and part["links"]
    ]
    sums = [
        (name, [_known(part.get(key)) for _, part in parts])
        for key, name in _TAKEN.items()
        if parts
    ]
    totals = [_known(profile.get(n)) for n in ("links", "followed_links", "domains")]
    lines = [
        {
            "line": _known(item.get("line")),
            "entry": clean(item.get("entry"), 120),
            "numbers": [_known(item.get(n)) for n in ("links", "followed_links", "domains")],
            "good": _sentences(item.get("good_names"), 5),
            "more": max(int(item.get("good") or 0) - 5, 0),
        }
        for item in _list(said.get("lines"))[:_EFFECT_LINES]
        if isinstance(item, Mapping)
    ]
    titles = [title for title, _ in parts]
    return {"titles": titles, "sums": sums, "profile": totals, "lines": lines}


def _known(value: object) -> str:
    return count(value) if isinstance(value, int) else "not known"


def _part(run: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = run.get(name)
    return part if isinstance(part, Mapping) else {}


def _sentences(value: object, limit: int) -> list[str]:
    return [clean(text, 400) for text in _list(value)[:limit]]


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _charts(
    domains: pl.DataFrame, links: pl.DataFrame, run: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Build the figures of the page: title, drawing, the same numbers as a table, and a note."""
    scores = figures.score_bins(domains)
    suffixes = figures.flagged_suffixes(domains)
    anchors = figures.top_anchors(links, domains)
    time = figures.timeline(domains, _last_day(run))
    size = len(scores["KEEP"])
    spread = [
        charts.Bar(f"{place / size:.2f} to {(place + 1) / size:.2f}", (a, b, c))
        for place, (a, b, c) in enumerate(zip(*(scores[n] for n in charts.SERIES), strict=True))
    ]
    title = "Spam scores"
    built = [
        _figure(
            title,
            charts.strip_chart(title, dict(scores)),
            [bar for bar in spread if bar.total],
            "Number of domains by score. 0 is surely honest, 1 surely spam. A score is not a "
            "verdict: guards and missing evidence count as well.",
            "No domain has a score.",
        )
    ]
    title = f"New linking domains per {time.period}"
    note = "By the day the first link of a domain was seen by the maker of the export."
    if time.unknown and time.columns:
        note += f" {count(time.unknown)} of {count(domains.height)} domains have no usable date."
    built.append(
        _figure(
            title,
            charts.column_chart(title, time.columns),
            [bar for bar in time.columns if bar.total],
            note,
            "No export of this run holds usable dates." if domains.height else _NO_LINKS,
        )
    )
    title = "Endings of flagged domains"
    built.append(
        _figure(
            title,
            charts.bar_chart(title, suffixes),
            suffixes,
            "Domains marked DISAVOW or REVIEW, by the public suffix of their name.",
            "No domain is flagged.",
        )
    )
    title = "Most used anchor texts"
    note = "Number of domains that use the text; upper and lower case are one."
    if anchors.unknown and anchors.bars:
        note += f" {count(anchors.unknown)} of {count(anchors.links)} links came without anchor."
    built.append(
        _figure(
            title,
            charts.bar_chart(title, anchors.bars),
            anchors.bars,
            note,
            "No export of this run holds anchor texts." if anchors.links else _NO_LINKS,
        )
    )
    return built


def _figure(
    title: str, drawing: str, bars: Sequence[charts.Bar], note: str, empty: str
) -> dict[str, Any]:
    return {
        "title": title,
        "svg": Markup(drawing),  # noqa: S704  (charts escape every label)
        "bars": [{"label": shorten(clean(bar.label, 80), 60), "bar": bar} for bar in bars],
        "note": note if drawing else empty,
    }


def _last_day(run: Mapping[str, Any]) -> date:
    """The day of the run and one more, for exports from east of here."""
    try:
        return date.fromisoformat(str(run.get("created"))[:10]) + timedelta(days=1)
    except (ValueError, OverflowError):
        return date(2100, 1, 1)


def _card(run: Mapping[str, Any]) -> dict[str, Any]:
    """Read the model card: ``figures`` are error figures, plain values are facts."""
    card = _part(_part(run, "model"), "card")
    lines = []
    for item in _list(card.get("figures"))[:40]:
        if not isinstance(item, Mapping):
            continue
        low, high = item.get("low"), item.get("high")
        known = [number(end) for end in (low, high) if end is not None]
        lines.append(
            {
                "name": clean(item.get("name"), 120),
                "value": number(item.get("value")),
                "range": " to ".join(known) if len(known) == 2 else _one_sided(low, high),
                "note": clean(item.get("note"), 400),
            }
        )
    facts = [
        (clean(name, 60).replace("_", " "), number(value))
        for name, value in card.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    ]
    return {"figures": lines, "facts": facts[:20]}


def _one_sided(low: object, high: object) -> str:
    if low is not None:
        return f"at least {number(low)}"
    return f"at most {number(high)}" if high is not None else "–"


_PARTS = ("links", "duplicates", "own_site", "rejected")


def _accounting(run: Mapping[str, Any]) -> dict[str, Any]:
    """Per file what became of its records, and whether the numbers add up."""
    lines = []
    for item in _list(run.get("inputs")):
        if isinstance(item, Mapping):
            said = ((item.get(key), 60) for key in ("vendor", "kind", "generation"))
            lines.append(
                _sum_line(item)
                | {
                    "file": clean(item.get("file"), 160),
                    "what": ", ".join(text for text in (clean(v, n) for v, n in said) if text),
                    "confidence": words.confidence(item.get("confidence")),
                    "notes": _sentences(item.get("notes"), 12),
                }
            )
    refused = [
        {"file": clean(item.get("file"), 160), "reason": clean(item.get("reason"), 400)}
        for item in _list(run.get("refused"))
        if isinstance(item, Mapping)
    ]
    reasons = [(clean(reason, 120), many) for reason, many in _part(run, "rejected").items()]
    return {
        "lines": lines,
        "total": _sum_line(_part(run, "totals")),
        "refused": refused,
        "notes": _sentences(run.get("notes"), 50),
        "reasons": reasons[:30],
    }


def _sum_line(item: Mapping[str, Any]) -> dict[str, Any]:
    numbers = [item.get(name) for name in ("records", *_PARTS)]
    known = [n for n in numbers if isinstance(n, int)]
    if len(known) < len(numbers):
        return {"counts": numbers, "sum": "not known"}
    off = known[0] - sum(known[1:])
    return {"counts": numbers, "sum": "adds up" if off == 0 else f"{off:+,} not explained"}


def _facts(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what is needed to repeat the run: names, settings and hashes."""
    model = _part(run, "model")
    seconds = run.get("seconds")
    timed = isinstance(seconds, int | float) and math.isfinite(seconds)
    facts: list[tuple[str, object]] = [
        ("Program", f"{run.get('tool') or 'spamlinks'} {run.get('version') or ''}"),
        ("Made", run.get("created")),
        ("Site", f"{run.get('site')} (guessed)" if run.get("site_guessed") else run.get("site")),
        ("Live file", _part(run, "live").get("name")),
        ("Live file SHA-256", _part(run, "live").get("sha256")),
        ("Situation", run.get("situation")),
        ("Precision asked for", percent(run.get("precision"))),
        ("Share of spam assumed", percent(run.get("prior"))),
        ("Model", model.get("name")),
        ("Model SHA-256", model.get("sha256")),
        ("View of the model", run.get("view")),
        ("Time taken", f"{seconds:.1f} s" if timed else None),
    ]
    facts += [
        (f"SHA-256 of {clean(item.get('file'), 100)}", item.get("sha256"))
        for item in _list(run.get("inputs"))
        if isinstance(item, Mapping)
    ]
    return [(name, clean(value, 200) or "–") for name, value in facts]
