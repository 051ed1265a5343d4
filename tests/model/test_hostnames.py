from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from spamlinks.errors import TrainingError
from spamlinks.model.corpus import load_hosts
from spamlinks.model.hostname_report import MIN_SOURCE, evaluate_hosts, weighted_tpr
from spamlinks.model.hostnames import (
    ROLES,
    fit_host_model,
    fit_host_models,
    hashed_matrix,
    out_of_fold_margins,
    role_weights,
)
from spamlinks.model.networks import folds

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
BITS = 14
SPAM_WORDS = ("casino", "payday", "backlinks", "viagra", "replica", "seo")
GOOD_WORDS = ("garden", "notes", "john", "maria", "physics", "kitchen")


def _hosts(n: int, seed: int) -> tuple[list[str], np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    filler = ["".join(rng.choice(list("abcdefghij"), 4)) for _ in range(n)]
    words = [rng.choice(SPAM_WORDS if label else GOOD_WORDS) for label in labels]
    return [f"{a}{b}.com" for a, b in zip(words, filler, strict=True)], labels


def test_words_are_learned_and_transfer():
    hosts, labels = _hosts(400, seed=0)
    model = fit_host_model(hosts, labels, bits=BITS)
    new, truth = _hosts(200, seed=1)
    assert roc_auc_score(truth, model.margins(new)) > 0.99
    strongest = model.contributions("zzcasinozz.com")
    assert max(strongest, key=lambda pair: pair[1])[0].count("casino") == 1


def test_random_labels_teach_nothing_new():
    hosts, _ = _hosts(400, seed=2)
    labels = np.random.default_rng(3).integers(0, 2, 400)
    margins = out_of_fold_margins(hosts, labels, np.arange(400) % 4, bits=BITS)
    assert 0.38 < roc_auc_score(labels, margins) < 0.62


def test_fitting_is_deterministic():
    hosts, labels = _hosts(200, seed=4)
    first, second = (fit_host_model(hosts, labels, seed=7, bits=BITS) for _ in range(2))
    assert first.to_dict() == second.to_dict()


def test_weights_of_rows_matter():
    hosts, labels = ["casino.com", "casino.com", "tea.com", "loan.com"], [1, 0, 0, 1]
    trusted = [fit_host_model(hosts, labels, [w, 1, 1, 1], bits=BITS) for w in (0.1, 10)]
    low, high = (model.margins(["casino.com"])[0] for model in trusted)
    assert low < high


def test_margins_are_at_even_odds():
    """Twice as many copies of the spam rows change no margin by much."""
    hosts, labels = _hosts(300, seed=12)
    spam = [host for host, label in zip(hosts, labels, strict=True) if label]
    even = fit_host_model(hosts, labels, bits=BITS).margins(hosts)
    uneven = fit_host_model([*hosts, *spam * 4], [*labels, *[1] * 4 * len(spam)], bits=BITS)
    assert abs(np.mean(uneven.margins(hosts) - even)) < 0.5  # log 5 = 1.6 if nothing was done


def test_matrix_times_weights_is_the_margin():
    hosts, labels = _hosts(50, seed=5)
    model = fit_host_model(hosts, labels, bits=BITS)
    dense = hashed_matrix(hosts, bits=BITS) @ model.weights + model.bias
    np.testing.assert_allclose(model.margins(hosts), dense, atol=1e-4)


BAD_LABELS = [  # labels, weights, message
    ([1, 1, 1], None, "both present"),
    ([0, 1, 2], None, "labels must be 0 and 1"),
    ([0, 1], None, "3 hosts, 2 labels"),
    ([0, 1, 1], [1.0], "1 weights"),
]


@pytest.mark.parametrize(("labels", "weights", "message"), BAD_LABELS)
def test_bad_labels_are_named(labels, weights, message):
    with pytest.raises(TrainingError, match=message):
        fit_host_model(["a.com", "b.com", "c.com"], labels, weights, bits=BITS)


def test_a_fold_is_scored_without_its_own_labels():
    """Turning the labels of one fold around leaves its own margins as they were."""
    hosts, labels = _hosts(120, seed=6)
    fold = np.arange(120) % 3
    turned = np.where(fold == 1, 1 - labels, labels)
    before = out_of_fold_margins(hosts, labels, fold, bits=BITS)
    after = out_of_fold_margins(hosts, turned, fold, bits=BITS)
    np.testing.assert_array_equal(before[fold == 1], after[fold == 1])
    assert (before[fold != 1] != after[fold != 1]).any()


def test_a_network_that_crosses_folds_trains_nothing_there():
    hosts, labels = _hosts(120, seed=8)
    fold = np.arange(120) % 3
    groups = [f"n{i % 40}" if i < 80 else f"own{i}" for i in range(120)]
    sisters = np.isin(groups, np.array(groups)[fold == 0]) & (fold != 0)
    assert sisters.any()
    turned = np.where(sisters, 1 - labels, labels)
    before = out_of_fold_margins(hosts, labels, fold, groups=groups, bits=BITS)
    after = out_of_fold_margins(hosts, turned, fold, groups=groups, bits=BITS)
    np.testing.assert_array_equal(before[fold == 0], after[fold == 0])


def test_rows_outside_training_are_scored_only():
    hosts, labels = _hosts(90, seed=9)
    fold, train = np.arange(90) % 3, np.arange(90) < 75
    turned = np.where(train, labels, 1 - labels)
    before = out_of_fold_margins(hosts, labels, fold, train=train, bits=BITS)
    after = out_of_fold_margins(hosts, turned, fold, train=train, bits=BITS)
    np.testing.assert_array_equal(before, after)
    assert np.isfinite(before).all()


def test_role_weights():
    frame = pl.DataFrame(
        {"kind": ["disavow_small", "smallweb", "gov", "kept"], "is_spam": [1, 0, 0, 0],
         "weight": [2.0, 1.0, 1.0, 0.5]}
    )  # fmt: skip
    assert role_weights(frame, "small_web").tolist() == [2.0, 1.0, 0.0, 0.0]
    assert role_weights(frame, "business").tolist() == [2.0, 0.0, ROLES["business"]["gov"], 0.0]


def test_weighted_tpr_by_hand():
    y, scores = [0, 0, 0, 0, 1, 1, 1, 1], [1, 2, 3, 4, 0, 3.5, 4, 9]
    assert weighted_tpr(y, scores, fpr=0.001) == 0.25  # only 9 beats every honest row
    assert weighted_tpr(y, scores, fpr=0.25) == 0.75  # one honest row of four may be beaten


def _frame(spam_is_readable: bool) -> pl.DataFrame:
    hosts, labels = _hosts(1600, seed=10)
    if not spam_is_readable:
        labels = np.random.default_rng(11).integers(0, 2, len(hosts))
    spam, at = labels == 1, np.arange(len(hosts))
    source = np.where(spam, np.where(at % 2, "big", np.char.add("s", (at % 10).astype(str))), "web")
    kind = np.where(spam, np.where(at % 2, "disavow_big", "disavow_small"), "smallweb")
    assert (source == "big").sum() > MIN_SOURCE
    return pl.DataFrame(
        {
            "linking_domain": hosts,
            "suffix": ["com"] * len(hosts),
            "is_spam": labels.astype(np.int8),
            "source": source,
            "sources": [[name] for name in source],
            "kind": np.where(~spam & (at % 4 == 0), "opendns_top", kind),
            "network": hosts,
            "is_wave": spam & (at % 20 == 0),
            "weight": 1.0,
        }
    ).unique("linking_domain", maintain_order=True)


def test_report_rows():
    table = evaluate_hosts(_frame(spam_is_readable=True))
    assert set(table["left_out"]) == {"small files", "big"}
    assert set(table["model"]) == {*ROLES, "mean"}
    assert set(table["negatives"]) == {"smallweb", "opendns_top"}
    assert set(table.filter(pl.col("left_out") == "big")["wave"]) == {"with"}  # none in it
    assert (table["auc"] > 0.95).all()
    assert ((table["low"] <= table["auc"] + 1e-9) & (table["auc"] <= table["high"] + 1e-9)).all()


def test_report_finds_nothing_in_noise():
    table = evaluate_hosts(_frame(spam_is_readable=False))
    assert table["auc"].is_between(0.35, 0.65).all()
    assert (table["tpr"] < 0.2).all()


@pytest.fixture(scope="module")
def corpus() -> pl.DataFrame:
    if not (DATA / "domains" / "manifest.csv").is_file():
        pytest.skip("the corpus folder is not beside this checkout")
    return load_hosts(DATA)


def test_each_role_ranks_unseen_networks(corpus):
    """Floors well under the measured figures: a broken feature or fold falls through them."""
    some = corpus.gather_every(8)
    held = folds(some, 4, seed=0) == 0
    models = fit_host_models(some.filter(pl.Series(~held)))
    test = some.filter(pl.Series(held))
    for role, negative, floor in (("small_web", "smallweb", 0.80), ("business", "gov", 0.97)):
        rows = test.filter((pl.col("is_spam") == 1) | (pl.col("kind") == negative))
        margins = models[role].margins(rows["linking_domain"], rows["suffix"])
        assert roc_auc_score(rows["is_spam"].to_numpy(), margins) > floor
