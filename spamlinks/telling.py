"""Which effects tell a person why: what one would point at, not the largest number.

The model's largest effects are not always its best reasons. What most honest-looking sites of the
file have too speaks for nothing; a value on the good side that the trees count against a domain
confuses; what is unknown is no reason. Effects are chosen here, never changed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spamlinks.language import Texts
from spamlinks.model.explain import Effect
from spamlinks.model.sentences import is_absent, statement, usual_clause
from spamlinks.model.usual import Place
from spamlinks.signals.kernel import SIGNALS
from spamlinks.signals.words import found_word

__all__ = ["MAIN", "QUOTED_COLUMNS", "Told", "contradicts", "is_unusual", "quote_of", "told"]

MAIN = 0.4
"""An effect below this, in log-odds, is never named as the reason."""

_RARE = 0.2
"""What more than one in five honest-looking sites have is no reason by itself."""

# True of a name or address, but nothing that a person would point at.
_FORM = frozenset(
    {
        "host_length", "domain_label_length", "domain_digit_count", "domain_digit_run",
        "domain_hyphen_count", "subdomain_depth", "subdomain_digit_count", "vowel_share",
        "consonant_run", "distinct_character_share", "suffix_length", "suffix_depth",
        "url_length", "path_depth", "path_digit_share", "path_hyphen_count",
        "query_parameter_count", "path_non_ascii_share", "title_length", "context_length",
        "anchor_length", "anchor_digit_share", "has_language", "rank_sum", "hollow_rating",
        "linked_to_referring", "external_links_per_domain", "context_link_signs", "is_https",
    }
)  # fmt: skip

_QUOTED = {
    **dict.fromkeys(("title_trade_word", "title_sells_links"), "referring_page_title"),
    **dict.fromkeys(
        (
            "anchor_trade_word", "anchor_trade_match", "anchor_sells_links", "anchor_has_handle",
            "anchor_other_words", "anchor_gibberish_share", "anchor_non_latin_share",
            "anchor_symbol_share", "anchor_word_count",
        ),
        "anchor_text",
    ),
    **dict.fromkeys(("path_trade_word", "path_sells_links", "is_machine_slug"), "referring_page"),
    "page_is_parked": "fetched_parked",
    "page_is_for_sale": "fetched_for_sale",
    "page_is_directory": "fetched_directory",
    "page_sells_links": "fetched_sells_links",
    "home_is_parked": "home_parked",
}  # fmt: skip
"""Signals whose sentence says more with the text that it is about, with its column."""

QUOTED_COLUMNS = tuple(sorted(set(_QUOTED.values())))
"""Columns of links that sentences quote."""

_UNCOUNTED = frozenset({"anchor_other_words", "anchor_word_count"})

_NO_PRAISE = frozenset(
    {"links_out", "external_links", "linked_domains", "internal_links", "links_around"}
    | {"links_per_100_words", "home_links_per_100_words", "redirect_hops"}
)
"""Signals of which the good side is nothing special: most pages link to few others."""

_SAYS_ITSELF = 0.6
"""A text that is quoted needs no rarity to be told from this effect on, in log-odds."""

_READ_CHARS = 400  # a title may be a megabyte long

# An anchor that is an address: counting its words would say nothing.
_ADDRESS = re.compile(
    r"“(?:https?:|//|www\.|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,10}(?:/|”))", re.IGNORECASE
)

_QUOTE_CHARS = 60

_FAINT = {"english_on_foreign_profile": 0.4, "link_life_days": 0.6, "context_is_empty": 0.7}
"""Signals that tell a person less than the model, with what is left of their weight."""


@dataclass(frozen=True, slots=True)
class Told:
    """An effect with where its value stands, and the sentence about it without its size."""

    effect: Effect
    place: Place | None
    said: str
    usual: str

    @property
    def clause(self) -> str:
        """The sentence, with what is usual in brackets."""
        return f"{self.said} ({self.usual})" if self.usual else self.said

    @property
    def weight(self) -> float:
        """How well it tells: what can be quoted tells more, a language less, than its effect."""
        name = self.effect.signal
        return abs(self.effect.effect) * (2.0 if name in _QUOTED else _FAINT.get(name, 1.0))

    @property
    def stands_out(self) -> bool:
        """Whether few honest-looking sites have it, or it is a text that says enough itself."""
        said_itself = self.effect.signal in _QUOTED and self.effect.effect >= _SAYS_ITSELF
        return is_unusual(self.place) or said_itself

    @property
    def is_reason(self) -> bool:
        """Whether a person would point at it."""
        name = self.effect.signal
        return (
            abs(self.effect.effect) >= MAIN
            and not (name in _NO_PRAISE and self.effect.effect < 0)
            and name not in _FORM
            and not name.endswith("_rank")
            and not is_absent(name, self.effect.value)
        )


def told(
    effects: Sequence[Effect],
    places: Sequence[Place | None],
    row: Mapping[str, Any],
    suffix: str,
    texts: Texts,
) -> list[Told]:
    """Say effects that are worth saying: known ones, whose side fits their value.

    Parameters
    ----------
    effects : of one row, the strongest first; ``places`` beside them.
    row : texts of the row by column, those of ``QUOTED_COLUMNS`` that are known.
    suffix : of the domain.
    """
    out = []
    for effect, place in zip(effects, places, strict=True):
        if not math.isfinite(effect.value) or contradicts(effect, place):
            continue
        said = statement(effect.signal, effect.value, suffix, texts)
        # Only what is said is looked up: finding a word costs as much as explaining a row.
        absent = is_absent(effect.signal, effect.value)
        quote = "" if absent else quote_of(effect.signal, row)
        if quote:
            if effect.signal == "anchor_other_words" and _ADDRESS.match(quote):
                said = texts.say("why.url_anchor")
            said = texts.say("why.quote", said=said, text=quote)
        # What an anchor says is the point, not how many words others take.
        usual = "" if effect.signal in _UNCOUNTED else usual_clause(effect.signal, place, texts)
        out.append(Told(effect, place, said, usual))
    return out


def is_unusual(place: Place | None) -> bool:
    """Whether few of those that look honest have such a value; True where that is not known."""
    if place is None:
        return True
    if place.kind == "same":
        return place.number <= _RARE
    if place.kind == "more":
        return place.number >= 1 - _RARE
    return place.kind in ("high", "low")


def contradicts(effect: Effect, place: Place | None) -> bool:
    """Whether a value on the good side pushes towards spam, or one on the bad side away from it.

    Trees compare with all that they learned from, people with what stands beside: 11 visits where 3
    are usual are no reason for spam to anybody.

    >>> contradicts(Effect("domain_traffic", 1.1, 0.3), Place("file", "upper", 0.6))
    True
    >>> contradicts(Effect("domain_traffic", 0.0, 1.0), Place("file", "low", 0.6))
    False
    """
    direction = SIGNALS[effect.signal].direction
    if not direction or place is None or place.kind in ("same", "more"):
        return False
    high = {"high": 1, "upper": 1, "low": -1, "lower": -1, "equal": 0}[place.kind]
    side = high * direction  # 1: the side of spam
    pushes = 1 if effect.effect > 0 else -1
    return side == -pushes or (side == 0 and abs(effect.effect) >= MAIN)


def quote_of(signal: str, row: Mapping[str, Any]) -> str:
    """The text that a signal is about: short, on one line, without the marks of evidence.

    The word that was found is named where one was. ``|`` stands between pieces of evidence and
    brackets around what is usual, so a hostile text must not bring its own.

    Returns
    -------
    The text in quotation marks; "" for a signal that has none, or where it is not known.

    >>> quote_of("title_sells_links", {"referring_page_title": "Buy backlinks | (+9.9)"})
    '“backlinks” in “Buy backlinks / [+9.9]”'
    """
    column = _QUOTED.get(signal, "")
    text = row.get(column)
    if not text:
        return ""
    text = str(text)
    if column == "referring_page":
        text = "/" + text.partition("://")[2].partition("/")[2]
    group = "link_sale" if "sells" in signal else "trades" if "trade" in signal else ""
    if column.startswith(("fetched_", "home_")):  # evidence, which names the word already
        group = ""
    word = found_word(text[:_READ_CHARS], group) if group else ""
    shown = _around(_plain(text), word)
    if not shown:
        return ""
    return f"“{_plain(word)}” in “{shown}”" if word else f"“{shown}”"


_MARKS = str.maketrans({"|": "/", "(": "[", ")": "]", "“": "'", "”": "'", '"': "'"})


def _plain(text: str) -> str:
    flat = " ".join("".join(c if c.isprintable() else " " for c in text[:_READ_CHARS]).split())
    return flat.translate(_MARKS)


def _around(text: str, word: str) -> str:
    """A short piece of a text, with the word in it where it can be found.

    >>> _around("a long title of a page about gardens and flowers | casino bonus", "casino")
    '…tle of a page about gardens and flowers | casino bonus'
    """
    if len(text) <= _QUOTE_CHARS:
        return text
    at = text.lower().find(word) if word else 0
    start = max(0, at + len(word) - _QUOTE_CHARS + 12) if at > 0 else 0
    piece = text[start : start + _QUOTE_CHARS]
    return (
        ("…" if start else "") + piece.strip() + ("…" if start + _QUOTE_CHARS < len(text) else "")
    )
