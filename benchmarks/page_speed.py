"""How long it takes to read a page, by kind and size, and what of it takes longest.

``python benchmarks/page_speed.py`` prints a table of milliseconds: the best of many readings in
processor time, so that a busy machine does not count. Pages are made up from a seed.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable

from spamlinks.enrich.page import read_page

WORDS = (
    "the of river garden bread summer evening walk water stone light small old house road tree "
    "music story friend window table letter market bridge winter morning paper street school"
).split()
HEADERS = {"Content-Type": "text/html; charset=utf-8"}


def text(rng: random.Random, words: int) -> str:
    """So many words in sentences of ten."""
    return ". ".join(
        " ".join(rng.choice(WORDS) for _ in range(10)).capitalize() for _ in range(words // 10)
    )


def article(rng: random.Random, words: int, outer: int, script: int, boxes: int) -> str:
    """A page of a blog: head, menu, text with links, sidebar, footer, scripts."""
    sheet = "".join(f".box-{i} .title{{color:#333;margin:{i}px 0}}\n" for i in range(60))
    menu = "".join(f'<li class="menu-item"><a href="/c{i}">Part {i}</a></li>' for i in range(25))
    paragraphs = "".join(
        f'<p class="has-text">{text(rng, 60)} <a href="https://site{i}.example/a/{i}" '
        f'rel="noopener">{text(rng, 10)}</a> {text(rng, 40)}</p>'
        for i in range(max(words // 110, 1))
    )
    cards = "".join(
        f'<div class="card box-{i % 60}"><a href="/post-{i}" class="thumb"><img src="/i/{i}.webp" '
        f'alt="" width="300" height="200" loading="lazy"></a><h3 class="title"><a href="/post-{i}">'
        f'Post {i}</a></h3><span class="meta">by <a href="/author/{i % 9}">Ann</a></span></div>'
        for i in range(boxes)
    )
    roll = "".join(f'<li><a href="https://out{i}.example/">Out {i}</a></li>' for i in range(outer))
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A walk</title>'
        f'<meta name="generator" content="Maker 1"><style>{sheet}</style></head>'
        f'<body class="home"><header class="site-header"><nav><ul>{menu}</ul></nav></header>'
        f'<main><article class="post"><h1>A walk</h1>{paragraphs}<p>See '
        f'<a href="https://www.acme.example/page">Acme</a> for more.</p></article>'
        f'<section class="cards">{cards}</section></main><aside class="sidebar"><ul>{roll}</ul>'
        f'</aside><footer class="site-footer"><p>© 2024</p></footer>'
        f"<script>{'var a=window.b||{};' * (script // 19)}</script></body></html>"
    )


def best(job: Callable[[], object], seconds: float) -> float:
    """Milliseconds of processor time of the fastest run."""
    found, until = float("inf"), time.monotonic() + seconds
    while time.monotonic() < until:
        start = time.process_time()
        job()
        found = min(found, time.process_time() - start)
    return found * 1000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="for each kind of page")
    seconds = parser.parse_args().seconds
    rng = random.Random(7)
    pages = {
        "a usual page": article(rng, 1100, 20, 20_000, 60),
        "a long text": article(rng, 6000, 20, 5_000, 5),
        "a start page of boxes": article(rng, 200, 20, 10_000, 140),
        "a list of links": article(rng, 100, 700, 1_000, 0),
        "a short note": article(rng, 110, 2, 0, 0),
    }
    print(f"{'page':<24}{'kB':>6}{'words':>8}{'links':>8}{'ms':>8}")
    for name, html in pages.items():
        body = html.encode()

        def read(body: bytes = body) -> object:
            return read_page(
                body,
                url="https://garden.example/a",
                final_url="https://garden.example/a",
                site="acme.example",
                headers=HEADERS,
            )

        facts = read_page(
            body, url="https://garden.example/a", final_url="https://garden.example/a",
            site="acme.example", headers=HEADERS,
        )  # fmt: skip
        links = (facts.external_links or 0) + (facts.internal_links or 0)
        took = best(read, seconds)
        print(f"{name:<24}{len(body) / 1000:>6.0f}{facts.words:>8}{links:>8}{took:>8.1f}")


if __name__ == "__main__":
    main()
