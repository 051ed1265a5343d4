"""Drives a Chromium through its DevTools protocol over two pipes, with the standard library alone.

Source: the protocol's pages on the domains Page, Runtime, Log, Network and Emulation; messages on
a pipe are JSON texts that end in a zero byte.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
_WAIT = 60.0
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-sync", "--disable-background-networking", "--disable-component-update",
    "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip


# The browser reads from 3 and writes to 4: the pipes are put there before it starts.
_MOVE = """
import fcntl, os, sys
for target, now in enumerate([fcntl.fcntl(int(n), fcntl.F_DUPFD, 10) for n in sys.argv[1:3]], 3):
    os.dup2(now, target)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Tab:
    """One page of a browser of its own; a context manager that ends the browser.

    ``problems`` collects script errors, console messages, broken policies; ``requests`` every
    address that the page asked for, but the page itself.
    """

    def __init__(self, profile: Path, width: int = 1280, height: int = 900) -> None:
        assert BROWSER is not None
        self.problems: list[str] = []
        self.requests: list[str] = []
        self._events: list[dict[str, Any]] = []
        self._next, self._rest = 0, b""
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _MOVE, str(theirs_in), str(theirs_out), BROWSER, *_OPTIONS,
             f"--user-data-dir={profile}"],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.resize(width, height)

    def __enter__(self) -> Tab:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._call("Browser.close")
        except (OSError, AssertionError):
            self._process.terminate()
        self._process.wait(_WAIT)
        os.close(self._in)
        os.close(self._out)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command to the page and return its result."""
        return self._call(method, self._session, **parameters)

    def resize(self, width: int, height: int = 900) -> None:
        """Give the page a width and a height in CSS pixels; below 600 it is a phone."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip

    def open(self, page: Path) -> None:
        """Load a file and wait until the browser has loaded it."""
        self._events.clear()
        self.requests.clear()
        self.call("Page.navigate", url=page.as_uri())
        self._await("Page.loadEventFired")
        self.requests[:] = [url for url in self.requests if url != page.as_uri()]

    def run(self, script: str) -> Any:
        """Evaluate an expression, await it if it is a promise, and return its value as JSON has it.

        A script error fails the test.
        """
        done = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True,
            userGesture=True,
        )  # fmt: skip
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def press(self, key: str, code: int) -> None:
        """Press and release a key, as the keyboard does."""
        text = {"Enter": "\r", " ": " "}.get(key, "")
        for kind in ("keyDown", "keyUp"):
            said = {"text": text} if text and kind == "keyDown" else {}
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **said
            )

    def screenshot(self, file: Path, *, whole: bool = True) -> None:
        """Save what shows, or the whole page."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self) -> bytes:
        """Print the page."""
        done = self.call("Page.printToPDF", printBackground=False)
        return base64.b64decode(done["data"])

    def _call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        self._next += 1
        number = self._next
        message = {"id": number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        waiting = json.dumps(message).encode() + b"\0"
        while waiting:
            waiting = waiting[os.write(self._out, waiting) :]
        while True:
            answer = self._read()
            if answer.get("id") == number:
                assert "error" not in answer, (method, answer["error"])
                result: dict[str, Any] = answer["result"]
                return result

    def _await(self, event: str) -> None:
        while not any(seen["method"] == event for seen in self._events):
            self._read()

    def _read(self) -> dict[str, Any]:
        end = time.monotonic() + _WAIT
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the browser does not answer"
            part = os.read(self._in, 1 << 20)
            assert part, "the browser has ended"
            self._rest += part
        text, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        if "method" in message:
            self._note(message)
        return message

    def _note(self, message: dict[str, Any]) -> None:
        method, said = message["method"], message.get("params", {})
        self._events.append({"method": method})
        if method == "Runtime.exceptionThrown":
            self.problems.append(str(said["exceptionDetails"])[:2000])
        elif method == "Runtime.consoleAPICalled":
            self.problems.append(str(said["args"])[:2000])
        elif method == "Log.entryAdded":  # a broken content policy is told here
            self.problems.append(str(said["entry"].get("text"))[:500])
        elif method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
