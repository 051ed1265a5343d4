"""The effects of one link, in groups that people think in, and numbers that add up as printed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spamlinks.language import Texts
from spamlinks.model.bundle import ModelBundle
from spamlinks.model.explain import contributions
from spamlinks.model.sentences import statement, usual_clause
from spamlinks.model.usual import Place, Usual
from spamlinks.signals.kernel import SIGNALS

__all__ = ["GROUPS", "EffectsOfLink", "Spoken", "add_up", "effects_of", "group_of"]

GROUPS = ("host", "url", "anchor", "page", "link", "fetched", "domain", "profile", "network")

_GROUP = {
    "affix_domains": "network",
    "anchor_domains": "network",
    "anchor_domain_share": "network",
    "shape_domains": "network",
    "week_surge": "network",
    "domain_first_seen_age_days": "domain",
    "domain_traffic_rank": "domain",
    "page_traffic_rank": "domain",
    "domain_authority_rank": "domain",
    "page_authority_rank": "domain",
    "external_links_rank": "page",
    "linked_domains_rank": "page",
    "shares_id_domains": "network",
    "registered_together_domains": "network",
}
"""Signals that people would look for elsewhere than where they are computed."""


def group_of(name: str) -> str:
    """The group of ``GROUPS`` that a signal is shown in.

    >>> group_of("external_links"), group_of("affix_domains")
    ('page', 'network')
    """
    group = _GROUP.get(name, SIGNALS[name].group)
    return group if group in GROUPS else "network"


@dataclass(frozen=True, slots=True)
class Spoken:
    """One signal of the link: value (None = not known), effect in log-odds, and the words.

    ``usual`` is "" where nothing is claimed.
    """

    signal: str
    group: str
    value: float | None
    effect: float
    text: str
    usual: str


@dataclass(frozen=True)
class EffectsOfLink:
    """Where a link starts from and what moved it, the strongest first; adds up to the margin."""

    base: float
    margin: float
    effects: tuple[Spoken, ...]

    def groups(self) -> dict[str, float]:
        """Sum of each group that has an effect, in the order of ``GROUPS``."""
        out = {}
        for group in GROUPS:
            found = [effect.effect for effect in self.effects if effect.group == group]
            if found:
                out[group] = math.fsum(found)
        return out


def effects_of(
    bundle: ModelBundle,
    row: npt.NDArray[np.float32],
    view: str,
    suffix: str,
    usual: Usual,
    texts: Texts,
) -> EffectsOfLink:
    """Explain one link.

    Parameters
    ----------
    row : its signals, float32 (1, len(SIGNALS)).
    view, suffix : of the link.
    usual : of the run.
    """
    found = contributions(bundle, row)[0]
    spoken = []
    for at in np.argsort(-np.abs(found[:-1]), kind="stable"):
        if found[at] == 0:
            break
        name, value = _NAMES[at], float(row[0, at])
        place: Place | None = usual.place(name, value, view)
        spoken.append(
            Spoken(
                name,
                group_of(name),
                value if math.isfinite(value) else None,
                float(found[at]),
                statement(name, value, suffix, texts),
                usual_clause(name, place, texts),
            )
        )
    # The margin is what the model predicts; the base takes what float arithmetic leaves over.
    margin = float(bundle.margins(row, 1)[0])
    base = margin - math.fsum(effect.effect for effect in spoken)
    return EffectsOfLink(base, margin, tuple(spoken))


_NAMES = list(SIGNALS)


def add_up(values: Sequence[float], total: float, digits: int) -> list[float]:
    """Round numbers so that what is printed adds up to the printed total.

    Parameters
    ----------
    values : finite numbers whose sum is about ``total``.
    digits : after the point.

    >>> add_up([0.333, 0.333, 0.334], 1.0, 1)
    [0.3, 0.3, 0.4]
    """
    if not values:
        return []
    scale = 10**digits
    steps = [math.floor(value * scale) for value in values]
    # Those that rounding down took most from are given back first.
    order = sorted(range(len(values)), key=lambda i: steps[i] - values[i] * scale)
    each, left = divmod(round(total * scale) - sum(steps), len(values))
    for place, i in enumerate(order):
        steps[i] += each + (place < left)
    return [step / scale for step in steps]
