"""What the process is told on standard input, and what it says on standard output.

In: one line, a JSON object with ``store`` (path) and the names of ``FetchSettings``; the end of
standard input ends the process. Out, one JSON object a line: ``{"done", "states", "requests",
"in_flight"}`` about twice a second, at last ``{"finished": true, "reason", ...}`` or ``{"error":
{"kind", "source", "problem", "hint"}}`` with the name of its class in ``spamlinks.errors``.
"""

from __future__ import annotations

import json
import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spamlinks.enrich.settings import FetchSettings
from spamlinks.errors import InputError, SpamlinksError

__all__ = ["Order", "Outlet"]

MAX_ORDER_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Order:
    """What to do: the store with the work list, and how to fetch."""

    store: Path
    settings: FetchSettings

    @classmethod
    def from_json(cls, text: str) -> Order:
        """Read an order.

        Raises
        ------
        InputError : no JSON object, no ``store``, or settings that ``FetchSettings`` refuses.
        """
        hint = "This is a fault of the program that started it."
        try:
            found = json.loads(text)
        except ValueError:
            raise InputError("order", "it is no JSON", hint) from None
        if not isinstance(found, dict) or not isinstance(found.get("store"), str):
            raise InputError("order", "it names no store", hint)
        settings = FetchSettings.from_json({k: v for k, v in found.items() if k != "store"})
        return cls(Path(found["store"]), settings)


class Outlet:
    """Writes JSON lines to whoever started us, and never waits long for a reader.

    A line is shorter than what a pipe takes in one piece (4,096 bytes), so that it arrives whole
    or not at all; a progress line that finds the pipe full is left out.
    """

    def __init__(self, handle: int) -> None:
        self._handle = handle
        if stat.S_ISFIFO(os.fstat(handle).st_mode):  # of a terminal the flag would outlive us
            os.set_blocking(handle, False)

    def say(self, **facts: Any) -> bool:
        """Write one line; False where nobody reads any more."""
        return self._write(facts, patience=0.0)

    def say_last(self, **facts: Any) -> bool:
        """Write a line that must not be lost: waits up to five seconds for the reader."""
        return self._write(facts, patience=5.0)

    def say_error(self, error: SpamlinksError) -> bool:
        """Write an error as the last line."""
        parts = {"source": error.source, "problem": error.problem, "hint": error.hint}
        told = {key: text[:600] for key, text in parts.items()}
        return self.say_last(error={"kind": type(error).__name__, **told})

    def _write(self, facts: dict[str, Any], *, patience: float) -> bool:
        line = (json.dumps(facts) + "\n").encode()
        until = time.monotonic() + patience
        while True:
            try:
                os.write(self._handle, line)
                return True
            except BlockingIOError:
                if time.monotonic() >= until:
                    return True
                time.sleep(0.05)
            except OSError:
                return False
