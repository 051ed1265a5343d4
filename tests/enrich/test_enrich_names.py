"""Looking names up, against a real name server on 127.0.0.x."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("dns")

from dns_server import DnsServer

from spamlinks.enrich.answers import Answer, DnsFacts, Lookup, State, What
from spamlinks.enrich.names import NamesRun, fetch_names, forecast_names
from spamlinks.enrich.settings import FetchSettings
from spamlinks.enrich.store import Store
from spamlinks.errors import NetworkError

FAST = 2000.0  # questions a second, where the pace is not the subject

NS = {"NS": ["ns1.hoster.test.", "NS2.Hoster.test."]}
RECORDS: dict[str, object] = {
    "plain.test": {"A": ["93.184.216.34"], "AAAA": ["2606:2800:220:1::1"], **NS},
    "www.plain.test": {"CNAME": ["plain.test."]},
    "deep.plain.test": {"CNAME": ["www.plain.test."]},
    "four.test": {"A": ["93.184.216.9", "93.184.216.10"], **NS},
    "six.test": {"AAAA": ["2606:2800:220:1::6"], **NS},
    "none.test": {**NS},
    "nsless.test": {"A": ["93.184.216.35"]},
    "private.test": {"A": ["192.168.1.1", "192.168.1.2"], **NS},
    "mixed.test": {"A": ["10.0.0.1", "93.184.216.36"], **NS},
    "metadata.test": {"A": ["169.254.169.254"], **NS},
    "sunk.test": {"A": ["0.0.0.0"], **NS},  # noqa: S104 - how a filter answers
    "dns64.test": {"A": ["93.184.216.37"], "AAAA": ["64:ff9b::5db8:d825"], **NS},
    "many.test": {"A": [f"93.184.1.{i}" for i in range(60)], **NS},
    "servfail.test": "servfail",
    "silent.test": "silent",
    "slow.test": (0.3, {"A": ["93.184.216.38"], **NS}),
    "late.test": (3.0, {"A": ["93.184.216.39"], **NS}),
    "garbage.test": "garbage",
    "wrong.test": "wrong-id",
    "other.test": "wrong-question",
    "huge.test": "cut",
    "lame.test": "lame",
    "old.test": "edns",
    "loop.test": "loop",
    "a.ring.test": {"CNAME": ["b.ring.test."], "stop": ["1"]},
    "b.ring.test": {"CNAME": ["a.ring.test."], "stop": ["1"]},
    "halfway.test": {"CNAME": ["plain.test."], "stop": ["1"]},
    "dead-end.test": {"CNAME": ["gone.test."]},
    "cdn.test": {"CNAME": ["d1.cloudfront.net."]},
    "d1.cloudfront.net": {"A": ["93.184.216.40"]},
    "parked.test": {"A": ["91.195.240.94"], "NS": ["ns1.sedoparking.com.", "ns2.sedoparking.com."]},
    "parked-empty.test": {"NS": ["ns1.bodis.com.", "ns2.bodis.com."]},
    "google.test": {"A": ["8.8.8.8"], **NS},
    "me.github.io": {"A": ["185.199.108.153"]},
    "half.test": {"A": ["93.184.216.41"]},
    **{f"chain{i}.test": {"CNAME": [f"chain{i + 1}.test."]} for i in range(30)},
    "chain30.test": {"A": ["93.184.216.42"]},
}


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    with DnsServer(RECORDS) as running:  # type: ignore[arg-type]
        yield running


class Recorder:
    """A store in memory that wants every answer once, and only for what it handed out."""

    def __init__(self, *hosts: str) -> None:
        self.todo = [Lookup(What.DNS, host) for host in hosts]
        self.out: dict[str, Lookup] = {}
        self.got: dict[str, Answer] = {}
        self.saves = 0

    def pending(self, what: What) -> int:
        assert what is What.DNS
        return len(self.todo) + len(self.out)

    def take(self, what: What, n: int) -> list[Lookup]:
        assert what is What.DNS
        taken, self.todo = self.todo[:n], self.todo[n:]
        self.out |= {lookup.key: lookup for lookup in taken}
        return taken

    def save(self, answers: object) -> None:
        self.saves += 1
        for answer in answers:  # type: ignore[attr-defined]
            assert answer.lookup.key not in self.got
            del self.out[answer.lookup.key]
            self.got[answer.lookup.key] = answer

    def give_back(self, lookups: object) -> None:
        for lookup in lookups:  # type: ignore[attr-defined]
            del self.out[lookup.key]
            self.todo.append(lookup)


def settings(*servers: str, **changes: object) -> FetchSettings:
    usual: dict[str, object] = {"timeout": 1.0, "retries": 1, "dns_servers": servers}
    return FetchSettings("spamlinks/1", **(usual | changes))  # type: ignore[arg-type]


def look_up(server: DnsServer, *hosts: str, **changes: object) -> dict[str, Answer]:
    store = Recorder(*hosts)
    end = fetch_names(store, settings(server.server, **changes), rate=FAST)
    assert end.reason == "finished"
    assert end.done == len(hosts) == len(store.got)
    assert not store.todo
    assert not store.out
    assert sum(end.states.values()) == end.done
    return store.got


OK, ABSENT, FAILED = State.FETCHED, State.ABSENT, State.FAILED
CASES: tuple[tuple[str, State, str, tuple[str, ...]], ...] = (
    ("plain.test", OK, "", ("93.184.216.34", "2606:2800:220:1::1")),
    ("PLAIN.test.", OK, "", ("93.184.216.34", "2606:2800:220:1::1")),
    ("plain.test:8080", OK, "", ("93.184.216.34", "2606:2800:220:1::1")),
    ("www.plain.test", OK, "", ("93.184.216.34", "2606:2800:220:1::1")),
    ("deep.plain.test", OK, "", ("93.184.216.34", "2606:2800:220:1::1")),
    ("four.test", OK, "", ("93.184.216.9", "93.184.216.10")),  # by number, not by text
    ("six.test", OK, "", ("2606:2800:220:1::6",)),
    ("nsless.test", OK, "", ("93.184.216.35",)),
    ("mixed.test", OK, "", ("93.184.216.36",)),  # the private one is left out
    ("dns64.test", OK, "", ("93.184.216.37",)),  # and what the resolver made up for IPv6
    ("slow.test", OK, "", ("93.184.216.38",)),
    ("wrong.test", OK, "", ("93.184.216.99",)),  # the forged answer comes first
    ("other.test", OK, "", ("93.184.216.99",)),
    ("old.test", OK, "", ("93.184.216.77",)),
    ("halfway.test", OK, "", ("93.184.216.34", "2606:2800:220:1::1")),
    ("93.184.216.34", OK, "", ("93.184.216.34",)),  # an address needs no question
    ("0x5db8d822", OK, "", ("93.184.216.34",)),
    ("[2606:2800:220:1::1]", OK, "", ("2606:2800:220:1::1",)),
    ("gone.test", ABSENT, "the name does not exist", ()),
    ("gone.plain.test", ABSENT, "the name does not exist", ()),
    ("dead-end.test", ABSENT, "the name does not exist", ()),
    ("none.test", ABSENT, "the name has no address", ()),
    ("lame.test", ABSENT, "the name has no address", ()),
    ("private.test", ABSENT, "no public address (private address)", ()),
    ("metadata.test", ABSENT, "no public address (cloud metadata address)", ()),
    ("sunk.test", ABSENT, "no public address (unspecified address)", ()),
    ("127.0.0.1", ABSENT, "no public address (loopback address)", ()),
    ("2130706433", ABSENT, "no public address (loopback address)", ()),
    ("co.uk", ABSENT, "no host: host is a public suffix, not a site", ()),
    ("a b.test", ABSENT, "no host: host has characters that no host name can have", ()),
    ("", ABSENT, "no host: no host", ()),
    ("servfail.test", FAILED, "the name servers of the domain do not answer (SERVFAIL)", ()),
    ("silent.test", FAILED, "no answer in time", ()),
    ("late.test", FAILED, "no answer in time", ()),
    ("garbage.test", FAILED, "no answer in time", ()),  # no message: the true one may still come
    ("loop.test", FAILED, "the name leads back to itself, or too far", ()),
    ("a.ring.test", FAILED, "the name leads back to itself, or too far", ()),
    ("chain0.test", FAILED, "the name leads back to itself, or too far", ()),
    ("chain20.test", OK, "", ("93.184.216.42",)),  # ten other names are still fine
    ("printer.local", FAILED, "name of a local network", ()),
    ("hidden.onion", FAILED, "name that is not in the public name system", ()),
)


@pytest.fixture(scope="module")
def answers(server: DnsServer) -> dict[str, Answer]:
    return look_up(server, *(case[0] for case in CASES), "many.test", "huge.test")


@pytest.mark.parametrize(("host", "state", "reason", "addresses"), CASES)
def test_states(
    answers: dict[str, Answer], host: str, state: State, reason: str, addresses: tuple[str, ...]
) -> None:
    answer = answers[host]
    assert (answer.state, answer.reason) == (state, reason)
    assert answer.at.tzinfo is not None
    facts = answer.facts
    assert (facts.addresses if isinstance(facts, DnsFacts) else ()) == addresses
    assert (facts is None) <= (state is not OK)


def facts_of(answers: dict[str, Answer], host: str) -> DnsFacts:
    facts = answers[host].facts
    assert isinstance(facts, DnsFacts)
    return facts


def test_a_cut_answer_is_asked_for_again_by_tcp(
    answers: dict[str, Answer], server: DnsServer
) -> None:
    assert len(facts_of(answers, "huge.test").addresses) == 32  # of 100: bounded
    assert server.asked("tcp")["huge.test", "A"] == 1
    assert not server.asked("tcp")["plain.test", "A"]
    assert len(facts_of(answers, "many.test").addresses) == 32


@pytest.mark.parametrize(
    ("host", "name_servers"),
    [
        ("plain.test", ("ns1.hoster.test", "ns2.hoster.test")),
        ("www.plain.test", ("ns1.hoster.test", "ns2.hoster.test")),  # of the domain
        ("gone.plain.test", ("ns1.hoster.test", "ns2.hoster.test")),  # also where the host is gone
        ("none.test", ("ns1.hoster.test", "ns2.hoster.test")),
        ("nsless.test", ()),
        ("93.184.216.34", None),  # not asked
    ],
)
def test_name_servers(
    answers: dict[str, Answer], host: str, name_servers: tuple[str, ...] | None
) -> None:
    assert facts_of(answers, host).name_servers == name_servers


def test_the_domains_name_servers_are_asked_for_once() -> None:
    hosts = [f"h{i}.shop.test" for i in range(20)]
    records = {host: {"A": ["93.184.216.34"]} for host in hosts} | {"shop.test": NS}
    with DnsServer(records) as server:
        found = look_up(server, *hosts)
        asked = server.asked()
    assert asked["shop.test", "NS"] == 1
    assert asked["h3.shop.test", "A"] == asked["h3.shop.test", "AAAA"] == 1
    assert sum(asked.values()) == 41
    assert {facts_of(found, host).name_servers for host in hosts} == {
        ("ns1.hoster.test", "ns2.hoster.test")
    }


def test_below_a_shared_suffix_the_platforms_name_servers_say_nothing(server: DnsServer) -> None:
    facts = facts_of(look_up(server, "me.github.io"), "me.github.io")
    assert facts.name_servers is None
    assert facts.hosting == "shared"
    assert not server.asked()["github.io", "NS"]


def test_what_stands_there(server: DnsServer) -> None:
    hosts = ("google.test", "cdn.test", "parked.test", "parked-empty.test", "plain.test")
    found = look_up(server, *hosts)
    google = facts_of(found, "google.test")
    assert (google.asn, google.asn_name, google.hosting) == (15169, "Google LLC", None)
    assert facts_of(found, "cdn.test").hosting == "cdn"  # by the name it stands for
    parked = facts_of(found, "parked.test")
    assert (parked.parking, parked.hosting) == ("Sedo", "shared")
    assert found["parked-empty.test"].state is ABSENT
    assert facts_of(found, "parked-empty.test").parking == "Bodis"
    assert facts_of(found, "plain.test").parking is None


def test_with_the_switch_private_addresses_are_kept_and_metadata_never(server: DnsServer) -> None:
    found = look_up(server, "private.test", "metadata.test", allow_private=True)
    assert facts_of(found, "private.test").addresses == ("192.168.1.1", "192.168.1.2")
    assert found["metadata.test"].state is ABSENT


def test_names_given_by_the_settings_are_not_asked_for(server: DnsServer) -> None:
    before = len(server.asked())
    hosts = {"given.test": "127.0.0.9", "port.test": "127.0.0.8:81", "localhost": "127.0.0.1"}
    found = look_up(server, "given.test", "port.test", "localhost", hosts=hosts, allow_private=True)
    assert facts_of(found, "given.test").addresses == ("127.0.0.9",)
    assert facts_of(found, "port.test").addresses == ("127.0.0.8",)
    assert facts_of(found, "localhost").addresses == ("127.0.0.1",)
    assert len(server.asked()) == before


# --- servers that are not there


def test_the_second_server_answers_where_the_first_does_not(server: DnsServer) -> None:
    with DnsServer({}, "127.0.0.54") as broken:
        for behaviour in ("servfail", "refused", "silent"):
            broken.everything = behaviour
            store = Recorder("plain.test", "four.test", "gone.test")
            fetch_names(store, settings(broken.server, server.server), rate=FAST)
            assert [store.got[host].state for host in ("plain.test", "four.test", "gone.test")] == [
                OK,
                OK,
                ABSENT,
            ]
        # Whoever does not answer is not asked first again and again.
        assert len(broken.questions) <= 9


def test_a_server_with_an_ipv6_address_is_asked_as_well() -> None:
    with DnsServer({"plain.test": RECORDS["plain.test"], "huge.test": "cut"}, "::1") as six:  # type: ignore[dict-item]
        assert six.server.startswith("[::1]:")
        found = look_up(six, "plain.test", "huge.test")
    assert {answer.state for answer in found.values()} == {OK}


def closed_port() -> str:
    with DnsServer({}) as server:
        return server.server


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        ("silent", "no answer in time"),
        ("servfail", "SERVFAIL"),  # a local resolver without its network
        ("refused", "REFUSED"),
        ("garbage", "no answer in time"),
        (None, "refused"),  # nobody at the port
    ],
)
def test_no_network_is_one_error_and_nothing_is_written(behaviour: str | None, why: str) -> None:
    store = Recorder("plain.test", "four.test")
    if behaviour is None:
        with pytest.raises(NetworkError, match=f"(?i){why}") as caught:
            fetch_names(store, settings(closed_port()), rate=FAST)
    else:
        with DnsServer({}) as server:
            server.everything = behaviour
            with pytest.raises(NetworkError, match=why) as caught:
                fetch_names(store, settings(server.server), rate=FAST)
    assert str(caught.value).startswith("network: no name server answers")
    assert "\n" not in str(caught.value)
    assert store.saves == 0
    assert store.pending(What.DNS) == 2


def test_a_network_that_goes_away_stops_the_run_and_blames_no_host() -> None:
    hosts = [f"h{i}.test" for i in range(200)]
    with DnsServer({host: (0.02, {"A": ["93.184.216.34"]}) for host in hosts}) as server:
        store = Recorder(*hosts)

        def tell_and_cut(done: int, total: int, states: dict[State, int]) -> None:
            if done > 20:
                server.everything = "servfail"

        with pytest.raises(NetworkError, match="no name server answers any more"):
            fetch_names(store, settings(server.server, concurrency=4), tell_and_cut, rate=120)
    assert 20 < len(store.got) < 200
    assert {answer.state for answer in store.got.values()} == {OK}
    assert len(store.got) + store.pending(What.DNS) == 200
    assert not store.out


def test_many_dead_names_alone_are_no_missing_network() -> None:
    hosts = [f"dead{i}.test" for i in range(30)]
    with DnsServer(dict.fromkeys(hosts, "servfail")) as server:
        found = look_up(server, *hosts)
        probes = sum(1 for _, name, _, _ in server.questions if name.endswith(".example.com"))
    assert {answer.state for answer in found.values()} == {FAILED}
    assert probes <= 10


def test_a_resolver_that_invents_answers_is_not_believed() -> None:
    class Inventor(DnsServer):
        def _look_up(self, reply, name, kind, what):  # type: ignore[no-untyped-def]
            if what is None and kind == "A":
                what = {"A": ["93.184.216.200"]}
            super()._look_up(reply, name, kind, what or {})

    with Inventor({"plain.test": RECORDS["plain.test"]}) as server:  # type: ignore[dict-item]
        found = look_up(server, "gone.test", "plain.test")
    assert found["gone.test"].state is ABSENT
    assert "a page of its own" in found["gone.test"].reason
    assert found["plain.test"].state is OK


def test_one_record_type_that_fails_is_not_the_end() -> None:
    class HalfBlind(DnsServer):
        def _replies(self, query, name, kind, what, transport):  # type: ignore[no-untyped-def]
            broken = kind == "AAAA" or (kind == "NS" and name == "half.test")
            return super()._replies(query, name, kind, "servfail" if broken else what, transport)

    with HalfBlind({"half.test": {"A": ["93.184.216.41"]}, "empty.test": NS}) as server:
        found = look_up(server, "half.test", "empty.test")
    assert found["half.test"].state is OK
    assert facts_of(found, "half.test").name_servers is None  # unknown, not none
    assert found["empty.test"].state is FAILED  # it may have an IPv6 address


# --- pace, bounds, stopping


def test_the_pace_is_never_faster_than_stated(server: DnsServer) -> None:
    start = len(server.questions)
    store = Recorder(*(f"pace{i}.test" for i in range(25)))
    began = time.monotonic()
    end = fetch_names(store, settings(server.server), rate=50)
    took = time.monotonic() - began
    times = [moment for moment, *_ in server.questions[start:]]
    assert len(times) == end.requests == 26  # one makes sure of the network
    assert took >= 25 / 50
    # Arrival is measured, not sending: on a busy machine one may catch up with the one before.
    for n in (5, 10, 20):
        spans = [later - earlier for earlier, later in zip(times, times[n:], strict=False)]
        assert min(spans) >= n / 50 - 0.05


def test_hosts_under_way_are_bounded() -> None:
    hosts = [f"h{i}.test" for i in range(60)]
    with DnsServer({host: (0.05, {"A": ["93.184.216.34"]}) for host in hosts}) as server:
        look_up(server, *hosts, concurrency=7)
        assert 4 <= server.most_at_once <= 7


def test_tries_are_bounded(server: DnsServer) -> None:
    with DnsServer({"silent.test": "silent", "broken.test": "servfail"}) as one:
        look_up(one, "silent.test", "broken.test", retries=3, timeout=0.2)
        asked = one.asked()
    assert asked["silent.test", "A"] == asked["silent.test", "AAAA"] == 4
    assert asked["broken.test", "A"] == 1  # the same server would say the same


def test_a_budget_of_questions_is_kept(server: DnsServer) -> None:
    start = len(server.questions)
    store = Recorder(*(f"pace{i}.test" for i in range(50)))
    end = fetch_names(store, settings(server.server, max_requests=10), rate=FAST)
    assert end.reason == "max_requests"
    assert end.requests == len(server.questions) - start == 10
    assert 0 < end.done == len(store.got) <= 9
    assert end.left == store.pending(What.DNS) == 50 - end.done
    assert not store.out


def test_stopping_saves_what_is_done_and_gives_back_the_rest() -> None:
    hosts = [f"h{i}.test" for i in range(100)]
    with DnsServer({host: {"A": ["93.184.216.34"]} for host in hosts}) as server:
        store = Recorder(*hosts)
        end = fetch_names(store, settings(server.server), stop=lambda: store.saves >= 3, rate=100)
    assert end.reason == "stopped"
    assert 0 < len(store.got) < 100
    assert not store.out
    assert end.left == store.pending(What.DNS) == 100 - len(store.got)


def test_progress_is_told(server: DnsServer) -> None:
    told: list[tuple[int, int, dict[State, int]]] = []
    store = Recorder("plain.test", "gone.test", "silent.test")
    end = fetch_names(store, settings(server.server), lambda *news: told.append(news), rate=FAST)
    assert told[-1] == (3, 3, {OK: 1, ABSENT: 1, FAILED: 1})
    assert [done for done, *_ in told] == sorted(done for done, *_ in told)
    assert end == NamesRun(3, {OK: 1, ABSENT: 1, FAILED: 1}, end.requests, 0, "finished")


def test_nothing_to_do_asks_nobody() -> None:
    assert fetch_names(Recorder(), settings("127.0.0.1:9")) == NamesRun(0, {}, 0, 0, "finished")


def test_the_forecast_is_what_a_run_takes(server: DnsServer) -> None:
    hosts = [
        "plain.test",
        "www.plain.test",
        "deep.plain.test",
        "six.test",
        "93.184.216.34",
        "co.uk",
    ]
    with DnsServer(RECORDS) as one:  # type: ignore[arg-type]
        store = Recorder(*hosts)
        end = fetch_names(store, settings(one.server), rate=FAST)
    assert forecast_names(hosts, settings()).requests == end.requests


# --- the real store


def counted(store: Store) -> dict[State, int]:
    return {state: n for state, n in store.counts()[What.DNS].items() if n}


def planned(path: Path, hosts: list[str]) -> None:
    with Store.open(path, create=True) as store:
        store.plan([(Lookup(What.DNS, host), rank) for rank, host in enumerate(hosts)])


def test_with_the_real_store(server: DnsServer, tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    planned(path, ["plain.test", "gone.test", "silent.test", "parked.test"])
    with Store.open(path) as store:
        end = fetch_names(store, settings(server.server), rate=FAST)
        assert store.pending(What.DNS) == 0
        assert counted(store) == {OK: 2, ABSENT: 1, FAILED: 1} == end.states
        frame = store.dns_frame().rows_by_key("host", named=True, unique=True)
    assert frame["plain.test"]["addresses"] == ["93.184.216.34", "2606:2800:220:1::1"]


def test_no_network_leaves_the_real_store_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    planned(path, ["plain.test", "gone.test"])
    before = path.read_bytes()
    with Store.open(path) as store, pytest.raises(NetworkError):
        fetch_names(store, settings(closed_port()), rate=FAST)
    assert path.read_bytes() == before


CHILD = """
import sys
from spamlinks.enrich.names import fetch_names
from spamlinks.enrich.settings import FetchSettings
from spamlinks.enrich.store import Store
with Store.open(sys.argv[1]) as store:
    settings = FetchSettings("spamlinks/1", timeout=2.0, dns_servers=(sys.argv[2],), concurrency=8)
    fetch_names(store, settings, rate=400)
"""


def test_killed_and_run_again_it_goes_on_where_it_was(tmp_path: Path) -> None:
    hosts = [f"h{i:03}.test" for i in range(160)]
    path = tmp_path / "store.sqlite"
    planned(path, hosts)
    records = {host: {"A": ["93.184.216.34"], **NS} for host in hosts}
    with DnsServer(records) as server:
        command = [sys.executable, "-c", CHILD, str(path), server.server]
        for goal in (100, 200, 300):
            kill_at(command, lambda goal=goal: sum(server.asked().values()) >= goal)
        assert subprocess.run(command, timeout=120, check=False).returncode == 0
        asked = server.asked()
    with Store.open(path, read_only=True) as store:
        assert store.pending(What.DNS) == 0
        assert counted(store) == {OK: 160}
        assert sorted(store.dns_frame()["host"]) == hosts
    twice = {name for (name, _kind), times in asked.items() if times > 1}
    assert max(asked.values()) <= 4
    assert 0 < len(twice) <= 3 * 8  # what was under way at each kill


def kill_at(command: list[str], ready: Callable[[], bool]) -> None:
    """Start a process and kill it at a moment that comes while it works."""
    with subprocess.Popen(command, env=os.environ) as child:
        try:
            end = time.monotonic() + 120  # the machine may be busy
            while not ready():
                assert child.poll() is None
                assert time.monotonic() < end
                time.sleep(0.01)
        finally:
            child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
