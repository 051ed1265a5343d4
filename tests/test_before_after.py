"""What a new model does to the links it was trained on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from spamlinks.before_after import (
    LEAST_SHARE,
    MOST_SHARE,
    at_found_share,
    compare_verdicts,
    judged,
    picked_by_looks,
    profile_of,
)
from spamlinks.exports import read_export
from spamlinks.model.bundle import ModelBundle, load_bundle
from spamlinks.model.calibration import Line
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


def flat(odds: float = 0.0) -> ModelBundle:
    """A model that gives every domain the same score."""
    even = {view: Line(1e-9, odds, 0.5) for view in load_bundle().lines}
    return replace(load_bundle(), lines=even, unit_lines=even, prior=0.5)


def test_where_bad_looks_were_picked_scores_stand_and_the_share_is_counted(
    links: pl.DataFrame,
) -> None:
    bundle = flat()
    names = judged(bundle, links, ("shop",), SITE)["linking_domain"].to_list()

    def share(said: dict[str, float]) -> float:
        found = at_found_share(bundle, links, ("shop",), said, by_looks=True)
        scores = judged(found, links, ("shop",), SITE)["spam_score"].to_numpy()
        np.testing.assert_allclose(scores, 0.5, atol=1e-6)
        return found.prior

    assert share({}) == pytest.approx(0.5, abs=1e-3)
    half = dict.fromkeys(names[: len(names) // 2], 0.0)
    assert share(half) == pytest.approx(0.25, abs=0.02)
    assert share(dict.fromkeys(names, 0.0)) == LEAST_SHARE
    assert share(dict.fromkeys(names, 1.0)) == MOST_SHARE


def test_else_scores_are_moved_to_what_the_rest_tells(links: pl.DataFrame) -> None:
    """Half of the labels are spam; the rest of the links looks better than that, and says so."""
    start = replace(load_bundle(), prior=0.5)
    units = judged(start, links, ("shop",), SITE).sort("spam_score")
    names = units["linking_domain"].to_list()
    few = {**dict.fromkeys(names[:10], 0.0), **dict.fromkeys(names[-10:], 1.0)}
    found = at_found_share(start, links, ("shop",), few, by_looks=False)
    assert found.prior < start.prior
    after = judged(found, links, ("shop",), SITE)
    both = after.join(units, on="linking_domain", suffix="_before")
    assert (both["spam_score"] < both["spam_score_before"]).all()
    # Cuts counted at a share no larger move along, so that the same domains are above them.
    above = both.filter(pl.col("verdict") == "DISAVOW")["linking_domain"].to_list()
    assert above == both.filter(pl.col("verdict_before") == "DISAVOW")["linking_domain"].to_list()


LOOKS = [
    # scores of the domains called honest, of the rest, whether they were picked for their looks
    ([0.7, 0.8, 0.6, 0.9], [0.1, 0.2, 0.1, 0.3, 0.9], True),
    ([0.1, 0.2, 0.1, 0.3], [0.1, 0.2, 0.1, 0.3, 0.9], False),  # drawn at random
    ([0.0, 0.0, 0.1], [0.1, 0.2, 0.1, 0.3, 0.9], False),  # examples of what is honest
    ([0.9, 0.9], [], False),  # nothing to hold them against
    ([], [0.9, 0.1], False),
]


@pytest.mark.parametrize(("honest", "rest", "picked"), LOOKS)
def test_what_was_picked_for_its_looks(
    honest: list[float], rest: list[float], picked: bool
) -> None:
    scores = [*honest, *rest, 0.99]
    names = [f"d{i}" for i in range(len(scores))]
    before = pl.DataFrame({"linking_domain": names, "spam_score": scores})
    said = {**dict.fromkeys(names[: len(honest)], 0.0), names[-1]: 1.0}  # spam tells nothing
    assert picked_by_looks(before, said) is picked
