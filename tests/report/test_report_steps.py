"""What the page says to do now."""

from __future__ import annotations

from typing import Any

import pytest

from spamlinks.report.steps import steps

WRITTEN = {"written": True, "path": "disavow.txt", "kept": 0}
SPIKE = {"list": [{"week": "2026-08-17", "domains": 212}]}
NETWORKS = {"list": [{"id": "a"}, {"id": "b"}], "more": 1}

CASES = [  # situation, DISAVOW, REVIEW, run, in the steps in this order, not in them, why
    ("none", 0, 4, {}, ["Without one, stop here", "There is nothing to upload."], "upload dis",
     "no reason to act"),
    ("none", 3, 0, {"disavow": WRITTEN},
     ["stop here", "the 3 domains marked DISAVOW", "upload disavow.txt"], "REVIEW",
     "a file is there for those who know of links"),
    ("none", 1, 0, {"disavow": {**WRITTEN, "kept": 40}, "site": "a.example"},
     ["the one domain marked DISAVOW", "Then upload disavow.txt for a.example in"],
     "replaces the list", "the live file is merged already"),
    ("attack", 3, 0, {"disavow": WRITTEN, "spikes": SPIKE, "networks": NETWORKS},
     ["the week of 17 August 2026 with your search traffic", "manual action", "the 3 networks",
      "the 3 domains marked DISAVOW", "upload disavow.txt", "in about four weeks"], "the wave",
     "the run saw the wave"),
    ("none", 0, 0, {"spikes": {**SPIKE, "weeks": [["2026-08-31", 2]]}},
     ["stop here", "If the week of 17 August 2026 worries you", "--situation attack"], "REVIEW",
     "the advice must not pass over the wave that the page shows"),
    ("bought", 0, 0, {"networks": {"list": [{"id": "a", "domains": 9, "links": 2}]}},
     ["No network is marked DISAVOW", "start with these: network a, 9 domains", "--decisions"],
     "marked REVIEW", "nothing unclear: the networks are where to look"),
    ("attack", 0, 0, {}, ["date of the wave", "in about four weeks"], "upload", "it saw none"),
    ("bought", 0, 7, {},
     ["List the links that you know", "rel=sponsored", "the 7 domains marked REVIEW",
      "into a disavow file"], "tool", "the program cannot see invoices"),
    ("manual-action", 2, 1, {"disavow": WRITTEN},
     ["text of the manual action", "removed", "the 2 domains marked DISAVOW",
      "the one domain marked REVIEW one by one", "Add the links you know of to it.",
      "reconsideration request"], "stop here", "the whole way"),
    ("unheard-of", 0, 0, {}, ["stop here"], "upload dis", "the careful default"),
]  # fmt: skip


@pytest.mark.parametrize(("situation", "bad", "unclear", "run", "told", "untold", "_why"), CASES)
def test_steps_follow_the_situation_and_the_run(
    situation: str,
    bad: int,
    unclear: int,
    run: dict[str, Any],
    told: list[str],
    untold: str,
    _why: str,
) -> None:
    found = steps({**run, "situation": situation}, {"DISAVOW": bad, "REVIEW": unclear, "KEEP": 9})
    text = " / ".join(found)
    places = [text.index(part) for part in told]
    assert places == sorted(places)
    assert untold not in text
    assert len(found) >= 2
