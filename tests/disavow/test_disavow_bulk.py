"""Many lines at once are read as one line at a time is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.disavow import read_line
from spamlinks.disavow.bulk import read_lines, read_many_lines

HOSTS = (
    "spam.com", "a.b.spam.com", "spam.example", "www.spam.com", "blogspot.com", "me.blogspot.com",
    "com", "co.uk", "x.co.uk", "-a.com", "a-.com", "a..com", "spam.com.", "1.2.3.4", "1.2.3.999",
    "x.netcheap", "www.ck", "foo.ck", "xn--bcher-kva.com", "a_b.com", "pa.gov.br",
    "a" * 64 + ".com",
)  # fmt: skip
SHAPES = (
    "domain:{}", "domain: {}", "Domain:{}", "http://{}", "https://{}/", "http://{}/a/", "{}",
    "http://{}/a?b=c", "http://{}/a#b", "http://{}/a,http://b.com/", "http://{}/a b", "# {}",
    "http://{}/ü", "HTTP://{}/a", "http://{}/%41%zz", "http://{}/a;b", "http://{}/" + "p" * 2040,
    "http://{}:80/a", "http:///{}/a", "domain:{}/a", "http://{}/[x]", "http://{}/a\\b", "",
)  # fmt: skip
LINES = [shape.format(host) for shape in SHAPES for host in HOSTS]


def same(texts: list[str]) -> None:
    alone = [read_line(text, number) for number, text in enumerate(texts, 1)]
    for read in (read_many_lines, read_lines):
        assert list(read([(text, "\n") for text in texts])) == alone


def test_every_shape_of_line_is_read_as_it_is_alone():
    same(LINES)


@pytest.mark.parametrize("seed", range(3))
def test_the_neighbours_of_a_line_do_not_matter(seed):
    shuffled = random.Random(seed).sample(LINES, len(LINES))
    same(shuffled[: len(LINES) // 2])


@settings(deadline=None)
@given(st.lists(st.text(alphabet="domain:htps/.abwcou-k# ,;?%\\é1", max_size=40), max_size=8))
def test_any_lines_are_read_as_they_are_alone(texts):
    same([text.replace("\n", "") for text in texts])
