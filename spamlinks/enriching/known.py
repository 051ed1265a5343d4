"""What a store knows already, asked without changing it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from spamlinks.enrich.answers import AGE_LIMITS, What

__all__ = ["Keys", "known_in"]

Keys = frozenset[tuple[str, str]]
"""(key, site) of look-ups."""


def known_in(
    path: Path, *, max_age: int | None = None, now: datetime | None = None
) -> Callable[[What], tuple[Keys, Keys]]:
    """Return a function that says which answers of a kind are fresh, and which must wait.

    The same rule as ``Store.plan``, which says so again when the run starts; here nothing is
    written, so that a forecast leaves no trace. Without a file nothing is known.

    Parameters
    ----------
    max_age : days after which an answer is old, instead of ``AGE_LIMITS``.

    Raises
    ------
    InputError : no store, damaged, or of a newer version.
    """
    if not path.exists() or not path.stat().st_size:
        return lambda what: (frozenset(), frozenset())
    from spamlinks.enrich.store import Store

    moment = (now or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)  # as in the frames
    with Store.open(path, read_only=True) as store:
        frames = {what: store.answers(what) for what in What}

    def known(what: What) -> tuple[Keys, Keys]:
        days = AGE_LIMITS[what] if max_age is None else max_age
        tried = frames[what].filter(
            pl.col("state").is_not_null(), pl.col("at") <= moment + timedelta(days=1)
        )
        fresh = tried.filter(
            pl.col("again_at").is_null(), pl.col("at") > moment - timedelta(days=min(days, 36_500))
        )
        waiting = tried.filter(pl.col("again_at") > moment)
        return tuple(frozenset(part.select("key", "site").iter_rows()) for part in (fresh, waiting))  # type: ignore[return-value]

    return known
