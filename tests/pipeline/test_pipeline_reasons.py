"""What is named as the reason: something that is there, before what is absent or unknown."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from spamlinks import reasons
from spamlinks.model.bundle import load_bundle
from spamlinks.model.explain import Effect
from spamlinks.pipeline import audit
from spamlinks.reasons import _driving

NAN = float("nan")
LIFE = Effect("link_life_days", NAN, 0.9)
NOT_MAIN = Effect("in_content", 0.0, 0.8)
NO_TERMS = Effect("domain_digit_count", 0.0, 0.7)
LINKS = Effect("external_links", 2.0, 0.2)
TITLE = Effect("title_trade_word", 1.0, 2.0)
NAME = Effect("name_evidence", 1.5, 0.4)
VISITS = Effect("domain_traffic", 4.0, -1.0)
UNKNOWN_AGE = Effect("domain_age_days", NAN, -2.0)

CASES = [
    ("SCORE_HIGH", "DISAVOW", [TITLE, LIFE, LINKS], [TITLE, LINKS], "an unknown goes last"),
    ("SCORE_HIGH", "DISAVOW", [LIFE, NOT_MAIN, NO_TERMS, LINKS], [LINKS, LIFE],
     "so do a negation and a zero, however strong"),
    ("SCORE_MIDDLE", "REVIEW", [LIFE, NOT_MAIN], [LIFE, NOT_MAIN], "better than nothing"),
    ("NAME_HIGH", "DISAVOW", [TITLE, LINKS, NAME], [NAME, TITLE], "the name settled it"),
    ("SCORE_HIGH", "DISAVOW", [TITLE, NAME], [TITLE, NAME], "here the strongest did"),
    ("SCORE_LOW", "KEEP", [UNKNOWN_AGE, VISITS, LINKS], [VISITS, UNKNOWN_AGE],
     "of a kept domain what speaks for it"),
    ("NOFOLLOW_ONLY", "KEEP", [VISITS, LINKS], [LINKS], "it looks bad and is kept all the same"),
    ("SCORE_LOW", "KEEP", [LINKS], [], "nothing speaks for it"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "verdict", "effects", "named", "why"), CASES, ids=[case[4] for case in CASES]
)
def test_what_is_named_first(
    reason: str, verdict: str, effects: list[Effect], named: list[Effect], why: str
) -> None:
    assert _driving(reason, verdict, effects) == named, why


def test_a_model_that_is_slow_to_explain_explains_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = load_bundle()
    assert reasons._limit(bundle) == reasons.EXPLAINED >= 10_000
    monkeypatch.setattr("spamlinks.reasons.explain_seconds", lambda bundle: 0.01)
    assert reasons._limit(bundle) == reasons.SECONDS / 0.01
    monkeypatch.setattr("spamlinks.reasons.explain_seconds", lambda bundle: 60.0)
    assert reasons._limit(bundle) == reasons.LEAST


def test_the_network_of_what_is_not_kept_is_named_with_all_its_domains() -> None:
    everyone = pl.DataFrame(
        {
            "verdict": ["DISAVOW", "KEEP", "REVIEW", "DISAVOW"],
            "network": ["a-1", "a-1", "a-1", None],
        }
    )
    whys = reasons.with_networks(everyone, list("wxyz"), everyone)
    said = "It is one of 3 domains of the network a-1, which share what strangers rarely share."
    assert whys == [f"w {said}", "x", f"y {said}", "z"]
    assert reasons.with_networks(everyone.head(1), ["w"], everyone) == [f"w {said}"], "of the run"
    assert reasons.with_networks(everyone.drop("network"), list("wxyz"), everyone) == list("wxyz")


def test_why_is_a_plain_line_and_evidence_names_what_is_usual(examples: Path) -> None:
    outcome = audit([examples / "shop-ahrefs-backlinks.csv"])
    whys = outcome.domains["why"].to_list()
    assert not any("\n" in why or "log-odds" in why or "margin" in why for why in whys)
    assert not any(re.search(r"\([+-]\d", why) for why in whys), "sizes stand in the evidence"
    assert sum("domains kept in this file" in why for why in whys) > len(whys) / 2
    for line in outcome.domains["evidence"]:
        for part in line.split(" | ") if line else ():
            assert re.search(r" \([+-]\d+\.\d\)$", part), part
