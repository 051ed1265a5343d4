"""LightGBM behind scikit-learn's interface, and the signals as a transformer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from spamlinks.signals.kernel import SIGNALS, encode, signals

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BacklinkSignals", "SpamLinkClassifier"]


class BacklinkSignals(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn backlinks into signals: DataFrame in, DataFrame out.

    Parameters
    ----------
    brands : names of the brand and of the site; anchors are compared with them.
    evidence : "shipped" for the shipped model's host-name evidence, None for none.

    Notes
    -----
    Profile signals (links per domain, domains per anchor) are about the table that is passed, so
    a row's signals depend on its companions: transform a whole export at once.
    """

    def __init__(self, brands: tuple[str, ...] = (), evidence: str | None = "shipped") -> None:
        self.brands = brands
        self.evidence = evidence

    def fit(self, X: pd.DataFrame | pl.DataFrame, y: object = None) -> BacklinkSignals:
        """Check the columns; nothing is learned. Raises InputError without referring_page."""
        self.transform(X[:1])
        return self

    def transform(self, X: pd.DataFrame | pl.DataFrame) -> pd.DataFrame:
        """Compute every signal.

        Parameters
        ----------
        X : DataFrame of shape (n_backlinks, n_columns), columns of ``spamlinks.schema.FIELDS``.

        Returns
        -------
        pandas DataFrame of float32, shape (n_backlinks, n_signals), indexed like ``X``; NaN
        where unknown.
        """
        import pandas as pd

        from spamlinks.model.bundle import load_bundle
        from spamlinks.model.frames import to_backlinks

        evidence = load_bundle().evidence if self.evidence == "shipped" else None
        frame, tables = encode(to_backlinks(X), evidence, brands=tuple(self.brands))
        index = X.index if isinstance(X, pd.DataFrame) else None
        return pd.DataFrame(signals(frame, tables), columns=list(SIGNALS), index=index)

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Names of the signals."""
        return np.array(list(SIGNALS), dtype=object)


class SpamLinkClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Gradient-boosted trees whose direction is bound where it is known.

    Columns named like a signal get that signal's monotone constraint, whatever their position.
    Nominal columns do not exist here: together with constraints LightGBM aborts the process.

    Parameters
    ----------
    n_estimators, learning_rate, num_leaves, max_depth, min_child_samples, reg_lambda,
    feature_fraction, bagging_fraction : as in LightGBM; the last two are shares in (0, 1].
    monotone : whether to bind directions.
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
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> SpamLinkClassifier:
        """Fit on signals.

        Parameters
        ----------
        X : array or DataFrame of shape (n, n_signals); NaN = unknown.
        y : two classes, the greater one is spam.
        sample_weight : non-negative, shape (n,).
        """
        import lightgbm as lgb

        X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        check_classification_targets(y)
        weight = (
            None
            if sample_weight is None
            else _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        )
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
        columns = (
            names if all(n in SIGNALS for n in names) else [f"x{i}" for i in range(len(names))]
        )
        data = lgb.Dataset(X, coded, weight=weight, feature_name=columns)
        self.booster_ = lgb.train(params, data, self.n_estimators)
        return self

    def decision_function(self, X: Any) -> npt.NDArray[np.float64]:
        """Log-odds of spam, shape (n,)."""
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
