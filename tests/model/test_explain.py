"""Explanations add up to the margin, and their sentences say the value."""

from __future__ import annotations

import numpy as np
import pytest
import tiny_bundle as tiny

from spamlinks.model.bundle import ModelBundle, load_bundle
from spamlinks.model.explain import (
    MIN_EFFECT,
    Effect,
    contributions,
    explain_rows,
    explain_seconds,
)
from spamlinks.model.sentences import sentence
from spamlinks.model.views import VIEWS
from spamlinks.signals.kernel import SIGNALS


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("bundle", [tiny.make(), load_bundle()], ids=["tiny", "shipped"])
def test_effects_add_up_to_the_margin(bundle: ModelBundle, view: str) -> None:
    X = tiny.matrix(view)[:60]
    effects = contributions(bundle, X)
    assert effects.shape == (60, len(SIGNALS) + 1)
    np.testing.assert_allclose(effects.sum(axis=1), bundle.margins(X, 1), atol=1e-4)
    used = set(bundle.signal_names())
    for i, name in enumerate(SIGNALS):
        if name not in used:
            assert not effects[:, i].any(), name


def test_rows_of_several_views_are_explained_by_their_own_parts() -> None:
    bundle = tiny.make()
    X = np.concatenate([tiny.matrix(view)[:7] for view in VIEWS])
    mixed = np.random.default_rng(0).permutation(len(X))
    np.testing.assert_allclose(contributions(bundle, X)[mixed], contributions(bundle, X[mixed]))
    assert contributions(bundle, X[:0]).shape == (0, len(SIGNALS) + 1)


def test_the_strongest_effects_come_first_and_a_subject_once() -> None:
    bundle = tiny.make()
    X = tiny.matrix("full")[:80]
    everything = contributions(bundle, X)
    some = 0
    for row, all_effects, found in zip(X, everything, explain_rows(bundle, X, top=3), strict=True):
        assert len(found) <= 3
        sizes = [abs(effect.effect) for effect in found]
        assert sizes == sorted(sizes, reverse=True)
        assert all(size >= MIN_EFFECT for size in sizes)
        subjects = [effect.signal.removesuffix("_rank") for effect in found]
        assert len(subjects) == len(set(subjects))
        for effect in found:
            at = list(SIGNALS).index(effect.signal)
            assert effect.effect == pytest.approx(all_effects[at])
            assert effect.value == pytest.approx(float(row[at]), nan_ok=True)
        if found:
            some += 1
            assert sizes[0] == pytest.approx(np.abs(all_effects[:-1]).max())
    assert some > 20


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("value", [0.0, 1.0, 0.37, 3.2, float("nan"), -2.5])
def test_every_signal_has_a_sentence_for_every_value(name: str, value: float) -> None:
    text = sentence(Effect(name, value, -0.25), "xyz")
    assert text.endswith("(-0.2)")
    assert "{" not in text
    assert "nan" not in text.replace("domi", "").split()
    assert "\n" not in text
    assert " | " not in text  # the mark between sentences in domains.csv
    if np.isnan(value):
        assert text.startswith("not known: ")


NUMBERS = [  # unit by signal, value, what the sentence must hold
    ("external_links", np.log10(1 + 250), "250 "),
    ("external_links", 0.0, "no link from the page to other sites"),
    ("link_age_days", 400.4, "400"),
    ("external_links", np.log10(2), "1 link from the page to other sites"),
    ("affix_domains", np.log10(2), "no other linking domain with"),
    ("anchor_domains", np.log10(2), "no other domain uses"),
    ("shape_domains", np.log10(2), "no other domain has pages"),
    ("seen_by_count", 1.0, "1 of the given vendors knows"),
    ("hosts_of_domain", np.log10(2), "1 host of this domain links ("),
    ("domain_hyphen_count", 2.0, "2 hyphens"),
    ("domain_digit_run", 11.0, "11 digits"),
]


@pytest.mark.parametrize(("name", "value", "words"), NUMBERS)
def test_a_sentence_says_the_value_in_plain_numbers(name: str, value: float, words: str) -> None:
    assert words in sentence(Effect(name, float(value), 1.0))


def test_the_cost_of_explaining_grows_with_the_depth_of_the_trees() -> None:
    small, shipped = explain_seconds(tiny.make()), explain_seconds(load_bundle())
    assert 0 < small < shipped
    assert 15 * 2 / shipped > 10_000, "10,000 domains in 15 seconds on two cores"
