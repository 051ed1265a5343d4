"""A small run with hostile texts, and the texts themselves."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

HOSTILE = [  # text, what it tries
    "<script>alert(1)</script>",  # run a script
    "</script><!-- <script>",  # leave the element that holds the rows
    "' onmouseover=alert(1) x='",  # leave an attribute
    '"><img src=http://evil.example/x.png onerror=alert(1)>',  # load a file
    "best \u202egnp.exe\u202c casino",  # turn the reading direction
    "\x1b[31mred\x07\x00",  # command a terminal
    "line\u2028separator\u2029 and\u0085more",  # break a script in two
    "{{ 7 * 7 }}{% include 'x' %}",  # run in the template engine
    "Z" + "\u0301" * 500,  # draw over other lines
    "x" * 100_000,  # break the layout, fill the disk
    "\u200b\u2060\ufeff",  # look like nothing
    "https://evil.example/click",  # become a link
]


def make_domains() -> pl.DataFrame:
    """Three to disavow, one to review, four hostile ones to keep and more."""
    rows = [
        (f"bad{n}.xyz", "domain", "DISAVOW", "SCORE", 0.99, 2, 2, date(2024, 9, 2 + n), "net-1",
         "Spam-trade words in 9 of 9 anchors.", "Ending .xyz | Anchor 'casino' on 31 domains")
        for n in range(3)
    ] + [
        ("odd.example.top", "host", "REVIEW", "LOW_CONFIDENCE", 0.7, 1, 0, None, None,
         "Only one link was seen.", None)
    ] + [
        (f"kept{n}.com", "domain", "KEEP", "SCORE", 0.1, 1, 1, date(2024, 1, 1), text, text,
         " | ".join(HOSTILE))
        for n, text in enumerate(HOSTILE)
    ]  # fmt: skip
    return pl.DataFrame(
        rows,
        schema={
            "linking_domain": pl.String,
            "unit": pl.String,
            "verdict": pl.String,
            "reason": pl.String,
            "spam_score": pl.Float64,
            "links": pl.Int64,
            "followed_links": pl.Int64,
            "first_seen": pl.Date,
            "network": pl.String,
            "why": pl.String,
            "evidence": pl.String,
        },
        orient="row",
    )


def make_links() -> pl.DataFrame:
    """Links of ``make_domains``; the kept domains use the hostile texts everywhere."""
    spam = [
        (f"http://bad{n}.xyz/{k}", f"bad{n}.xyz", "https://example.com/", "casino", 0.5 + k / 20)
        for n in range(3)
        for k in range(8)
    ]
    rows = spam + [
        (f"http://kept{n}.com/{text}", f"kept{n}.com", text, text, 0.1)
        for n, text in enumerate(HOSTILE)
    ]
    return pl.DataFrame(
        rows,
        schema=["referring_page", "linking_domain", "target_url", "anchor_text", "spam_score"],
        orient="row",
    )


def make_networks() -> dict[str, Any]:
    """The network of the three domains to disavow, and hostile ones to more cards than are open."""
    first = {
        "id": "net-1",
        "domains": 3,
        "links": 24,
        "followed_links": 7,
        "verdicts": {"DISAVOW": 3, "REVIEW": 0, "KEEP": 0},
        "description": "3 domains, .xyz, anchor 'casino'",
        "evidence": [
            {"kind": "anchor", "what": "casino", "domains": 3},
            {"kind": "week", "what": "2024-09-02", "domains": 1},
        ],
        "suffixes": [["xyz", 3]],
        "first_seen": "2024-09-02",
        "last_seen": "2024-09-04",
        "samples": ["bad0.xyz", "bad1.xyz", "bad2.xyz"],
    }
    kinds = ("name", "anchor", "title", "shape", "target", "week", "address", "<b>")
    strange = [
        {
            "id": text,
            "domains": 2,
            "links": 2,
            "followed_links": None,
            "verdicts": {"KEEP": 1, "REVIEW": 1},
            "description": text,
            "evidence": [{"kind": kind, "what": text, "domains": 2} for kind in kinds],
            "suffixes": [[text, 1]],
            "first_seen": text,
            "last_seen": None,
            "samples": [text],
        }
        for text in HOSTILE
    ]
    return {
        "domains": 27,
        "looked_at": [f"Anchor texts {HOSTILE[0]}"],
        "missing": [f"Titles: these exports have none. {HOSTILE[0]}"],
        "more": 4,
        "list": [first, *strange, {**first, "id": "net-away"}],
    }


def make_spikes() -> dict[str, Any]:
    """Three weeks, the last of which stands out for hostile reasons."""
    return {
        "why_not": None,
        "usual": 1.0,
        "weeks": [["2024-08-19", 1], ["2024-08-26", 0], ["2024-09-02", 3]],
        "list": [
            {
                "week": "2024-09-02",
                "domains": 3,
                "usual": 1.0,
                "limit": 2.2,
                "causes": [
                    {"kind": "ending", "what": ".xyz", "domains": 3, "usual_share": 0.02},
                    {"kind": "network", "what": "net-1", "domains": 3, "usual_share": 0.0},
                    *(
                        {"kind": "anchor", "what": text, "domains": 1, "usual_share": None}
                        for text in HOSTILE
                    ),
                ],
                "text": f"3 new domains, where 1 is usual {HOSTILE[0]}",
            }
        ],
    }


def make_since() -> dict[str, Any]:
    """One change of each kind, and hostile ones."""
    changes = [
        {
            "linking_domain": f"{change}.com",
            "change": change,
            "before": None if change == "new" else "KEEP",
            "after": None if change == "gone" else "DISAVOW",
            "score_before": None if change == "new" else 0.2,
            "score_after": None if change == "gone" else 0.97,
            "why": "",
        }
        for change in ("worse", "new", "gone")
    ] + [
        {"linking_domain": text, "change": text, "before": text, "after": text, "why": text}
        for text in HOSTILE
    ]
    return {
        "run": {"created": "2024-12-01T08:00:00+00:00", "model": HOSTILE[0], "site": "example.com"},
        "counts": {"new": 12, "gone": 3, "worse": 4, "better": 5, "same": 300},
        "changes": changes,
        "more": 7,
        "notes": [f"another export {HOSTILE[0]}"],
    }


def make_run() -> dict[str, Any]:
    """A run whose every free text is hostile."""
    bad = HOSTILE[0]
    return {
        "tool": "spamlinks",
        "version": "0.1.0",
        "created": "2025-01-15T10:22:31+00:00",
        "site": f"example.com{bad}",
        "situation": "none",
        "precision": 0.98,
        "prior": 0.1,
        "model": {
            "name": "standard-v1",
            "sha256": "9f2c" * 16,
            "card": {
                "label": f"1 is spam {bad}",
                "figures": [
                    {"name": "Precision", "value": 0.991, "low": 0.983, "high": None, "note": bad},
                    {"name": "Recall", "value": 0.41, "low": 0.37, "high": 0.45, "note": ""},
                ],
            },
        },
        "view": f"urls only {bad}",
        "inputs": [
            {
                "file": f"links{bad}.csv",
                "vendor": "ahrefs",
                "kind": "backlinks",
                "generation": None,
                "confidence": 0.97,
                "sha256": "ab12" * 16,
                "records": 1250,
                "links": 1036,
                "duplicates": 200,
                "own_site": 10,
                "rejected": 4,
                "notes": [f"UTF-16 {bad}"],
            }
        ],
        "notes": [f"old.csv is a copy of links.csv, counted once {bad}"],
        "rejected": {f"no host {bad}": 3, "bad port": 1},
        "search_console": {"given": True, "why_not": None, "not_listed": 2},
        "refused": [{"file": f"words{bad}.xlsx", "reason": f"A keyword report {bad}"}],
        "totals": {
            "records": 1250, "links": 1036, "duplicates": 200, "own_site": 10, "rejected": 3,
            "domains": 16,
        },
        "verdicts": {"KEEP": 12, "REVIEW": 1, "DISAVOW": 3},
        "disavow": {
            "written": True, "path": "disavow.txt", "entries": 43, "new": 3, "kept": 40,
            "why_not": None,
        },
        "effect": {
            "profile": {"links": 1036, "followed_links": None, "domains": 16},
            "new_entries": {
                "entries": 3, "links": 24, "followed_links": 7, "domains": 3, "visited": 1,
                "authority": None, "good": 0,
            },
            "whole_file": {
                "entries": 43, "links": 31, "followed_links": 9, "domains": 5, "visited": 2,
                "authority": None, "good": 12,
            },
            "lines": [
                {
                    "line": 9, "entry": f"http://paper.com/{bad}", "new": False, "links": 7,
                    "followed_links": 2, "domains": 1, "good": 12, "good_names": HOSTILE,
                }
            ],
        },
        "not_looked_at": [f"Domain ages {bad}"],
        "networks": make_networks(),
        "spikes": make_spikes(),
        "since": make_since(),
        "seconds": 2.31,
    }  # fmt: skip


@pytest.fixture
def run() -> dict[str, Any]:
    return make_run()


@pytest.fixture
def domains() -> pl.DataFrame:
    return make_domains()


@pytest.fixture
def links() -> pl.DataFrame:
    return make_links()


@pytest.fixture(params=HOSTILE, ids=lambda text: repr(text[:20]))
def hostile(request: pytest.FixtureRequest) -> str:
    text: str = request.param
    return text
