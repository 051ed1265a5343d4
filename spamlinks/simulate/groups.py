"""Domains that act together: networks of spam, and the honest sites that look like one.

Members of a group are of one kind. They share a language, an anchor, a title template, the form
of their paths, a target and, in a wave, a few weeks. On the honest side these are copies of one
article and copies of one product; only spam groups are called networks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spamlinks.simulate.kinds import Kind
from spamlinks.simulate.words import Ints

__all__ = ["Groups", "draw_groups"]

Bools = npt.NDArray[np.bool_]

SIZE = (1.3, 0.25)
"""Members of a group, median and spread in decades: twenty; an assumption."""

SHARED_ANCHOR, SHARED_TITLE, SHARED_PATH, SHARED_TARGET = 0.65, 0.8, 0.8, 0.6
"""How many of the group's links follow its template; assumptions, as disavow files show names
only."""


@dataclass(frozen=True)
class Groups:
    """Groups of a profile.

    Attributes
    ----------
    of : group of each domain, shape (n_domains,); -1 outside groups.
    kind : kind of each group, shape (n_groups,).
    wave : whether the group appears within a few weeks, shape (n_groups,).
    start, width : days before the export of that wave, and its spread in days.
    """

    of: Ints
    kind: Ints
    wave: Bools
    start: npt.NDArray[np.float64]
    width: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.kind)


def draw_groups(
    rng: np.random.Generator, kinds: tuple[Kind, ...], which: Ints, networks: float
) -> Groups:
    """Put domains into groups.

    Parameters
    ----------
    which : kind of each domain, as an index of ``kinds``.
    networks : factor on the share of domains in groups; 0 for none.
    """
    share = np.array([k.networked for k in kinds])[which] * networks
    member = rng.random(len(which)) < share
    of = np.full(len(which), -1, dtype=np.int64)
    kind: list[int] = []
    for k in np.unique(which[member]):
        at = rng.permutation(np.flatnonzero(member & (which == k)))
        while len(at) > 1:  # one alone is no group
            size = max(2, round(10 ** rng.normal(*SIZE)))
            size = len(at) if len(at) - size < 3 else size
            of[at[:size]] = len(kind)
            kind.append(int(k))
            at = at[size:]
    kinds_of = np.array(kind, dtype=np.int64)
    burst = np.array([k.burst for k in kinds])[kinds_of] if kind else np.zeros(0)
    n = len(kind)
    return Groups(
        of,
        kinds_of,
        rng.random(n) < burst,
        10 ** rng.uniform(1.2, 2.9, n),
        rng.uniform(2, 16, n),
    )
