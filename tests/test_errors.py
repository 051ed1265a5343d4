"""The exception tree: what a caller may catch, and one-line messages."""

from __future__ import annotations

import pickle

import pytest

from spamlinks import errors
from spamlinks.errors import (
    DisavowFormatError,
    FetchError,
    InputError,
    ModelError,
    NetworkError,
    OutputError,
    RefusedExport,
    SpamlinksError,
    TrainingError,
)

TREE = [  # class, what else it is, so that callers of the standard library's errors catch it too
    (InputError, ValueError),
    (RefusedExport, InputError),
    (DisavowFormatError, InputError),
    (ModelError, ValueError),
    (TrainingError, ValueError),
    (OutputError, OSError),
    (NetworkError, OSError),
    (FetchError, RuntimeError),
]


@pytest.mark.parametrize(("kind", "also"), TREE)
def test_tree(kind: type[SpamlinksError], also: type[Exception]) -> None:
    assert issubclass(kind, SpamlinksError)
    assert issubclass(kind, also)


def test_every_public_error_is_in_the_tree() -> None:
    assert set(errors.__all__) == {"SpamlinksError", *(kind.__name__ for kind, _ in TREE)}


@pytest.mark.parametrize(
    ("problem", "hint", "message"),
    [
        ("no such file", "Check the path.", "links.csv: no such file. Check the path."),
        ("no such file.", "Check it.", "links.csv: no such file. Check it."),  # one full stop
        ("no such file", "", "links.csv: no such file."),  # nothing to advise
    ],
)
def test_message_says_where_what_and_what_next(problem: str, hint: str, message: str) -> None:
    error = InputError("links.csv", problem, hint)
    assert str(error) == message
    assert (error.source, error.problem, error.hint) == ("links.csv", problem, hint)


@pytest.mark.parametrize("kind", [SpamlinksError, *(kind for kind, _ in TREE)])
def test_errors_travel_between_processes(kind: type[SpamlinksError]) -> None:
    # joblib's workers send them back pickled.
    sent = kind("a.csv", "is empty", "Export it again.")
    back = pickle.loads(pickle.dumps(sent))  # noqa: S301 - made two words ago
    assert type(back) is kind
    assert str(back) == str(sent)
    assert back.hint == sent.hint
