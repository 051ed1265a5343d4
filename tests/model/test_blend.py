"""The members of a blend: forests and lines as LightGBM's text, words, recalibration, weights."""

from __future__ import annotations

from dataclasses import replace

import lightgbm as lgb
import numpy as np
import polars as pl
import pytest
import tiny_bundle as tiny
from hypothesis import given
from hypothesis import strategies as st
from quick_training import make_quick
from sklearn.ensemble import ExtraTreesClassifier

from spamlinks.model import blend
from spamlinks.model.blend import Rows, fit_blend, label_share, poorer_views
from spamlinks.model.evaluation import roc_auc
from spamlinks.model.texts import fit_text, hashed_texts
from spamlinks.model.trees import forest_text, line_text
from spamlinks.model.views import VIEWS, hide

START = tiny.make()
NAMES = ("host_length", "anchor_length", "external_links")


def forest(seed: int = 0) -> tuple[ExtraTreesClassifier, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(300, 3)).astype(np.float32)
    X[rng.random((300, 3)) < 0.2] = np.nan
    y = (np.nan_to_num(X[:, 0]) + rng.normal(size=300) > 0).astype(int)
    w = rng.uniform(0.2, 2, 300)
    fitted = ExtraTreesClassifier(7, min_samples_leaf=3, random_state=seed).fit(X, y, w)
    return fitted, X, y, w


def test_a_forest_says_the_same_in_lightgbms_words() -> None:
    fitted, X, y, w = forest()
    booster = lgb.Booster(model_str=forest_text(fitted, NAMES, smooth=2.0, constant=0.5))
    assert booster.feature_name() == list(NAMES)
    assert booster.num_trees() == 7
    share = float(np.average(y, weights=w))
    expected = np.zeros(len(X))
    for tree in fitted.estimators_:
        at = tree.apply(X)
        spam = np.bincount(at, w * y, minlength=tree.tree_.node_count)
        both = np.bincount(at, w, minlength=tree.tree_.node_count)
        odds = np.log((spam[at] + 2 * share) / (both[at] - spam[at] + 2 * (1 - share)))
        expected += odds / 7
    raw = booster.predict(X, raw_score=True)
    np.testing.assert_allclose(raw, expected + 0.5, atol=1e-9)
    # Explanations of LightGBM work on it as on its own trees.
    effects = booster.predict(X[:20], pred_contrib=True)
    np.testing.assert_allclose(effects.sum(axis=1), raw[:20], atol=1e-9)
    nothing = booster.predict(np.full((1, 3), np.nan), raw_score=True)
    assert np.isfinite(nothing).all()


def test_a_forest_of_bare_roots_is_a_constant() -> None:
    X, y = np.zeros((40, 3), np.float32), np.arange(40) % 4 == 0
    fitted = ExtraTreesClassifier(2, random_state=0).fit(X, y)
    booster = lgb.Booster(model_str=forest_text(fitted, NAMES, smooth=1.0))
    raw = booster.predict(X, raw_score=True)
    np.testing.assert_allclose(raw, np.log(0.25 / 0.75), atol=1e-9)


@given(
    st.floats(-10, 10),
    st.floats(0.01, 20),
    st.floats(-3, 3),
    st.lists(st.floats(-50, 50), min_size=1, max_size=20),
)
def test_a_line_is_a_line_within_half_a_step(
    low: float, width: float, slope: float, values: list[float]
) -> None:
    booster = lgb.Booster(model_str=line_text("host_length", low, low + width, slope))
    X = np.array([values]).T
    found = booster.predict(X, raw_score=True)
    expected = slope * np.clip(X[:, 0], low, low + width)
    assert np.abs(found - expected).max() <= abs(slope) * width / 64 * 0.51 + 1e-9
    assert booster.predict(np.array([[np.nan]]), raw_score=True)[0] == 0
    order = np.argsort(X[:, 0])
    assert (np.diff(found[order]) * np.sign(slope) >= -1e-12).all()


SHARES = [  # spam, honest, share
    (0, 100, 0.0),
    (100, 0, 0.0),
    (15, 15, 1 / 8),  # half of what says as much as the start, a quarter of its say
    (30, 30, 1 / 2),
    (50, 50, 100 / 160),
    (12, 100_000, 0.32),  # a dozen of spam say little, however many are honest
]


@pytest.mark.parametrize(("spam", "honest", "share"), SHARES)
def test_labels_count_by_their_number(spam: int, honest: int, share: float) -> None:
    assert label_share(spam, honest) == pytest.approx(share, abs=1e-3)
    assert label_share(honest, spam) == label_share(spam, honest)


TEXTS = pl.Series(
    [f"buy cheap seo links today {i}" for i in range(30)]
    + [f"my garden in the spring {i}" for i in range(30)]
)
SPAM = np.repeat([1.0, 0.0], 30)


def test_words_learn_what_the_offset_does_not_say() -> None:
    X, one = hashed_texts(TEXTS), np.ones(60)
    blank = fit_text(X, SPAM, one, np.zeros(60))
    assert roc_auc(SPAM.astype(int), X @ blank.weights) == 1.0
    new = hashed_texts(pl.Series(["cheap links", "spring garden", "\u4e2d\u6587"]))
    bad, good, unknown = new @ blank.weights
    assert bad > 0.3 > -0.3 > good
    assert abs(unknown) < 0.2
    told = fit_text(X, SPAM, one, np.where(SPAM == 1, 6.0, -6.0))
    assert np.abs(told.weights).sum() < 0.1 * np.abs(blank.weights).sum()
    # Weights count as rows: a class without weight teaches nothing.
    none = fit_text(X, SPAM, np.where(SPAM == 1, 1.0, 1e-9), np.zeros(60))
    assert roc_auc(SPAM.astype(int), X @ none.weights) < 1.0 or np.ptp(X @ none.weights) < 0.5


def test_words_of_one_row_are_not_learned() -> None:
    X = hashed_texts(pl.Series(["abcdefg", "hijklmn"]))
    found = fit_text(X, np.array([1.0, 0.0]), np.ones(2), np.zeros(2))
    unique = (np.asarray((X > 0).sum(axis=0)).ravel() == 1) & (found.weights != 0)
    assert not unique.any()


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Rows:
    make_quick(monkeypatch)
    y = tiny.rows(n=170, seed=8)["is_spam"].to_numpy().astype(np.float64)
    return Rows(tiny.matrix(n=170, seed=8), y)


def test_the_start_is_recalibrated_and_never_turned_round(rows: Rows) -> None:
    found = fit_blend(rows, START, 0)
    assert found.slope > 0
    base, _ = found.margins(rows)
    assert abs((1 / (1 + np.exp(-base))).mean() - rows.target.mean()) < 0.05
    # Labels upside down flatten the start, they do not invert it.
    upside = fit_blend(replace(rows, target=1 - rows.target), START, 0)
    assert 0 < upside.slope < found.slope / 3
    # A handful of labels leaves the start's own calibration nearly as it was.
    few = fit_blend(rows.take(np.arange(12)), START, 0)
    own = START.lines["full"].slope
    assert abs(few.slope / own - 1) < abs(found.slope / own - 1) + 0.2


def test_rows_in_doubt_count_both_ways(rows: Rows) -> None:
    half = replace(rows, target=np.where(rows.target == 1, 1.0, 0.25))
    at, label, weight = half.split()
    assert weight.sum() == pytest.approx(len(rows.target))
    assert weight[label == 1].sum() == pytest.approx(half.target.sum())
    assert set(np.bincount(at)) == {1, 2}
    one, two = fit_blend(rows, START, 0), fit_blend(half, START, 0)
    low, high = (f.margins(rows)[1] for f in (one, two))
    assert high[rows.target == 0].mean() > low[rows.target == 0].mean()


def test_poorer_exports_are_served(rows: Rows) -> None:
    """The members learn from hidden columns too: else most of what they say would be chance."""
    found = fit_blend(rows, START, 0)
    y = rows.target.astype(int)
    assert poorer_views(rows.matrix) == ["urls", "anchors", "links"]
    for view in poorer_views(rows.matrix):
        base, own = found.margins(replace(rows, matrix=hide(rows.matrix, view)))
        assert roc_auc(y, own) > roc_auc(y, base), view  # in sample, so it must
    assert poorer_views(tiny.matrix("urls", 170, 8)) == []


def test_no_share_is_the_start_alone(rows: Rows) -> None:
    found = fit_blend(rows, START, 0)
    parts = found.parts(0.0)
    assert [part.text for part in parts] == [part.text for part in START.parts]
    assert {view for part in found.parts(0.5) for view in part.views} == set(VIEWS)


def test_big_data_is_drawn_for_the_forest(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blend, "FOREST_ROWS", 50)
    small = fit_blend(rows, START, 0).forest
    monkeypatch.setattr(blend, "FOREST_ROWS", 10_000)
    assert len(small.text) < len(fit_blend(rows, START, 0).forest.text)
