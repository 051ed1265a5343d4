"""spamlinks: a link export in, a disavow.txt its owner would dare to upload out.

The names below are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spamlinks.api import (
        Audit,
        BacklinkSignals,
        Comparison,
        DisavowFile,
        Enrichment,
        Evaluation,
        Explanation,
        SpamLinkClassifier,
        audit,
        compare_runs,
        evaluate,
        explain,
        fetch_facts,
        lint,
        load_bundle,
        read_backlinks,
        recheck,
    )

__version__ = "0.1.0"

__all__ = [
    "Audit",
    "BacklinkSignals",
    "Comparison",
    "DisavowFile",
    "Enrichment",
    "Evaluation",
    "Explanation",
    "SpamLinkClassifier",
    "__version__",
    "audit",
    "compare_runs",
    "evaluate",
    "explain",
    "fetch_facts",
    "lint",
    "load_bundle",
    "read_backlinks",
    "recheck",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from spamlinks import api

        return getattr(api, name)
    raise AttributeError(f"module 'spamlinks' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
