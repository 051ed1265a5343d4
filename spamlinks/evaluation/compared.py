"""A vendor's score or verdict beside ours: its numbers, and which end of it is bad."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.errors import InputError
from spamlinks.exports import Reading
from spamlinks.exports.catalog import normalise_header
from spamlinks.schema import FIELDS

__all__ = ["Compared", "read_compared"]

_YES = frozenset("1 true yes y t spam toxic bad unnatural".split())
_NO = frozenset("0 false no n f ham good honest ok natural".split())

# What the schema says of the fields: of a vendor's judgement and authority a higher number is
# worse, or better; of other fields (counts, dates) it says nothing.
_BETTER_IN_VERDICTS = frozenset({"semrush_page_authority_score", "semrush_domain_authority_score"})
_HIGHER_IS_BETTER_BLOCKS = frozenset({"authority", "metric"})
_WORSE_IN_METRICS = frozenset({"commoncrawl_harmonic_position", "commoncrawl_pagerank_position"})


@dataclass(frozen=True)
class Compared:
    """A column that is held beside our score.

    Attributes
    ----------
    column : as the user named it; ``field`` the schema's name for it, "" where it has none.
    values : float64 (n,) as they stand, NaN where the cell is empty; yes is 1, no is 0.
    is_flag : the column says yes or no.
    lower_is_worse : which end is bad, and ``why`` in words.
    cut : from where on a value counts as "spam"; None for a number without a stated cut.
    """

    column: str
    field: str
    values: npt.NDArray[np.float64]
    is_flag: bool
    lower_is_worse: bool
    why: str
    cut: float | None

    def worse(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Values turned so that higher is worse."""
        return -values if self.lower_is_worse else values

    def flagged(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_] | None:
        """Which values the cut calls spam, the cut itself included; None without one."""
        if self.cut is None:
            return None
        return np.asarray(self.worse(values) >= self.worse(np.array(self.cut)), dtype=np.bool_)


def read_compared(
    table: pl.DataFrame,
    readings: Sequence[Reading],
    column: str,
    *,
    lower_is_worse: bool = False,
    cut: float | None = None,
) -> Compared:
    """Make numbers of the column that is compared with.

    Parameters
    ----------
    table : backlinks of ``readings`` with the column under its own name, as ``load_labelled``
        returns them with ``extra``.
    column : header of the exports, or a field of the schema.
    lower_is_worse : the user says so; else the schema's knowledge decides, and where it has none
        higher is taken as worse.
    cut : where a number counts as spam; a yes needs none.

    Raises
    ------
    InputError : the column is empty, or holds neither numbers nor yes and no.
    """
    field = column if column in FIELDS else _field(readings, column)
    source = table[field] if field and field in table.columns else table[column]
    name = f"column {column!r}"
    if source.dtype in (pl.Date, pl.Datetime):
        raise InputError(name, "it holds days, which are no score", _HINT)
    values, is_flag = _numbers(source, name)
    if is_flag and cut is not None:
        raise InputError(name, "it says yes or no, so it has no cut", "Leave --compare-cut out.")
    known = _known_direction(field)
    if lower_is_worse:
        lower, why = True, "as you said"
        if known is False:
            why += ", although a higher value of this field is the vendor's worse one"
    elif known is not None:
        lower, why = known, "as the field is defined"
    else:
        lower, why = False, "assumed; --compare-lower-is-worse says otherwise"
    return Compared(column, field, values, is_flag, lower, why, 0.5 if is_flag else cut)


_HINT = "Compare with a column of numbers, or of yes and no."


def _field(readings: Sequence[Reading], column: str) -> str:
    """The one field that a header feeds as it stands, in every export that has it; else ""."""
    header = normalise_header(column)
    found = {
        use.field if use.how == "value" else ""
        for reading in readings
        for use in reading.format.columns_for(header)
    }
    return found.pop() if len(found) == 1 else ""


def _known_direction(field: str) -> bool | None:
    """Whether a lower value of a field is worse; None where the schema does not say."""
    if field not in FIELDS:
        return None
    block = FIELDS[field].block
    if block == "verdict":
        return field in _BETTER_IN_VERDICTS
    if block in _HIGHER_IS_BETTER_BLOCKS:
        return field not in _WORSE_IN_METRICS
    return None


def _numbers(source: pl.Series, name: str) -> tuple[npt.NDArray[np.float64], bool]:
    """Values as float64 with NaN for empty cells, and whether they are yes and no."""
    if source.dtype == pl.Boolean or source.dtype.is_numeric():
        values = source.cast(pl.Float64).fill_null(np.nan).to_numpy().astype(np.float64)
        flag = source.dtype == pl.Boolean
    else:
        values, flag = _of_text(source, name)
    known = values[~np.isnan(values)]
    if not len(known):
        raise InputError(name, "it is empty", _HINT)
    if not np.isfinite(known).all():
        raise InputError(name, "it holds an infinite number", _HINT)
    return values, flag


def _of_text(source: pl.Series, name: str) -> tuple[npt.NDArray[np.float64], bool]:
    text = source.cast(pl.String).str.strip_chars().str.to_lowercase()
    text = text.replace({"": None, "-": None, "n/a": None, "none": None})
    words = set(text.drop_nulls().unique().to_list())
    if words and words <= _YES | _NO:
        yes = text.is_in(list(_YES)).cast(pl.Float64)
        found = yes.zip_with(text.is_not_null(), pl.Series([None], dtype=pl.Float64))
        return found.fill_null(np.nan).to_numpy().astype(np.float64), True
    plain = text.str.strip_suffix("%").str.replace_all(r"[\s']", "")
    plain = pl.Series(_without_commas(plain))
    number = plain.cast(pl.Float64, strict=False)
    strange = text.filter(number.is_null() & text.is_not_null())
    if len(strange):
        problem = f"it holds {str(strange[0])[:40]!r}, which is neither a number nor yes or no"
        raise InputError(name, problem, _HINT)
    return number.fill_null(np.nan).to_numpy().astype(np.float64), False


_THOUSANDS = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")


def _without_commas(text: pl.Series) -> pl.Series:
    """Read commas as thousands where every one of them can be, else as the decimal sign."""
    commas = text.filter(text.str.contains(",", literal=True).fill_null(value=False))
    if not len(commas):
        return text
    thousands = all(_THOUSANDS.match(value) for value in commas.unique().to_list())
    return text.str.replace_all(",", "" if thousands else ".", literal=True)
