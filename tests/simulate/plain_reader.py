"""A reader of pages that knows nothing of the project's own: the standard library's parser."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
UNSEEN = frozenset("script style title head".split())
CLOSES = {"li": {"li"}, "p": {"p"}, "td": {"td"}, "tr": {"tr", "td"}, "dt": {"dd", "dt"},
          "dd": {"dd", "dt"}}  # fmt: skip
SCOPES = frozenset("ul ol table dl div section article main body".split())
PLACES = (
    ("comment", re.compile(r"comment|guestbook|postbody")),
    ("footer", re.compile(r"footer|colophon")),
    ("sidebar", re.compile(r"aside|sidebar|secondary|rail|left-column|mw-panel|rightbar|related")),
    ("nav", re.compile(r"\bnav\b|navigation|menu|tabs-outer|nav-main")),
    ("header", re.compile(r"masthead|\bheader\b|header-outer|mw-head|page-header|banner")),
)


@dataclass
class Link:
    """A link with what is around it."""

    href: str
    rel: set[str]
    text: str = ""
    images: int = 0
    hidden: bool = False
    names: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where it stands, by the names of what it is in, the nearest first."""
        for name in reversed(self.names):
            for place, pattern in PLACES:
                if pattern.search(name):
                    return place
        return "main"


class PlainReader(HTMLParser):
    """Words and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[tuple[str, str, bool]] = []
        self.links: list[Link] = []
        self.open: Link | None = None
        self.visible: list[str] = []
        self.title = ""
        self.meta: dict[str, str] = {}
        self.canonical = ""
        self.code: list[str] = []
        styles = re.findall(r"\.(\w+)\{display:none\}", text)
        self.sheet = set(styles)
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for other in CLOSES.get(tag, ()):
            self._close_upto(other)
        style = given.get("style", "").replace(" ", "")
        hides = (
            "display:none" in style
            or "visibility:hidden" in style
            or "font-size:0" in style
            or re.search(r"left:-\d{4}px", style) is not None
            or "hidden" in given
            or bool(self.sheet & set(given.get("class", "").split()))
        )
        name = " ".join([tag, given.get("class", ""), given.get("id", ""), given.get("role", "")])
        if tag == "meta":
            self.meta[given.get("name", "")] = given.get("content", "")
        if tag == "link" and given.get("rel") == "canonical":
            self.canonical = given["href"]
        if tag in ("script", "ins"):
            self.code += given.values()
        if tag == "img" and self.open:
            self.open.images += 1
        if tag not in VOID:
            self.stack.append((tag, name.lower(), hides))
        if tag == "a" and "href" in given:
            hidden = any(h for _, _, h in self.stack)
            names = [n for _, n, _ in self.stack]
            self.open = Link(given["href"], set(given.get("rel", "").split()), hidden=hidden,
                             names=names)  # fmt: skip
            self.links.append(self.open)

    def _close_upto(self, tag: str) -> None:
        for index in range(len(self.stack) - 1, -1, -1):
            if self.stack[index][0] == tag:
                del self.stack[index:]
                return
            if self.stack[index][0] in SCOPES:
                return

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.open = None
        for index in range(len(self.stack) - 1, -1, -1):
            if self.stack[index][0] == tag:
                del self.stack[index:]
                return

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _, _ in self.stack}
        if "title" in tags:
            self.title += data
        if "script" in tags:
            self.code.append(data)
        if self.open:
            self.open.text += data
        if not tags & UNSEEN and not any(h for _, _, h in self.stack):
            self.visible.append(data)

    @property
    def words(self) -> int:
        """Words of the visible text; two characters of Japanese count as one."""
        text = " ".join(self.visible)
        glued = len(re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]", text))
        rest = re.sub(r"[\u3040-\u30ff\u4e00-\u9fff]", " ", text)
        return glued // 2 + sum(any(map(str.isalnum, word)) for word in rest.split())

    def outside(self, url: str) -> list[Link]:
        """Links to other hosts than the page's."""
        own = _host(url)
        return [link for link in self.links if _host(urljoin(url, link.href)) != own]


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
