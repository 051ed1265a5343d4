"""The suffix lookup is ours for speed; tldextract, whose list it reads, is the reference."""

from __future__ import annotations

import random

import pytest
import tldextract
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.suffixes import suffix_start
from spamlinks.urls import parse_host

WITH_PRIVATE = tldextract.TLDExtract(
    suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
)
ICANN = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
RULES = random.Random(7).sample(sorted(WITH_PRIVATE.tlds), 1500)

CASES = [  # host, suffix with the private section, without it
    ("example.com", "com", "com"),
    ("www.example.co.uk", "co.uk", "co.uk"),
    ("me.blogspot.com", "blogspot.com", "com"),  # private: the blog stands for itself
    ("a.b.kawasaki.jp", "b.kawasaki.jp", "b.kawasaki.jp"),  # wildcard *.kawasaki.jp
    ("www.city.kawasaki.jp", "kawasaki.jp", "kawasaki.jp"),  # exception !city.kawasaki.jp
    ("shop.xn--55qx5d.cn", "xn--55qx5d.cn", "xn--55qx5d.cn"),  # listed in Unicode
]


@pytest.mark.parametrize(("host", "private", "icann"), CASES)
def test_the_suffix_of_a_host(host: str, private: str, icann: str) -> None:
    labels = host.split(".")
    assert ".".join(labels[suffix_start(labels, private=True) :]) == private
    assert ".".join(labels[suffix_start(labels, private=False) :]) == icann


def test_an_unlisted_ending_has_no_rule() -> None:
    assert suffix_start(["host", "nosuchending"], private=True) is None


@pytest.mark.parametrize("prefix", ["", "a.", "b.a.", "c.b.a."])
def test_every_rule_reads_as_tldextract_reads_it(prefix: str) -> None:
    compared = 0
    for rule in RULES:
        name = prefix + rule.replace("*", "foo").replace("!", "")
        try:
            host = name.encode("idna").decode("ascii")
        except UnicodeError:
            continue
        if "." not in host:
            continue
        ours, theirs = parse_host(host), WITH_PRIVATE.extract_str(host)
        compared += 1
        if ours.problem is not None:
            assert theirs.suffix == host, host
            continue
        assert ours.suffix == theirs.suffix, host
        assert ours.linking_domain == (theirs.top_domain_under_public_suffix or host), host
        assert ours.is_private_suffix == theirs.is_private, host
        if theirs.is_private:
            whole = ICANN.extract_str(host).top_domain_under_public_suffix or host
            assert ours.registrable_domain == whole, host
    assert compared > 500


@given(st.lists(st.from_regex(r"[a-z0-9]{1,5}", fullmatch=True), min_size=2, max_size=5))
def test_any_host_reads_as_tldextract_reads_it(labels: list[str]) -> None:
    theirs = WITH_PRIVATE.extract_str(".".join(labels)).suffix
    start = suffix_start(labels, private=True)
    assert ("" if start is None else ".".join(labels[start:])) == theirs
