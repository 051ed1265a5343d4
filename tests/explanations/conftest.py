"""One run over small exports for all tests of explanations, and a simulated one."""

from __future__ import annotations

from pathlib import Path

import pytest

from spamlinks.pipeline import Audit, Settings, audit
from spamlinks.simulate import simulate


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """A run over 1,500 made-up links of about 700 domains."""
    path = tmp_path_factory.mktemp("explain") / "links.csv"
    simulate(1500, path, vendor="ahrefs", seed=4, spam_share=0.3)
    return audit([path], Settings(), inside=True)


@pytest.fixture(scope="session")
def mixed(examples: Path) -> Audit:
    """A run over two example exports, Search Console's among them."""
    names = ("shop-ahrefs-backlinks.csv", "https___www.shop.example_-Latest links-2026-10-05.csv")
    settings = Settings(situation="bought", prior="auto")
    return audit([examples / name for name in names], settings, inside=True)
