"""Registration data in the real store: a run that is killed at any moment goes on where it was."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rdap_server import Do, RdapServer, domain_object, found, status

from spamlinks.enrich.ages import fetch_ages
from spamlinks.enrich.answers import Lookup, State, What
from spamlinks.enrich.bootstrap import Bootstrap
from spamlinks.enrich.settings import FetchSettings
from spamlinks.enrich.store import Store

pytest.importorskip("httpcore")

CHILD = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from spamlinks.enrich.ages import fetch_ages
from spamlinks.enrich.bootstrap import Bootstrap
from spamlinks.enrich.settings import FetchSettings
from spamlinks.enrich.store import Store

given = json.loads(sys.argv[1])
bases = Bootstrap(datetime(2026, 1, 1, tzinfo=UTC), given["servers"])
settings = FetchSettings("spamlinks/1", delay=given["delay"], allow_private=True)
with Store.open(Path(given["store"])) as store:
    store.claim()
    fetch_ages(store, settings, bootstrap=bases)
"""


def settings(**changes: object) -> FetchSettings:
    return FetchSettings("spamlinks/1", **{"delay": 0.0, "allow_private": True, **changes})  # type: ignore[arg-type]


def plan(path: Path, names: list[str]) -> None:
    with Store.open(path, create=True) as store:
        store.plan((Lookup(What.AGE, name), rank) for rank, name in enumerate(names))


def test_what_a_registry_says_stands_in_the_store(tmp_path):
    path = tmp_path / "s.sqlite"
    plan(path, ["a.com", "missing.com", "shut.com", "b.de"])
    with RdapServer("127.0.5.1") as server, Store.open(path) as store:
        server.plan["missing.com"] = [status(404)]
        server.plan["shut.com"] = [status(403)]
        lists = Bootstrap(datetime(2026, 1, 1, tzinfo=UTC), {"com": server.base})
        fetch_ages(store, settings(), bootstrap=lists)
        counts = store.counts()[What.AGE]
        row = store.ages_frame().filter(domain="a.com").row(0, named=True)
        answers = {one["key"]: one for one in store.answers(What.AGE).to_dicts()}
        assert store.pending(What.AGE) == 0
    assert (counts[State.FETCHED], counts[State.ABSENT], counts[State.BLOCKED]) == (1, 2, 1)
    assert row["created_on"] == date(2019, 8, 14)
    assert answers["b.de"]["reason"] == "the registry of .de offers no RDAP"
    # Not registered and not to be asked are told apart.
    assert (answers["missing.com"]["code"], answers["b.de"]["code"]) == (404, None)


def test_hostile_text_gets_into_the_store_and_out_again(tmp_path):
    path = tmp_path / "s.sqlite"
    plan(path, ["a.com"])
    card = ["vcard", [["fn", {}, "text", "=cmd\x1b[31m\ud800\u202eInc\x00<b>" * 50]]]
    body = json.dumps(
        domain_object("a.com", entities=[{"roles": ["registrar"], "vcardArray": card}])
    )
    with RdapServer("127.0.5.1") as server, Store.open(path) as store:
        server.plan["a.com"] = [Do(body=body.encode())]
        lists = Bootstrap(datetime(2026, 1, 1, tzinfo=UTC), {"com": server.base})
        fetch_ages(store, settings(), bootstrap=lists)
        (row,) = store.ages_frame().to_dicts()
    assert row["registrar"].startswith("=cmd [31m Inc <b>")
    assert len(row["registrar"]) <= 200
    assert row["registrar"].isprintable()


def test_killed_again_and_again_nothing_is_lost_or_asked_twice(tmp_path):
    path = tmp_path / "s.sqlite"
    names = [f"n{n}.r{i}" for n in range(40) for i in range(3)]
    plan(path, names)
    with ExitStack() as stack:
        servers = [stack.enter_context(RdapServer(f"127.0.5.{i + 1}")) for i in range(3)]
        for server in servers:
            server.default = lambda domain: Do(pause=0.001, body=found(domain).body)
        given = {
            "store": str(path),
            "servers": {f"r{i}": server.base for i, server in enumerate(servers)},
            "delay": 0.001,
        }
        kills = 0
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            before = sum(len(server.asked) for server in servers)
            run = subprocess.Popen([sys.executable, "-c", CHILD, json.dumps(given)])
            while run.poll() is None:
                if kills < 3 and sum(len(one.asked) for one in servers) >= before + 25:
                    run.send_signal(signal.SIGKILL)
                    kills += 1
                    break
                time.sleep(0.003)
            if run.wait() == 0:
                break
        times = Counter(name for server in servers for name in server.domains())
        gaps = [gap for server in servers for gap in server.gaps()]
    assert kills == 3
    assert set(times) == set(names)
    # One look-up of each registry may have been under way, or not yet saved, at each kill.
    assert sum(times.values()) - len(names) <= kills * len(servers)
    assert max(times.values()) <= 2
    assert min(gaps) >= 0.001
    with Store.open(path, read_only=True) as store:
        assert store.counts()[What.AGE][State.FETCHED] == len(names)
        assert store.pending(What.AGE) == 0


def test_a_second_run_asks_nothing_within_the_age_limit(tmp_path):
    path = tmp_path / "s.sqlite"
    names = [f"n{i}.com" for i in range(5)]
    with RdapServer("127.0.5.1") as server:
        lists = Bootstrap(datetime(2026, 1, 1, tzinfo=UTC), {"com": server.base})
        for _ in range(2):
            plan(path, names)
            with Store.open(path) as store:
                fetch_ages(store, settings(), bootstrap=lists)
        assert sorted(server.domains()) == names


def test_interrupted_it_keeps_what_it_has(tmp_path):
    path = tmp_path / "s.sqlite"
    names = [f"n{n}.com" for n in range(100)]
    plan(path, names)
    with RdapServer("127.0.5.1") as server:
        given = {"store": str(path), "servers": {"com": server.base}, "delay": 0.02}
        run = subprocess.Popen(
            [sys.executable, "-c", CHILD, json.dumps(given)], stderr=subprocess.DEVNULL
        )
        while len(server.asked) < 10:
            time.sleep(0.005)
        run.send_signal(signal.SIGINT)
        assert run.wait(10) != 0
        asked = len(server.asked)
    with Store.open(path, read_only=True) as store:
        kept = store.counts()[What.AGE][State.FETCHED]
        assert asked - 1 <= kept <= asked
        assert kept + store.pending(What.AGE) == len(names)
