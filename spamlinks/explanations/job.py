"""From exports to an explanation: the run that an audit makes, looked into at one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.decided import with_decisions
from spamlinks.errors import InputError
from spamlinks.explanations.changes import MAX_ROWS, Changes, Situation, changes_of
from spamlinks.explanations.effects import EffectsOfLink, effects_of
from spamlinks.explanations.explanation import Explanation, Link
from spamlinks.explanations.find import Found, find
from spamlinks.explanations.google_policy import categories_of
from spamlinks.explanations.missing import missing_of
from spamlinks.exports import Reading
from spamlinks.language import ENGLISH, Texts, load_texts
from spamlinks.model.one_unit import as_log_odds, link_steps, unit_steps
from spamlinks.model.usual import Usual
from spamlinks.model.views import VIEWS, view_of
from spamlinks.pipeline import Audit, Inside, Settings, Stage, audit
from spamlinks.reasons import rule_text, usual_of, why_of
from spamlinks.report.fetched_words import FETCHED_COLUMNS, fetched_line
from spamlinks.report.text import clean
from spamlinks.run_folder import recorded_run
from spamlinks.signals.kernel import SIGNALS, networks_by_address, signals

__all__ = ["LINKS", "explain", "explain_in"]

LINKS = 10
"""So many links are shown, unless another number is asked for."""

NAMED = 5
"""So many names stand in a message."""


def explain(
    what: str,
    exports: Sequence[Path | str | Reading],
    settings: Settings | None = None,
    *,
    links: int = LINKS,
    language: str = ENGLISH,
    stage: Stage | None = None,
) -> Explanation:
    """Explain a linking domain, a host of it, or the link on a page.

    Parameters
    ----------
    what : a domain such as "spam.example", or the URL of a linking page.
    exports, settings, stage : as for ``pipeline.audit``.
    links : so many links are listed, the highest scores first.
    language : of the sentences, a file of ``data/texts``.

    Raises
    ------
    InputError : it is not in the exports (close names are named), or an input cannot be used.
    ModelError : the model folder cannot be used.
    """
    texts = load_texts(language)
    _refuse_finished(exports)
    outcome = audit(exports, settings, inside=True, stage=stage)
    return explain_in(outcome, what, links=links, texts=texts)


def explain_in(
    outcome: Audit, what: str, *, links: int = LINKS, texts: Texts | None = None
) -> Explanation:
    """Explain something of a run that was made with ``inside=True``; arguments as ``explain``.

    Raises
    ------
    InputError : it is not in the exports, or the run kept nothing inside.
    """
    inside = outcome.inside
    if inside is None:
        hint = "Make it with audit(..., inside=True)."
        raise InputError("run", "it did not keep what an explanation needs", hint)
    if not inside.decided.height:
        raise InputError("exports", "they hold no links", "Give an export with links.")
    texts = texts or load_texts()
    scored, bundle = inside.scored, inside.bundle
    _refuse_network(what, outcome)
    found = find(what, scored)
    unit = inside.decided.filter(pl.col("_domain") == found.code)
    usual = usual_of(bundle, scored, inside.decided)
    of_domain = found.kind == "domain" or not len(found.rows)
    rows = found.unit_rows if of_domain else found.rows
    worst = int(unit["row"][0]) if of_domain else int(rows[scored.margins[rows].argmax()])
    effects = _effects(inside, worst, usual, texts)
    view = VIEWS[int(scored.views[worst])]
    if of_domain:
        steps = unit_steps(bundle, scored.margins[rows], str(unit["view"][0]), inside.prior)
    else:
        steps = link_steps(bundle, effects.margin, view, scored.prior)
    whys, evidence = why_of(bundle, scored, unit, usual, texts)
    said = unit.select("linking_domain", "reason").with_columns(why=pl.Series(whys))
    why = str(with_decisions(said, inside.settings.decisions)["why"][0])  # who decided, and when
    network = _network(outcome, unit)
    row = _matrix(inside, np.array([worst]))
    known = {n: float(v) for n, v in zip(SIGNALS, row[0], strict=True) if np.isfinite(v)}
    verdict, reason = str(unit["verdict"][0]), str(unit["reason"][0])
    return Explanation(
        asked=found.asked,
        kind=found.kind,
        linking_domain=found.domain,
        unit=str(unit["unit"][0]),
        verdict=verdict,
        reason=reason,
        reason_text=rule_text(reason, verdict, texts),
        why=why,
        evidence=tuple(evidence[0].split(" | ")) if evidence[0] else (),
        spam_score=float(unit["spam_score"][0]),
        links=int(unit["links"][0]),
        followed_links=unit["followed_links"][0],
        first_seen=unit["first_seen"][0],
        page=str(scored.frame["referring_page"][worst]),
        link_score=float(scored.spam_score[worst]),
        has_links=bool(len(found.rows)),
        steps=steps,
        effects=effects,
        missing=missing_of(
            bundle,
            row,
            scored.tables.columns,
            _cells(inside, worst),
            bool(inside.brands),
            texts,
            inside.exported,
            _visited(inside, found.unit_rows),
        ),
        categories=categories_of(known, verdict, network, texts),
        changes=_changes(inside, outcome, found, unit, usual, texts),
        network=network,
        shown=_shown(inside, rows, links),
        number=len(rows),
        unit_rows=len(found.unit_rows),
        view_text=_view_text(steps.view, known, texts),
        run={
            "model": bundle.name,
            "sha256": bundle.sha256,
            "prior": inside.prior,
            "situation": inside.settings.situation,
            "precision": inside.settings.target,
            "site": outcome.run.get("site"),
        },
        texts=texts,
    )


def _refuse_finished(exports: Sequence[Path | str | Reading]) -> None:
    """Raise InputError for the folder of an audit: what it wrote holds no export."""
    for export in exports:
        if isinstance(export, Reading) or not (run := recorded_run(Path(export))):
            continue
        inputs = run.get("inputs")
        entries = inputs if isinstance(inputs, list) else []
        names = [clean(e.get("file"), 80) for e in entries[:NAMED] if isinstance(e, dict)]
        read = f": {', '.join(names)}{', ...' if len(entries) > NAMED else ''}" if names else ""
        hint = f"Give the exports that the audit read{read}. Its report.html says why as well."
        raise InputError(clean(export, 120), "it is the folder of an audit, no export", hint)


def _refuse_network(what: str, outcome: Audit) -> None:
    """Raise InputError, with its members and what they share, for the name of a network."""
    members = outcome.domains.filter(pl.col("network") == what.strip())["linking_domain"].to_list()
    if not members:
        return
    known = {entry["id"]: entry for entry in outcome.run["networks"]["list"]}
    said = known.get(what.strip(), {}).get("description")
    problem = "it is the name of a network, no domain" + (f" ({clean(said, 200)})" if said else "")
    more = f" and {len(members) - NAMED} more" if len(members) > NAMED else ""
    hint = f"Explain one of its members: {', '.join(members[:NAMED])}{more}."
    raise InputError(clean(what, 120), problem, hint)


def _matrix(inside: Inside, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    return signals(inside.scored.frame[rows.tolist()], inside.scored.tables)


def _cells(inside: Inside, row: int) -> dict[str, Any]:
    """Columns that a link has a value in, with the value."""
    values = inside.scored.frame.row(row, named=True)
    return {name: value for name, value in values.items() if value is not None}


def _visited(inside: Inside, rows: npt.NDArray[np.int64]) -> bool:
    """Whether a page among these links was looked up."""
    frame = inside.scored.frame
    return "fetch_state" in frame.columns and bool(
        frame["fetch_state"].gather(rows.tolist()).is_not_null().any()
    )


def _effects(inside: Inside, row: int, usual: Usual, texts: Texts) -> EffectsOfLink:
    matrix = _matrix(inside, np.array([row]))
    host = int(inside.scored.frame["_host"][row])
    suffix = str(inside.scored.tables.hosts["suffix"][host] or "")
    view = VIEWS[int(view_of(matrix)[0])]
    return effects_of(inside.bundle, matrix, view, suffix, usual, texts)


def _changes(
    inside: Inside, outcome: Audit, found: Found, unit: pl.DataFrame, usual: Usual, texts: Texts
) -> Changes:
    """What would change the verdict of the domain, whatever part of it was asked for."""
    now = Situation(
        inside.bundle,
        unit,
        outcome.guards,
        inside.settings.situation,
        inside.prior,
        inside.settings.target,
        inside.scored.tables.columns,
        bool(inside.brands),
        _by_address(inside, found.code),
    )
    few = len(found.unit_rows) <= MAX_ROWS
    matrix = _matrix(inside, found.unit_rows) if few else None
    worst = _effects(inside, int(unit["row"][0]), usual, texts)
    return changes_of(now, matrix, as_log_odds(float(unit["spam_score"][0])), worst, usual)


def _by_address(inside: Inside, code: int) -> dict[str, float]:
    """What its address alone says of the network of a domain; {} for one that is in none."""
    networks = inside.scored.tables.networks
    if networks is None or networks.of[code] < 0:
        return {}
    found = networks_by_address(inside.scored.frame, inside.scored.tables)
    return {name: float(values[code]) for name, values in found.items()}


_LOOKED_UP = {"registration": "domain_age_days", "home": "home_links_per_100_words"}
"""A signal that is known where a thing was looked up."""


def _view_text(view: str, known: Mapping[str, float], texts: Texts) -> str:
    """What a link was judged by; looked-up facts may stand beside a bare address."""
    more = [texts.say(f"views_and.{key}") for key, name in _LOOKED_UP.items() if name in known]
    if view != VIEWS[0] or not more:
        return texts.say(f"views.{view}")
    between = texts.say("views_and.between")
    return texts.say("views_and.urls", more=between.join(more))


def _network(outcome: Audit, unit: pl.DataFrame) -> dict[str, Any] | None:
    """The entry of the run's networks that the domain is in; else what domains.csv says of it."""
    domain = unit["linking_domain"][0]
    named = outcome.domains.filter(pl.col("linking_domain") == domain)["network"]
    name = named[0] if named.len() else None
    if name is None:
        return None
    networks = outcome.run.get("networks")
    listed = networks.get("list", []) if isinstance(networks, dict) else []
    return next(
        (dict(entry) for entry in listed if isinstance(entry, dict) and entry.get("id") == name),
        {"id": name},
    )


def _shown(inside: Inside, rows: npt.NDArray[np.int64], most: int) -> tuple[Link, ...]:
    scores = inside.scored.spam_score[rows]
    best = rows[np.argsort(-scores, kind="stable")[: max(most, 0)]]
    frame = inside.scored.frame[best.tolist()]
    out = []
    for at, row in zip(best, frame.iter_rows(named=True), strict=True):
        marks = [row.get(name) for name in ("rel_nofollow", "rel_ugc", "rel_sponsored")]
        told = [mark for mark in marks if mark is not None]
        out.append(
            Link(
                row["referring_page"],
                row.get("target_url"),
                row.get("anchor_text"),
                float(inside.scored.spam_score[at]),
                row.get("first_seen"),
                not any(told) if told else None,
                fetched_line({name: row.get(name) for name in FETCHED_COLUMNS}),
            )
        )
    return tuple(out)
