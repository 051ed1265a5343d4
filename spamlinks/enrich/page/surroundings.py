"""What stands around a link: the text before and after it, and the links beside it."""

from __future__ import annotations

import re

from spamlinks.enrich.page.placement import Places
from spamlinks.enrich.page.style import colour, same_colour
from spamlinks.enrich.page.texts import count_words, fold
from spamlinks.enrich.page.walk import BLOCK_EDGE, BLOCKS, RawLink, Walked

__all__ = ["contexts", "links_around", "same_as_ground"]

MAX_CONTEXT = 200
MAX_SLICE = 2000
"""Characters that are looked at for them: source text has long runs of spaces."""
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

    A link that stands alone has none: what other blocks say, around its own or inside of it, is not
    about it.
    """
    around = _block(page, link.node)
    before = page.text[max(page.starts[around], link.start - MAX_SLICE) : link.start]
    after = page.text[link.end : min(page.ends[around], link.end + MAX_SLICE)]
    if not link.hidden and page.hidden_spans:
        before = page.seen(link.start - len(before), link.start)
        after = page.seen(link.end, link.end + len(after))
    before, after = before.rpartition(BLOCK_EDGE)[2], after.partition(BLOCK_EDGE)[0]
    return fold(before)[-MAX_CONTEXT:].strip(), fold(after)[:MAX_CONTEXT].strip()


def links_around(page: Walked, places: Places, link: RawLink) -> int:
    """Count the links to other sites in the same block, without the link itself.

    The block is the paragraph; for an entry of a list the list, for a cell of a table its rows.
    A block that holds nothing but the link says nothing and the one around it is taken, and so it
    is for short boxes that repeat beside each other, which are a list in all but name. The whole
    text is no block.
    """
    block = _block(page, link.node)
    for _ in range(MAX_CLIMB):
        element = page.nodes[block]
        tag = element.tag
        around = _block(page, block)
        if tag in _TOP or tag in _LISTS or tag in _ROWS or page.nodes[around].tag in _TOP:
            break
        words = _words(page, block)
        if tag in ("td", "th"):  # a row with long texts lays out a page and lists nothing
            words = _words(page, around)
        entry = tag in ("li", "dd", "dt", "td", "th", "tr")
        if words > MAX_ITEM_WORDS or (not entry and _says_more(page, block, link, words)):
            break
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if _OWN_COMMENT.search(names[:500]) or places.is_part(block):
            break
        listed = entry or page.nodes[around].tag in _LISTS or _repeats(page, block)
        if not listed and _words(page, around) > MAX_ITEM_WORDS:
            break
        block = around
    return page.links_in(block)[1] - link.external


def _words(page: Walked, block: int) -> int:
    return count_words(page.text[page.starts[block] : page.ends[block]][:4000])


def _says_more(page: Walked, block: int, link: RawLink, words: int) -> bool:
    """Whether a box holds more than the link, and is no entry of a list of such boxes."""
    alone = words - count_words(page.text[link.start : link.end]) <= 1
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
