"""Training on own labels: a blend that starts from a model, honest about what it has not seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny_bundle as tiny

from spamlinks.errors import TrainingError
from spamlinks.model import own
from spamlinks.model.bundle import load_bundle, save_bundle
from spamlinks.model.card import own_card
from spamlinks.model.own import HALF_WEIGHT_LABELS, MIN_PER_CLASS, OwnTraining, train_own
from spamlinks.model.training import precisions
from spamlinks.model.views import VIEWS
from spamlinks.signals.kernel import encode

START = tiny.make()


def labelled(n: int = 170) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = tiny.rows(n=n, seed=8)
    frame, _ = encode(table.drop("is_spam"))
    groups = frame["_domain"].to_numpy().astype(np.int64)
    return tiny.matrix(n=n, seed=8), table["is_spam"].to_numpy().astype(np.int8), groups


@pytest.fixture(scope="module")
def quick() -> pytest.MonkeyPatch:
    patch = pytest.MonkeyPatch()
    patch.setattr(own, "_SETTINGS", {**own._SETTINGS, "n_estimators": 12})
    patch.setattr(own, "_SEEDS", 2)
    yield patch
    patch.undo()


@pytest.fixture(scope="module")
def trained(quick: pytest.MonkeyPatch) -> OwnTraining:
    return train_own(*labelled(), START, seed=4, metadata={"rows": 170})


def test_the_outcome_counts_what_was_labelled(trained: OwnTraining) -> None:
    _, y, groups = labelled()
    assert trained.rows == len(y)
    assert trained.domains == len(np.unique(groups))
    assert trained.spam_domains == len(np.unique(groups[y == 1]))
    assert trained.margins.shape == (len(y),)
    assert np.isfinite(trained.margins).all()
    for interval in (*trained.own.values(), *trained.start.values(), trained.gain):
        assert interval.low <= interval.value <= interval.high
    assert trained.gain.value == pytest.approx(
        trained.own["ROC AUC"].value - trained.start["ROC AUC"].value
    )
    assert trained.own["ROC AUC"].value > 0.65  # upside down would be below 0.35


def test_the_blend_is_weighted_by_the_number_of_labels(trained: OwnTraining) -> None:
    weight = trained.domains / (trained.domains + HALF_WEIGHT_LABELS)
    fresh = trained.bundle.parts[:-2]
    assert sum(part.weight for part in fresh) == pytest.approx(weight)
    for mine, theirs in zip(trained.bundle.parts[-2:], START.parts, strict=True):
        assert mine == replace(theirs, weight=theirs.weight * (1 - weight))


def test_same_data_and_seed_give_the_same_bytes(
    trained: OwnTraining, quick: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    again = train_own(*labelled(), START, seed=4, metadata={"rows": 170})
    for name, training in (("a", trained), ("b", again)):
        save_bundle(training.bundle, tmp_path / name, own_card(training, "labels.csv"))
    files = {path.name for path in (tmp_path / "a").iterdir()}
    assert len(files) == 2 + len(trained.bundle.parts)
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    loaded = load_bundle(tmp_path / "a")
    X = labelled()[0]
    np.testing.assert_array_equal(loaded.margins(X, 1), trained.bundle.margins(X, 1))
    other = train_own(*labelled(), START, seed=5)
    assert other.bundle.parts[0].text != trained.bundle.parts[0].text


def test_out_of_fold_margins_never_saw_their_domain(quick: pytest.MonkeyPatch) -> None:
    """Labels that are noise by domain must not be learned by heart."""
    X, _, groups = labelled()
    found_auc = []
    for draw in range(5):  # so few domains: one draw of noise may look like something by chance
        rng = np.random.default_rng(draw)
        noise = rng.integers(0, 2, groups.max() + 1).astype(np.int8)[groups]
        found = train_own(X, noise, groups, START, seed=1)
        found_auc.append(found.own["ROC AUC"].value)
    assert abs(np.mean(found_auc) - 0.5) < 0.12, found_auc
    inside = found.bundle.margins(X, 1)
    assert inside[noise == 1].mean() > inside[noise == 0].mean()  # in sample it does learn


def test_views_that_nobody_showed_keep_the_starts_line_and_promise_nothing(
    quick: pytest.MonkeyPatch,
) -> None:
    table = tiny.rows("anchors", n=170, seed=8)
    frame, _ = encode(table.drop("is_spam"))
    groups = frame["_domain"].to_numpy().astype(np.int64)
    y = table["is_spam"].to_numpy().astype(np.int8)
    found = train_own(tiny.matrix("anchors", 170, 8), y, groups, START).bundle
    assert set(found.cuts) == set(found.lines) == set(VIEWS)
    for view in ("flows", "links", "full"):
        assert found.lines[view] == START.lines[view]
        assert all(cut.score == float("inf") for cut in found.cuts[view].values())
    for view in ("urls", "anchors"):  # the poorer view is measured with columns hidden
        assert found.lines[view] != START.lines[view]
    keys = [f"{p:.2f}" for p in precisions()]
    assert all(list(found.cuts[view]) == keys for view in VIEWS)


def test_few_labels_are_refused_by_count(quick: pytest.MonkeyPatch) -> None:
    X, y, groups = labelled()
    for keep, word in (("spam", "honest"), ("honest", "spam")):
        rows = y == (keep == "spam")
        few = np.flatnonzero(~rows)[:3]
        chosen = np.concatenate([np.flatnonzero(rows), few])
        with pytest.raises(TrainingError, match=f"linking domains are labelled {word}"):
            train_own(X[chosen], y[chosen], groups[chosen], START)
    with pytest.raises(TrainingError, match="only 0"):
        train_own(X[:0], y[:0], groups[:0], START)


def test_the_fewest_labels_that_are_allowed_do_train(quick: pytest.MonkeyPatch) -> None:
    X, y, groups = labelled()
    _, first = np.unique(groups, return_index=True)
    spam, honest = first[y[first] == 1][:MIN_PER_CLASS], first[y[first] == 0][:MIN_PER_CLASS]
    rows = np.concatenate([spam, honest])
    found = train_own(X[rows], y[rows], groups[rows], START)
    assert all(c.score == float("inf") for by in found.bundle.cuts.values() for c in by.values())
    card = own_card(found, "labels.csv")
    assert "Nothing is DISAVOW" in card
    assert found.bundle.prior == 0.5
