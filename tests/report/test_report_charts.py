from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.report.charts import Bar, bar_chart, column_chart, nice_ceiling, strip_chart

PARTS = st.tuples(*[st.integers(0, 10**7)] * 3)
BARS = st.lists(st.builds(Bar, st.text(max_size=200), PARTS), min_size=1, max_size=30)


def percentages(svg: str, name: str) -> list[float]:
    root = ET.fromstring(svg)  # noqa: S314  (made by us, and the point is that it parses)
    return [float(r.attrib[name].rstrip("%")) for r in root.iter("rect")]


def test_bar_lengths_are_proportional() -> None:
    svg = bar_chart("t", [Bar("a", (10, 0, 0)), Bar("b", (5, 0, 5)), Bar("c", (0, 0, 2))])
    whole, half, other, fifth = percentages(svg, "width")
    assert half == other == pytest.approx(whole / 2, abs=0.01)
    assert fifth == pytest.approx(whole / 5, abs=0.01)
    assert percentages(svg, "x")[2] == pytest.approx(half, abs=0.01)  # parts stand side by side


def test_columns_stand_on_the_floor_and_stack() -> None:
    svg = column_chart("t", [Bar("jan", (1, 0, 3)), Bar("feb", (0, 0, 2))])
    root = ET.fromstring(svg)  # noqa: S314
    boxes = [
        (r.attrib["class"], float(r.attrib["y"]), float(r.attrib["height"]))
        for r in root.iter("rect")
    ]
    (low, low_y, low_h), (high, high_y, high_h), (_, alone_y, alone_h) = boxes
    assert (low, high) == ("v-disavow", "v-keep")
    assert low_y + low_h == alone_y + alone_h == 164
    assert high_y + high_h == pytest.approx(low_y)
    assert high_h == pytest.approx(3 * low_h)


def test_strips_have_their_own_scale_and_say_so() -> None:
    svg = strip_chart("t", {"DISAVOW": [0, 3], "REVIEW": [0, 0], "KEEP": [9000, 0]})
    assert "Disavow: 3 in all, tallest column 3" in svg
    assert "Keep: 9,000 in all, tallest column 9,000" in svg
    assert "Review: none" in svg
    drawn = ET.fromstring(svg).iter("rect")  # noqa: S314
    assert [float(r.attrib["height"]) for r in drawn] == [38.0, 38.0]


def test_nothing_draws_nothing() -> None:
    assert bar_chart("t", []) == column_chart("t", []) == ""
    assert strip_chart("t", {"KEEP": [0, 0]}) == ""


@pytest.mark.parametrize("draw", [bar_chart, column_chart])
@given(bars=BARS, title=st.text(max_size=50))
def test_any_label_gives_sound_xml_inside_the_frame(draw, bars, title) -> None:
    svg = draw(title, bars)
    ET.fromstring(svg)  # noqa: S314
    places = zip(percentages(svg, "x"), percentages(svg, "width"), strict=True)
    assert all(x >= 0 and x + width <= 100.1 for x, width in places)


def test_hostile_labels_stay_text(hostile: str) -> None:
    svg = bar_chart(hostile, [Bar(hostile, (1, 0, 0))]) + column_chart(
        "t", [Bar(hostile, (1, 0, 0))]
    )
    root = ET.fromstring(f"<x>{svg}</x>")  # noqa: S314
    assert {e.tag for e in root.iter()} <= {"x", "svg", "g", "title", "text", "rect", "line"}
    assert not [name for e in root.iter() for name in e.attrib if name.startswith("on")]
    assert len(svg) < 5_000


@given(st.integers(0, 10**9))
def test_nice_ceiling_is_near(largest: int) -> None:
    assert largest <= nice_ceiling(largest) <= max(1, 2 * largest)
