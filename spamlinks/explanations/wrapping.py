"""Breaking clean texts into lines of a terminal, wide characters counted as two columns."""

from __future__ import annotations

from collections.abc import Iterator

from spamlinks.report.text import display_width

__all__ = ["heading", "wrapped"]


def wrapped(text: str, width: int, first: str = "", rest: str | None = None) -> Iterator[str]:
    """Break a clean text into lines; one word that is too long is broken too."""
    rest = first if rest is None else rest
    line, empty = first, True
    for word in text.split(" "):
        for piece in _pieces(word, width - len(rest)):
            gap = "" if empty else " "
            if not empty and display_width(line) + len(gap) + display_width(piece) > width:
                yield line
                line, gap = rest, ""
            line, empty = f"{line}{gap}{piece}", False
    yield line


def _pieces(word: str, width: int) -> Iterator[str]:
    while display_width(word) > width:
        end = len(word)
        while end > 1 and display_width(word[:end]) > width:
            end = min(end - 1, max(1, end * width // max(display_width(word[:end]), 1)))
        yield word[:end]
        word = word[end:]
    yield word


def heading(text: str) -> Iterator[str]:
    """An empty line, the text and a rule below it."""
    yield ""
    yield text
    yield "-" * display_width(text)
