"""The example files under ``data/examples``: small, made up, the same each time.

``python -m spamlinks.simulate.examples data/examples`` writes them again. One generated profile
stands behind all of them, so that the same domains turn up in several exports, in the labels, in
the old disavow file and in the facts, as they do in practice.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl

from spamlinks.errors import SpamlinksError
from spamlinks.files import write_atomic
from spamlinks.simulate.example_store import write_example_store
from spamlinks.simulate.export import write_export
from spamlinks.simulate.generate import AS_OF, generate
from spamlinks.simulate.indexes import as_vendor
from spamlinks.urls import authority_expr, host_table

__all__ = ["write_examples"]

SITE = "shop.example"
SEED = 20261036
SPAM_SHARE = 0.25
_ROWS = {"profile": 2600, "ahrefs": 600, "semrush": 400, "gsc": 350, "labelled": 1500}
_GSC_NAME = f"https___www.{SITE}_-Latest links-{AS_OF}.csv"
_OLD_ENTRIES = 18
_OWN_ROWS = 60
_GONE = ("example-gone-directory.example", "old-link-swap.example")
"""Entries of the old file that no export knows any more."""


def _profile() -> pl.DataFrame:
    links = generate(_ROWS["profile"], seed=SEED, spam_share=SPAM_SHARE, site=SITE)
    links = links.with_columns(authority=authority_expr())
    hosts = host_table(links["authority"]).select("authority", "linking_domain")
    links = links.join(hosts, on="authority", how="left", maintain_order="left")
    key = ["referring_page", "target_url", "anchor_text"]
    return links.unique(key, keep="first", maintain_order=True)


def _some(links: pl.DataFrame, name: str, seed: int) -> pl.DataFrame:
    # NumPy promises the same stream of numbers for longer than a data frame library does.
    return links[np.random.default_rng(seed).permutation(links.height)[: _ROWS[name]]]


def _domains(links: pl.DataFrame, is_spam: int) -> list[str]:
    found = links.filter(pl.col("is_spam") == is_spam)["linking_domain"].unique().sort()
    return [str(name) for name in found]


def _disavow(seen: pl.DataFrame) -> str:
    spam = _domains(seen, 1)[:: max(1, len(_domains(seen, 1)) // _OLD_ENTRIES)][:_OLD_ENTRIES]
    inner = pl.col("referring_page").str.contains(r"//[^/]+/[a-z]{2,}/[^?]+$")  # not a whole site
    page = seen.filter((pl.col("is_spam") == 1) & ~pl.col("linking_domain").is_in(spam) & inner)
    url = str(page["referring_page"].sort()[0])
    half = len(spam) // 2
    lines = [
        f"# Disavow file of {SITE}",
        "# 2025-03-14: first clean-up, asked the owners twice",
        *[f"domain:{name}" for name in spam[:half]],
        f"domain:{_GONE[0]}",
        "",
        "# 2026-01-20: one page of a mixed site, and a new wave",
        url,
        *[f"domain:{name}" for name in spam[half:]],
        f"domain:{_GONE[1]}",
    ]
    return "\n".join(lines) + "\n"


def _keep(seen: pl.DataFrame) -> str:
    honest = _domains(seen, 0)
    chosen = honest[:: max(1, len(honest) // 6)][:6]
    return "\n".join(["# Partners and press: never disavow these", *chosen]) + "\n"


def _own_crawler(links: pl.DataFrame) -> str:
    """A table that no layout fits: headers of a crawler of one's own, in Polish."""
    part = links.head(_OWN_ROWS)
    return part.select(
        pl.int_range(1, pl.len() + 1).alias("Lp."),
        pl.col("referring_page").alias("Strona"),
        pl.col("target_url").alias("Cel"),
        pl.col("anchor_text").alias("Kotwica"),
        pl.col("first_seen").dt.strftime("%d.%m.%Y").alias("Znaleziono"),
    ).write_csv(separator=";")


def _facts(seen: pl.DataFrame) -> str:
    known = (
        seen.group_by("linking_domain")
        .agg(pl.col("domain_created_on").min())
        .sort("linking_domain")
        .gather_every(2)
    )
    return known.write_csv()


def _decisions(links: pl.DataFrame, live: str) -> str:
    """What an owner decided after a first audit: two domains to disavow, one to keep."""
    spam = [name for name in _domains(links, 1) if f"domain:{name}\n" not in live]
    honest = _domains(links, 0)
    rows = [
        (spam[1], "DISAVOW", "Ann", "2026-10-07", "offered us links by mail"),
        (spam[-1], "DISAVOW", "Ann", "2026-10-07", ""),
        (honest[-1], "KEEP", "Ben", "2026-10-08", "a customer's blog"),
    ]
    names = ("linking_domain", "decision", "decided_by", "decided_on", "decision_note")
    return pl.DataFrame(rows, schema=names, orient="row").write_csv()


def write_examples(folder: Path) -> list[Path]:
    """Write every example file into an existing folder; return their paths.

    Raises
    ------
    OutputError : a file cannot be written.
    """
    folder = Path(folder)
    links = _profile()
    # Each vendor knows a part of the links, and counts for itself.
    seen_by = {name: as_vendor(links, name, seed=SEED) for name in ("ahrefs", "semrush", "gsc")}
    ahrefs, semrush = (
        _some(seen_by[name], name, i) for i, name in enumerate(("ahrefs", "semrush"), 1)
    )
    # Search Console lists a page once and never one it has not visited for a year.
    recent = seen_by["gsc"].filter(pl.col("last_crawled") > AS_OF - timedelta(days=365))
    gsc = _some(recent.unique("referring_page", keep="first", maintain_order=True), "gsc", 3)
    gsc = gsc.sort("last_crawled", descending=True, maintain_order=True)
    labelled = _some(links, "labelled", 4)
    names = (
        f"{SITE.split('.')[0]}-ahrefs-backlinks.csv",
        f"{SITE.split('.')[0]}-semrush-backlinks.csv",
        _GSC_NAME,
        "labelled.csv",
        "disavow.txt",
        "keep.txt",
        "facts.csv",
        "own-crawler.csv",
        "decisions.csv",
        "looked-up.db",
    )
    paths = [folder / name for name in names]
    write_export(ahrefs, paths[0], "ahrefs", label=False, encoding="utf-16")
    write_export(semrush, paths[1], "semrush", label=False)
    write_export(gsc, paths[2], "gsc", label=False)
    write_export(labelled, paths[3], "ahrefs")
    seen = pl.concat([ahrefs, semrush])
    old = _disavow(seen)
    texts = old, _keep(seen), _facts(seen), _own_crawler(ahrefs), _decisions(ahrefs, old)
    for path, text in zip(paths[4:], texts, strict=False):
        write_atomic(path, text.encode())
    write_example_store(paths[-1], links, gsc, seed=SEED, site=SITE, day=AS_OF + timedelta(days=2))
    return paths


def main() -> int:
    """Run ``python -m spamlinks.simulate.examples FOLDER``."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "data/examples")
    try:
        write_examples(folder)
    except SpamlinksError as error:
        sys.stderr.write(f"spamlinks: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
