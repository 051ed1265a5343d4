"""The site that exports are about: guessed, told apart, and rows that link elsewhere set aside.

A site is the domain people decide about (``me.blogspot.com``, not ``blogspot.com``), so that
``www.`` and ``shop.`` hosts of one domain are one site.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from spamlinks.errors import InputError, RefusedExport
from spamlinks.exports.read import Reading
from spamlinks.urls import authority_expr, linking_domain, parse_host

__all__ = ["aimed_at", "guess_site", "on_site", "site_domain", "split_by_site"]

ELSEWHERE_SHARE = 0.9
"""A file with more than this share of its targets on other sites is about another site."""
NAMED_FILES = 3
NAMED_SITES = 5
LINKS_ELSEWHERE = "the link goes to another site"
NO_TARGET = "the record names no target, and this export lists links to any site"


def site_domain(site: str | None) -> str:
    """Return the domain of a site given as URL, host or domain; "" for None.

    Raises
    ------
    InputError : a text that is no site.
    """
    if site is None:
        return ""
    domain = linking_domain(site)
    if not domain:
        raise InputError(f"site {site[:80]!r}", "it is no domain", "Give it as example.com.")
    return domain


def guess_site(readings: Sequence[Reading]) -> str | None:
    """Return the domain that most links point to, else the one the file names agree on, else None.

    Exports whose rows may link to any site say nothing by their targets.
    """
    domains: Counter[str] = Counter()
    for reading in readings:
        domains += _targets(reading)
    if domains:
        domain, count = domains.most_common(1)[0]
        if count * 2 > domains.total():
            return domain
    named = {_named(reading) for reading in readings} - {""}
    return named.pop() if len(named) == 1 else None


def split_by_site(
    readings: Sequence[Reading], site: str | None
) -> tuple[list[Reading], list[RefusedExport]]:
    """Keep the exports about one site.

    Parameters
    ----------
    readings : exports of any vendor; one without targets and without a site in its name, such as
        a plain list, is about any site.
    site : the user's own site; None when they did not say.

    Returns
    -------
    (kept, refused): with a site, the exports that are clearly about another one are refused, each
    with the reason. A reading's targets are believed before its name.

    Raises
    ------
    InputError : no site was given and the exports are about different ones, or ``site`` is no
        domain.
    """
    own = site_domain(site)
    if own:
        errors = [(reading, _other_site(reading, own)) for reading in readings]
        return (
            [reading for reading, error in errors if error is None],
            [error for _, error in errors if error is not None],
        )
    about: dict[str, list[str]] = {}
    for reading in readings:
        domain = _main_site(reading)
        if domain:
            about.setdefault(domain, []).append(reading.source)
    if len(about) > 1:
        sites = [f"{domain} ({_some(files, NAMED_FILES)})" for domain, files in about.items()]
        raise InputError(
            "these exports are about different sites",
            _some(sites, NAMED_SITES),
            "Give --site with the one that is meant, or run each site by itself.",
        )
    return list(readings), []


def _some(names: Sequence[str], limit: int) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def _named(reading: Reading) -> str:
    return linking_domain(reading.property) if reading.property is not None else ""


def _targets(reading: Reading) -> Counter[str]:
    """Rows by the domain they link to; empty when the targets say nothing about the site."""
    domains: Counter[str] = Counter()
    if reading.format.any_target or "target_url" not in reading.backlinks.columns:
        return domains
    targets = reading.backlinks["target_url"].drop_nulls().value_counts()
    hosts = targets.group_by(authority_expr("target_url").alias("host")).agg(pl.col("count").sum())
    for host, count in hosts.rows():
        domains[parse_host(host).linking_domain] += count
    domains.pop("", None)
    return domains


def _main_site(reading: Reading) -> str:
    """The one site a reading is about, by most of its targets, else by its name; "" if neither."""
    domains = _targets(reading)
    if domains:
        domain, count = domains.most_common(1)[0]
        if count * 2 > domains.total():
            return domain
    return _named(reading)


def _other_site(reading: Reading, own: str) -> RefusedExport | None:
    domains = _targets(reading)
    if domains:
        if domains[own] >= (1 - ELSEWHERE_SHARE) * domains.total():
            return None
        other = domains.most_common(1)[0][0]
    else:
        other = _named(reading)
        if other in ("", own):
            return None
    advice = f"Run it by itself with --site {other}, or leave it out."
    pages = reading.backlinks["referring_page"]
    if on_site(pages, own).sum() * 2 > pages.len():
        advice = "Its linking pages are your own: perhaps source and target are swapped."
    return RefusedExport(reading.source, f"it is about {other}, not about {own}", advice)


def on_site(urls: pl.Series, domain: str) -> pl.Series:
    """Mark the URLs whose host is a domain or below it; false for null and without a domain.

    Only the few that mention the domain are parsed.
    """
    nothing = pl.repeat(False, len(urls), dtype=pl.Boolean, eager=True)
    if not domain:
        return nothing
    # An escaped or international spelling of the host does not show its name.
    hidden = r"^(?:[^/]*//)?[^/]*(?:[^\x00-\x7f]|%)"
    mention = urls.str.contains(rf"(?i){re.escape(domain)}|{hidden}").fill_null(value=False)
    if not mention.any():
        return nothing
    found = urls.alias("url").to_frame().with_row_index("row").filter(mention)
    found = found.with_columns(authority_expr("url").alias("authority"))
    hosts = {text: parse_host(text).host for text in found["authority"].unique().to_list()}
    ours = [t for t, host in hosts.items() if host == domain or host.endswith(f".{domain}")]
    rows = found.filter(pl.col("authority").is_in(ours))["row"]
    return nothing.scatter(rows, True) if rows.len() else nothing


def aimed_at(reading: Reading, domain: str) -> Reading:
    """Move the rows of an any-target export that do not link to the site to its rejected records.

    Raises
    ------
    InputError : the export holds links to any site, and ``domain`` is "".
    """
    if not reading.format.any_target or not reading.backlinks.height:
        return reading
    if not domain:
        raise InputError(
            reading.source,
            "it lists links to any site, and yours is not known",
            "Give it with --site.",
        )
    table = reading.backlinks
    if "target_url" in table.columns:
        targets = table["target_url"]
    else:
        targets = pl.repeat(None, table.height, dtype=pl.String, eager=True).alias("target_url")
    ours = on_site(targets, domain)
    others = table.with_columns(targets).filter(~ours)
    rejected = others.select(
        file=pl.lit(reading.source),
        record=pl.col("export_row"),
        reason=pl.when(pl.col("target_url").is_null())
        .then(pl.lit(NO_TARGET))
        .otherwise(pl.lit(LINKS_ELSEWHERE)),
        text=pl.concat_str("referring_page", "target_url", separator=" -> ", ignore_nulls=True)
        .str.slice(0, 2000),
    )  # fmt: skip
    return replace(
        reading,
        backlinks=table.filter(ours),
        rejected=pl.concat([reading.rejected, rejected], how="diagonal").sort("record"),
    )
