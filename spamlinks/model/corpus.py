"""The corpus of labelled hosts: loading, cleaning, weights.

The folder holds ``domains/`` (lists named in ``manifest.csv``) and ``disavow/`` (disavow files as
their owners published them, with ``files.csv``, ``consensus.csv``, ``kept_domains.csv`` and
``retracted.csv``). Nothing of it is copied into the project: weights are learned from it.

Cleaning rules, in this order:

1. Only ``domain:`` lines and bare hosts are read. A URL entry blames a page, not a domain: the
   owners of such pages are often victims of comment spam themselves.
2. JSON files are parsed as JSON (one of the big lists is one).
3. IP addresses, public suffixes and texts that are no host are dropped.
4. The decision unit is the registrable domain, private suffixes included; on a platform
   (``PLATFORMS``, registrable domains with ``PLATFORM_HOSTS`` hosts among the honest lists, and
   popular domains of which an entry names a subdomain only) it is the host.
5. Entries that their owner took back (``retracted.csv``) are no spam labels.
6. A unit that stands in both classes is dropped: nobody knows which list is wrong.
7. Lists without a usable licence in the manifest are left out (``LICENCES``). Disavow files state
   none; they are facts their owners published, the corpus's notes name them as labels, and only
   numbers learned from many of them leave this module. ``stated_licence_only`` leaves them out.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from spamlinks.errors import InputError
from spamlinks.model.networks import is_wave_name, network_keys
from spamlinks.urls import HostParts, parse_host

__all__ = ["KINDS", "LICENCES", "PLATFORMS", "Entry", "load_hosts", "read_entries"]

LICENCES = ("public domain", "cc0", "unlicense", "mit", "apache-2.0")
"""How a usable licence of the manifest begins, in lower case."""

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

BIG_FILE_ENTRIES = 1000
"""A disavow file with so many entries was collected, not judged: a weak label."""

CONSENSUS_FILES = 3
"""So many independent owners disavowing one domain whole make a clean label."""

KINDS: dict[str, tuple[int, float]] = {
    "disavow_small": (1, 1.0),
    "copycat": (1, 0.7),
    "comment": (1, 0.7),
    "referrer": (1, 0.7),
    "disavow_big": (1, 0.5),
    "smallweb": (0, 1.0),
    "opendns_random": (0, 1.0),
    "university": (0, 1.0),
    "gov": (0, 1.0),
    "allowlist": (0, 1.0),
    "kept": (0, 0.5),
    "opendns_top": (0, 0.5),
}
"""Kind -> (is_spam, weight). Earlier kinds name a unit that several lists hold."""

CONSENSUS_WEIGHT = 2.0
_LISTS = {
    "spam_disavow_mertcan.txt": "disavow_big",
    "spam_disavow_turkishtech.txt": "disavow_big",
    "spam_disavow_opendisavow.txt": "disavow_big",
    "spam_comment_splorp_domains.txt": "comment",
    "spam_quenhus_github_copycats.txt": "copycat",
    "spam_quenhus_npm_copycats.txt": "copycat",
    "spam_quenhus_seo_spam.txt": "copycat",
    "spam_quenhus_stackoverflow_copycats.txt": "copycat",
    "spam_quenhus_wikipedia_copycats.txt": "copycat",
    "spam_referrer_desbma.txt": "referrer",
    "spam_referrer_matomo.txt": "referrer",
    "spam_referrer_mitchellkrogza.txt": "referrer",
    "benign_kagi_smallweb.txt": "smallweb",
    "benign_opendns_random.txt": "opendns_random",
    "benign_opendns_top.txt": "opendns_top",
    "benign_universities.txt": "university",
    "benign_dotgov.txt": "gov",
    "benign_rspamd_surbl_whitelist.txt": "allowlist",
    "benign_spamassassin_uridnsbl_skip.txt": "allowlist",
}
# Disavow files whose content the manifest lists as well, under a licence (or, OpenDisavow, under
# a claim that nobody checked: left out in both places).
_LISTED_ELSEWHERE = ("coolrecep/", "mertcangokgoz/", "mitchellkrogza/", "binhnndigital/")


@dataclass(frozen=True, slots=True)
class Entry:
    """One label as a source states it; ``host`` is raw text, ``day`` the date of the source."""

    host: str
    source: str
    kind: str
    licence: str
    day: date | None


def read_entries(path: Path) -> list[str]:
    """Read the hosts that a list or disavow file names whole.

    ``domain:`` lines and bare hosts count, URL entries with a path do not; comments are skipped,
    a JSON file gives every string value. Bytes that are no UTF-8 are replaced. Never raises for
    the content; an unreadable file raises ``InputError``.
    """
    try:
        text = path.read_text("utf-8-sig", errors="replace")
    except OSError as error:
        raise InputError(
            path.name, f"cannot be read ({error.strerror})", "Check the path"
        ) from None
    if text.lstrip()[:1] in ("{", "["):
        try:
            return list(_json_strings(json.loads(text)))
        except (ValueError, RecursionError):
            return []
    found = []
    for line in text.splitlines():
        entry = line.partition("#")[0].strip()
        if entry.lower().startswith("domain:"):
            entry = entry[7:].strip()
        entry = entry.removeprefix("https://").removeprefix("http://").removesuffix("/")
        if entry and "/" not in entry and " " not in entry:
            found.append(entry.lower())
    return found


def _json_strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip().lower()
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _json_strings(item)


def load_hosts(folder: Path, *, stated_licence_only: bool = False) -> pl.DataFrame:
    """Load the labelled hosts of a corpus folder, cleaned by the rules of this module.

    Parameters
    ----------
    folder : directory with ``domains/`` and ``disavow/``.
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
    entries = [*_listed(folder), *_kept(folder)]
    if not stated_licence_only:
        entries += _disavowed(folder)
    rows = _units(entries)
    wrong = {(r[0]) for r in _table(folder / "disavow" / "retracted.csv").select("domain").rows()}
    by_unit: dict[str, list[tuple[Entry, HostParts]]] = defaultdict(list)
    for unit, entry, parts in rows:
        if not (KINDS[entry.kind][0] and (parts.host in wrong or unit in wrong)):
            by_unit[unit].append((entry, parts))
    consensus = _consensus(folder)
    order = {kind: place for place, kind in enumerate(KINDS)}
    records = []
    for unit, found in sorted(by_unit.items()):
        labels = {KINDS[entry.kind][0] for entry, _ in found}
        if len(labels) == 2:
            continue
        first = min(found, key=lambda pair: (order[pair[0].kind], pair[0].source))[0]
        parts = min((p for _, p in found), key=lambda p: (len(p.host), p.host))
        is_spam, weight = KINDS[first.kind]
        if is_spam and consensus.get(unit, 0) >= CONSENSUS_FILES:
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


def _table(path: Path) -> pl.DataFrame:
    try:
        return pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            str(path), f"cannot be read ({first})", "Check the corpus folder"
        ) from None


def _listed(folder: Path) -> Iterator[Entry]:
    for row in _table(folder / "domains" / "manifest.csv").iter_rows(named=True):
        kind = _LISTS.get(row["file"])
        licence = row["licence"] or ""
        if kind is None or not licence.lower().startswith(LICENCES):
            continue
        day = date.fromisoformat(row["date"]) if row["date"] else None
        for host in read_entries(folder / "domains" / row["file"]):
            yield Entry(host, row["file"].removesuffix(".txt"), kind, licence, day)


def _disavowed(folder: Path) -> Iterator[Entry]:
    for row in _table(folder / "disavow" / "files.csv").iter_rows(named=True):
        if (row["repo"] or "").startswith(_LISTED_ELSEWHERE):
            continue
        hosts = read_entries(folder / "disavow" / row["file"])
        kind = "disavow_big" if len(hosts) >= BIG_FILE_ENTRIES else "disavow_small"
        source = row["file"] if kind == "disavow_big" else row["group"]
        for host in hosts:
            yield Entry(host, source.removesuffix(".txt"), kind, "not stated", None)


def _kept(folder: Path) -> Iterator[Entry]:
    for row in _table(folder / "disavow" / "kept_domains.csv").iter_rows(named=True):
        if not (row["reason"] or "").startswith("unclear"):
            yield Entry(row["domain"] or "", "kept_domains", "kept", "not stated", None)


def _consensus(folder: Path) -> dict[str, int]:
    table = _table(folder / "disavow" / "consensus.csv")
    return dict(table.select("domain", pl.col("independent_files").cast(pl.Int64)).rows())


def _units(entries: list[Entry]) -> list[tuple[str, Entry, HostParts]]:
    """Parse every entry and name its decision unit (rules 3 and 4)."""
    parsed = [(entry, parse_host(entry.host)) for entry in entries]
    parsed = [(e, p) for e, p in parsed if p.problem is None and not p.is_ip and p.is_known_suffix]
    honest = {(p.linking_domain, p.host) for e, p in parsed if not KINDS[e.kind][0]}
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
