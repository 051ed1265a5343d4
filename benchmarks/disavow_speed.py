"""How fast disavow files are checked and asked: ``python benchmarks/disavow_speed.py``.

Three files of 100,000 lines as Google would take them, linted by the command as a whole, start of
the program included; and the covering line of a million pages found in one of them.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from spamlinks.disavow import DisavowFile

LINES = 100_000
ROUNDS = 5
ENDINGS = ("com", "store", "shop", "co.uk", "xyz", "ru", "blogspot.com", "pages.dev")
FAULTS = ("domain: {}", "Domain:{}", "{}", "domain:www.{}", "domain:{} # x", "domain:{}/")


def clean(number: int, chance: random.Random) -> str:
    """A line as most files hold it."""
    host = f"s{number}.{chance.choice(ENDINGS)}"
    kind = chance.random()
    if kind < 0.03:
        return "# note"
    return f"http://{host}/a" if kind < 0.08 else f"domain:{host}"


def faulty(number: int, chance: random.Random) -> str:
    """A line with a fault, which is read with more care."""
    return FAULTS[number % len(FAULTS)].format(f"s{number}.{chance.choice(ENDINGS[:6])}")


def page(number: int, chance: random.Random) -> str:
    """A URL line."""
    return f"http://s{number}.com/{chance.randrange(9)}"


def timed(work: Callable[[], object]) -> tuple[float, float, float]:
    """Shortest, median and longest of some rounds, in seconds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken), statistics.median(taken), max(taken)


def lint(command: list[str]) -> None:
    """Run the command as a shell would; what it prints is not wanted."""
    subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own command


def main() -> None:
    """Print one row per task."""
    print("| task | shortest | median | longest |\n| --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name:
        for what, make in (("usual lines", clean), ("URLs alone", page), ("faulty lines", faulty)):
            chance = random.Random(1)
            path = Path(name) / "disavow.txt"
            path.write_text("\n".join(make(n, chance) for n in range(LINES)), "utf-8")
            command = [sys.executable, "-m", "spamlinks", "lint", str(path)]
            row = timed(lambda c=command: lint(c))
            print(f"| lint {LINES:,} {what} | " + " | ".join(f"{x:.2f} s" for x in row) + " |")
    chance = random.Random(1)
    file = DisavowFile.parse("\n".join(clean(n, chance) for n in range(LINES)))
    pages = pl.Series(f"https://www.s{chance.randrange(300_000)}.com/{n}" for n in range(1_000_000))
    file.covering(pages.head(10))
    row = timed(lambda: file.covering(pages))
    print("| covering lines of 1,000,000 pages | " + " | ".join(f"{x:.2f} s" for x in row) + " |")


if __name__ == "__main__":
    main()
