"""What ``enrich`` says: the forecast, how far it is, and what came of it; all to stderr."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from spamlinks.cli.show_files import show_files
from spamlinks.cli.terminal import open_console, text
from spamlinks.enriching import Enrichment, Forecast, KindForecast, KindProgress
from spamlinks.enriching.run import Watch
from spamlinks.report.text import counted

__all__ = ["duration", "run_progress", "show_checking", "show_enrichment", "show_forecast"]

EVERY = 10.0
"""Seconds between two lines where there is no terminal."""
LONG = 60.0
"""Seconds from which it is said what takes so long."""
WINDOW = 30.0
"""Seconds over which the rate is measured, so that the remaining time does not jump."""
_ONE = {"domains": "domain", "pages": "page", "start pages": "start page", "hosts": "host"}
_NAMES = {"ages": "registration dates", "pages": "pages", "dns": "addresses"}


def duration(seconds: float) -> str:
    """Say how long, in the units people plan with.

    >>> [duration(s) for s in (3, 50, 200, 3000, 8000, 200_000)]
    ['a few seconds', '50 seconds', '3 minutes', '50 minutes', '2 h 13 min', '2 days 8 h']
    """
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"{round(seconds / 10) * 10} seconds"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes"
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{days} days {hours} h" if hours else f"{days} days"


def _size(many: float) -> str:
    return f"{many / 1e9:,.1f} GB" if many >= 1e9 else f"{max(1, round(many / 1e6)):,} MB"


def show_forecast(forecast: Forecast, delay: float) -> None:
    """Say what will be asked of whom, what is left out, and how long it takes."""
    console, plan = open_console(), forecast.plan
    show_files(console, plan.run, written=False)
    console.print(f"to look up: {plan.chosen:,} of {counted(plan.domains, 'domain')}")
    for name, kind in forecast.kinds.items():
        console.print(f"  {_NAMES[name]}: {_kind(name, kind)}")
    if plan.left_out:
        console.print(f"left out: {sum(plan.left_out.values()):,}, whose verdict cannot change")
        for reason, many in plan.left_out.items():
            console.print(f"  {many:,} {reason.value}")
    if not forecast.to_do:
        waiting = sum(kind.waiting for kind in forecast.kinds.values())
        later = "; what is left must wait" if waiting else ""
        console.print(f"nothing to fetch now: the store has it{later}")
        return
    console.print(
        f"about {forecast.requests:,} requests, {_size(forecast.size)}, "
        f"{duration(forecast.seconds)}"
    )
    kind = max(forecast.kinds.values(), key=lambda kind: kind.seconds)
    if kind.slowest is not None and kind.seconds >= LONG:
        many = kind.places.get(kind.slowest, 0)
        console.print(
            f"  {many:,} go to {text(kind.slowest, 80)}, one every {delay:g} s or slower: "
            f"{duration(kind.seconds)}"
        )
    if forecast.part < 1:
        console.print(
            f"  --max-requests leaves about {forecast.all_requests - forecast.requests:,} for "
            "later; the same command goes on there"
        )


def show_checking() -> None:
    """Say that the network is being looked for, which takes a while where there is none."""
    open_console().print("checking the network", style="dim")


def _kind(name: str, kind: KindForecast) -> str:
    parts = [
        f"{many:,} {_ONE.get(what, what) if many == 1 else what}"
        for what, many in kind.parts.items()
        if many
    ] or ["none"]
    if name == "ages" and kind.servers:
        registries = "registry" if kind.servers == 1 else "registries"
        parts[0] += f" at {kind.servers:,} {registries}"
    said = ", ".join(parts)
    if kind.fresh:
        said += f"; {kind.fresh:,} known already"
    if kind.waiting:
        said += f"; {kind.waiting:,} not to be tried again yet"
    return said


class _Rate:
    """Look-ups a second over the last half minute."""

    def __init__(self) -> None:
        self._seen: list[tuple[float, int]] = []

    def of(self, done: int) -> float | None:
        now = time.monotonic()
        self._seen.append((now, done))
        while len(self._seen) > 2 and self._seen[0][0] < now - WINDOW:
            self._seen.pop(0)
        since, before = self._seen[0]
        return (done - before) / (now - since) if now - since >= 1 else None


def _pace(kind: KindProgress, rate: float | None) -> str:
    if kind.ended is not None:
        return kind.ended
    if not rate:
        return "..."
    speed = f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"
    return f"{speed}, {duration((kind.total - kind.done) / rate)} left"


def _states(kind: KindProgress) -> str:
    return ", ".join(f"{many:,} {text(state)}" for state, many in kind.states.items() if many)


@contextmanager
def run_progress(console: Console | None = None) -> Iterator[Watch]:
    """Show one bar for each kind with rate and remaining time; in a log a line now and then."""
    console = console or open_console()
    if console.is_terminal:
        with _bars(console) as watch:
            yield watch
        return
    rates: dict[str, _Rate] = {}
    last = time.monotonic()

    def watch_log(kinds: Mapping[str, KindProgress]) -> None:
        nonlocal last
        paces = {
            name: rates.setdefault(name, _Rate()).of(kind.done) for name, kind in kinds.items()
        }
        if time.monotonic() - last < EVERY:
            return
        last = time.monotonic()
        parts = [
            f"{_NAMES[name]} {kind.done:,}/{kind.total:,} ({_pace(kind, paces[name])})"
            for name, kind in kinds.items()
        ]
        console.print("; ".join(parts))

    yield watch_log


@contextmanager
def _bars(console: Console) -> Iterator[Watch]:
    bars = Progress(
        TextColumn("{task.description:<18}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
        TextColumn("{task.fields[states]}", style="dim"),
        console=console,
        transient=True,
    )
    tasks: dict[str, TaskID] = {}
    rates: dict[str, _Rate] = {}

    def watch(kinds: Mapping[str, KindProgress]) -> None:
        for name, kind in kinds.items():
            if name not in tasks:
                tasks[name] = bars.add_task(_NAMES[name], total=kind.total, pace="", states="")
                rates[name] = _Rate()
            pace = _pace(kind, rates[name].of(kind.done))
            bars.update(
                tasks[name], completed=kind.done, total=kind.total, pace=pace, states=_states(kind)
            )

    with bars:
        yield watch


def show_enrichment(found: Enrichment, store: str, then: str) -> None:
    """Say what was found, by kind and state, and what to do with it.

    Parameters
    ----------
    store : the file, as the user named it.
    then : the command that uses it.
    """
    console = open_console()
    for name, kind in found.kinds.items():
        states = _states(kind) or "nothing"
        asked = f", {counted(kind.requests, 'request')}" if kind.requests is not None else ""
        console.print(f"{_NAMES[name]}: {states}{asked} in {duration(kind.seconds)}")
    for note in found.notes:
        console.print(f"  {text(note, 300)}", style="yellow")
    if found.kinds:
        console.print(
            f"verdicts that may change now: {counted(found.learned, 'domain')} with something new"
        )
    if found.left and found.kinds:
        why = "stopped; everything so far" if found.stopped else "what is there"
        console.print(
            f"{why} is saved in {text(store, 200)}; {counted(found.left, 'look-up')} left: "
            "run the same command again, it goes on from there"
        )
    if found.error is None and (found.kinds or not found.forecast.to_do):
        console.print(f"next: {text(then, 400)}")
