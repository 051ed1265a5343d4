"""Around training on labels: leaks, unlabelled rows, the learning curve."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import tiny_bundle as tiny
from quick_training import make_quick

from spamlinks import training
from spamlinks.model import learning
from spamlinks.model.blend import Blend, Rows
from spamlinks.model.bundle import ModelBundle
from spamlinks.model.leaks import find_leaks
from spamlinks.model.learning import learning_curve
from spamlinks.model.own import _harmless, train_own
from spamlinks.model.thresholds import roll_up
from spamlinks.model.unlabelled import MOST_NAMED, believe
from spamlinks.signals.kernel import SIGNALS, encode

START = tiny.make()
TABLE = tiny.rows(n=170, seed=8)
Y = TABLE["is_spam"].to_numpy().astype(np.int8)
X = tiny.matrix(n=170, seed=8)
DOMAINS = encode(TABLE.drop("is_spam"))[0]["_domain"].to_numpy().astype(np.int64)
PLAIN = TABLE.select("referring_page", "anchor_text").with_columns(export_file=pl.lit("x"))


def test_nothing_leaks_from_ordinary_rows() -> None:
    assert find_leaks(PLAIN, X, Y) == []


def test_one_signal_that_is_the_label_is_named() -> None:
    at = list(SIGNALS).index("external_links")
    for sign in (1, -1):
        told = X.copy()
        told[:, at] = sign * (Y + np.linspace(0, 0.5, len(Y)))
        (said,) = find_leaks(PLAIN, told, Y)
        assert said.endswith(" (signal external_links, ROC AUC 1.000)")
        assert said[0].islower()  # in words first
    told[Y == 1, at] = np.nan  # mostly unknown: nothing is decided by its values
    assert find_leaks(PLAIN, told, Y) == []


LEAKS = [  # a column, its values by label, words
    ("export_file", ("ham.csv", "spam.csv"), "the export file (2 values)"),
    ("anchor_text", ("x", None), "whether anchor_text is known"),
    ("anchor_text", (None, "x"), "whether anchor_text is known"),
]


@pytest.mark.parametrize(("column", "values", "words"), LEAKS)
def test_columns_that_are_the_label_are_named(
    column: str, values: tuple[str | None, str | None], words: str
) -> None:
    table = PLAIN.with_columns(pl.Series(column, [values[label] for label in Y], dtype=pl.String))
    assert find_leaks(table, X, Y) == [words]
    mixed = Y.copy()
    mixed[:2] = 1 - mixed[:2]
    assert find_leaks(table, X, mixed) == []


def test_an_ending_that_is_the_label_is_named() -> None:
    pages = [f"https://n{i}.{'store' if label else ('com', 'de')[i % 2]}/" for i, label in
             enumerate(Y)]  # fmt: skip
    table = PLAIN.with_columns(referring_page=pl.Series(pages))
    assert find_leaks(table, X, Y) == ["the ending .store, which all spam names and no others have"]


def test_unlabelled_rows_are_believed_as_far_as_the_start_goes() -> None:
    named = (Y == 1) & (np.arange(len(Y)) % 3 == 0)
    found = believe(START, X, named, DOMAINS)
    assert (found.target[named] == 1).all()
    rest = found.target[~named]
    assert ((rest > 0) & (rest < 1)).all()
    assert rest[Y[~named] == 1].mean() > 1.2 * rest[Y[~named] == 0].mean()
    assert 0 < found.named_share <= MOST_NAMED
    units = (roll_up(named.astype(float), DOMAINS)[0] >= 0.5).mean()
    assert found.spam_share >= units / MOST_NAMED - 1e-9
    # Where the file names most of the spam there is, little is left to suspect.
    assert rest.mean() < found.spam_share


def test_spam_and_unlabelled_rows_train(monkeypatch: pytest.MonkeyPatch) -> None:
    make_quick(monkeypatch)
    named = (Y == 1) & (np.arange(len(Y)) % 3 != 0)
    belief = believe(START, X, named, DOMAINS)
    found = train_own(X, named.astype(np.int8), DOMAINS, START, target=belief.target, seed=3)
    assert found.unlabelled
    units = roll_up(named.astype(float), DOMAINS)[0]
    assert found.bundle.prior > units.mean()  # what is suspected counts
    missed = (Y == 1) & ~named
    margins = found.bundle.margins(X, 1)
    assert margins[missed].mean() > margins[Y == 0].mean()
    assert found.bundle.metadata["labelled_domains"]["unlabelled"] > 0


def test_the_curve_is_nested_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    make_quick(monkeypatch, draws=3)
    drawn: list[set[int]] = []
    judged: list[set[int]] = []
    fit, score = learning.fit_blend, Blend.margins
    number = {row.tobytes(): i for i, row in enumerate(X)}

    def domains_of(rows: Rows) -> set[int]:
        return {int(DOMAINS[number[row.tobytes()]]) for row in rows.matrix}

    def watched(rows: Rows, start: ModelBundle, seed: int) -> Blend:
        drawn.append(domains_of(rows))
        return fit(rows, start, seed)

    def margins(blend: Blend, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
        judged.append(domains_of(rows))
        return score(blend, rows)

    monkeypatch.setattr(learning, "fit_blend", watched)
    monkeypatch.setattr(Blend, "margins", margins)
    rows = Rows(X, Y.astype(float))
    curve = learning_curve(rows, Y, DOMAINS, DOMAINS, START, folds=5, seed=2, jobs=1,
                           sizes=(20, 30, 10_000))  # fmt: skip
    assert [p.labels for p in curve] == [20, 30]  # there are no 10,000 domains
    assert [len(domains) for domains in drawn] == [20] * 3 + [30] * 3
    assert len(judged) == 6
    assert all(not train & test for train, test in zip(drawn, judged, strict=True))
    for p in curve:
        assert p.draws == 3
        assert 0 <= p.low <= p.own <= p.high <= 1
        assert 0 <= p.better <= p.draws
    assert curve[0].start == curve[1].start  # judged on the same folds
    again = learning_curve(rows, Y, DOMAINS, DOMAINS, START, folds=5, seed=2, jobs=1, sizes=(20,))
    assert again[0] == curve[0]
    assert learning_curve(rows, Y, DOMAINS, DOMAINS, START, folds=5, seed=2, jobs=1,
                          sizes=(10_000,)) == ()  # fmt: skip


def test_too_many_rows_are_drawn_by_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "MAX_ROWS", 100)
    monkeypatch.setattr(training, "MAX_DOMAIN_ROWS", 7)
    rng = np.random.default_rng(1)
    domain = rng.integers(0, 60, 3000).astype(np.int64)
    named = (domain % 3 == 0).astype(np.int8)
    known = np.flatnonzero(rng.random(3000) < 0.9)
    at = training._drawn(known, named, domain, 5)
    assert (np.diff(at) > 0).all()
    assert np.isin(at, known).all()
    assert np.bincount(domain[at]).max() <= 7
    for label in (0, 1):
        rows = at[named[at] == label]
        assert 90 <= len(rows) <= 100
        assert set(np.bincount(domain[rows])) <= {0, 7}  # whole, but for the cap of a domain
    np.testing.assert_array_equal(at, training._drawn(known, named, domain, 5))
    assert not np.array_equal(at, training._drawn(known, named, domain, 6))
    few = known[:50]
    monkeypatch.setattr(training, "MAX_DOMAIN_ROWS", 50)
    np.testing.assert_array_equal(training._drawn(few, named, domain, 5), few)


def test_a_share_that_ranks_worse_than_the_start_is_halved_or_dropped() -> None:
    y = np.array([1, 1, 0, 0] * 10, np.int8)
    good = np.where(y == 1, 1.0, -1.0)
    assert _harmless((good, good), 0.6, y, good) == 0.6
    assert _harmless((good, -2 * good), 0.6, y, good) == 0.3  # (1 - .3) - .6 > 0
    assert _harmless((good, -9 * good), 0.6, y, good) == 0.0
