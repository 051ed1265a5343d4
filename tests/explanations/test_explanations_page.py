"""The page of text: narrow enough, clean whatever an export holds, true in odd cases."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamlinks.explanations.explanation import Explanation
from spamlinks.explanations.job import explain_in
from spamlinks.explanations.page import lines_of
from spamlinks.explanations.wrapping import wrapped
from spamlinks.pipeline import Audit, Settings, audit
from spamlinks.report.text import clean, display_width

EVIL = (
    "buy \u202eanchor\x1b[31m\n\r\x9b2J {0} {value} [bold] %s 博彩" + "\u0301" * 50 + "\u200b" * 9
)
HARMFUL = ("\x1b", "\u202e", "\x9b", "\r", "\u200b")


def run(folder: Path, rows: dict[str, list[object]], **settings: object) -> Audit:
    path = folder / "links.csv"
    pl.DataFrame(rows).write_csv(path)
    return audit([path], Settings(**settings), inside=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [20, 60, 80, 100])
def test_no_line_is_wider_than_asked_for(simulated: Audit, width: int) -> None:
    names = simulated.domains["linking_domain"]
    for name in (names[0], names[40], names[-1]):
        lines = list(lines_of(explain_in(simulated, name), width))
        assert all(display_width(line) <= max(width, 60) for line in lines)
        assert not any("\n" in line for line in lines)


@given(st.text(max_size=300), st.integers(20, 100))
def test_wrapped_text_loses_nothing(text: str, width: int) -> None:
    shown = clean(text, 300)
    lines = list(wrapped(shown, width, "  "))
    assert all(display_width(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(shown.split())


def test_hostile_texts_are_harmless(tmp_path: Path) -> None:
    """An anchor, a page and a network's words may hold anything."""
    rows = {
        "referring_page": ["https://spam.example/\u202ea{0}[bold]", "https://spam.example/b"],
        "target_url": ["https://shop.example/" + "x" * 5000, None],
        "anchor_text": [EVIL * 40, None],
        "referring_page_title": [EVIL, None],
    }
    outcome = run(tmp_path, rows, site="shop.example")
    found = explain_in(outcome, "spam.example")
    network = {
        "id": EVIL, "description": EVIL, "domains": 12, "links": None, "verdicts": {EVIL: 3},
        "samples": [EVIL] * 20, "evidence": [{"kind": "anchor", "what": EVIL, "domains": 12}],
    }  # fmt: skip
    found = replace(found, network=network)
    page = "\n".join(lines_of(found, 80))
    data = json.dumps(found.to_dict())
    assert "buy anchor" in page
    for harmful in HARMFUL:
        assert harmful not in page
        assert harmful not in data
    assert data.isascii()
    assert all(display_width(line) <= 80 for line in page.splitlines())


@pytest.mark.parametrize("damage", [
    {"id": None}, {"id": "a", "domains": "many", "verdicts": 3, "samples": None},
    {"id": "a", "domains": 5, "links": 5, "verdicts": {"KEEP": None}, "samples": []},
])  # fmt: skip
def test_a_network_that_is_not_whole_is_shown_as_far_as_it_goes(
    simulated: Audit, damage: dict[str, object]
) -> None:
    found = replace(explain_in(simulated, simulated.domains["linking_domain"][0]), network=damage)
    assert list(lines_of(found))


def one(folder: Path, page: str, **columns: object) -> Explanation:
    rows: dict[str, list[object]] = {"referring_page": [page]}
    rows |= {name: [value] for name, value in columns.items()}
    outcome = run(folder, rows, site="shop.example")
    return explain_in(outcome, str(outcome.domains["linking_domain"][0]))


ODD = [  # page, columns, verdict that may not be, why
    ("https://spam.example/", {}, "addresses only, one row"),
    ("http://198.51.100.7/", {"anchor_text": "buy viagra"}, "a bare address"),
    ("https://me.blogspot.com/x", {"anchor_text": ""}, "an empty anchor on a platform"),
    ("https://www.wikipedia.org/x", {"anchor_text": "casino"}, "a popular site"),
    ("https://x.edu/~me", {"target_url": "https://shop.example/"}, "an institution"),
]


@pytest.mark.parametrize(("page", "columns", "why"), ODD, ids=[case[2] for case in ODD])
def test_odd_exports_are_explained(
    tmp_path: Path, page: str, columns: dict[str, object], why: str
) -> None:
    found = one(tmp_path, page, **columns)
    assert found.verdict != "DISAVOW", why
    text = "\n".join(lines_of(found))
    assert "From the signals to the score" in text
    assert "this file" not in text.partition("Not known")[0], "one domain is no measure"
    json.dumps(found.to_dict(), allow_nan=False)
    assert not any(step != step for step in (found.steps.rolled, found.steps.log_odds))


def test_the_network_of_the_run_is_shown(simulated: Audit) -> None:
    name = str(simulated.domains["linking_domain"][0])
    entry = {
        "id": "seo-shop-3f2a", "domains": 412, "links": 1893, "followed_links": 1700,
        "verdicts": {"DISAVOW": 400, "REVIEW": 10, "KEEP": 2},
        "description": "412 domains, .shop, anchor 'buy backlinks'",
        "evidence": [{"kind": "shape", "what": "/a/9", "domains": 380}],
        "samples": ["one.shop", "two.shop"],
    }  # fmt: skip
    domains = simulated.domains.with_columns(
        network=pl.when(pl.col("linking_domain") == name).then(pl.lit("seo-shop-3f2a"))
    )
    networks = {"domains": 412, "list": [{"id": "other-1"}, entry]}
    outcome = replace(simulated, domains=domains, run={**simulated.run, "networks": networks})
    found = explain_in(outcome, name)
    text = " ".join(" ".join(lines_of(found)).split())
    assert "seo-shop-3f2a: 412 domains, .shop, anchor 'buy backlinks'" in text
    assert "412 linking domains with 1,893 links; verdicts: DISAVOW 400, REVIEW 10, KEEP 2" in text
    assert "Such as one.shop, two.shop." in text
    assert "making links by automated programs" in text, "its shape is evidence"
    assert found.to_dict()["network"]["domains"] == 412
    other = explain_in(outcome, str(domains["linking_domain"][1]))
    assert other.network is None
    bare = replace(simulated, domains=domains)
    assert explain_in(bare, name).network == {"id": "seo-shop-3f2a"}
