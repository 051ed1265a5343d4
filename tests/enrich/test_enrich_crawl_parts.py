"""The parts of the crawler, each alone: whose turn it is, what answers mean, how bodies unpack."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("scrapy")

import brotli
from OpenSSL import SSL
from scrapy import exceptions as scrapy_errors
from twisted.internet import error as twisted_errors
from twisted.python.failure import Failure
from twisted.web._newclient import ResponseFailed

from spamlinks.enrich.answers import Answer, Lookup, State, What
from spamlinks.enrich.crawl import reading
from spamlinks.enrich.crawl.configuring import scrapy_settings
from spamlinks.enrich.crawl.frontier import MOST_AT_ADDRESS, Frontier, Job, host_of, site_of
from spamlinks.enrich.crawl.orders import Order, Outlet
from spamlinks.enrich.crawl.outcomes import is_of_site, state_of
from spamlinks.enrich.crawl.patience import MOST_SILENT_AT_ADDRESS, Patience
from spamlinks.enrich.crawl.reading import PageReaders, ReaderError
from spamlinks.enrich.crawl.resolving import CheckedResolver
from spamlinks.enrich.crawl.saving import MOST_DOUBTS, Saver
from spamlinks.enrich.crawl.supply import SHARE, WINDOW, Supply, job_of
from spamlinks.enrich.crawl.troubles import (
    NameMissing,
    NameUnanswered,
    Refused,
    RobotsForbid,
    Unreadable,
    trouble_of,
)
from spamlinks.enrich.crawl.turns import LONGEST_CRAWL_DELAY, Turns
from spamlinks.enrich.crawl.unpacking import unpack
from spamlinks.enrich.settings import FetchSettings
from spamlinks.enrich.store import Store
from spamlinks.errors import InputError, NetworkError

NOW = datetime(2026, 5, 1, tzinfo=UTC)


class Clock:
    """A time that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moving = Clock()
    monkeypatch.setattr(time, "monotonic", moving)
    return moving


def page_job(url: str, order: int = 0, address: str = "1.1.1.1", not_before: float = 0.0) -> Job:
    return Job(Lookup(What.PAGE, url), order, url, address=address, not_before=not_before)


# ---- turns and frontier


def test_jobs_come_by_rank_and_one_per_site(clock: Clock) -> None:
    frontier = Frontier(Turns(1.0), clock)
    for order, url in enumerate(
        ("http://a.com/1", "http://a.com/2", "http://www.a.com/3", "http://b.com/")
    ):
        frontier.put(page_job(url, order, address=f"1.1.1.{order}"))
    first, second = frontier.next(), frontier.next()
    assert first is not None
    assert second is not None
    assert [first.url, second.url] == ["http://a.com/1", "http://b.com/"]
    assert frontier.next() is None, "a.com is being asked"
    assert len(frontier) == 2
    frontier.done(first)
    following = frontier.next()
    assert following is not None
    assert following.url == "http://a.com/2"


def test_a_site_waits_for_its_delay_and_an_address_for_its_own(clock: Clock) -> None:
    turns = Turns(1.0)
    frontier = Frontier(turns, clock)
    for order, url in enumerate(
        ("http://a.com/1", "http://a.com/2", "http://b.com/", "http://c.com/")
    ):
        frontier.put(page_job(url, order))  # all at one address
    job = frontier.next()
    assert job is not None
    asyncio.run(turns.take(job.site, job.address))
    assert frontier.next() is None, "the address was asked just now"
    clock.now += 0.5
    other = frontier.next()
    assert other is not None
    assert other.url == "http://b.com/"
    asyncio.run(turns.take(other.site, other.address))
    turns.done(job.site)
    frontier.done(job)
    clock.now += 0.5
    third = frontier.next()
    assert third is not None
    assert third.url == "http://c.com/", "a.com may be asked a second after its last answer"
    assert frontier.next() is None
    wait = frontier.wait()
    assert wait is not None
    assert 0 < wait <= 1.0
    clock.now += wait
    last = frontier.next()
    assert last is not None
    assert last.url == "http://a.com/2"


def test_a_hanging_address_does_not_take_all_places(clock: Clock) -> None:
    frontier = Frontier(Turns(0.0), clock)
    for n in range(20):
        frontier.put(page_job(f"http://s{n}.com/", n, address="9.9.9.9"))
    frontier.put(page_job("http://else.com/", 99, address="8.8.8.8"))
    out = []
    while (job := frontier.next()) is not None:
        out.append(job)
    assert len(out) == MOST_AT_ADDRESS + 1
    assert out[-1].url == "http://else.com/"


def test_a_job_that_is_put_off_lets_others_of_its_site_go_first(clock: Clock) -> None:
    frontier = Frontier(Turns(0.0), clock)
    frontier.put(page_job("http://a.com/later", 0, not_before=clock.now + 5))
    assert frontier.next() is None
    frontier.put(page_job("http://a.com/now", 1))
    job = frontier.next()
    assert job is not None
    assert job.url == "http://a.com/now"
    frontier.done(job)
    assert frontier.next() is None
    clock.now += 5
    later = frontier.next()
    assert later is not None
    assert later.url == "http://a.com/later"


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 4)), max_size=60))
def test_every_job_is_handed_out_once_and_never_two_of_a_site(
    jobs: list[tuple[int, int, int]],
) -> None:
    clock = Clock()
    frontier = Frontier(Turns(0.0), clock)
    for order, (site, address, later) in enumerate(jobs):
        url = f"http://s{site}.com/{order}"
        frontier.put(page_job(url, order, f"1.1.1.{address}", clock.now + later if later else 0.0))
    seen: list[str] = []
    out: list[Job] = []
    for _ in range(500):
        job = frontier.next()
        if job is not None:
            assert job.site not in {other.site for other in out}
            assert job.not_before <= clock.now
            out.append(job)
            seen.append(job.url)
        elif out:
            frontier.done(out.pop(0))
        else:
            clock.now += 0.5
    assert len(seen) == len(set(seen)) == len(jobs)
    assert len(frontier) == 0


def test_a_crawl_delay_counts_where_it_is_longer_and_up_to_a_bound(clock: Clock) -> None:
    turns = Turns(1.0)
    for site, wanted, kept in (
        ("none.com", None, 1.0),
        ("short.com", 0.1, 1.0),
        ("long.com", 7.0, 7.0),
        ("absurd.com", 86_400.0, LONGEST_CRAWL_DELAY),
    ):
        turns.slow_down(site, wanted)
        turns.done(site)
        assert turns.free_at(site, "9.9.9.9") == clock.now + kept, site


@pytest.mark.parametrize(
    ("url", "host", "site"),
    [
        ("http://www.Example.com:80/x", "www.example.com", "example.com"),
        ("https://a.b.blogspot.com/", "a.b.blogspot.com", "b.blogspot.com"),  # private suffix
        ("http://bücher.example/", "xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("http://127.0.0.1:8000/", "127.0.0.1", "127.0.0.1"),
        ("http://[::1]:8000/", "::1", "::1"),
        ("http://0x7f.1/", "0x7f.1", "0x7f.1"),
        ("http://localhost:1/", "localhost", "localhost"),
    ],
)
def test_politeness_is_owed_to_the_linking_domain(url: str, host: str, site: str) -> None:
    assert (host_of(url), site_of(url)) == (host, site)


# ---- supply


def test_the_window_is_shared_among_sites(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store", create=True) as store:
        urls = [f"http://large.com/{n}" for n in range(3 * WINDOW)]
        urls += [f"http://s{n}.com/" for n in range(100)]
        store.plan((Lookup(What.PAGE, url), n) for n, url in enumerate(urls))
        supply = Supply(store)
        first = supply.more()
        large = [job for job in first if job.site == "large.com"]
        assert len(large) == SHARE
        assert len(first) == SHARE + 100
        assert not supply.is_empty()
        following = supply.done(large[0])
        assert following is not None
        assert following.url == f"http://large.com/{SHARE}", "in the order of their ranks"
        done = 1
        waiting = [*first[:], following]
        waiting.remove(large[0])
        while waiting:
            job = waiting.pop()
            done += 1
            after = supply.done(job)
            waiting += [after] if after else []
            waiting += supply.more() if supply.wants_more() else []
        assert done == len(urls)
        assert supply.is_empty()


@pytest.mark.parametrize(
    ("domain", "urls"),
    [
        ("a.com", ["https://a.com/", "http://a.com/", "https://www.a.com/", "http://www.a.com/"]),
        ("www.a.com", ["https://www.a.com/", "http://www.a.com/"]),
        ("10.0.0.1", ["https://10.0.0.1/", "http://10.0.0.1/"]),
        ("::1", ["https://[::1]/", "http://[::1]/"]),
    ],
)
def test_a_start_page_is_tried_at_several_places(domain: str, urls: list[str]) -> None:
    job = job_of(Lookup(What.HOME, domain), 0)
    assert [job.url, *job.others] == urls


# ---- what answers mean


@pytest.mark.parametrize(
    ("code", "state"),
    [
        *((code, State.FETCHED) for code in (200, 203, 204, 206)),
        *((code, State.ABSENT) for code in (404, 410)),
        *((code, State.BLOCKED) for code in (401, 403, 429, 451, 999)),
        *((code, State.FAILED) for code in (-1, 0, 7, 1000, 10**20)),  # a server may send any
        *((code, State.FAILED) for code in (100, 300, 304, 400, 402, 405, 406, 418, 500, 503, 599)),
    ],
)
def test_http_codes_mean_what_they_say(code: int, state: State) -> None:
    found, reason = state_of(code)
    assert found is state
    assert bool(reason) is (state is not State.FETCHED)


def test_a_url_is_of_the_site_by_its_domain() -> None:
    assert is_of_site("https://shop.mysite.com/x", "mysite.com")
    assert not is_of_site("https://mysite.com.evil.com/", "mysite.com")
    assert not is_of_site("https://notmysite.com/", "mysite.com")
    assert not is_of_site("https://a.com/", "")


@pytest.mark.parametrize(
    ("error", "state", "reason", "again", "network"),
    [
        (Refused("loopback address"), State.FAILED, "not asked: loopback address", False, None),
        (NameMissing("name does not exist"), State.ABSENT, "name does not exist", False, True),
        (NameUnanswered("name servers do not answer"), State.FAILED, "name servers", False, False),
        (RobotsForbid(), State.ROBOTS, "robots.txt forbids it", False, None),
        (Unreadable("body is no gzip"), State.FAILED, "body is no gzip", False, True),
        (scrapy_errors.DownloadTimeoutError(), State.FAILED, "no answer within 5 s", True, False),
        (twisted_errors.TCPTimedOutError(), State.FAILED, "no answer within 5 s", True, False),
        (scrapy_errors.DownloadConnectionRefusedError(), State.FAILED, "refused", True, True),
        (twisted_errors.NoRouteError(), State.FAILED, "no way to its address", True, False),
        (scrapy_errors.CannotResolveHostError(), State.FAILED, "name servers", False, False),
        (
            ResponseFailed([Failure(SSL.Error([("SSL", "", "certificate verify failed")]))]),
            State.FAILED, "certificate cannot be trusted", False, True,
        ),
        (ConnectionResetError(), State.FAILED, "connection broken", True, True),
        (KeyError("whatever"), State.FAILED, "connection broken", True, True),
    ],
)  # fmt: skip
def test_each_exception_has_its_meaning(
    error: Exception, state: State, reason: str, again: bool, network: bool | None
) -> None:
    found = trouble_of(error, 5.0)
    assert (found.state, found.again, found.network) == (state, again, network)
    assert reason in found.reason
    wrapped = scrapy_errors.DownloadFailedError("x")
    wrapped.__cause__ = error
    assert trouble_of(wrapped, 5.0) == found, "what Scrapy wraps is looked into"


def test_patience_ends_after_tries_in_a_row_only() -> None:
    patience = Patience()
    for _ in range(5):
        patience.silent("http://a.com", "1.1.1.1", "no answer")
        patience.silent("http://a.com", "1.1.1.1", "no answer")
        patience.answered("http://a.com", "1.1.1.1")
    assert patience.closed("http://a.com", "1.1.1.1", "a.com") is None
    for _ in range(3):
        patience.silent("http://a.com", "1.1.1.1", "no answer")
    closed = patience.closed("http://a.com")
    assert closed is not None
    assert closed.state is State.FAILED
    assert "3 times in a row (no answer)" in closed.reason
    assert patience.closed("https://a.com") is None, "another port is another server"


def test_a_dead_address_is_left_alone_whatever_the_name() -> None:
    patience = Patience()
    for n in range(MOST_SILENT_AT_ADDRESS):
        assert patience.closed(f"http://s{n}.com", "1.1.1.1", f"s{n}.com") is None
        patience.silent(f"http://s{n}.com", "1.1.1.1", "no answer")
    assert patience.closed("http://new.com", "1.1.1.1", "new.com") is not None


def test_a_site_that_throttles_is_closed_with_its_time() -> None:
    patience = Patience()
    patience.throttled("a.com", 429, None, long=False)
    patience.welcomed("a.com")
    patience.throttled("a.com", 429, None, long=False)
    assert patience.closed("a.com") is None
    patience.throttled("a.com", 429, NOW, long=True)
    closed = patience.closed("a.com")
    assert closed is not None
    assert (closed.state, closed.code, closed.retry_at) == (State.BLOCKED, 429, NOW)


# ---- bodies


@pytest.mark.parametrize(
    ("layers", "pack"),
    [
        (["gzip"], gzip.compress),
        (["x-gzip"], gzip.compress),
        (["deflate"], zlib.compress),
        (["deflate"], lambda body: zlib.compress(body, wbits=-15)),
        (["br"], brotli.compress),
        (["gzip", "br"], lambda body: brotli.compress(gzip.compress(body))),
        (["identity"], lambda body: body),
        (["gzip"], lambda body: gzip.compress(body[:5]) + gzip.compress(body[5:])),  # two files
        (["gzip"], lambda body: gzip.compress(body) + b"\0" * 50),  # filled up
    ],
)
def test_bodies_unpack_whole_and_up_to_the_cap(layers: list[str], pack: object) -> None:
    body = b"<p>hello</p>" * 500
    packed = pack(body)  # type: ignore[operator]
    assert unpack(packed, layers, 10_000_000) == (body, False)
    short, more = unpack(packed, layers, 1000)
    if layers != ["identity"] and len(layers) == 1:  # what lies between two layers is cut as well
        assert (short, more) == (body[:1000], True)


@pytest.mark.parametrize("layers", [["gzip"], ["deflate"], ["br"]])
def test_half_a_body_gives_its_beginning(layers: list[str]) -> None:
    body = os.urandom(50_000)
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}[layers[0]]
    packed: bytes = pack(body)  # type: ignore[operator]
    found, more = unpack(packed[: len(packed) // 2], layers, 10_000_000)
    assert more
    assert body.startswith(found)


@given(
    st.binary(max_size=3000),
    st.lists(st.sampled_from(["gzip", "deflate", "br", "identity", "zstd"]), max_size=3),
    st.integers(1, 5000),
)
def test_no_bytes_break_the_unpacking(body: bytes, layers: list[str], cap: int) -> None:
    try:
        found, more = unpack(body, layers, cap)
    except Unreadable:
        return
    assert isinstance(more, bool)
    assert len(found) <= max(cap, len(body))


def test_three_layers_are_no_page() -> None:
    body = gzip.compress(gzip.compress(gzip.compress(b"a")))
    with pytest.raises(Unreadable, match="more than twice"):
        unpack(body, ["gzip"] * 3, 1000)


def test_a_bomb_within_a_bomb_is_bounded() -> None:
    inner = gzip.compress(b"\0" * 50_000_000, 9)
    found, more = unpack(gzip.compress(inner, 9), ["gzip", "gzip"], 100_000)
    assert len(found) == 100_000
    assert more


# ---- addresses


def resolver(**settings: object) -> CheckedResolver:
    return CheckedResolver(FetchSettings("spamlinks/1", **settings))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "017700000001", "::1", "[::1]",
             "::ffff:127.0.0.1", "169.254.169.254", "10.0.0.1", "0.0.0.0", "fe80::1"],  # noqa: S104
)  # fmt: skip
def test_no_private_address_is_told_in_any_spelling(host: str) -> None:
    with pytest.raises(Refused):
        asyncio.run(resolver().place(host))


def test_the_connection_is_told_what_was_checked_and_nothing_else() -> None:
    """Twisted's side: a checked address with its port, or none at all."""
    told: list[object] = []

    class Receiver:
        def resolutionBegan(self, _resolution: object) -> None: ...  # noqa: N802

        def addressResolved(self, address: object) -> None:  # noqa: N802
            told.append((address.host, address.port))  # type: ignore[attr-defined]

        def resolutionComplete(self) -> None:  # noqa: N802
            told.append("end")

    async def ask(one: CheckedResolver, host: str) -> None:
        await one.resolveHostName(Receiver(), host, 80).task

    hosts = {"in.test": "10.0.0.1", "out.test": "93.184.216.34", "mapped.test": "[2606:4700::1]:81"}
    for host in (*hosts, "xn--ls8h.test", "127.0.0.1"):
        one = resolver(hosts={**hosts, "xn--ls8h.test": "93.184.216.35"})
        asyncio.run(ask(one, host))
    asyncio.run(ask(one, "\U0001f4a9.test"))  # as Twisted gives international names back
    assert told == [
        "end", ("93.184.216.34", 80), "end", ("2606:4700::1", 81), "end",
        ("93.184.216.35", 80), "end", "end", ("93.184.216.35", 80), "end",
    ]  # fmt: skip


# ---- saving


def answer(n: int, state: State = State.FAILED, reason: str = "no answer") -> Answer:
    return Answer(Lookup(What.PAGE, f"http://s{n}.com/"), state, NOW, reason=reason)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store", create=True) as opened:
        opened.plan((Lookup(What.PAGE, f"http://s{n}.com/"), n) for n in range(500))
        yield opened


def test_silence_everywhere_is_our_own_network_and_is_not_written(store: Store) -> None:
    saver = Saver(store)
    saver.add(answer(499, State.FETCHED, ""), network=True, site="s499.com")
    for n in range(1, MOST_DOUBTS):
        saver.add(answer(n), network=False, site=f"s{n}.com")
    with pytest.raises(NetworkError, match="the network does not answer"):
        saver.add(answer(0), network=False, site="s0.com")
    saver.flush()
    assert store.pending(What.PAGE) == 499
    assert saver.done == 1


def test_silence_of_some_is_theirs_once_anybody_answers(store: Store) -> None:
    saver = Saver(store)
    for n in range(MOST_DOUBTS - 1):
        saver.add(answer(n), network=False, site=f"s{n}.com")
    saver.flush()
    assert store.pending(What.PAGE) == 500, "they wait for a proof"
    saver.add(answer(100, State.ABSENT, "HTTP 404"), network=True, site="s100.com")
    saver.end()
    assert store.pending(What.PAGE) == 500 - MOST_DOUBTS


def test_silence_at_the_end_is_theirs_where_anybody_answered_before(store: Store) -> None:
    """The last sites of a long run may all be dead; the network was there."""
    saver = Saver(store)
    saver.add(answer(100, State.ABSENT, "HTTP 404"), network=True, site="s100.com")
    for n in range(MOST_DOUBTS - 1):
        saver.add(answer(n), network=False, site=f"s{n}.com")
    saver.end()
    assert store.pending(What.PAGE) == 500 - MOST_DOUBTS


def test_many_silent_pages_of_few_sites_are_no_outage(store: Store) -> None:
    saver = Saver(store)
    for n in range(3 * MOST_DOUBTS):
        saver.add(answer(n), network=False, site=f"s{n % 3}.com")
    saver.end()
    assert store.pending(What.PAGE) == 500 - 3 * MOST_DOUBTS


def test_answers_are_written_by_the_hundred(store: Store) -> None:
    saver = Saver(store)
    for n in range(250):
        saver.add(answer(n, State.ROBOTS), network=None, site="s.com")
    assert store.pending(What.PAGE) == 300
    saver.end()
    assert store.pending(What.PAGE) == 250


# ---- readers


def test_a_reader_that_dies_costs_one_page() -> None:
    import multiprocessing

    async def go() -> None:
        readers = PageReaders(1)
        asked = {"url": "http://a.com/", "final_url": "http://a.com/", "site": "b.com"}
        headers = {"headers": {"content-type": "text/html"}}
        assert (await readers.read(b"<p>one two", {**asked, **headers})).words == 2
        with pytest.raises(ReaderError, match="TypeError"):
            await readers.read(b"", {"nonsense": 1})
        long = asyncio.ensure_future(
            readers.read(b"<p>word <b>x</b>" * 120_000, {**asked, **headers})
        )
        await asyncio.sleep(0.05)
        (process,) = multiprocessing.active_children()
        process.kill()
        with pytest.raises(ReaderError, match="crash"):
            await long
        assert (await readers.read(b"<p>one", {**asked, **headers})).words == 1
        for process in multiprocessing.active_children():
            process.kill()
            process.join()
        readers.close()

    asyncio.run(go())


def test_a_page_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PATIENCE", 0.01)

    async def go() -> None:
        readers = PageReaders(1)
        with pytest.raises(ReaderError, match="takes too long"):
            await readers.read(b"", {"url": "", "final_url": "", "site": ""})
        readers.close()

    asyncio.run(go())


# ---- orders


def test_an_order_is_settings_and_a_store() -> None:
    settings = FetchSettings("spamlinks/1", delay=2.0, hosts={"a.test": "127.0.0.1"})
    found = Order.from_json(json.dumps({"store": "x", **json.loads(settings.to_json())}))
    assert found == Order(Path("x"), settings)
    with pytest.raises(InputError, match="no JSON"):
        Order.from_json("{")


def test_a_full_pipe_holds_nobody_up(tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    outlet = Outlet(theirs)
    begun = time.monotonic()
    for n in range(5000):
        assert outlet.say(done=n, text="x" * 100)
    assert time.monotonic() - begun < 5
    lines = os.read(ours, 1 << 20).splitlines()
    assert all(json.loads(line)["text"] for line in lines), "whole lines only"
    os.close(ours)
    assert outlet.say(done=1) is False, "nobody reads any more"
    os.close(theirs)


def test_scrapy_opens_no_port_keeps_no_cookies_and_uses_no_proxy() -> None:
    from scrapy.settings import Settings

    made = Settings(scrapy_settings(FetchSettings("spamlinks/1 (x)")))
    for name in ("TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED", "COOKIES_ENABLED",
                 "HTTPPROXY_ENABLED", "REFERER_ENABLED", "HTTPCACHE_ENABLED"):  # fmt: skip
        assert not made.getbool(name), name
    assert made.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert made.getbool("ROBOTSTXT_OBEY")
    known = Settings()
    unknown = [name for name in scrapy_settings(FetchSettings("a")) if name not in known]
    assert unknown == ["SPAMLINKS_FETCH"], "a setting that Scrapy does not know does nothing"
