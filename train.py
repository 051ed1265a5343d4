"""Train a model: nothing here but arguments to the library.

Without arguments it trains on ``data/examples/labelled.csv`` into a new folder and prints how well
it does. ``--corpus DIR`` trains the shipped model anew from a corpus folder.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from spamlinks.cli import report_errors
from spamlinks.cli.show import show_training
from spamlinks.cli.terminal import progress
from spamlinks.model.bundle import SHIPPED
from spamlinks.model.ship import ship
from spamlinks.training import train

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Parse the arguments and call the library."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="folder with domains/ and disavow/")
    parser.add_argument(
        "--packages", type=Path, help="folder with the wheels of 'make packages', for --corpus"
    )
    parser.add_argument("-o", "--output", type=Path, help="folder for the model")
    parser.add_argument(
        "--accuracy",
        type=Path,
        default=HERE / "models" / "accuracy.csv",
        help="table of 'make accuracy', shown in the card",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    if args.corpus is not None:
        output = args.output or HERE / "models" / SHIPPED
        with report_errors():
            ship(
                args.corpus,
                output,
                accuracy=args.accuracy,
                packages=args.packages,
                seed=args.seed,
                jobs=args.jobs,
            )
        return
    output = args.output or HERE / "out" / "trained"
    with report_errors(), progress() as stage:
        outcome = train(
            [HERE / "data" / "examples" / "labelled.csv"],
            output,
            site="shop.example",
            seed=args.seed,
            jobs=args.jobs,
            stage=stage,
        )
    show_training(outcome, output)


if __name__ == "__main__":
    main()
