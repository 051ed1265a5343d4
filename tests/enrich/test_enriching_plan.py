"""What is looked up: which pages of a domain, which kinds, in which order."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.enrich.answers import Lookup, What
from spamlinks.enriching.choosing import (
    MAX_CANDIDATES,
    MAX_TARGETS,
    Candidate,
    candidates,
    choose,
    shape_of,
)
from spamlinks.enriching.plan import BLOCK, Standing, Wanted, _interleaved, plan_lookups
from spamlinks.errors import InputError
from spamlinks.pipeline import Settings, audit


def page(url: str, **more: object) -> Candidate:
    host = url.split("/")[2]
    return Candidate(url, host, shape=shape_of(url), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pages", "most", "expected", "why"),
    [
        ([], 3, [], "nothing to choose from"),
        (["http://a.x/1", "http://a.x/2"], 3, ["http://a.x/1", "http://a.x/2"], "few: all"),
        (
            ["http://a.x/p1", "http://a.x/p2", "http://a.x/forum/t/9"],
            2,
            ["http://a.x/p1", "http://a.x/forum/t/9"],
            "another template says more than a second page of one",
        ),
        (
            ["http://a.x/p1", "http://a.x/p2", "http://b.a.x/p3"],
            2,
            ["http://a.x/p1", "http://b.a.x/p3"],
            "another host may be another site",
        ),
        (
            [page("http://a.x/p1", followed=False), page("http://a.x/p2")],
            1,
            ["http://a.x/p2"],
            "a followed link is what counts",
        ),
        (
            [page("http://a.x/1", anchor="Casino"), page("http://a.x/2", anchor="casino"),
             page("http://a.x/3", anchor="roses")],
            2,
            ["http://a.x/1", "http://a.x/3"],
            "another anchor, letter case aside",
        ),
        (
            [page("http://a.x/1", targets=("t1",)), page("http://a.x/2", targets=("t1",)),
             page("http://a.x/3", targets=("t2",))],
            2,
            ["http://a.x/1", "http://a.x/3"],
            "another target",
        ),
    ],
)  # fmt: skip
def test_pages_are_chosen_to_differ(pages, most, expected, why):
    found = [one if isinstance(one, Candidate) else page(one) for one in pages]
    assert [one.url for one in choose(found, most)] == expected, why


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda n, followed, anchor: page(f"http://a.x/{n}", followed=followed, anchor=anchor),
            st.integers(0, 50),
            st.booleans(),
            st.sampled_from(["", "a", "b"]),
        ),
        max_size=20,
    ),
    st.integers(1, 8),
)
def test_a_choice_is_a_part_and_followed_ones_come_first(pages, most):
    found = choose(pages, most)
    assert len(found) == min(most, len(pages))
    assert not Counter(found) - Counter(pages)
    assert all(a.followed >= b.followed for a, b in pairwise(found))


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([{"_domain": 0, "grain": "link", **row} for row in rows],
                        infer_schema_length=None)  # fmt: skip


@pytest.mark.parametrize(
    ("row", "kept", "why"),
    [
        ({"referring_page": "http://a.com/x"}, True, "an ordinary page"),
        ({"referring_page": "a.com/x"}, True, "without a scheme it is read as http"),
        ({"referring_page": "http://a.com/x", "is_lost": True}, False, "the link is gone"),
        ({"referring_page": "http://a.com/x", "is_lost": None}, True, "not known to be gone"),
        ({"referring_page": "http://a.com/", "grain": "domain"}, False, "no page is known"),
        ({"referring_page": "mailto:a@a.com"}, False, "no web address"),
        ({"referring_page": "ftp://a.com/x"}, False, "no web address"),
        ({"referring_page": "http:///x"}, False, "no host"),
        ({"referring_page": "http://a.com/" + "x" * 3000}, False, "longer than any server takes"),
    ],
)
def test_what_is_a_page(row, kept, why):
    found = dict(candidates(frame(row)))
    assert bool(found.get(0)) is kept, why


def test_one_page_stands_once_with_all_its_targets():
    rows = [
        {"referring_page": "http://A.com/x", "target_url": f"http://s.com/{i % 30}"}
        for i in range(90)
    ]
    rows += [{"referring_page": "http://a.com/x#part", "target_url": "http://s.com/z"}]
    (found,) = dict(candidates(frame(*rows)))[0]
    assert found.url == "http://A.com/x", "the spelling of the export is its key in the store"
    assert len(found.targets) == MAX_TARGETS
    assert len(set(found.targets)) == MAX_TARGETS


def test_a_domain_with_very_many_pages_is_not_read_whole():
    rows = [{"referring_page": f"http://a.com/{i}"} for i in range(5 * MAX_CANDIDATES)]
    assert len(dict(candidates(frame(*rows)))[0]) == MAX_CANDIDATES


def test_hosts_take_turns_within_a_block_and_blocks_follow_each_other():
    domains = [[Lookup(What.PAGE, f"http://d{d}.com/{n}") for n in range(3)] for d in range(1200)]
    order = [lookup.key for lookup in _interleaved(domains)]
    assert len(order) == len(set(order)) == 3600
    turns = [key.split("/")[2] for key in order]
    assert len(set(turns[:BLOCK])) == BLOCK, "one page of each, before a second of any"
    last_of_first = max(i for i, key in enumerate(turns) if int(key[1:-4]) < BLOCK)
    assert last_of_first == 3 * BLOCK - 1, "the most promising domains are done first"


EXPORT = """referring_page,target_url,anchor_text,rel_nofollow
https://www.site-one.com/blog/a,https://shop.example/,casino,
https://www.site-one.com/blog/b,https://shop.example/,casino,
https://www.site-one.com/forum/c/1,https://shop.example/x,poker,
https://www.site-one.com/forum/c/2,https://shop.example/x,poker,
https://www.site-one.com/,https://shop.example/,home,
https://two-casino-bonus.xyz/deep/page,https://shop.example/,casino bonus,
https://me.blogspot.com/2020/x.html,https://shop.example/,casino bonus,
https://203.0.113.9/x,https://shop.example/,casino bonus,
https://nowhere.madeuptld/x,https://shop.example/,casino,
https://youtube.com/watch,https://shop.example/,video,
https://muted.org/x,https://shop.example/,casino bonus,true
https://shop.example/own,https://shop.example/,own,
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("plan") / "links.csv"
    path.write_text(EXPORT)
    return audit([path], Settings(site="shop.example"), inside=True)


def keys(plan, what: What) -> set[str]:
    return {lookup.key for lookup in plan.of(what)}


def test_each_kind_asks_for_what_can_be_asked(outcome):
    plan = plan_lookups(outcome, Wanted(frozenset({"ages", "pages", "dns"})))
    assert keys(plan, What.AGE) == {
        "site-one.com", "two-casino-bonus.xyz", "youtube.com", "muted.org",
    }, "no address, no name below a private suffix, no unknown ending"  # fmt: skip
    pages = [key for key in keys(plan, What.PAGE) if "site-one" in key]
    assert len(pages) == 3
    assert not any("shop.example/own" in key for key in keys(plan, What.PAGE))
    homes = keys(plan, What.HOME)
    assert "two-casino-bonus.xyz" in homes or plan.verdicts.get("REVIEW", 0) == 0
    assert not homes & {"me.blogspot.com", "203.0.113.9", "youtube.com"}
    assert "www.site-one.com" in keys(plan, What.DNS)
    assert "203.0.113.9" not in keys(plan, What.DNS)
    assert {lookup.site for lookup in plan.of(What.PAGE)} == {"shop.example"}
    assert {lookup.site for lookup in plan.of(What.AGE)} == {""}
    assert (plan.domains, plan.chosen) == (7, 7)


def test_what_cannot_change_is_left_out_and_counted(outcome):
    plan = plan_lookups(outcome, Wanted(only_undecided=True))
    assert plan.left_out, "some of them cannot change"
    assert plan.left_out[Standing.NOFOLLOW] == 1
    assert plan.chosen + sum(plan.left_out.values()) == plan.domains
    asked = keys(plan, What.AGE) | keys(plan, What.PAGE)
    assert not any("youtube" in key or "muted" in key for key in asked)


@pytest.mark.parametrize("most", [1, 2, 5])
def test_no_domain_has_more_pages_than_allowed(outcome, most):
    plan = plan_lookups(outcome, Wanted(pages_per_domain=most))
    hosts = Counter(key.split("/")[2] for key in keys(plan, What.PAGE))
    assert max(hosts.values()) <= most


def test_the_same_exports_give_the_same_plan(outcome):
    wanted = Wanted(frozenset({"ages", "pages", "dns"}))
    assert plan_lookups(outcome, wanted).lookups == plan_lookups(outcome, wanted).lookups


def test_dates_that_the_user_has_are_not_asked_for(tmp_path: Path):
    (tmp_path / "links.csv").write_text(EXPORT)
    facts = tmp_path / "facts.csv"
    facts.write_text("linking_domain,domain_created_on\nsite-one.com,2001-01-01\n")
    settings = Settings(site="shop.example", facts=facts)
    plan = plan_lookups(audit([tmp_path / "links.csv"], settings, inside=True), Wanted())
    assert "site-one.com" not in keys(plan, What.AGE)
    assert "muted.org" in keys(plan, What.AGE)


def test_an_export_of_domains_asks_for_start_pages(tmp_path: Path):
    path = tmp_path / "domains.csv"
    path.write_text(
        "Domain,Domain ascore,Backlinks,IP Address,Country,First seen,Last seen\n"
        "casino-bonus.xyz,3,12,203.0.113.9,us,2024-01-01,2024-02-01\n"
        "garden-notes.com,33,2,203.0.113.8,us,2024-01-01,2024-02-01\n"
    )
    found = audit([path], Settings(site="shop.example"), inside=True)
    assert set(found.inside.scored.frame["grain"]) == {"domain"}
    plan = plan_lookups(found, Wanted())
    assert keys(plan, What.HOME) == {"casino-bonus.xyz", "garden-notes.com"}
    assert not plan.of(What.PAGE)


def test_without_a_site_pages_cannot_be_read(tmp_path: Path):
    path = tmp_path / "urls.csv"
    path.write_text("referring_page\nhttps://a.com/x\nhttps://b.com/y\n")
    found = audit([path], Settings(), inside=True)
    with pytest.raises(InputError, match="--site"):
        plan_lookups(found, Wanted())
    assert plan_lookups(found, Wanted(frozenset({"ages"}))).site is None


@pytest.mark.parametrize(
    "wrong",
    [{"what": frozenset()}, {"what": frozenset({"page"})}, {"pages_per_domain": 0},
     {"pages_per_domain": 101}],
)  # fmt: skip
def test_wishes_out_of_bounds_are_refused(wrong):
    with pytest.raises(InputError):
        Wanted(**wrong)


def test_a_start_page_comes_after_the_first_page_of_its_domain(outcome):
    """The linking page tells more: whoever stops early should have it."""
    plan = plan_lookups(outcome, Wanted(frozenset({"pages"})))
    order = [lookup.key for lookup, _ in plan.lookups if "two-casino-bonus" in lookup.key]
    assert order == ["https://two-casino-bonus.xyz/deep/page", "two-casino-bonus.xyz"]


LOST = """referring_page,target_url,anchor_text,is_lost
https://one-casino.xyz/a,https://shop.example/,casino,true
https://two-casino.xyz/a,https://shop.example/,casino,false
"""


def test_of_a_domain_whose_links_are_gone_no_page_is_fetched(tmp_path):
    path = tmp_path / "links.csv"
    path.write_text(LOST)
    found = audit([path], Settings(site="shop.example"), inside=True)
    plan = plan_lookups(found, Wanted(frozenset({"pages", "ages"})))
    assert keys(plan, What.PAGE) == {"https://two-casino.xyz/a"}
    assert "one-casino.xyz" not in keys(plan, What.HOME)
