"""The classifier keeps scikit-learn's rules, and its directions hold whatever the data say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import tiny_bundle as tiny
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    StratifiedGroupKFold,
    cross_val_predict,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks

from spamlinks.model.classifier import SpamLinkClassifier
from spamlinks.signals.kernel import SIGNALS

SMALL: dict[str, Any] = {
    "n_estimators": 15, "num_leaves": 5, "max_depth": 3, "min_child_samples": 5,
    "feature_fraction": 1.0, "n_jobs": 1,
}  # fmt: skip

EXPECTED_FAILURES: dict[str, str] = {
    # Rows are drawn by position (bagging), so a weight of two is not a row given twice.
    "check_sample_weight_equivalence_on_dense_data": "bagging draws rows by position",
}


@parametrize_with_checks(
    [SpamLinkClassifier(**SMALL), SpamLinkClassifier(**SMALL, extra_trees=True)],
    expected_failed_checks=lambda _: EXPECTED_FAILURES,
    xfail_strict=True,  # a check that begins to pass leaves the list
)
def test_scikit_learn_takes_it_as_one_of_its_own(estimator: Any, check: Any) -> None:
    check(estimator)


def labelled(names: list[str], n: int = 400, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, len(names))), columns=names)
    return X, (X.sum(axis=1) + rng.normal(size=n) > 0).astype(int).to_numpy()


BOUND = [name for name, signal in SIGNALS.items() if signal.direction != 0]


@pytest.mark.parametrize("name", BOUND)
def test_a_bound_direction_holds_against_the_data(name: str) -> None:
    """Labels that say the opposite must not turn a signal around."""
    free = next(n for n, s in SIGNALS.items() if s.direction == 0)
    X, _ = labelled([free, name], 300)
    y = ((-SIGNALS[name].direction) * X[name] + 0.3 * X[free] > 0).astype(int)
    grid = pd.DataFrame({free: 0.2, name: np.linspace(-4, 4, 60)})
    bound = SpamLinkClassifier(**SMALL).fit(X, y).decision_function(grid)
    assert (np.diff(bound) * SIGNALS[name].direction >= -1e-12).all()
    loose = SpamLinkClassifier(**SMALL, monotone=False).fit(X, y).decision_function(grid)
    assert (np.diff(loose) * SIGNALS[name].direction < -1e-6).any()  # the labels did say it


def test_directions_hold_on_a_grid_of_generated_links() -> None:
    X = pd.DataFrame(tiny.matrix("full"), columns=list(SIGNALS))
    model = SpamLinkClassifier(**SMALL).fit(X, tiny.rows()["is_spam"].to_numpy())
    base = X.iloc[:20]
    moved = 0
    for name in BOUND:
        known = X[name].dropna()
        if known.empty:
            continue
        steps = np.unique(np.quantile(known, np.linspace(0, 1, 9)))
        scores = np.array([model.decision_function(base.assign(**{name: s})) for s in steps])
        moved += bool(np.ptp(scores, axis=0).any())
        assert (np.diff(scores, axis=0) * SIGNALS[name].direction >= -1e-12).all(), name
    assert moved >= 3  # the model does use bound signals


def test_the_constraint_follows_the_name_not_the_position() -> None:
    up = next(n for n, s in SIGNALS.items() if s.direction > 0)
    down = next(n for n, s in SIGNALS.items() if s.direction < 0)
    X, _ = labelled([up, down])
    y = (X[up] - X[down] > 0).astype(int)
    for order in ([up, down], [down, up]):
        model = SpamLinkClassifier(**SMALL).fit(X[order], y)
        text = model.booster_.model_to_string()
        bound = [SIGNALS[name].direction for name in order]
        assert f"monotone_constraints={' '.join(map(str, bound))}\n" in text
        assert model.booster_.feature_name() == order
        assert (model.predict(X[order]) == y).mean() > 0.9


def test_columns_in_another_order_are_refused_never_misread() -> None:
    X, y = labelled(list(SIGNALS)[:4])
    model = SpamLinkClassifier(**SMALL).fit(X, y)
    with pytest.raises(ValueError, match="same order"):
        model.predict_proba(X[X.columns[::-1]])
    with pytest.raises(ValueError, match="missing"):
        model.predict_proba(X.iloc[:, :3])


def test_odd_names_are_no_signals() -> None:
    """LightGBM refuses some characters in names; a spammer's header must not stop a fit."""
    X, y = labelled(["a b", '{"x":1}', "host_length"])
    model = SpamLinkClassifier(**SMALL).fit(X, y)
    assert model.booster_.feature_name() == ["x0", "x1", "x2"]


def test_labels_of_any_kind_and_their_order() -> None:
    X, y = labelled(["a", "b"])
    for honest, spam in ((0, 1), (-1, 1), ("ham", "spam"), (False, True)):
        named = np.where(y == 1, spam, honest)
        model = SpamLinkClassifier(**SMALL).fit(X, named)
        assert list(model.classes_) == [honest, spam]
        shares = model.predict_proba(X)
        np.testing.assert_allclose(shares.sum(axis=1), 1)
        assert ((shares[:, 1] > 0.5) == (model.predict(X) == spam)).all()
        assert (model.predict(X) == named).mean() > 0.8
    with pytest.raises(ValueError, match="binary"):
        SpamLinkClassifier(**SMALL).fit(X, np.arange(len(X)) % 3)
    with pytest.raises(ValueError, match="2 classes"):
        SpamLinkClassifier(**SMALL).fit(X, np.ones(len(X)))


def test_unknown_is_allowed_and_infinite_is_not() -> None:
    X, y = labelled(["a", "b"])
    X.iloc[::3, 0] = np.nan
    model = SpamLinkClassifier(**SMALL).fit(X, y)
    assert np.isfinite(model.decision_function(X)).all()
    with pytest.raises(ValueError, match="infinity"):
        model.predict(X.assign(a=np.inf))


def test_same_seed_same_model_other_seed_another() -> None:
    X, y = labelled(list("abcdef"))
    options = {**SMALL, "feature_fraction": 0.5}

    def text(seed: int) -> str:
        model = SpamLinkClassifier(**options, random_state=seed).fit(X, y)
        return str(model.booster_.model_to_string())

    assert text(1) == text(1)
    assert text(1) != text(2)


def test_weights_count_and_must_not_be_negative() -> None:
    X, y = labelled(["a", "b"])
    weight = np.where(X["a"] > 0, 1.0, 0.0)
    plain = SpamLinkClassifier(**SMALL).fit(X, y)
    weighted = SpamLinkClassifier(**SMALL).fit(X, y, sample_weight=weight)
    assert not np.allclose(plain.decision_function(X), weighted.decision_function(X))
    with pytest.raises(ValueError, match=r"[Nn]egative"):
        plain.fit(X, y, sample_weight=-np.ones(len(X)))


def test_search_and_grouped_cross_validation() -> None:
    X, y = labelled(["a", "b", "host_length"], 240)
    groups = np.arange(240) // 4
    folds = StratifiedGroupKFold(3, shuffle=True, random_state=0)
    search = GridSearchCV(
        SpamLinkClassifier(**SMALL), {"num_leaves": [3, 5]}, cv=folds, scoring="roc_auc"
    ).fit(X, y, groups=groups)
    assert search.best_score_ > 0.7
    shares = cross_val_predict(
        clone(search.best_estimator_), X, y, groups=groups, cv=folds, method="predict_proba"
    )
    assert shares.shape == (240, 2)
    copied = clone(SpamLinkClassifier(**SMALL, monotone=False))
    assert copied.get_params() == SpamLinkClassifier(**SMALL, monotone=False).get_params()
    assert not hasattr(copied, "booster_")


def text_of(model: SpamLinkClassifier) -> str:
    return str(model.booster_.model_to_string())


def test_trees_at_random_places_are_other_trees() -> None:
    X, y = labelled(["a", "b"])
    plain = SpamLinkClassifier(**SMALL).fit(X, y)
    extra = SpamLinkClassifier(**SMALL, extra_trees=True).fit(X, y)
    assert "[extra_trees: 0]" in text_of(plain)
    assert "[extra_trees: 1]" in text_of(extra)
    assert text_of(plain) == text_of(SpamLinkClassifier(**SMALL, extra_trees=False).fit(X, y))
    assert (extra.predict(X) == y).mean() > 0.7
    assert (extra.predict_proba(X) != plain.predict_proba(X)).any()


def test_a_start_is_what_the_trees_add_to() -> None:
    X, y = labelled(["a", "b"])
    start = np.where(y == 1, 3.0, -3.0)  # knows it all: little is left to learn
    told = SpamLinkClassifier(**SMALL).fit(X, y, init_score=start)
    alone = SpamLinkClassifier(**SMALL).fit(X, y)
    assert (
        np.abs(told.decision_function(X)).mean() < 0.5 * np.abs(alone.decision_function(X)).mean()
    )
    wrong = SpamLinkClassifier(**SMALL).fit(X, y, init_score=-start)
    assert np.corrcoef(wrong.decision_function(X), y)[0, 1] > 0.6  # works against a bad start
    assert wrong.decision_function(X[y == 1]).mean() > alone.decision_function(X[y == 1]).mean()
    # The start is no part of the model: a shift of it is made up for, not stored.
    shifted = SpamLinkClassifier(**SMALL).fit(X, y, init_score=np.full(len(X), 2.0))
    assert shifted.decision_function(X).mean() < alone.decision_function(X).mean() - 0.5
    for like in (start.tolist(), pd.Series(start, name="margin"), start.reshape(-1, 1)[:, 0]):
        again = SpamLinkClassifier(**SMALL).fit(X, y, init_score=like)
        assert text_of(again) == text_of(told)


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ([0.0], "inconsistent numbers of samples"),
        (np.zeros((400, 2)), "1d array"),
        (np.full(400, np.nan), "NaN"),
        (np.full(400, np.inf), "infinity"),
        (["x"] * 400, "could not convert"),
        (0.5, "1d array"),
    ],
)
def test_a_start_that_is_none(start: Any, words: str) -> None:
    X, y = labelled(["a", "b"])
    with pytest.raises(ValueError, match=words):
        SpamLinkClassifier(**SMALL).fit(X, y, init_score=start)


def test_frames_of_both_kinds_and_arrays_give_the_same_model() -> None:
    X, y = labelled(list(SIGNALS)[:3])
    X.iloc[::7, 1] = np.nan
    model = SpamLinkClassifier(**SMALL).fit(X, y)
    other = SpamLinkClassifier(**SMALL).fit(pl.from_pandas(X), y)  # unknown is null there
    assert text_of(other) == text_of(model)
    assert list(other.feature_names_in_) == list(model.feature_names_in_) == list(X.columns)
    assert model.n_features_in_ == 3
    np.testing.assert_array_equal(model.predict_proba(pl.from_pandas(X)), other.predict_proba(X))
    bare = SpamLinkClassifier(**SMALL, monotone=False).fit(X.to_numpy(), y)
    assert not hasattr(bare, "feature_names_in_")
    named = SpamLinkClassifier(**SMALL, monotone=False).fit(X, y)
    np.testing.assert_array_equal(bare.predict_proba(X.to_numpy()), named.predict_proba(X))


def test_labels_given_as_words_keep_their_order_through_a_search() -> None:
    X, y = labelled(["a", "b"], 240)
    words = np.where(y == 1, "spam", "honest")
    search = GridSearchCV(SpamLinkClassifier(**SMALL), {"num_leaves": [3]}, cv=3).fit(X, words)
    assert list(search.classes_) == ["honest", "spam"]
    assert set(search.predict(X)) == {"honest", "spam"}
    margins = search.decision_function(X)
    np.testing.assert_array_equal(search.predict(X) == "spam", margins > 0)
    np.testing.assert_allclose(search.predict_proba(X)[:, 1], 1 / (1 + np.exp(-margins)))


def test_weights_are_routed_through_a_pipeline_and_a_search() -> None:
    X, y = labelled(["a", "b"], 240)
    rng = np.random.default_rng(0)
    weight, groups = rng.uniform(0.1, 3, 240), np.arange(240) // 4
    with config_context(enable_metadata_routing=True):
        model = SpamLinkClassifier(**SMALL).set_fit_request(sample_weight=True, init_score=True)
        model.set_score_request(sample_weight=True)
        pipe = make_pipeline(FunctionTransformer(), model)
        pipe.fit(X, y, sample_weight=weight, init_score=weight)
        direct = SpamLinkClassifier(**SMALL).fit(X, y, sample_weight=weight, init_score=weight)
        assert text_of(pipe[-1]) == text_of(direct)
        search = GridSearchCV(pipe, {"spamlinkclassifier__num_leaves": [3, 5]}, cv=GroupKFold(3))
        search.fit(X, y, sample_weight=weight, init_score=0 * weight, groups=groups)
        assert 0.5 < search.best_score_ < 1
        with pytest.raises(UnsetMetadataPassedError):
            make_pipeline(SpamLinkClassifier(**SMALL)).fit(X, y, sample_weight=weight)
    plain = make_pipeline(SpamLinkClassifier(**SMALL))
    plain.fit(X, y, spamlinkclassifier__sample_weight=weight)
    assert text_of(plain[-1]) == text_of(
        SpamLinkClassifier(**SMALL).fit(X, y, sample_weight=weight)
    )
