"""Signals of the host name alone: computed once for each distinct host, offline."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.guards import institution_mask, platform_mask, shortener_mask
from spamlinks.signals.declare import Direction, Signal
from spamlinks.signals.words import TRADES, contains_trade, edged, host_stems, host_tokens

__all__ = ["SIGNALS", "NameEvidence", "host_signals"]


class NameEvidence(Protocol):
    """What was learned about host names: part of a model bundle, never computed from labels here.

    ``columns`` takes the distinct hosts (with host, linking_domain, suffix) and returns arrays of
    float32 log-odds of shape (n_hosts,) named ``name_evidence``, ``name_evidence_business`` and
    ``tld_risk``.
    """

    def columns(self, hosts: pl.DataFrame) -> dict[str, npt.NDArray[np.float32]]:
        """Return the learned columns, aligned with ``hosts``."""
        ...


def _s(name: str, unit: str, low: float, high: float, direction: Direction, text: str) -> Signal:
    return Signal(name, 1, "host", unit, low, high, direction, ("referring_page",), text, "host")


SIGNALS: tuple[Signal, ...] = (
    _s(
        "tld_risk",
        "log-odds",
        -8,
        8,
        1,
        "the ending .{suffix} is commoner among spam",
    ),
    _s(
        "name_evidence",
        "log-odds",
        -15,
        15,
        1,
        "the name reads like known spam hosts rather than small honest sites",
    ),
    _s(
        "name_evidence_business",
        "log-odds",
        -15,
        15,
        1,
        "the name reads like known spam hosts rather than business sites",
    ),
    _s("host_length", "characters", 0, 253, 0, "the host name has {value} characters"),
    _s("domain_label_length", "characters", 0, 63, 0, "the domain's own name has {value} letters"),
    _s("domain_digit_count", "digits", 0, 63, 0, "{value} digits in the domain name"),
    _s("domain_digit_run", "digits", 0, 63, 0, "the longest number in the name has {value} digits"),
    _s("domain_hyphen_count", "hyphens", 0, 63, 0, "{value} hyphens in the domain name"),
    _s("subdomain_depth", "labels", 0, 20, 0, "{value} labels before the domain"),
    _s("subdomain_digit_count", "digits", 0, 100, 0, "{value} digits in the subdomain"),
    _s("vowel_share", "share", 0, 1, 0, "{value} of the name's letters are vowels"),
    _s("consonant_run", "letters", 0, 63, 0, "{value} consonants in a row in the name"),
    _s("distinct_character_share", "share", 0, 1, 0, "{value} of the name's characters differ"),
    _s("suffix_length", "characters", 0, 63, 0, "the ending has {value} characters"),
    _s("suffix_depth", "labels", 0, 5, 0, "the ending has {value} labels"),
    _s("is_ip_host", "flag", 0, 1, 0, "the host is a bare IP address"),
    _s("is_punycode", "flag", 0, 1, 0, "the name is an international one (punycode)"),
    _s("is_private_suffix", "flag", 0, 1, 0, "a free or shared host"),
    _s("is_platform", "flag", 0, 1, -1, "a well-known platform"),
    _s("is_institution", "flag", 0, 1, -1, "a government or university site"),
    _s("is_shortener", "flag", 0, 1, 0, "a URL shortener"),
    _s("host_trade_words", "words", 0, 9, 1, "{value} spam-trade words in the host name"),
    _s("host_sells_links", "flag", 0, 1, 1, "words of link sellers in the host name"),
)


def _count_any(text: pl.Expr, words: list[str]) -> pl.Expr:
    """Number of distinct words of a list found in a list column of tokens."""
    return text.list.set_intersection(pl.lit(pl.Series("w", [words]))).list.len()


def host_signals(hosts: pl.DataFrame, evidence: NameEvidence | None) -> pl.DataFrame:
    """Compute the host signals.

    Parameters
    ----------
    hosts : one row per distinct host, as ``spamlinks.urls.host_table`` returns it.
    evidence : learned name evidence, or None: its columns are then null.

    Returns
    -------
    DataFrame of shape (n_hosts, len(SIGNALS)), float32, columns in the order of ``SIGNALS``;
    null where unknown.
    """
    learned = evidence.columns(hosts) if evidence is not None else {}
    label = pl.col("linking_domain").str.strip_suffix(pl.concat_str(pl.lit("."), pl.col("suffix")))
    frame = hosts.with_columns(
        label=pl.when(pl.col("is_ip_host")).then(pl.lit("")).otherwise(label),
        sub=pl.col("host").str.strip_suffix(pl.col("linking_domain")).str.strip_chars("."),
    ).with_columns(
        name=edged(pl.concat_str("sub", pl.lit(" "), "label").str.replace_all(r"[0-9]+", " ")),
        glued=pl.concat_str("sub", pl.lit("."), "label").str.replace_all("-", ""),
    )
    letters = pl.col("label").str.count_matches(r"[a-z]").cast(pl.Float32)
    chars = pl.col("label").str.len_chars()
    runs = (
        pl.col("label")
        .str.extract_all(r"[bcdfghjklmnpqrstvwxz]+")
        .list.eval(pl.element().str.len_chars())
    )
    digit_runs = pl.col("label").str.extract_all(r"[0-9]+").list.eval(pl.element().str.len_chars())
    tokens = pl.col("name").str.strip_chars().str.split(" ")
    stems = host_stems(*TRADES)
    exprs = {
        "host_length": pl.col("host").str.len_chars(),
        "domain_label_length": chars,
        "domain_digit_count": pl.col("label").str.count_matches(r"[0-9]"),
        "domain_digit_run": digit_runs.list.max().fill_null(0),
        "domain_hyphen_count": pl.col("label").str.count_matches("-", literal=True),
        "subdomain_depth": pl.when(pl.col("sub").is_in(["", "www"]))
        .then(0)
        .otherwise(pl.col("sub").str.count_matches(".", literal=True) + 1),
        "subdomain_digit_count": pl.col("sub").str.count_matches(r"[0-9]"),
        "vowel_share": pl.when(letters > 0).then(
            pl.col("label").str.count_matches(r"[aeiouy]") / letters
        ),
        "consonant_run": runs.list.max().fill_null(0),
        "distinct_character_share": pl.when(chars > 0).then(
            pl.col("label").str.split("").list.n_unique() / chars
        ),
        "suffix_length": pl.col("suffix").str.len_chars(),
        "suffix_depth": pl.when(pl.col("suffix") != "")
        .then(pl.col("suffix").str.count_matches(".", literal=True) + 1)
        .otherwise(0),
        "is_ip_host": pl.col("is_ip_host"),
        "is_punycode": pl.col("host").str.contains("xn--", literal=True),
        "is_private_suffix": pl.col("is_private_suffix"),
        # A stem that is also one of the words is not counted twice.
        "host_trade_words": pl.max_horizontal(
            _count_any(tokens, host_tokens(*TRADES)),
            pl.col("glued").str.contains_any(stems).cast(pl.UInt32),
        ),
        "host_sells_links": contains_trade(pl.col("name"), "link_sale")
        | pl.col("glued").str.contains_any(host_stems("link_sale")),
    }
    computed = frame.select(**exprs).with_columns(
        is_platform=platform_mask(hosts["linking_domain"])
        | platform_mask(hosts["registrable_domain"]),
        is_institution=institution_mask(hosts["host"]),
        is_shortener=shortener_mask(hosts["linking_domain"]),
    )
    missing = pl.lit(None, dtype=pl.Float32)
    return computed.with_columns(
        *(
            pl.Series(name, learned[name], dtype=pl.Float32)
            if name in learned
            else missing.alias(name)
            for name in ("tld_risk", "name_evidence", "name_evidence_business")
        )
    ).select(pl.col(s.name).cast(pl.Float32) for s in SIGNALS)
