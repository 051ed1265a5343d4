"""What an HTTP answer means for a look-up."""

from __future__ import annotations

from spamlinks.enrich.answers import State
from spamlinks.urls import authority, parse_host

__all__ = ["AGAIN", "REDIRECTS", "is_code", "is_of_site", "state_of"]

REDIRECTS = frozenset((301, 302, 303, 307, 308))
AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524))
"""Codes after which another try can help."""
_ABSENT = {404: "not found", 410: "gone"}
_BLOCKED = {
    401: "login wanted",
    403: "forbidden",
    429: "too many requests",
    451: "unavailable for legal reasons",
    999: "denied",  # what one large network answers to robots
}


def state_of(code: int) -> tuple[State, str]:
    """Return the state that an HTTP code ends in, and the reason; "" for a page.

    >>> state_of(200), state_of(410)
    ((<State.FETCHED: 'fetched'>, ''), (<State.ABSENT: 'absent'>, 'HTTP 410, gone'))
    >>> state_of(403)[0], state_of(503)[0]
    (<State.BLOCKED: 'blocked'>, <State.FAILED: 'failed'>)
    """
    if 200 <= code < 300:
        return State.FETCHED, ""
    if not is_code(code):
        return State.FAILED, "answer is no HTTP"
    for codes, state in ((_ABSENT, State.ABSENT), (_BLOCKED, State.BLOCKED)):
        if code in codes:
            return state, f"HTTP {code}, {codes[code]}"
    return State.FAILED, f"HTTP {code}"


def is_code(code: int) -> bool:
    """Whether a number is an HTTP code; a server may send any as one.

    >>> is_code(999), is_code(0), is_code(99999999999999999999)
    (True, False, False)
    """
    return 100 <= code <= 999


def is_of_site(url: str, site: str) -> bool:
    """Whether a URL belongs to a site, given by its registrable domain."""
    parts = parse_host(authority(url))
    return bool(site) and site in (parts.linking_domain, parts.registrable_domain)
