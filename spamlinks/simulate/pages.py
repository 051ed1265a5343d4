"""Made-up titles and paths of linking pages."""

from __future__ import annotations

import numpy as np

from spamlinks.simulate.kinds import PATHS
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
    out: Strings = np.full(len(kind), "/", dtype=object)
    for k in np.unique(kind):
        for f in range(VARIANTS):
            here = np.flatnonzero((kind == k) & (form == f))
            if len(here):
                out[here] = _paths(rng, PATHS[k], f, topics[here])
    return out


def _paths(rng: np.random.Generator, sort: str, form: int, topics: Strings) -> Strings:
    """Paths of one sort and form."""
    n = len(topics)
    slug = np.array([t.replace(" ", "-") for t in topics], dtype=object)
    even = form % 2 == 0
    if sort == "post":
        if not even:
            return join("/blog/", slug)
        year = np.asarray(rng.integers(2005, 2026, n).astype(str), dtype=object)
        month = np.asarray([f"{m:02d}" for m in rng.integers(1, 13, n)], dtype=object)
        return join("/", year, "/", month, "/", slug, "/")
    if sort == "slug":
        return join("/", slug, "/") if even else join("/", slug, ".html")
    if sort == "home":
        return np.full(n, "/", dtype=object)
    if sort == "login":
        text = ("/login", "/users/sign_in", "/login?next=/", "/login")[form]
        return np.full(n, text, dtype=object)
    number, page = numbers(rng, n, 99999), numbers(rng, n, 12)
    letter = pick(rng, list("abcdefghiklmnoprstuvw"), n)
    if sort == "machine":
        return _machine_paths(rng, form, slug, number)
    forms = {
        "forum": (join("/viewtopic.php?t=", number), join("/threads/", slug, ".", number, "/")),
        "directory": (join("/directory/", slug, "/", number), join("/links/", slug)),
        "archive": (join("/tag/", slug, "/"), join("/page/", page, "/")),
        "profile": (join("/user/", slug), join("/profile/", number)),
        "query": (join("/index.php?id=", number, "&cat=", page),),
        "list": (
            join("/domains/", letter, "/", number, ".html"),
            join("/sites/", number),
            join("/list.php?page=", number),
            join("/", letter, "/", page, "/"),
        ),
    }[sort]
    return forms[form % len(forms)]


def _machine_paths(rng: np.random.Generator, form: int, slug: Strings, number: Strings) -> Strings:
    """Paths that no person types."""
    if form == 0:
        halves = rng.integers(1 << 60, 1 << 63, (len(slug), 2))
        return np.array([f"/{a:016x}{b:016x}" for a, b in halves.tolist()], dtype=object)
    if form == 1:
        return join("/all/", number, "/", numbers(rng, len(slug), 40), ".html")
    return join("/", slug, "-list.html") if form == 2 else join("/dir/page-", number, ".html")


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
