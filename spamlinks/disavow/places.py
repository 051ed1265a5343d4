"""Where in a line a problem stands, for linters and editors."""

from __future__ import annotations

import re

from spamlinks.disavow.lines import CONTROL, INVISIBLE, MOJIBAKE, SPACES, Line
from spamlinks.disavow.problems import Problem

__all__ = ["place_of"]

_HOST = r"(?i)^\W*(?:domain\s*:\s*)?(?:[a-z]*:?/+)?"
# What the problem is about; the whole line where no pattern is given or none is found.
_PATTERNS: dict[Problem, str] = {
    Problem.BROKEN_SCHEME: r"(?i)(?:https?)?:?/*",
    Problem.CONTROL_CHARACTER: CONTROL.pattern,
    Problem.DOMAIN_HAS_PATH: _HOST + r"[^/\\?#]*([/\\?#].*)",
    Problem.DOMAIN_HAS_PORT: r"(:\d+)(?:[/\\?#].*)?\s*$",
    Problem.DOMAIN_HAS_SCHEME: r"(?i)domain\s*:\s*((?:[a-z][a-z0-9+.\-]*)?:/{1,3})",
    Problem.IDN_NOT_PUNYCODE: r"[^\s:/#]{0,253}[^\x00-\x7f][^\s/#]*",
    Problem.INDENTED_COMMENT: r"^\W*?(?=#)",
    Problem.INLINE_COMMENT: r"\s(#.*)",
    Problem.INVISIBLE_CHARACTER: f"{SPACES.pattern}|{INVISIBLE.pattern}",
    Problem.LEADING_DOT: r":\s*(\.+)",
    Problem.MOJIBAKE: MOJIBAKE.pattern,
    Problem.NOT_WEB: r"(?i)[a-z][a-z0-9+.\-]*:",
    Problem.QUOTED: r"^\s*(\S)",
    Problem.SEVERAL_ENTRIES: r"(?i)(?<=[\s,;])(?:domain:|https?://)\S*",
    Problem.SPACE_AFTER_COLON: r"(?i)domain(\s+:\s*|:\s+)",
    Problem.SURROUNDING_SPACE: r"^[ \t]+|[ \t]{1,200}$",
    Problem.TRAILING_DOT: r"\.{1,200}(?=\s{0,200}$)",
    Problem.UNKNOWN_PREFIX: r"(?i)[a-z][a-z0-9+\-]*:",
    Problem.UPPER_CASE: r"[A-Z]+",
    Problem.URL_NOT_ENCODED: r"[^\x21-\x7e]|\\",
    Problem.USERINFO: r"[^\s:/]{0,200}@",
    Problem.WILDCARD: r"\*\.?",
    Problem.WWW_ONLY: r"(?i)www\.",
}
MAX_SEARCHED_CHARS = 4000
"""Twice as long as a URL may be; of longer lines the whole is marked."""
_COMPILED = {problem: re.compile(pattern) for problem, pattern in _PATTERNS.items()}


def place_of(problem: Problem, line: Line) -> tuple[int, int]:
    """Return (column, end column) of what a problem of a line is about.

    Columns count characters from 1; the end is the column after the last one, as editors and SARIF
    have it. An empty line gives (1, 1).

    >>> from spamlinks.disavow.lines import read_line
    >>> place_of(Problem.WILDCARD, read_line("domain:*.spam.example"))
    (8, 10)
    """
    text = line.text
    pattern = _COMPILED.get(problem)
    known = pattern is not None and len(text) <= MAX_SEARCHED_CHARS
    found = pattern.search(text) if pattern is not None and known else None
    if found is not None:
        group = 1 if found.re.groups else 0
        start, end = found.span(group)
        if end > start:
            return start + 1, end + 1
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    return (start + 1, end + 1) if end > start else (1, len(text) + 1)
