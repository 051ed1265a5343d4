"""Records that are left out, kept as columns: of a hostile file there may be ten million."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from spamlinks.exports.containers.parts import Reject

__all__ = ["MAX_SHOWN_CHARS", "Rejects"]

MAX_SHOWN_CHARS = 2000
MANY = 100_000
SHOWN_CHARS_OF_MANY = 200
MAX_TEXT_BYTES = 1 << 28
"""When this much text is kept, further records are listed without theirs."""
_SCHEMA = {"record": pl.Int64, "reason": pl.String, "text": pl.String}


class Rejects:
    """Collects rejected records: every number and reason, and the beginning of the text.

    The first 100,000 keep 2,000 characters each, later ones 200, until 256 MB are reached.
    """

    def __init__(self) -> None:
        self._frames = [pl.DataFrame(schema=_SCHEMA)]
        self._bytes = 0
        self.height = 0

    def add(self, rejects: Iterable[Reject]) -> None:
        """Add records one by one."""
        known: dict[str, int] = {}
        rows = [(r.record, known.setdefault(r.reason, len(known)), r.text) for r in rejects]
        frame = pl.DataFrame(rows, schema={**_SCHEMA, "reason": pl.UInt32}, orient="row")
        # Gathering shares one text among the records that have it.
        reasons = pl.Series(list(known), dtype=pl.String).gather(frame["reason"])
        self.add_frame(frame.with_columns(reason=reasons))

    def add_frame(self, frame: pl.DataFrame) -> None:
        """Add records from a frame with the columns record, reason and text, without nulls."""
        early = max(MANY - self.height, 0)
        self._keep(frame.head(early), MAX_SHOWN_CHARS)
        self._keep(frame.slice(early), SHOWN_CHARS_OF_MANY)

    def _keep(self, frame: pl.DataFrame, chars: int) -> None:
        if not frame.height:
            return
        if self._bytes >= MAX_TEXT_BYTES:
            chars = 0
        # Joining copies: a part of a text would keep the whole batch it came from in memory.
        shown = pl.concat_str(pl.col("text").str.slice(0, chars), pl.lit(""))
        kept = frame.select("record", "reason", shown.alias("text"))
        self._bytes += int(kept["text"].str.len_bytes().sum())
        self._frames.append(kept)
        self.height += frame.height

    def frame(self) -> pl.DataFrame:
        """Return all of them, as they were added, with the columns record, reason and text."""
        return pl.concat(self._frames, rechunk=False)
