"""``spamlinks enrich`` as a shell sees it, against servers of this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_outcome import Outcome, Run

pytest.importorskip("httpcore")
pytest.importorskip("scrapy")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "enrich"))

from dns_server import DnsServer
from rdap_server import RdapServer, status

from spamlinks.enrich.answers import State, What
from spamlinks.enrich.store import Store

LINKS = """referring_page,target_url,anchor_text
https://good-garden.example/a/roses,https://shop.example/,roses
https://good-garden.example/a/tulips,https://shop.example/tulips,tulips
http://casino-bonus-777.xyz/win,https://shop.example/,best casino
http://casino-bonus-777.xyz/win2,https://shop.example/,best casino
http://cheap-pills.top/1,https://shop.example/,viagra
https://me.blogspot.com/2020/01/x.html,https://shop.example/,shop
http://203.0.113.9/x,https://shop.example/,shop
https://bakery.com/links,https://shop.example/,shop
"""
AGED = {"casino-bonus-777.xyz", "cheap-pills.top", "bakery.com"}
"""What has a registration of its own; .example has no registry."""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "links.csv"
    path.write_text(LINKS)
    return path


@pytest.fixture
def registry() -> Iterator[RdapServer]:
    with RdapServer("127.0.5.1") as server:
        yield server


@pytest.fixture
def ages(run: Run, export: Path, tmp_path: Path, registry: RdapServer):
    """Run ``enrich --what ages`` against the registry of the test."""

    def call(*more: object) -> Outcome:
        return run(
            "enrich", export, "--site", "shop.example", "--store", tmp_path / "s.db",
            "--what", "ages", "--rdap-server", registry.base, "--allow-private", "--delay", "0",
            *more,
        )  # fmt: skip

    return call


def test_it_asks_for_each_registered_domain_once(ages, registry, tmp_path):
    first = ages()
    assert first.code == 0, first.talk
    assert sorted(registry.domains()) == sorted(AGED)
    assert first.data == b""
    assert "spamlinks audit" in first.talk
    with Store.open(tmp_path / "s.db", read_only=True) as store:
        assert store.counts()[What.AGE][State.FETCHED] == 3
        assert set(store.ages_frame()["domain"]) == AGED
    again = ages()
    assert again.code == 0, again.talk
    assert len(registry.asked) == 3, "what is known is not asked again"
    assert "nothing to fetch now" in again.talk


LISTS = [  # options, exit code, why
    ((), 1, "it is not known which registry to ask"),
    (("--refresh-bootstrap",), 0, "what the message says to do must work"),
    (("--what", "pages"), 0, "no registry is asked"),
]


@pytest.mark.parametrize(("options", "code", "why"), LISTS)
def test_a_damaged_list_of_registries(run, export, tmp_path, options, code, why):
    (tmp_path / "rdap_bootstrap.json").write_bytes(b"{")
    found = run(
        "enrich", export, "--site", "shop.example", "--store", tmp_path / "s.db", "--dry-run",
        *options,
    )  # fmt: skip
    assert found.code == code, (why, found.talk)
    if code:
        assert "--refresh-bootstrap" in found.talk


def test_it_says_who_asks(ages, registry):
    assert ages("--contact", "me@shop.example").code == 0
    agents = {one.headers["user-agent"] for one in registry.asked}
    assert len(agents) == 1
    agent = agents.pop()
    assert agent.startswith("spamlinks/")
    assert "me@shop.example" in agent


def test_max_age_asks_again(ages, registry):
    ages()
    assert ages("--max-age", 0).code == 0
    assert len(registry.asked) == 6


def test_max_requests_is_never_passed_and_the_next_run_goes_on(ages, registry, tmp_path):
    seen = []
    for _ in range(4):
        assert ages("--max-requests", 1).code == 0
        seen.append(len(registry.asked))
    assert seen == [1, 2, 3, 3]
    assert sorted(registry.domains()) == sorted(AGED)


def test_a_dry_run_asks_nobody_and_writes_nothing(ages, registry, tmp_path):
    found = ages("--dry-run")
    assert found.code == 0
    assert "3 domains at 1 registry" in found.talk
    assert not registry.asked
    assert sorted(path.name for path in tmp_path.iterdir()) == ["links.csv"]


def test_a_dry_run_knows_what_the_store_has(ages, registry, tmp_path):
    registry.plan["bakery.com"] = [status(429, ("Retry-After", "86400"))]
    ages()
    before = (tmp_path / "s.db").read_bytes()
    found = json.loads(ages("--dry-run", "--format", "json").data)["forecast"]["kinds"]["ages"]
    assert (found["to_do"], found["fresh"], found["waiting"]) == (0, 2, 1)
    assert (tmp_path / "s.db").read_bytes() == before


def test_addresses_are_asked_of_the_name_server(run, export, tmp_path):
    hosts = ["casino-bonus-777.xyz", "cheap-pills.top", "bakery.com", "me.blogspot.com"]
    records = {host: {"A": ["93.184.216.34"], "NS": ["ns1.host.example."]} for host in hosts[:3]}
    with DnsServer(records, "127.0.5.53") as server:
        found = run(
            "enrich", export, "--site", "shop.example", "--store", tmp_path / "s.db",
            "--what", "dns", "--dns-server", server.server, "--allow-private", "--format", "json",
        )  # fmt: skip
        assert found.code == 0, found.talk
        states = json.loads(found.data)["kinds"]["dns"]["states"]
        assert states["fetched"] == 3
        assert states["absent"] >= 1, "a name that does not exist"
        asked = len(server.questions)
        assert json.loads(found.data)["kinds"]["dns"]["requests"] == asked
    with Store.open(tmp_path / "s.db", read_only=True) as store:
        frame = store.dns_frame()
    assert set(hosts[:3]) <= set(frame.filter(frame["state"] == "fetched")["host"])


def test_json_goes_to_standard_output_alone(ages):
    found = json.loads(ages("--format", "json").data)
    assert found["kinds"]["ages"]["states"] == {"fetched": 3}
    assert found["kinds"]["ages"]["requests"] == 3
    assert found["forecast"]["requests"] == 3
    assert found["left"] == 0
    assert found["store"] == {"age": {"fetched": 3}}


def test_no_network_is_one_sentence_and_no_store(run, export, tmp_path):
    """Nobody answers at this address: nothing routes there without a network."""
    found = run(
        "enrich", export, "--site", "shop.example", "--store", tmp_path / "s.db",
        "--what", "pages", "--only-undecided",
    )  # fmt: skip
    if "no name can be resolved" not in found.talk:
        pytest.skip("this machine has a network")
    assert found.code == 1
    last = found.talk.splitlines()[-1]
    assert last.startswith("spamlinks: network: ")
    assert not (tmp_path / "s.db").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["links.csv"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--what", "pagez"), "--what"),
        (("--what", ","), "--what"),
        (("--delay", "0.1"), "--delay"),
        (("--delay", "nan"), "--delay"),
        (("--contact", "a\nb"), "--contact"),
        (("--contact", "x" * 400), "--contact"),
        (("--max-requests", "0"), "--max-requests"),
        (("--max-age", "-1"), "--max-age"),
        (("--pages-per-domain", "0"), "--pages-per-domain"),
        (("--format", "xml"), "--format"),
        (("--rdap-server", "ftp://x"), "--rdap-server"),
        (("--dns-server", "x:1"), "--dns-server"),
        (("--situation", "angry"), "--situation"),
    ],
)
def test_a_wrong_option_is_a_usage_error(run, export, tmp_path, more, said):
    found = run("enrich", export, "--store", tmp_path / "s.db", *more)
    assert found.code == 2, found.talk
    assert said in found.talk
    assert not (tmp_path / "s.db").exists()


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + bytes(200)])
def test_another_file_is_no_store_and_stays_as_it_is(ages, registry, tmp_path, content):
    (tmp_path / "s.db").write_bytes(content)
    found = ages()
    assert found.code == 1
    assert found.line
    assert (tmp_path / "s.db").read_bytes() == content
    assert not registry.asked


def test_an_export_is_not_overwritten(run, export, registry):
    found = run("enrich", export, "--site", "shop.example", "--store", export, "--what", "ages")
    assert found.code != 0
    assert export.read_text() == LINKS


@pytest.mark.parametrize(
    ("store", "said"), [("no-folder/s.db", "no such folder"), (".", "is a folder")]
)
def test_a_store_that_cannot_be(run, export, tmp_path, store, said, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = run("enrich", export, "--site", "shop.example", "--store", store, "--what", "ages")
    assert found.code == 1
    assert said in found.line


def test_without_the_extra_it_says_what_to_install(ages, monkeypatch, registry, tmp_path):
    monkeypatch.setattr("spamlinks.enriching.run.importlib.util.find_spec", lambda name: None)
    found = ages()
    assert found.code == 1
    assert "pip install 'spamlinks[enrich]'" in found.line
    assert "pip install '.[enrich]'" in found.line
    assert not (tmp_path / "s.db").exists()


def test_pages_need_to_know_the_site(run, tmp_path):
    path = tmp_path / "urls.csv"
    path.write_text("referring_page\nhttps://a.com/x\n")
    found = run("enrich", path, "--store", tmp_path / "s.db", "--what", "pages")
    assert found.code == 1
    assert "--site" in found.talk.splitlines()[-1]


def test_a_second_run_on_the_same_store_is_refused(ages, registry, tmp_path):
    ages()
    with Store.open(tmp_path / "s.db") as store:
        store.claim()
        found = ages("--max-age", 0)
    # The same process may have it twice only through two objects, as here.
    assert found.code == 1
    assert "another 'spamlinks enrich'" in found.talk.splitlines()[-1]
    assert len(registry.asked) == 3


@pytest.mark.parametrize("command", [(), ("enrich",)])
def test_help_loads_nothing_that_fetches(command):
    code = (
        "import sys\nfrom spamlinks.cli import main\n"
        f"sys.argv = ['spamlinks', *{command!r}, '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'scrapy', 'httpcore', 'dns', 'twisted', 'lxml', 'lightgbm'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout
