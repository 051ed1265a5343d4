"""The list of registries: the bundled one, the refreshed one, and lists that are none."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from rdap_server import Do, RdapServer, endless, redirect, status

from spamlinks.enrich.ages import forecast_ages, whom_to_ask
from spamlinks.enrich.bootstrap import (
    Bootstrap,
    bootstrap_path,
    load_bootstrap,
    read_bootstrap,
    refresh_bootstrap,
)
from spamlinks.enrich.settings import FetchSettings
from spamlinks.errors import InputError, NetworkError
from spamlinks.urls import parse_host

SETTINGS = FetchSettings("spamlinks/1", allow_private=True, timeout=1.0)
DATA = files("spamlinks").joinpath("data")
RAW = DATA.joinpath("rdap_bootstrap.json").read_bytes()


def test_the_bundled_list_is_what_its_source_note_says():
    note = json.loads(DATA.joinpath("SOURCES.json").read_text("utf-8"))["rdap_bootstrap.json"]
    assert hashlib.sha256(RAW).hexdigest() == note["sha256"]
    found = load_bootstrap()
    assert len(found.servers) == note["entries"] == note["lists"][0]["count"]
    assert f"{found.published:%Y-%m-%d}" == note["lists"][0]["date"]
    assert note["lists"][0]["licence"] == "CC0-1.0"


def test_the_bundled_list_is_usable():
    found = load_bootstrap()
    assert len(found.servers) > 1_000
    for suffix, base in found.servers.items():
        assert base.startswith(("https://", "http://"))
        assert base.endswith("/")
        assert suffix == suffix.lower().strip(".")
        if "." not in suffix:
            assert parse_host(f"a.b.{suffix}").problem is None, suffix
    secure = sum(base.startswith("https://") for base in found.servers.values())
    assert secure > 0.95 * len(found.servers)
    for suffix in "com net org info biz xyz top site online shop uk fr nl br pl cz".split():
        assert found.server_of(f"a.{suffix}"), suffix
    for suffix in "de ru cn".split():
        assert found.server_of(f"a.{suffix}") is None, suffix


LIST = Bootstrap(
    datetime(2026, 1, 1, tzinfo=UTC),
    {"com": "https://c/", "uk": "https://u/", "co.uk": "https://cu/", "xn--p1ai": "https://r/"},
)


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("a.com", ("a.com", "https://c/")),
        ("A.COM", ("a.com", "https://c/")),
        ("www.a.com", ("a.com", "https://c/")),
        ("a.uk", ("a.uk", "https://u/")),
        ("a.co.uk", ("a.co.uk", "https://cu/")),  # the longest suffix
        ("a.org.uk", ("a.org.uk", "https://u/")),
        ("пример.рф", ("xn--e1afmkfd.xn--p1ai", "https://r/")),
        ("blogspot.com", ("blogspot.com", "https://c/")),  # the platform itself is registered
        (
            "me.blogspot.com",
            "a name below blogspot.com, not registered with any public registry",
        ),
        ("me.github.io", "a name below github.io, not registered with any public registry"),
        ("a.de", "the registry of .de offers no RDAP"),
        ("a.com.de", "a name below com.de, not registered with any public registry"),
        ("a.nosuchsuffix", "there is no suffix .nosuchsuffix"),
        ("203.0.113.9", "an IP address has no registration"),
        ("[2001:db8::1]", "an IP address has no registration"),
        ("com", "no domain: host has no public suffix"),
        ("co.uk", "no domain: host is a public suffix, not a site"),
        ("", "no domain: no host"),
        ("a b.com", "no domain: host has characters that no host name can have"),
        ("a.com/../../x?y", ("a.com", "https://c/")),
        ("a%2f..com", "no domain: host has characters that no host name can have"),
    ],
)
def test_whom_to_ask(key, found):
    assert whom_to_ask(key, LIST) == found


def test_one_server_for_everything():
    assert whom_to_ask("a.de", "http://127.0.0.1:8080/rdap") == (
        "a.de",
        "http://127.0.0.1:8080/rdap/",
    )


def listing(**changes: object) -> bytes:
    usual: dict[str, object] = {
        "version": "1.0",
        "publication": "2026-01-01T00:00:00Z",
        "services": [[["com"], ["https://r.example/"]]],
    }
    return json.dumps({**usual, **changes}).encode()


def services(*pairs: object) -> bytes:
    return listing(services=list(pairs))


def test_https_is_preferred_and_a_slash_is_added():
    raw = services(
        [["com", "NET"], ["http://r.example/a", "https://r.example/a"]], [["kg"], ["http://k/"]]
    )
    assert read_bootstrap(raw, "x").servers == {
        "com": "https://r.example/a/",
        "net": "https://r.example/a/",
        "kg": "http://k/",
    }


BAD = [
    (b"", "it is no JSON"),
    (b"<html>", "it is no JSON"),
    (b"[" * 100_000, "it is no JSON"),
    (b" " * 2_000_001, "larger than 2,000,000 bytes"),
    (b"[]", "not of version 1.0"),
    (listing(version="2.0"), "not of version 1.0"),
    (listing(publication="yesterday"), "no date of publication"),
    (listing(publication=None), "no date of publication"),
    (listing(services=None), "names no services"),
    (listing(services=[]), "names no services"),
    (listing(services={"com": "x"}), "names no services"),
    (services("com"), "no pair"),
    (services([["com"]]), "no pair"),
    (services(["com", "https://r.example/"]), "no pair"),
    (services([["com"], []]), "no pair"),
    (services([[7], ["https://r.example/"]]), "'7' is no suffix"),
    (services([["a b"], ["https://r.example/"]]), "'a b' is no suffix"),
    (services([["com\n"], ["https://r.example/"]]), "is no suffix"),
    (services([[""], ["https://r.example/"]]), "'' is no suffix"),
    (services([["рф"], ["https://r.example/"]]), "is no suffix"),
    (services([["com"], ["ftp://r.example/"]]), "'ftp://r.example/' is no base URL"),
    (services([["com"], ["https://r.example/", 7]]), "'7' is no base URL"),
    (services([["com"], ["https://"]]), "is no base URL"),
    (services([["com"], ["https://u:p@r.example/"]]), "is no base URL"),
    (services([["com"], ["https://r.example/?q="]]), "is no base URL"),
    (services([["com"], ["https://r.example/a b"]]), "is no base URL"),
    (services([["com"], ["https://r.example:99999/"]]), "is no base URL"),
    (services([["com"], ["https://[::1/"]]), "is no base URL"),
]


@pytest.mark.parametrize(("raw", "problem"), BAD)
def test_what_is_no_list_is_refused(raw, problem):
    with pytest.raises(InputError) as error:
        read_bootstrap(raw, "dns.json")
    assert str(error.value).startswith("dns.json: this is no list of RDAP servers: ")
    assert problem in str(error.value)
    assert "\n" not in str(error.value)


def test_the_newer_list_counts(tmp_path):
    path = bootstrap_path(tmp_path / "links.sqlite")
    assert path.parent == tmp_path
    assert load_bootstrap(path) == load_bootstrap()  # there is none
    path.write_bytes(listing(publication="2001-01-01T00:00:00Z"))
    assert load_bootstrap(path) == load_bootstrap()  # it is older
    path.write_bytes(listing(publication="2099-01-01T00:00:00Z"))
    assert load_bootstrap(path).servers == {"com": "https://r.example/"}
    path.write_bytes(b"{")
    with pytest.raises(InputError, match=r"no JSON.*--refresh-bootstrap"):
        load_bootstrap(path)


def refreshed(do: Do, path) -> Bootstrap:
    with RdapServer("127.0.6.1", prefix="/rdap/") as server:
        server.plan["dns.json"] = [do]
        return refresh_bootstrap(SETTINGS, path, url=f"{server.base}dns.json")


def test_a_fetched_list_is_kept(tmp_path):
    path = tmp_path / "rdap_bootstrap.json"
    newer = json.loads(RAW) | {"publication": "2098-05-06T07:08:09Z"}
    raw = json.dumps(newer).encode()
    found = refreshed(Do(body=raw), path)
    assert path.read_bytes() == raw
    assert found == load_bootstrap(path)
    assert found.published == datetime(2098, 5, 6, 7, 8, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("do", "kind", "problem"),
    [
        (Do(body=b"<html>sign in</html>", kind="text/html"), InputError, "no JSON"),
        (Do(body=listing()), InputError, "it names 1 suffixes, the list in use 1,200"),
        (status(404), NetworkError, "the server answers 404"),
        (status(500), NetworkError, "the server answers 500"),
        (endless(), NetworkError, "larger than"),
        (redirect("dns.json"), NetworkError, "redirects without end"),
        (redirect("file:///etc/passwd"), NetworkError, "scheme file"),
    ],
)
def test_what_cannot_be_used_changes_nothing(tmp_path, do, kind, problem):
    path = tmp_path / "rdap_bootstrap.json"
    path.write_bytes(b"as it was")
    with pytest.raises(kind) as error:
        refreshed(do, path)
    assert problem in str(error.value)
    assert path.read_bytes() == b"as it was"
    assert [one.name for one in tmp_path.iterdir()] == ["rdap_bootstrap.json"]


def test_forecast():
    settings = FetchSettings("spamlinks/1", delay=2.0)
    names = [f"n{i}.com" for i in range(10)] + ["a.uk", "a.co.uk", "a.de", "me.blogspot.com"]
    found = forecast_ages(names, settings, LIST)
    assert (found.requests, found.free, found.slowest) == (12, 2, "c")
    assert found.seconds == pytest.approx(10 * 2.2)
    assert forecast_ages([], settings, LIST).requests == 0
