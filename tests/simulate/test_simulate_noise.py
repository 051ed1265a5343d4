"""What is missing, wrong or seen by one vendor only tells nothing of the label."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.errors import InputError
from spamlinks.exports import read_export
from spamlinks.schema import BLOCKS
from spamlinks.simulate import as_vendor, generate, simulate
from spamlinks.simulate.indexes import INDEXES
from spamlinks.simulate.noise import HIDEABLE

COLUMNS = [name for block in HIDEABLE for name in BLOCKS[block]]
ALWAYS = ("referring_page", "target_url", "anchor_text", "is_spam", "kind")


@pytest.fixture(scope="module")
def whole() -> pl.DataFrame:
    return generate(12_000, seed=21, spam_share=0.4)


@pytest.fixture(scope="module")
def holed() -> pl.DataFrame:
    return generate(12_000, seed=21, spam_share=0.4, missing=0.3)


def known(frame: pl.DataFrame) -> list[str]:
    return [name for name in COLUMNS if name in frame.columns]


def test_what_is_not_hidden_is_as_it_was(whole, holed) -> None:
    for name in whole.columns:
        kept = holed[name].is_not_null()
        assert holed[name].filter(kept).equals(whole[name].filter(kept), null_equal=True), name
    for name in ALWAYS:
        assert holed[name].equals(whole[name]), f"{name} is never hidden"


def test_a_block_is_missing_as_often_as_asked(whole, holed) -> None:
    wanted = 1 - (1 - 0.3) * (1 - 0.3 * 0.25)
    for name in known(whole):
        there = holed.filter(whole[name].is_not_null())[name]
        assert there.null_count() / len(there) == pytest.approx(wanted, abs=0.05), name


def test_a_block_is_missing_for_a_whole_domain_and_as_a_whole(holed) -> None:
    counts = holed.select(pl.col(BLOCKS["counts"]).is_null())
    together = counts.select(pl.all_horizontal(pl.all())).to_series().mean()
    assert together > 0.28, "columns of one block go together"
    host = holed["referring_page"].str.extract(r"//(?:www\.)?([^/]+)")
    per = counts.select(gone=pl.all_horizontal(pl.all())).with_columns(host=host)
    per = per.group_by("host").agg(pl.col("gone").mean(), pl.len()).filter(pl.col("len") >= 4)
    assert ((per["gone"] < 0.1) | (per["gone"] > 0.9)).mean() > 0.9


@pytest.mark.parametrize("block", HIDEABLE)
def test_a_missing_block_does_not_tell_the_label(whole, holed, block) -> None:
    for name in BLOCKS[block]:
        if name not in whole.columns:
            continue
        there = whole[name].is_not_null()
        gone, spam = holed[name].is_null().filter(there), whole["is_spam"].filter(there) == 1
        difference = gone.filter(spam).mean() - gone.filter(~spam).mean()
        # Four standard errors, counted in domains: blocks are hidden a domain at a time.
        domains = whole.filter(there)["referring_page"].str.extract(r"//([^/]+)").n_unique()
        assert abs(difference) < 4 * 0.48 * np.sqrt(1 / (0.4 * domains) + 1 / (0.6 * domains))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_label_noise_is_wrong_as_often_as_asked(whole, share) -> None:
    frame = generate(12_000, seed=21, spam_share=0.4, label_noise=share)
    wrong = frame["is_spam"] != whole["is_spam"]
    host = frame["referring_page"].str.extract(r"//(?:www\.)?([^/]+)")
    per = pl.DataFrame({"host": host, "wrong": wrong, "spam": whole["is_spam"]})
    per = per.group_by("host").agg(pl.col("wrong").mean(), pl.col("spam").first())
    assert set(per["wrong"]) <= {0.0, 1.0}, "a label belongs to a domain"
    for side in (0, 1):
        found = per.filter(pl.col("spam") == side)["wrong"].mean()
        assert found == pytest.approx(share, abs=0.035), "on either side alike"
    assert frame.drop("is_spam").equals(whole.drop("is_spam"), null_equal=True)


def test_a_vendors_mistakes_are_rare_and_can_be_left_out() -> None:
    clean = generate(6000, seed=3, noise=0)
    wrong = generate(6000, seed=3)
    for column, low, high in [("domain_traffic", 0.02, 0.1), ("page_external_links", 0.005, 0.06)]:
        assert low < (clean[column] != wrong[column]).mean() < high, column
    for column in ("referring_page", "anchor_text", "first_seen", "is_spam"):
        assert clean[column].equals(wrong[column]), f"{column} is drawn apart"
    zero = (pl.col("domain_traffic") == 0).mean()
    assert wrong.select(zero).item() > clean.select(zero).item()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"missing": 1.1}, "share missing of 1.1"),
        ({"label_noise": -0.1}, "label noise of -0.1"),
        ({"spam_share": float("nan")}, "spam share of nan"),
        ({"noise": -1}, "factor of -1 on noise"),
        ({"networks": float("nan")}, "factor of nan on networks"),
    ],
)
def test_wrong_options_are_told(options, message) -> None:
    with pytest.raises(InputError, match=message):
        generate(10, **options)


# Vendors


@pytest.mark.parametrize("vendor", INDEXES)
def test_an_index_knows_a_part_and_the_label_is_not_why(whole, vendor) -> None:
    seen = as_vendor(whole, vendor, seed=1)
    index = INDEXES[vendor]
    assert seen.columns == whole.columns
    assert seen.schema == whole.schema
    low = index.domains * index.links
    assert low * 0.93 <= seen.height / whole.height <= low + 0.35 * (1 - low)
    like = pl.col("ahrefs_domain_rating").is_between(5, 20)  # rated ones are known more often
    before, after = (frame.filter(like)["is_spam"].mean() for frame in (whole, seen))
    assert after == pytest.approx(before, abs=0.07)


def test_indexes_overlap_in_part_and_disagree(whole) -> None:
    one, two = (as_vendor(whole, vendor, seed=1) for vendor in ("ahrefs", "semrush"))
    key = ["referring_page", "target_url", "anchor_text"]
    both = one.unique(key).join(two.unique(key), on=key, suffix="_two")
    assert 0.3 < both.height / one.height < 0.8
    other = both["page_external_links"] != both["page_external_links_two"]
    assert 0.3 < other.mean() < 0.95
    ratio = (both["page_external_links"] / both["page_external_links_two"]).log10().abs()
    assert ratio.quantile(0.9) < 0.35, "they count the same links"
    assert (both["first_seen"] != both["first_seen_two"]).mean() > 0.5


BELIEVED = {
    "found after it was seen last": pl.col("first_seen") > pl.col("last_seen"),
    "more domains than links": pl.col("page_linked_domains") > pl.col("page_external_links"),
    "lost without a day": pl.col("is_lost") != pl.col("lost_at").is_not_null(),
    "older than its domain": pl.col("first_seen") < pl.col("domain_created_on"),
    "no link at all": pl.col("page_external_links") < 1,
}


@pytest.mark.parametrize("name", BELIEVED)
def test_an_index_believes_nothing_absurd(whole, name) -> None:
    for vendor in INDEXES:
        assert as_vendor(whole, vendor, seed=2).filter(BELIEVED[name]).height == 0, vendor


@given(st.integers(0, 2**31), st.sampled_from(sorted(INDEXES)), st.integers(1, 60))
@settings(max_examples=10, deadline=None)
def test_the_same_seed_shows_the_same_part(seed, vendor, rows) -> None:
    frame = generate(rows, seed=5, missing=0.2)
    one, two = (as_vendor(frame, vendor, seed=seed) for _ in range(2))
    assert one.equals(two, null_equal=True)


def test_an_unknown_index_is_told(whole) -> None:
    with pytest.raises(InputError, match="no index of 'moz'"):
        as_vendor(whole, "moz")


# Files


@pytest.mark.parametrize("vendor", ["ahrefs", "semrush", "majestic", "bing", "gsc"])
def test_a_file_with_holes_is_read_back(tmp_path, vendor) -> None:
    path = tmp_path / f"shop-{vendor}.csv"
    simulate(400, path, vendor=vendor, missing=0.4, as_seen=True, seed=4)
    reading = read_export(path)
    assert reading.format.vendor == vendor
    assert 50 < reading.backlinks.height < 400
    assert reading.rejected.height == 0
    if vendor in ("ahrefs", "semrush"):
        unknown = reading.backlinks["rel_nofollow"].null_count() / reading.backlinks.height
        assert 0.25 < unknown < 0.65, "an unknown mark is no missing mark"


def test_the_day_of_the_export_moves_everything(tmp_path) -> None:
    path = tmp_path / "a.parquet"
    simulate(200, path, as_of=date(2019, 5, 1), vendor="ahrefs")
    table = pl.read_parquet(path)
    assert table["last_seen"].max() <= date(2019, 5, 1)
    assert table["last_seen"].max() > date(2019, 1, 1)
    for wrong in (date(1990, 1, 1), date(2200, 1, 1)):
        with pytest.raises(InputError, match="a day of"):
            simulate(10, path, as_of=wrong)


def test_a_stream_has_wrong_labels_in_all_its_parts(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("spamlinks.simulate.export.CHUNK_ROWS", 500)
    right, wrong = tmp_path / "right.csv", tmp_path / "wrong.csv"
    simulate(1500, right, seed=2)
    simulate(1500, wrong, seed=2, label_noise=0.3)
    one, two = (pl.read_csv(path)["is_spam"] for path in (right, wrong))
    for start in (0, 500, 1000):
        part = (one != two)[start : start + 500].mean()
        assert part == pytest.approx(0.3, abs=0.1)
