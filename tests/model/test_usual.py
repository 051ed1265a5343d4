"""What is usual holds when it is counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
import tiny_bundle as tiny
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.language import load_texts
from spamlinks.model.bundle import load_bundle
from spamlinks.model.drift import reference
from spamlinks.model.explain import Effect
from spamlinks.model.sentences import readable, sentence, usual_clause
from spamlinks.model.usual import MAX_ROWS, MIN_KNOWN, Place, Usual, sample_of
from spamlinks.signals.kernel import SIGNALS

AT = {name: i for i, name in enumerate(SIGNALS)}


def kept(name: str, values: list[float]) -> np.ndarray:
    """Rows in which only one signal is known."""
    out = np.full((len(values), len(SIGNALS)), np.nan, np.float32)
    out[:, AT[name]] = values
    return out


def bare() -> Usual:
    return Usual({}, {})


HUNDRED = [float(n) for n in range(1, 101)]
CASES = [  # values of the kept domains, value, kind, number
    (HUNDRED, 95.0, "high", 90.0, "above what 90 of 100 have at most"),
    (HUNDRED, 90.0, "upper", 50.0, "exactly 90: not above"),
    (HUNDRED, 5.0, "low", 11.0, "90 of 100 have at least 11"),
    (HUNDRED, 11.0, "lower", 51.0, "exactly 11: not below"),
    (HUNDRED, 49.0, "lower", 51.0, "half have at least 51"),
    (HUNDRED, 51.0, "upper", 50.0, "half have at most 50"),
    (HUNDRED, 50.0, "equal", 50.0, "the middle one"),
    ([0.0] * 95 + [7.0] * 5, 7.0, "high", 0.0, "nearly all have none"),
    ([0.0] * 95 + [7.0] * 5, 0.0, "equal", 0.0, "as nearly all"),
]


@pytest.mark.parametrize(("values", "value", "kind", "number", "why"), CASES)
def test_a_value_is_placed_among_the_kept(
    values: list[float], value: float, kind: str, number: float, why: str
) -> None:
    usual = Usual.of(kept("path_depth", values), tiny.make())
    assert usual.place("path_depth", value, "full") == Place("file", kind, number), why


@given(
    st.lists(st.integers(0, 30), min_size=MIN_KNOWN, max_size=200),
    st.integers(0, 30),
)
def test_what_is_claimed_can_be_counted(values: list[int], value: int) -> None:
    usual = Usual.of(kept("path_depth", [float(v) for v in values]), tiny.make())
    place = usual.place("path_depth", float(value), "full")
    assert place is not None
    known = np.array(values)
    at_most, at_least = (known <= place.number).mean(), (known >= place.number).mean()
    claims = {"high": at_most >= 0.9, "low": at_least >= 0.9}
    claims |= {"upper": at_most >= 0.5, "lower": at_least >= 0.5}
    claims["equal"] = min(at_most, at_least) >= 0.5 and value == place.number
    assert claims[place.kind]
    assert (value > place.number) or place.kind != "high"
    assert (value < place.number) or place.kind != "low"
    middle = usual.middle("path_depth", "full")
    assert middle is not None
    assert middle[0] in values
    assert middle[1] == "file"


def test_flags_are_told_by_their_share() -> None:
    usual = Usual.of(kept("is_https", [1.0] * 80 + [0.0] * 20), tiny.make())
    assert usual.place("is_https", 0.0, "full") == Place("file", "same", 0.2)
    assert usual.place("is_https", 1.0, "full") == Place("file", "same", 0.8)
    text = usual_clause("is_https", Place("file", "same", 0.2), load_texts())
    assert text == "true of 20% of the honest-looking sites here"


def test_learned_evidence_is_told_by_how_far_it_goes() -> None:
    values = [n / 10 for n in range(-50, 50)]
    usual = Usual.of(kept("name_evidence", values), tiny.make())
    assert usual.place("name_evidence", 4.5, "full") == Place("file", "more", 0.95)
    assert usual.place("name_evidence", -4.5, "full") == Place("file", "more", 0.94)
    text = usual_clause("name_evidence", Place("file", "more", 0.95), load_texts())
    assert text == "more so than 95% of the honest-looking sites here"


def test_too_few_known_values_and_unknown_ones_claim_nothing() -> None:
    few = Usual.of(kept("path_depth", HUNDRED[: MIN_KNOWN - 1]), tiny.make())
    assert few.place("path_depth", 3.0, "full") is None
    assert few.middle("path_depth", "full") is None
    enough = Usual.of(kept("path_depth", HUNDRED[:MIN_KNOWN]), tiny.make())
    assert enough.place("path_depth", 3.0, "full") is not None
    assert enough.place("path_depth", float("nan"), "full") is None
    nothing = Usual.of(kept("path_depth", []), tiny.make())
    assert nothing.place("path_depth", 3.0, "full") is None


def test_training_rows_speak_where_the_file_cannot_and_are_named() -> None:
    column = kept("path_depth", [float(n % 10) for n in range(1000)])
    other = reference(column, np.zeros(1000, np.int8))
    usual = Usual({}, other["views"])
    place = usual.place("path_depth", 9.0, "urls")
    assert place == Place("training", "high", 8.0)
    known = column[:, AT["path_depth"]]
    assert (known <= 8).mean() >= 0.9
    assert usual.place("path_depth", 4.0, "urls") == Place("training", "lower", 4.5)
    assert usual.place("path_depth", 4.0, "full") is None, "no rows of this view"
    said = sentence(Effect("path_depth", 9.0, 0.5), usual=place)
    assert "9 of 10 links in the training data, spam included, have at most 8" in said
    assert "this file" not in said


BINNED = {"edges": [1.0, 2.0, 3.0], "shares": [0.02, 0.03, 0.45, 0.5], "median": 3.0}
FLAG = {"edges": [0.0], "shares": [0.7, 0.3], "median": 0.0}
TRAINING = [  # signal, summary, value, kind, number, why
    ("path_depth", BINNED, 1.0, "low", 2.0, "95 of 100 lie above 2, the highest such edge"),
    ("path_depth", BINNED, 2.0, "lower", 3.0, "exactly 2: not below"),
    ("path_depth", BINNED, 3.0, "equal", 3.0, "the middle one"),
    ("path_depth", BINNED, 9.0, "upper", 3.0, "no edge has nine tenths at most"),
    ("is_https", FLAG, 1.0, "same", 0.3, "three in ten say yes"),
    ("is_https", FLAG, 0.0, "same", 0.7, "seven in ten say no"),
]


@pytest.mark.parametrize(
    ("name", "summary", "value", "kind", "number", "why"), TRAINING, ids=[t[5] for t in TRAINING]
)
def test_a_value_is_placed_beside_the_training_rows(
    name: str, summary: dict[str, object], value: float, kind: str, number: float, why: str
) -> None:
    usual = Usual({}, {"full": {"signals": {name: summary}}})
    place = usual.place(name, value, "full")
    assert place is not None
    assert (place.source, place.kind) == ("training", kind), why
    assert place.number == pytest.approx(number)


@given(st.lists(st.integers(0, 20), min_size=60, max_size=300), st.integers(0, 20))
def test_claims_about_training_rows_hold_too(values: list[int], value: int) -> None:
    column = kept("path_depth", [float(v) for v in values])
    views = reference(column, np.zeros(len(values), np.int8))["views"]
    place = Usual({}, views).place("path_depth", float(value), "urls")
    assert place is not None
    known = np.array(values)
    at_most, at_least = (known <= place.number).mean(), (known >= place.number).mean()
    if place.kind == "high":
        assert at_most >= 0.89
    elif place.kind == "low":
        assert at_least >= 0.89
    elif place.kind == "equal":
        assert value == np.median(known)
    else:
        assert (at_most if place.kind == "upper" else at_least) >= 0.5


@pytest.mark.parametrize(
    "damage",
    [None, {}, {"urls": None}, {"urls": {"signals": {"path_depth": {"edges": [1], "shares": []}}}},
     {"urls": {"signals": {"path_depth": {"edges": ["x"], "shares": [1, 2]}}}}],
)  # fmt: skip
def test_a_damaged_reference_claims_nothing(damage: object) -> None:
    usual = Usual({}, damage if isinstance(damage, dict) else {})
    assert usual.place("path_depth", 3.0, "urls") is None
    assert usual.middle("path_depth", "urls") is None


def test_the_shipped_model_has_a_reference_to_fall_back_on() -> None:
    usual = Usual.of(kept("path_depth", []), load_bundle())
    place = usual.place("links_out", 4.0, "full")
    assert place is not None
    assert place.source == "training"
    assert bare().place("links_out", 4.0, "full") is None


@given(st.integers(0, 20_000))
def test_a_sample_is_fixed_spread_and_bounded(rows: int) -> None:
    at = sample_of(rows)
    assert len(at) == min(rows, MAX_ROWS)
    assert len(set(at.tolist())) == len(at)
    assert all(0 <= i < rows for i in at)
    if rows > MAX_ROWS:
        assert at[-1] > rows * 0.9
        assert np.diff(at).max() - np.diff(at).min() <= 1


LIMITS = [  # unit, value, side, shown
    ("share", 0.124, 1, "13%"),
    ("share", 0.124, -1, "12%"),
    ("share", 0.12, 1, "12%"),
    ("log10(1 + links)", float(np.float32(np.log10(1 + 213))), 1, "213"),
    ("log10(1 + links)", float(np.float32(np.log10(1 + 213))), -1, "213"),
    ("log10(1 + visits)", float(np.log10(1 + 2.5)), 1, "3"),
    ("days", 12.5, -1, "12"),
]


@pytest.mark.parametrize(("unit", "value", "side", "shown"), LIMITS)
def test_a_limit_is_never_rounded_to_the_wrong_side(
    unit: str, value: float, side: int, shown: str
) -> None:
    assert readable(value, unit, load_texts(), side) == shown
