"""Texts and days of links: their kind's own, or what their group shares."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spamlinks.simulate import kinds as names
from spamlinks.simulate import pages
from spamlinks.simulate.domains import shares_of
from spamlinks.simulate.groups import SHARED_ANCHOR, SHARED_PATH, SHARED_TITLE, Groups
from spamlinks.simulate.kinds import Kind
from spamlinks.simulate.texts import TextMaker
from spamlinks.simulate.words import Ints, Strings, join, numbers

__all__ = ["link_dates", "link_texts", "weighted"]

Floats = npt.NDArray[np.float64]

WAVES = 3
"""Waves of a profile that domains outside groups may belong to."""

OLDEST = 3600
"""Days: link indexes do not look back further than about ten years."""


def weighted(rng: np.random.Generator, kinds: tuple[Kind, ...], kind: Ints, name: str) -> Ints:
    """Draw by the weights of each kind: an index into what the field ``name`` is weights of."""
    table = np.cumsum(np.array([getattr(k, name) for k in kinds], dtype=np.float64), axis=1)
    table /= table[:, -1:]
    draw = rng.random(len(kind))
    return np.asarray((table[kind] < draw[:, None]).sum(axis=1), dtype=np.int64)


def link_texts(
    rng: np.random.Generator,
    kinds: tuple[Kind, ...],
    which: Ints,
    domain: Ints,
    groups: Groups,
    languages: Strings,
    targets: Strings,
    texts: TextMaker,
) -> dict[str, Strings]:
    """Draw the texts of each link.

    Parameters
    ----------
    which, languages : of each domain.
    domain, targets : of each row.

    Returns
    -------
    ``anchor``, ``title``, ``path``, ``left`` and ``right`` (contexts), each of shape (n_rows,).
    """
    kind, language, n = which[domain], languages[domain], len(domain)
    topics = texts.topics(language, 3)
    sort = weighted(rng, kinds, kind, "paths")
    form = rng.integers(0, pages.VARIANTS, n)
    anchor = texts.anchors(weighted(rng, kinds, kind, "anchors"), targets, language)
    title = pages.titles(texts, weighted(rng, kinds, kind, "titles"), topics)
    left, right = texts.contexts(weighted(rng, kinds, kind, "contexts"), language)

    of = groups.of[domain]

    def follow(share: float) -> Ints:
        return np.flatnonzero((of >= 0) & (rng.random(n) < share))

    first = np.full(len(groups), texts.language, dtype=object)
    member = groups.of >= 0
    first[groups.of[member]] = languages[member]
    # Two anchors a group, for two customers or two words of one.
    two = np.tile(np.arange(len(groups)), 2)
    said = texts.anchors(
        weighted(rng, kinds, groups.kind[two], "anchors"), texts.targets(len(two), 0.45),
        first[two],
    )  # fmt: skip
    here = follow(SHARED_ANCHOR)
    anchor[here] = said[of[here] + len(groups) * (rng.random(len(here)) < 0.3)]
    shared = weighted(rng, kinds, groups.kind, "titles")
    called = pages.titles(texts, shared, texts.topics(first, 3))
    counted = np.isin(shared, [names.TITLES.index(name) for name in pages.NUMBERED])
    counted &= rng.random(len(groups)) < 0.5
    here = follow(SHARED_TITLE)
    number = np.where(counted[of[here]], join(" ", numbers(rng, len(here), 9999)), "")
    title[here] = join(called[of[here]], number)
    here = follow(SHARED_PATH)
    sort[here] = weighted(rng, kinds, groups.kind, "paths")[of[here]]
    form[here] = rng.integers(0, pages.VARIANTS, len(groups))[of[here]]
    path = pages.paths(rng, sort, form, topics)
    return {"anchor": anchor, "title": title, "path": path, "left": left, "right": right}


def link_dates(
    rng: np.random.Generator, kinds: tuple[Kind, ...], which: Ints, domain: Ints, groups: Groups
) -> dict[str, Floats]:
    """Days before the export.

    Returns
    -------
    ``first`` and ``last`` sight of each link, shape (n_rows,), and the ``oldest`` possible link
    of each domain, shape (n_domains,).
    """
    n = len(which)
    waves = rng.integers(20, 700, WAVES)
    burst = rng.random(n) < shares_of(kinds, which, "burst")
    start = np.where(
        burst, rng.choice(waves, n) + rng.normal(0, 12, n), 10 ** rng.uniform(1.2, 3.5, n)
    )
    member = np.flatnonzero(groups.of >= 0)
    of = groups.of[member]
    together = groups.start[of] + groups.width[of] * rng.normal(0, 1, len(member))
    # A group without a wave grows over the years, as copies of a product do.
    start[member] = np.where(groups.wave[of], together, 10 ** rng.uniform(1.2, 3.5, len(of)))
    start = np.clip(start, 2, OLDEST)
    waved = burst.copy()
    waved[member] = groups.wave[of]
    # In a wave all links of a domain come at once, else later ones follow the first.
    late = np.where(waved[domain], rng.beta(40, 1, len(domain)), rng.beta(4, 1, len(domain)))
    first = np.clip(start[domain] * late + rng.normal(0, 3, len(domain)), 1, OLDEST)
    mean = shares_of(kinds, which, "life")[domain]
    life = rng.beta(mean * 3, (1 - mean) * 3)
    # A link cannot be older than the first one of its domain, whose age is drawn from there.
    oldest = np.maximum(start, _highest(first, domain, n))
    return {"first": np.round(first), "last": np.round(first * (1 - life)), "oldest": oldest}


def _highest(values: Floats, domain: Ints, n: int) -> Floats:
    out = np.zeros(n)
    np.maximum.at(out, domain, values)
    return out
