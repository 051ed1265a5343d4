"""Registration data, fetched from real RDAP servers on this machine."""

from __future__ import annotations

import time
import tracemalloc
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import pytest
import rdap_server
from rdap_server import Do, RdapServer, bomb, drip, endless, found, redirect, status

from spamlinks.enrich.ages import fetch_ages
from spamlinks.enrich.answers import AgeFacts, Answer, Lookup, State, What
from spamlinks.enrich.bootstrap import Bootstrap
from spamlinks.enrich.settings import FetchSettings
from spamlinks.errors import NetworkError

pytest.importorskip("httpcore")

AGENT = "spamlinks/1 (link audit robot; me@shop.example)"


class MemoryStore:
    """The part of the store that is needed, without a file."""

    def __init__(self, *domains: str) -> None:
        self.work = {domain: Lookup(What.AGE, domain) for domain in domains}
        self.out: set[str] = set()
        self.saved: dict[str, Answer] = {}
        self.saves = 0

    def pending(self, what: What) -> int:
        assert what is What.AGE
        return len(self.work)

    def take(self, what: What, n: int) -> list[Lookup]:
        taken = [one for key, one in self.work.items() if key not in self.out][:n]
        self.out |= {one.key for one in taken}
        return taken

    def save(self, answers: Sequence[Answer]) -> None:
        self.saves += 1
        for answer in answers:
            del self.work[answer.lookup.key]  # KeyError: saved twice
            self.out.remove(answer.lookup.key)
            self.saved[answer.lookup.key] = answer

    def give_back(self, lookups: Iterable[Lookup]) -> None:
        for lookup in lookups:
            self.out.remove(lookup.key)


def settings(**changes: object) -> FetchSettings:
    usual: dict[str, object] = {"delay": 0.0, "timeout": 1.0, "retries": 2, "allow_private": True}
    return FetchSettings(AGENT, **{**usual, **changes})  # type: ignore[arg-type]


def registries(**servers: RdapServer | str) -> Bootstrap:
    bases = {k: v if isinstance(v, str) else v.base for k, v in servers.items()}
    return Bootstrap(datetime(2026, 1, 1, tzinfo=UTC), bases)


def ask_one(do: list[Do], **changes: object) -> tuple[Answer, RdapServer]:
    with RdapServer("127.0.3.1") as server:
        server.plan["a.com"] = do
        store = MemoryStore("a.com")
        fetch_ages(store, settings(**changes), bootstrap=registries(com=server))
    return store.saved["a.com"], server


@pytest.fixture(autouse=True)
def no_long_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spamlinks.enrich.limits.FIRST_BACKOFF", 0.02)


def test_a_usual_answer():
    answer, server = ask_one([found("a.com")])
    assert answer == Answer(
        Lookup(What.AGE, "a.com"),
        State.FETCHED,
        answer.at,
        200,
        facts=AgeFacts(
            created_on=date(2019, 8, 14),
            expires_on=date(2028, 8, 13),
            changed_on=date(2025, 8, 14),
            registrar="Example Registrar, Inc.",
            name_servers=("ns1.example.net", "ns2.example.net"),
            abuse_contact="abuse@registrar.example",
            server=server.base,
        ),
    )
    assert abs(datetime.now(UTC) - answer.at) < timedelta(minutes=1)
    (asked,) = server.asked
    assert asked.path == "/rdap/domain/a.com"
    assert asked.headers["user-agent"] == AGENT
    assert "application/rdap+json" in asked.headers["accept"]
    assert not {"cookie", "authorization", "referer"} & set(asked.headers)


BAD_JSON = b'{"objectClassName": "domain", "events": ['
STATES = [  # what the server does, state, code, requests, words of the reason
    ([status(404)], State.ABSENT, 404, 1, "knows no such domain"),
    ([status(410)], State.ABSENT, 410, 1, "knows no such domain"),
    ([status(401)], State.BLOCKED, 401, 1, "401"),
    ([status(403)], State.BLOCKED, 403, 1, "refuses"),
    ([status(451)], State.BLOCKED, 451, 1, "451"),
    ([status(429)], State.BLOCKED, 429, 3, "too many requests"),
    ([status(429, ("Retry-After", "soon"))], State.BLOCKED, 429, 3, "too many requests"),
    ([status(400)], State.FAILED, 400, 1, "400"),
    ([status(500)], State.FAILED, 500, 3, "500"),
    ([status(500), found("a.com")], State.FETCHED, 200, 2, ""),
    ([status(503), status(502), found("a.com")], State.FETCHED, 200, 3, ""),
    ([status(429), found("a.com")], State.FETCHED, 200, 2, ""),
    ([status(429, ("Retry-After", "0")), found("a.com")], State.FETCHED, 200, 2, ""),
    ([Do(body=b"", pause=5)], State.FAILED, None, 3, "no answer within 0.3 s"),
    ([drip(0.05)], State.FAILED, None, 3, "no answer within 0.3 s"),
    ([Do(body=b"", pause=5), found("a.com")], State.FETCHED, 200, 2, ""),
    ([endless()], State.FAILED, None, 1, "larger than 1,000,000 bytes"),
    ([bomb()], State.FAILED, None, 1, "larger than 1,000,000 bytes"),
    (
        [Do(body=b"\x1f\x8bnot", headers=(("Content-Encoding", "gzip"),))],
        State.FAILED,
        None,
        1,
        "damaged",
    ),
    ([Do(body=b"{}", headers=(("Content-Encoding", "br"),))], State.FAILED, None, 1, "encoding"),
    ([Do(body=b"<html>", kind="text/html")], State.FAILED, 200, 1, "text/html, not RDAP"),
    ([Do(body=BAD_JSON)], State.FAILED, 200, 1, "no JSON object"),
    ([Do(body=b"[" * 100_000)], State.FAILED, 200, 1, "no JSON object"),
    ([Do(body=b"\xff\xfe{")], State.FAILED, 200, 1, "no JSON object"),
    ([Do(body=b"")], State.FAILED, 200, 1, "no JSON object"),
    ([Do(body=b'{"objectClassName": "entity"}')], State.FAILED, 200, 1, "no object of a domain"),
    ([found("b.com")], State.FAILED, 200, 1, "of another domain"),
    ([status(302)], State.FAILED, 302, 1, "302"),  # without a Location
    ([redirect("ftp://rdap.example/a")], State.FAILED, None, 1, "scheme ftp"),
    ([redirect("file:///etc/passwd")], State.FAILED, None, 1, "scheme file"),
    ([redirect("http://user:pass@127.0.3.1/a")], State.FAILED, None, 1, "no plain URL"),
    ([redirect("http://127.0.3.1:99999/a")], State.FAILED, None, 1, "no plain URL"),
    ([redirect("http://[::1/a")], State.FAILED, None, 1, "no plain URL"),
    ([redirect("/rdap/domain/a.com")], State.FAILED, None, 6, "more than 5 redirects"),
]


@pytest.mark.parametrize(("do", "state", "code", "requests", "words"), STATES)
def test_every_end_has_its_state(do, state, code, requests, words):
    if words.startswith("larger"):
        tracemalloc.start()
    answer, server = ask_one(do, timeout=0.3 if "0.3" in words or do[0].pause else 5.0)
    if words.startswith("larger"):
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 12_000_000  # the packed body is in the peak too
    assert (answer.state, answer.code) == (state, code)
    assert len(server.asked) == requests
    assert words in answer.reason
    assert (answer.facts is None) is (state is not State.FETCHED)
    assert answer.reason.isprintable()
    assert not answer.reason or words


def test_an_answer_in_pieces_and_packed_is_read():
    import gzip
    import json

    body = gzip.compress(json.dumps(rdap_server.domain_object("a.com")).encode())
    do = Do(headers=(("Content-Encoding", "gzip"),), body=lambda: iter([body[:50], body[50:]]))
    answer, _ = ask_one([do])
    assert isinstance(answer.facts, AgeFacts)
    assert answer.facts.created_on == date(2019, 8, 14)


def test_nobody_listens():
    with RdapServer("127.0.3.1") as server:
        base = server.base
    store = MemoryStore("a.com")
    fetch_ages(store, settings(), bootstrap=registries(com=base))
    assert (store.saved["a.com"].state, store.saved["a.com"].reason) == (
        State.FAILED,
        "connection refused",
    )


def test_what_cannot_be_asked_costs_no_request_and_says_why():
    store = MemoryStore(
        "a.com", "b.de", "me.blogspot.com", "blogspot.com", "192.0.2.7", "x", "ü.com"
    )
    with RdapServer("127.0.3.1") as server:
        server.plan["missing.com"] = [status(404)]
        run = fetch_ages(store, settings(), bootstrap=registries(com=server))
    assert sorted(server.domains()) == ["a.com", "blogspot.com", "xn--tda.com"]
    free = {key: (one.state, one.code, one.reason) for key, one in store.saved.items()}
    assert free["b.de"] == (State.ABSENT, None, "the registry of .de offers no RDAP")
    assert free["me.blogspot.com"] == (
        State.ABSENT,
        None,
        "a name below blogspot.com, not registered with any public registry",
    )
    assert free["192.0.2.7"] == (State.ABSENT, None, "an IP address has no registration")
    assert free["x"][:2] == (State.ABSENT, None)
    assert free["ü.com"][0] is State.FETCHED
    assert run.states == {State.ABSENT: 4, State.FETCHED: 3}
    assert (run.done, run.left, run.requests, run.reason) == (7, 0, 3, "finished")


def test_redirects_to_another_server_are_followed():
    with RdapServer("127.0.3.1") as one, RdapServer("127.0.3.2") as two:
        one.plan["a.com"] = [redirect(f"{two.base}domain/a.com", 307)]
        store = MemoryStore("a.com")
        fetch_ages(store, settings(), bootstrap=registries(com=one))
    facts = store.saved["a.com"].facts
    assert isinstance(facts, AgeFacts)
    assert facts.server == two.base  # whoever answered
    assert (len(one.asked), len(two.asked)) == (1, 1)


PRIVATE = (
    "http://127.0.3.2:80/x",
    "http://169.254.169.254/latest",
    "http://10.0.0.1/",
    "http://[::1]/",
)


@pytest.mark.parametrize("target", [*PRIVATE, "http://inside.test/"])
def test_a_redirect_into_a_private_network_is_refused(target, monkeypatch):
    # The registry itself is asked on this machine; everything else is checked as in earnest.
    from spamlinks.enrich import transport
    from spamlinks.enrich.addresses import why_refused

    def strict(address: str, *, allow_private: bool = False) -> str | None:
        return None if address == "127.0.3.1" else why_refused(address)

    monkeypatch.setattr(transport, "why_refused", strict)
    answer, _ = ask_one([redirect(target)], hosts={"inside.test": "192.168.1.1"})
    assert answer.state is State.FAILED
    assert "which is not asked" in answer.reason


def test_a_registry_on_a_private_address_is_refused():
    with RdapServer("127.0.3.1") as server:
        store = MemoryStore("a.com")
        fetch_ages(
            store, settings(allow_private=False, delay=0.2), bootstrap=registries(com=server)
        )
    assert server.asked == []
    assert store.saved["a.com"].reason == (
        "127.0.3.1 is at 127.0.3.1, which is not asked: loopback address"
    )


def test_names_are_resolved_and_then_checked():
    with RdapServer("127.0.3.1") as server:
        base = f"http://rdap.one.test:{server.port}/rdap/"
        store = MemoryStore("a.com")
        fetch_ages(
            store, settings(hosts={"rdap.one.test": "127.0.3.1"}), bootstrap=registries(com=base)
        )
    assert store.saved["a.com"].state is State.FETCHED
    assert server.asked[0].headers["host"] == f"rdap.one.test:{server.port}"


@pytest.mark.parametrize("as_date", [False, True])
def test_a_short_retry_after_is_waited_for(as_date):
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)
    value = at if as_date else "1"
    begun = time.monotonic()
    answer, server = ask_one([status(429, ("Retry-After", value)), found("a.com")])
    assert answer.state is State.FETCHED
    assert server.gaps()[0] >= (1.0 if not as_date else 1.5)  # dates have whole seconds
    assert time.monotonic() - begun < 6


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize("as_date", [False, True])
def test_a_long_retry_after_closes_the_server_for_this_run(code, as_date):
    now = datetime.now(UTC)
    at = format_datetime(now + timedelta(hours=2), usegmt=True)
    with RdapServer("127.0.3.1") as busy, RdapServer("127.0.3.2") as other:
        busy.plan["a.com"] = [status(code, ("Retry-After", at if as_date else "7200"))]
        store = MemoryStore("a.com", "b.com", "c.com", "d.net", "e.net")
        run = fetch_ages(store, settings(), bootstrap=registries(com=busy, net=other))
    assert busy.domains() == ["a.com"]
    answer = store.saved["a.com"]
    assert answer.state is (State.BLOCKED if code == 429 else State.FAILED)
    assert answer.retry_at is not None
    assert abs(answer.retry_at - now - timedelta(hours=2)) < timedelta(seconds=10)
    assert set(store.saved) == {"a.com", "d.net", "e.net"}
    assert set(store.work) == {"b.com", "c.com"}  # not tried, and on the list for the next run
    assert store.out == set()
    (paused,) = run.paused
    assert (paused.server, paused.left, run.left) == (busy.origin, 2, 2)
    assert "come back after" in paused.why


def test_a_registry_that_keeps_refusing_is_left_alone_and_others_go_on():
    many = [f"n{i}.com" for i in range(40)] + [f"n{i}.net" for i in range(10)]
    with RdapServer("127.0.3.1") as rude, RdapServer("127.0.3.2") as other:
        rude.default = lambda domain: status(403)
        store = MemoryStore(*many)
        run = fetch_ages(store, settings(), bootstrap=registries(com=rude, net=other))
    assert len(rude.asked) == 5
    assert run.states == {State.BLOCKED: 5, State.FETCHED: 10}
    assert [(one.left, "403" in one.why or "refuses" in one.why) for one in run.paused] == [
        (35, True)
    ]
    assert len(store.work) == 35


def test_an_answer_between_refusals_keeps_a_server_open():
    with RdapServer("127.0.3.1") as server:
        for i in range(20):
            server.plan[f"n{i}.com"] = [status(403) if i % 4 else found(f"n{i}.com")]
        store = MemoryStore(*(f"n{i}.com" for i in range(20)))
        run = fetch_ages(store, settings(), bootstrap=registries(com=server))
    assert run.states == {State.BLOCKED: 15, State.FETCHED: 5}
    assert run.paused == ()


def test_a_silent_registry_holds_nobody_up():
    many = [f"n{i}.com" for i in range(30)] + [f"n{i}.net" for i in range(30)]
    with RdapServer("127.0.3.1") as silent, RdapServer("127.0.3.2") as other:
        silent.default = lambda domain: Do(pause=60)
        store = MemoryStore(*many)
        begun = time.monotonic()
        run = fetch_ages(store, settings(timeout=0.3), bootstrap=registries(com=silent, net=other))
    assert time.monotonic() - begun < 6
    assert run.states == {State.FAILED: 5, State.FETCHED: 30}
    assert len(silent.asked) == 3 + 4  # further tries for the first look-up only


def test_the_stated_rate_is_kept_per_registry():
    addresses = [f"127.0.4.{i}" for i in range(1, 6)]
    servers = [RdapServer(address) for address in addresses]
    for server in servers:
        server.__enter__()
    try:
        bases = {f"r{i}": server for i, server in enumerate(servers)}
        names = [f"n{n}.r{i}" for n in range(8) for i in range(len(servers))]
        store = MemoryStore(*names)
        begun = time.monotonic()
        run = fetch_ages(store, settings(delay=0.25), bootstrap=registries(**bases))
        took = time.monotonic() - begun
    finally:
        for server in servers:
            server.__exit__(None, None, None)
    assert run.states == {State.FETCHED: 40}
    assert all(len(server.asked) == 8 for server in servers)
    assert min(gap for server in servers for gap in server.gaps()) >= 0.25
    assert took < 5  # side by side: alone, 40 would take 10 s


def test_a_server_reached_by_redirects_is_asked_at_its_own_pace():
    with (
        RdapServer("127.0.3.1") as one,
        RdapServer("127.0.3.2") as two,
        RdapServer("127.0.3.3") as hub,
    ):
        one.default = lambda domain: redirect(f"{hub.base}domain/{domain}")
        two.default = lambda domain: redirect(f"{hub.base}domain/{domain}")
        store = MemoryStore(*(f"n{i}.{tld}" for i in range(4) for tld in ("com", "net")))
        run = fetch_ages(store, settings(delay=0.2), bootstrap=registries(com=one, net=two))
    assert run.states == {State.FETCHED: 8}
    assert len(hub.asked) == 8
    assert min(hub.gaps()) >= 0.2


def test_after_too_many_requests_a_server_is_asked_half_as_often():
    with RdapServer("127.0.3.1") as server:
        server.plan["n0.com"] = [status(429, ("Retry-After", "0")), found("n0.com")]
        store = MemoryStore(*(f"n{i}.com" for i in range(4)))
        fetch_ages(store, settings(delay=0.2), bootstrap=registries(com=server))
    assert min(server.gaps()[1:]) >= 0.4


def test_the_registrar_is_asked_only_for_a_missing_date():
    link = {"rel": "related", "type": "application/rdap+json"}
    with RdapServer("127.0.3.1") as registry, RdapServer("127.0.3.2") as registrar:

        def thin(domain: str, **changes: object) -> Do:
            links = [{**link, "href": f"{registrar.base}domain/{domain}"}]
            return found(domain, links=links, **changes)

        registry.plan["full.com"] = [thin("full.com", entities=[])]
        registry.plan["thin.com"] = [thin("thin.com", events=[], entities=[])]
        registry.plan["gone.com"] = [thin("gone.com", events=[])]
        registrar.plan["gone.com"] = [status(404)]
        store = MemoryStore("full.com", "thin.com", "gone.com")
        fetch_ages(store, settings(), bootstrap=registries(com=registry))
    assert sorted(registrar.domains()) == ["gone.com", "thin.com"]
    assert all(one.state is State.FETCHED for one in store.saved.values())
    thin_facts, gone = store.saved["thin.com"].facts, store.saved["gone.com"].facts
    assert isinstance(thin_facts, AgeFacts)
    assert isinstance(gone, AgeFacts)
    assert thin_facts.created_on == date(2019, 8, 14)
    assert thin_facts.registrar == "Example Registrar, Inc."
    assert thin_facts.server == registry.base
    assert (gone.created_on, gone.registrar) == (None, "Example Registrar, Inc.")


def test_one_server_instead_of_the_list():
    with RdapServer("127.0.3.1") as server:
        store = MemoryStore("a.com", "b.de")
        fetch_ages(store, settings(rdap_server=server.base.rstrip("/")))
    assert {one.state for one in store.saved.values()} == {State.FETCHED}
    assert server.asked[0].path.startswith("/rdap/domain/")


def test_no_more_requests_than_allowed():
    with RdapServer("127.0.3.1") as server:
        store = MemoryStore(*(f"n{i}.com" for i in range(10)))
        run = fetch_ages(store, settings(max_requests=4), bootstrap=registries(com=server))
    assert len(server.asked) == run.requests == 4
    assert run.reason == "max_requests"
    assert len(store.saved) == 4
    assert store.out == set()  # the rest was given back


def test_stop_saves_what_is_done_and_gives_back_the_rest():
    store = MemoryStore(*(f"n{i}.com" for i in range(50)))
    told: list[tuple[int, int, dict[State, int]]] = []
    with RdapServer("127.0.3.1") as server:
        run = fetch_ages(
            store,
            settings(delay=0.1),
            lambda done, total, states: told.append((done, total, dict(states))),
            lambda: len(server.asked) >= 8,
            bootstrap=registries(com=server),
        )
    assert run.reason == "stopped"
    assert len(store.saved) in (7, 8)
    assert len(store.saved) + len(store.work) == 50
    assert store.out == set()
    assert told[-1] == (len(store.saved), 50, {State.FETCHED: len(store.saved)})


@pytest.mark.parametrize("names", [("a.com",), ("a.com", "b.net", "c.org", "d.de")])
def test_without_a_network_nothing_is_saved(names, monkeypatch):
    async def offline(self: object, host: str, port: int) -> list[str]:
        from spamlinks.enrich.transport import NoAnswer

        raise NoAnswer(f"the name {host} does not resolve", again=True, offline=True)

    monkeypatch.setattr("spamlinks.enrich.transport._Guarded._addresses", offline)
    bases = {tld: f"https://rdap.{tld}.test/" for tld in ("com", "net", "org")}
    store = MemoryStore(*names)
    begun = time.monotonic()
    with pytest.raises(NetworkError, match=r"^network: no registry can be reached \(the name rdap"):
        fetch_ages(store, settings(), bootstrap=registries(**bases))
    assert time.monotonic() - begun < 3
    assert (store.saved, store.saves, store.out) == ({}, 0, set())


def test_one_name_that_does_not_resolve_is_no_missing_network(monkeypatch):
    with RdapServer("127.0.3.1") as server:
        bases = registries(com=server, net="http://nowhere.example/")
        store = MemoryStore("a.com", "b.net")
        fetch_ages(store, settings(), bootstrap=bases)
    assert store.saved["a.com"].state is State.FETCHED
    assert store.saved["b.net"].state is State.FAILED
    assert store.saved["b.net"].reason == "the name nowhere.example does not resolve"


def test_a_fault_of_the_store_is_not_swallowed():
    class Full(MemoryStore):
        def save(self, answers: Sequence[Answer]) -> None:
            raise OSError("disk full")

    with RdapServer("127.0.3.1") as server, pytest.raises(OSError, match="disk full"):
        fetch_ages(Full("a.com"), settings(), bootstrap=registries(com=server))


def test_many_registries_at_once_never_more_than_allowed():
    names = [f"n{n}.r{i}" for n in range(3) for i in range(30)]
    with RdapServer("127.0.3.1") as server:
        server.default = lambda domain: Do(pause=0.02, body=found(domain).body)
        hosts = {f"rdap.r{i}.test": "127.0.3.1" for i in range(30)}
        bases = {f"r{i}": f"http://rdap.r{i}.test:{server.port}/" for i in range(30)}
        store = MemoryStore(*names)
        run = fetch_ages(store, settings(concurrency=4, hosts=hosts), bootstrap=registries(**bases))
        times = sorted(one.at for one in server.asked)
    assert run.states == {State.FETCHED: 90}
    crowd = Counter(int((at - times[0]) / 0.02) for at in times)
    assert max(crowd.values()) <= 8  # four at a time, each at least 20 ms


def test_what_is_under_way_when_the_last_request_is_spent_is_kept():
    with RdapServer("127.0.3.1") as quick, RdapServer("127.0.3.2") as slow:
        slow.default = lambda domain: Do(pause=0.5, body=found(domain).body)
        store = MemoryStore("n0.net", *(f"n{i}.com" for i in range(10)), "n1.net")
        lists = registries(com=quick, net=slow)
        run = fetch_ages(store, settings(max_requests=4), bootstrap=lists)
    assert (run.requests, run.reason) == (4, "max_requests")
    assert len(store.saved) == 4
    assert "n0.net" in store.saved
    assert store.out == set()
