"""Verdicts: every reason once with its why, then what guards may never do."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.disavow import Candidate, DisavowFile, Entry, vet
from spamlinks.errors import InputError
from spamlinks.policy import (
    REASON_TEXT,
    SITUATIONS,
    Decision,
    Guards,
    KeepList,
    Reason,
    Verdict,
    decide,
    reason_text,
)
from spamlinks.urls import parse_host

calm = settings(deadline=None)  # the machine may be busy; the first call loads a list

SCHEMA = {
    "linking_domain": pl.String,
    "registrable_domain": pl.String,
    "suffix": pl.String,
    "is_ip_host": pl.Boolean,
    "is_private_suffix": pl.Boolean,
    "spam_score": pl.Float64,
    "cut_disavow": pl.Float64,
    "cut_review": pl.Float64,
    "thin_evidence": pl.Boolean,
    "links": pl.Int64,
    "followed_links": pl.Int64,
    "live_links": pl.Int64,
    "named": pl.Boolean,
    "network_alone": pl.Boolean,
    "hidden_on_clean_site": pl.Boolean,
    "listed_by_google": pl.Boolean,
}


def row(domain: str | None, score: float = 0.99, **changed: object) -> dict[str, object]:
    parts = parse_host(domain or "")
    values: dict[str, object] = {
        "linking_domain": domain,
        "registrable_domain": parts.registrable_domain or domain,
        "suffix": parts.suffix,
        "is_ip_host": parts.is_ip,
        "is_private_suffix": parts.is_private_suffix,
        "spam_score": score,
        "cut_disavow": 0.9,
        "cut_review": 0.5,
        "thin_evidence": False,
        "links": 3,
        "followed_links": 3,
        "live_links": 3,
        "named": False,
        "network_alone": False,
        "hidden_on_clean_site": None,
        "listed_by_google": None,
    }
    return values | changed


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=SCHEMA)


GUARDS = Guards(
    site="https://www.mine.example/shop",
    aliases=("mine.blogspot.com",),
    keep=KeepList.parse("partner.example\nnews.example/story\nsub.big.example\n"),
    live=DisavowFile.parse(
        "domain:old.example\ndomain:sub.half.example\ndomain:zip\n"
        "domain:partner.example\ndomain:mine.example\nhttp://page.example/x\n"
        "# domain:commented.example\n"
    ),
)

K, R, D = Verdict.KEEP, Verdict.REVIEW, Verdict.DISAVOW
CASES = [  # row, verdict, reason, unit; the why stands beside it
    (row("spam.example"), D, Reason.SCORE_HIGH, "domain"),
    (row("spam.example", 0.9), D, Reason.SCORE_HIGH, "domain"),  # the cut itself counts
    (row("spam.example", 0.89), R, Reason.SCORE_MIDDLE, "domain"),
    (row("spam.example", 0.6, cut_disavow=0.5, named=True), D, Reason.NAME_HIGH, "domain"),
    (row("spam.example", 0.1, cut_disavow=0.5, named=True), K, Reason.SCORE_LOW, "domain"),
    (row("spam.example", 0.5), R, Reason.SCORE_MIDDLE, "domain"),
    (row("spam.example", 0.49), K, Reason.SCORE_LOW, "domain"),
    (row("spam.blogspot.com"), D, Reason.SCORE_HIGH, "host"),  # one blog, not the platform
    # no cut for this view: the verdict is not given
    (row("spam.example", cut_disavow=None), R, Reason.SCORE_MIDDLE, "domain"),
    (row("spam.example", cut_disavow=None, cut_review=None), K, Reason.SCORE_LOW, "domain"),
    # the user's own word
    (row("mine.example"), K, Reason.OWN_SITE, "domain"),  # even though the live file has it
    (row("mine.example", 0.0), K, Reason.OWN_SITE, "domain"),
    (row("mine.blogspot.com"), K, Reason.OWN_SITE, "host"),
    (row("blogspot.com"), K, Reason.OWN_SITE, "url"),  # it would take our alias with it
    (row("notmine.example"), D, Reason.SCORE_HIGH, "domain"),
    (row("partner.example"), K, Reason.KEEP_LIST, "domain"),  # even though the live file has it
    (row("news.example"), R, Reason.KEEP_LIST, "url"),  # one page is kept: not the whole site
    (row("big.example"), R, Reason.KEEP_LIST, "url"),  # one host is kept
    (row("big.example", 0.6), R, Reason.SCORE_MIDDLE, "url"),
    # the live file is a fact: it may raise a verdict
    (row("old.example", 0.01), D, Reason.IN_LIVE_FILE, "domain"),
    (row("old.example", followed_links=0), D, Reason.IN_LIVE_FILE, "domain"),
    (row("any.zip", 0.01), D, Reason.IN_LIVE_FILE, "domain"),  # the whole TLD is in the file
    (row("half.example"), D, Reason.SCORE_HIGH, "domain"),  # only a host of it is covered
    (row("page.example"), D, Reason.SCORE_HIGH, "domain"),  # only a page of it is covered
    (row("commented.example", 0.1), K, Reason.SCORE_LOW, "domain"),
    # no entry needed
    (row("spam.example", followed_links=0), K, Reason.NOFOLLOW_ONLY, "domain"),
    (row("spam.example", 0.6, followed_links=0), K, Reason.NOFOLLOW_ONLY, "domain"),
    (row("spam.example", 0.1, followed_links=0), K, Reason.SCORE_LOW, "domain"),
    (row("spam.example", followed_links=1), D, Reason.SCORE_HIGH, "domain"),
    (row("spam.example", followed_links=None), D, Reason.SCORE_HIGH, "domain"),  # unknown
    (row("spam.example", links=0, followed_links=0), D, Reason.SCORE_HIGH, "domain"),
    (row("spam.example", live_links=0), K, Reason.LINKS_GONE, "domain"),
    (row("spam.example", followed_links=1, live_links=0), K, Reason.LINKS_GONE, "domain"),
    (row("spam.example", followed_links=0, live_links=0), K, Reason.NOFOLLOW_ONLY, "domain"),
    (row("spam.example", live_links=1), D, Reason.SCORE_HIGH, "domain"),
    (row("spam.example", live_links=None), D, Reason.SCORE_HIGH, "domain"),
    # Google does not list it
    (row("spam.example", listed_by_google=False), K, Reason.NOT_IN_SEARCH_CONSOLE, "domain"),
    (row("spam.example", 0.6, listed_by_google=False), K, Reason.NOT_IN_SEARCH_CONSOLE, "domain"),
    (row("spam.example", listed_by_google=True), D, Reason.SCORE_HIGH, "domain"),
    (row("spam.example", 0.1, listed_by_google=False), K, Reason.SCORE_LOW, "domain"),
    (row("old.example", listed_by_google=False), D, Reason.IN_LIVE_FILE, "domain"),
    (row("facebook.com", listed_by_google=False), K, Reason.NOT_IN_SEARCH_CONSOLE, "url"),
    (row("bet365.com", 0.6, listed_by_google=False), K, Reason.POPULAR, "domain"),
    # a human looks first
    (row(None), R, Reason.NO_HOST, "domain"),
    (row(""), R, Reason.NO_HOST, "domain"),
    (row(None, 0.1), K, Reason.NO_HOST, "domain"),
    (row("xyz"), R, Reason.BARE_TLD, "domain"),
    (row("herokuapp.com"), R, Reason.PUBLIC_SUFFIX, "url"),
    (row("co.uk", suffix="co.uk"), R, Reason.PUBLIC_SUFFIX, "domain"),
    (row("140.128.107.177"), R, Reason.IP_ADDRESS, "domain"),
    (row("facebook.com"), R, Reason.PLATFORM, "url"),
    (row("wordpress.com"), R, Reason.PLATFORM, "url"),
    (row("facebook.com", 0.1), K, Reason.SCORE_LOW, "url"),
    (row("hacked.edu"), R, Reason.INSTITUTION, "url"),
    (row("hacked.ac.uk"), R, Reason.INSTITUTION, "url"),
    (row("impots.gouv.fr"), R, Reason.INSTITUTION, "url"),
    (row("bet365.com"), R, Reason.POPULAR, "domain"),  # popular is not honest: no pardon either
    (row("bet365.com", 0.6), K, Reason.POPULAR, "domain"),  # a middling score there is noise
    (row("spam.example", thin_evidence=True), R, Reason.THIN_EVIDENCE, "domain"),
    (row("spam.example", thin_evidence=None), R, Reason.THIN_EVIDENCE, "domain"),
    (row("spam.example", 0.1, thin_evidence=True), K, Reason.SCORE_LOW, "domain"),
    (row("copied.example", network_alone=True), R, Reason.THIN_EVIDENCE, "domain"),
    (row("copied.example", network_alone=None), D, Reason.SCORE_HIGH, "domain"),
    (row("copied.example", named=True, network_alone=True), R, Reason.THIN_EVIDENCE, "domain"),
    (row("copied.example", 0.6, network_alone=True), R, Reason.SCORE_MIDDLE, "domain"),
    # links hidden on a site that reads clean: its owner may not know
    (row("hacked.example", hidden_on_clean_site=True), R, Reason.HACKED_PAGE, "domain"),
    (row("hacked.example", 0.1, hidden_on_clean_site=True), K, Reason.SCORE_LOW, "domain"),
    (row("hacked.example", 0.6, hidden_on_clean_site=True), R, Reason.SCORE_MIDDLE, "domain"),
    (row("hacked.edu", hidden_on_clean_site=True), R, Reason.INSTITUTION, "url"),
    (row("spam.example", hidden_on_clean_site=False), D, Reason.SCORE_HIGH, "domain"),
    (row("spam.example", hidden_on_clean_site=None), D, Reason.SCORE_HIGH, "domain"),
]


@pytest.mark.parametrize(("values", "verdict", "reason", "unit"), CASES)
def test_a_unit_gets_its_verdict_and_the_rule_that_settled_it(values, verdict, reason, unit):
    decided = decide(frame(values), GUARDS)
    assert decided.select("verdict", "reason", "unit").row(0) == (verdict, reason, unit)


DECIDED_CASES = [  # row, decided, verdict, reason, unit; the why stands beside it
    # a decision stands whatever the model and the later rules say
    (row("spam.example"), K, K, Reason.DECIDED, "domain"),
    (row("spam.example"), R, R, Reason.DECIDED, "domain"),
    (row("spam.example"), D, D, Reason.DECIDED, "domain"),
    (row("fine.example", 0.0), D, D, Reason.DECIDED, "domain"),
    (row("fine.example", 0.0), R, R, Reason.DECIDED, "domain"),
    (row("fine.example", followed_links=0), D, D, Reason.DECIDED, "domain"),
    (row("fine.example", live_links=0), D, D, Reason.DECIDED, "domain"),
    (row("fine.example", listed_by_google=False), D, D, Reason.DECIDED, "domain"),
    (row("fine.example", thin_evidence=True), D, D, Reason.DECIDED, "domain"),
    (row("bet365.com"), D, D, Reason.DECIDED, "domain"),  # popular: a human has looked
    (row("spam.blogspot.com"), K, K, Reason.DECIDED, "host"),
    (row("SPAM.example"), K, K, Reason.DECIDED, "domain"),
    # a site that honest people share: its pages, never the whole
    (row("facebook.com", 0.1), D, D, Reason.DECIDED, "url"),
    (row("hacked.edu", 0.1), D, D, Reason.DECIDED, "url"),
    (row("big.example"), D, D, Reason.DECIDED, "url"),  # one host of it is kept
    (row("big.example"), K, K, Reason.DECIDED, "domain"),
    # the own site, and the keep list, which a decision DISAVOW contradicts: told before
    (row("mine.example"), D, K, Reason.OWN_SITE, "domain"),
    (row("mine.example"), R, K, Reason.OWN_SITE, "domain"),
    (row("partner.example"), R, K, Reason.KEEP_LIST, "domain"),
    # the live file disavows it already: DISAVOW says nothing new, the others do
    (row("old.example", 0.01), D, D, Reason.IN_LIVE_FILE, "domain"),
    (row("old.example"), K, K, Reason.DECIDED, "domain"),
    (row("old.example"), R, R, Reason.DECIDED, "domain"),
    # what is no single site is written only when it is named once more
    (row("xyz"), D, R, Reason.BARE_TLD, "domain"),
    (row("co.uk", suffix="co.uk"), D, R, Reason.PUBLIC_SUFFIX, "domain"),
    (row("140.128.107.177", 0.1), D, R, Reason.IP_ADDRESS, "domain"),
    (row("140.128.107.177"), K, K, Reason.DECIDED, "domain"),
    (row(""), D, R, Reason.NO_HOST, "domain"),
]


@pytest.mark.parametrize(("values", "decided", "verdict", "reason", "unit"), DECIDED_CASES)
def test_what_a_decision_overrides_and_what_it_does_not(values, decided, verdict, reason, unit):
    name = str(values["linking_domain"]).lower()
    guards = replace(GUARDS, decided={name: Decision(name, decided)})
    settled = decide(frame(values), guards)
    assert settled.select("verdict", "reason", "unit").row(0) == (verdict, reason, unit)
    assert settled["spam_score"][0] == values["spam_score"]  # the model's view stays


BELOW_CASES = [  # decided, row, verdict, reason
    ({"github.io": K}, "spam.github.io", D, Reason.SCORE_HIGH),  # a suffix is no site
    ({"example": K}, "spam.example", D, Reason.SCORE_HIGH),
    ({"github.io": D}, "fine.github.io", D, Reason.SCORE_HIGH),
    ({"good.spam.example": K}, "spam.example", R, Reason.KEEP_LIST),  # a part: not the whole site
    ({"https://spam.example/good": K}, "spam.example", R, Reason.KEEP_LIST),
    ({"bad.spam.example": D}, "spam.example", D, Reason.SCORE_HIGH),
    ({"other.example": K}, "spam.example", D, Reason.SCORE_HIGH),
]


@pytest.mark.parametrize(("decided", "name", "verdict", "reason"), BELOW_CASES)
def test_decisions_on_something_above_or_inside_a_unit(decided, name, verdict, reason):
    guards = Guards(decided={key: Decision(key, value) for key, value in decided.items()})
    assert decide(frame(row(name)), guards).select("verdict", "reason").row(0) == (verdict, reason)


def test_every_reason_has_a_case_and_a_sentence():
    assert {case[2] for case in CASES} | {case[3] for case in DECIDED_CASES} == set(Reason)
    assert set(REASON_TEXT) == set(Reason)
    assert all(text.endswith(".") for text in REASON_TEXT.values())


CAUSES = [  # situation, score, verdict, why
    ("none", 0.99, K, "Google ignores what it does not list"),
    ("attack", 0.99, K, "a wave that Google does not see"),
    ("bought", 0.99, R, "the list is a sample, and there is a cause"),
    ("manual-action", 0.99, R, "a reviewer may know more than the list"),
    ("bought", 0.6, R, "a middling score stays as it was"),
]


@pytest.mark.parametrize(("situation", "score", "verdict", "_why"), CAUSES)
def test_what_google_does_not_list(situation, score, verdict, _why):
    decided = decide(frame(row("spam.example", score, listed_by_google=False)), GUARDS, situation)
    assert decided.select("verdict", "reason").row(0) == (verdict, Reason.NOT_IN_SEARCH_CONSOLE)
    said = reason_text(decided["reason"][0], verdict)
    assert ("no entry is needed" in said) == (verdict == K)
    assert ("look" in said) == (verdict == R)


def test_a_platform_is_not_raised_by_what_google_does_not_list():
    units = frame(row("facebook.com", 0.6, listed_by_google=False))
    assert decide(units, GUARDS, "bought")["reason"][0] == Reason.PLATFORM


def test_the_columns_that_may_be_absent():
    units = frame(row("spam.example")).drop("named", "listed_by_google")
    assert decide(units, GUARDS)["reason"][0] == Reason.SCORE_HIGH


def test_rows_keep_their_order_their_columns_and_their_score():
    units = frame(*(case[0] for case in CASES)).with_columns(extra=pl.int_range(pl.len()))
    decided = decide(units, GUARDS)
    assert decided.columns == [*units.columns, "unit", "verdict", "reason"]
    assert decided.select(units.columns).equals(units, null_equal=True)
    assert decided["verdict"].to_list() == [case[1] for case in CASES]
    assert decide(decided, GUARDS).equals(decided)


def test_no_units_give_no_verdicts():
    decided = decide(frame(), Guards())
    assert decided.shape == (0, len(SCHEMA) + 3)


def test_a_missing_column_and_a_missing_score_are_errors():
    with pytest.raises(InputError, match=r"missing columns \['links'\]"):
        decide(frame(row("a.example")).drop("links"), Guards())
    for score in (None, float("nan")):
        with pytest.raises(InputError, match="a spam_score is missing"):
            decide(frame(row("a.example"), row("b.example", score)), Guards())


@pytest.mark.parametrize("site", ["", "co.uk", "not a site", "mailto:me@mine.example"])
def test_a_site_that_is_none_is_an_error(site):
    with pytest.raises(InputError, match=r"Give a domain such as example\.com"):
        Guards(site=site)
    with pytest.raises(InputError, match=r"Give a domain such as example\.com"):
        Guards(site="mine.example", aliases=(site,))


def test_situations_ask_for_the_promised_precision():
    assert SITUATIONS == {"none": 0.98, "attack": 0.95, "bought": 0.90, "manual-action": 0.90}


# ---------------------------------------------------------------- properties

names = st.sampled_from(
    [
        "spam.example",
        "mine.example",
        "mine.blogspot.com",
        "partner.example",
        "news.example",
        "big.example",
        "old.example",
        "half.example",
        "facebook.com",
        "wordpress.com",
        "me.wordpress.com",
        "mit.edu",
        "bet365.com",
        "me.blogspot.com",
        "blogspot.com",
        "herokuapp.com",
        "10.0.0.7",
        "xyz",
        "any.zip",
    ]
)
scores = st.sampled_from([0.0, 0.3, 0.5, 0.7, 0.9, 1.0])
counts = st.sampled_from([None, 0, 1, 3])
rows = st.builds(
    lambda name, score, thin, followed, live, cut, listed: row(
        name,
        score,
        thin_evidence=thin,
        followed_links=followed,
        live_links=live,
        cut_disavow=cut,
        listed_by_google=listed,
    ),
    names,
    scores,
    st.sampled_from([True, False, None]),
    counts,
    counts,
    st.sampled_from([None, 0.9]),
    st.sampled_from([None, True, False]),
)
RANK = {"KEEP": 0, "REVIEW": 1, "DISAVOW": 2}


@calm
@given(st.lists(rows, min_size=1, max_size=8), st.sampled_from(sorted(SITUATIONS)))
def test_guards_never_raise_a_verdict_above_the_score_but_for_the_live_file(values, situation):
    for unit in decide(frame(*values), GUARDS, situation).iter_rows(named=True):
        cut = unit["cut_disavow"]
        high = cut is not None and unit["spam_score"] >= cut
        by_score = 2 if high else 1 if unit["spam_score"] >= 0.5 else 0
        if unit["reason"] != Reason.IN_LIVE_FILE:
            assert RANK[unit["verdict"]] <= by_score


@calm
@given(st.lists(rows, max_size=8), st.randoms(use_true_random=False))
def test_rows_do_not_influence_each_other(values, chance):
    units = frame(*values).with_row_index("number")
    shuffled = list(range(units.height))
    chance.shuffle(shuffled)
    apart = decide(units[shuffled], GUARDS).sort("number")
    assert apart.equals(decide(units, GUARDS), null_equal=True)


@calm
@given(st.lists(rows, max_size=8))
def test_what_is_to_be_disavowed_may_also_be_written(values):
    """The policy and the writer's last defence agree: nothing new is refused at the end."""
    decided = decide(frame(*values), GUARDS).filter(
        (pl.col("verdict") == Verdict.DISAVOW) & (pl.col("reason") != Reason.IN_LIVE_FILE)
    )
    candidates = [Candidate(Entry.domain(name)) for name in decided["linking_domain"]]
    assert vet(candidates, GUARDS.own_hosts).refused == ()
