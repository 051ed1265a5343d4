"""What a model of one's own keeps of the model that it leans on: its calibration and thresholds.

A few hundred labels can improve an order, and cannot promise a precision of 0.98. The model that
training started from can: its cuts were measured on thousands of sites. They stay in force beside
the labels' own, and the labels only have to agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spamlinks.model.bundle_content import (
    cuts_from,
    cuts_to,
    lines_from,
    lines_to,
    name_from,
    prior_from,
    share_from,
)
from spamlinks.model.calibration import Cut, Line

__all__ = ["Origin", "origin_from", "origin_to"]

_KEYS = {
    "name",
    "parts",
    "scale",
    "calibration",
    "unit_calibration",
    "thresholds",
    "prior",
    "top_share",
}


@dataclass(frozen=True)
class Origin:
    """The model that a bundle leans on.

    Attributes
    ----------
    name : of that model.
    parts : so many parts at the end of the bundle's are those of that model.
    scale : they count so many times what they count there, above 0.
    lines, unit_lines, cuts, prior, top_share : as in ``ModelBundle``; a cut that the labels speak
        against is not among them.
    """

    name: str
    parts: int
    scale: float
    lines: Mapping[str, Line]
    unit_lines: Mapping[str, Line]
    cuts: Mapping[str, Mapping[str, Cut]]
    prior: float
    top_share: float


def origin_to(origin: Origin) -> dict[str, Any]:
    """The origin as JSON; its parts are files of the bundle."""
    return {
        "name": origin.name,
        "parts": origin.parts,
        "scale": origin.scale,
        "calibration": lines_to(origin.lines),
        "unit_calibration": lines_to(origin.unit_lines),
        "thresholds": cuts_to(origin.cuts),
        "prior": origin.prior,
        "top_share": origin.top_share,
    }


def origin_from(data: Any, parts: int) -> Origin | None:
    """Read ``origin_to`` for a bundle of so many parts; None where it leans on nothing.

    Raises ValueError, TypeError or KeyError for anything else.
    """
    if data is None:
        return None
    if not isinstance(data, dict) or set(data) != _KEYS:
        raise ValueError("its origin is none")
    count, scale = data["parts"], data["scale"]
    if type(count) is not int or not 1 <= count <= parts:
        raise ValueError("its origin has parts that are none")
    if type(scale) not in (int, float) or not 1e-6 <= scale <= 1e6:
        raise ValueError("its origin counts beside the scale")
    return Origin(
        name_from(data["name"]),
        count,
        float(scale),
        lines_from(data["calibration"]),
        lines_from(data["unit_calibration"]),
        cuts_from(data["thresholds"]),
        prior_from(data["prior"]),
        share_from(data["top_share"]),
    )
