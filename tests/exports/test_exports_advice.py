"""Rejected records come with a word on what to do."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import polars as pl
import pytest

from spamlinks import exports, urls
from spamlinks.exports import read_export, site
from spamlinks.exports.advice import ADVICE, BEGINNINGS, OTHERWISE, with_advice

FOLDER = Path(exports.__file__).parent


def advised(*reasons: str) -> list[str]:
    frame = pl.DataFrame(
        {"file": "a.csv", "record": 1, "reason": list(reasons), "text": "x"},
        schema={"file": pl.String, "record": pl.Int64, "reason": pl.String, "text": pl.String},
    )
    table = with_advice(frame)
    assert table.columns == ["file", "record", "reason", "advice", "text"]
    assert table.drop("advice").equals(frame)
    return table["advice"].to_list()


def problems_of_hosts() -> set[str]:
    """Every reason that ``parse_host`` can give: the arguments of its ``_bad``."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(urls))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_bad":
            found |= {n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)}
    return {text for text in found if isinstance(text, str) and len(text) > 1}


def reasons_of_readers() -> set[str]:
    """Texts of the reading modules that end up as the reason of a rejected record."""
    found = {site.LINKS_ELSEWHERE, site.NO_TARGET}
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reject":
                found |= _texts(node.args[1])
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "reject":
                found |= _texts(node.args[1])
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "_refuse":
                found |= _texts(node.args[0])
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(getattr(target, "id", "") == "reason" for target in targets):
                    found |= _texts(node.value)
    return found


def _texts(node: ast.expr) -> set[str]:
    return {
        n.value
        for n in ast.walk(node)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and " " in n.value.strip()
        and not n.value.startswith(("[", "^", "the path"))
    }  # fmt: skip


def test_the_reasons_are_found() -> None:
    assert {"no host", "bad port", "host has no public suffix"} <= problems_of_hosts()
    assert {"no referring page", "a quote is never closed"} <= reasons_of_readers()


@pytest.mark.parametrize("reason", sorted(problems_of_hosts() | reasons_of_readers()))
def test_every_reason_has_its_advice(reason: str) -> None:
    assert advised(reason) != [OTHERWISE]


def test_advice_is_a_sentence() -> None:
    for text in (*ADVICE.values(), *(advice for _, advice in BEGINNINGS.values()), OTHERWISE):
        assert text[0].isupper()
        assert text.endswith(".")
        assert len(text) < 120


def test_ragged_and_unknown_reasons() -> None:
    ragged, other = advised("the record has 3 cells, the header 9", "a reason of tomorrow")
    assert ragged.startswith("Export the file again")
    assert other == OTHERWISE
    assert advised() == []


def test_what_readers_reject_is_advised(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    path.write_text(
        'Linking page,Last crawled\n,2026-01-01\nmailto:x@y.example,\nhttps://com/,\na,b,c\n'
        "https://300.1.1.1/,\nhttps://a.example:x/,\n"
    )  # fmt: skip
    rejected = with_advice(read_export(path).rejected)
    assert rejected.height == 6
    assert OTHERWISE not in rejected["advice"].to_list()
