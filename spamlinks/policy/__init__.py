"""Policy: what to do about a score, given what the user and everybody knows about the site."""

from __future__ import annotations

from spamlinks.policy.decide import UNIT_COLUMNS, Guards, decide
from spamlinks.policy.decided import Decision, decided_name, decided_sites
from spamlinks.policy.keep import KeepList
from spamlinks.policy.verdicts import (
    REASON_TEXT,
    SITUATIONS,
    WITH_CAUSE,
    Reason,
    Verdict,
    reason_text,
)

__all__ = [
    "REASON_TEXT",
    "SITUATIONS",
    "UNIT_COLUMNS",
    "WITH_CAUSE",
    "Decision",
    "Guards",
    "KeepList",
    "Reason",
    "Verdict",
    "decide",
    "decided_name",
    "decided_sites",
    "reason_text",
]
