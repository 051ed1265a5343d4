"""What a new model does to the links it was trained on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from spamlinks.before_after import compare_verdicts, found_share, judged, profile_of
from spamlinks.exports import read_export
from spamlinks.model.bundle import load_bundle
from spamlinks.model.calibration import Line
from spamlinks.model.scoring import score_links
from spamlinks.pipeline import Settings, audit

EXAMPLE = Path(__file__).parent.parent / "data" / "examples" / "shop-ahrefs-backlinks.csv"
SITE = "shop.example"


@pytest.fixture(scope="module")
def links() -> pl.DataFrame:
    return profile_of([read_export(EXAMPLE)], SITE)


def test_verdicts_are_those_of_an_audit(links: pl.DataFrame) -> None:
    found = judged(load_bundle(), links, ("shop",), SITE)
    outcome = audit([EXAMPLE], Settings(site=SITE))
    by_name = dict(outcome.domains.select("linking_domain", "verdict").rows())
    assert dict(found.select("linking_domain", "verdict").rows()) == by_name
    said = compare_verdicts(found, found)
    assert said.before == said.after == outcome.verdicts
    assert said.moved == {}
    # What is DISAVOW had no guard in its way; what a guard keeps never gets there.
    assert found.filter(pl.col("verdict") == "DISAVOW")["may_disavow"].all()
    reasons = dict(outcome.domains.select("linking_domain", "reason").rows())
    guarded = {name for name, reason in reasons.items() if reason in ("NOFOLLOW_ONLY", "PLATFORM")}
    free = dict(found.select("linking_domain", "may_disavow").rows())
    assert guarded
    assert not any(free[name] for name in guarded)


MOVES = [
    (["KEEP", "DISAVOW"], ["KEEP", "DISAVOW"], "new model the same"),
    (
        ["DISAVOW", "DISAVOW", "KEEP", "REVIEW"],
        ["REVIEW", "KEEP", "REVIEW", "REVIEW"],
        "2 DISAVOW, 1 REVIEW, 1 KEEP; with the new model: 0 DISAVOW, 3 REVIEW, 1 KEEP "
        "(1 from DISAVOW to REVIEW, 1 from DISAVOW to KEEP, 1 from KEEP to REVIEW)",
    ),
    # Equal counts hide that every domain changed.
    (["DISAVOW", "KEEP"], ["KEEP", "DISAVOW"], "(1 from DISAVOW to KEEP, 1 from KEEP to DISAVOW)"),
]


@pytest.mark.parametrize(("before", "after", "words"), MOVES)
def test_moves_are_said(before: list[str], after: list[str], words: str) -> None:
    one, two = (pl.DataFrame({"verdict": verdicts}) for verdicts in (before, after))
    assert words in compare_verdicts(one, two).sentence("standard")


def test_the_share_counts_labels_as_they_are(links: pl.DataFrame) -> None:
    even = {view: Line(1e-9, 0.0, 0.5) for view in load_bundle().lines}
    bundle = replace(load_bundle(), lines=even, unit_lines=even, prior=0.5)
    scored = score_links(bundle, links)
    names = scored.linking_domain.unique().to_list()
    assert found_share(bundle, scored, {}) == pytest.approx(0.5, abs=1e-3)
    half = dict.fromkeys(names[: len(names) // 2], 0.0)
    assert found_share(bundle, scored, half) == pytest.approx(0.25, abs=0.02)
    assert found_share(bundle, scored, dict.fromkeys(names, 0.0)) == 0.01  # not believed
    assert found_share(bundle, scored, dict.fromkeys(names, 1.0)) == 0.8
