"""How fast ``read_export`` is, next to polars alone on the same file.

    python benchmarks/read_speed.py --rows 1000000
    python benchmarks/read_speed.py export.csv --repeat 7

Without a path, an export with Ahrefs' columns is generated in a temporary folder. Polars reads
the columns that we read, types inferred, and checks, converts and rejects nothing: it is the limit.
The same records are also written the way Ahrefs sends them (UTF-16, tabs, all cells quoted) and
compared with the same limit. Every measurement is a process of its own, in turn, imports left out.
Compare the ratios of one run; processor seconds say more than the clock on a busy machine.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from spamlinks.simulate import simulate

ROOT = Path(__file__).resolve().parents[1]
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""ru_maxrss is in bytes on macOS and in kibibytes on Linux."""

_READ = """
import json, resource, sys, time
from pathlib import Path
import polars as pl
from spamlinks.exports import read_export, recognise
path, how = Path(sys.argv[1]), sys.argv[2]
columns = [use.header for use in recognise(path).columns if use.fields]
wall, processor = time.perf_counter(), time.process_time()
if how == "polars":
    rows = pl.scan_csv(path).select(columns).collect().height
else:
    reading = read_export(path, digest=how == "hashed")
    rows = reading.records
wall, processor = time.perf_counter() - wall, time.process_time() - processor
print(json.dumps([rows, wall, processor, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One process: records, seconds by the clock and of the processors, most memory in bytes."""

    rows: int
    wall: float
    processor: float
    peak_bytes: int


def run(path: Path, how: str) -> Run:
    """Read a file in a fresh process: "polars", "hashed" or "plain". Exits when that fails."""
    done = subprocess.run(  # noqa: S603 - our own command, no shell
        [sys.executable, "-c", _READ, str(path), how],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    rows, wall, processor, peak = json.loads(done.stdout)
    return Run(rows, wall, processor, peak * RSS_UNIT)


def as_ahrefs_sends_it(path: Path, copy: Path) -> None:
    """Write the same records as UTF-16 with a byte order mark, tabs, and all cells quoted."""
    with (
        path.open(encoding="utf-8", newline="") as records,
        copy.open("w", encoding="utf-16", newline="") as out,
    ):
        csv.writer(out, delimiter="\t", quoting=csv.QUOTE_ALL).writerows(csv.reader(records))


def main() -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path, nargs="?", help="a UTF-8 export with a header row")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the generated export")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each; medians are shown")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="read_speed_") as folder:
        path = args.path
        if path is None:
            path = Path(folder) / "export.csv"
            simulate(args.rows, path, vendor="ahrefs", seed=0)
        copy = Path(folder) / "utf-16.csv"
        as_ahrefs_sends_it(path, copy)
        tasks = {
            "polars alone": (path, "polars"),
            "read_export, no hash": (path, "plain"),
            "read_export": (path, "hashed"),
            "read_export, UTF-16, no hash": (copy, "plain"),
            "read_export, UTF-16": (copy, "hashed"),
        }
        found: dict[str, list[Run]] = {name: [] for name in tasks}
        for _ in range(args.repeat):  # in turn, so that a busy moment hits all of them
            for name, (file, how) in tasks.items():
                found[name].append(run(file, how))
    limit = found["polars alone"]
    print(f"{limit[0].rows:,} records; seconds: median (least); ratio to polars: clock, processors")
    for name, runs in found.items():
        wall, processor = [r.wall for r in runs], [r.processor for r in runs]
        median = statistics.median(wall)
        ratio = median / statistics.median(r.wall for r in limit)
        work = statistics.median(processor) / statistics.median(r.processor for r in limit)
        print(
            f"{name:30}{median:>7.2f} ({min(wall):.2f}){ratio:>8.2f} x{work:>7.2f} x"
            f"{max(r.peak_bytes for r in runs) / 1e9:>7.2f} GB held"
        )


if __name__ == "__main__":
    main()
