"""Other models written as LightGBM's text, so that a bundle needs one kind of file and one reader.

A forest of extremely randomised trees (Geurts, Ernst and Wehenkel, 2006) as scikit-learn grows it:
LightGBM's own ``extra_trees`` draws one threshold a feature too, and ranks links worse by 0.02 of
ROC AUC on a few hundred labels. And a straight line, as a staircase.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sklearn.ensemble import ExtraTreesClassifier

__all__ = ["forest_text", "line_text"]

Floats = npt.NDArray[np.float64]

_NUMERIC_NAN = 8  # LightGBM's decision_type: numeric split, missing told by NaN
_NAN_LEFT = 2
_STEPS = 256
_BEYOND = 1e30  # above every value: parts what is known from what is missing


def forest_text(
    forest: ExtraTreesClassifier, names: Sequence[str], *, smooth: float, constant: float = 0.0
) -> str:
    """Write a fitted forest of two classes as a LightGBM model.

    A leaf says the log-odds of its rows' labels, with ``smooth`` rows more at the share of spam in
    training; the model's margin is the mean over the trees. That is monotone in what scikit-learn
    calls the probability of a tree, and unlike it adds up with other margins.

    Parameters
    ----------
    forest : fitted on two classes, the second is spam.
    names : its columns.
    smooth : above 0.
    constant : added to every margin.

    Returns
    -------
    Text that LightGBM reads; NaN goes where the forest sends it.
    """
    trees = [estimator.tree_ for estimator in forest.estimators_]
    roots = [float(tree.value[0, 0, 1]) for tree in trees]
    share = float(np.clip(np.mean(roots), 1e-6, 1 - 1e-6))
    blocks = []
    for tree in trees:
        weight = np.asarray(tree.weighted_n_node_samples, dtype=np.float64)
        spam = tree.value[:, 0, 1] * weight
        honest = tree.value[:, 0, 0] * weight
        odds = np.log((spam + smooth * share) / (honest + smooth * (1 - share)))
        blocks.append(_sklearn_tree(tree, (odds + constant) / len(trees)))
    return _canonical(blocks, names)


def line_text(name: str, low: float, high: float, slope: float) -> str:
    """Write ``slope * value`` of one column as a LightGBM model: a staircase of 256 steps.

    Values beyond ``low`` and ``high`` count as these; NaN counts as 0.
    """
    edges = np.linspace(low, max(high, low + 1e-6), _STEPS + 1)
    leaves = slope * (edges[:-1] + edges[1:]) / 2
    nodes: list[tuple[float, int, int, int]] = [(_BEYOND, 1, ~_STEPS, 0)]

    def split(first: int, last: int) -> int:
        """Nodes over the steps first .. last; a child's number, negative for a leaf."""
        if first == last:
            return ~first
        middle = (first + last) // 2
        at = len(nodes)
        nodes.append((float(edges[middle + 1]), 0, 0, 0))
        left, right = split(first, middle), split(middle + 1, last)
        nodes[at] = (float(edges[middle + 1]), left, right, 0)
        return at

    split(0, _STEPS - 1)
    threshold, left, right, _ = (np.array(column) for column in zip(*nodes, strict=True))
    block = _block(
        np.zeros(len(nodes), np.int64),
        threshold,
        np.full(len(nodes), _NUMERIC_NAN),
        left.astype(np.int64),
        right.astype(np.int64),
        np.concatenate([leaves, [0.0]]),
        np.ones(_STEPS + 1, np.int64),
        np.full(len(nodes), abs(slope)),
    )
    return _canonical([block], [name])


def _sklearn_tree(tree: Any, value: Floats) -> str:
    """One tree of scikit-learn: its nodes and leaves get numbers of their own, parents first."""
    left, right = tree.children_left, tree.children_right
    inner = np.flatnonzero(left >= 0)
    leaf = np.flatnonzero(left < 0)
    number = np.empty(tree.node_count, np.int64)
    number[inner] = np.arange(len(inner))
    number[leaf] = ~np.arange(len(leaf))
    samples = np.asarray(tree.n_node_samples, dtype=np.int64)
    weight = np.asarray(tree.weighted_n_node_samples, dtype=np.float64)
    loss = weight * tree.impurity
    gain = np.maximum(loss[inner] - loss[left[inner]] - loss[right[inner]], 0.0)
    goes_left = np.asarray(tree.missing_go_to_left, dtype=np.int64)[inner]
    return _block(
        np.asarray(tree.feature[inner], dtype=np.int64),
        np.asarray(tree.threshold[inner], dtype=np.float64),
        _NUMERIC_NAN + _NAN_LEFT * goes_left,
        number[left[inner]],
        number[right[inner]],
        value[leaf],
        samples[leaf],
        gain,
    )


def _block(
    feature: npt.NDArray[np.int64],
    threshold: Floats,
    decision: npt.NDArray[np.int64],
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    value: Floats,
    leaf_count: npt.NDArray[np.int64],
    gain: Floats,
) -> str:
    """One tree as LightGBM writes it, but for its number; leaves are negative children."""
    inside, count = _means(left, right, value, leaf_count)
    rows = {
        "num_leaves": [len(value)],
        "num_cat": [0],
        "split_feature": feature,
        "split_gain": gain,
        "threshold": threshold,
        "decision_type": decision,
        "left_child": left,
        "right_child": right,
        "leaf_value": value,
        "leaf_weight": leaf_count,
        "leaf_count": leaf_count,
        "internal_value": inside,
        "internal_weight": count,
        "internal_count": count,
        "is_linear": [0],
        "shrinkage": [1],
    }
    return "".join(
        f"{key}={' '.join(repr(x) for x in np.asarray(values).tolist())}\n"
        for key, values in rows.items()
    )


def _means(
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    value: Floats,
    leaf_count: npt.NDArray[np.int64],
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Mean leaf and rows of each node: TreeSHAP walks by them."""
    total = np.zeros(len(left))
    rows = np.zeros(len(left), np.int64)
    for node in range(len(left) - 1, -1, -1):  # children stand behind their parents
        for child in (int(left[node]), int(right[node])):
            if child < 0:
                total[node] += value[~child] * leaf_count[~child]
                rows[node] += leaf_count[~child]
            else:
                total[node] += total[child]
                rows[node] += rows[child]
    return np.asarray(total / np.maximum(rows, 1), dtype=np.float64), rows


def _canonical(blocks: Sequence[str], names: Sequence[str]) -> str:
    """The whole model, written by LightGBM itself, so that nothing of its form is ours to keep."""
    import lightgbm as lgb

    infos = " ".join(["[-1e30:1e30]"] * len(names))
    head = (
        "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n"
        f"max_feature_idx={len(names) - 1}\nobjective=binary sigmoid:1\n"
        f"feature_names={' '.join(names)}\nfeature_infos={infos}\n"
    )
    trees = [f"Tree={number}\n{block}\n\n" for number, block in enumerate(blocks)]
    sizes = " ".join(str(len(tree)) for tree in trees)
    text = f"{head}tree_sizes={sizes}\n\n{''.join(trees)}end of trees\n\n"
    return str(lgb.Booster(model_str=text).model_to_string())
