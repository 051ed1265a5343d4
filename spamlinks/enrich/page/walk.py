"""One pass over the tree: the text in reading order, what of it can be seen, and every link.

Everything later is a slice of what is written down here, so that a page costs one pass however
many questions are asked.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate, chain

from spamlinks.enrich.page.hidden import HiddenBy
from spamlinks.enrich.page.tree import Element

__all__ = ["BLOCKS", "BLOCK_EDGE", "RawLink", "Walked", "walk"]

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main "
    "menu nav noframes noscript ol p pre section summary table tbody td tfoot th thead tr ul "
    "marquee search".split()
)
"""Elements that begin and end a line of text; words of one never run into those of the next."""

# Subtrees without text that a reader sees as part of the page: inert ones, controls, and what a
# browser shows only where it cannot show the real thing.
_NO_TEXT = frozenset(
    "script style template textarea select datalist title desc metadata iframe object audio video "
    "canvas noembed noframes xmp head".split()
)
# Those whose inside is no markup to a browser either, whatever the parser makes of it.
_INERT = frozenset("template datalist noembed noframes iframe textarea xmp title".split())
BLOCK_EDGE = "\v"
"""Stands in the text where a block begins or ends; white space, as line breaks are."""
BREAKS = BLOCKS | {"br", "img", "option"}
"""Elements that no word runs across."""


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
    last_node : index of the last element inside of each one.
    first_link, last_link : of each element, a range of ``links``.
    text : all text, with what is hidden; ``BLOCK_EDGE`` stands where blocks begin and end.
    visible : what can be seen of it.
    hidden_spans : ranges of ``text`` that cannot be seen, in order.
    hidden_by : reason for each element that hides what is in it.
    """

    nodes: list[Element] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    last_node: list[int] = field(default_factory=list)
    first_link: list[int] = field(default_factory=list)
    last_link: list[int] = field(default_factory=list)
    links: list[RawLink] = field(default_factory=list)
    text: str = ""
    visible: str = ""
    hidden_spans: list[tuple[int, int]] = field(default_factory=list)
    hidden_by: dict[int, str] = field(default_factory=dict)
    _sums: tuple[list[int], list[int]] | None = None

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

    def links_in(self, node: int) -> tuple[int, int, int]:
        """Count the links inside of an element: all, those to other sites, characters of text.

        To be asked once the external links are marked.
        """
        if not self._sums:
            external = accumulate((link.external for link in self.links), initial=0)
            letters = accumulate((link.end - link.start for link in self.links), initial=0)
            self._sums = (list(external), list(letters))
        first, last = self.first_link[node], self.last_link[node]
        external_sum, letter_sum = self._sums
        return (
            last - first,
            external_sum[last] - external_sum[first],
            letter_sum[last] - letter_sum[first],
        )

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
    last_node = page.last_node
    first_link, last_link, links, spans = (
        page.first_link,
        page.last_link,
        page.links,
        page.hidden_spans,
    )
    pieces: list[str] = []
    length = 0
    # Open elements: index, element, its link, and what held before it.
    stack: list[tuple[int, Element, RawLink | None, str | None, bool]] = []
    hidden: str | None = None  # why what is read now cannot be seen
    silent = False  # whether text is left out
    inert = 0  # depth of the element whose links are none either; 0 for none

    for element in chain(root.iter("*"), (None,)):  # None closes what is open
        parent = None if element is None else element.getparent()
        while stack and stack[-1][1] is not parent:
            index, closed, link, hidden, silent = stack.pop()
            if closed.tag in BLOCKS:
                pieces.append(BLOCK_EDGE)
                length += 1
            ends[index] = length
            last_link[index] = len(links)
            last_node[index] = len(nodes) - 1
            if link is not None:
                link.end = length
            if inert > len(stack):
                inert = 0
            text = closed.tail
            if text and stack and not silent:
                if hidden is not None:
                    spans.append((length, length + len(text)))
                pieces.append(text)
                length += len(text)
        if element is None:
            break
        index, tag = len(nodes), element.tag
        if tag in BREAKS:
            pieces.append(BLOCK_EDGE if tag in BLOCKS else " ")
            length += 1
        nodes.append(element)
        parents.append(stack[-1][0] if stack else -1)
        starts.append(length)
        ends.append(length)
        last_node.append(index)
        first_link.append(len(links))
        last_link.append(len(links))
        reason = hidden
        if tag == "noscript":
            reason = tag
        elif index not in shown:
            reason = hiding.reason(element, tag, hidden)
        if reason is not hidden and reason is not None:
            page.hidden_by[index] = reason
        link = None
        if (tag == "a" or tag == "area") and not inert:
            href = element.get("href") or element.get("xlink:href")
            if href:
                link = RawLink(index, element, href, reason, length)
                links.append(link)
        stack.append((index, element, link, hidden, silent))
        hidden = reason
        if tag in _NO_TEXT:
            silent = True
            if tag in _INERT and not inert:
                inert = len(stack)
        elif not silent:
            text = element.text
            if text:
                if hidden is not None:
                    spans.append((length, length + len(text)))
                pieces.append(text)
                length += len(text)
    page.text = "".join(pieces)
    page.visible = page.seen(0, length)
    return page
