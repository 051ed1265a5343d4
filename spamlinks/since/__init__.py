"""What is new, gone, worse or better since an earlier run, and why."""

from __future__ import annotations

from spamlinks.since.changes import SCORE_MOVE
from spamlinks.since.comparison import Comparison, compare_runs, compared, read_earlier
from spamlinks.since.finished import Finished, read_finished

__all__ = [
    "SCORE_MOVE",
    "Comparison",
    "Finished",
    "compare_runs",
    "compared",
    "read_earlier",
    "read_finished",
]
