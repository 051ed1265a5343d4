"""Whether Google's own export lists a link, and when a missing line there means anything.

Search Console shows a sample of the links that Google knows. A domain that it does not list is
hardly one that Google counts, so an entry for it changes nothing. That holds only where the export
could have listed it: not where it was cut off, is about another property, or is too old.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from spamlinks.exports import Reading
from spamlinks.urls import authority, linking_domain, parse_host

__all__ = ["Presence", "domain_presence", "link_presence", "search_console"]

VENDOR = "gsc"
MIN_RECORDS = 10
"""Below, absence says nothing: a property that was just verified lists a handful at first."""
MAX_DAYS_BEHIND = 90
"""An export that much older than the others does not know their newer links."""


@dataclass(frozen=True, slots=True)
class Presence:
    """What the Search Console exports of a run tell.

    ``given``: one with links is among the inputs. ``why_not``: why a missing line in it means
    nothing, "" where it does. ``as_of``: the day of the newest one that tells, None when unknown.
    """

    given: bool
    why_not: str = ""
    as_of: date | None = None

    @property
    def tells(self) -> bool:
        """Whether a domain that is not listed is one that Google does not list."""
        return self.given and not self.why_not


def search_console(readings: Sequence[Reading], site: str | None) -> Presence:
    """Say what the Search Console exports among the readings tell about ``site``."""
    found = [
        reading
        for reading in readings
        if reading.format.vendor == VENDOR and reading.format.grain in ("link", "domain")
    ]
    if not found:
        return Presence(given=False)
    others = [r.export_date for r in readings if r not in found and r.export_date is not None]
    problems = [_problem(reading, site, max(others, default=None)) for reading in found]
    good = [reading for reading, problem in zip(found, problems, strict=True) if not problem]
    if not good:
        return Presence(given=True, why_not=problems[0])
    days = [reading.export_date for reading in good if reading.export_date is not None]
    return Presence(given=True, as_of=max(days, default=None))


def _problem(reading: Reading, site: str | None, newest: date | None) -> str:
    """Why a missing line means nothing, "" where it does."""
    name, records = reading.source, reading.records
    if records in reading.format.row_caps:
        return f"{name} may be cut off: it holds exactly {records:,} records"
    if records < MIN_RECORDS:
        return f"{name} holds {records:,} records, too few to tell"
    host = reading.property
    own = {linking_domain(site), parse_host(authority(site)).host} if site is not None else set()
    if host is not None and own and host not in own and host.removeprefix("www.") not in own:
        return f"{name} is about {host} only"
    day = reading.export_date
    if day is not None and newest is not None and (newest - day).days > MAX_DAYS_BEHIND:
        return f"{name} is of {day}, long before the other exports ({newest})"
    return ""


def link_presence(backlinks: pl.DataFrame, presence: Presence) -> pl.Series:
    """Whether Search Console lists each link: true or false, null when no export of it was given.

    Parameters
    ----------
    backlinks : merged links, with ``seen_by``.
    """
    if not presence.given:
        return pl.repeat(None, backlinks.height, dtype=pl.Boolean, eager=True)
    return _knows(backlinks["seen_by"])


def _knows(seen_by: pl.Series) -> pl.Series:
    return seen_by.str.contains(rf"(?:^|\+){VENDOR}(?:\+|$)")


def domain_presence(frame: pl.DataFrame, units: pl.DataFrame, presence: Presence) -> pl.DataFrame:
    """Add who knows each linking domain.

    Parameters
    ----------
    frame : merged links with ``_domain``, ``seen_by`` and ``grain``.
    units : one row per linking domain, with ``_domain``, ``linking_domain``,
        ``registrable_domain`` and ``first_seen``.

    Returns
    -------
    ``units`` with three columns more: ``seen_by``, the vendors that know a link of it, joined by
    "+"; ``in_search_console``, null when no export of it was given; and ``listed_by_google``, the
    same but null where a missing line means nothing.
    """
    vendors = frame.select("_domain", "seen_by").unique()
    known = (
        vendors.with_columns(pl.col("seen_by").str.split("+"))
        .explode("seen_by")
        .unique()
        .sort("_domain", "seen_by")
        .group_by("_domain", maintain_order=True)
        .agg(pl.col("seen_by").str.join("+"))
    )
    units = units.join(known, on="_domain", how="left", maintain_order="left")
    if not presence.given:
        nobody = pl.lit(None, dtype=pl.Boolean)
        return units.with_columns(in_search_console=nobody, listed_by_google=nobody)
    # The list of sites names blogspot.com where me.blogspot.com links.
    sites = frame.filter(_knows(frame["seen_by"]) & (frame["grain"] == "domain"))["_domain"]
    names = units.filter(pl.col("_domain").is_in(sites.unique().implode()))["linking_domain"]
    listed = _knows(units["seen_by"]) | _among(units["registrable_domain"], names)
    tells = pl.lit(presence.tells)
    if presence.as_of is not None:  # what appeared later cannot be in it
        tells &= (pl.col("first_seen") <= presence.as_of).fill_null(value=True)
    return units.with_columns(in_search_console=listed).with_columns(
        listed_by_google=pl.when(pl.col("in_search_console") | tells).then("in_search_console")
    )


def _among(values: pl.Series, names: Iterable[str]) -> pl.Series:
    return values.is_in(pl.Series(list(names), dtype=pl.String).implode()).fill_null(value=False)
