"""``spamlinks enrich``: fetch what can change a verdict, the only command that uses the network."""

from __future__ import annotations

import json
import os
import shlex
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spamlinks.cli.options import (
    AcceptGuess,
    Brand,
    DecisionsFile,
    Exports,
    Facts,
    Keep,
    Live,
    Map,
    MappingFile,
    Model,
    Precision,
    Prior,
    Site,
    Situation,
    parse_decisions,
    parse_hints,
    parse_settings,
)
from spamlinks.errors import FetchError, InputError, SpamlinksError

if TYPE_CHECKING:
    from spamlinks.enrich.settings import FetchSettings
    from spamlinks.enriching import Enrichment, Fetching

__all__ = ["enrich"]

_FOR_TESTS = "For tests and networks of one's own."


def enrich(
    exports: Exports,
    store: Annotated[
        Path,
        typer.Option(
            "--store",
            metavar="FILE",
            help="Where what is found is kept: an SQLite file, made where there is none. Give the "
            "same one again to go on, and to audit, score, train and explain to use it.",
        ),
    ],
    what: Annotated[
        str,
        typer.Option(
            metavar="ages,pages,dns",
            help="What to look up: registration dates, linking pages (with start pages where they "
            "can tell more), addresses and name servers.",
        ),
    ] = "ages,pages",
    only_undecided: Annotated[
        bool,
        typer.Option(
            "--only-undecided",
            help="Leave out domains whose verdict cannot change: kept, decided or disavowed "
            "already, platforms, nofollow only, links gone, scores far from every cut.",
        ),
    ] = False,
    pages_per_domain: Annotated[
        int,
        typer.Option(
            min=1, max=100, metavar="N", help="Pages of one domain, as different as can be."
        ),
    ] = 3,
    max_requests: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Stop after so many requests of all kinds."),
    ] = None,
    max_age: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=36_500,
            metavar="DAYS",
            help="Fetch again what is older; default: 180 for registration dates, 30 for the rest.",
        ),
    ] = None,
    delay: Annotated[
        float,
        typer.Option(metavar="SECONDS", help="Pause between two requests to one server, from 0.2."),
    ] = 1.0,
    contact: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Your e-mail address or URL, told to every server, so that an owner who is "
            "disturbed can write to you.",
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say what would be asked and how long it takes, and stop."),
    ] = False,
    refresh_bootstrap: Annotated[
        bool,
        typer.Option(
            "--refresh-bootstrap",
            help="Fetch the present list of registries from IANA first; one is built in.",
        ),
    ] = False,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="text|json",
            help="json: the forecast and the outcome as one object to standard output.",
        ),
    ] = "text",
    site: Site = None,
    brand: Brand = None,
    disavow: Live = None,
    keep: Keep = None,
    decisions: DecisionsFile = None,
    facts: Facts = None,
    model: Model = None,
    situation: Situation = "none",
    precision: Precision = None,
    prior: Prior = None,
    map_columns: Map = None,
    mapping: MappingFile = None,
    accept_guess: AcceptGuess = False,
    allow_private: Annotated[
        bool,
        typer.Option(
            "--allow-private",
            help="Also ask servers at private and loopback addresses, and without a pause if "
            "--delay says so: for a network of your own.",
        ),
    ] = False,
    hosts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", hidden=True, help=f"{_FOR_TESTS} JSON: address by host, instead of DNS."
        ),
    ] = None,
    rdap_server: Annotated[
        str | None,
        typer.Option(metavar="URL", hidden=True, help=f"{_FOR_TESTS} The one registry to ask."),
    ] = None,
    dns_server: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS:PORT", hidden=True, help=f"{_FOR_TESTS} Name server to ask."),
    ] = None,
) -> None:
    """Fetch what can change verdicts: registration dates, linking pages, addresses.

    The only command that uses the network. Says first what it will ask and how long that takes.
    Domains between KEEP and DISAVOW come first, so it may be stopped at any time; the same command
    goes on where it was, and asks for nothing twice until it is old. Asks no server more than once
    a second, obeys robots.txt, keeps no cookies, runs no scripts.
    """
    from spamlinks.cli.show_enrich import (
        run_progress,
        show_checking,
        show_enrichment,
        show_forecast,
    )
    from spamlinks.cli.terminal import progress
    from spamlinks.enriching import enrich as run_enrich
    from spamlinks.exports import refuse_among

    if format_ not in ("text", "json"):
        raise typer.BadParameter("use text or json", param_hint="--format")
    refuse_among(exports, store)
    fetching = _fetching(
        what, only_undecided, pages_per_domain, max_age, refresh_bootstrap,
        contact=contact, delay=delay, max_requests=max_requests, allow_private=allow_private,
        hosts=_hosts(hosts), rdap_server=rdap_server, dns_servers=tuple(dns_server or ()),
    )  # fmt: skip
    hints = parse_hints(map_columns, mapping, accept_guess)
    settings = parse_settings(
        site, brand, disavow, keep, facts, model, situation, precision, prior, hints,
        parse_decisions(decisions, None),
    )  # fmt: skip
    with _terminated_like_interrupted(), _late(progress) as stage, run_progress() as watch:

        def show(forecast: Any) -> None:
            stage.end()
            show_forecast(forecast, delay)
            if forecast.to_do and not dry_run:
                show_checking()

        found = run_enrich(
            exports, store, settings, fetching,
            dry_run=dry_run, stage=stage, show=show, watch=watch,
        )  # fmt: skip
    then = _next_command(exports, store, site or found.forecast.plan.site)
    if not dry_run:
        show_enrichment(found, str(store), then)
    if format_ == "json":
        typer.echo(json.dumps(found.to_dict(), indent=2))
    _end(found)


def _end(found: Enrichment) -> None:
    if isinstance(found.error, SpamlinksError):
        raise found.error
    if found.error is not None:
        raise FetchError("enrich", str(found.error), "What was fetched is saved.")
    if found.stopped:
        raise typer.Exit(130)


def _fetching(
    what: str,
    only_undecided: bool,
    pages_per_domain: int,
    max_age: int | None,
    refresh_bootstrap: bool,
    **settings: Any,
) -> Fetching:
    """Gather the options; a value that none of them takes is a usage error."""
    from spamlinks.enriching import Fetching, Wanted, fetch_settings

    kinds = frozenset(part.strip().lower() for part in what.split(",") if part.strip())
    try:
        wanted = Wanted(kinds, only_undecided, pages_per_domain)
        found: FetchSettings = fetch_settings(**settings)
        return Fetching(wanted, found, max_age, refresh_bootstrap)
    except InputError as error:
        name = error.source.split(" '")[0].lower().replace(" ", "-")
        name = {"user-agent": "contact"}.get(name, name)
        text = f"{error.problem}. {error.hint}"
        raise typer.BadParameter(text, param_hint=f"--{name}") from None


def _hosts(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(str(path), f"cannot be read ({error})", "Give a JSON object.") from None
    if not isinstance(found, dict):
        raise InputError(str(path), "it is no JSON object", 'Write {"host": "address"}.')
    return {str(host).lower(): str(address) for host, address in found.items()}


class _Stage:
    """The bar of reading and scoring, which must be gone before the bars of fetching come."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._tell: Callable[[str, int, int], None] | None = bar.__enter__()

    def __call__(self, name: str, done: int, total: int) -> None:
        if self._tell is not None:
            self._tell(name, done, total)

    def end(self) -> None:
        if self._tell is not None:
            self._tell = None
            self._bar.__exit__(None, None, None)


@contextmanager
def _late(progress: Callable[[], Any]) -> Iterator[_Stage]:
    stage = _Stage(progress())
    try:
        yield stage
    finally:
        stage.end()


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let a polite kill end the run as cleanly as Ctrl-C does."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not in the main thread: whoever runs us there sees to signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _next_command(exports: list[Path], store: Path, site: str | None) -> str:
    parts = ["spamlinks", "audit", *map(os.fspath, exports)]
    parts += ["--site", site] if site else []
    return shlex.join([*parts, "--store", os.fspath(store), "-o", "out"])
