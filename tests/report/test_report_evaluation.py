"""The page and the sentences of an evaluation, from data whose every text is hostile."""

from __future__ import annotations

import copy
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from spamlinks.report import evaluation_words as words
from spamlinks.report import render_evaluation
from tests.report.browser import BROWSER, Tab

BAD = "<script>window.hacked=1</script>\u202e\x1b[31m'\"><img src=x onerror=alert(1)>"


def figure(value: float | None, low: float | None = None, high: float | None = None) -> Any:
    return {"value": value, "low": low, "high": high}


def cut(flagged: int, caught: int, false: int) -> dict[str, Any]:
    return {
        "flagged": flagged,
        "caught": caught,
        "false": false,
        "precision": figure(caught / flagged if flagged else None, 0.7, 0.9),
        "precision_at_prior": figure(0.7, 0.6, 0.8),
        "recall": figure(0.3, 0.2, 0.4),
        "false_per_10000": figure(1234.5, 0.0, 2000.0),
    }


def calibration(prior: float) -> dict[str, Any]:
    few = {"low": 0.9, "high": 1.0, "rows": 2, "predicted": 0.95, "observed": figure(1.0)}
    many = {"low": 0.0, "high": 0.1, "rows": 90, "predicted": 0.04}
    bins = [{**many, "observed": figure(0.05, 0.0, 0.1)}, few]
    return {
        "prior": prior,
        "labelled_share": 0.2,
        "expected_calibration_error": figure(0.05, 0.02, 0.08),
        "brier": figure(0.1, 0.08, 0.12),
        "brier_skill": figure(-0.2, -0.3, -0.1),
        "bins": bins,
    }


def measured(rows: int = 100, spam: int = 20) -> dict[str, Any]:
    return {
        "rows": rows,
        "spam": spam,
        "honest": rows - spam,
        "networks": 80,
        "rounds": 500,
        "roc_auc": figure(0.91, 0.85, 0.96),
        "average_precision": figure(0.7, 0.6, 0.8),
        "cuts": {"the model's cut": cut(10, 8, 2), "verdicts of an audit": cut(5, 5, 0)},
        "calibration_as_scored": calibration(0.1),
        "calibration_at_labelled_share": calibration(0.2),
        "why_not": [f"too few {BAD}"],
    }


@pytest.fixture
def found() -> dict[str, Any]:
    points = [[0.0, 0.0], [0.5, 0.9], [1.0, 1.0]]
    part = {
        "rows": 60,
        "spam": 12,
        "ours": {"ROC AUC": figure(0.9, 0.8, 0.95)},
        "theirs": {"ROC AUC": figure(0.4, 0.3, 0.5)},
        "difference": {"ROC AUC": figure(0.5, 0.4, 0.6)},
        "our_cuts": {"the model's cut": cut(10, 8, 2)},
        "their_cuts": {BAD: cut(20, 6, 14)},
        "why_not": [],
    }
    return {
        "tool": "spamlinks",
        "version": "1",
        "created": "2026-11-25T10:00:00+00:00",
        "site": f"caldea.com{BAD}",
        "model": {"name": f"mine{BAD}", "sha256": "ab" * 32, "prior": 0.1},
        "situation": "none",
        "precision": 0.98,
        "prior": 0.1,
        "rounds": 500,
        "seed": 0,
        "vendor_verdict": "ahrefs_is_spam",
        "trained_on": [f"links{BAD}.csv"],
        "files": [{"file": f"links{BAD}.csv", "sha256": "cd" * 32}],
        "refused": [],
        "counts": {
            "records": 150, "links": 130, "duplicates": 12, "own_site": 5, "rejected": 3,
            "unlabelled_links": 30, "contradictory_domains": 7,
            "contradictory": [f"a{n}{BAD}.com" for n in range(7)],
        },
        "seconds": 1.5,
        "made_up": {},
        "notes": [f"a note {BAD}"],
        "links": measured(),
        "domains": measured(),
        "slices": [
            {"kind": "view", "name": "full", "says": f"full: all {BAD}", **measured(90, 20)},
            {"kind": "language", "name": "en", "says": "en", **measured(10, 0)},
        ],
        "compare": {
            "column": BAD, "field": None, "yes_or_no": True, "lower_is_worse": False,
            "direction": "assumed", "cut": 0.5, "levels": {"links": part, "domains": part},
        },
        "drift": [
            {"view": "full", "signal": "is_https", "psi": 0.5, "chance": 0.01, "known_before": 1.0,
             "known_now": 0.5, "median_before": 1.0, "median_now": None,
             "rows_before": 100, "rows_now": 90}
        ],
        "drift_note": "on all links",
        "curves": {
            "ours": {"roc": points, "precision_recall": points},
            "theirs": {"roc": points, "precision_recall": points},
            "histogram": {"spam": [1, 19], "honest": [70, 10]},
        },
    }  # fmt: skip


@pytest.fixture
def errors() -> pl.DataFrame:
    many = 70
    return pl.DataFrame(
        {
            "linking_domain": [f"good{BAD}.com"] + [f"spam{n}.xyz" for n in range(many)],
            "mistake": ["honest, above the cut"] + ["spam, missed"] * many,
            "spam_score": [0.99] + [n / 1000 for n in range(many)],
            "cut": [0.95] + [None] * many,
            "verdict": ["REVIEW"] + ["KEEP"] * many,
            "reason": ["PLATFORM"] + ["SCORE_LOW"] * many,
            "view": ["full"] * (many + 1),
            "links": [3] * (many + 1),
            "page": [f"https://good.com/{BAD}"] * (many + 1),
            "why": [BAD] * (many + 1),
            "evidence": [f"{BAD} (+1.0) | short path (-0.2)"] * (many + 1),
        }
    )


VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_sound_and_loads_and_runs_nothing(
    found: dict[str, Any], errors: pl.DataFrame
) -> None:
    html = render_evaluation(found, errors)
    assert html.startswith("<!doctype html>")
    page = Page(html)
    assert page.open == []
    assert page.tags.isdisjoint({"script", "img", "link", "iframe", "object", "form", "base"})
    names = {name for name, _ in page.attributes}
    assert not {name for name in names if name.startswith("on") or name in ("src", "srcset")}
    assert all(str(v).startswith("#") for n, v in page.attributes if n == "href")
    policy = next(v for n, v in page.attributes if n == "content" and v and "default-src" in v)
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert "url(" not in html
    assert "@import" not in html


def test_what_the_page_says(found: dict[str, Any], errors: pl.DataFrame) -> None:
    text = re.sub(r"\s+", " ", Page(render_evaluation(found, errors)).text)
    for sentence in (
        "ROC AUC 0.910 [0.850, 0.960] on 100 labelled linking domains",
        "a vendor's own verdict (ahrefs_is_spam)",
        "it knows these labels, so every figure is better than on other links",
        "7 linking domains with links of both labels are left out",
        "for a precision of 98 % flags 10 domains: 8 of 20 labelled spam, and 2 of 80 labelled",
        "Honest, above the cut: 1",
        "Spam, missed: 70",
        "The first 60; errors.csv has all.",
        "an audit says REVIEW (platform)",
        "150 records = 130 links + 12 duplicates + 5 from the own site + 3 rejected.",
        "30 links without a label were scored along and not counted.",
        "1,234.5 [0.0, 2,000.0]",
        "-0.200 [-0.300, -0.100]",
        "100% -> 50%",
    ):
        assert sentence in text, sentence
    assert text.index("Honest, above the cut") < text.index("Spam, missed")


def test_made_up_rows_are_the_headline(found: dict[str, Any], errors: pl.DataFrame) -> None:
    made = {**found, "made_up": {"labelled.csv": "its links go to a reserved name"}}
    html = render_evaluation(made, errors)
    assert "<h1>Made-up rows: these figures say nothing about accuracy.</h1>" in html
    assert "labelled.csv: its links go to a reserved name." in html
    assert words.headline(found) not in html


def test_what_is_absent_is_said(found: dict[str, Any], errors: pl.DataFrame) -> None:
    bare = copy.deepcopy(found)
    bare |= {"compare": None, "drift": None, "drift_note": "no reference", "slices": []}
    bare["curves"] = {"ours": {}, "histogram": {"spam": [0], "honest": [0]}}
    for level in ("links", "domains"):
        bare[level] |= {
            "roc_auc": figure(None),
            "calibration_as_scored": None,
            "calibration_at_labelled_share": None,
        }
    text = Page(render_evaluation(bare, errors.clear())).text
    assert "Cannot be drawn: a class is missing." in text
    assert "Honest, above the cut: none" in text
    assert "no reference." in text
    assert "Beside another score" not in text
    assert "ROC AUC n/a" in text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "half of its links or more"),
        ({"yes_or_no": False, "cut": 60.0}, "Flagged at 60 or more"),
        ({"yes_or_no": False, "cut": 5.0, "lower_is_worse": True}, "Flagged at 5 or less"),
        ({"yes_or_no": False, "cut": None}, "no cut was stated"),
        ({}, "worse than chance: perhaps lower is worse"),  # its area is 0.4
    ],
)
def test_how_the_other_column_was_read(
    found: dict[str, Any], change: dict[str, Any], sentence: str
) -> None:
    found["compare"] |= change
    assert sentence in words.compare_note(found)


def test_a_cut_that_catches_nothing_is_said(found: dict[str, Any]) -> None:
    found["domains"]["cuts"] = {"the model's cut": cut(0, 0, 0)}
    assert "flags none of the 20 spam domains" in words.lead(found)


def test_every_table_is_rectangular(found: dict[str, Any]) -> None:
    tables = [
        words.main_rows(found),
        words.cut_rows(found["domains"]["cuts"], 0.1),
        words.compare_rows(found),
        words.drift_rows(found),
        *(words.slice_rows(found, kind) for kind in ("view", "language")),
    ]
    for rows in tables:
        assert len(rows) > 1
        assert len({len(row) for row in rows}) == 1


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_a_browser_draws_it_without_running_anything(
    found: dict[str, Any], errors: pl.DataFrame, tmp_path: Path
) -> None:
    page = tmp_path / "evaluation.html"
    page.write_text(render_evaluation(found, errors), encoding="utf-8")
    with Tab(tmp_path / "profile") as tab:
        tab.open(page)
        dom = tab.run("document.documentElement.outerHTML")
        assert tab.problems == tab.requests == []
        assert tab.run("String(window.hacked)") == "undefined"
    assert dom.count("<polyline") == 4
    assert dom.count("<circle") == 4
    assert "<script" not in dom
