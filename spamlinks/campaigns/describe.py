"""One line about a network, and a name that stays the same from run to run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import blake2b

from spamlinks.report.text import clean, counted
from spamlinks.signals.name_traces import seller_words

__all__ = ["description", "network_id", "shared_words", "span"]

_SHARE = 0.2
"""What so large a part of a network has is worth a mention."""

_MOST = 0.8
"""A network appeared in the weeks that brought so many of its domains."""

_SHOWN = 48
_NAMED_KINDS = {
    "anchor": "anchor",
    "title": "title",
    "shape": "path",
    "address": "address block",
    "owner": "tracking id",
    "servers": "name servers of",
}


def shared_words(labels: Sequence[str]) -> list[str]:
    """Words that many names of a network hold, the commonest first, four at most.

    >>> shared_words(["seo-pro", "seo-max", "rank-seo", "seorank"])
    ['seo', 'rank']
    """
    counts: Counter[str] = Counter()
    for label in labels:
        parts = {part for part in re.split(r"[^a-z]+", label) if len(part) >= 4}
        counts.update(parts | {word for word in seller_words() if word in label})
    need = max(2, _SHARE * len(labels))
    found = [word for word, many in counts.most_common(40) if many >= need]
    out: list[str] = []
    for word in found:  # "backlink" and "link" say the same
        if not any(word in other or other in word for other in out):
            out.append(word)
    return sorted(out[:4], key=lambda word: (-counts[word], word))


def span(days: Sequence[date]) -> str:
    """When most of a network was first seen; "" without dates.

    >>> span([date(2026, 8, 18)] * 9 + [date(2025, 1, 1)])
    'first seen in week 34 of 2026'
    """
    if not days:
        return ""
    weeks = Counter(day - timedelta(days=day.weekday()) for day in days)
    start, end = _narrowest(sorted(weeks.items()), _MOST * len(days))
    if (end - start).days > 70:
        ordered = sorted(days)
        return f"first seen from {ordered[0]:%B %Y} to {ordered[-1]:%B %Y}"
    one, two = start.isocalendar(), end.isocalendar()
    if start == end:
        return f"first seen in week {one.week} of {one.year}"
    if one.year == two.year:
        return f"first seen in weeks {one.week} to {two.week} of {one.year}"
    return f"first seen from week {one.week} of {one.year} to week {two.week} of {two.year}"


def _narrowest(weeks: Sequence[tuple[date, int]], need: float) -> tuple[date, date]:
    """The shortest run of weeks that holds ``need`` domains, the earliest of equals."""
    best, low, inside = (weeks[0][0], weeks[-1][0]), 0, 0
    for day, many in weeks:
        inside += many
        while inside - weeks[low][1] >= need:
            inside -= weeks[low][1]
            low += 1
        if inside >= need and day - weeks[low][0] < best[1] - best[0]:
            best = (weeks[low][0], day)
    return best


def description(
    domains: int,
    suffixes: Sequence[tuple[str, int]],
    words: Sequence[str],
    evidence: Sequence[tuple[str, str, int]],
    days: Sequence[date],
) -> str:
    """Describe a network in one line.

    Parameters
    ----------
    domains : number of its domains.
    suffixes : endings with their counts, the commonest first.
    words : what many of the names hold.
    evidence : kind, text and number of domains of what they share, the commonest first.
    days : first sight of each domain, where known.

    >>> description(12, [("store", 12)], ["seo", "rank"], [("anchor", "buy backlinks", 11)], [])
    "12 domains, .store, names with seo|rank, anchor 'buy backlinks' (11 of them)"
    >>> description(16, [("com", 16)], [], [("name", "payday*.com", 16)], [])
    "16 domains, .com, names like 'payday*.com'"
    """
    parts = [counted(domains, "domain")]
    common = [f".{name}" for name, many in suffixes if many >= _SHARE * domains][:3]
    if common:
        rest = len(suffixes) - len(common)
        parts.append(" ".join(common) + (f" and {rest} more endings" if rest > 1 else ""))
    if words:
        parts.append(f"names with {'|'.join(words)}")
    named = _NAMED_KINDS if words else {"name": "names like", **_NAMED_KINDS}
    for kind, noun in named.items():
        texts = [
            (text, many)
            for k, text, many in evidence
            if k == kind and many >= max(2, _SHARE * domains)
        ]
        if texts:
            text, many = texts[0]
            of = f" ({many:,} of them)" if many < domains else ""
            more = f" and {len(texts) - 1} more" if len(texts) > 1 else ""
            parts.append(f"{noun} '{clean(text, _SHOWN)}'{of}{more}")
    when = span(days)
    return ", ".join([*parts, when] if when else parts)


def network_id(words: Sequence[str], suffix: str, evidence: Sequence[tuple[str, str, int]]) -> str:
    """Name a network by a word of its names, its ending, and a digest of what it shares.

    The digest is of the shared text that most members have, so that a network keeps its name while
    it grows.

    >>> network_id(["seo"], "store", [("name", "*seoexpress*.store", 9)])
    'seo-store-15dc'
    """
    telling = [e for e in evidence if e[0] not in ("moment", "ending", "list")] or list(evidence)
    best = min(telling, key=lambda e: (-e[2], e[0], e[1]), default=("", "", 0))
    digest = blake2b(f"{best[0]}\0{best[1]}".encode(), digest_size=2).hexdigest()
    said = [re.sub(r"[^a-z0-9]+", "", part.lower()) for part in (words[0] if words else "", suffix)]
    return "-".join([part[:20] for part in said if part] + [digest])
