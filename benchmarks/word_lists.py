"""What the word lists of the spam trades hit, in names and texts that are honest and that are not.

    python benchmarks/word_lists.py --data DIR
    python benchmarks/word_lists.py --data DIR --words benign --peer CHECKOUT

``DIR`` holds ``domains/`` (one host a line; ``benign_*`` and ``spam_*``) and ``exports/`` (link
exports). Printed is, for each list, the share of its hosts, or of its distinct anchors and titles,
that hold a word of each trade, as the signals see it. ``--words benign`` (or ``spam``, ``exports``)
prints the words that are hit, with counts: what hits honest names does not stay in the lists.
``--peer CHECKOUT`` measures another checkout of spamlinks instead, to compare before and after.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl

GROUPS = ("gambling", "adult", "pharma", "loans", "essay", "replica", "piracy", "link_sale")


def host_hits(hosts: list[str]) -> tuple[int, dict[str, Counter[str]]]:
    """Number of hosts, and the words and stems that ``host_signals`` would find in them."""
    from spamlinks.signals import words as lists
    from spamlinks.signals.words import edged, spaced_words
    from spamlinks.urls import host_table

    table = host_table(pl.Series(hosts)).filter(pl.col("problem").is_null()).unique("host")
    ending = pl.concat_str(pl.lit("."), pl.col("suffix"))
    names = table.select(
        "host",
        sub=pl.col("host").str.strip_suffix(pl.col("linking_domain")).str.strip_chars("."),
        label=pl.col("linking_domain").str.strip_suffix(ending),
    ).select(
        "host",
        name=edged(pl.concat_str("sub", pl.lit(" "), "label").str.replace_all(r"[0-9]+", " ")),
        glued=pl.concat_str("sub", pl.lit("."), "label").str.replace_all("-", ""),
    )
    found = {}
    for group in GROUPS:
        tokens = getattr(lists, "host_tokens", lists.trade_tokens)(group)
        stems = getattr(lists, "host_stems", lists.glued_stems)(group)
        words = [f" {token} " for token in tokens] if group != "link_sale" else spaced_words(group)
        hit = names.filter(
            pl.col("name").str.contains_any(words) | pl.col("glued").str.contains_any(stems)
        )
        found[group] = Counter(
            f"{_entries(name, words) or _entries(glued, stems)}: {host}"
            for host, name, glued in hit.iter_rows()
        )
    return table.height, found


def text_hits(texts: Iterable[str | None]) -> tuple[int, dict[str, Counter[str]]]:
    """Number of distinct texts, and the words and stems found in them."""
    from spamlinks.signals.words import contains_trade, edged, glued_stems, spaced_words

    distinct = pl.Series("t", list(dict.fromkeys(t for t in texts if t)), dtype=pl.String)
    frame = pl.DataFrame({"t": distinct, "spaced": pl.select(edged(pl.lit(distinct))).to_series()})
    found = {}
    for group in GROUPS:
        entries = [*spaced_words(group), *glued_stems(group)]
        hit = frame.filter(contains_trade(pl.col("spaced"), group))
        found[group] = Counter(f"{_entries(s, entries)}: {t[:90]}" for t, s in hit.iter_rows())
    return frame.height, found


def _entries(text: str, entries: list[str]) -> str:
    return ", ".join(entry.strip() for entry in entries if entry in text)


def measured(folder: Path) -> Iterable[tuple[str, int, dict[str, Counter[str]]]]:
    """Yield (name, number, hits by trade) for each list, and for each export that can be read."""
    from spamlinks.errors import InputError
    from spamlinks.exports import read_export

    for path in sorted((folder / "domains").glob("*.txt")):
        if path.name.startswith(("benign_", "spam_")):
            yield path.stem, *host_hits(path.read_text("utf-8").split())
    for path in sorted((folder / "exports").glob("*.csv")):
        try:
            frame = read_export(path).backlinks
        except InputError:
            continue  # a summary, not a list of links
        for column in ("anchor_text", "referring_page_title"):
            if column in frame.columns and frame[column].null_count() < frame.height:
                yield f"exports {path.name[:20]} {column}", *text_hits(frame[column].to_list())


def main() -> None:
    """Print the table, or the words."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="has domains/ and exports/")
    parser.add_argument("--words", metavar="PREFIX", help="show the words hit in these lists")
    parser.add_argument("--peer", type=Path, metavar="CHECKOUT", help="measure another checkout")
    options = parser.parse_args()
    if options.peer is not None:
        sys.path.insert(0, str(options.peer.resolve()))
    show: Callable[..., None] = print
    show(f"| list | number | any | {' | '.join(GROUPS)} |")
    show("| --- |" + " ---: |" * (len(GROUPS) + 2))
    for name, number, found in measured(options.data):
        hosts = {hit.split(": ", 1)[1] for group in found.values() for hit in group}
        cells = [f"{100 * sum(found[group].values()) / number:.2f} %" for group in GROUPS]
        total = f"{100 * len(hosts) / number:.2f} %"
        show(f"| {name} | {number:,} | {total} | {' | '.join(cells)} |")
        if options.words and name.startswith(options.words):
            for group, hits in found.items():
                by_word: dict[str, list[str]] = {}
                for hit in hits:
                    word, text = hit.split(": ", 1)
                    by_word.setdefault(word, []).append(text)
                for word, texts in sorted(by_word.items(), key=lambda item: -len(item[1])):
                    show(f"    {group}: {word}: {len(texts)}: {', '.join(texts[:4])}")


if __name__ == "__main__":
    main()
