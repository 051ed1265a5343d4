"""Drift: none on the same rows, much on moved ones, and a reference that survives JSON."""

from __future__ import annotations

import copy
import json

import numpy as np
import numpy.typing as npt
import pytest
from tiny_bundle import matrix as example_matrix

from spamlinks.errors import ModelError
from spamlinks.model.drift import DRIFT_COLUMNS, LARGE, MIN_ROWS, drift, reference
from spamlinks.model.views import VIEWS, view_of
from spamlinks.signals.kernel import SIGNALS

AT = {name: i for i, name in enumerate(SIGNALS)}


def rows(seed: int = 0, n: int = 2000, shift: float = 0.0) -> npt.NDArray[np.float32]:
    """Address-only rows with two signals: one continuous, one a flag."""
    rng = np.random.default_rng(seed)
    out = np.full((n, len(SIGNALS)), np.nan, np.float32)
    out[:, AT["host_length"]] = rng.normal(12 + shift, 3, n)
    out[:, AT["is_https"]] = rng.random(n) < 0.8
    return out


def views(n: int = 2000) -> npt.NDArray[np.int8]:
    return np.zeros(n, np.int8)


def test_the_same_rows_do_not_drift_even_after_json() -> None:
    data = np.concatenate([example_matrix(view) for view in VIEWS])
    stored = json.loads(json.dumps(reference(data, view_of(data)), allow_nan=False))
    table = drift(stored, data, view_of(data))
    assert tuple(table.columns) == DRIFT_COLUMNS
    assert table.height > 50
    assert set(table["view"]) == {VIEWS[v] for v in np.unique(view_of(data))}
    # A value that many rows share stays on its side of the edge.
    assert table["psi"].max() < 1e-3
    assert (table["known_before"] - table["known_now"]).abs().max() < 1e-5


def test_chance_alone_is_small_and_a_shift_is_large() -> None:
    stored = reference(rows(), views())
    calm = drift(stored, rows(seed=1), views())
    moved = drift(stored, rows(seed=1, shift=4), views())
    assert calm["psi"].max() < 0.05
    assert calm["chance"].max() < 0.02
    assert moved["signal"][0] == "host_length"  # the worst first
    assert moved["psi"][0] > LARGE
    assert moved["median_now"][0] - moved["median_before"][0] == pytest.approx(4, abs=0.5)
    assert moved.filter(signal="is_https")["psi"][0] < 0.05


def test_the_index_by_hand() -> None:
    then, now = rows(n=1000), rows(n=1000)
    then[:, AT["is_https"]] = np.arange(1000) < 500
    now[:, AT["is_https"]] = np.arange(1000) < 750
    found = drift(reference(then, views(1000)), now, views(1000)).filter(signal="is_https")
    by_hand = 0.25 * np.log(0.75 / 0.5) + (-0.25) * np.log(0.25 / 0.5)
    assert found["psi"][0] == pytest.approx(by_hand, abs=0.005)


def test_a_column_that_went_missing_is_drift() -> None:
    empty = rows()
    empty[:, AT["is_https"]] = np.nan
    found = drift(reference(rows(), views()), empty, views()).filter(signal="is_https")
    assert found["psi"][0] > LARGE
    assert found.select("known_now", "median_now").row(0) == (0.0, None)


def test_only_what_is_asked_and_what_can_be_compared() -> None:
    stored = reference(rows(), views())
    assert drift(stored, rows(), views(), only={"is_https"})["signal"].to_list() == ["is_https"]
    few = MIN_ROWS - 1
    assert drift(stored, rows(n=few), views(few)).height == 0
    assert drift(stored, rows(), views() + 1).height == 0  # no such view in training
    assert reference(rows(n=few), views(few))["views"] == {}
    newer = copy.deepcopy(stored)
    newer["views"]["urls"]["signals"]["of_a_later_version"] = {"edges": [], "shares": [1.0]}
    assert drift(newer, rows(), views()).height == 2


@pytest.mark.parametrize(
    "harm",
    [
        lambda d: d.pop("format"),
        lambda d: d.update(format=99),
        lambda d: d.update(views=[]),
        lambda d: d["views"].update(unknown={}),
        lambda d: d["views"]["urls"].pop("rows"),
        lambda d: d["views"]["urls"]["signals"]["is_https"]["shares"].append(0.1),
        lambda d: d["views"]["urls"]["signals"]["is_https"].update(known=7),
        lambda d: d["views"]["urls"]["signals"]["is_https"].update(edges=["x"]),
        lambda d: d["views"]["urls"]["signals"]["is_https"].update(median=None),
        lambda d: d["views"]["urls"].update(signals=None),
    ],
)
def test_a_damaged_reference_is_one_clear_error(harm) -> None:
    stored = copy.deepcopy(reference(rows(), views()))
    harm(stored)
    with pytest.raises(ModelError, match="reference of the model: it is damaged"):
        drift(stored, rows(), views())
