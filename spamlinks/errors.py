"""The exception tree: every error a caller may want to catch.

* SpamlinksError
    * InputError        a file cannot be used as what it was given as
        * RefusedExport   a recognised file that holds no backlinks to score
    * ModelError        a model bundle cannot be loaded or does not fit
    * TrainingError     a model cannot be trained on these labels
    * OutputError       a result cannot be written

A message says where, what, and what to do next, in one line.
"""

from __future__ import annotations

__all__ = [
    "InputError",
    "ModelError",
    "OutputError",
    "RefusedExport",
    "SpamlinksError",
    "TrainingError",
]


class SpamlinksError(Exception):
    """Base of every error a caller may want to catch."""

    def __init__(self, source: str, problem: str, hint: str) -> None:
        super().__init__(f"{source}: {problem.rstrip('.')}. {hint}".strip())
        self.source = source
        self.problem = problem
        self.hint = hint

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:
        # Exceptions are sent between joblib workers; the default would call us with one argument.
        return type(self), (self.source, self.problem, self.hint)


class InputError(SpamlinksError, ValueError):
    """A file or table cannot be used as what it was given as."""


class RefusedExport(InputError):  # noqa: N818 - it is refused, not in error
    """A file that was understood, and that holds no backlinks to score."""


class ModelError(SpamlinksError, ValueError):
    """A model bundle is missing, damaged, or does not fit this version."""


class TrainingError(SpamlinksError, ValueError):
    """These labels cannot train a model."""


class OutputError(SpamlinksError, OSError):
    """A result cannot be written where it was asked for."""
