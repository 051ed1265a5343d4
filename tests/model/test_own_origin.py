"""What a model of one's own keeps of its start: everything, or its cuts."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import tiny_bundle as tiny
from quick_training import make_quick

from spamlinks.errors import ModelError
from spamlinks.model import own
from spamlinks.model.bundle import ModelBundle, load_bundle, save_bundle
from spamlinks.model.card import own_card
from spamlinks.model.one_unit import judge_unit
from spamlinks.model.own import OwnTraining, train_own
from spamlinks.model.own_calibration import at_share, moved_to
from spamlinks.model.own_origin import Dispute, origin_of, without_disputed
from spamlinks.model.scoring import score_links, unit_scores
from spamlinks.model.views import VIEWS
from spamlinks.signals.kernel import encode, signals

START = replace(
    tiny.make(),
    cuts={
        view: {
            "0.80": replace(tiny.make().cuts[view]["0.80"], score=-1.0),
            "0.98": replace(tiny.make().cuts[view]["0.80"], score=-0.5),
        }
        for view in VIEWS
    },
)
TABLE = tiny.rows(n=170, seed=8)
LINKS = TABLE.drop("is_spam")
Y = TABLE["is_spam"].to_numpy().astype(np.int8)
X = tiny.matrix(n=170, seed=8)
DOMAINS = encode(LINKS)[0]["_domain"].to_numpy().astype(np.int64)
FREE = np.ones(len(Y), np.bool_)


@pytest.fixture(scope="module")
def helped() -> OwnTraining:
    with pytest.MonkeyPatch.context() as patch:
        make_quick(patch)
        found = train_own(X, Y, DOMAINS, START, seed=4)
    assert found.share > 0
    return found


def verdicts(bundle: ModelBundle, precision: float = 0.98) -> pl.DataFrame:
    units, _ = unit_scores(bundle, score_links(bundle, LINKS, threads=1), precision=precision)
    return units


def test_labels_that_do_not_help_change_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_quick(monkeypatch)
    monkeypatch.setattr(own, "_harmless", lambda *_: 0.0)
    found = train_own(X, Y, DOMAINS, START, seed=4, prior=0.4)
    assert found.share == 0
    assert found.gain.value == 0
    assert found.own["ROC AUC"].value == found.start["ROC AUC"].value
    save_bundle(found.bundle, tmp_path / "m", own_card(found, "x"))
    loaded = load_bundle(tmp_path / "m")
    same = verdicts(loaded)
    assert same.equals(verdicts(START))
    assert same["cut_disavow"].is_not_null().all()
    assert loaded.prior == START.prior
    assert "scores and decides as tiny does" in own_card(found, "x")


def test_the_start_s_margins_are_found_again(helped: OwnTraining, tmp_path: Path) -> None:
    save_bundle(helped.bundle, tmp_path / "m", own_card(helped, "x"))
    loaded = load_bundle(tmp_path / "m")
    margins, before = loaded.both_margins(X, 1)
    assert before is not None
    np.testing.assert_allclose(before, START.margins(X, 1), atol=1e-9)
    np.testing.assert_array_equal(margins, loaded.margins(X, 1))
    origin = loaded.origin_model()
    assert origin is not None
    assert origin.cuts == START.cuts
    assert origin.unit_lines == START.unit_lines
    assert origin.top_share == START.top_share
    assert START.both_margins(X, 1)[1] is None


def test_few_labels_leave_the_start_s_cuts_in_force(helped: OwnTraining) -> None:
    bundle = replace(helped.bundle, origin=origin_of(START, helped.bundle.origin.scale))
    assert not math.isfinite(bundle.cuts["full"]["0.98"].score)
    both = verdicts(bundle).join(verdicts(START), on="linking_domain", suffix="_start")
    disavow = both["spam_score"] >= both["cut_disavow"]
    start = both["spam_score_start"] >= both["cut_disavow_start"]
    assert disavow.any()
    assert not (disavow & ~start).any()  # the promise is the start's
    assert (both.filter(disavow)["spam_score"] >= 0.5).all()  # and the labels agree
    bare = verdicts(replace(bundle, origin=None))
    assert bare["cut_disavow"].null_count() == bare.height


def test_one_domain_is_judged_as_among_all(helped: OwnTraining) -> None:
    frame, tables = encode(LINKS, helped.bundle.evidence)
    matrix = signals(frame, tables)
    for precision in (0.8, 0.98, 0.99):
        units = verdicts(helped.bundle, precision)
        for row in units.head(25).iter_rows(named=True):
            rows = (frame["_domain"] == frame["_domain"][row["row"]]).to_numpy()
            found = judge_unit(helped.bundle, matrix[rows], helped.bundle.prior, precision)
            assert found.named == row["named"]
            assert 1 / (1 + math.exp(-found.review)) == pytest.approx(row["cut_review"])
            if row["cut_disavow"] is None:
                assert found.disavow == math.inf
            else:
                cut = 1 / (1 + math.exp(-found.disavow))
                assert cut == pytest.approx(row["cut_disavow"])


def test_a_start_that_leans_hands_its_origin_on(helped: OwnTraining) -> None:
    again = origin_of(helped.bundle, 0.5)
    assert again is not None
    assert helped.bundle.origin is not None
    assert again == replace(helped.bundle.origin, scale=helped.bundle.origin.scale * 0.5)
    never = replace(START.cuts["full"]["0.98"], score=math.inf)
    assert origin_of(replace(START, cuts={v: {"0.98": never} for v in VIEWS}), 1.0) is None


def test_labels_against_a_cut_lift_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that is sure of much: slips do not lift its cut, a habit does, guards count not."""
    make_quick(monkeypatch)
    low = {key: replace(cut, score=-9.0) for key, cut in START.cuts["full"].items()}
    sure = replace(START, cuts=dict.fromkeys(VIEWS, low))
    found = train_own(X, Y, DOMAINS, sure, seed=4)
    assert found.share > 0
    # Three in four are spam: too few for 0.98, and with some slips enough for 0.80.
    assert [(d.precision, d.lifted) for d in found.disputes] == [(0.8, False), (0.98, True)]
    strict = found.disputes[-1]
    assert 0 < strict.honest == len(strict.domains) < strict.said
    honest = {int(d) for d in DOMAINS[Y == 0]} - {int(d) for d in DOMAINS[Y == 1]}
    assert set(strict.domains) <= honest
    assert found.bundle.origin is not None
    assert all(by["0.98"].score == math.inf for by in found.bundle.origin.cuts.values())
    assert all(by["0.80"].score == -9.0 for by in found.bundle.origin.cuts.values())
    assert "speak against its cut at 0.98" in own_card(found, "x")
    kept = train_own(X, Y, DOMAINS, sure, seed=4, may_disavow=~FREE)
    assert kept.disputes == ()


def test_the_next_higher_cut_takes_the_place_of_a_lifted_one(helped: OwnTraining) -> None:
    def scores(*lifted: float) -> list[float]:
        disputes = [Dispute(p, 20, 9, (), True) for p in lifted]
        bundle = replace(helped.bundle, origin=origin_of(START, 1.0))
        origin = without_disputed(bundle, disputes).origin
        assert origin is not None
        return [cut.score for cut in origin.cuts["full"].values()]

    assert scores() == [-1.0, -0.5]
    assert scores(0.8) == [-0.5, -0.5]
    assert scores(0.98) == [-1.0, math.inf]
    assert scores(0.8, 0.98) == [math.inf, math.inf]
    noticed = [Dispute(0.98, 20, 1, (3,), False)]
    assert without_disputed(helped.bundle, noticed) is helped.bundle


def test_scores_stand_as_labelled_where_links_were_picked() -> None:
    """Nine in ten of what was looked at is spam; what looks alike elsewhere is so as well."""
    rows = np.concatenate([np.flatnonzero(Y == 1), np.flatnonzero(Y == 0)[:25]])
    with pytest.MonkeyPatch.context() as patch:
        make_quick(patch)
        patch.setattr(own, "_best_share", lambda *_: 0.4)
        patch.setattr(own, "_harmless", lambda _, share, *__: share)
        picked = train_own(X[rows], Y[rows], DOMAINS[rows], START, selected=True)
        drawn = train_own(X[rows], Y[rows], DOMAINS[rows], START, prior=START.prior)
    spam = len(np.unique(DOMAINS[Y == 1]))
    assert picked.bundle.prior == pytest.approx(spam / len(np.unique(DOMAINS[rows])), abs=0.1)
    assert drawn.bundle.prior == START.prior
    high, low = (verdicts(found.bundle)["spam_score"] for found in (picked, drawn))
    assert (high > low).all()
    # Cuts keep their promise at the start's prior, whatever was picked.
    assert all(cut.prior == START.prior for cut in picked.bundle.cuts["full"].values())


def test_a_share_is_renamed_and_no_score_moves(helped: OwnTraining) -> None:
    moved = at_share(helped.bundle, 0.3)
    assert moved.prior == 0.3
    one, two = verdicts(helped.bundle), verdicts(moved)
    np.testing.assert_allclose(one["spam_score"].to_numpy(), two["spam_score"].to_numpy())
    shown = at_share(START, 0.3)
    np.testing.assert_allclose(
        verdicts(shown)["spam_score"].to_numpy(), verdicts(START)["spam_score"].to_numpy()
    )


def test_moving_to_a_share_moves_cuts_and_drops_promises_made_at_a_larger_one() -> None:
    moved = moved_to(START, 0.3)
    by = np.log(0.3 / 0.7) - np.log(0.1 / 0.9)
    one, two = verdicts(START), verdicts(moved)
    odds = [np.log(s / (1 - s)) for s in (one["spam_score"], two["spam_score"])]
    np.testing.assert_allclose((odds[1] - odds[0]).to_numpy(), by)
    above = [units["spam_score"] >= units["cut_disavow"] for units in (one, two)]
    assert above[0].any()
    assert above[0].equals(above[1])
    for smaller in (moved_to(START, 0.05), at_share(START, 0.05)):
        assert verdicts(smaller)["cut_disavow"].null_count() == one.height


DAMAGE = [
    ("parts", 0, "no part"),
    ("parts", 99, "more parts than there are"),
    ("parts", True, "a truth is no number"),
    ("scale", 0, "by nothing"),
    ("scale", "1", "a text"),
    ("scale", 1e9, "out of bounds"),
    ("prior", 1.0, "no share"),
    ("thresholds", {}, "no view"),
    ("calibration", None, "no object"),
    ("name", "a\nb", "no line"),
    ("top_share", 2, "no share"),
    ("other", 1, "a key that is none"),
]


@pytest.mark.parametrize(("key", "value", "why"), DAMAGE)
def test_a_damaged_origin_is_refused(
    helped: OwnTraining, tmp_path: Path, key: str, value: object, why: str
) -> None:
    save_bundle(helped.bundle, tmp_path / "m", "# m\n")
    path = tmp_path / "m" / "metadata.json"
    meta = json.loads(path.read_text("utf-8"))
    meta["origin"][key] = value
    path.write_text(json.dumps(meta), "utf-8")
    with pytest.raises(ModelError, match=r"metadata\.json") as caught:
        load_bundle(tmp_path / "m")
    assert str(caught.value).isprintable(), why
