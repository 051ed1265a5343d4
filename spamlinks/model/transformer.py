"""The signals as a scikit-learn transformer: backlinks in, numbers out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted

from spamlinks.errors import InputError
from spamlinks.model.bundle import load_bundle
from spamlinks.model.frames import to_backlinks
from spamlinks.schema import FIELDS, VENDOR_VERDICTS
from spamlinks.signals.kernel import SIGNALS, encode, signals

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BacklinkSignals"]


class BacklinkSignals(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn backlinks into signals: DataFrame in, DataFrame out.

    Parameters
    ----------
    brands : names of the brand and of the site; anchors are compared with them.
    evidence : "shipped" for the shipped model's host-name evidence, None for none.

    Attributes
    ----------
    feature_names_in_, n_features_in_ : names and number of all columns seen in ``fit``.
    columns_ : those of them that are columns of ``spamlinks.schema.FIELDS`` and no vendor's
        verdict.
    evidence_ : the host-name evidence, or None.

    Notes
    -----
    Profile signals (links per domain, domains per anchor, ranks in the file) are about the table
    that is passed, so a row's signals depend on its companions: transform a whole export at once.

    Columns are bound by name, in any order; arrays, which have no names, are refused. A table
    without a column that ``fit`` saw and some signal needs is refused too, rather than answered
    with signals that were known in training and are all NaN now; where nothing is known, give the
    column with nulls. Columns that ``fit`` did not see are left out.
    """

    def __init__(self, brands: tuple[str, ...] = (), evidence: str | None = "shipped") -> None:
        self.brands = brands
        self.evidence = evidence

    def fit(self, X: pd.DataFrame | pl.DataFrame, y: object = None) -> BacklinkSignals:
        """Remember the columns; nothing is learned from rows or labels.

        Raises
        ------
        InputError : ``X`` is no DataFrame (columns are known by name), has no rows, no
            ``referring_page``, a column twice or of a wrong type, or ``evidence`` is unknown.
        TypeError : ``X`` is a sparse matrix.
        """
        names = _names(X)
        if not len(X):
            raise InputError("backlinks", "the table has 0 rows", "Give at least one backlink.")
        if self.evidence not in ("shipped", None):
            raise InputError(
                "BacklinkSignals", f"evidence is {self.evidence!r}", 'Give "shipped" or None.'
            )
        to_backlinks(X[:1])
        self.evidence_ = load_bundle().evidence if self.evidence == "shipped" else None
        self.feature_names_in_ = np.array(names, dtype=object)
        self.n_features_in_ = len(names)
        self.columns_ = tuple(name for name in _LOOKED_AT if name in names)
        return self

    def transform(self, X: pd.DataFrame | pl.DataFrame) -> pd.DataFrame:
        """Compute every signal.

        Parameters
        ----------
        X : DataFrame of shape (n_backlinks, n_columns), columns of ``spamlinks.schema.FIELDS``.

        Returns
        -------
        pandas DataFrame of float32, shape (n_backlinks, n_signals), indexed like ``X``; NaN
        where unknown. A polars DataFrame after ``set_output(transform="polars")``.

        Raises
        ------
        NotFittedError : before ``fit``.
        InputError : ``X`` is no DataFrame, lacks a column that ``fit`` saw and a signal needs, or
            has a row without a usable ``referring_page``.
        """
        import pandas as pd

        check_is_fitted(self)
        names = _names(X)
        if missing := [c for c in self.columns_ if c in _NEEDED and c not in names]:
            raise InputError(
                "backlinks",
                f"columns seen in fit are missing: {', '.join(missing)}",
                "Add them, with nulls where nothing is known, or fit on tables like this one.",
            )
        table = to_backlinks(X[[c for c in self.columns_ if c in names]])
        brands = (self.brands,) if isinstance(self.brands, str) else tuple(self.brands)
        frame, tables = encode(table, self.evidence_, brands=brands)
        index = X.index if isinstance(X, pd.DataFrame) else None
        return pd.DataFrame(signals(frame, tables), columns=list(SIGNALS), index=index)

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Names of the signals, whatever the columns; ``input_features`` is not looked at."""
        return np.array(list(SIGNALS), dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags


_LOOKED_AT = tuple(name for name in FIELDS if name not in VENDOR_VERDICTS)
# Dates, because ages are measured from the export's date or the newest of the others.
_NEEDED = frozenset(
    part for signal in SIGNALS.values() for need in signal.needs for part in need.split("|")
) | {name for name, column in FIELDS.items() if column.dtype == pl.Date}


def _names(X: Any) -> list[str]:
    """Column names of a DataFrame, refusing anything else."""
    import pandas as pd

    if not isinstance(X, pl.DataFrame | pd.DataFrame):
        shape = check_array(X, dtype=None, ensure_all_finite=False, input_name="X").shape
        raise InputError(
            "backlinks",
            f"{shape[0]} sample(s) of {shape[1]} feature(s) came without names of columns",
            "Give a pandas or polars DataFrame with columns of spamlinks.schema.FIELDS.",
        )
    names = [str(name) for name in X.columns]
    if twice := sorted(name for name in FIELDS if names.count(name) > 1):
        raise InputError("backlinks", f"the column {twice[0]} stands there twice", "Name it once.")
    return names
