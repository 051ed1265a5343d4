"""Writing the lines of a disavow file, so that every rule Google states holds.

Comments carry text from exports, which spammers write. ``safe_comment`` makes of any text one
line that begins with ``# ``, so that nothing in it can become an entry.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from spamlinks.disavow.entries import Candidate
from spamlinks.disavow.lines import Kind

__all__ = [
    "MAX_BYTES",
    "MAX_LINES",
    "Header",
    "candidate_lines",
    "collapse_hint",
    "over_limit",
    "safe_comment",
]

MAX_LINES = 100_000  # comments and blank lines count
MAX_BYTES = 2 * 1024 * 1024
COMMENT_CHARS = 300


@dataclass(frozen=True, slots=True)
class Header:
    """What the first comment of a generated file says.

    ``made_on`` is the day of the run, given by the caller so that equal runs give equal files.
    ``counts`` are named whole numbers, such as ``{"domains": 12}``, written in their order.
    ``notes`` are further lines.
    """

    tool: str
    version: str
    model: str
    model_hash: str
    made_on: date
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def lines(self) -> list[str]:
        """Return the comment lines, each safe."""
        counts = ", ".join(f"{number} {name}" for name, number in self.counts.items())
        texts = [
            f"Disavow file by {self.tool} {self.version} on {self.made_on.isoformat()}",
            f"Model {self.model}, {self.model_hash}",
            *([f"Counts: {counts}"] if counts else []),
            "An upload replaces the list that Google holds for the property.",
            *self.notes,
        ]
        return [safe_comment(text) for text in texts]


def safe_comment(text: str, limit: int = COMMENT_CHARS) -> str:
    r"""Return one comment line for any text: ``# `` and at most ``limit`` characters.

    Control characters, line and paragraph separators, bidirectional and zero-width marks and
    anything else without a printed form become blanks; runs of blanks become one. ``domain:`` is
    split, so that the text is no entry even after somebody strips the ``#``.

    >>> safe_comment("cheap\nDomain:good.example\u202e")
    '# cheap Domain :good.example'
    """
    cut = text[: 4 * limit + 100]  # bounded work on hostile text, before the per-character pass
    printed = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in cut)
    words = re.sub(r"(?i)(domain)(?=:)", r"\1 ", " ".join(printed.split()))
    if len(words) > limit:
        words = words[: limit - 3].rstrip() + "..."
    return f"# {words}".rstrip()


def candidate_lines(candidates: Sequence[Candidate], comments: bool = True) -> list[str]:
    """Return the lines for vetted candidates: by group, then by entry, comments above.

    Without ``comments`` there is one line per entry and nothing else.
    """
    ordered = sorted(candidates, key=lambda c: (c.group, *_order(c)))
    if not comments:
        return [c.entry.line for c in sorted(candidates, key=_order)]
    lines: list[str] = []
    group = ""
    for candidate in ordered:
        if candidate.group != group:
            group = candidate.group
            lines += ["", safe_comment(group)]
        note = " ".join(filter(None, (_unicode_name(candidate), candidate.comment)))
        if note:
            lines.append(safe_comment(note))
        lines.append(candidate.entry.line)
    return lines


def _order(candidate: Candidate) -> tuple[str, str, str]:
    return candidate.entry.kind.value, candidate.entry.value, candidate.comment


def _unicode_name(candidate: Candidate) -> str:
    host = candidate.entry.host
    if "xn--" not in host:
        return ""
    try:
        return f"({host.encode('ascii').decode('idna')})"
    except UnicodeError:
        return ""


def over_limit(data: bytes) -> str | None:
    """Say which limit of Google's a file breaks, or None.

    >>> over_limit(b"domain:a.example\\n") is None
    True
    """
    ends = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    lines = ends + (data != b"" and not data.endswith((b"\n", b"\r")))
    if lines > MAX_LINES:
        return f"{lines:,} lines, and Google takes {MAX_LINES:,}"
    if len(data) > MAX_BYTES:
        return f"{len(data):,} bytes, and Google takes {MAX_BYTES:,}"
    return None


def collapse_hint(candidates: Sequence[Candidate]) -> str:
    """Say which hosts hold most URL entries, since one ``domain:`` line could stand for them."""
    counts: dict[str, int] = {}
    for candidate in candidates:
        if candidate.entry.kind is Kind.URL:
            counts[candidate.entry.host] = counts.get(candidate.entry.host, 0) + 1
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:3]
    if not top or top[0][1] < 2:
        return "Disavow fewer domains: sort by score and keep the worst."
    named = ", ".join(f"{host} ({number:,} URLs)" for host, number in top)
    return f"One domain: line can replace the URLs of a host; most are on {named}."
