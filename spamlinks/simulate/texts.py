"""Made-up names, titles, anchors and paths in several languages. Every one is invented."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["TextMaker", "invent_hosts"]

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
_LANGUAGE_SHARE = np.array([0.5, 0.1, 0.09, 0.08, 0.06, 0.06, 0.05, 0.04, 0.02])
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
_HONEST_WORDS = (
    "notes journal studio letters workshop blog works papers club letters garden trail barn "
    "house atelier werkstatt carnet taller kitchen lab post gazette society union parish "
    "council museum"
).split()
_SPAM_WORDS = (
    "seo rank link boost express dir best cheap top online bet loan slot pills promo "
    "traffic web market shop deal bonus win vip pro hub zone info list site money fast easy "
    "free max"
).split()
_SYLLABLES = (
    "ba be bo da de do fa fe ga go ha he hi jo ka ke ko la le li lo ma me mi mo na ne no pa "
    "pe po ra re ri ro sa se si so ta te ti to va ve vi wa wi za ze zo"
).split()
_HONEST_SUFFIX = (
    "com net org de fr co.uk it nl es pl ru ca com.au blogspot.com github.io me io dev xyz "
    "info eu ch at se be cz com.br jp site blog"
).split()
_HONEST_WEIGHT = np.array(
    [
        34,
        4,
        9,
        6,
        5,
        4,
        3,
        3,
        3,
        3,
        3,
        2,
        2,
        2,
        2,
        2,
        2,
        1.5,
        1,
        1,
        1.5,
        1.5,
        1,
        1,
        1,
        1,
        2,
        1,
        0.7,
        0.8,
    ]
)
_SPAM_SUFFIX = (
    "com net org info xyz top shop store online site club icu click ru cn pw in co live "
    "space website buzz fun blogspot.com web.app"
).split()
_SPAM_WEIGHT = np.array(
    [30, 5, 3, 5, 7, 5, 7, 7, 5, 4, 3, 2, 2, 5, 2, 1, 2, 2, 2, 2, 2, 1, 1, 3, 2]
)


def _pick(
    rng: np.random.Generator,
    pool: Sequence[str],
    n: int,
    weights: npt.NDArray[np.float64] | None = None,
) -> Strings:
    p = None if weights is None else weights / weights.sum()
    out: Strings = np.asarray(pool, dtype=object)[rng.choice(len(pool), n, p=p)]
    return out


def _join(*parts: Strings | str) -> Strings:
    out: Strings = np.asarray("", dtype=object)
    for part in parts:
        out = out + part
    return np.asarray(out, dtype=object)


def _numbers(rng: np.random.Generator, n: int, high: int) -> Strings:
    return np.asarray(rng.integers(1, high, n).astype(str), dtype=object)


def invent_hosts(rng: np.random.Generator, n: int, *, spam: bool) -> Strings:
    """Invent ``n`` host names, duplicates possible; array of str, shape (n,).

    Half are plain invented words on either side, so that a name alone decides nothing.
    """
    words = _SPAM_WORDS if spam else _HONEST_WORDS
    suffix = _pick(
        rng, _SPAM_SUFFIX if spam else _HONEST_SUFFIX, n, _SPAM_WEIGHT if spam else _HONEST_WEIGHT
    )
    invented = _join(*(_pick(rng, _SYLLABLES, n) for _ in range(3)))
    kind = rng.random(n)
    name = np.where(
        kind < 0.45,
        _join(invented, _pick(rng, _SYLLABLES, n)),
        _join(invented, _pick(rng, words, n)),
    )
    hyphen = np.where(rng.random(n) < (0.3 if spam else 0.12), "-", "")
    name = np.where(
        (kind > 0.7) & (kind < 0.85),
        _join(_pick(rng, words, n), hyphen, _pick(rng, words, n)),
        name,
    )
    digits = rng.random(n) < (0.25 if spam else 0.06)
    name = np.where(digits, _join(name, _numbers(rng, n, 999)), name)
    return _join(name, ".", suffix)


class TextMaker:
    """Titles, anchors and paths for rows of one profile.

    Parameters
    ----------
    rng : source of all chance.
    brand : the protected site's name; its anchors and targets use it.
    host : the protected site's host.
    language : main language of the site.
    """

    def __init__(self, rng: np.random.Generator, brand: str, host: str, language: str) -> None:
        self.rng, self.brand, self.host, self.language = rng, brand, host, language
        words = _TOPIC[language].split()
        self.pages = [""] + [
            f"{a}-{b}" if rng.random() < 0.5 else f"{a}/{b}-{rng.integers(1, 99)}"
            for a in words[:6]
            for b in rng.choice(words, 2)
        ]
        self.templates = [
            " ".join(rng.choice(_SELLER + _TRADE + words, 2)) + f" {rng.integers(1, 999)}"
            for _ in range(6)
        ]

    def languages(self, foreign: npt.NDArray[np.bool_]) -> Strings:
        """Language codes: the site's own, or any where ``foreign``."""
        other = _pick(self.rng, _LANGUAGES, len(foreign), _LANGUAGE_SHARE)
        return np.asarray(np.where(foreign, other, self.language), dtype=object)

    def targets(self, n: int, deep: float) -> Strings:
        """Target URLs: the home page, or a page of the site with probability ``deep``."""
        page = self.rng.choice(len(self.pages), n)
        page = np.where(self.rng.random(n) < deep, page, 0)
        return _join(f"https://{self.host}/", np.asarray(self.pages, dtype=object)[page])

    def topics(self, languages: Strings, count: int) -> Strings:
        """``count`` topic words a row, in the row's language."""
        out: Strings = np.full(len(languages), "", dtype=object)
        for code in _LANGUAGES:
            here = languages == code
            n = int(here.sum())
            if n:
                words = _TOPIC[code].split()
                parts = [_pick(self.rng, words, n) for _ in range(count)]
                text = parts[0]
                for part in parts[1:]:
                    text = _join(text, " ", part)
                out[here] = text
        return out

    def anchors(self, kind: npt.NDArray[np.int64], targets: Strings, languages: Strings) -> Strings:
        """Anchor texts by the index of ``kinds.ANCHORS``."""
        n = len(kind)
        rng = self.rng
        brand = np.where(
            rng.random(n) < 0.7,
            self.brand.title(),
            _join(self.brand.title(), " ", self.topics(languages, 1)),
        )
        url = np.where(rng.random(n) < 0.5, self.host, targets)
        words = np.array(
            [t.rsplit("/", 1)[-1].replace("-", " ") or self.brand for t in targets], dtype=object
        )
        target = np.where(rng.random(n) < 0.5, words, _join(words, " ", self.topics(languages, 1)))
        topic = np.where(rng.random(n) < 0.5, self.topics(languages, 2), self.topics(languages, 3))
        trade = np.where(rng.random(n) < 0.8, _pick(rng, _TRADE, n), self.topics(languages, 2))
        # Sellers: an offer, or one template text over a whole network.
        shared = np.asarray(self.templates, dtype=object)[rng.integers(0, len(self.templates), n)]
        seller = np.where(rng.random(n) < 0.55, _pick(rng, _SELLER, n), shared)
        choices = [
            brand,
            url,
            _pick(rng, _GENERIC, n),
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
        year, month = _numbers(rng, n, 25), _numbers(rng, n, 12)
        number = _numbers(rng, n, 99999)
        hexes = np.array([f"{v:032x}" for v in rng.integers(1 << 60, 1 << 62, n)], dtype=object)
        machine = np.choose(
            rng.integers(0, 4, n),
            [
                _join("/", hexes),
                _join("/all/", number, "/", month, ".html"),
                _join("/", slug, "-list.html"),
                _join("/dir/page-", number, ".html"),
            ],
        )
        choices = [
            np.where(
                rng.random(n) < 0.6,
                _join("/20", year, "/", month, "/", slug, "/"),
                _join("/blog/", slug),
            ),
            np.where(rng.random(n) < 0.5, _join("/", slug, "/"), _join("/", slug, ".html")),
            np.where(
                rng.random(n) < 0.5,
                _join("/viewtopic.php?t=", number),
                _join("/threads/", slug, ".", number, "/"),
            ),
            np.where(
                rng.random(n) < 0.5, _join("/directory/", slug, "/", number), _join("/links/", slug)
            ),
            np.where(rng.random(n) < 0.5, _join("/tag/", slug, "/"), _join("/page/", month, "/")),
            np.full(n, "/", dtype=object),
            np.asarray(machine, dtype=object),
            np.where(rng.random(n) < 0.5, _join("/user/", slug), _join("/profile/", number)),
            _join("/index.php?id=", number, "&cat=", month),
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
                _join(topics, " | ", self.topics(np.full(n, self.language, dtype=object), 1)),
            ),
            _join("Top ", _numbers(rng, n, 30), " ", topics, " ", topics),
            _join(_pick(rng, _TRADE, n), " - ", topics),
            np.where(
                rng.random(n) < 0.5,
                _join(_pick(rng, _SELLER, n), " ", _numbers(rng, n, 999)),
                shared,
            ),
            _join(
                self.host, " worth and traffic estimation | website value ", _numbers(rng, n, 99)
            ),
        ]
        return np.asarray(np.choose(kind, choices), dtype=object)
