"""Whether there is a network: found out without writing, and without asking more than needed."""

from __future__ import annotations

import errno
import socket
import time

import pytest

from spamlinks.enrich import network
from spamlinks.enrich.network import SURELY_THERE, no_network
from spamlinks.enrich.settings import FetchSettings

PUBLIC = FetchSettings("t")
LOCAL = FetchSettings(
    "t", allow_private=True, hosts={"a.com": "127.0.7.1:81", "b.com": "127.0.7.2"}
)


class World:
    """Name system and servers as a test wants them; what was asked is kept."""

    def __init__(self, names: dict[str, str | Exception], servers: dict[str, Exception | None]):
        self.names, self.servers = names, servers
        self.resolved: list[str] = []
        self.connected: list[tuple[str, int]] = []

    def getaddrinfo(self, host, port, *_):
        self.resolved.append(host)
        found = self.names.get(host, socket.gaierror(socket.EAI_AGAIN, "no answer"))
        if isinstance(found, Exception):
            raise found
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]

    def create_connection(self, place, timeout):
        self.connected.append(place)
        found = self.servers.get(place[0], ConnectionRefusedError(errno.ECONNREFUSED, "no"))
        if found is not None:
            raise found
        return socket.socket()


@pytest.fixture
def world(monkeypatch):
    def make(names=None, servers=None):
        found = World(names or {}, servers or {})
        monkeypatch.setattr(network.socket, "getaddrinfo", found.getaddrinfo)
        monkeypatch.setattr(network.socket, "create_connection", found.create_connection)
        return found

    return make


URLS = ["https://rdap.one.com/v1/", "http://site.com/x", "https://site2.com:8443/"]
UNREACHABLE = OSError(errno.ENETUNREACH, "unreachable")
GONE = socket.gaierror(socket.EAI_NONAME, "unknown")


@pytest.mark.parametrize(
    ("names", "servers", "problem", "why"),
    [
        ({}, {}, "no name can be resolved", "no resolver answers"),
        (dict.fromkeys(["rdap.one.com", "site.com", "site2.com", SURELY_THERE], GONE), {},
         "no name can be resolved", "some systems say so without a network"),
        ({"rdap.one.com": GONE, "site.com": GONE, "site2.com": GONE, SURELY_THERE: "192.0.32.9"},
         {}, None, "these domains are gone, the network is not"),
        ({"site.com": "93.184.216.34"}, {"93.184.216.34": None}, None, "one is enough"),
        ({"site.com": "93.184.216.34"}, {}, None, "who refuses is there"),
        ({"site.com": "93.184.216.34"}, {"93.184.216.34": UNREACHABLE},
         "no server can be reached", "names from a cache, but no way"),
        ({"site.com": "93.184.216.34"}, {"93.184.216.34": TimeoutError()},
         "no server answers", "a wall that says nothing"),
        ({"rdap.one.com": "93.184.216.34", "site.com": "93.184.216.35"},
         {"93.184.216.34": UNREACHABLE, "93.184.216.35": None}, None, "the second is there"),
        ({"site.com": "127.0.0.1"}, {}, None, "a name that lies proves a resolver"),
    ],
)  # fmt: skip
def test_is_there_a_network(world, names, servers, problem, why):
    world(names, servers)
    assert no_network(URLS, PUBLIC) == problem, why


def test_what_may_not_be_contacted_is_not(world):
    found = world({"site.com": "169.254.169.254", "site2.com": "10.0.0.1"})
    no_network(
        [*URLS, "http://169.254.169.254/", "http://10.0.0.1/", "http://site.com:25/"], PUBLIC
    )
    assert found.connected == []


def test_who_is_only_looked_up_is_not_contacted(world):
    found = world({SURELY_THERE: "192.0.32.9"})
    assert no_network(URLS, PUBLIC) is None
    assert found.connected == []


def test_one_connection_is_enough(world):
    found = world({"rdap.one.com": "93.184.216.34", "site.com": "93.184.216.35"},
                  {"93.184.216.34": None, "93.184.216.35": None})  # fmt: skip
    assert no_network(URLS, PUBLIC) is None
    assert len(found.connected) == 1


def test_hosts_of_a_test_are_not_looked_up(world):
    found = world({}, {"127.0.7.1": UNREACHABLE, "127.0.7.2": None})
    assert no_network(["http://a.com/x", "http://b.com/y"], LOCAL) is None
    assert found.resolved == []
    assert found.connected == [("127.0.7.1", 81), ("127.0.7.2", 80)]


def test_another_name_server_is_not_judged_by_the_systems(world):
    found = world()
    assert no_network(URLS, FetchSettings("t", dns_servers=("127.0.0.53:5353",))) is None
    assert found.resolved == []


@pytest.mark.parametrize("urls", [[], ["ftp://a.com/"], ["http://[::1/"], ["x"]])
def test_nothing_to_ask_is_no_trouble(world, urls):
    found = world()
    assert no_network(urls, PUBLIC) is None
    assert found.connected == []
    assert found.resolved == []


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(network, "PATIENCE", 0.3)

    def hangs(*_):
        time.sleep(3)
        raise OSError("no answer")

    monkeypatch.setattr(network.socket, "getaddrinfo", hangs)
    started = time.monotonic()
    assert no_network(URLS, PUBLIC) == "no name can be resolved"
    assert time.monotonic() - started < 2


def test_the_check_ends_within_a_quarter_of_a_minute():
    assert 2 * network.PATIENCE <= 15, "names first, then servers"
