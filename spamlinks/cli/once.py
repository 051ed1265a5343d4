"""Commands whose options of one value take one: a second value is an error, never the last one.

Two files under one option look like a list of files, and the parser would keep the last in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperOption

from spamlinks.report.text import clean

__all__ = ["OnceCommand"]

_ONE_FILE = {
    "--decisions": "Copy the rows of all into one table, and give that.",
    "--keep": "Copy the lines of all into one file, and give that.",
    "--disavow": "Only one list is in use at a time; 'spamlinks disavow --merge' adds to it.",
    "--previous": "Compare with one run at a time.",
}


class OnceCommand(TyperCommand):
    """A command that refuses an option of one value that is given twice with two values."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse as usual, after the check; a breach is a usage error that names both values."""
        given = list(args)
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        for param, times in Counter(order).items():
            if times > 1 and isinstance(param, TyperOption) and _takes_one(param):
                values = list(dict.fromkeys(_values(given, param.opts)))
                if len(values) > 1:
                    raise typer.BadParameter(_told(param.opts, values), ctx=ctx, param=param)
        return super().parse_args(ctx, args)


def _takes_one(option: TyperOption) -> bool:
    return not (option.multiple or option.is_flag or option.count) and option.nargs == 1


def _told(names: Sequence[str], values: Sequence[str]) -> str:
    shown = " and ".join(clean(value, 120) for value in values[:4])
    more = f" and {len(values) - 4} more" if len(values) > 4 else ""
    hint = next((_ONE_FILE[name] for name in names if name in _ONE_FILE), "Give one of them.")
    return f"it was given {len(values)} times, {shown}{more}, and takes one value. {hint}"


def _values(args: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """What was given to an option, in each way that the parser takes."""
    for place, text in enumerate(args):
        if text == "--":
            return
        if text in names and place + 1 < len(args):
            yield args[place + 1]
        for name in names:
            if name.startswith("--") and text.startswith(f"{name}="):
                yield text[len(name) + 1 :]
            elif not name.startswith("--") and text.startswith(name) and text != name:
                yield text[len(name) :]
