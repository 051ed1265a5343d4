"""How much memory the reader takes for files made to take much.

    python benchmarks/memory_bounds.py
    python benchmarks/memory_bounds.py --scale 0.1 --only "empty lines"

Each file is written to a temporary folder, read in a process of its own, and deleted. Shown are
the size of the file, the seconds, the most memory that the process held, the size of the result in
memory, and what became of the records. Exits with 1 when a process held more than ``--bound``
(gigabytes) over the size of its result, or did not end in a result or an error for people.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""ru_maxrss is in bytes on macOS and in kibibytes on Linux."""
PIECE = 1 << 22
HEADER = b"Linking page,Last crawled\n"
GOOD = b"https://a.example/x,2026-01-01\n"
START = HEADER + GOOD * 20_000
"""Longer than the part a file is recognised by."""
WIDE = b"Source url,Target url,Anchor,Page ascore,First seen\n"

# Reads an export in a process of its own, so that its memory is its own.
_READ = """
import json, resource, sys, time
from pathlib import Path
from spamlinks.errors import SpamlinksError
from spamlinks.exports import read_export
started = time.perf_counter()
size = 0
try:
    reading = read_export(Path(sys.argv[1]))
except SpamlinksError as error:
    outcome = str(error)
else:
    outcome = f"{reading.backlinks.height:,} read, {reading.rejected.height:,} rejected"
    size = reading.backlinks.estimated_size() + reading.rejected.estimated_size()
seconds = time.perf_counter() - started
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, size, outcome]))
"""


def repeated(unit: bytes, total: int) -> Iterator[bytes]:
    """Yield ``unit`` again and again until ``total`` bytes are reached."""
    many = unit * max(PIECE // len(unit), 1)
    for left in range(total, 0, -len(many)):
        yield many[:left]


def lines(unit: bytes, count: float) -> Iterator[bytes]:
    """Yield a line a number of times."""
    return repeated(unit, len(unit) * int(count))


def chain(*pieces: bytes | Iterable[bytes]) -> Iterator[bytes]:
    """Yield bytes and the bytes of iterables in turn."""
    for piece in pieces:
        if isinstance(piece, bytes):
            yield piece
        else:
            yield from piece


def _cases(scale: float) -> dict[str, Callable[[], Iterator[bytes]]]:
    size = int(1e9 * scale)
    many = 1e7 * scale
    ragged = b"https://a.example/" + b"x" * 500 + b"\n"
    stray = b'https://a.example/,6" nails\n'
    bad_page = b"localhost/" + b"x" * 500 + b",2026-01-01\n"
    return {
        "one line": lambda: chain(START, repeated(b"x", size), b"\n", GOOD),
        "one line of cells": lambda: chain(START, repeated(b"x,", size), b"\n", GOOD),
        "one cell never closed": lambda: chain(START, b'"', repeated(b"x", size)),
        "lines in a cell never closed": lambda: chain(START, b'"', lines(GOOD, size / len(GOOD))),
        "empty lines": lambda: chain(START, lines(b"\n", many), GOOD),
        "empty lines only": lambda: chain(HEADER, lines(b"\n", many)),
        "lines of a comma": lambda: chain(START, lines(b",\n", many), GOOD),
        "lines of two quotes": lambda: chain(START, lines(b'""\n', many), GOOD),
        "lines of empty quotes": lambda: chain(START, lines(b'"",""\n', many), GOOD),
        "wide lines of commas": lambda: chain(WIDE, lines(b",,,,\n", many)),
        "NUL bytes": lambda: chain(START, repeated(b"\x00", size // 3)),
        "NUL bytes in lines": lambda: chain(START, lines(b"\x00,\x00\n", many)),
        "quotes": lambda: chain(START, repeated(b'"', size // 3)),
        "quotes in lines": lambda: chain(START, lines(b'""""""\n', many)),
        "quotes inside cells": lambda: chain(START, lines(stray, many)),
        "ragged records": lambda: chain(START, lines(ragged, many / 2)),
        "records without a host": lambda: chain(START, lines(bad_page, many / 2)),
        "carriage returns": lambda: chain(START, repeated(b"\r", size // 3)),
        "ampersands": lambda: chain(START, lines(b"https://a.example/&amp;&amp;,\n", many)),
    }


def write(path: Path, pieces: Iterator[bytes], packed: bool) -> None:
    """Write pieces to a file, as gzip when ``packed``."""
    with gzip.open(path, "wb", 1) if packed else path.open("wb") as file:
        for piece in pieces:
            file.write(piece)


def read(path: Path) -> tuple[float, int, int, str]:
    """Return seconds, peak memory and size of the result in bytes, and what came of it."""
    done = subprocess.run(  # noqa: S603 - our own command, no shell
        [sys.executable, "-c", _READ, str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        return 0.0, 0, 0, f"FAILED: {last[0]}"
    seconds, peak, size, outcome = json.loads(done.stdout)
    return seconds, peak * RSS_UNIT, size, outcome


def main() -> None:
    """Make, read, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0, help="size of the files, 1: up to 5 GB")
    parser.add_argument("--bound", type=float, default=1.5, help="gigabytes over the result")
    parser.add_argument("--only", default="", help="files whose name contains this")
    args = parser.parse_args()
    cases = [(name, make, False) for name, make in _cases(args.scale).items()]
    # The largest that pass as gzip are bounded like any other; what is packed tighter is refused.
    cases += [
        (f"{name}, gzip", make, True)
        for name, make in _cases(args.scale).items()
        if name in ("one line", "empty lines", "ragged records")
    ]
    cases = [case for case in cases if args.only in case[0]]
    if not cases:
        parser.error(f"no file is called {args.only!r}")
    over = 0
    for name, make, packed in cases:
        with tempfile.TemporaryDirectory(prefix="memory_bounds_") as folder:
            path = Path(folder) / ("links.csv.gz" if packed else "links.csv")
            write(path, make(), packed)
            size = path.stat().st_size
            started = time.perf_counter()
            seconds, peak, result, outcome = read(path)
            seconds = seconds or time.perf_counter() - started
        bad = peak - result > args.bound * 1e9 or outcome.startswith("FAILED")
        over += bad
        print(
            f"{name:32}{size / 1e6:>8,.0f} MB{seconds:>8.1f} s{peak / 1e9:>7.2f} GB held"
            f"{result / 1e9:>7.2f} GB result  {'OVER: ' if bad else ''}{outcome}",
            flush=True,
        )
    sys.exit(1 if over else 0)


if __name__ == "__main__":
    main()
