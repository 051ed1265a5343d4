"""The process that fetches pages, seen from the one that starts it.

It is a process of its own because Scrapy is a framework that wants one: its event loop runs once,
and what a page makes it eat or crash stays apart from the rest. What goes in and comes out stands
in ``spamlinks.enrich.crawl``.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import spamlinks
from spamlinks.enrich.settings import FetchSettings
from spamlinks.errors import FetchError

__all__ = ["ChildReport", "crawl_in_child"]

COMMAND = (sys.executable, "-m", "spamlinks.enrich.crawl")
PATIENCE = 30.0
"""Seconds that the process has to save what is done, once it was told to stop."""
MAX_LINE = 65_536
_DROPPED = frozenset(
    "PYTHONSTARTUP PYTHONINSPECT PYTHONHOME PYTHONBREAKPOINT PYTHONPROFILEIMPORTTIME".split()
)
_HINT = "What was fetched is saved. Run the same command again: it goes on from there."


@dataclass(slots=True)
class ChildReport:
    """What the process said last.

    Attributes
    ----------
    done : look-ups that ended; ``states`` by how.
    requests : sent, robots.txt and redirects included.
    in_flight : requests under way.
    reason : why it ended, None while it runs.
    """

    done: int = 0
    states: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    in_flight: int = 0
    reason: str | None = None


def crawl_in_child(
    store: Path,
    settings: FetchSettings,
    tell: Callable[[ChildReport], None],
    stop: Callable[[], bool],
    *,
    command: Sequence[str] = COMMAND,
) -> ChildReport:
    """Fetch the pages that a store wants, in a process of its own; returns when it has ended.

    Parameters
    ----------
    tell : called with each report, about twice a second.
    stop : asked ten times a second; once it is true, the process is told to save and leave.
    command : what is started, for tests.

    Returns
    -------
    ChildReport : the last; its ``reason`` is not None.

    Raises
    ------
    FetchError : what the process says went wrong, or that it died.
    """
    child = _start(command)
    lines: queue.Queue[bytes | None] = queue.Queue(maxsize=1000)
    errors: deque[bytes] = deque(maxlen=20)
    stdin, stdout, stderr = (
        cast("IO[bytes]", p) for p in (child.stdin, child.stdout, child.stderr)
    )
    for target, args in ((_read, (stdout, lines)), (_keep_last, (stderr, errors))):
        threading.Thread(target=target, args=args, daemon=True).start()
    report = ChildReport()
    try:
        order = {"store": str(store.resolve()), **json.loads(settings.to_json())}
        with contextlib.suppress(BrokenPipeError):  # it died at once: told below
            stdin.write(json.dumps(order).encode() + b"\n")
            stdin.flush()
        _follow(child, lines, report, tell, stop)
        code = child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        code = None
    finally:
        # Whatever happens here, no crawler is left behind.
        if child.poll() is None:
            child.kill()
            child.wait()
        for pipe in (stdin, stdout):
            with contextlib.suppress(OSError):
                pipe.close()
    if report.reason is None:
        raise _died(code, errors)
    return report


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    # A group of its own: Ctrl-C reaches us, and we tell it once.
    own_group: dict[str, Any] = (
        {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
        if sys.platform == "win32"
        else {"process_group": 0}
    )
    try:
        return subprocess.Popen(  # noqa: S603 - our own program
            list(command), stdin=pipe, stdout=pipe, stderr=pipe, env=_environment(), **own_group
        )
    except OSError as error:
        problem = f"the process that fetches them cannot be started ({error.strerror})"
        raise FetchError("pages", problem, "Check the installation of Python.") from None


def _environment() -> dict[str, str]:
    """Ours, without what would lead requests elsewhere or make Python do more than it should."""
    found = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy")
        and not name.upper().startswith("SCRAPY")
        and name.upper() not in _DROPPED
    }
    # Where we were found, it finds the same; -P would hide a checkout, so it is named instead of
    # the working folder, which may hold a stranger's json.py.
    home = str(Path(spamlinks.__file__).parents[1])
    paths = [home, *(path for path in found.get("PYTHONPATH", "").split(os.pathsep) if path)]
    return {
        **found,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _read(pipe: IO[bytes], lines: queue.Queue[bytes | None]) -> None:
    with contextlib.suppress(OSError, ValueError):
        while line := pipe.readline(MAX_LINE):
            lines.put(line)
    lines.put(None)


def _keep_last(pipe: IO[bytes], errors: deque[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError), pipe:
        while line := pipe.readline(MAX_LINE):
            if line.strip():
                errors.append(line.strip())


def _follow(
    child: subprocess.Popen[bytes],
    lines: queue.Queue[bytes | None],
    report: ChildReport,
    tell: Callable[[ChildReport], None],
    stop: Callable[[], bool],
) -> None:
    """Hand its reports on until it has nothing more to say."""
    told_at: float | None = None
    while True:
        if told_at is None and stop():
            told_at = time.monotonic()
            _ask_to_leave(child)
        if told_at is not None and time.monotonic() - told_at > PATIENCE:
            return
        try:
            line = lines.get(timeout=0.1)
        except queue.Empty:
            continue
        if line is None:
            return
        if _take(line, report):
            tell(report)


def _ask_to_leave(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError):
        if sys.platform == "win32":
            cast("IO[bytes]", child.stdin).close()
        else:
            child.send_signal(signal.SIGTERM)


def _take(line: bytes, report: ChildReport) -> bool:
    """Read one line into the report; False for what is none."""
    try:
        found = json.loads(line)
    except ValueError:
        return False
    if not isinstance(found, dict):
        return False
    if isinstance(error := found.get("error"), dict):
        raise _told(error)
    for name in ("done", "requests", "in_flight"):
        if isinstance(value := found.get(name), int):
            setattr(report, name, value)
    if isinstance(states := found.get("states"), dict):
        report.states = {
            str(key): int(many) for key, many in states.items() if isinstance(many, int)
        }
    if found.get("finished"):
        report.reason = str(found.get("reason", ""))
    return True


def _told(error: dict[str, Any]) -> FetchError:
    source, problem, hint = (str(error.get(key, ""))[:600] for key in ("source", "problem", "hint"))
    return FetchError(source or "pages", problem or "fetching them failed", hint or _HINT)


def _died(code: int | None, errors: deque[bytes]) -> FetchError:
    how = "did not end in time and was stopped" if code is None else f"ended with code {code}"
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            how = f"was killed ({signal.Signals(-code).name})"
    time.sleep(0.1)  # its last words may still be on the way
    last = errors[-1].decode("utf-8", "replace")[:200] if errors else ""
    said = f"; it said: {last}" if last else ""
    return FetchError("pages", f"the process that fetches them {how}{said}", _HINT)
