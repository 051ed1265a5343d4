"""Behind ``enrich``: what to look up, how long that takes, and the run itself."""

from __future__ import annotations
