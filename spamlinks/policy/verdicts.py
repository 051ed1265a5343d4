"""The words of a decision: verdicts, reason codes with a sentence each, situations."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["REASON_TEXT", "SITUATIONS", "WITH_CAUSE", "Reason", "Verdict", "reason_text"]


class Verdict(StrEnum):
    """What to do about a site. REVIEW means that a human decides."""

    KEEP = "KEEP"
    REVIEW = "REVIEW"
    DISAVOW = "DISAVOW"


class Reason(StrEnum):
    """The rule that settled a verdict; exactly one per decision."""

    SCORE_HIGH = "SCORE_HIGH"
    NAME_HIGH = "NAME_HIGH"
    SCORE_MIDDLE = "SCORE_MIDDLE"
    SCORE_LOW = "SCORE_LOW"
    OWN_SITE = "OWN_SITE"
    KEEP_LIST = "KEEP_LIST"
    DECIDED = "DECIDED"
    IN_LIVE_FILE = "IN_LIVE_FILE"
    NOFOLLOW_ONLY = "NOFOLLOW_ONLY"
    LINKS_GONE = "LINKS_GONE"
    NOT_IN_SEARCH_CONSOLE = "NOT_IN_SEARCH_CONSOLE"
    NO_HOST = "NO_HOST"
    BARE_TLD = "BARE_TLD"
    PUBLIC_SUFFIX = "PUBLIC_SUFFIX"
    IP_ADDRESS = "IP_ADDRESS"
    PLATFORM = "PLATFORM"
    INSTITUTION = "INSTITUTION"
    POPULAR = "POPULAR"
    HACKED_PAGE = "HACKED_PAGE"
    THIN_EVIDENCE = "THIN_EVIDENCE"


REASON_TEXT: dict[Reason, str] = {
    Reason.SCORE_HIGH: "That is certain enough for a disavow file.",
    Reason.NAME_HIGH: "The address alone is certain enough for a disavow file, and the rest does "
    "not contradict it.",
    Reason.SCORE_MIDDLE: "That is not certain enough to decide without a look.",
    Reason.SCORE_LOW: "No cause to act.",
    Reason.OWN_SITE: "This is your own site, or one that holds it.",
    Reason.KEEP_LIST: "Your keep list names this site or a part of it.",
    Reason.DECIDED: "You decided it, whatever the spam score is.",
    Reason.IN_LIVE_FILE: "Your live disavow file already covers this site; its line stays.",
    Reason.NOFOLLOW_ONLY: "Every link is nofollow, ugc or sponsored: no entry is needed.",
    Reason.LINKS_GONE: "Every followed link is gone: no entry is needed.",
    Reason.NOT_IN_SEARCH_CONSOLE: "Google's own export does not list this site: no entry is "
    "needed.",
    Reason.NO_HOST: "The rows name no usable host, so there is nothing to disavow.",
    Reason.BARE_TLD: "This is a whole top-level domain, not a site.",
    Reason.PUBLIC_SUFFIX: "Many unrelated sites live under this name.",
    Reason.IP_ADDRESS: "This is an IP address; what answers there can change hands.",
    Reason.PLATFORM: "A platform with many honest users: at most single URLs, after a look.",
    Reason.INSTITUTION: "A school, university or public body: perhaps one hacked page; look.",
    Reason.POPULAR: "A widely visited site; that proves nothing, but a human looks first.",
    Reason.HACKED_PAGE: "The link is hidden on a site whose start page reads clean: perhaps a "
    "hacked page; look.",
    Reason.THIN_EVIDENCE: "Too little is known about these links to decide without a look.",
}

_LOOK_FIRST = (
    "Google's own export does not list this site. That list is a sample, and with a cause to act "
    "its links may count: look."
)


def reason_text(reason: Reason | str, verdict: Verdict | str) -> str:
    """Return the sentence for a reason, as it reads with this verdict."""
    if reason == Reason.NOT_IN_SEARCH_CONSOLE and verdict == Verdict.REVIEW:
        return _LOOK_FIRST
    return REASON_TEXT[Reason(reason)]


SITUATIONS: dict[str, float] = {
    "none": 0.98,
    "attack": 0.95,
    "bought": 0.90,
    "manual-action": 0.90,
}
"""Precision that DISAVOW must keep, by the user's situation.

Google ignores most spam by itself, so without a cause only the certain sites are worth a line.
After bought links or a manual action, missing one costs more.
"""

WITH_CAUSE = frozenset({"bought", "manual-action"})
"""Situations in which somebody may have to answer for links that Google's export does not show."""
