"""What must be known before a comparison is trusted: a table of two runs and their notes."""

from __future__ import annotations

from typing import Any

import pytest
from since_tables import cells, domain, run_facts, table

from spamlinks.since.changes import beside
from spamlinks.since.facts import facts_of, site_host
from spamlinks.since.networks import notes_on_networks
from spamlinks.since.notes import differing_settings, notes_on

LOOKED = "The linking pages themselves: nothing was fetched."
ANCHORS = "Anchor texts: these exports do not have them."
DATES = "Registration dates of the linking domains; look them up with 'spamlinks enrich'."
SOME = [
    "Linking pages that could not be read: 44 not there.",
    "Linking pages that were not tried: 293 of 1,187.",
    "Registrations that are not known: 14 of 506 domains.",
]
BRAND = "Your brand's name: give it with --brand or --site."
GOOGLE = "Whether Google knows the links: give an export of Search Console as well."
SAMPLE = "Whether Google knows the domains it does not list: the list is full."
STORE = {"pages": {"fetched": 719, "failed": 45}, "domains": {"fetched": 492}}
ONE_TO_ONE = "Scores and verdicts are not one to one: "


def inputs(**links: int) -> list[dict[str, Any]]:
    """Exports by vendor, each of other content."""
    return [{"vendor": v, "links": n, "sha256": f"{v}{n}"} for v, n in links.items()]


OTHER = cells(inputs=inputs(ahrefs=101))
CASES = [
    ("nothing differs but the exports", {}, OTHER, []),
    ("the same exports", {}, {}, ["These are the same exports as then."]),
    ("another model", cells(model={"name": "own", "sha256": "c"}), OTHER,
     [ONE_TO_ONE + "the model (own then, standard-v2 now) changed."]),
    ("another model of one name", cells(model={"name": "standard-v2", "sha256": "c"}), OTHER,
     [ONE_TO_ONE + "the model (two of the name standard-v2) changed."]),
    ("situation and precision", cells(situation="attack", precision=0.95), OTHER,
     [ONE_TO_ONE + "the situation (attack then, none now) and the precision (0.95 then, 0.98 now) "
      "changed."]),
    ("the prior", cells(prior=0.25), OTHER,
     [ONE_TO_ONE + "the prior (0.25 then, 0.1 now) changed."]),
    ("a prior that is hardly another", cells(prior=0.1002), OTHER, []),
    ("the program", cells(version="0.0.9"), OTHER,
     [ONE_TO_ONE + "the program (0.0.9 then, 0.1.0 now) changed."]),
    ("the view", cells(view="addresses"), OTHER,
     [ONE_TO_ONE + "what the exports show changed.",
      "The exports showed addresses; now they show everything."]),
    ("a vendor less", cells(inputs=inputs(ahrefs=100, gsc=5)), OTHER,
     ["No export of Search Console this time: a domain that is gone may only not be listed here."]),
    ("a vendor more", {}, cells(inputs=inputs(ahrefs=101, semrush=5)),
     ["No export of semrush then: what is new may only not have been listed."]),
    ("a thinner export", {}, cells(inputs=inputs(ahrefs=80)),
     ["The exports of ahrefs hold 80 links, 100 then: from a thinner export it does not follow "
      "that links are gone."]),
    ("hardly thinner", {}, cells(inputs=inputs(ahrefs=81)), []),
    ("a fuller export", {}, cells(inputs=inputs(ahrefs=125)),
     ["The exports of ahrefs hold 125 links, 100 then: what is new may only not have been "
      "listed."]),
    ("files of one vendor are summed", cells(inputs=inputs(ahrefs=50) + inputs(ahrefs=51)), OTHER,
     []),
    ("more is known", cells(not_looked_at=[LOOKED, ANCHORS]), OTHER,
     ["Known now and not then: anchor texts."]),
    ("the earlier run says nothing of what it looked at", cells(not_looked_at=[]),
     cells(not_looked_at=[LOOKED], **OTHER), []),
    ("less is known", {}, cells(not_looked_at=[LOOKED, ANCHORS], **OTHER),
     ["Known then and not now: anchor texts."]),
    ("a store was added, which knows some", cells(not_looked_at=[LOOKED, DATES, BRAND]),
     cells(not_looked_at=[*SOME, BRAND], looked_up=STORE, **OTHER),
     ["Known now and not then: the linking pages themselves; registration dates of the linking "
      "domains.", "719 linking pages and 492 registrations were looked up since."]),
    ("a store was left out", cells(not_looked_at=[*SOME, BRAND], looked_up=STORE),
     cells(not_looked_at=[LOOKED, DATES, BRAND], **OTHER),
     ["Known then and not now: the linking pages themselves; registration dates of the linking "
      "domains.",
      "719 linking pages and 492 registrations had been looked up then; this time no store tells "
      "of them."]),
    ("one store reads all, one some", cells(not_looked_at=[BRAND], looked_up=STORE),
     cells(not_looked_at=[*SOME, BRAND], looked_up=STORE, **OTHER), []),
    ("a store that knows more than it did", cells(looked_up={"pages": {"fetched": 7}}),
     cells(looked_up=STORE, **OTHER),
     ["Looked up now: 719 linking pages and 492 registrations; then: 7 linking pages."]),
    ("a store of one page", {}, cells(looked_up={"pages": {"fetched": 1}}, **OTHER),
     ["1 linking page was looked up since."]),
    ("Search Console was added, which cannot tell", cells(not_looked_at=[GOOGLE]),
     cells(not_looked_at=[SAMPLE], **OTHER), ["Known now and not then: whether Google knows the "
     "links."]),
    ("a site unknown then", cells(site=None), OTHER,
     ["The earlier run does not know its site; make sure that both are about one."]),
    ("and now", {}, cells(site=None, **OTHER),
     ["The later run does not know its site; make sure that both are about one."]),
    ("a part of the site", cells(site="blog.shop.example"), OTHER,
     ["The earlier run was about blog.shop.example, this one is about shop.example."]),
    ("the site in other words", cells(site="https://www.Shop.example/"), OTHER, []),
    ("a live file less", cells(live={"name": "live.txt", "entries": 3}), OTHER,
     ["The live file of then (live.txt) was not given this time."]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("then", "now", "notes"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_what_is_noted(then: dict, now: dict, notes: list[str]) -> None:
    side_by_side = beside(table(domain("a.com"), domain("b.com")), table(domain("a.com")))
    sides = (facts_of(run_facts(**more)) for more in (then, now))
    assert notes_on(*sides, side_by_side) == notes


def test_without_a_gone_domain_a_missing_vendor_only_is_named() -> None:
    then, now = (facts_of(run_facts(inputs=inputs(**n))) for n in ({"gsc": 5}, {"bing": 5}))
    side_by_side = beside(table(domain("a.com")), table(domain("a.com")))
    assert notes_on(then, now, side_by_side)[0] == "No export of Search Console this time."


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (["2026-10-05", "2026-11-01", None], None),
        (["2026-10-04", "2026-11-01"], "1 new domain was first seen before the earlier run, whose "
         "exports did not list it."),
        (["2026-10-04", "2019-01-01", "2026-11-01"], "2 of 3 new domains were first seen before "
         "the earlier run, whose exports did not list them."),
        (["2026-10-04", "2019-01-01"], "All 2 new domains were first seen before the earlier run, "
         "whose exports did not list them."),
    ],
)  # fmt: skip
def test_new_domains_that_are_old(days: list[str | None], said: str | None) -> None:
    then, now = facts_of(run_facts()), facts_of(run_facts(**OTHER))
    rows = [domain(f"{n}.com", first_seen=day) for n, day in enumerate(days)]
    assert notes_on(then, now, beside(table(), table(*rows))) == ([said] if said else [])


def test_what_the_live_file_covers_is_not_worse_by_itself() -> None:
    then, now = facts_of(run_facts()), facts_of(run_facts(**OTHER))
    after = [domain(n, "DISAVOW", reason="IN_LIVE_FILE") for n in ("a.com", "b.com", "c.com")]
    before = [domain("a.com", "REVIEW"), domain("b.com"), domain("c.com", "DISAVOW")]
    assert notes_on(then, now, beside(table(*before), table(*after))) == [
        "2 domains count as worse because your live file covers them now."
    ]
    assert notes_on(then, now, beside(table(*before[1:]), table(*after[1:]))) == [
        "1 domain counts as worse because your live file covers it now."
    ]


def test_one_run_beside_itself_differs_in_nothing() -> None:
    facts = facts_of(run_facts())
    assert differing_settings(facts, facts) == []


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "text",
        [],
        {},
        True,
        float("nan"),
        float("inf"),
        10**400,
        -1,
        [[]],
        [None],
        {"a": {}},
    ],
)
@pytest.mark.parametrize("name", [*run_facts(), "networks"])
def test_a_value_of_any_type_is_left_out(name: str, value: Any) -> None:
    facts = facts_of({**run_facts(), name: value})
    side_by_side = beside(table(), table())
    for said in (
        notes_on(facts, facts_of(run_facts()), side_by_side),
        notes_on(facts_of(run_facts()), facts, side_by_side),
        notes_on_networks(facts, facts_of(run_facts(networks={"list": []})), side_by_side, {}),
    ):
        assert all(isinstance(note, str) and note.isprintable() for note in said)


@pytest.mark.parametrize("site", ["shop.example", "http://shop.example:80/x", "WWW.shop.example"])
def test_a_site_is_its_host(site: str) -> None:
    assert site_host(site) == "shop.example"


def test_truth_is_no_count() -> None:
    facts = facts_of(run_facts(totals={"domains": True}, live={"name": "f", "entries": True}))
    assert facts.domains is None
    assert facts.live == ("f", 0)
