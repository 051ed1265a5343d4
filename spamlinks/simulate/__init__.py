"""Made-up link profiles and exports: for trials, for load and to train beside real host names."""

from __future__ import annotations

from spamlinks.simulate.generate import VIEWS, HostPool, generate, see_as

__all__ = ["VIEWS", "HostPool", "generate", "see_as"]
