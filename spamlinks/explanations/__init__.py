"""Why a domain or a link got its score and verdict, and what would change it."""

from __future__ import annotations

from spamlinks.explanations.explanation import Explanation
from spamlinks.explanations.job import explain

__all__ = ["Explanation", "explain"]
