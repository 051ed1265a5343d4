"""The run itself: all kinds side by side, told how far they are, stopped cleanly."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from spamlinks.enrich.answers import State
from spamlinks.enrich.bootstrap import Bootstrap
from spamlinks.enrich.child import ChildReport, crawl_in_child
from spamlinks.enrich.settings import FetchSettings
from spamlinks.enrich.store import Store
from spamlinks.errors import FetchError, SpamlinksError

__all__ = ["NEEDS", "KindProgress", "RunEnd", "missing_packages", "run_kinds"]

NEEDS = {
    "ages": ("httpcore",),
    "pages": ("scrapy", "lxml", "py3langid", "dns"),
    "dns": ("dns",),
}
"""Packages of the extra that each kind imports."""


MOST_NOTES = 5
"""So many servers that were left alone are named."""


def missing_packages(what: Collection[str]) -> list[str]:
    """Return the packages of the extra that these kinds need and that are not installed."""
    names = sorted({name for kind in what for name in NEEDS[kind]})
    return [name for name in names if importlib.util.find_spec(name) is None]


@dataclass(slots=True)
class KindProgress:
    """How far one kind is.

    Attributes
    ----------
    name : of ``KINDS``.
    total : look-ups on its work list when it started.
    limit : requests that it may send, None for no limit.
    done : that ended; ``states`` by how.
    requests : sent; None where the kind does not count them while it runs.
    ended : why it ended, None while it runs.
    seconds : that it ran.
    """

    name: str
    total: int
    limit: int | None = None
    done: int = 0
    states: dict[str, int] = field(default_factory=dict)
    requests: int | None = None
    ended: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class RunEnd:
    """How a run ended.

    ``kinds`` by name; ``stopped`` where somebody stopped it; ``error`` what made it end early;
    ``notes`` what else a user should know, such as servers that were left alone.
    """

    kinds: Mapping[str, KindProgress]
    stopped: bool = False
    error: SpamlinksError | None = None
    notes: tuple[str, ...] = ()


Watch = Callable[[Mapping[str, KindProgress]], None]


def run_kinds(
    store: Store,
    settings: FetchSettings,
    totals: Mapping[str, int],
    limits: Mapping[str, int | None],
    *,
    watch: Watch,
    stop: Callable[[], bool],
    bootstrap: Bootstrap | None = None,
    tick: float = 0.2,
) -> RunEnd:
    """Do what the work lists of a store want, all kinds at the same time.

    Parameters
    ----------
    totals : number of look-ups to do by kind; a kind that is not named is not run.
    limits : requests that each of them may send; None for no limit.
    watch : called with the progress of all, five times a second, from the calling thread.
    stop : asked as often; once it is true, what is done is saved and the run ends.
    bootstrap : the list of registries; None for the bundled one.

    Returns
    -------
    RunEnd. An error of one kind stops the others cleanly and is in ``error``; what they saved
    stays.
    ``KeyboardInterrupt`` ends the run like ``stop``; a second one does not wait for the kinds.
    """
    run = _Run(store, settings, limits, bootstrap)
    progress = {name: KindProgress(name, many, limits.get(name)) for name, many in totals.items()}
    threads = [
        threading.Thread(target=run.kind, args=(one,), name=f"enrich-{name}", daemon=True)
        for name, one in progress.items()
    ]
    stopped = False
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        try:
            watch(progress)
            time.sleep(tick)
            if not run.stop.is_set() and stop():
                stopped = True
                run.stop.set()
        except KeyboardInterrupt:
            if run.stop.is_set() and stopped:
                raise
            stopped = True
            run.stop.set()
        except BaseException:
            run.stop.set()
            for thread in threads:
                thread.join(timeout=5)
            raise
    watch(progress)
    return RunEnd(progress, stopped, run.error, tuple(run.notes))


class _Run:
    """What the threads of one run share."""

    def __init__(
        self,
        store: Store,
        settings: FetchSettings,
        limits: Mapping[str, int | None],
        bootstrap: Bootstrap | None,
    ) -> None:
        self.store, self.settings, self.limits = store, settings, limits
        self.bootstrap = bootstrap
        self.stop = threading.Event()
        self.error: SpamlinksError | None = None
        self.notes: list[str] = []
        self._lock = threading.Lock()

    def kind(self, progress: KindProgress) -> None:
        """Run one kind to its end; whatever goes wrong is kept, and stops the others."""
        started = time.monotonic()
        settings = replace(self.settings, max_requests=self.limits.get(progress.name))
        work = {"ages": self._ages, "pages": self._pages, "dns": self._dns}[progress.name]
        try:
            progress.ended = work(progress, settings)
        except SpamlinksError as error:
            self._fail(progress, error)
        except Exception as error:
            problem = f"an unexpected fault ({type(error).__name__}: {str(error)[:200]})"
            hint = "What was fetched is saved. Please report it."
            self._fail(progress, FetchError(progress.name, problem, hint))
        finally:
            progress.seconds = time.monotonic() - started

    def _fail(self, progress: KindProgress, error: SpamlinksError) -> None:
        progress.ended = "failed"
        with self._lock:
            self.error = self.error or error
        self.stop.set()

    def _ages(self, progress: KindProgress, settings: FetchSettings) -> str:
        from spamlinks.enrich.ages import fetch_ages

        end = fetch_ages(
            self.store, settings, _teller(progress), self.stop.is_set, bootstrap=self.bootstrap
        )
        progress.requests = end.requests
        for one in end.paused[:MOST_NOTES]:
            self.notes.append(
                f"{one.server} was left alone for the rest of this run, with {one.left:,} look-ups "
                f"to do: {one.why}"
            )
        return str(end.reason)

    def _dns(self, progress: KindProgress, settings: FetchSettings) -> str:
        from spamlinks.enrich.names import fetch_names

        end = fetch_names(self.store, settings, _teller(progress), self.stop.is_set)
        progress.requests = end.requests
        return str(end.reason)

    def _pages(self, progress: KindProgress, settings: FetchSettings) -> str:
        def tell(report: ChildReport) -> None:
            progress.done, progress.requests = report.done, report.requests
            progress.states = dict(report.states)

        end = crawl_in_child(self.store.path, settings, tell, self.stop.is_set)
        return end.reason or "finished"


def _teller(progress: KindProgress) -> Callable[[int, int, dict[State, int]], None]:
    def tell(done: int, total: int, states: dict[State, int]) -> None:
        progress.done, progress.total = done, total
        progress.states = {State(state).value: many for state, many in states.items()}

    return tell
