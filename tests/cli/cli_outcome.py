"""What a command leaves behind, for the tests of the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "data" / "examples"


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    data: bytes
    talk: str

    @property
    def line(self) -> str:
        """The one line of an error; more lines, or a traceback, fail the test."""
        lines = self.talk.splitlines()
        assert len(lines) == 1, self.talk
        assert lines[0].startswith("spamlinks: ")
        assert "Traceback" not in self.talk
        return lines[0]


Run = Callable[..., Outcome]
