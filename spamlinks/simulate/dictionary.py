"""The data dictionary in ``data/README.md``: a table of the schema, kept up to date by a command.

``python -m spamlinks.simulate.dictionary data/README.md`` writes the table between its two marks.
"""

from __future__ import annotations

import sys
from pathlib import Path

from spamlinks.errors import InputError, SpamlinksError
from spamlinks.files import write_atomic
from spamlinks.schema import FIELDS

__all__ = ["render_dictionary", "update_dictionary"]

BEGIN = "<!-- dictionary: begin (python -m spamlinks.simulate.dictionary data/README.md) -->"
END = "<!-- dictionary: end -->"
_TYPES = {"String": "text", "Boolean": "yes/no", "Int64": "whole number", "Float64": "number"}


def render_dictionary() -> str:
    """Return a Markdown table with one line per column of the schema, in its order."""
    lines = ["| column | type | block | meaning |", "| --- | --- | --- | --- |"]
    for field in FIELDS.values():
        kind = _TYPES.get(str(field.dtype), str(field.dtype).lower())
        lines.append(f"| `{field.name}` | {kind} | {field.block} | {field.sentence} |")
    return "\n".join(lines)


def update_dictionary(text: str) -> str:
    """Return the README's text with the table between its marks written anew; idempotent.

    Raises
    ------
    InputError : a mark is missing.
    """
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise InputError("data/README.md", "the marks of the dictionary are gone", "Restore them.")
    return f"{before}{BEGIN}\n\n{render_dictionary()}\n\n{END}{after}"


def main() -> int:
    """Run ``python -m spamlinks.simulate.dictionary README``."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "data/README.md")
    try:
        write_atomic(path, update_dictionary(path.read_text("utf-8")).encode())
    except (SpamlinksError, OSError) as error:
        sys.stderr.write(f"spamlinks: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
