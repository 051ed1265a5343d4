"""Writing an evaluation: evaluation.json, evaluation.html and errors.csv."""

from __future__ import annotations

import json
from pathlib import Path

from spamlinks.evaluation.outcome import Evaluation
from spamlinks.files import make_folder, write_atomic
from spamlinks.report import render_evaluation
from spamlinks.tables import write_table

__all__ = ["json_text", "write_evaluation"]


def json_text(evaluation: Evaluation) -> str:
    """The figures as JSON, with sorted names."""
    return json.dumps(evaluation.to_dict(), indent=1, sort_keys=True, allow_nan=False) + "\n"


def write_evaluation(evaluation: Evaluation, folder: Path) -> None:
    """Write the three files into ``folder``, made if absent.

    Raises
    ------
    OutputError : the folder or a file cannot be written.
    """
    make_folder(folder)
    page = render_evaluation(evaluation.to_dict(), evaluation.errors)
    write_table(evaluation.errors, folder / "errors.csv")
    write_atomic(folder / "evaluation.html", page.encode())
    write_atomic(folder / "evaluation.json", json_text(evaluation).encode())
