"""One short way from a few columns to named signals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from spamlinks.schema import FIELDS
from spamlinks.signals import SIGNALS, encode, signals

Compute = Callable[..., pl.DataFrame]


@pytest.fixture(scope="session")
def compute() -> Compute:
    """Signals of rows given as columns; ``referring_page`` is filled in where it is not given."""

    def run(brands: tuple[str, ...] = (), **columns: list[Any]) -> pl.DataFrame:
        height = max(len(values) for values in columns.values())
        columns.setdefault("referring_page", ["https://a.com/"] * height)
        frame = pl.DataFrame(
            {
                name: pl.Series(name, values, dtype=FIELDS[name].dtype if name in FIELDS else None)
                for name, values in columns.items()
            }
        )
        coded, tables = encode(frame, brands=brands)
        return pl.DataFrame(signals(coded, tables), schema=list(SIGNALS))

    return run
