"""The disavow file: read without loss, checked, merged by adding, written atomically."""

from __future__ import annotations

from spamlinks.disavow.collapsing import Collapsed
from spamlinks.disavow.comparing import unified
from spamlinks.disavow.document import DisavowFile, diff, not_reexamined, render_candidates
from spamlinks.disavow.entries import Candidate, Entry, Refusal, Vetted, vet
from spamlinks.disavow.findings import Finding, Fix, Report
from spamlinks.disavow.fixing import Repair, repair
from spamlinks.disavow.lines import Kind, Line, read_line
from spamlinks.disavow.linting import lint, lint_bytes
from spamlinks.disavow.merging import Merged, merge_candidates
from spamlinks.disavow.notes import live_notes
from spamlinks.disavow.problems import PROBLEM_TEXT, Problem, severity
from spamlinks.disavow.reading import read_disavow, read_disavow_bytes
from spamlinks.disavow.removing import without
from spamlinks.disavow.render import Header, safe_comment
from spamlinks.disavow.sites import Sites
from spamlinks.disavow.write import replace_repaired, write_disavow

__all__ = [
    "PROBLEM_TEXT",
    "Candidate",
    "Collapsed",
    "DisavowFile",
    "Entry",
    "Finding",
    "Fix",
    "Header",
    "Kind",
    "Line",
    "Merged",
    "Problem",
    "Refusal",
    "Repair",
    "Report",
    "Sites",
    "Vetted",
    "diff",
    "lint",
    "lint_bytes",
    "live_notes",
    "merge_candidates",
    "not_reexamined",
    "read_disavow",
    "read_disavow_bytes",
    "read_line",
    "render_candidates",
    "repair",
    "replace_repaired",
    "safe_comment",
    "severity",
    "unified",
    "vet",
    "without",
    "write_disavow",
]
