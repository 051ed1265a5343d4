"""New linking domains per week as an SVG, the usual level and the weeks that stand out marked.

A marked week differs in colour, carries a triangle and, where there is room, its number in the
list of the page, so that neither colours nor a pointer are needed. As in ``charts``: pure, every
label escaped, no script and no reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

from spamlinks.report.charts import LEFT, drawing, end_labels, nice_ceiling, upright_axis
from spamlinks.report.parts import day_words
from spamlinks.report.text import count, tenths

__all__ = ["week_chart"]

_TOP, _FLOOR = 34, 184
_APART = 4.0  # per cent of the width between two numbers on one height
_BESIDE = 2.5  # per cent of the width between a triangle and the number beside it


def week_chart(
    title: str,
    weeks: Sequence[tuple[date, int]],
    usual: float | None,
    marks: Mapping[date, int],
) -> str:
    """Draw one column per week.

    Parameters
    ----------
    weeks : Mondays, ascending, with a count of zero or more each.
    usual : level of an ordinary week, drawn as a broken line; None: no line.
    marks : Monday of each week that stands out -> its number in the list.

    Returns
    -------
    An ``<svg>`` element 210 px tall; "" without weeks.
    """
    if not weeks:
        return ""
    most = max(many for _, many in weeks)
    ceiling = nice_ceiling(max(most, 1))
    scale = (_FLOOR - _TOP) / ceiling
    rows = upright_axis(ceiling, _TOP, _FLOOR)
    step = (100 - LEFT) / len(weeks)
    wide = min(step * 0.8, 6.0)
    tips: list[tuple[int, float, float, int]] = []  # count, x, y, number
    for place, (monday, many) in enumerate(weeks):
        middle, height = LEFT + step * (place + 0.5), many * scale
        mark = marks.get(monday)
        what = f"{day_words(monday)}: {count(many)}" + (f", spike {mark}" if mark else "")
        if many:
            rows.append(
                f"<g><title>{escape(what)}</title>"
                f'<rect class="{"w-spike" if mark else "w-week"}" x="{middle - wide / 2:.2f}%" '
                f'y="{_FLOOR - height:.2f}" width="{wide:.2f}%" height="{height:.2f}"/></g>'
            )
        if mark:
            tips.append((many, middle, _FLOOR - height, mark))
    rows.extend(_tips(tips))
    rows.append(f'<line class="axis" x1="{LEFT}%" x2="100%" y1="{_FLOOR}" y2="{_FLOOR}"/>')
    if usual is not None and 0 <= usual <= ceiling:
        y = _FLOOR - usual * scale
        rows.append(f'<line class="w-usual" x1="{LEFT}%" x2="100%" y1="{y:.2f}" y2="{y:.2f}"/>')
        said = f"usual: {tenths(usual)}"
        rows.append(f'<text class="w-level" x="{LEFT + 1}%" y="{y - 6:.2f}">{said}</text>')
    rows.extend(end_labels([monday.isoformat() for monday, _ in weeks], _FLOOR + 18, LEFT))
    return drawing(title, _FLOOR + 26, rows)


def _tips(tips: Sequence[tuple[int, float, float, int]]) -> list[str]:
    """A triangle over every marked column; its number above it or beside it, where there is room.

    The tallest columns choose first.
    """
    rows, taken = [], list[tuple[float, float]]()
    for _, x, y, mark in sorted(tips, reverse=True):
        # A character, since paths have no positions in per cent.
        rows.append(
            f'<text class="w-tip" x="{x:.2f}%" y="{y - 4:.2f}" text-anchor="middle">▼</text>'
        )
        for across, up in ((x, y - 16), (x + _BESIDE, y - 3), (x - _BESIDE, y - 3)):
            free = all(
                abs(across - other) >= _APART or abs(up - height) >= 14 for other, height in taken
            )
            if free and LEFT < across < 99:
                taken += [(across, up), (x, y - 3)]
                rows.append(
                    f'<text class="w-mark" x="{across:.2f}%" y="{up:.2f}" text-anchor="middle">'
                    f"{mark}</text>"
                )
                break
    return rows
