"""The disavow file of a run before it is written, as a whole and for each property."""

from __future__ import annotations

from spamlinks.drafts.candidates import allowed_names, candidates
from spamlinks.drafts.completed import (
    former_file,
    read_beside,
    refuse_loss,
    set_aside,
    with_effect,
)
from spamlinks.drafts.draft import Draft, ForProperty, Wishes, draft_disavow

__all__ = [
    "Draft",
    "ForProperty",
    "Wishes",
    "allowed_names",
    "candidates",
    "draft_disavow",
    "former_file",
    "read_beside",
    "refuse_loss",
    "set_aside",
    "with_effect",
]
