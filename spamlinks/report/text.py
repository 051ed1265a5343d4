"""Text from strangers, made safe to look at.

Anchors, URLs and titles are written by spammers. Escaping keeps a browser from running them; this
module keeps them from lying to the eye: characters that draw nothing, turn the reading direction
or pile up over other lines are taken out, and every text has a longest length. Source: Unicode
Standard Annexes 9 (bidirectional controls) and 44 (general categories).
"""

from __future__ import annotations

import math
import unicodedata

__all__ = ["clean", "count", "counted", "display_width", "number", "percent", "shorten", "tenths"]

_MAX_MARKS = 3  # combining marks on one letter; real scripts use up to three
_ELLIPSIS = "…"


class _Visible(dict[int, str]):
    """Code point to what is shown for it, filled while texts are read."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        category = unicodedata.category(char)
        if category in ("Zs", "Zl", "Zp") or char in "\t\n\r\v\f\x85":
            shown = " "
        elif category in ("Cc", "Cf"):  # controls, bidi overrides, zero-width characters
            shown = ""
        elif category in ("Cs", "Co", "Cn"):  # no agreed shape, and surrogates break UTF-8
            shown = "\ufffd"
        else:
            shown = char
        self[code] = shown
        return shown


_VISIBLE = _Visible()


def clean(value: object, limit: int) -> str:
    """Write any value as one line of at most ``limit`` visible characters; never raises.

    None is "". Runs of white space become one space. A cut text ends in "…".

    >>> clean("best\\u202e\\x1b[31m casino\\n\\n now", 40)
    'best[31m casino now'
    >>> clean("x" * 100_000, 8)
    'xxxxxxx…'
    """
    if value is None:
        return ""
    whole = value if isinstance(value, str) else str(value)
    # A margin, since characters may fall out; a text of nothing but controls shows as "…".
    text = whole[: 4 * limit + 64]
    if not (text.isascii() and text.isprintable()):
        text = _thin_marks(text.translate(_VISIBLE))
    text = " ".join(text.split())
    if len(whole) > 4 * limit + 64 and len(text) <= limit:
        text += _ELLIPSIS
    return text if len(text) <= limit else text[: limit - 1].rstrip() + _ELLIPSIS


def _thin_marks(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def display_width(text: str) -> int:
    """Columns a text takes in a fixed-width font: wide East Asian characters count twice.

    >>> display_width("abc"), display_width("博彩")
    (3, 4)
    """
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def shorten(text: str, width: int) -> str:
    """Cut a clean text so that ``display_width`` is at most ``width``.

    >>> shorten("cheap pills online", 9), shorten("博彩网站", 5)
    ('cheap pi…', '博彩…')
    """
    if display_width(text) <= width:
        return text
    used, end = 1, 0
    for char in text:
        used += display_width(char)
        if used > width:
            break
        end += 1
    return text[:end].rstrip() + _ELLIPSIS


def count(value: object) -> str:
    """Write a count in groups of three digits, or "–" when it is not known.

    >>> count(1234567), count(0), count(None)
    ('1,234,567', '0', '–')
    """
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else "–"


def counted(many: int, noun: str, nouns: str | None = None) -> str:
    """Write a count with its noun in the right form; ``nouns`` where it does not end in "s".

    >>> counted(1, "domain"), counted(1200, "domain"), counted(2, "entry", "entries")
    ('1 domain', '1,200 domains', '2 entries')
    """
    return f"{many:,} {noun if many == 1 else nouns or f'{noun}s'}"


def percent(value: object) -> str:
    """Write a share between 0 and 1 as a percentage, or "–" when it is not known.

    The space before the sign does not break.

    >>> [percent(v).replace("\\u00a0", " ") for v in (0.98, 0.9867, 1, None)]
    ['98 %', '98.7 %', '100 %', '–']
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "–"
    return f"{100 * value:.1f}".removesuffix(".0") + "\u00a0%"


def tenths(value: float) -> str:
    """Write a level in tenths, a whole one without: medians of counts lie between two.

    >>> tenths(0.5), tenths(14.0), tenths(1234.56)
    ('0.5', '14', '1,234.6')
    """
    return f"{value:,.1f}".removesuffix(".0")


def number(value: object) -> str:
    """Write a figure of a model card: shares as percentages, counts in full, text as it is.

    >>> number(12000), number(3.25), number("n/a"), number(None)
    ('12,000', '3.25', 'n/a', '–')
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return count(value)
    if isinstance(value, float) and math.isfinite(value):
        return percent(value) if 0 <= value <= 1 else f"{value:,.4g}"
    return clean(value, 80) if isinstance(value, str) else "–"
