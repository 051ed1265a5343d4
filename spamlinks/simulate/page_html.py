"""One generated page as HTML: so many words and links, this link there, hidden or not.

Numbers are kept by counting what is written: the text is filled up to the wanted words, links to
the wanted links. A template that says more by itself than a short page should has a few words more.
"""

from __future__ import annotations

import html
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from spamlinks.simulate.markup import HIDING, MATERIAL, anchor_tag, hide, read_template, word_count
from spamlinks.simulate.snippets import head_of, scripts_of
from spamlinks.simulate.words import SYLLABLES, TOPIC, TRADE

__all__ = ["PageContent", "PlacedLink", "invented_domain", "render_page"]

TRADE_WORDS: dict[str, str] = {
    word: trade for trade, words in MATERIAL["trade words"].items() for word in words.split()
}
"""Words of the spam trades, each of which counts as one, with the trade."""

_ENDINGS = ("com", "com", "com", "net", "org", "info", "de", "co.uk")
_REGIONS = ("header", "nav", "sidebar", "comments", "footer")
_AVOIDED = ("bahis", "warez", "kasino", "bokep", "erotik", "dafabet", "porn")
# Regions of one line: links there stand in one block.
_LINES = ("header", "nav", "footer")
_BULK = ("catalogue", "stats", "byhand", "tables", "guestbook")


@dataclass(frozen=True, slots=True)
class PlacedLink:
    """A link to the protected site and where it stands; ``rel`` is the attribute's value.

    ``around`` is the number of links to other sites in its block.
    """

    href: str
    anchor: str
    placement: str
    rel: str = ""
    image: bool = False
    hidden: bool = False
    around: int = 0
    left: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class PageContent:
    """What a page is to show.

    Attributes
    ----------
    host, language, title, template : of the page.
    words : of visible text.
    external, internal, linked : links to other sites, to its own, and domains linked to; the links
        in ``links`` are among them.
    trade_words, trade_links, trades : different words of spam trades in the text, links out with
        one, and which trades they should be of.
    parked, for_sale, directory, sells_links : whether it says so.
    generator, noindex, canonical, ids : of the head; "" and () for none. ``noindex`` "header" is
        said in the answer's header instead.
    """

    host: str
    language: str
    title: str
    template: str
    words: int
    external: int
    internal: int
    linked: int
    trade_words: int = 0
    trade_links: int = 0
    trades: tuple[str, ...] = ()
    parked: bool = False
    for_sale: bool = False
    directory: bool = False
    sells_links: bool = False
    generator: str = ""
    noindex: str = ""
    canonical: str = ""
    ids: tuple[str, ...] = ()
    links: tuple[PlacedLink, ...] = field(default=())


def invented_domain(chance: random.Random) -> str:
    """Name of a domain that stands for any other site; nothing answers there."""
    while True:
        name = "".join(chance.choice(SYLLABLES) for _ in range(4))
        if not any(word in name for word in _AVOIDED):  # by chance the name of a trade
            return f"{name}{chance.randrange(10, 999)}.{chance.choice(_ENDINGS)}"


def render_page(content: PageContent, chance: random.Random, charset_meta: str = "") -> str:
    """Return the page's HTML; the same content and chance give the same page.

    Parameters
    ----------
    charset_meta : name of the character set for the head; "" leaves it to the HTTP header.
    """
    return _Builder(content, chance).page(charset_meta)


class _Builder:
    def __init__(self, content: PageContent, chance: random.Random) -> None:
        self.content, self.chance = content, chance
        self.parts = read_template(content.template)
        self.said = 0.0
        self.styles: list[str] = []
        self.regions: dict[str, list[str]] = {name: [] for name in (*_REGIONS, "main")}
        self.vocabulary: list[str] = []
        self.trades = self._trades()
        self.taken = {link.placement for link in content.links}
        # A page of links and hardly a word must not chat.
        self.terse = content.words < 2.2 * (content.external + content.internal) + 60
        self.inner = max(0, content.internal - self.parts["page"].links)
        self.pool = TOPIC[content.language].split()
        self.common: list[str] = MATERIAL["common words"][content.language].split()

    # Words

    def _say(self, text: str) -> str:
        self.said += word_count(text)
        return html.escape(text, quote=False)

    def _word(self) -> str:
        if self.chance.random() < 0.45:
            return self.chance.choice(self.common)
        return self.chance.choice(self.pool)

    def _sentences(self, words: float, told: Sequence[str] = ()) -> str:
        """About so many words in sentences, with the words of ``told`` among them."""
        out: list[str] = []
        left, waiting = words, list(told)
        while left >= 1 or waiting:
            size = min(max(1, round(left)), self.chance.randint(5, 16))
            some = [self._word() for _ in range(size)]
            if waiting:
                some[self.chance.randrange(len(some))] = waiting.pop()
            sentence = " ".join(some)
            out.append(sentence[:1].upper() + sentence[1:] + self.chance.choice(".....!?"))
            left -= word_count(sentence)
        return " ".join(out)

    def _trades(self) -> list[str]:
        """Words of trades that the text must say beside those that titles and anchors say."""
        content = self.content
        seen = [link for link in content.links if not link.hidden]
        texts = [content.title, *(f"{x.left} {x.anchor} {x.right}" for x in seen)]
        shown = " ".join(texts).lower()
        said = {word for word in TRADE_WORDS if word in shown.split()}
        said |= {p for p in TRADE if p in shown and not said & set(p.split())}
        left = [word for word in TRADE_WORDS if word not in said]
        self.chance.shuffle(left)
        left.sort(key=lambda word: TRADE_WORDS[word] not in content.trades)
        self.vocabulary = sorted(said)
        self.vocabulary += left[: max(0, content.trade_words - len(said))]
        return [word for word in self.vocabulary if word not in said]

    # Links

    def _others(self) -> list[tuple[str, str]]:
        """Addresses and anchors of links to further sites."""
        content, chance = self.content, self.chance
        count = max(0, content.external - len(content.links))
        own = 1 if content.links else 0
        domains = min(count, max(1, content.linked - own))
        names: dict[str, None] = {}
        while len(names) < domains:
            names[invented_domain(chance)] = None
        hosts = [*names, *(chance.choice(list(names)) for _ in range(count - domains))]
        named = sum(_has_trade(link.anchor) for link in content.links)
        trade = max(0, content.trade_links - named) if self.vocabulary else 0
        out = []
        for i, host in enumerate(hosts):
            path = "/" if chance.random() < 0.5 else f"/{chance.choice(self.pool)}/"
            anchor = host if chance.random() < 0.4 else chance.choice(self.pool)
            if i < trade:
                anchor = chance.choice(self.vocabulary)
            start = "https://" if chance.random() < 0.8 else "http://"
            www = "www." if chance.random() < 0.3 else ""
            out.append((f"{start}{www}{host}{path}", anchor))
        chance.shuffle(out)
        return out

    def _other(self, link: tuple[str, str]) -> str:
        rel = self.chance.choice(["", "", "nofollow", "noopener"])
        return anchor_tag(self.chance, link[0], self._say(link[1]), rel=rel)

    def _inside(self) -> str:
        self.inner -= 1
        word = self.chance.choice(self.pool)
        path = f"/{self.chance.choice(self.pool)}-{self.chance.randrange(1, 9999)}/"
        if self.chance.random() < 0.2:
            path = f"http://{self.content.host}{path}"
        return anchor_tag(self.chance, path, self._say(word))

    def _ours(self, link: PlacedLink) -> str:
        if link.image:
            alt = html.escape(link.anchor or self.chance.choice(self.pool))
            inner = f'<img src="/{self.chance.randrange(999)}.png" alt="{alt}">'
        elif link.hidden:
            inner = html.escape(link.anchor, quote=False)
        else:
            inner = self._say(link.anchor) or '<i class="fa fa-globe"></i>'
        if self.chance.random() < 0.15 and not link.image:
            inner = f"<b>{inner}</b>"
        tag = anchor_tag(self.chance, link.href, inner, rel=link.rel)
        if link.hidden:
            tag, style = hide(self.chance, self.chance.choice(HIDING), tag)
            if style:
                self.styles.append(style)
        return tag

    # Blocks

    def _fill(self, part: str, **values: str) -> str:
        piece = self.parts[part]
        self.said += piece.words
        self.inner -= piece.links
        if "{{who}}" in piece.text:
            values["who"] = self._say(self.chance.choice(self.pool).title())
        if "{{number}}" in piece.text:
            values["number"] = str(self.chance.randrange(1, 999))
            self.said += piece.text.count(">{{number}}<")
        return piece.fill(values)

    def _list(self, links: Sequence[str], part: str = "list") -> str:
        items = "".join(self._fill("item", body=link) for link in links)
        return self._fill(part, body=items)

    def _row(self, links: Sequence[str]) -> str:
        return self.chance.choice([" | ", " · ", " - ", "\n"]).join(links)

    def _block_of(self, link: PlacedLink, others: list[tuple[str, str]]) -> str:
        """The link with its neighbours, as they stand where it is placed."""
        around = [self._other(others.pop()) for _ in range(min(link.around, len(others)))]
        ours = self._ours(link)
        said = f"{self._say(link.left)} {ours} {self._say(link.right)}".strip()
        at = self.chance.randint(0, len(around))
        items = [*around[:at], said, *around[at:]]
        place = link.placement
        if place == "comment":
            words = self._say(self._sentences(self.chance.randint(6, 15)))
            return self._fill("remark", body=f"{words} {' '.join(items)}")
        if place == "main":
            if len(around) > 3:
                return self._list(items)
            return self._fill("text", body=self._prose(items))
        if place == "sidebar":
            return self._list(items, "block")
        if place == "nav":
            return "".join(self._fill("entry", body=item) for item in items)
        return self._row(items)

    def _prose(self, items: Sequence[str]) -> str:
        pieces: list[str] = []
        for item in items:
            few = 4 if not pieces else 1
            count = few if self.terse else self.chance.randint(4, 9)
            pieces += [self._say(self._sentences(count)), item]
        return " ".join(pieces)

    def _spread_others(self, others: list[tuple[str, str]]) -> None:
        """Put the remaining links to other sites where such pages have them."""
        chance = self.chance
        bulk = self.content.template in _BULK or len(others) > 60 or self.content.parked
        while others:
            where = "main list" if bulk and chance.random() < 0.9 else ""
            where = where or chance.choice(["main", "main", "sidebar", "comments", "footer"])
            if where in self.taken:  # or they would stand around the link
                where = "sidebar" if where in _LINES else where
            size = chance.randint(8, 60) if where == "main list" else chance.randint(1, 6)
            some = [self._other(others.pop()) for _ in range(min(size, len(others)))]
            if where == "main list":
                self.regions["main"].append(self._list(some))
            elif where == "main":
                self.regions["main"].append(self._fill("text", body=self._prose(some[:])))
            elif where == "sidebar":
                self.regions["sidebar"].append(self._list(some, "block"))
            elif where == "comments":
                words = self._say(self._sentences(1 if self.terse else chance.randint(3, 12)))
                self.regions["comments"].append(
                    self._fill("remark", body=f"{words} {self._row(some)}")
                )
            else:
                self.regions["footer"].append(self._row(some))

    def _spread_inside(self) -> None:
        chance = self.chance
        first = min(max(0, self.inner), chance.randint(3, 9))
        if first:
            self.regions["nav"].append(
                "".join(self._fill("entry", body=self._inside()) for _ in range(first))
            )
        reserve = 12 if "post" in self.parts else 0  # each post has its writer's
        while self.inner > reserve:
            size = min(self.inner - reserve, chance.randint(4, 25))
            links = [self._inside() for _ in range(size)]
            where = chance.choice(["sidebar", "sidebar", "footer", "main"])
            if where == "sidebar":
                self.regions["sidebar"].append(self._list(links, "block"))
            elif where == "main":
                self.regions["main"].append(self._list(links))
            else:
                self.regions["footer"].append(self._row(links))

    def _phrases(self) -> None:
        content = self.content
        for name in ("parked", "for_sale", "directory", "sells_links"):
            if getattr(content, name):
                phrase = self.chance.choice(MATERIAL[name]).replace("{name}", content.host)
                entry = name == "directory" and self.inner > 0  # a link to the form
                if not entry and (name != "sells_links" or self.chance.random() < 0.6):
                    self.regions["main"].insert(0, self._fill("text", body=self._say(phrase)))
                elif entry:
                    self.inner -= 1
                    tag = anchor_tag(self.chance, "/submit.html", self._say(phrase))
                    self.regions["sidebar"].append(self._list([tag], "block"))
                else:
                    self.regions["footer"].append(self._say(phrase))

    def _text(self) -> None:
        """Fill the main text up to the wanted words, between the blocks that stand there."""
        blocks = self.regions["main"]
        left = self.content.words - self.said
        told = list(self.trades)
        paragraphs: list[str] = []
        size = max(20.0, left / 60)
        part = "post" if "post" in self.parts else "text"
        if self.parts[part].links:
            size = max(size, left / max(1, self.inner))
        while left >= 2 or told:
            words = min(max(left, 1), size * self.chance.uniform(0.5, 1.4))
            before = self.said
            count = min(len(told), max(1, round(len(told) * words / max(left, 1))))
            some = [told.pop() for _ in range(count if told else 0)]
            body = self._say(self._sentences(words - self.parts[part].words, some))
            paragraphs.append(self._fill(part, body=body))
            left -= max(1.0, self.said - before)
        mixed = paragraphs[:1]
        rest = [*paragraphs[1:], *blocks]
        self.chance.shuffle(rest)
        self.regions["main"] = mixed + rest

    def page(self, charset_meta: str) -> str:
        content = self.content
        self.said += self.parts["page"].words
        values = {"title": self._say(content.title), "lang": content.language}
        if "{{name}}" in self.parts["page"].text:
            values["name"] = self._say(content.host.split(".")[0].title())
        self._phrases()
        others = self._others()
        for link in content.links:
            region = "comments" if link.placement == "comment" else link.placement
            self.regions[region].append(self._block_of(link, others))
        self._spread_others(others)
        self._spread_inside()
        for name in _REGIONS:
            if self.regions[name]:
                self.chance.shuffle(self.regions[name])
                glue = " " if name in ("header", "nav", "sidebar", "comments") else "<br>\n"
                values[name] = self._fill(name, body=glue.join(self.regions[name]))
        self._text()
        values["main"] = "\n".join(self.regions["main"])
        values["head"] = head_of(
            self.chance, content.title, charset=charset_meta, generator=content.generator,
            noindex=content.noindex == "meta", canonical=content.canonical, styles=self.styles,
        )  # fmt: skip
        values["scripts"] = scripts_of(self.chance, content.ids)
        return self.parts["page"].fill(values)


def _has_trade(text: str) -> bool:
    words = text.lower().split()
    return any(word in words for word in TRADE_WORDS)
