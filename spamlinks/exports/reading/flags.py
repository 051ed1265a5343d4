"""Words that vendors and languages use for yes, no, follow and the kinds of links."""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

from spamlinks.exports.catalog import Column
from spamlinks.exports.reading.numbers import MISSING

__all__ = ["BLANK", "boolean_expression", "boolean_reader", "kind_expression"]

BLANK = " \t\r\n\x0b\x0c\u00a0\u200b\ufeff"
"""Characters around a cell that mean nothing."""
YES = ("true", "yes", "y", "1", "1.0", "ja", "oui", "si", "sí", "sim", "да", "wahr", "vrai",
       "verdadero", "verdadeiro", "vero", "waar", "+", "x", "✓", "on", "t")  # fmt: skip
NO = ("false", "no", "n", "0", "0.0", "nein", "non", "não", "nao", "нет", "falsch", "faux",
      "falso", "onwaar", "nee", "off", "f")  # fmt: skip
NOFOLLOW = ("nofollow", "no follow", "no-follow", "nf")
FOLLOW = ("dofollow", "do follow", "do-follow", "follow", "followed")
"""These words say what they mean in a column of either polarity."""

KINDS = {
    "text": "text", "a": "text", "anchor": "text", "hyperlink": "text", "hyperlien": "text",
    "textlink": "text", "link": "text", "href": "text", "lien": "text", "enlace": "text",
    "image": "image", "img": "image", "imagelink": "image", "images": "image", "bild": "image",
    "redirect": "redirect", "301": "redirect", "canonical": "canonical", "frame": "frame",
    "iframe": "frame", "form": "form", "formular": "form",
}  # fmt: skip


def _boolean_words(column: Column) -> dict[str, bool]:
    inverted = column.how == "inverted"
    words = {**dict.fromkeys(YES, not inverted), **dict.fromkeys(NO, inverted)}
    if column.field == "rel_nofollow":
        words |= {**dict.fromkeys(NOFOLLOW, True), **dict.fromkeys(FOLLOW, False)}
    return words


def boolean_reader(column: Column) -> Callable[[str], bool | None]:
    """Return a function from a trimmed cell to its value, None when it has none."""
    words = _boolean_words(column)
    return lambda cell: words.get(cell.lower())


def boolean_expression(cell: pl.Expr, column: Column) -> pl.Expr:
    """Read booleans vectorised; unusual spellings give null and are left to the reader."""
    lower = cell.str.strip_chars(BLANK).str.to_lowercase()
    if column.how == "flag":
        return (lower != "") & ~lower.is_in([*NO, *sorted(MISSING)])
    if column.how == "token":
        words = "|".join(map(re.escape, column.value.split()))
        found = lower.str.contains(rf"(?:^|[\s,;])(?:{words})(?:$|[\s,;])")
        # No word may mean no, as in a rel attribute, or that the vendor does not say.
        return pl.when(lower != "").then(found) if column.otherwise == "unknown" else found
    # The spellings of programs; people's own are read one by one by ``boolean_reader``.
    spellings = ("true", "false", "TRUE", "FALSE", "True", "False", "1", "0")
    words_of = _boolean_words(column)
    yes = [word for word in spellings if words_of[word.lower()]]
    no = [word for word in spellings if not words_of[word.lower()]]
    return pl.when(cell.is_in(yes)).then(True).when(cell.is_in(no)).then(False)


def kind_expression(columns: list[tuple[int, Column]]) -> pl.Expr:
    """Read ``link_kind`` from a column of words or from several yes/no columns."""
    if columns[0][1].how != "kind":
        return pl.col(f"c{columns[0][0]}").map_batches(_kinds, return_dtype=pl.String)
    kinds = [
        pl.when(pl.col(f"c{i}").str.strip_chars(BLANK).str.to_lowercase().is_in(YES)).then(
            pl.lit(column.value)
        )
        for i, column in columns
    ]
    otherwise = next((column.otherwise for _, column in columns if column.otherwise), None)
    return pl.coalesce(*kinds, pl.lit(otherwise, dtype=pl.String))


def _kinds(cells: pl.Series) -> pl.Series:
    """Read words for kinds of links, each spelling once."""
    spellings = cells.unique().rename("cell")
    word = pl.col("cell").str.strip_chars(BLANK).str.to_lowercase()
    known = word.replace_strict(
        list(KINDS), list(KINDS.values()), default="other", return_dtype=pl.String
    )
    kinds = spellings.to_frame().select(pl.when(word != "").then(known)).to_series()
    return cells.replace_strict(spellings, kinds, return_dtype=pl.String)
