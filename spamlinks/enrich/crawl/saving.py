"""Answers on their way into the store, and the doubt whether our own network is there at all."""

from __future__ import annotations

import time
from collections import Counter

from spamlinks.enrich.answers import Answer, State
from spamlinks.enrich.store import Store
from spamlinks.errors import NetworkError

__all__ = ["SECONDS", "Saver"]

BATCH = 100
SECONDS = 1.0
MOST_DOUBTS = 40
"""Look-ups in a row that met nothing but silence, at ``MOST_SILENT_SITES`` sites, after which it
is our network that is silent."""
MOST_SILENT_SITES = 10


class Saver:
    """Writes answers in batches. Those that may be the fault of our own network wait for a proof.

    An answer that says "nobody answered" is held back until anybody did: a cable that is out must
    not turn a thousand pages into failures.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._batch: list[Answer] = []
        self._since = time.monotonic()
        self._doubted: list[Answer] = []
        self._doubted_sites: set[str] = set()
        self._proved = False
        self.done = 0
        self.states: Counter[State] = Counter()

    def add(self, answer: Answer, *, network: bool | None, site: str) -> None:
        """Take an answer.

        Parameters
        ----------
        network : True where somebody out there answered, False where nobody did, None where
            nothing was asked.
        site : that was asked.

        Raises
        ------
        NetworkError : too many in a row that nobody answered; they are not saved.
        """
        self.done += 1
        self.states[answer.state] += 1
        if network is False:
            self._doubted.append(answer)
            self._doubted_sites.add(site)
            if len(self._doubted) >= MOST_DOUBTS and len(self._doubted_sites) >= MOST_SILENT_SITES:
                raise self._outage()
            return
        if network:
            self.prove()
        self._batch.append(answer)
        if len(self._batch) >= BATCH:
            self.flush()

    def prove(self) -> None:
        """Note that somebody out there answered."""
        self._proved = True
        if self._doubted:
            self._batch += self._doubted
            self._doubted.clear()
            self._doubted_sites.clear()

    def flush(self, *, older_than: float = 0.0) -> None:
        """Write what there is, if the last time is ``older_than`` seconds ago."""
        if time.monotonic() - self._since < older_than:
            return
        if self._batch:
            self._store.save(self._batch)
            self._batch = []
        self._since = time.monotonic()

    def end(self) -> None:
        """Write everything at the end of the work.

        Raises
        ------
        NetworkError : nobody answered in the whole run; those answers are not saved.
        """
        if self._doubted and not self._proved and self._is_offline():
            self.flush()
            raise self._outage()
        self.prove()
        self.flush()

    def _is_offline(self) -> bool:
        # Of a single silent server nothing follows; of silent name servers it does.
        return len(self._doubted_sites) >= MOST_SILENT_SITES or any(
            answer.reason.startswith(("name servers do not", "no way", "this machine"))
            for answer in self._doubted
        )

    def _outage(self) -> NetworkError:
        for answer in self._doubted:
            self.done -= 1
            self.states[answer.state] -= 1
        many = len(self._doubted)
        last = self._doubted[-1].reason
        self._doubted.clear()
        problem = f"the network does not answer ({many} look-ups in a row; the last: {last})"
        hint = "Check the connection and run the same command again: it goes on from there."
        return NetworkError("pages", problem, hint)
