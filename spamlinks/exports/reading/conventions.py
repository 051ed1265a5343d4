"""How one file writes numbers and dates, decided per column from what its cells prove."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

__all__ = ["Conventions"]


@dataclass
class Conventions:
    """How one file writes numbers and dates, by column position, and what was seen of it.

    ``decimal`` and ``order`` hold what cells are read by; evidence counts grow with every batch,
    and ``wavered`` says that a decision changed after cells had been read by the earlier one.
    """

    decimal: dict[int, str] = field(default_factory=dict)
    order: dict[int, str] = field(default_factory=dict)
    decimal_seen: dict[int, Counter[str]] = field(default_factory=dict)
    order_seen: dict[int, Counter[str]] = field(default_factory=dict)
    wavered: bool = False
    batches: int = 0

    def note_decimal(self, position: int, seen: Counter[str], counts: bool) -> None:
        """Take the evidence of one batch into account before its cells are read."""
        self.decimal_seen.setdefault(position, Counter()).update(seen)
        sign = self.decide_decimal(position, counts)
        # Cells that were read without a doubt went by the point.
        self.wavered |= sign != self.decimal.get(position, "." if self.batches else sign)
        self.decimal[position] = sign

    def note_order(self, position: int, seen: Counter[str]) -> None:
        """Take the evidence of one batch into account before its cells are read."""
        self.order_seen.setdefault(position, Counter()).update(seen)
        order = self.decide_order(position)
        self.wavered |= order != self.order.get(position, order)
        self.order[position] = order

    def decide_decimal(self, position: int, counts: bool) -> str:
        """Choose "." or "," from what the column has shown so far."""
        seen = self.decimal_seen.get(position, Counter())
        if seen[","] != seen["."]:
            return "," if seen[","] > seen["."] else "."
        # Only 1,240 or 1.240: thousands in a count, decimals in a score of 0 to 100.
        if seen["?,"] >= seen["?."]:
            return "." if counts or not seen["?,"] else ","
        return "," if counts else "."

    def decide_order(self, position: int) -> str:
        """Choose "dmy", "mdy" or "" from the column, else from the file's other columns."""
        own = self.order_seen.get(position, Counter())
        file: Counter[str] = sum(self.order_seen.values(), Counter())
        for seen in (own, file):
            if seen["dmy"] != seen["mdy"]:
                return "dmy" if seen["dmy"] > seen["mdy"] else "mdy"
        return ""

    def revised(self, counts: dict[int, bool]) -> Conventions | None:
        """Return conventions to read the file again by, or None when all cells fit already."""
        decimal = {i: self.decide_decimal(i, counts[i]) for i in self.decimal_seen}
        order = {i: self.decide_order(i) for i in self.order_seen}
        if not self.wavered and decimal == self.decimal and order == self.order:
            return None
        return Conventions(decimal, order)
