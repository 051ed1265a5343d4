"""What a run will ask for and how long that takes, said before it starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from spamlinks.enrich.answers import Lookup, What
from spamlinks.enrich.settings import FetchSettings
from spamlinks.enriching.plan import KINDS, Plan
from spamlinks.urls import authority, linking_domain

__all__ = ["Forecast", "KindForecast", "forecast_of", "shares"]

ANSWER_SECONDS = {"ages": 0.3, "pages": 0.5}
"""What a usual server takes to answer; the pace is counted on top of it where one host is asked."""
PAGES_PER_SECOND = 60.0
"""No more are read by one process, however many hosts there are."""
BYTES = {"ages": 6_000, "pages": 80_000, "dns": 300}
"""Of a usual answer; of a page without its pictures and scripts, which are not fetched."""


@dataclass(frozen=True, slots=True)
class KindForecast:
    """What one kind comes to.

    Attributes
    ----------
    to_do : look-ups to be made now.
    fresh : not made, since the store has an answer that is not too old.
    waiting : not made yet, since a server said when to come back or a try failed lately.
    parts : number of look-ups, and of robots.txt, by what they are.
    places : requests by server, the five with most; ``servers`` is the number of all.
    requests : at least so many; redirects and second tries come on top.
    seconds : about, at the pace of the settings.
    slowest : the server that takes longest, where one alone sets the time.
    size : bytes to download, about.
    """

    to_do: int = 0
    fresh: int = 0
    waiting: int = 0
    parts: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)
    servers: int = 0
    requests: int = 0
    seconds: float = 0.0
    slowest: str | None = None
    size: int = 0


@dataclass(frozen=True)
class Forecast:
    """What a run comes to; the kinds run side by side, so the slowest sets the time.

    ``kinds`` by the names of ``--what``; ``max_requests`` as given; ``requests`` and ``seconds``
    are of this run, so within ``max_requests``; ``all_requests`` is what is left without it.
    """

    plan: Plan
    kinds: Mapping[str, KindForecast]
    max_requests: int | None = None

    @property
    def to_do(self) -> int:
        """Look-ups that are left, whatever ``max_requests`` says."""
        return sum(kind.to_do for kind in self.kinds.values())

    @property
    def all_requests(self) -> int:
        """Requests that are left, at least, whatever ``max_requests`` says."""
        return sum(kind.requests for kind in self.kinds.values())

    @property
    def part(self) -> float:
        """Part of these requests that ``max_requests`` allows, 0 to 1."""
        if self.max_requests is None or self.all_requests <= self.max_requests:
            return 1.0
        return self.max_requests / self.all_requests

    @property
    def requests(self) -> int:
        """Requests of this run."""
        return min(self.all_requests, self.max_requests or self.all_requests)

    @property
    def seconds(self) -> float:
        """Time of this run, about."""
        return self.part * max((kind.seconds for kind in self.kinds.values()), default=0.0)

    @property
    def size(self) -> int:
        """Bytes of this run, about."""
        return round(self.part * sum(kind.size for kind in self.kinds.values()))

    def to_dict(self) -> dict[str, Any]:
        """For ``--format json``."""
        return {
            "domains": self.plan.domains,
            "chosen": self.plan.chosen,
            "left_out": {reason.value: many for reason, many in self.plan.left_out.items()},
            "site": self.plan.site,
            "to_do": self.to_do,
            "requests": self.requests,
            "requests_left": self.all_requests,
            "max_requests": self.max_requests,
            "seconds": round(self.seconds),
            "bytes": self.size,
            "kinds": {name: asdict(kind) for name, kind in self.kinds.items()},
        }


def forecast_of(
    plan: Plan,
    settings: FetchSettings,
    *,
    known: Callable[[What], tuple[Collection[tuple[str, str]], Collection[tuple[str, str]]]],
    server_of: Callable[[str], str | None],
    what: Iterable[str],
) -> Forecast:
    """Work out what a run comes to.

    Parameters
    ----------
    known : of a kind, the (key, site) of answers that are fresh and of those that must wait.
    server_of : base URL of the registry of a domain, None where it has none that can be asked.
    what : names of ``KINDS``.
    """
    kinds = {}
    for name in (kind for kind in KINDS if kind in set(what)):
        left: list[Lookup] = []
        fresh = waiting = 0
        for one in KINDS[name]:
            old, barred = known(one)
            for lookup in plan.of(one):
                key = (lookup.key, lookup.site)
                if key in old:
                    fresh += 1
                elif key in barred:
                    waiting += 1
                else:
                    left.append(lookup)
        make = {"ages": _ages, "pages": _pages, "dns": _dns}[name]
        kinds[name] = make(left, fresh, waiting, settings, server_of)
    return Forecast(plan, kinds, settings.max_requests)


_ServerOf = Callable[[str], str | None]


def _ages(
    left: list[Lookup], fresh: int, waiting: int, settings: FetchSettings, server_of: _ServerOf
) -> KindForecast:
    servers = Counter(
        urlsplit(server).netloc if (server := server_of(lookup.key)) else "" for lookup in left
    )
    unasked = servers.pop("", 0)
    each = settings.delay + ANSWER_SECONDS["ages"]
    slowest, most = _most(servers)
    parts = {"domains": len(left) - unasked, "without a registry that tells": unasked}
    asked = servers.total()
    return KindForecast(
        len(left), fresh, waiting, parts, dict(servers.most_common(5)), len(servers), asked,
        most * each, slowest, asked * BYTES["ages"],
    )  # fmt: skip


def _pages(
    left: list[Lookup], fresh: int, waiting: int, settings: FetchSettings, _: _ServerOf
) -> KindForecast:
    # Politeness is owed to a site, whatever its hosts are called; each host has its own robots.txt.
    sites = Counter(linking_domain(lookup.key) for lookup in left)
    hosts = {(_scheme(lookup), authority(lookup.key).lower()) for lookup in left}
    requests = sites + Counter(linking_domain(host) for _, host in hosts)
    slowest, most = _most(requests)
    homes = sum(lookup.what is What.HOME for lookup in left)
    total = requests.total()
    answer = ANSWER_SECONDS["pages"]
    speed = min(PAGES_PER_SECOND, settings.concurrency / answer)
    one, all_hosts = most * (settings.delay + answer), total / speed
    parts = {"pages": len(left) - homes, "start pages": homes, "robots.txt": len(hosts)}
    return KindForecast(
        len(left), fresh, waiting, parts, dict(requests.most_common(5)), len(sites), total,
        max(one, all_hosts), slowest if one > all_hosts else None, len(left) * BYTES["pages"],
    )  # fmt: skip


def _scheme(lookup: Lookup) -> str:
    # Of a start page https is tried first.
    return "http" if lookup.key.lower().startswith("http://") else "https"


def _dns(
    left: list[Lookup], fresh: int, waiting: int, settings: FetchSettings, _: _ServerOf
) -> KindForecast:
    from spamlinks.enrich.names import forecast_names

    if not left:
        return KindForecast(0, fresh, waiting)
    found = forecast_names([lookup.key for lookup in left], settings)
    return KindForecast(
        len(left), fresh, waiting, {"hosts": len(left)}, {}, 0, found.requests, found.seconds, None,
        found.requests * BYTES["dns"],
    )  # fmt: skip


def _most(servers: Mapping[str, int]) -> tuple[str | None, int]:
    if not servers:
        return None, 0
    # Of equals the first, as in most_common: what is named must be among the places.
    return max(servers.items(), key=lambda item: item[1])


def shares(forecast: Forecast) -> dict[str, int | None]:
    """Divide ``max_requests`` over the kinds that have something to do, as they need it.

    None for no limit. The sum is ``max_requests`` at most: a kind for which nothing is left gets
    0, and is not run.

    What one kind does not use is not given to another, since they run side by side.
    """
    limit = forecast.max_requests
    todo = {name: kind for name, kind in forecast.kinds.items() if kind.to_do}
    if limit is None:
        return dict.fromkeys(todo, None)
    # A look-up that needs no request (a registry that tells nothing) weighs little, not nothing.
    weights = {name: max(kind.requests, 1) for name, kind in todo.items()}
    total = sum(weights.values())
    found: dict[str, int | None] = {}
    left, last = limit, total
    for name, weight in sorted(weights.items(), key=lambda item: item[1]):
        part = left if weight == last else min(left, max(1, round(left * weight / last)))
        found[name] = part
        left, last = left - part, last - weight
    return found
