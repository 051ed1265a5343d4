"""Where a link stands on its page: in the text, beside it, above, below, in a menu, a comment.

What tells is the markup around the link: elements and roles with a meaning, and names of classes
and ids, read word by word, because ``content-header`` is the heading of a text and no header of a
page. Where markup tells nothing, the place relative to the largest text does.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from spamlinks.enrich.answers import Placement
from spamlinks.enrich.page.tree import Element
from spamlinks.enrich.page.walk import Walked

__all__ = ["Places"]

# Whole words of names, in the languages that people name classes in.
_FOOTER = frozenset(
    "footer footers colophon siteinfo footerwrap footerarea footercontent footerwidgets "
    "footerlinks footernav footermenu subfooter prefooter bottombar bottomlinks copyright "
    "copyrights fusszeile fussbereich rodape stopka piedepagina piedpage".split()
)
_HEADER = frozenset("header masthead topbar siteheader pageheader headerwrap kopfzeile".split())
_NAV = frozenset(
    "nav navbar navigation topnav mainnav subnav sitenav breadcrumb breadcrumbs pagination pager "
    "menu mainmenu topmenu submenu menubar navmenu sitemenu".split()
)
_SIDEBAR = frozenset(
    "sidebar sidebars blogroll widget widgets sidecol sidecolumn sidenav rightbar leftbar rightcol "
    "leftcol rightcolumn leftcolumn rightsidebar leftsidebar seitenleiste barralateral".split()
)
_COMMENT = frozenset(
    "comment comments commentlist commentlists commentbody commentcontent commenttext "
    "commentauthor commentmetadata disqus dsq guestbook guestbooks gbook gaestebuch gästebuch "
    "livredor librodevisitas guestbookentry shoutbox trackback trackbacks pingback pingbacks "
    "pinglist kommentar kommentare kommentarer commentaire commentaires comentario comentarios "
    "comentários commenti reacties yorumlar komentarze".split()
)
# Posts of people in forums, by the names that forum software gives them.
_FORUM = frozenset(
    "postbody post_body postbit postbitlegacy postcontent post_message postmessage topic-post "
    "topic-body crawler-post cooked forum-post forumpost bbcode bbp-reply-content "
    "bbp-topic-content signature message-body message-userContent js-post__content-text "
    "ipsComment_content b-post".split()
)
_FORUM_POST = re.compile(r"post_message_\d+|post-?\d+-content")
# A name with one of these before footer or header is part of an article, a box, a table.
_OF_A_PART = frozenset(
    "entry post article card comment comments content modal dialog panel block section item "
    "widget table quote media box product thread message story news teaser tile list listing "
    "recipe review event author inner meta title heading accordion tab slide popup form text "
    "tweet hero".split()
)
# With these, a name says how the page is built or that something is not there.
_ABOUT_LAYOUT = frozenset(
    "has no with without hide show open closed count counter counts number popup off link links "
    "toggle form wp disabled enabled layout recent latest".split()
)
# Boxes beside the text even where they stand inside of it.
_BESIDE = re.compile(
    r"(?:^| )(?:related (?:post|posts|link|links|article|articles|content|entries|stories|items)"
    r"|relatedposts|jp relatedposts|yarpp|crp related|recommended|recommendations"
    r"|you may (?:also )?like"
    r"|author (?:box|bio|info|card|profile|description|about|area)|authorbox|authorbio"
    r"|about (?:the )?author|post author box|saboxplugin|partner links|partnerlinks|sponsored links"
    r"|friend links|friendlinks|friendlink|links widget|linkcat|blog roll|side ?bar|aside"
    r"|right (?:col|column|bar|rail|side)|left (?:col|column|bar|rail|side)"
    r"|col(?:umn)? (?:left|right)|side (?:col|column|bar|box|panel|nav|menu)|widget area)(?: |$)"
)
_ROLES = {
    "contentinfo": Placement.FOOTER,
    "banner": Placement.HEADER,
    "navigation": Placement.NAV,
    "menu": Placement.NAV,
    "menubar": Placement.NAV,
    "complementary": Placement.SIDEBAR,
}
_WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])|\d+")
_COPYRIGHT = re.compile(
    r"(?i)©|&copy;|\(c\)\s*\d{4}|copyright|all rights reserved|alle rechte|tous droits"
)


@lru_cache(maxsize=1 << 14)
def _words(name: str) -> tuple[str, ...]:
    """Words of one class or id in lower case.

    >>> _words("siteFooter"), _words("entry-footer_2")
    (('site', 'footer'), ('entry', 'footer', '2'))
    """
    return tuple(word.lower() for word in _WORD.findall(name[:80]))


@lru_cache(maxsize=1 << 14)
def _meaning(name: str) -> Placement | None:
    """What one name of a class or an id says about the place, None for nothing."""
    words = _words(name)
    if not words:
        return None
    bare = "".join(words)
    of_a_part = not _OF_A_PART.isdisjoint(words)
    about_layout = not _ABOUT_LAYOUT.isdisjoint(words)
    if name in _FORUM or _FORUM_POST.fullmatch(name):
        return Placement.COMMENT
    if (bare in _COMMENT or not _COMMENT.isdisjoint(words)) and not about_layout:
        return Placement.COMMENT
    if _BESIDE.search(" ".join(words)) and not {"has", "no", "with", "layout"} & set(words):
        return Placement.SIDEBAR
    if about_layout:
        return None
    of_the_page = not of_a_part or words[0] in ("site", "page", "main")
    if of_the_page and (bare in _FOOTER or not _FOOTER.isdisjoint(words)):
        return Placement.FOOTER
    if not _SIDEBAR.isdisjoint(words) or bare in _SIDEBAR:
        return Placement.SIDEBAR
    if not _NAV.isdisjoint(words) or bare in _NAV:
        return Placement.NAV
    if not of_a_part and (bare in _HEADER or "masthead" in words or words[-1:] == ("header",)):
        return Placement.HEADER
    return None


def _names_a_part(name: str) -> bool:
    """Whether a name is that of the header or footer of an article, a card, a table."""
    words = _words(name)
    return words[-1:] in (("header",), ("footer",), ("meta",)) and not _OF_A_PART.isdisjoint(words)


class Places:
    """The parts of one page. Built once, asked for each link to the site."""

    def __init__(self, page: Walked) -> None:
        self._page = page

    @cached_property
    def _main(self) -> int | None:
        return self._largest_text()

    def of(self, node: int) -> Placement:
        """Return where an element stands."""
        kinds: list[Placement] = []
        within_article = False
        for index in self._page.ancestors(node):
            element = self._page.nodes[index]
            if element.tag in ("html", "body"):
                break
            kind = self._kind(index, element)
            if kind is Placement.COMMENT:
                if Placement.SIDEBAR not in kinds and Placement.FOOTER not in kinds:
                    return Placement.COMMENT
                continue
            if kind is not None:
                kinds.append(kind)
            elif element.tag in ("article", "blockquote") or element.get("role") == "article":
                # Its own header and footer are parts of the text.
                kinds = [k for k in kinds if k not in (Placement.HEADER, Placement.FOOTER)]
                within_article = True
        for kind in (Placement.FOOTER, Placement.SIDEBAR, Placement.NAV, Placement.HEADER):
            if kind in kinds:
                return kind
        if within_article:
            return Placement.MAIN
        return self._by_position(node)

    def is_part(self, node: int) -> bool:
        """Whether an element itself begins a part of the page, such as a sidebar."""
        kind = self._kind(node, self._page.nodes[node])
        return kind is not None and kind is not Placement.COMMENT

    def _kind(self, index: int, element: Element) -> Placement | None:
        """What an element says about all that is in it."""
        tag = element.tag
        found: Placement | None = None
        role = (element.get("role") or "").strip().lower()
        if role in _ROLES:
            found = _ROLES[role]
        elif tag == "nav":
            found = Placement.NAV
        elif tag == "aside":
            found = Placement.SIDEBAR
        elif tag in ("footer", "header"):
            found = Placement.FOOTER if tag == "footer" else Placement.HEADER
        names = f"{element.get('class') or ''} {element.get('id') or ''}"[:1000].split()
        said = [meaning for meaning in map(_meaning, names) if meaning is not None]
        if Placement.COMMENT in said and tag != "main":
            return Placement.COMMENT
        if found is None:
            found = next(
                (
                    k
                    for k in (Placement.FOOTER, Placement.SIDEBAR, Placement.NAV, Placement.HEADER)
                    if k in said
                ),
                None,
            )
            if found is Placement.NAV and not self._is_menu(index):
                found = None
        elif Placement.SIDEBAR in said:
            found = Placement.SIDEBAR
        elif tag in ("header", "footer") and any(map(_names_a_part, names)):
            return None
        if found is not None and self._holds_main(index):
            return None
        return found

    def _is_menu(self, index: int) -> bool:
        """Whether most of an element's text is links: a menu, and not the card of a restaurant."""
        size = self._page.ends[index] - self._page.starts[index]
        count, _, letters = self._page.links_in(index)
        return count > 0 and letters >= size * 0.4

    def _holds_main(self, index: int) -> bool:
        """Whether the largest text of the page is inside of an element, which is then a frame."""
        main = self._main
        return main is not None and index <= main <= self._page.last_node[index]

    def _largest_text(self) -> int | None:
        """Index of the element with the most running text directly in it or in its paragraphs."""
        page = self._page
        text_of: dict[int, int] = {}
        linked: dict[int, int] = {}
        for link in page.links:
            for index in (link.node, page.parents[link.node]):
                linked[index] = linked.get(index, 0) + link.end - link.start
        for index, element in enumerate(page.nodes):
            if element.tag in ("p", "pre", "blockquote", "h2", "h3"):
                holder = page.parents[index]
            elif element.tag in ("div", "td", "article", "section", "main", "li", "body"):
                direct = len(element.text or "") + sum(len(c.tail or "") for c in element)
                text_of[index] = text_of.get(index, 0) + (direct if direct > 80 else 0)
                continue
            else:
                continue
            size = page.ends[index] - page.starts[index] - linked.get(index, 0)
            if size > 40 and holder >= 0:
                text_of[holder] = text_of.get(holder, 0) + size
        if not text_of:
            return None
        best = max(text_of, key=lambda index: (text_of[index], -index))
        return best if text_of[best] >= 200 else None

    def _by_position(self, node: int) -> Placement:
        """Place a link whose markup tells nothing, as in pages laid out with tables."""
        page, main = self._page, self._main
        if main is None or self._holds_main(node):
            return Placement.MAIN
        ancestors = page.ancestors(node)
        if main in ancestors:
            return Placement.MAIN
        around = [i for i in ancestors if not self._holds_main(i)]
        outer = around[-1]
        size = max(page.ends[outer] - page.starts[outer], 1)
        count, _, letters = page.links_in(outer)
        below = page.starts[outer] >= page.ends[main]
        if (
            below
            and size < 3000
            and _COPYRIGHT.search(page.text[page.starts[outer] : page.ends[outer]])
        ):
            return Placement.FOOTER
        many = letters / size >= 0.5 and count >= 3
        above = page.ends[outer] <= page.starts[main]
        if many and above and page.nodes[outer].tag not in ("td", "th"):
            return Placement.NAV
        if many:
            return Placement.SIDEBAR
        return Placement.MAIN
