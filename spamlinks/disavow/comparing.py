"""Two disavow files side by side: the lines that differ, for people to read."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import unified_diff
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spamlinks.disavow.document import DisavowFile

__all__ = ["MAX_SHOWN_CHARS", "unified"]

MAX_SHOWN_CHARS = 2100
"""A URL may have 2,048 characters."""


def unified(
    old: DisavowFile, new: DisavowFile, *, context: int = 3, names: tuple[str, str] | None = None
) -> tuple[str, ...]:
    r"""Return the unified diff between two documents.

    Parameters
    ----------
    old, new : compared line by line. Line ends, a byte order mark and the encoding do not count.
    context : lines shown around each change.
    names : what the two are called; default: their sources.

    Returns
    -------
    Lines without line ends, safe for a terminal: a character that does not print is shown by its
    number, and a line longer than ``MAX_SHOWN_CHARS`` is cut. () when no line differs.

    >>> from spamlinks.disavow import DisavowFile
    >>> old, new = (DisavowFile.parse(text) for text in ("domain:a.com\n", "# \x1b[2J\n"))
    >>> unified(old, new, names=("live.txt", "new"))[2:]
    ('@@ -1 +1 @@', '-domain:a.com', '+# \\x1b[2J')
    """
    before, after = ([line.text for line in file.lines] for file in (old, new))
    # What both begin and end with is set apart first: files of 100,000 lines differ by a few.
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    top = max(0, start - context)
    bottom = max(0, end - context)
    from_name, to_name = names or (old.source, new.source)
    one, other = (texts[top : len(texts) - bottom] for texts in (before, after))
    found = list(unified_diff(one, other, from_name, to_name, n=context, lineterm=""))
    return tuple(_shown(_moved(line, top) if n > 1 else line) for n, line in enumerate(found))


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _moved(line: str, by: int) -> str:
    """A heading "@@ -1,3 +1,4 @@" counted from the top of the file."""
    if not line.startswith("@@"):
        return line
    ranges = []
    for part in line.split()[1:3]:
        number, comma, many = part[1:].partition(",")
        ranges.append(f"{part[0]}{int(number) + by}{comma}{many}")
    return f"@@ {' '.join(ranges)} @@"


def _shown(line: str) -> str:
    cut = line if len(line) <= MAX_SHOWN_CHARS else f"{line[: MAX_SHOWN_CHARS - 3]}..."
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)
