"""What is named as the reason: something that is there, before what is absent or unknown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks import reasons
from spamlinks.language import load_texts
from spamlinks.model.bundle import load_bundle
from spamlinks.model.explain import Effect
from spamlinks.model.usual import Place
from spamlinks.pipeline import audit
from spamlinks.reasons import _because
from spamlinks.telling import _QUOTED, QUOTED_COLUMNS, quote_of, told

NAN = float("nan")
RARE, COMMON = Place("file", "high", 1.0), Place("file", "upper", 1.0)
ONE, MANY = Place("file", "same", 0.02), Place("file", "same", 0.62)
LIFE = (Effect("link_life_days", NAN, 0.9), None)
NOT_MAIN = (Effect("in_content", 0.0, 0.8), MANY)
LINKS = (Effect("links_out", 3.0, 1.4), RARE)
SOME_LINKS = (Effect("links_out", 1.2, 0.9), COMMON)
TITLE = (Effect("title_sells_links", 1.0, 0.6), ONE)
ENGLISH = (Effect("english_on_foreign_profile", 1.0, 0.9), ONE)
EMPTY = (Effect("context_is_empty", 1.0, 0.6), MANY)
NAME = (Effect("name_evidence", 1.5, 0.5), Place("file", "more", 0.93))
BUSINESS = (Effect("name_evidence_business", 1.5, 0.45), Place("file", "more", 0.93))
LENGTH = (Effect("host_length", 19.0, -0.9), RARE)
VISITS = (Effect("domain_traffic", 4.0, -2.0), RARE)
FEW_VISITS = (Effect("domain_traffic", 1.1, 0.5), COMMON)
FAINT = (Effect("page_authority", 0.6, -0.3), RARE)

CASES = [
    ("SCORE_HIGH", "DISAVOW", [LIFE, NOT_MAIN, LINKS], ["links_out"],
     "what is unknown, denied or common among honest sites is no reason"),
    ("SCORE_HIGH", "DISAVOW", [LINKS, ENGLISH, TITLE], ["links_out", "title_sells_links"],
     "what can be quoted goes before a language"),
    ("SCORE_HIGH", "DISAVOW", [EMPTY, LINKS], ["links_out"], "what honest sites have too is left"),
    ("SCORE_HIGH", "DISAVOW", [SOME_LINKS], ["links_out"], "where all is common, the strongest"),
    ("SCORE_HIGH", "DISAVOW", [FEW_VISITS, LINKS], ["links_out"],
     "more visits than usual are no reason against a site, whatever the trees say"),
    ("SCORE_MIDDLE", "REVIEW", [NAME, BUSINESS], ["name_evidence"], "two models say one thing"),
    ("NAME_HIGH", "DISAVOW", [LINKS, TITLE, NAME], ["name_evidence", "links_out"],
     "the name settled it"),
    ("SCORE_LOW", "KEEP", [VISITS, LENGTH, FAINT], ["domain_traffic"],
     "neither the length of a name nor faint praise speaks for a site"),
    ("NOFOLLOW_ONLY", "KEEP", [VISITS, LINKS], ["links_out"], "it looks bad and is kept"),
    ("SCORE_LOW", "KEEP", [FAINT, LENGTH], [], "nothing stands out"),
]  # fmt: skip


def unit(**known: Any) -> dict[str, Any]:
    empty = dict.fromkeys(
        ("cut_disavow", "cut_review", "network", "network_size", "network_shares", "view")
    )
    empty["live_links"] = None
    return empty | {"links": 3, "followed_links": 3, "spam_score": 0.5, "suffix": "com"} | known


def because(
    found: list[tuple[Effect, Place | None]], row: dict[str, str] | None = None, **known: Any
) -> tuple[str, list[str]]:
    effects, places = [e for e, _ in found], [p for _, p in found]
    pieces = told(effects, places, row or {}, "com", load_texts())
    why, against, speaking = _because(unit(**known), pieces, load_texts())
    return why, [piece.effect.signal for piece in (*against, *speaking)]


@pytest.mark.parametrize(
    ("reason", "verdict", "found", "named", "why"), CASES, ids=[case[4] for case in CASES]
)
def test_what_is_named(
    reason: str,
    verdict: str,
    found: list[tuple[Effect, Place | None]],
    named: list[str],
    why: str,
) -> None:
    assert because(found, reason=reason, verdict=verdict)[1] == named, why


def test_a_network_is_the_first_reason() -> None:
    said, _ = because(
        [LINKS], reason="SCORE_HIGH", verdict="DISAVOW",
        network="seo-store-3f2a", network_size=1412, network_shares=".store, anchor 'x y'",
    )  # fmt: skip
    assert said.startswith(
        "One of 1,412 domains of the network seo-store-3f2a: .store, anchor 'x y'. The page has "
    )


def test_a_kept_domain_hears_what_is_against_it_and_how_far_it_is() -> None:
    said, _ = because(
        [LINKS, FAINT], reason="SCORE_LOW", verdict="KEEP", cut_review=0.72, spam_score=0.12
    )
    assert said.startswith("Little speaks for it or against it. Against it: the page has 999 links")
    assert said.endswith("its score is 0.12, and REVIEW begins at 0.72 here.")


def test_a_domain_whose_links_are_not_followed_needs_no_entry_anyway() -> None:
    said, _ = because([FAINT], reason="SCORE_LOW", verdict="KEEP", followed_links=0)
    assert said == (
        "None of its links is followed, so no entry is needed either way. Nothing about it stands "
        "out. No cause to act."
    )
    said, _ = because([LINKS], reason="SCORE_LOW", verdict="KEEP", followed_links=0)
    assert said.endswith(
        "It looks odd all the same: the page has 999 links out (9 of 10 "
        "honest-looking sites here have at most 9)."
    )


def test_a_kept_domain_whose_links_are_gone_says_so() -> None:
    gone = "Every followed link is gone, so no entry is needed either way. "
    said, _ = because([FAINT], reason="SCORE_LOW", verdict="KEEP", live_links=0)
    assert said == f"{gone}Nothing about it stands out. No cause to act."
    for live, followed in ((1, 3), (None, 3), (0, 0)):
        said, _ = because(
            [FAINT], reason="SCORE_LOW", verdict="KEEP", live_links=live, followed_links=followed
        )
        assert gone not in said, "some stay, it is not known, or none was followed"


def test_a_domain_in_review_hears_what_is_missing() -> None:
    said, _ = because(
        [LINKS], reason="SCORE_MIDDLE", verdict="REVIEW", spam_score=0.78, cut_disavow=0.8
    )
    assert said.endswith("Its score is 0.78; DISAVOW begins at 0.80 here.")


def test_the_words_themselves_are_shown() -> None:
    row = {"referring_page_title": "Buy SEO backlinks | (+9.9) | here"}
    said, _ = because([TITLE], row, reason="SCORE_HIGH", verdict="DISAVOW")
    assert "“backlinks” in “Buy SEO backlinks / [+9.9] / here”" in said
    assert " | " not in said


@given(st.sampled_from(sorted(_QUOTED)), st.text(max_size=300))
def test_hostile_texts_bring_no_marks_of_evidence(signal: str, hostile: str) -> None:
    row = dict.fromkeys(QUOTED_COLUMNS, hostile) | {"referring_page": f"https://a.com/{hostile}"}
    text = quote_of(signal, row)
    assert not set(text) & set("|()\n\r\x1b\u202e\u2028")
    assert len(text) < 500


def test_a_model_that_is_slow_to_explain_explains_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = load_bundle()
    assert reasons._limit(bundle) == reasons.EXPLAINED >= 10_000
    monkeypatch.setattr("spamlinks.reasons.explain_seconds", lambda bundle: 0.01)
    assert reasons._limit(bundle) == reasons.SECONDS / 0.01
    monkeypatch.setattr("spamlinks.reasons.explain_seconds", lambda bundle: 60.0)
    assert reasons._limit(bundle) == reasons.LEAST


def test_why_is_a_plain_line_and_evidence_names_what_is_usual(examples: Path) -> None:
    outcome = audit([examples / "shop-ahrefs-backlinks.csv"])
    whys = outcome.domains["why"].to_list()
    assert not any("\n" in why or "log-odds" in why or "margin" in why for why in whys)
    assert not any(re.search(r"\([+-]\d", why) for why in whys), "sizes stand in the evidence"
    said = outcome.domains["evidence"].to_list()
    assert sum("honest-looking sites here" in text for text in said) > len(said) / 2
    for line in outcome.domains["evidence"]:
        for part in line.split(" | ") if line else ():
            assert re.search(r" \([+-]\d+\.\d\)$", part), part


def test_an_anchor_that_is_another_address_is_not_counted_in_words() -> None:
    words = (Effect("anchor_other_words", 9.0, 1.2), RARE)
    said, _ = because(
        [words],
        {"anchor_text": "https://x.example/a-b-c-d"},
        reason="SCORE_HIGH",
        verdict="DISAVOW",
    )
    assert said.startswith("The anchor is an address that is not yours: “https://x.example/")
    said, _ = because(
        [words],
        {"anchor_text": "oyymwv changing i5 by the gtx"},
        reason="SCORE_HIGH",
        verdict="DISAVOW",
    )
    assert said.startswith("The anchor does not name you, in 9 words: “oyymwv")


def test_a_domain_known_by_its_address_alone_is_to_be_opened() -> None:
    known = {"reason": "SCORE_MIDDLE", "verdict": "REVIEW"}
    assert "open the page" in because([NAME], view="urls", **known)[0]
    assert "open the page" not in because([NAME], view="full", **known)[0]
