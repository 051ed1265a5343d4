"""Made-up link profiles and exports: for trials, for load and to train beside real host names.

``docs/GENERATOR.md`` lists what is drawn, and where each number comes from.
"""

from __future__ import annotations

from spamlinks.simulate.export import VENDORS, simulate, write_export
from spamlinks.simulate.generate import generate
from spamlinks.simulate.hosts import HostPool
from spamlinks.simulate.indexes import as_vendor
from spamlinks.simulate.kinds import HONEST, KINDS, SPAM
from spamlinks.simulate.looked_up import DEPTHS, fill_from_fetch, hide_fetch
from spamlinks.simulate.recognise import generated_files
from spamlinks.simulate.views import VIEWS, see_as

__all__ = [
    "DEPTHS",
    "HONEST",
    "KINDS",
    "SPAM",
    "VENDORS",
    "VIEWS",
    "HostPool",
    "as_vendor",
    "fill_from_fetch",
    "generate",
    "generated_files",
    "hide_fetch",
    "see_as",
    "simulate",
    "write_export",
]
