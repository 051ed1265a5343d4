"""Made-up titles, anchors and paths in several languages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import permutations

import numpy as np
import numpy.typing as npt

__all__ = ["Strings", "TextMaker", "join", "numbers", "pick", "topic_words"]

Strings = npt.NDArray[np.object_]

_TOPIC = {
    "en": "garden travel recipe bicycle photo kitchen school library hiking music history village "
    "pottery weather science river coffee theatre chess sailing wool bread astronomy running",
    "de": "garten reise rezept fahrrad foto küche schule bücherei wandern musik geschichte dorf",
    "fr": "jardin voyage recette vélo photo cuisine école randonnée musique histoire village pain",
    "es": "jardín viaje receta bicicleta foto cocina escuela senderismo música historia pueblo",
    "pt": "jardim viagem receita bicicleta foto cozinha escola caminhada música história vila",
    "it": "giardino viaggio ricetta bicicletta foto cucina scuola musica storia paese pane",
    "ru": "сад путешествие рецепт велосипед фото кухня школа музыка история деревня",
    "pl": "ogród podróż przepis rower zdjęcia kuchnia szkoła muzyka historia wieś",
    "ja": "庭 旅行 料理 自転車 写真 学校 音楽 歴史",
}
_LANGUAGES = tuple(_TOPIC)
SITE_LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "ru", "pl")
"""Languages a protected site may have."""
_LANGUAGE_SHARE = np.array([0.5, 0.1, 0.09, 0.08, 0.06, 0.06, 0.05, 0.04, 0.02])
_SECTIONS = "Journal Blog Gazette Magazine Notes Forum News Home Archive Community".split()
_KEYWORDS = (
    "best tips and ideas|complete list|guide and reviews|online 2026|best prices compared|"
    "top picks and deals|all you need to know"
).split("|")
_TRADE = (
    "casino online|best online casino bonus|poker slots|payday loans|cash advance online|"
    "cheap viagra|buy cialis online|escort service|porn videos|write my essay|"
    "essay writing service|replica watches|cheap jerseys|онлайн казино|микрозайм онлайн|"
    "paris sportifs|casino en ligne|apuestas deportivas|sportwetten bonus|slot gacor|"
    "judi online|バカラ カジノ|keygen download|watch movies online free"
).split("|")
_SELLER = (
    "buy backlinks|seo backlinks cheap|high da guest post|rank your site fast|"
    "boost your ranking|increase website traffic|dofollow backlinks service|"
    "link building agency|@seo_rank_service|domain authority boost|seo link packages|"
    "купить ссылки|quality backlinks for your site"
).split("|")
_GENERIC = (
    "click here|here|website|read more|visit site|source|this article|homepage|link|hier|"
    "mehr|en savoir plus|ici|aquí|ver más|fonte|qui|подробнее|źródło|こちら"
).split("|")


def pick(
    rng: np.random.Generator,
    pool: Sequence[str],
    n: int,
    weights: npt.NDArray[np.float64] | None = None,
) -> Strings:
    """Draw ``n`` texts of a pool with replacement."""
    p = None if weights is None else weights / weights.sum()
    out: Strings = np.asarray(pool, dtype=object)[rng.choice(len(pool), n, p=p)]
    return out


def join(*parts: Strings | str) -> Strings:
    """Concatenate texts element by element."""
    out: Strings = np.asarray("", dtype=object)
    for part in parts:
        out = out + part
    return np.asarray(out, dtype=object)


def numbers(rng: np.random.Generator, n: int, high: int) -> Strings:
    """Draw ``n`` numbers from 1 to ``high`` - 1, as text."""
    return np.asarray(rng.integers(1, high, n).astype(str), dtype=object)


def topic_words() -> frozenset[str]:
    """Every word that titles and addresses of generated pages are made of, in all languages."""
    return frozenset(word for words in _TOPIC.values() for word in words.split())


@cache
def _phrases(language: str, count: int) -> tuple[str, ...]:
    """Every order of ``count`` different topic words."""
    return tuple(" ".join(words) for words in permutations(_TOPIC[language].split(), count))


class TextMaker:
    """Titles, anchors and paths for rows of one profile.

    Parameters
    ----------
    rng : source of chance for the rows.
    site : host of the protected site; its first label is the brand.
    site_seed : decides what is fixed about the site: language, pages, the templates of spammers.
    """

    def __init__(self, rng: np.random.Generator, site: str, site_seed: int) -> None:
        self.rng, self.host, self.brand = rng, site, site.split(".")[0]
        rng = np.random.default_rng([site_seed, *site.encode()])
        self.language = str(rng.choice(SITE_LANGUAGES))
        words = _TOPIC[self.language].split()
        self.pages = [""] + [
            f"{a}-{b}" if rng.random() < 0.5 else f"{a}/{b}-{rng.integers(1, 99)}"
            for a in words[:6]
            for b in rng.choice([w for w in words if w != a], 2, replace=False)
        ]
        self.templates = [
            " ".join(rng.choice(_SELLER + _TRADE + words, 2, replace=False))
            + f" {rng.integers(1, 999)}"
            for _ in range(6)
        ]

    def languages(self, foreign: npt.NDArray[np.bool_]) -> Strings:
        """Language codes: the site's own, or any where ``foreign``."""
        other = pick(self.rng, _LANGUAGES, len(foreign), _LANGUAGE_SHARE)
        return np.asarray(np.where(foreign, other, self.language), dtype=object)

    def targets(self, n: int, deep: float) -> Strings:
        """Target URLs: the home page, or a page of the site with probability ``deep``."""
        page = self.rng.choice(len(self.pages), n)
        page = np.where(self.rng.random(n) < deep, page, 0)
        return join(f"https://{self.host}/", np.asarray(self.pages, dtype=object)[page])

    def topics(self, languages: Strings, count: int) -> Strings:
        """``count`` different topic words a row, in the row's language."""
        out: Strings = np.full(len(languages), "", dtype=object)
        for code in _LANGUAGES:
            here = languages == code
            out[here] = pick(self.rng, _phrases(code, count), int(here.sum()))
        return out

    def anchors(self, kind: npt.NDArray[np.int64], targets: Strings, languages: Strings) -> Strings:
        """Anchor texts by the index of ``kinds.ANCHORS``."""
        n = len(kind)
        rng = self.rng
        brand = np.where(
            rng.random(n) < 0.7,
            self.brand.title(),
            join(self.brand.title(), " ", self.topics(languages, 1)),
        )
        url = np.where(rng.random(n) < 0.5, self.host, targets)
        words = np.array(
            [t.rsplit("/", 1)[-1].replace("-", " ") or self.brand for t in targets], dtype=object
        )
        more = np.array(
            [
                f"{page} {word}" if word not in page.split() else page
                for page, word in zip(words, self.topics(languages, 1), strict=True)
            ],
            dtype=object,
        )
        target = np.where(rng.random(n) < 0.5, words, more)
        topic = np.where(rng.random(n) < 0.5, self.topics(languages, 2), self.topics(languages, 3))
        trade = np.where(rng.random(n) < 0.8, pick(rng, _TRADE, n), self.topics(languages, 2))
        # Sellers: an offer, or one template text over a whole network.
        shared = np.asarray(self.templates, dtype=object)[rng.integers(0, len(self.templates), n)]
        seller = np.where(rng.random(n) < 0.55, pick(rng, _SELLER, n), shared)
        choices = [
            brand,
            url,
            pick(rng, _GENERIC, n),
            topic,
            target,
            trade,
            seller,
            np.full(n, "", dtype=object),
        ]
        return np.asarray(np.choose(kind, choices), dtype=object)

    def paths(self, kind: npt.NDArray[np.int64], topics: Strings) -> Strings:
        """URL paths, query included, by the index of ``kinds.PATHS``."""
        n = len(kind)
        rng = self.rng
        slug = np.array([t.replace(" ", "-") for t in topics], dtype=object)
        year = np.asarray(rng.integers(2005, 2026, n).astype(str), dtype=object)
        month = np.asarray([f"{m:02d}" for m in rng.integers(1, 13, n)], dtype=object)
        number = numbers(rng, n, 99999)
        halves = rng.integers(1 << 60, 1 << 63, (n, 2))
        hexes = np.array([f"{a:016x}{b:016x}" for a, b in halves.tolist()], dtype=object)
        machine = np.choose(
            rng.integers(0, 4, n),
            [
                join("/", hexes),
                join("/all/", number, "/", numbers(rng, n, 40), ".html"),
                join("/", slug, "-list.html"),
                join("/dir/page-", number, ".html"),
            ],
        )
        choices = [
            np.where(
                rng.random(n) < 0.6,
                join("/", year, "/", month, "/", slug, "/"),
                join("/blog/", slug),
            ),
            np.where(rng.random(n) < 0.5, join("/", slug, "/"), join("/", slug, ".html")),
            np.where(
                rng.random(n) < 0.5,
                join("/viewtopic.php?t=", number),
                join("/threads/", slug, ".", number, "/"),
            ),
            np.where(
                rng.random(n) < 0.5, join("/directory/", slug, "/", number), join("/links/", slug)
            ),
            np.where(
                rng.random(n) < 0.5,
                join("/tag/", slug, "/"),
                join("/page/", numbers(rng, n, 12), "/"),
            ),
            np.full(n, "/", dtype=object),
            np.asarray(machine, dtype=object),
            np.where(rng.random(n) < 0.5, join("/user/", slug), join("/profile/", number)),
            join("/index.php?id=", number, "&cat=", numbers(rng, n, 12)),
        ]
        return np.asarray(np.choose(kind, choices), dtype=object)

    def titles(self, kind: npt.NDArray[np.int64], topics: Strings) -> Strings:
        """Page titles by the index of ``kinds.TITLES``."""
        n = len(kind)
        rng = self.rng
        shared = np.asarray(self.templates, dtype=object)[rng.integers(0, len(self.templates), n)]
        choices = [
            np.where(
                rng.random(n) < 0.5,
                topics,
                join(topics, " | ", pick(rng, _SECTIONS, n)),
            ),
            join("Top ", numbers(rng, n, 30), " ", topics, ", ", pick(rng, _KEYWORDS, n)),
            join(pick(rng, _TRADE, n), " - ", topics),
            np.where(
                rng.random(n) < 0.5,
                join(pick(rng, _SELLER, n), " ", numbers(rng, n, 999)),
                shared,
            ),
            join(self.host, " worth and traffic estimation | website value ", numbers(rng, n, 99)),
        ]
        return np.asarray(np.choose(kind, choices), dtype=object)
