"""report.html and evaluation.html: what a run found, as one file to read, print and pass on."""

from __future__ import annotations

from spamlinks.report.evaluation_page import render_evaluation
from spamlinks.report.page import render_report

__all__ = ["render_evaluation", "render_report"]
