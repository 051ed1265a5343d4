"""Why each domain got its verdict: sentences for domains.csv, the report and the disavow file."""

from __future__ import annotations

import polars as pl

from spamlinks.model.bundle import ModelBundle
from spamlinks.model.explain import Effect, explain_rows, sentence
from spamlinks.model.scoring import Scored
from spamlinks.policy import Reason, Verdict, reason_text
from spamlinks.signals.kernel import signals

__all__ = ["EXPLAINED", "explain_domains"]

EXPLAINED = 3000
"""At most so many domains get their effects computed, the worst first; the others say so."""

LOOKED_AT = 24
"""So many of the strongest effects are searched for those that tell best why."""

NAMED = 6
"""So many effects stand in the evidence: those of ``why`` first, then the strongest."""

_ORDER = {Verdict.DISAVOW.value: 0, Verdict.REVIEW.value: 1, Verdict.KEEP.value: 2}


def explain_domains(bundle: ModelBundle, scored: Scored, decided: pl.DataFrame) -> pl.DataFrame:
    """Sort the domains, worst first, and say why: sentences for the first ``EXPLAINED``."""
    domains = decided.with_columns(
        _order=pl.col("verdict").replace_strict(_ORDER, return_dtype=pl.Int8)
    ).sort("_order", "spam_score", "linking_domain", descending=[False, True, False])
    rows = domains["row"].head(EXPLAINED)
    matrix = signals(scored.frame[rows.to_list()], scored.tables) if len(rows) else None
    effects = explain_rows(bundle, matrix, top=LOOKED_AT) if matrix is not None else []
    why, evidence = [], []
    table = domains.select("reason", "suffix", "verdict").head(EXPLAINED)
    for (reason, suffix, verdict), found in zip(table.iter_rows(), effects, strict=True):
        driving = _driving(reason, verdict, found)
        why.append(_why(reason, verdict, driving, suffix))
        said = [*driving, *(effect for effect in found if effect not in driving)][:NAMED]
        evidence.append(" | ".join(sentence(effect, suffix) for effect in said))
    for reason, verdict in domains.select("reason", "verdict").slice(len(why)).iter_rows():
        why.append(reason_text(reason, verdict))
        evidence.append("not computed for this many domains; see 'spamlinks score'")
    return domains.with_columns(
        why=pl.Series(why, dtype=pl.String),
        evidence=pl.Series(evidence, dtype=pl.String),
    )


NO_ENTRY_NEEDED = (Reason.NOFOLLOW_ONLY, Reason.LINKS_GONE, Reason.NOT_IN_SEARCH_CONSOLE)
"""Why a site that looks bad is kept all the same."""

_BY_SCORE = (Reason.SCORE_HIGH, Reason.SCORE_MIDDLE, Reason.NAME_HIGH, Reason.SCORE_LOW)


_OF_THE_NAME = frozenset(
    {"name_evidence", "name_evidence_business", "host_trade_words", "host_sells_links"}
    | {"affix_domains"}
)


def _upwards(reason: str, verdict: str) -> bool:
    return verdict != Verdict.KEEP.value or reason in NO_ENTRY_NEEDED


def _driving(reason: str, verdict: str, effects: list[Effect]) -> list[Effect]:
    """The two effects that tell best why: what is there goes before what is absent or unknown."""
    up = _upwards(reason, verdict)
    by_name = reason == Reason.NAME_HIGH

    def place(effect: Effect) -> tuple[bool, bool]:
        absent = sentence(effect).startswith(("not known: ", "not: ", "0 "))
        return absent, by_name and effect.signal not in _OF_THE_NAME

    return sorted((e for e in effects if (e.effect > 0) == up), key=place)[:2]


def _why(reason: str, verdict: str, driving: list[Effect], suffix: str) -> str:
    """The rule's sentence, and what drove the score that way."""
    text = reason_text(reason, verdict)
    up = _upwards(reason, verdict)
    if not driving:
        return text
    said = "; ".join(sentence(e, suffix).rpartition(" (")[0] for e in driving)
    if reason in _BY_SCORE:
        return f"{said[0].upper()}{said[1:]}. {text}"
    return f"{text} {'Its score: ' if up else 'Speaking for it: '}{said}."
