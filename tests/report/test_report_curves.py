"""Curves: sound XML, points where they belong, nothing outside the frame."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.report.curves import Curve, Point, class_strips, line_chart, reliability_chart

ANY = st.floats(allow_nan=False, allow_infinity=False)
POINTS = st.lists(st.tuples(ANY, ANY), min_size=1, max_size=20)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  (made by us, and the point is that it parses)


def test_a_line_runs_from_corner_to_corner() -> None:
    svg = line_chart("t", [Curve("all", [(0, 0), (0.5, 0.75), (1, 1)])], "x", "y", diagonal=True)
    line = next(parsed(svg).iter("polyline"))
    assert line.attrib["points"] == "0.00,100.00 50.00,25.00 100.00,0.00"
    assert line.attrib["class"] == "c-line c-ours"
    chance = next(e for e in parsed(svg).iter("line") if e.attrib["class"] == "c-chance")
    ends = [chance.attrib[k] for k in ("x1", "y1", "x2", "y2")]
    assert ends == ["0", "100", "100", "0"]
    plain = line_chart("t", [Curve("all", [(0, 0)])], "x", "y")
    assert "c-chance" not in plain


def test_reliability_marks_stand_on_the_diagonal_when_right() -> None:
    points = [Point(v, v, v - 0.1, v + 0.1, f"at {v}", v) for v in (0.25, 0.75)]
    root = parsed(reliability_chart("t", points, "x", "y"))
    (low, high) = root.iter("circle")
    xs = [float(c.attrib["cx"].rstrip("%")) for c in (low, high)]
    ys = [float(c.attrib["cy"]) for c in (low, high)]
    assert xs[1] - xs[0] == pytest.approx(0.5 * (100 - 9 - 2))
    assert ys[0] - ys[1] == pytest.approx(0.5 * 220)
    assert float(low.attrib["r"]) < float(high.attrib["r"])  # fewer rows, smaller mark
    ranges = [e for e in root.iter("line") if e.attrib["class"] == "c-range"]
    assert len(ranges) == 2
    for mark, bar in zip((low, high), ranges, strict=True):
        top, floor = sorted(float(bar.attrib[k]) for k in ("y1", "y2"))
        assert top < float(mark.attrib["cy"]) < floor
    bare = reliability_chart("t", [Point(0.5, 0.5, math.nan, math.nan, "few")], "x", "y")
    assert "c-range" not in bare


def test_strips_have_their_own_scale() -> None:
    svg = class_strips("t", [("Spam", [1, 0, 3], "v-disavow"), ("Honest", [900, 0, 300], "v-keep")])
    assert "Spam: 4 in all, tallest column 3" in svg
    assert "Honest: 1,200 in all, tallest column 900" in svg
    heights = [float(r.attrib["height"]) for r in parsed(svg).iter("rect")]
    assert heights == [28, 84, 84, 28]


def test_nothing_draws_nothing() -> None:
    assert line_chart("t", [], "x", "y") == line_chart("t", [Curve("a", [])], "x", "y") == ""
    assert reliability_chart("t", [], "x", "y") == ""
    assert class_strips("t", [("Spam", [0, 0], "v-keep")]) == ""


@given(POINTS, st.text(max_size=40))
def test_any_points_and_names_stay_inside_the_frame(points, name) -> None:
    root = parsed(line_chart(name, [Curve(name, points)], name, name))
    for pair in next(root.iter("polyline")).attrib["points"].split():
        assert all(0 <= float(v) <= 100 for v in pair.split(","))
    marks = [Point(x, y, y, y, name, x) for x, y in points]
    for mark in parsed(reliability_chart(name, marks, name, name)).iter("circle"):
        assert 9 <= float(mark.attrib["cx"].rstrip("%")) <= 98
        assert 24 <= float(mark.attrib["cy"]) <= 244
