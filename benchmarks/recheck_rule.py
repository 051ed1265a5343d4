"""How often ``recheck`` calls a site good that is spam, and how often one that is not.

``python benchmarks/recheck_rule.py --data DIR`` prints the table of docs/DISAVOW.md. The shipped
model learned from much of the host names here, so their figures flatter it; the vendor's labels
trained nothing.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
from pathlib import Path

import polars as pl

import spamlinks
from spamlinks.effect import LOOKS_GOOD, at_even_odds
from spamlinks.urls import parse_host


def share(frame: pl.DataFrame, prior: float) -> tuple[int, int]:
    """Number of domains, and of those that would be called good."""
    good = frame.select(at_even_odds(pl.col("spam_score"), prior) < LOOKS_GOOD).to_series()
    keep = frame["verdict"] == "KEEP"
    return frame.height, int((good & keep).sum())


def names(path: Path, column: str = "domain") -> list[dict[str, str]]:
    """Rows of a table whose column holds a usable host."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            row for row in csv.DictReader(file) if parse_host(row[column] or "").problem is None
        ]


def judged(hosts: Iterable[str]) -> spamlinks.Audit:
    """Judge hosts by their names alone."""
    pages = [f"http://{host}/" for host in dict.fromkeys(hosts)]
    return spamlinks.audit(pl.DataFrame({"referring_page": pages}))


def main() -> None:
    """Print one row per source."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--data", type=Path, required=True, help="folder with disavow/, labelled/"
    )
    data = arguments.parse_args().data
    print("| source | domains | called good | share |\n| --- | ---: | ---: | ---: |")
    consensus = names(data / "disavow" / "consensus.csv")
    clean = [r["domain"] for r in consensus if int(r["independent_files"]) >= 3]
    two = [r["domain"] for r in consensus if int(r["independent_files"]) == 2]
    sources = {
        "disavowed in 3 or more independent files": clean,
        "disavowed in 2 independent files": two,
        "taken out of a list again": [
            r["domain"] for r in names(data / "disavow" / "retracted.csv")
        ],
        "kept by their owners' decision": [
            r["domain"] for r in names(data / "disavow" / "kept_domains.csv")
        ],
    }
    small = (data / "domains" / "benign_kagi_smallweb.txt").read_text("utf-8").split()
    sources["small personal sites"] = [h for h in small if parse_host(h).problem is None][:6000]
    rows = []
    for name, hosts in sources.items():
        found = judged(hosts)
        rows.append((f"{name} (names only)", *share(found.domains, found.run["prior"])))
    (export,) = (data / "labelled").glob("*.csv")
    found = spamlinks.audit(export)
    vendor = found.links.group_by("linking_domain").agg(pl.col("ahrefs_is_spam").max())
    labelled = found.domains.join(vendor, on="linking_domain", how="left")
    for name, value in (("flagged by a vendor", True), ("not flagged by that vendor", False)):
        part = labelled.filter(pl.col("ahrefs_is_spam") == value)
        rows.append((f"{name} (full export)", *share(part, found.run["prior"])))
    for name, many, good in rows:
        print(f"| {name} | {many:,} | {good:,} | {good / max(many, 1):.1%} |")


if __name__ == "__main__":
    main()
