"""Made-up anchors, targets and contexts in several languages."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spamlinks.simulate.words import (
    GENERIC,
    LANGUAGE_SHARE,
    LANGUAGES,
    SELLER,
    SITE_LANGUAGES,
    SYLLABLES,
    TOPIC,
    TRADE,
    Ints,
    Strings,
    join,
    numbers,
    phrases,
    pick,
)

__all__ = ["TextMaker"]


class TextMaker:
    """Texts for rows of one profile.

    Parameters
    ----------
    rng : source of chance for the rows.
    site : host of the protected site; its first label is the brand.
    site_seed : decides what is fixed about the site: language and pages.
    """

    def __init__(self, rng: np.random.Generator, site: str, site_seed: int) -> None:
        self.rng, self.host, self.brand = rng, site, site.split(".")[0]
        rng = np.random.default_rng([site_seed, *site.encode()])
        self.language = str(rng.choice(SITE_LANGUAGES))
        words = TOPIC[self.language].split()
        self.pages = [""] + [
            f"{a}-{b}" if rng.random() < 0.5 else f"{a}/{b}-{rng.integers(1, 99)}"
            for a in words[:6]
            for b in rng.choice([w for w in words if w != a], 2, replace=False)
        ]

    def languages(self, foreign: npt.NDArray[np.bool_]) -> Strings:
        """Language codes: the site's own, or another one where ``foreign``."""
        others = np.array([code != self.language for code in LANGUAGES])
        other = pick(self.rng, LANGUAGES, len(foreign), LANGUAGE_SHARE * others)
        return np.asarray(np.where(foreign, other, self.language), dtype=object)

    def targets(self, n: int, deep: float) -> Strings:
        """Target URLs: the home page, or a page of the site with probability ``deep``."""
        page = self.rng.choice(len(self.pages), n)
        page = np.where(self.rng.random(n) < deep, page, 0)
        return join(f"https://{self.host}/", np.asarray(self.pages, dtype=object)[page])

    def topics(self, languages: Strings, count: int) -> Strings:
        """``count`` different topic words a row, in the row's language."""
        out: Strings = np.full(len(languages), "", dtype=object)
        for code in LANGUAGES:
            here = languages == code
            out[here] = pick(self.rng, phrases(code, count), int(here.sum()))
        return out

    def gibberish(self, n: int) -> Strings:
        """Two invented words, which mean nothing in any language."""
        first, second = (join(*(pick(self.rng, SYLLABLES, n) for _ in range(3))) for _ in range(2))
        return join(first, "q ", second, numbers(self.rng, n, 99))

    def spun(self, topics: Strings) -> Strings:
        """Gibberish, or topic words put together by a program."""
        rng, n = self.rng, len(topics)
        tail = pick(rng, "cheap online|near me|buy now|for sale 2026|free best".split("|"), n)
        return np.where(rng.random(n) < 0.5, self.gibberish(n), join(topics, " ", tail))

    def anchors(self, kind: Ints, targets: Strings, languages: Strings) -> Strings:
        """Anchor texts by the index of ``kinds.ANCHORS``."""
        n = len(kind)
        rng = self.rng
        brand = np.where(
            rng.random(n) < 0.7,
            self.brand.title(),
            join(self.brand.title(), " ", self.topics(languages, 1)),
        )
        url = np.choose(
            np.searchsorted([0.45, 0.8, 0.9], rng.random(n)),
            [
                np.full(n, self.host, dtype=object),
                targets,
                np.full(n, f"www.{self.host}", dtype=object),
                np.full(n, f"http://{self.host}", dtype=object),
            ],
        )
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
        trade = np.where(rng.random(n) < 0.8, pick(rng, TRADE, n), self.topics(languages, 2))
        choices = [
            brand,
            url,
            pick(rng, GENERIC, n),
            topic,
            target,
            trade,
            pick(rng, SELLER, n),
            np.full(n, "", dtype=object),
            self.spun(topic),
        ]
        return np.asarray(np.choose(kind, choices), dtype=object)

    def contexts(self, kind: Ints, languages: Strings) -> tuple[Strings, Strings]:
        """Texts before and after the link by the index of ``kinds.CONTEXTS``."""
        rng, n = self.rng, len(kind)
        near, far, after = (self.topics(languages, 3) for _ in range(3))
        long = rng.random(n) < 0.6
        sign = pick(rng, ["|", "•", "·", "»"], n)
        mark = join(" ", sign, " ")
        first, second = np.array([t.split() for t in near]).T, np.array([t.split() for t in far]).T
        before = [
            np.where(long, join(far, ", ", near), near),
            join(second[0], mark, second[1], mark, first[0], " ", sign),
            np.where(long, join(pick(rng, TRADE, n), ", ", near), pick(rng, TRADE, n)),
        ]
        behind = [
            after,
            join(sign, " ", first[1], mark, first[2], mark, second[2]),
            np.where(long, after, join(after, ", ", pick(rng, TRADE, n))),
        ]
        return (
            np.asarray(np.choose(kind, before), dtype=object),
            np.asarray(np.choose(kind, behind), dtype=object),
        )
