"""Why each domain got its verdict: sentences for domains.csv, the report and the disavow file."""

from __future__ import annotations

import polars as pl

from spamlinks.language import Texts, load_texts
from spamlinks.model.bundle import ModelBundle
from spamlinks.model.explain import Effect, explain_rows, explain_seconds
from spamlinks.model.scoring import Scored
from spamlinks.model.sentences import is_absent, sentence
from spamlinks.model.usual import Usual, sample_of
from spamlinks.model.views import VIEWS, view_of
from spamlinks.policy import Reason, Verdict, reason_text
from spamlinks.signals.kernel import blocks, signals

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
        why=pl.Series(_with_networks(domains, why), dtype=pl.String),
        evidence=pl.Series(evidence, dtype=pl.String),
    )


def _with_networks(domains: pl.DataFrame, why: list[str]) -> list[str]:
    """Name the network of each domain that is not kept: the plainest reason there is."""
    if "network" not in domains.columns:
        return why
    texts = load_texts()
    sizes = dict(domains["network"].drop_nulls().value_counts().rows())
    out = []
    for text, network, verdict in zip(why, domains["network"], domains["verdict"], strict=True):
        told = network is not None and verdict != Verdict.KEEP.value
        many = texts.number(sizes.get(network, 0))
        out.append(texts.say("why.network", why=text, many=many, network=network) if told else text)
    return out


def _limit(bundle: ModelBundle) -> int:
    """How many domains are explained; by the model, never by the clock: same input, same files."""
    return min(EXPLAINED, max(LEAST, int(SECONDS / max(explain_seconds(bundle), 1e-9))))


def usual_of(bundle: ModelBundle, scored: Scored, decided: pl.DataFrame) -> Usual:
    """What is usual among the domains that a run keeps, by one row of each, its worst."""
    kept = decided.filter(pl.col("verdict") == Verdict.KEEP.value).sort("linking_domain")
    rows = kept["row"].gather(sample_of(kept.height))
    return Usual.of(signals(scored.frame[rows.to_list()], scored.tables), bundle)


def why_of(
    bundle: ModelBundle,
    scored: Scored,
    domains: pl.DataFrame,
    usual: Usual,
    texts: Texts | None = None,
) -> tuple[list[str], list[str]]:
    """The texts of ``why`` and ``evidence`` of each domain, in order; default language English."""
    texts = texts or load_texts()
    why, evidence = [], []
    for part in blocks(domains, BLOCK):
        matrix = signals(scored.frame[part["row"].to_list()], scored.tables)
        effects = explain_rows(bundle, matrix, top=LOOKED_AT)
        views = [VIEWS[view] for view in view_of(matrix)]
        table = part.select("reason", "suffix", "verdict").iter_rows()
        for (reason, suffix, verdict), view, found in zip(table, views, effects, strict=True):
            driving = _driving(reason, verdict, found)
            said = [*driving, *(effect for effect in found if effect not in driving)][:NAMED]
            places = [usual.place(e.signal, e.value, view) for e in said]
            spoken = [
                sentence(e, suffix, place, texts) for e, place in zip(said, places, strict=True)
            ]
            why.append(_why(reason, verdict, spoken[: len(driving)], texts))
            evidence.append(" | ".join(spoken))
    return why, evidence


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
        absent = is_absent(effect.signal, effect.value)
        return absent, by_name and effect.signal not in _OF_THE_NAME

    return sorted((e for e in effects if (e.effect > 0) == up), key=place)[:2]


def rule_text(reason: str, verdict: str, texts: Texts) -> str:
    """The sentence of a reason in a language."""
    key = f"reasons.{reason}"
    if texts.has(f"{key}_{verdict}"):
        return texts.say(f"{key}_{verdict}")
    return texts.say(key) if texts.has(key) else reason_text(reason, verdict)


def _why(reason: str, verdict: str, driving: list[str], texts: Texts) -> str:
    """The rule's sentence, and what drove the score that way, without sizes."""
    text = rule_text(reason, verdict, texts)
    if not driving:
        return text
    said = "; ".join(spoken.rpartition(" (")[0] for spoken in driving)
    if reason in _BY_SCORE:
        return texts.say("why.by_score", said=f"{said[0].upper()}{said[1:]}", reason=text)
    form = "against" if _upwards(reason, verdict) else "for"
    return texts.say(f"why.{form}", said=said, reason=text)
