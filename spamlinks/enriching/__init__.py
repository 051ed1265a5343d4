"""Behind ``enrich``: what to look up, how long that takes, and the run itself."""

from __future__ import annotations

from spamlinks.enriching.forecast import Forecast, KindForecast
from spamlinks.enriching.job import Enrichment, Fetching, enrich, fetch_settings
from spamlinks.enriching.plan import KINDS, Plan, Wanted, plan_lookups
from spamlinks.enriching.run import KindProgress
from spamlinks.enriching.undecided import Standing, standing_of

__all__ = [
    "KINDS",
    "Enrichment",
    "Fetching",
    "Forecast",
    "KindForecast",
    "KindProgress",
    "Plan",
    "Standing",
    "Wanted",
    "enrich",
    "fetch_settings",
    "plan_lookups",
    "standing_of",
]
