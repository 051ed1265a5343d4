"""Sites that a file's own comments say are not disavowed: "# NOT disavowed: partner.example"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spamlinks.disavow.lines import Kind, Line
from spamlinks.urls import parse_host

__all__ = ["kept_in_comments"]

_SAYS_SO = re.compile(
    r"(?i)\b(?:not|never|don'?t)\b[\s-]{1,3}(?:be[\s-]{1,3})?disavow"
    r"|^#[\s#*=-]{0,20}keep\b[^.:]{0,40}:|\b(?:white|allow)-?list"
)
_NAME = re.compile(r"(?i)(?<![\w.@/-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}\b")
_LISTED = re.compile(r"(?i)#[\s*\u2022-]{0,20}(?=[a-z0-9-]{1,63}\.[a-z0-9])")
MAX_COMMENT_CHARS = 2000


def kept_in_comments(lines: Sequence[Line]) -> dict[str, int]:
    """Find the hosts that comments keep.

    A comment keeps the names that stand in it when it says "not disavow", "keep ...:", "allowlist"
    or "whitelist", and so do the comment lines right below it that begin with a name. A
    commented-out entry (``# domain:x``) is none of them.

    Returns
    -------
    dict of ASCII hosts, ``www.`` left out, with the number of the line that names each first.

    >>> from spamlinks.disavow.bulk import read_lines
    >>> text = ["# NOT disavowed: partner.com (friends),", "#   paper.com", "# domain:spam.com"]
    >>> kept_in_comments(read_lines([(line, "\\n") for line in text]))
    {'partner.com': 1, 'paper.com': 2}
    """
    found: dict[str, int] = {}
    inside = False
    for line in lines:
        text = line.text[:MAX_COMMENT_CHARS]
        if line.kind is not Kind.COMMENT:
            inside = False
            continue
        says = _SAYS_SO.search(text)
        inside = says is not None or (inside and _LISTED.match(text) is not None)
        if not inside:
            continue
        for match in _NAME.finditer(text):
            parts = parse_host(match.group())
            if parts.problem is None and parts.is_known_suffix and not parts.is_ip:
                found.setdefault(parts.host.removeprefix("www."), line.number)
    return found
