"""Model cards: what a model is for, what it learned from, what it can get wrong."""

from __future__ import annotations

from collections.abc import Sequence

from spamlinks.model.own import OwnTraining

__all__ = ["own_card", "table"]


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Render a Markdown table."""
    lines = [" | ".join(header), " | ".join("---" for _ in header)]
    lines += [" | ".join(str(cell) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def own_card(training: OwnTraining, source: str) -> str:
    """The card of a model trained on somebody's own labels."""
    cuts = [
        (view, target, f"{cut.recall:.0%}", f"{cut.false_per_10000_upper:.0f}", cut.honest_units)
        for view, by in training.bundle.cuts.items()
        for target, cut in by.items()
        if cut.score != float("inf")
    ]
    thresholds = (
        table(("view", "precision", "recall", "honest above, per 10,000 (upper)", "honest"), cuts)
        if cuts
        else "None: there are too few labels to promise a precision. Nothing is DISAVOW; "
        "what looks bad is REVIEW."
    )
    figures = table(
        ("figure", "this model", f"start ({training.bundle.metadata['start']})"),
        [(name, training.own[name], training.start[name]) for name in training.own],
    )
    return f"""# {training.bundle.name}

A model trained on own labels, starting from {training.bundle.metadata["start"]}.

- Labels: {training.rows:,} rows, {training.domains:,} linking domains, of which
  {training.spam_domains:,} are spam. Source: {source}
- Label: is_spam, 1 = spam. Prior: {training.bundle.prior:.3f}, the share of spam among the
  labelled linking domains.

## How good it is

Five folds, no linking domain on both sides; intervals (95 %) from linking domains drawn whole.

{figures}

Difference in ROC AUC to the start, on the same rows: {training.gain}

## Thresholds

{thresholds}

## Limits

It learned one person's decisions about one site. On other sites it may know less than the model
it started from.
"""
