"""Backlinks in, signals out: one of scikit-learn's own as far as tables with names allow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import tiny_bundle as tiny
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted, validate_data

from spamlinks.errors import InputError
from spamlinks.model.classifier import BacklinkSignals, SpamLinkClassifier
from spamlinks.model.transformer import _NEEDED
from spamlinks.schema import FIELDS
from spamlinks.signals.kernel import SIGNALS
from spamlinks.urls import parse_host

SMALL: dict[str, Any] = {
    "n_estimators": 15, "num_leaves": 5, "max_depth": 3, "min_child_samples": 5,
    "feature_fraction": 1.0, "n_jobs": 1,
}  # fmt: skip

# Checks that hand over an array and want it taken. Columns of backlinks are known by name, so an
# array is refused with InputError; each line says what could not be shown for that reason. The
# same checks pass below, where each row of numbers is made a backlink.
ARRAYS: dict[str, str] = {
    "check_fit_score_takes_y": "y can only be ignored where fit takes X",
    "check_estimators_overwrite_params": "needs a fit to compare the parameters around it",
    "check_dont_overwrite_parameters": "needs a fit to compare the attributes around it",
    "check_estimators_fit_returns_self": "fit returns nothing when it refuses",
    "check_readonly_memmap_input": "a memory map is an array without names",
    "check_n_features_in_after_fitting": "an array's columns are refused before they are counted",
    "check_positive_only_tag_during_fit": "negative arrays are refused like all arrays",
    "check_estimators_dtypes": "arrays of any dtype are without names",
    "check_dtype_object": "arrays of objects are without names too",
    "check_pipeline_consistency": "a pipeline hands the array on as it is",
    "check_estimators_pickle": "nothing is fitted that could be pickled",
    "check_f_contiguous_array_estimator": "the memory order of an array gives it no names",
    "check_transformer_data_not_an_array": "what converts to an array has no names",
    "check_transformer_general": "lists and arrays have no names",
    "check_methods_sample_order_invariance": "needs a fit on an array before rows change places",
    "check_methods_subset_invariance": "needs a fit on an array before rows are left out",
    "check_dict_unchanged": "needs a fit on an array before transform",
    "check_fit_idempotent": "needs two fits on an array",
    "check_fit_check_is_fitted": "no array ever makes it fitted",
    "check_n_features_in": "an array's columns are refused before they are counted",
    "check_fit2d_predict1d": "needs a fit on an array before transform gets one dimension",
}


@parametrize_with_checks(
    [BacklinkSignals(evidence=None)],
    expected_failed_checks=lambda _: ARRAYS,
    xfail_strict=True,  # a check that begins to pass leaves the list
)
def test_scikit_learns_checks_on_arrays(estimator: Any, check: Any) -> None:
    check(estimator)


class SignalsOfNumbers(BacklinkSignals):
    """BacklinkSignals behind a table that each row of numbers is turned into by itself."""

    def fit(self, X: Any, y: object = None) -> SignalsOfNumbers:
        X = validate_data(self, X, dtype=np.float64)
        count, names = self.n_features_in_, getattr(self, "feature_names_in_", None)
        super().fit(links(X))
        self.n_features_in_ = count  # those of the array
        del self.feature_names_in_
        if names is not None:
            self.feature_names_in_ = names
        return self

    def transform(self, X: Any) -> pd.DataFrame:
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        found: pd.DataFrame = super().transform(links(X))
        return found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = False
        tags.input_tags.allow_nan = False
        return tags


def links(X: np.ndarray) -> pl.DataFrame:
    first, last = np.abs(X[:, 0]).clip(0, 1e6), np.abs(X[:, -1]).clip(0, 1e6)
    pages = zip(first.astype(int), last.astype(int), strict=True)
    return pl.DataFrame(
        {
            "referring_page": [f"https://s{a}.example/{b}" for a, b in pages],
            "anchor_text": ["shop" if b > 1 else "casino bonus" for b in last],
            "page_external_links": (10 * first).astype(np.int64),
            "page_internal_links": (10 * last).astype(np.int64),
            "domain_traffic": first * 100,
        }
    )


OF_NUMBERS: dict[str, str] = {
    "check_methods_subset_invariance": "profile signals count over the whole table, so a row's "
    "signals depend on its companions",
}


@parametrize_with_checks(
    [SignalsOfNumbers(evidence=None)],
    expected_failed_checks=lambda _: OF_NUMBERS,
    xfail_strict=True,
)
def test_scikit_learns_checks_on_backlinks(estimator: Any, check: Any) -> None:
    check(estimator)


def table(view: str = "full") -> pd.DataFrame:
    return tiny.rows(view).drop("is_spam").to_pandas()


def labels() -> np.ndarray:
    return tiny.rows()["is_spam"].to_numpy()


def domains() -> np.ndarray:
    """Codes of the linking domains: a domain is never on both sides of a split."""
    hosts = [parse_host(page.split("/")[2]).linking_domain for page in table()["referring_page"]]
    return np.unique(hosts, return_inverse=True)[1]


def test_signals_as_a_transformer() -> None:
    links = table()
    links.index = pd.Index(range(100, 100 + len(links)))
    before = links.copy(deep=True)
    model = BacklinkSignals(evidence=None)
    found = model.fit_transform(links)
    pd.testing.assert_frame_equal(links, before)  # nothing is written into the table
    assert list(found.columns) == list(SIGNALS) == list(model.get_feature_names_out())
    assert found.index.equals(links.index)
    assert set(found.dtypes) == {np.dtype("float32")}
    assert list(model.feature_names_in_) == list(links.columns)
    assert model.n_features_in_ == links.shape[1]
    with_names = BacklinkSignals().fit_transform(links)
    assert with_names["name_evidence"].notna().any()
    assert found["name_evidence"].isna().all()
    spare = links.assign(semrush_toxicity_score=99.0, ahrefs_is_spam=True, note="mine")
    pd.testing.assert_frame_equal(BacklinkSignals(evidence=None).fit_transform(spare), found)
    one = BacklinkSignals("shop", evidence=None).fit_transform(links)  # not s, h, o and p
    pd.testing.assert_frame_equal(one, BacklinkSignals(("shop",), None).fit_transform(links))
    assert not one.equals(found)


REFUSED: list[tuple[str, Any, str]] = [
    ("no page", lambda t: t.drop(columns="referring_page"), "referring_page is missing"),
    ("no columns", lambda t: t[[]], "referring_page is missing"),
    ("no rows", lambda t: t[:0], "0 rows"),
    ("text for a number", lambda t: t.assign(page_external_links="many"), "wrong type"),
    ("numbers and text", lambda t: t.assign(page_external_links=[1, "x"] * 130), "wrong type"),
    ("a column twice", lambda t: pd.concat([t, t[["anchor_text"]]], axis=1), "anchor_text stands"),
    ("no host", lambda t: t.assign(referring_page="mailto:x"), "no usable linking page"),
    ("an empty cell", lambda t: t.assign(referring_page=[None] * 260), "no usable linking page"),
    ("an array", lambda t: t.to_numpy(), "without names of columns"),
    ("a lazy frame", lambda t: pl.from_pandas(t).lazy(), "2D array"),
    ("a dict", lambda t: t.to_dict("list"), "2D array"),
]


@pytest.mark.parametrize(("what", "make", "words"), REFUSED, ids=[r[0] for r in REFUSED])
def test_what_is_no_table_of_backlinks(what: str, make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        BacklinkSignals(evidence=None).fit_transform(make(table()))


def test_parameters_that_are_none() -> None:
    with pytest.raises(InputError, match="evidence is 'shiped'"):
        BacklinkSignals(evidence="shiped").fit(table())
    for method in ("transform", "set_output"):
        model = BacklinkSignals()
        if method == "transform":
            with pytest.raises(NotFittedError):
                model.transform(table())
        else:
            with pytest.raises(ValueError, match="output config"):
                model.set_output(transform="excel").fit_transform(table())


def test_columns_are_those_of_fit() -> None:
    full, poor = table(), table("anchors")
    assert not set(full) <= set(poor)
    rich = BacklinkSignals(evidence=None).fit(full)
    expected = rich.transform(full)
    pd.testing.assert_frame_equal(rich.transform(full[full.columns[::-1]]), expected)
    with pytest.raises(InputError, match=r"columns seen in fit are missing: .*domain_traffic"):
        rich.transform(full.drop(columns="domain_traffic"))
    unknown = rich.transform(full.assign(domain_traffic=None))
    assert unknown["domain_traffic"].isna().all()
    # What fit did not see is left out: the same signals are unknown as in training.
    bare = BacklinkSignals(evidence=None).fit(poor)
    pd.testing.assert_frame_equal(bare.transform(full), bare.transform(poor))
    assert bare.transform(full)["domain_traffic"].isna().all()
    assert BacklinkSignals(evidence=None).fit_transform(full)["domain_traffic"].notna().any()


def test_columns_that_no_signal_needs_may_be_missing() -> None:
    full = table()
    spare = [name for name in full.columns if name in FIELDS and name not in _NEEDED]
    assert spare
    model = BacklinkSignals(evidence=None).fit(full)
    expected = model.transform(full)
    for name in [*spare, "network"]:
        pd.testing.assert_frame_equal(model.transform(full.drop(columns=name)), expected)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.from_pandas], ids=["pandas", "polars"])
def test_output_as_the_caller_wants_it(make: Any) -> None:
    links = make(table())
    model = BacklinkSignals(evidence=None)
    plain = model.fit_transform(links)
    assert isinstance(plain, pd.DataFrame)
    for kind, frame in (
        ("default", pd.DataFrame),
        ("pandas", pd.DataFrame),
        ("polars", pl.DataFrame),
    ):
        found = clone(model).set_output(transform=kind).fit_transform(links)
        assert isinstance(found, frame)
        assert list(found.columns) == list(SIGNALS)
        np.testing.assert_array_equal(np.asarray(found), plain.to_numpy())
    with config_context(transform_output="polars"):
        assert isinstance(clone(model).fit_transform(links), pl.DataFrame)


def pipeline(**settings: Any) -> Any:
    return make_pipeline(
        BacklinkSignals(brands=("shop",), evidence=None), SpamLinkClassifier(**SMALL, **settings)
    )


def test_a_pipeline_from_backlinks_to_verdicts() -> None:
    links, y = table(), labels()
    pipe = pipeline()
    shares = pipe.fit(links, y).predict_proba(links)[:, 1]
    assert shares[y == 1].mean() > shares[y == 0].mean() + 0.2
    order = list(links.columns[::-1])
    np.testing.assert_array_equal(pipe.predict_proba(links[order])[:, 1], shares)  # by name
    np.testing.assert_array_equal(pipe.predict_proba(pl.from_pandas(links))[:, 1], shares)
    assert list(pipe[:-1].get_feature_names_out()) == list(SIGNALS)
    assert list(pipe[-1].feature_names_in_) == list(SIGNALS)  # hence the bound directions
    polars = pipeline().set_output(transform="polars").fit(pl.from_pandas(links), y)
    np.testing.assert_array_equal(polars.predict_proba(links)[:, 1], shares)


def test_a_pipeline_in_a_search_and_in_folds_by_linking_domain() -> None:
    links, y, groups = table(), labels(), domains()
    folds = StratifiedGroupKFold(3, shuffle=True, random_state=0)
    for train, test in folds.split(links, y, groups):
        assert not set(groups[train]) & set(groups[test])
    grid = {"spamlinkclassifier__num_leaves": [3, 5], "spamlinkclassifier__extra_trees": [True]}
    search = GridSearchCV(pipeline(), grid, cv=folds, scoring="roc_auc")
    search.fit(links, y, groups=groups)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_score_ > 0.8
    best = clone(search.best_estimator_).set_output(transform="polars")
    shares = cross_val_predict(best, links, y, groups=groups, cv=folds, method="predict_proba")
    assert shares.shape == (len(y), 2)
    assert roc_auc_score(y, shares[:, 1]) > 0.8
