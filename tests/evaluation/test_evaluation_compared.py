"""Vendors' scores become numbers with a bad end; what is no score is refused in one line."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from spamlinks.errors import InputError
from spamlinks.evaluation.compared import read_compared
from spamlinks.schema import FIELDS


@pytest.mark.parametrize(
    ("cells", "values", "is_flag"),
    [
        (["true", "FALSE", None], [1, 0, math.nan], True),
        (["yes", "no", ""], [1, 0, math.nan], True),
        (["spam", "ham", "-"], [1, 0, math.nan], True),
        (["1", "0", "1"], [1, 0, 1], True),
        (["60", "7", "n/a"], [60, 7, math.nan], False),
        (["60 %", "7%", ""], [60, 7, math.nan], False),
        (["1,234", "12", ""], [1234, 12, math.nan], False),  # thousands
        (["1,234.5", "2", ""], [1234.5, 2, math.nan], False),
        (["0,25", "1,5", ""], [0.25, 1.5, math.nan], False),  # decimals of the continent
        (["1 234", "5", ""], [1234, 5, math.nan], False),
    ],
)
def test_cells(cells: list[str | None], values: list[float], is_flag: bool) -> None:
    found = read_compared(pl.DataFrame({"Score": cells}), [], "Score")
    np.testing.assert_array_equal(found.values, values)
    assert found.is_flag is is_flag
    assert found.cut == (0.5 if is_flag else None)


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        (pl.Series("Score", ["", None]), "it is empty"),
        (pl.Series("Score", ["1", "great"]), "'great', which is neither a number nor yes or no"),
        (pl.Series("Score", ["inf"]), "infinite"),
        (pl.Series("Score", ["2024-01-01"]), "neither a number"),
        (pl.Series("first_seen", [None], dtype=pl.Date), "it holds days"),
    ],
)
def test_what_is_no_score(column: pl.Series, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read_compared(column.to_frame(), [], column.name)


@pytest.mark.parametrize(
    ("field", "said", "lower", "why"),
    [
        ("semrush_toxicity_score", False, False, "as the field is defined"),
        ("semrush_page_authority_score", False, True, "as the field is defined"),
        ("moz_spam_score", False, False, "as the field is defined"),
        ("ahrefs_domain_rating", False, True, "as the field is defined"),
        ("commoncrawl_pagerank_position", False, False, "as the field is defined"),  # 1 is best
        ("page_external_links", False, False, "assumed"),
        ("page_external_links", True, True, "as you said"),
        ("moz_spam_score", True, True, "although"),  # the user's word counts, and is doubted
        ("My score", False, False, "assumed"),
    ],
)
def test_which_end_is_bad(field: str, said: bool, lower: bool, why: str) -> None:
    dtype = FIELDS[field].dtype if field in FIELDS else pl.String()
    table = pl.DataFrame({field: pl.Series(["1", "70"]).cast(dtype)})
    found = read_compared(table, [], field, lower_is_worse=said, cut=50)
    assert found.lower_is_worse is lower
    assert why in found.why
    assert found.flagged(found.values).tolist() == ([True, False] if lower else [False, True])
    assert np.argmax(found.worse(found.values)) == (0 if lower else 1)


def test_the_cut_itself_is_flagged_and_a_verdict_has_none() -> None:
    table = pl.DataFrame({"Score": ["59", "60"]})
    found = read_compared(table, [], "Score", cut=60)
    assert found.flagged(found.values).tolist() == [False, True]
    assert read_compared(table, [], "Score").flagged(found.values) is None
    with pytest.raises(InputError, match="says yes or no"):
        read_compared(pl.DataFrame({"Spam": ["yes", "no"]}), [], "Spam", cut=0.5)
