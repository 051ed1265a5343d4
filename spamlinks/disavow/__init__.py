"""The disavow file: read without loss, checked, merged by adding, written atomically."""

from __future__ import annotations

from spamlinks.disavow.document import DisavowFile, diff, not_reexamined
from spamlinks.disavow.entries import Candidate, Entry, Refusal, Vetted, vet
from spamlinks.disavow.lines import Kind, Line, read_line
from spamlinks.disavow.notes import live_notes
from spamlinks.disavow.problems import PROBLEM_TEXT, Problem, severity
from spamlinks.disavow.render import Header, render_candidates, safe_comment
from spamlinks.disavow.write import write_disavow

__all__ = [
    "PROBLEM_TEXT",
    "Candidate",
    "DisavowFile",
    "Entry",
    "Header",
    "Kind",
    "Line",
    "Problem",
    "Refusal",
    "Vetted",
    "diff",
    "live_notes",
    "not_reexamined",
    "read_line",
    "render_candidates",
    "safe_comment",
    "severity",
    "vet",
    "write_disavow",
]
