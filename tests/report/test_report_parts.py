"""Parts of a run that are damaged, of another version, or hostile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.report.networks import CARDS_SHOWN, bond_words, read_networks
from spamlinks.report.parts import day, day_words, whole
from spamlinks.report.since import read_since
from spamlinks.report.spikes import latest_spike, read_spikes

KEYS = st.sampled_from(
    ["list", "id", "domains", "links", "followed_links", "verdicts", "DISAVOW", "KEEP", "evidence",
     "kind", "what", "suffixes", "first_seen", "samples", "looked_at", "missing", "more", "weeks",
     "week", "usual", "causes", "usual_share", "text", "why_not", "run", "counts", "changes", "new",
     "change", "before", "score_after", "created", "notes"]
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["2024-09-02", "9999-12-31", "0001-01-01", "KEEP", "anchor", "week"])
)  # fmt: skip
PARTS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=8),
    max_leaves=40,
)


@pytest.mark.parametrize(
    ("name", "read"), [("networks", read_networks), ("spikes", read_spikes), ("since", read_since)]
)
@given(said=PARTS)
def test_whatever_a_part_holds_it_is_read(
    name: str, read: Callable[[Mapping[str, Any]], object], said: object
) -> None:
    text = repr(read({name: said}))
    assert len(text) < 20_000


SUMMARIES = [  # networks, summary begins, why
    (None, "This run did not look for networks.", "an older run"),
    ({"list": [], "looked_at": [], "missing": ["Anchors: none."]},
     "No network was found: these exports hold too little", "nothing to compare"),
    ({"list": [], "looked_at": ["Names."]}, "No network was found: no group", "compared in vain"),
    ({"list": [{"id": "a"}], "domains": 5}, "5 domains belong to one network: a group", "one"),
    ({"list": [{"id": "a"}], "domains": 1}, "1 domain belongs to one network", "a damaged sum"),
    ({"list": [{"id": "a"}]}, "There is one network: a group", "one, no sum"),
    ({"list": [{"id": "a"}, {"id": "b"}], "domains": 1200, "more": 8},
     "1,200 domains belong to 10 networks:", "some are not listed"),
    ({"list": [{"id": "a"}, {"id": "b"}]}, "There are 2 networks:", "no sum"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "begins", "_why"), SUMMARIES)
def test_the_summary_of_networks(said: Any, begins: str, _why: str) -> None:
    assert read_networks({"networks": said}).summary.startswith(begins)


BONDS = [  # kind, what, domains, sentence
    ("name", "seo|rank", 9, "9 share in their names: seo|rank"),
    ("name", "seo|rank", 1, "1 has in its name: seo|rank"),
    ("title", "Top 10", 1200, "1,200 have the page title “Top 10”"),
    ("shape", "/w/n", 2, "2 have paths of the form /w/n"),
    ("target", "https://a.example/", 2, "2 first linked to https://a.example/"),
    ("week", "2026-W34", 2, "2 were first seen in the week of 17 August 2026"),
    ("week", "autumn", 2, "2 were first seen in the week of autumn"),
    ("address", "192.0.2.0/24", None, "some share the address block 192.0.2.0/24"),
    ("owner", "x", 2, "2 use the tracking or advertising id “x”"),
    (None, None, 2, "2 share the trait “”"),
]


@pytest.mark.parametrize(("kind", "what", "domains", "sentence"), BONDS)
def test_what_a_network_shares(kind: Any, what: Any, domains: Any, sentence: str) -> None:
    assert bond_words({"kind": kind, "what": what, "domains": domains}) == sentence


def test_a_card_of_a_network() -> None:
    verdicts = {"DISAVOW": 7, "KEEP": 2}
    suffixes = [["store", 9], [".co.uk", 4], ["a", 1], ["b", 1], ["c", None], ["d", 1], ["e", 1]]
    found = read_networks(
        {"networks": {"list": [{"id": "n", "domains": 9, "verdicts": verdicts, "first_seen":
         "2024-09-02", "suffixes": suffixes, "samples": ["a.com"]}]}}
    )  # fmt: skip
    card = found.cards[0]
    assert (card.parts, card.verdicts) == ((7, 0, 2), "7 disavow, 2 keep")
    assert card.endings == ".store (9), .co.uk (4), .a (1), .b (1), .c and 2 more"
    assert (card.seen, card.more_samples) == ("2 September 2024", True)
    assert (card.links, card.size) == ("not known", "9 domains")
    assert [bar.total for bar in found.bars] == [9]


def test_networks_beyond_the_cards_are_counted() -> None:
    found = read_networks({"networks": {"list": [{"id": str(n)} for n in range(250)], "more": 3}})
    assert len(found.cards) == 200 > CARDS_SHOWN
    assert found.not_listed == 53


SPIKES = [  # spikes, summary, why
    ({"why_not": "these exports have no dates.", "weeks": [], "list": []},
     "Whether links came in waves could not be told: these exports have no dates.", "no dates"),
    ({"usual": 14.0, "weeks": [["2024-09-02", 9]], "list": []},
     "No week stands out. About 14 new linking domains a week are usual.", "calm"),
    ({"usual": 1.0, "weeks": [["2024-09-02", 9]], "list": []},
     "No week stands out. About 1 new linking domain a week is usual.", "one a week"),
    ({"usual": 0.5, "weeks": [["2024-09-02", 9]], "list": [{}]},
     "One week stands out with far more new linking domains than usual. About 0.5 new linking "
     "domains a week are usual.", "one in two weeks"),
    ({"usual": 0.0, "weeks": [["2024-09-02", 9]], "list": [{}], "more": 14},
     "15 weeks stand out with far more new linking domains than usual.", "some are not listed"),
    ({"usual": None, "weeks": [["2024-09-02", 9]], "list": [{}, {}]},
     "2 weeks stand out with far more new linking domains than usual.", "no level"),
    ({"weeks": [], "list": [], "why_not": None}, "There are no weeks to compare.", "nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "summary", "_why"), SPIKES)
def test_the_summary_of_spikes(said: Any, summary: str, _why: str) -> None:
    assert read_spikes({"spikes": said}).summary == summary


def test_spikes_stand_newest_first_with_their_causes() -> None:
    causes = [
        {"kind": "ending", "what": ".store", "domains": 180, "usual_share": 0.02},
        {"kind": "anchor", "what": "buy", "domains": 53, "usual_share": 0.0},
        {"kind": "network", "what": "seo-store-3f2a", "domains": None, "usual_share": None},
    ]
    said = {
        "list": [
            {"week": "2026-08-10", "domains": 50},
            {"week": "2026-08-17", "domains": 212, "causes": causes, "text": "212 new domains"},
        ]
    }
    found = read_spikes({"spikes": said}).found
    assert [(spike.mark, spike.title) for spike in found] == [
        (1, "Week of 17 August 2026"), (2, "Week of 10 August 2026"),
    ]  # fmt: skip
    told = [(c.kind, c.what, c.domains, c.share, c.usual, c.network) for c in found[0].causes]
    assert [[text.replace("\u00a0", " ") for text in cause] for cause in told] == [
        ["Ending", ".store", "180", "85 %", "2 %", ""],
        ["Anchor text", "“buy”", "53", "25 %", "0 %", ""],
        ["Network", "seo-store-3f2a", "not known", "–", "–", "seo-store-3f2a"],
    ]
    assert found[1].text == "50 new linking domains."
    one = read_spikes({"spikes": {"list": [{"domains": 1}], "more": 2}})
    assert one.found[0].text == "1 new linking domain."
    assert one.not_listed == 2
    assert latest_spike({"spikes": said}) == "Week of 17 August 2026"
    assert latest_spike({}) == ""


def test_a_run_alone_has_nothing_to_compare() -> None:
    assert read_since({}) is None
    found = read_since({"since": {"counts": {"new": 2}}})
    assert found is not None
    assert dict(found.counts)["New"] == "2"
    assert dict(found.counts)["Gone"] == "not known"
    assert found.run == ""


@pytest.mark.parametrize("value", [True, -1, 1.0, "3", None])
def test_what_is_no_count(value: object) -> None:
    assert whole(value) is None


@given(st.dates())
def test_days_are_read_as_they_are_written(value: date) -> None:
    assert day(value.isoformat()) == value
    assert str(value.year) in day_words(value)
