from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.report.charts import Bar, share_bar, share_chart
from spamlinks.report.week_chart import week_chart

MONDAY = date(2024, 9, 2)


def weeks(*counts: int) -> list[tuple[date, int]]:
    return [(MONDAY + timedelta(weeks=n), many) for n, many in enumerate(counts)]


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  (made by us, and the point is that it parses)


def test_spikes_differ_in_colour_shape_and_text() -> None:
    root = parse(week_chart("t", weeks(10, 0, 200, 12), 11.0, {weeks(0, 0, 0)[2][0]: 1}))
    assert [r.attrib["class"] for r in root.iter("rect")] == ["w-week", "w-spike", "w-week"]
    texts = {(t.attrib["class"], t.text) for t in root.iter("text")}
    assert {("w-tip", "▼"), ("w-mark", "1"), ("w-level", "usual: 11")} <= texts
    titles = [title.text for title in root.iter("title")]
    assert titles[1] == "16 September 2024: 200, spike 1"


def test_the_usual_level_stands_where_a_week_of_that_size_ends() -> None:
    root = parse(week_chart("t", weeks(10, 40), 10.0, {}))
    lines = [line for line in root.iter("line") if line.attrib["class"] == "w-usual"]
    ends = sorted(float(r.attrib["y"]) for r in root.iter("rect"))
    assert [float(line.attrib["y1"]) for line in lines] == ends[1:]
    assert ends[0] < ends[1]


NO_LEVEL = [(None, "not known"), (-1.0, "below the floor"), (500.0, "above the chart")]


@pytest.mark.parametrize(("usual", "_why"), NO_LEVEL)
def test_a_level_that_cannot_be_drawn_is_not(usual: float | None, _why: str) -> None:
    assert "w-usual" not in week_chart("t", weeks(3), usual, {})


def test_neighbours_keep_their_numbers() -> None:
    marked = {monday: n for n, (monday, _) in enumerate(weeks(0, 0), 1)}
    counts = [90, 40, *[1] * 198]
    svg = week_chart("t", weeks(*counts), 1.0, marked)
    marks = [t for t in parse(svg).iter("text") if t.attrib["class"] == "w-mark"]
    assert {mark.text for mark in marks} == {"1", "2"}
    assert marks[0].attrib["x"] != marks[1].attrib["x"]


@given(st.lists(st.integers(0, 10**6), max_size=300), st.floats(allow_nan=False), st.data())
def test_any_weeks_give_a_sound_drawing(
    counts: list[int], usual: float, data: st.DataObject
) -> None:
    some = data.draw(st.lists(st.integers(0, 320), max_size=20, unique=True))
    marks = {MONDAY + timedelta(weeks=n): place for place, n in enumerate(some, 1)}
    svg = week_chart("t", weeks(*counts), usual, marks)
    if not counts:
        assert svg == ""
        return
    for shape in parse(svg).iter("rect"):
        left, wide = (float(shape.attrib[name].rstrip("%")) for name in ("x", "width"))
        assert left >= 0
        assert left + wide <= 100.1
        assert float(shape.attrib["y"]) >= 30  # the numbers of spikes fit above


SHARES = [  # parts, words, why
    ((1, 0, 999), "disavow under 1\u00a0%, review 0\u00a0%, keep over 99\u00a0%", "not nothing"),
    ((1, 1, 2), "disavow 25\u00a0%, review 25\u00a0%, keep 50\u00a0%", "plain"),
    ((0, 0, 7), "disavow 0\u00a0%, review 0\u00a0%, keep 100\u00a0%", "all"),
]


@pytest.mark.parametrize(("parts", "words", "_why"), SHARES)
def test_shares_stand_in_words(parts: tuple[int, int, int], words: str, _why: str) -> None:
    assert words in share_chart("t", [Bar("Domains", parts)])


@given(st.tuples(*[st.integers(0, 10**9)] * 3))
def test_shares_fill_their_bar(parts: tuple[int, int, int]) -> None:
    svg = share_bar(Bar("<&>", parts))
    if not sum(parts):
        assert svg == share_chart("t", [Bar("a", parts)]) == ""
        return
    wide = [float(r.attrib["width"].rstrip("%")) for r in parse(svg).iter("rect")]
    assert sum(wide) == pytest.approx(100, abs=0.05)
    assert len(wide) == sum(part > 0 for part in parts)
    assert min(wide) > 0.5  # what is there at all can be seen
