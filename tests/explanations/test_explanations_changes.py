"""What would change a verdict is what comes out when it is changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from spamlinks.explanations.changes import MAX_ROWS
from spamlinks.explanations.explanation import Explanation
from spamlinks.explanations.job import explain_in
from spamlinks.model.one_unit import judge_unit
from spamlinks.pipeline import Audit, Settings, audit
from spamlinks.reasons import usual_of
from spamlinks.signals.kernel import SIGNALS, signals

AT = {name: i for i, name in enumerate(SIGNALS)}
LEVEL = {"KEEP": 0, "REVIEW": 1, "DISAVOW": 2}


def flagged(outcome: Audit, most: int = 25) -> list[Explanation]:
    names = outcome.domains.filter(pl.col("verdict") != "KEEP")["linking_domain"]
    return [explain_in(outcome, name, links=1) for name in names.head(most)]


def test_a_counterfactual_holds_when_the_prediction_is_repeated(simulated: Audit) -> None:
    inside = simulated.inside
    assert inside is not None
    domains = inside.scored.frame["_domain"].to_numpy()
    usual = usual_of(inside.bundle, inside.scored, inside.decided)
    held = 0
    for found in flagged(simulated):
        unit = inside.decided.filter(pl.col("linking_domain") == found.linking_domain)
        rows = np.flatnonzero(domains == unit["_domain"][0])
        matrix = signals(inside.scored.frame[rows.tolist()], inside.scored.tables)
        tried = [
            *found.changes.signals,
            *([found.changes.nearest] if found.changes.nearest else []),
        ]
        for case in tried:
            other = matrix.copy()
            subject = case.what.removesuffix("_rank")
            for name in (subject, f"{subject}_rank"):
                middle = usual.middle(name, str(unit["view"][0])) if name in AT else None
                if middle is not None:
                    here = np.isfinite(other[:, AT[name]])
                    other[here, AT[name]] = middle[0]
            again = judge_unit(inside.bundle, other, inside.prior, inside.settings.target)
            assert again.steps.score == pytest.approx(case.score, abs=1e-12)
            assert case.score < found.spam_score
            cuts = (again.disavow, again.review)
            level = "DISAVOW" if case.log_odds >= cuts[0] else "REVIEW"
            level = "KEEP" if case.log_odds < cuts[1] else level
            assert LEVEL[case.verdict] <= LEVEL[level], "guards only ever lower"
            if case in found.changes.signals:
                assert LEVEL[case.verdict] < LEVEL[found.verdict]
                held += 1
    assert held >= 5


def test_more_than_the_strongest_signal_is_tried(simulated: Audit) -> None:
    several = [found.changes.signals for found in flagged(simulated)]
    assert max(map(len, several)) > 1
    for cases in several:
        assert [case.log_odds for case in cases] == sorted(case.log_odds for case in cases)


def test_what_is_missing_takes_its_honest_end(simulated: Audit, tmp_path: Path) -> None:
    """Of addresses alone nearly everything is missing: at best some flagged domain is kept."""
    path = tmp_path / "pages.csv"
    simulated.links.select("referring_page").write_csv(path)
    poor = audit([path], Settings(situation="attack"), inside=True)
    cases = [(found, case) for found in flagged(poor, 4) for case in found.changes.missing]
    assert cases
    for found, case in cases:
        assert case.score < found.spam_score
        assert LEVEL[case.verdict] < LEVEL[found.verdict]
        assert case.what in {missing.source for missing in found.missing}


def test_the_distance_to_a_cut_has_the_sign_of_the_verdict(simulated: Audit) -> None:
    for found in flagged(simulated):
        above = found.changes.to_disavow
        assert above is not None
        if found.reason in ("SCORE_HIGH", "NAME_HIGH"):
            assert above >= 0
        if found.reason == "SCORE_MIDDLE":
            assert above < 0
            assert found.changes.to_review is not None
            assert found.changes.to_review >= 0


def test_rules_are_told_as_what_settled_it(simulated: Audit, tmp_path: Path) -> None:
    name = str(simulated.domains["linking_domain"][0])
    keep = tmp_path / "keep.txt"
    keep.write_text(f"{name}\n", "utf-8")
    plain = explain_in(simulated, name)
    assert plain.verdict == "DISAVOW"
    assert plain.changes.without_rules is None
    assert plain.changes.kept == "KEEP"
    assert plain.changes.all_nofollow == "KEEP"
    assert plain.changes.not_listed == "KEEP"
    links = simulated.links.select("referring_page", "target_url", "anchor_text")
    path = tmp_path / "links.csv"
    links.write_csv(path)
    kept = audit([path], Settings(keep=keep, precision=0.5), inside=True)
    found = explain_in(kept, name)
    assert (found.verdict, found.reason) == ("KEEP", "KEEP_LIST")
    assert found.changes.without_rules is not None
    assert found.changes.kept is None
    assert found.changes.signals == ()
    assert found.categories == ()


def test_missing_information_is_named_by_what_brings_it(simulated: Audit, tmp_path: Path) -> None:
    pages = simulated.links.select("referring_page")
    path = tmp_path / "pages.csv"
    pages.write_csv(path)
    poor = audit([path], Settings(), inside=True)
    found = explain_in(poor, str(poor.domains["linking_domain"][0]))
    sources = {m.source for m in found.missing}
    assert {"anchor", "traffic", "counts", "title"} <= sources
    for missing in found.missing:
        assert missing.text.endswith(".")
        for name in missing.signals:
            assert name in found.texts.group("signals") or name in SIGNALS
    branded = audit([path], Settings(brand=("shop",)), inside=True)
    named = explain_in(branded, found.linking_domain)
    assert "brand" not in {m.source for m in named.missing}


def test_a_domain_with_very_many_links_is_not_judged_again(
    simulated: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_ROWS >= 1000
    monkeypatch.setattr("spamlinks.explanations.job.MAX_ROWS", 0)
    found = explain_in(simulated, str(simulated.domains["linking_domain"][0]))
    assert found.changes.too_large
    assert found.changes.signals == ()
    assert found.changes.kept == "KEEP", "rules are still told"
