"""Training on own labels: a blend that starts from a model, honest about what it has not seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import tiny_bundle as tiny
from quick_training import make_quick

from spamlinks.errors import TrainingError
from spamlinks.model import own
from spamlinks.model.blend import Rows, fit_blend, label_share
from spamlinks.model.bundle import ModelBundle, load_bundle, save_bundle
from spamlinks.model.card import own_card
from spamlinks.model.evaluation import roc_auc
from spamlinks.model.evidence import Evidence
from spamlinks.model.own import MIN_PER_CLASS, OwnTraining, count_labels, train_own
from spamlinks.model.thresholds import precisions
from spamlinks.model.views import VIEWS
from spamlinks.signals.hostname import HostNameModel, SuffixTable
from spamlinks.signals.kernel import SIGNALS, encode, signals

START = tiny.make()


def labelled(n: int = 170) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = tiny.rows(n=n, seed=8)
    frame, _ = encode(table.drop("is_spam"))
    groups = frame["_domain"].to_numpy().astype(np.int64)
    return tiny.matrix(n=n, seed=8), table["is_spam"].to_numpy().astype(np.int8), groups


@pytest.fixture(scope="module")
def quick() -> Iterator[pytest.MonkeyPatch]:
    patch = pytest.MonkeyPatch()
    make_quick(patch)
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


def test_the_bundle_scores_as_the_blend_does(trained: OwnTraining) -> None:
    """Own parts count ``share``, the start the rest; what the parts lack is one constant."""
    X, y, groups = labelled()
    spam, honest = count_labels(y, groups)
    assert trained.share == label_share(spam, honest)
    blend = fit_blend(Rows(X, y.astype(float)), START, 4)
    base, own = blend.margins(Rows(X, y.astype(float)))
    mixed = (1 - trained.share) * base + trained.share * own
    gap = mixed - trained.bundle.margins(X, 1)
    np.testing.assert_allclose(gap, blend.offset * (1 - trained.share / 2), atol=1e-9)
    assert trained.bundle.parts[-2:] == tuple(
        part.scaled(blend.slope * (1 - trained.share / 2)) for part in START.parts
    )


def test_scores_are_calibrated_for_what_the_parts_say(trained: OwnTraining) -> None:
    X, y, _ = labelled()
    views = np.full(len(y), VIEWS.index("full"), np.int8)
    odds = trained.bundle.log_odds(trained.bundle.margins(X, 1), views, float(y.mean()))
    assert abs((1 / (1 + np.exp(-odds))).mean() - y.mean()) < 0.1
    line = trained.bundle.lines["full"]
    assert 0.2 < line.slope < 5  # margins are log-odds already


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
    for draw in range(12):  # so few domains: one draw of noise may look like something by chance
        rng = np.random.default_rng(draw)
        noise = rng.integers(0, 2, groups.max() + 1).astype(np.int8)[groups]
        found = train_own(X, noise, groups, START, seed=1)
        found_auc.append(found.tried)
    assert abs(np.mean(found_auc) - 0.5) < 0.12, found_auc
    inside = found.bundle.margins(X, 1)
    assert inside[noise == 1].mean() > inside[noise == 0].mean()  # in sample it does learn


def test_views_that_nobody_showed_promise_nothing(quick: pytest.MonkeyPatch) -> None:
    table = tiny.rows("anchors", n=170, seed=8)
    frame, _ = encode(table.drop("is_spam"))
    groups = frame["_domain"].to_numpy().astype(np.int64)
    y = table["is_spam"].to_numpy().astype(np.int8)
    found = train_own(tiny.matrix("anchors", 170, 8), y, groups, START).bundle
    assert set(found.cuts) == set(found.lines) == set(VIEWS)
    for view in ("flows", "links", "full"):
        assert found.lines[view] == found.lines["anchors"]  # the nearest that was measured
        assert all(cut.score == float("inf") for cut in found.cuts[view].values())
    assert found.lines["urls"] != found.lines["anchors"]  # measured with columns hidden
    keys = [f"{p:.2f}" for p in precisions()]
    assert all(list(found.cuts[view]) == keys for view in VIEWS)


def test_groups_are_never_cut(quick: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch) -> None:
    X, y, domains = labelled()
    groups = domains // 3
    seen: list[tuple[set[int], set[int]]] = []
    whole = own._fold

    def watched(train: Rows, test: Rows, start: ModelBundle, seed: int) -> dict[str, own.Pair]:
        def at(rows: Rows) -> set[int]:
            return {int(groups[np.flatnonzero((row == X).all(axis=1) | (np.isnan(X) & np.isnan(row)
                    | (row == X)).all(axis=1))[0]]) for row in rows.matrix}  # fmt: skip

        seen.append((at(train), at(test)))
        return whole(train, test, start, seed)

    monkeypatch.setattr(own, "_fold", watched)
    found = train_own(X, y, domains, START, groups=groups)
    assert found.groups == len(np.unique(groups)) < found.domains
    assert len(seen) == own.FOLDS
    assert all(not train & test for train, test in seen)


def test_a_class_of_one_network_is_refused(quick: pytest.MonkeyPatch) -> None:
    X, y, domains = labelled()
    groups = np.where(y == 1, 0, domains + 1)
    with pytest.raises(TrainingError, match="spam belongs to one network"):
        train_own(X, y, domains, START, groups=groups)


def test_labels_that_are_noise_leave_the_start_alone(quick: pytest.MonkeyPatch) -> None:
    """A start that knows better must be able to win, whatever the number of labels."""
    _, y, domains = labelled()
    good = np.where(y == 1, 3.0, -3.0)
    noise = np.random.default_rng(0).normal(size=len(y)) * 5
    most = 0.9
    assert own._best_share((good, noise), y.astype(float), domains, most) == 0
    assert own._best_share((noise, good), y.astype(float), domains, most) == most
    flat = np.zeros(len(y))
    assert own._best_share((flat, flat), y.astype(float), domains, most) == most  # no reason to


def test_words_are_learned_where_there_are_titles(
    quick: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    X, y, domains = labelled()
    telling = pl.Series(["buy cheap links" if spam else "garden notes" for spam in y])
    evidence = Evidence(*(HostNameModel.from_weights(np.zeros(2**8), 0.0) for _ in range(2)),
                        SuffixTable({}, 0.0))  # fmt: skip
    start = replace(START, evidence=evidence)
    found = train_own(X, y, domains, start, texts=telling)
    assert found.bundle.evidence is not None
    assert found.bundle.evidence.text is not None
    assert found.bundle.parts[-3].signals == ("text_evidence",)
    assert found.own["ROC AUC"].value > found.start["ROC AUC"].value
    save_bundle(found.bundle, tmp_path / "m", own_card(found, "x"))
    loaded = load_bundle(tmp_path / "m")
    assert loaded.evidence is not None
    assert loaded.evidence.to_dict() == found.bundle.evidence.to_dict()
    table = tiny.rows(n=170, seed=8).with_columns(referring_page_title=telling).drop("is_spam")
    frame, tables = encode(table, loaded.evidence)
    at = list(SIGNALS).index("text_evidence")
    words = signals(frame, tables)[:, at]
    assert roc_auc(y, words.astype(float)) > 0.9
    # Without titles the words are unknown and say nothing.
    bare, tables = encode(table.drop("referring_page_title"), loaded.evidence)
    assert np.isnan(signals(bare, tables)[:, at]).all()
    # Trained again from that model, its words stay as they are.
    again = train_own(signals(frame, encode(table, loaded.evidence)[1]), y, domains, loaded,
                      texts=telling)  # fmt: skip
    assert again.bundle.evidence is not None
    assert again.bundle.evidence.to_dict() == loaded.evidence.to_dict()


def test_the_outcome_is_recorded(trained: OwnTraining) -> None:
    meta = trained.bundle.metadata
    assert meta["share_of_labels"] == round(trained.share, 4)
    assert meta["labelled_domains"]["spam"] == trained.spam_domains
    assert meta["learning_curve"] == [point.to_dict() for point in trained.curve]
    assert [p["labels"] for p in meta["learning_curve"]] == [30]
    assert meta["figures"][0]["name"] == "ROC AUC"
    card = own_card(trained, "labels.csv", ["one thing to know"])
    assert "| 30 |" in card
    assert "- One thing to know." in card
    assert "without a label" not in card
    assert "without a label" in own_card(replace(trained, unlabelled=True), "labels.csv")
    assert "too few labelled domains" in own_card(replace(trained, curve=()), "labels.csv")


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
    # So few teach nothing here: the start stays, its cuts and its prior with it.
    assert found.share == 0
    assert found.bundle.cuts == START.cuts
    assert found.bundle.prior == START.prior
    assert "Those of tiny, as it was measured" in own_card(found, "labels.csv")
