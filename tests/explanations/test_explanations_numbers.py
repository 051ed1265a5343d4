"""The numbers of an explanation: they add up, and they are those of domains.csv."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from spamlinks.explanations.effects import GROUPS, add_up, group_of
from spamlinks.explanations.explanation import Explanation, chain_of
from spamlinks.explanations.job import explain_in
from spamlinks.model.one_unit import judge_unit
from spamlinks.pipeline import Audit
from spamlinks.signals.kernel import SIGNALS, networks_by_address, signals


@pytest.fixture(params=["simulated", "mixed"])
def outcome(request: pytest.FixtureRequest) -> Audit:
    return request.getfixturevalue(request.param)


def some(outcome: Audit, number: int = 12) -> list[str]:
    """Linking domains of every verdict, spread over the table."""
    names = outcome.domains["linking_domain"].to_list()
    return names[: number // 2] + names[:: max(1, len(names) // number)]


def test_every_domain_is_judged_again_to_the_same_score_and_cuts(outcome: Audit) -> None:
    """What "would" be rests on this: the copy of the roll-up and the real one agree."""
    inside = outcome.inside
    assert inside is not None
    domains = inside.scored.frame["_domain"].to_numpy()
    networks = inside.scored.tables.networks
    assert networks is not None
    by_address = networks_by_address(inside.scored.frame, inside.scored.tables)
    named = 0
    for row in inside.decided.iter_rows(named=True):
        rows = np.flatnonzero(domains == row["_domain"])
        matrix = signals(inside.scored.frame[rows.tolist()], inside.scored.tables)
        tied = networks.of[row["_domain"]] >= 0
        at = {name: float(v[row["_domain"]]) for name, v in by_address.items() if tied}
        found = judge_unit(inside.bundle, matrix, inside.prior, inside.settings.target, at)
        assert found.steps.score == pytest.approx(row["spam_score"], abs=1e-12)
        assert found.steps.view == row["view"]
        assert found.named == row["named"]
        assert found.network_alone == row["network_alone"]
        named += found.named
        assert float(expit(found.review)) == pytest.approx(row["cut_review"], abs=1e-12)
        cut = float(expit(found.disavow)) if math.isfinite(found.disavow) else None
        assert cut == pytest.approx(row["cut_disavow"], abs=1e-12)
    assert named > 0


def test_the_way_to_the_score_adds_up_as_printed_and_ends_at_the_score(outcome: Audit) -> None:
    rows = {row["linking_domain"]: row for row in outcome.domains.iter_rows(named=True)}
    for name in some(outcome):
        found = explain_in(outcome, name)
        assert found.spam_score == rows[name]["spam_score"]
        assert (found.verdict, found.reason) == (rows[name]["verdict"], rows[name]["reason"])
        assert found.steps.score == pytest.approx(found.spam_score, abs=1e-12)
        groups = found.effects.groups()
        whole = found.effects.base + math.fsum(groups.values())
        assert whole == pytest.approx(found.effects.margin, abs=1e-9)
        assert found.effects.margin == pytest.approx(found.steps.worst, abs=1e-9)
        for digits in (1, 3, 6):
            chain = chain_of(found, digits)
            at = {step.kind: round(step.log_odds * 10**digits) for step in chain}
            parts = [round(s.log_odds * 10**digits) for s in chain if s.kind in ("base", "group")]
            assert sum(parts) == at["margin"]
            ways = at["roll_up"] + at["calibration"] + at["prior"]
            assert at["margin"] + ways == at["total"]
        total = chain_of(found, 6)[-1].log_odds
        assert float(expit(total)) == pytest.approx(rows[name]["spam_score"], abs=1e-6)


def test_a_link_is_explained_up_to_its_own_score(outcome: Audit) -> None:
    for page, score in outcome.links.select("referring_page", "spam_score").rows()[:15]:
        found = explain_in(outcome, page, links=1000)
        assert found.kind == "url"
        assert found.link_score >= score or found.link_score == pytest.approx(score)
        assert found.steps.score == pytest.approx(found.link_score, abs=1e-12)
        assert found.steps.rolled == found.effects.margin
        assert page in {link.referring_page for link in found.shown}


def test_json_is_plain_and_whole(outcome: Audit) -> None:
    for name in some(outcome, 6):
        found = explain_in(outcome, name, links=2)
        data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
        assert data["spam_score"] == found.spam_score
        effects = sum(group["effect"] for group in data["groups"])
        assert effects + found.effects.base == pytest.approx(found.effects.margin, abs=1e-4)
        for group in data["groups"]:
            assert all(e["effect"] >= 0 for e in group["speaks_for_spam"])
            assert all(e["effect"] <= 0 for e in group["speaks_for_keeping"])
        assert len(data["link_rows"]["shown"]) <= 2


def test_every_signal_has_a_group() -> None:
    assert {group_of(name) for name in SIGNALS} == set(GROUPS)


finite = st.floats(-50, 50)


@given(st.lists(finite, min_size=1, max_size=12), st.integers(0, 6))
def test_rounded_numbers_add_up_and_stay_near(values: list[float], digits: int) -> None:
    total = math.fsum(values)
    rounded = add_up(values, total, digits)
    assert sum(round(v * 10**digits) for v in rounded) == round(total * 10**digits)
    for value, shown in zip(values, rounded, strict=True):
        assert abs(value - shown) <= 1.0001 / 10**digits + 1e-9


def test_the_strongest_effects_are_the_models_own(simulated: Audit) -> None:
    from spamlinks.model.explain import contributions

    inside = simulated.inside
    assert inside is not None
    name = simulated.domains["linking_domain"][0]
    found: Explanation = explain_in(simulated, name)
    row = inside.decided.filter(inside.decided["linking_domain"] == name)["row"].to_list()
    matrix = signals(inside.scored.frame[row], inside.scored.tables)
    real = contributions(inside.bundle, matrix)[0]
    for effect in found.effects.effects:
        assert effect.effect == real[list(SIGNALS).index(effect.signal)]
    assert found.effects.base == pytest.approx(real[-1], abs=1e-9)
