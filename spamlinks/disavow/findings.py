"""What the linter finds: a code, a place, a sentence, and what would repair it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from spamlinks.disavow.problems import Problem, severity

__all__ = ["Finding", "Fix", "Report"]


@dataclass(frozen=True, slots=True)
class Fix:
    """Lines that would stand in place of one.

    ``kind`` is "safe" (the line says the same afterwards, or at last what it plainly means),
    "unsafe" (a guess at what was meant, or more is disavowed than before) or "prune" (the line
    goes, since others cover all that it does). ``lines`` is empty where the line goes.
    """

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a file that its owner should know.

    ``line`` counts from 1; 0 stands for the file as a whole, and then the columns are 0 too.
    ``column`` and ``end_column`` count characters from 1, the end exclusive. ``text`` is the line
    as it stands, ``other`` the number of another line that the message is about, or 0.
    """

    code: Problem
    line: int
    column: int
    end_column: int
    message: str
    text: str = ""
    fix: Fix | None = None
    other: int = 0

    @property
    def severity(self) -> str:
        """ "error", "warning" or "info"."""
        return severity(self.code)


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of one file, in the order of its lines.

    ``lines``, ``domains`` and ``urls`` count what the file holds, repeats included; all are 0 for
    a file that could not be read. ``sha256`` is that of its bytes.
    """

    source: str
    findings: tuple[Finding, ...]
    lines: int = 0
    domains: int = 0
    urls: int = 0
    sha256: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """Number of findings by severity: error, warning, info."""
        found = Counter(finding.severity for finding in self.findings)
        return {name: found[name] for name in ("error", "warning", "info")}

    @property
    def fixable(self) -> dict[str, int]:
        """Number of lines that each kind of fix would change: safe, unsafe, prune."""
        by_kind = {(f.fix.kind, f.line) for f in self.findings if f.fix is not None}
        found = Counter(kind for kind, _ in by_kind)
        return {name: found[name] for name in ("safe", "unsafe", "prune")}

    @property
    def is_clean(self) -> bool:
        """Whether there is no error."""
        return not self.counts["error"]
