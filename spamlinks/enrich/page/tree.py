"""HTML text to a tree of elements that is never deeper than the parser allows."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

__all__ = ["Element", "parse"]

Element = Any
"""An element of lxml, which ships no types."""

MAX_DEPTH = 250
"""The parser gives up at 256 open elements, and with it on all that follows."""

_MAX_OPEN = 60
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# Never on the stack of ``_flattened``: void elements, those whose text is no markup, and those
# that close by themselves when the next one comes.
_NOT_STACKED = frozenset(
    "area base br col hr img input link meta param script style textarea "
    "title iframe html head body p li dt dd tr td th thead tbody tfoot option a noscript".split()
)
# Void elements that the parser does not know as such, and would put all that follows into.
_VOID = frozenset("wbr source track embed keygen basefont".split())
_NOTHING = "basefont"
"""A void element that is not displayed: what a tag becomes that is left out."""


def parse(text: str) -> Element | None:
    """Return the root element, None where there is nothing.

    Comments and processing instructions are left out, entities of a document type are not
    expanded, nothing is loaded. Linear in the size of the text.

    >>> parse("<p>Hi<br>there").findtext(".//p")
    'Hi'
    """
    root = _parsed(text)
    if root is not None and _too_deep(root):
        root = _parsed(_flattened(text))
    return root


def _parsed(text: str) -> Element | None:
    parser = etree.HTMLParser(
        encoding="utf-8",
        huge_tree=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        recover=True,
    )
    data = text.replace("\0", "").encode("utf-8", "replace")
    if not data.strip():
        return None
    try:
        return etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError):  # nothing but comments, or no element at all
        return None


def _too_deep(root: Element) -> bool:
    """Whether the parser stopped at its limit: the last element is as deep as it allows."""
    depth, node = 0, root
    while len(node):
        node = node[-1]
        depth += 1
        if depth >= MAX_DEPTH:
            return True
    return False


def _flattened(text: str) -> str:
    """Make tags of no account from those that would be nested too deep.

    An old page that never closes its ``<font>`` is as readable without most of them. Void tags
    keep the text and the attributes in place.
    """
    open_tags: list[str] = []
    dropped: dict[str, int] = {}

    def renamed(match: re.Match[str]) -> str:
        name = match[2].lower()
        if name in _NOT_STACKED:
            return match[0]
        if name in _VOID:
            return f"<{match[1]}{_NOTHING}"
        if not match[1]:
            if len(open_tags) < _MAX_OPEN:
                open_tags.append(name)
                return match[0]
            dropped[name] = dropped.get(name, 0) + 1
            return f"<{_NOTHING}"
        if dropped.get(name):
            dropped[name] -= 1
            return f"</{_NOTHING}"
        if name in open_tags:
            while open_tags.pop() != name:
                pass
        return match[0]

    return _TAG.sub(renamed, text)
