"""The exception tree: every error a caller may want to catch.

* SpamlinksError
    * InputError        a file cannot be used as what it was given as
        * RefusedExport   a recognised file that holds no backlinks to score
        * DisavowFormatError  a file that is no disavow file, with the code of what it is instead
    * ModelError        a model bundle cannot be loaded or does not fit
    * TrainingError     a model cannot be trained on these labels
    * OutputError       a result cannot be written
    * NetworkError      nothing can be fetched: no network, or the server cannot be reached
    * FetchError        fetching ended before it was done; what is saved stays

A message says where, what, and what to do next, in one line.
"""

from __future__ import annotations

__all__ = [
    "DisavowFormatError",
    "FetchError",
    "InputError",
    "ModelError",
    "NetworkError",
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

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        # Exceptions are sent between joblib workers; the default would call us with one argument.
        return type(self), (self.source, self.problem, self.hint)


class InputError(SpamlinksError, ValueError):
    """A file or table cannot be used as what it was given as."""


class RefusedExport(InputError):  # noqa: N818 - it is refused, not in error
    """A file that was understood, and that holds no backlinks to score."""


class DisavowFormatError(InputError):
    """A file cannot be read as a disavow file; no entry of it was taken.

    ``code`` is the linter's, such as "NOT_UTF8". ``places`` are (line, column) pairs, counted from
    1, where they are known.
    """

    def __init__(
        self,
        source: str,
        problem: str,
        hint: str,
        code: str = "NOT_A_DISAVOW_FILE",
        places: tuple[tuple[int, int], ...] = (),
    ) -> None:
        super().__init__(source, f"{problem} ({code})", hint)
        self.code = code
        self.places = places

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        problem = self.problem.removesuffix(f" ({self.code})")
        return type(self), (self.source, problem, self.hint, self.code, self.places)


class ModelError(SpamlinksError, ValueError):
    """A model bundle is missing, damaged, or does not fit this version."""


class TrainingError(SpamlinksError, ValueError):
    """These labels cannot train a model."""


class OutputError(SpamlinksError, OSError):
    """A result cannot be written where it was asked for."""


class NetworkError(SpamlinksError, OSError):
    """There is no network, or the one server that was asked cannot be reached."""


class FetchError(SpamlinksError, RuntimeError):
    """Fetching ended before it was done: a part of it is missing or died. What is saved stays."""
