"""How fast domains are explained: ``python benchmarks/explain_speed.py``.

A simulated export of about 10,000 linking domains is judged once; then the effects of one row of
each are computed (``explain_rows``), then the sentences of domains.csv besides, and last one domain
is explained in full. ``--model DIR`` takes another model: one trained on own labels has more trees
and deeper ones than the shipped one.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from spamlinks.explanations.job import explain_in
from spamlinks.model.explain import explain_rows
from spamlinks.pipeline import Settings, audit
from spamlinks.reasons import LOOKED_AT, explain_domains
from spamlinks.signals.kernel import signals
from spamlinks.simulate import simulate

BUDGET = 15.0
"""Seconds for 10,000 domains on two cores."""


def timed(work: Callable[[], object], rounds: int) -> str:
    """Median and span of some rounds, in seconds."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return f"{statistics.median(taken):6.2f} s ({min(taken):.2f} to {max(taken):.2f})"


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("-n", "--rows", type=int, default=24_000)
    options.add_argument("--model", type=Path)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "links.csv"
        simulate(chosen.rows, path, vendor="ahrefs", seed=0)
        outcome = audit([path], Settings(model=chosen.model), inside=True)
    inside = outcome.inside
    assert inside is not None  # noqa: S101 - it was asked for
    bundle, scored, decided = inside.bundle, inside.scored, inside.decided
    matrix = signals(scored.frame[decided["row"].to_list()], scored.tables)
    rounds = chosen.rounds
    print(f"{decided.height:,} domains, model {bundle.name}; budget {BUDGET:.0f} s")
    effects = timed(lambda: explain_rows(bundle, matrix, top=LOOKED_AT), rounds)
    print(f"effects of one row each   {effects}")
    most = decided.height
    whole = timed(lambda: explain_domains(bundle, scored, decided, most=most), rounds)
    print(f"with signals and sentences{whole}")
    worst = str(outcome.domains["linking_domain"][0])
    print(f"one domain in full        {timed(lambda: explain_in(outcome, worst), rounds)}")


if __name__ == "__main__":
    main()
