"""What all tests share: how Hypothesis runs, the examples, the optional corpus."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# No deadline: the machine may be busy, and the first call of a function may load a list.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")


@pytest.fixture(scope="session")
def examples() -> Path:
    """The folder of example exports."""
    return ROOT / "data" / "examples"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real exports and lists that stand beside some checkouts; skips where they do not."""
    folder = ROOT / ".." / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder of real exports is not beside this checkout")
    return folder.resolve()
