"""How fast ``spamlinks score`` is, and how much memory it takes, on a generated export.

    python benchmarks/score_speed.py --rows 1000000
    python benchmarks/score_speed.py --rows 1000000 --model-text FILE --peer DIR

The export is written by ``spamlinks.simulate`` into a temporary folder. Each measurement is a
process of its own, from its start to its end, imports included. In the same run it measures two
yardsticks, because seconds differ from machine to machine and ratios less so: the limit of our own
model (reading the bytes, and prediction alone on a ready matrix) and, with ``--model-text``, any
fixed LightGBM model on random rows of its own width. See ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import polars as pl

from spamlinks.exports import read_export
from spamlinks.model.bundle import load_bundle
from spamlinks.signals.kernel import BLOCK_ROWS, blocks, encode, signals
from spamlinks.simulate import VENDORS, simulate

ROOT = Path(__file__).resolve().parents[1]
YARDSTICK_ROWS = 200_000
READ_BYTES = 1 << 22
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""ru_maxrss is in bytes on macOS and in kibibytes on Linux."""


@dataclass(frozen=True, slots=True)
class Run:
    """One process: wall-clock seconds and the most memory it held, in bytes."""

    seconds: float
    peak_bytes: int


# Runs a command and says on standard output how long it took and how much memory it held. A small
# process of its own: Linux counts a parent's memory into that of the child it starts.
_LAUNCH = """
import json, os, subprocess, sys, time
started = time.perf_counter()
process = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - started
process.returncode = os.waitstatus_to_exitcode(status)
print(json.dumps([process.returncode, seconds, usage.ru_maxrss]))
"""


def score_once(export: Path, output: Path, checkout: Path) -> Run:
    """Run ``spamlinks score`` of a checkout in a fresh process. Exits when the command fails."""
    command = [sys.executable, "-m", "spamlinks", "score", str(export), "-o", str(output)]
    done = subprocess.run(  # noqa: S603 - our own command, no shell
        [sys.executable, "-S", "-c", _LAUNCH, *command],
        capture_output=True,
        text=True,
        check=True,
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
    )
    code, seconds, peak = json.loads(done.stdout)
    if code:
        raise SystemExit(done.stderr)
    return Run(seconds, peak * RSS_UNIT)


def timed(action: Callable[[], object]) -> float:
    """Seconds that ``action`` takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def read_all(path: Path) -> None:
    """Read a file's bytes and throw them away."""
    with path.open("rb") as file:
        while file.read(READ_BYTES):
            pass


def own_matrix(export: Path) -> npt.NDArray[np.float32]:
    """Signals of the first block of the export, as the shipped model gets them."""
    bundle = load_bundle()
    backlinks = read_export(export).backlinks.head(BLOCK_ROWS)
    frame, tables = encode(backlinks, bundle.evidence)
    return np.concatenate([signals(block, tables) for block in blocks(frame)])


def random_matrix(booster: lgb.Booster, rows: int) -> npt.NDArray[np.float32]:
    """Rows drawn evenly between the smallest and largest value that each feature had."""
    infos = booster.dump_model(num_iteration=1)["feature_infos"]
    matrix = np.random.default_rng(0).random((rows, booster.num_feature()), dtype=np.float32)
    for column, name in enumerate(booster.feature_name()):
        low, high = (float(infos.get(name, {}).get(f"{end}_value", 0)) for end in ("min", "max"))
        matrix[:, column] = low + (high - low) * matrix[:, column]
    return matrix


def show(name: str, rows: int, seconds: float, peak: int | None = None) -> None:
    """Print one line of the outcome."""
    memory = "" if peak is None else f"{peak / 1e9:8.2f} GB"
    print(f"{name:44}{rows:>10,} rows{seconds:>9.2f} s{rows / seconds:>11,.0f} rows/s{memory}")


def main() -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--vendor", choices=VENDORS, default="ahrefs")
    parser.add_argument("--repeat", type=int, default=3, help="runs; the median is shown")
    parser.add_argument("--peer", type=Path, help="checkout of another version, measured in turn")
    parser.add_argument("--model-text", type=Path, help="a fixed LightGBM model as yardstick")
    args = parser.parse_args()
    checkouts = {"spamlinks score": ROOT}
    if args.peer is not None:
        checkouts[f"spamlinks score ({args.peer.name})"] = args.peer.resolve()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in ("polars", "numpy", "lightgbm"))
    )
    with tempfile.TemporaryDirectory(prefix="score_speed_") as folder:
        export = Path(folder) / "export.csv"
        simulate(args.rows, export, vendor=args.vendor, seed=0)
        size = export.stat().st_size
        print(f"{args.vendor} export of {args.rows:,} rows, {size / 1e6:,.0f} MB\n")
        runs: dict[str, list[Run]] = {name: [] for name in checkouts}
        for _ in range(args.repeat):  # in turn, so that a busy moment hits all of them
            for name, checkout in checkouts.items():
                runs[name].append(score_once(export, Path(folder) / "scores.csv", checkout))
        written = pl.scan_csv(Path(folder) / "scores.csv").select(pl.len()).collect().item()
        if written != args.rows:
            raise SystemExit(f"{args.rows:,} rows in, {written:,} out: not measured")
        for name, done in runs.items():
            seconds = statistics.median(run.seconds for run in done)
            show(name, args.rows, seconds, max(run.peak_bytes for run in done))
        reading = timed(lambda: read_all(export))
        matrix = own_matrix(export)
    bundle = load_bundle()
    bundle.margins(matrix)  # LightGBM starts its threads at the first call
    predicting = timed(lambda: bundle.margins(matrix)) * args.rows / len(matrix)
    limit = reading + predicting
    show("limit: read the bytes, predict our model", args.rows, limit)
    if args.model_text is not None:
        booster = lgb.Booster(model_file=str(args.model_text))
        rows = random_matrix(booster, YARDSTICK_ROWS)
        booster.predict(rows[:1000], raw_score=True)
        seconds = timed(lambda: booster.predict(rows, raw_score=True))
        show(f"predict {args.model_text.name} on random rows", len(rows), seconds)
    ours = statistics.median(run.seconds for run in runs["spamlinks score"])
    print(f"\nspamlinks score takes {ours / limit:.2f} times the limit")


if __name__ == "__main__":
    main()
