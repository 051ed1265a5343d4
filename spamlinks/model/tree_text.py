"""LightGBM's text of trees, checked by us before LightGBM reads it.

LightGBM trusts its input: a child that does not exist, a loop or a wrong ``tree_sizes`` makes it
read memory that is not its own, or never come back. So every line is checked against what
LightGBM writes for the trees we train: binary, one class, numeric splits, constant leaves. What
follows the trees (importances, parameters) is not passed on at all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

__all__ = ["check_trees", "gain_shares", "path_lengths", "split_features", "trees_only"]

MAX_TREES = 10_000
MAX_LEAVES = 4096
MAX_DEPTH = 256
"""LightGBM walks trees by recursion; a deep one exhausts the stack."""

MAX_LEAF = 1e9
"""Bounds sums of leaves, so that no margin overflows; real leaves stay below 10."""

_END = "\n\nend of trees\n"
_FIRST = "\n\nTree=0\n"
_COUNT = 2**31 - 1

_FIXED = {
    "version": "v4",
    "num_class": "1",
    "num_tree_per_iteration": "1",
    "label_index": "0",
    "objective": "binary sigmoid:1",
}
_HEAD_KEYS = {*_FIXED, "max_feature_idx", "feature_names", "feature_infos", "tree_sizes"}
_OPTIONAL = {"monotone_constraints"}
_INFO = re.compile(r"none|\[-?[0-9][0-9.e+-]*:-?[0-9][0-9.e+-]*\]")
_PER_NODE = ("split_feature", "split_gain", "threshold", "decision_type", "left_child",
             "right_child", "internal_value", "internal_weight", "internal_count")  # fmt: skip
_PER_LEAF = ("leaf_value", "leaf_weight", "leaf_count")
_TREE_KEYS = {"num_leaves", "num_cat", "is_linear", "shrinkage", *_PER_NODE, *_PER_LEAF}
# Bit 0 is "categorical", bit 1 "missing goes left", bits 2 and 3 how missing is told: 0 to 2.
_NUMERIC = {0, 2, 4, 6, 8, 10}


def check_trees(text: str, names: Sequence[str]) -> None:
    """Check a LightGBM model text whole.

    Parameters
    ----------
    text : as ``Booster.model_to_string`` returns it.
    names : the columns it must have, in their order.

    Raises
    ------
    ValueError : anything LightGBM would not write for such a model; says what.
    """
    if not text.isascii():
        raise ValueError("it is not ASCII")
    head, found, rest = text.partition(_FIRST)
    if not found:
        raise ValueError("it has no trees, or is cut off")
    at = len(text) - len(rest) - len(_FIRST) + 2
    for number, size in enumerate(_head(head, names)):
        _check_tree(text[at : at + size], number, len(names))
        at += size
    if not text.startswith(_END[2:], at):
        raise ValueError("it is cut off, or has more trees than it says")


def trees_only(text: str) -> str:
    """The text up to the end of its trees: all that is needed to score and explain."""
    at = text.find(_END)
    return text if at < 0 else text[: at + len(_END)]


def split_features(text: str) -> set[int]:
    """Column numbers that some tree splits on."""
    return {int(n) for line in _values(text, "split_feature") for n in line.split()}


def gain_shares(text: str, columns: int) -> list[float]:
    """Each column's share of the loss that all splits took away; zeros for bare stumps."""
    gains = [0.0] * columns
    for at, by in zip(_values(text, "split_feature"), _values(text, "split_gain"), strict=True):
        for column, gain in zip(at.split(), by.split(), strict=True):
            gains[int(column)] += max(0.0, min(float(gain), 1e100))
    total = math.fsum(gains)
    return [gain / total if total else 0.0 for gain in gains]


def path_lengths(text: str) -> list[int]:
    """Number of splits above each leaf, of all trees in turn; 0 for a bare stump."""
    out: list[int] = []
    children = zip(_values(text, "left_child"), _values(text, "right_child"), strict=True)
    for left, right in children:
        sides = [[int(n) for n in side.split()] for side in (left, right)]
        waiting = [(0, 1)] if sides[0] else []
        if not waiting:
            out.append(0)
        while waiting:
            node, depth = waiting.pop()
            for side in sides:
                child = side[node]
                if child < 0:  # leaves are numbered from -1 downwards
                    out.append(depth)
                else:
                    waiting.append((child, depth + 1))
    return out


def _values(text: str, key: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.startswith(f"{key}="):
            yield line.partition("=")[2]


def _pairs(lines: Sequence[str], where: str) -> dict[str, str]:
    out: dict[str, str] = {}
    for line in lines:
        key, equals, value = line.partition("=")
        if not equals or key in out:
            raise ValueError(f"{where} has the unknown line {line[:60]!r}")
        out[key] = value
    return out


def _head(head: str, names: Sequence[str]) -> list[int]:
    """Check the lines above the trees; return the size of each tree."""
    first, *lines = head.split("\n")
    if first != "tree":
        raise ValueError("it is no LightGBM text")
    pairs = _pairs(lines, "its head")
    if strange := sorted(set(pairs) - _HEAD_KEYS - _OPTIONAL):
        raise ValueError(f"its head has the unknown line {strange[0][:60]!r}")
    if missing := sorted(_HEAD_KEYS - set(pairs)):
        raise ValueError(f"its head lacks {missing[0]}")
    for key, value in _FIXED.items():
        if pairs[key] != value:
            raise ValueError(f"{key} is {pairs[key][:60]!r}, only {value!r} is read")
    if pairs["feature_names"].split(" ") != list(names):
        raise ValueError("it and metadata.json disagree on signals")
    columns = len(names)
    _whole(pairs, "max_feature_idx", 1, columns - 1, columns - 1)
    if "monotone_constraints" in pairs:
        _whole(pairs, "monotone_constraints", columns, -1, 1)
    infos = pairs["feature_infos"].split(" ")
    if len(infos) != columns or not all(map(_INFO.fullmatch, infos)):
        raise ValueError("feature_infos does not say a range for each column")
    sizes = pairs["tree_sizes"].split(" ")
    if len(sizes) > MAX_TREES:
        raise ValueError(f"it has more than {MAX_TREES} trees")
    return _whole(pairs, "tree_sizes", len(sizes), 1, _COUNT)


def _check_tree(block: str, number: int, columns: int) -> None:
    where = f"tree {number}"
    first, *lines = block.split("\n")
    if first != f"Tree={number}" or lines[-3:] != ["", "", ""]:
        raise ValueError(f"{where} is not where tree_sizes says")
    pairs = _pairs(lines[:-3], where)
    if set(pairs) != _TREE_KEYS:
        odd = sorted(set(pairs) ^ _TREE_KEYS)[0]
        raise ValueError(f"{where} lacks the line {odd[:60]!r}, or has it and should not")
    try:
        leaves = _whole(pairs, "num_leaves", 1, 1, MAX_LEAVES)[0]
        nodes = leaves - 1
        if pairs["num_cat"] != "0" or pairs["is_linear"] != "0":
            raise ValueError("only numeric splits and constant leaves are read")
        _real(pairs, "shrinkage", 1)
        _real(pairs, "leaf_value", leaves, MAX_LEAF)
        for key in ("split_gain", "internal_value", "internal_weight"):
            _real(pairs, key, nodes)
        _real(pairs, "threshold", nodes, math.inf)  # inf parts known values from missing ones
        _whole(pairs, "leaf_count", leaves, 0, _COUNT)
        _real(pairs, "leaf_weight", leaves if nodes else 0)  # a tree of one leaf has none
        _whole(pairs, "internal_count", nodes, 1, _COUNT)
        _whole(pairs, "split_feature", nodes, 0, columns - 1)
        if not set(_whole(pairs, "decision_type", nodes, 0, 10)) <= _NUMERIC:
            raise ValueError("decision_type is not that of a numeric split")
        _check_children(
            _whole(pairs, "left_child", nodes, -leaves, nodes - 1),
            _whole(pairs, "right_child", nodes, -leaves, nodes - 1),
        )
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _check_children(left: Sequence[int], right: Sequence[int]) -> None:
    """Each node but the root and each leaf (-1, -2, ...) hangs on one earlier node."""
    nodes = len(left)
    wanted = [*range(-nodes - 1, 0), *range(1, nodes)] if nodes else []
    if sorted([*left, *right]) != wanted:
        raise ValueError("a child is missing, or hangs on two nodes")
    depth = [1] * nodes
    for node, children in enumerate(zip(left, right, strict=True)):
        for child in children:
            if 0 <= child <= node:
                raise ValueError("its nodes run in a loop")
            if child > 0:
                depth[child] = depth[node] + 1
    if max(depth, default=0) > MAX_DEPTH:
        raise ValueError(f"it is deeper than {MAX_DEPTH}")


def _tokens(pairs: dict[str, str], key: str, count: int) -> list[str]:
    value = pairs[key]
    tokens = value.split(" ") if value else []
    if len(tokens) != count:
        raise ValueError(f"{key} has {len(tokens)} values instead of {count}")
    if "_" in value:  # Python would read 1_000, LightGBM 1
        raise ValueError(f"{key} holds something that is no number")
    return tokens


def _whole(pairs: dict[str, str], key: str, count: int, low: int, high: int) -> list[int]:
    tokens = _tokens(pairs, key, count)
    try:
        values = list(map(int, tokens))
    except ValueError:
        raise ValueError(f"{key} holds something that is no whole number") from None
    if values and not (low <= min(values) and max(values) <= high):
        raise ValueError(f"{key} is outside {low} to {high}")
    return values


def _real(pairs: dict[str, str], key: str, count: int, limit: float = 1e308) -> None:
    tokens = _tokens(pairs, key, count)
    try:
        values = list(map(float, tokens))
    except ValueError:
        raise ValueError(f"{key} holds something that is no number") from None
    if not all(abs(value) <= limit for value in values):  # never true for NaN
        raise ValueError(f"{key} holds a number out of bounds")
