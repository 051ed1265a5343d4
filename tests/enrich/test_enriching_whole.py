"""The whole command as processes: killed, stopped, gone on, and used by audit."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

pytest.importorskip("scrapy")
pytest.importorskip("httpcore")

from small_internet import SITE, SmallInternet, small_internet

from spamlinks.enrich.answers import State, What
from spamlinks.enrich.store import Store

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="127.0.0.0/8 without set-up, and /proc"
)

URLS = [
    f"http://site{i:02}-{'casino' if i % 2 else 'garden'}.com/{part}/{i}"
    for i in range(30)
    for part in ("blog", "forum", "x", "y")
]


@pytest.fixture
def net(tmp_path: Path) -> Iterator[SmallInternet]:
    with small_internet(tmp_path, URLS) as found:
        yield found


def start(net: SmallInternet, *more: str) -> subprocess.Popen[str]:
    """Start the command as a shell does, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "spamlinks", "enrich", *net.options,
         "--store", str(net.export.with_name("s.db")), *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0,
    )  # fmt: skip


def finish(run: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, talk = run.communicate(timeout=120)
    assert "Traceback" not in talk
    return run.returncode, out, talk


def wait_until(test: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def saved(net: SmallInternet) -> set[str]:
    """Keys of what the store has an answer for."""
    with Store.open(net.export.with_name("s.db"), read_only=True) as store:
        frames = [store.answers(what) for what in What]
    return {key for frame in frames for key in frame.filter(frame["state"].is_not_null())["key"]}


def crawlers(of: int) -> list[int]:
    """Crawlers that a process started and that run still."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            parts = (entry / "stat").read_text().rpartition(")")[2].split()
            words = (entry / "cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        if parts[0] != "Z" and int(parts[1]) == of and b"spamlinks.enrich.crawl" in words:
            found.append(int(entry.name))
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def asked_again(net: SmallInternet, before: int, known: set[str]) -> list[str]:
    """What was asked since ``before`` although the store had it."""
    later = [r for r in net.web.seen[before:] if r.path != "/robots.txt"]
    pages = {re.sub("^http://", "", key) for key in known}
    return [f"{r.host}{r.path}" for r in later if f"{r.host}{r.path}" in pages]


def test_everything_is_fetched_once_and_audit_uses_it(net, tmp_path):
    code, out, talk = finish(start(net, "--delay", "0.05", "--format", "json"))
    assert code == 0, talk
    found = json.loads(out)
    counts = Counter(net.pages_asked())
    pages = [url for url in counts if not url.endswith("/")]
    assert len(pages) == 90, "three pages of each domain"
    assert set(counts.values()) == {1}
    assert len(net.registry.asked) == 30
    assert found["store"]["page"] == {"fetched": 90}
    assert found["store"]["age"] == {"fetched": 30}
    assert found["left"] == 0
    # Whatever else was sent, such as the try of https for a start page, is counted too.
    assert found["kinds"]["pages"]["requests"] >= len(net.web.seen)

    seen = len(net.web.seen)
    code, out, talk = finish(start(net, "--delay", "0.05"))
    assert (code, out) == (0, ""), talk
    assert len(net.web.seen) == seen, "nobody is asked again"
    assert "nothing to fetch now" in talk

    done = subprocess.run(
        [sys.executable, "-m", "spamlinks", "audit", str(net.export), "--site", SITE,
         "--store", str(tmp_path / "s.db"), "-o", str(tmp_path / "out")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "domains.csv").is_file()


@pytest.mark.parametrize("whom", ["group", "parent"])
def test_killed_in_the_middle_it_goes_on(net, tmp_path, whom):
    run = start(net, "--delay", "0.3")
    try:
        wait_until(lambda: len(net.pages_asked()) > 40)
        wait_until(lambda: crawlers(run.pid))
        children = crawlers(run.pid)
    finally:
        (os.killpg if whom == "group" else os.kill)(run.pid, signal.SIGKILL)
    run.communicate()
    wait_until(lambda: not any(is_alive(pid) for pid in children), 20)

    known, before = saved(net), len(net.web.seen)
    assert known, "what was done before the kill is there"
    asked = len(net.registry.asked)
    ages = {key for key in known if key.endswith(".com")} & set(net.registry.domains())
    code, out, talk = finish(start(net, "--delay", "0.05", "--format", "json"))
    assert code == 0, talk
    assert asked_again(net, before, known) == []
    assert not ages & set(net.registry.domains()[asked:])
    assert max(Counter(net.pages_asked()).values()) <= 2
    found = json.loads(out)
    assert found["store"]["page"] == {"fetched": 90}
    assert found["store"]["age"] == {"fetched": 30}
    with Store.open(tmp_path / "s.db", read_only=True) as store:
        assert store.counts()[What.PAGE][State.FETCHED] == 90


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopped_politely_it_says_how_to_go_on(net, how):
    run = start(net, "--delay", "0.3")
    wait_until(lambda: len(net.pages_asked()) > 20)
    children = crawlers(run.pid)
    run.send_signal(how)
    code, out, talk = finish(run)
    assert (code, out) == (130, "")
    assert "run the same command again" in talk
    assert not any(is_alive(pid) for pid in children)
    known, before = saved(net), len(net.web.seen)
    assert len(known) > 10
    code, _, talk = finish(start(net, "--delay", "0.05"))
    assert code == 0, talk
    assert asked_again(net, before, known) == []


def test_a_crawler_that_dies_is_told_in_one_line(net):
    run = start(net, "--delay", "0.3")
    wait_until(lambda: len(net.pages_asked()) > 20)
    for pid in crawlers(run.pid):
        os.kill(pid, signal.SIGKILL)
    code, _, talk = finish(run)
    assert code == 1
    last = talk.splitlines()[-1]
    assert last.startswith("spamlinks: pages: ")
    assert "SIGKILL" in last
    known, before = saved(net), len(net.web.seen)
    code, _, talk = finish(start(net, "--delay", "0.05"))
    assert code == 0, talk
    assert asked_again(net, before, known) == []


def test_requests_are_never_more_than_allowed(net):
    code, out, talk = finish(start(net, "--delay", "0", "--max-requests", "50", "--format", "json"))
    assert code == 0, talk
    assert 30 <= len(net.web.seen) + len(net.registry.asked) <= 50
    found = json.loads(out)
    assert sum(kind["requests"] for kind in found["kinds"].values()) <= 50
    assert found["left"] > 0
    assert "--max-requests" in talk


def test_no_host_is_asked_faster_than_promised(net):
    code, _, talk = finish(start(net, "--delay", "0.3", "--max-requests", "120"))
    assert code == 0, talk
    times = net.web.times(by="host")
    gaps = [b - a for ts in times.values() for a, b in pairwise(ts)]
    assert len(gaps) > 20
    assert min(gaps) >= 0.29
