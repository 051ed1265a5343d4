"""How often ``recheck`` calls a site good that is spam, and how often one that is not.

``python benchmarks/recheck_rule.py --data DIR`` prints the tables of docs/DISAVOW.md. The shipped
model learned from much of the host names here, so the figures of the first table flatter it; the
vendor's labels trained nothing. ``--left-out`` adds a table by a recipe that never saw these hosts
nor a sister domain of one (about three minutes); ``--packages`` names the folder of
``make packages``, without which it learns from fewer honest hosts.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import expit
from scipy.stats import beta

import spamlinks
from spamlinks.guards import popular_mask
from spamlinks.looks_good import good_score, good_site, shared_site
from spamlinks.model.bundle import ModelBundle, Part
from spamlinks.model.calibration import fit_curve
from spamlinks.model.corpus import load_hosts
from spamlinks.model.examples import Examples, fit_evidence, fold_evidence, real_examples
from spamlinks.model.networks import folds
from spamlinks.model.training import PARTS, PRIOR, fit_recipe
from spamlinks.signals.kernel import encode, signals
from spamlinks.urls import linking_domain, parse_host

FOLDS = 3
SEED = 0
SMALL = 6000


def upper(hits: int, trials: int) -> float:
    """The one-sided 95 % bound of a share (Clopper and Pearson)."""
    return float(beta.ppf(0.95, hits + 1, trials - hits)) if hits < trials else 1.0


def row(name: str, frame: pl.DataFrame, passes: pl.Expr) -> str:
    """One row: domains, good by score, good with the hard reasons, and if popular were one."""
    good = frame.select(passes).to_series()
    shared, popular = shared_site(frame["host"]), popular_mask(frame["host"])
    many, score, both = frame.height, int(good.sum()), int((good | shared).sum())
    more = int((good | shared | popular).sum())
    return (
        f"| {name} | {many:,} | {score:,} | {score / max(many, 1):.1%} | "
        f"{upper(score, many):.1%} | {both:,} | {both / max(many, 1):.1%} | {more:,} |"
    )


def hosts_of(path: Path) -> list[dict[str, str]]:
    """Rows of a table whose column ``domain`` holds a usable host."""
    with path.open(encoding="utf-8", newline="") as file:
        return [r for r in csv.DictReader(file) if parse_host(r["domain"] or "").problem is None]


def sources(data: Path) -> dict[str, list[str]]:
    """Hosts by what is known of them."""
    agreed = hosts_of(data / "disavow" / "consensus.csv")
    small = (data / "domains" / "benign_kagi_smallweb.txt").read_text("utf-8").split()
    named = {
        "disavowed in 3 or more independent files": [
            r["domain"] for r in agreed if int(r["independent_files"]) >= 3
        ],
        "disavowed in 2 independent files": [
            r["domain"] for r in agreed if int(r["independent_files"]) == 2
        ],
        "taken out of a list again": [
            r["domain"] for r in hosts_of(data / "disavow" / "retracted.csv")
        ],
        "kept by their owners' decision": [
            r["domain"] for r in hosts_of(data / "disavow" / "kept_domains.csv")
        ],
        "small personal sites": [h for h in small if parse_host(h).problem is None][:SMALL],
    }
    random = (data / "domains" / "benign_opendns_random.txt").read_text("utf-8").split()
    named["random sites of 2014"] = [h for h in random if parse_host(h).problem is None]
    return {name: list(dict.fromkeys(hosts)) for name, hosts in named.items()}


def print_shipped(named: dict[str, list[str]], data: Path) -> None:
    """The shipped model: names alone, and a vendor's labelled export."""
    for name, hosts in named.items():
        frame = pl.DataFrame({"referring_page": [f"http://{host}/" for host in hosts]})
        found = spamlinks.audit(frame)
        domains = found.domains.rename({"linking_domain": "host"})
        print(row(f"{name} (names only)", domains, good_site(found.run["prior"])))
    (export,) = (data / "labelled").glob("*.csv")
    found = spamlinks.audit(export)
    vendor = found.links.group_by("linking_domain").agg(
        pl.col("ahrefs_is_spam").max(), pl.col("domain_traffic").max()
    )
    labelled = found.domains.join(vendor, on="linking_domain", how="left")
    labelled = labelled.rename({"linking_domain": "host"})
    passes = good_site(found.run["prior"])
    visited = passes | ((pl.col("domain_traffic") >= 1000) & (pl.col("verdict") == "KEEP"))
    for name, value in (("flagged by a vendor", True), ("not flagged by that vendor", False)):
        part = labelled.filter(pl.col("ahrefs_is_spam") == value)
        print(row(f"{name} (full export)", part, passes))
        print(row(f"{name}, if 1,000 search visits a month were enough", part, visited))


def print_left_out(named: dict[str, list[str]], data: Path, packages: Path | None) -> None:
    """The recipe without any host that is judged, and without their networks."""
    corpus = load_hosts(data, packages)
    few = {k: v for k, v in named.items() if k not in ("small personal sites",)}
    judged = {linking_domain(h) or h for hosts in few.values() for h in hosts}
    judged -= {linking_domain(h) or h for h in few["random sites of 2014"]}  # they train nothing
    part = np.asarray(folds(corpus, 4, SEED)) == 0
    small = (corpus["kind"] == "smallweb").to_numpy() & part
    few["small personal sites, a quarter left out"] = corpus.filter(pl.Series(small))[
        "host"
    ].to_list()
    test = corpus["linking_domain"].is_in(pl.Series(sorted(judged)).implode()).to_numpy() | small
    network = corpus["network"].rank("dense").to_numpy().astype(np.int64)
    touched = np.zeros(int(network.max()) + 1, dtype=bool)
    touched[network[test]] = True
    known = corpus.filter(pl.Series(~touched[network]))
    fold, folded = fold_evidence(known, FOLDS, SEED, 1)
    examples = real_examples(known, fold, folded, seed=SEED)
    margins = np.zeros(len(examples.fold))
    for f in range(FOLDS):
        rows = examples.fold == f
        margins[rows] = margins_of(fit(examples, ~rows), examples.matrix[rows])
    line = fit_curve(margins, examples.is_spam, examples.weight)
    whole = fit(examples, np.ones(len(examples.fold), np.bool_))
    evidence = fit_evidence(known, SEED)
    for name, hosts in few.items():
        pages = pl.DataFrame({"referring_page": [f"http://{host}/" for host in hosts]})
        matrix = signals(*encode(pages, evidence))
        odds = line.log_odds(margins_of(whole, matrix), PRIOR)
        frame = pl.DataFrame({"host": hosts, "spam_score": expit(odds)})
        print(row(name, frame, good_score(pl.col("spam_score"), PRIOR)))


def fit(examples: Examples, rows: npt.NDArray[np.bool_]) -> Part:
    """Fit the part of the recipe that judges addresses."""
    matrix, label = examples.matrix[rows], examples.is_spam[rows]
    return fit_recipe(PARTS[0], matrix, label, examples.weight[rows], SEED, 1)


def margins_of(part: Part, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Raw log-odds by one part."""
    return ModelBundle("part", (part,), None, {}, {}, PRIOR, {}).margins(matrix, threads=1)


def head(columns: Sequence[str]) -> None:
    """Print the head of a table."""
    print("| " + " | ".join(columns) + " |\n| --- |" + " ---: |" * (len(columns) - 1))


COLUMNS = (
    "domains",
    "good by score",
    "share",
    "at most",
    "or platform, institution",
    "share",
    "or popular",
)


def main() -> None:
    """Print one row per source."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument(
        "--data", type=Path, required=True, help="folder with disavow/, domains/, labelled/"
    )
    arguments.add_argument("--left-out", action="store_true", help="train without these hosts too")
    arguments.add_argument("--packages", type=Path, help="folder with the wheels of make packages")
    options = arguments.parse_args()
    named = sources(options.data)
    head(("shipped model", *COLUMNS))
    print_shipped(named, options.data)
    if options.left_out:
        print()
        head(("recipe that never saw them (names only)", *COLUMNS))
        print_left_out(named, options.data, options.packages)


if __name__ == "__main__":
    main()
