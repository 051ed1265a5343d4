"""Curves of an evaluation as SVG text: lines between 0 and 1, reliability, scores by class.

As in ``charts``: pure functions, every label escaped, no script and no reference. A line is drawn
in a stretched inner drawing whose strokes keep their width; text and points stand outside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from spamlinks.report.text import clean, count

__all__ = ["Curve", "Point", "class_strips", "line_chart", "reliability_chart"]

_LEFT, _RIGHT = 9.0, 2.0  # per cent kept free for the numbers of the upright axis, and at the end
_TOP, _FLOOR = 24, 244
_HEIGHT = 284


@dataclass(frozen=True, slots=True)
class Curve:
    """A named line through points (x, y), each in [0, 1]; ``style`` is a class of the page."""

    name: str
    points: Sequence[Sequence[float]]
    style: str = "c-ours"


@dataclass(frozen=True, slots=True)
class Point:
    """A mark at (x, y) with the ends of its interval (NaN: none) and what it says on hover.

    ``weight`` in (0, 1] sets its size: a mark of few rows should not catch the eye.
    """

    x: float
    y: float
    low: float
    high: float
    says: str
    weight: float = 1.0


def line_chart(
    title: str, curves: Sequence[Curve], across: str, up: str, *, diagonal: bool = False
) -> str:
    """Draw curves between 0 and 1 on both axes.

    Parameters
    ----------
    across, up : what the axes show.
    diagonal : whether to draw the line from (0, 0) to (1, 1), where chance stands.

    Returns
    -------
    An ``<svg>`` element; "" without any point.
    """
    if not any(curve.points for curve in curves):
        return ""
    rows = _frame(across, up)
    inner = []
    if diagonal:
        inner.append('<line class="c-chance" x1="0" y1="100" x2="100" y2="0"/>')
    for curve in curves:
        places = " ".join(
            f"{100 * _unit(x):.2f},{100 - 100 * _unit(y):.2f}" for x, y in curve.points
        )
        name = escape(clean(curve.name, 80))
        inner.append(f'<polyline class="c-line {curve.style}" points="{places}">')
        inner.append(f"<title>{name}</title></polyline>")
    rows.append(_stretched(inner))
    return _svg(title, _HEIGHT, rows)


def reliability_chart(title: str, points: Sequence[Point], across: str, up: str) -> str:
    """Draw observed shares over scores, with intervals, beside the line where both are equal.

    Returns
    -------
    An ``<svg>`` element; "" without points.
    """
    if not points:
        return ""
    rows = _frame(across, up)
    rows.append(_stretched(['<line class="c-chance" x1="0" y1="100" x2="100" y2="0"/>']))
    for point in points:
        x, says = _across(point.x), escape(clean(point.says, 120))
        rows.append(f"<g><title>{says}</title>")
        if math.isfinite(point.low) and math.isfinite(point.high):
            low, high = _up(point.low), _up(point.high)
            rows.append(
                f'<line class="c-range" x1="{x:.2f}%" x2="{x:.2f}%" '
                f'y1="{low:.1f}" y2="{high:.1f}"/>'
            )
        size = 2.5 + 4 * _unit(point.weight) ** 0.5
        rows.append(
            f'<circle class="c-point" cx="{x:.2f}%" cy="{_up(point.y):.1f}" r="{size:.1f}"/></g>'
        )
    return _svg(title, _HEIGHT, rows)


def class_strips(title: str, counts: Sequence[tuple[str, Sequence[int], str]]) -> str:
    """Draw how often each score from 0 to 1 occurs, one strip of columns per class.

    Each strip has its own scale, stated in its heading: the classes differ much in size.

    Parameters
    ----------
    counts : name of the class, number of domains in equally wide bins, and style.

    Returns
    -------
    An ``<svg>`` element; "" without any count.
    """
    if not any(sum(bins) for _, bins, _ in counts):
        return ""
    rows, top = [], 0
    for name, bins, style in counts:
        tallest = max(bins, default=0)
        heading = f"{name}: {count(sum(bins))} in all, tallest column {count(tallest)}"
        rows.append(f'<text class="label" x="0" y="{top + 12}">{escape(clean(heading, 80))}</text>')
        floor, step = top + 108, 100 / max(len(bins), 1)
        for place, part in enumerate(bins):
            if part:
                height = max(84 * part / tallest, 1.5)
                hint = f"{place / len(bins):.2f} to {(place + 1) / len(bins):.2f}: {count(part)}"
                rows.append(
                    f"<g><title>{hint}</title>"
                    f'<rect class="{style}" x="{step * (place + 0.06):.2f}%" '
                    f'y="{floor - height:.2f}" width="{step * 0.88:.2f}%" '
                    f'height="{height:.2f}"/></g>'
                )
        rows.append(f'<line class="axis" x1="0" x2="100%" y1="{floor}" y2="{floor}"/>')
        top += 122
    for x, mark, anchor in ((0, "0", "start"), (50, "0.5", "middle"), (100, "1", "end")):
        rows.append(_text("tick", f"{x}%", top + 8, mark, anchor))
    return _svg(title, top + 14, rows)


def _unit(value: float) -> float:
    return min(max(float(value), 0.0), 1.0)


def _across(value: float) -> float:
    return _LEFT + (100 - _LEFT - _RIGHT) * _unit(value)


def _up(value: float) -> float:
    return _FLOOR - (_FLOOR - _TOP) * _unit(value)


def _text(style: str, x: str, y: float, text: str, anchor: str) -> str:
    shown = escape(clean(text, 80))
    return f'<text class="{style}" x="{x}" y="{y:g}" text-anchor="{anchor}">{shown}</text>'


def _frame(across: str, up: str) -> list[str]:
    """Grid, numbers and names of both axes."""
    rows = [_text("tick", "0", 12, up, "start")]
    for share in (0.0, 0.5, 1.0):
        y, x, mark = _up(share), _across(share), f"{share:g}"
        style = "axis" if not share else "grid"
        rows.append(
            f'<line class="{style}" x1="{_LEFT}%" x2="{100 - _RIGHT}%" y1="{y:g}" y2="{y:g}"/>'
        )
        rows.append(f'<line class="{style}" x1="{x:g}%" x2="{x:g}%" y1="{_TOP}" y2="{_FLOOR}"/>')
        rows.append(_text("tick", f"{_LEFT - 1.5:g}%", y + 4, mark, "end"))
        rows.append(_text("tick", f"{x:g}%", _FLOOR + 17, mark, "end" if share == 1 else "middle"))
    rows.append(_text("tick", f"{100 - _RIGHT:g}%", _FLOOR + 35, across, "end"))
    return rows


def _stretched(rows: Sequence[str]) -> str:
    return (
        f'<svg x="{_LEFT}%" y="{_TOP}" width="{100 - _LEFT - _RIGHT}%" height="{_FLOOR - _TOP}" '
        f'viewBox="0 0 100 100" preserveAspectRatio="none">{"".join(rows)}</svg>'
    )


def _svg(title: str, height: int, rows: Sequence[str]) -> str:
    name = escape(clean(title, 200), quote=True)
    body = "".join(rows)
    return f'<svg role="img" aria-label="{name}" width="100%" height="{height}">{body}</svg>'
