"""From scores to verdicts. A score is not a verdict: it is never changed here.

Guards only ever lower a verdict, with one exception that is a fact and no judgement: what the
user's live file covers is disavowed already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

import polars as pl

from spamlinks.disavow import DisavowFile, Kind
from spamlinks.errors import InputError
from spamlinks.guards import below_mask, institution_mask, platform_mask, popular_mask
from spamlinks.policy.decided import Decision, decided_sites
from spamlinks.policy.keep import KeepList
from spamlinks.policy.verdicts import WITH_CAUSE, Reason, Verdict
from spamlinks.urls import authority, parse_host

__all__ = ["UNIT_COLUMNS", "Guards", "decide"]

UNIT_COLUMNS: tuple[str, ...] = (
    "linking_domain",
    "registrable_domain",
    "suffix",
    "is_ip_host",
    "is_private_suffix",
    "spam_score",
    "cut_disavow",
    "cut_review",
    "thin_evidence",
    "links",
    "followed_links",
    "live_links",
)
"""Columns that ``decide`` reads."""


@dataclass(frozen=True)
class Guards:
    """What the user told about their own site and wishes.

    ``site`` and ``aliases`` are domains or URLs, ``live`` is the disavow file that Google holds,
    ``decided`` what was decided about single sites, by ``Decision.name``.
    """

    site: str | None = None
    aliases: tuple[str, ...] = ()
    keep: KeepList = field(default_factory=KeepList)
    live: DisavowFile | None = None
    decided: Mapping[str, Decision] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self._own_names():
            problem = parse_host(authority(name)).problem
            if problem is not None:
                raise InputError(f"site {name!r}", problem, "Give a domain such as example.com.")

    def _own_names(self) -> tuple[str, ...]:
        return (*((self.site,) if self.site is not None else ()), *self.aliases)

    @property
    def spared(self) -> KeepList:
        """What no new entry may hit: the keep list, and what was decided KEEP."""
        hosts, pages = decided_sites(self.decided.values(), Verdict.KEEP)
        return KeepList(self.keep.domains | hosts, self.keep.urls | pages)

    @property
    def own_hosts(self) -> frozenset[str]:
        """The hosts of the user's own sites; the writer takes them as its last defence."""
        return frozenset(parse_host(authority(name)).host for name in self._own_names())


def decide(units: pl.DataFrame, guards: Guards, situation: str = "none") -> pl.DataFrame:
    """Give each decision unit a verdict and the rule that settled it.

    Parameters
    ----------
    units : one row per linking domain, with ``UNIT_COLUMNS`` and perhaps ``named``: whether the
        address alone settled ``cut_disavow``, ``network_alone``: whether nothing but its network
        makes the score high, ``hidden_on_clean_site``: whether its links are hidden on a site that
        reads clean, and ``listed_by_google``: whether Search Console lists a link of it, null where
        that is not known. ``spam_score`` is in [0, 1], higher is worse. A null cut means that the
        model has none for this view, so that verdict is not given. ``thin_evidence`` null counts
        as thin; null ``followed_links`` and ``live_links`` (followed ones that are not gone) mean
        unknown, so neither guard applies.
    guards : the user's own site, keep list, live file and decisions.
    situation : why the user is here, one of ``SITUATIONS``.

    Returns
    -------
    DataFrame : ``units`` in its order with three String columns added: ``unit`` (domain, host or
        url), ``verdict`` and ``reason`` (values of ``Verdict`` and ``Reason``). Rows do not
        influence each other.

    Raises
    ------
    InputError : a column is missing, or a score is null or NaN.

    Rules, the first that applies: no host; own site; keep list; a decision, which neither a score
    nor a later rule changes, but DISAVOW for a whole suffix or an address is for REVIEW, and one
    for a site of the live file says nothing new; live file; a score below both cuts
    keeps; all links nofollow, or all followed ones gone, keeps; a middling score keeps a platform,
    institution or popular site; what Google does not list keeps, but is for REVIEW in the
    situations ``WITH_CAUSE``; then a bare TLD, suffix, address, platform, institution, popular
    site, links hidden on a clean site, thin evidence or a network alone turns DISAVOW into REVIEW;
    else the cuts decide.
    """
    missing = [name for name in UNIT_COLUMNS if name not in units.columns]
    if missing:
        raise InputError("units", f"missing columns {missing}", "Roll the links up first.")
    if units["spam_score"].cast(pl.Float64).is_nan().fill_null(value=True).any():
        raise InputError("units", "a spam_score is missing", "Score every unit first.")
    facts = _facts(units, guards)
    named = units["named"] if "named" in units.columns else pl.lit(False)
    tied = units["network_alone"] if "network_alone" in units.columns else pl.lit(False)
    told = "listed_by_google" in units.columns
    listed = units["listed_by_google"] if told else pl.lit(None, dtype=pl.Boolean)
    frame = units.select(UNIT_COLUMNS).with_columns(facts)
    hidden = "hidden_on_clean_site" in units.columns
    hacked = units["hidden_on_clean_site"] if hidden else pl.lit(False)
    frame = frame.with_columns(named=named, network_alone=tied, _listed=listed, _hacked=hacked)
    level = (
        pl.when((pl.col("spam_score") >= pl.col("cut_disavow")).fill_null(value=False))
        .then(pl.lit(Verdict.DISAVOW.value))
        .when((pl.col("spam_score") >= pl.col("cut_review")).fill_null(value=False))
        .then(pl.lit(Verdict.REVIEW.value))
        .otherwise(pl.lit(Verdict.KEEP.value))
    )
    decided = frame.with_columns(level.alias("_level")).select(
        _unit().alias("unit"),
        *_verdict_and_reason(situation),
    )
    return units.drop("unit", "verdict", "reason", strict=False).hstack(decided)


def _facts(units: pl.DataFrame, guards: Guards) -> list[pl.Series]:
    """Boolean columns about names, each false where there is no name."""
    hosts = units["linking_domain"].str.to_lowercase()
    own = [parse_host(host) for host in guards.own_hosts]
    around_own = {name for parts in own for name in _parents(parts.host)}
    kept_inside = {n for host in guards.spared.hosts_inside() for n in _parents(host)}
    live = guards.live.entries if guards.live is not None else ()
    disavowed = {line.value for line in live if line.kind is Kind.DOMAIN}
    masks = {
        "_own": below_mask(hosts, {p.linking_domain for p in own})
        | hosts.is_in(pl.Series(sorted(around_own), dtype=pl.String).implode()),
        "_kept": below_mask(hosts, guards.keep.domains),
        "_kept_inside": hosts.is_in(pl.Series(sorted(kept_inside), dtype=pl.String).implode()),
        "_live": below_mask(hosts, disavowed),
        "_platform": platform_mask(hosts),
        "_institution": institution_mask(hosts),
        "_popular": popular_mask(hosts),
    }
    facts = [mask.fill_null(value=False).alias(name) for name, mask in masks.items()]
    return [*facts, _decided(hosts, guards.decided).alias("_decided")]


def _decided(hosts: pl.Series, decided: Mapping[str, Decision]) -> pl.Series:
    """The verdict that was decided for each host, null for none."""
    names = pl.Series(list(decided), dtype=pl.String)
    verdicts = pl.Series([decision.verdict.value for decision in decided.values()], dtype=pl.String)
    return hosts.replace_strict(names, verdicts, default=None, return_dtype=pl.String)


def _parents(host: str) -> list[str]:
    labels = host.split(".")
    return [".".join(labels[i:]) for i in range(len(labels))]


def _unit() -> pl.Expr:
    whole = pl.col("_kept") | (pl.col("_decided") == Verdict.KEEP.value).fill_null(value=False)
    urls = pl.col("_platform") | pl.col("_institution") | (pl.col("_kept_inside") & ~whole)
    return (
        pl.when(urls)
        .then(pl.lit("url"))
        .when(pl.col("is_private_suffix").fill_null(value=False))
        .then(pl.lit("host"))
        .otherwise(pl.lit("domain"))
    )


def _verdict_and_reason(situation: str) -> tuple[pl.Expr, pl.Expr]:
    host = pl.col("linking_domain").fill_null("")
    links, level = pl.col("links"), pl.col("_level")
    some = (links > 0).fill_null(value=False)
    nofollow = some & (pl.col("followed_links") == 0).fill_null(value=False)
    gone = some & (pl.col("live_links") == 0).fill_null(value=False)
    may_act, would = level != Verdict.KEEP.value, level == Verdict.DISAVOW.value
    is_ip = pl.col("is_ip_host").fill_null(value=False)
    at_most_review = (
        pl.when(would).then(pl.lit(Verdict.REVIEW.value)).otherwise(level)
    )  # the guard never raises KEEP to REVIEW
    keep, disavow = pl.lit(Verdict.KEEP.value), pl.lit(Verdict.DISAVOW.value)
    decided = pl.col("_decided")
    spam = (decided == Verdict.DISAVOW.value).fill_null(value=False)
    review = pl.lit(Verdict.REVIEW.value)
    is_tld = ~host.str.contains(".", literal=True)
    is_suffix = (host == pl.col("suffix")).fill_null(value=False)
    unlisted = (~pl.col("_listed")).fill_null(value=False)
    rules: list[tuple[pl.Expr, pl.Expr, Reason]] = [
        (host == "", at_most_review, Reason.NO_HOST),
        (pl.col("_own"), keep, Reason.OWN_SITE),
        (pl.col("_kept"), keep, Reason.KEEP_LIST),
        (decided.is_not_null() & ~spam, decided, Reason.DECIDED),
        (pl.col("_live"), disavow, Reason.IN_LIVE_FILE),
        (spam & is_ip, review, Reason.IP_ADDRESS),
        (spam & is_tld, review, Reason.BARE_TLD),
        (spam & is_suffix, review, Reason.PUBLIC_SUFFIX),
        (spam, disavow, Reason.DECIDED),
        (~may_act, keep, Reason.SCORE_LOW),
        (nofollow, keep, Reason.NOFOLLOW_ONLY),
        (gone, keep, Reason.LINKS_GONE),
        # A middling score on a site that honest people share is noise, not worth a look.
        (~would & pl.col("_platform"), keep, Reason.PLATFORM),
        (~would & pl.col("_institution"), keep, Reason.INSTITUTION),
        (~would & pl.col("_popular"), keep, Reason.POPULAR),
        (
            unlisted,
            at_most_review if situation in WITH_CAUSE else keep,
            Reason.NOT_IN_SEARCH_CONSOLE,
        ),
        (~would, level, Reason.SCORE_MIDDLE),
        (pl.col("_kept_inside"), at_most_review, Reason.KEEP_LIST),
        (is_ip, at_most_review, Reason.IP_ADDRESS),
        (is_tld, at_most_review, Reason.BARE_TLD),
        (is_suffix, at_most_review, Reason.PUBLIC_SUFFIX),
        (pl.col("_platform"), at_most_review, Reason.PLATFORM),
        (pl.col("_institution"), at_most_review, Reason.INSTITUTION),
        (pl.col("_popular"), at_most_review, Reason.POPULAR),
        (pl.col("_hacked").fill_null(value=False), at_most_review, Reason.HACKED_PAGE),
        (pl.col("thin_evidence").fill_null(value=True), at_most_review, Reason.THIN_EVIDENCE),
        (
            pl.col("network_alone").fill_null(value=False),
            at_most_review,
            Reason.THIN_EVIDENCE,
        ),
    ]
    # Built from the last rule to the first, so that the first that applies wins.
    verdict = reduce(
        lambda rest, rule: pl.when(rule[0]).then(rule[1]).otherwise(rest), reversed(rules), level
    )
    reason = reduce(
        lambda rest, rule: pl.when(rule[0]).then(pl.lit(rule[2].value)).otherwise(rest),
        reversed(rules),
        pl.when(pl.col("named").fill_null(value=False))
        .then(pl.lit(Reason.NAME_HIGH.value))
        .otherwise(pl.lit(Reason.SCORE_HIGH.value)),
    )
    return verdict.alias("verdict"), reason.alias("reason")
