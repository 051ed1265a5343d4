"""Charts as SVG text: pure functions, every label escaped, no script and no reference.

Horizontal positions are percentages of the drawing's own width and text has a fixed size, so one
drawing reads well on a phone, on a desk and on paper. Colours come from the page's style sheet
through the classes ``v-disavow``, ``v-review`` and ``v-keep``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from spamlinks.report.text import clean, count, shorten

__all__ = [
    "SERIES",
    "Bar",
    "bar_chart",
    "column_chart",
    "drawing",
    "end_labels",
    "nice_ceiling",
    "share_bar",
    "share_chart",
    "strip_chart",
    "upright_axis",
]

SERIES: tuple[str, ...] = ("DISAVOW", "REVIEW", "KEEP")
"""Order in which the parts of a bar are drawn."""

LABEL_COLUMNS = 40  # display columns that fit the narrowest page, 390 px
LEFT = 9.0  # per cent kept free for the numbers of the upright axis


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: a label and one count per entry of ``SERIES``, each zero or more."""

    label: str
    parts: tuple[int, int, int]

    @property
    def total(self) -> int:
        """Sum of the parts."""
        return sum(self.parts)

    @property
    def words(self) -> str:
        """The parts that are not zero, in words."""
        named = zip(self.parts, SERIES, strict=True)
        return ", ".join(f"{count(n)} {name.lower()}" for n, name in named if n) or "0"


def nice_ceiling(largest: int) -> int:
    """Return the smallest of 1, 2, 4, 5, 6, 8, 10, 20, 30, 40 ... that is not below ``largest``.

    >>> [nice_ceiling(n) for n in (0, 1, 3, 11, 400, 4001)]
    [1, 1, 4, 20, 400, 5000]
    """
    power = 1
    while True:
        for step in (1, 2, 4, 5, 6, 8) if power == 1 else (1, 2, 3, 4, 5, 6, 8):
            if step * power >= largest:
                return step * power
        power *= 10


def bar_chart(title: str, bars: Sequence[Bar]) -> str:
    """Draw one horizontal bar per entry, the label above it and the total beside it.

    Returns
    -------
    An ``<svg>`` element, as tall as it has bars; "" without bars.
    """
    if not bars:
        return ""
    longest = max(1, *(bar.total for bar in bars))
    rows = []
    for place, bar in enumerate(bars):
        top = 38 * place
        label = escape(shorten(clean(bar.label, 200), LABEL_COLUMNS))
        rows.append(f"<g><title>{escape(clean(bar.label, 200))}: {escape(bar.words)}</title>")
        rows.append(f'<text class="label" x="0" y="{top + 13}">{label}</text>')
        left = 0.0
        for name, part in zip(SERIES, bar.parts, strict=True):
            width = 84 * part / longest  # the rest is room for the number
            if part:
                rows.append(_rect(name, left, top + 19, max(width, 0.4), 11))
            left += width
        rows.append(
            f'<text class="number" x="{left + 1.5:.2f}%" y="{top + 29}">'
            f"{count(bar.total)}</text></g>"
        )
    return drawing(title, 38 * len(bars), rows)


def column_chart(title: str, columns: Sequence[Bar]) -> str:
    """Draw one stacked column per entry, in order; first, middle and last labels are written.

    Returns
    -------
    An ``<svg>`` element 190 px tall; "" without columns.
    """
    if not columns:
        return ""
    top, floor = 14, 164
    ceiling = nice_ceiling(max(column.total for column in columns))
    rows = upright_axis(ceiling, top, floor)
    step = (100 - LEFT) / len(columns)
    for place, column in enumerate(columns):
        left, base = LEFT + step * place, float(floor)
        rows.append(f"<g><title>{escape(clean(column.label, 60))}: {column.words}</title>")
        for name, part in zip(SERIES, column.parts, strict=True):
            height = (floor - top) * part / ceiling
            if part:
                base -= height
                wide = min(step * 0.8, 6.0)
                rows.append(_rect(name, left + (step - wide) / 2, base, wide, height))
        rows.append("</g>")
    rows.append(f'<line class="axis" x1="{LEFT}%" x2="100%" y1="{floor}" y2="{floor}"/>')
    rows.extend(end_labels([column.label for column in columns], floor + 18, LEFT))
    return drawing(title, 190, rows)


def share_chart(title: str, bars: Sequence[Bar]) -> str:
    """Draw each entry as one bar of full length, split by the shares of its parts.

    The parts stand below each bar in words, with their shares, so that the colours are not needed.

    Returns
    -------
    An ``<svg>`` element, as tall as it has bars; "" without any count.
    """
    bars = [bar for bar in bars if bar.total]
    if not bars:
        return ""
    rows = []
    for place, bar in enumerate(bars):
        top = 64 * place
        label = f"{clean(bar.label, 60)}: {count(bar.total)}"
        rows.append(f"<g><title>{escape(label)}, {escape(bar.words)}</title>")
        rows.append(f'<text class="label" x="0" y="{top + 13}">{escape(label)}</text>')
        rows.extend(_shares(bar, top + 20, 14))
        said = ", ".join(
            f"{name.lower()} {_percentage(part, bar.total)}"
            for name, part in zip(SERIES, bar.parts, strict=True)
        )
        rows.append(f'<text class="tick" x="0" y="{top + 49}">{said}</text></g>')
    return drawing(title, 64 * len(bars), rows)


def share_bar(bar: Bar) -> str:
    """Draw the shares of one entry as a thin bar; "" without any count. The words go beside it."""
    return drawing(f"{bar.label}: {bar.words}", 10, _shares(bar, 0, 10)) if bar.total else ""


def _shares(bar: Bar, y: float, height: float) -> list[str]:
    """Rectangles from 0 to 100 %; what is there at all can be seen."""
    least = 0.8
    wide = [max(100 * part / bar.total, least) if part else 0.0 for part in bar.parts]
    left, rows = 0.0, []
    for name, width in zip(SERIES, wide, strict=True):
        if width:
            width *= 100 / sum(wide)
            rows.append(_rect(name, left, y, width, height))
            left += width
    return rows


def _percentage(part: int, total: int) -> str:
    """A share in whole per cent that never rounds something to nothing, or nearly all to all."""
    if 0 < part < 0.01 * total:
        return "under 1\u00a0%"
    if 0.99 * total < part < total:
        return "over 99\u00a0%"
    return f"{100 * part / total:.0f}\u00a0%"


def strip_chart(title: str, counts: dict[str, Sequence[int]]) -> str:
    """Draw the spread of scores between 0 and 1, one strip of columns per verdict.

    Each strip has its own scale, stated in its heading: three flagged domains beside ten thousand
    kept ones would not be seen otherwise.

    Parameters
    ----------
    counts : per verdict the number of domains in equally wide bins from 0 to 1.

    Returns
    -------
    An ``<svg>`` element; "" without any count.
    """
    if not any(sum(bins) for bins in counts.values()):
        return ""
    rows, top = [], 0
    for name in SERIES:
        bins = counts.get(name, ())
        total, tallest = sum(bins), max(bins, default=0)
        size = f"{count(total)} in all, tallest column {count(tallest)}" if total else "none"
        rows.append(f'<text class="label" x="0" y="{top + 12}">{name.capitalize()}: {size}</text>')
        if not total:
            top += 24
            continue
        floor, step = top + 58, 100 / len(bins)
        for place, part in enumerate(bins):
            if part:
                height = max(38 * part / tallest, 1.5)
                hint = f"{place / len(bins):.2f} to {(place + 1) / len(bins):.2f}: {count(part)}"
                rows.append(f"<g><title>{hint}</title>")
                rows.append(_rect(name, step * (place + 0.08), floor - height, step * 0.84, height))
                rows.append("</g>")
        rows.append(f'<line class="axis" x1="0" x2="100%" y1="{floor}" y2="{floor}"/>')
        top += 68
    rows.extend(end_labels(["0", "0.5", "1"], top + 8, 0.0))
    return drawing(title, top + 14, rows)


_END = 'text-anchor="end"'


def _rect(name: str, x: float, y: float, width: float, height: float) -> str:
    return (
        f'<rect class="v-{name.lower()}" x="{x:.2f}%" y="{y:.2f}" '
        f'width="{width:.2f}%" height="{height:.2f}"/>'
    )


def upright_axis(ceiling: int, top: float, floor: float) -> list[str]:
    """Grid lines and numbers at the top and, above 1, half way."""
    rows = []
    for share in (0.5, 1.0) if ceiling > 1 else (1.0,):
        y = floor - share * (floor - top)
        mark = count(round(ceiling * share))
        rows.append(f'<line class="grid" x1="{LEFT}%" x2="100%" y1="{y:g}" y2="{y:g}"/>')
        rows.append(f'<text class="tick" x="{LEFT - 1}%" y="{y + 4:g}" {_END}>{mark}</text>')
    return rows


def end_labels(labels: Sequence[str], y: int, left: float) -> list[str]:
    """Write the first, middle and last label under an axis."""
    texts = [escape(clean(label, 24)) for label in labels]
    if len(texts) == 1:
        return [
            f'<text class="tick" x="{(100 + left) / 2:g}%" y="{y}" text-anchor="middle">'
            f"{texts[0]}</text>"
        ]
    rows = [
        f'<text class="tick" x="{left:g}%" y="{y}">{texts[0]}</text>',
        f'<text class="tick" x="100%" y="{y}" {_END}>{texts[-1]}</text>',
    ]
    if len(texts) > 2:
        middle = len(texts) // 2
        x = left + (100 - left) * (middle + 0.5) / len(texts)
        rows.append(
            f'<text class="tick" x="{x:.2f}%" y="{y}" text-anchor="middle">{texts[middle]}</text>'
        )
    return rows


def drawing(title: str, height: int, rows: Sequence[str]) -> str:
    """Put shapes into an ``<svg>`` as wide as its place, ``height`` px tall, with a spoken name."""
    name = escape(clean(title, 200), quote=True)
    body = "".join(rows)
    return f'<svg role="img" aria-label="{name}" width="100%" height="{height}">{body}</svg>'
