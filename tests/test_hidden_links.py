"""Links hidden on a site that reads clean: the owner may know nothing of them."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from spamlinks.hidden_links import mark_hidden_links
from spamlinks.schema import FIELDS

HACKED: dict[str, Any] = {
    "fetch_state": "fetched",
    "fetched_link_found": True,
    "fetched_link_hidden": True,
    "home_state": "fetched",
    "home_parked": "",
    "home_trade_words": 0,
}
CASES = [  # rows of the domain, value, reason
    ([{}], True, "hidden on a clean site"),
    ([{}, {"fetch_state": "blocked"}], True, "what refused says nothing"),
    ([{}, {"fetched_link_found": False, "fetched_link_hidden": None}], True, "gone is not seen"),
    ([{}, {"fetched_link_hidden": False}], False, "a link that everybody sees was put there"),
    ([{"home_trade_words": 4}], False, "the whole site speaks of trades"),
    ([{"home_trade_words": None}], False, "not known to be clean"),
    ([{"home_parked": "parking script"}], False, "nobody's site"),
    ([{"home_state": "blocked"}], False, "the start page was not seen"),
    ([{"fetch_state": "blocked"}], None, "nothing was read"),
    ([{"fetched_link_found": False}], None, "no link was found"),
    ([{"fetched_link_found": None}], None, "nothing is known"),
]


@pytest.mark.parametrize(("rows", "value", "reason"), CASES, ids=[case[2] for case in CASES])
def test_a_domain_hides_its_links(rows, value, reason) -> None:
    cells = [{**HACKED, **row} for row in rows]
    frame = pl.DataFrame(
        [pl.Series(c, [row[c] for row in cells], dtype=FIELDS[c].dtype) for c in HACKED]
    ).with_columns(_domain=pl.lit(7))
    units = pl.DataFrame({"_domain": [3, 7], "linking_domain": ["other.com", "hacked.com"]})
    found = mark_hidden_links(frame, units)
    assert found["hidden_on_clean_site"].to_list() == [None, value], reason
    assert found.drop("hidden_on_clean_site").equals(units)


def test_without_fetched_pages_nothing_is_known() -> None:
    units = pl.DataFrame({"_domain": [7]})
    found = mark_hidden_links(pl.DataFrame({"_domain": [7, 7]}), units)
    assert found["hidden_on_clean_site"].to_list() == [None]
    assert found["hidden_on_clean_site"].dtype == pl.Boolean()
