"""How a shipped model does on labelled exports it never saw, and what each part of it adds.

The labels are a vendor's verdicts, good enough to compare one score with another on the same rows,
not to say how much of a profile is spam. ``python -m spamlinks.model.link_accuracy --data DIR``
prints the table for every labelled export of the folder.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import expit, logit
from scipy.stats import rankdata

from spamlinks.exports import guess_site, read_export
from spamlinks.model.bundle import ModelBundle, load_bundle
from spamlinks.model.evaluation import average_precision, bootstrap, difference, roc_auc
from spamlinks.model.reliability import Reliability
from spamlinks.model.views import VIEWS, hide, view_of
from spamlinks.signals.kernel import SIGNALS, encode, signals
from spamlinks.urls import authorities

__all__ = ["LabelledRows", "link_table", "main", "rank_sum", "read_rows"]

Floats = npt.NDArray[np.float64]

LABEL = "Is spam"
_RANKED = {
    "domain_traffic": -1,
    "page_traffic": -1,
    "page_keywords": -1,
    "domain_authority": -1,
    "page_authority": -1,
    "external_links": 1,
    "linked_domains": 1,
}
_AT = {name: i for i, name in enumerate(SIGNALS)}
ROUNDS = 500


@dataclass(frozen=True)
class LabelledRows:
    """An export with labels: signals (n, len(SIGNALS)), the same of bare hosts, 0 or 1, domains."""

    name: str
    matrix: npt.NDArray[np.float32]
    hosts: npt.NDArray[np.float32]
    is_spam: npt.NDArray[np.int8]
    groups: npt.NDArray[np.int64]


def read_rows(path: Path, bundle: ModelBundle, label: str = LABEL) -> LabelledRows:
    """Read a labelled export as ``score`` would. Raises InputError."""
    reading = read_export(path, keep=(label,))
    table = reading.backlinks
    y = table[label].str.to_lowercase().is_in(["true", "1", "yes"]).fill_null(value=False)
    site = guess_site([reading])
    brands = (site.split(".")[0],) if site else ()
    frame, tables = encode(table.drop(label), bundle.evidence, brands=brands)
    bare = "https://" + authorities(table["referring_page"]) + "/"
    bare_frame, bare_tables = encode(pl.DataFrame({"referring_page": bare}), bundle.evidence)
    return LabelledRows(
        path.name,
        signals(frame, tables),
        signals(bare_frame, bare_tables),
        y.to_numpy().astype(np.int8),
        frame["_domain"].to_numpy().astype(np.int64),
    )


def rank_sum(matrix: npt.NDArray[np.float32]) -> Floats:
    """The score nobody trained: the sum of ranks of seven columns, unknown cells in the middle."""
    total = np.zeros(len(matrix))
    for name, sign in _RANKED.items():
        column = matrix[:, _AT[name]].astype(np.float64)
        if np.isfinite(column).any():
            column = np.where(np.isfinite(column), column, np.nanmedian(column))
            total += sign * rankdata(column) / len(column)
    return total


def _changed(bundle: ModelBundle, trees: float, terms: float) -> ModelBundle:
    """The model with its link trees and its terms counting another number of times."""
    parts = tuple(
        part
        if "urls" in part.views
        else replace(
            part,
            weight=part.weight * trees,
            terms=tuple(replace(t, weight=t.weight * terms) for t in part.terms),
        )
        for part in bundle.parts
    )
    return replace(bundle, parts=parts, _boosters=[], _lock=threading.Lock())


def _scores(rows: LabelledRows, bundle: ModelBundle) -> Iterator[tuple[str, str, Floats]]:
    """(what, view, margins) of the model, of it without one part, and of poorer views."""
    full = VIEWS[int(view_of(rows.matrix).max())]
    yield "the model", full, bundle.margins(rows.matrix)
    for view in VIEWS[: VIEWS.index(full)]:
        yield "the model", view, bundle.margins(hide(rows.matrix, view))
    yield "host names alone", "urls", bundle.margins(rows.hosts)
    yield "without what generated links taught", full, _changed(bundle, 0, 1).margins(rows.matrix)
    yield "without stated terms", full, _changed(bundle, 1, 0).margins(rows.matrix)
    for group in dict.fromkeys(signal.group for signal in SIGNALS.values()):
        hidden = rows.matrix.copy()
        # What the view is told by stays, so that the same part of the model judges.
        hidden[:, [_AT[s.name] for s in SIGNALS.values() if s.group == group]] = np.nan
        if np.array_equal(view_of(hidden), view_of(rows.matrix)):
            yield f"without {group} signals", full, bundle.margins(hidden)
        else:
            part = next(p for p in bundle.parts if full in p.views)
            every = replace(bundle, parts=(replace(part, views=VIEWS),), _boosters=[])
            every = replace(every, _lock=threading.Lock())
            yield f"without {group} signals", full, every.margins(hidden)


def _calibration_error(rows: LabelledRows, bundle: ModelBundle, view: str, raw: Floats) -> float:
    share = float(rows.is_spam.mean())
    views = np.full(len(raw), VIEWS.index(view), np.int8)
    odds = bundle.log_odds(raw, views) + logit(share) - logit(bundle.prior)
    return Reliability(rows.is_spam, np.asarray(expit(odds))).tally().error


def link_table(rows: LabelledRows, bundle: ModelBundle, *, seed: int = 0) -> pl.DataFrame:
    """Compare the model, its parts and the rank sum on one labelled export.

    Returns
    -------
    DataFrame, one row a score: ``export``, ``score``, ``view``, ``links``, ``spam``, ``roc_auc``
    and ``average_precision`` with 95 % intervals from linking domains drawn whole,
    ``auc_over_rank_sum`` and ``ap_over_rank_sum`` as paired differences, and for the model
    ``calibration_error`` (expected, at the share of spam of these rows).
    """
    baseline = rank_sum(rows.matrix)
    scored = [("rank sum of seven columns", "full", baseline), *_scores(rows, bundle)]
    records = []
    for what, view, margins in scored:
        keys = {"rounds": ROUNDS, "seed": seed}
        record: dict[str, object] = {
            "export": rows.name,
            "score": what,
            "view": view,
            "links": len(rows.is_spam),
            "spam": int(rows.is_spam.sum()),
        }
        for name, metric in (("roc_auc", roc_auc), ("average_precision", average_precision)):
            record[name] = str(bootstrap(metric, rows.is_spam, margins, rows.groups, **keys))
            short = "auc" if name == "roc_auc" else "ap"
            gain = difference(metric, rows.is_spam, margins, baseline, rows.groups, **keys)
            record[f"{short}_over_rank_sum"] = "" if margins is baseline else str(gain)
        record["calibration_error"] = (
            f"{_calibration_error(rows, bundle, view, margins):.3f}" if what == "the model" else ""
        )
        records.append(record)
    return pl.DataFrame(records)


def main() -> None:
    """Print the table for every labelled export of a folder, and write it as CSV where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with labelled/")
    parser.add_argument("--model", type=Path, help="model folder; default: the shipped one")
    parser.add_argument("--out", type=Path, help="CSV to write")
    args = parser.parse_args()
    bundle = load_bundle(args.model)
    files = sorted((args.data / "labelled").glob("*.csv"))
    tables = [link_table(read_rows(path, bundle), bundle) for path in files]
    table: pl.DataFrame = pl.concat(tables)
    if args.out is not None:
        table.write_csv(args.out)
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=220, fmt_str_lengths=40):
        sys.stdout.write(f"{table}\n")


if __name__ == "__main__":
    main()
