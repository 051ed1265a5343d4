"""The report: one HTML file that asks nothing of the network and works from a mail attachment."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from spamlinks.report import accounts, charts, figures, head, rows, words
from spamlinks.report.gallery import gallery, week_figure
from spamlinks.report.networks import CARDS_SHOWN, Network, read_networks
from spamlinks.report.parts import moment, part, sentences
from spamlinks.report.since import read_since
from spamlinks.report.spikes import read_spikes
from spamlinks.report.steps import steps
from spamlinks.report.text import clean, count, counted, percent

__all__ = ["CONTENT_POLICY", "environment", "render_report"]

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
    domains = rows.without_guesses(rows.tidy_domains(domains), links, run.get("followed_known"))
    links = rows.tidy_links(links)
    verdicts = figures.verdict_counts(domains)
    networks, spikes, since = read_networks(run), read_spikes(run), read_since(run)
    taken = len(repr((networks.cards, spikes.found, since)).encode())
    table = rows.domain_rows(domains, links, taken)
    card, alone = accounts.card(run), head.only_addresses(run)
    decided = figures.decided_disavow(domains)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            policy=CONTENT_POLICY,
            site=clean(run.get("site"), 120),
            created=moment(run.get("created")),
            headline=words.headline(
                verdicts,
                run.get("situation"),
                figures.in_live_file(domains),
                decided,
                addresses=bool(alone),
            ),
            size=head.size(run),
            alone=alone,
            spared=head.spared(run),
            spared_reasons=" ".join(head.SPARED),
            wave=head.wave_hint(run),
            second=words.second(verdicts),
            presence=words.presence(run),
            decisions=head.decisions(run),
            disavow=clean(words.disavow_sentence(part(run, "disavow")), 600),
            tiles=[(name, verdicts[name], _MEANING[name]) for name in charts.SERIES],
            total=domains.height,
            effect=accounts.effect(run),
            advice=words.advice(run.get("situation")),
            steps=steps(run, verdicts),
            caution=words.caution(run.get("situation"), verdicts, decided, head.start_with(run)),
            figures=gallery(domains, links, run, networks, spikes),
            since=since,
            spikes=spikes,
            weeks=week_figure(spikes, domains, run),
            networks=networks,
            cards_shown=CARDS_SHOWN,
            payload=Markup(rows.payload(table)),  # noqa: S704  (escaped for script elements)
            shown=len(table),
            flagged=[row for row in table if row[2] != "KEEP"][:_NOSCRIPT_ROWS],
            flagged_total=verdicts["DISAVOW"] + verdicts["REVIEW"],
            promise=words.promise(
                run.get("precision"), verdicts["DISAVOW"], measured=bool(card["figures"])
            ),
            card=card,
            view=clean(run.get("view"), 200),
            unmeasured=head.fetched_unmeasured(run),
            looked_up=head.looked_up(run),
            not_looked_at=sentences(run.get("not_looked_at"), 50),
            accounting=accounts.accounting(run),
            facts=accounts.facts(run),
        )
    )


def _share_bar(network: Network) -> Markup:
    bar = charts.Bar(network.key, network.parts)
    return Markup(charts.share_bar(bar))  # noqa: S704  (charts escape every label)


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
    environment.filters.update(
        count=count, counted=counted, percent=percent, clean=clean, share_bar=_share_bar
    )
    return environment
