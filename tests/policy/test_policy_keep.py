"""The keep list: read generously, refused with a line number where nobody can know."""

from __future__ import annotations

import pytest

from spamlinks.errors import InputError
from spamlinks.policy import KeepList

CASES = [  # text, domains, urls
    ("", [], []),
    ("# a comment\n\n  # another\n", [], []),
    ("partner.example\n", ["partner.example"], []),
    ("domain:partner.example", ["partner.example"], []),
    ("Partner.example  # since 2019\r\n", ["partner.example"], []),
    ("www.partner.example", ["partner.example"], []),  # the site is meant
    ("https://partner.example/", ["partner.example"], []),  # so it is here
    ("https://www.partner.example", ["partner.example"], []),
    ("https://news.example/a b", [], ["https://news.example/a%20b"]),
    ("news.example/story", [], ["http://news.example/story"]),
    ("bücher.example", ["xn--bcher-kva.example"], []),
    ("me.blogspot.com", ["me.blogspot.com"], []),
    ("domain:blogspot.com", ["blogspot.com"], []),  # all of it, if the user says so
    ('"partner.example"', ["partner.example"], []),
    ("\ufeffpartner.example", ["partner.example"], []),
    ("domain:1.2.3.4", ["1.2.3.4"], []),
]


@pytest.mark.parametrize(("text", "domains", "urls"), CASES)
def test_keep_list(text, domains, urls):
    keep = KeepList.parse(text)
    assert (sorted(keep.domains), sorted(keep.urls)) == (domains, urls)
    assert KeepList.parse(text.encode()) == keep


WRONG = [
    ("partner.example\nhello world\n", r"line 2 \(hello world\) is neither"),
    ("a.example, b.example", "line 1"),
    ("mailto:me@partner.example", "line 1"),
    ("domain:*.partner.example", "line 1"),
    ("x" * 500, r"line 1 \(x{77}\.\.\.\)"),
]


@pytest.mark.parametrize(("text", "match"), WRONG)
def test_a_line_nobody_can_read_is_an_error_with_its_number(text, match):
    with pytest.raises(InputError, match=rf"^keep\.txt: {match}"):
        KeepList.parse(text, "keep.txt")


def test_other_encodings_are_refused_with_the_line():
    with pytest.raises(InputError, match="not UTF-8 on line 2"):
        KeepList.parse("a.example\n# für uns\n".encode("latin-1"))


def test_hosts_inside_are_those_of_domains_and_of_pages():
    keep = KeepList.parse("partner.example\nhttps://news.example/story\n")
    assert keep.hosts_inside() == {"partner.example", "news.example"}
