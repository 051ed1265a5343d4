"""The process that fetches pages: its reports, its errors, its death and ours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from spamlinks.enrich.child import ChildReport, crawl_in_child
from spamlinks.enrich.settings import FetchSettings
from spamlinks.errors import FetchError

SETTINGS = FetchSettings("spamlinks/1 (test)")


def fake(code: str) -> tuple[str, ...]:
    """A crawler of a few lines; ``say`` writes a report, ``order`` is what it was told."""
    start = """
        import json, os, signal, sys, threading, time
        order = json.loads(sys.stdin.readline())
        def say(**facts): print(json.dumps(facts), flush=True)
        """
    return (sys.executable, "-c", textwrap.dedent(start) + textwrap.dedent(code))


def run(code: str, tmp_path: Path, *, stop=lambda: False):
    seen: list[ChildReport] = []

    def tell(report: ChildReport) -> None:
        seen.append(ChildReport(report.done, dict(report.states), report.requests))

    return crawl_in_child(tmp_path / "s.db", SETTINGS, tell, stop, command=fake(code)), seen


def test_it_is_told_the_store_and_the_settings(tmp_path):
    report, _ = run(
        "say(finished=True, reason=order['store'] + ' ' + order['user_agent'])", tmp_path
    )
    assert report.reason == f"{tmp_path / 's.db'} spamlinks/1 (test)"


def test_reports_come_one_after_the_other(tmp_path):
    code = """
        say(done=1, states={"fetched": 1}, requests=2, in_flight=3)
        print("no report", flush=True)
        print("[1]", flush=True)
        say(done=4, states={"fetched": 3, "blocked": 1}, requests=9, in_flight=0)
        say(finished=True, reason="done")
    """
    report, seen = run(code, tmp_path)
    assert [one.done for one in seen] == [1, 4, 4]
    assert (report.done, report.states, report.requests) == (4, {"fetched": 3, "blocked": 1}, 9)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("say(error={'source': 's.db', 'problem': 'disk full', 'hint': 'Make room.'}); sys.exit(1)",
         "s.db: disk full. Make room."),
        ("raise SystemExit('no module named scrapy')", "it said: no module named scrapy"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "was killed (SIGKILL)"),
        ("sys.exit(0)", "ended with code 0"),
        ("say(done=1); sys.exit(3)", "ended with code 3"),
    ],
)  # fmt: skip
def test_a_death_is_told_in_one_line(code, said, tmp_path):
    with pytest.raises(FetchError) as caught:
        run(code, tmp_path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_that_cannot_be_started(tmp_path):
    with pytest.raises(FetchError, match="cannot be started"):
        crawl_in_child(
            tmp_path / "s.db", SETTINGS, lambda _: None, lambda: False, command=("/no/such",)
        )


def test_it_saves_and_leaves_when_told(tmp_path):
    code = """
        def leave(*_):
            say(done=7, states={"fetched": 7})
            say(finished=True, reason="stopped")
            os._exit(0)
        signal.signal(signal.SIGTERM, leave)
        say(done=1)
        time.sleep(60)
    """
    started = time.monotonic()
    report, _ = run(code, tmp_path, stop=lambda: time.monotonic() - started > 1)
    assert (report.done, report.reason) == (7, "stopped")
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("pause", [0.02, 60], ids=["talks on", "is silent"])
def test_one_that_does_not_leave_is_killed(tmp_path, monkeypatch, pause):
    """Whether it reports or not: nobody waits longer than for one that saves."""
    monkeypatch.setattr("spamlinks.enrich.child.PATIENCE", 0.5)
    ready = tmp_path / "ready"
    code = f"""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            say(done=1)
            open({str(ready)!r}, "w").close()
            time.sleep({pause})
    """
    before = time.monotonic()
    with pytest.raises(FetchError, match="did not end in time and was stopped"):
        run(code, tmp_path, stop=ready.exists)
    assert time.monotonic() - before < 15


def test_what_would_lead_requests_elsewhere_is_not_passed_on(tmp_path, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "evil")
    monkeypatch.setenv("PYTHONSTARTUP", "evil.py")
    code = """
        bad = ("_PROXY", "SCRAPY", "PYTHONSTARTUP")
        names = [name for name in os.environ if any(part in name.upper() for part in bad)]
        say(finished=True, reason=json.dumps([names, os.environ["PYTHONSAFEPATH"]]))
    """
    report, _ = run(code, tmp_path)
    assert report.reason == '[[], "1"]'


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("whom", ["parent", "group"])
def test_it_does_not_outlive_us(whom, tmp_path):
    """Its standard input ends with us, however we end."""
    child = tmp_path / "child.py"
    child.write_text(
        "import os, sys\nsys.stdin.readline()\n"
        "open(sys.argv[1] + '.tmp', 'w').write(str(os.getpid()))\n"
        "os.rename(sys.argv[1] + '.tmp', sys.argv[1])\n"
        "sys.stdin.read()\n"
    )
    parent = tmp_path / "parent.py"
    parent.write_text(
        "import sys\nfrom pathlib import Path\n"
        "from spamlinks.enrich.child import crawl_in_child\n"
        "from spamlinks.enrich.settings import FetchSettings\n"
        "crawl_in_child(Path('s.db'), FetchSettings('t'), print, lambda: False,\n"
        f"    command=(sys.executable, {str(child)!r}, {str(tmp_path / 'pid')!r}))\n"
    )
    ours = subprocess.Popen([sys.executable, str(parent)], start_new_session=True)
    try:
        pid = _wait_for(tmp_path / "pid")
    finally:
        (os.killpg if whom == "group" else os.kill)(ours.pid, signal.SIGKILL)
        ours.wait()
    until = time.monotonic() + 10
    while _alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _alive(pid)


def _wait_for(path: Path) -> int:
    until = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < until, "the process did not start"
        time.sleep(0.05)
    return int(path.read_text())


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
