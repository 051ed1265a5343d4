"""LightGBM behind scikit-learn's interface; the signals as a transformer come along."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_sample_weight,
    check_array,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from spamlinks.model.transformer import BacklinkSignals
from spamlinks.signals.kernel import SIGNALS

__all__ = ["BacklinkSignals", "SpamLinkClassifier"]


class SpamLinkClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Gradient-boosted trees whose direction is bound where it is known.

    Columns named like a signal get that signal's monotone constraint, whatever their position.
    Nominal columns do not exist here: together with constraints LightGBM aborts the process.

    Parameters
    ----------
    n_estimators, learning_rate, num_leaves, max_depth, min_child_samples, reg_lambda,
    feature_fraction, bagging_fraction : as in LightGBM; the last two are shares in (0, 1].
    monotone : whether to bind directions.
    extra_trees : split each candidate column at one random place instead of the best one: flatter
        trees, steadier with few labels.
    random_state : seed; same data and seed, same model.
    n_jobs : threads, 0 = all cores.

    Attributes
    ----------
    booster_ : the fitted ``lightgbm.Booster``; ``classes_`` : the two labels, sorted.
    """

    def __init__(
        self,
        *,
        n_estimators: int = 200,
        learning_rate: float = 0.06,
        num_leaves: int = 15,
        max_depth: int = 6,
        min_child_samples: int = 20,
        reg_lambda: float = 10.0,
        feature_fraction: float = 0.3,
        bagging_fraction: float = 0.7,
        monotone: bool = True,
        extra_trees: bool = False,
        random_state: int = 0,
        n_jobs: int = 0,
    ) -> None:
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.max_depth = max_depth
        self.min_child_samples = min_child_samples
        self.reg_lambda = reg_lambda
        self.feature_fraction = feature_fraction
        self.bagging_fraction = bagging_fraction
        self.monotone = monotone
        self.extra_trees = extra_trees
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, init_score: Any = None
    ) -> SpamLinkClassifier:
        """Fit on signals.

        Parameters
        ----------
        X : array or DataFrame of shape (n, n_signals); NaN = unknown.
        y : two classes, the greater one is spam.
        sample_weight : non-negative, shape (n,).
        init_score : log-odds to start from, such as another model's margins, finite, shape (n,).
            The trees learn what must be added to them. They are not stored:
            ``decision_function`` then returns the part of the trees alone, to which the start of
            the rows at hand must be added before it is read as log-odds; ``predict_proba`` and
            ``predict`` do not know it either.

        Raises
        ------
        ValueError : not two classes, infinite signals, or lengths that differ.
        """
        import lightgbm as lgb

        X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        check_classification_targets(y)
        weight = (
            None
            if sample_weight is None
            else _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        )
        start = None if init_score is None else _start(init_score, X)
        self.classes_, coded = np.unique(y, return_inverse=True)
        if len(self.classes_) > 2:
            raise ValueError(
                "Only binary classification is supported. The type of the target is "
                f"multiclass: {len(self.classes_)} classes."
            )
        if len(self.classes_) < 2:
            raise ValueError("SpamLinkClassifier needs samples of 2 classes; got 1 class")
        names = [str(n) for n in getattr(self, "feature_names_in_", range(X.shape[1]))]
        known = [SIGNALS[n].direction if self.monotone and n in SIGNALS else 0 for n in names]
        params = {
            "objective": "binary",
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "max_depth": self.max_depth,
            "min_data_in_leaf": self.min_child_samples,
            "lambda_l2": self.reg_lambda,
            "feature_fraction": self.feature_fraction,
            "bagging_fraction": self.bagging_fraction,
            "bagging_freq": 1,
            "seed": self.random_state,
            "num_threads": self.n_jobs,
            "deterministic": True,
            "force_row_wise": True,
            "verbose": -1,
        }
        if any(known):
            params |= {"monotone_constraints": known, "monotone_constraints_method": "basic"}
        if self.extra_trees:
            params["extra_trees"] = True
        columns = (
            names if all(n in SIGNALS for n in names) else [f"x{i}" for i in range(len(names))]
        )
        data = lgb.Dataset(X, coded, weight=weight, init_score=start, feature_name=columns)
        self.booster_ = lgb.train(params, data, self.n_estimators)
        return self

    def decision_function(self, X: Any) -> npt.NDArray[np.float64]:
        """Log-odds of spam, shape (n,); without the start, where ``fit`` was given one."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
        raw = self.booster_.predict(X, raw_score=True, num_threads=self.n_jobs)
        return np.asarray(raw, dtype=np.float64)

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Probabilities of shape (n, 2): honest, spam. Rows sum to one."""
        spam = 1 / (1 + np.exp(-self.decision_function(X)))
        return np.column_stack([1 - spam, spam])

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """The more probable class of each row, shape (n,)."""
        spam = self.decision_function(X) > 0  # first: an unfitted model has no classes_ either
        return np.asarray(self.classes_[spam.astype(int)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        return tags


def _start(init_score: Any, X: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    start = column_or_1d(init_score, dtype=np.float64, input_name="init_score")
    check_array(start, ensure_2d=False, input_name="init_score")
    check_consistent_length(X, start)
    return np.asarray(start)
