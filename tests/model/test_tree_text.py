"""Trees are checked before LightGBM reads them: what it would trust could crash the process."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import lightgbm as lgb
import numpy as np
import pytest
import tiny_bundle as tiny
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.model.bundle import load_bundle
from spamlinks.model.classifier import SpamLinkClassifier
from spamlinks.model.tree_text import (
    check_trees,
    gain_shares,
    path_lengths,
    split_features,
    trees_only,
)

NAMES = tiny.usable(tiny.FIRST)


@cache
def text() -> str:
    return tiny.make().parts[0].text


def resized(changed: str) -> str:
    """The text with ``tree_sizes`` that fit, as somebody who tampers well would write."""
    body = changed[: changed.index("end of trees")]
    starts = [at.start() for at in re.finditer(r"^Tree=", body, re.MULTILINE)]
    sizes = " ".join(str(b - a) for a, b in pairwise([*starts, len(body)]))
    return re.sub(r"^tree_sizes=.*$", f"tree_sizes={sizes}", changed, count=1, flags=re.MULTILINE)


def line(key: str, change: Callable[[list[str]], list[str]]) -> Callable[[str], str]:
    """Edit the values of the first line of a key."""

    def edit(before: str) -> str:
        found = re.search(rf"^{key}=(.*)$", before, re.MULTILINE)
        assert found, key
        after = " ".join(change(found[1].split(" ")))
        return before[: found.start(1)] + after + before[found.end(1) :]

    return edit


def first(value: str) -> Callable[[list[str]], list[str]]:
    return lambda values: [value, *values[1:]]


def swapped(old: str, new: str) -> Callable[[str], str]:
    def edit(before: str) -> str:
        assert old in before
        return before.replace(old, new, 1)

    return edit


DAMAGES: list[tuple[str, Callable[[str], str], str]] = [
    # What makes LightGBM read memory that is not its own.
    ("a child that does not exist", line("left_child", first("99")), "left_child is outside"),
    ("a leaf that does not exist", line("left_child", first("-99")), "left_child is outside"),
    ("a node that is its own child", line("left_child", first("0")), "hangs on two"),
    ("a node with two parents", line("right_child", first("1")), "hangs on two"),
    ("nodes in a loop", line("right_child", lambda v: [v[3], *v[1:3], v[0], v[4]]), "in a loop"),
    ("a feature that does not exist", line("split_feature", first("4")), "split_feature is out"),
    ("a feature below zero", line("split_feature", first("-1")), "split_feature is outside"),
    ("a feature beyond 32 bits", line("split_feature", first("4294967296")), "split_feature is"),
    ("more leaves than values", line("num_leaves", first("7")), "instead of 7"),
    ("very many leaves", line("num_leaves", first("2000000000")), "num_leaves is outside"),
    ("no leaves", line("num_leaves", first("0")), "num_leaves is outside"),
    ("leaves below zero", line("num_leaves", first("-1")), "num_leaves is outside"),
    ("a leaf value short", line("leaf_value", lambda v: v[1:]), "leaf_value has 5 values"),
    ("a threshold short", line("threshold", lambda v: v[1:]), "threshold has 4 values"),
    ("a threshold more", line("threshold", lambda v: [*v, "1"]), "threshold has 6 values"),
    ("a child short", line("left_child", lambda v: v[1:]), "left_child has 4 values"),
    ("no children", line("left_child", lambda _: [""]), "left_child has 0 values"),
    ("a count short", line("leaf_count", lambda v: v[1:]), "leaf_count has 5 values"),
    ("a node that nothing reached", line("internal_count", first("0")), "internal_count is outs"),
    # What changes the meaning of a number or of a tree.
    ("a categorical split", line("decision_type", first("1")), "decision_type is not"),
    ("an unknown way to miss", line("decision_type", first("12")), "decision_type is outside"),
    ("categories", line("num_cat", first("1")), "numeric splits"),
    ("linear leaves", line("is_linear", first("1")), "numeric splits"),
    ("a leaf without bound", line("leaf_value", first("inf")), "leaf_value holds"),
    ("a leaf that is no number", line("leaf_value", first("nan")), "leaf_value holds"),
    ("an enormous leaf", line("leaf_value", first("1e300")), "leaf_value holds"),
    ("a threshold that is no number", line("threshold", first("nan")), "threshold holds"),
    ("a word for a number", line("threshold", first("x")), "threshold holds"),
    ("a number only Python reads", line("threshold", first("1_0")), "threshold holds"),
    ("a count in fractions", line("leaf_count", first("1.5")), "no whole number"),
    ("a line twice", swapped("num_cat=0\n", "num_cat=0\nnum_cat=0\n"), "unknown line 'num_cat"),
    ("an unknown line", swapped("num_cat=0\n", "num_cat=0\ncat_threshold=1\n"), "cat_threshold"),
    ("a missing line", swapped("is_linear=0\n", ""), "lacks the line 'is_linear'"),
    ("a line without value", swapped("num_cat=0\n", "num_cat=0\nx\n"), "unknown line 'x'"),
    # The head.
    ("another program's text", swapped("tree\n", "forest\n"), "no LightGBM text"),
    ("another version", line("version", first("v9")), "version is 'v9'"),
    ("three classes", line("num_class", first("3")), "num_class is '3'"),
    ("three trees a round", line("num_tree_per_iteration", first("3")), "num_tree_per_iter"),
    ("another objective", line("objective", first("lambdarank")), "objective is"),
    ("averaged trees", swapped("label_index", "average_output\nlabel_index"), "average_output"),
    ("more columns than names", line("max_feature_idx", first("9")), "max_feature_idx is"),
    ("a name that is another", line("feature_names", first("x")), "disagree on signals"),
    ("names in another order", line("feature_names", lambda v: v[::-1]), "disagree on signals"),
    ("a name short", line("feature_names", lambda v: v[1:]), "disagree on signals"),
    ("constraints short", line("monotone_constraints", lambda v: v[1:]), "has 3 values"),
    ("ranges short", line("feature_infos", lambda v: v[1:]), "feature_infos"),
    ("a range of categories", line("feature_infos", first("1:2:3")), "feature_infos"),
    ("an unknown head line", swapped("label_index", "parser=1\nlabel_index"), "'parser'"),
    ("a head line missing", swapped("label_index=0\n", ""), "lacks label_index"),
]

PLACES: list[tuple[str, Callable[[str], str], str]] = [
    ("sizes of another file", line("tree_sizes", first("999999999")), "tree 0 is not where"),
    ("a size below zero", line("tree_sizes", first("-5")), "tree_sizes is outside"),
    ("a size too small", line("tree_sizes", first("10")), "tree 0 is not where"),
    ("a tree less than it has", line("tree_sizes", lambda v: v[:-1]), "cut off, or has more"),
    ("a tree more than it has", line("tree_sizes", lambda v: [*v, "9"]), "tree 12 is not where"),
    ("no sizes", line("tree_sizes", lambda _: [""]), "tree_sizes"),
    ("a tree's number", swapped("Tree=3\n", "Tree=4\n"), "tree 3 is not where"),
    ("no trees", lambda t: t[: t.index("Tree=0")], "no trees"),
    ("no end", swapped("end of trees", ""), "cut off"),
    ("cut in the middle", lambda t: t[: len(t) // 3], "not where tree_sizes says"),
    ("letters of another script", swapped("num_cat=0", "num_cat=٠"), "not ASCII"),
    ("ends of lines of Windows", lambda t: t.replace("\n", "\r\n"), "no trees"),
    ("nothing", lambda _: "", "no trees"),
]


@pytest.mark.parametrize(("what", "edit", "words"), DAMAGES, ids=[d[0] for d in DAMAGES])
def test_damaged_trees_never_reach_lightgbm(
    what: str, edit: Callable[[str], str], words: str
) -> None:
    check_trees(resized(text()), NAMES)  # the sizes are not what is complained about
    with pytest.raises(ValueError, match=re.escape(words)):
        check_trees(resized(edit(text())), NAMES)


@pytest.mark.parametrize(("what", "edit", "words"), PLACES, ids=[d[0] for d in PLACES])
def test_trees_that_are_not_where_they_are_said_to_be(
    what: str, edit: Callable[[str], str], words: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        check_trees(edit(text()), NAMES)


def test_a_tree_deeper_than_lightgbm_can_walk() -> None:
    leaves = 400  # a chain: each node has a leaf and the next node
    nodes = leaves - 1
    every = {
        "num_leaves": str(leaves),
        "num_cat": "0",
        "split_feature": " ".join(["0"] * nodes),
        "left_child": " ".join(str(~i) for i in range(nodes)),
        "right_child": " ".join([*map(str, range(1, nodes)), str(~nodes)]),
        "decision_type": " ".join(["2"] * nodes),
        "is_linear": "0",
        "shrinkage": "1",
    }
    for key in ("split_gain", "threshold", "internal_value", "internal_weight", "internal_count"):
        every[key] = " ".join(["1"] * nodes)
    for key in ("leaf_value", "leaf_weight", "leaf_count"):
        every[key] = " ".join(["1"] * leaves)
    block = "Tree=0\n" + "".join(f"{key}={value}\n" for key, value in every.items()) + "\n\n"
    head = text()[: text().index("Tree=0")]
    with pytest.raises(ValueError, match="deeper than"):
        check_trees(resized(f"{head}{block}end of trees\n"), NAMES)


def test_whatever_lightgbm_writes_for_us_is_read() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3))
    X[rng.random(X.shape) < 0.3] = np.nan
    X[:, 1] = np.nan  # never known
    y = (2.0 * np.isnan(X[:, 2]) + np.nan_to_num(X[:, 0]) + rng.normal(size=300) > 1).astype(int)
    written = ""
    for chosen in (
        {}, {"num_leaves": 2}, {"min_child_samples": 200}, {"monotone": False},
        {"extra_trees": True}, {"max_depth": -1, "num_leaves": 63, "min_child_samples": 1},
    ):  # fmt: skip
        model = SpamLinkClassifier(n_estimators=20, n_jobs=1, **chosen).fit(X, y)
        made = model.booster_.model_to_string()
        check_trees(made, ["x0", "x1", "x2"])
        written += trees_only(made)
    assert re.search(r"^threshold=(.* )?inf\b", written, re.MULTILINE)  # known against missing
    assert "num_leaves=1\n" in written
    for part in load_bundle().parts:
        check_trees(part.text, part.signals)


def test_what_follows_the_trees_is_not_needed() -> None:
    short = trees_only(text())
    assert short.endswith("end of trees\n")
    assert "parameters" not in short
    X = tiny.matrix()[:, : len(NAMES)]
    whole, cut = lgb.Booster(model_str=text()), lgb.Booster(model_str=short)
    for asked in ({"raw_score": True}, {"pred_contrib": True}):
        np.testing.assert_array_equal(whole.predict(X, **asked), cut.predict(X, **asked))


def test_gains_are_those_that_lightgbm_counts() -> None:
    gains = lgb.Booster(model_str=text()).feature_importance("gain")
    np.testing.assert_allclose(gain_shares(text(), len(NAMES)), gains / gains.sum(), rtol=1e-4)
    assert split_features(text()) == {i for i, gain in enumerate(gains) if gain}
    stump = SpamLinkClassifier(n_estimators=2, n_jobs=1).fit(np.ones((50, 2)), np.arange(50) % 2)
    assert gain_shares(stump.booster_.model_to_string(), 2) == [0.0, 0.0]


TOKENS = st.sampled_from(["0", "-1", "1", "2", "-2", "99", "-99", "inf", "nan", "1e308", "", "x"])


@given(st.data())
def test_a_text_that_passes_scores_without_harm(data: st.DataObject) -> None:
    """Change any values of any lines: it is refused, or LightGBM reads it and predicts numbers."""
    lines = text()[: text().index("\nend of trees")].split("\n")
    rows = [i for i, row in enumerate(lines) if "=" in row and not row.startswith("Tree=")]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.sampled_from(rows))
        key, _, value = lines[at].partition("=")
        values = value.split(" ")
        place = data.draw(st.integers(0, len(values) - 1))
        values[place : place + 1] = data.draw(st.lists(TOKENS, max_size=2))
        lines[at] = f"{key}={' '.join(values)}"
    changed = resized("\n".join(lines) + "\nend of trees\n")
    try:
        check_trees(changed, NAMES)
    except ValueError:
        return
    X = tiny.matrix()[:20, : len(NAMES)]
    booster = lgb.Booster(model_str=changed)
    assert np.isfinite(booster.predict(X, raw_score=True, num_threads=1)).all()
    assert booster.predict(X, pred_contrib=True, num_threads=1).shape == (20, len(NAMES) + 1)


def test_path_lengths_are_those_that_lightgbm_tells() -> None:
    bundle = tiny.make()
    for part, booster in zip(bundle.parts, bundle.boosters(), strict=True):
        told: list[int] = []

        def walk(node: dict, depth: int, told: list[int] = told) -> None:
            if "leaf_value" in node:
                told.append(depth)
                return
            walk(node["left_child"], depth + 1)
            walk(node["right_child"], depth + 1)

        for tree in booster.dump_model()["tree_info"]:
            walk(tree["tree_structure"], 0)
        assert sorted(path_lengths(part.text)) == sorted(told)
