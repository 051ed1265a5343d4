"""Decisions of people: read from an edited table, held against a run, kept with author and date."""

from __future__ import annotations

from spamlinks.decided.decision_list import DECISION_COLUMNS, DecisionList
from spamlinks.decided.folder import KEPT, decisions_file
from spamlinks.decided.in_tables import refuse_split, settle
from spamlinks.decided.read import decisions_in, decisions_of, read_decisions, saved_decisions
from spamlinks.decided.run import Followed, follow, here, refuse_contradiction, with_decisions

__all__ = [
    "DECISION_COLUMNS",
    "KEPT",
    "DecisionList",
    "Followed",
    "decisions_file",
    "decisions_in",
    "decisions_of",
    "follow",
    "here",
    "read_decisions",
    "refuse_contradiction",
    "refuse_split",
    "saved_decisions",
    "settle",
    "with_decisions",
]
