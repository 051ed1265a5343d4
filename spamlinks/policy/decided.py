"""What a person decided about a site: the verdict that stands whatever the model thinks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from spamlinks.policy.verdicts import Verdict
from spamlinks.urls import authority, canonical_url, is_public_suffix, linking_domain, parse_host

__all__ = ["Decision", "decided_name", "decided_sites"]

_MAX_HOST = 253
_LABELS = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision.

    Attributes
    ----------
    name : an ASCII host, with everything below it, or the canonical URL of one page. A whole
        suffix such as ``com`` or ``blogspot.com`` stands for the row of that name alone: below it
        are the sites of others.
    verdict : what was decided.
    by, on, note : who, when and why, as far as that was written down; texts of strangers.
    row : where it stood in its file, the header being row 1; 0 where it stood in none.
    """

    name: str
    verdict: Verdict
    by: str | None = None
    on: date | None = None
    note: str | None = None
    row: int = 0

    @property
    def is_page(self) -> bool:
        """Whether it is about one page."""
        return "/" in self.name

    @property
    def is_suffix(self) -> bool:
        """Whether it is about a whole suffix, and so about no site."""
        return is_public_suffix(self.name)

    def __str__(self) -> str:
        """Say who decided it, when and why.

        >>> print(Decision("a.example", Verdict.KEEP, "Ann", date(2026, 11, 25), "client of ours"))
        decided by Ann on 2026-11-25: client of ours
        >>> print(Decision("a.example", Verdict.KEEP))
        decided by hand
        """
        who = f" by {self.by}" if self.by else ""
        when = f" on {self.on.isoformat()}" if self.on else ""
        why = f": {self.note}" if self.note else ""
        return f"decided{who}{when}{why}" if who or when else f"decided by hand{why}"


def decided_name(text: str) -> str:
    """Return the host or page that a cell names, "" for a text that names neither.

    ``domain:`` and a leading ``www.`` are understood. A page without its scheme gets http; the
    scheme does not tell pages apart.

    >>> [decided_name(t) for t in ("WWW.Shop.Example", "domain:a.example", "https://b.example/")]
    ['shop.example', 'a.example', 'b.example']
    >>> decided_name("https://b.example/x y"), decided_name("com"), decided_name("no site")
    ('https://b.example/x%20y', 'com', '')
    """
    name = text.strip()
    if name[:7].lower() == "domain:":
        name = name[7:].strip()
    parts = parse_host(authority(name))
    if parts.problem is not None:
        # A whole suffix has a row of its own, where links come from it.
        lower = name.lower()
        named = len(lower) <= _MAX_HOST and _LABELS.fullmatch(lower)
        return lower if named and is_public_suffix(lower) else ""
    url = canonical_url(name)
    if url.partition("://")[2].partition("/")[2]:
        return url
    # www.gov.uk is a site of its own: without its first label it would be a suffix.
    if linking_domain(parts.host) == parts.host:
        return parts.host
    return parts.host.removeprefix("www.")


def decided_sites(decisions: Iterable[Decision], verdict: Verdict) -> tuple[set[str], set[str]]:
    """Return the hosts and the pages with a verdict, whole suffixes left out."""
    chosen = [d for d in decisions if d.verdict == verdict and not d.is_suffix]
    pages = {decision.name for decision in chosen if decision.is_page}
    return {decision.name for decision in chosen} - pages, pages
