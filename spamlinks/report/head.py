"""The first lines of the report and of the terminal: what a reader must know at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from spamlinks.report.parts import day, day_words, items, listed, part, whole
from spamlinks.report.text import clean, count, counted

__all__ = [
    "SPARED",
    "decisions",
    "fetched_unmeasured",
    "looked_up",
    "only_addresses",
    "recent_wave",
    "size",
    "spared",
    "start_with",
    "wave_hint",
]

SPARED = ("NOFOLLOW_ONLY", "LINKS_GONE")
"""Reasons of domains that look bad, and whose links pass nothing on."""

_RECENT_WEEKS = 26
_NETWORKS = 3
_FOLLOWED = 1 / 3  # of a network's links; fewer pass on too little to begin with


def decisions(run: Mapping[str, Any]) -> str:
    """Say what became of the decisions that were given; "" where none were.

    >>> decisions({"decisions": {"file": "d.xlsx", "given": 8, "changed": 6, "not_here": 1}})
    'd.xlsx: 8 decisions, 6 changed a verdict, 1 is about a site that does not link here.'
    >>> decisions({"decisions": {"file": "d.xlsx", "given": 0}})
    'd.xlsx holds no decision: fill in its column decision with KEEP, REVIEW or DISAVOW.'
    """
    said = part(run, "decisions")
    file = clean(said.get("file"), 120) or "The file"
    names = ("given", "changed", "not_here", "applied")
    given, changed, away, applied = (whole(said.get(name)) for name in names)
    if given is None:
        return ""
    if not given:
        return (
            f"{file} holds no decision: fill in its column decision with KEEP, REVIEW or DISAVOW."
        )
    parts = [f"{count(given)} decision{'' if given == 1 else 's'}"]
    parts.append(f"{count(changed) if changed else 'none'} changed a verdict")
    if away:
        what = "is about a site that does" if away == 1 else "are about sites that do"
        parts.append(f"{count(away)} {what} not link here")
    stopped = given - (away or 0) - applied if applied is not None else 0
    if stopped > 0:
        parts.append(f"{count(stopped)} {'was' if stopped == 1 else 'were'} not followed")
    return f"{file}: {', '.join(parts)}."


def looked_up(run: Mapping[str, Any]) -> str:
    """Say what a store knew of these links; "" without a store, or where it knew nothing.

    >>> looked_up({"looked_up": {"text": "Looked up in a.db: 3 of 10 linking pages read"}})
    'Looked up in a.db: 3 of 10 linking pages read.'
    """
    said = clean(part(run, "looked_up").get("text"), 400)
    return f"{said}." if said else ""


def size(run: Mapping[str, Any]) -> str:
    """Say how much was judged: records where they stand for more links, and the domains.

    >>> size({"totals": {"links": 219, "all_links": 1577, "domains": 219}})
    '219 records for 1,577 links from 219 domains'
    >>> size({"totals": {"links": 5, "all_links": 5, "domains": 1}}), size({})
    ('5 links from 1 domain', '')
    """
    totals = part(run, "totals")
    rows, links, domains = (whole(totals.get(name)) for name in ("links", "all_links", "domains"))
    if rows is None or domains is None:
        return ""
    said = counted(rows, "link")
    if links is not None and links > rows:
        said = f"{counted(rows, 'record')} for {counted(links, 'link')}"
    return f"{said} from {counted(domains, 'domain')}"


def spared(run: Mapping[str, Any]) -> str:
    """Say how many domains look bad and pass nothing on; "" for none.

    >>> spared({"looks_bad": {"NOFOLLOW_ONLY": 28, "LINKS_GONE": 4}})
    '32 domains look bad, but all their links are nofollow or gone: no entry is needed for them.'
    """
    many = sum(whole(part(run, "looks_bad").get(name)) or 0 for name in SPARED)
    if not many:
        return ""
    if many == 1:
        return "1 domain looks bad, but all its links are nofollow or gone: it needs no entry."
    return (
        f"{count(many)} domains look bad, but all their links are nofollow or gone: no entry is "
        "needed for them."
    )


def only_addresses(run: Mapping[str, Any]) -> str:
    """Say that nothing but addresses of pages was known, and what would help; "" if more was."""
    if list(listed(run.get("views"))) != ["urls"]:
        return ""
    vendors = {item.get("vendor") for item in items(run.get("inputs"))}
    who = "Search Console does" if vendors == {"gsc"} else "such lists do"
    return (
        "Only addresses were known. An export of Ahrefs, Semrush, Majestic or Bing says far more; "
        f"{who} not say whether links are nofollow."
    )


def fetched_unmeasured(run: Mapping[str, Any]) -> str:
    """Say that what fetched pages add has no measured error rate; "" where none were judged by.

    A model that brings a figure of its own for rows with fetched pages has one.

    >>> fetched_unmeasured({"views": ["full", "urls"]})
    ''
    """
    fetched = {"pages", "full_pages"}
    figures = items(part(part(run, "model"), "card").get("figures"))
    measured = {str(figure.get("view")) for figure in figures}
    if not fetched & {str(view) for view in listed(run.get("views"))} or fetched & measured:
        return ""
    return (
        "What fetched pages add to the verdicts has no error rate measured on real pages, only on "
        "generated ones; the card of the model says so."
    )


def recent_wave(run: Mapping[str, Any]) -> str:
    """The newest week that stands out, if it is among the last 26 of the profile; "" if none."""
    said = part(run, "spikes")
    pairs = [pair for pair in listed(said.get("weeks")) if isinstance(pair, list | tuple) and pair]
    weeks = [monday for pair in pairs if (monday := day(pair[0])) is not None]
    found = [week for item in items(said.get("list")) if (week := day(item.get("week")))]
    if not weeks or not found:
        return ""
    newest = max(found)
    near = newest > _back(max(weeks))
    return f"the week of {day_words(newest)}" if near else ""


def _back(last: date) -> date:
    try:
        return last - timedelta(weeks=_RECENT_WEEKS)
    except OverflowError:
        return date.min


def wave_hint(run: Mapping[str, Any]) -> str:
    """Where a wave came and none was named as the reason to be here: what to do; "" otherwise."""
    wave = recent_wave(run)
    if not wave or str(run.get("situation")) != "none":
        return ""
    return (
        f"Far more domains than usual began to link in {wave}. If that worries you, run again "
        "with --situation attack."
    )


def start_with(run: Mapping[str, Any]) -> str:
    """Name the networks to look at first where links were bought and no network is DISAVOW.

    The largest are named of which a good part of the links is followed, or may be; "" for none.
    """
    if str(run.get("situation")) not in ("bought", "manual-action"):
        return ""
    networks = items(part(run, "networks").get("list"))
    if any(whole(part(network, "verdicts").get("DISAVOW")) for network in networks):
        return ""
    named = [_named(network) for network in networks if _is_followed(network)]
    return f"start with these: {'; '.join(named[:_NETWORKS])}" if named else ""


def _is_followed(network: Mapping[str, Any]) -> bool:
    links, followed = whole(network.get("links")), whole(network.get("followed_links"))
    return bool(links) and (followed is None or followed >= _FOLLOWED * (links or 0))


def _named(network: Mapping[str, Any]) -> str:
    said = f"network {clean(network.get('id'), 80)}"
    domains = whole(network.get("domains"))
    said += f", {counted(domains, 'domain')}" if domains else ""
    for bond in items(network.get("evidence")):
        if bond.get("kind") in ("anchor", "title"):
            return f"{said}, {bond['kind']} '{clean(bond.get('what'), 60)}'"
    return said
