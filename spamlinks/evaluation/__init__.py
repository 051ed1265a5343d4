"""How good is a model on labelled exports: files in, figures with intervals and a list of errors.

Two levels, and each figure says which: links, as they stand in the exports, and linking domains,
which is what is decided. Networks of rows are resampled whole. Rows without a label shape the
profile signals of the others and are not counted; generated rows support no figure.
"""

from __future__ import annotations

from spamlinks.evaluation.job import evaluate
from spamlinks.evaluation.outcome import CUT, VERDICT, Evaluation, Slice
from spamlinks.evaluation.write import write_evaluation

__all__ = ["CUT", "VERDICT", "Evaluation", "Slice", "evaluate", "write_evaluation"]
