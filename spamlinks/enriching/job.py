"""From exports to a store with what was found: plan, forecast, check of the network, run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from spamlinks import __version__
from spamlinks.enrich.answers import Lookup, State, What
from spamlinks.enrich.settings import FetchSettings, user_agent
from spamlinks.enriching.forecast import Forecast, forecast_of, shares
from spamlinks.enriching.known import known_in
from spamlinks.enriching.plan import KINDS, Wanted, plan_lookups
from spamlinks.enriching.run import KindProgress, RunEnd, Watch, missing_packages, run_kinds
from spamlinks.errors import FetchError, InputError, NetworkError
from spamlinks.exports import Reading
from spamlinks.pipeline import Settings, Stage, audit
from spamlinks.urls import linking_domain

if TYPE_CHECKING:
    from spamlinks.enrich.bootstrap import Bootstrap

__all__ = ["Enrichment", "Fetching", "enrich", "fetch_settings"]

_FIRST_ASKED = 12
"""So many servers are tried before it is said that there is no network."""


@dataclass(frozen=True)
class Fetching:
    """What is fetched, and how.

    Attributes
    ----------
    wanted : what to look up.
    settings : how to fetch; its ``max_requests`` is for all kinds together.
    max_age : days after which an answer is fetched again; None for the limits of each kind.
    refresh_bootstrap : fetch IANA's present list of registries first.
    """

    wanted: Wanted
    settings: FetchSettings
    max_age: int | None = None
    refresh_bootstrap: bool = False

    def __post_init__(self) -> None:
        if self.max_age is not None and not 0 <= self.max_age <= 36_500:
            problem = f"{self.max_age} is not allowed"
            raise InputError("max age", problem, "Give days from 0 to 36,500.")


@dataclass(frozen=True)
class Enrichment:
    """The outcome.

    Attributes
    ----------
    forecast : what was to be done.
    kinds : what was done, by the names of ``--what``; empty where nothing was run.
    stopped : somebody stopped it; ``error`` is what else made it end early.
    learned : domains whose verdict can change and of which something was found now.
    left : look-ups that are still to do; those that a server told to come back for count.
    notes : what else a user should know.
    store : counts by kind and state of all the store holds, None where it was not opened.
    """

    forecast: Forecast
    kinds: dict[str, KindProgress]
    stopped: bool = False
    error: Exception | None = None
    learned: int = 0
    left: int = 0
    notes: tuple[str, ...] = ()
    store: dict[str, dict[str, int]] | None = None

    @property
    def requests(self) -> int:
        """Requests sent, as far as they are known."""
        return sum(kind.requests or 0 for kind in self.kinds.values())

    def to_dict(self) -> dict[str, Any]:
        """For ``--format json``."""
        return {
            "forecast": self.forecast.to_dict(),
            "kinds": {
                name: {
                    "done": kind.done,
                    "states": kind.states,
                    "requests": kind.requests,
                    "ended": kind.ended,
                    "seconds": round(kind.seconds, 1),
                }
                for name, kind in self.kinds.items()
            },
            "stopped": self.stopped,
            "error": None if self.error is None else str(self.error),
            "domains_learned_of": self.learned,
            "left": self.left,
            "notes": list(self.notes),
            "store": self.store,
        }


def fetch_settings(*, contact: str | None = None, **more: Any) -> FetchSettings:
    """Settings that say who fetches.

    Raises
    ------
    InputError : a value out of bounds, see ``FetchSettings``.

    >>> fetch_settings(contact="me@shop.example").user_agent.endswith("me@shop.example)")
    True
    """
    return FetchSettings(user_agent(__version__, contact), contact=contact, **more)


def enrich(
    exports: Sequence[Path | str | Reading],
    store: Path,
    settings: Settings,
    fetching: Fetching,
    *,
    dry_run: bool = False,
    stage: Stage | None = None,
    show: Callable[[Forecast], None] | None = None,
    watch: Watch | None = None,
    stop: Callable[[], bool] | None = None,
) -> Enrichment:
    """Fetch what can change verdicts into a store.

    Parameters
    ----------
    exports, settings : as for ``audit``.
    store : file of the store; made where there is none.
    dry_run : stop after the forecast; nothing is written and nobody is asked.
    stage : told about reading and scoring; ``show`` about the forecast, before anything is asked;
        ``watch`` about the progress, see ``run_kinds``.
    stop : asked five times a second; true ends the run cleanly.

    Returns
    -------
    Enrichment, also where the run was stopped or an error ended it after it began.

    Raises
    ------
    InputError : an export, the store or an option cannot be used; another run has the store.
    NetworkError : there is no network; the store is then as it was.
    FetchError : a package of the extra is not installed.
    """
    wanted, fetch = fetching.wanted, fetching.settings
    if missing := missing_packages(wanted.what):
        raise FetchError(
            "enrich",
            f"what it fetches with is not installed ({', '.join(missing)})",
            "Install the extra 'enrich', as in pip install 'spamlinks[enrich]', or in the "
            "project's folder pip install '.[enrich]'",
        )
    if store.is_dir():
        raise InputError(str(store), "it is a folder", "Name a file for the store.")
    if not store.parent.is_dir():
        raise InputError(str(store), "there is no such folder", "Make it first.")
    known = known_in(store, max_age=fetching.max_age)  # a store that cannot be used is told first
    outcome = audit(exports, settings, inside=True, stage=stage)
    plan = plan_lookups(outcome, wanted)
    server_of = _servers(store, fetching)
    forecast = forecast_of(plan, fetch, known=known, server_of=server_of, what=wanted.what)
    if show is not None:
        show(forecast)
    if dry_run or not forecast.to_do:
        return Enrichment(forecast, {}, left=forecast.to_do)
    problem = _offline(forecast, fetching, server_of)
    if problem is not None:
        hint = "Check the connection and run the command again; nothing was written."
        raise NetworkError("network", f"there is none ({problem}), so nothing can be fetched", hint)
    return _fetch(store, fetching, forecast, watch or (lambda kinds: None), stop or (lambda: False))


def _servers(store: Path, fetching: Fetching) -> Callable[[str], str | None]:
    """Return what says which registry answers for a linking domain.

    A list beside the store that cannot be read ends the run, unless it is about to be replaced.
    """
    from spamlinks.enrich.ages import whom_to_ask
    from spamlinks.enrich.bootstrap import bootstrap_path, load_bootstrap

    if "ages" not in fetching.wanted.what:
        return lambda domain: None
    servers: Bootstrap | str | None = fetching.settings.rdap_server
    if servers is None:
        try:
            servers = load_bootstrap(bootstrap_path(store))
        except InputError:
            if not fetching.refresh_bootstrap:
                raise
            servers = load_bootstrap()

    def server_of(domain: str) -> str | None:
        found = whom_to_ask(domain, servers)
        return None if isinstance(found, str) else found[1]

    return server_of


def _offline(
    forecast: Forecast, fetching: Fetching, server_of: Callable[[str], str | None]
) -> str | None:
    """Why nothing can be fetched, found out by the servers that come first; None for all well."""
    from spamlinks.enrich.network import no_network

    urls: list[str] = []
    if "ages" in fetching.wanted.what:
        asked = (server_of(lookup.key) for lookup in forecast.plan.of(What.AGE)[:1000])
        urls += list(dict.fromkeys(url for url in asked if url))[:_FIRST_ASKED]
    if fetching.wanted.what & {"pages", "dns"}:
        pages = [_url(lookup) for lookup in forecast.plan.of(What.PAGE)[:_FIRST_ASKED]]
        homes = [_url(lookup) for lookup in forecast.plan.of(What.HOME)[:_FIRST_ASKED]]
        urls += [*pages, *homes][:_FIRST_ASKED]
    return no_network(urls, fetching.settings)


def _url(lookup: Lookup) -> str:
    url = lookup.key
    return url if "://" in url else f"http://{url}/"


def _fetch(
    path: Path,
    fetching: Fetching,
    forecast: Forecast,
    watch: Watch,
    stop: Callable[[], bool],
) -> Enrichment:
    from spamlinks.enrich.bootstrap import bootstrap_path, load_bootstrap, refresh_bootstrap
    from spamlinks.enrich.store import Store

    plan, fetch = forecast.plan, fetching.settings
    started = datetime.now(UTC)
    kinds = [one for name in forecast.kinds for one in KINDS[name]]
    if fetching.refresh_bootstrap:  # before the store is made: where it fails, nothing was
        refresh_bootstrap(fetch, bootstrap_path(path))
    with Store.open(path, create=True) as store:
        store.claim()  # a second run is refused before it asks anybody
        store.plan(plan.lookups, what=kinds, max_age=fetching.max_age)
        limits = shares(forecast)
        totals = {name: sum(store.pending(one) for one in KINDS[name]) for name in forecast.kinds}
        totals = {name: many for name, many in totals.items() if many and limits.get(name) != 0}
        asked = "ages" in totals and fetch.rdap_server is None
        end = run_kinds(
            store, fetch, totals, limits, watch=watch, stop=stop,
            bootstrap=load_bootstrap(bootstrap_path(path)) if asked else None,
        )  # fmt: skip
        return _outcome(store, forecast, end, started, kinds)


def _outcome(
    store: Any, forecast: Forecast, end: RunEnd, started: datetime, kinds: Sequence[What]
) -> Enrichment:
    learned: set[str] = set()
    for what in kinds:
        told = store.answers(what).filter(
            pl.col("at") >= started.replace(microsecond=0, tzinfo=None),  # UTC, as in the frame
            pl.col("state").is_in([State.FETCHED.value, State.ABSENT.value]),
        )
        learned.update(linking_domain(key) for key in told["key"])
    left = sum(store.pending(what) for what in kinds)
    counts = {
        what.value: {state.value: many for state, many in states.items() if many}
        for what, states in store.counts().items()
        if any(states.values())
    }
    return Enrichment(
        forecast,
        dict(end.kinds),
        end.stopped,
        end.error,
        len(learned & forecast.plan.open_domains),
        left,
        end.notes,
        counts,
    )
