"""The signals: pure, named and versioned measurements of backlinks."""

from __future__ import annotations

from spamlinks.signals.declare import Signal
from spamlinks.signals.kernel import SIGNALS, Tables, blocks, encode, signals

__all__ = ["SIGNALS", "Signal", "Tables", "blocks", "encode", "signals"]
