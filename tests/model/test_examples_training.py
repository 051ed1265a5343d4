"""The rows that the shipped model learns from, and its training, on a corpus of made-up names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from spamlinks.model import calibration, hostnames, thresholds, training
from spamlinks.model import examples as module
from spamlinks.model.examples import (
    Examples,
    build_examples,
    fold_evidence,
    real_examples,
    shipped_signals,
)
from spamlinks.model.thresholds import calibrate, fit_top_share
from spamlinks.model.training import Trained, train_shipped
from spamlinks.model.views import STAND_INS, VIEWS, view_of
from spamlinks.schema import VENDOR_VERDICTS
from spamlinks.signals import fetched
from spamlinks.signals.kernel import SIGNALS

HONEST = "garden notes choir kitchen physics letters museum history pottery village".split()
KINDS = (*module.NEGATIVE_MIX, *module.JUDGES)
SPAM = "casino payday backlinks viagra replica seo poker escort forex betting".split()


def corpus(n: int = 240) -> pl.DataFrame:
    """Hosts in the shape of ``load_hosts``: a third spam, in networks of four."""
    rng = np.random.default_rng(0)
    rows = []
    for i in range(n):
        spam = i % 3 == 0
        word = (SPAM if spam else HONEST)[int(rng.integers(10))]
        name = "".join(rng.choice(list("abcdefgh"), 5))
        suffix = str(rng.choice(["com", "xyz", "top"] if spam else ["com", "org", "de"]))
        host = f"{word}{name}{i}.{suffix}"
        kind = thresholds.JUDGED_SPAM if spam else KINDS[i // 3 % len(KINDS)]
        rows.append((host, suffix, int(spam), kind, f"net{i // 12}" if spam else host))
    names = ["host", "suffix", "is_spam", "kind", "network"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(
        linking_domain=pl.col("host"),
        source=pl.col("kind"),
        sources=pl.concat_list("kind"),
        is_wave=pl.lit(False),
        licence=pl.lit("made up"),
        date=pl.lit(date(2026, 1, 1)),
        weight=pl.lit(1.0),
    )


@pytest.fixture(scope="module")
def small() -> pytest.MonkeyPatch:
    patch = pytest.MonkeyPatch()
    patch.setattr(module, "_ROWS", 90)
    patch.setattr(module, "_REAL_PROFILE", 40)
    patch.setattr(module, "_PROFILES", dict.fromkeys(VIEWS, 2))
    parts = tuple(
        replace(recipe, settings={**recipe.settings, "n_estimators": 15, "min_child_samples": 5})
        for recipe in training.PARTS
    )
    patch.setattr(training, "PARTS", parts)
    patch.setattr(training, "FOLDS", 3)
    yield patch
    patch.undo()


@pytest.fixture(scope="module")
def trained(small: pytest.MonkeyPatch) -> Trained:
    return train_shipped(corpus(), seed=2)


@pytest.fixture(scope="module")
def made(trained: Trained) -> Examples:
    return trained.examples


def test_every_host_is_one_real_row_with_its_label(made: Examples) -> None:
    hosts = corpus()
    assert int(made.is_real.sum()) == hosts.height
    assert int(made.is_spam[made.is_real].sum()) == int(hosts["is_spam"].sum())
    assert set(made.view[made.is_real]) == {VIEWS.index("urls")}
    for array in (made.is_spam, made.weight, made.view, made.fold, made.unit, made.kind):
        assert len(array) == len(made.matrix)
    np.testing.assert_array_equal(made.view, view_of(made.matrix))
    assert set(made.view) == set(range(len(VIEWS)))
    judges = np.isin(made.kind, module.JUDGES)
    assert judges.any()
    assert (made.weight[judges] == 0).all()
    assert (made.weight[~judges] > 0).all()


def test_judges_train_nothing(trained: Trained, small: pytest.MonkeyPatch) -> None:
    """Another name for every host that judges leaves trees and name evidence as they are."""
    hosts = corpus()
    judge = pl.col("kind").is_in(module.JUDGES)
    renamed = hosts.with_columns(
        pl.when(judge)
        .then(pl.col("host").str.replace("^[a-z]", "q"))
        .otherwise("host")
        .alias("host")
    )
    known = [module.fit_evidence(h, 0).small.codes for h in (hosts, renamed)]
    np.testing.assert_array_equal(*known)
    roles = {kind for role in hostnames.ROLES.values() for kind in role}
    assert not roles & set(module.JUDGES)
    assert not set(module.SUFFIX_MIX) & set(module.JUDGES)
    assert not set(module.NEGATIVE_MIX) & set(module.JUDGES)
    assert not set(module.SMALL_KINDS) & {"opendns_random"}


def test_no_host_or_network_stands_in_two_folds(made: Examples) -> None:
    real = made.is_real
    for network in np.unique(made.network[real]):
        assert len(set(made.fold[real & (made.network == network)])) == 1
    fold_of = dict(zip(corpus()["host"], fold_evidence(corpus(), 3, 2, 1)[0], strict=True))
    worn = [(name, f) for name, f in zip(made.network, made.fold, strict=True) if name in fold_of]
    assert len(worn) > 50  # generated links do wear names of the corpus
    assert all(fold_of[name] == f for name, f in worn)


def test_units_do_not_mix_folds_or_profiles(made: Examples) -> None:
    for unit in np.unique(made.unit):
        here = made.unit == unit
        assert len(set(made.fold[here])) == 1
        assert len(set(made.is_real[here])) == 1
        if made.is_real[here].all():
            assert here.sum() == 1


def test_evidence_of_a_host_never_saw_its_fold() -> None:
    hosts = corpus()
    fold, folded = fold_evidence(hosts, 3, 0, 1)
    table = hosts.select("host", "linking_domain", "suffix")
    out = folded.columns(table)
    for f in range(3):
        here = np.flatnonzero(fold == f)
        own = folded.parts[f].columns(table[here])
        for name, values in own.items():
            np.testing.assert_array_equal(out[name][here], values)
    label = hosts["is_spam"].to_numpy()
    evidence = out["name_evidence"]
    assert evidence[label == 1].mean() > evidence[label == 0].mean()  # words carry over
    flipped = hosts.with_columns(
        is_spam=pl.when(pl.Series(fold == 0)).then(1 - pl.col("is_spam")).otherwise("is_spam")
    )
    _, other = fold_evidence(flipped, 3, 0, 1)
    again = other.parts[0].columns(table[np.flatnonzero(fold == 0)])
    np.testing.assert_array_equal(again["name_evidence"], evidence[fold == 0])


def test_real_rows_alone(small: pytest.MonkeyPatch) -> None:
    hosts = corpus()
    fold, folded = fold_evidence(hosts, 3, 0, 1)
    ex = real_examples(hosts, fold, folded.parts[0], seed=1)
    assert ex.is_real.all()
    assert len(ex.is_spam) == hosts.height
    share = ex.weight[ex.is_spam == 1].sum() / ex.weight.sum()
    assert share == pytest.approx(0.3)
    both = build_examples(hosts, fold, folded, seed=1)
    assert int(both.is_real.sum()) == hosts.height


def test_the_shipped_signals_are_names_and_known_directions() -> None:
    names = shipped_signals()
    assert set(names) <= set(SIGNALS)
    for name in names:
        signal = SIGNALS[name]
        assert signal.group == "host" or signal.direction != 0
        assert not set(signal.needs) & set(VENDOR_VERDICTS)


def test_only_models_of_fetched_pages_look_at_what_was_fetched(trained: Trained) -> None:
    looked_up = {signal.name for signal in fetched.SIGNALS}
    assert not looked_up & set(shipped_signals(pages=False))
    assert looked_up & set(shipped_signals())
    assert set(shipped_signals()) - looked_up == set(shipped_signals(pages=False))
    for part in trained.bundle.parts:
        with_pages = not STAND_INS.keys().isdisjoint(part.views)
        (recipe,) = (r for r in training.PARTS if r.views == part.views)
        known = set(shipped_signals(pages=with_pages)) - set(recipe.not_learned)
        assert set(part.signals) == known, part.views
    (addresses,) = (p for p in trained.bundle.parts if "urls" in p.views)
    assert "domain_age_days" not in addresses.signals  # its cut was measured without any age


def test_rows_that_were_not_fetched_stand_beside_and_train_nothing(made: Examples) -> None:
    """A profile of fetched pages has rows of its export's own view: they weigh next to nothing."""
    generated = ~made.is_real
    pages = np.isin(made.view, [VIEWS.index(view) for view in STAND_INS])
    beside = generated & (made.weight < 100 * module.BESIDE)
    assert beside.sum() > 50
    assert not (beside & pages).any()
    assert (made.weight[beside] > 0).all()  # they are rolled up
    assert made.weight[generated & ~beside].min() > 1000 * made.weight[beside].max()
    here = np.isfinite(made.matrix[:, [list(SIGNALS).index("page_words")]]).any(axis=1)
    np.testing.assert_array_equal(here, pages)


def test_profiles_of_pages_leave_the_other_models_as_they_are(
    trained: Trained, small: pytest.MonkeyPatch
) -> None:
    """More of them: other models of pages, and byte for byte the same models of all else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_PROFILES", dict.fromkeys(VIEWS, 2) | dict.fromkeys(STAND_INS, 3))
        more = train_shipped(corpus(), seed=2)
    assert len(more.examples.view) > len(trained.examples.view)
    for part, other in zip(trained.bundle.parts, more.bundle.parts, strict=True):
        with_pages = not STAND_INS.keys().isdisjoint(part.views)
        assert (part == other) is not with_pages, part.views
    for view in set(VIEWS) - set(STAND_INS):
        assert more.bundle.lines[view] == trained.bundle.lines[view]
        assert more.bundle.unit_lines[view] == trained.bundle.unit_lines[view]
        assert more.bundle.cuts[view] == trained.bundle.cuts[view]
    assert more.bundle.top_share == trained.bundle.top_share


def test_training_is_the_same_twice_and_differs_by_seed(
    trained: Trained, small: pytest.MonkeyPatch
) -> None:
    again = train_shipped(corpus(), seed=2)
    assert again.bundle.parts == trained.bundle.parts
    assert again.bundle.lines == trained.bundle.lines
    assert again.bundle.cuts == trained.bundle.cuts
    np.testing.assert_array_equal(again.margins, trained.margins)
    assert train_shipped(corpus(), seed=3).bundle.parts != trained.bundle.parts


def test_margins_are_out_of_fold(trained: Trained) -> None:
    ex = trained.examples
    inside = trained.bundle.margins(ex.matrix, 1)
    assert not np.allclose(inside, trained.margins)
    assert np.isfinite(trained.margins).all()
    for lines in (trained.bundle.lines, trained.bundle.unit_lines):
        assert all(lines[view].slope > 0 for view in VIEWS)


def test_the_rule_of_rolling_up_is_fitted_on_domains_of_several_links(trained: Trained) -> None:
    """Where one bad link among good ones tells spam, the highest counts; else the mean does."""
    ex = trained.examples
    _, inverse = np.unique(ex.unit, return_inverse=True)
    first = np.zeros(len(ex.unit), np.bool_)
    first[np.unique(inverse, return_index=True)[1]] = True
    noise = np.random.default_rng(0).normal(0, 1, len(ex.unit))
    one_tells = np.where(ex.is_spam == 1, np.where(first, 4.0, 0.0), 2.0) + 0.8 * noise
    all_tell = np.where(ex.is_spam == 1, 0.7, 0.0) + noise
    assert fit_top_share(ex, one_tells) > 0.5
    assert fit_top_share(ex, all_tell) < 0.5


def test_no_view_may_ask_for_less_than_addresses_do(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "MIN_SPAM_ABOVE", 5)  # the corpus is small
    rng = np.random.default_rng(0)
    ex = trained.examples
    # Margins that tell everything apart, so that there are cuts at all.
    margins = np.where(ex.is_spam == 1, 4.0, -4.0) + rng.normal(0, 1.5, len(ex.is_spam))
    cuts = calibrate(ex, margins, 0.5).cuts
    some = 0
    for view in VIEWS[1:]:
        for key, cut in cuts[view].items():
            assert cut.score >= cuts["urls"][key].score
            some += np.isfinite(cut.score)
    assert some
