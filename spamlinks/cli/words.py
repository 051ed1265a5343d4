"""``spamlinks signals --words``: the words of spam trades that are looked for, by language."""

from __future__ import annotations

import json

import typer

from spamlinks.cli.table import new_table, print_table
from spamlinks.signals.lexicon import LANGUAGE_NAMES, WORD_LISTS, word_lists

__all__ = ["show_words"]


def show_words(trade: str, form: str) -> None:
    """Print the words and stems of a trade, or of all of them, by language.

    Parameters
    ----------
    trade : one of ``WORD_LISTS``, or "all".
    form : "text" for a table, "json" for one object: trade, language, ``words`` and ``stems``.

    Raises
    ------
    typer.BadParameter : there is no such trade or form.
    """
    if trade not in ("all", *WORD_LISTS):
        known = ", ".join(("all", *WORD_LISTS))
        raise typer.BadParameter(f"no such list; choose one of {known}", param_hint="--words")
    if form not in ("text", "json"):
        raise typer.BadParameter("choose text or json", param_hint="--format")
    chosen = [found for name in WORD_LISTS if trade in ("all", name) for found in word_lists(name)]
    if form == "json":
        data: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {}
        for found in chosen:
            entry = {"words": found.words, "stems": found.stems}
            data.setdefault(found.trade, {})[found.language] = entry
        typer.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    table = new_table("list", "language", "words", "found anywhere")
    for found in chosen:
        language = f"{LANGUAGE_NAMES[found.language]} ({found.language})"
        table.add_row(found.trade, language, ", ".join(found.words), ", ".join(found.stems))
    print_table(table)
