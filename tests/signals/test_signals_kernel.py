"""The kernel: the same numbers in any order, in any block, under any name but the known ones."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamlinks.errors import InputError
from spamlinks.schema import FIELDS, VENDOR_VERDICTS, Field
from spamlinks.signals import SIGNALS, blocks, encode, signals
from spamlinks.signals.hostname import HostNameModel
from spamlinks.signals.profile import RANKED
from spamlinks.simulate import VIEWS, generate, see_as

NAMES = list(SIGNALS)


class Evidence:
    """Something learned for every host and text."""

    text = HostNameModel.from_weights(np.linspace(-1, 1, 2**8), 0.1)

    def columns(self, hosts: pl.DataFrame) -> dict[str, np.ndarray]:
        value = hosts["host"].str.len_chars().to_numpy().astype(np.float32) - 10
        return dict.fromkeys(("tld_risk", "name_evidence", "name_evidence_business"), value)


def matrix(frame: pl.DataFrame, rows: int = 65536) -> np.ndarray:
    coded, tables = encode(frame, Evidence(), brands=("Shop",))
    return np.vstack([signals(block, tables) for block in blocks(coded, rows)])


@pytest.fixture(scope="module")
def profile() -> pl.DataFrame:
    """A profile with every column that any export has."""
    rng = np.random.default_rng(0)
    frame = generate(400, seed=7)
    extra = {
        name: rng.uniform(0, 100, frame.height)
        for name, field in FIELDS.items()
        if field.block == "authority" and name not in frame.columns
    }
    extra["seen_by_count"] = rng.integers(1, 4, frame.height)
    frame = frame.with_columns(pl.Series(name, values) for name, values in extra.items())
    return frame.with_columns(
        pl.Series(field.name, _made_up(rng, field, frame.height), dtype=field.dtype)
        for field in FIELDS.values()
        if field.block in ("facts", "dns", "fetched") and field.name not in frame.columns
    )


def _made_up(rng: np.random.Generator, field: Field, height: int) -> list[Any]:
    """Values of a column that was looked up."""
    if field.name.endswith("_state"):
        return ["fetched"] * height
    numbers = rng.integers(0, 200, height).tolist()
    if field.name.endswith("_language"):
        return ["de" if number > 100 else "en" for number in numbers]
    if field.dtype == pl.String():
        return [f"x:{number}" for number in numbers]
    if field.dtype == pl.Date():
        return [date(2027, 1, 1)] * height
    return [number > 100 if field.dtype == pl.Boolean() else number for number in numbers]


@pytest.fixture(scope="module")
def whole(profile: pl.DataFrame) -> np.ndarray:
    return matrix(profile)


def test_shape_type_and_range(profile, whole) -> None:
    assert whole.shape == (profile.height, len(SIGNALS))
    assert whole.dtype == np.float32
    for i, signal in enumerate(SIGNALS.values()):
        column = whole[:, i][~np.isnan(whole[:, i])]
        assert column.size, f"{signal.name} is never computed"
        assert column.min() >= np.float32(signal.low), signal.name
        assert column.max() <= np.float32(signal.high), signal.name


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=NAMES)
def test_declaration(signal) -> None:
    assert signal.low < signal.high
    assert signal.direction in (-1, 0, 1)
    assert signal.version >= 1
    assert signal.sentence
    assert not signal.sentence.endswith(".")
    if signal.unit == "flag":
        assert (signal.low, signal.high) == (0, 1)
    elif signal.unit == "log-odds":
        assert "{value}" not in signal.sentence, "log-odds say nothing to people; their sign does"
    else:
        assert "{value}" in signal.sentence, "a number is told with its value"
    for need in signal.needs:
        for column in need.split("|"):
            assert column in FIELDS
            assert column not in VENDOR_VERDICTS, "vendors' verdicts are no signals"


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=NAMES)
def test_a_signal_is_known_exactly_when_its_needs_are_met(signal, profile) -> None:
    at = NAMES.index(signal.name)
    together = [need.split("|")[0] for need in signal.needs]
    if signal.name == "rank_sum":  # at least three ranked signals
        together += ["page_linked_domains"]
    kept = list(dict.fromkeys(["referring_page", "export_date", *together]))
    values = matrix(profile.select(kept))[:, at]
    assert not np.isnan(values).all()
    for need in signal.needs:
        gone = need.split("|")
        if "referring_page" in gone:
            continue
        assert np.isnan(matrix(profile.drop(gone))[:, at]).all(), f"computed without {gone}"
        empty = profile.with_columns(pl.lit(None, FIELDS[c].dtype).alias(c) for c in gone)
        assert np.isnan(matrix(empty)[:, at]).all(), f"computed from empty {gone}"
    for need in signal.needs:  # either of two columns will do
        for other in need.split("|")[1:]:
            chosen = [other if c == need.split("|")[0] else c for c in kept]
            if signal.name == "is_lost" or signal.name == "rank_sum":
                continue
            assert not np.isnan(matrix(profile.select(list(dict.fromkeys(chosen))))[:, at]).all()


@pytest.mark.parametrize(("height", "rows"), [(110, 1), (400, 37), (400, 399)])
def test_blocks_of_any_size_give_the_same(profile, height, rows) -> None:
    frame = profile.head(height)
    np.testing.assert_array_equal(matrix(frame, rows), matrix(frame))


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=8, deadline=None)
def test_the_order_of_rows_does_not_matter(seed) -> None:
    frame = generate(150, seed=3)
    order = np.random.default_rng(seed).permutation(frame.height)
    np.testing.assert_array_equal(matrix(frame[order]), matrix(frame)[order])


@given(st.permutations(generate(1).columns))
@settings(max_examples=8, deadline=None)
def test_the_order_of_columns_does_not_matter(columns) -> None:
    frame = generate(150, seed=3)
    np.testing.assert_array_equal(matrix(frame.select(columns)), matrix(frame))


@given(st.data())
@settings(max_examples=8, deadline=None)
def test_no_label_and_no_vendors_verdict_changes_a_signal(data) -> None:
    frame = generate(120, seed=5)
    plain = matrix(frame.drop("is_spam", "kind", "network"))
    added: dict[str, Any] = {"is_spam": pl.Int8}
    added |= {name: FIELDS[name].dtype for name in VENDOR_VERDICTS}
    numbers = st.lists(st.integers(0, 1), min_size=frame.height, max_size=frame.height)
    spoilt = frame.with_columns(
        pl.Series(name, data.draw(numbers)).cast(dtype).alias(name) for name, dtype in added.items()
    )
    np.testing.assert_array_equal(matrix(spoilt), plain)


def test_a_rows_signals_hang_on_the_tables_and_the_row_only(profile) -> None:
    coded, tables = encode(profile, Evidence(), brands=("Shop",))
    part = coded.filter(pl.col("is_spam") == 1)
    rows = np.flatnonzero(coded["is_spam"].to_numpy() == 1)
    np.testing.assert_array_equal(signals(part, tables), signals(coded, tables)[rows])


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_signals_and_hides_what_it_cannot_know(view, profile) -> None:
    seen = see_as(profile.drop("is_spam", "kind", "network"), view)
    known = {NAMES[i] for i in np.flatnonzero(~np.isnan(matrix(seen)).all(axis=0))}
    possible = {s.name for s in SIGNALS.values() if s.available(frozenset(seen.columns))}
    assert known <= possible
    assert possible - known <= {"rank_sum"}  # which needs three ranked signals
    assert {"host_length", "links_from_domain"} <= known


@pytest.mark.parametrize("name", NAMES)
def test_a_signal_wanted_alone_is_the_same(name, profile) -> None:
    frame = profile.head(150)
    coded, tables = encode(frame, Evidence(), brands=("Shop",), only=frozenset([name]))
    alone = signals(coded, tables)
    at = NAMES.index(name)
    np.testing.assert_array_equal(alone[:, at], matrix(frame)[:, at])
    assert np.isnan(np.delete(alone, at, axis=1)).all(), "nothing else was asked for"


def test_empty_input_gives_an_empty_matrix() -> None:
    frame = pl.DataFrame(schema={name: field.dtype for name, field in FIELDS.items()})
    coded, tables = encode(frame)
    assert signals(coded, tables).shape == (0, len(SIGNALS))


def test_the_frame_comes_back_in_its_order(profile) -> None:
    coded, _ = encode(profile)
    assert coded["referring_page"].equals(profile["referring_page"])


@pytest.mark.parametrize("page", ["mailto:a@b.c", "co.uk", "", None])
def test_rows_without_a_host_are_refused(page) -> None:
    frame = pl.DataFrame({"referring_page": pl.Series(["https://a.com/", page], dtype=pl.String)})
    with pytest.raises(InputError, match="no usable host"):
        encode(frame)


def test_a_table_without_pages_is_refused() -> None:
    with pytest.raises(InputError, match="referring_page is missing"):
        encode(pl.DataFrame({"anchor_text": ["x"]}))


def test_ranked_signals_are_declared_with_the_same_direction() -> None:
    for name, direction in RANKED.items():
        assert SIGNALS[f"{name}_rank"].direction == direction
        assert SIGNALS[name].direction == direction


texts = st.one_of(st.none(), st.text(max_size=30), st.sampled_from(["=cmd()", "\x00", "a|b" * 9]))
counts = st.one_of(st.none(), st.integers(-(2**62), 2**62))
numbers = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=True))
days = st.one_of(st.none(), st.dates(date(1, 1, 1), date(9999, 12, 31)))
flags = st.one_of(st.none(), st.booleans())
BY_TYPE = {
    pl.String(): texts,
    pl.Int64(): counts,
    pl.Float64(): numbers,
    pl.Date(): days,
    pl.Boolean(): flags,
}


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_hostile_cells_never_raise_and_stay_in_range(data) -> None:
    height = data.draw(st.integers(1, 5))
    hosts = st.sampled_from(["a.com", "b.co.uk", "1.2.3.4", "me.blogspot.com", "bücher.example"])
    tails = st.text(max_size=20).map(lambda tail: "/" + tail)
    pages = [f"http://{data.draw(hosts)}{data.draw(tails)}" for _ in range(height)]
    columns: dict[str, pl.Series] = {"referring_page": pl.Series(pages)}
    for name, field in FIELDS.items():
        if name != "referring_page" and data.draw(st.booleans()):
            cells = [data.draw(BY_TYPE[field.dtype]) for _ in range(height)]
            columns[name] = pl.Series(name, cells, dtype=field.dtype)
    found = matrix(pl.DataFrame(columns))
    for i, signal in enumerate(SIGNALS.values()):
        known = found[:, i][~np.isnan(found[:, i])]
        assert ((known >= np.float32(signal.low)) & (known <= np.float32(signal.high))).all()
