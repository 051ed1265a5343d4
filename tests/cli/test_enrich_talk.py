"""What enrich shows while it runs: bars on a terminal, a line now and then in a log."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from spamlinks.cli import show_enrich
from spamlinks.cli.show_enrich import duration, run_progress, show_enrichment, show_forecast
from spamlinks.enriching import Enrichment, Forecast, KindForecast, KindProgress, Plan, Standing

RUN = {"inputs": [], "refused": [], "notes": [], "rejected": {}}


def console(*, terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=120, legacy_windows=False)


def said(to: Console) -> str:
    assert isinstance(to.file, io.StringIO)
    return to.file.getvalue()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):
    now = [1000.0]
    monkeypatch.setattr(show_enrich.time, "monotonic", lambda: now[0])

    def wait(seconds: float) -> None:
        now[0] += seconds

    return wait


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "a few seconds"), (9.9, "a few seconds"), (12, "10 seconds"), (89, "90 seconds"),
     (91, "2 minutes"), (3600, "60 minutes"), (5400, "1 h 30 min"), (7200, "2 h"),
     (172_800, "2 days"), (180_000, "2 days 2 h")],
)  # fmt: skip
def test_times_are_said_in_units_of_people(seconds, text):
    assert duration(seconds) == text


def test_a_log_gets_a_line_every_ten_seconds(clock):
    to, kind = console(terminal=False), KindProgress("ages", 1000)
    with run_progress(to) as watch:
        for _ in range(60):
            clock(0.5)
            kind.done += 2
            watch({"ages": kind})
    lines = said(to).splitlines()
    assert len(lines) == 3
    assert lines[-1] == "registration dates 120/1,000 (4.0/s, 4 minutes left)"


def test_an_end_is_named_in_the_log(clock):
    to = console(terminal=False)
    with run_progress(to) as watch:
        clock(11)
        watch({"ages": KindProgress("ages", 5, done=5, ended="finished"),
               "pages": KindProgress("pages", 9)})  # fmt: skip
    assert said(to).strip() == "registration dates 5/5 (finished); pages 0/9 (...)"


def test_a_terminal_has_a_bar_for_each_kind_with_rate_and_time_left(clock):
    to = console(terminal=True)
    kinds = {
        "ages": KindProgress("ages", 400, states={"fetched": 20}),
        "pages": KindProgress("pages", 4000, states={"fetched": 300, "blocked": 3}),
    }
    with run_progress(to) as watch:
        for _ in range(20):
            clock(1)
            kinds["ages"].done += 1
            kinds["pages"].done += 25
            watch(kinds)
    text = said(to)
    assert "20/400" in text
    assert "1.0/s, 6 minutes left" in text
    assert "25/s, 2 minutes left" in text
    assert "300 fetched, 3 blocked" in text


def forecast(**more: object) -> Forecast:
    plan = Plan((), 12, 5, {Standing.FAR: 6, Standing.KEPT: 1}, "shop.example", run=RUN)
    kinds = {
        "ages": KindForecast(
            to_do=3000, fresh=2, waiting=1, parts={"domains": 3000}, servers=1,
            places={"rdap.verisign.com": 3000}, requests=3000, seconds=3900.0,
            slowest="rdap.verisign.com", size=20_000_000,
        )
    }  # fmt: skip
    return Forecast(plan, {**kinds, **more})  # type: ignore[arg-type]


def test_a_forecast_names_what_is_left_out_and_what_takes_so_long(capfd):
    show_forecast(forecast(), 1.0)
    text = " ".join(capfd.readouterr().err.split())
    assert "to look up: 5 of 12 domains" in text
    assert "3,000 domains at 1 registry; 2 known already; 1 not to be tried again yet" in text
    assert "left out: 7, whose verdict cannot change" in text
    assert "6 score too far from every cut to change" in text
    assert "about 3,000 requests, 20 MB, 65 minutes" in text
    assert "3,000 go to rdap.verisign.com, one every 1 s or slower" in text


def test_the_end_says_what_was_found_and_what_to_do_next(capfd):
    ages = KindProgress("ages", 9, states={"fetched": 5, "failed": 1}, requests=7, seconds=12)
    found = Enrichment(forecast(), {"ages": ages}, learned=4, left=3, notes=("x was left alone",))
    show_enrichment(found, "s.db", "spamlinks audit a.csv --store s.db -o out")
    talk = capfd.readouterr()
    text = " ".join(talk.err.split())
    assert talk.out == ""
    assert "registration dates: 5 fetched, 1 failed, 7 requests in 10 seconds" in text
    assert "x was left alone" in text
    assert "verdicts that may change now: 4 domains with something new" in text
    assert "3 look-ups left: run the same command again" in text
    assert "next: spamlinks audit a.csv --store s.db -o out" in text


def test_what_servers_say_does_not_reach_the_terminal_as_it_is(capfd):
    ages = KindProgress("ages", 1, states={"\x1b[31mfetched": 1}, seconds=1)
    note = "\x1b]0;owned\x07 [bold]left alone[/bold]"
    show_enrichment(Enrichment(forecast(), {"ages": ages}, notes=(note,)), "s.db", "x")
    err = capfd.readouterr().err
    assert "\x1b" not in err
    assert "[bold]left alone" in err
