"""What is looked up, and in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from spamlinks.enrich.answers import Lookup, What
from spamlinks.enriching.choosing import Candidate, candidates, choose
from spamlinks.enriching.undecided import Standing, standing_of
from spamlinks.errors import InputError
from spamlinks.pipeline import Audit
from spamlinks.urls import linking_domain

__all__ = ["BLOCK", "KINDS", "Plan", "Wanted", "plan_lookups"]

KINDS: dict[str, tuple[What, ...]] = {
    "ages": (What.AGE,),
    "pages": (What.PAGE, What.HOME),
    "dns": (What.DNS,),
}
"""What ``--what`` takes, and the kinds of look-ups each of them means."""

BLOCK = 512
"""Domains whose pages are fetched side by side, one page of each in turn.

One host is asked at most once a second, so many hosts must be under way at once; but whoever stops
early should have whole domains, the most promising ones, and not one page of each."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look up.

    Attributes
    ----------
    what : names of ``KINDS``; one at least.
    only_undecided : leave out domains whose verdict cannot change.
    pages_per_domain : 1 to 100.
    """

    what: frozenset[str] = frozenset({"ages", "pages"})
    only_undecided: bool = False
    pages_per_domain: int = 3

    def __post_init__(self) -> None:
        names = ", ".join(KINDS)
        if not self.what:
            raise InputError("what", "nothing is to be looked up", f"Name some of {names}.")
        if unknown := sorted(self.what - set(KINDS)):
            raise InputError("what", f"{unknown[0][:40]!r} is not known", f"Use {names}.")
        if not 1 <= self.pages_per_domain <= 100:
            problem = f"{self.pages_per_domain} is not allowed"
            raise InputError("pages per domain", problem, "Give a number from 1 to 100.")


@dataclass(frozen=True)
class Plan:
    """What to look up.

    Attributes
    ----------
    lookups : with their rank, lowest first; ranks of pages and start pages are of one order.
    domains : linking domains of the exports; ``chosen`` so many of them are looked up.
    left_out : number of domains that are not, by reason.
    site : the protected site, as its registrable domain; None where nothing says which.
    verdicts : number of chosen domains by the verdict they have now.
    open_domains : those of them whose verdict can change.
    run : facts of the audit behind it, see ``Audit.run``.
    """

    lookups: tuple[tuple[Lookup, int], ...]
    domains: int
    chosen: int
    left_out: dict[Standing, int] = field(default_factory=dict)
    site: str | None = None
    verdicts: dict[str, int] = field(default_factory=dict)
    open_domains: frozenset[str] = frozenset()
    run: dict[str, Any] = field(default_factory=dict, repr=False)

    def of(self, what: What) -> list[Lookup]:
        """Return the look-ups of one kind, in their order."""
        return [lookup for lookup, _ in self.lookups if lookup.what is what]


def plan_lookups(outcome: Audit, wanted: Wanted) -> Plan:
    """Choose what to look up, from the exports alone.

    What a store holds already does not matter here, so that the same command makes the same plan
    before and after a stop.

    Parameters
    ----------
    outcome : of ``audit`` with ``inside=True``.
    wanted : what to look up.

    Returns
    -------
    Plan. Ages: registrable domains, but those that ``--facts`` dates, addresses, and whoever has a
    name below a private suffix. Pages: at most ``pages_per_domain`` of each domain, without links
    that are gone; the start page too where the verdict can change, where no page chosen is it, and
    where the domain is no part of a platform; and it alone where an export tells of the domain and
    of none of its pages. DNS: the hosts of the pages chosen, else the domain.

    Raises
    ------
    InputError : the exports hold no link; or pages are wanted and nothing says which site they link
        to.
    """
    inside = outcome.inside
    if inside is None:
        raise ValueError("audit with inside=True")
    if not outcome.links.height:
        hint = "Without links there is nothing to look up; give an export that has some."
        raise InputError("enrich", "the exports hold no link", hint)
    site = outcome.run["site"]
    own = linking_domain(site) if site is not None else ""
    if "pages" in wanted.what and not own:
        raise InputError(
            "site",
            "the exports do not say which site they link to",
            "Say it with --site example.com: a page is read for the links to it.",
        )
    table = standing_of(inside.decided, outcome.guards, inside.settings.situation)
    never = [Standing.NO_HOST.value, Standing.OWN.value]
    out = pl.col("standing") != Standing.OPEN.value
    if not wanted.only_undecided:
        out = pl.col("standing").is_in(never)
    chosen = table.filter(~out)
    left = Counter(table.filter(out)["standing"].to_list())
    frame = inside.scored.frame
    by_domain: dict[int, list[Candidate]] = {}
    if wanted.what & {"pages", "dns"}:
        codes = chosen["_domain"].implode()
        by_domain = dict(candidates(frame.filter(pl.col("_domain").is_in(codes))))
    dated = _dated(frame)
    domains = [_Domain.of(row, by_domain, dated, wanted, own) for row in chosen.to_dicts()]
    lookups = [
        (age, rank) for rank, d in enumerate(domains) for age in d.ages if "ages" in wanted.what
    ]
    if "dns" in wanted.what:
        lookups += [(name, rank) for rank, d in enumerate(domains) for name in d.names]
    if "pages" in wanted.what:
        lookups += [
            (page, rank) for rank, page in enumerate(_interleaved([d.pages for d in domains]))
        ]
    verdicts = Counter(chosen["verdict"].to_list())
    return Plan(
        tuple(_once(lookups)),
        table.height,
        len(domains),
        {Standing(name): many for name, many in left.most_common()},
        own or None,
        dict(verdicts),
        frozenset(chosen.filter(standing=Standing.OPEN.value)["linking_domain"]),
        outcome.run,
    )


@dataclass(frozen=True, slots=True)
class _Domain:
    """What is looked up of one domain."""

    ages: tuple[Lookup, ...]
    pages: tuple[Lookup, ...]
    names: tuple[Lookup, ...]

    @classmethod
    def of(
        cls,
        row: dict[str, object],
        by_domain: dict[int, list[Candidate]],
        dated: frozenset[object],
        wanted: Wanted,
        site: str,
    ) -> _Domain:
        name, code = str(row["linking_domain"]), row["_domain"]
        known = by_domain.get(code, [])  # type: ignore[call-overload]
        found = choose(known, wanted.pages_per_domain)
        is_ip, private = bool(row["is_ip_host"]), bool(row["is_private_suffix"])
        pages = [Lookup(What.PAGE, page.url, site, page.targets) for page in found]
        deep = bool(found) and not any(page.is_start for page in found)
        # Below a private suffix the start pages are one server's, and of no other kind than the
        # pages; of an address there is no saying whose it is.
        alone = not is_ip and not private and row["standing"] == Standing.OPEN.value
        if not is_ip and ((not by_domain.get(code) and row["live_links"] != 0) or (deep and alone)):  # type: ignore[call-overload]
            pages.insert(1, Lookup(What.HOME, name))
        registered = not is_ip and not private and bool(row["is_known_suffix"])
        ages = (Lookup(What.AGE, name),) if registered and code not in dated else ()
        hosts = [] if is_ip else list(dict.fromkeys(page.host for page in found)) or [name]
        return cls(ages, tuple(pages), tuple(Lookup(What.DNS, host) for host in hosts))


def _dated(frame: pl.DataFrame) -> frozenset[object]:
    """Codes of the domains whose registration date the user has given."""
    if "domain_created_on" not in frame.columns:
        return frozenset()
    known = frame.filter(pl.col("domain_created_on").is_not_null())
    return frozenset(known["_domain"].unique().to_list())


def _interleaved(domains: Sequence[Sequence[Lookup]], block: int = BLOCK) -> list[Lookup]:
    """One page of each domain of a block in turn; hosts that many domains share are spread.

    >>> a, b = ([Lookup(What.PAGE, f"http://{n}.example/{i}") for i in (1, 2)] for n in "ab")
    >>> [lookup.key for lookup in _interleaved([a, b])][:3]
    ['http://a.example/1', 'http://b.example/1', 'http://a.example/2']
    """
    out: list[Lookup] = []
    for start in range(0, len(domains), block):
        part = domains[start : start + block]
        deepest = max((len(pages) for pages in part), default=0)
        for turn in range(deepest):
            out += [pages[turn] for pages in part if turn < len(pages)]
    return out


def _once(lookups: list[tuple[Lookup, int]]) -> list[tuple[Lookup, int]]:
    """The first of each look-up; hosts below one name can be asked for by several domains."""
    seen: dict[tuple[What, str, str], tuple[Lookup, int]] = {}
    for lookup, rank in lookups:
        seen.setdefault((lookup.what, lookup.key, lookup.site), (lookup, rank))
    return list(seen.values())
