"""What happened in a profile: networks of linking domains, and weeks that brought too many."""

from __future__ import annotations

from spamlinks.campaigns.networks import network_facts
from spamlinks.campaigns.spikes import spike_facts

__all__ = ["network_facts", "spike_facts"]
