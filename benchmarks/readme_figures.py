"""Write the error figures of the shipped model into README.md, or check that they are there.

    python benchmarks/readme_figures.py           write
    python benchmarks/readme_figures.py --check   exit 1 when README.md is not up to date

Every number comes from ``models/standard-v4/metadata.json``; none is typed by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
METADATA = ROOT / "models" / "standard-v4" / "metadata.json"
BEGIN, END = "<!-- figures:begin -->", "<!-- figures:end -->"
SHOWN = ("0.98", "0.95", "0.90")
"""The precisions of the situations."""

SHOWN_COLUMNS = {
    "urls": "page addresses only (as Search Console)",
    "anchors": "addresses and anchors (as Bing)",
    "flows": "anchors, dates and authority (as Majestic)",
    "links": "anchors, dates and link counts (as Semrush)",
    "full": "all columns (as Ahrefs)",
}
"""What each view shows, by the export that is like it."""


def figures(metadata: dict[str, Any]) -> str:
    """The block as Markdown: thresholds on real addresses, then the figures of the record.

    Raises KeyError when the record has no thresholds for address-only rows.
    """
    prior = metadata["prior"]
    lines = [
        f"Figures of {metadata['name']}, measured on hosts that really exist. The model saw only",
        "the address, and was trained without any host of that network. The precision is that of",
        f"DISAVOW if {prior:.0%} of the linking domains are spam. Honest sites are small personal "
        "and random ones.",
        "",
        "| precision asked for | spam of hand-made disavow files found | "
        "honest sites wrongly above, per 10,000 | at most (95 %) | honest sites counted |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name in SHOWN:
        cut = metadata["thresholds"]["urls"].get(name)
        if cut is None or cut["score"] is None:
            lines.append(f"| {name} | no threshold: nothing is DISAVOW | | | |")
            continue
        lines.append(
            f"| {name} | {cut['recall']:.1%} | {cut['false_per_10000']:.1f} | "
            f"{cut['false_per_10000_upper']:.1f} | {cut['honest_units']:,} |"
        )
    recorded = [f for f in metadata.get("figures", []) if f.get("view") == "urls"]
    if recorded:
        lines += ["", "| figure | value | 95 % interval |", "| --- | --- | --- |"]
        lines += [f"| {f['name']} | {f['value']} | {_interval(f)} |" for f in recorded]
    whole = [row for row in metadata.get("left_out_sources", []) if row["case"] == "all"]
    if whole:
        lines += ["", *_left_out(whole)]
    if metadata.get("labelled_exports"):
        lines += ["", *_links(metadata["labelled_exports"])]
    return "\n".join(lines)


def _left_out(rows: list[dict[str, Any]]) -> list[str]:
    """What DISAVOW did on sources that were left out whole: the range, so that none is picked."""
    found = [row["disavow_recall"] for row in rows]
    false = [row["false_per_10000"] for row in rows]
    return [
        "On spam of a kind or a source that the model has never seen it finds less. Trained again",
        f"without each of {len(rows)} sources in turn, DISAVOW of situation `none` found from "
        f"{min(found):.1%} to",
        f"{max(found):.1%} of the source's hosts, and was wrong about {min(false):.1f} to "
        f"{max(false):.1f} of 10,000 small honest sites.",
    ]


def _interval(figure: dict[str, Any]) -> str:
    return "" if figure["low"] is None else f"{figure['low']} to {figure['high']}"


def _links(rows: list[dict[str, Any]]) -> list[str]:
    """Link columns, on labelled exports: the vendor's verdict is the label there."""
    first = rows[0]
    shown = [
        f"| {row['score']}: {SHOWN_COLUMNS[row['view']]} | {row['roc_auc']} | "
        f"{row['average_precision']} | {row['auc_over_rank_sum']} |"
        for row in rows
        if row["score"] in ("rank sum of seven columns", "the model")
    ]
    return [
        f"Link columns: {first['links']:,} links of one real export, of which its vendor calls "
        f"{first['spam']:,} spam. No row of it",
        "and no vendor's verdict trained the model, but its terms were settled while looking at "
        "these rows,",
        "and a vendor's verdict is no truth: read these as the figures of a development set.",
        "",
        "| score | ROC AUC | average precision | AUC over the rank sum |",
        "| --- | --- | --- | --- |",
        *shown,
    ]


def filled(text: str, block: str) -> str:
    """README's text with the block between the two marks; ValueError when a mark is missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README.md lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n\n{block}\n\n{END}{after}"


def main() -> int:
    """Write or check; 0 when README.md is up to date afterwards."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if outdated")
    args = parser.parse_args()
    old = README.read_text("utf-8")
    new = filled(old, figures(json.loads(METADATA.read_text("utf-8"))))
    if old == new:
        return 0
    if args.check:
        print("README.md: its figures are not those of the model. Run this without --check.")
        return 1
    README.write_text(new, "utf-8")
    print("README.md: figures written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
