"""Settings that make training a matter of a second, for tests that do not judge its quality."""

from __future__ import annotations

import pytest

from spamlinks.model import blend, learning


def make_quick(patch: pytest.MonkeyPatch, *, draws: int = 1) -> None:
    """Few trees, one seed, few draws for the learning curve."""
    patch.setattr(blend, "BOOSTED", {**blend.BOOSTED, "n_estimators": 12})
    patch.setattr(blend, "SEEDS", 2)
    patch.setattr(blend, "FOREST", {**blend.FOREST, "n_estimators": 8})
    patch.setattr(learning, "DRAWS", draws)
