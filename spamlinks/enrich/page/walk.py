"""One pass over the tree: the text in reading order, what of it can be seen, and every link.

Everything later is a slice of what is written down here, so that a page costs one pass however
many questions are asked.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from spamlinks.enrich.page.hidden import HiddenBy
from spamlinks.enrich.page.tree import Element

__all__ = ["BLOCKS", "RawLink", "Walked", "walk"]

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main "
    "menu nav noframes noscript ol p pre section summary table tbody td tfoot th thead tr ul "
    "marquee search".split()
)
"""Elements that begin and end a line of text; words of one never run into those of the next."""

# Subtrees without text that a reader sees as part of the page. ``template`` is inert; the rest
# are controls, or what a browser shows only where it cannot show the real thing.
_NO_TEXT = frozenset(
    "script style template textarea select datalist title desc metadata iframe object audio video "
    "canvas noembed math-annotation xmp head".split()
)
_INERT = frozenset(("template", "datalist", "noembed"))
_WITHOUT_SCRIPTS = {"noscript": "noscript", "noframes": "noframes"}
_LINE_BREAKS = frozenset(("br", "img", "input", "wbr-none"))


@dataclass(slots=True)
class RawLink:
    """A hyperlink as it stands: element ``node`` (an index) and its text ``start`` to ``end``."""

    node: int
    element: Element
    href: str
    hidden: str | None
    start: int
    end: int = 0
    external: bool = False


@dataclass(slots=True)
class Walked:
    """The page in reading order.

    Attributes
    ----------
    nodes, parents : elements and the index of each one's parent; -1 for the root.
    starts, ends : of each element's text in ``text``.
    first_link, last_link : of each element, a range of ``links``.
    text : all text, with what is hidden; lines end where blocks end.
    visible : what can be seen of it.
    hidden_spans : ranges of ``text`` that cannot be seen, in order.
    hidden_by : reason for each element that hides what is in it.
    """

    nodes: list[Element] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    first_link: list[int] = field(default_factory=list)
    last_link: list[int] = field(default_factory=list)
    links: list[RawLink] = field(default_factory=list)
    text: str = ""
    visible: str = ""
    hidden_spans: list[tuple[int, int]] = field(default_factory=list)
    hidden_by: dict[int, str] = field(default_factory=dict)

    def seen(self, start: int, end: int) -> str:
        """Return the visible part of a slice of the text."""
        if not self.hidden_spans:
            return self.text[start:end]
        parts, at = [], start
        first = max(bisect_right(self.hidden_spans, (start, start)) - 1, 0)
        for hidden_start, hidden_end in self.hidden_spans[first:]:
            if hidden_start >= end:
                break
            if hidden_end > at:
                parts.append(self.text[at : max(hidden_start, at)])
                at = min(hidden_end, end)
        parts.append(self.text[at:end])
        return "".join(parts)

    def ancestors(self, node: int) -> list[int]:
        """Indexes of an element and of all around it, from the inside out."""
        found = []
        while node >= 0:
            found.append(node)
            node = self.parents[node]
        return found


def walk(root: Element, hiding: HiddenBy, shown: frozenset[int] = frozenset()) -> Walked:
    """Read a tree once.

    Parameters
    ----------
    root : of ``tree.parse``.
    hiding : what hides elements of this page.
    shown : indexes of elements that are shown whatever their style says.
    """
    page = Walked()
    nodes, parents, starts, ends = page.nodes, page.parents, page.starts, page.ends
    first_link, last_link, links = page.first_link, page.last_link, page.links
    pieces: list[str] = []
    length = 0
    stack: list[int] = []  # open elements
    hidden: list[str | None] = [None]  # why what is read now is hidden, by depth
    silent: list[bool] = [False]  # whether text is left out, by depth
    inert = 0  # depth of the element whose links are none either; 0 for none
    open_links: list[RawLink | None] = [None]

    def add(text: str) -> None:
        nonlocal length
        if not silent[-1]:
            if hidden[-1] is not None:
                spans = page.hidden_spans
                if spans and spans[-1][1] == length:
                    spans[-1] = (spans[-1][0], length + len(text))
                else:
                    spans.append((length, length + len(text)))
            pieces.append(text)
            length += len(text)

    def close() -> None:
        nonlocal length, inert
        node = stack.pop()
        element = nodes[node]
        if element.tag in BLOCKS:
            add("\n")
        ends[node] = length
        last_link[node] = len(links)
        opened = open_links.pop()
        if opened is not None:
            opened.end = length
        hidden.pop()
        silent.pop()
        if inert > len(stack):
            inert = 0
        if element.tail and stack:
            add(element.tail)

    for element in root.iter("*"):
        parent = element.getparent()
        while stack and nodes[stack[-1]] is not parent:
            close()
        index = len(nodes)
        tag = element.tag
        nodes.append(element)
        parents.append(stack[-1] if stack else -1)
        reason = hidden[-1]
        if tag in _WITHOUT_SCRIPTS:
            reason = _WITHOUT_SCRIPTS[tag]
        elif index not in shown:
            reason = hiding.reason(element, tag, reason)
        if reason is not None and reason != hidden[-1]:
            page.hidden_by[index] = reason
        quiet = silent[-1] or tag in _NO_TEXT
        if tag in BLOCKS:
            add("\n")
        elif tag in ("br", "td", "th", "option", "img"):
            add(" " if tag != "br" else "\n")
        starts.append(length)
        ends.append(length)
        first_link.append(len(links))
        last_link.append(len(links))
        stack.append(index)
        hidden.append(reason)
        silent.append(quiet)
        if tag in _INERT and not inert:
            inert = len(stack)
        opened = None
        if tag in ("a", "area") and not inert:
            href = element.get("href") or element.get("xlink:href")
            if href:
                opened = RawLink(index, element, href, reason, length)
                links.append(opened)
        open_links.append(opened)
        if element.text:
            add(element.text)
    while stack:
        close()
    page.text = "".join(pieces)
    page.visible = page.seen(0, length)
    return page
