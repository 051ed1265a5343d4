"""Made-up titles and paths of linking pages."""

from __future__ import annotations

import numpy as np

from spamlinks.simulate.texts import TextMaker
from spamlinks.simulate.words import (
    KEYWORDS,
    LOGIN,
    SECTIONS,
    SELLER,
    TRADE,
    Ints,
    Strings,
    join,
    numbers,
    pick,
)

__all__ = ["NUMBERED", "VARIANTS", "paths", "titles"]

VARIANTS = 4
"""Forms that a path of one sort can have."""

NUMBERED = ("keyword", "trade", "seller", "spun", "list")
"""Titles that a program numbers from page to page."""


def paths(rng: np.random.Generator, kind: Ints, form: Ints, topics: Strings) -> Strings:
    """URL paths, query included.

    Parameters
    ----------
    kind : index of ``kinds.PATHS``, a row.
    form : 0 .. ``VARIANTS`` - 1; pages made by one program share it.
    topics : words of the page, a row.
    """
    n = len(kind)
    slug = np.array([t.replace(" ", "-") for t in topics], dtype=object)
    year = np.asarray(rng.integers(2005, 2026, n).astype(str), dtype=object)
    month = np.asarray([f"{m:02d}" for m in rng.integers(1, 13, n)], dtype=object)
    number, page = numbers(rng, n, 99999), numbers(rng, n, 12)
    halves = rng.integers(1 << 60, 1 << 63, (n, 2))
    hexes = np.array([f"{a:016x}{b:016x}" for a, b in halves.tolist()], dtype=object)
    letter = pick(rng, list("abcdefghiklmnoprstuvw"), n)
    home = np.full(n, "/", dtype=object)
    forms = [
        [join("/", year, "/", month, "/", slug, "/"), join("/blog/", slug)],
        [join("/", slug, "/"), join("/", slug, ".html")],
        [join("/viewtopic.php?t=", number), join("/threads/", slug, ".", number, "/")],
        [join("/directory/", slug, "/", number), join("/links/", slug)],
        [join("/tag/", slug, "/"), join("/page/", page, "/")],
        [home],
        [
            join("/", hexes),
            join("/all/", number, "/", numbers(rng, n, 40), ".html"),
            join("/", slug, "-list.html"),
            join("/dir/page-", number, ".html"),
        ],
        [join("/user/", slug), join("/profile/", number)],
        [join("/index.php?id=", number, "&cat=", page)],
        [join("/login", ""), join("/users/sign_in", ""), join("/login?next=/", "")],
        [
            join("/domains/", letter, "/", number, ".html"),
            join("/sites/", number),
            join("/list.php?page=", number),
            join("/", letter, "/", page, "/"),
        ],
    ]
    out: Strings = np.full(n, "/", dtype=object)
    for k, choices in enumerate(forms):
        for f, texts in enumerate(choices):
            here = (kind == k) & (form % len(choices) == f)
            out[here] = np.broadcast_to(texts, n)[here]
    return out


def titles(maker: TextMaker, kind: Ints, topics: Strings) -> Strings:
    """Page titles by the index of ``kinds.TITLES``."""
    n = len(kind)
    rng = maker.rng
    brand = maker.brand.title()
    choices = [
        np.where(rng.random(n) < 0.5, topics, join(topics, " | ", pick(rng, SECTIONS, n))),
        join("Top ", numbers(rng, n, 30), " ", topics, ", ", pick(rng, KEYWORDS, n)),
        join(pick(rng, TRADE, n), " - ", topics),
        join(pick(rng, SELLER, n), " ", numbers(rng, n, 999)),
        join(maker.host, " worth and traffic estimation | website value ", numbers(rng, n, 99)),
        maker.spun(topics),
        np.where(
            rng.random(n) < 0.6,
            join(f"{brand} - ", pick(rng, LOGIN, n)),
            join(pick(rng, LOGIN, n), f" | {brand}"),
        ),
        np.where(
            rng.random(n) < 0.5,
            join("List of websites, page ", numbers(rng, n, 99999)),
            join("Domains that start with ", pick(rng, list("ABCDEFGHKLMNOPRST"), n)),
        ),
        join(f"{brand} announces ", topics, " ", pick(rng, ["update", "launch", "report"], n)),
    ]
    return np.asarray(np.choose(kind, choices), dtype=object)
