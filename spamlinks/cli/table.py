"""Tables of text on standard output."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

__all__ = ["new_table", "print_table"]


def new_table(*columns: str) -> Table:
    """Return an empty table without borders; a cell that is too wide is folded."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def print_table(table: Table) -> None:
    """Print a table; 160 columns wide off a terminal, where 80 would fold every row."""
    console = Console(highlight=False)
    width = console.width if console.is_terminal else 160
    # No markup: headers of somebody's file may hold brackets.
    Console(highlight=False, markup=False, emoji=False, width=width).print(table)
