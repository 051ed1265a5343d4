"""The crawler as a process: told, killed, gone on with, left alone; and how politely it asks."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("scrapy")

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from crawl_runs import answers, crawl, end_all, order, plan, start
from web_server import Page, Web, bomb, html, slow

from spamlinks.enrich.answers import What
from spamlinks.enrich.store import Store

needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")


@pytest.fixture(autouse=True)
def _nobody_is_left() -> Iterator[None]:
    yield
    end_all()


def end(child: subprocess.Popen[bytes], seconds: float = 15) -> list[dict[str, Any]]:
    """Wait for the end of a process; returns what it said."""
    assert child.stdout is not None
    assert child.stderr is not None
    said = [json.loads(line) for line in child.stdout]
    child.wait(seconds)
    for pipe in (child.stdin, child.stdout, child.stderr):
        assert pipe is not None
        pipe.close()
    return said


def pending(store: Path) -> int:
    with Store.open(store, read_only=True) as opened:
        return opened.pending(What.PAGE)


# ---- what it is told, and what it says


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        ("no JSON", "InputError", "no JSON"),
        ("", "InputError", "no JSON"),
        ("[]", "InputError", "names no store"),
        ('{"store": 5}', "InputError", "names no store"),
        ('{"store": "x"}', "InputError", "no user_agent"),
        ('{"store": "x", "user_agent": "a", "speed": 5}', "InputError", "unknown"),
        ('{"store": "/nowhere/x", "user_agent": "a"}', "InputError", "does not exist"),
    ],
)
def test_a_wrong_order_is_refused_in_a_sentence(told: str, kind: str, words: str) -> None:
    (said,) = crawl(told, code=1)
    assert said["error"]["kind"] == kind
    assert words in said["error"]["problem"]


def test_an_empty_work_list_is_done_at_once(tmp_path: Path) -> None:
    with Web() as web:
        said = crawl(order(plan(tmp_path / "store", []), web))
    assert said[-1] == {
        "finished": True, "reason": "done", "done": 0, "states": {}, "requests": 0, "in_flight": 0,
    }  # fmt: skip


def test_no_more_requests_than_allowed_are_made(tmp_path: Path) -> None:
    with Web() as web:
        starts = [web.add(f"s{n}.many{n}.test", {"*": html()}) for n in range(10)]
        store = plan(tmp_path / "store", [f"{start}/{n}" for n in range(5) for start in starts])
        said = crawl(order(store, web, max_requests=23))
        # robots.txt of ten sites, and thirteen pages
        assert len(web.seen) == 23
    assert said[-1]["reason"] == "max requests"
    assert said[-1]["requests"] == 23
    assert pending(store) == 50 - said[-1]["done"] == 37


# ---- politeness, measured by the server


def test_a_host_and_an_address_are_asked_no_faster_than_promised(tmp_path: Path) -> None:
    delay = 0.2
    with Web() as web:
        alone = [web.add(f"a{n}.alone{n}.test", {"*": html()}) for n in range(5)]
        together = [
            web.add(f"b{n}.together{n}.test", {"*": html()}, address="127.77.0.1") for n in range(8)
        ]
        family = [
            web.add(f"c{n}.family.test", {"*": html()}, address=f"127.78.0.{n + 1}")
            for n in range(4)
        ]
        urls = [f"{start}/{n}" for n in range(4) for start in (*alone, *together, *family)]
        crawl(order(plan(tmp_path / "store", urls), web, delay=delay))
        by_host, by_address = web.times(by="host"), web.times(by="address")
        by_site: dict[str, list[float]] = {}
        for request in web.seen:
            by_site.setdefault(request.host.split(".", 1)[1], []).append(request.time)
    assert sum(map(len, by_host.values())) == len(urls) + 17  # and robots.txt of each host
    for times in (*by_host.values(), *by_site.values()):
        assert min(b - a for a, b in pairwise(times)) >= delay
    shared = by_address["127.77.0.1"]
    assert len(shared) == 8 * 5
    # Twice as often as one site; what is under way may arrive a little closer together.
    assert (shared[-1] - shared[0]) / (len(shared) - 1) >= delay / 2
    for place, moment in enumerate(shared):
        within = [t for t in shared[place:] if t < moment + 5 * delay]
        assert len(within) <= 10 + 2
    # One site does not wait for the other: those alone end long before those that share.
    assert max(by_host["a0.alone0.test"]) < max(shared)


def test_a_host_with_very_many_pages_does_not_hold_up_the_others(tmp_path: Path) -> None:
    with Web() as web:
        large = web.add("large.test", {"*": html()})
        small = [web.add(f"s{n}.small{n}.test", {"*": html()}) for n in range(5)]
        urls = [*(f"{large}/{n}" for n in range(5000)), *(f"{start}/" for start in small)]
        store = plan(tmp_path / "store", urls)
        child = start(order(store, web))
        until = time.monotonic() + 60
        while time.monotonic() < until and not all(
            "/" in web.asked(h) for h in web.hosts if "s" in h[:1]
        ):
            time.sleep(0.1)
        child.terminate()
        end(child)
        assert all("/" in web.asked(f"s{n}.small{n}.test") for n in range(5))
        assert len(web.asked("large.test")) < 500


def test_a_silent_host_is_left_alone_and_costs_the_others_nothing(tmp_path: Path) -> None:
    with Web() as web:
        silent = web.add("silent.test", {"*": slow(60), "/robots.txt": Page(code=404)})
        fine = web.add("fine.test", {"*": html()})
        urls = [f"{silent}/{n}" for n in range(10)] + [f"{fine}/{n}" for n in range(5)]
        store = plan(tmp_path / "store", urls)
        crawl(order(store, web, timeout=0.7))
        assert len(web.asked("silent.test")) == 4  # robots.txt, and three tries
        found = answers(store)
    assert all(found[f"{fine}/{n}"]["state"] == "fetched" for n in range(5))
    reasons = [found[f"{silent}/{n}"]["reason"] for n in range(10)]
    assert all(found[f"{silent}/{n}"]["state"] == "failed" for n in range(10))
    assert sum("3 times in a row" in reason for reason in reasons) >= 7


def test_a_site_that_wants_fewer_requests_gets_none(tmp_path: Path) -> None:
    with Web() as web:
        pages = {"*": Page(code=429, headers={"Retry-After": "3600"}), "/robots.txt": html()}
        site = web.add("enough.test", pages)
        store = plan(tmp_path / "store", [f"{site}/{n}" for n in range(10)])
        crawl(order(store, web))
        assert len(web.asked("enough.test")) == 2
        found = answers(store)
    assert {row["state"] for row in found.values()} == {"blocked"}


# ---- killed and gone on with


def test_kills_lose_only_what_was_under_way(tmp_path: Path) -> None:
    """Nothing is lost, and nothing fetched again whose answer was saved."""
    chance = random.Random(7)
    with Web() as web:
        starts = [web.add(f"s{n}.kill{n}.test", {"*": html("page")}) for n in range(40)]
        urls = [f"{start}/{n}" for n in range(7) for start in starts]
        store = plan(tmp_path / "store", urls)
        told = order(store, web, delay=0.2)
        saved: set[str] = set()
        for _ in range(3):
            before = len(web.seen)
            child = start(told)
            _until_done(child, chance.randrange(5, 60))
            time.sleep(chance.uniform(0, 1.5))
            child.kill()
            end(child)
            assert not saved & {f"http://{r.host}:{web.port}{r.path}" for r in web.seen[before:]}
            saved = {url for url, row in answers(store).items() if row["state"] == "fetched"}
            assert pending(store) == len(urls) - len(saved)
        before = len(web.seen)
        crawl(told)
        asked = Counter(f"http://{r.host}:{web.port}{r.path}" for r in web.seen)
        again = {f"http://{r.host}:{web.port}{r.path}" for r in web.seen[before:]}
        found = answers(store)
    assert saved
    assert not again & saved
    assert {found[url]["state"] for url in urls} == {"fetched"}
    # What waits for its reader or to be saved, and what is under way.
    assert sum(asked[url] - 1 for url in urls) <= 3 * (32 + 100 + 64)
    assert pending(store) == 0


def _until_done(child: subprocess.Popen[bytes], many: int) -> None:
    """Wait until it says that so many look-ups have ended."""
    assert child.stdout is not None
    for line in child.stdout:
        said = json.loads(line)
        if said.get("done", 0) >= many or "finished" in said or "error" in said:
            return


def _until_asked(web: Web, many: int) -> None:
    until = time.monotonic() + 90
    while len(web.seen) < many and time.monotonic() < until:
        time.sleep(0.02)
    assert len(web.seen) >= many


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "stdin"])
def test_told_to_stop_it_saves_what_is_done_and_leaves_soon(tmp_path: Path, how: str) -> None:
    if how != "stdin" and sys.platform == "win32":
        pytest.skip("no such signals")
    with Web() as web:
        fine = [web.add(f"f{n}.stop{n}.test", {"*": html()}) for n in range(5)]
        hanging = web.add("hanging.test", {"*": slow(60)})
        urls = [f"{hanging}/", *(f"{start}/{n}" for n in range(500) for start in fine)]
        store = plan(tmp_path / "store", urls)
        child = start(order(store, web, timeout=60.0))
        _until_done(child, 15)
        assert _listening(child.pid) == set(), "nothing is listened on"
        begun = time.monotonic()
        if how == "stdin":
            assert child.stdin is not None
            child.stdin.close()
        else:
            child.send_signal(getattr(signal, how))
        assert child.stdout is not None
        said = [json.loads(line) for line in child.stdout]
        assert child.wait(20) == 0
        assert time.monotonic() - begun < 18
        assert child.stderr is not None
        assert child.stderr.read() == b""
        for pipe in (child.stdout, child.stderr):
            pipe.close()
        if child.stdin:
            child.stdin.close()
    assert (said[-1]["finished"], said[-1]["reason"]) == (True, "stopped")
    assert {path.name for path in tmp_path.iterdir()} <= {"store", "store-wal", "store-shm"}
    assert said[-1]["done"] == len(urls) - pending(store) > 10


def test_it_ends_when_nobody_listens(tmp_path: Path) -> None:
    with Web() as web:
        site = web.add("listen.test", {"*": html()})
        store = plan(tmp_path / "store", [f"{site}/{n}" for n in range(2000)])
        child = start(order(store, web))
        _until_asked(web, 5)
        for pipe in (child.stdout, child.stdin, child.stderr):
            assert pipe is not None
            pipe.close()
        assert child.wait(15) in (0, 1)


# ---- when things break


def test_a_network_that_is_gone_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    """A name server that never answers: what a machine without network looks like."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute, Web() as web:
        mute.bind(("127.0.0.1", 0))
        server = f"127.0.0.1:{mute.getsockname()[1]}"
        store = plan(tmp_path / "store", [f"http://s{n}.example/" for n in range(3)])
        said = crawl(order(store, web, dns_servers=[server]), code=1)
    assert said[-1]["error"]["kind"] == "NetworkError"
    assert "network" in said[-1]["error"]["problem"]
    assert "\n" not in said[-1]["error"]["hint"]
    assert pending(store) == 3
    assert {row["state"] for row in answers(store).values()} == {None}


class NameServer(threading.Thread):
    """Answers for a few names; not at all for "mute", SERVFAIL for "broken"."""

    def __init__(self, known: dict[str, tuple[str, ...]]) -> None:
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.known = known

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.socket.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                data, sender = self.socket.recvfrom(4096)
            except OSError:
                return
            question = dns.message.from_wire(data)
            name = question.question[0].name.to_text().rstrip(".")
            kind = question.question[0].rdtype
            reply = dns.message.make_response(question)
            reply.flags |= dns.flags.RA
            if name.startswith("mute"):
                continue
            if name.startswith("broken"):
                reply.set_rcode(dns.rcode.SERVFAIL)
            elif name not in self.known:
                reply.set_rcode(dns.rcode.NXDOMAIN)
            else:
                for address in self.known[name]:
                    want = dns.rdatatype.AAAA if ":" in address else dns.rdatatype.A
                    if want == kind:
                        reply.answer.append(
                            dns.rrset.from_text(f"{name}.", 60, "IN", want, address)
                        )
            self.socket.sendto(reply.to_wire(), sender)


@pytest.fixture
def name_server() -> Iterator[NameServer]:
    server = NameServer(
        {
            "here.example": ("127.90.0.1",),
            "six.example": ("::1",),
            "empty.example": (),
            "inside.example": ("10.0.0.1",),
            "mixed.example": ("169.254.169.254", "127.90.0.1"),
            "linklocal.example": ("fe80::1",),
        }
    )
    server.start()
    yield server
    server.socket.close()


def test_the_name_system_is_heard_in_its_shades(tmp_path: Path, name_server: NameServer) -> None:
    """No such name is an answer, silence is none; every address is checked after it was told."""
    with Web() as web:
        web.add("here.example", {"/": html()}, address="127.90.0.1")
        web.add("mixed.example", {"/": html()}, address="127.90.0.1")
        names = ["here", "gone", "empty", "mute", "broken", "mixed", "linklocal"]
        urls = {name: f"http://{name}.example:{web.port}/" for name in names}
        store = plan(tmp_path / "store", urls.values())
        crawl(order(store, web, hosts={}, dns_servers=[name_server.place]))
        found = {name: answers(store)[url] for name, url in urls.items()}
    assert {name: (row["state"], row["reason"]) for name, row in found.items()} == {
        "here": ("fetched", None),
        "gone": ("absent", "name does not exist"),
        "empty": ("absent", "name has no address"),
        "mute": ("failed", "name servers do not answer"),
        "broken": ("failed", "name servers answer with an error"),
        "mixed": ("fetched", None),  # at the one address that may be asked
        "linklocal": ("failed", "not asked: link-local address"),
    }


def test_without_the_switch_no_private_address_is_touched(
    tmp_path: Path, name_server: NameServer
) -> None:
    with Web() as web:
        web.add("trap.example", {"*": html()}, address="127.90.0.1")
        hosts = {"public.example": "93.184.216.34"}  # never asked: refused by port
        urls = [
            f"http://here.example:{web.port}/",
            f"http://inside.example:{web.port}/",
            f"http://six.example:{web.port}/",
            f"http://127.90.0.1:{web.port}/",
            f"http://2130706433:{web.port}/",
            f"http://0x7f.1:{web.port}/",
            f"http://0177.0.0.1:{web.port}/",
            f"http://[::1]:{web.port}/",
            f"http://[::ffff:127.0.0.1]:{web.port}/",
            f"http://localhost:{web.port}/",
            "http://169.254.169.254/latest/meta-data/",
        ]
        store = plan(tmp_path / "store", urls)
        told = order(
            store, web, allow_private=False, delay=0.2, hosts=hosts, dns_servers=[name_server.place]
        )
        crawl(told)
        assert web.seen == []
        found = answers(store)
    for url in urls:
        assert found[url]["state"] == "failed", url
        assert "not asked: " in found[url]["reason"], url


def test_a_certificate_is_checked(tmp_path: Path) -> None:
    """One that is trusted, one for another name, one of an unknown authority."""
    good, bad = _context(tmp_path / "good", "good.test"), _context(tmp_path / "bad", "other.test")
    with Web(tls=good) as web, Web(tls=bad) as other:
        urls = [
            web.add("good.test", {"/": html()}) + "/",
            web.add("wrong.test", {"/": html()}) + "/",
            other.add("other.test", {"/": html()}, address="127.91.0.1") + "/",
        ]
        store = plan(tmp_path / "store", urls)
        hosts = {**web.hosts, **other.hosts}
        crawl(order(store, web, hosts=hosts), {"SSL_CERT_FILE": str(tmp_path / "good.pem")})
        found = [answers(store)[url] for url in urls]
        assert [(row["state"], row["reason"]) for row in found] == [
            ("fetched", None),
            ("failed", "certificate is not for this name"),
            ("failed", "certificate cannot be trusted"),
        ]
        assert not [request for request in other.seen if request.path != "/robots.txt"]


def _context(path: Path, name: str) -> ssl.SSLContext:
    """A certificate that signs itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path.with_suffix(".pem").write_bytes(made.public_bytes(pem))
    path.with_suffix(".key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path.with_suffix(".pem"), path.with_suffix(".key"))
    return context


@needs_proc
def test_bombs_take_no_memory(tmp_path: Path) -> None:
    """Ten gigabytes, packed into ten megabytes, at twenty hosts at once."""
    with Web() as web:
        starts = [web.add(f"s{n}.bomb{n}.test", {"/": bomb()}) for n in range(20)]
        store = plan(tmp_path / "store", [f"{start}/" for start in starts])
        child = start(order(store, web, timeout=20.0))
        assert child.stdout is not None
        most = 0
        for line in child.stdout:
            if "finished" in json.loads(line):
                break
            status = Path(f"/proc/{child.pid}/status").read_text("utf-8")
            most = max(most, int(status.partition("VmHWM:")[2].split()[0]) // 1024)
        end(child)
        found = answers(store)
    assert {(row["state"], row["bytes_read"]) for row in found.values()} == {("fetched", 2_000_000)}
    assert 0 < most < 300, f"{most} MB"


@needs_proc
def test_memory_does_not_follow_the_work_list(tmp_path: Path) -> None:
    """100,000 URLs are queued; it takes what it takes for a few."""
    with Web() as web:
        starts = [web.add(f"s{n}.queue{n}.test", {"*": html("page")}) for n in range(20)]
        store = plan(tmp_path / "store", (f"{starts[n % 20]}/{n}" for n in range(100_000)))
        child = start(order(store, web))
        _until_done(child, 100)
        status = Path(f"/proc/{child.pid}/status").read_text("utf-8")
        child.terminate()
        end(child)
    most = int(status.partition("VmHWM:")[2].split()[0]) // 1024
    assert 0 < most < 200, f"{most} MB"


def test_a_page_that_breaks_its_reader_is_one_failure(tmp_path: Path) -> None:
    """A reader that dies, raises or hangs: the page fails, the next one is read."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os\n"
        "import spamlinks.enrich.page as page\n"
        "honest = page.read_page\n"
        "def read_page(body, **asked):\n"
        "    if b'CRASH' in body: os._exit(11)\n"
        "    if b'RAISE' in body: raise ZeroDivisionError\n"
        "    return honest(body, **asked)\n"
        "page.read_page = read_page\n"
    )
    with Web() as web:
        pages = {"/crash": html("CRASH"), "/raise": html("RAISE"), "/fine": html("fine")}
        site = web.add("reader.test", pages)
        store = plan(
            tmp_path / "store", [f"{site}{path}" for path in ("/crash", "/raise", "/fine")]
        )
        crawl(
            order(store, web), {"PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}"}
        )
        found = answers(store)
    assert [
        (found[f"{site}{path}"]["state"], found[f"{site}{path}"]["reason"]) for path in pages
    ] == [
        ("failed", "page could not be read (crash)"),
        ("failed", "page could not be read (ZeroDivisionError)"),
        ("fetched", None),
    ]


def _listening(process: int) -> set[str]:
    """Local TCP ports that a process listens on, by /proc."""
    own: set[str] = set()
    if not Path("/proc/net/tcp").exists():
        return own
    for path in Path(f"/proc/{process}/fd").iterdir():
        try:
            own.add(str(path.readlink()))
        except OSError:
            continue
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text("utf-8").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in own:
                found.add(fields[1])
    return found
