"""Made-up link profiles and exports: for trials, for load and to train beside real host names."""

from __future__ import annotations

from spamlinks.simulate.generate import generate
from spamlinks.simulate.hosts import HostPool
from spamlinks.simulate.views import VIEWS, see_as

__all__ = ["VIEWS", "HostPool", "generate", "see_as"]
