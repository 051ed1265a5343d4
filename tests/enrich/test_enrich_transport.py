"""One request: what is said to a server, certificates, and servers that do not speak HTTP."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rdap_server import Do, RdapServer

from spamlinks.enrich.settings import FetchSettings

pytest.importorskip("httpcore")

from spamlinks.enrich.transport import NoAnswer, Reply, Transport, origin_of, redirect_of


def get(url: str, *, max_bytes: int = 1_000_000, **changes: object) -> Reply:
    usual: dict[str, object] = {"allow_private": True, "timeout": 1.0}
    settings = FetchSettings("spamlinks/1 (robot)", **{**usual, **changes})  # type: ignore[arg-type]

    async def run() -> Reply:
        async with Transport(settings, max_bytes=max_bytes) as transport:
            return await transport.get(url, accept="application/json")

    return asyncio.run(run())


def test_only_what_is_needed_is_said():
    with RdapServer("127.0.7.1") as server:
        reply = get(f"{server.base}domain/a.com?x=1#part")
    (asked,) = server.asked
    assert asked.path == "/rdap/domain/a.com?x=1"
    assert asked.headers == {
        "host": server.origin,
        "user-agent": "spamlinks/1 (robot)",
        "accept": "application/json",
        "accept-encoding": "gzip",
    }
    assert reply.code == 200
    assert reply.headers["content-type"] == "application/rdap+json"


def test_a_body_just_at_the_bound_is_read():
    with RdapServer("127.0.7.1") as server:
        server.plan["x"] = [Do(body=b"x" * 5000)]
        assert get(f"{server.base}x", max_bytes=5000).body == b"x" * 5000
        with pytest.raises(NoAnswer, match="larger than 4,999 bytes"):
            get(f"{server.base}x", max_bytes=4999)


def test_a_name_of_the_settings_may_stand_for_another_port():
    with RdapServer("127.0.7.1") as server:
        hosts = {"rdap.one.test": f"127.0.7.1:{server.port}"}
        assert get("http://rdap.one.test/rdap/domain/a.com", hosts=hosts).code == 200
    assert [asked.headers["host"] for asked in server.asked] == ["rdap.one.test"]


NOT_ASKED = [  # URL, private addresses allowed, words
    ("http://rdap.one.test:25/", False, "port 25, which is not asked"),
    ("http://127.0.7.1:6379/", True, "port 6379, which is not asked"),
    ("http://printer.local/", False, "printer.local is not asked: name of a local network"),
    ("http://intranet/", False, "intranet is not asked: name of a local network"),
    ("http://a.onion/", True, "not asked: name that is not in the public name system"),
    ("http://127.1/", False, "which is not asked: loopback address"),
    ("http://me@rdap.one.test/", False, "no plain URL"),
]


@pytest.mark.parametrize(("url", "private", "words"), NOT_ASKED)
def test_what_pages_are_not_asked_for_registries_are_not_either(url, private, words):
    """A registry's redirect is a stranger's word as a page's link is."""
    with pytest.raises(NoAnswer) as caught:
        get(url, allow_private=private, delay=0.2)
    assert words in caught.value.reason


def test_cookies_are_not_kept_and_connections_are():
    do = Do(headers=(("Set-Cookie", "id=7"),), body=b"{}")
    with RdapServer("127.0.7.1") as server:
        server.plan["x"] = [do]
        settings = FetchSettings("spamlinks/1", allow_private=True)

        async def run() -> None:
            async with Transport(settings, max_bytes=1000) as transport:
                for _ in range(3):
                    await transport.get(f"{server.base}x", accept="*/*")

        asyncio.run(run())
    assert len(server.asked) == 3
    assert all("cookie" not in asked.headers for asked in server.asked)


@contextmanager
def speaking(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads a request and then does what ``answer`` does with the connection."""
    listener = socket.create_server(("127.0.7.2", 0))
    listener.settimeout(0.05)
    closing = threading.Event()

    def run() -> None:
        while not closing.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    connection.settimeout(2)
                    connection.recv(65536)
                    answer(connection)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.7.2:{listener.getsockname()[1]}/"
    finally:
        closing.set()
        thread.join(5)
        listener.close()


def endless_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for i in range(100_000):
        connection.sendall(b"X-%d: %s\r\n" % (i, b"x" * 1000))


def endless_line(connection: socket.socket) -> None:
    for _ in range(100_000):
        connection.sendall(b"x" * 1000)


NONSENSE: list[tuple[str, Callable[[socket.socket], None], str]] = [
    ("nothing", lambda c: None, "cut, or does not speak HTTP"),
    ("another language", lambda c: c.sendall(b"220 mail.example ESMTP\r\n"), "speak HTTP"),
    ("bytes", lambda c: c.sendall(bytes(range(256)) * 100), "speak HTTP"),
    ("a line without end", endless_line, "speak HTTP"),
    ("a head without end", endless_head, "speak HTTP"),
    (
        "half a body",
        lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"),
        "speak HTTP",
    ),
    (
        "two lengths",
        lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        "speak HTTP",
    ),
    (
        "a bad chunk",
        lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        "speak HTTP",
    ),
    ("silence", lambda c: time.sleep(1.5), "no answer within 0.5 s"),
]


@pytest.mark.parametrize(("what", "answer", "words"), NONSENSE, ids=[one[0] for one in NONSENSE])
def test_servers_that_do_not_speak_http(what, answer, words):
    begun = time.monotonic()
    with speaking(answer) as url, pytest.raises(NoAnswer, match=words):
        get(url, timeout=0.5)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "file:///etc/passwd",
        "http://",
        "http:///x",
        "http://a.example:0/",
        "http://a.example:65536/",
        "http://user@a.example/",
        "http://a.example/ x",
        "http://a.example/\r\nX: y",
        "http://bücher.example/",
        "http://[::1/",
        "http://a.example/" + "x" * 3000,
        "//a.example/",
        "",
    ],
)
def test_what_is_no_plain_url_is_not_asked(url):
    with pytest.raises(NoAnswer, match=r"^an address "):
        get(url)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://R.example./a", "r.example"),
        ("http://r.example/a", "r.example"),
        ("https://r.example:8443/a", "r.example:8443"),
        ("https://r.example:443/a", "r.example"),
    ],
)
def test_one_server_has_one_name(url, origin):
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("code", "location", "target"),
    [
        (302, "/b", "https://r.example/b"),
        (301, "b", "https://r.example/x/b"),
        (307, "//s.example/b", "https://s.example/b"),
        (308, " http://s.example/b#top ", "http://s.example/b"),
        (303, "?q", "https://r.example/x/y?q"),
        (200, "/b", None),
        (304, "/b", None),
        (302, None, None),
    ],
)
def test_where_a_redirect_leads(code, location, target):
    headers = {} if location is None else {"location": location}
    assert redirect_of(Reply("https://r.example/x/y", code, headers, b"")) == target


def certificate(folder: Path, *names: str, expired: bool = False) -> tuple[Path, Path]:
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=-1 if expired else 1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, private = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert, private


@pytest.mark.parametrize(
    ("host", "trusted", "expired", "words"),
    [
        ("rdap.one.test", True, False, ""),
        ("rdap.one.test", False, False, "its certificate is not valid .*self-signed"),
        ("rdap.two.test", True, False, "its certificate is not valid .*two.test"),
        ("rdap.one.test", True, True, "its certificate is not valid .*expired"),
    ],
)
def test_certificates_are_checked_against_the_name(
    tmp_path, monkeypatch, host, trusted, expired, words
):
    cert, key = certificate(tmp_path, "rdap.one.test", expired=expired)
    context = ssl.create_default_context()
    if trusted:
        context.load_verify_locations(cert)
    monkeypatch.setattr("httpcore.default_ssl_context", lambda: context)
    with RdapServer("127.0.7.3", tls=(cert, key)) as server:
        url = f"https://{host}:{server.port}/rdap/domain/a.com"
        hosts = {"rdap.one.test": "127.0.7.3", "rdap.two.test": "127.0.7.3"}
        if not words:
            assert get(url, hosts=hosts).code == 200
            return
        with pytest.raises(NoAnswer, match=words):
            get(url, hosts=hosts)
    assert server.asked == []
