"""What stands around a link: the text before and after it, and the links beside it."""

from __future__ import annotations

import re

from spamlinks.enrich.page.style import colour, same_colour
from spamlinks.enrich.page.texts import count_words, fold
from spamlinks.enrich.page.walk import BLOCKS, RawLink, Walked

__all__ = ["contexts", "links_around", "same_as_ground"]

MAX_CONTEXT = 200
MAX_ITEM_WORDS = 60
"""An entry of a list with more words is a text of its own, such as a comment."""
MAX_CLIMB = 8

_LISTS = frozenset(("ul", "ol", "dl", "menu", "dir"))
_ROWS = frozenset(("tbody", "thead", "tfoot", "table"))
_TOP = frozenset(("body", "html", "main", "article"))
_OWN_COMMENT = re.compile(
    r"(?i)(?:^|[\s_-])(?:comment|reply|review|guestbook-?entry|entry)(?:[\s_-]|\Z)"
)


def _block(page: Walked, node: int) -> int:
    """Index of the nearest element around one that begins a line."""
    parent = page.parents[node]
    while parent >= 0 and page.nodes[parent].tag not in BLOCKS:
        parent = page.parents[parent]
    return parent if parent >= 0 else 0


def contexts(page: Walked, link: RawLink) -> tuple[str, str]:
    """Return up to 200 characters of the link's own block before and after it, "" for none.

    A link that stands alone in its block has none: what other blocks say is not about it.
    """
    block = _block(page, link.node)
    start, end = page.starts[block], page.ends[block]
    if link.hidden:
        before = page.text[max(start, link.start - 2000) : link.start]
        after = page.text[link.end : min(end, link.end + 2000)]
    else:
        before = page.seen(max(start, link.start - 2000), link.start)
        after = page.seen(link.end, min(end, link.end + 2000))
    return fold(before)[-MAX_CONTEXT:].strip(), fold(after)[:MAX_CONTEXT].strip()


def links_around(page: Walked, link: RawLink) -> int:
    """Count the links to other sites in the same block, without the link itself.

    The block is the paragraph; for an entry of a list the list, for a cell of a table its rows.
    A block that holds nothing but the link says nothing and the one around it is taken, and so it
    is for short boxes that repeat beside each other, which are a list in all but name.
    """
    block = _block(page, link.node)
    for _ in range(MAX_CLIMB):
        element = page.nodes[block]
        tag = element.tag
        if tag in _TOP or tag in _LISTS or tag in _ROWS or page.parents[block] < 0:
            break
        start, end = page.starts[block], page.ends[block]
        words = count_words(page.text[start:end][:4000])
        entry = tag in ("li", "dd", "dt", "td", "th", "tr")
        if entry and words > MAX_ITEM_WORDS:
            break
        if not entry and _says_more(page, block, link, words):
            break
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if _OWN_COMMENT.search(names[:500]):
            break
        block = _block(page, block)
    return page.links_in(block)[1] - link.external


def _says_more(page: Walked, block: int, link: RawLink, words: int) -> bool:
    """Whether a box holds more than the link, and is no entry of a list of such boxes."""
    if words > MAX_ITEM_WORDS:
        return True
    alone = words - count_words(page.text[link.start : link.end]) <= 3
    links = page.last_link[block] - page.first_link[block]
    return not (alone and links == 1) and not _repeats(page, block)


def _repeats(page: Walked, block: int) -> bool:
    """Whether an element of the same kind stands beside a box."""
    element = page.nodes[block]
    names = element.get("class")
    if element.tag == "p":
        return False
    for other in (element.getnext(), element.getprevious()):
        if other is not None and other.tag == element.tag and other.get("class") == names:
            return True
    return False


def same_as_ground(page: Walked, node: int) -> bool:
    """Whether a link has the colour of what is behind it, where the page states both."""
    text = ground = None
    for index in page.ancestors(node):
        element = page.nodes[index]
        style = (element.get("style") or "").lower()
        if style and ("color" in style or "background" in style):
            said = {}
            for part in style.split(";")[:50]:
                name, _, value = part.partition(":")
                said[name.strip()] = value
            if text is None:
                text = colour(said.get("color"))
            if ground is None:
                behind = said.get("background-color") or said.get("background") or ""
                if "url(" in behind:
                    return False
                ground = colour(behind)
        if text is None and element.tag == "font":
            text = colour(element.get("color"))
        if ground is None and element.get("bgcolor"):
            ground = colour(element.get("bgcolor"))
    return same_colour(text, ground)
