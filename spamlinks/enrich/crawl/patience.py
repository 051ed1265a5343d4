"""Which servers are left alone for the rest of a run, because they said so or say nothing."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from spamlinks.enrich.answers import State

__all__ = ["Closed", "Patience"]

MOST_SILENT = 3
"""Tries in a row without an answer after which a server (scheme, host, port) is left alone."""
MOST_SILENT_AT_ADDRESS = 12
MOST_THROTTLED = 3
MOST_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Closed:
    """How the look-ups end that are not tried any more."""

    state: State
    reason: str
    code: int | None = None
    retry_at: datetime | None = None


class Patience:
    """Counts bad signs in a row. A good answer starts anew."""

    def __init__(self) -> None:
        self._silent: OrderedDict[str, int] = OrderedDict()
        self._throttled: OrderedDict[str, int] = OrderedDict()
        self._closed: OrderedDict[str, Closed] = OrderedDict()

    def answered(self, origin: str, address: str) -> None:
        """Note that a server answered, whatever it said."""
        for key in (origin, address):
            self._silent.pop(key, None)

    def silent(self, origin: str, address: str, reason: str) -> None:
        """Note a try without an answer."""
        for key, most, where in (
            (origin, MOST_SILENT, "this server"),
            (address, MOST_SILENT_AT_ADDRESS, "this address"),
        ):
            if key and self._count(self._silent, key) >= most:
                said = f"not asked: {where} gave no answer {most} times in a row ({reason})"
                self._close(key, Closed(State.FAILED, said))

    def throttled(self, site: str, code: int, retry_at: datetime | None, *, long: bool) -> None:
        """Note that a site said "too often"; at once final where it named a ``long`` time."""
        if self._count(self._throttled, site) >= MOST_THROTTLED or long:
            said = f"not asked: the site wants fewer requests (HTTP {code})"
            self._close(site, Closed(State.BLOCKED, said, code, retry_at))

    def welcomed(self, site: str) -> None:
        """Note that a site answered without a complaint."""
        self._throttled.pop(site, None)

    def closed(self, *keys: str) -> Closed | None:
        """Return how look-ups at an origin, address or site end unasked; None where they may."""
        return next((self._closed[key] for key in keys if key in self._closed), None)

    def _close(self, key: str, closed: Closed) -> None:
        self._closed[key] = closed
        _bound(self._closed)

    def _count(self, counts: OrderedDict[str, int], key: str) -> int:
        counts[key] = counts.pop(key, 0) + 1
        _bound(counts)
        return counts[key]


def _bound(kept: OrderedDict[str, int] | OrderedDict[str, Closed]) -> None:
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)
