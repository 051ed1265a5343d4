"""An audit of links with what fetching found beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from spamlinks.exports import Reading, read_exports
from spamlinks.pipeline import Audit, Settings, audit
from spamlinks.schema import FIELDS
from spamlinks.simulate import simulate

DAY = date(2026, 1, 3)


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    path = tmp_path_factory.mktemp("fetched") / "links.csv"
    simulate(300, path, vendor="ahrefs", seed=4, spam_share=0.4)
    (found,) = read_exports([path])
    return found


def beside(reading: Reading, **cells: Any) -> Audit:
    """An audit where every page has the same facts."""
    columns = [pl.lit(value).alias(name) for name, value in cells.items()]
    table = reading.backlinks.drop(*cells, strict=False).with_columns(columns)
    return audit([replace(reading, backlinks=table)], Settings())


@pytest.fixture(scope="module")
def plain(reading: Reading) -> Audit:
    return beside(reading)


def test_scores_stay_as_they_are_where_nothing_says_more(reading: Reading, plain: Audit) -> None:
    """A refusal is no signal, and no verdict changes by it."""
    refused = beside(reading, fetch_state="blocked", fetched_http_code=403, home_state="failed")
    assert refused.domains.equals(plain.domains)


def test_a_page_without_the_link_needs_no_entry(reading: Reading, plain: Audit) -> None:
    bad = plain.domains.filter(pl.col("verdict") == "DISAVOW", pl.col("reason") == "SCORE_HIGH")
    assert bad.height
    gone = beside(
        reading, is_lost=True, fetch_state="fetched", fetched_on=DAY, fetched_link_found=False
    )
    found = gone.domains.join(bad.select("linking_domain"), on="linking_domain", how="semi")
    acted = found.filter(pl.col("reason") == "LINKS_GONE")
    assert acted.height
    assert not (gone.domains["verdict"] == "DISAVOW").any()
    said = "The page was fetched on 2026-01-03 and holds no link to the site."
    assert acted["why"].str.contains(said, literal=True).all()


def test_a_low_score_says_as_well_that_the_links_are_gone(reading: Reading) -> None:
    gone = beside(reading, is_lost=True, rel_nofollow=False, fetch_state="absent", fetched_on=DAY)
    low = gone.domains.filter(pl.col("reason") == "SCORE_LOW", pl.col("followed_links") > 0)
    assert low.height
    assert low["why"].str.starts_with("Every followed link is gone, so no entry").all()
    assert low["why"].str.ends_with("fetched on 2026-01-03 and is not there any more.").all()


def test_links_hidden_on_clean_sites_are_for_a_look(reading: Reading, plain: Audit) -> None:
    hidden = beside(
        reading, fetch_state="fetched", fetched_link_found=True, fetched_link_hidden=True,
        home_state="fetched", home_parked="", home_trade_words=0,
    )  # fmt: skip
    names = plain.domains.filter(pl.col("reason").is_in(["SCORE_HIGH", "NAME_HIGH"]))
    found = hidden.domains.join(names.select("linking_domain"), on="linking_domain", how="semi")
    assert found.height
    assert set(found["verdict"]) == {"REVIEW"}
    assert set(found["reason"]) == {"HACKED_PAGE"}


@pytest.fixture(scope="module")
def addresses(reading: Reading) -> Reading:
    """The same links, of which nothing but the page is known."""
    known = [n for n, field in FIELDS.items() if field.block not in ("provenance", "url", "merge")]
    return replace(reading, backlinks=reading.backlinks.drop(known, strict=False))


ONLY = "Only its address is known here; open the page and look."
KNOWN = [  # cells of every link, whether its address is all that is known
    ({}, True),
    ({"fetch_state": "blocked", "home_state": "failed"}, True),
    ({"domain_created_on": date(2025, 12, 1)}, False),
    ({"home_state": "fetched", "home_words": 100, "home_external_links": 90}, False),
]


@pytest.mark.parametrize(("cells", "only"), KNOWN)
def test_only_the_address_is_known(addresses: Reading, cells: dict[str, Any], only: bool) -> None:
    found = beside(addresses, **cells).domains.filter(pl.col("reason") == "SCORE_MIDDLE")
    assert found.height
    assert (found["why"].str.ends_with(ONLY) == only).all()
