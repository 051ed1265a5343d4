"""Templates of generated pages: their parts, their words, and how a link is written or hidden."""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["HIDING", "MATERIAL", "Part", "anchor_tag", "hide", "read_template", "word_count"]

_FOLDER = files("spamlinks.simulate").joinpath("templates")

MATERIAL: dict[str, Any] = json.loads(_FOLDER.joinpath("pages.json").read_text("utf-8"))
"""Templates by kind, common words by language, phrases of parked pages and the like."""

_PART = re.compile(r"<!-- part (\w+) -->\n?")
_SLOT = re.compile(r"\{\{(\w+)\}\}")
_UNSEEN = re.compile(r"<(script|style|title|head)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.S | re.I)
_GLUED = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")

HIDING = ("display", "visibility", "away", "size", "attribute", "style sheet", "parent")
"""Ways in which a link can be made invisible."""


def word_count(text: str) -> float:
    """Words of plain text; two characters of a script without spaces are one.

    >>> word_count("A garden, 12 birds"), word_count("庭の音楽")
    (4.0, 2.0)
    """
    glued = len(_GLUED.findall(text))
    rest = _GLUED.sub(" ", text)
    return glued / 2 + sum(any(c.isalnum() for c in word) for word in rest.split())


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a template with slots, the words it shows of its own, and its links within."""

    text: str
    words: float
    links: int

    def fill(self, values: Mapping[str, str]) -> str:
        """Put markup into the slots; a slot without a value is empty."""
        return _SLOT.sub(lambda m: str(values.get(m[1], "")), self.text)


@cache
def read_template(name: str) -> dict[str, Part]:
    """Parts of one template by name: page, header, nav, sidebar, comments, footer, text and so on.

    Raises KeyError where the package is damaged.
    """
    pieces = _PART.split(_FOLDER.joinpath(f"{name}.html").read_text("utf-8"))[1:]
    parts = {}
    for key, text in zip(pieces[::2], pieces[1::2], strict=True):
        own = text.rstrip("\n") if key != "page" else text
        seen = _SLOT.sub(" ", _UNSEEN.sub(" ", own))
        parts[key] = Part(own, word_count(html.unescape(seen)), len(re.findall(r"(?i)<a\s", own)))
    return parts


def anchor_tag(
    chance: random.Random, href: str, inner: str, *, rel: str = "", extra: str = ""
) -> str:
    """One link as different programs write it: order of attributes, quotes, targets."""
    quote = chance.choice(['"', '"', '"', "'"])
    attributes = [f"href={quote}{html.escape(href)}{quote}"]
    if rel:
        attributes.append(f"rel={quote}{rel}{quote}")
    if chance.random() < 0.25:
        attributes.append('target="_blank"')
    if extra:
        attributes.append(extra)
    chance.shuffle(attributes)
    name = "A" if chance.random() < 0.03 else "a"
    return f"<{name} {' '.join(attributes)}>{inner}</{name}>"


def hide(chance: random.Random, how: str, tag: str) -> tuple[str, str]:
    """Make a link invisible in one of ``HIDING``.

    Returns
    -------
    The markup, and a style sheet that it needs ("" for none).
    """
    name = "x" + "".join(chance.choice("abcdefghk") for _ in range(5))
    if how == "style sheet":
        return f'<span class="{name}">{tag}</span>', f".{name}{{display:none}}"
    if how == "attribute":
        return f"<div hidden>{tag}</div>", ""
    if how == "parent":
        return f'<div style="display: none;"><p><b>{tag}</b></p></div>', ""
    style = {
        "display": "display:none",
        "visibility": "visibility:hidden",
        "away": f"position:absolute;left:-{chance.randint(2, 9)}999px",
        "size": "font-size:0",
    }[how]
    return f'<span style="{style}">{tag}</span>', ""
