"""Guard lists: what they hold, what they must not hold, names and columns alike."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks import guards
from spamlinks.urls import parse_host

calm = settings(deadline=None)  # the machine may be busy; the first call loads a list

PAIRS = [
    (guards.is_platform, guards.platform_mask),
    (guards.is_popular, guards.popular_mask),
    (guards.is_institution, guards.institution_mask),
    (guards.is_shortener, guards.shortener_mask),
]

CASES = [  # host, platform, popular, institution, shortener
    ("facebook.com", True, True, False, False),
    ("WWW.Facebook.com.", True, True, False, False),
    ("m.facebook.com", True, False, False, False),  # its own host
    ("notfacebook.com", False, False, False, False),
    ("facebook.com.spam.xyz", False, False, False, False),
    ("wordpress.com", True, True, False, False),
    ("someone.wordpress.com", False, False, False, False),  # another user's site
    ("blogspot.com", True, True, False, False),
    ("someone.blogspot.com", False, False, False, False),
    ("someone.github.io", False, False, False, False),
    ("github.com", True, True, False, False),
    ("reddit.com", True, True, False, False),
    ("medium.com", True, True, False, False),
    ("wikipedia.org", True, True, False, False),
    ("de.wikipedia.org", True, False, False, False),
    ("youtube.com", True, True, False, False),
    ("google.com", True, True, False, False),
    ("pinterest.com", True, True, False, False),
    ("nytimes.com", True, True, False, False),
    ("bet365.com", False, True, False, False),  # popular is not honest
    ("mit.edu", False, False, True, False),
    ("cs.mit.edu", False, False, True, False),
    ("ox.ac.uk", False, False, True, False),
    ("ethz.ch", False, True, True, False),
    ("nasa.gov", False, False, True, False),
    ("impots.gouv.fr", False, False, True, False),
    ("sat.gob.mx", False, False, True, False),
    ("school.edu.pl", False, False, True, False),
    ("army.mil", False, False, True, False),
    ("edu.spam.example", False, False, False, False),
    ("my-edu.com", False, False, False, False),
    ("go.com", False, True, False, False),  # "go" is an institution only below some countries
    ("bit.ly", True, True, False, True),
    ("microsoft.com", True, True, False, False),  # ends in t.com, is no t.co
    ("a-small-shop.example", False, False, False, False),
    ("10.0.0.7", False, False, False, False),
    ("", False, False, False, False),
]


@pytest.mark.parametrize(("host", "platform", "popular", "institution", "shortener"), CASES)
def test_names(host, platform, popular, institution, shortener):
    found = tuple(test(host) for test, _ in PAIRS)
    assert found == (platform, popular, institution, shortener)


@pytest.mark.parametrize(("one", "column"), PAIRS)
def test_a_column_says_the_same_as_one_name_and_null_stays_null(one, column):
    hosts = [case[0] for case in CASES]
    mask = column(pl.Series("linking_domain", [*hosts, None]))
    assert mask.to_list() == [*map(one, hosts), None]
    assert (mask.name, mask.dtype) == ("linking_domain", pl.Boolean)
    assert column(pl.Series("x", [], dtype=pl.String)).to_list() == []
    assert column(pl.Series("x", [None], dtype=pl.String)).to_list() == [None]


labels = st.sampled_from(["www", "a", "edu", "ac", "uk", "com", "wordpress", "t", "co", "mit", ""])


@calm
@given(st.lists(st.lists(labels, max_size=5).map(".".join), max_size=5))
def test_scalar_and_column_agree_on_made_up_names(hosts):
    for one, column in PAIRS:
        assert column(pl.Series("x", hosts, dtype=pl.String)).to_list() == [one(h) for h in hosts]


names = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(".".join)


@calm
@given(st.lists(names), st.sets(names))
def test_below_mask_is_the_label_border_rule(hosts, tops):
    expected = [any(f".{host}".endswith(f".{top}") for top in tops) for host in hosts]
    assert guards.below_mask(pl.Series("x", hosts, dtype=pl.String), tops).to_list() == expected


def test_below_mask_keeps_null():
    hosts = pl.Series("x", ["a.b", None])
    assert guards.below_mask(hosts, set()).to_list() == [False, None]
    assert guards.below_mask(hosts, {"b"}).to_list() == [True, None]


DATA = files("spamlinks").joinpath("data")
SOURCES = json.loads(DATA.joinpath("SOURCES.json").read_text("utf-8"))
FREE = {"CC0-1.0", "MIT", "Apache-2.0", "MIT (this project)"}


# Tables of another shape have tests of their own.
LISTS = sorted(set(SOURCES) - {"networks.bin", "hosting.json", "rdap_bootstrap.json"})


@pytest.mark.parametrize("file", LISTS)
def test_every_list_is_what_its_source_note_says(file):
    raw, note = DATA.joinpath(file).read_bytes(), SOURCES[file]
    lists = json.loads(raw)
    assert hashlib.sha256(raw).hexdigest() == note["sha256"]
    assert sum(map(len, lists.values())) == note["entries"]
    assert {source["licence"] for source in note["lists"]} <= FREE
    for values in lists.values():
        assert values == sorted(set(values))
        assert all(value == value.strip().lower() for value in values)


def test_every_list_has_a_note_and_all_are_small():
    present = {f.name for f in DATA.iterdir() if f.is_file()} - {"SOURCES.json"}
    assert set(SOURCES) <= present
    assert sum(len(DATA.joinpath(file).read_bytes()) for file in LISTS) < 400_000


def test_names_in_the_lists_are_hosts():
    for file, key in (("platforms.json", "own_hosts"), ("popular.json", "domains")):
        for name in json.loads(DATA.joinpath(file).read_text("utf-8"))[key]:
            assert parse_host(name).problem is None, name
