"""Why each domain got its verdict: sentences for domains.csv, the report and the disavow file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from spamlinks.language import Texts, load_texts
from spamlinks.model.bundle import ModelBundle
from spamlinks.model.explain import explain_rows, explain_seconds
from spamlinks.model.scoring import Scored
from spamlinks.model.usual import Usual, sample_of
from spamlinks.model.views import VIEWS, view_of
from spamlinks.policy import Reason, Verdict, reason_text
from spamlinks.signals.kernel import blocks, signals
from spamlinks.telling import QUOTED_COLUMNS, Told, told

__all__ = ["EXPLAINED", "explain_domains", "rule_text", "usual_of", "why_of"]

EXPLAINED = 20_000
"""At most so many domains get their effects computed, the worst first; the others say so."""

SECONDS = 30.0
"""Of one core, for all of them: a model of deep trees explains fewer, ``LEAST`` at the least."""

LEAST = 1000

BLOCK = 4096
"""Rows whose effects are computed together."""

LOOKED_AT = 24
"""So many of the strongest effects are searched for those that tell best why."""

ODD = 1.0
"""What is told against a site that needs no entry anyway is at least this strong, in log-odds."""

NAMED = 6
"""So many effects stand in the evidence: those of ``why`` first, then the strongest."""

_ORDER = {Verdict.DISAVOW.value: 0, Verdict.REVIEW.value: 1, Verdict.KEEP.value: 2}


def explain_domains(
    bundle: ModelBundle,
    scored: Scored,
    decided: pl.DataFrame,
    *,
    everyone: pl.DataFrame | None = None,
    most: int | None = None,
) -> pl.DataFrame:
    """Sort the domains, worst first, and say why: sentences for the first of them.

    Parameters
    ----------
    decided : the domains to explain, as ``policy.decide`` returns them.
    everyone : all domains of the run, of which the kept ones say what is usual; default: the same.
    most : so many get their effects computed, by default what ``EXPLAINED``
        and ``SECONDS`` allow; the others say so.
    """
    domains = decided.with_columns(
        _order=pl.col("verdict").replace_strict(_ORDER, return_dtype=pl.Int8)
    ).sort("_order", "spam_score", "linking_domain", descending=[False, True, False])
    first = domains.head(_limit(bundle) if most is None else most)
    why: list[str] = []
    evidence: list[str] = []
    if first.height:
        usual = usual_of(bundle, scored, decided if everyone is None else everyone)
        why, evidence = why_of(bundle, scored, first, usual)
    for reason, verdict in domains.select("reason", "verdict").slice(len(why)).iter_rows():
        why.append(reason_text(reason, verdict))
        evidence.append("not computed for this many domains; see 'spamlinks explain'")
    return domains.with_columns(
        why=pl.Series(why, dtype=pl.String),
        evidence=pl.Series(evidence, dtype=pl.String),
    )


def _limit(bundle: ModelBundle) -> int:
    """How many domains are explained; by the model, never by the clock: same input, same files."""
    return min(EXPLAINED, max(LEAST, int(SECONDS / max(explain_seconds(bundle), 1e-9))))


def usual_of(bundle: ModelBundle, scored: Scored, decided: pl.DataFrame) -> Usual:
    """What is usual among the domains that look honest, by one row of each, its worst.

    Those are kept for their score. Spam that is kept because its links are nofollow is no measure.
    """
    honest = (pl.col("verdict") == Verdict.KEEP.value) & (
        pl.col("reason") == Reason.SCORE_LOW.value
    )
    kept = decided.filter(honest).sort("linking_domain")
    rows = kept["row"].gather(sample_of(kept.height))
    return Usual.of(signals(scored.frame[rows.to_list()], scored.tables), bundle)


_SAID_OF = (
    "reason", "verdict", "suffix", "spam_score", "cut_disavow", "cut_review", "links",
    "followed_links", "live_links", "network", "network_size", "network_shares", "view",
)  # fmt: skip


def why_of(
    bundle: ModelBundle,
    scored: Scored,
    domains: pl.DataFrame,
    usual: Usual,
    texts: Texts | None = None,
) -> tuple[list[str], list[str]]:
    """The texts of ``why`` and ``evidence`` of each domain, in order; default language English.

    Parameters
    ----------
    domains : as ``policy.decide`` returns them, perhaps with ``network``, ``network_size`` and
        ``network_shares`` (``campaigns.network_facts``).
    """
    texts = texts or load_texts()
    why, evidence = [], []
    absent = [name for name in _SAID_OF if name not in domains.columns]
    domains = domains.with_columns(pl.lit(None).alias(name) for name in absent)
    for part in blocks(domains, BLOCK):
        rows = scored.frame[part["row"].to_list()]
        matrix = signals(rows, scored.tables)
        effects = explain_rows(bundle, matrix, top=LOOKED_AT)
        views = [VIEWS[view] for view in view_of(matrix)]
        shown = (*QUOTED_COLUMNS, *_FETCHED_COLUMNS)
        quoted = rows.select(name for name in shown if name in rows.columns)
        quotes = quoted.iter_rows(named=True)
        table = part.select(_SAID_OF).iter_rows(named=True)
        for unit, view, found, row in zip(table, views, effects, quotes, strict=True):
            places = [usual.place(e.signal, e.value, view) for e in found]
            pieces = told(found, places, row, unit["suffix"] or "", texts)
            reason, against, speaking = _because(unit, pieces, texts, _only_address(row))
            if unit["reason"] == Reason.LINKS_GONE or _all_gone(unit):
                reason = " ".join(filter(None, [reason, _gone(row, texts)]))
            why.append(reason)
            named = [*against, *speaking]
            rest = [piece for piece in pieces if piece not in named]
            evidence.append(" | ".join(_sized(p, texts) for p in [*named, *rest][:NAMED]))
    return why, evidence


_FETCHED_COLUMNS = (
    "fetch_state", "fetched_on", "fetched_link_found", "home_state", "domain_created_on",
)  # fmt: skip


def _only_address(row: Mapping[str, Any]) -> bool:
    """Whether neither the registration nor the start page of a link's domain is known."""
    return row.get("domain_created_on") is None and row.get("home_state") != "fetched"


def _all_gone(unit: Mapping[str, Any]) -> bool:
    """Whether a domain that is kept for its score has followed links, and all of them are gone."""
    return bool(
        unit["reason"] == Reason.SCORE_LOW
        and unit["links"]
        and unit["followed_links"] != 0
        and unit["live_links"] == 0
    )


def _gone(row: Mapping[str, Any], texts: Texts) -> str:
    """How the link was found gone, where its page was fetched; "" where a vendor says it."""
    day = row.get("fetched_on")
    if day is None:
        return ""
    if row.get("fetch_state") == "absent":
        return texts.say("why.fetched_absent", day=day.isoformat())
    if row.get("fetch_state") == "fetched" and row.get("fetched_link_found") is False:
        return texts.say("why.fetched_gone", day=day.isoformat())
    return ""


def _sized(piece: Told, texts: Texts) -> str:
    return f"{piece.clause} ({texts.signed(piece.effect.effect, 1)})"


NO_ENTRY_NEEDED = (Reason.NOFOLLOW_ONLY, Reason.LINKS_GONE, Reason.NOT_IN_SEARCH_CONSOLE)
"""Why a site that looks bad is kept all the same."""

_FLAGGED = (Reason.SCORE_HIGH, Reason.SCORE_MIDDLE, Reason.NAME_HIGH)

_OF_THE_NAME = frozenset(
    {"name_evidence", "name_evidence_business", "host_trade_words", "host_sells_links"}
    | {"affix_domains"}
)


def _upwards(reason: str, verdict: str) -> bool:
    return verdict != Verdict.KEEP.value or reason in NO_ENTRY_NEEDED


def _best(pieces: list[Told], up: bool, by_name: bool = False, most: int = 2) -> list[Told]:
    """The pieces that tell best: what few honest sites have goes before what many have."""

    def order(piece: Told) -> tuple[bool, bool, float]:
        of_name = by_name and piece.effect.signal in _OF_THE_NAME
        return not of_name, not piece.stands_out, -piece.weight

    found = sorted((p for p in pieces if (p.effect.effect > 0) == up and p.is_reason), key=order)
    out: list[Told] = []
    for piece in found:  # two models of names say one thing
        if not any(_subject(piece) == _subject(other) for other in out):
            out.append(piece)
    return out[:most]


def _subject(piece: Told) -> str:
    return piece.effect.signal.removesuffix("_business")


def _because(
    unit: dict[str, Any], pieces: list[Told], texts: Texts, only_address: bool = True
) -> tuple[str, list[Told], list[Told]]:
    """Why a domain has its verdict, and the pieces that were named: against it, and for it.

    ``only_address`` says that nothing but the view tells what is known of it.
    """
    reason, verdict = unit["reason"], unit["verdict"]
    rule = rule_text(reason, verdict, texts)
    if unit["network"] is not None and reason in _FLAGGED:  # it is told of in words
        pieces = [piece for piece in pieces if not piece.effect.signal.startswith("network_")]
    against = _best(pieces, up=True, by_name=reason == Reason.NAME_HIGH)
    if any(piece.stands_out for piece in against):
        against = [piece for piece in against if piece.stands_out]
    if reason == Reason.SCORE_LOW:
        return _kept(unit, rule, against, _best(pieces, up=False), texts)
    if reason in _FLAGGED:
        look = only_address and unit["view"] == "urls" and verdict == Verdict.REVIEW.value
        said = [_network(unit, texts), _sentence(against), rule, _margin(unit, texts)]
        said += [texts.say("why.only_address")] if look else []
        return " ".join(filter(None, said)), against, []
    speaking = [] if _upwards(reason, verdict) else _best(pieces, up=False)
    named, form = (against, "against") if _upwards(reason, verdict) else (speaking, "for")
    if not named:
        return rule, [], []
    listed = "; ".join(piece.clause for piece in named)
    return texts.say(f"why.{form}", said=listed, reason=rule), *(
        (named, []) if form == "against" else ([], named)
    )


def _kept(
    unit: dict[str, Any], rule: str, against: list[Told], speaking: list[Told], texts: Texts
) -> tuple[str, list[Told], list[Told]]:
    """Why a domain is kept for its score. Faint praise is none, and what is against it is told."""
    said = []
    against = [piece for piece in against if piece.stands_out][:1]
    if unit["links"] and unit["followed_links"] == 0:
        said.append(texts.say("why.all_nofollow"))
        if against and against[0].effect.effect >= ODD:  # nothing follows from it, so no more
            said.append(texts.say("why.odd", said=against[0].clause))
            return " ".join(said), against, speaking
    elif _all_gone(unit):
        said.append(texts.say("why.all_gone"))
    if speaking:
        listed = "; ".join(piece.clause for piece in speaking)
        said.append(texts.say("why.speaking", said=listed))
    elif against:
        said.append(texts.say("why.little"))
    else:
        said.append(texts.say("why.nothing"))
    if against:
        clause = against[0].clause
        below = _below(unit["spam_score"], unit["cut_review"], texts)
        if below is not None:
            said.append(texts.say("why.not_enough", said=clause, **below))
        else:
            said.append(texts.say("why.but", said=clause))
    else:
        said.append(rule)
    return " ".join(said), against, speaking


def _sentence(pieces: list[Told]) -> str:
    text = "; ".join(piece.clause for piece in pieces)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _network(unit: dict[str, Any], texts: Texts) -> str:
    """The network of a flagged domain: the plainest reason there is."""
    if unit["network"] is None:
        return ""
    return texts.say(
        "why.network",
        many=texts.number(unit["network_size"]),
        network=unit["network"],
        shares=unit["network_shares"],
    )


def _margin(unit: dict[str, Any], texts: Texts) -> str:
    """How far a domain in REVIEW is from DISAVOW."""
    below = _below(unit["spam_score"], unit["cut_disavow"], texts)
    if unit["verdict"] != Verdict.REVIEW.value or below is None:
        return ""
    return texts.say("why.below", **below)


def _below(score: float, cut: float | None, texts: Texts) -> dict[str, str] | None:
    """A score and the cut above it as they are shown; None where they would look alike."""
    if cut is None or round(score, 2) >= round(cut, 2):
        return None
    return {"score": texts.number(score, 2), "cut": texts.number(cut, 2)}


def rule_text(reason: str, verdict: str, texts: Texts) -> str:
    """The sentence of a reason in a language."""
    key = f"reasons.{reason}"
    if texts.has(f"{key}_{verdict}"):
        return texts.say(f"{key}_{verdict}")
    return texts.say(key) if texts.has(key) else reason_text(reason, verdict)
