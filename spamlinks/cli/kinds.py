"""``simulate --list-kinds``: the kinds of linking sites, one sentence each. Data goes to stdout."""

from __future__ import annotations

from spamlinks.cli.table import new_table, print_table
from spamlinks.simulate.kinds import HONEST, SPAM

__all__ = ["show_kinds"]


def show_kinds() -> None:
    """List every kind with its class, its share of that class and what it is."""
    table = new_table("class", "kind", "share", "is")
    for side, kinds in (("honest", HONEST), ("spam", SPAM)):
        for kind in kinds:
            table.add_row(side, kind.name, f"{kind.share:.0%}", kind.sentence)
    print_table(table)
